//! `claims-before-verify`: claims decide something before the token is verified.

use super::draft::Draft;
use super::peek;
use crate::facts::{Check, FileFacts, Site, SiteKind};
use crate::finding::Finding;
use crate::models::schema::Slot;

pub(super) const ID: &str = "claims-before-verify";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in &facts.sites {
        let unverified = site.kind == SiteKind::Decode
            || matches!(site.check(Slot::Signature), Check::Disabled(_));
        let Some(moment) = site.uses.first_decided.filter(|_| unverified) else {
            continue;
        };
        let Some(verify) = verified_later(facts, site).filter(|verify| moment < verify.moment)
        else {
            continue;
        };
        if !peek::decides_on_identity(site) {
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

/// The verify of the same token further on, in the same function or in one that it calls.
fn verified_later<'a>(facts: &'a FileFacts, site: &Site) -> Option<&'a Site> {
    facts.sites.iter().chain(&facts.reached).find(|other| {
        peek::guards(other)
            && other.run == site.run
            && other.token == site.token
            && !site.token.is_empty()
            && other.root == site.root
            && other.moment > site.moment
    })
}
