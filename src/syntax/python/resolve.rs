//! Which file a Python import means.
//!
//! Where a program is started is not known. A folder that is no package may be on the search path, so the nearest of
//! those above the importing file is asked first; a folder with an `__init__.py` is on it only when a program is
//! started inside, so those come after.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::super::resolve::{MAX_MANIFESTS, Target, Tree, folder_of, inside, upwards};

/// Folders below a project's that programs are often started in.
const LAYOUTS: [&str; 3] = ["src", "app", "backend"];
const PROJECT_FILES: [&str; 3] = ["pyproject.toml", "setup.py", "setup.cfg"];
/// A module with more parts than this is not looked for.
const MAX_PARTS: usize = 32;
/// Sources before stubs.
const EXTENSIONS: [&str; 2] = ["py", "pyi"];

/// The projects of the tree, once they are asked for.
#[derive(Default)]
pub(in super::super) struct Projects(OnceLock<Vec<String>>);

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
            let may_be_installed = parts.first().is_none_or(|first| installed.contains(*first));
            return search
                .above(folder, may_be_installed)
                .or_else(|| self.in_projects(&search).filter(|_| !may_be_installed));
        }
        let package = upwards(folder).nth(dots - 1)?;
        EXTENSIONS
            .into_iter()
            .find_map(|extension| search.under(package, extension))
    }

    /// A package of exactly one of the tree's projects, for projects that depend on each other.
    fn in_projects(&self, search: &Search<'_>) -> Option<Target> {
        let projects = self.0.get_or_init(|| {
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
    /// An absolute import, seen from the folders above the importing file.
    fn above(&self, folder: &str, may_be_installed: bool) -> Option<Target> {
        let (packages, plain): (Vec<&str>, Vec<&str>) =
            upwards(folder).partition(|folder| self.is_package(folder));
        let mut roots: Vec<String> = plain.into_iter().map(str::to_owned).collect();
        if !may_be_installed {
            roots.extend(packages.into_iter().map(str::to_owned));
            for folder in upwards(folder) {
                let layouts = LAYOUTS.into_iter().map(|layout| inside(folder, layout));
                roots.extend(layouts.filter(|layout| !self.is_package(layout)));
            }
        }
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
