//! Resources of Terraform that run code, whoever's they are: told by the forms in which they give variables to it.

use std::collections::HashMap;

use super::hcl::{Entry, Value, What};
use super::interpolation::{reference, text};
use super::{
    Holder, Reference, SettingValue, SettingsFile, StoreKind, StoreUse, Workload, named_secret,
    scalar,
};
use crate::source::{SourceFile, Span};

/// Maps of variables.
const MAPS: [&str; 11] = [
    "variables",
    "env",
    "envs",
    "env_vars",
    "env_variables",
    "environment",
    "environment_variables",
    "runtime_environment_variables",
    "app_settings",
    "config_vars",
    "sensitive_config_vars",
];
/// Maps of variables to secrets of a manager.
const SECRET_MAPS: [&str; 2] = ["environment_secrets", "runtime_environment_secrets"];
/// Lists of variables, or blocks of one each.
const LISTS: [&str; 6] = [
    "env",
    "environment",
    "environment_variable",
    "environment_variables",
    "secrets",
    "secret_environment_variables",
];
/// Maps that may stand elsewhere as a whole; `environment = var.environment` is a name more often.
const WHOLE_MAPS: [&str; 6] = [
    "variables",
    "env_vars",
    "env_variables",
    "environment_variables",
    "runtime_environment_variables",
    "app_settings",
];
const CONTAINERS: [&str; 4] = [
    "container",
    "containers",
    "init_container",
    "container_definitions",
];

/// Reads the workloads of a file.
pub(super) struct Workloads<'source> {
    pub(super) source: &'source SourceFile,
    /// Names of the stores that the file declares, by the address of the resource.
    pub(super) stores: HashMap<String, String>,
}

/// The workload whose body is walked: it is one as soon as it is given something.
struct Current {
    workload: Workload,
    index: Option<usize>,
}

impl Current {
    fn holder(&mut self, file: &mut SettingsFile) -> Holder {
        let index = *self.index.get_or_insert_with(|| {
            file.workloads.push(self.workload.clone());
            file.workloads.len() - 1
        });
        Holder::Workload(index)
    }
}

