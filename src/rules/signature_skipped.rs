//! `signature-skipped`: verification is switched off where claims are then used.

use super::draft::Draft;
use super::peek;
use crate::facts::{Check, FileFacts, Site, SiteKind};
use crate::finding::Finding;
use crate::models::schema::Slot;

pub(super) const ID: &str = "signature-skipped";

/// Whether a call whose signature check is switched off is reported.
pub(super) fn is_reported(facts: &FileFacts, site: &Site) -> bool {
    let quiet = site.kind == SiteKind::Verify
        && (!peek::claims_matter(site)
            || peek::same_token_verified(facts, site)
            || peek::taken_after_expiry(facts, site).is_some()
            || peek::from_token_endpoint(site));
    !quiet && site.kind != SiteKind::Mint
}

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in &facts.sites {
        let Check::Disabled(place) = site.check(Slot::Signature) else {
            continue;
        };
        if !is_reported(facts, site) {
            continue;
        }
        Draft::new(ID, site, place, "signature not checked")
            .message(format!(
                "The signature check of this {} {} is switched off, and its claims are used: anyone can write them.",
                site.library.name,
                site.noun()
            ))
            .remedy(site.fix(Slot::Signature), "Verify with the key and the algorithm before the claims are used.")
            .related(&site.place, "the call")
            .report(findings);
    }
}
