//! `package.json`, `package-lock.json` (and `npm-shrinkwrap.json`) and `bun.lock`.

use std::collections::{BTreeMap, HashMap};

use jsonc_parser::{JsonObject, JsonValue, ParseOptions, parse_to_value};
use serde_json::{Map, Value};

use super::files::{FormatError, Lock, Manifest, Place, Requirement, parse_json};

const SECTIONS: [&str; 4] = [
    "dependencies",
    "devDependencies",
    "peerDependencies",
    "optionalDependencies",
];
const MODULES: &str = "node_modules/";

pub(super) fn manifest(text: &str) -> Result<Manifest, FormatError> {
    let document = parse_json(text)?;
    let mut manifest = Manifest::default();
    for section in SECTIONS {
        for (name, range) in object(&document, section).into_iter().flatten() {
            let range = range.as_str().unwrap_or_default();
            // An alias (`"x": "npm:name@^1"`) is imported as `x`.
            manifest.requirements.push(Requirement::new(name, range));
        }
    }
    Ok(manifest)
}

fn object<'value>(value: &'value Value, key: &str) -> Option<&'value Map<String, Value>> {
    value.get(key).and_then(Value::as_object)
}

/// Reads lock file versions 1 (`dependencies`), 3 (`packages`) and 2 (both).
pub(super) fn package_lock(text: &str) -> Result<Lock, FormatError> {
    let document = parse_json(text)?;
    let mut lock = Lock::default();
    if let Some(packages) = object(&document, "packages") {
        for (path, package) in packages {
            let version = package.get("version").and_then(Value::as_str);
            let (Some(version), Some((before, name))) = (version, path.rsplit_once(MODULES)) else {
                continue;
            };
            let before = before.trim_end_matches('/');
            let place = match before.rsplit_once(MODULES) {
                Some((_, parent)) => Place::Under(parent.to_owned()),
                None => Place::Folder(before.to_owned()),
            };
            lock.add(name, version, place);
        }
    } else if let Some(dependencies) = object(&document, "dependencies") {
        read_nested(dependencies, &Place::Folder(String::new()), &mut lock);
    }
    Ok(lock)
}

/// The depth is bounded by the JSON reader.
fn read_nested(dependencies: &Map<String, Value>, place: &Place, lock: &mut Lock) {
    for (name, package) in dependencies {
        if let Some(version) = package.get("version").and_then(Value::as_str) {
            lock.add(name, version, place.clone());
        }
        if let Some(nested) = object(package, "dependencies") {
            read_nested(nested, &Place::Under(name.clone()), lock);
        }
    }
}

pub(super) fn bun_lock(text: &str) -> Result<Lock, FormatError> {
    // Not its serde reader, whose recursion has no bound.
    let document = parse_to_value(text, &ParseOptions::default())
        .map_err(|error| FormatError::Json(error.kind().to_string()))?;
    let mut lock = Lock::default();
    let Some(JsonValue::Object(mut document)) = document else {
        return Ok(lock);
    };
    let mut workspace_folders = HashMap::new();
    for (folder, workspace) in sorted(document.take_object("workspaces")) {
        if let JsonValue::Object(workspace) = workspace
            && let Some(name) = workspace.get_string("name")
        {
            workspace_folders.insert(name.to_string(), folder);
        }
    }
    for (key, package) in sorted(document.take_object("packages")) {
        let JsonValue::Array(package) = package else {
            continue;
        };
        let Some(JsonValue::String(resolved)) = package.get(0) else {
            continue;
        };
        let Some((name, version)) = resolved.rsplit_once('@') else {
            continue;
        };
        let parents = key
            .strip_suffix(last_package(&key))
            .and_then(|parents| parents.strip_suffix('/'));
        let place = match parents {
            None => Place::Folder(String::new()),
            Some(parents) => match workspace_folders.get(parents) {
                Some(folder) => Place::Folder(folder.clone()),
                None => Place::Under(last_package(parents).to_owned()),
            },
        };
        lock.add(name, version, place);
    }
    Ok(lock)
}

fn sorted<'value>(object: Option<JsonObject<'value>>) -> BTreeMap<String, JsonValue<'value>> {
    object
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.into_owned(), value))
        .collect()
}

/// The last package name of a path such as `parent/@scope/name`.
fn last_package(path: &str) -> &str {
    let last = path.rfind('/').map_or(0, |slash| slash + 1);
    let before = &path[..last.saturating_sub(1)];
    let scope = before.rfind('/').map_or(0, |slash| slash + 1);
    if before[scope..].starts_with('@') {
        &path[scope..]
    } else {
        &path[last..]
    }
}
