//! Which files to read. Each idea has a module of its own: ignore files, what is left out, what git tracks, what kind
//! a file is by its name, and the byte prefilter; here is what goes in and what comes out.
//!
//! A file in the tree must not be able to silence the linter, and a laptop must see what CI sees. So only
//! `.gitignore` and `.jotlintignore` count, no further up than the repository root; files that git tracks although
//! they are ignored are read; and whatever is left out because of its content is named in a notification.

mod entrance;
mod folder;
mod git;
mod ignored;
mod kinds;
mod left_out;
mod paths;
mod prefilter;
mod reader;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use folder::walk_folder;
use paths::shown_root;
use reader::Reader;

use crate::finding::Notification;
use crate::source::{FileId, SourceFile};
use crate::syntax::Language;

pub use git::repository_root;
pub use ignored::{OWN_IGNORE_FILE, is_ignored_by_git};
pub use kinds::FileKind;
pub use left_out::Exclude;
pub use paths::base_folder;
pub use prefilter::Needles;

/// The default of [`WalkOptions::max_file_bytes`].
pub const DEFAULT_MAX_FILE_BYTES: u64 = 1_000_000;

/// Content of files without a needle that is kept, in bytes.
const MOST_CONTENT_BYTES: usize = 64 * 1024 * 1024;

/// What to walk, and how.
#[derive(Clone, Debug)]
pub struct WalkOptions {
    /// Folders and files to read. A file named here is read although it is ignored, left out or excluded.
    pub roots: Vec<PathBuf>,
    /// Larger files are not read but reported, in bytes.
    pub max_file_bytes: u64,
    /// Number of threads; 0 for as many as the machine has.
    pub threads: usize,
    /// Whether code files without a needle are dropped.
    pub prefilter: bool,
    /// Whether dependencies, minified, bundled and generated files are read too.
    pub include_dependencies: bool,
    /// Files and folders to skip.
    pub exclude: Exclude,
    /// What the prefilter searches for.
    pub needles: Needles,
}

impl Default for WalkOptions {
    fn default() -> Self {
        Self {
            roots: vec![PathBuf::from(".")],
            max_file_bytes: DEFAULT_MAX_FILE_BYTES,
            threads: 0,
            prefilter: true,
            include_dependencies: false,
            exclude: Exclude::default(),
            needles: Needles::default(),
        }
    }
}

/// Whether a file is in the repository, or would be with the next commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// Not ignored, or tracked by git although it is.
    Yes,
    /// Ignored and not tracked.
    No,
    /// Ignored, but git could not be asked whether it tracks the file; or the file was named on the command line.
    Unknown,
}

/// A file that was read and kept.
#[derive(Debug)]
pub struct WalkedFile {
    /// Path and content.
    pub source: SourceFile,
    /// What it is read for.
    pub kind: FileKind,
    /// Whether the file itself was named on the command line. Such a file is kept even without a needle.
    pub named: bool,
    /// Whether it is in the repository.
    pub committed: Committed,
    /// Whether a needle is in it. Always false for settings, which are not searched.
    pub hit: bool,
}

/// A code file without a needle: read when a file that has one asks for it.
#[derive(Debug)]
pub struct OtherFile {
    /// Its number.
    pub id: FileId,
    /// Path relative to the linted root, with forward slashes.
    pub path: String,
    /// Where it is.
    pub disk_path: PathBuf,
    /// Its language.
    pub language: Language,
    /// Its content, as long as there was room: it is searched several times.
    pub content: Option<Vec<u8>>,
}

/// How much was walked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files met that no ignore file hides, whatever their kind.
    pub files_seen: u64,
    /// Files whose content was read.
    pub files_read: u64,
    /// Content read, in bytes.
    pub bytes_read: u64,
    /// Code files dropped because they hold no needle.
    pub files_without_needle: u64,
    /// Files left out as excluded, bundled, minified or generated.
    pub files_left_out: u64,
    /// Folders left out as excluded or as dependencies. What is in them is not counted as seen.
    pub folders_left_out: u64,
    /// Files over the size cap.
    pub files_over_cap: u64,
}

