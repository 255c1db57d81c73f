//! Literal keys at key slots: what the three rules about them share.

use super::algorithm::least_key_bytes;
use super::strength::{Weakness, weakness};
use crate::eval::decode_base64;
use crate::facts::{Algorithms, Confined, FileFacts, Key, Material, Site, SiteKind};
use crate::finding::Place;
use crate::models::schema::{Encoding, KeyKind};
use crate::syntax::ir::Literal;

/// A key that is written in the code.
pub(super) struct KeyLiteral<'a> {
    pub(super) site: &'a Site,
    pub(super) key: &'a Key,
    pub(super) place: &'a Place,
    /// The variable or setting it stands behind.
    pub(super) behind: Option<&'a str>,
    /// The variable is one of the environment.
    pub(super) behind_environment: bool,
    /// What makes it weak.
    pub(super) weakness: Option<Weakness>,
}

/// Every literal secret or private key that reaches a key slot.
pub(super) fn key_literals(facts: &FileFacts) -> impl Iterator<Item = KeyLiteral<'_>> {
    let keyed = |site: &&Site| {
        // A key in a settings file is that of the rules about those.
        !site.declared
            && !matches!(
                site.kind,
                SiteKind::Decode
                    | SiteKind::Header
                    | SiteKind::Jwks
                    | SiteKind::OtherSecret
                    | SiteKind::Publish
            )
    };
    // The call that verifies or mints says more than the one that makes the key.
    let (makers, users): (Vec<&Site>, Vec<&Site>) = facts
        .sites
        .iter()
        .filter(keyed)
        .partition(|site| site.kind == SiteKind::Key);
    users.into_iter().chain(makers).flat_map(move |site| {
        site.keys
            .iter()
            .filter_map(move |key| literal_of(facts, site, key))
    })
}

fn literal_of<'a>(facts: &FileFacts, site: &'a Site, key: &'a Key) -> Option<KeyLiteral<'a>> {
    let (text, place, behind) = key.material.literal()?;
    let is_secret = matches!(key.kind, Some(KeyKind::Secret | KeyKind::Private) | None);
    let is_public_text =
        text.reveal().contains("-----BEGIN") && !text.reveal().contains("PRIVATE KEY-----");
    let is_refused = key.confined == Some(Confined::Refused);
    if !is_secret || is_public_text || is_refused || text.reveal().is_empty() {
        return None;
    }
    let weakness = if key.kind == Some(KeyKind::Private) || text.reveal().contains("-----BEGIN") {
        None
    } else {
        weakness(
            text,
            key_bytes(text, key.encoding),
            least_key_bytes(algorithm_names(site)),
            &facts.known_keys,
        )
    };
    let behind_environment = matches!(key.material, Material::Environment { .. });
    Some(KeyLiteral {
        site,
        key,
        place,
        behind,
        behind_environment,
        weakness,
    })
}

/// Algorithms of a call, as far as they are known.
pub(super) fn algorithm_names(site: &Site) -> &[String] {
    match &site.algorithms {
        Algorithms::Known { names, .. } => names,
        _ => &[],
    }
}

/// The length of a key once it is decoded.
pub(super) fn key_bytes(text: &Literal, encoding: Encoding) -> usize {
    match encoding {
        Encoding::Base64 => {
            decode_base64(text.reveal()).map_or(text.reveal().len(), |bytes| bytes.len())
        }
        Encoding::Hex => text.reveal().len() / 2,
        Encoding::Text | Encoding::Pem => text.reveal().len(),
    }
}
