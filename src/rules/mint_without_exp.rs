//! `mint-without-exp`: tokens are signed that never expire.

use super::draft::Draft;
use crate::facts::{FileFacts, Lifetime};
use crate::finding::Finding;
use crate::models::schema::Slot;

pub(super) const ID: &str = "mint-without-exp";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in &facts.sites {
        if site
            .mint
            .as_ref()
            .is_some_and(|mint| mint.lifetime == Lifetime::Endless)
        {
            Draft::new(ID, site, &site.place, "no expiry")
                .message(format!(
                    "This {} call mints a token that never expires: once stolen, it works until the key changes.",
                    site.library.name
                ))
                .remedy(site.fix(Slot::Lifetime), "Set an expiry: minutes for access tokens, days for refresh tokens.")
                .report(findings);
        }
    }
}
