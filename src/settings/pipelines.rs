//! Variables of CI systems: GitHub Actions workflows and GitLab pipelines.
//!
//! They are for the tool: a job is no service. A job's variables are named as they are; several jobs may set the
//! same one.

use super::interpolation::{Dialect, interpolate, reference, text};
use super::tree::Node;
use super::{Holder, Reference, SettingValue, SettingsFile, document};

/// Whether a document is a workflow of GitHub Actions, or one of its actions.
pub(super) fn is_workflow(path: &str, root: Node<'_>) -> bool {
    let is_action = matches!(document::file_name(path), "action.yml" | "action.yaml");
    path.contains(".github/workflows/") && root.get("jobs").is_some()
        || is_action && root.get("runs").is_some()
}

/// Whether a file is a pipeline of GitLab.
pub(super) fn is_gitlab(path: &str) -> bool {
    let name = document::file_name(path);
    name.ends_with(".gitlab-ci.yml") || name.ends_with(".gitlab-ci.yaml")
}

/// Reads a workflow: `env` of all of it, of a job, of a step and of a job's services, and what a step hands on
/// (`with`).
pub(super) fn read_workflow(root: Node<'_>, file: &mut SettingsFile) {
    variables(root.get("env"), file);
    let jobs = (root.get("jobs").into_iter())
        .flat_map(Node::entries)
        .map(|(_, job)| job)
        .chain(root.get("runs"));
    for job in jobs {
        variables(job.get("env"), file);
        variables(job.at(&["container", "env"]), file);
        // Secrets handed to a workflow that this one calls.
        variables(job.get("secrets").filter(|given| given.is_map()), file);
        for (_, service) in job.get("services").into_iter().flat_map(Node::entries) {
            variables(service.get("env"), file);
        }
        for step in job.get("steps").into_iter().flat_map(Node::items) {
            variables(step.get("env"), file);
            variables(step.get("with"), file);
        }
    }
}

fn variables(map: Option<Node<'_>>, file: &mut SettingsFile) {
    for (key, node) in map.into_iter().flat_map(Node::entries) {
        if let Some(content) = node.text() {
            let name = (key.name.to_string(), key.span);
            file.add_value(name, (expression(content), node.span()), Holder::Tool);
        }
    }
}

/// `${{ secrets.NAME }}`, `${{ vars.NAME }}`, `${{ secrets.NAME || 'default' }}`, with text around.
pub(super) fn expression(content: &str) -> SettingValue {
    let mut parts = Vec::new();
    let mut rest = content;
    while let Some(at) = rest.find("${{") {
        let (before, from) = rest.split_at(at);
        let Some(end) = from.find("}}") else {
            break;
        };
        if !before.is_empty() {
            parts.push(text(before));
        }
        parts.push(named(from.get(3..end).unwrap_or_default().trim()));
        rest = from.get(end + 2..).unwrap_or_default();
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(text(rest));
    }
    match parts.len() {
        1 => parts.remove(0),
        _ => SettingValue::Joined(parts),
    }
}

fn named(inside: &str) -> SettingValue {
    let (address, default) = match inside.split_once("||") {
        Some((address, default)) => (address.trim(), Some(default.trim())),
        None => (inside, None),
    };
    let from = match address.split_once('.') {
        Some(("secrets" | "vars", name)) if is_name(name) => Reference::Ci(name.to_owned()),
        Some(("env", name)) if is_name(name) => Reference::Variable(name.to_owned()),
        _ => return SettingValue::Unknown,
    };
    let Some(default) = default else {
        return reference(from);
    };
    let literal = default
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    let fallback = literal.map_or(SettingValue::Unknown, text);
    SettingValue::Reference {
        from,
        fallback: Some(Box::new(fallback)),
    }
}

fn is_name(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Reads a pipeline: `variables` of all of it and of every job.
pub(super) fn read_gitlab(root: Node<'_>, file: &mut SettingsFile) {
    let jobs = root.entries().map(|(_, job)| job);
    for node in std::iter::once(root).chain(jobs) {
        let Some(variables) = node.get("variables") else {
            continue;
        };
        for (key, node) in variables.entries() {
            let given = node.get("value").unwrap_or(node);
            if let Some(content) = given.text() {
                let name = (key.name.to_string(), key.span);
                let value = interpolate(content, Dialect::Compose);
                file.add_value(name, (value, given.span()), Holder::Tool);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::sample::{read, shown};

    #[test]
    fn a_workflow() {
        let text = "on: push\nenv:\n  A: b\njobs:\n  test:\n    services:\n      db: {image: x, env: {PASSWORD: p}}\n    \
                    env:\n      JWT_SECRET: ${{ secrets.JWT_SECRET }}\n    steps:\n      - run: echo\n        env:\n          \
                    KEY: ${{ vars.KEY || 'not-a-real-key' }}\n          URL: https://${{ env.HOST }}/\n          \
                    X: ${{ github.sha }}\n      - uses: a/b@v1\n        with: {token: '${{ secrets.TOKEN }}'}\n";
        assert_eq!(
            shown(&read(".github/workflows/test.yml", text)),
            [
                "tool: A='b'",
                "tool: PASSWORD='p'",
                "tool: JWT_SECRET=ci(JWT_SECRET)",
                "tool: KEY=ci(KEY) or 'not-a-real-key'",
                "tool: URL='https://' + HOST + '/'",
                "tool: X=unknown",
                "tool: token=ci(TOKEN)",
            ]
        );
    }

    #[test]
    fn a_pipeline() {
        let text = "variables:\n  A: b\n  B: {value: c, description: d}\ntest:\n  variables:\n    KEY: $JWT_KEY\n  \
                    script: [make]\n";
        assert_eq!(
            shown(&read(".gitlab-ci.yml", text)),
            ["tool: A='b'", "tool: B='c'", "tool: KEY=JWT_KEY"]
        );
    }
}
