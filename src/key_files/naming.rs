//! Names around a key in a settings file, told from the lines themselves: enough to say what it is for.

use crate::source::{SourceFile, Span};

/// Longest name that is kept.
const LONGEST_NAME: usize = 100;

/// Levels of indentation that are followed outwards.
const MOST_LEVELS: usize = 10;

/// The setting whose value begins at a place, with the keys around it that indentation tells.
pub(super) fn setting_before(content: &[u8], value: Span) -> Option<String> {
    let before = content.get(..value.start as usize)?;
    let before = String::from_utf8_lossy(before);
    let before = before.trim_end_matches(|letter: char| {
        letter.is_whitespace() || matches!(letter, '"' | '\'' | '|' | '>' | '-' | '(' | '+' | '`')
    });
    let before = before.strip_suffix([':', '='])?;
    let before = before.trim_end_matches(['"', '\'', ' ']);
    let start = before
        .rfind(|letter: char| !is_name(letter))
        .map_or(0, |at| at + 1);
    let name = before.get(start..)?;
    if name.is_empty() || name.len() > LONGEST_NAME {
        return None;
    }
    let (above, line) = before.rsplit_once('\n').unwrap_or(("", before));
    let mut indent = line.len() - line.trim_start().len();
    let mut names = vec![name];
    for line in above.lines().rev().filter(|line| !line.trim().is_empty()) {
        let here = line.len() - line.trim_start().len();
        if indent == 0 || names.len() > MOST_LEVELS {
            break;
        }
        if here < indent
            && let Some(name) = line.trim().strip_suffix(':')
        {
            indent = here;
            names.extend(Some(name).filter(|name| name.chars().all(is_name)));
        }
    }
    names.reverse();
    Some(names.join("."))
}

/// The name of the Kubernetes Secret that a place in a manifest belongs to.
pub(super) fn store_of(content: &[u8], value: Span) -> Option<String> {
    let text = std::str::from_utf8(content).ok()?;
    let start = text
        .get(..value.start as usize)?
        .rfind("\n---")
        .unwrap_or(0);
    let document = text.get(start..)?;
    let end = document
        .get(1..)?
        .find("\n---")
        .map_or(document.len(), |end| end + 1);
    let document = document.get(..end)?;
    let value_of = |key: &str| {
        document.lines().find_map(|line| {
            let value = line.trim_start().strip_prefix(key)?.strip_prefix(':')?;
            Some(value.trim().trim_matches(['"', '\'']))
        })
    };
    if value_of("kind") != Some("Secret") {
        return None;
    }
    let name = value_of("name")?;
    (!name.is_empty() && name.len() <= LONGEST_NAME && name.chars().all(is_name))
        .then(|| name.to_owned())
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-')
}

/// Settings of a file whose value looks like a path: name, path, place of the name.
pub(super) fn paths_in_settings(source: &SourceFile) -> Vec<(&str, &str, Span)> {
    let Ok(text) = std::str::from_utf8(source.bytes()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let name_at = line.len() - line.trim_start_matches([' ', '\t', '-', '"', '\'']).len();
        let separator = line.find(['=', ':']);
        if let Some((separator, after)) = separator.and_then(|at| Some((at, line.get(at + 1..)?)))
            && let Some(name) = line.get(name_at..separator)
        {
            let name = name.trim_end_matches(['"', '\'', ' ']);
            let path = after.trim().trim_matches(['"', '\'', ',']);
            let is_path = path.contains(['/', '.']) && !path.contains([' ', '$', '@', '{']);
            if is_path
                && !name.is_empty()
                && name.chars().all(is_name)
                && name.len() <= LONGEST_NAME
            {
                let at = start + name_at;
                found.push((name, path, Span::new(at, at + name.len())));
            }
        }
        start += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(text: &str) -> Option<String> {
        let at = text.find("VALUE").unwrap();
        setting_before(text.as_bytes(), Span::new(at, at + 5))
    }

    #[test]
    fn the_name_in_front_of_a_value() {
        assert_eq!(setting("A=1\nJWT_KEY=VALUE").as_deref(), Some("JWT_KEY"));
        assert_eq!(setting("  jwt.key: \"VALUE").as_deref(), Some("jwt.key"));
        assert_eq!(
            setting("  jwt.key: |-\n    VALUE").as_deref(),
            Some("jwt.key")
        );
        assert_eq!(setting("{\"key\" : \"VALUE").as_deref(), Some("key"));
        assert_eq!(
            setting("a:\n  b: 1\nspring:\n  jwt:\n    other: 1\n    key: VALUE").as_deref(),
            Some("spring.jwt.key")
        );
        assert_eq!(setting("VALUE"), None);
        assert_eq!(setting("# about keys\nVALUE"), None);
    }

    #[test]
    fn the_secret_around_a_value() {
        let text = "kind: ConfigMap\nname: other\n---\nkind: Secret\nmetadata:\n  name: jwt-key\ndata:\n  a: VALUE\n---\nkind: Pod\n";
        let at = text.find("VALUE").unwrap();
        let store = store_of(text.as_bytes(), Span::new(at, at + 5));
        assert_eq!(store.as_deref(), Some("jwt-key"));
    }

    #[test]
    fn settings_that_name_paths() {
        let text = "JWT_PRIVATE_KEY_PATH=./keys/jwt.pem\nPORT=80\n  - KEY: 'certs/a.key'\nURL=http://a b\n";
        let source = SourceFile::new(".env".into(), ".env".into(), text.into());
        let found = paths_in_settings(&source);
        let names: Vec<_> = found.iter().map(|(name, path, _)| (*name, *path)).collect();
        assert_eq!(
            names,
            [
                ("JWT_PRIVATE_KEY_PATH", "./keys/jwt.pem"),
                ("KEY", "certs/a.key")
            ]
        );
    }
}
