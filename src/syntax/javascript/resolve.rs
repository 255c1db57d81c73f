//! Which file a module string means: relative files, a compiler's path maps, a package's own map, bundlers' usual
//! aliases, and packages of the tree by their names.

mod files;
mod package;
mod settings;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::super::tree::{
    MAX_MANIFESTS, Remembered, Tree, folder_of, inside, is_under, join, upwards,
};
use package::{Link, Package};
use settings::Settings;

const MANIFEST: &str = "package.json";
/// Manifests are read for their names until this much text was seen.
const MAX_INDEXED_BYTES: usize = 64 * 1_024 * 1_024;
/// What bundlers and frameworks take for these beginnings unless told otherwise, in a folder with a manifest.
const ALIASES: [(&str, &[&str]); 3] = [
    ("@/", &["src", "app"]),
    ("~/", &["src", "app"]),
    ("$lib/", &["src/lib"]),
];

/// The manifests and compiler settings read so far.
#[derive(Default)]
pub(in super::super) struct Manifests {
    packages: Remembered<Package>,
    settings: Remembered<Settings>,
    /// Folders of packages by name.
    named: OnceLock<BTreeMap<String, Vec<String>>>,
}

/// How far a dependency's declaration leads.
enum Declared {
    /// In a package of the tree of this name.
    InTree,
    /// In this folder.
    Folder(String),
    /// Out of the tree.
    Elsewhere,
}

impl Manifests {
    pub(in super::super) fn resolve(
        &self,
        tree: &dyn Tree,
        from: &str,
        module: &str,
    ) -> Option<String> {
        // Built-in and virtual modules, addresses, loaders' prefixes and queries.
        if module.contains([':', '?', '!', '\\', '\0']) {
            return None;
        }
        let search = Search {
            manifests: self,
            tree,
            from,
        };
        search.module(module).filter(|file| file != from)
    }

    /// What the manifest nearest to a file says.
    pub(in super::super) fn package_of(
        &self,
        tree: &dyn Tree,
        path: &str,
    ) -> Option<super::super::tree::Package> {
        let search = Search {
            manifests: self,
            tree,
            from: path,
        };
        let folder = search.package_folders().next()?;
        let package = search.package(folder)?;
        Some(super::super::tree::Package {
            folder: folder.to_owned(),
            dependencies: package.dependencies.keys().cloned().collect(),
            is_for_browsers: package.is_for_browsers,
            is_loaded: false,
        })
    }
}

/// One import.
struct Search<'a> {
    manifests: &'a Manifests,
    tree: &'a dyn Tree,
    from: &'a str,
}

impl<'a> Search<'a> {
    fn module(&self, module: &str) -> Option<String> {
        let is_relative = |prefix: &str| {
            module
                .strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if is_relative(".") || is_relative("..") {
            let folder = folder_of(self.from);
            return self
                .file_or_folder(folder, module)
                .or_else(|| self.source(&join(folder, module)?));
        }
        if let Some(rest) = module.strip_prefix('/') {
            return self
                .package_folders()
                .chain([""])
                .find_map(|folder| self.file_or_folder(folder, rest));
        }
        let own_map = module.starts_with('#');
        own_map
            .then(|| self.own_imports(module))
            .flatten()
            .or_else(|| self.by_settings(module))
            .or_else(|| self.by_alias(module))
            .or_else(|| self.by_package(module).filter(|_| !own_map))
            .or_else(|| self.by_root(module).filter(|_| !own_map))
    }

    fn package(&self, folder: &str) -> Option<Arc<Package>> {
        let path = inside(folder, MANIFEST);
        self.manifests.packages.of(self.tree, &path, Package::read)
    }

    /// The folders with a manifest above the importing file, nearest first.
    fn package_folders(&self) -> impl Iterator<Item = &'a str> {
        upwards(folder_of(self.from)).filter(|folder| self.package(folder).is_some())
    }

