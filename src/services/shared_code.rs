//! Code that stands in no service's folder, or in that of all of them, and is taken in by several: whose it is.

use std::collections::{BTreeMap, BTreeSet};

use super::Input;
use super::boundary::Boundaries;
use super::environment::Tree;
use super::paths::{folder_of, folders_above, join, name_of};
use crate::facts::SiteKind;
use crate::settings::{Reference, SettingValue};

/// What takes in a file.
#[derive(Debug, Default)]
pub struct Importers {
    /// Files of programs, by path.
    pub files: BTreeSet<String>,
    /// Nothing takes in a file that takes it in, or it itself: it may be started where it stands.
    pub started: bool,
}

/// Files that several services share, with the services.
#[derive(Debug, Default)]
pub(super) struct SharedCode {
    users: BTreeMap<String, Vec<usize>>,
}

impl SharedCode {
    pub(super) fn find(input: &Input<'_, '_>, tree: &Tree<'_>, boundaries: &Boundaries) -> Self {
        // Several may share code only where several have code of their own.
        let folders = boundaries
            .services
            .iter()
            .filter_map(|of| of.folder.as_deref());
        let folders: BTreeSet<&str> = folders.filter(|folder| !folder.is_empty()).collect();
        if folders.len() < 2 {
            return Self::default();
        }
        let is_shared = |path: &str| boundaries.is_shared(path);
        let code: BTreeSet<&str> = input.code_paths.iter().copied().collect();
        let packages = Packages::of(input, boundaries);
        let mut starts = BTreeSet::new();
        for facts in input.files {
            let sites = facts
                .sites
                .iter()
                .filter(|site| site.kind != SiteKind::Decode || !site.fetched_from.is_empty());
            for site in sites {
                let root = (input.path_of)(site.root);
                let paths = [facts.path.clone(), root];
                // Settings say something of tokens, too.
                let is_code = |path: &String| {
                    code.contains(path.as_str())
                        && (boundaries.is_of_package(path) || !packages.has(path))
                };
                starts.extend(
                    paths
                        .into_iter()
                        .filter(|path| is_code(path) && is_shared(path)),
                );
            }
        }
        if starts.is_empty() {
            return Self::default();
        }
        let mounted = mounted(tree, boundaries, &starts);
        let mut found = (input.importers)(&starts, &is_shared);
        for path in mounted.keys() {
            found.entry(path.clone()).or_default();
        }
        let users = found.into_iter().map(|(path, importers)| {
            let mut users = mounted.get(&path).cloned().unwrap_or_default();
            for file in &importers.files {
                users.extend(boundaries.owners(file));
            }
            let owners = boundaries.owners(&path);
            if boundaries.is_of_package(&path) {
                users.retain(|service| owners.contains(service));
            } else if importers.started {
                users.extend(owners);
            }
            (path, users.into_iter().collect::<Vec<usize>>())
        });
        Self {
            users: users.filter(|(_, users)| !users.is_empty()).collect(),
        }
    }

    /// The services that take in a file, when it is shared.
    pub(super) fn users(&self, path: &str) -> Option<&[usize]> {
        self.users.get(path).map(Vec::as_slice)
    }
}

/// Folders below the root that are packages of their own: what is in one is for others only where they ask for it.
struct Packages<'i>(BTreeSet<&'i str>);

impl<'i> Packages<'i> {
    fn of(input: &Input<'i, '_>, boundaries: &Boundaries) -> Self {
        // These tell a tool what is where, and name no package.
        let is_plan = |path: &str| matches!(name_of(path), "project.json" | "nest-cli.json");
        let manifests = input.manifests.keys().map(String::as_str);
        let folders = manifests.filter(|path| !is_plan(path)).map(folder_of);
        let is_own = |folder: &&str| !folder.is_empty() && !boundaries.workspaces.contains(*folder);
        Self(folders.filter(is_own).collect())
    }

    fn has(&self, path: &str) -> bool {
        folders_above(path).any(|folder| self.0.contains(folder))
    }
}

/// The services whose deployment puts one of some files among their own.
fn mounted(
    tree: &Tree<'_>,
    boundaries: &Boundaries,
    files: &BTreeSet<String>,
) -> BTreeMap<String, BTreeSet<usize>> {
    let mut mounted: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (index, service) in boundaries.services.iter().enumerate() {
        for at in &service.workloads {
            let home = folder_of(tree.path(at.file));
            for setting in tree.settings_of(*at) {
                let Some(setting) = tree.setting((at.file, *setting)) else {
                    continue;
                };
                if let SettingValue::Reference {
                    from: Reference::File(path),
                    ..
                } = &setting.value
                    && let Some(path) = join(home, path)
                    && files.contains(&path)
                {
                    mounted.entry(path).or_default().insert(index);
                }
            }
        }
    }
    mounted
}
