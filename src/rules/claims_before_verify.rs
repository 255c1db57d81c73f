//! `claims-before-verify`: claims decide something before the token is verified.

use super::draft::Draft;
use super::peek;
use crate::facts::FileFacts;
use crate::finding::Finding;
use crate::models::schema::Slot;

pub(super) const ID: &str = "claims-before-verify";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in facts.sites.iter().filter(|site| site.skips_signature()) {
        let (Some(moment), Some(verify)) = (site.uses.first_decided, &site.verified_later) else {
            continue;
        };
        if verify.moment <= moment || !peek::decides_on_identity(site) {
            continue;
        }
        Draft::new(ID, site, &site.place, "read before it is verified")
            .message(format!(
                "Claims that this {} call reads decide something before the token is verified.",
                site.library.name
            ))
            .remedy(
                site.fix(Slot::Signature),
                "Verify first, then decide on the verified claims.",
            )
            .related(&verify.place, "verified only here")
            .report(findings);
    }
}
