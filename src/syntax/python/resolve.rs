//! Which file a Python import means.
//!
//! Where a program is started is not known. A folder that is no package may be on the search path, so the nearest of
//! those above the importing file is asked first. A folder with an `__init__.py` is on it only when a program is
//! started inside, which few are: what such a folder holds is asked last, and not for what may be installed.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::super::tree::{MAX_MANIFESTS, Remembered, Target, Tree, folder_of, inside, upwards};

/// Folders below a project's that programs are often started in.
const LAYOUTS: [&str; 3] = ["src", "app", "backend"];
const PROJECT_FILES: [&str; 3] = ["pyproject.toml", "setup.py", "setup.cfg"];
/// Files that ask for packages.
const REQUIREMENTS: [&str; 7] = [
    "requirements.txt",
    "requirements.in",
    "requirements/base.txt",
    "pyproject.toml",
    "Pipfile",
    "setup.py",
    "setup.cfg",
];
/// Files that programs are started with. Where one stands in a package, the package may be where that happens.
const STARTS: [&str; 7] = [
    "main.py",
    "app.py",
    "run.py",
    "server.py",
    "manage.py",
    "index.py",
    "requirements.txt",
];
/// A package with this file is started by its name, from outside.
const STARTED_BY_NAME: &str = "__main__.py";
/// Modules of the standard library whose names are easily given to a file of a package.
const STANDARD: [&str; 36] = [
    "abc",
    "ast",
    "base64",
    "calendar",
    "collections",
    "copy",
    "csv",
    "datetime",
    "email",
    "enum",
    "graphlib",
    "hashlib",
    "hmac",
    "http",
    "inspect",
    "io",
    "json",
    "logging",
    "numbers",
    "operator",
    "os",
    "platform",
    "queue",
    "random",
    "secrets",
    "signal",
    "socket",
    "ssl",
    "statistics",
    "string",
    "time",
    "token",
    "types",
    "typing",
    "uuid",
    "warnings",
];
/// A module with more parts than this is not looked for.
const MAX_PARTS: usize = 32;
/// Sources before stubs.
const EXTENSIONS: [&str; 2] = ["py", "pyi"];

/// The projects of the tree, once they are asked for.
#[derive(Default)]
pub(in super::super) struct Projects {
    folders: OnceLock<Vec<String>>,
    /// Names that requirements ask for, by file.
    required: Remembered<BTreeSet<String>>,
}

impl Projects {
    pub(in super::super) fn resolve(
        &self,
        tree: &dyn Tree,
        installed: &BTreeSet<String>,
        from: &str,
        module: &str,
        path: &[String],
    ) -> Option<Target> {
        let name = module.trim_start_matches('.');
        let dots = module.len() - name.len();
        let parts: Vec<&str> = name.split('.').filter(|_| !name.is_empty()).collect();
        let is_name = |part: &&str| !part.is_empty() && !part.contains('/');
        if parts.len() > MAX_PARTS || !parts.iter().all(is_name) {
            return None;
        }
        let search = Search {
            tree,
            from,
            parts: &parts,
            path,
        };
        let folder = folder_of(from);
        if dots == 0 {
            return self.absolute(&search, installed, folder);
        }
        let package = upwards(folder).nth(dots - 1)?;
        search.under_any([package])
    }

    fn absolute(
        &self,
        search: &Search<'_>,
        installed: &BTreeSet<String>,
        folder: &str,
    ) -> Option<Target> {
        let first = *search.parts.first()?;
        let (packages, plain): (Vec<&str>, Vec<&str>) =
            upwards(folder).partition(|folder| search.is_package(folder));
        let found = search.under_any(plain);
        if found.is_some() || installed.contains(first) || STANDARD.contains(&first) {
            return found;
        }
        let layouts: Vec<String> = upwards(folder)
            .flat_map(|folder| LAYOUTS.map(|layout| inside(folder, layout)))
            .filter(|layout| !search.is_package(layout))
            .collect();
        search
            .under_any(layouts.iter().map(String::as_str))
            .or_else(|| self.in_projects(search))
            .or_else(|| {
                let starting = |folder: &&str| self.starts(search, folder);
                let found = search.under_any(packages.into_iter().filter(starting))?;
                (!self.requires(search.tree, folder, first)).then_some(found)
            })
    }

