//! Code for a browser, told by its own words, its file's ending, or the manifest of its package.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::source::SourceFile;
use crate::syntax::tree::Package;

/// Names that only a browser has.
const WORDS: &[&str] = &[
    "localStorage",
    "sessionStorage",
    "document.cookie",
    "window.location",
    "useEffect(",
    "useState(",
    "web_sys::",
    "wasm_bindgen",
];
/// Files that describe what a browser shows.
const ENDINGS: [&str; 4] = [".jsx", ".tsx", ".vue", ".svelte"];
/// Folders of a front end's package whose code is deployed on its own.
const SERVER_FOLDERS: [&str; 9] = [
    "api",
    "backend",
    "edge-functions",
    "functions",
    "netlify",
    "scripts",
    "server",
    "supabase",
    "worker",
];
/// Packages that tell, by model folder.
const LISTS: &str = include_str!("../../rules/browser.toml");

/// What the dependencies of a manifest say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    frontends: Vec<String>,
    bundlers: Vec<String>,
    servers: Vec<String>,
}

/// Whether a file is code for a browser.
pub(super) fn is_browser(
    source: &SourceFile,
    model_folder: &str,
    package: Option<&Package>,
) -> bool {
    if ENDINGS.iter().any(|ending| source.path.ends_with(ending)) {
        return true;
    }
    let text = String::from_utf8_lossy(source.bytes());
    WORDS.iter().any(|word| text.contains(word))
        || package.is_some_and(|package| {
            is_browser_package(package, model_folder) && !is_deployed_apart(&source.path, package)
        })
}

fn is_browser_package(package: &Package, model_folder: &str) -> bool {
    static LISTS_BY_FOLDER: OnceLock<BTreeMap<String, Lists>> = OnceLock::new();
    let lists = LISTS_BY_FOLDER.get_or_init(|| toml::from_str(LISTS).unwrap_or_default());
    let Some(lists) = lists.get(model_folder) else {
        return false;
    };
    let has = |names: &[String]| names.iter().any(|name| package.dependencies.contains(name));
    if has(&lists.servers) {
        return false;
    }
    let is_built = has(&lists.bundlers) || package.is_loaded;
    package.is_for_browsers || has(&lists.frontends) && is_built
}

fn is_deployed_apart(path: &str, package: &Package) -> bool {
    let inside = path
        .strip_prefix(&package.folder)
        .unwrap_or(path)
        .trim_start_matches('/');
    let mut parts = inside.split('/').filter(|part| *part != "src");
    let first = parts.next().unwrap_or_default();
    SERVER_FOLDERS.contains(&first) && parts.next().is_some() || first.starts_with("server.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(dependencies: &[&str]) -> Package {
        Package {
            folder: "web".to_owned(),
            dependencies: dependencies.iter().map(|name| (*name).to_owned()).collect(),
            is_for_browsers: false,
            is_loaded: false,
        }
    }

    fn told(path: &str, text: &str, folder: &str, package: &Package) -> bool {
        let source = SourceFile::new(path.into(), path.into(), text.as_bytes().to_vec());
        is_browser(&source, folder, Some(package))
    }

    #[test]
    fn the_lists_can_be_read() {
        let lists: BTreeMap<String, Lists> = toml::from_str(LISTS).unwrap();
        let folders: Vec<&str> = lists.keys().map(String::as_str).collect();
        assert_eq!(folders, ["javascript", "rust"]);
    }

    #[test]
    fn a_manifest_tells() {
        let front = package(&["react", "vite"]);
        assert!(told("web/src/auth.ts", "", "javascript", &front));
        assert!(!told("web/api/login.ts", "", "javascript", &front));
        assert!(!told("web/src/server/login.ts", "", "javascript", &front));
        assert!(!told("web/server.js", "", "javascript", &front));
        assert!(!told("web/a.py", "", "python", &front));
        let both = package(&["react", "vite", "express"]);
        assert!(!told("web/src/auth.ts", "", "javascript", &both));
        assert!(!told("web/a.ts", "", "javascript", &package(&["react"])));
        let mut loaded = package(&["wasm_bindgen"]);
        assert!(!told("web/src/lib.rs", "", "rust", &loaded));
        loaded.is_loaded = true;
        assert!(told("web/src/lib.rs", "", "rust", &loaded));
        loaded.dependencies.insert("worker".to_owned());
        assert!(!told("web/src/lib.rs", "", "rust", &loaded));
    }

    #[test]
    fn the_code_itself_tells() {
        let none = package(&["express"]);
        assert!(told("a.js", "localStorage.token", "javascript", &none));
        assert!(told("a.vue", "", "javascript", &none));
        assert!(!told("a.js", "req.headers", "javascript", &none));
    }
}
