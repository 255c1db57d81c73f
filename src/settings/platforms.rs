//! JSON and TOML by what they are for: files of platforms that name a workload and give it variables, and the
//! configuration of an application, whose names are joined by dots.

use super::interpolation::reference;
use super::tree::{Node, Style, flatten};
use super::{Holder, Reference, SettingValue, SettingsFile, Workload, document, scalar};

/// Reads a document of the file at `path`.
pub(super) fn read(root: Node<'_>, path: &str, file: &mut SettingsFile) {
    let name = document::file_name(path);
    let stem = name.split('.').next().unwrap_or_default();
    match stem {
        "wrangler" => wrangler(root, file),
        "fly" if root.get("app").is_some() => fly(root, file),
        "vercel" | "now" if root.is_map() => vercel(root, path, file),
        "app" if root.get("env").is_some_and(Node::is_map) => heroku(root, path, file),
        "local" if root.get("Values").is_some_and(Node::is_map) => functions_host(root, file),
        "custom-environment-variables" => names_of_variables(root, "", file),
        "ecosystem" if root.get("apps").is_some() => processes(root, file),
        _ if root.get("containerDefinitions").is_some() => task_definition(root, file),
        _ => application(root, file),
    }
}

/// What a scalar says.
fn value(node: Node<'_>, text: &str) -> SettingValue {
    match node.style() {
        Some(Style::Plain) => SettingValue::Text(crate::syntax::ir::Literal::new(text)),
        _ => scalar::plain(text),
    }
}

fn application(root: Node<'_>, file: &mut SettingsFile) {
    let from = file.settings.len();
    flatten(root, &Holder::File, &value, &mut file.settings);
    // A colon divides names where .NET reads them.
    for setting in file.settings.iter_mut().skip(from) {
        if setting.name.contains(':') && !setting.name.contains("://") {
            setting.name = setting.name.replace(':', ".");
        }
    }
}

/// Every entry of a map as a variable.
fn variables(map: Option<Node<'_>>, holder: &Holder, file: &mut SettingsFile) {
    if let Some(map) = map {
        flatten(map, holder, &value, &mut file.settings);
    }
}

/// Adds the workload that a platform's file describes; `name` is its name, when the file gives one.
fn workload(name: Option<Node<'_>>, folder: &str, kind: &str, file: &mut SettingsFile) -> Holder {
    file.workloads.push(Workload {
        name: name.and_then(Node::text).unwrap_or(folder).to_owned(),
        kind: kind.to_owned(),
        span: name.map(Node::span).unwrap_or_default(),
        build: Some(".".to_owned()),
        ..Workload::default()
    });
    Holder::Workload(file.workloads.len() - 1)
}

/// Variables stand in `vars`, and in `env.<name>.vars` for the same worker in another environment.
fn wrangler(root: Node<'_>, file: &mut SettingsFile) {
    let holder = workload(root.get("name"), "", "Cloudflare worker", file);
    variables(root.get("vars"), &holder, file);
    for (_, environment) in root.get("env").into_iter().flat_map(Node::entries) {
        variables(environment.get("vars"), &holder, file);
    }
}

fn fly(root: Node<'_>, file: &mut SettingsFile) {
    let holder = workload(root.get("app"), "", "Fly app", file);
    variables(root.get("env"), &holder, file);
}

/// A value that begins with `@` names a secret of the account.
fn vercel(root: Node<'_>, path: &str, file: &mut SettingsFile) {
    let folder = document::folder_name(path);
    let holder = workload(root.get("name"), folder, "Vercel project", file);
    let named = |node: Node<'_>, text: &str| match text.strip_prefix('@') {
        Some(name) if !name.is_empty() => reference(Reference::Manager(name.to_owned())),
        _ => value(node, text),
    };
    for way in [&["env"][..], &["build", "env"]] {
        if let Some(map) = root.at(way).filter(|map| map.is_map()) {
            flatten(map, &holder, &named, &mut file.settings);
        }
    }
}

/// The processes that PM2 runs, each with its `env`, and `env_<name>` for the same process in another environment.
fn processes(root: Node<'_>, file: &mut SettingsFile) {
    for process in root.get("apps").into_iter().flat_map(Node::items) {
        let name = process.get("name").or(process.get("script"));
        let holder = workload(name, "", "PM2 process", file);
        for (key, node) in process.entries() {
            if *key.name == *"env" || key.name.starts_with("env_") {
                variables(Some(node).filter(|node| node.is_map()), &holder, file);
            }
        }
    }
}

/// `env` of a Heroku `app.json`: text, or a description with a `value` or a `generator`.
fn heroku(root: Node<'_>, path: &str, file: &mut SettingsFile) {
    let folder = document::folder_name(path);
    let holder = workload(root.get("name"), folder, "Heroku app", file);
    for (key, entry) in root.get("env").into_iter().flat_map(Node::entries) {
        let given = entry.get("value").unwrap_or(entry);
        let what = match given.text() {
            Some(text) => value(given, text),
            None if entry.text_at(&["generator"]) == Some("secret") => SettingValue::Generated,
            None => continue,
        };
        let name = (key.name.to_string(), key.span);
        file.add_value(name, (what, given.span()), holder.clone());
    }
}

/// `local.settings.json` of Azure Functions: `Values` are variables.
fn functions_host(root: Node<'_>, file: &mut SettingsFile) {
    for (name, section) in root.entries() {
        match &*name.name {
            "Values" => variables(Some(section), &Holder::File, file),
            name => {
                let from = file.settings.len();
                variables(Some(section), &Holder::File, file);
                for setting in file.settings.iter_mut().skip(from) {
                    setting.name = if setting.name.is_empty() {
                        name.to_owned()
                    } else {
                        document::dotted(name, &setting.name)
                    };
                }
            }
        }
    }
}

