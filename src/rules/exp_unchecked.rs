//! `exp-unchecked`: expired tokens are accepted.

use super::draft::Draft;
use super::{peek, signature_skipped};
use crate::facts::{Check, FileFacts, Site, SiteKind};
use crate::finding::{Confidence, Finding, Level, Place};
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
        // Without a signature nothing is checked; a switch of its own stays when the signature is mended.
        if let Check::Disabled(signature) = site.check(Slot::Signature)
            && (place.span == signature.span
                || !matches!(site.check(Slot::Expiry), Check::Disabled(_))
                || !signature_skipped::is_reported(facts, site))
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
        let draft = if is_asked_for(facts, site) {
            draft.level(Level::Note)
        } else {
            draft
        };
        draft.report(findings);
    }
    taken_after_expiry(facts, findings);
}

/// Whether the callers of one function choose, and others of them have the expiry checked: who does not wants the claims
/// of an old token, to end a session or to renew it.
fn is_asked_for(facts: &FileFacts, site: &Site) -> bool {
    let is_switched = matches!(site.check(Slot::Expiry), Check::Disabled(_));
    let checks = |other: &Site| {
        other.place.span == site.place.span
            && matches!(
                other.check(Slot::Expiry),
                Check::Enforced | Check::IfPresent
            )
    };
    is_switched && facts.sites.iter().any(checks)
}

/// Tokens that are decoded without a check once the library has said that they have expired.
fn taken_after_expiry(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in &facts.sites {
        let Some((expired, verify)) = peek::taken_after_expiry(facts, site) else {
            continue;
        };
        if !site.uses.went_on {
            continue;
        }
        let library = &site.library.name;
        Draft::new(ID, site, &site.place, "reads an expired token")
            .message(format!(
                "When {library} says that the token has expired, its claims are read without a check and the code \
                 goes on with them: a stolen token works for ever."
            ))
            .remedy(
                None,
                "Answer an expired token with an error; a new one is given for a refresh token that was checked.",
            )
            .related(expired, "the token has expired here")
            .related(&verify.place, "verified here")
            .at_most(Confidence::Medium)
            .report(findings);
    }
}
