//! What a service is given: the names in its environment, through files of variables and stores.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::at::At;
use super::content::{FileContent, contents};
use super::identity::ValueHasher;
use super::paths::{folder_of, in_common, join};
use crate::finding::Place;
use crate::key_files::KeyFile;
use crate::settings::{
    Format, Holder, Link, Purpose, Reference, Setting, SettingValue, SettingsSource, StoreKind,
};
use crate::source::Span;

/// Workloads that extend each other.
const MOST_EXTENDED: usize = 4;

/// A name that a service is given.
#[derive(Clone, Debug)]
pub(super) struct Given<'a> {
    pub(super) name: String,
    pub(super) setting: &'a Setting,
    /// Index of the file that the setting stands in.
    pub(super) file: usize,
    /// Where the service is given it.
    pub(super) place: Span,
    pub(super) place_file: usize,
    /// It came with everything else of a file or store.
    pub(super) wholesale: bool,
    /// The workload, for names that refer to others of the same one.
    pub(super) at: Option<At>,
}

/// The settings files of a tree, with what finds things in them.
pub(super) struct Tree<'a> {
    pub(super) settings: &'a [SettingsSource<'a>],
    pub(super) by_path: HashMap<&'a str, usize>,
    /// Settings of stores, by kind and name.
    stores: HashMap<(StoreKind, &'a str), Vec<(usize, usize)>>,
    /// Stores of a kustomization that another one changes: file, kind and name.
    pub(super) overridden: HashSet<(usize, StoreKind, &'a str)>,
    /// Compose projects that another one includes: file of the other, and what it says of variables.
    pub(super) included_by: HashMap<usize, (usize, Option<&'a str>)>,
    /// Files that feed stores.
    feeds: HashMap<(StoreKind, &'a str), Vec<(usize, &'a Link)>>,
    /// Settings of infrastructure files, by folder and name.
    pub(super) declared: HashMap<(&'a str, &'a str), Vec<(usize, usize)>>,
    /// Calls of a module of the infrastructure, by its folder: file, and name of the call.
    pub(super) modules: HashMap<String, Vec<(usize, &'a str)>>,
    /// Charts that others take in from where they stand: by their folder, the other one and the name it gives.
    pub(super) taken_charts: HashMap<String, Vec<(usize, &'a str)>>,
    /// Infrastructure files, by folder.
    pub(super) infrastructure: HashMap<&'a str, Vec<usize>>,
    /// Settings of a workload.
    of_workload: HashMap<At, Vec<usize>>,
    /// Files that hold a key, by path.
    pub(super) key_files: BTreeMap<String, FileContent>,
    /// Makes the hashes of this run's values.
    pub(super) hasher: ValueHasher,
}

impl<'a> Tree<'a> {
    pub(super) fn new(settings: &'a [SettingsSource<'a>], key_files: &[KeyFile<'_>]) -> Self {
        let mut tree = Self {
            settings,
            by_path: HashMap::new(),
            stores: HashMap::new(),
            overridden: HashSet::new(),
            included_by: HashMap::new(),
            feeds: HashMap::new(),
            declared: HashMap::new(),
            modules: HashMap::new(),
            taken_charts: HashMap::new(),
            infrastructure: HashMap::new(),
            of_workload: HashMap::new(),
            key_files: contents(key_files),
            hasher: ValueHasher::default(),
        };
        for (file, source) in settings.iter().enumerate() {
            let path = source.source.path.as_str();
            tree.by_path.insert(path, file);
            let is_infrastructure = Format::of_path(path) == Some(Format::Hcl);
            if is_infrastructure {
                tree.infrastructure
                    .entry(folder_of(path))
                    .or_default()
                    .push(file);
            }
            for (index, setting) in source.read.settings.iter().enumerate() {
                match &setting.holder {
                    Holder::Store { kind, name, .. } => {
                        let known = tree.stores.entry((*kind, name.as_str())).or_default();
                        known.push((file, index));
                    }
                    Holder::Workload(workload) => {
                        let at = At {
                            file,
                            workload: *workload,
                            instance: 0,
                        };
                        tree.of_workload.entry(at).or_default().push(index);
                    }
                    Holder::Tool | Holder::File if is_infrastructure => {
                        if let Some((call, folder)) = module_call(folder_of(path), setting) {
                            tree.modules.entry(folder).or_default().push((file, call));
                        }
                        let key = (folder_of(path), setting.name.as_str());
                        tree.declared.entry(key).or_default().push((file, index));
                    }
                    Holder::File | Holder::FileIn { .. } | Holder::Tool => {}
                }
            }
            for feed in &source.read.feeds {
                if let Holder::Store { kind, name, .. } = &feed.holder {
                    let known = tree.feeds.entry((*kind, name.as_str())).or_default();
                    known.push((file, &feed.file));
                }
            }
        }
        tree.link_included();
        tree.link_charts();
        tree
    }

    pub(super) fn source(&self, file: usize) -> Option<&'a SettingsSource<'a>> {
        self.settings.get(file)
    }

    pub(super) fn path(&self, file: usize) -> &'a str {
        self.source(file)
            .map_or("", |source| source.source.path.as_str())
    }

    pub(super) fn setting(&self, (file, index): (usize, usize)) -> Option<&'a Setting> {
        self.source(file)?.read.settings.get(index)
    }

    /// A place in a settings file.
    pub(super) fn place(&self, file: usize, span: Span) -> Place {
        Place {
            path: self.path(file).to_owned(),
            span,
            message: String::new(),
        }
    }

    /// Every name that a workload is given.
    pub(super) fn given_to(&self, at: At) -> Vec<Given<'a>> {
        let mut given = Vec::new();
        self.collect(at, at, 0, &mut given);
        given
    }

    /// The settings of a workload, the same for all its instances.
    pub(super) fn settings_of(&self, at: At) -> &[usize] {
        let at = At { instance: 0, ..at };
        self.of_workload.get(&at).map_or(&[], Vec::as_slice)
    }

    fn collect(&self, at: At, on_behalf: At, depth: usize, given: &mut Vec<Given<'a>>) {
        let Some(source) = self.source(at.file) else {
            return;
        };
        let Some(workload) = source.read.workloads.get(at.workload) else {
            return;
        };
        for index in self.settings_of(at) {
            let Some(setting) = self.setting((at.file, *index)) else {
                continue;
            };
            if setting.name == "*" {
                self.all_of(setting, at, given);
                continue;
            }
            given.push(Given {
                name: setting.name.clone(),
                setting,
                file: at.file,
                place: setting.key,
                place_file: at.file,
                wholesale: false,
                at: Some(on_behalf),
            });
        }
        let home = folder_of(self.path(at.file));
        for link in &workload.env_files {
            self.all_of_file(home, link, at, given);
        }
        for used in &workload.stores {
            for found in self.store_settings(used.kind, &used.name, self.path(at.file)) {
                let is_replaced = self.is_overridden(found.0, used.kind, &used.name)
                    && self.is_fed(used.kind, &used.name);
                if let Some(setting) = self.setting(found).filter(|_| !is_replaced) {
                    given.push(Given {
                        name: format!("{}{}", used.prefix, setting.name),
                        setting,
                        file: found.0,
                        place: used.span,
                        place_file: at.file,
                        wholesale: true,
                        at: Some(at),
                    });
                }
            }
            for (file, link) in self
                .feeds
                .get(&(used.kind, used.name.as_str()))
                .into_iter()
                .flatten()
            {
                let mut from_file = Vec::new();
                self.all_of_file(folder_of(self.path(*file)), link, at, &mut from_file);
                for item in &mut from_file {
                    item.place = used.span;
                    item.place_file = at.file;
                }
                given.extend(from_file);
            }
        }
        if let Some((file, name)) = &workload.extends
            && depth < MOST_EXTENDED
        {
            let extended = match file.as_str() {
                "" => Some(at.file),
                path => join(home, path).and_then(|path| self.by_path.get(path.as_str()).copied()),
            };
            let base = extended.and_then(|file| {
                let workloads = &self.source(file)?.read.workloads;
                let workload = workloads
                    .iter()
                    .position(|workload| workload.name == *name)?;
                Some(At {
                    file,
                    workload,
                    instance: 0,
                })
            });
            if let Some(base) = base.filter(|base| *base != at) {
                self.collect(base, on_behalf, depth + 1, given);
            }
        }
    }

    /// Every variable of a file that a workload is given.
    fn all_of_file(&self, home: &str, link: &'a Link, at: At, given: &mut Vec<Given<'a>>) {
        let Some(file) =
            join(home, &link.path).and_then(|path| self.by_path.get(path.as_str()).copied())
        else {
            return;
        };
        let Some(source) = self.source(file) else {
            return;
        };
        for setting in &source.read.settings {
            if setting.holder == Holder::File {
                given.push(Given {
                    name: setting.name.clone(),
                    setting,
                    file,
                    place: link.span,
                    place_file: at.file,
                    wholesale: true,
                    at: Some(at),
                });
            }
        }
    }

    /// Every key of the map that stands for all of a workload's variables.
    fn all_of(&self, whole: &'a Setting, at: At, given: &mut Vec<Given<'a>>) {
        let SettingValue::Reference {
            from: Reference::Variable(map) | Reference::Resource(map),
            ..
        } = &whole.value
        else {
            return;
        };
        let files = self.files_for(map, at.file);
        let prefix = match map.strip_prefix("Values.") {
            Some(path) => format!("{path}."),
            None => format!("{map}."),
        };
        for file in files {
            let Some(source) = self.source(file) else {
                continue;
            };
            for setting in &source.read.settings {
                let below = setting.name.strip_prefix(prefix.as_str());
                if let Some(name) = below.filter(|name| !name.contains('.')) {
                    given.push(Given {
                        name: name.to_owned(),
                        setting,
                        file,
                        place: whole.span,
                        place_file: at.file,
                        wholesale: true,
                        at: Some(at),
                    });
                }
            }
        }
    }

    /// The files in which a name of the tool that reads a file is declared.
    fn files_for(&self, name: &str, file: usize) -> Vec<usize> {
        let path = self.path(file);
        if name.starts_with("Values.") {
            return self.chart_values(path).into_iter().collect();
        }
        self.infrastructure
            .get(folder_of(path))
            .cloned()
            .unwrap_or_default()
    }

    /// Whether files are given to a store as a whole.
    pub(super) fn is_fed(&self, kind: StoreKind, store: &str) -> bool {
        self.feeds.contains_key(&(kind, store))
    }

    /// The setting of one key of a store, seen from a file.
    pub(super) fn store_setting(
        &self,
        kind: StoreKind,
        store: &str,
        key: &str,
        near: &str,
    ) -> Option<(usize, usize)> {
        let is_it = |found: &(usize, usize)| {
            let setting = self.setting(*found);
            setting.is_some_and(|setting| setting.name == key || setting.name == "*")
        };
        let mut written = self.store_settings(kind, store, near).into_iter();
        let written = written.find(is_it);
        let last_word = written.filter(|(file, _)| !self.is_overridden(*file, kind, store));
        let fed = || {
            let fed = self.feeds.get(&(kind, store))?.iter();
            let named = fed.filter_map(|(from, link)| {
                let path = join(folder_of(self.path(*from)), &link.path)?;
                let file = *self.by_path.get(path.as_str())?;
                let settings = &self.source(file)?.read.settings;
                let index = settings.iter().rposition(|setting| setting.name == key)?;
                Some((in_common(near, self.path(*from)), (file, index)))
            });
            // The first of those that are nearest.
            let nearest = named.min_by_key(|(closeness, _)| Reverse(*closeness));
            nearest.map(|(_, found)| found)
        };
        last_word.or_else(fed).or(written)
    }

    /// The settings of a store, seen from a file: of the declaration that is nearest to it.
    pub(super) fn store_settings(
        &self,
        kind: StoreKind,
        name: &str,
        near: &str,
    ) -> Vec<(usize, usize)> {
        let Some(known) = self.stores.get(&(kind, name)) else {
            return Vec::new();
        };
        let has_last_word = |(file, _): &&(usize, usize)| !self.is_overridden(*file, kind, name);
        let mut candidates: Vec<(usize, usize)> =
            known.iter().filter(has_last_word).copied().collect();
        if candidates.is_empty() {
            candidates.clone_from(known);
        }
        let closeness = |file: usize| {
            let path = self.path(file);
            let same = usize::from(path == near);
            let is_template = usize::from(
                self.source(file)
                    .is_some_and(|source| source.purpose != Purpose::Template),
            );
            (is_template, same, in_common(near, path))
        };
        let best = candidates.iter().map(|(file, _)| closeness(*file)).max();
        let nearest = candidates
            .iter()
            .find(|(file, _)| Some(closeness(*file)) == best)
            .map(|(file, _)| *file);
        candidates.retain(|(file, _)| Some(*file) == nearest);
        candidates
    }
}

/// The name of a call of a module of the tree, and the module's folder: `module.auth.source = "./auth"`.
fn module_call<'a>(home: &str, setting: &'a Setting) -> Option<(&'a str, String)> {
    let call = setting
        .name
        .strip_prefix("module.")?
        .strip_suffix(".source")?;
    match &setting.value {
        SettingValue::Text(path) if path.reveal().starts_with('.') => {
            Some((call, join(home, path.reveal())?))
        }
        _ => None,
    }
}
