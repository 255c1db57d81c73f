//! Which file a Rust path leads to: modules by where files stand, other crates of the tree by the manifests.
//!
//! A module in a file of its own is taken for declared when the file is there. `#[path]` is not followed.

mod manifest;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::super::tree::{Remembered, Target, Tree, folder_of, inside, join, locked, upwards};
use manifest::{Dependency, Manifest};

const MANIFEST: &str = "Cargo.toml";
/// Every file in these folders of a package is a crate of its own.
const CRATE_FOLDERS: [&str; 4] = ["src/bin", "tests", "examples", "benches"];

/// The manifests read so far, and the crates of the files that were asked for.
#[derive(Default)]
pub(in super::super) struct Manifests {
    read: Remembered<Manifest>,
    homes: Mutex<HashMap<String, Arc<Home>>>,
}

/// Where a file belongs.
struct Home {
    /// Folder of its package.
    package: Option<String>,
    own: Crate,
}

/// The crate a file belongs to.
struct Crate {
    /// Its root file; unknown for a module that several test crates share.
    root: Option<String>,
    /// The folder that the root's child modules are in.
    folder: String,
}

impl Manifests {
    pub(in super::super) fn resolve(
        &self,
        tree: &dyn Tree,
        from: &str,
        module: &str,
        path: &[String],
    ) -> Option<Target> {
        let belongs = self.home_of(tree, from);
        let (package, home) = (belongs.package.as_deref(), &belongs.own);
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        if module == "crate" {
            return walk(tree, &home.folder, home.root.clone(), &names);
        }
        let own_folder = if home.root.as_deref() == Some(from) || last_of(from) == "mod.rs" {
            folder_of(from)
        } else {
            from.strip_suffix(".rs")?
        };
        if matches!(module, "self" | "super") {
            let keyword = (module == "super").then_some("super");
            let steps: Vec<&str> = keyword.into_iter().chain(names).collect();
            let from_here = relative(tree, home, from, own_folder, &steps)?;
            return Some(Target {
                used: from_here.used.checked_sub(usize::from(keyword.is_some()))?,
                ..from_here
            });
        }
        let whole: Vec<&str> = std::iter::once(module)
            .chain(names.iter().copied())
            .collect();
        let without_first = |target: Target| {
            let used = target.used.checked_sub(1)?;
            Some(Target { used, ..target })
        };
        if let Some(child) = walk(tree, own_folder, None, &whole) {
            return without_first(child);
        }
        let package = package?;
        if let Some(other) = self.other_crate(tree, package, module) {
            let root = other.filter(|root| tree.has(root))?;
            return walk(tree, folder_of(&root), Some(root.clone()), &names);
        }
        // In the first edition a `use` begins at the crate's root.
        if self.manifest(tree, package)?.first_edition {
            return walk(tree, &home.folder, None, &whole).and_then(without_first);
        }
        None
    }

    /// What the manifest of the package that a file is in says.
    pub(in super::super) fn described(
        &self,
        tree: &dyn Tree,
        path: &str,
    ) -> Option<super::super::tree::Package> {
        let folder = self.package_of(tree, path)?;
        let manifest = self.manifest(tree, folder)?;
        Some(super::super::tree::Package {
            folder: folder.to_owned(),
            dependencies: manifest.dependencies.keys().cloned().collect(),
            is_for_browsers: false,
            is_loaded: manifest.is_loaded,
        })
    }

    fn manifest(&self, tree: &dyn Tree, folder: &str) -> Option<Arc<Manifest>> {
        self.read
            .of(tree, &inside(folder, MANIFEST), Manifest::read)
    }

    fn home_of(&self, tree: &dyn Tree, from: &str) -> Arc<Home> {
        if let Some(known) = locked(&self.homes).get(from) {
            return Arc::clone(known);
        }
        let package = self.package_of(tree, from);
        let home = Arc::new(Home {
            own: self.crate_of(tree, from, package),
            package: package.map(str::to_owned),
        });
        locked(&self.homes).insert(from.to_owned(), Arc::clone(&home));
        home
    }

