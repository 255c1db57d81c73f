//! `token-optional`: what verifies tokens lets a request pass that has none.

use super::draft::Draft;
use crate::facts::{Check, FileFacts, SiteKind};
use crate::finding::{Confidence, Finding, Level};
use crate::models::schema::Slot;

pub(super) const ID: &str = "token-optional";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in facts
        .sites
        .iter()
        .filter(|site| site.kind == SiteKind::Verify)
    {
        let library = &site.library.name;
        let (place, label, message, certain) = match site.checks.get(&Slot::Token) {
            Some(Check::IfPresent) => (
                &site.place,
                "no token is good enough",
                format!(
                    "{library} looks at a token that is there and lets a request without one pass, and nothing here \
                     refuses such a request."
                ),
                true,
            ),
            Some(Check::Disabled(place)) => (
                place,
                "every token is good enough",
                format!(
                    "{library} lets every request pass here: with a forged token, and without one. Nothing after it \
                     refuses such a request."
                ),
                true,
            ),
            Some(Check::Unknown) => (
                &site.place,
                "passes without a token",
                format!(
                    "{library} lets a request without a token pass and hands on what it read of the others: what \
                     stands behind it must refuse the rest."
                ),
                false,
            ),
            _ => continue,
        };
        let draft = Draft::new(ID, site, place, label)
            .message(message)
            .remedy(
                site.fix(Slot::Token),
                "Refuse requests that bring no good token.",
            )
            .at_most(Confidence::Medium);
        let draft = if certain {
            draft
        } else {
            draft.level(Level::Note).at_most(Confidence::Low)
        };
        draft.report(findings);
    }
}
