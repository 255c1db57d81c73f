//! `key-reused`: one secret for tokens and for something else.

use super::draft::Draft;
use crate::facts::{FileFacts, Material, SiteKind};
use crate::finding::{Confidence, Finding};
use crate::models::schema::Slot;

pub(super) const ID: &str = "key-reused";

/// Settings in which web frameworks keep the secret of sessions, cookies and forms.
const FRAMEWORK_SECRETS: &[&str] = &[
    "SESSION_SECRET",
    "COOKIE_SECRET",
    "CSRF_SECRET",
    "COOKIE_KEY",
    "SESSION_KEY",
];

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    let signs =
        |kind: SiteKind| matches!(kind, SiteKind::Verify | SiteKind::Mint | SiteKind::Register);
    for site in facts.sites.iter().filter(|site| signs(site.kind)) {
        let reused = site.keys.iter().find_map(|key| {
            let name = match &key.material {
                Material::Environment { name, .. } | Material::Setting { path: name, .. } => name,
                _ => return None,
            };
            let name = name.rsplit('.').next().unwrap_or(name).to_ascii_uppercase();
            FRAMEWORK_SECRETS.contains(&name.as_str()).then_some(name)
        });
        let shared = site
            .shares_framework_secret
            .then(|| "SECRET_KEY".to_owned());
        let Some(name) = reused.or(shared) else {
            continue;
        };
        Draft::new(ID, site, &site.place, "keyed with another secret")
            .message(format!(
                "Tokens are keyed with `{name}`, which also protects sessions or forms: neither can be rotated alone, \
                 and what leaks one leaks both."
            ))
            .remedy(site.fix(Slot::Key), "Give tokens a key of their own.")
            .at_most(Confidence::Medium)
            .report(findings);
    }
}
