//! Kubernetes manifests: stores (Secret, ConfigMap and what makes them), and what the containers of workloads take
//! from them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::interpolation::{Dialect, interpolate, reference, text};
use super::tree::{Node, flatten};
use super::{
    Holder, Reference, Route, Setting, SettingValue, SettingsFile, StoreKind, StoreUse, Workload,
    embedded, mounts, template,
};
use crate::source::{SourceFile, Span};

/// Whether a document is a manifest.
pub(super) fn is_manifest(root: Node<'_>) -> bool {
    root.text_at(&["apiVersion"]).is_some() && root.text_at(&["kind"]).is_some()
}

/// Reads a manifest, or every manifest of a list.
pub(super) fn read(root: Node<'_>, source: &SourceFile, file: &mut SettingsFile) {
    if root.text_at(&["$patch"]) == Some("delete") {
        return;
    }
    let kind = root.text_at(&["kind"]).unwrap_or_default();
    if kind.ends_with("List") {
        for item in root.get("items").into_iter().flat_map(Node::items) {
            read(item, source, file);
        }
        return;
    }
    let mut manifest = Manifest {
        root,
        kind,
        name: root.text_at(&["metadata", "name"]).unwrap_or_default(),
        namespace: root.text_at(&["metadata", "namespace"]).unwrap_or_default(),
        source,
        file,
    };
    match kind {
        "Secret" => manifest.secret(),
        "ConfigMap" => manifest.config_map(),
        "SealedSecret" => manifest.sealed_secret(),
        "ExternalSecret" | "ClusterExternalSecret" => manifest.external_secret(),
        "SecretProviderClass" => manifest.secret_provider(),
        "VaultStaticSecret" => manifest.vault_secret(),
        "HelmRelease" => manifest.chart_values(),
        "Ingress" => manifest.ingress(),
        _ => manifest.workload(),
    }
}

struct Manifest<'file> {
    root: Node<'file>,
    kind: &'file str,
    name: &'file str,
    namespace: &'file str,
    source: &'file SourceFile,
    file: &'file mut SettingsFile,
}

impl<'file> Manifest<'file> {
    fn store(&self, kind: StoreKind, name: &str) -> Holder {
        Holder::Store {
            kind,
            name: name.to_owned(),
            namespace: self.namespace.to_owned(),
        }
    }

    fn file_in(&self, kind: StoreKind, key: &str) -> Holder {
        Holder::FileIn {
            kind,
            name: self.name.to_owned(),
            namespace: self.namespace.to_owned(),
            key: key.to_owned(),
        }
    }

