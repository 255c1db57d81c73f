//! Which files to read: ignore files, left-out dependencies, the size cap, what kind a file is by its name, and the
//! byte prefilter.
//!
//! A file in the tree must not be able to silence the linter, and a laptop must see what CI sees. So only
//! `.gitignore` and `.jotlintignore` count, no further up than the repository root; files that git tracks although
//! they are ignored are read; and whatever is left out because of its content is named in a notification.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aho_corasick::{AhoCorasick, packed};
use globset::GlobSet;
use ignore::gitignore::Gitignore;
use ignore::{DirEntry, Match, WalkBuilder, WalkState};

use crate::finding::{Level, Notification};
use crate::source::SourceFile;
use crate::syntax::Language;

/// jotlint's own ignore file, with the syntax of `.gitignore`. It outranks `.gitignore`.
pub const OWN_IGNORE_FILE: &str = ".jotlintignore";

/// The default of [`WalkOptions::max_file_bytes`].
pub const DEFAULT_MAX_FILE_BYTES: u64 = 1_000_000;

const GIT_IGNORE_FILE: &str = ".gitignore";
const MAX_IGNORE_FILE_BYTES: u64 = 1_000_000;
const BINARY_CHECK_BYTES: usize = 8 * 1024;
const GENERATED_CHECK_BYTES: usize = 500;
const MINIFIED_LINE_BYTES: usize = 500;

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

/// Globs of paths to skip, each set relative to a folder of its own.
#[derive(Clone, Debug, Default)]
pub struct Exclude {
    sets: Vec<(PathBuf, GlobSet)>,
}

impl Exclude {
    /// Adds globs that are matched on paths relative to `folder`. A folder that does not exist matches nothing.
    pub fn add(&mut self, folder: &Path, globs: GlobSet) {
        if let Ok(folder) = fs::canonicalize(folder) {
            self.sets.push((folder, globs));
        }
    }

    /// Whether a path on disk, absolute and without links, is to be skipped.
    fn matches(&self, disk_path: &Path) -> bool {
        self.sets.iter().any(|(folder, globs)| {
            disk_path
                .strip_prefix(folder)
                .is_ok_and(|relative| globs.is_match(relative))
        })
    }
}

/// The strings of which one must be in a code file, in any letter case, for the file to matter.
#[derive(Clone, Debug, Default)]
pub struct Needles {
    by_model_folder: HashMap<String, Matcher>,
}

#[derive(Clone, Debug)]
enum Matcher {
    Packed(Arc<packed::Searcher>),
    Automaton(AhoCorasick),
    /// No searcher could be built: reading too much is slow, reading too little is wrong.
    Everything,
}

impl Needles {
    /// Builds the searchers from pairs of a model folder (see [`Language::model_folder`]) and a needle. A language
    /// without needles is never hit.
    pub fn new<'needle>(needles: impl Iterator<Item = (&'needle str, &'needle str)>) -> Self {
        let mut lists: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for (model_folder, needle) in needles {
            if !needle.is_empty() {
                let list = lists.entry(model_folder).or_default();
                list.insert(needle.to_ascii_lowercase());
            }
        }
        let by_model_folder = lists
            .into_iter()
            .map(|(model_folder, list)| {
                let matcher = match packed::Searcher::new(&list) {
                    Some(searcher) => Matcher::Packed(Arc::new(searcher)),
                    None => AhoCorasick::new(&list).map_or(Matcher::Everything, Matcher::Automaton),
                };
                (model_folder.to_owned(), matcher)
            })
            .collect();
        Self { by_model_folder }
    }

    /// Whether lower-cased file content holds a needle of the language.
    fn hit(&self, language: Language, lowered: &[u8]) -> bool {
        match self.by_model_folder.get(language.model_folder()) {
            Some(Matcher::Packed(searcher)) => searcher.find(lowered).is_some(),
            Some(Matcher::Automaton(automaton)) => automaton.is_match(lowered),
            Some(Matcher::Everything) => true,
            None => false,
        }
    }
}

/// What a file is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Source code.
    Code(Language),
    /// Settings that feed code: `.env`, compose files, manifests of workloads, framework settings.
    Settings,
}

