//! `pnpm-lock.yaml`, lock file versions 5, 6 and 9.

use saphyr_parser::{Event, Parser};

use super::files::{FormatError, Lock, LockedPackage, Place};

const MAX_DEPTH: usize = 200;
const SECTIONS: [&str; 3] = ["dependencies", "devDependencies", "optionalDependencies"];

pub(super) fn lock(text: &str) -> Result<Lock, FormatError> {
    let mut lock = Lock::default();
    for_each_scalar(text, |path, value| {
        match path {
            [section, name] if SECTIONS.contains(section) => {
                add_direct(&mut lock, "", name, value);
            }
            [section, name, "version"] if SECTIONS.contains(section) => {
                add_direct(&mut lock, "", name, value);
            }
            ["importers", folder, section, name]
            | ["importers", folder, section, name, "version"]
                if SECTIONS.contains(section) =>
            {
                let folder = if *folder == "." { "" } else { folder };
                add_direct(&mut lock, folder, name, value);
            }
            ["packages" | "snapshots", key, section, name] if SECTIONS.contains(section) => {
                if let Some((parent, _)) = name_and_version(key) {
                    lock.link(parent, name, plain_version(value));
                }
            }
            ["packages", key] | ["packages", key, "resolution", ..] => {
                if let Some((name, version)) = name_and_version(key) {
                    lock.add(name, version, Place::Somewhere);
                }
            }
            _ => {}
        };
    })?;
    Ok(lock)
}

fn add_direct(lock: &mut Lock, folder: &str, name: &str, version: &str) {
    let version = plain_version(version);
    if version.starts_with(|first: char| first.is_ascii_digit()) {
        lock.packages.push(LockedPackage {
            package: name.to_owned(),
            version: version.to_owned(),
            place: Place::Folder(folder.to_owned()),
            ranges: Vec::new(),
        });
    }
}

/// A version without the peers it was resolved with (`1.0.0(peer@2)`, `1.0.0_peer@2`), and without the name that
/// stands before the version of an alias.
fn plain_version(text: &str) -> &str {
    let is_plain = text.starts_with(|first: char| first.is_ascii_digit());
    if !is_plain && let Some((_, version)) = name_and_version(text) {
        return version;
    }
    let end = text.find(['(', '_']).unwrap_or(text.len());
    &text[..end]
}

/// Reads `/name/1.0.0_peer@2`, `/name@1.0.0(peer@2)` and `name@1.0.0(peer@2)`.
fn name_and_version(key: &str) -> Option<(&str, &str)> {
    let key = key.split_once('(').map_or(key, |(before, _)| before);
    let plain = key.strip_prefix('/').unwrap_or(key);
    let name_end = match plain.strip_prefix('@') {
        Some(_) => plain.find('/')? + 1,
        None => 0,
    };
    let rest = &plain[name_end..];
    let separator = rest.find(['@', '/'])?;
    let version = &rest[separator + 1..];
    let version = version
        .split_once('_')
        .map_or(version, |(before, _)| before);
    version
        .starts_with(|first: char| first.is_ascii_digit())
        .then_some((&plain[..name_end + separator], version))
}

enum Level {
    /// A mapping, with the key whose value comes next.
    Mapping(Option<String>),
    Sequence,
}

/// Calls `visit` with the keys that lead to each scalar of each mapping, and the scalar.
fn for_each_scalar(text: &str, mut visit: impl FnMut(&[&str], &str)) -> Result<(), FormatError> {
    let mut levels: Vec<Level> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| FormatError::Yaml(error.info().to_owned()))?;
        match event {
            Event::Scalar(value, ..) => {
                if let Some(Level::Mapping(key @ None)) = levels.last_mut() {
                    *key = Some(value.into_owned());
                    continue;
                }
                let path: Vec<&str> = levels
                    .iter()
                    .filter_map(|level| match level {
                        Level::Mapping(key) => key.as_deref(),
                        Level::Sequence => None,
                    })
                    .collect();
                visit(&path, &value);
                end_value(&mut levels);
            }
            Event::Alias(_) => match levels.last_mut() {
                Some(Level::Mapping(key @ None)) => *key = Some(String::new()),
                _ => end_value(&mut levels),
            },
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                if levels.len() >= MAX_DEPTH {
                    return Err(FormatError::TooDeep(MAX_DEPTH));
                }
                levels.push(match event {
                    Event::MappingStart(..) => Level::Mapping(None),
                    _ => Level::Sequence,
                });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                levels.pop();
                match levels.last_mut() {
                    Some(Level::Mapping(key @ None)) => *key = Some(String::new()),
                    _ => end_value(&mut levels),
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn end_value(levels: &mut [Level]) {
    if let Some(Level::Mapping(key)) = levels.last_mut() {
        *key = None;
    }
}
