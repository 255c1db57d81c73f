//! `exp-unchecked`: expired tokens are accepted.

use super::draft::Draft;
use super::peek;
use crate::facts::{Check, FileFacts, SiteKind};
use crate::finding::{Confidence, Finding, Place};
use crate::models::schema::Slot;

pub(super) const ID: &str = "exp-unchecked";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in facts
        .sites
        .iter()
        .filter(|site| matches!(site.kind, SiteKind::Verify | SiteKind::Register))
    {
        let library = &site.library.name;
        let noun = site.noun();
        let (place, label, message): (&Place, &str, String) = match site.check(Slot::Expiry) {
            Check::Disabled(place) => (
                place,
                "expiry not checked",
                format!(
                    "The expiry check of this {library} {noun} is switched off: a stolen token works for ever."
                ),
            ),
            Check::Unchecked => (
                &site.place,
                "expiry not checked",
                format!(
                    "{library} does not check expiry here, and nothing else does: expired tokens pass."
                ),
            ),
            Check::Until(call) => (
                &site.place,
                "expiry not checked yet",
                format!(
                    "{library} checks no claims before `{call}()` is called on the result, and nobody calls it."
                ),
            ),
            _ => continue,
        };
        if site.kind == SiteKind::Verify
            && matches!(site.check(Slot::Signature), Check::Disabled(_))
        {
            continue;
        }
        let draft = Draft::new(ID, site, place, label)
            .message(message)
            .remedy(
                site.fix(Slot::Expiry),
                "Check `exp`, with a few seconds of leeway at most.",
            )
            .related(&site.place, "the call");
        let unused = site.kind == SiteKind::Verify && !peek::claims_matter(site);
        let draft = if unused {
            draft.at_most(Confidence::Medium)
        } else {
            draft
        };
        draft.report(findings);
    }
}
