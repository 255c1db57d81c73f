//! `alg-from-header`: the token's own header picks the algorithm that verifies it.

use super::algorithm::skips_signature;
use super::draft::Draft;
use crate::facts::{Algorithms, FileFacts, SiteKind};
use crate::finding::{Finding, Level};
use crate::models::schema::Slot;

pub(super) const ID: &str = "alg-from-header";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in facts
        .sites
        .iter()
        .filter(|site| site.kind == SiteKind::Verify && !skips_signature(site))
    {
        let Algorithms::FromHeader(place) = &site.algorithms else {
            continue;
        };
        let draft = Draft::new(ID, site, &site.place, "verified with the algorithm the token names")
            .message(format!(
                "The token's own header decides which algorithm this {} call accepts, so the sender does.",
                site.library.name
            ))
            .remedy(site.fix(Slot::Algorithms), "Write the algorithms down, or check the header against a closed list.")
            .related(place, "read from the header before it is verified");
        // With a key whose type fixes the family, the header can only choose among that family's hashes.
        let draft = if site.family_bound {
            draft.level(Level::Note)
        } else {
            draft
        };
        draft.report(findings);
    }
}
