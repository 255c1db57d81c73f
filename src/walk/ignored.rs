//! Which ignore files count, and what they say: jotlint's own and git's, no further up than the repository root.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::Match;
use ignore::gitignore::{Gitignore, Glob};

use super::git::repository_root;
use super::lock;

/// jotlint's own ignore file, with the syntax of `.gitignore`. It outranks `.gitignore`.
pub const OWN_IGNORE_FILE: &str = ".jotlintignore";

pub(super) const GIT_IGNORE_FILE: &str = ".gitignore";
pub(super) const MAX_IGNORE_FILE_BYTES: u64 = 1_000_000;

/// The ignore files that count for the folder of one walk.
pub(super) struct IgnoreFiles {
    base: PathBuf,
    /// Above the base, nearest first: jotlint's own and git's.
    parents: Vec<(Gitignore, Gitignore)>,
    /// By the path of the ignore file: those below the base are asked again for every file near them.
    inside: Mutex<HashMap<PathBuf, Arc<Gitignore>>>,
}

impl IgnoreFiles {
    pub(super) fn new(base: &Path) -> Self {
        Self {
            base: base.to_path_buf(),
            parents: parent_ignore_files(base),
            inside: Mutex::default(),
        }
    }

    /// Whether an ignore file above the base hides an entry, and none between the base and it admits it again.
    pub(super) fn ignored_by_parents(&self, path: &Path, is_folder: bool) -> bool {
        if let Some(ignored) = self.own_verdict_above(path, is_folder) {
            return ignored && self.verdict_inside(OWN_IGNORE_FILE, path, is_folder) != Some(false);
        }
        let git = self
            .parents
            .iter()
            .find_map(|(_, git)| verdict(git.matched(path, is_folder)));
        git == Some(true)
            && self.verdict_inside(OWN_IGNORE_FILE, path, is_folder) != Some(false)
            && self.verdict_inside(GIT_IGNORE_FILE, path, is_folder) != Some(false)
    }

    /// What jotlint's own ignore files say, those above the base included: ignored, admitted again, or nothing.
    pub(super) fn own_verdict(&self, path: &Path, is_folder: bool) -> Option<bool> {
        self.verdict_inside(OWN_IGNORE_FILE, path, is_folder)
            .or_else(|| self.own_verdict_above(path, is_folder))
    }

    fn own_verdict_above(&self, path: &Path, is_folder: bool) -> Option<bool> {
        self.parents
            .iter()
            .find_map(|(own, _)| verdict(own.matched(path, is_folder)))
    }

    /// What the ignore files called `name` between the base and `path` say: ignored, admitted again, or nothing.
    fn verdict_inside(&self, name: &str, path: &Path, is_folder: bool) -> Option<bool> {
        let mut folder = path.parent();
        while let Some(current) = folder.filter(|current| current.starts_with(&self.base)) {
            let said = verdict(self.inside(current.join(name)).matched(path, is_folder));
            if said.is_some() {
                return said;
            }
            folder = current.parent();
        }
        None
    }

    fn inside(&self, ignore_file: PathBuf) -> Arc<Gitignore> {
        if let Some(matcher) = lock(&self.inside).get(&ignore_file) {
            return Arc::clone(matcher);
        }
        let matcher = Arc::new(read_ignore_file(&ignore_file));
        lock(&self.inside).insert(ignore_file, Arc::clone(&matcher));
        matcher
    }
}

/// Whether git would ignore a file, which need not be there: the ignore files from its folder up to the root of the
/// repository, or up to `base` where there is no repository.
pub fn is_ignored_by_git(base: &Path, path: &Path) -> bool {
    let Ok(base) = std::fs::canonicalize(base) else {
        return false;
    };
    let path = base.join(path);
    let outermost = repository_root(&base).unwrap_or(base);
    let above = path.ancestors().skip(1);
    let inside = above.take_while(|folder| folder.starts_with(&outermost));
    inside
        .map(|folder| read_ignore_file(&folder.join(GIT_IGNORE_FILE)))
        .filter(|matcher| path.starts_with(matcher.path()))
        .find_map(|matcher| verdict(matcher.matched_path_or_any_parents(&path, false)))
        .unwrap_or(false)
}

/// Ignored, admitted again, or nothing.
fn verdict(matched: Match<&Glob>) -> Option<bool> {
    match matched {
        Match::None => None,
        Match::Ignore(_) => Some(true),
        Match::Whitelist(_) => Some(false),
    }
}

pub(super) fn is_safe_ignore_file(path: &Path) -> bool {
    // A link such as `.gitignore -> /dev/zero` would be read until memory runs out.
    path.symlink_metadata()
        .is_ok_and(|data| data.is_file() && data.len() <= MAX_IGNORE_FILE_BYTES)
}

fn read_ignore_file(path: &Path) -> Gitignore {
    if is_safe_ignore_file(path) {
        Gitignore::new(path).0
    } else {
        Gitignore::empty()
    }
}

/// The ignore files between a folder and its repository's root, nearest first. None when the folder itself is
/// ignored by them, since it was named on the command line.
fn parent_ignore_files(base: &Path) -> Vec<(Gitignore, Gitignore)> {
    let Some(repository) = repository_root(base) else {
        return Vec::new();
    };
    let parents: Vec<_> = base
        .ancestors()
        .skip(1)
        .take_while(|folder| folder.starts_with(&repository))
        .map(|folder| {
            (
                read_ignore_file(&folder.join(OWN_IGNORE_FILE)),
                read_ignore_file(&folder.join(GIT_IGNORE_FILE)),
            )
        })
        .collect();
    let names_base =
        |matcher: &Gitignore| matcher.matched_path_or_any_parents(base, true).is_ignore();
    if parents
        .iter()
        .any(|(own, git)| names_base(own) || names_base(git))
    {
        return Vec::new();
    }
    parents
}
