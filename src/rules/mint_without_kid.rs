//! `mint-without-kid`: tokens that are signed with a private key do not say with which.

use super::algorithm::is_asymmetric;
use super::draft::Draft;
use crate::facts::{Algorithms, FileFacts, Site};
use crate::finding::Finding;
use crate::models::schema::{KeyKind, Slot};

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

fn signs_with_key_pair(site: &Site) -> bool {
    match &site.algorithms {
        Algorithms::Known {
            names, open: false, ..
        } => !names.is_empty() && names.iter().all(|name| is_asymmetric(name)),
        _ => site.key_kind() == Some(KeyKind::Private),
    }
}
