//! `jwks-private-material`: a key set that is handed out holds private keys.

use super::draft::Draft;
use super::key_file::{is_json, is_served};
use crate::facts::{FileFacts, Material, Site, SiteKind};
use crate::finding::{Confidence, Finding, Place};
use crate::key_files::{KeyFile, StoredKey};
use crate::keys::KeyType;
use crate::project_facts::ProjectFacts;

pub(super) const ID: &str = "jwks-private-material";

const REMEDY: &str = "Publish the public members only (`kty`, `kid`, `use`, `alg`, `n`, `e`, `crv`, `x`, `y`), and replace the keys.";

/// Key sets that the code puts together.
pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    let published = |site: &&Site| site.kind == SiteKind::Publish;
    for site in facts.sites.iter().filter(published) {
        let mut draft = Draft::new(ID, site, &site.place, "written out with its private members")
            .message(
                "The answer that is put together here holds the private part of a key: whoever fetches it can mint \
                 tokens that are accepted.",
            )
            .remedy(None, REMEDY);
        for key in &site.keys {
            // That a key is private is then told by its name alone.
            if !matches!(
                key.material,
                Material::Generated | Material::Literal { .. } | Material::Nothing
            ) {
                draft = draft.at_most(Confidence::Medium);
            }
            if let Some((answer, way)) = key.flow.split_last() {
                draft =
                    draft
                        .related(answer, "handed out here")
                        .flow(way, answer, "handed out here");
            }
        }
        draft.report(findings);
    }
}

/// Key sets in files.
pub(super) fn check_files(project: &ProjectFacts<'_>, findings: &mut Vec<Finding>) {
    for file in &project.key_files {
        let mut private = file
            .keys
            .iter()
            .filter(|key| is_published_private(file, key));
        let Some(first) = private.next() else {
            continue;
        };
        let what = if first.material.key_type == KeyType::Symmetric {
            "a shared secret"
        } else {
            "the private part of a key"
        };
        let place = |key: &StoredKey| Place {
            path: file.path.clone(),
            span: key.material.span,
            message: String::new(),
        };
        let mut draft = Draft::of_file(ID, &place(first), file.context, "a private member")
            .message(format!(
                "This key set is handed out and holds {what}: whoever fetches it can mint tokens that are accepted."
            ))
            .remedy(None, REMEDY)
            .at_most(Confidence::Medium);
        for key in private {
            draft = draft.related(&place(key), "another private key");
        }
        draft.report(findings);
    }
}

/// Whether a key is private, and the file is one that a web server hands out.
pub(super) fn is_published_private(file: &KeyFile<'_>, key: &StoredKey) -> bool {
    is_json(key) && key.material.private && is_served(&file.path)
}
