//! Decides at each folder and file whether the walker goes on, and notes what the walker would hide.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ignore::DirEntry;

use super::git::is_version_control;
use super::ignored::{GIT_IGNORE_FILE, IgnoreFiles, OWN_IGNORE_FILE, is_safe_ignore_file};
use super::left_out::{Exclude, is_dependency_folder};
use super::paths::slashed;
use super::{WalkOptions, lock};

/// Decides at each folder and file whether the walker goes on.
pub(super) struct Entrance {
    pub(super) base: PathBuf,
    prefix: String,
    exclude: Exclude,
    include_dependencies: bool,
    ignore_files: IgnoreFiles,
    pub(super) noted: Mutex<Noted>,
}

#[derive(Default)]
pub(super) struct Noted {
    pub(super) folders_left_out: u64,
    /// `.env*` files, ignored or not.
    pub(super) environment_files: BTreeSet<PathBuf>,
    /// Folders whose ignore files must not be opened.
    pub(super) unsafe_folders: Vec<PathBuf>,
}

impl Entrance {
    pub(super) fn new(options: &WalkOptions, base: PathBuf, prefix: String) -> Self {
        Self {
            ignore_files: IgnoreFiles::new(&base),
            base,
            prefix,
            exclude: options.exclude.clone(),
            include_dependencies: options.include_dependencies,
            noted: Mutex::default(),
        }
    }

    pub(super) fn shown(&self, disk_path: &Path) -> String {
        let relative = slashed(disk_path.strip_prefix(&self.base).unwrap_or(disk_path));
        match (self.prefix.as_str(), relative.as_str()) {
            ("", _) => relative,
            (prefix, "") => prefix.to_owned(),
            (prefix, _) => format!("{}/{relative}", prefix.trim_end_matches('/')),
        }
    }

    pub(super) fn admits(&self, entry: &DirEntry) -> bool {
        if entry.depth() == 0 {
            return true;
        }
        let path = entry.path();
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        if is_version_control(entry.file_name()) {
            return false;
        }
        if is_folder && self.leaves_out_folder(path) {
            lock(&self.noted).folders_left_out += 1;
            return false;
        }
        if self.ignore_files.ignored_by_parents(path, is_folder) {
            return false;
        }
        if is_folder && !self.note_folder(path) {
            lock(&self.noted).unsafe_folders.push(path.to_path_buf());
            return false;
        }
        true
    }

    fn leaves_out_folder(&self, path: &Path) -> bool {
        self.exclude.matches(path) || (!self.include_dependencies && is_dependency_folder(path))
    }

    /// Lists a folder once for what the walker would hide, and says whether its ignore files may be opened.
    pub(super) fn note_folder(&self, folder: &Path) -> bool {
        let Ok(entries) = fs::read_dir(folder) else {
            return true;
        };
        let mut safe = true;
        for entry in entries.flatten() {
            let name = entry.file_name();
            if name == GIT_IGNORE_FILE || name == OWN_IGNORE_FILE {
                safe &= is_safe_ignore_file(&entry.path());
            } else if name.as_encoded_bytes().starts_with(b".env")
                && entry.file_type().is_ok_and(|kind| kind.is_file())
            {
                lock(&self.noted).environment_files.insert(entry.path());
            }
        }
        safe
    }

    /// Whether a file that git ignores is also kept out by jotlint's own rules.
    pub(super) fn keeps_out(&self, file: &Path) -> bool {
        let mut current = file;
        while current != self.base {
            let is_folder = current != file;
            if is_version_control(current.file_name().unwrap_or_default())
                || (is_folder && self.leaves_out_folder(current))
            {
                return true;
            }
            if self.ignore_files.own_verdict(current, is_folder) == Some(true) {
                return true;
            }
            let Some(parent) = current.parent() else {
                return true;
            };
            current = parent;
        }
        false
    }
}
