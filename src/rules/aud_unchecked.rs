//! `aud-unchecked`: a token that was issued for another service is accepted.

use super::draft::Draft;
use super::shared_secret;
use crate::facts::{Check, FileFacts, Key, Material, Site, SiteKind};
use crate::finding::{Finding, Level, Place};
use crate::models::schema::{KeyKind, Slot};
use crate::project_facts::ProjectFacts;
use crate::services::TrustGraph;

pub(super) const ID: &str = "aud-unchecked";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in facts.sites.iter().filter(|site| !is_for_project(site)) {
        let is_fetched = site.key_kind() == Some(KeyKind::Jwks) && !is_made_here(site);
        report(site, is_fetched, findings);
    }
}

/// Calls that verify with a public key, and calls whose key other services of the tree hold too.
pub(super) fn check_shared(project: &ProjectFacts<'_>, findings: &mut Vec<Finding>) {
    let sites = project.files.iter().flat_map(|facts| &facts.sites);
    for site in sites.filter(|site| is_for_project(site)) {
        report(site, reaches_others(site, &project.trust), findings);
    }
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

/// Says that the audience is not checked: a hint only, where no other service is known to get tokens of the issuer.
fn report(site: &Site, reaches_others: bool, findings: &mut Vec<Finding>) {
    let Some(place) = unchecked(site) else {
        return;
    };
    let (library, noun) = (&site.library.name, site.noun());
    let message = if reaches_others {
        format!(
            "This {library} {noun} checks no audience, and others can get tokens of this issuer: one that was issued \
             for another service is accepted here."
        )
    } else {
        format!(
            "This {library} {noun} checks no audience. That is enough only while no other service uses this key."
        )
    };
    let draft = draft(site, place).message(message);
    let draft = if reaches_others {
        draft
    } else {
        draft.level(Level::Note)
    };
    draft.report(findings);
}

/// Who else verifies with a public key is not to be seen from one file.
fn is_for_project(site: &Site) -> bool {
    site.key_kind() == Some(KeyKind::Public)
}

/// Whoever verifies with a public key is not the only one who does, unless the service signs with the other half: one
/// that it is given, or that it makes for itself.
fn reaches_others(site: &Site, trust: &TrustGraph<'_>) -> bool {
    !is_made_here(site) && !trust.own_pairs.contains(&site.place)
}

fn is_made_here(site: &Site) -> bool {
    let is_made = |key: &Key| matches!(key.material, Material::Generated);
    !site.keys.is_empty() && site.keys.iter().all(is_made)
}
