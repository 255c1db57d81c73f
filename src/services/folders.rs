//! Folders of the tree that may be the code of a service: those with a manifest, a Dockerfile or settings of their own.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::Input;
use super::manifests;
use super::paths::{folder_of, folders_above, in_common, is_below, join, name_of};
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

/// How a folder is told for a program by its Dockerfile.
const BUILT: &str = "builds it";

/// How a folder is told for a program by the manifest of a workspace alone.
const SAID: &str = "says that it is a program";

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
    /// Names of packages that a manifest of the tree asks for.
    asked_for: BTreeSet<String>,
    /// Folders that only a script starts, with the name of the package when others may take it in.
    started: BTreeMap<String, Option<String>>,
    /// Programs of a workspace, with its folder.
    pub(super) workspaces: BTreeMap<String, String>,
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
            asked_for: BTreeSet::new(),
            started: BTreeMap::new(),
            workspaces: BTreeMap::new(),
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
            if matches!(settings.purpose, Purpose::Template | Purpose::Test) || !has_code {
                continue;
            }
            if is_dockerfile {
                folders
                    .runnable
                    .insert(folder.to_owned(), format!("{path} {BUILT}"));
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
        folders.take_back_packages();
        folders.take_back_programs(input);
        folders
    }

    /// What other packages ask for is a part of them, although a script starts something in it: a build that watches.
    /// What starts the programs of a workspace is none itself.
    fn take_back_packages(&mut self) {
        let workspaces: BTreeSet<&String> = self.workspaces.values().collect();
        for workspace in workspaces {
            let is_built = |why: &String| why.ends_with(BUILT);
            let is_program = self.workspaces.contains_key(workspace);
            if !is_program && !self.runnable.get(workspace).is_some_and(is_built) {
                self.runnable.remove(workspace);
            }
        }
        for (folder, name) in std::mem::take(&mut self.started) {
            if let Some(name) = name.filter(|name| self.asked_for.contains(name)) {
                self.runnable.remove(&folder);
                self.packages.insert(folder, (name, "javascript"));
            }
        }
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
                let name = json.get("name").and_then(|name| name.as_str());
                for asked in ["dependencies", "devDependencies", "peerDependencies"] {
                    let asked = json.get(asked).and_then(|asked| asked.as_object());
                    let asked = asked.into_iter().flatten();
                    let here =
                        asked.filter(|(_, version)| version.as_str().is_some_and(is_of_tree));
                    self.asked_for.extend(here.map(|(name, _)| name.clone()));
                }
                if !is_workspace
                    && (starts || has_entry(&ENTRY_FILES) && json.get("main").is_none())
                {
                    let is_taken_in = ["main", "module", "exports", "types", "typings"]
                        .iter()
                        .any(|entry| json.get(entry).is_some());
                    if !self.runnable.contains_key(folder) {
                        let name = name.filter(|_| is_taken_in).map(str::to_owned);
                        self.started.insert(folder.to_owned(), name);
                    }
                    let why = || format!("{path} starts it");
                    self.runnable.entry(folder.to_owned()).or_insert_with(why);
                } else if let Some(name) = name {
                    self.packages
                        .insert(folder.to_owned(), (name.to_owned(), "javascript"));
                }
            }
            "nest-cli.json" => {
                let json = read().and_then(|text| serde_json::from_str(&text).ok());
                let json: serde_json::Value = json.unwrap_or_default();
                let projects = json.get("projects").and_then(|of| of.as_object());
                for project in projects.into_iter().flat_map(|of| of.values()) {
                    let text = |name: &str| project.get(name).and_then(|value| value.as_str());
                    if text("type") == Some("application")
                        && let Some(root) = text("root").and_then(|root| join(folder, root))
                        && !root.is_empty()
                    {
                        self.program_of_workspace(path, &root, folder);
                    }
                }
            }
            "project.json" if !folder.is_empty() => {
                let json = read().and_then(|text| serde_json::from_str(&text).ok());
                let json: serde_json::Value = json.unwrap_or_default();
                let kind = json.get("projectType").and_then(|kind| kind.as_str());
                let above =
                    folders_above(folder).filter(|above| self.with_manifest.contains(*above));
                if let (Some("application"), Some(workspace)) = (kind, above.last()) {
                    let workspace = workspace.to_owned();
                    self.program_of_workspace(path, folder, &workspace);
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

    /// A folder that a manifest of a workspace says is a program.
    fn program_of_workspace(&mut self, manifest: &str, folder: &str, workspace: &str) {
        if !self.with_code.contains(folder) {
            return;
        }
        self.add_name(folder);
        let why = || format!("{manifest} {SAID}");
        self.runnable.entry(folder.to_owned()).or_insert_with(why);
        self.workspaces
            .insert(folder.to_owned(), workspace.to_owned());
    }

    /// Where a workspace is built as a whole, and one program of it handles tokens, that is what is built.
    fn take_back_programs(&mut self, input: &Input<'_, '_>) {
        let mut by_workspace: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (folder, workspace) in &self.workspaces {
            by_workspace.entry(workspace).or_default().push(folder);
        }
        let handles_tokens = |folder: &&str| {
            let mut files = input.files.iter();
            files.any(|facts| !facts.sites.is_empty() && is_below(&facts.path, folder))
        };
        let mut taken_back = Vec::new();
        for (workspace, programs) in by_workspace {
            let with_tokens: Vec<&str> = programs.into_iter().filter(handles_tokens).collect();
            if let ([only], true) = (&with_tokens[..], self.runnable.contains_key(workspace)) {
                taken_back.push((*only).to_owned());
            }
        }
        for folder in taken_back {
            let is_said = |why: &String| why.ends_with(SAID);
            if self.runnable.get(&folder).is_some_and(is_said) {
                self.runnable.remove(&folder);
                self.workspaces.remove(&folder);
            }
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

/// Whether a version of a package means the one of this tree.
fn is_of_tree(version: &str) -> bool {
    ["workspace:", "file:", "link:", "portal:", "*"]
        .iter()
        .any(|start| version.starts_with(start))
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
