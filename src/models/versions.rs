//! Which version of a package applies to a file, read from the manifests and lock files of its folder and those above.
//!
//! Nothing is run and nothing is fetched. A file that cannot be read counts as absent and is named in a notification.

mod cargo;
mod files;
mod npm;
mod number;
mod pnpm;
mod python;
mod yarn;

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::finding::{Level, Notification};
use crate::walk::{base_folder, repository_root};
use files::{FormatError, Lock, LockedPackage, Manifest, Place, Requirement};
use number::{Bare, Range, parse_version};

/// Lock files of large projects reach some 10 MB.
const MAX_FILE_BYTES: u64 = 64_000_000;

/// The version of a package that applies to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// Fixed by a lock file, or by a manifest that allows a single version.
    Locked {
        /// The version.
        version: semver::Version,
        /// The version as the file writes it.
        text: String,
        /// The file that fixes it, relative to the linted root, with forward slashes.
        file: String,
    },
    /// Only a range is known. A finding that rests on its lower bound has to say so.
    Range {
        /// Lower bound of the range.
        lowest: semver::Version,
        /// The range as the manifest writes it.
        text: String,
        /// The manifest, relative to the linted root, with forward slashes.
        file: String,
    },
    /// Nothing is known, or the range has no lower bound.
    Unknown,
}

/// Answers which version of a package applies to a file. Files are read when first asked for, and once.
#[derive(Debug)]
pub struct PackageVersions {
    base: PathBuf,
    /// Nothing above this folder is read.
    outermost: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    folders: HashMap<(PathBuf, Ecosystem), Arc<Folder>>,
    notifications: BTreeSet<Notification>,
}

/// What one folder says about one ecosystem.
#[derive(Debug, Default)]
struct Folder {
    manifests: Vec<(String, Manifest)>,
    locks: Vec<(String, Lock)>,
}

/// A requirement and where it stands.
struct Found {
    range: String,
    file: String,
    folder: PathBuf,
}

impl PackageVersions {
    /// For files whose paths are relative as [`crate::walk::walk`] makes them for these roots. Manifests and lock
    /// files count up to the repository root, or up to the linted root when there is no repository.
    pub fn new(roots: &[PathBuf]) -> Self {
        let base = base_folder(roots);
        let base = fs::canonicalize(&base).unwrap_or(base);
        Self {
            outermost: repository_root(&base).unwrap_or_else(|| base.clone()),
            base,
            state: Mutex::default(),
        }
    }

    /// The version of `package` that applies to the file at `file_path` (relative, forward slashes). `model_folder`
    /// is the language's, see [`crate::syntax::Language::model_folder`].
    ///
    /// The nearest manifest that names the package gives the range; the nearest lock file with a copy in that range
    /// gives the version. A package that only a lock file names (a dependency of a dependency) is answered too: the
    /// copy shared by all where there is one, else the highest.
    pub fn version(&self, file_path: &str, model_folder: &str, package: &str) -> Version {
        let Some(ecosystem) = Ecosystem::of(model_folder) else {
            return Version::Unknown;
        };
        let name = ecosystem.normalise(package);
        let folders = self.folders_above(file_path);
        let requirement = self.requirement(&folders, ecosystem, &name);
        let range = requirement
            .as_ref()
            .and_then(|found| Range::parse(&found.range, ecosystem.bare()));
        for folder in &folders {
            for (file, lock) in &self.folder(folder, ecosystem).locks {
                let query = Query {
                    name: &name,
                    requirement: requirement.as_ref(),
                    range: range.as_ref(),
                    lock_folder: folder,
                    asking_folder: folders.first().unwrap_or(folder),
                };
                if let Some(locked) = query.copy(lock).and_then(|copy| locked(copy, file)) {
                    return locked;
                }
            }
        }
        let (Some(found), Some(range)) = (requirement, range) else {
            return Version::Unknown;
        };
        if let Some(exact) = range.exact() {
            return Version::Locked {
                version: exact.clone(),
                text: found.range,
                file: found.file,
            };
        }
        match range.lowest() {
            Some(lowest) => Version::Range {
                lowest,
                text: found.range,
                file: found.file,
            },
            None => Version::Unknown,
        }
    }

