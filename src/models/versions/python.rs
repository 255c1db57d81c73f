//! Python's manifests (`pyproject.toml`, `requirements.txt`, `Pipfile`, `setup.cfg`, `setup.py`) and lock files
//! (`poetry.lock`, `uv.lock`, `pdm.lock`, `Pipfile.lock`).

use toml::{Table, Value};

use super::files::{FormatError, Lock, Manifest, Place, Requirement, parse_json, parse_toml};

/// A package name as PEP 503 compares it.
pub(super) fn normalise(name: &str) -> String {
    let mut normal = String::new();
    for letter in name.chars() {
        if !matches!(letter, '-' | '_' | '.') {
            normal.push(letter.to_ascii_lowercase());
        } else if !normal.ends_with('-') {
            normal.push('-');
        }
    }
    normal
}

/// Reads `name[extra] >=1,<2 ; marker`; `None` when it is not a requirement.
fn requirement(text: &str) -> Option<Requirement> {
    let text = text.split([';', '#']).next()?.trim();
    let name_end = text
        .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(name_end);
    if !name.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return None;
    }
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']')?.1.trim_start(),
        None => rest,
    };
    // What follows an option is a hash, and what follows an at sign an address.
    let range = rest.split(" --").next().unwrap_or_default().trim();
    let starts_range = |first: char| matches!(first, '=' | '<' | '>' | '~' | '!' | '(' | '@');
    (range.is_empty() || range.starts_with(starts_range))
        .then(|| Requirement::new(name, range.trim_end_matches('\\').trim()))
}

pub(super) fn requirements(text: &str) -> Result<Manifest, FormatError> {
    let requirements = text.lines().filter_map(|line| {
        // `-e git+...`, `-r other.txt` and addresses are no requirements.
        requirement(line.split(" #").next().unwrap_or_default())
    });
    Ok(Manifest {
        requirements: requirements.collect(),
        ..Manifest::default()
    })
}

pub(super) fn pyproject(text: &str) -> Result<Manifest, FormatError> {
    let document = parse_toml(text)?;
    let mut manifest = Manifest::default();
    let table = |path: &[&str]| {
        let mut table = &document;
        for key in path {
            table = table.get(*key)?.as_table()?;
        }
        Some(table)
    };
    let project = table(&["project"]).and_then(|project| project.get("dependencies"));
    read_list(project, &mut manifest);
    for groups in [
        &["project", "optional-dependencies"][..],
        &["dependency-groups"],
        &["tool", "pdm", "dev-dependencies"],
    ] {
        for group in table(groups).into_iter().flat_map(Table::values) {
            read_list(Some(group), &mut manifest);
        }
    }
    let uv = table(&["tool", "uv"]).and_then(|uv| uv.get("dev-dependencies"));
    read_list(uv, &mut manifest);
    let poetry = ["dependencies", "dev-dependencies"];
    for section in poetry {
        read_table(table(&["tool", "poetry", section]), &mut manifest);
    }
    let groups = table(&["tool", "poetry", "group"]);
    for group in groups.into_iter().flat_map(Table::values) {
        let dependencies = group.get("dependencies").and_then(Value::as_table);
        read_table(dependencies, &mut manifest);
    }
    Ok(manifest)
}

fn read_list(list: Option<&Value>, manifest: &mut Manifest) {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    let requirements = list.filter_map(Value::as_str).filter_map(requirement);
    manifest.requirements.extend(requirements);
}

/// Reads `name = "range"`, `name = { version = "range" }` and a list of such tables.
fn read_table(table: Option<&Table>, manifest: &mut Manifest) {
    for (name, dependency) in table.into_iter().flatten() {
        let dependency = match dependency {
            Value::Array(variants) => variants.first().unwrap_or(dependency),
            _ => dependency,
        };
        let version = dependency.get("version").and_then(Value::as_str);
        let range = dependency.as_str().or(version).unwrap_or_default();
        manifest.requirements.push(Requirement::new(name, range));
    }
}

