//! Walks one folder: in parallel what no ignore file hides, then what is read although it is ignored.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::{WalkBuilder, WalkState};

use super::entrance::Entrance;
use super::git::tracked_although_ignored;
use super::ignored::{GIT_IGNORE_FILE, MAX_IGNORE_FILE_BYTES, OWN_IGNORE_FILE};
use super::reader::Reader;
use super::{Committed, Found, WalkOptions, lock};
use crate::finding::{Level, Notification};

pub(super) fn walk_folder(
    options: &WalkOptions,
    base: PathBuf,
    prefix: String,
    found: &Mutex<Found>,
) {
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
        if seen.contains(file) {
            continue;
        }
        let is_file = file.symlink_metadata().is_ok_and(|data| data.is_file());
        // Equal when no folder on the way is a link, which could lead out of the tree.
        let is_inside = is_file && fs::canonicalize(file).is_ok_and(|canonical| canonical == *file);
        if is_inside && !entrance.keeps_out(file) {
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
