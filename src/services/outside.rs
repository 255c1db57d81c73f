//! Where a service takes a variable from that nothing in the tree sets: the one file or store of its deployment that is
//! not part of the tree, or whose names are not known.

use std::collections::BTreeSet;

use super::at::At;
use super::environment::Tree;
use super::graph::TrustGraph;
use super::identity::Evidence;
use super::paths::{folder_of, join};
use super::resolution::store_origin;
use crate::settings::{Link, Reference, SettingValue, SettingsSource, StoreKind};

/// What gives variables to a workload, by names that only whoever deploys it knows.
#[derive(PartialEq, Eq)]
enum Outside<'a> {
    File(String),
    Store(StoreKind, &'a str),
    Manager(&'a str),
}

/// A file of variables that a service with a key needs, and that is not in the tree.
pub struct MissingVariables<'a> {
    /// The settings file that names it.
    pub named_in: &'a SettingsSource<'a>,
    /// How it is named there.
    pub link: &'a Link,
    /// Its path in the tree.
    pub path: String,
}

/// The files of variables that services with keys need, and that are not in the tree.
pub fn missing_variables<'a>(
    trust: &TrustGraph<'_>,
    settings: &'a [SettingsSource<'a>],
) -> Vec<MissingVariables<'a>> {
    let known: BTreeSet<&str> = settings
        .iter()
        .map(|file| file.source.path.as_str())
        .collect();
    let identities = trust.identities.iter();
    let with_keys: BTreeSet<usize> = identities
        .flat_map(|identity| identity.holdings.iter().map(|holding| holding.service))
        .collect();
    let services = with_keys
        .into_iter()
        .filter_map(|service| trust.services.get(service));
    let workloads: BTreeSet<(usize, usize)> = services
        .flat_map(|service| service.workloads.iter().map(|at| (at.file, at.workload)))
        .collect();
    let mut missing = Vec::new();
    for (file, workload) in workloads {
        let Some(named_in) = settings.get(file) else {
            continue;
        };
        let Some(workload) = named_in.read.workloads.get(workload) else {
            continue;
        };
        for link in workload.env_files.iter().filter(|link| !link.optional) {
            let path = join(folder_of(&named_in.source.path), &link.path);
            let is_written = |path: &String| !path.contains(['$', '{', '\u{e000}']);
            if let Some(path) = path.filter(is_written)
                && !known.contains(path.as_str())
            {
                missing.push(MissingVariables {
                    named_in,
                    link,
                    path,
                });
            }
        }
    }
    missing
}

impl Tree<'_> {
    /// What a variable comes from, for each of a service's workloads that has one such source only.
    pub(super) fn given_outside(&self, workloads: &[At], name: &str) -> Vec<(Evidence, String)> {
        let is_variable = name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        if !is_variable || name.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for at in workloads {
            let mut sources = self.outside(*at);
            let (Some(source), true) = (sources.pop(), sources.is_empty()) else {
                continue;
            };
            found.push(match source {
                Outside::File(path) => {
                    let origin = format!("the variable {name} of {path}, which is not in the tree");
                    let evidence = Evidence::Variable {
                        scope: path,
                        name: name.to_owned(),
                    };
                    (evidence, origin)
                }
                Outside::Store(kind, store) => (
                    self.store_evidence(kind, store, name, None, at.file),
                    store_origin(kind, store, name),
                ),
                Outside::Manager(path) => (
                    Evidence::Manager(format!("{path}#{name}")),
                    format!("{name} of `{path}` of a secret manager"),
                ),
            });
        }
        found
    }

    fn outside(&self, at: At) -> Vec<Outside<'_>> {
        let Some(source) = self.source(at.file) else {
            return Vec::new();
        };
        let Some(workload) = source.read.workloads.get(at.workload) else {
            return Vec::new();
        };
        let home = folder_of(self.path(at.file));
        let mut sources = Vec::new();
        for link in &workload.env_files {
            let path = join(home, &link.path).unwrap_or_else(|| link.path.clone());
            if !self.by_path.contains_key(path.as_str()) && !path.contains(['$', '\u{e000}']) {
                sources.push(Outside::File(path));
            }
        }
        for used in workload.stores.iter().filter(|used| used.prefix.is_empty()) {
            if used.name.contains(['$', '{', '\u{e000}']) || used.name.is_empty() {
                continue;
            }
            let known = self.store_settings(used.kind, &used.name, self.path(at.file));
            if known.is_empty() && !self.is_fed(used.kind, &used.name) {
                sources.push(Outside::Store(used.kind, &used.name));
            }
            for setting in known.into_iter().filter_map(|found| self.setting(found)) {
                if let SettingValue::Reference {
                    from: Reference::Manager(path),
                    ..
                } = &setting.value
                    && setting.name == "*"
                {
                    sources.push(Outside::Manager(path));
                }
            }
        }
        sources.dedup();
        sources
    }
}
