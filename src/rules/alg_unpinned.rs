//! `alg-unpinned`: no allowlist, where the library then lets the header choose.

use super::algorithm::skips_signature;
use super::draft::Draft;
use crate::facts::{Algorithms, FileFacts, Key, LibraryVersion, Material, Site, SiteKind};
use crate::finding::{Confidence, Finding, Level};
use crate::models::schema::{KeyKind, Slot, UnsetAlgorithms};

pub(super) const ID: &str = "alg-unpinned";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in facts
        .sites
        .iter()
        .filter(|site| site.kind == SiteKind::Verify && !skips_signature(site))
    {
        if site.has_inert(Slot::Algorithms) {
            continue;
        }
        let Algorithms::Unset(unset) = site.algorithms else {
            continue;
        };
        let library = &site.library.name;
        let noun = site.noun();
        let (message, pedantic) = match unset {
            UnsetAlgorithms::Header => (
                format!(
                    "This {library} {noun} has no allowlist, so the token's header chooses the algorithm."
                ),
                site.none_refused && has_made_secrets(site),
            ),
            UnsetAlgorithms::ByKeyText if key_may_be_missing(site) => (
                format!(
                    "This {library} {noun} has no allowlist, and in this version a key that turns out to be missing \
                     means `none`: an unsigned token passes."
                ),
                false,
            ),
            UnsetAlgorithms::ByKeyText | UnsetAlgorithms::ByKey => (
                format!(
                    "This {library} {noun} has no allowlist; the type of the key limits what the header may choose."
                ),
                true,
            ),
            UnsetAlgorithms::Pinned
            | UnsetAlgorithms::Closed
            | UnsetAlgorithms::Unsigned
            | UnsetAlgorithms::Elsewhere => continue,
        };
        let draft = Draft::new(ID, site, &site.place, "no allowlist of algorithms")
            .message(message)
            .remedy(
                site.fix(Slot::Algorithms),
                "Allow exactly the algorithm that your keys are for.",
            );
        let draft = if pedantic {
            draft.level(Level::Note).pedantic()
        } else {
            draft
        };
        let draft = match site.library.version {
            LibraryVersion::Range { .. } => draft.at_most(Confidence::Medium),
            _ => draft,
        };
        draft.report(findings);
    }
}

/// Random bytes that nobody has a second half of: whatever HMAC the header chooses, they are its secret.
fn has_made_secrets(site: &Site) -> bool {
    let is_made = |key: &Key| {
        let is_secret = key.kind.is_none_or(|kind| kind == KeyKind::Secret);
        is_secret && matches!(key.material, Material::Generated)
    };
    !site.keys.is_empty() && site.keys.iter().all(is_made)
}

/// A key that is looked up for each token can come back empty; a setting that is read once cannot.
fn key_may_be_missing(site: &Site) -> bool {
    site.keys
        .iter()
        .any(|key| key.from_callback || key.kind == Some(KeyKind::Jwks))
}
