//! The tree as import resolution sees it: its files, its manifests, and how paths are put together.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// A manifest longer than this is not read.
const MAX_MANIFEST_BYTES: usize = 1_024 * 1_024;
/// Folders above a file that are looked at.
pub(super) const MAX_ANCESTORS: usize = 64;
/// Manifests of one name that are read to find a package.
pub(super) const MAX_MANIFESTS: usize = 5_000;

/// The tree as import resolution sees it. Paths are relative to the linted root, with forward slashes.
pub trait Tree: Sync {
    /// Whether there is a code file of this path.
    fn has(&self, path: &str) -> bool;
    /// Content of a small text file (a manifest, a compiler's settings), when it is there.
    fn read(&self, path: &str) -> Option<Arc<str>>;
    /// Folders that hold a file of this name (`package.json`, `Cargo.toml`), sorted; "" is the root.
    fn folders_with(&self, name: &str) -> Vec<String>;
}

/// Where an import leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The file.
    pub file: String,
    /// How many names of the import's path were used up to find it; the rest are names in that file.
    pub used: usize,
}

/// What the manifest nearest to a file says of the code beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Folder of the manifest; "" is the root.
    pub folder: String,
    /// Names of what it depends on, as code imports them.
    pub dependencies: BTreeSet<String>,
    /// It names an entry for browsers and no other.
    pub is_for_browsers: bool,
    /// It is built for other programs to load.
    pub is_loaded: bool,
}

/// What was made from files of the tree, by path, each once.
pub(super) struct Remembered<T>(Mutex<HashMap<String, Option<Arc<T>>>>);

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Remembered<T> {
    /// What `make` makes of the file's text; `None` when there is no such file or nothing could be made of it.
    pub(super) fn of(
        &self,
        tree: &dyn Tree,
        path: &str,
        make: impl FnOnce(&str) -> Option<T>,
    ) -> Option<Arc<T>> {
        if let Some(known) = locked(&self.0).get(path) {
            return known.clone();
        }
        let made = tree
            .read(path)
            .filter(|text| text.len() <= MAX_MANIFEST_BYTES)
            .and_then(|text| make(text.strip_prefix('\u{feff}').unwrap_or(&text)))
            .map(Arc::new);
        locked(&self.0).insert(path.to_owned(), made.clone());
        made
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The folder a file or folder is in; "" for the root's.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The folder and those above it up to the root, nearest first.
pub(crate) fn upwards(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| {
        (!folder.is_empty()).then(|| folder_of(folder))
    })
    .take(MAX_ANCESTORS)
}

/// `relative` seen from `folder`, without dots; `None` outside the tree.
pub(crate) fn join(folder: &str, relative: &str) -> Option<String> {
    let mut segments: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            _ => segments.push(part),
        }
    }
    Some(segments.join("/"))
}

/// A name inside a folder.
pub(crate) fn inside(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// Whether `path` is below `folder`, or is it.
pub(crate) fn is_under(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
