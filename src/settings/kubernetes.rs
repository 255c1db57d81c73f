//! Kubernetes manifests: stores (Secret, ConfigMap and what makes them), and what the containers of workloads take
//! from them.

mod stores;
mod workloads;

use super::interpolation::{Dialect, interpolate};
use super::tree::{Node, flatten};
use super::{Holder, Route, Setting, SettingValue, SettingsFile, StoreKind};
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
