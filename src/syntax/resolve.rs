//! Which file of the tree an import means. Each language has its own way; here is what they share.
//!
//! An answer is a file of the tree or nothing: packages from a registry, files outside the tree and whatever is not
//! code are nothing. Nothing here panics or runs long on hostile manifests: every list that is followed is bounded.

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Language, javascript, python, rust};

/// Imports whose module is longer than this are not looked for.
const MAX_MODULE_LENGTH: usize = 1_024;
/// Names of an import's path that may name modules; the rest are names for sure.
const MAX_PATH: usize = 32;
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

/// Answers which file an import means. One serves a whole run, from any number of threads: what it read from
/// manifests is remembered.
pub struct Resolver<'t> {
    tree: &'t dyn Tree,
    installed: BTreeSet<String>,
    javascript: javascript::resolve::Manifests,
    python: python::resolve::Projects,
    rust: rust::resolve::Manifests,
}

impl<'t> Resolver<'t> {
    /// A resolver that has read nothing yet.
    pub fn new(tree: &'t dyn Tree) -> Self {
        Self {
            tree,
            installed: BTreeSet::new(),
            javascript: javascript::resolve::Manifests::default(),
            python: python::resolve::Projects::default(),
            rust: rust::resolve::Manifests::default(),
        }
    }

    /// Names that an installed package is imported by. Where only the guess that a program is started from inside a
    /// package would lead to a file of the tree, such a name is the installed package.
    #[must_use]
    pub fn with_installed(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.installed.extend(names);
        self
    }

    /// The file that an import in `from` means. `module` and `path` are those of [`super::ir::Import`].
    ///
    /// A file never means itself, except by a path that says so (`crate::x::Y` in `x.rs`, `self::Y`). An import inside
    /// an inline module (`mod x { use super::y; }`) is asked for as it would be written at the top of the file.
    pub fn resolve(
        &self,
        language: Language,
        from: &str,
        module: &str,
        path: &[String],
    ) -> Option<Target> {
        if module.is_empty() || module.len() > MAX_MODULE_LENGTH {
            return None;
        }
        let path = path.get(..MAX_PATH).unwrap_or(path);
        self.find(language, from, module, path)
    }

    /// The package that a file belongs to.
    pub fn package(&self, language: Language, path: &str) -> Option<Package> {
        match language {
            Language::JavaScript | Language::TypeScript | Language::Tsx | Language::Component => {
                self.javascript.package_of(self.tree, path)
            }
            Language::Rust => self.rust.described(self.tree, path),
            Language::Python | Language::Notebook | Language::Json => None,
        }
    }

    fn find(
        &self,
        language: Language,
        from: &str,
        module: &str,
        path: &[String],
    ) -> Option<Target> {
        match language {
            Language::JavaScript | Language::TypeScript | Language::Tsx | Language::Component => {
                let file = self.javascript.resolve(self.tree, from, module)?;
                Some(Target { file, used: 0 })
            }
            Language::Python | Language::Notebook => {
                self.python
                    .resolve(self.tree, &self.installed, from, module, path)
            }
            Language::Rust => self.rust.resolve(self.tree, from, module, path),
            Language::Json => None,
        }
    }
}

/// Whether a file only hands on what other files define: `index.ts`, `__init__.py`, `mod.rs`, `lib.rs` (by name).
pub fn is_package_entry(path: &str) -> bool {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    match Language::of_path(name) {
        Some(Language::JavaScript | Language::TypeScript | Language::Tsx | Language::Component) => {
            matches!(name.split_once('.'), Some(("index", _)))
        }
        Some(Language::Python | Language::Notebook) => {
            matches!(name.split_once('.'), Some(("__init__", _)))
        }
        Some(Language::Rust) => matches!(name, "mod.rs" | "lib.rs"),
        Some(Language::Json) | None => false,
    }
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