    /// The folder of the package that a file is in.
    fn package_of<'a>(&self, tree: &dyn Tree, from: &'a str) -> Option<&'a str> {
        upwards(folder_of(from)).find(|folder| {
            self.manifest(tree, folder)
                .is_some_and(|manifest| manifest.package.is_some())
        })
    }

    fn crate_of(&self, tree: &dyn Tree, from: &str, package: Option<&str>) -> Crate {
        let folder = folder_of(from);
        let mut roots = Vec::new();
        let mut crate_folders = Vec::new();
        if let Some(package) = package {
            let manifest = self.manifest(tree, package);
            let manifest = manifest.as_deref();
            let library = manifest.and_then(|manifest| manifest.lib_path.as_ref());
            let others = manifest
                .into_iter()
                .flat_map(|manifest| &manifest.other_roots);
            let usual = ["src/lib.rs", "src/main.rs", "build.rs"];
            roots.extend(library.and_then(|path| join(package, path)));
            roots.extend(usual.map(|path| inside(package, path)));
            roots.extend(others.filter_map(|path| join(package, path)));
            crate_folders.extend(CRATE_FOLDERS.map(|name| inside(package, name)));
        }
        // `main.rs` may be any module's name where a manifest says where the roots are.
        let usual_in = |above: &str| match package {
            None => vec![inside(above, "lib.rs"), inside(above, "main.rs")],
            Some(_)
                if crate_folders
                    .iter()
                    .any(|crates| crates == folder_of(above)) =>
            {
                vec![inside(above, "main.rs")]
            }
            Some(_) => Vec::new(),
        };
        if roots
            .iter()
            .chain(&usual_in(folder))
            .any(|root| root == from)
            || crate_folders.iter().any(|crates| crates == folder)
        {
            return Crate {
                root: Some(from.to_owned()),
                folder: folder.to_owned(),
            };
        }
        for above in upwards(folder) {
            let usual = usual_in(above);
            let candidates: Vec<&String> = roots
                .iter()
                .chain(&usual)
                .filter(|root| folder_of(root) == above && tree.has(root))
                .collect();
            if let Some(first) = candidates.first() {
                let top = from
                    .get(above.len()..)
                    .unwrap_or_default()
                    .trim_start_matches('/');
                let top = top.split(['/', '.']).next().unwrap_or_default();
                let declaring = candidates.iter().find(|root| declares(tree, root, top));
                return Crate {
                    root: Some((*declaring.unwrap_or(first)).clone()),
                    folder: above.to_owned(),
                };
            }
            if crate_folders.iter().any(|crates| crates == above) {
                return Crate {
                    root: None,
                    folder: above.to_owned(),
                };
            }
            if Some(above) == package {
                break;
            }
        }
        // A package that is yet to be made from a template has no manifest, but the usual folder.
        let sources = upwards(folder).find(|folder| last_of(folder) == "src");
        Crate {
            root: None,
            folder: match package {
                Some(package) => inside(package, "src"),
                None => sources.unwrap_or(folder).to_owned(),
            },
        }
    }

    /// The root file of the library that `name` is in this package. The outer `None`: no dependency has that name;
    /// the inner one: it has, and is not in the tree.
    fn other_crate(&self, tree: &dyn Tree, package: &str, name: &str) -> Option<Option<String>> {
        let manifest = self.manifest(tree, package)?;
        if let Some(dependency) = manifest.dependencies.get(name) {
            let folder = self.folder_of_dependency(tree, package, name, dependency);
            return Some(folder.and_then(|folder| self.library(tree, &folder)));
        }
        if manifest.lib_name.as_deref() == Some(name) {
            return Some(self.library(tree, package));
        }
        // A library may have another name than its package.
        manifest.dependencies.iter().find_map(|(key, dependency)| {
            let folder = self.folder_of_dependency(tree, package, key, dependency)?;
            let other = self.manifest(tree, &folder)?;
            (other.lib_name.as_deref() == Some(name)).then(|| self.library(tree, &folder))
        })
    }

    fn folder_of_dependency(
        &self,
        tree: &dyn Tree,
        package: &str,
        key: &str,
        dependency: &Dependency,
    ) -> Option<String> {
        match dependency {
            Dependency::Path(path) => join(package, path),
            Dependency::Inherited => upwards(package).find_map(|folder| {
                let manifest = self.manifest(tree, folder)?;
                match manifest.offered.get(key)? {
                    Dependency::Path(path) => join(folder, path),
                    _ => None,
                }
            }),
            Dependency::Elsewhere => None,
        }
    }

    fn library(&self, tree: &dyn Tree, folder: &str) -> Option<String> {
        let manifest = self.manifest(tree, folder)?;
        let written = manifest.lib_path.as_deref().unwrap_or("src/lib.rs");
        join(folder, written)
    }
}

/// A path that begins with `super`s, or in the file's own module; `used` counts the `super`s too.
fn relative(
    tree: &dyn Tree,
    home: &Crate,
    from: &str,
    own_folder: &str,
    steps: &[&str],
) -> Option<Target> {
    let ups = steps.iter().take_while(|step| **step == "super").count();
    let mut folder = own_folder;
    for _ in 0..ups {
        if folder == home.folder || folder.is_empty() {
            return None;
        }
        folder = folder_of(folder);
    }
    let base = if ups == 0 {
        Some(from.to_owned())
    } else if folder == home.folder {
        home.root.clone()
    } else {
        module_file(tree, folder)
    };
    let found = walk(tree, folder, base, steps.get(ups..)?)?;
    Some(Target {
        used: found.used + ups,
        ..found
    })
}

/// The file of the longest beginning of `names` that are modules, the first one a child of the module whose
/// children are in `folder`.
fn walk(tree: &dyn Tree, folder: &str, base: Option<String>, names: &[&str]) -> Option<Target> {
    let mut found = base.map(|file| Target { file, used: 0 });
    let mut place = folder.to_owned();
    for (used, name) in (1..).zip(names) {
        if name.is_empty() || name.contains(['/', '.']) {
            break;
        }
        place = inside(&place, name);
        if let Some(file) = module_file(tree, &place) {
            found = Some(Target { file, used });
        }
    }
    found
}

fn module_file(tree: &dyn Tree, place: &str) -> Option<String> {
    [format!("{place}.rs"), format!("{place}/mod.rs")]
        .into_iter()
        .find(|file| tree.has(file))
}

/// Whether a crate's root says `mod name`.
fn declares(tree: &dyn Tree, root: &str, name: &str) -> bool {
    tree.read(root).is_some_and(|text| {
        text.split("mod ").skip(1).any(|rest| {
            rest.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with([';', ' ', '{']))
        })
    })
}

fn last_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, last)| last)
}