    /// Whether programs may be started in this package's folder.
    fn starts(&self, search: &Search<'_>, folder: &str) -> bool {
        let is_there = |name: &str| {
            let path = inside(folder, name);
            search.tree.has(&path) || self.required_by(search.tree, &path).is_some()
        };
        !search.tree.has(&inside(folder, STARTED_BY_NAME))
            && STARTS.iter().any(|name| is_there(name))
    }

    /// Whether requirements above the importing file ask for a package of this name.
    fn requires(&self, tree: &dyn Tree, folder: &str, name: &str) -> bool {
        upwards(folder).any(|folder| {
            REQUIREMENTS.iter().any(|file| {
                self.required_by(tree, &inside(folder, file))
                    .is_some_and(|names| names.contains(name))
            })
        })
    }

    fn required_by(&self, tree: &dyn Tree, path: &str) -> Option<Arc<BTreeSet<String>>> {
        self.required.of(tree, path, |text| Some(required(text)))
    }

    /// A package of exactly one of the tree's projects, for projects that depend on each other.
    fn in_projects(&self, search: &Search<'_>) -> Option<Target> {
        let projects = self.folders.get_or_init(|| {
            let folders: BTreeSet<String> = PROJECT_FILES
                .into_iter()
                .flat_map(|name| search.tree.folders_with(name))
                .flat_map(|folder| [inside(&folder, "src"), folder])
                .collect();
            folders.into_iter().take(MAX_MANIFESTS).collect()
        });
        let first = search.parts.first()?;
        let is_package = |folder: &&String| {
            let package = inside(folder, first);
            search.tree.has(&inside(&package, "__init__.py"))
        };
        let mut holding = projects.iter().filter(is_package);
        let only = holding.next()?;
        if holding.next().is_some() {
            return None;
        }
        search.under(only, "py")
    }
}

/// One import.
struct Search<'a> {
    tree: &'a dyn Tree,
    from: &'a str,
    parts: &'a [&'a str],
    path: &'a [String],
}

impl Search<'_> {
    /// The import, in the first of these folders that has it; sources in any go before stubs.
    fn under_any<'r>(&self, roots: impl IntoIterator<Item = &'r str>) -> Option<Target> {
        let roots: Vec<&str> = roots.into_iter().collect();
        EXTENSIONS
            .into_iter()
            .find_map(|extension| roots.iter().find_map(|root| self.under(root, extension)))
    }

    fn is_package(&self, folder: &str) -> bool {
        self.tree.has(&inside(folder, "__init__.py"))
    }

    /// The import, when the search begins in `root`: the module, or what of the path are modules in it.
    fn under(&self, root: &str, extension: &str) -> Option<Target> {
        let mut place = self
            .parts
            .iter()
            .fold(root.to_owned(), |place, part| inside(&place, part));
        let mut found = None;
        for used in 0..=self.path.len() {
            if let Some(name) = used.checked_sub(1).and_then(|last| self.path.get(last)) {
                if name.is_empty() || name.contains(['/', '.']) {
                    break;
                }
                place = inside(&place, name);
            }
            let package = inside(&place, &format!("__init__.{extension}"));
            let is_package = self.tree.has(&package);
            let names_a_file = used > 0 || !self.parts.is_empty();
            let module = format!("{place}.{extension}");
            let is_module = !is_package && names_a_file && self.tree.has(&module);
            let file = if is_package { package } else { module };
            if (is_package || is_module) && file != self.from {
                found = Some(Target { file, used });
            }
            if is_module {
                break;
            }
        }
        found
    }
}

/// Words at the beginning of a line or a string: what the formats of requirements have names at, and more. Names are
/// as an import would write them.
fn required(text: &str) -> BTreeSet<String> {
    let starts = text.lines().flat_map(|line| line.split(['"', '\'']));
    starts
        .map(|start| {
            let start = start.trim_start();
            let end =
                start.find(|letter: char| !(letter.is_alphanumeric() || "-_.".contains(letter)));
            let name = start.get(..end.unwrap_or(start.len())).unwrap_or_default();
            name.to_lowercase().replace('-', "_")
        })
        .filter(|name| !name.is_empty())
        .collect()
}
