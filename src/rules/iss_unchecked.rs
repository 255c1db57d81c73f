//! `iss-unchecked`: a token of another issuer is accepted where keys are fetched or shared.

use super::draft::Draft;
use crate::facts::{Check, FileFacts, Key, Material, Site, SiteKind};
use crate::finding::{Finding, Level, Place};
use crate::models::schema::{KeyKind, Slot};
use crate::project_facts::ProjectFacts;

pub(super) const ID: &str = "iss-unchecked";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in facts.sites.iter().filter(|site| !is_for_project(site)) {
        report(site, site.key_kind() == Some(KeyKind::Jwks), findings);
    }
}

/// Calls that verify with a public key which nobody gave them.
pub(super) fn check_pairs(project: &ProjectFacts<'_>, findings: &mut Vec<Finding>) {
    let sites = project.files.iter().flat_map(|facts| &facts.sites);
    for site in sites.filter(|site| is_for_project(site)) {
        report(
            site,
            !project.trust.own_pairs.contains(&site.place),
            findings,
        );
    }
}

/// Says that the issuer is not checked: a pedantic hint only, where the key says who issued the token.
fn report(site: &Site, may_be_another: bool, findings: &mut Vec<Finding>) {
    if site.kind != SiteKind::Verify
        || matches!(site.check(Slot::Signature), Check::Disabled(_))
        || site.has_inert(Slot::Issuer)
    {
        return;
    }
    let place: &Place = match site.check(Slot::Issuer) {
        Check::Unchecked | Check::Until(_) => &site.place,
        Check::Disabled(place) => place,
        _ => return,
    };
    let draft = Draft::new(ID, site, place, "issuer not checked")
        .message(format!(
            "This {} {} checks no issuer: any token that the key verifies is accepted, whoever it was issued by.",
            site.library.name,
            site.noun()
        ))
        .remedy(site.fix(Slot::Issuer), "Give the issuer that you trust.")
        .related(&site.place, "the call");
    let draft = if may_be_another {
        draft
    } else {
        draft.level(Level::Note).pedantic()
    };
    draft.report(findings);
}

/// Whether other files say if the service signs with the other half. A secret of its own, and one public key that was
/// given to it, say who issued the token.
fn is_for_project(site: &Site) -> bool {
    site.key_kind() == Some(KeyKind::Public) && !site.keys.iter().all(is_given)
}

/// Whether whoever deploys the service chose this one key, or the service made it itself.
fn is_given(key: &Key) -> bool {
    matches!(
        key.material,
        Material::Literal { .. }
            | Material::Environment { .. }
            | Material::Setting { .. }
            | Material::File(_)
            | Material::Generated
    )
}
