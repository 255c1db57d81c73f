//! `secret-in-config`: the secret of tokens stands in a settings file of the repository.
//!
//! A weak one is one finding of `weak-key`, which is worse, and a default behind a variable one of `fallback-key`.

use super::draft::Draft;
use super::setting_key::setting_keys;
use crate::finding::Finding;
use crate::project_facts::ProjectFacts;

pub(super) const ID: &str = "secret-in-config";

pub(super) fn check(project: &ProjectFacts<'_>, findings: &mut Vec<Finding>) {
    for key in setting_keys(project) {
        if key.weakness.is_some() || key.value.is_default {
            continue;
        }
        let mut draft = Draft::of_file(ID, &key.value.place, key.context, "the key is in the repository")
            .message(format!(
                "{} stands in the repository in plain text: whoever can read it can mint tokens that are accepted.",
                key.describe()
            ))
            .remedy(
                None,
                "Replace the key, since the history keeps this one, and have the deployment take the new one from a secret manager.",
            )
            .level(key.level())
            .at_most(key.confidence());
        for site in key.holding.sites.iter().take(3) {
            draft = draft.related(&site.place, "used here");
        }
        draft.report(findings);
    }
}