    fn entries(
        &self,
        way: &[&str],
    ) -> impl Iterator<Item = (&'file super::tree::Key, Node<'file>)> + use<'file> {
        self.root.at(way).into_iter().flat_map(Node::entries)
    }

    fn items(&self, way: &[&str]) -> impl Iterator<Item = Node<'file>> + use<'file> {
        self.root.at(way).into_iter().flat_map(Node::items)
    }

    fn push(&mut self, name: &str, key: Span, value: SettingValue, span: Span, holder: Holder) {
        self.file.settings.push(Setting {
            name: name.to_owned(),
            key,
            value,
            span,
            holder,
        });
    }

    fn secret(&mut self) {
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

    fn config_map(&mut self) {
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

    fn sealed_secret(&mut self) {
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

    fn external_secret(&mut self) {
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

    fn secret_provider(&mut self) {
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

    fn vault_secret(&mut self) {
        let name = self.root.text_at(&["spec", "destination", "name"]);
        if let (Some(name), Some(path)) = (name, self.root.at(&["spec", "path"])) {
            let holder = self.store(StoreKind::Secret, name);
            self.every_key(path, holder);
        }
    }

    fn chart_values(&mut self) {
        if let Some(values) = self.root.at(&["spec", "values"]) {
            flatten(
                values,
                &Holder::File,
                &|_, content| interpolate(content, Dialect::Placeholder),
                &mut self.file.settings,
            );
        }
    }

    /// What a resource that runs nothing says to whatever reads it.
    fn for_tools(&mut self) {
        // Large, and about the cluster itself.
        const LEFT_OUT: [&str; 10] = [
            "CustomResourceDefinition",
            "Service",
            "ServiceAccount",
            "Role",
            "ClusterRole",
            "RoleBinding",
            "ClusterRoleBinding",
            "Namespace",
            "NetworkPolicy",
            "PersistentVolumeClaim",
        ];
        if !LEFT_OUT.contains(&self.kind) {
            flatten(
                self.root,
                &Holder::Tool,
                &|_, content| interpolate(content, Dialect::Placeholder),
                &mut self.file.settings,
            );
        }
    }

    fn ingress(&mut self) {
        for rule in self.items(&["spec", "rules"]) {
            let Some(host) = rule.text_at(&["host"]) else {
                continue;
            };
            let paths = rule
                .at(&["http", "paths"])
                .into_iter()
                .flat_map(Node::items);
            for path in paths {
                let service = (path.text_at(&["backend", "service", "name"]))
                    .or_else(|| path.text_at(&["backend", "serviceName"]));
                if let Some(service) = service {
                    self.file.routes.push(Route {
                        host: host.to_owned(),
                        service: service.to_owned(),
                    });
                }
            }
        }
    }

    fn workload(&mut self) {
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

#[cfg(test)]
mod tests {
    use crate::settings::sample::{read, shown};
    use crate::settings::{StoreKind, StoreUse};
    use crate::source::Span;

    const PATH: &str = "k8s/all.yaml";

    #[test]
    fn stores_hold_their_keys() {
        // "not-a-real-secret", and bytes that are no text.
        let text = r#"
apiVersion: v1
kind: Secret
metadata: {name: app, namespace: shop}
data:
  JWT_SECRET: bm90LWEtcmVhbC1zZWNyZXQ=
  BINARY: /////w==
  FILLED_IN: ${JWT_SECRET}
  BROKEN: "<base64>"
stringData:
  PLAIN: value
---
apiVersion: v1
kind: ConfigMap
metadata: {name: app}
data:
  ISSUER: https://issuer.example
  application.properties: |
    # comment
    jwt.expiry=60
    jwt.issuer=${ISS:me}
  app.env: "A=1"
  settings.yaml: |
    jwt:
      audience: é
      key: k
"#;
        let file = read(PATH, text);
        let read = shown(&file);
        assert!(read.contains(&"Secret shop/app: JWT_SECRET='not-a-real-secret'".to_owned()));
        for expected in [
            "Secret shop/app: BINARY=unknown",
            "Secret shop/app: FILLED_IN=JWT_SECRET",
            "Secret shop/app: BROKEN=unknown",
            "Secret shop/app: PLAIN='value'",
            "Config /app: ISSUER='https://issuer.example'",
            "Config app/app.env: A='1'",
            "Config app/settings.yaml: jwt.audience='é'",
            "Config app/settings.yaml: jwt.key='k'",
        ] {
            assert!(read.iter().any(|shown| shown == expected), "{expected}");
        }
        let at = |name: &str| {
            let found = file.settings.iter().find(|setting| setting.name == name);
            found.map(|setting| (&text[setting.key.range()], &text[setting.span.range()]))
        };
        assert_eq!(at("jwt.key"), Some(("key", "k")));
        assert_eq!(at("jwt.audience"), Some(("audience", "é")));
        assert_eq!(at("A"), Some(("A", "1")));
    }

    #[test]
    fn containers_take_from_stores() {
        let text = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: auth, namespace: shop}
spec:
  template:
    spec:
      initContainers:
        - name: migrate
          image: shop/auth
          env: [{name: MODE, value: migrate}]
      containers:
        - name: main
          image: shop/auth:1
          env:
            - name: JWT_SECRET
              valueFrom:
                secretKeyRef: {name: app, key: jwt}
            - name: ISSUER
              valueFrom: {configMapKeyRef: {name: app, key: iss}}
            - name: POD
              valueFrom: {fieldRef: {fieldPath: metadata.name}}
            - name: URL
              value: http://$(HOST)/
            - name: EMPTY
          envFrom:
            - secretRef: {name: all}
              prefix: X_
            - configMapRef: {name: some}
          volumeMounts:
            - {name: keys, mountPath: /etc/keys}
            - {name: one, mountPath: /app/jwt.pem, subPath: jwt.pem}
            - {name: mixed, mountPath: /mixed/}
      volumes:
        - name: keys
          secret: {secretName: keys}
        - name: one
          configMap: {name: pem, items: [{key: public, path: jwt.pem}]}
        - name: mixed
          projected: {sources: [{secret: {name: p, items: [{key: a, path: b}]}}]}
"#;
        let file = read(PATH, text);
        assert_eq!(
            shown(&file),
            [
                "auth/migrate: MODE='migrate'",
                "auth/main: JWT_SECRET=Secret(app, jwt)",
                "auth/main: ISSUER=Config(app, iss)",
                "auth/main: POD=unknown",
                "auth/main: URL='http://' + HOST + '/'",
                "auth/main: EMPTY=''",
                "auth/main: /etc/keys=Secret(keys, )",
                "auth/main: /app/jwt.pem=Config(pem, public)",
                "auth/main: /mixed/b=Secret(p, a)",
            ]
        );
        let stores = &file.workloads[1].stores;
        assert_eq!(
            stores[0],
            StoreUse {
                kind: StoreKind::Secret,
                name: "all".to_owned(),
                prefix: "X_".to_owned(),
                span: stores[0].span,
            }
        );
        assert_eq!(&text[stores[1].span.range()], "some");
        assert_ne!(file.workloads[1].span, Span::default());
    }

    #[test]
    fn every_kind_of_workload_and_lists_of_them() {
        let pod = "containers: [{name: c, env: [{name: A, value: '1'}]}]";
        let kinds = format!(
            "apiVersion: v1\nkind: List\nitems:\n\
             - {{apiVersion: v1, kind: Pod, metadata: {{name: pod}}, spec: {{{pod}}}}}\n\
             - {{apiVersion: batch/v1, kind: CronJob, metadata: {{name: cron}}, spec: {{jobTemplate: {{spec: {{template: {{spec: {{{pod}}}}}}}}}}}}}\n\
             - {{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {{name: fn}}, spec: {{template: {{spec: {{{pod}}}}}}}}}\n\
             - {{apiVersion: v1, kind: Service, metadata: {{name: svc}}, spec: {{ports: []}}}}\n"
        );
        assert_eq!(
            shown(&read(PATH, &kinds)),
            ["pod/c: A='1'", "cron/c: A='1'", "fn/c: A='1'"]
        );
    }

    #[test]
    fn secrets_that_come_from_outside() {
        let text = r#"
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: ext}
spec:
  target: {name: app}
  data:
    - secretKey: JWT
      remoteRef: {key: prod/jwt, property: secret}
  dataFrom:
    - extract: {key: prod/all}
---
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: sealed}
spec:
  encryptedData: {JWT: AgB}
---
apiVersion: v1
kind: Secret
metadata: {name: sops}
data: {JWT: "ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]"}
sops: {mac: x}
"#;
        assert_eq!(
            shown(&read(PATH, text)),
            [
                "Secret /app: JWT=manager(prod/jwt#secret)",
                "Secret /app: *=manager(prod/all)",
                "Secret /sealed: JWT=encrypted",
                "Secret /sops: JWT=encrypted",
            ]
        );
    }

    #[test]
    fn odd_shapes_are_passed_over() {
        for text in [
            "apiVersion: v1\nkind: Secret\n",
            "apiVersion: v1\nkind: Secret\ndata: [a]\nstringData: {a: {b: c}, d: null}\n",
            "apiVersion: v1\nkind: List\nitems: {a: b}\n",
            "apiVersion: v1\nkind: Pod\nspec: {containers: [1, {env: {a: b}, envFrom: [x], volumeMounts: [{name: y}]}], volumes: 3}\n",
            "apiVersion: v1\nkind: ConfigMap\ndata: {a.yaml: '{', b.env: 'x', c.yaml: \"a:\\n- *x\"}\n",
            "apiVersion: v1\nkind: Deployment\n$patch: delete\n",
        ] {
            read(PATH, text);
        }
    }
}
