//! `serverless.yml`: the variables that a provider gives to every function and each function to itself.
//!
//! The functions of a service are made of one code and deployed together: they are containers of one workload.

use super::interpolation::text;
use super::tree::{Node, flatten};
use super::{Holder, Link, Reference, SettingValue, SettingsFile, Workload, document};

/// Whether a document describes a service.
pub(super) fn is_service(path: &str, root: Node<'_>) -> bool {
    let name = document::file_name(path);
    name.starts_with("serverless") && root.get("provider").is_some()
}

/// Reads a service.
pub(super) fn read(root: Node<'_>, file: &mut SettingsFile) {
    let service = root
        .text_at(&["service"])
        .or(root.text_at(&["service", "name"]));
    let shared = root.at(&["provider", "environment"]);
    let env_files = env_files(root);
    let functions = root.get("functions");
    // A list takes in other files, each with more functions.
    let functions = (functions.into_iter())
        .flat_map(|node| std::iter::once(node).chain(node.items()))
        .flat_map(Node::entries);
    for (name, function) in functions.filter(|(_, function)| function.is_map()) {
        file.workloads.push(Workload {
            name: service.unwrap_or(&name.name).to_owned(),
            container: name.name.to_string(),
            kind: "serverless function".to_owned(),
            span: name.span,
            build: Some(".".to_owned()),
            env_files: env_files.clone(),
            ..Workload::default()
        });
        let holder = Holder::Workload(file.workloads.len() - 1);
        let own = function.get("environment");
        for (variable, node) in shared.into_iter().flat_map(Node::entries) {
            if own.is_none_or(|own| own.get(&variable.name).is_none()) {
                add((&variable.name, variable.span), node, &holder, file);
            }
        }
        for (variable, node) in own.into_iter().flat_map(Node::entries) {
            add((&variable.name, variable.span), node, &holder, file);
        }
    }
    let has_functions = !file.workloads.is_empty();
    for section in ["custom", "params", "provider"] {
        let Some(node) = root.get(section) else {
            continue;
        };
        let from = file.settings.len();
        flatten(
            node,
            &Holder::Tool,
            &|_, content| value(content),
            &mut file.settings,
        );
        for setting in file.settings.iter_mut().skip(from) {
            setting.name = document::dotted(section, &setting.name);
        }
    }
    if has_functions {
        file.drop_repeated();
    }
}

fn add(
    (name, key): (&str, crate::source::Span),
    node: Node<'_>,
    holder: &Holder,
    file: &mut SettingsFile,
) {
    let what = node.text().map_or(SettingValue::Unknown, value);
    file.add_value((name.to_owned(), key), (what, node.span()), holder.clone());
}

/// Files that the service reads variables from by itself.
fn env_files(root: Node<'_>) -> Vec<Link> {
    match root
        .get("useDotenv")
        .filter(|given| given.text() == Some("true"))
    {
        Some(given) => vec![Link {
            path: ".env".to_owned(),
            span: given.span(),
            optional: true,
        }],
        None => Vec::new(),
    }
}

/// `${env:NAME, 'default'}`, `${ssm:/path}`, `${self:custom.name}`, `${file(path):key}`, with text around.
fn value(content: &str) -> SettingValue {
    let mut parts = Vec::new();
    let mut rest = content;
    while let Some(at) = rest.find("${") {
        let (before, from) = rest.split_at(at);
        let Some(end) = closing(from) else {
            break;
        };
        if !before.is_empty() {
            parts.push(text(before));
        }
        parts.push(source(from.get(2..end).unwrap_or_default(), 0));
        rest = from.get(end + 1..).unwrap_or_default();
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(text(rest));
    }
    match parts.len() {
        1 => parts.remove(0),
        _ => SettingValue::Joined(parts),
    }
}

/// Where the brace closes that a text opens.
fn closing(from: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in from.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// The first comma that stands in no braces divides a source from its default.
fn divided(inside: &str) -> (&str, Option<&str>) {
    let mut depth = 0_usize;
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                let (address, default) = inside.split_at(at);
                return (address.trim(), default.get(1..).map(str::trim));
            }
            _ => {}
        }
    }
    (inside.trim(), None)
}

/// Defaults behind defaults count no deeper than this.
const MAX_DEPTH: usize = 8;

