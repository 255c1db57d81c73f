//! `weak-key`: an HMAC secret that can be guessed.
//!
//! A weak secret that is also hardcoded is one finding of `hardcoded-key`, which is worse.

use super::algorithm::{is_hmac, least_key_bytes};
use super::draft::Draft;
use super::fallback_key;
use super::key_literal::{algorithm_names, key_literals};
use super::secret_in_config;
use super::setting_key::setting_keys;
use super::strength::weakness;
use crate::facts::{FileFacts, Key, Material, Site, SiteKind};
use crate::finding::{Confidence, Finding, Place};
use crate::key_files::{KeyFile, KeyFileUse};
use crate::models::schema::KeyKind;
use crate::project_facts::ProjectFacts;

pub(super) const ID: &str = "weak-key";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    check_guessable(facts, findings);
    for literal in key_literals(facts) {
        let (Some(weakness), Some(name)) = (literal.weakness, literal.behind) else {
            continue;
        };
        let site = literal.site;
        let variable = fallback_key::describe(name, literal.behind_environment);
        Draft::new(ID, site, literal.place, "a weak key, used when nothing is set")
            .message(format!(
                "The key that is used when {variable} is not set {}.",
                weakness.describe()
            ))
            .remedy(
                None,
                &format!(
                    "Drop the default, fail at start when {variable} is missing, and set it to at least 32 random bytes."
                ),
            )
            .related(&site.place, "used here")
            .flow(&literal.key.flow, &site.place, "used as the key")
            .written_in(literal.key.context)
            .guarded(literal.key)
            .also(Some(fallback_key::ID))
            .report(findings);
    }
}

/// Keys from a generator whose numbers can be worked out.
fn check_guessable(facts: &FileFacts, findings: &mut Vec<Finding>) {
    let keyed = |site: &&Site| {
        matches!(
            site.kind,
            SiteKind::Mint | SiteKind::Verify | SiteKind::Register | SiteKind::Key
        )
    };
    for site in facts.sites.iter().filter(keyed) {
        for key in &site.keys {
            let Some((place, behind)) = key.material.guessable() else {
                continue;
            };
            let when = behind.map_or_else(String::new, |name| {
                format!(" that is used when {name} is not set")
            });
            Draft::new(ID, site, place, "not made for secrets")
                .message(format!(
                    "The key{when} comes from a generator that is not made for secrets: its numbers can be worked \
                     out, and with them the key."
                ))
                .remedy(
                    None,
                    "Make the key once with a generator for secrets, at least 32 random bytes, keep it in a secret \
                     manager, and fail when it is missing.",
                )
                .related(&site.place, "used here")
                .written_in(key.context)
                .guarded(key)
                .report(findings);
        }
    }
}

/// Secrets that are kept in a file of their own.
pub(super) fn check_files(project: &ProjectFacts<'_>, findings: &mut Vec<Finding>) {
    for file in &project.key_files {
        let Some((text, span)) = &file.text else {
            continue;
        };
        let used = file
            .uses
            .iter()
            .find_map(|by| Some((by, hmac_site(file, by)?)));
        let Some((by, site)) = used else {
            continue;
        };
        let least = least_key_bytes(algorithm_names(site));
        let known = &by.facts.known_keys;
        let Some(weakness) = weakness(text, text.reveal().len(), least, known) else {
            continue;
        };
        let place = Place {
            path: file.path.clone(),
            span: *span,
            message: String::new(),
        };
        let confidence = if by.is_url {
            Confidence::Medium
        } else {
            Confidence::High
        };
        Draft::of_file(ID, &place, file.context, "a weak key")
            .message(format!(
                "The key of tokens that is kept in this file {}.",
                weakness.describe()
            ))
            .remedy(
                None,
                "Replace it by at least 32 random bytes, and keep them out of the repository and of what is served.",
            )
            .at_most(confidence)
            .related(&by.place, "read here")
            .related(&site.place, "used here")
            .report(findings);
    }
}

/// Secrets that stand in settings files.
pub(super) fn check_settings(project: &ProjectFacts<'_>, findings: &mut Vec<Finding>) {
    for key in setting_keys(project) {
        let Some(weakness) = key.weakness else {
            continue;
        };
        let also = if key.value.is_default {
            fallback_key::ID
        } else {
            secret_in_config::ID
        };
        let mut draft = Draft::of_file(ID, &key.value.place, key.context, "a weak key")
            .message(format!("{} {}.", key.describe(), weakness.describe()))
            .remedy(
                None,
                "Replace it by at least 32 random bytes, and have the deployment take them from a secret manager.",
            )
            .level(key.level())
            .at_most(key.confidence())
            .also(Some(also));
        for site in key.holding.sites.iter().take(3) {
            draft = draft.related(&site.place, "used here");
        }
        draft.report(findings);
    }
}

/// Names of files that hold a secret.
const SECRET_WORDS: [&str; 4] = ["key", "secret", "hmac", "jwt"];

/// The call that uses a file as its HMAC key. For an address it is one whose key is not known otherwise, and may be
/// the file's by its name.
fn hmac_site<'a>(file: &KeyFile<'_>, by: &KeyFileUse<'a>) -> Option<&'a Site> {
    let all_hmac = |site: &Site| algorithm_names(site).iter().all(|name| is_hmac(name));
    let is_hmac_only = |site: &Site| !algorithm_names(site).is_empty() && all_hmac(site);
    if by.is_url {
        let has_unknown_key = |site: &Site| {
            site.keys
                .iter()
                .any(|key| matches!(key.material, Material::Unknown(_)))
        };
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let names_secret = SECRET_WORDS
            .iter()
            .any(|word| name.to_ascii_lowercase().contains(word));
        return by.facts.sites.iter().find(|site| {
            matches!(site.kind, SiteKind::Mint | SiteKind::Verify)
                && names_secret
                && all_hmac(site)
                && has_unknown_key(site)
        });
    }
    let is_secret = |site: &Site| {
        let is_file = |key: &Key| matches!(key.material, Material::File(_));
        site.keys
            .iter()
            .any(|key| is_file(key) && key.kind == Some(KeyKind::Secret))
    };
    by.sites
        .iter()
        .copied()
        .find(|site| is_hmac_only(site) || is_secret(site))
}
