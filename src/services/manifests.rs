//! What the manifests of packages in a folder, or above it, ask for. Only names are looked for.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::paths::{folder_of, folders_above};

/// A larger manifest is not read, in bytes.
const LARGEST_MANIFEST: u64 = 1_000_000;

/// The text of a manifest, when it is one that can be read.
pub(super) fn text(disk_path: &Path) -> Option<String> {
    let is_small = fs::metadata(disk_path).is_ok_and(|data| data.len() <= LARGEST_MANIFEST);
    is_small
        .then(|| fs::read_to_string(disk_path).ok())
        .flatten()
}

/// Whether a manifest in a folder, or in one above it, names one of these packages.
pub(super) fn asks_for(
    manifests: &BTreeMap<String, PathBuf>,
    folder: &str,
    packages: &[String],
) -> bool {
    let below = format!("{folder}/x");
    folders_above(&below).any(|folder| {
        let start = match folder {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let mut beside = manifests
            .range(start.clone()..)
            .take_while(|(path, _)| path.starts_with(&start))
            .filter(|(path, _)| folder_of(path) == folder);
        beside.any(|(_, disk_path)| {
            text(disk_path).is_some_and(|text| packages.iter().any(|name| names(&text, name)))
        })
    })
}

/// Whether a text has a name as a whole, and not as a part of a longer one.
fn names(text: &str, name: &str) -> bool {
    let is_part = |letter: Option<char>| {
        letter.is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '.' | '_'))
    };
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + name.len()..);
        !is_part(before) && !is_part(after.and_then(|after| after.chars().next()))
    })
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_name_is_found_as_a_whole() {
        assert!(names("<artifactId>jjwt</artifactId>", "jjwt"));
        assert!(names("'io.jsonwebtoken:jjwt:0.9.1'", "jjwt"));
        assert!(!names("<artifactId>jjwt-gson</artifactId>", "jjwt"));
        assert!(!names("my.jjwt", "jjwt"));
    }
}