    /// A relative path: a file, or a folder's entry.
    fn file_or_folder(&self, folder: &str, relative: &str) -> Option<String> {
        let path = join(folder, relative)?;
        let last = relative.rsplit('/').next().unwrap_or_default();
        if !matches!(last, "" | "." | "..")
            && let Some(file) = files::file(self.tree, &path)
        {
            return Some(file);
        }
        let by_manifest = self
            .package(&path)
            .filter(|_| !path.is_empty())
            .and_then(|package| self.entry(&path, &package));
        by_manifest.or_else(|| files::index(self.tree, &path))
    }

    /// The source of a file that a build of its package writes.
    fn source(&self, built: &str) -> Option<String> {
        let folder = upwards(folder_of(built)).find(|folder| self.package(folder).is_some())?;
        let inner = built.get(folder.len()..)?.trim_start_matches('/');
        files::source(self.tree, folder, inner)
    }

    /// `"imports"` of the package that the importing file is in.
    fn own_imports(&self, module: &str) -> Option<String> {
        let folder = self.package_folders().next()?;
        let package = self.package(folder)?;
        let targets = package.imports.get(module)?;
        let (files, packages): (Vec<String>, Vec<String>) = targets
            .into_iter()
            .partition(|target| target.starts_with('.'));
        self.in_package(folder, &files).or_else(|| {
            packages
                .iter()
                .filter(|name| !name.starts_with(['#', '/']))
                .find_map(|name| self.by_package(name))
        })
    }

    /// `paths` and `baseUrl` of the compiler settings above the file.
    fn by_settings(&self, module: &str) -> Option<String> {
        let known = &self.manifests.settings;
        let mut is_nearest = true;
        for folder in upwards(folder_of(self.from)) {
            let merged = settings::of_folder(known, self.tree, folder);
            for settings in &merged {
                let mapped = settings.map(module);
                let file = mapped
                    .iter()
                    .filter_map(|path| self.file_or_folder("", path))
                    .find(|file| !files::is_declaration(file));
                if file.is_some() {
                    return file;
                }
            }
            let base = merged.iter().find_map(|settings| settings.base.as_deref());
            if is_nearest
                && let Some(base) = base
                && !module.starts_with('#')
                && !matches!(self.declared(module), Some(Declared::Elsewhere))
                && let Some(file) = self
                    .file_or_folder(base, module)
                    .filter(|file| !files::is_declaration(file) && file != self.from)
            {
                return Some(file);
            }
            is_nearest &= merged.is_empty();
        }
        None
    }

    fn by_alias(&self, module: &str) -> Option<String> {
        let module = if module == "$lib" { "$lib/" } else { module };
        ALIASES.into_iter().find_map(|(prefix, places)| {
            let rest = module.strip_prefix(prefix)?;
            self.package_folders().chain([""]).find_map(|folder| {
                places
                    .iter()
                    .find_map(|place| self.file_or_folder(&inside(folder, place), rest))
            })
        })
    }

    /// A package of the tree by its name, and a path inside it.
    fn by_package(&self, module: &str) -> Option<String> {
        let (name, rest) = split_name(module)?;
        let folder = match self.declared(name) {
            Some(Declared::Elsewhere) => return None,
            Some(Declared::Folder(folder)) => folder,
            Some(Declared::InTree) | None => self.nearest_named(name)?,
        };
        let package = self.package(&folder)?;
        if self.package_folders().next() == Some(&folder) && package.exports.is_empty() {
            // Without a map of its own a package cannot name itself.
            return None;
        }
        if rest.is_empty() {
            return self
                .exported(&folder, &package, ".")
                .or_else(|| self.entry(&folder, &package))
                .or_else(|| files::entry(self.tree, &folder));
        }
        if rest.split('/').any(|part| part == "..") {
            return None;
        }
        self.exported(&folder, &package, &format!("./{rest}"))
            .or_else(|| self.file_or_folder(&folder, rest))
            .or_else(|| self.file_or_folder(&inside(&folder, "src"), rest))
            .or_else(|| self.in_package(&folder, &[rest.to_owned()]))
    }

