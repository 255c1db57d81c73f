//! `nbf-unchecked`: tokens are accepted before they are valid.

use super::draft::Draft;
use crate::facts::{Check, FileFacts, SiteKind};
use crate::finding::Finding;
use crate::models::schema::Slot;

pub(super) const ID: &str = "nbf-unchecked";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in facts
        .sites
        .iter()
        .filter(|site| site.kind == SiteKind::Verify)
    {
        let Check::Disabled(place) = site.check(Slot::NotBefore) else {
            continue;
        };
        if matches!(site.check(Slot::Signature), Check::Disabled(_)) {
            continue;
        }
        Draft::new(ID, site, place, "not-before not checked")
            .message(format!(
                "The not-before check of this {} call is switched off: a token passes before it is valid.",
                site.library.name
            ))
            .remedy(site.fix(Slot::NotBefore), "Leave the check on, and allow a few seconds of leeway for clocks.")
            .related(&site.place, "the call")
            .report(findings);
    }
}