impl Counts {
    fn add(&mut self, more: Self) {
        let Self {
            files_seen,
            files_read,
            bytes_read,
            files_without_needle,
            files_left_out,
            folders_left_out,
            files_over_cap,
        } = more;
        self.files_seen += files_seen;
        self.files_read += files_read;
        self.bytes_read += bytes_read;
        self.files_without_needle += files_without_needle;
        self.files_left_out += files_left_out;
        self.folders_left_out += folders_left_out;
        self.files_over_cap += files_over_cap;
    }
}

/// Everything the walk found.
#[derive(Debug, Default)]
pub struct Walk {
    /// Kept files, sorted by path.
    pub files: Vec<WalkedFile>,
    /// Code files that hold no needle, sorted by path; those of dependencies left out.
    pub others: Vec<OtherFile>,
    /// Manifests of packages (`package.json`, `Cargo.toml`) with where they are, by path.
    pub manifests: BTreeMap<String, PathBuf>,
    /// How much was walked.
    pub counts: Counts,
    /// What was not read, sorted by path.
    pub notifications: Vec<Notification>,
    /// Files of no kind that may hold a key, by path as it is shown; they were not read.
    pub of_no_kind: BTreeMap<String, PathBuf>,
}

/// Why there was nothing to walk.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// A path on the command line does not exist.
    #[error("{}: no such file or folder; check the path", .0.display())]
    Missing(PathBuf),
    /// A path on the command line cannot be reached.
    #[error("{}: cannot be read ({reason}); check its permissions", path.display())]
    Unreadable {
        /// The path as it was given.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
}

/// Walks the roots and reads the files that matter. The result does not depend on the number of threads.
///
/// Paths are relative to the root when there is one folder, otherwise relative to the current folder.
///
/// # Errors
/// When a root does not exist or cannot be reached. Anything below a root that cannot be read is a notification.
pub fn walk(options: &WalkOptions) -> Result<Walk, WalkError> {
    let found = Mutex::new(Found::default());
    let single = options.roots.len() == 1;
    for root in &options.roots {
        let unreadable = |reason: io::Error| match reason.kind() {
            io::ErrorKind::NotFound => WalkError::Missing(root.clone()),
            _ => WalkError::Unreadable {
                path: root.clone(),
                reason,
            },
        };
        let disk_path = fs::canonicalize(root).map_err(unreadable)?;
        let shown = shown_root(root);
        if fs::metadata(&disk_path).map_err(unreadable)?.is_dir() {
            let prefix = if single { String::new() } else { shown };
            walk_folder(options, disk_path, prefix, &found);
        } else {
            let mut reader = Reader::new(options, &found);
            reader.named_file(&disk_path, shown);
        }
    }
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut files: Vec<WalkedFile> = found.files.into_values().collect();
    files.sort_by(|left, right| {
        (&left.source.path, &left.source.disk_path)
            .cmp(&(&right.source.path, &right.source.disk_path))
    });
    let mut others: Vec<OtherFile> = found.others;
    others
        .sort_by(|left, right| (&left.path, &left.disk_path).cmp(&(&right.path, &right.disk_path)));
    others.dedup_by(|left, right| left.disk_path == right.disk_path);
    number(&mut files, &mut others);
    let mut notifications = found.notifications;
    notifications.sort();
    notifications.dedup();
    Ok(Walk {
        files,
        others,
        manifests: found.manifests,
        counts: found.counts,
        notifications,
        of_no_kind: found.of_no_kind,
    })
}

/// Numbers all files in the order of their paths.
fn number(files: &mut [WalkedFile], others: &mut [OtherFile]) {
    let mut kept: Vec<(&str, &mut FileId)> = Vec::new();
    for file in files {
        kept.push((&file.source.path, &mut file.source.id));
    }
    for file in others {
        kept.push((&file.path, &mut file.id));
    }
    kept.sort_by(|left, right| left.0.cmp(right.0));
    for (number, (_, id)) in kept.into_iter().enumerate() {
        *id = FileId(u32::try_from(number).unwrap_or(u32::MAX));
    }
}

#[derive(Default)]
struct Found {
    /// By disk path, since roots may overlap.
    files: BTreeMap<PathBuf, WalkedFile>,
    others: Vec<OtherFile>,
    /// Bytes that the others keep.
    content_bytes: usize,
    manifests: BTreeMap<String, PathBuf>,
    counts: Counts,
    notifications: Vec<Notification>,
    of_no_kind: BTreeMap<String, PathBuf>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
