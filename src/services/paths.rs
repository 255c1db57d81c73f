//! Paths of the tree, as settings files write them.

use crate::syntax::tree;

/// The folder of a path; empty at the root.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
pub(super) fn name_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// A relative path seen from a folder; `None` when it leaves the tree or is absolute.
pub(super) fn join(folder: &str, path: &str) -> Option<String> {
    if path.starts_with(['/', '~']) || path.contains("://") {
        return None;
    }
    tree::join(folder, path)
}

/// Whether a path lies in a folder or below.
pub(super) fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// How many folders two paths have in common from the root on.
pub(super) fn in_common(one: &str, other: &str) -> usize {
    folder_of(one)
        .split('/')
        .zip(folder_of(other).split('/'))
        .take_while(|(one, other)| one == other && !one.is_empty())
        .count()
}

/// The folder of a path and every one above it, nearest first, down to the root.
pub(super) fn folders_above(path: &str) -> impl Iterator<Item = &str> {
    let first = folder_of(path);
    std::iter::successors(Some(first), |folder| {
        (!folder.is_empty()).then(|| folder_of(folder))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_and_stay_in_the_tree() {
        assert_eq!(join("deploy", "../auth/").as_deref(), Some("auth"));
        assert_eq!(join("", ".").as_deref(), Some(""));
        assert_eq!(join("a", "../../b"), None);
        assert_eq!(join("a", "/etc/x"), None);
        assert!(is_below("a/b", "a") && !is_below("ab", "a") && is_below("a", ""));
        let above: Vec<&str> = folders_above("a/b/c.js").collect();
        assert_eq!(above, ["a/b", "a", ""]);
        assert_eq!(in_common("a/b/x", "a/c/y"), 1);
    }
}
