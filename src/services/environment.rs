//! What a service is given: the names in its environment, and the values they come to through files of variables,
//! interpolation, stores, charts and infrastructure.

use std::collections::{BTreeMap, HashMap};

use super::boundary::At;
use super::content::Content;
use super::identity::{Evidence, ValueHasher};
use super::key_files::FileContent;
use super::paths::{folder_of, folders_above, in_common, join, name_of};
use crate::finding::Place;
use crate::key_files::KeyFile;
use crate::settings::{
    Format, Holder, Link, Purpose, Reference, Setting, SettingValue, SettingsSource, StoreKind,
};
use crate::source::Span;
use crate::syntax::ir::Literal;

/// References that are followed from one setting.
const MOST_STEPS: usize = 8;

/// Workloads that extend each other.
const MOST_EXTENDED: usize = 4;

/// A value that a setting comes to.
#[derive(Clone, Debug)]
pub struct HeldValue {
    /// The value; it never shows itself.
    pub text: Literal,
    /// Where it is written.
    pub place: Place,
    /// The name it is written under.
    pub name: String,
    /// The file is part of the repository.
    pub committed: bool,
    /// It is what is taken when a variable is not set.
    pub is_default: bool,
    /// What the file is for.
    pub purpose: Purpose,
}

/// What a setting comes to.
#[derive(Clone, Debug, Default)]
pub(super) struct Resolved {
    pub(super) evidence: Vec<Evidence>,
    pub(super) value: Option<HeldValue>,
    /// Where it comes from, for people; empty when it is written on the spot.
    pub(super) origin: String,
    /// What the file that holds it says of it.
    pub(super) content: Option<Content>,
}

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
    settings: &'a [SettingsSource<'a>],
    by_path: HashMap<&'a str, usize>,
    /// Settings of stores, by kind and name.
    stores: HashMap<(StoreKind, &'a str), Vec<(usize, usize)>>,
    /// Files that feed stores.
    feeds: HashMap<(StoreKind, &'a str), Vec<(usize, &'a Link)>>,
    /// Settings of infrastructure files, by folder and name.
    declared: HashMap<(&'a str, &'a str), Vec<(usize, usize)>>,
    /// Infrastructure files, by folder.
    infrastructure: HashMap<&'a str, Vec<usize>>,
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
            feeds: HashMap::new(),
            declared: HashMap::new(),
            infrastructure: HashMap::new(),
            of_workload: HashMap::new(),
            key_files: super::key_files::contents(key_files),
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
                        };
                        tree.of_workload.entry(at).or_default().push(index);
                    }
                    Holder::Tool | Holder::File if is_infrastructure => {
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
        tree
    }

    pub(super) fn source(&self, file: usize) -> Option<&'a SettingsSource<'a>> {
        self.settings.get(file)
    }

    fn path(&self, file: usize) -> &'a str {
        self.source(file)
            .map_or("", |source| source.source.path.as_str())
    }

    fn setting(&self, (file, index): (usize, usize)) -> Option<&'a Setting> {
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

    fn collect(&self, at: At, on_behalf: At, depth: usize, given: &mut Vec<Given<'a>>) {
        let Some(source) = self.source(at.file) else {
            return;
        };
        let Some(workload) = source.read.workloads.get(at.workload) else {
            return;
        };
        for index in self.of_workload.get(&at).into_iter().flatten() {
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
                if let Some(setting) = self.setting(found) {
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
                Some(At { file, workload })
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

    /// The values of the chart that a template is part of.
    fn chart_values(&self, path: &str) -> Option<usize> {
        folders_above(path).find_map(|folder| {
            ["values.yaml", "values.yml"].iter().find_map(|name| {
                let path = join(folder, name)?;
                self.by_path.get(path.as_str()).copied()
            })
        })
    }

    /// The settings of a store, seen from a file: of the declaration that is nearest to it.
    fn store_settings(&self, kind: StoreKind, name: &str, near: &str) -> Vec<(usize, usize)> {
        let Some(known) = self.stores.get(&(kind, name)) else {
            return Vec::new();
        };
        let closeness = |file: usize| {
            let path = self.path(file);
            let same = usize::from(path == near);
            let is_template = usize::from(
                self.source(file)
                    .is_some_and(|source| source.purpose != Purpose::Template),
            );
            (is_template, same, in_common(near, path))
        };
        let best = known.iter().map(|(file, _)| closeness(*file)).max();
        let nearest = known
            .iter()
            .find(|(file, _)| Some(closeness(*file)) == best)
            .map(|(file, _)| *file);
        known
            .iter()
            .copied()
            .filter(|(file, _)| Some(*file) == nearest)
            .collect()
    }

    /// What a given name comes to. `environment` knows the names of the service's environment, for configuration files
    /// that refer to them.
    pub(super) fn resolve(
        &self,
        given: &Given<'a>,
        environment: &BTreeMap<&str, &Given<'a>>,
    ) -> Resolved {
        let context = Context {
            at: given.at,
            name: &given.setting.name,
            environment,
        };
        let mut resolved = self.value(
            given.file,
            &given.setting.value,
            given.setting.span,
            &context,
            0,
        );
        // A setting of a store is that store's, whoever takes it.
        if let Holder::Store { kind, name, .. } = &given.setting.holder {
            resolved.evidence.push(self.store_evidence(
                *kind,
                name,
                &given.setting.name,
                Some(given.file),
                given.place_file,
            ));
            if resolved.origin.is_empty() {
                resolved.origin = store_origin(*kind, name, &given.setting.name);
            }
        }
        if given.file != given.place_file && resolved.origin.is_empty() {
            resolved.origin = self.path(given.file).to_owned();
        }
        if given.file != given.place_file && given.setting.holder == Holder::File {
            resolved.evidence.push(Evidence::Variable {
                scope: self.path(given.file).to_owned(),
                name: given.setting.name.clone(),
            });
        }
        resolved
    }

    /// What a reference comes to that stands where a given name does.
    pub(super) fn resolve_reference(
        &self,
        given: &Given<'a>,
        from: &Reference,
        environment: &BTreeMap<&str, &Given<'a>>,
    ) -> Resolved {
        let context = Context {
            at: given.at,
            name: &given.setting.name,
            environment,
        };
        self.reference(given.file, from, &context, 0)
    }

    fn store_evidence(
        &self,
        kind: StoreKind,
        name: &str,
        key: &str,
        declared: Option<usize>,
        used: usize,
    ) -> Evidence {
        let namespace = || {
            let source = self.source(used)?;
            source
                .read
                .workloads
                .first()
                .map(|workload| workload.namespace.clone())
        };
        Evidence::Store {
            kind,
            name: name.to_owned(),
            key: key.to_owned(),
            at: match declared {
                Some(file) => self.path(file).to_owned(),
                None => namespace().unwrap_or_default(),
            },
        }
    }

    fn value(
        &self,
        file: usize,
        value: &SettingValue,
        span: Span,
        context: &Context<'_, 'a>,
        depth: usize,
    ) -> Resolved {
        match value {
            SettingValue::Text(text) => Resolved {
                evidence: vec![Evidence::Value(self.hasher.hash(text))],
                value: Some(HeldValue {
                    text: text.clone(),
                    place: self.place(file, span),
                    name: context.name.to_owned(),
                    committed: self.source(file).is_some_and(|source| source.committed),
                    is_default: false,
                    purpose: self
                        .source(file)
                        .map_or(Purpose::Deployed, |source| source.purpose),
                }),
                ..Resolved::default()
            },
            SettingValue::Reference { from, fallback } => {
                let mut resolved = if depth < MOST_STEPS {
                    self.reference(file, from, context, depth + 1)
                } else {
                    Resolved::default()
                };
                if let Some(fallback) = fallback
                    && resolved.value.is_none()
                {
                    let default = self.value(file, fallback, span, context, depth + 1);
                    for evidence in default.evidence {
                        resolved.evidence.push(match evidence {
                            Evidence::Value(hash) => Evidence::Default(hash),
                            evidence => evidence,
                        });
                    }
                    resolved.value = default.value.map(|value| HeldValue {
                        is_default: true,
                        ..value
                    });
                }
                resolved
            }
            SettingValue::Joined(parts) => self.joined(file, parts, span, context, depth),
            SettingValue::Generated | SettingValue::Encrypted | SettingValue::Unknown => {
                Resolved::default()
            }
        }
    }

    /// Text around one reference is that reference: `{"type":"HS256","key":"${JWT_SECRET}"}`.
    fn joined(
        &self,
        file: usize,
        parts: &[SettingValue],
        span: Span,
        context: &Context<'_, 'a>,
        depth: usize,
    ) -> Resolved {
        let mut references = parts
            .iter()
            .filter(|part| !matches!(part, SettingValue::Text(_)));
        match (references.next(), references.next()) {
            (Some(only), None) if depth < MOST_STEPS => {
                let mut resolved = self.value(file, only, span, context, depth + 1);
                let is_document = parts
                    .first()
                    .is_some_and(|part| matches!(part, SettingValue::Text(text) if text.reveal().trim_start().starts_with('{')));
                if !is_document {
                    resolved.evidence.clear();
                    resolved.value = None;
                }
                resolved
            }
            _ => Resolved::default(),
        }
    }

    fn reference(
        &self,
        file: usize,
        from: &Reference,
        context: &Context<'_, 'a>,
        depth: usize,
    ) -> Resolved {
        match from {
            Reference::Variable(name) => self.variable(file, name, context, depth),
            Reference::Resource(address) => self.resource(file, address, context, depth),
            Reference::Store { kind, store, key } => {
                let key = if key.is_empty() { store } else { key };
                let found = self
                    .store_settings(*kind, store, self.path(file))
                    .into_iter()
                    .find(|found| {
                        self.setting(*found)
                            .is_some_and(|setting| setting.name == *key || setting.name == "*")
                    });
                let mut resolved =
                    match found.and_then(|found| Some((found.0, self.setting(found)?))) {
                        Some((file, setting)) => {
                            let context = Context {
                                name: &setting.name,
                                ..*context
                            };
                            self.value(file, &setting.value, setting.span, &context, depth)
                        }
                        None => Resolved::default(),
                    };
                let evidence =
                    self.store_evidence(*kind, store, key, found.map(|(file, _)| file), file);
                resolved.evidence.push(evidence);
                resolved.origin = store_origin(*kind, store, key);
                resolved
            }
            Reference::Manager(path) => Resolved {
                evidence: vec![Evidence::Manager(path.clone())],
                origin: format!("`{path}` of a secret manager"),
                ..Resolved::default()
            },
            Reference::Ci(name) => Resolved {
                evidence: vec![Evidence::Ci(name.clone())],
                origin: format!("the CI secret {name}"),
                ..Resolved::default()
            },
            Reference::File(path) => match join(folder_of(self.path(file)), path) {
                Some(path) => self.file(path),
                None => Resolved::default(),
            },
        }
    }

    fn variable(
        &self,
        file: usize,
        name: &str,
        context: &Context<'_, 'a>,
        depth: usize,
    ) -> Resolved {
        let path = self.path(file);
        let format = Format::of_path(path);
        if format == Some(Format::Hcl) {
            return self.resource(file, name, context, depth);
        }
        if let Some(of_chart) = name.strip_prefix("Values.") {
            return self.chart_value(file, of_chart, context, depth);
        }
        let is_compose = context
            .at
            .and_then(|at| self.source(at.file)?.read.workloads.get(at.workload))
            .is_some_and(|workload| workload.kind == "compose service");
        let found = if format == Some(Format::Dotenv) {
            // A variable of the same file, declared before.
            self.named_in(file, name)
        } else if is_compose {
            let beside = join(folder_of(path), ".env")
                .and_then(|path| self.by_path.get(path.as_str()).copied());
            beside.and_then(|file| self.named_in(file, name))
        } else if let Some(given) = context
            .environment
            .get(name)
            .filter(|_| format != Some(Format::Dotenv))
        {
            let inner = Context {
                name: &given.setting.name,
                at: given.at,
                environment: &BTreeMap::new(),
            };
            let mut resolved = self.value(
                given.file,
                &given.setting.value,
                given.setting.span,
                &inner,
                depth,
            );
            if let Holder::Store {
                kind, name: store, ..
            } = &given.setting.holder
            {
                let key = &given.setting.name;
                let evidence =
                    self.store_evidence(*kind, store, key, Some(given.file), given.place_file);
                resolved.evidence.push(evidence);
            }
            return resolved;
        } else {
            let of_container = context.at.and_then(|at| {
                let indexes = self.of_workload.get(&at)?;
                let index = indexes.iter().find(|index| {
                    self.setting((at.file, **index))
                        .is_some_and(|setting| setting.name == name)
                })?;
                Some((at.file, *index))
            });
            of_container.filter(|_| name != context.name)
        };
        let mut resolved = match found.and_then(|found| Some((found.0, self.setting(found)?))) {
            Some((file, setting)) => {
                let inner = Context {
                    name: &setting.name,
                    ..*context
                };
                self.value(file, &setting.value, setting.span, &inner, depth)
            }
            None => Resolved::default(),
        };
        let scope = if is_compose {
            join(folder_of(path), ".env").unwrap_or_default()
        } else {
            path.to_owned()
        };
        if is_compose || found.is_some() {
            resolved.evidence.push(Evidence::Variable {
                scope: scope.clone(),
                name: name.to_owned(),
            });
        }
        if is_compose && resolved.origin.is_empty() {
            resolved.origin = match found {
                Some(_) => format!("the variable {name} of {scope}"),
                None => format!("the variable {name} of whoever starts it"),
            };
        }
        resolved
    }

    fn named_in(&self, file: usize, name: &str) -> Option<(usize, usize)> {
        let settings = &self.source(file)?.read.settings;
        let index = settings.iter().rposition(|setting| setting.name == name)?;
        Some((file, index))
    }

    fn chart_value(
        &self,
        file: usize,
        path: &str,
        context: &Context<'_, 'a>,
        depth: usize,
    ) -> Resolved {
        let Some(values) = self.chart_values(self.path(file)) else {
            return Resolved::default();
        };
        let mut resolved = match self
            .named_in(values, path)
            .and_then(|found| self.setting(found))
        {
            Some(setting) => {
                let inner = Context {
                    name: &setting.name,
                    ..*context
                };
                self.value(values, &setting.value, setting.span, &inner, depth)
            }
            None => Resolved::default(),
        };
        resolved.evidence.push(Evidence::Variable {
            scope: self.path(values).to_owned(),
            name: path.to_owned(),
        });
        resolved.origin = format!("`{path}` of {}", self.path(values));
        resolved
    }

    /// A declaration of the infrastructure, in the folder of the file.
    fn resource(
        &self,
        file: usize,
        address: &str,
        context: &Context<'_, 'a>,
        depth: usize,
    ) -> Resolved {
        let folder = folder_of(self.path(file));
        let declared = self
            .declared
            .get(&(folder, address))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let known = |found: &&(usize, usize)| {
            self.setting(**found)
                .is_some_and(|setting| !matches!(setting.value, SettingValue::Unknown))
        };
        let found = declared.iter().find(known).or(declared.first());
        let mut resolved = match found.and_then(|found| Some((found.0, self.setting(*found)?))) {
            Some((file, setting)) => {
                let inner = Context {
                    name: &setting.name,
                    ..*context
                };
                self.value(file, &setting.value, setting.span, &inner, depth)
            }
            None => Resolved::default(),
        };
        resolved.evidence.push(Evidence::Resource {
            folder: folder.to_owned(),
            address: address.to_owned(),
        });
        if resolved.origin.is_empty() {
            resolved.origin = format!("`{address}`");
        }
        resolved
    }
}

/// What a value is read for.
#[derive(Clone, Copy)]
struct Context<'c, 'a> {
    at: Option<At>,
    name: &'c str,
    environment: &'c BTreeMap<&'c str, &'c Given<'a>>,
}

fn store_origin(kind: StoreKind, name: &str, key: &str) -> String {
    let kind = match kind {
        StoreKind::Secret => "Secret",
        StoreKind::Config => "ConfigMap",
    };
    if key == name {
        format!("the {} {name}", kind.to_lowercase())
    } else {
        format!("{key} of the {kind} {name}")
    }
}

/// Whether a path is that of variables for whoever starts a program beside it.
pub(super) fn is_dotenv(path: &str) -> bool {
    Format::of_path(path) == Some(Format::Dotenv)
}

/// Whether a settings file is one that code reads as its configuration, by its name.
pub(super) fn is_configuration(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let name = name_of(&lower);
    let stem = name.split('.').next().unwrap_or(name);
    let format = Format::of_path(path);
    if !matches!(
        format,
        Some(Format::Yaml | Format::Json | Format::Toml | Format::Properties | Format::Ini)
    ) {
        return false;
    }
    let base = stem.split(['-', '_']).next().unwrap_or(stem);
    let is_named = matches!(
        base,
        "application"
            | "bootstrap"
            | "appsettings"
            | "config"
            | "configuration"
            | "settings"
            | "secrets"
            | "credentials"
            | "conf"
            | "app"
    );
    let in_folder = folder_of(&lower).split('/').any(|folder| {
        matches!(
            folder,
            "config" | "configs" | "conf" | "settings" | "resources"
        )
    });
    is_named || in_folder || format == Some(Format::Properties)
}
