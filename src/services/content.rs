//! What the content of a key says: which part of a key it is, and of which pair.

use std::collections::BTreeMap;

use crate::finding::Place;
use crate::key_files::KeyFile;
use crate::keys::{self, KeyMaterial, KeyType};
use crate::source::Span;
use crate::syntax::ir::Literal;

/// Which part of a key a service is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A shared secret: it mints and verifies.
    Secret,
    /// The private half of a pair: it mints.
    Private,
    /// The public half of a pair: it only verifies.
    Public,
    /// Not known.
    Unknown,
}

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

/// What a file that holds a key says.
pub(super) struct FileContent {
    pub(super) content: Option<Content>,
    /// A secret that is kept as text.
    pub(super) text: Option<(Literal, Place)>,
    /// Places of calls that use it as their key.
    pub(super) used_at: Vec<Place>,
}

/// The content of files that are a key and nothing else, by path.
pub(super) fn contents(files: &[KeyFile<'_>]) -> BTreeMap<String, FileContent> {
    let is_key = |file: &&KeyFile<'_>| file.keys.iter().all(|key| key.setting.is_none());
    files
        .iter()
        .filter(is_key)
        .map(|file| {
            let place = |span: Span| Place {
                path: file.path.clone(),
                span,
                message: String::new(),
            };
            let sites = file.uses.iter().flat_map(|by| &by.sites);
            let content = FileContent {
                content: Content::of_keys(file.keys.iter().map(|key| &key.material)),
                text: file
                    .text
                    .as_ref()
                    .map(|(text, span)| (text.clone(), place(*span))),
                used_at: sites.map(|site| site.place.clone()).collect(),
            };
            (file.path.clone(), content)
        })
        .collect()
}