fn source(inside: &str, depth: usize) -> SettingValue {
    if depth > MAX_DEPTH {
        return SettingValue::Unknown;
    }
    let (address, default) = divided(inside);
    let from = match address.split_once(':') {
        // Only a path is one and the same secret when parts of it are filled in.
        Some((start, name)) if name.contains("${") && !start.starts_with("ssm") => {
            return SettingValue::Unknown;
        }
        Some(("env", name)) => Reference::Variable(name.to_owned()),
        Some(("ssm", path)) => {
            Reference::Manager(path.split('~').next().unwrap_or_default().to_owned())
        }
        Some(("self", way)) => Reference::Variable(way.to_owned()),
        Some(("param", name)) => Reference::Variable(format!("params.{name}")),
        Some((start, path)) if start.starts_with("ssm.") || start.starts_with("ssm(") => {
            Reference::Manager(path.to_owned())
        }
        _ if address.starts_with("file(") => {
            let path = address.trim_start_matches("file(");
            let (path, key) = path.split_once(')').unwrap_or((path, ""));
            match key.strip_prefix(':') {
                Some(key) => Reference::Resource(format!("{path}:{key}")),
                None => Reference::File(path.to_owned()),
            }
        }
        _ => return SettingValue::Unknown,
    };
    let quoted = |text: &str| {
        ['\'', '"'].iter().find_map(|quote| {
            text.strip_prefix(*quote)?
                .strip_suffix(*quote)
                .map(str::to_owned)
        })
    };
    let fallback = default.map(|default| match quoted(default) {
        Some(literal) => text(&literal),
        None if default.contains(':') => {
            let inside = default
                .strip_prefix("${")
                .and_then(|rest| rest.strip_suffix('}'));
            source(inside.unwrap_or(default), depth + 1)
        }
        None => SettingValue::Unknown,
    });
    SettingValue::Reference {
        from,
        fallback: fallback.map(Box::new),
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::sample::{read, shown};

    #[test]
    fn functions_get_what_the_provider_gives() {
        let text = "service: shop\nuseDotenv: true\nprovider:\n  name: aws\n  environment:\n    \
                    JWT_SECRET: ${env:JWT_SECRET, 'not-a-real-secret'}\n    STAGE: live\n  httpApi:\n    authorizers:\n      \
                    jwt: {type: jwt, issuerUrl: 'https://idp.example/', audience: [api]}\n\
                    custom:\n  key: ${ssm:/shop/${opt:stage, 'dev'}/jwt~true}\n\
                    functions:\n  orders:\n    handler: src/orders.main\n    environment:\n      STAGE: test\n      \
                    FROM: ${file(./keys.json):jwt}\n      KEY: ${self:custom.key, ${env:KEY, env:OLD}}\n      URL: https://${env:HOST}/x\n  pay:\n    handler: src/pay.main\n";
        let file = read("serverless.yml", text);
        assert_eq!(file.workloads[0].env_files.len(), 1);
        let mut lines = shown(&file);
        lines.sort();
        assert_eq!(
            lines,
            [
                "shop/orders: FROM=resource(./keys.json:jwt)",
                "shop/orders: JWT_SECRET=JWT_SECRET or 'not-a-real-secret'",
                "shop/orders: KEY=custom.key or KEY or OLD",
                "shop/orders: STAGE='test'",
                "shop/orders: URL='https://' + HOST + '/x'",
                "shop/pay: JWT_SECRET=JWT_SECRET or 'not-a-real-secret'",
                "shop/pay: STAGE='live'",
                "tool: custom.key=manager(/shop/${opt:stage, 'dev'}/jwt)",
                "tool: provider.httpApi.authorizers.jwt.audience.0='api'",
                "tool: provider.httpApi.authorizers.jwt.issuerUrl='https://idp.example/'",
                "tool: provider.httpApi.authorizers.jwt.type='jwt'",
                "tool: provider.name='aws'",
            ]
        );
    }

    #[test]
    fn hostile_sources_end() {
        let deep = format!("{}x", "env:A, ".repeat(20_000));
        super::source(&deep, 0);
        super::value(&"${".repeat(50_000));
        super::value(&format!(
            "{}{}",
            "${env:A, ".repeat(20_000),
            "}".repeat(20_000)
        ));
    }
}
