//! What of a `package.json` decides which file an import means.

use std::collections::BTreeMap;

use semver::{Prerelease, Version, VersionReq};
use serde_json::{Map, Value};

const SECTIONS: [&str; 4] = [
    "dependencies",
    "devDependencies",
    "peerDependencies",
    "optionalDependencies",
];
/// Fields that name a package's entry: sources first, declarations last.
const ENTRIES: [&str; 5] = ["source", "main", "module", "types", "typings"];
/// Conditions of variants for places where less code that handles tokens runs.
const LAST_CONDITIONS: [&str; 5] = ["browser", "deno", "react-native", "types", "worker"];
/// Of a longer map only the first entries are kept.
const MAX_ENTRIES: usize = 5_000;
/// Targets of one entry, over all its conditions.
const MAX_TARGETS: usize = 64;

/// A manifest.
#[derive(Debug, Default)]
pub(super) struct Package {
    pub(super) name: Option<String>,
    version: Option<Version>,
    /// Files that begin it, the likeliest first.
    pub(super) entries: Vec<String>,
    /// Its `exports`, by paths such as `.` and `./lib/*`.
    pub(super) exports: PathMap,
    /// Its `imports`, by names such as `#lib/*`.
    pub(super) imports: PathMap,
    /// Where it says its dependencies are.
    pub(super) dependencies: BTreeMap<String, Link>,
    /// Whether it names an entry for browsers and no other.
    pub(super) is_for_browsers: bool,
}

/// Where a manifest says a dependency is.
#[derive(Clone, Debug)]
pub(super) enum Link {
    /// In the workspace.
    Workspace,
    /// In a folder, relative to the manifest's.
    Folder(String),
    /// In the workspace when its version there is in the range, in a registry else.
    Range(String),
    /// In a repository, an archive, or a registry under another name.
    Elsewhere,
}

impl Package {
    pub(super) fn read(text: &str) -> Option<Self> {
        let document: Value = serde_json::from_str(text).ok()?;
        let document = document.as_object()?;
        let string = |key: &str| document.get(key).and_then(Value::as_str);
        let mut package = Self {
            name: string("name").map(str::to_owned),
            version: string("version").and_then(|version| Version::parse(version).ok()),
            entries: ENTRIES
                .iter()
                .filter_map(|key| string(key))
                .map(str::to_owned)
                .collect(),
            exports: document
                .get("exports")
                .map(PathMap::exports)
                .unwrap_or_default(),
            imports: PathMap::default(),
            dependencies: BTreeMap::new(),
            is_for_browsers: document.contains_key("browser")
                && !["main", "exports", "bin"]
                    .iter()
                    .any(|key| document.contains_key(*key)),
        };
        if let Some(imports) = document.get("imports").and_then(Value::as_object) {
            package.imports = PathMap::read(imports);
        }
        for section in SECTIONS {
            let section = document.get(section).and_then(Value::as_object);
            for (name, wanted) in section.into_iter().flatten().take(MAX_ENTRIES) {
                let link = Link::read(wanted.as_str().unwrap_or_default());
                package.dependencies.entry(name.clone()).or_insert(link);
            }
        }
        Some(package)
    }

    /// Whether a registry's range takes this package. Where it has no version only a scoped name tells that it is
    /// meant, since folders are easily called like what they are about.
    pub(super) fn satisfies(&self, range: &str) -> bool {
        let Some(version) = &self.version else {
            return self
                .name
                .as_deref()
                .is_some_and(|name| name.starts_with('@'));
        };
        let mut version = version.clone();
        version.pre = Prerelease::EMPTY;
        range.split("||").any(|range| {
            let mut wanted = String::new();
            for part in range.split_whitespace() {
                if !wanted.is_empty() && !wanted.ends_with(['<', '>', '=', '^', '~']) {
                    wanted.push(',');
                }
                wanted.push_str(part);
            }
            wanted.is_empty()
                || wanted == "latest"
                || VersionReq::parse(&wanted).is_ok_and(|wanted| wanted.matches(&version))
        })
    }
}

impl Link {
    fn read(wanted: &str) -> Self {
        match wanted.split_once(':') {
            Some(("workspace", _)) => Self::Workspace,
            Some(("file" | "link" | "portal", path)) if !path.ends_with("gz") => {
                Self::Folder(path.to_owned())
            }
            Some(("catalog", _)) => Self::Range(String::from("catalog")),
            Some(_) => Self::Elsewhere,
            None if wanted.starts_with('.') => Self::Folder(wanted.to_owned()),
            None if wanted.contains('/') => Self::Elsewhere,
            None => Self::Range(wanted.to_owned()),
        }
    }
}

/// A map from paths, which may hold a `*`, to targets.
#[derive(Debug, Default)]
pub(super) struct PathMap(Vec<(String, Vec<String>)>);

impl PathMap {
    /// `exports` may be a target for `.`, conditions for it, or a map.
    fn exports(value: &Value) -> Self {
        match value.as_object() {
            Some(map) if map.keys().any(|key| key.starts_with('.')) => Self::read(map),
            _ => Self(vec![(String::from("."), targets(value))]),
        }
    }

    fn read(map: &Map<String, Value>) -> Self {
        Self(
            map.iter()
                .take(MAX_ENTRIES)
                .map(|(key, value)| (key.clone(), targets(value)))
                .collect(),
        )
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The targets of a path, with what the pattern left open filled in.
    pub(super) fn get(&self, path: &str) -> Option<Vec<String>> {
        if let Some((_, targets)) = self.0.iter().find(|(key, _)| key == path) {
            return Some(targets.clone());
        }
        let (_, open, targets) = self
            .0
            .iter()
            .filter_map(|(key, targets)| {
                let (before, open) = open_part(key, path)?;
                Some((before, open, targets))
            })
            .max_by_key(|(before, _, _)| *before)?;
        if open.split('/').any(|part| part == "..") {
            return None;
        }
        let filled = targets.iter().map(|target| {
            if target.ends_with('/') {
                format!("{target}{open}")
            } else {
                target.replacen('*', open, 4)
            }
        });
        Some(filled.collect())
    }
}

/// What `path` has where the pattern has its `*` (or behind a final slash), and how much stands before that.
pub(super) fn open_part<'a>(pattern: &str, path: &'a str) -> Option<(usize, &'a str)> {
    let (before, after) = match pattern.split_once('*') {
        Some(parts) => parts,
        None if pattern.ends_with('/') => (pattern, ""),
        None => return None,
    };
    let open = path.strip_prefix(before)?.strip_suffix(after)?;
    Some((before.len(), open))
}

/// Every target in a value of `exports`, whatever its condition, the likeliest first. The JSON reader bounds the depth.
fn targets(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::String(target) => found.push(target.clone()),
            Value::Array(values) => open.extend(values.iter().take(MAX_TARGETS).rev()),
            Value::Object(map) => {
                let rank = |condition: &str| match condition {
                    "source" => 0,
                    _ if LAST_CONDITIONS.contains(&condition) => 2,
                    _ => 1,
                };
                let mut values: Vec<(&String, &Value)> = map.iter().collect();
                values.sort_by_key(|(condition, _)| rank(condition));
                let values = values.into_iter().map(|(_, value)| value);
                open.extend(values.take(MAX_TARGETS).rev());
            }
            _ => {}
        }
        if found.len() >= MAX_TARGETS {
            break;
        }
    }
    found
}