    /// A path from the package's own folder, which programs make a place to search (`NODE_PATH`). A name alone would be
    /// that of a package.
    fn by_root(&self, module: &str) -> Option<String> {
        let is_path = module.contains('/') || module.ends_with(".json");
        if !is_path || module.starts_with('@') || self.declared(module).is_some() {
            return None;
        }
        let folder = self.package_folders().next()?;
        self.file_or_folder(folder, module)
    }

    /// Folder of the package of this name that is nearest to the importing file.
    fn nearest_named(&self, name: &str) -> Option<String> {
        let named = self.manifests.named.get_or_init(|| self.index());
        let from: Vec<&str> = self.from.split('/').collect();
        let shared = |folder: &str| {
            let parts = folder.split('/').zip(&from);
            parts.take_while(|(left, right)| left == *right).count()
        };
        let folders = named.get(name)?;
        // The first of equals: `max_by_key` takes the last.
        let nearest = folders.iter().rev().max_by_key(|folder| shared(folder))?;
        Some(nearest.clone())
    }

    fn index(&self) -> BTreeMap<String, Vec<String>> {
        let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut seen = 0;
        let folders = self.tree.folders_with(MANIFEST);
        let is_own = |folder: &String| folder.split('/').all(|part| part != "node_modules");
        for folder in folders.into_iter().filter(is_own).take(MAX_MANIFESTS) {
            let path = inside(&folder, MANIFEST);
            let package = self.manifests.packages.of(self.tree, &path, |text| {
                seen += text.len();
                Package::read(text)
            });
            if let Some(name) = package.and_then(|package| package.name.clone()) {
                named.entry(name).or_default().push(folder);
            }
            if seen > MAX_INDEXED_BYTES {
                break;
            }
        }
        named
    }

    /// Where the nearest manifest that asks for this package says it is. `None`: no manifest asks for it.
    fn declared(&self, module: &str) -> Option<Declared> {
        let (name, _) = split_name(module)?;
        let (holder, link) = self.package_folders().find_map(|folder| {
            let package = self.package(folder)?;
            Some((folder, package.dependencies.get(name)?.clone()))
        })?;
        Some(match link {
            Link::Workspace => Declared::InTree,
            Link::Folder(path) => match join(holder, &path) {
                Some(folder) => Declared::Folder(folder),
                None => Declared::Elsewhere,
            },
            Link::Range(range) => {
                let in_tree = self
                    .nearest_named(name)
                    .and_then(|folder| self.package(&folder))
                    .is_some_and(|package| package.satisfies(&range));
                if in_tree {
                    Declared::InTree
                } else {
                    Declared::Elsewhere
                }
            }
            Link::Elsewhere => Declared::Elsewhere,
        })
    }

    fn exported(&self, folder: &str, package: &Package, path: &str) -> Option<String> {
        self.in_package(folder, &package.exports.get(path)?)
    }

    /// The file that a manifest names as its package's entry.
    fn entry(&self, folder: &str, package: &Package) -> Option<String> {
        self.in_package(folder, &package.entries)
            .or_else(|| self.exported(folder, package, "."))
    }

    /// The first of these targets that is in the tree, or whose source is; declarations come last.
    fn in_package(&self, folder: &str, targets: &[String]) -> Option<String> {
        let code = || {
            targets
                .iter()
                .filter(|target| !files::is_declaration(target))
        };
        let at = |target: &String| {
            join(folder, target)
                .filter(|path| is_under(path, folder))
                .and_then(|path| files::file_or_index(self.tree, &path))
        };
        code()
            .find_map(|target| at(target).filter(|file| !files::is_declaration(file)))
            .or_else(|| {
                targets
                    .iter()
                    .find_map(|target| files::source(self.tree, folder, target))
            })
            .or_else(|| targets.iter().find_map(at))
    }
}

/// The name of the package that a module string names, and the path inside it.
fn split_name(module: &str) -> Option<(&str, &str)> {
    let scope = if module.starts_with('@') {
        module.find('/')? + 1
    } else {
        0
    };
    let end = module
        .get(scope..)?
        .find('/')
        .map_or(module.len(), |slash| scope + slash);
    let name = module.get(..end)?;
    let rest = module.get(end..)?.trim_start_matches('/');
    Some((name, rest)).filter(|_| end > scope)
}
