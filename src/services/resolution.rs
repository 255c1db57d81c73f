//! What a given name comes to: through interpolation, stores, charts, infrastructure and files.

use std::collections::BTreeMap;

use super::at::At;
use super::content::Content;
use super::environment::{Given, Tree};
use super::identity::Evidence;
use super::paths::{folder_of, join};
use crate::finding::Place;
use crate::settings::{Format, Holder, Purpose, Reference, SettingValue, StoreKind};
use crate::source::Span;
use crate::syntax::ir::Literal;

/// References that are followed from one setting.
const MOST_STEPS: usize = 8;

/// Calls of one module that are compared.
const MOST_CALLS: usize = 8;

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

impl Resolved {
    /// What it comes to when something else is taken first, if that is set.
    pub(super) fn behind(self, first: Self) -> Self {
        let evidence = self.evidence.into_iter().map(|evidence| match evidence {
            Evidence::Value(hash) => Evidence::Default(hash),
            evidence => evidence,
        });
        Self {
            evidence: first.evidence.into_iter().chain(evidence).collect(),
            value: self.value.map(|value| HeldValue {
                is_default: true,
                ..value
            }),
            origin: if first.origin.is_empty() {
                self.origin
            } else {
                first.origin
            },
            content: first.content.or(self.content),
        }
    }
}

