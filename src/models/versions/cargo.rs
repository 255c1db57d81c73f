//! `Cargo.toml` and `Cargo.lock`.

use toml::{Table, Value};

use super::files::{FormatError, Lock, Manifest, Place, Requirement, parse_toml};

const SECTIONS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

pub(super) fn manifest(text: &str) -> Result<Manifest, FormatError> {
    let document = parse_toml(text)?;
    let mut manifest = Manifest::default();
    read_sections(&document, &mut manifest);
    let targets = document.get("target").and_then(Value::as_table);
    for target in targets.into_iter().flat_map(Table::values) {
        if let Some(target) = target.as_table() {
            read_sections(target, &mut manifest);
        }
    }
    let workspace = document.get("workspace").and_then(Value::as_table);
    let offered = workspace
        .and_then(|workspace| workspace.get("dependencies"))
        .and_then(Value::as_table);
    for (key, dependency) in offered.into_iter().flatten() {
        let requirement = requirement(key, dependency);
        manifest.offered.push((key.clone(), requirement));
    }
    Ok(manifest)
}

fn read_sections(table: &Table, manifest: &mut Manifest) {
    for section in SECTIONS {
        let dependencies = table.get(section).and_then(Value::as_table);
        for (key, dependency) in dependencies.into_iter().flatten() {
            let inherits = dependency.get("workspace").and_then(Value::as_bool) == Some(true);
            if inherits {
                manifest.inherited.push(key.clone());
            } else {
                manifest.requirements.push(requirement(key, dependency));
            }
        }
    }
}

fn requirement(key: &str, dependency: &Value) -> Requirement {
    let text = |name: &str| dependency.get(name).and_then(Value::as_str);
    let range = dependency.as_str().or_else(|| text("version"));
    Requirement::new(text("package").unwrap_or(key), range.unwrap_or_default())
}

pub(super) fn lock(text: &str) -> Result<Lock, FormatError> {
    let document = parse_toml(text)?;
    let mut lock = Lock::default();
    let packages = document.get("package").and_then(Value::as_array);
    for package in packages.into_iter().flatten() {
        let text = |name: &str| package.get(name).and_then(Value::as_str);
        let (Some(name), Some(version)) = (text("name"), text("version")) else {
            continue;
        };
        // What has no source is a member of the workspace and not a dependency.
        if text("source").is_some() {
            lock.add(name, version, Place::Somewhere);
        }
        let dependencies = package.get("dependencies").and_then(Value::as_array);
        for dependency in dependencies.into_iter().flatten().filter_map(Value::as_str) {
            let mut words = dependency.split(' ');
            let child = words.next().unwrap_or_default();
            lock.link(name, child, words.next().unwrap_or_default());
        }
    }
    Ok(lock)
}
