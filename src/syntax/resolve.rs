//! Which file of the tree an import means. Each language has its own way; here is what they share.
//!
//! An answer is a file of the tree or nothing: packages from a registry, files outside the tree and whatever is not
//! code are nothing. Nothing here panics or runs long on hostile manifests: every list that is followed is bounded.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::tree::{Package, Target, Tree};
use super::{Language, javascript, python, rust};

/// Imports whose module is longer than this are not looked for.
const MAX_MODULE_LENGTH: usize = 1_024;
/// Names of an import's path that may name modules; the rest are names for sure.
const MAX_PATH: usize = 32;

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
