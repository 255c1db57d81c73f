//! Kustomize: what an overlay takes in, and the stores that its generators make.

use super::compose::assignment;
use super::interpolation::{Dialect, reference};
use super::tree::Node;
use super::{Feed, Holder, Link, Reference, Setting, SettingsFile, StoreKind};
use crate::source::SourceFile;

/// Whether a document is a kustomization, by its kind or by the file's name.
pub(super) fn is_kustomization(path: &str, root: Node<'_>) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let kind = root.text_at(&["kind"]);
    match kind {
        Some(_) => {
            matches!(kind, Some("Kustomization" | "Component"))
                && root
                    .text_at(&["apiVersion"])
                    .is_some_and(|version| version.starts_with("kustomize.config"))
        }
        None => matches!(name, "kustomization.yaml" | "kustomization.yml"),
    }
}

/// Reads a kustomization.
pub(super) fn read(root: Node<'_>, source: &SourceFile, file: &mut SettingsFile) {
    for section in [
        "resources",
        "bases",
        "components",
        "patchesStrategicMerge",
        "patches",
    ] {
        for item in root.get(section).into_iter().flat_map(Node::items) {
            let path = item.get("path").unwrap_or(item);
            // A patch may stand in place.
            if path.text().is_some_and(|text| !text.contains('\n')) {
                file.includes.extend(link(path));
            }
        }
    }
    for (section, kind) in [
        ("secretGenerator", StoreKind::Secret),
        ("configMapGenerator", StoreKind::Config),
    ] {
        for generator in root.get(section).into_iter().flat_map(Node::items) {
            let Some(name) = generator.text_at(&["name"]) else {
                continue;
            };
            let namespace = generator
                .text_at(&["namespace"])
                .or_else(|| root.text_at(&["namespace"]))
                .unwrap_or_default();
            let holder = Holder::Store {
                kind,
                name: name.to_owned(),
                namespace: namespace.to_owned(),
            };
            generated(generator, &holder, source, file);
        }
    }
}

fn link(node: Node<'_>) -> Option<Link> {
    Some(Link {
        path: node.text()?.to_owned(),
        span: node.span(),
        optional: false,
    })
}

fn generated(generator: Node<'_>, holder: &Holder, source: &SourceFile, file: &mut SettingsFile) {
    let items = |section: &str| generator.get(section).into_iter().flat_map(Node::items);
    for literal in items("literals") {
        let setting = assignment(literal, source, holder, Dialect::Manifest);
        file.settings.extend(setting);
    }
    for entry in items("files") {
        let Some(content) = entry.text() else {
            continue;
        };
        let (key, path) = content.split_once('=').unwrap_or_else(|| {
            let name = content.rsplit('/').next().unwrap_or(content);
            (name, content)
        });
        file.settings.push(Setting {
            name: key.to_owned(),
            key: entry.span(),
            value: reference(Reference::File(path.to_owned())),
            span: entry.span(),
            holder: holder.clone(),
        });
    }
    for entry in items("envs").chain(generator.get("env")) {
        file.feeds.extend(link(entry).map(|file| Feed {
            holder: holder.clone(),
            file,
        }));
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::sample::{read, shown};

    #[test]
    fn generators_make_stores() {
        let text = r#"
namespace: shop
resources: [../base, deployment.yaml]
patches:
  - path: patch.yaml
  - patch: |-
      - op: remove
secretGenerator:
  - name: app
    literals:
      - JWT_SECRET=not-a-real-secret
      - 'QUOTED=a b'
    files: [keys/jwt.pem, other=x.pem]
    envs: [.env.secret]
configMapGenerator:
  - name: app
    env: app.env
"#;
        let file = read("overlays/prod/kustomization.yaml", text);
        assert_eq!(
            shown(&file),
            [
                "Secret shop/app: JWT_SECRET='not-a-real-secret'",
                "Secret shop/app: QUOTED='a b'",
                "Secret shop/app: jwt.pem=file(keys/jwt.pem)",
                "Secret shop/app: other=file(x.pem)",
            ]
        );
        let files: Vec<&str> = file.feeds.iter().map(|feed| &*feed.file.path).collect();
        assert_eq!(files, [".env.secret", "app.env"]);
        let included: Vec<&str> = file.includes.iter().map(|link| &*link.path).collect();
        assert_eq!(included, ["../base", "deployment.yaml", "patch.yaml"]);
    }
}
