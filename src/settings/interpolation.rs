//! Values with parts that are taken from elsewhere: `${NAME:-default}` of shells and Compose, `${name:default}` of
//! property files.

use super::{Reference, SettingValue};
use crate::syntax::ir::Literal;

/// Which ways of naming a variable a format knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `$NAME`, `${NAME}` with `:-`, `-`, `:?`, `?`, `:+`, `+`; `$$` is a dollar.
    Compose,
    /// As a shell, but `$name` counts only in capitals (a dollar in a password is more likely), and `\$` is a dollar.
    Dotenv,
    /// As Compose, but `$NAME` is plain and `$(NAME)` names a variable of the same container.
    Manifest,
    /// `${name}` and `${name:default}` only.
    Placeholder,
}

/// Defaults nest no deeper than this.
const MAX_DEPTH: usize = 8;
/// Longest reference with its default.
const MAX_REFERENCE: usize = 4096;
/// After so many dollars that name nothing, the rest of a value is plain.
const MAX_PLAIN_DOLLARS: usize = 64;

/// What encrypted values start with: SOPS, Jasypt, Ansible vault, Spring Cloud Config, dotenvx.
const ENCRYPTED: [&str; 5] = ["ENC[", "ENC(", "$ANSIBLE_VAULT;", "{cipher}", "encrypted:"];

/// A literal setting.
pub(super) fn text(content: &str) -> SettingValue {
    SettingValue::Text(Literal::new(content))
}

/// A reference without fallback.
pub(super) fn reference(from: Reference) -> SettingValue {
    SettingValue::Reference {
        from,
        fallback: None,
    }
}

/// Reads the references out of a value.
pub(super) fn interpolate(value: &str, dialect: Dialect) -> SettingValue {
    if ENCRYPTED.iter().any(|start| value.starts_with(start)) {
        return SettingValue::Encrypted;
    }
    at_depth(value, dialect, 0)
}

fn at_depth(value: &str, dialect: Dialect, depth: usize) -> SettingValue {
    if depth > MAX_DEPTH {
        return SettingValue::Unknown;
    }
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = value;
    let mut plain_dollars = 0;
    while plain_dollars < MAX_PLAIN_DOLLARS
        && let Some(at) = rest.find('$')
    {
        let (before, from_dollar) = rest.split_at(at);
        if dialect == Dialect::Dotenv && before.ends_with('\\') {
            plain.push_str(&before[..before.len() - 1]);
            plain.push('$');
            rest = &from_dollar[1..];
            continue;
        }
        plain.push_str(before);
        if matches!(dialect, Dialect::Compose | Dialect::Manifest) && from_dollar.starts_with("$$")
        {
            plain.push('$');
            rest = &from_dollar[2..];
            continue;
        }
        if let Some((part, length)) = variable(from_dollar, dialect, depth) {
            if !plain.is_empty() {
                parts.push(text(&plain));
                plain.clear();
            }
            parts.push(part);
            rest = &from_dollar[length..];
        } else {
            plain.push('$');
            rest = &from_dollar[1..];
            plain_dollars += 1;
        }
    }
    plain.push_str(rest);
    if parts.is_empty() {
        return text(&plain);
    }
    if !plain.is_empty() {
        parts.push(text(&plain));
    }
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            parts.extend(last);
            SettingValue::Joined(parts)
        }
    }
}

/// The variable at the start of `at` (which starts with a dollar) and its length.
fn variable(at: &str, dialect: Dialect, depth: usize) -> Option<(SettingValue, usize)> {
    let after = &at[1..];
    if let Some(inner) = after.strip_prefix('{') {
        let length = closing(inner)?;
        let value = braced(&inner[..length], dialect, depth)?;
        return Some((value, length + 3));
    }
    if dialect == Dialect::Manifest {
        let inner = after.strip_prefix('(')?;
        let name = &inner[..inner.find(')').filter(|length| *length < MAX_REFERENCE)?];
        let is_name = !name.is_empty()
            && name
                .bytes()
                .all(|letter| letter.is_ascii_alphanumeric() || b"_-.".contains(&letter));
        return is_name.then(|| {
            (
                reference(Reference::Variable(name.to_owned())),
                name.len() + 3,
            )
        });
    }
    if dialect == Dialect::Placeholder {
        return None;
    }
    let length = name_length(after);
    let name = &after[..length];
    let counts = match dialect {
        Dialect::Dotenv => length > 1 && !name.contains(|letter: char| letter.is_ascii_lowercase()),
        _ => length > 0,
    };
    counts.then(|| (reference(Reference::Variable(name.to_owned())), length + 1))
}

