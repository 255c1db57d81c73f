//! Where code lives: tests, examples, documentation, generated and vendored code, and code for a browser.

use crate::facts::FileFacts;
use crate::finding::CodeContext;
use crate::source::SourceFile;
use crate::syntax::ir::Module;

/// Folders that say what the code in them is.
const FOLDERS: &[(&str, CodeContext)] = &[
    ("test", CodeContext::Test),
    ("tests", CodeContext::Test),
    ("__tests__", CodeContext::Test),
    ("__mocks__", CodeContext::Test),
    ("spec", CodeContext::Test),
    ("specs", CodeContext::Test),
    ("e2e", CodeContext::Test),
    ("testing", CodeContext::Test),
    ("testdata", CodeContext::Test),
    ("fixtures", CodeContext::Test),
    ("fixture", CodeContext::Test),
    ("__fixtures__", CodeContext::Test),
    ("mocks", CodeContext::Test),
    ("stub", CodeContext::Test),
    ("stubs", CodeContext::Test),
    ("snapshots", CodeContext::Test),
    (".snapshots", CodeContext::Test),
    ("__snapshots__", CodeContext::Test),
    ("golden", CodeContext::Test),
    ("cypress", CodeContext::Test),
    ("benches", CodeContext::Test),
    ("fuzz", CodeContext::Test),
    ("example", CodeContext::Example),
    ("examples", CodeContext::Example),
    ("sample", CodeContext::Example),
    ("samples", CodeContext::Example),
    ("demo", CodeContext::Example),
    ("demos", CodeContext::Example),
    ("docs", CodeContext::Documentation),
    ("doc", CodeContext::Documentation),
    ("documentation", CodeContext::Documentation),
    ("generated", CodeContext::Generated),
    ("__generated__", CodeContext::Generated),
    ("node_modules", CodeContext::Vendored),
    ("vendor", CodeContext::Vendored),
    ("third_party", CodeContext::Vendored),
    ("site-packages", CodeContext::Vendored),
];

/// Names that only a browser has.
const BROWSER_WORDS: &[&str] = &[
    "localStorage",
    "sessionStorage",
    "document.cookie",
    "window.location",
    "useEffect(",
    "useState(",
    "web_sys::",
    "wasm_bindgen",
];

/// Marks the sites of a file with where they live.
pub fn mark(facts: &mut FileFacts, source: &SourceFile, module: &Module) {
    let by_path = of_path(&facts.path);
    for site in &mut facts.sites {
        let in_test = module
            .test_spans
            .iter()
            .any(|span| span.contains(site.place.span));
        for key in &mut site.keys {
            key.in_test = key.material.literal().is_some_and(|(_, place, _)| {
                let mut test_spans = module.test_spans.iter();
                let in_other_test =
                    place.path != facts.path && of_path(&place.path) == Some(CodeContext::Test);
                in_other_test || test_spans.any(|span| span.contains(place.span))
            });
        }
        site.context = if in_test {
            Some(CodeContext::Test)
        } else {
            by_path
        };
    }
    for token in &mut facts.tokens {
        let in_test = module
            .test_spans
            .iter()
            .any(|span| span.contains(token.place.span));
        token.context = if in_test {
            Some(CodeContext::Test)
        } else {
            by_path
        };
    }
    for made in &mut facts.generated {
        let in_test = module
            .test_spans
            .iter()
            .any(|span| span.contains(made.place.span));
        made.context = if in_test {
            Some(CodeContext::Test)
        } else {
            of_path(&made.place.path)
        };
    }
    facts.browser = is_browser(&facts.path, source);
}

/// What the path says of the code in the file.
pub fn of_path(path: &str) -> Option<CodeContext> {
    let lower = path.to_ascii_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let by_folder = folders.split('/').find_map(|folder| {
        let words = || folder.split(|letter: char| !letter.is_ascii_alphanumeric());
        if words().any(|word| matches!(word, "test" | "tests" | "e2e" | "mock" | "mocks")) {
            return Some(CodeContext::Test);
        }
        FOLDERS
            .iter()
            .find(|(known, _)| *known == folder)
            .map(|(_, context)| *context)
    });
    let is_test_name = name.contains(".test.")
        || name.contains(".spec.")
        || name.contains("_test.")
        || name.starts_with("test_")
        || name.contains(".e2e-spec.")
        || matches!(name, "conftest.py" | "tests.py" | "tests.rs" | "test.rs");
    by_folder.or(is_test_name.then_some(CodeContext::Test))
}

fn is_browser(path: &str, source: &SourceFile) -> bool {
    let markup = [".jsx", ".tsx", ".vue", ".svelte"]
        .iter()
        .any(|ending| path.ends_with(ending));
    let text = String::from_utf8_lossy(source.bytes());
    markup || BROWSER_WORDS.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell() {
        assert_eq!(of_path("src/auth.test.ts"), Some(CodeContext::Test));
        assert_eq!(of_path("Tests/unit/a.py"), Some(CodeContext::Test));
        assert_eq!(of_path("examples/login/app.js"), Some(CodeContext::Example));
        assert_eq!(of_path("src/contest.js"), None);
        assert_eq!(of_path("example.js"), None);
    }
}