impl Workloads<'_> {
    /// Reads a resource.
    pub(super) fn read(
        &self,
        kind: &str,
        (label, key): (&str, Span),
        body: &Value,
        file: &mut SettingsFile,
    ) {
        let named = [
            &["function_name"][..],
            &["family"],
            &["service_name"],
            &["name"],
            &["metadata", "name"],
        ]
        .iter()
        .find_map(|way| body.at(way)?.text());
        let image = ["image_uri", "image"]
            .iter()
            .find_map(|name| body.get(name)?.text());
        let mut current = Current {
            workload: Workload {
                name: named.unwrap_or(label).to_owned(),
                kind: kind.to_owned(),
                span: key,
                namespace: (body.at(&["metadata", "namespace"]).and_then(Value::text))
                    .unwrap_or_default()
                    .to_owned(),
                image: image.map(str::to_owned),
                ..Workload::default()
            },
            index: None,
        };
        self.walk(body, &mut current, file);
    }

    /// Looks for what gives variables. The depth of values is bounded.
    fn walk(&self, body: &Value, current: &mut Current, file: &mut SettingsFile) {
        for entry in body.entries() {
            let (name, value) = (entry.name.as_str(), &entry.value);
            if CONTAINERS.contains(&name) {
                match &value.what {
                    What::List(items) => {
                        for item in items {
                            self.container(item, current, file);
                        }
                    }
                    _ => self.container(value, current, file),
                }
            } else if name == "env_from" {
                self.all_of_a_store(value, current, file);
            } else if LISTS.contains(&name) && self.list(value, current, file)
                || MAPS.contains(&name) && self.map(name, value, current, file)
            {
            } else if SECRET_MAPS.contains(&name) {
                for secret in value.entries() {
                    self.secret(&secret.name, secret.key, &secret.value, current, file);
                }
            } else {
                self.walk(value, current, file);
            }
        }
    }

    fn container(&self, body: &Value, around: &Current, file: &mut SettingsFile) {
        let text_of = |name| body.get(name).and_then(Value::text).map(str::to_owned);
        let mut workload = around.workload.clone();
        workload.container = text_of("name").unwrap_or_default();
        workload.image = text_of("image").or(workload.image);
        if let Some(name) = body.get("name") {
            workload.span = name.span;
        }
        let mut current = Current {
            workload,
            index: None,
        };
        self.walk(body, &mut current, file);
    }

    /// Variables one by one; `false` when it is something else.
    fn list(&self, value: &Value, current: &mut Current, file: &mut SettingsFile) -> bool {
        match &value.what {
            What::List(items) => {
                for item in items {
                    match item.scalar().and_then(assignment) {
                        Some((name, what)) => {
                            let holder = current.holder(file);
                            file.add_value((name, item.span), (what, item.span), holder);
                        }
                        None => {
                            self.list(item, current, file);
                        }
                    }
                }
                true
            }
            What::Each(over) => {
                self.each(over, current, file);
                true
            }
            What::Map(_) => {
                let name = ["name", "key"].iter().find_map(|name| value.get(name));
                let Some((name, variable)) = name.and_then(|name| Some((name, name.text()?)))
                else {
                    return false;
                };
                if let Some(given) = value.get("value") {
                    self.add((variable, name.span), given, current, file);
                    return true;
                }
                let named = ["valueFrom", "secret"]
                    .iter()
                    .find_map(|key| value.get(key));
                if let Some(secret) = named {
                    self.secret(variable, name.span, secret, current, file);
                    return true;
                }
                let Some(source) = ["value_from", "value_source"]
                    .iter()
                    .find_map(|key| value.get(key))
                else {
                    if let Some(named) = value.get("secret_name") {
                        let holder = current.holder(file);
                        let name = (variable.to_owned(), name.span);
                        file.add_value(name, (SettingValue::Unknown, named.span), holder);
                    }
                    return true;
                };
                let what = self.referenced(source);
                let holder = current.holder(file);
                let name = (variable.to_owned(), name.span);
                file.add_value(name, (what, source.span), holder);
                true
            }
            _ => false,
        }
    }

    /// A map of variables; `false` when it holds more than that.
    fn map(
        &self,
        name: &str,
        value: &Value,
        current: &mut Current,
        file: &mut SettingsFile,
    ) -> bool {
        if let What::Each(over) = &value.what {
            self.each(over, current, file);
            return true;
        }
        if WHOLE_MAPS.contains(&name) && value.scalar().is_some() {
            self.each(value, current, file);
            return true;
        }
        let is_variable = |entry: &Entry| {
            !MAPS.contains(&entry.name.as_str()) && entry.value.entries().is_empty()
        };
        // A build's `environment` has properties of its own (`compute_type`).
        let is_own = |entry: &Entry| entry.name.contains(|letter: char| letter.is_lowercase());
        if name == "environment" && value.entries().iter().any(is_own) {
            return false;
        }
        if value.entries().is_empty() || !value.entries().iter().all(is_variable) {
            return false;
        }
        for entry in value.entries() {
            self.add((&entry.name, entry.key), &entry.value, current, file);
        }
        true
    }

    /// What is given for each of a map: a variable each; of a map that stands elsewhere, all of it.
    fn each(&self, over: &Value, current: &mut Current, file: &mut SettingsFile) {
        if self.map_of_each(over, current, file) {
            return;
        }
        if let Some(SettingValue::Reference { .. }) = over.scalar() {
            self.add(("*", over.span), over, current, file);
        }
    }

    fn map_of_each(&self, over: &Value, current: &mut Current, file: &mut SettingsFile) -> bool {
        match &over.what {
            What::Map(_) => self.map("env", over, current, file),
            What::List(_) => self.list(over, current, file),
            _ => false,
        }
    }

    fn add(
        &self,
        (name, key): (&str, Span),
        value: &Value,
        current: &mut Current,
        file: &mut SettingsFile,
    ) {
        let what = match &value.what {
            What::Scalar(SettingValue::Text(content)) => scalar::plain(content.reveal()),
            What::Scalar(scalar) => scalar.clone(),
            What::Null => return,
            _ => SettingValue::Unknown,
        };
        let holder = current.holder(file);
        file.add_value((name.to_owned(), key), (what, value.span), holder);
    }

    fn secret(
        &self,
        variable: &str,
        key: Span,
        named: &Value,
        current: &mut Current,
        file: &mut SettingsFile,
    ) {
        let what =
            named_secret::secret(named, self.source).map_or(SettingValue::Unknown, reference);
        let holder = current.holder(file);
        file.add_value((variable.to_owned(), key), (what, named.span), holder);
    }

    /// `secret_key_ref` and `config_map_key_ref`, of Kubernetes (`name`, `key`) and Cloud Run (`secret`, or `name`
    /// and a version as `key`).
    fn referenced(&self, source: &Value) -> SettingValue {
        for (block, kind) in [
            ("secret_key_ref", StoreKind::Secret),
            ("config_map_key_ref", StoreKind::Config),
        ] {
            let Some(named) = source.get(block) else {
                continue;
            };
            if let Some(secret) = named.get("secret") {
                return named_secret::secret(secret, self.source)
                    .map_or(SettingValue::Unknown, reference);
            }
            let (Some(name), Some(key)) =
                (named.get("name"), named.get("key").and_then(Value::text))
            else {
                return SettingValue::Unknown;
            };
            let is_version = key == "latest" || key.bytes().all(|byte| byte.is_ascii_digit());
            if is_version {
                return named_secret::secret(name, self.source)
                    .map_or(SettingValue::Unknown, reference);
            }
            let Some(store) = self.store_name(name) else {
                return SettingValue::Unknown;
            };
            return reference(Reference::Store {
                kind,
                store,
                key: key.to_owned(),
            });
        }
        SettingValue::Unknown
    }

    fn all_of_a_store(&self, value: &Value, current: &mut Current, file: &mut SettingsFile) {
        for (block, kind) in [
            ("secret_ref", StoreKind::Secret),
            ("config_map_ref", StoreKind::Config),
        ] {
            let Some(named) = value.at(&[block, "name"]) else {
                continue;
            };
            let Some(name) = self.store_name(named) else {
                continue;
            };
            let Holder::Workload(index) = current.holder(file) else {
                continue;
            };
            if let Some(workload) = file.workloads.get_mut(index) {
                workload.stores.push(StoreUse {
                    kind,
                    name,
                    prefix: (value.get("prefix").and_then(Value::text))
                        .unwrap_or_default()
                        .to_owned(),
                    span: named.span,
                });
            }
        }
    }

    /// The name of a store; of one that another file declares, the address of its resource.
    fn store_name(&self, named: &Value) -> Option<String> {
        match named.scalar()? {
            SettingValue::Text(name) => Some(name.reveal().to_owned()),
            SettingValue::Reference {
                from: Reference::Resource(address),
                ..
            } => {
                let mut parts = address.split('.');
                let kind = parts
                    .next()
                    .filter(|kind| kind.starts_with("kubernetes_"))?;
                let address = format!("{kind}.{}", parts.next()?);
                Some(self.stores.get(&address).cloned().unwrap_or(address))
            }
            _ => None,
        }
    }
}

/// `NAME=value` as one text.
fn assignment(item: &SettingValue) -> Option<(String, SettingValue)> {
    let (first, rest) = match item {
        SettingValue::Text(content) => (content, &[][..]),
        SettingValue::Joined(parts) => match parts.as_slice() {
            [SettingValue::Text(content), rest @ ..] => (content, rest),
            _ => return None,
        },
        _ => return None,
    };
    let (name, start) = first.reveal().split_once('=')?;
    if !scalar::is_variable(name) {
        return None;
    }
    let what = match rest {
        [] => text(start),
        [only] if start.is_empty() => only.clone(),
        _ => {
            let mut parts = vec![text(start)];
            parts.extend(rest.iter().cloned());
            SettingValue::Joined(parts)
        }
    };
    Some((name.to_owned(), what))
}
