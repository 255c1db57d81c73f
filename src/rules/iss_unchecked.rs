//! `iss-unchecked`: a token of another issuer is accepted where keys are fetched or shared.

use super::draft::Draft;
use crate::facts::{Check, FileFacts, Key, Material, SiteKind};
use crate::finding::{Finding, Level, Place};
use crate::models::schema::{KeyKind, Slot};

pub(super) const ID: &str = "iss-unchecked";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in facts
        .sites
        .iter()
        .filter(|site| site.kind == SiteKind::Verify)
    {
        let place: &Place = match site.check(Slot::Issuer) {
            Check::Unchecked | Check::Until(_) => &site.place,
            Check::Disabled(place) => place,
            _ => continue,
        };
        if matches!(site.check(Slot::Signature), Check::Disabled(_)) || site.has_inert(Slot::Issuer)
        {
            continue;
        }
        // A secret of its own, and one public key that was given to it, say who issued the token.
        let fetched = match site.key_kind() {
            Some(KeyKind::Jwks) => true,
            Some(KeyKind::Public) => !site.keys.iter().all(is_given),
            _ => false,
        };
        let draft = Draft::new(ID, site, place, "issuer not checked")
            .message(format!(
                "This {} {} checks no issuer: any token that the key verifies is accepted, whoever it was issued by.",
                site.library.name,
                site.noun()
            ))
            .remedy(site.fix(Slot::Issuer), "Give the issuer that you trust.")
            .related(&site.place, "the call");
        let draft = if fetched {
            draft
        } else {
            draft.level(Level::Note).pedantic()
        };
        draft.report(findings);
    }
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
