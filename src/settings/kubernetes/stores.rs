//! Secrets, ConfigMaps, and what makes them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Manifest;
use crate::settings::interpolation::{Dialect, interpolate, reference, text};
use crate::settings::tree::{Node, flatten};
use crate::settings::{Holder, Reference, SettingValue, StoreKind, embedded, template};

impl Manifest<'_> {
    pub(super) fn secret(&mut self) {
        let holder = self.store(StoreKind::Secret, self.name);
        for (key, node) in self.entries(&["data"]) {
            let Some(content) = node.text() else { continue };
            let value = decoded(content);
            if let SettingValue::Text(literal) = &value {
                let inner = self.file_in(StoreKind::Secret, &key.name);
                let settings =
                    embedded::read_decoded(&key.name, literal.reveal(), node.span(), &inner);
                self.file.settings.extend(settings.unwrap_or_default());
            }
            self.push(&key.name, key.span, value, node.span(), holder.clone());
        }
        self.texts("stringData", StoreKind::Secret);
    }

    pub(super) fn config_map(&mut self) {
        self.texts("data", StoreKind::Config);
    }

    /// Keys with plain values, each of which may be a file.
    fn texts(&mut self, section: &str, kind: StoreKind) {
        let holder = self.store(kind, self.name);
        for (key, node) in self.entries(&[section]) {
            let Some(content) = node.text() else { continue };
            let inner = self.file_in(kind, &key.name);
            if let Some(settings) = embedded::read(&key.name, node, self.source, &inner) {
                self.file.settings.extend(settings);
            }
            let value = interpolate(content, Dialect::Placeholder);
            self.push(&key.name, key.span, value, node.span(), holder.clone());
        }
    }

    pub(super) fn sealed_secret(&mut self) {
        let name = self
            .root
            .text_at(&["spec", "template", "metadata", "name"])
            .unwrap_or(self.name);
        let holder = self.store(StoreKind::Secret, name);
        for (key, node) in self.entries(&["spec", "encryptedData"]) {
            self.push(
                &key.name,
                key.span,
                SettingValue::Encrypted,
                node.span(),
                holder.clone(),
            );
        }
    }

    pub(super) fn external_secret(&mut self) {
        let spec: &[&str] = match self.kind {
            "ClusterExternalSecret" => &["spec", "externalSecretSpec"],
            _ => &["spec"],
        };
        let Some(spec) = self.root.at(spec) else {
            return;
        };
        let name = spec.text_at(&["target", "name"]).unwrap_or(self.name);
        let holder = self.store(StoreKind::Secret, name);
        for item in spec.get("data").into_iter().flat_map(Node::items) {
            let (Some(key), Some(remote)) = (item.get("secretKey"), item.get("remoteRef")) else {
                continue;
            };
            let (Some(key_name), Some(path)) = (key.text(), remote.text_at(&["key"])) else {
                continue;
            };
            let path = match remote.text_at(&["property"]) {
                Some(property) => format!("{path}#{property}"),
                None => path.to_owned(),
            };
            let value = reference(Reference::Manager(path));
            self.push(key_name, key.span(), value, remote.span(), holder.clone());
        }
        for item in spec.get("dataFrom").into_iter().flat_map(Node::items) {
            let Some(key) = item.at(&["extract", "key"]) else {
                continue;
            };
            self.every_key(key, holder.clone());
        }
    }

    /// Every key that a path of a manager holds.
    fn every_key(&mut self, path: Node<'_>, holder: Holder) {
        if let Some(manager) = path.text() {
            let value = reference(Reference::Manager(manager.to_owned()));
            self.push("*", path.span(), value, path.span(), holder);
        }
    }

    pub(super) fn secret_provider(&mut self) {
        for object in self.items(&["spec", "secretObjects"]) {
            let Some(name) = object.text_at(&["secretName"]) else {
                continue;
            };
            let holder = self.store(StoreKind::Secret, name);
            for item in object.get("data").into_iter().flat_map(Node::items) {
                let (Some(key), Some(remote)) = (item.get("key"), item.get("objectName")) else {
                    continue;
                };
                if let (Some(name), Some(path)) = (key.text(), remote.text()) {
                    let value = reference(Reference::Manager(path.to_owned()));
                    self.push(name, key.span(), value, remote.span(), holder.clone());
                }
            }
        }
    }

    pub(super) fn vault_secret(&mut self) {
        let name = self.root.text_at(&["spec", "destination", "name"]);
        if let (Some(name), Some(path)) = (name, self.root.at(&["spec", "path"])) {
            let holder = self.store(StoreKind::Secret, name);
            self.every_key(path, holder);
        }
    }

    pub(super) fn chart_values(&mut self) {
        if let Some(values) = self.root.at(&["spec", "values"]) {
            flatten(
                values,
                &Holder::File,
                &|_, content| interpolate(content, Dialect::Placeholder),
                &mut self.file.settings,
            );
        }
    }
}

/// A value of a Secret's `data`.
fn decoded(content: &str) -> SettingValue {
    if template::is_marked(content) {
        return text(content);
    }
    match interpolate(content, Dialect::Manifest) {
        SettingValue::Text(literal) => {
            let compact: String = literal.reveal().split_whitespace().collect();
            match STANDARD.decode(compact).map(String::from_utf8) {
                Ok(Ok(decoded)) => text(&decoded),
                _ => SettingValue::Unknown,
            }
        }
        other => other,
    }
}
