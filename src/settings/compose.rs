//! Compose projects: services, what is in their environment, and the secrets and configs they are given.

use super::interpolation::{Dialect, interpolate, reference};
use super::tree::{Key, Node, Style};
use super::{
    Holder, Link, Reference, Route, Setting, SettingValue, SettingsFile, StoreKind, Workload,
    mounts,
};
use crate::source::{SourceFile, Span};

/// Whether a document is a Compose project: by what its services say, or by the file's name.
pub(super) fn is_project(path: &str, root: Node<'_>) -> bool {
    let describes = |services: Node<'_>| {
        services.entries().any(|(_, service)| {
            // A file that others extend may name no image.
            ["image", "build", "env_file", "environment", "extends"]
                .iter()
                .any(|key| service.get(key).is_some())
        })
    };
    if let Some(services) = root.get("services") {
        return describes(services) || (is_named_compose(path) && services.is_map());
    }
    is_named_compose(path)
        && (root.get("include").is_some() || root.get("secrets").is_some() || describes(root))
}

fn is_named_compose(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    ["docker-compose", "compose", "docker-stack", "stack"]
        .iter()
        .any(|start| name.starts_with(start))
}

/// Reads a Compose project.
pub(super) fn read(root: Node<'_>, source: &SourceFile, file: &mut SettingsFile) {
    // The first version of the format had services at its root.
    for (name, service) in root.get("services").unwrap_or(root).entries() {
        if service.is_map() {
            Service {
                source,
                file: &mut *file,
                index: 0,
            }
            .read(name, service);
        }
    }
    for (section, kind) in [
        ("secrets", StoreKind::Secret),
        ("configs", StoreKind::Config),
    ] {
        for (name, store) in root.get(section).into_iter().flat_map(Node::entries) {
            file.settings.extend(store_setting(name, store, kind));
        }
    }
    for item in one_or_more(root.get("include")) {
        let paths = item.get("path").unwrap_or(item);
        for path in one_or_more(Some(paths)) {
            file.includes.extend(link(path, false));
            for variables in one_or_more(item.get("env_file")) {
                let paths = path.text().zip(variables.text());
                let paths = paths.map(|(path, variables)| (path.to_owned(), variables.to_owned()));
                file.included_variables.extend(paths);
            }
        }
    }
}

/// A node, or each of its items when it is a list.
fn one_or_more(node: Option<Node<'_>>) -> impl Iterator<Item = Node<'_>> {
    let single = node.filter(|node| !node.is_list());
    single
        .into_iter()
        .chain(node.into_iter().flat_map(Node::items))
}

fn link(node: Node<'_>, optional: bool) -> Option<Link> {
    Some(Link {
        path: node.text()?.to_owned(),
        span: node.span(),
        optional,
    })
}

/// What a secret or config of the project holds. It is a store with one content, named like the store.
fn store_setting(name: &Key, store: Node<'_>, kind: StoreKind) -> Option<Setting> {
    let (value, span) = if let Some(path) = store.get("file") {
        (
            reference(Reference::File(path.text()?.to_owned())),
            path.span(),
        )
    } else if let Some(variable) = store.get("environment") {
        (
            reference(Reference::Variable(variable.text()?.to_owned())),
            variable.span(),
        )
    } else if let Some(content) = store.get("content") {
        (
            interpolate(content.text()?, Dialect::Compose),
            content.span(),
        )
    } else {
        let external = store.get("external")?;
        let outside = store
            .text_at(&["name"])
            .or_else(|| external.text_at(&["name"]))
            .unwrap_or(&name.name);
        (
            reference(Reference::Manager(outside.to_owned())),
            external.span(),
        )
    };
    Some(Setting {
        name: name.name.to_string(),
        key: name.span,
        value,
        span,
        holder: Holder::Store {
            kind,
            name: name.name.to_string(),
            namespace: String::new(),
        },
    })
}

struct Service<'file> {
    source: &'file SourceFile,
    file: &'file mut SettingsFile,
    index: usize,
}

