//! `key-reused`: one secret for tokens and for something else.

use super::draft::Draft;
use crate::facts::{FileFacts, Material, Site, SiteKind};
use crate::finding::{Confidence, Finding};
use crate::models::schema::Slot;

pub(super) const ID: &str = "key-reused";

/// The setting in which web frameworks keep the secret of sessions and forms.
const FRAMEWORK_SECRET: &str = "SECRET_KEY";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    let signs =
        |kind: SiteKind| matches!(kind, SiteKind::Verify | SiteKind::Mint | SiteKind::Register);
    for site in facts.sites.iter().filter(|site| signs(site.kind)) {
        let Some((name, other)) = reused(facts, site) else {
            continue;
        };
        let draft = Draft::new(ID, site, &site.place, "keyed with another secret")
            .message(format!(
                "Tokens are keyed with `{name}`, which also protects sessions or forms: neither can be rotated alone, \
                 and what leaks one leaks both."
            ))
            .remedy(site.fix(Slot::Key), "Give tokens a key of their own.")
            .at_most(Confidence::Medium);
        let draft = match other {
            Some(other) => draft.related(&other.place, "the same secret"),
            None => draft,
        };
        draft.report(findings);
    }
}

/// The name of a key of the site that serves something else too, and where it does when that is seen.
fn reused<'a>(facts: &'a FileFacts, site: &'a Site) -> Option<(&'a str, Option<&'a Site>)> {
    if site.shares_framework_secret {
        return Some((FRAMEWORK_SECRET, None));
    }
    site.keys.iter().find_map(|key| {
        let name = match &key.material {
            Material::Setting {
                path,
                fallback: None,
            } if path == FRAMEWORK_SECRET => return Some((FRAMEWORK_SECRET, None)),
            Material::Environment { name, .. } | Material::Setting { path: name, .. } => {
                name.as_str()
            }
            _ => return None,
        };
        let mut others = facts
            .sites
            .iter()
            .filter(|other| other.kind == SiteKind::OtherSecret);
        let other =
            others.find(|other| other.keys.iter().any(|key| key.material.name() == name))?;
        (!name.is_empty()).then_some((name, Some(other)))
    })
}
