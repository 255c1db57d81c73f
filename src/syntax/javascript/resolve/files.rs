//! From a path without its ending, or with that of what a compiler writes, to a file of the tree.

use super::super::super::tree::{Tree, inside, join};

/// Endings in the order they are tried; declarations last, since they have no values.
const ENDINGS: [&str; 12] = [
    "ts", "tsx", "js", "jsx", "mjs", "cjs", "mts", "cts", "json", "d.ts", "d.mts", "d.cts",
];
/// What a compiler writes, and from what.
const COMPILED: [(&str, &[&str]); 4] = [
    (".js", &["ts", "tsx", "jsx", "d.ts"]),
    (".jsx", &["tsx", "d.ts"]),
    (".mjs", &["mts", "d.mts"]),
    (".cjs", &["cts", "d.cts"]),
];
/// Endings of what packages publish, longest first.
const PUBLISHED: [&str; 9] = [
    ".d.mts", ".d.cts", ".d.ts", ".min.js", ".mjs", ".cjs", ".jsx", ".js", ".json",
];
/// Folders that builds write to, and the folders inside those.
const BUILD_FOLDERS: [&str; 12] = [
    "dist", "build", "lib", "out", "output", "es", "esm", "cjs", "umd", "module", "types", "node",
];
const DECLARATIONS: [&str; 3] = [".d.ts", ".d.mts", ".d.cts"];
/// Files that begin a package whose manifest does not say which does.
const USUAL_ENTRIES: [&str; 3] = ["src/index", "index", "lib/index"];

pub(super) fn is_declaration(path: &str) -> bool {
    DECLARATIONS.iter().any(|ending| path.ends_with(ending))
}

/// The file that a path means, with or without its ending.
pub(super) fn file(tree: &dyn Tree, path: &str) -> Option<String> {
    if path.is_empty() {
        return None;
    }
    if tree.has(path) {
        return Some(path.to_owned());
    }
    if path.ends_with(".json") {
        return None;
    }
    let compiled = COMPILED.iter().find_map(|(ending, sources)| {
        let stem = path.strip_suffix(ending)?;
        with_ending(tree, stem, sources)
    });
    compiled.or_else(|| with_ending(tree, path, &ENDINGS))
}

/// The index file of a folder.
pub(super) fn index(tree: &dyn Tree, folder: &str) -> Option<String> {
    with_ending(tree, &inside(folder, "index"), &ENDINGS)
}

pub(super) fn file_or_index(tree: &dyn Tree, path: &str) -> Option<String> {
    file(tree, path).or_else(|| index(tree, path))
}

/// The entry of a package whose manifest leads nowhere.
pub(super) fn entry(tree: &dyn Tree, folder: &str) -> Option<String> {
    USUAL_ENTRIES
        .iter()
        .find_map(|entry| with_ending(tree, &inside(folder, entry), &ENDINGS))
}

/// The source of a file that a build of the package in `folder` writes.
pub(super) fn source(tree: &dyn Tree, folder: &str, built: &str) -> Option<String> {
    let built = PUBLISHED
        .iter()
        .find_map(|ending| built.strip_suffix(ending))
        .unwrap_or(built);
    let parts: Vec<&str> = built
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    if !BUILD_FOLDERS.contains(parts.first()?) || parts.contains(&"..") {
        return None;
    }
    let at = |path: String| file_or_index(tree, &join(folder, &path)?);
    let source_folder = parts.iter().rposition(|part| *part == "src");
    if let Some(found) = source_folder
        .and_then(|place| parts.get(place..))
        .and_then(|parts| at(parts.join("/")))
    {
        return Some(found);
    }
    for (place, part) in parts.iter().enumerate().take(4) {
        if !BUILD_FOLDERS.contains(part) {
            break;
        }
        let rest = parts.get(place + 1..).unwrap_or_default().join("/");
        let found =
            at(inside("src", &rest)).or_else(|| at(rest).filter(|_| place + 1 < parts.len()));
        if found.is_some() {
            return found;
        }
    }
    None
}

fn with_ending(tree: &dyn Tree, stem: &str, endings: &[&str]) -> Option<String> {
    endings
        .iter()
        .map(|ending| format!("{stem}.{ending}"))
        .find(|path| tree.has(path))
}
