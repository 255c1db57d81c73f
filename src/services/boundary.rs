//! What deploys on its own: workloads of settings files, and folders with a manifest or Dockerfile and an entry point.
//!
//! Two workloads are one service when they are built from one folder, run one image, are one pod, or are one name in
//! files beside each other: blue and green, a worker of the same image, overlays of one deployment.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Input;
use super::at::At;
use super::environment::Tree;
use super::folders::{Folders, stem};
use super::groups::Groups;
use super::paths::{folder_of, folders_above, is_below, join, name_of};
use super::units::{Unit, shown, unit};
use crate::settings::{DEPLOYING_STEP, Purpose, words};
use crate::systems::{self, System};

/// What deploys on its own.
#[derive(Debug)]
pub struct Service {
    /// What people call it.
    pub name: String,
    /// Folder of its code, when that is in the tree; empty for the whole tree.
    pub folder: Option<String>,
    /// Why it is taken for a service, and for this one.
    pub why: Vec<String>,
    /// A settings file deploys it; otherwise it is a folder that can run.
    pub deployed: bool,
    /// It stands for all that is part of no service.
    pub is_rest: bool,
    /// Its code is in the tree, in a language that is read.
    pub code_read: bool,
    /// The known system that its image is of.
    pub system: Option<&'static System>,
    /// It runs nothing but images that do nothing with tokens: a database, a cache, a console.
    pub uses_no_tokens: bool,
    /// The folder of the workspace that it is a program of, where it is started.
    pub(super) workspace: Option<String>,
    pub(super) workloads: Vec<At>,
}

/// The services of a tree, and whose code is whose.
#[derive(Debug, Default)]
pub(super) struct Boundaries {
    pub(super) services: Vec<Service>,
    by_folder: BTreeMap<String, usize>,
    /// Folders with a manifest and no entry point: name and model folder of the package.
    packages: BTreeMap<String, Package>,
    /// Folders of which several programs are started.
    pub(super) workspaces: BTreeSet<String>,
}

#[derive(Debug)]
struct Package {
    name: String,
    model_folder: &'static str,
    /// Services that depend on it.
    used_by: Vec<usize>,
}

impl Boundaries {
    /// The nearest folder above a file that has a manifest; empty when none has.
    pub(super) fn package_of<'path>(&self, path: &'path str) -> &'path str {
        let mut folders = folders_above(path);
        folders
            .find(|folder| {
                self.by_folder.contains_key(*folder) || self.packages.contains_key(*folder)
            })
            .unwrap_or_default()
    }

    /// The services that a file's code is part of.
    pub(super) fn owners(&self, path: &str) -> Vec<usize> {
        for folder in folders_above(path) {
            if let Some(service) = self.by_folder.get(folder) {
                return vec![*service];
            }
            if let Some(package) = self.packages.get(folder)
                && !package.used_by.is_empty()
            {
                return package.used_by.clone();
            }
        }
        Vec::new()
    }

    /// Whether a file's code is part of other services than that whose folder it stands in.
    pub(super) fn is_shared(&self, path: &str) -> bool {
        self.is_of_package(path) || self.is_of_root(path)
    }

    /// Whether a file is part of a package that services depend on.
    pub(super) fn is_of_package(&self, path: &str) -> bool {
        let nearest = folders_above(path).find(|folder| {
            let package = self.packages.get(*folder);
            self.by_folder.contains_key(*folder)
                || package.is_some_and(|package| !package.used_by.is_empty())
        });
        nearest.is_some_and(|folder| !self.by_folder.contains_key(folder))
    }

    /// Whether a file is part of nothing but the root of the tree or of a workspace, if of anything.
    pub(super) fn is_of_root(&self, path: &str) -> bool {
        self.owners(path).iter().all(|service| {
            let service = self.services.get(*service);
            let folder = service.and_then(|of| of.folder.as_deref());
            folder.is_none_or(|folder| folder.is_empty() || self.workspaces.contains(folder))
        })
    }

    /// The services in whose folders a service's folder lies.
    pub(super) fn around(&self, service: usize) -> Vec<usize> {
        let folder = self
            .services
            .get(service)
            .and_then(|of| of.folder.as_deref());
        let above = folder
            .filter(|folder| !folder.is_empty())
            .map(folders_above);
        let above = above.into_iter().flatten();
        above
            .filter_map(|folder| self.by_folder.get(folder).copied())
            .filter(|other| *other != service)
            .collect()
    }

    /// The service whose folder is the nearest above a path.
    pub(super) fn nearest(&self, path: &str) -> Option<usize> {
        folders_above(path).find_map(|folder| self.by_folder.get(folder).copied())
    }
}

