//! `fallback-key`: a literal key stands behind a variable or setting.

use super::draft::Draft;
use super::key_literal::key_literals;
use super::setting_key::setting_keys;
use crate::facts::FileFacts;
use crate::finding::Finding;
use crate::models::schema::Slot;
use crate::project_facts::ProjectFacts;

pub(super) const ID: &str = "fallback-key";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for literal in key_literals(facts).filter(|literal| literal.weakness.is_none()) {
        let Some(name) = literal.behind else { continue };
        let site = literal.site;
        let variable = describe(name, literal.behind_environment);
        Draft::new(ID, site, literal.place, "used when nothing is set")
            .message(format!(
                "When {variable} is not set, a key that everyone can read in the code is used, and nobody notices."
            ))
            .remedy(site.fix(Slot::Key), &format!("Drop the default and fail at start when {variable} is missing."))
            .related(&site.place, "used here")
            .flow(&literal.key.flow, &site.place, "used as the key")
            .written_in(literal.key.context)
            .guarded(literal.key)
            .report(findings);
    }
}

/// Defaults in settings files: `${JWT_SECRET:-…}`.
pub(super) fn check_settings(project: &ProjectFacts<'_>, findings: &mut Vec<Finding>) {
    for key in setting_keys(project) {
        if key.weakness.is_some() || !key.value.is_default {
            continue;
        }
        Draft::of_file(ID, &key.value.place, key.context, "used when nothing is set")
            .message(format!(
                "{} has a default that everyone can read here: it is used when nothing is set, and nobody notices.",
                key.describe()
            ))
            .remedy(None, "Drop the default, and fail when the variable is missing (`${NAME:?}`).")
            .level(key.level())
            .at_most(key.confidence())
            .report(findings);
    }
}

/// The variable or setting as a reader knows it.
pub(super) fn describe(name: &str, environment: bool) -> String {
    match (name.is_empty(), environment) {
        (true, true) => "the environment variable".to_owned(),
        (true, false) => "the setting".to_owned(),
        (false, true) => format!("the environment variable {name}"),
        (false, false) => format!("`{name}`"),
    }
}
