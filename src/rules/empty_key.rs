//! `empty-key`: the key is empty when a variable is unset, and the library goes on.

use super::draft::Draft;
use super::fallback_key;
use crate::facts::{FileFacts, Material, SiteKind};
use crate::finding::Finding;
use crate::models::schema::{KeyKind, Slot};

pub(super) const ID: &str = "empty-key";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in facts
        .sites
        .iter()
        .filter(|site| matches!(site.kind, SiteKind::Verify | SiteKind::Mint))
    {
        if !site.empty_key_accepted {
            continue;
        }
        for key in &site.keys {
            let Some((text, place, Some(name))) = key.material.literal() else {
                continue;
            };
            // The half of a pair is refused when it is empty.
            let is_half = matches!(key.kind, Some(KeyKind::Public | KeyKind::Private));
            if is_half || !text.reveal().is_empty() {
                continue;
            }
            let environment = matches!(key.material, Material::Environment { .. });
            let variable = fallback_key::describe(name, environment);
            Draft::new(ID, site, place, "an empty key when nothing is set")
                .message(format!(
                    "When {variable} is not set the key is empty, and this version of {} signs and verifies with it: \
                     anyone can mint tokens.",
                    site.library.name
                ))
                .remedy(site.fix(Slot::Key), &format!("Fail at start when {variable} is missing."))
                .related(&site.place, "used here")
                .report(findings);
        }
    }
}
