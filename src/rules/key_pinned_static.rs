//! `key-pinned-static`: a public key has no place for its successor, so that to change it means a release or a break.

use super::algorithm::is_asymmetric;
use super::draft::Draft;
use super::key_file::{is_json, is_served};
use super::key_literal::algorithm_names;
use crate::facts::{FileFacts, Key, PublishedSet, Site, SiteKind};
use crate::finding::{CodeContext, Confidence, Finding, Place};
use crate::key_files::KeyFile;
use crate::keys;
use crate::models::schema::KeyKind;
use crate::project_facts::ProjectFacts;

pub(super) const ID: &str = "key-pinned-static";

/// Keys that are written in the code.
pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    let verifies = |site: &&Site| matches!(site.kind, SiteKind::Verify | SiteKind::Register);
    for site in facts.sites.iter().filter(verifies) {
        let Some((key, place)) = only_key(site) else {
            continue;
        };
        Draft::new(ID, site, place, "the one key")
            .message(
                "The one public key that verifies tokens is written in the code: when it is replaced, every service \
                 that has it must be released at that moment, and tokens of the old or the new key are refused until then.",
            )
            .remedy(
                None,
                "Fetch the issuer's key set and choose by `kid`; or read the keys from a setting that holds two, the \
                 current and the next.",
            )
            .related(&site.place, "used here")
            .flow(&key.flow, &site.place, "used as the key")
            .written_in(key.context)
            .report(findings);
    }
}

/// The public key of a call, when it is its only one and the code itself has it.
fn only_key(site: &Site) -> Option<(&Key, &Place)> {
    let [key] = site.keys.as_slice() else {
        return None;
    };
    let (text, place, behind) = key.material.literal()?;
    let found = keys::read(text.reveal().as_bytes());
    let [only] = found.as_slice() else {
        return None;
    };
    let names = algorithm_names(site);
    let is_public = !only.private
        && key.kind != Some(KeyKind::Secret)
        && names.iter().all(|name| is_asymmetric(name));
    (is_public && behind.is_none()).then_some((key, place))
}

/// Sets of one key beside code that rotates.
pub(super) fn check_sets(project: &ProjectFacts<'_>, findings: &mut Vec<Finding>) {
    let is_product = |path: &str| crate::code_context::of_path(path) != Some(CodeContext::Test);
    let mut rotations = project.files.iter().flat_map(|facts| &facts.rotations);
    let Some(rotation) = rotations.find(|place| is_product(&place.path)) else {
        return;
    };
    let report = |place: &Place, context, scope: &str, findings: &mut Vec<Finding>| {
        Draft::of_file(ID, place, context, "one key only")
            .in_scope(scope)
            .message(
                "This key set has one key, and the keys are rotated: at that moment, whoever has the old set refuses new \
                 tokens, and whoever has the new one refuses those that were just given out.",
            )
            .remedy(
                None,
                "Publish the next key before it signs, and keep the last one until its tokens have expired.",
            )
            .related(rotation, "a new key is made here")
            .at_most(Confidence::Medium)
            .report(findings);
    };
    for set in project.files.iter().flat_map(|facts| &facts.key_sets) {
        if has_one_key(set) {
            report(&set.place, set.context, &set.scope, findings);
        }
    }
    for file in project
        .key_files
        .iter()
        .filter(|file| is_served(&file.path))
    {
        if let Some(place) = one_public_key(file) {
            report(&place, file.context, "", findings);
        }
    }
}

fn has_one_key(set: &PublishedSet) -> bool {
    set.key_ids.len() == 1 && !set.open
}

fn one_public_key(file: &KeyFile<'_>) -> Option<Place> {
    let [key] = file.keys.as_slice() else {
        return None;
    };
    let is_set = is_json(key) && key.material.set != 0 && !key.material.private;
    is_set.then(|| Place {
        path: file.path.clone(),
        span: key.material.span,
        message: String::new(),
    })
}