    /// The version of `package` that `parent_package` uses, which may have a copy of its own. Falls back to
    /// [`Self::version`] where the lock file does not tell.
    pub fn version_under(
        &self,
        file_path: &str,
        model_folder: &str,
        parent_package: &str,
        package: &str,
    ) -> Version {
        let Some(ecosystem) = Ecosystem::of(model_folder) else {
            return Version::Unknown;
        };
        let name = ecosystem.normalise(package);
        let parent = ecosystem.normalise(parent_package);
        for folder in self.folders_above(file_path) {
            for (file, lock) in &self.folder(&folder, ecosystem).locks {
                let copy = copy_under(lock, &parent, &name);
                if let Some(locked) = copy.and_then(|copy| locked(copy, file)) {
                    return locked;
                }
            }
        }
        self.version(file_path, model_folder, package)
    }

    /// Whether a manifest in the file's folder or above asks for the package.
    pub fn depends_on(&self, file_path: &str, model_folder: &str, package: &str) -> bool {
        Ecosystem::of(model_folder).is_some_and(|ecosystem| {
            let folders = self.folders_above(file_path);
            self.requirement(&folders, ecosystem, &ecosystem.normalise(package))
                .is_some()
        })
    }

    /// The manifests and lock files that could not be read so far, sorted by path.
    pub fn notifications(&self) -> Vec<Notification> {
        self.state().notifications.iter().cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file's folder and those above it, nearest first.
    fn folders_above(&self, file_path: &str) -> Vec<PathBuf> {
        let path = self.base.join(file_path);
        let folder = path.parent().unwrap_or(&self.base);
        let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
        if !folder.starts_with(&self.outermost) {
            return vec![folder];
        }
        folder
            .ancestors()
            .take_while(|folder| folder.starts_with(&self.outermost))
            .map(Path::to_path_buf)
            .collect()
    }

    fn folder(&self, folder: &Path, ecosystem: Ecosystem) -> Arc<Folder> {
        let key = (folder.to_path_buf(), ecosystem);
        let known = self.state().folders.get(&key).cloned();
        known.unwrap_or_else(|| {
            // Read without the lock: two threads may do it twice, with the same result.
            let mut notifications = Vec::new();
            let read = Arc::new(self.read_folder(folder, ecosystem, &mut notifications));
            let mut state = self.state();
            state.notifications.extend(notifications);
            Arc::clone(state.folders.entry(key).or_insert(read))
        })
    }

    fn read_folder(
        &self,
        folder: &Path,
        ecosystem: Ecosystem,
        notifications: &mut Vec<Notification>,
    ) -> Folder {
        let mut result = Folder::default();
        for (file, format) in ecosystem.files_in(folder) {
            let shown = relative_path(&self.base, &file);
            let outcome = match read_text(&file) {
                Ok(None) => continue,
                Ok(Some(text)) => match format {
                    Format::Manifest(read) => read(&text).map(|mut manifest| {
                        manifest.rename(|name| ecosystem.normalise(name));
                        result.manifests.push((shown.clone(), manifest));
                    }),
                    Format::Lock(read) => read(&text).map(|mut lock| {
                        lock.rename(|name| ecosystem.normalise(name));
                        result.locks.push((shown.clone(), lock));
                    }),
                }
                .map_err(|error| error.to_string()),
                Err(reason) => Err(format!("this file could not be read: {reason}")),
            };
            if let Err(reason) = outcome {
                notifications.push(Notification {
                    path: Some(shown),
                    line: None,
                    message: format!(
                        "{reason}; fix the file, until then the versions it names are unknown"
                    ),
                    level: Level::Warning,
                });
            }
        }
        result
    }

    fn requirement(&self, folders: &[PathBuf], ecosystem: Ecosystem, name: &str) -> Option<Found> {
        let is_wanted = |requirement: &Requirement| requirement.package == name;
        let mut inherited = BTreeSet::new();
        for folder in folders {
            let data = self.folder(folder, ecosystem);
            let mut found: Vec<(&String, &Requirement)> = Vec::new();
            for (file, manifest) in &data.manifests {
                let own = manifest.requirements.iter().filter(|own| is_wanted(own));
                found.extend(own.map(|requirement| (file, requirement)));
                inherited.extend(manifest.inherited.iter().cloned());
                let offered = manifest.offered.iter();
                let taken =
                    offered.filter(|(key, offered)| inherited.contains(key) && is_wanted(offered));
                found.extend(taken.map(|(_, requirement)| (file, requirement)));
            }
            let is_exact = |range: &str| {
                Range::parse(range, ecosystem.bare()).is_some_and(|range| range.exact().is_some())
            };
            let best = found
                .iter()
                .find(|(_, requirement)| is_exact(&requirement.range))
                .or_else(|| {
                    let mut found = found.iter();
                    found.find(|(_, requirement)| !requirement.range.is_empty())
                })
                .or(found.first());
            if let Some((file, requirement)) = best {
                return Some(Found {
                    range: requirement.range.clone(),
                    file: (*file).clone(),
                    folder: folder.clone(),
                });
            }
        }
        None
    }
}

fn locked(copy: &LockedPackage, file: &str) -> Option<Version> {
    Some(Version::Locked {
        version: parse_version(&copy.version)?,
        text: copy.version.clone(),
        file: file.to_owned(),
    })
}

/// A search for the copy of a package in a lock file.
struct Query<'query> {
    name: &'query str,
    requirement: Option<&'query Found>,
    range: Option<&'query Range>,
    lock_folder: &'query Path,
    asking_folder: &'query Path,
}