impl FileKind {
    /// The kind of a file by its relative path (forward slashes), `None` when jotlint does not read it.
    pub fn of_path(path: &str) -> Option<Self> {
        if is_settings_path(path) {
            return Some(Self::Settings);
        }
        Language::of_path(path).map(Self::Code)
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

/// Everything the walk found.
#[derive(Debug, Default)]
pub struct Walk {
    /// Kept files, sorted by path.
    pub files: Vec<WalkedFile>,
    /// How much was walked.
    pub counts: Counts,
    /// What was not read, sorted by path.
    pub notifications: Vec<Notification>,
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

/// The folder at or above `path` that holds `.git`, as an absolute path without links.
pub fn repository_root(path: &Path) -> Option<PathBuf> {
    let path = fs::canonicalize(path).ok()?;
    path.ancestors()
        .find(|folder| folder.join(".git").symlink_metadata().is_ok())
        .map(Path::to_path_buf)
}

/// The folder that the paths of [`Walk`] are relative to: the root when there is one folder, otherwise the current one.
pub fn base_folder(roots: &[PathBuf]) -> PathBuf {
    match roots {
        [root] if root.is_dir() => root.clone(),
        _ => PathBuf::from("."),
    }
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
            reader.named_file(disk_path, shown);
        }
    }
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut files: Vec<WalkedFile> = found.files.into_values().collect();
    files.sort_by(|left, right| {
        (&left.source.path, &left.source.disk_path)
            .cmp(&(&right.source.path, &right.source.disk_path))
    });
    let mut notifications = found.notifications;
    notifications.sort();
    notifications.dedup();
    Ok(Walk {
        files,
        counts: found.counts,
        notifications,
    })
}

#[derive(Default)]
struct Found {
    /// By disk path, since roots may overlap.
    files: BTreeMap<PathBuf, WalkedFile>,
    counts: Counts,
    notifications: Vec<Notification>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A root as it is shown in front of the paths below it: forward slashes, relative to the current folder when below.
fn shown_root(root: &Path) -> String {
    let relative = std::env::current_dir()
        .ok()
        .and_then(|current| root.strip_prefix(current).ok())
        .unwrap_or(root);
    slashed(relative)
}

/// A path with forward slashes and without `.`; bytes that are not UTF-8 are replaced.
fn slashed(path: &Path) -> String {
    let mut text = String::new();
    for component in path.components() {
        if matches!(component, Component::CurDir | Component::RootDir) {
            if component == Component::RootDir {
                text.push('/');
            }
            continue;
        }
        if !text.is_empty() && !text.ends_with('/') {
            text.push('/');
        }
        text.push_str(&component.as_os_str().to_string_lossy());
    }
    text
}

/// Decides at each folder and file whether the walker goes on.
struct Entrance {
    base: PathBuf,
    prefix: String,
    exclude: Exclude,
    include_dependencies: bool,
    /// Ignore files above the base, nearest first: jotlint's own and git's.
    parents: Vec<(Gitignore, Gitignore)>,
    noted: Mutex<Noted>,
}

#[derive(Default)]
struct Noted {
    folders_left_out: u64,
    /// `.env*` files, ignored or not.
    environment_files: BTreeSet<PathBuf>,
    /// Folders whose ignore files must not be opened.
    unsafe_folders: Vec<PathBuf>,
}

impl Entrance {
    fn new(options: &WalkOptions, base: PathBuf, prefix: String) -> Self {
        Self {
            parents: parent_ignore_files(&base),
            base,
            prefix,
            exclude: options.exclude.clone(),
            include_dependencies: options.include_dependencies,
            noted: Mutex::default(),
        }
    }

    fn shown(&self, disk_path: &Path) -> String {
        let relative = slashed(disk_path.strip_prefix(&self.base).unwrap_or(disk_path));
        match (self.prefix.as_str(), relative.as_str()) {
            ("", _) => relative,
            (prefix, "") => prefix.to_owned(),
            (prefix, _) => format!("{}/{relative}", prefix.trim_end_matches('/')),
        }
    }

