//! What the repository knows: where its root is, and which files git tracks although they are ignored.

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder at or above `path` that holds `.git`, as an absolute path without links.
pub fn repository_root(path: &Path) -> Option<PathBuf> {
    let path = fs::canonicalize(path).ok()?;
    path.ancestors()
        .find(|folder| folder.join(".git").symlink_metadata().is_ok())
        .map(Path::to_path_buf)
}

pub(super) fn is_version_control(name: &OsStr) -> bool {
    name == ".git" || name == ".hg" || name == ".svn" || name == ".jj"
}

/// Files below `base` that git tracks although they are ignored, as absolute paths. `None` when git cannot be asked:
/// no repository, no `git` on the path, a repository that belongs to someone else, or a git error. Such files are
/// then not read, except for `.env*`, whose [`Committed`](super::Committed) is unknown.
pub(super) fn tracked_although_ignored(base: &Path) -> Option<Vec<PathBuf>> {
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
