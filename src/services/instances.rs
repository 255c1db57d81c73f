//! One description that is deployed several times: a module of the infrastructure that is called more than once, or for
//! each of several, and a chart that another one takes in under several names.

use std::collections::BTreeSet;

use super::environment::Tree;
use super::paths::{folder_of, join};
use crate::settings::{Format, Reference, SettingValue};

/// Instances of one description that are told apart.
const MOST_INSTANCES: usize = 50;

/// One of several deployments of the same description.
pub(super) struct Instance<'a> {
    /// What tells it from the others.
    pub(super) name: &'a str,
    /// The call of the module: file, and name of the call.
    pub(super) call: Option<(usize, &'a str)>,
}

impl<'a> Tree<'a> {
    /// What a settings file is deployed as; nothing when that is once, as far as is known.
    pub(super) fn instances(&self, file: usize) -> Vec<Instance<'a>> {
        let path = self.path(file);
        let mut instances = match Format::of_path(path) {
            Some(Format::Hcl) => self.calls(folder_of(path)),
            Some(Format::Yaml) => self.aliases(path),
            _ => Vec::new(),
        };
        instances.truncate(MOST_INSTANCES);
        if instances.len() < 2 {
            instances.clear();
        }
        instances
    }

    /// The calls of a module; one with `for_each` is as many as there are keys.
    fn calls(&self, folder: &str) -> Vec<Instance<'a>> {
        let calls = self.modules.get(folder).into_iter().flatten();
        let mut instances = Vec::new();
        for (file, call) in calls.take(MOST_INSTANCES) {
            let keys = self.keys_of(*file, &format!("module.{call}.for_each"), 0);
            let call = (*file, *call);
            let instance = |name| Instance {
                name,
                call: Some(call),
            };
            match keys.is_empty() {
                true => instances.push(instance(call.1)),
                false => instances.extend(keys.into_iter().map(instance)),
            }
        }
        instances
    }

    /// The keys of a map that is declared in the folder of a file, through one name that stands for it.
    fn keys_of(&self, file: usize, address: &str, depth: usize) -> BTreeSet<&'a str> {
        let files = match depth {
            0 => vec![file],
            _ => (self.infrastructure.get(folder_of(self.path(file))))
                .cloned()
                .unwrap_or_default(),
        };
        let mut keys = BTreeSet::new();
        for file in files {
            let Some(source) = self.source(file) else {
                continue;
            };
            for setting in &source.read.settings {
                let Some(rest) = setting.name.strip_prefix(address) else {
                    continue;
                };
                if let Some(below) = rest.strip_prefix('.') {
                    let key = below.split('.').next().unwrap_or(below);
                    // Of a list it is the texts.
                    match &setting.value {
                        SettingValue::Text(text) if key == below && is_index(key) => {
                            keys.insert(text.reveal());
                        }
                        _ => {
                            keys.insert(key);
                        }
                    }
                } else if let SettingValue::Reference {
                    from: Reference::Resource(other) | Reference::Variable(other),
                    ..
                } = &setting.value
                    && rest.is_empty()
                    && depth == 0
                {
                    return self.keys_of(file, other, 1);
                }
            }
        }
        keys
    }

    /// The names under which the chart around a chart takes it in.
    fn aliases(&self, path: &str) -> Vec<Instance<'a>> {
        let Some((outer, rest)) = path.rsplit_once("charts/") else {
            let taken = self.taken_by(path).iter();
            return taken
                .map(|(_, name)| Instance { name, call: None })
                .collect();
        };
        let part = rest.split('/').next().unwrap_or(rest);
        let chart = join(outer.trim_end_matches('/'), "Chart.yaml");
        let chart = chart.and_then(|chart| self.by_path.get(chart.as_str()).copied());
        let dependencies = chart.map(|chart| self.dependencies(chart));
        let names = dependencies.into_iter().flatten();
        names
            .filter(|(name, ..)| *name == part)
            .map(|(name, alias, _)| Instance {
                name: alias.unwrap_or(name),
                call: None,
            })
            .collect()
    }
}

fn is_index(key: &str) -> bool {
    key.bytes().all(|byte| byte.is_ascii_digit())
}
