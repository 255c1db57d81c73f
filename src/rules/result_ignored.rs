//! `result-ignored`: a verify reports a bad token by what it returns, and nobody looks.

use super::draft::Draft;
use crate::facts::{FileFacts, SiteKind};
use crate::finding::Finding;
use crate::models::schema::Slot;

pub(super) const ID: &str = "result-ignored";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in facts
        .sites
        .iter()
        .filter(|site| site.kind == SiteKind::Verify && site.result_ignored)
    {
        Draft::new(ID, site, &site.place, "its result is thrown away")
            .message(format!(
                "This {} call says by its result whether the token is good, and nobody looks at it: every token passes.",
                site.library.name
            ))
            .remedy(site.fix(Slot::Callback), "Stop when the result is not good, and await it when it is a promise.")
            .report(findings);
    }
}
