//! What the content of a key says: which part of a key it is, and of which pair.

use super::graph::Part;
use crate::keys::{self, KeyMaterial, KeyType};

/// What is known of a key by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) part: Part,
    /// Alike for both halves of a pair.
    pub(super) pair: Option<keys::Identity>,
}

impl Content {
    /// What a text says, when it is a key of a known format.
    pub(super) fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        // Secrets are text of no format: most need no closer look.
        if text.len() < 64 && !text.starts_with('{') {
            return None;
        }
        let known = Self::of_keys(keys::read(text.as_bytes()).iter());
        // A block that is cut or made up still says what it stands for.
        known.or_else(|| {
            let part = match text.contains("-----BEGIN") {
                true if text.contains("PRIVATE KEY") => Part::Private,
                true => Part::Public,
                false => return None,
            };
            Some(Self { part, pair: None })
        })
    }

    /// What the keys of a file say together: it is as dangerous as the worst of them.
    pub(super) fn of_keys<'k>(keys: impl Iterator<Item = &'k KeyMaterial>) -> Option<Self> {
        let one = keys.max_by_key(|key| (key.private, key.identity.is_some()))?;
        let part = match (one.key_type, one.private) {
            (KeyType::Symmetric, _) => Part::Secret,
            (_, true) => Part::Private,
            (_, false) => Part::Public,
        };
        Some(Self {
            part,
            pair: one.identity,
        })
    }
}
