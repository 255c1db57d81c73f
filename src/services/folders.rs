//! Folders of the tree that may be the code of a service: those with a manifest, a Dockerfile or settings of their own.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::Input;
use super::manifests;
use super::paths::{folder_of, folders_above, in_common, is_below, name_of};
use crate::settings::Purpose;

/// Endings of names that say what something is, not whose.
const SUFFIXES: [&str; 16] = [
    "deployment",
    "deploy",
    "depl",
    "dep",
    "service",
    "svc",
    "srv",
    "statefulset",
    "sts",
    "app",
    "container",
    "pod",
    "blue",
    "green",
    "canary",
    "stable",
];

/// Files that start a program, beside a manifest that does not say so.
const ENTRY_FILES: [&str; 14] = [
    "main.py",
    "app.py",
    "server.py",
    "manage.py",
    "wsgi.py",
    "asgi.py",
    "__main__.py",
    "src/main.py",
    "app/main.py",
    "run.py",
    "src/main.rs",
    "server.js",
    "index.js",
    "app.js",
];

/// Folders of the tree that may be the code of a service.
pub(super) struct Folders {
    /// Folders that can run by themselves, and why.
    pub(super) runnable: BTreeMap<String, String>,
    /// Folders with a manifest only.
    pub(super) packages: BTreeMap<String, (String, &'static str)>,
    /// Folders that hold a manifest or Dockerfile, by the last part of their path.
    pub(super) by_name: HashMap<String, BTreeSet<String>>,
    /// Folders, and folders above them, that hold code.
    pub(super) with_code: BTreeSet<String>,
    /// Folders with a manifest.
    with_manifest: BTreeSet<String>,
}

impl Folders {
    pub(super) fn new(input: &Input<'_, '_>) -> Self {
        let mut with_code = BTreeSet::new();
        let code: BTreeSet<&str> = input.code_paths.iter().copied().collect();
        for path in &input.code_paths {
            for folder in folders_above(path) {
                if !with_code.insert(folder.to_owned()) {
                    break;
                }
            }
        }
        let mut folders = Self {
            runnable: BTreeMap::new(),
            packages: BTreeMap::new(),
            by_name: HashMap::new(),
            with_code,
            with_manifest: input
                .manifests
                .keys()
                .map(|path| folder_of(path).to_owned())
                .collect(),
        };
        for settings in input.settings {
            let path = settings.source.path.as_str();
            let folder = folders.program_above(folder_of(path));
            let is_dockerfile = settings
                .read
                .workloads
                .first()
                .is_some_and(|workload| workload.kind == "Dockerfile");
            if is_dockerfile {
                folders.add_name(folder);
            }
            if let Some(program) =
                program_of(path).filter(|_| settings.purpose == Purpose::Deployed)
            {
                let why = || format!("it has a configuration of its own in {path}");
                folders.add_name(program);
                folders
                    .runnable
                    .entry(program.to_owned())
                    .or_insert_with(why);
            }
            let has_code = folders.with_code.contains(folder);
            if settings.purpose == Purpose::Template || !has_code {
                continue;
            }
            if is_dockerfile {
                folders
                    .runnable
                    .insert(folder.to_owned(), format!("{path} builds it"));
            } else if name_of(path).starts_with(".env") && !folder.is_empty() {
                let why = || format!("it has variables of its own in {path}");
                folders
                    .runnable
                    .entry(folder.to_owned())
                    .or_insert_with(why);
            }
        }
        for (path, disk_path) in input.manifests {
            folders.add_name(folder_of(path));
            folders.manifest(path, disk_path, &code);
        }
        folders
    }

