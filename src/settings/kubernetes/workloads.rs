//! What runs containers, and what those take from stores.

use super::Manifest;
use crate::settings::interpolation::{Dialect, interpolate, reference, text};
use crate::settings::tree::Node;
use crate::settings::{
    Holder, Reference, SettingValue, StoreKind, StoreUse, Workload, mounts, template,
};
use crate::source::Span;

impl<'file> Manifest<'file> {
    pub(super) fn workload(&mut self) {
        const POD_SPECS: [&[&str]; 3] = [
            &["spec", "template", "spec"],
            &["spec"],
            &["spec", "jobTemplate", "spec", "template", "spec"],
        ];
        let pod = POD_SPECS
            .iter()
            .filter_map(|way| self.root.at(way))
            .find(|pod| pod.get("containers").is_some());
        let Some(pod) = pod else {
            self.for_tools();
            return;
        };
        let place = self
            .root
            .at(&["metadata", "name"])
            .map_or_else(|| self.root.span(), Node::span);
        for section in ["initContainers", "containers"] {
            for container in pod.get(section).into_iter().flat_map(Node::items) {
                self.container(pod, container, place);
            }
        }
    }

    fn container(&mut self, pod: Node<'file>, container: Node<'file>, place: Span) {
        let holder = Holder::Workload(self.file.workloads.len());
        let mut workload = Workload {
            name: self.name.to_owned(),
            container: container.text_at(&["name"]).unwrap_or_default().to_owned(),
            kind: self.kind.to_owned(),
            span: place,
            namespace: self.namespace.to_owned(),
            image: container.text_at(&["image"]).map(str::to_owned),
            ..Workload::default()
        };
        for item in container.get("envFrom").into_iter().flat_map(Node::items) {
            let prefix = item.text_at(&["prefix"]).unwrap_or_default();
            for (section, kind) in [
                ("secretRef", StoreKind::Secret),
                ("configMapRef", StoreKind::Config),
            ] {
                if let Some(name) = item.at(&[section, "name"])
                    && let Some(store) = name.text()
                {
                    workload.stores.push(StoreUse {
                        kind,
                        name: store.to_owned(),
                        prefix: prefix.to_owned(),
                        span: name.span(),
                    });
                }
            }
        }
        self.file.workloads.push(workload);
        if let Some(environment) = container.get("env") {
            for variable in environment.items() {
                self.variable(variable, &holder);
            }
            // An expression in the place of the list.
            if let Some(marked) = environment.text().filter(|text| template::is_marked(text)) {
                let span = environment.span();
                self.push("*", span, text(marked), span, holder.clone());
            }
        }
        for mount in container
            .get("volumeMounts")
            .into_iter()
            .flat_map(Node::items)
        {
            let volume = mount.text_at(&["name"]).and_then(|name| {
                pod.get("volumes")?
                    .items()
                    .find(|volume| volume.text_at(&["name"]) == Some(name))
            });
            if let Some(volume) = volume {
                self.mount(volume, mount, &holder);
            }
        }
    }

    fn variable(&mut self, variable: Node<'_>, holder: &Holder) {
        let Some(name) = variable.get("name") else {
            return;
        };
        let Some(name_text) = name.text() else { return };
        let (value, span) = match (variable.get("value"), variable.get("valueFrom")) {
            (Some(value), _) => match value.text() {
                Some(content) => (interpolate(content, Dialect::Manifest), value.span()),
                None if value.is_null() => (text(""), name.span()),
                None => (SettingValue::Unknown, value.span()),
            },
            (None, Some(from)) => taken(from),
            (None, None) => (text(""), name.span()),
        };
        self.push(name_text, name.span(), value, span, holder.clone());
    }

    /// A volume made of stores, at a path of a container.
    fn mount(&mut self, volume: Node<'_>, mount: Node<'_>, holder: &Holder) {
        let Some(path_node) = mount.get("mountPath") else {
            return;
        };
        let Some(path) = path_node.text() else { return };
        let part = mount.text_at(&["subPath"]);
        let projected = volume
            .at(&["projected", "sources"])
            .into_iter()
            .flat_map(Node::items);
        for source in std::iter::once(volume).chain(projected) {
            for (section, kind) in [
                ("secret", StoreKind::Secret),
                ("configMap", StoreKind::Config),
            ] {
                let Some(given) = source.get(section) else {
                    continue;
                };
                let Some(store_node) = given.get("secretName").or_else(|| given.get("name")) else {
                    continue;
                };
                let Some(store) = store_node.text() else {
                    continue;
                };
                let mut add = |to: &str, key: &str| {
                    self.file.settings.push(mounts::store(
                        to,
                        (kind, store, key),
                        (path_node.span(), store_node.span()),
                        holder.clone(),
                    ));
                };
                let items = || {
                    given
                        .get("items")
                        .into_iter()
                        .flat_map(Node::items)
                        .filter_map(|item| {
                            Some((item.text_at(&["key"])?, item.text_at(&["path"])?))
                        })
                };
                match part {
                    Some(part) => {
                        let key = items()
                            .find(|(_, at)| *at == part)
                            .map_or(part, |(key, _)| key);
                        add(path, key);
                    }
                    None if items().next().is_none() => add(path, ""),
                    None => {
                        for (key, at) in items() {
                            add(&format!("{}/{at}", path.trim_end_matches('/')), key);
                        }
                    }
                }
            }
        }
    }
}

/// The value of `valueFrom`, and its place.
fn taken(from: Node<'_>) -> (SettingValue, Span) {
    for (section, kind) in [
        ("secretKeyRef", StoreKind::Secret),
        ("configMapKeyRef", StoreKind::Config),
    ] {
        if let Some(part) = from.get(section)
            && let (Some(store), Some(key)) = (part.text_at(&["name"]), part.get("key"))
            && let Some(key_text) = key.text()
        {
            let value = reference(Reference::Store {
                kind,
                store: store.to_owned(),
                key: key_text.to_owned(),
            });
            return (value, key.span());
        }
    }
    (SettingValue::Unknown, from.span())
}