/// Finds the services.
pub(super) fn find(input: &Input<'_, '_>, tree: &Tree<'_>) -> Boundaries {
    let folders = Folders::new(input);
    let patterns = patterns(input);
    let mut units = Vec::new();
    for (file, settings) in input.settings.iter().enumerate() {
        if settings.purpose == Purpose::Template {
            continue;
        }
        let instances = match settings.read.workloads.is_empty() {
            true => Vec::new(),
            false => tree.instances(file),
        };
        for (index, workload) in settings.read.workloads.iter().enumerate() {
            // A pipeline runs tests, and deploys.
            if settings.purpose == Purpose::Test && workload.kind != DEPLOYING_STEP {
                continue;
            }
            let name = (settings.source.path.clone(), workload.name.clone());
            if workload.image.is_none() && workload.build.is_none() && patterns.contains(&name) {
                continue;
            }
            let at = At {
                file,
                workload: index,
                instance: 0,
            };
            if instances.is_empty() {
                units.extend(unit(&folders, tree, settings, workload, at));
            }
            for (number, instance) in instances.iter().enumerate() {
                let at = At {
                    instance: number,
                    ..at
                };
                let unit = unit(&folders, tree, settings, workload, at);
                units.extend(unit.map(|unit| unit.of_instance(instance, &folders, settings)));
            }
        }
    }
    for (folder, why) in &folders.runnable {
        units.push(Unit {
            name: String::new(),
            folder: Some(folder.clone()),
            why: why.clone(),
            at: None,
            image: None,
            keys: vec![format!("folder {folder}")],
        });
    }
    let mut boundaries = joined(input, units);
    boundaries.workspaces = folders.workspaces.values().cloned().collect();
    for service in &mut boundaries.services {
        let workspace = |folder: &String| folders.workspaces.get(folder).cloned();
        service.workspace = service.folder.as_ref().and_then(workspace);
    }
    let handles_tokens = |folder: &str| {
        let mut files = input.files.iter();
        files.any(|facts| !facts.sites.is_empty() && is_below(&facts.path, folder))
    };
    boundaries.packages = folders
        .packages
        .iter()
        .filter(|(folder, _)| !boundaries.by_folder.contains_key(*folder))
        .filter(|(folder, _)| handles_tokens(folder))
        .map(|(folder, (name, model_folder))| {
            // What the manifest of a workspace asks for is not for every folder below it.
            let has_manifest = |of: &str| {
                let mut manifests = input.manifests.keys();
                manifests.any(|path| folder_of(path) == of)
            };
            let depends = |service: &Service| {
                service.folder.as_ref().is_some_and(|of| {
                    !is_below(of, folder)
                        && has_manifest(of)
                        && (input.depends_on)(&format!("{of}/x"), model_folder, name)
                })
            };
            let used_by = boundaries
                .services
                .iter()
                .enumerate()
                .filter(|(_, service)| depends(service))
                .map(|(index, _)| index)
                .collect();
            let package = Package {
                name: name.clone(),
                model_folder,
                used_by,
            };
            (folder.clone(), package)
        })
        .collect();
    for package in boundaries.packages.values() {
        for service in &package.used_by {
            if let Some(service) = boundaries.services.get_mut(*service) {
                service.why.push(format!(
                    "its {} code depends on the package {} of this tree",
                    package.model_folder, package.name
                ));
            }
        }
    }
    boundaries
}

/// Workloads that others extend, by file and name: without an image of its own, such a one never runs.
fn patterns(input: &Input<'_, '_>) -> HashSet<(String, String)> {
    let extended = input.settings.iter().flat_map(|settings| {
        let path = settings.source.path.as_str();
        let workloads = settings.read.workloads.iter();
        workloads.filter_map(move |workload| {
            let (file, name) = workload.extends.as_ref()?;
            let file = match file.as_str() {
                "" => path.to_owned(),
                file => join(folder_of(path), file)?,
            };
            Some((file, name.clone()))
        })
    });
    extended.collect()
}

/// Whether a name is that of something which runs once, before what it is run for.
fn is_step(name: &str) -> bool {
    const STEPS: [&str; 8] = [
        "migrate",
        "migrator",
        "migration",
        "migrations",
        "init",
        "seed",
        "setup",
        "test",
    ];
    words(name)
        .iter()
        .any(|word| STEPS.contains(&word.as_str()))
}

