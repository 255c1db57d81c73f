//! Settings files that take in others: an overlay has the last word on the stores of its base, and a Compose project
//! fills in what it includes.

use std::collections::{BTreeSet, HashSet};

use super::environment::Tree;
use super::paths::{folder_of, join, name_of};
use crate::settings::{Holder, SettingsSource, StoreKind};

/// Names of files that say what is deployed together and how it is changed.
const KUSTOMIZATIONS: [&str; 2] = ["kustomization.yaml", "kustomization.yml"];

impl<'a> Tree<'a> {
    /// What files say of others that they take in.
    pub(super) fn link_included(&mut self) {
        let settings = self.settings;
        for (file, source) in settings.iter().enumerate() {
            if source.read.includes.is_empty() {
                continue;
            }
            let home = folder_of(&source.source.path);
            for link in &source.read.includes {
                let Some(path) = join(home, &link.path) else {
                    continue;
                };
                if let Some(included) = self.by_path.get(path.as_str())
                    && *included != file
                {
                    let variables = source.read.included_variables.iter();
                    let mut variables = variables.filter(|(of, _)| *of == link.path);
                    let given = variables.next().map(|(_, path)| path.as_str());
                    self.included_by.entry(*included).or_insert((file, given));
                }
            }
            if is_kustomization(&source.source.path) {
                self.override_stores(file, source);
            }
        }
    }

    /// What a kustomization says of a store that is made below it is the last word.
    fn override_stores(&mut self, file: usize, source: &'a SettingsSource<'a>) {
        let made = source.read.settings.iter().map(|setting| &setting.holder);
        let fed = source.read.feeds.iter().map(|feed| &feed.holder);
        let changed: BTreeSet<(StoreKind, &str)> = made
            .chain(fed)
            .filter_map(|holder| match holder {
                Holder::Store { kind, name, .. } => Some((*kind, name.as_str())),
                _ => None,
            })
            .collect();
        if changed.is_empty() {
            return;
        }
        let mut below = vec![file];
        let mut seen = HashSet::from([file]);
        while let Some(next) = below.pop() {
            let Some(source) = self.source(next) else {
                continue;
            };
            let home = folder_of(&source.source.path);
            for link in &source.read.includes {
                let Some(path) = join(home, &link.path) else {
                    continue;
                };
                let in_folder = KUSTOMIZATIONS.iter().filter_map(|name| join(&path, name));
                let mut paths = in_folder.chain([path.clone()]);
                let Some(file) = paths.find_map(|path| self.by_path.get(path.as_str()).copied())
                else {
                    continue;
                };
                if seen.insert(file) {
                    let stores = changed.iter();
                    self.overridden
                        .extend(stores.map(|(kind, name)| (file, *kind, *name)));
                    below.push(file);
                }
            }
        }
    }

    /// Whether what a file says of a store is replaced wherever it is deployed.
    pub(super) fn is_overridden(&self, file: usize, kind: StoreKind, name: &str) -> bool {
        self.overridden.contains(&(file, kind, name))
    }

    /// The files of variables that a Compose project is filled in with, the one with the last word first.
    pub(super) fn interpolated_from(&self, file: usize) -> Vec<String> {
        let beside = |file| join(folder_of(self.path(file)), ".env");
        let Some((by, given)) = self.included_by.get(&file) else {
            return beside(file).into_iter().collect();
        };
        let own = match given {
            Some(path) => join(folder_of(self.path(*by)), path),
            None => beside(file),
        };
        beside(*by).into_iter().chain(own).collect()
    }
}

fn is_kustomization(path: &str) -> bool {
    KUSTOMIZATIONS.contains(&name_of(path))
}
