//! `aud-unchecked`: a token that was issued for another service is accepted.

use super::draft::Draft;
use crate::facts::{Check, FileFacts, Site, SiteKind};
use crate::finding::{Finding, Level, Place};
use crate::models::schema::{KeyKind, Slot};

pub(super) const ID: &str = "aud-unchecked";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in facts
        .sites
        .iter()
        .filter(|site| site.kind == SiteKind::Verify)
    {
        let place: &Place = match site.check(Slot::Audience) {
            Check::Unchecked | Check::Until(_) => &site.place,
            Check::Disabled(place) => place,
            _ => continue,
        };
        if matches!(site.check(Slot::Signature), Check::Disabled(_))
            || site.has_inert(Slot::Audience)
        {
            continue;
        }
        let library = &site.library.name;
        let shared = reaches_others(site);
        let message = if shared {
            format!(
                "This {library} call checks no audience, and others can get tokens of this issuer: one that was \
                 issued for another service is accepted here."
            )
        } else {
            format!(
                "This {library} call checks no audience. That is enough only while no other service uses this key."
            )
        };
        let draft = Draft::new(ID, site, place, "audience not checked")
            .message(message)
            .remedy(
                site.fix(Slot::Audience),
                "Give the audience that names this service.",
            )
            .related(&site.place, "the call");
        let draft = if shared {
            draft
        } else {
            draft.level(Level::Note)
        };
        draft.report(findings);
    }
}

/// Whoever verifies with a public or fetched key is not the only one who does.
fn reaches_others(site: &Site) -> bool {
    matches!(site.key_kind(), Some(KeyKind::Public | KeyKind::Jwks))
}