/// Joins units that are one service.
fn joined(input: &Input<'_, '_>, units: Vec<Unit>) -> Boundaries {
    let mut groups = Groups::of(units.len());
    let mut by_key: HashMap<&str, usize> = HashMap::new();
    let mut folder_of_group: Vec<Option<&str>> =
        units.iter().map(|unit| unit.folder.as_deref()).collect();
    let overridden = |folder: &str| {
        input
            .overrides
            .iter()
            .find(|(_, folders)| {
                folders
                    .iter()
                    .any(|of| is_below(folder, of.trim_matches('/').trim_start_matches("./")))
            })
            .map(|(name, _)| name.as_str())
    };
    let mut by_override: HashMap<&str, usize> = HashMap::new();
    for (index, unit) in units.iter().enumerate() {
        if let Some(name) = unit.folder.as_deref().and_then(overridden) {
            let first = *by_override.entry(name).or_insert(index);
            groups.join(first, index);
            continue;
        }
        for key in &unit.keys {
            let first = *by_key.entry(key.as_str()).or_insert(index);
            let (one, other) = (groups.first(first), groups.first(index));
            let folders = (
                folder_of_group.get(one).copied().flatten(),
                folder_of_group.get(other).copied().flatten(),
            );
            if let (Some(one), Some(other)) = folders
                && one != other
            {
                continue;
            }
            if let Some((low, _)) = groups.join(one, other)
                && let Some(folder) = folder_of_group.get_mut(low)
            {
                *folder = folders.0.or(folders.1);
            }
        }
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for index in 0..units.len() {
        members.entry(groups.first(index)).or_default().push(index);
    }
    let mut boundaries = Boundaries::default();
    for members in members.values() {
        let units: Vec<&Unit> = members
            .iter()
            .filter_map(|index| units.get(*index))
            .collect();
        let folder = units.iter().find_map(|unit| unit.folder.clone());
        let named = folder.as_deref().and_then(overridden);
        let name = named
            .map(str::to_owned)
            .or_else(|| {
                let names = || {
                    let names = units.iter().map(|unit| &unit.name);
                    names.filter(|name| !name.is_empty())
                };
                // A step that is run from the same code is not what it is called by.
                let of_folder = folder.as_deref().map(|folder| stem(name_of(folder)));
                let called_like = names().find(|name| Some(stem(name)) == of_folder);
                let runs_on = names().find(|name| !is_step(name));
                called_like.or(runs_on).or_else(|| names().next()).cloned()
            })
            .or_else(|| {
                folder
                    .as_deref()
                    .map(|folder| shown(name_of(folder)).to_owned())
            })
            .unwrap_or_default();
        let mut why: Vec<String> = units.iter().map(|unit| unit.why.clone()).collect();
        if named.is_some() {
            why.insert(0, "the configuration file says so".to_owned());
        }
        why.dedup();
        let index = boundaries.services.len();
        for folder in units.iter().filter_map(|unit| unit.folder.as_ref()) {
            boundaries.by_folder.entry(folder.clone()).or_insert(index);
        }
        let system = units
            .iter()
            .filter_map(|unit| unit.image.as_deref())
            .find_map(systems::of_image);
        let mut images = units.iter().map(|unit| unit.image.as_deref());
        let uses_no_tokens =
            folder.is_none() && images.all(|image| image.is_some_and(systems::uses_no_tokens));
        boundaries.services.push(Service {
            name,
            uses_no_tokens,
            workspace: None,
            folder,
            why,
            deployed: units
                .iter()
                .any(|unit| unit.at.is_some() && !unit.name.is_empty()),
            is_rest: false,
            code_read: false,
            system,
            workloads: units.iter().filter_map(|unit| unit.at).collect(),
        });
    }
    if !boundaries.by_folder.contains_key("") {
        boundaries
            .by_folder
            .insert(String::new(), boundaries.services.len());
        boundaries.services.push(Service {
            name: "this project".to_owned(),
            folder: Some(String::new()),
            why: vec!["what is part of no other service".to_owned()],
            deployed: false,
            is_rest: true,
            code_read: false,
            system: None,
            uses_no_tokens: false,
            workspace: None,
            workloads: Vec::new(),
        });
    }
    for path in &input.code_paths {
        if let Some(service) = boundaries.nearest(path)
            && let Some(service) = boundaries.services.get_mut(service)
        {
            service.code_read = true;
        }
    }
    boundaries
}
