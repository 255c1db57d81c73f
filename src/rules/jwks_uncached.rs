//! `jwks-uncached`: keys are fetched anew for every token.

use super::draft::Draft;
use crate::facts::{Check, Fetched, FileFacts, SiteKind};
use crate::finding::Finding;
use crate::models::schema::Slot;

pub(super) const ID: &str = "jwks-uncached";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in &facts.sites {
        let library = &site.library.name;
        let (place, label, message) = match (site.kind, site.fetched, site.check(Slot::Cache)) {
            (SiteKind::Jwks, _, Check::Disabled(place)) => (
                place,
                "the cache is off",
                format!(
                    "This {library} client fetches the key set for every token: its cache is switched off."
                ),
            ),
            (SiteKind::Jwks, Some(Fetched::EachTime), _) => (
                &site.place,
                "a new client for every token",
                format!(
                    "This {library} client is made for every token, and its cache with it: each verification fetches the \
                     key set again."
                ),
            ),
            (SiteKind::Verify, _, Check::Disabled(place)) => (
                place,
                "without a cache",
                format!(
                    "With this, {library} keeps nothing: each token that it verifies fetches the keys again."
                ),
            ),
            (SiteKind::Jwks | SiteKind::Verify, _, Check::Unchecked) => (
                &site.place,
                "nothing is cached",
                format!(
                    "{library} has no cache for this: each request that it verifies fetches the key set again."
                ),
            ),
            (SiteKind::Fetch, Some(Fetched::EachTime), _) => (
                &site.place,
                "fetched for every token",
                "The keys are fetched again for every token that is verified here.".to_owned(),
            ),
            _ => continue,
        };
        Draft::new(ID, site, place, label)
            .message(format!(
                "{message} Anyone who sends tokens makes this service send requests, and nobody gets in while the key \
                 server is slow or away."
            ))
            .remedy(
                site.fix(Slot::Cache),
                "Fetch the keys once, keep them for some minutes, and fetch again when a key id is not there.",
            )
            .related(&site.place, "the call")
            .report(findings);
    }
}
