//! `result-ignored`: nobody looks at what a verify says of the token.

use super::draft::Draft;
use crate::facts::{FileFacts, Ignoring, SiteKind};
use crate::finding::Finding;
use crate::models::schema::Slot;

pub(super) const ID: &str = "result-ignored";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in facts
        .sites
        .iter()
        .filter(|site| site.kind == SiteKind::Verify)
    {
        let Some(ignored) = &site.result_ignored else {
            continue;
        };
        let library = &site.library.name;
        let (label, message) = match ignored.how {
            Ignoring::Unused => (
                "its result is thrown away",
                format!(
                    "This {library} call says by its result whether the token is good, and nobody looks at it: every \
                     token passes."
                ),
            ),
            Ignoring::Unawaited => (
                "nobody awaits its promise",
                format!(
                    "This {library} call gives a promise, which nobody awaits: the code goes on before the token is \
                     verified, and a promise counts as true. Every token passes."
                ),
            ),
            Ignoring::Promised => (
                "nobody awaits its promise",
                format!(
                    "This call promises to say whether {library} holds the token good, and nobody awaits it: a promise \
                     counts as true, so every token passes."
                ),
            ),
            Ignoring::Swallowed => (
                "its error is swallowed",
                format!(
                    "The error of this {library} call is caught and forgotten, and nothing is done with what it gives: \
                     every token passes."
                ),
            ),
            Ignoring::Dropped => (
                "its result is thrown away",
                format!(
                    "This call says by what it returns whether {library} holds the token good, and nobody looks at \
                     it: every token passes."
                ),
            ),
        };
        Draft::new(ID, site, &ignored.place, label)
            .message(message)
            .remedy(
                site.fix(Slot::Callback),
                "Stop when the result is not good, and await it when it is a promise.",
            )
            .related(&site.place, "the call")
            .report(findings);
    }
}