/// Where Node's `config` takes a value from: the name of a variable, or `__name` beside a `__format`. The tree's
/// depth is bounded.
fn names_of_variables(node: Node<'_>, prefix: &str, file: &mut SettingsFile) {
    for (key, entry) in node.entries() {
        let name = document::dotted(prefix, &key.name);
        let variable = entry.get("__name").unwrap_or(entry);
        match variable.text() {
            Some(text) => {
                let from = reference(Reference::Variable(text.to_owned()));
                file.add_value((name, key.span), (from, variable.span()), Holder::File);
            }
            None => names_of_variables(entry, &name, file),
        }
    }
}

/// A task definition of ECS, as its own file.
pub(super) fn task_definition(root: Node<'_>, file: &mut SettingsFile) {
    let family = root.text_at(&["family"]).unwrap_or_default();
    let containers = root.get("containerDefinitions");
    for container in containers.into_iter().flat_map(Node::items) {
        let name = container.get("name");
        let own = name.and_then(Node::text).unwrap_or_default();
        file.workloads.push(Workload {
            name: if family.is_empty() { own } else { family }.to_owned(),
            container: own.to_owned(),
            kind: "ECS task".to_owned(),
            span: name.map(Node::span).unwrap_or_default(),
            image: container.text_at(&["image"]).map(str::to_owned),
            ..Workload::default()
        });
        let holder = Holder::Workload(file.workloads.len() - 1);
        for (list, key) in [("environment", "value"), ("secrets", "valueFrom")] {
            for entry in container.get(list).into_iter().flat_map(Node::items) {
                let (Some(name), Some(given)) = (entry.get("name"), entry.get(key)) else {
                    continue;
                };
                let (Some(text), Some(variable)) = (given.text(), name.text()) else {
                    continue;
                };
                let what = if key == "value" {
                    value(given, text)
                } else {
                    reference(Reference::Manager(manager_path(text).to_owned()))
                };
                let variable = (variable.to_owned(), name.span());
                file.add_value(variable, (what, given.span()), holder.clone());
            }
        }
        for entry in container
            .get("environmentFiles")
            .into_iter()
            .flat_map(Node::items)
        {
            if let (Some(given), Some(workload)) = (entry.get("value"), file.workloads.last_mut())
                && let Some(path) = given.text()
            {
                workload.env_files.push(super::Link {
                    path: path.to_owned(),
                    span: given.span(),
                    optional: true,
                });
            }
        }
    }
}

/// The path that an address in AWS ends in: of a parameter with its slash, of a secret with the key inside it.
pub(super) fn manager_path(address: &str) -> &str {
    if !address.starts_with("arn:") {
        return address;
    }
    for mark in [":parameter/", ":secret:"] {
        if let Some(at) = address.find(mark) {
            let start = if mark.ends_with('/') {
                at + mark.len() - 1
            } else {
                at + mark.len()
            };
            return address.get(start..).unwrap_or(address);
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use crate::settings::sample::{placed, read, shown};

    #[test]
    fn processes_of_one_host() {
        let text =
            r#"{"apps": [{"name": "api", "env": {"A": "b"}, "env_production": {"A": "c"}}]}"#;
        assert_eq!(
            shown(&read("ecosystem.config.json", text)),
            ["api: A='b'", "api: A='c'"]
        );
    }

    #[test]
    fn a_vercel_project() {
        let text =
            r#"{"env": {"JWT_SECRET": "@jwt-secret", "A": "b"}, "build": {"env": {"C": "d"}}}"#;
        assert_eq!(
            placed("apps/web/vercel.json", text),
            [
                "1:24 web: JWT_SECRET=manager(jwt-secret)",
                "1:44 web: A='b'",
                "1:73 web: C='d'",
            ]
        );
    }

    #[test]
    fn heroku_makes_secrets() {
        let text = r#"{"name": "orders", "env": {"JWT_SECRET": {"description": "x", "generator": "secret"},
            "A": "b", "C": {"value": "d"}, "E": {"required": true}}}"#;
        assert_eq!(
            shown(&read("config/app.json", text)),
            [
                "orders: JWT_SECRET=generated",
                "orders: A='b'",
                "orders: C='d'"
            ]
        );
    }

    #[test]
    fn azure_functions_read_values() {
        let text = r#"{"IsEncrypted": false, "Values": {"Jwt:Key": "not-a-real-secret"}, "Host": {"CORS": "*"}}"#;
        assert_eq!(
            shown(&read("api/local.settings.json", text)),
            [
                "IsEncrypted='false'",
                "Jwt:Key='not-a-real-secret'",
                "Host.CORS='*'"
            ]
        );
    }

    #[test]
    fn a_task_of_ecs() {
        let text = r#"{"family": "orders", "containerDefinitions": [{"name": "api", "image": "orders:1",
            "environment": [{"name": "A", "value": "b"}, {"name": "broken"}],
            "secrets": [
              {"name": "JWT_SECRET", "valueFrom": "arn:aws:ssm:eu-west-1:1:parameter/live/jwt"},
              {"name": "KEY", "valueFrom": "arn:aws:secretsmanager:eu-west-1:1:secret:live-a1b2c3:JWT::"}]}]}"#;
        assert_eq!(
            shown(&read("deploy/task-definition.json", text)),
            [
                "orders/api: A='b'",
                "orders/api: JWT_SECRET=manager(/live/jwt)",
                "orders/api: KEY=manager(live-a1b2c3:JWT::)",
            ]
        );
    }
}