impl Service<'_> {
    fn read(&mut self, name: &Key, service: Node<'_>) {
        self.index = self.file.workloads.len();
        let build = service.get("build");
        let workload = Workload {
            name: name.name.to_string(),
            kind: "compose service".to_owned(),
            span: name.span,
            build: build
                .and_then(|build| build.text().or_else(|| build.text_at(&["context"])))
                .map(str::to_owned),
            dockerfile: service.text_at(&["build", "dockerfile"]).map(str::to_owned),
            image: service.text_at(&["image"]).map(str::to_owned),
            env_files: env_files(service),
            profiles: one_or_more(service.get("profiles"))
                .filter_map(|profile| profile.text().map(str::to_owned))
                .collect(),
            hosts: hosts(service),
            ports: one_or_more(service.get("ports"))
                .filter_map(published_port)
                .collect(),
            extends: service.get("extends").and_then(extended),
            ..Workload::default()
        };
        for rule in label_hosts(service) {
            self.file.routes.push(Route {
                host: rule,
                service: name.name.to_string(),
            });
        }
        self.file.workloads.push(workload);
        let holder = Holder::Workload(self.index);
        if let Some(environment) = service.get("environment") {
            self.variables(environment, &holder);
        }
        if let Some(arguments) = build.and_then(|build| build.get("args")) {
            self.variables(arguments, &Holder::Tool);
        }
        self.stores(service.get("secrets"), StoreKind::Secret, &holder);
        self.stores(service.get("configs"), StoreKind::Config, &holder);
        for volume in one_or_more(service.get("volumes")) {
            self.volume(volume, &holder);
        }
    }

    /// Variables as a map, or as a list of `NAME=value`. One without a value is handed on.
    fn variables(&mut self, variables: Node<'_>, holder: &Holder) {
        if matches!(variables.tag(), Some("!reset")) {
            return;
        }
        for (key, node) in variables.entries() {
            let (value, span) = match node.text() {
                Some(content) => (interpolate(content, Dialect::Compose), node.span()),
                None if node.is_null() => (handed_on(&key.name), key.span),
                None => continue,
            };
            self.file.settings.push(Setting {
                name: key.name.to_string(),
                key: key.span,
                value,
                span,
                holder: holder.clone(),
            });
        }
        for item in variables.items() {
            self.file
                .settings
                .extend(assignment(item, self.source, holder, Dialect::Compose));
        }
    }

    fn stores(&mut self, stores: Option<Node<'_>>, kind: StoreKind, holder: &Holder) {
        for item in one_or_more(stores) {
            let Some(source) = item.get("source").unwrap_or(item).text() else {
                continue;
            };
            let target = item.text_at(&["target"]).unwrap_or(source);
            let name = match kind {
                _ if target.starts_with('/') => target.to_owned(),
                StoreKind::Secret => format!("/run/secrets/{target}"),
                StoreKind::Config => format!("/{target}"),
            };
            self.file.settings.push(Setting {
                name,
                key: item.span(),
                value: reference(Reference::Store {
                    kind,
                    store: source.to_owned(),
                    key: String::new(),
                }),
                span: item.span(),
                holder: holder.clone(),
            });
        }
    }

    /// A file or folder of the project that the service sees.
    fn volume(&mut self, volume: Node<'_>, holder: &Holder) {
        if let Some((from, to)) = bind_mount(volume) {
            self.file
                .settings
                .push(mounts::file(to, from, volume.span(), holder.clone()));
        }
    }
}

/// What of the project a volume shows, and where the service sees it.
fn bind_mount<'node>(volume: Node<'node>) -> Option<(&'node str, &'node str)> {
    let (from, to) = match volume.text() {
        Some(short) => {
            let (from, rest) = short.split_once(':')?;
            (from, rest.split(':').next().unwrap_or(rest))
        }
        None => (volume.text_at(&["source"])?, volume.text_at(&["target"])?),
    };
    (from.starts_with('.') && !to.is_empty()).then_some((from, to))
}

/// Files of variables that a service is given, the strongest last. Code reads one that stands beside it as `.env`, but
/// the environment has the last word.
fn env_files(service: Node<'_>) -> Vec<Link> {
    let mounted = one_or_more(service.get("volumes")).filter_map(|volume| {
        let (from, to) = bind_mount(volume)?;
        to.ends_with("/.env").then(|| Link {
            path: from.to_owned(),
            span: volume.span(),
            optional: true,
        })
    });
    let given = one_or_more(service.get("env_file")).filter_map(|item| match item.get("path") {
        Some(path) => {
            let required = item.text_at(&["required"]) != Some("false");
            link(path, !required)
        }
        None => link(item, false),
    });
    mounted.chain(given).collect()
}

/// Names beside its own under which others reach a service.
fn hosts(service: Node<'_>) -> Vec<String> {
    let networks = service.get("networks").into_iter().flat_map(Node::entries);
    let aliases = networks.flat_map(|(_, network)| one_or_more(network.get("aliases")));
    let named = ["hostname", "container_name"]
        .iter()
        .filter_map(|name| service.get(name));
    named
        .chain(aliases)
        .filter_map(|name| name.text().map(str::to_owned))
        .collect()
}

