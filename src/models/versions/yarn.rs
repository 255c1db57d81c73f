//! `yarn.lock`, of Yarn 1 and of later versions ("berry"), line by line.

use super::files::{FormatError, Lock, LockedPackage, Place};

pub(super) fn lock(text: &str) -> Result<Lock, FormatError> {
    let mut lock = Lock::default();
    let mut current: Option<LockedPackage> = None;
    let mut in_dependencies = false;
    for line in text.lines() {
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        if indent == 0 {
            lock.packages.extend(current.take());
            current = entry(content.trim_end_matches(':'));
            in_dependencies = false;
            continue;
        }
        let Some(package) = &mut current else {
            continue;
        };
        let (key, value) = key_and_value(content);
        if indent <= 2 {
            in_dependencies = matches!(key, "dependencies" | "optionalDependencies");
            if key == "version" {
                package.version = value.to_owned();
            }
        } else if in_dependencies {
            let value = value.strip_prefix("npm:").unwrap_or(value);
            lock.link(&package.package, key, value);
        }
    }
    lock.packages.extend(current);
    lock.packages.retain(|package| !package.version.is_empty());
    Ok(lock)
}

/// Reads `"name@^1, name@^2"` and `name@^1, "name@npm:^2"`.
fn entry(header: &str) -> Option<LockedPackage> {
    let mut package = None;
    let mut ranges = Vec::new();
    for specifier in header.split(',') {
        let specifier = specifier.trim().trim_matches('"');
        let at = specifier.get(1..)?.find('@')? + 1;
        let range = &specifier[at + 1..];
        if range.starts_with("workspace:") {
            return None;
        }
        // An alias, `alias@npm:name@^1`, holds the other package.
        let range = range.strip_prefix("npm:").unwrap_or(range);
        let alias_end = range.get(1..).and_then(|rest| rest.find('@'));
        let (name, range) = match alias_end {
            Some(end) => (&range[..end + 1], &range[end + 2..]),
            None => (&specifier[..at], range),
        };
        package = Some(name.to_owned());
        ranges.push(range.to_owned());
    }
    Some(LockedPackage {
        package: package?,
        version: String::new(),
        place: Place::Somewhere,
        ranges,
    })
}

/// Reads `key value`, `"key" "value"` and `key: value`.
fn key_and_value(content: &str) -> (&str, &str) {
    let (key, value) = content.split_once(' ').unwrap_or((content, ""));
    let clean = |text: &str| -> (usize, usize) {
        let start = text.len() - text.trim_start_matches([' ', '"']).len();
        let end = text.trim_end_matches([':', '"', ' ']).len();
        (start, end.max(start))
    };
    let (key_start, key_end) = clean(key);
    let (value_start, value_end) = clean(value);
    (&key[key_start..key_end], &value[value_start..value_end])
}
