//! What is left out although no ignore file hides it: what the user excludes, dependencies, and bundled, minified and
//! generated code.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use globset::GlobSet;

use super::paths::file_name;
use crate::syntax::Language;

const GENERATED_CHECK_BYTES: usize = 500;
const MINIFIED_LINE_BYTES: usize = 500;

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
    pub(super) fn matches(&self, disk_path: &Path) -> bool {
        self.sets.iter().any(|(folder, globs)| {
            disk_path
                .strip_prefix(folder)
                .is_ok_and(|relative| globs.is_match(relative))
        })
    }
}

/// Whether a folder holds what others wrote or a tool made, by its name and what is next to or in it.
pub(super) fn is_dependency_folder(path: &Path) -> bool {
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

pub(super) fn is_bundle_name(path: &str) -> bool {
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

pub(super) fn is_generated(content: &[u8]) -> bool {
    let head = &content[..content.len().min(GENERATED_CHECK_BYTES)];
    let head = String::from_utf8_lossy(head);
    head.contains("@generated") || head.contains("DO NOT EDIT")
}

pub(super) fn is_minified(language: Language, content: &[u8]) -> bool {
    if language != Language::JavaScript {
        return false;
    }
    let line_ends = content.iter().filter(|byte| **byte == b'\n').count();
    content.len() / (line_ends + 1) > MINIFIED_LINE_BYTES
}