impl Query<'_> {
    fn copy<'lock>(&self, lock: &'lock Lock) -> Option<&'lock LockedPackage> {
        let copies: Vec<&LockedPackage> = lock
            .packages
            .iter()
            .filter(|copy| copy.package == self.name)
            .collect();
        let fits = |copy: &LockedPackage| match self.range {
            Some(range) => parse_version(&copy.version).is_some_and(|found| range.allows(&found)),
            None => true,
        };
        // A lock file next to the manifest is held to be its own, even when it is out of date.
        let is_own = self
            .requirement
            .is_none_or(|requirement| requirement.folder == self.lock_folder);
        let nearest = copies
            .iter()
            .filter_map(|copy| match &copy.place {
                Place::Folder(folder) => {
                    let folder = self.lock_folder.join(folder);
                    let applies = self.asking_folder.starts_with(&folder);
                    applies.then(|| (folder.components().count(), *copy))
                }
                Place::Somewhere | Place::Under(_) => None,
            })
            .max_by_key(|(depth, _)| *depth)
            .map(|(_, copy)| copy)
            .filter(|copy| is_own || fits(copy));
        let for_range = || {
            let wanted = self
                .requirement
                .map(|requirement| plain_range(&requirement.range))?;
            let mut copies = copies.iter().copied();
            copies.find(|copy| copy.ranges.iter().any(|range| range == wanted))
        };
        let fitting = || highest(copies.iter().copied().filter(|copy| fits(copy)));
        let any = || highest(copies.iter().copied().filter(|_| is_own));
        nearest.or_else(for_range).or_else(fitting).or_else(any)
    }
}

/// A range without the protocol that Yarn writes or leaves away, and without the name of an alias.
fn plain_range(range: &str) -> &str {
    let Some(range) = range.strip_prefix("npm:") else {
        return range;
    };
    match range.rsplit_once('@') {
        Some((name, range)) if !name.is_empty() => range,
        _ => range,
    }
}

/// The highest version, a copy shared by all before one that a single package has to itself.
fn highest<'lock>(
    copies: impl Iterator<Item = &'lock LockedPackage>,
) -> Option<&'lock LockedPackage> {
    copies.max_by_key(|copy| {
        let is_shared = !matches!(copy.place, Place::Under(_));
        (is_shared, parse_version(&copy.version))
    })
}

fn copy_under<'lock>(lock: &'lock Lock, parent: &str, name: &str) -> Option<&'lock LockedPackage> {
    let copies = || lock.packages.iter().filter(|copy| copy.package == name);
    let own = copies().find(|copy| matches!(&copy.place, Place::Under(above) if above == parent));
    own.or_else(|| {
        let mut links = lock.links.iter();
        let link = links.find(|link| link.parent == parent && link.package == name)?;
        copies().find(|copy| {
            link.wanted.is_empty()
                || copy.version == link.wanted
                || copy.ranges.contains(&link.wanted)
        })
    })
}

/// Where packages come from. Manifests belong to an ecosystem and not to a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Ecosystem {
    Npm,
    Python,
    Cargo,
}