    fn admits(&self, entry: &DirEntry) -> bool {
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
        if self.ignored_by_parents(path, is_folder) {
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
    fn note_folder(&self, folder: &Path) -> bool {
        let Ok(entries) = fs::read_dir(folder) else {
            return true;
        };
        let mut safe = true;
        for entry in entries.flatten() {
            let name = entry.file_name();
            if name == GIT_IGNORE_FILE || name == OWN_IGNORE_FILE {
                safe &= is_safe_ignore_file(&entry.path());
            } else if name.to_string_lossy().starts_with(".env")
                && entry.file_type().is_ok_and(|kind| kind.is_file())
            {
                lock(&self.noted).environment_files.insert(entry.path());
            }
        }
        safe
    }

    fn ignored_by_parents(&self, path: &Path, is_folder: bool) -> bool {
        let verdict = |matched: Match<&ignore::gitignore::Glob>| match matched {
            Match::None => None,
            Match::Ignore(_) => Some(true),
            Match::Whitelist(_) => Some(false),
        };
        let own = self
            .parents
            .iter()
            .find_map(|(own, _)| verdict(own.matched(path, is_folder)));
        if let Some(ignored) = own {
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

    /// What the ignore files called `name` between the base and `path` say: ignored, admitted again, or nothing.
    fn verdict_inside(&self, name: &str, path: &Path, is_folder: bool) -> Option<bool> {
        let mut folder = path.parent();
        while let Some(current) = folder.filter(|current| current.starts_with(&self.base)) {
            match read_ignore_file(&current.join(name)).matched(path, is_folder) {
                Match::None => folder = current.parent(),
                Match::Ignore(_) => return Some(true),
                Match::Whitelist(_) => return Some(false),
            }
        }
        None
    }

    /// Whether a file that git ignores is also kept out by jotlint's own rules.
    fn keeps_out(&self, file: &Path) -> bool {
        let mut current = file;
        while current != self.base {
            let is_folder = current != file;
            if is_version_control(current.file_name().unwrap_or_default())
                || (is_folder && self.leaves_out_folder(current))
            {
                return true;
            }
            let verdict = self
                .verdict_inside(OWN_IGNORE_FILE, current, is_folder)
                .or_else(|| {
                    self.parents
                        .iter()
                        .find_map(|(own, _)| match own.matched(current, is_folder) {
                            Match::None => None,
                            matched => Some(matched.is_ignore()),
                        })
                });
            if verdict == Some(true) {
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

fn walk_folder(options: &WalkOptions, base: PathBuf, prefix: String, found: &Mutex<Found>) {
    let entrance = Arc::new(Entrance::new(options, base, prefix));
    let tracked = tracked_although_ignored(&entrance.base);
    let tracked_files: BTreeSet<PathBuf> = tracked.iter().flatten().cloned().collect();
    let seen = Seen {
        watched: &tracked_files,
        files: Mutex::default(),
    };
    if entrance.note_folder(&entrance.base) {
        walk_below(options, &entrance, &entrance.base, true, &seen, found);
    } else {
        let base = entrance.base.clone();
        lock(&entrance.noted).unsafe_folders.push(base);
    }
    loop {
        let unsafe_folder = lock(&entrance.noted).unsafe_folders.pop();
        let Some(folder) = unsafe_folder else { break };
        lock(found).notifications.push(Notification {
            path: Some(entrance.shown(&folder)),
            line: None,
            message: format!(
                "an ignore file in this folder is not a regular file of at most {MAX_IGNORE_FILE_BYTES} bytes, so \
                 everything below the folder is read; make {GIT_IGNORE_FILE} and {OWN_IGNORE_FILE} plain files"
            ),
            level: Level::Warning,
        });
        walk_below(options, &entrance, &folder, false, &seen, found);
    }

    let seen = std::mem::take(&mut *lock(&seen.files));
    let mut reader = Reader::new(options, found);
    for file in &tracked_files {
        let is_file = file.symlink_metadata().is_ok_and(|data| data.is_file());
        // Equal when no folder on the way is a link, which could lead out of the tree.
        let is_inside = fs::canonicalize(file).is_ok_and(|canonical| canonical == *file);
        if is_file && is_inside && !seen.contains(file) && !entrance.keeps_out(file) {
            reader.found_file(file, entrance.shown(file), Committed::Yes);
        }
    }
    let untracked = match tracked {
        Some(_) => Committed::No,
        None => Committed::Unknown,
    };
    let noted = std::mem::take(&mut *lock(&entrance.noted));
    for file in noted.environment_files {
        if !seen.contains(&file) && !tracked_files.contains(&file) && !entrance.keeps_out(&file) {
            reader.found_file(&file, entrance.shown(&file), untracked);
        }
    }
    lock(found).counts.folders_left_out += noted.folders_left_out;
}

/// Files that no ignore file hides, of those that may also be found another way: `.env*` and tracked ones.
struct Seen<'walk> {
    watched: &'walk BTreeSet<PathBuf>,
    files: Mutex<BTreeSet<PathBuf>>,
}

impl Seen<'_> {
    fn note(&self, path: &Path) {
        let is_environment = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b".env"));
        if is_environment || self.watched.contains(path) {
            lock(&self.files).insert(path.to_path_buf());
        }
    }
}

/// Walks one folder in parallel.
fn walk_below(
    options: &WalkOptions,
    entrance: &Arc<Entrance>,
    folder: &Path,
    ignore_files: bool,
    seen: &Seen<'_>,
    found: &Mutex<Found>,
) {
    let mut builder = WalkBuilder::new(folder);
    builder
        .hidden(false)
        .parents(false)
        .ignore(false)
        .git_global(false)
        .git_exclude(false)
        .git_ignore(ignore_files)
        .require_git(false)
        .follow_links(false)
        .threads(options.threads);
    if ignore_files {
        builder.add_custom_ignore_filename(OWN_IGNORE_FILE);
    }
    let filter = Arc::clone(entrance);
    builder.filter_entry(move |entry| filter.admits(entry));
    builder.build_parallel().run(|| {
        let mut reader = Reader::new(options, found);
        Box::new(move |entry| {
            match entry {
                Ok(entry) => {
                    if entry.file_type().is_some_and(|kind| kind.is_file()) {
                        seen.note(entry.path());
                        let shown = entrance.shown(entry.path());
                        reader.found_file(entry.path(), shown, Committed::Yes);
                    }
                    if let Some(error) = entry.error() {
                        reader.walk_problem(entrance, error, Level::Note);
                    }
                }
                Err(error) => reader.walk_problem(entrance, &error, Level::Warning),
            }
            WalkState::Continue
        })
    });
}

/// Reads files on one thread, with buffers that are used again.
struct Reader<'walk> {
    options: &'walk WalkOptions,
    found: &'walk Mutex<Found>,
    content: Vec<u8>,
    lowered: Vec<u8>,
}

impl<'walk> Reader<'walk> {
    fn new(options: &'walk WalkOptions, found: &'walk Mutex<Found>) -> Self {
        Self {
            options,
            found,
            content: Vec::new(),
            lowered: Vec::new(),
        }
    }

    fn notify(&self, path: &str, level: Level, message: String) {
        lock(self.found).notifications.push(Notification {
            path: Some(path.to_owned()),
            line: None,
            message,
            level,
        });
    }

    fn walk_problem(&self, entrance: &Entrance, error: &ignore::Error, level: Level) {
        let path = path_of(error).unwrap_or(&entrance.base);
        let reason = innermost(error);
        let message = format!("could not be read: {reason}; check the entry and its permissions");
        self.notify(&entrance.shown(path), level, message);
    }

    fn named_file(&mut self, disk_path: PathBuf, shown: String) {
        lock(self.found).counts.files_seen += 1;
        let Some(kind) =
            FileKind::of_path(&shown).or_else(|| FileKind::of_path(&slashed(&disk_path)))
        else {
            let message = "is not a kind of file that jotlint reads".to_owned();
            return self.notify(&shown, Level::Note, message);
        };
        self.read(disk_path, shown, kind, true, Committed::Unknown);
    }

    fn found_file(&mut self, disk_path: &Path, shown: String, committed: Committed) {
        let kind = {
            let mut found = lock(self.found);
            found.counts.files_seen += 1;
            let Some(kind) = FileKind::of_path(&shown) else {
                return;
            };
            if self.options.exclude.matches(disk_path)
                || (!self.options.include_dependencies && is_bundle_name(&shown))
            {
                found.counts.files_left_out += 1;
                return;
            }
            kind
        };
        self.read(disk_path.to_path_buf(), shown, kind, false, committed);
    }

    fn read(
        &mut self,
        disk_path: PathBuf,
        shown: String,
        kind: FileKind,
        named: bool,
        committed: Committed,
    ) {
        match self.fill(&disk_path) {
            Ok(Fill::Complete) => {}
            Ok(Fill::NotAFile) => {
                let message = "is not a regular file, so it was not read".to_owned();
                return self.notify(&shown, Level::Warning, message);
            }
            Ok(Fill::OverCap) => {
                lock(self.found).counts.files_over_cap += 1;
                let message = format!(
                    "is larger than {} bytes, so it was not read; raise the cap or exclude the file",
                    self.options.max_file_bytes
                );
                return self.notify(&shown, Level::Warning, message);
            }
            Err(reason) => {
                let message = format!("could not be read: {reason}; check its permissions");
                return self.notify(&shown, Level::Warning, message);
            }
        }
        {
            let counts = &mut lock(self.found).counts;
            counts.files_read += 1;
            counts.bytes_read += self.content.len() as u64;
        }
        let hit = match kind {
            FileKind::Code(language) => {
                self.lowered.clear();
                self.lowered.extend_from_slice(&self.content);
                self.lowered.make_ascii_lowercase();
                self.options.needles.hit(language, &self.lowered)
            }
            FileKind::Settings => false,
        };
        if self.drops(&shown, kind, named, hit) {
            return;
        }
        let file = WalkedFile {
            source: SourceFile::new(shown, disk_path.clone(), self.content.clone()),
            kind,
            named,
            committed,
            hit,
        };
        let files = &mut lock(self.found).files;
        let named_before = files.get(&disk_path).is_some_and(|before| before.named);
        if !named_before {
            files.insert(disk_path, file);
        }
    }

    /// Reads a file into the buffer, up to the cap.
    fn fill(&mut self, disk_path: &Path) -> io::Result<Fill> {
        if !fs::metadata(disk_path)?.is_file() {
            return Ok(Fill::NotAFile);
        }
        let file = File::open(disk_path)?;
        if file.metadata()?.len() > self.options.max_file_bytes {
            return Ok(Fill::OverCap);
        }
        self.content.clear();
        let cap = self.options.max_file_bytes;
        file.take(cap.saturating_add(1))
            .read_to_end(&mut self.content)?;
        if self.content.len() as u64 > cap {
            return Ok(Fill::OverCap);
        }
        Ok(Fill::Complete)
    }

    /// Whether the content that was read is of no use, after saying so where it matters.
    fn drops(&self, shown: &str, kind: FileKind, named: bool, hit: bool) -> bool {
        if self.content.starts_with(b"\xFF\xFE") || self.content.starts_with(b"\xFE\xFF") {
            let message = "UTF-16 is not supported, save it as UTF-8".to_owned();
            self.notify(shown, Level::Warning, message);
            return true;
        }
        let FileKind::Code(language) = kind else {
            return false;
        };
        let head = &self.content[..self.content.len().min(BINARY_CHECK_BYTES)];
        if head.contains(&0) {
            if hit || named {
                let message = "holds NUL bytes, so it was taken for binary and not read; remove them if it is code";
                self.notify(shown, Level::Warning, message.to_owned());
            }
            return true;
        }
        if named {
            return false;
        }
        if self.options.prefilter && !hit {
            lock(self.found).counts.files_without_needle += 1;
            return true;
        }
        if self.options.include_dependencies {
            return false;
        }
        let reason = if is_generated(&self.content) {
            "says that it is generated"
        } else if is_minified(language, &self.content) {
            "looks minified"
        } else {
            return false;
        };
        lock(self.found).counts.files_left_out += 1;
        if hit {
            let message = format!(
                "{reason}, so it was left out; name the file on the command line or include dependencies to read it"
            );
            self.notify(shown, Level::Note, message);
        }
        true
    }
}

enum Fill {
    Complete,
    OverCap,
    NotAFile,
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, err } => path_of(err).or(Some(path)),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        _ => None,
    }
}

/// The error without the disk paths that wrap it, since those differ from machine to machine.
fn innermost(error: &ignore::Error) -> String {
    match error {
        ignore::Error::WithPath { err, .. } | ignore::Error::WithDepth { err, .. } => {
            innermost(err)
        }
        ignore::Error::WithLineNumber { line, err } => format!("line {line}: {}", innermost(err)),
        ignore::Error::Partial(errors) => {
            let reasons: Vec<String> = errors.iter().map(innermost).collect();
            reasons.join("; ")
        }
        other => other.to_string(),
    }
}

fn is_version_control(name: &OsStr) -> bool {
    name == ".git" || name == ".hg" || name == ".svn" || name == ".jj"
}

/// Whether a folder holds what others wrote or a tool made, by its name and what is next to or in it.
fn is_dependency_folder(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(OsStr::to_str) else {
        return false;
    };
    match name {
        "node_modules" | "bower_components" | "jspm_packages" | "vendor" | "site-packages"
        | "__pycache__" | "__pypackages__" | ".next" | ".nuxt" | ".svelte-kit" | ".yarn"
        | ".pnpm-store" | ".tox" | ".nox" | ".eggs" | ".mypy_cache" | ".pytest_cache"
        | ".ruff_cache" | ".gradle" | ".terraform" | "Pods" => true,
        "venv" | ".venv" | "env" | ".env" | "virtualenv" => path.join("pyvenv.cfg").is_file(),
        "target" => {
            path.join("CACHEDIR.TAG").is_file() || path.with_file_name("Cargo.toml").is_file()
        }
        _ => false,
    }
}

fn is_bundle_name(path: &str) -> bool {
    let name = file_name(path);
    [".min", ".bundle"].iter().any(|middle| {
        ["js", "mjs", "cjs"].iter().any(|extension| {
            name.strip_suffix(extension)
                .and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|stem| stem.ends_with(middle))
        })
    }) || [".d.ts", ".d.mts", ".d.cts"]
        .iter()
        .any(|end| name.ends_with(end))
}

fn is_generated(content: &[u8]) -> bool {
    let head = &content[..content.len().min(GENERATED_CHECK_BYTES)];
    let head = String::from_utf8_lossy(head);
    head.contains("@generated") || head.contains("DO NOT EDIT")
}

fn is_minified(language: Language, content: &[u8]) -> bool {
    let line_ends = content.iter().filter(|byte| **byte == b'\n').count();
    language == Language::JavaScript && content.len() / (line_ends + 1) > MINIFIED_LINE_BYTES
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

fn is_settings_path(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| stem.starts_with(prefix));
    if name.starts_with(".env") || extension == "env" || extension == "tfvars" {
        return true;
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let in_folder = |names: &[&str]| folder.split('/').any(|part| names.contains(&part));
    match extension {
        "yml" | "yaml" => {
            starts(&[
                "docker-compose",
                "compose",
                "application",
                "bootstrap",
                "serverless",
                "values",
                "docker-stack",
                ".gitlab-ci",
            ]) || folder.ends_with(".github/workflows")
                || in_folder(&[
                    "k8s",
                    "kubernetes",
                    "manifests",
                    "helm",
                    "charts",
                    "deploy",
                    "deployment",
                    "deployments",
                    "kustomize",
                ])
        }
        "json" => starts(&["appsettings", "local.settings"]),
        "properties" => starts(&["application", "bootstrap"]),
        _ => false,
    }
}

fn is_safe_ignore_file(path: &Path) -> bool {
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

/// Files below `base` that git tracks although they are ignored, as absolute paths. `None` when git cannot be asked:
/// no repository, no `git` on the path, a repository that belongs to someone else, or a git error. Such files are
/// then not read, except for `.env*`, whose [`Committed`] is unknown.
fn tracked_although_ignored(base: &Path) -> Option<Vec<PathBuf>> {
    repository_root(base)?;
    let output = Command::new("git")
        .arg("-C")
        .arg(base)
        // The repository's own settings must not make git start a program.
        .args(["-c", "core.fsmonitor=false"])
        .args(["-c", "core.hooksPath=/dev/null"])
        .args(["-c", "safe.bareRepository=explicit"])
        .args([
            "--no-pager",
            "ls-files",
            "-z",
            "-c",
            "-i",
            "--exclude-standard",
        ])
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_ALLOW_PROTOCOL", "none")
        .env("GIT_TERMINAL_PROMPT", "0")
        // Set while a hook runs, and relative to another folder.
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let files = output
        .stdout
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .map(|name| base.join(path_from_bytes(name)))
        .filter(|file| !file.components().any(|part| part == Component::ParentDir))
        .collect();
    Some(files)
}

#[cfg(unix)]
fn path_from_bytes(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_from_bytes(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests;
