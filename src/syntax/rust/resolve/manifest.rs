//! What of a `Cargo.toml` decides where a path leads.

use std::collections::BTreeMap;

use toml::{Table, Value};

const SECTIONS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
/// Targets beside the library.
const OTHER_TARGETS: [&str; 4] = ["bin", "test", "example", "bench"];
/// Of more dependencies or targets only the first are kept.
const MAX_ENTRIES: usize = 2_000;

/// A manifest. Names of crates are as paths write them, with underscores.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    /// Name of the package; a workspace's own manifest may have none.
    pub(super) package: Option<String>,
    /// Name of its library.
    pub(super) lib_name: Option<String>,
    /// Root of its library, where that is written.
    pub(super) lib_path: Option<String>,
    /// Roots of its binaries, tests and examples, where those are written.
    pub(super) other_roots: Vec<String>,
    /// Paths in `use` begin at the crate's root (edition 2015).
    pub(super) first_edition: bool,
    /// Its library is one that programs in other languages load.
    pub(super) is_loaded: bool,
    /// Where its dependencies are.
    pub(super) dependencies: BTreeMap<String, Dependency>,
    /// The dependencies that members of the workspace may inherit.
    pub(super) offered: BTreeMap<String, Dependency>,
}

/// Where a dependency is.
#[derive(Debug)]
pub(super) enum Dependency {
    /// In a folder, relative to the manifest's.
    Path(String),
    /// Where a manifest further up says.
    Inherited,
    /// Not in the tree.
    Elsewhere,
}

impl Manifest {
    pub(super) fn read(text: &str) -> Option<Self> {
        let document: Table = text.parse().ok()?;
        let mut manifest = Self::default();
        if let Some(package) = table(&document, "package") {
            manifest.package = string(package, "name");
            manifest.first_edition = match package.get("edition") {
                None => true,
                Some(edition) => edition.as_str() == Some("2015"),
            };
        }
        let lib = table(&document, "lib");
        manifest.lib_path = lib.and_then(|lib| string(lib, "path"));
        manifest.is_loaded = lib
            .and_then(|lib| lib.get("crate-type")?.as_array())
            .is_some_and(|kinds| kinds.iter().any(|kind| kind.as_str() == Some("cdylib")));
        manifest.lib_name = lib
            .and_then(|lib| string(lib, "name"))
            .or_else(|| manifest.package.as_deref().map(as_in_code));
        manifest.other_roots = OTHER_TARGETS
            .iter()
            .filter_map(|kind| document.get(*kind)?.as_array())
            .flatten()
            .filter_map(|target| string(target.as_table()?, "path"))
            .take(MAX_ENTRIES)
            .collect();
        let targets = table(&document, "target");
        let targets = targets.into_iter().flat_map(Table::values);
        for holder in std::iter::once(&document).chain(targets.filter_map(Value::as_table)) {
            for section in SECTIONS {
                read_dependencies(holder, section, &mut manifest.dependencies);
            }
        }
        if let Some(workspace) = table(&document, "workspace") {
            read_dependencies(workspace, "dependencies", &mut manifest.offered);
        }
        Some(manifest)
    }
}

fn read_dependencies(holder: &Table, section: &str, into: &mut BTreeMap<String, Dependency>) {
    for (key, value) in table(holder, section).into_iter().flatten() {
        if into.len() >= MAX_ENTRIES {
            return;
        }
        let path = value.get("path").and_then(Value::as_str);
        let inherits = value.get("workspace").and_then(Value::as_bool) == Some(true);
        let dependency = match path {
            Some(path) => Dependency::Path(path.to_owned()),
            None if inherits => Dependency::Inherited,
            None => Dependency::Elsewhere,
        };
        into.entry(as_in_code(key)).or_insert(dependency);
    }
}

fn table<'a>(holder: &'a Table, key: &str) -> Option<&'a Table> {
    holder.get(key).and_then(Value::as_table)
}

fn string(holder: &Table, key: &str) -> Option<String> {
    holder.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn as_in_code(name: &str) -> String {
    name.replace('-', "_")
}
