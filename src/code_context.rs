//! What the path of a file says of the code in it: tests, examples, documentation, migrations, generated and vendored
//! code.

use crate::finding::CodeContext;

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
    ("quickstart", CodeContext::Example),
    ("quickstarts", CodeContext::Example),
    ("tutorial", CodeContext::Example),
    ("tutorials", CodeContext::Example),
    ("docs", CodeContext::Documentation),
    ("docs_src", CodeContext::Documentation),
    ("doc", CodeContext::Documentation),
    ("documentation", CodeContext::Documentation),
    ("migrations", CodeContext::Migration),
    ("generated", CodeContext::Generated),
    ("__generated__", CodeContext::Generated),
    ("node_modules", CodeContext::Vendored),
    ("vendor", CodeContext::Vendored),
    ("vendored", CodeContext::Vendored),
    ("bower_components", CodeContext::Vendored),
    ("third_party", CodeContext::Vendored),
    ("third-party", CodeContext::Vendored),
    ("site-packages", CodeContext::Vendored),
];

/// Words of folders whose code is broken on purpose and meant to be run: what is found in it is what it is for.
const LAB_WORDS: &[&str] = &[
    "vulnerable",
    "vuln",
    "vulns",
    "insecure",
    "dvwa",
    "goat",
    "ctf",
    "lab",
    "labs",
    "workshop",
    "workshops",
    "challenge",
    "challenges",
];

/// What the path says of the code in the file.
pub fn of_path(path: &str) -> Option<CodeContext> {
    let lower = path.to_ascii_lowercase();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let is_lab = folders
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .any(|word| LAB_WORDS.contains(&word));
    let of_folder = |folder: &str| {
        let words = || folder.split(|letter: char| !letter.is_ascii_alphanumeric());
        if words().any(|word| matches!(word, "test" | "tests" | "e2e" | "mock" | "mocks")) {
            return Some(CodeContext::Test);
        }
        FOLDERS
            .iter()
            .find(|(known, _)| *known == folder)
            .map(|(_, context)| *context)
            .filter(|context| !(is_lab && *context == CodeContext::Example))
    };
    // The tests of an example are tests.
    let mut contexts = folders.split('/').filter_map(of_folder);
    let by_folder = contexts.next().map(|first| {
        contexts.fold(first, |first, next| match (first, next) {
            (CodeContext::Example, CodeContext::Test) => next,
            _ => first,
        })
    });
    let is_test_name = name.contains(".test.")
        || name.contains(".spec.")
        || name.contains("_test.")
        || name.starts_with("test_")
        || name.contains(".e2e-spec.")
        || matches!(name, "conftest.py" | "tests.py" | "tests.rs" | "test.rs");
    let is_story = name.contains(".stories.");
    by_folder
        .or(is_test_name.then_some(CodeContext::Test))
        .or(is_story.then_some(CodeContext::Example))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell() {
        assert_eq!(of_path("src/auth.test.ts"), Some(CodeContext::Test));
        assert_eq!(of_path("Tests/unit/a.py"), Some(CodeContext::Test));
        assert_eq!(of_path("examples/login/app.js"), Some(CodeContext::Example));
        let test = Some(CodeContext::Test);
        assert_eq!(of_path("examples/tests/login.rs"), test);
        assert_eq!(of_path("src/contest.js"), None);
        assert_eq!(of_path("example.js"), None);
        let migration = Some(CodeContext::Migration);
        assert_eq!(of_path("api/migrations/0001_seed.py"), migration);
        let example = Some(CodeContext::Example);
        assert_eq!(of_path("src/Login.stories.tsx"), example);
    }

    #[test]
    fn a_lab_is_no_example() {
        assert_eq!(of_path("examples/vulnerable-api/app.js"), None);
        assert_eq!(of_path("labs/jwt/demo/app.py"), None);
        let test = Some(CodeContext::Test);
        assert_eq!(of_path("vulnerable/tests/app.py"), test);
        let example = Some(CodeContext::Example);
        assert_eq!(of_path("examples/collab/app.js"), example);
    }
}