/// Hosts in the rules of a proxy that reads labels: ``traefik.http.routers.x.rule=Host(`a.example`)``.
fn label_hosts(service: Node<'_>) -> Vec<String> {
    let labels = service.get("labels");
    let of_map = labels
        .into_iter()
        .flat_map(Node::entries)
        .map(|(_, node)| node);
    let of_list = labels.into_iter().flat_map(Node::items);
    let mut hosts = Vec::new();
    for rule in of_map.chain(of_list).filter_map(Node::text) {
        let Some((_, named)) = rule.split_once("Host(") else {
            continue;
        };
        let named = named.split(')').next().unwrap_or_default();
        let quoted = named.split('`').skip(1).step_by(2);
        hosts.extend(quoted.map(str::to_owned));
    }
    hosts
}

/// The port of the machine that leads to a service: `"8080:80"`, `{published: 8080, target: 80}`.
fn published_port(port: Node<'_>) -> Option<u16> {
    if let Some(published) = port.text_at(&["published"]) {
        return published.parse().ok();
    }
    let text = port.text()?.split('/').next()?;
    let (before, _) = text.rsplit_once(':')?;
    let published = before.rsplit(':').next()?;
    // `${PORT:-8080}` is cut at its own colon.
    let published = published.trim_start_matches('-').trim_end_matches('}');
    published.parse().ok()
}

/// The service that one extends: file (empty for its own) and name.
fn extended(extends: Node<'_>) -> Option<(String, String)> {
    if let Some(service) = extends.text() {
        return Some((String::new(), service.to_owned()));
    }
    let service = extends.text_at(&["service"])?;
    let file = extends.text_at(&["file"]).unwrap_or_default();
    Some((file.to_owned(), service.to_owned()))
}

fn handed_on(name: &str) -> SettingValue {
    reference(Reference::Variable(name.to_owned()))
}

/// A setting from `NAME=value` in one scalar; `NAME` alone is handed on.
pub(super) fn assignment(
    item: Node<'_>,
    source: &SourceFile,
    holder: &Holder,
    dialect: Dialect,
) -> Option<Setting> {
    let content = item.text()?;
    let whole = item.span();
    let (name, value) = match content.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (content, None),
    };
    if name.is_empty() || name.contains(char::is_whitespace) {
        return None;
    }
    // Places inside the scalar count only when it is written as it reads.
    let quote = usize::from(item.style() == Some(Style::Quoted));
    let start = whole.start as usize + quote;
    let inside = Span::new(start, start + content.len());
    let is_verbatim = source.slice(inside) == content.as_bytes();
    let (key, span) = if is_verbatim {
        (
            Span::new(start, start + name.len()),
            Span::new(
                start + content.len() - value.map_or(content.len(), str::len),
                start + content.len(),
            ),
        )
    } else {
        (whole, whole)
    };
    Some(Setting {
        name: name.to_owned(),
        key,
        value: match value {
            Some(value) => interpolate(value, dialect),
            None => handed_on(name),
        },
        span,
        holder: holder.clone(),
    })
}

#[cfg(test)]
mod tests {
    use crate::settings::sample::{read, shown};

    #[test]
    fn environments_as_maps_and_lists() {
        let text = r#"
services:
  auth:
    build: ./auth
    image: shop/auth
    environment:
      JWT_SECRET: ${JWT_SECRET:-not-a-real-secret}
      HANDED_ON:
      PORT: 8080
      PRICE: a$$b
      REQUIRED: ${KEY:?set it}
  orders:
    build:
      context: ./orders
      args:
        TOKEN: abc
    environment:
      - JWT_SECRET=sample=value
      - "QUOTED=x y"
      - HANDED_ON
    command: ["--secret=left-out"]
"#;
        let file = read("docker-compose.yml", text);
        assert_eq!(
            shown(&file),
            [
                "auth: JWT_SECRET=JWT_SECRET or 'not-a-real-secret'",
                "auth: HANDED_ON=HANDED_ON",
                "auth: PORT='8080'",
                "auth: PRICE='a$b'",
                "auth: REQUIRED=KEY",
                "tool: TOKEN='abc'",
                "orders: JWT_SECRET='sample=value'",
                "orders: QUOTED='x y'",
                "orders: HANDED_ON=HANDED_ON",
            ]
        );
        let place = |index: usize| {
            let setting = &file.settings[index];
            (&text[setting.key.range()], &text[setting.span.range()])
        };
        assert_eq!(place(0), ("JWT_SECRET", "${JWT_SECRET:-not-a-real-secret}"));
        assert_eq!(place(6), ("JWT_SECRET", "sample=value"));
        assert_eq!(place(7), ("QUOTED", "x y"));
        let builds: Vec<_> = file
            .workloads
            .iter()
            .map(|workload| workload.build.as_deref())
            .collect();
        assert_eq!(builds, [Some("./auth"), Some("./orders")]);
    }

