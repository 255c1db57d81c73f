//! Reads files one by one and keeps those that matter; says why a file that may matter was not kept.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::entrance::Entrance;
use super::kinds::may_be_read_as_key;
use super::left_out::{is_bundle_name, is_generated, is_minified};
use super::paths::{file_name, slashed};
use super::{
    Committed, Counts, FileKind, Found, MOST_CONTENT_BYTES, OtherFile, WalkOptions, WalkedFile,
    lock,
};
use crate::finding::{Level, Notification};
use crate::keys;
use crate::source::{FileId, SourceFile};
use crate::syntax::Language;

const BINARY_CHECK_BYTES: usize = 8 * 1024;

/// Reads files on one thread, with buffers that are used again.
pub(super) struct Reader<'walk> {
    options: &'walk WalkOptions,
    found: &'walk Mutex<Found>,
    /// Added to what was found when the reader goes, so that threads do not wait for each other at every file.
    counts: Counts,
    content: Vec<u8>,
    lowered: Vec<u8>,
    /// Files of no kind that were seen; handed over when the reader goes, too.
    of_no_kind: Vec<(String, PathBuf)>,
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let found = &mut lock(self.found);
        found.counts.add(self.counts);
        found.of_no_kind.extend(self.of_no_kind.drain(..));
    }
}

