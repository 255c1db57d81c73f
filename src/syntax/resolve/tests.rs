//! Import resolution over a tree in memory.

mod hostile;
mod javascript;
mod packages;
mod python;
mod rust;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Language, Resolver, Tree, is_package_entry};
use crate::syntax::tree::folder_of;

/// Files by path.
struct Memory(BTreeMap<String, Arc<str>>);

impl Memory {
    /// Empty files.
    fn new(paths: &[&str]) -> Self {
        Self(
            paths
                .iter()
                .map(|path| (path.to_string(), Arc::from("")))
                .collect(),
        )
    }

    fn with(mut self, path: &str, text: &str) -> Self {
        self.0.insert(path.to_owned(), Arc::from(text));
        self
    }

    /// `file +used`, or `-`.
    fn ask(&self, language: Language, from: &str, module: &str, path: &[&str]) -> String {
        answer(&Resolver::new(self), language, from, module, path)
    }
}

impl Tree for Memory {
    fn has(&self, path: &str) -> bool {
        let language = Language::of_path(path).or_else(|| Language::of_data_path(path));
        let is_manifest = path.ends_with("package.json") || path.ends_with("tsconfig.json");
        self.0.contains_key(path) && language.is_some() && !is_manifest
    }

    fn read(&self, path: &str) -> Option<Arc<str>> {
        self.0.get(path).cloned()
    }

    fn folders_with(&self, name: &str) -> Vec<String> {
        let ending = format!("/{name}");
        let holding = |path: &&String| *path == name || path.ends_with(&ending);
        self.0
            .keys()
            .filter(holding)
            .map(|path| folder_of(path).to_owned())
            .collect()
    }
}

fn answer(
    resolver: &Resolver<'_>,
    language: Language,
    from: &str,
    module: &str,
    path: &[&str],
) -> String {
    let path: Vec<String> = path.iter().map(|name| name.to_string()).collect();
    match resolver.resolve(language, from, module, &path) {
        Some(target) if target.used == 0 => target.file,
        Some(target) => format!("{} +{}", target.file, target.used),
        None => String::from("-"),
    }
}

#[test]
fn package_entries_are_known_by_name() {
    for entry in [
        "src/index.ts",
        "index.d.ts",
        "a/__init__.py",
        "a/mod.rs",
        "src/lib.rs",
    ] {
        assert!(is_package_entry(entry), "{entry}");
    }
    for other in [
        "src/indexes.ts",
        "main.rs",
        "a/init.py",
        "index.html",
        "reindex.js",
    ] {
        assert!(!is_package_entry(other), "{other}");
    }
}

#[test]
fn a_resolver_is_shared_by_threads() {
    let memory = Memory::new(&["a.ts", "b.ts"]);
    let resolver = Resolver::new(&memory);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..2 {
                    let found = answer(&resolver, Language::TypeScript, "a.ts", "./b", &[]);
                    assert_eq!(found, "b.ts");
                }
            });
        }
    });
}