#[derive(Clone, Copy)]
enum Format {
    Manifest(fn(&str) -> Result<Manifest, FormatError>),
    Lock(fn(&str) -> Result<Lock, FormatError>),
}

/// Files by name, those that say more first.
type Formats = &'static [(&'static str, Format)];

const NPM_FILES: Formats = &[
    ("package.json", Format::Manifest(npm::manifest)),
    ("npm-shrinkwrap.json", Format::Lock(npm::package_lock)),
    ("package-lock.json", Format::Lock(npm::package_lock)),
    ("pnpm-lock.yaml", Format::Lock(pnpm::lock)),
    ("yarn.lock", Format::Lock(yarn::lock)),
    ("bun.lock", Format::Lock(npm::bun_lock)),
];

const PYTHON_FILES: Formats = &[
    ("pyproject.toml", Format::Manifest(python::pyproject)),
    ("Pipfile", Format::Manifest(python::pipfile)),
    ("setup.cfg", Format::Manifest(python::setup_cfg)),
    ("setup.py", Format::Manifest(python::setup_py)),
    ("uv.lock", Format::Lock(python::package_list)),
    ("poetry.lock", Format::Lock(python::package_list)),
    ("pdm.lock", Format::Lock(python::package_list)),
    ("Pipfile.lock", Format::Lock(python::pipfile_lock)),
];

const CARGO_FILES: Formats = &[
    ("Cargo.toml", Format::Manifest(cargo::manifest)),
    ("Cargo.lock", Format::Lock(cargo::lock)),
];

impl Ecosystem {
    fn of(model_folder: &str) -> Option<Self> {
        Some(match model_folder {
            "javascript" => Self::Npm,
            "python" => Self::Python,
            "rust" => Self::Cargo,
            _ => return None,
        })
    }

    fn bare(self) -> Bare {
        match self {
            Self::Npm | Self::Python => Bare::Exact,
            Self::Cargo => Bare::Compatible,
        }
    }

    fn normalise(self, name: &str) -> String {
        match self {
            Self::Npm => name.to_owned(),
            Self::Python => python::normalise(name),
            Self::Cargo => name.replace('_', "-"),
        }
    }

    fn files_in(self, folder: &Path) -> Vec<(PathBuf, Format)> {
        let formats = match self {
            Self::Npm => NPM_FILES,
            Self::Python => PYTHON_FILES,
            Self::Cargo => CARGO_FILES,
        };
        let mut files: Vec<(PathBuf, Format)> = formats
            .iter()
            .map(|(name, format)| (folder.join(name), *format))
            .collect();
        if self == Self::Python {
            let in_folder = requirements_files(folder, |name| name.starts_with("requirements"));
            let below = requirements_files(&folder.join("requirements"), |_| true);
            let format = Format::Manifest(python::requirements);
            files.extend(
                in_folder
                    .into_iter()
                    .chain(below)
                    .map(|file| (file, format)),
            );
        }
        files
    }
}

fn requirements_files(folder: &Path, is_wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.ends_with(".txt") && is_wanted(&name)
        })
        .map(|entry| entry.path())
        .collect();
    // The plain `requirements.txt` before those of developers.
    files.sort_by_key(|file| (file.as_os_str().len(), file.clone()));
    files
}

/// The text of a file, `None` when there is no regular file of that name. Links are not followed.
fn read_text(path: &Path) -> io::Result<Option<String>> {
    let is_file = path.symlink_metadata().is_ok_and(|data| data.is_file());
    if !is_file {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let message = format!("it is larger than {MAX_FILE_BYTES} bytes");
        return Err(io::Error::other(message));
    }
    let text = String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8"))?;
    Ok(Some(match text.strip_prefix('\u{feff}') {
        Some(text) => text.to_owned(),
        None => text,
    }))
}

/// `path` relative to `base`, with forward slashes, going up where it must.
fn relative_path(base: &Path, path: &Path) -> String {
    for (up, ancestor) in base.ancestors().enumerate() {
        if let Ok(below) = path.strip_prefix(ancestor) {
            let names = below.iter().map(|name| name.to_string_lossy().into_owned());
            let parts: Vec<String> = std::iter::repeat_n("..".to_owned(), up)
                .chain(names)
                .collect();
            return parts.join("/");
        }
    }
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests;
