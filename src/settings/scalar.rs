//! What a single value says by its own text where the format has no placeholders: encrypted, a mark that a
//! deployment tool fills in, or plain text.

use super::interpolation::{Dialect, interpolate, reference};
use super::tree::Node;
use super::{Reference, SettingValue};
use crate::syntax::ir::Literal;

/// Beginnings of values that are encrypted in the file: SOPS, Jasypt, Spring Cloud Config, Ansible.
const ENCRYPTED: [&str; 4] = ["ENC[", "ENC(", "{cipher}", "$ANSIBLE_VAULT;"];

/// Marks around a whole value that tools of several makers fill in at deployment.
const MARKS: [(&str, &str); 6] = [
    ("#{", "}#"),
    ("#{", "}"),
    ("__", "__"),
    ("<%", "%>"),
    ("$(", ")"),
    ("%%", "%%"),
];

/// Whether a value is encrypted where it stands.
pub(super) fn is_encrypted(text: &str) -> bool {
    ENCRYPTED.iter().any(|start| text.starts_with(start))
}

/// What a value says.
pub(super) fn plain(text: &str) -> SettingValue {
    if is_encrypted(text) {
        return SettingValue::Encrypted;
    }
    let wrapped = |start: &str, end: &str| {
        text.strip_prefix(start)
            .and_then(|rest| rest.strip_suffix(end))
            .filter(|inside| !inside.is_empty())
    };
    if let Some(address) = wrapped("@Microsoft.KeyVault(", ")") {
        return reference(Reference::Manager(address.to_owned()));
    }
    if let Some(name) = wrapped("${", "}").filter(|name| is_variable(name)) {
        return reference(Reference::Variable(name.to_owned()));
    }
    if let Some(value) = embedded_ruby(text) {
        return value;
    }
    let is_marked = MARKS
        .iter()
        .any(|(start, end)| wrapped(start, end).is_some());
    if is_marked || text.contains("{{") && text.contains("}}") {
        return SettingValue::Unknown;
    }
    SettingValue::Text(Literal::new(text))
}

/// What a value says where `${name:default}` is a placeholder.
pub(super) fn with_placeholders(text: &str) -> SettingValue {
    if text.contains("${") && !is_encrypted(text) {
        interpolate(text, Dialect::Placeholder)
    } else {
        plain(text)
    }
}

/// What a scalar of YAML says that only code reads.
pub(super) fn of_yaml(node: Node<'_>, text: &str) -> SettingValue {
    match node.tag() {
        Some("!vault") => SettingValue::Encrypted,
        _ => with_placeholders(text),
    }
}

/// The variable that a value which Ruby fills in is taken from: `<%= ENV["NAME"] %>`, `<%= ENV.fetch("NAME") %>`.
fn embedded_ruby(text: &str) -> Option<SettingValue> {
    let inside = text.strip_prefix("<%=")?.strip_suffix("%>")?.trim();
    let call = inside
        .strip_prefix("ENV")?
        .trim_start_matches(".fetch")
        .trim_start_matches(['[', '(', ' '])
        .trim_end_matches([']', ')', ' ']);
    let name = call.trim_matches(['"', '\'']);
    is_variable(name).then(|| reference(Reference::Variable(name.to_owned())))
}

/// Whether a text is the name of a variable.
pub(super) fn is_variable(text: &str) -> bool {
    !text.starts_with(|first: char| first.is_ascii_digit())
        && !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_deployment_tools_are_no_values() {
        for mark in [
            "#{JwtKey}#",
            "__JWT_KEY__",
            "<%= key %>",
            "{{ key }}",
            "$(Key)",
        ] {
            assert!(matches!(plain(mark), SettingValue::Unknown), "{mark}");
        }
        assert!(matches!(plain("ENC(abc)"), SettingValue::Encrypted));
        assert!(matches!(plain("${KEY}"), SettingValue::Reference { .. }));
        let vault = plain("@Microsoft.KeyVault(SecretUri=https://v.example/s)");
        assert!(matches!(vault, SettingValue::Reference { .. }));
        for text in ["", "____", "price ${x", "a}b{{", "${a b}"] {
            assert!(matches!(plain(text), SettingValue::Text(_)), "{text}");
        }
    }
}
