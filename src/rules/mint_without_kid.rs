//! `mint-without-kid`: tokens that are signed with a private key do not say with which; or two keys have one id.

use super::algorithm::is_asymmetric;
use super::draft::Draft;
use super::key_file::is_json;
use crate::facts::{Algorithms, FileFacts, Site};
use crate::finding::{Finding, Place};
use crate::key_files::{KeyFile, StoredKey};
use crate::models::schema::{KeyKind, Slot};
use crate::project_facts::ProjectFacts;

pub(super) const ID: &str = "mint-without-kid";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in &facts.sites {
        let Some(mint) = &site.mint else { continue };
        if mint.key_id != Some(false) || !signs_with_key_pair(site) {
            continue;
        }
        Draft::new(ID, site, &site.place, "no key id")
            .message(format!(
                "This {} call signs with a private key and does not say with which: those who verify cannot hold two \
                 keys at a time, so the key cannot be changed without a break.",
                site.library.name
            ))
            .remedy(site.fix(Slot::KeyId), "Put the id of the key into the header as `kid`.")
            .report(findings);
    }
}

/// Keys of one set that have the same id.
pub(super) fn check_sets(project: &ProjectFacts<'_>, findings: &mut Vec<Finding>) {
    for file in &project.key_files {
        for (index, key) in file.keys.iter().enumerate() {
            let earlier = file.keys.iter().take(index);
            let Some(first) = earlier.into_iter().find(|first| share_id(first, key)) else {
                continue;
            };
            let place = |key: &StoredKey| place_of(file, key);
            Draft::of_file(ID, &place(key), file.context, "the same `kid` as another key")
                .message(
                    "Two keys of this set have the same `kid`: it does not say which of them signed a token, and most \
                     verifiers take the first.",
                )
                .remedy(
                    None,
                    "Give each key an id of its own, such as its thumbprint (RFC 7638) or the date it was made.",
                )
                .related(&place(first), "the other key")
                .report(findings);
        }
    }
}

/// Whether two different keys of one type and purpose have one id.
fn share_id(first: &StoredKey, second: &StoredKey) -> bool {
    let (one, two) = (&first.material, &second.material);
    is_json(first)
        && one.set == two.set
        && one.kid.is_some()
        && one.kid == two.kid
        && one.key_type == two.key_type
        && one.usage == two.usage
        && one.identity.is_some()
        && two.identity.is_some()
        && one.identity != two.identity
}

fn place_of(file: &KeyFile<'_>, key: &StoredKey) -> Place {
    Place {
        path: file.path.clone(),
        span: key.material.span,
        message: String::new(),
    }
}

fn signs_with_key_pair(site: &Site) -> bool {
    match &site.algorithms {
        Algorithms::Known {
            names, open: false, ..
        } => !names.is_empty() && names.iter().all(|name| is_asymmetric(name)),
        _ => site.key_kind() == Some(KeyKind::Private),
    }
}