pub(super) fn pipfile(text: &str) -> Result<Manifest, FormatError> {
    let document = parse_toml(text)?;
    let mut manifest = Manifest::default();
    for section in ["packages", "dev-packages"] {
        let packages = document.get(section).and_then(Value::as_table);
        read_table(packages, &mut manifest);
    }
    Ok(manifest)
}

pub(super) fn setup_cfg(text: &str) -> Result<Manifest, FormatError> {
    let mut manifest = Manifest::default();
    let mut in_options = false;
    let mut in_extras = false;
    let mut in_list = false;
    for line in text.lines() {
        let content = line.trim();
        if content.starts_with(['#', ';']) {
            continue;
        }
        if content.starts_with('[') {
            in_options = content == "[options]";
            in_extras = content == "[options.extras_require]";
            in_list = false;
        } else if line.starts_with(char::is_whitespace) {
            if in_list {
                manifest.requirements.extend(requirement(content));
            }
        } else if let Some((key, value)) = content.split_once('=') {
            in_list = in_extras || (in_options && key.trim() == "install_requires");
            if in_list {
                manifest.requirements.extend(requirement(value));
            }
        }
    }
    Ok(manifest)
}

/// Takes every quoted string with a range for a requirement, and those without one in the lists of `setup()`. Running
/// the file would run the tree's code.
pub(super) fn setup_py(text: &str) -> Result<Manifest, FormatError> {
    const LISTS: [&str; 4] = [
        "install_requires",
        "extras_require",
        "setup_requires",
        "tests_require",
    ];
    let mut manifest = Manifest::default();
    let mut in_list = false;
    for line in text.lines() {
        let list_start = match in_list {
            true => Some(0),
            false => LISTS.iter().find_map(|list| line.find(list)),
        };
        let (before, list) = line.split_at(list_start.unwrap_or(line.len()));
        take_strings(before, false, &mut manifest);
        let between = take_strings(list, true, &mut manifest);
        in_list = list_start.is_some() && !between.contains(']');
    }
    Ok(manifest)
}

/// Adds the requirements among the quoted strings of a line, and returns what stands outside of the quotes.
fn take_strings(line: &str, in_list: bool, manifest: &mut Manifest) -> String {
    let mut outside = String::new();
    let mut rest = line;
    while let Some(start) = rest.find(['"', '\'']) {
        let quote = &rest[start..=start];
        let Some((inside, after)) = rest[start + 1..].split_once(quote) else {
            break;
        };
        let found = requirement(inside).filter(|found| in_list || !found.range.is_empty());
        manifest.requirements.extend(found);
        outside.push_str(&rest[..start]);
        rest = after;
    }
    outside.push_str(rest);
    outside
}

/// Reads `poetry.lock`, `uv.lock` and `pdm.lock`, which share the list of packages.
pub(super) fn package_list(text: &str) -> Result<Lock, FormatError> {
    let document = parse_toml(text)?;
    let mut lock = Lock::default();
    let packages = document.get("package").and_then(Value::as_array);
    for package in packages.into_iter().flatten() {
        let text = |name: &str| package.get(name).and_then(Value::as_str);
        if let (Some(name), Some(version)) = (text("name"), text("version")) {
            lock.add(name, version, Place::Somewhere);
        }
    }
    Ok(lock)
}

pub(super) fn pipfile_lock(text: &str) -> Result<Lock, FormatError> {
    let document = parse_json(text)?;
    let mut lock = Lock::default();
    for section in ["default", "develop"] {
        let packages = document.get(section).and_then(serde_json::Value::as_object);
        for (name, package) in packages.into_iter().flatten() {
            if let Some(version) = package.get("version").and_then(serde_json::Value::as_str) {
                lock.add(name, version, Place::Somewhere);
            }
        }
    }
    Ok(lock)
}