    /// The folder of the program that is built or run from a folder. Beside the code and not beside the manifest: the
    /// program is what the manifest is of.
    pub(super) fn program_above<'f>(&self, folder: &'f str) -> &'f str {
        let above = folder_of(folder);
        let is_source = name_of(folder) == "src" && !above.is_empty();
        let has_manifest = |of: &str| self.with_manifest.contains(of);
        match is_source && !has_manifest(folder) && has_manifest(above) {
            true => above,
            false => folder,
        }
    }

    fn add_name(&mut self, folder: &str) {
        if !folder.is_empty() {
            let known = self.by_name.entry(stem(name_of(folder))).or_default();
            known.insert(folder.to_owned());
        }
    }

    fn manifest(&mut self, path: &str, disk_path: &Path, code: &BTreeSet<&str>) {
        let folder = folder_of(path);
        if !self.with_code.contains(folder) {
            return;
        }
        let in_folder = |file: &str| match folder {
            "" => file.to_owned(),
            folder => format!("{folder}/{file}"),
        };
        let has_entry = |files: &[&str]| {
            files
                .iter()
                .any(|file| code.contains(in_folder(file).as_str()))
        };
        let read = || manifests::text(disk_path);
        match name_of(path) {
            "package.json" => {
                let Some(json) =
                    read().and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
                else {
                    return;
                };
                let starts = ["start", "serve", "dev", "start:dev", "start:prod"]
                    .iter()
                    .any(|script| json.pointer(&format!("/scripts/{script}")).is_some());
                let is_workspace = json.get("workspaces").is_some();
                if !is_workspace
                    && (starts || has_entry(&ENTRY_FILES) && json.get("main").is_none())
                {
                    let why = || format!("{path} starts it");
                    self.runnable.entry(folder.to_owned()).or_insert_with(why);
                } else if let Some(name) = json.get("name").and_then(|name| name.as_str()) {
                    self.packages
                        .insert(folder.to_owned(), (name.to_owned(), "javascript"));
                }
            }
            "Cargo.toml" => {
                let name = read().and_then(|text| {
                    let parsed: toml::Table = text.parse().ok()?;
                    Some(parsed.get("package")?.get("name")?.as_str()?.to_owned())
                });
                if has_entry(&["src/main.rs"]) {
                    let why = || format!("{path} starts it");
                    self.runnable.entry(folder.to_owned()).or_insert_with(why);
                } else if let Some(name) = name {
                    self.packages.insert(folder.to_owned(), (name, "rust"));
                }
            }
            "pyproject.toml" | "requirements.txt" | "setup.py" | "setup.cfg"
                if has_entry(&ENTRY_FILES) =>
            {
                let why = || format!("{path} and an entry point are beside each other");
                self.runnable.entry(folder.to_owned()).or_insert_with(why);
            }
            _ => {}
        }
    }

    /// The one folder that is called like one of these names; the one nearest to a path when there are several.
    pub(super) fn named<'a>(
        &self,
        names: impl Iterator<Item = &'a str>,
        near: &str,
        below: &str,
    ) -> Option<String> {
        for name in names {
            let Some(known) = self.by_name.get(&stem(name)) else {
                continue;
            };
            let within: Vec<&String> = known
                .iter()
                .filter(|folder| is_below(folder, below) && folder.as_str() != below)
                .collect();
            let exact: Vec<&String> = within
                .iter()
                .copied()
                .filter(|folder| name_of(folder).eq_ignore_ascii_case(name))
                .collect();
            let candidates = if exact.is_empty() { within } else { exact };
            let closeness = |folder: &String| in_common(near, &format!("{folder}/x"));
            let best = candidates.iter().map(|folder| closeness(folder)).max()?;
            let mut nearest = candidates
                .into_iter()
                .filter(|folder| closeness(folder) == best);
            if let (Some(folder), None) = (nearest.next(), nearest.next()) {
                return Some(folder.clone());
            }
        }
        None
    }
}

/// The folder of the program that a configuration file is packed with.
fn program_of(path: &str) -> Option<&str> {
    let resources = path.find("src/main/resources/");
    let of_resources = resources
        .and_then(|at| path.get(..at))
        .map(|folder| folder.trim_end_matches('/'));
    let is_application = name_of(path).starts_with("application");
    let beside = || (name_of(path) == "appsettings.json").then(|| folder_of(path));
    of_resources
        .filter(|_| is_application)
        .or_else(beside)
        .filter(|folder| !folder.is_empty())
}

/// A name without what it says of its kind.
pub(super) fn stem(name: &str) -> String {
    let mut stem = name.to_ascii_lowercase().replace('_', "-");
    while let Some((rest, last)) = stem.rsplit_once('-')
        && SUFFIXES.contains(&last)
        && !rest.is_empty()
    {
        stem.truncate(rest.len());
    }
    stem
}