    #[test]
    fn files_secrets_and_what_is_taken_in() {
        let text = r#"
include:
  - ../shared/compose.yaml
  - path: [a.yaml, b.yaml]
services:
  auth:
    image: x
    env_file: .env
    profiles: [debug]
    secrets:
      - jwt
      - source: jwt
        target: /keys/jwt
    configs: [app]
    volumes:
      - ./keys:/etc/keys:ro
      - data:/var/lib
      - {type: bind, source: ./one.pem, target: /one.pem}
      - ./deploy/server.env:/app/.env:ro
  worker:
    extends: {file: base.yml, service: base}
    env_file:
      - a.env
      - {path: b.env, required: false}
  same:
    extends: auth
secrets:
  jwt: {file: ./jwt.txt}
  env: {environment: JWT_SECRET}
  outside: {external: true, name: prod_jwt}
configs:
  app: {content: "k=${V}"}
"#;
        let file = read("deploy/compose.prod.yaml", text);
        assert_eq!(
            shown(&file),
            [
                "auth: /run/secrets/jwt=Secret(jwt, )",
                "auth: /keys/jwt=Secret(jwt, )",
                "auth: /app=Config(app, )",
                "auth: /etc/keys=file(./keys)",
                "auth: /one.pem=file(./one.pem)",
                "auth: /app/.env=file(./deploy/server.env)",
                "Secret /jwt: jwt=file(./jwt.txt)",
                "Secret /env: env=JWT_SECRET",
                "Secret /outside: outside=manager(prod_jwt)",
                "Config /app: app='k=' + V",
            ]
        );
        let included: Vec<&str> = file.includes.iter().map(|link| &*link.path).collect();
        assert_eq!(included, ["../shared/compose.yaml", "a.yaml", "b.yaml"]);
        let [auth, worker, same] = &file.workloads[..] else {
            panic!("three services")
        };
        let given: Vec<&str> = auth.env_files.iter().map(|link| &*link.path).collect();
        assert_eq!(given, ["./deploy/server.env", ".env"]);
        assert_eq!(auth.profiles, ["debug"]);
        assert!(!worker.env_files[0].optional && worker.env_files[1].optional);
        let extends = Some(("base.yml".to_owned(), "base".to_owned()));
        assert_eq!(worker.extends, extends);
        assert_eq!(same.extends, Some((String::new(), "auth".to_owned())));
    }

    #[test]
    fn shared_blocks_are_merged() {
        let text = r#"
x-env: &env
  JWT_SECRET: not-a-real-secret
  MODE: dev
x-service: &service
  environment: &list
    - A=1
services:
  auth:
    image: a
    environment:
      <<: *env
      MODE: prod
  orders:
    <<: *service
    image: o
  mail:
    image: m
    environment: *list
"#;
        let mut read = shown(&read("stack.yml", text));
        read.sort();
        assert_eq!(
            read,
            [
                "auth: JWT_SECRET='not-a-real-secret'",
                "auth: MODE='prod'",
                "mail: A='1'",
                "orders: A='1'",
            ]
        );
    }

    #[test]
    fn a_project_is_told_by_its_services() {
        let old = "auth:\n  image: a\n  environment: [A=1]\n";
        assert_eq!(shown(&read("docker-compose.yml", old)), ["auth: A='1'"]);
        let other = "services:\n  auth:\n    build: .\n    environment: {A: 1}\n";
        assert_eq!(shown(&read("infra/local.yml", other)), ["auth: A='1'"]);
        let container = "services:\n  App\\Mailer:\n    arguments: ['%key%']\n";
        assert_eq!(
            shown(&read("config/services.yaml", container)),
            ["services.App\\Mailer.arguments.0='%key%'"]
        );
        for text in [
            "services: []",
            "services: {a: [], b: {image: [], environment: 3, env_file: {}, build: []}}",
            "services: {a: {image: x, environment: [=, {}, [], '=x', 1, null], volumes: [':', '.:', {}]}}",
        ] {
            read("compose.yml", text);
        }
    }
}