impl<'walk> Reader<'walk> {
    pub(super) fn new(options: &'walk WalkOptions, found: &'walk Mutex<Found>) -> Self {
        Self {
            options,
            found,
            counts: Counts::default(),
            content: Vec::new(),
            lowered: Vec::new(),
            of_no_kind: Vec::new(),
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

    pub(super) fn walk_problem(&self, entrance: &Entrance, error: &ignore::Error, level: Level) {
        let path = path_of(error).unwrap_or(&entrance.base);
        let reason = innermost(error);
        let message =
            format!("this could not be read: {reason}; check the entry and its permissions");
        self.notify(&entrance.shown(path), level, message);
    }

    pub(super) fn named_file(&mut self, disk_path: &Path, shown: String) {
        self.counts.files_seen += 1;
        let Some(kind) =
            FileKind::of_path(&shown).or_else(|| FileKind::of_path(&slashed(disk_path)))
        else {
            let message = "this is not a kind of file that jotlint reads".to_owned();
            return self.notify(&shown, Level::Note, message);
        };
        // Opening a pipe would wait for somebody to write into it.
        if fs::metadata(disk_path).is_ok_and(|data| !data.is_file()) {
            let message = "this is not a regular file, so it was not read".to_owned();
            return self.notify(&shown, Level::Warning, message);
        }
        self.read(disk_path, shown, kind, true, Committed::Unknown);
    }

    /// Takes a regular file that the walk met.
    pub(super) fn found_file(&mut self, disk_path: &Path, shown: String, committed: Committed) {
        self.counts.files_seen += 1;
        if is_manifest(&shown) && !is_dependency(&shown) {
            let path = disk_path.to_path_buf();
            lock(self.found).manifests.insert(shown.clone(), path);
        }
        let excluded = self.options.exclude.matches(disk_path);
        if let Some(language) = Language::of_data_path(&shown)
            && !is_manifest(&shown)
            && !is_dependency(&shown)
            && !excluded
            && committed == Committed::Yes
        {
            self.other(shown.clone(), disk_path, language, None);
        }
        let Some(kind) = FileKind::of_path(&shown) else {
            if may_be_read_as_key(&shown) && committed == Committed::Yes && !excluded {
                self.of_no_kind.push((shown, disk_path.to_path_buf()));
            }
            return;
        };
        if excluded || (!self.options.include_dependencies && is_bundle_name(&shown)) {
            self.counts.files_left_out += 1;
            return;
        }
        self.read(disk_path, shown, kind, false, committed);
    }

    fn read(
        &mut self,
        disk_path: &Path,
        shown: String,
        kind: FileKind,
        named: bool,
        committed: Committed,
    ) {
        match self.fill(disk_path) {
            Ok(Fill::Complete) => {}
            // Too large for a key: something else of that name.
            Ok(Fill::OverCap) if kind == FileKind::Key && !named => return,
            Ok(Fill::OverCap) => {
                self.counts.files_over_cap += 1;
                let message = format!(
                    "this file is larger than {} bytes, so it was not read; raise the cap or exclude the file",
                    self.options.max_file_bytes
                );
                return self.notify(&shown, Level::Warning, message);
            }
            Err(reason) => {
                let message =
                    format!("this file could not be read: {reason}; check its permissions");
                return self.notify(&shown, Level::Warning, message);
            }
        }
        self.counts.files_read += 1;
        self.counts.bytes_read += self.content.len() as u64;
        let hit = match kind {
            FileKind::Code(language) => {
                self.lowered.clear();
                self.lowered.extend_from_slice(&self.content);
                self.lowered.make_ascii_lowercase();
                self.options.needles.hit(language, &self.lowered)
            }
            FileKind::Settings | FileKind::Key => false,
        };
        if self.drops(&shown, kind, named, hit) {
            if let FileKind::Code(language) = kind
                && !hit
                && !is_dependency(&shown)
            {
                self.other(shown, disk_path, language, Some(&self.content));
            }
            return;
        }
        let file = WalkedFile {
            source: SourceFile::new(shown, disk_path.to_path_buf(), self.content.clone()),
            kind,
            named,
            committed,
            hit,
        };
        let files = &mut lock(self.found).files;
        let named_before = files.get(disk_path).is_some_and(|before| before.named);
        if !named_before {
            files.insert(disk_path.to_path_buf(), file);
        }
    }

    fn other(&self, path: String, disk_path: &Path, language: Language, content: Option<&[u8]>) {
        let mut file = OtherFile {
            id: FileId::default(),
            path,
            disk_path: disk_path.to_path_buf(),
            language,
            content: content.map(<[u8]>::to_vec),
        };
        let found = &mut lock(self.found);
        let bytes = file.content.as_ref().map_or(0, Vec::len);
        if found.content_bytes + bytes > MOST_CONTENT_BYTES {
            file.content = None;
        } else {
            found.content_bytes += bytes;
        }
        found.others.push(file);
    }

    /// Reads a file into the buffer, up to the cap.
    fn fill(&mut self, disk_path: &Path) -> io::Result<Fill> {
        let cap = self.options.max_file_bytes;
        let file = File::open(disk_path)?;
        if file.metadata()?.len() > cap {
            return Ok(Fill::OverCap);
        }
        self.content.clear();
        file.take(cap.saturating_add(1))
            .read_to_end(&mut self.content)?;
        if self.content.len() as u64 > cap {
            return Ok(Fill::OverCap);
        }
        Ok(Fill::Complete)
    }

    /// Whether the content that was read is of no use, after saying so where it matters.
    fn drops(&mut self, shown: &str, kind: FileKind, named: bool, hit: bool) -> bool {
        if kind == FileKind::Key {
            return drops_key(shown, &self.content);
        }
        if self.content.starts_with(b"\xFF\xFE") || self.content.starts_with(b"\xFE\xFF") {
            let message = "UTF-16 is not supported, save it as UTF-8".to_owned();
            self.notify(shown, Level::Warning, message);
            return true;
        }
        let FileKind::Code(language) = kind else {
            return false;
        };
        let head = &self.content[..self.content.len().min(BINARY_CHECK_BYTES)];
        if memchr::memchr(0, head).is_some() {
            if hit || named {
                let message = "this file holds NUL bytes, so it was taken for binary and not read; remove them if it is code";
                self.notify(shown, Level::Warning, message.to_owned());
            }
            return true;
        }
        if named {
            return false;
        }
        if self.options.prefilter && !hit {
            self.counts.files_without_needle += 1;
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
        self.counts.files_left_out += 1;
        if hit {
            let message = format!(
                "this file {reason}, so it was left out; name it on the command line or include dependencies to read it"
            );
            self.notify(shown, Level::Note, message);
        }
        true
    }
}

/// Whether the content of a file that is named like a key, or a document with one, holds none.
fn drops_key(shown: &str, content: &[u8]) -> bool {
    let is_document = [".json", ".yml", ".yaml"]
        .iter()
        .any(|extension| shown.to_ascii_lowercase().ends_with(extension));
    content.len() > keys::MOST_BYTES || (is_document && !keys::may_hold_key(content))
}

/// Whether a file names a package and what it needs.
fn is_manifest(path: &str) -> bool {
    let names = [
        "package.json",
        "nest-cli.json",
        "project.json",
        "Cargo.toml",
        "pyproject.toml",
        "requirements.txt",
        "setup.py",
        "setup.cfg",
        "pom.xml",
        "build.gradle",
        "build.gradle.kts",
    ];
    let name = file_name(path);
    names.contains(&name) || name.ends_with(".csproj")
}

/// Whether a file lies in a folder of installed packages.
fn is_dependency(path: &str) -> bool {
    path.split('/')
        .any(|folder| matches!(folder, "node_modules" | "site-packages"))
}

enum Fill {
    Complete,
    OverCap,
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
