//! `aud-unchecked`: a token that was issued for another service is accepted.

use super::draft::Draft;
use super::shared_secret;
use crate::facts::{Check, FileFacts, Key, Material, Site, SiteKind};
use crate::finding::{Finding, Level, Place};
use crate::models::schema::{KeyKind, Slot};
use crate::project_facts::ProjectFacts;

pub(super) const ID: &str = "aud-unchecked";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in &facts.sites {
        let Some(place) = unchecked(site) else {
            continue;
        };
        let (library, noun) = (&site.library.name, site.noun());
        let shared = reaches_others(site);
        let message = if shared {
            format!(
                "This {library} {noun} checks no audience, and others can get tokens of this issuer: one that was \
                 issued for another service is accepted here."
            )
        } else {
            format!(
                "This {library} {noun} checks no audience. That is enough only while no other service uses this key."
            )
        };
        let draft = draft(site, place).message(message);
        let draft = if shared {
            draft
        } else {
            draft.level(Level::Note)
        };
        draft.report(findings);
    }
}

/// Calls whose key other services of the tree hold too.
pub(super) fn check_shared(project: &ProjectFacts<'_>, findings: &mut Vec<Finding>) {
    for identity in &project.trust.identities {
        let Some(holders) = shared_secret::sharers(project, identity) else {
            continue;
        };
        for holding in &identity.holdings {
            let mut others = holders.roles.keys();
            if !others.any(|other| *other != holding.service) {
                continue;
            }
            for site in &holding.sites {
                let Some(place) = unchecked(site) else {
                    continue;
                };
                draft(site, place)
                    .message(format!(
                        "This {} {} checks no audience, and {} can mint with the same key: a token that was issued for \
                         another service is accepted here.",
                        site.library.name,
                        site.noun(),
                        holders.names(|service, _| service != holding.service)
                    ))
                    .report(findings);
            }
        }
    }
}

/// Where the audience is not checked, when the token is verified otherwise.
fn unchecked(site: &Site) -> Option<&Place> {
    let place = match site.check(Slot::Audience) {
        Check::Unchecked | Check::Until(_) => &site.place,
        Check::Disabled(place) => place,
        _ => return None,
    };
    let skipped = matches!(site.check(Slot::Signature), Check::Disabled(_));
    (site.kind == SiteKind::Verify && !skipped && !site.has_inert(Slot::Audience)).then_some(place)
}

fn draft(site: &Site, place: &Place) -> Draft {
    Draft::new(ID, site, place, "audience not checked")
        .remedy(
            site.fix(Slot::Audience),
            "Give the audience that names this service.",
        )
        .related(&site.place, "the call")
}

/// Whoever verifies with a public or fetched key is not the only one who does. The other half of a pair that a service
/// makes for itself is in nobody else's hands.
fn reaches_others(site: &Site) -> bool {
    let is_own = |key: &Key| matches!(key.material, Material::Generated);
    matches!(site.key_kind(), Some(KeyKind::Public | KeyKind::Jwks))
        && (site.keys.is_empty() || !site.keys.iter().all(is_own))
}
