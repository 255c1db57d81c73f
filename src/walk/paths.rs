//! How paths are shown: with forward slashes, relative to the root or to the current folder.

use std::path::{Component, Path, PathBuf};

/// The folder that the paths of [`Walk`] are relative to: the root when there is one folder, otherwise the current one.
pub fn base_folder(roots: &[PathBuf]) -> PathBuf {
    match roots {
        [root] if root.is_dir() => root.clone(),
        _ => PathBuf::from("."),
    }
}

/// A root as it is shown in front of the paths below it: forward slashes, relative to the current folder when below.
pub(super) fn shown_root(root: &Path) -> String {
    let relative = std::env::current_dir()
        .ok()
        .and_then(|current| root.strip_prefix(current).ok())
        .unwrap_or(root);
    slashed(relative)
}

/// A path with forward slashes and without `.`; bytes that are not UTF-8 are replaced.
pub(super) fn slashed(path: &Path) -> String {
    let mut text = String::with_capacity(path.as_os_str().len());
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

pub(super) fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}
