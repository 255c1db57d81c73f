//! `jwks-refetch-unbounded`: each unknown key id makes the service fetch.

use super::draft::Draft;
use crate::facts::{Check, FileFacts, SiteKind};
use crate::finding::{Finding, Level};
use crate::models::schema::Slot;

pub(super) const ID: &str = "jwks-refetch-unbounded";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    let sites = facts
        .sites
        .iter()
        .filter(|site| matches!(site.kind, SiteKind::Jwks | SiteKind::Verify));
    for site in sites {
        let library = &site.library.name;
        let (place, level, message) = match site.check(Slot::RateLimit) {
            Check::Disabled(place) => (
                place,
                Level::Warning,
                format!(
                    "Nothing limits how often this {library} client fetches: that is switched off here."
                ),
            ),
            Check::Unchecked => (
                &site.place,
                Level::Note,
                format!(
                    "Nothing limits how often this {library} client fetches, unless it is asked for."
                ),
            ),
            _ => continue,
        };
        Draft::new(ID, site, place, "no limit on fetches")
            .message(format!(
                "{message} Each token with a made-up `kid` sends a request to the key server, which may then turn this \
                 service away."
            ))
            .remedy(
                site.fix(Slot::RateLimit),
                "Limit how often the key set is fetched for key ids that are not in it.",
            )
            .level(level)
            .related(&site.place, "the call")
            .report(findings);
    }
}
