//! Which service holds which key: services, what each is given, and what ties two places to one secret.
//!
//! Knows facts and settings, and no rule. [`gather`] is the way in; [`TrustGraph`] is what rules and maps read.

mod address;
mod at;
mod boundary;
mod charts;
mod content;
mod environment;
mod folders;
mod graph;
mod groups;
mod holding;
mod holdings;
mod identity;
mod inclusion;
mod instances;
mod joining;
mod key_files;
mod key_sets;
mod key_values;
mod manifests;
mod naming;
mod outside;
mod paths;
mod resolution;
mod roles;
mod shared_code;
mod units;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::facts::FileFacts;
use crate::key_files::KeyFile;
use crate::settings::SettingsSource;
use crate::source::FileId;

pub use boundary::Service;
pub use content::Part;
pub use graph::TrustGraph;
pub use holding::{Holding, Identity, Nameless, SaidBy};
pub use identity::Evidence;
pub use outside::{MissingVariables, missing_variables};
pub use resolution::HeldValue;
pub use roles::Role;
pub use shared_code::Importers;

/// Finds what takes in each of some files; the function says which are of no program.
pub type ImportersOf<'i> =
    dyn Fn(&BTreeSet<String>, &dyn Fn(&str) -> bool) -> BTreeMap<String, Importers> + 'i;

/// Finds code files that spell some names: the path of each, with a name.
pub type SpellingOf<'i> = dyn Fn(&[String]) -> Vec<(String, String)> + 'i;

/// What the graph is made of.
pub struct Input<'i, 'a> {
    /// Facts of the code.
    pub files: &'a [FileFacts],
    /// Files that hold keys, by path.
    pub key_files: &'i [KeyFile<'i>],
    /// Settings, by path.
    pub settings: &'a [SettingsSource<'a>],
    /// Paths of all code files, whether they mention tokens or not.
    pub code_paths: Vec<&'i str>,
    /// Manifests of packages and where they are on disk.
    pub manifests: &'i BTreeMap<String, PathBuf>,
    /// Services as the configuration names them, with their folders.
    pub overrides: &'i BTreeMap<String, Vec<String>>,
    /// Whether the code at a path depends on a package: path, model folder of its language, package.
    pub depends_on: &'i dyn Fn(&str, &str, &str) -> bool,
    /// What takes in each of some files, where a file is of no program when the function says so.
    pub importers: &'i ImportersOf<'i>,
    /// Code files, without tests, that spell some names, each with those that it spells.
    pub spelling: &'i SpellingOf<'i>,
    /// Path of a code file.
    pub path_of: &'i dyn Fn(FileId) -> String,
}

/// Finds the services and who of them holds which key.
pub fn gather<'a>(input: &Input<'_, 'a>) -> TrustGraph<'a> {
    graph::gather(input)
}

/// Whether a settings file deploys something, by its name.
pub fn is_named_deployment(path: &str) -> bool {
    let name = paths::name_of(path).to_ascii_lowercase();
    [
        "docker-compose",
        "compose.y",
        "compose.",
        "kustomization",
        "deployment",
        "serverless",
    ]
    .iter()
    .any(|start| name.starts_with(start))
        || name == ".env"
}
