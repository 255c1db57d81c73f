//! `mint-without-aud`: tokens are signed with no audience.

use super::draft::Draft;
use crate::facts::FileFacts;
use crate::finding::Finding;
use crate::models::schema::Slot;

pub(super) const ID: &str = "mint-without-aud";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in &facts.sites {
        let Some(mint) = &site.mint else { continue };
        if mint.open || mint.claims.contains("aud") {
            continue;
        }
        Draft::new(ID, site, &site.place, "no audience")
            .message(format!(
                "This {} call mints a token without an audience: no service can tell whether it was meant.",
                site.library.name
            ))
            .remedy(site.fix(Slot::Audience), "Put the service that the token is for into `aud`.")
            .report(findings);
    }
}
