//! `jwks-never-refreshed`: fetched keys are trusted for as long as the process lives.

use super::draft::Draft;
use crate::facts::{Check, Fetched, FileFacts, SiteKind};
use crate::finding::Finding;
use crate::models::schema::Slot;

pub(super) const ID: &str = "jwks-never-refreshed";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in &facts.sites {
        let library = &site.library.name;
        let (place, message) = match (site.kind, site.fetched, site.check(Slot::Refresh)) {
            (SiteKind::Jwks | SiteKind::Register, _, Check::Disabled(place)) => (
                place,
                format!("With this option {library} keeps a key for as long as the process lives."),
            ),
            (SiteKind::Jwks, _, Check::Unchecked) => (
                &site.place,
                format!(
                    "{library} keeps the keys that it fetched for as long as the process lives."
                ),
            ),
            (SiteKind::Fetch, Some(Fetched::Once), _) => (
                &site.place,
                "The keys are fetched once, when this module is loaded, and never again."
                    .to_owned(),
            ),
            _ => continue,
        };
        Draft::new(ID, site, place, "never fetched again")
            .message(format!(
                "{message} A key that its issuer withdraws stays trusted, and a new one is not known before a restart."
            ))
            .remedy(
                site.fix(Slot::Refresh),
                "Fetch the keys again after some minutes, and when a key id is not there.",
            )
            .related(&site.place, "the call")
            .report(findings);
    }
}