impl<'a> Tree<'a> {
    /// What a given name comes to. `environment` knows the names of the service's environment, for configuration files
    /// that refer to them.
    pub(super) fn resolve(
        &self,
        given: &Given<'a>,
        environment: &BTreeMap<&str, &Given<'a>>,
    ) -> Resolved {
        let context = Context::of(given, environment);
        let mut resolved = self.value(
            given.file,
            &given.setting.value,
            given.setting.span,
            &context,
            0,
        );
        // A setting of a store is that store's, whoever takes it.
        if let Holder::Store { kind, name, .. } = &given.setting.holder {
            if self.is_overridden(given.file, *kind, name) {
                resolved.value = None;
            }
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
        let context = Context::of(given, environment);
        self.reference(given.file, from, &context, 0)
    }

    pub(super) fn store_evidence(
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
                    resolved = default.behind(resolved);
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
                let found = self.store_setting(*kind, store, key, self.path(file));
                let mut resolved = self.declared_setting(found, context, depth);
                if found.is_some_and(|(file, _)| self.is_overridden(file, *kind, store)) {
                    resolved.value = None;
                }
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
            self.interpolated_from(file)
                .iter()
                .find_map(|path| self.named_in(*self.by_path.get(path.as_str())?, name))
        } else if let Some(given) = context
            .environment
            .get(name)
            .filter(|_| format != Some(Format::Dotenv))
        {
            let nothing = BTreeMap::new();
            let inner = Context::of(given, &nothing);
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
                let mut indexes = self.settings_of(at).iter();
                let index = indexes.find(|index| {
                    self.setting((at.file, **index))
                        .is_some_and(|setting| setting.name == name)
                })?;
                Some((at.file, *index))
            });
            of_container.filter(|_| name != context.name)
        };
        let mut resolved = self.declared_setting(found, context, depth);
        let scope = match found {
            Some((file, _)) if is_compose => self.path(file).to_owned(),
            None if is_compose => {
                (self.interpolated_from(file).into_iter().next()).unwrap_or_default()
            }
            _ => path.to_owned(),
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
        let own = self.chart_values(self.path(file));
        let is_global = path.starts_with("global.");
        // The chart around it has the last word, and alone says what is for all.
        let mut outer = self.outer_charts(self.path(file));
        if let Some(at) = context.at.filter(|at| at.file == file)
            && let Some(instance) = self.instances(file).get(at.instance)
            && let Some((_, part)) = outer.last_mut()
        {
            *part = instance.name;
        }
        let named = |part: &str| match is_global {
            true => path.to_owned(),
            false => format!("{part}.{path}"),
        };
        let given = outer
            .iter()
            .map(|(values, part)| (*values, named(part)))
            .find(|(values, name)| self.named_in(*values, name).is_some());
        let for_all = outer
            .first()
            .filter(|_| is_global)
            .map(|(values, _)| *values);
        let own = for_all.or(own).map(|values| (values, path.to_owned()));
        let Some((values, path)) = given.or(own) else {
            return Resolved::default();
        };
        let path = path.as_str();
        let mut resolved = self.declared_setting(self.named_in(values, path), context, depth);
        resolved.evidence.push(Evidence::Variable {
            scope: self.path(values).to_owned(),
            name: path.to_owned(),
        });
        resolved.origin = format!("`{path}` of {}", self.path(values));
        resolved
    }

    /// What the call of a module gives to one of its variables, or what all calls do, when that is the same.
    fn module_input(
        &self,
        folder: &str,
        name: &str,
        context: &Context<'_, 'a>,
        depth: usize,
    ) -> Option<Resolved> {
        let mut same: Option<Resolved> = None;
        let own = context
            .at
            .filter(|at| folder_of(self.path(at.file)) == folder);
        let instances = own.map(|at| self.instances(at.file)).unwrap_or_default();
        let only = own.and_then(|at| instances.get(at.instance)?.call);
        let calls = match &only {
            Some(call) => std::slice::from_ref(call),
            None => self.modules.get(folder)?.as_slice(),
        };
        for (file, call) in calls.iter().take(MOST_CALLS) {
            let resolved =
                self.declared_as(*file, &format!("module.{call}.{name}"), context, depth)?;
            match &same {
                None => same = Some(resolved),
                Some(known) if known.evidence == resolved.evidence => {}
                Some(_) => return None,
            }
        }
        same.filter(|resolved| !resolved.evidence.is_empty())
    }

    /// What a module of the tree gives out: `module.tokens.secret`.
    fn module_output(
        &self,
        folder: &str,
        address: &str,
        context: &Context<'_, 'a>,
        depth: usize,
    ) -> Option<Resolved> {
        let (call, name) = address.strip_prefix("module.")?.split_once('.')?;
        let source = format!("module.{call}.source");
        let source = self.declared.get(&(folder, source.as_str()))?.first()?;
        let SettingValue::Text(path) = &self.setting(*source)?.value else {
            return None;
        };
        let of_module = join(folder, path.reveal())?;
        let file = *self.infrastructure.get(of_module.as_str())?.first()?;
        self.declared_as(file, &format!("output.{name}"), context, depth)
    }

    /// What a declaration in the folder of a file comes to.
    fn declared_as(
        &self,
        file: usize,
        address: &str,
        context: &Context<'_, 'a>,
        depth: usize,
    ) -> Option<Resolved> {
        let folder = folder_of(self.path(file));
        let found = *self.declared.get(&(folder, address))?.first()?;
        Some(self.declared_setting(Some(found), context, depth + 1))
    }

    /// What a declared setting comes to, under its own name.
    fn declared_setting(
        &self,
        found: Option<(usize, usize)>,
        context: &Context<'_, 'a>,
        depth: usize,
    ) -> Resolved {
        let Some((found, setting)) = found.and_then(|found| Some((found, self.setting(found)?)))
        else {
            return Resolved::default();
        };
        let inner = Context {
            name: &setting.name,
            ..*context
        };
        self.value(found.0, &setting.value, setting.span, &inner, depth)
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
        let is_given_outside = found.is_none_or(|found| !known(&found));
        if is_given_outside && depth < MOST_STEPS {
            let through = match address.strip_prefix("var.") {
                Some(name) => self.module_input(folder, name, context, depth),
                None => self.module_output(folder, address, context, depth),
            };
            if let Some(resolved) = through {
                return resolved;
            }
        }
        let mut resolved = self.declared_setting(found.copied(), context, depth);
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

impl<'c, 'a> Context<'c, 'a> {
    /// For a given name, with the names that it may refer to.
    fn of(given: &Given<'a>, environment: &'c BTreeMap<&'c str, &'c Given<'a>>) -> Self {
        Self {
            at: given.at,
            name: &given.setting.name,
            environment,
        }
    }
}

pub(super) fn store_origin(kind: StoreKind, name: &str, key: &str) -> String {
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
