//! Which kind of key a call is given that reads it from a file: what stands in the file says so, where no name does.

use std::collections::BTreeSet;

use super::{file_of, paths};
use crate::facts::FileFacts;
use crate::keys::{self, Container, KeyType};
use crate::models::schema::KeyKind;
use crate::source::{SourceFile, Span};

/// Notes that keys are public ones where they are read from a file that holds a public key and nothing else.
pub fn tell_kinds(files: &mut [FileFacts], key_sources: &[SourceFile]) {
    let public: BTreeSet<&str> = key_sources
        .iter()
        .filter(|source| holds_public_key(source))
        .map(|source| source.path.as_str())
        .collect();
    if public.is_empty() {
        return;
    }
    let reads: BTreeSet<(String, Span)> = files
        .iter()
        .flat_map(|facts| &facts.reads)
        .filter(|read| paths::resolve(read, |path| public.contains(path)).is_some())
        .map(|read| (read.path.clone(), read.place.span))
        .collect();
    for key in files
        .iter_mut()
        .flat_map(|facts| &mut facts.sites)
        .flat_map(|site| &mut site.keys)
        .filter(|key| key.kind.is_none())
    {
        let is_read = file_of(&key.material).is_some_and(|path| {
            key.flow
                .iter()
                .any(|step| reads.contains(&(path.to_owned(), step.span)))
        });
        if is_read {
            key.kind = Some(KeyKind::Public);
        }
    }
}

fn holds_public_key(source: &SourceFile) -> bool {
    let found = keys::read(source.bytes());
    let is_public = |key: &keys::KeyMaterial| {
        !key.private && key.key_type != KeyType::Symmetric && key.container == Container::Pem
    };
    !found.is_empty() && found.iter().all(is_public)
}