/// Offset of the brace that closes what was opened before `text`.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1;
    for (offset, letter) in text.bytes().take(MAX_REFERENCE).enumerate() {
        match letter {
            b'{' => open += 1,
            b'}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(offset);
        }
    }
    None
}

fn name_length(text: &str) -> usize {
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return 0;
    }
    text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .unwrap_or(text.len())
}

fn braced(inner: &str, dialect: Dialect, depth: usize) -> Option<SettingValue> {
    let (name, fallback) = if dialect == Dialect::Placeholder {
        match inner.split_once(':') {
            Some((name, fallback)) => (name.trim(), Some(fallback)),
            None => (inner.trim(), None),
        }
    } else {
        let (name, operator) = inner.split_at(name_length(inner));
        let given = operator.strip_prefix(':').unwrap_or(operator);
        match given.as_bytes().first() {
            None if operator.is_empty() => (name, None),
            Some(b'-' | b'=') => (name, Some(&given[1..])),
            Some(b'?') => (name, None),
            Some(b'+') => return Some(SettingValue::Unknown),
            _ => return None,
        }
    };
    if name.is_empty() || name.contains(['$', '{', ' ']) {
        return None;
    }
    Some(SettingValue::Reference {
        from: Reference::Variable(name.to_owned()),
        fallback: fallback.map(|value| Box::new(at_depth(value, dialect, depth + 1))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &SettingValue) -> String {
        match value {
            SettingValue::Text(literal) => format!("'{}'", literal.reveal()),
            SettingValue::Reference {
                from: Reference::Variable(name),
                fallback,
            } => match fallback {
                Some(fallback) => format!("{name} or {}", shown(fallback)),
                None => name.clone(),
            },
            SettingValue::Joined(parts) => parts.iter().map(shown).collect::<Vec<_>>().join(" + "),
            _ => "?".to_owned(),
        }
    }

    fn read(value: &str, dialect: Dialect) -> String {
        shown(&interpolate(value, dialect))
    }

    #[test]
    fn compose_reads_every_form() {
        let compose = |value| read(value, Dialect::Compose);
        assert_eq!(compose("plain"), "'plain'");
        assert_eq!(compose("${KEY}"), "KEY");
        assert_eq!(compose("$KEY"), "KEY");
        assert_eq!(compose("${KEY:-a}"), "KEY or 'a'");
        assert_eq!(compose("${KEY-a-b}"), "KEY or 'a-b'");
        assert_eq!(compose("${KEY:-${OTHER:-x}}"), "KEY or OTHER or 'x'");
        assert_eq!(compose("${KEY:?set it}"), "KEY");
        assert_eq!(compose("${KEY:+y}"), "?");
        assert_eq!(compose("a$$b"), "'a$b'");
        assert_eq!(compose("http://${HOST}:80"), "'http://' + HOST + ':80'");
        assert_eq!(compose("${"), "'${'");
        assert_eq!(compose("$"), "'$'");
        assert_eq!(compose("${}"), "'${}'");
        assert_eq!(compose("é$é"), "'é$é'");
    }

    #[test]
    fn a_dollar_in_a_password_is_no_variable() {
        assert_eq!(read("pa$$w0rd", Dialect::Dotenv), "'pa$$w0rd'");
        assert_eq!(read("s3cr$t", Dialect::Dotenv), "'s3cr$t'");
        assert_eq!(read("$OTHER", Dialect::Dotenv), "OTHER");
        assert_eq!(read(r"a\$OTHER", Dialect::Dotenv), "'a$OTHER'");
    }

    #[test]
    fn manifests_name_variables_in_parentheses() {
        let manifest = |value| read(value, Dialect::Manifest);
        assert_eq!(manifest("http://$(HOST):80"), "'http://' + HOST + ':80'");
        assert_eq!(manifest("$$(HOST) $HOST $(a b)"), "'$(HOST) $HOST $(a b)'");
        assert_eq!(manifest("${JWT:=x}"), "JWT or 'x'");
    }

    #[test]
    fn placeholders_take_a_colon() {
        let placeholder = |value| read(value, Dialect::Placeholder);
        assert_eq!(placeholder("${jwt.secret}"), "jwt.secret");
        assert_eq!(placeholder("${JWT:a:b}"), "JWT or 'a:b'");
        assert_eq!(placeholder("${A:${B:c}}"), "A or B or 'c'");
        assert_eq!(placeholder("#{x} $y"), "'#{x} $y'");
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = "${A:-".repeat(600) + &"}".repeat(600);
        assert!(read(&nested, Dialect::Compose).ends_with('?'));
        read(&"${A".repeat(2_000_000), Dialect::Compose);
    }
}
