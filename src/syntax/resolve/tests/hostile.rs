use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::{Language, Resolver, Tree};
use super::{Memory, answer};

#[test]
fn settings_that_extend_each_other() {
    let memory = Memory::new(&["src/a.ts"])
        .with(
            "tsconfig.json",
            r#"{ "extends": ["./b.json", "./tsconfig.json"], "references": [{ "path": "." }] }"#,
        )
        .with(
            "b.json",
            r#"{ "extends": "./tsconfig", "compilerOptions": { "paths": { "x": ["src/a"] } } }"#,
        );
    assert_eq!(
        memory.ask(Language::TypeScript, "src/b.ts", "x", &[]),
        "src/a.ts"
    );
    assert_eq!(memory.ask(Language::TypeScript, "src/b.ts", "y", &[]), "-");
}

#[test]
fn broken_and_strange_manifests() {
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    let deep_object = format!("{}1{}", r#"{"exports":"#.repeat(5_000), "}".repeat(5_000));
    let huge = format!(r#"{{ "name": "big", "x": "{}" }}"#, "y".repeat(2_000_000));
    for text in [
        "",
        "{",
        "null",
        "[]",
        "\"x\"",
        "{ \"exports\": 1, \"imports\": [], \"main\": {} }",
        "package = 1",
        "[package",
        "[lib]\npath = 1\n[dependencies]\nx = []",
        deep.as_str(),
        deep_object.as_str(),
        huge.as_str(),
        r#"{ "name": "big", "main": "../../../../etc/passwd", "exports": { ".": ["../x", null, 1], "./*": "../*" } }"#,
        r#"{ "compilerOptions": { "baseUrl": "../../..", "paths": { "*": ["../../*", 1], "big*": "x", "": [""] } } }"#,
    ] {
        let memory = Memory::new(&["x.ts", "src/lib.rs", "src/a.py"])
            .with("src/package.json", text)
            .with("package.json", text)
            .with("tsconfig.json", text)
            .with("src/Cargo.toml", text)
            .with("Cargo.toml", text);
        for module in ["big", "big/x", "#x", "../x/y", "@/y", "*", "", ".."] {
            for language in [Language::TypeScript, Language::Python, Language::Rust] {
                let found = memory.ask(language, "src/b.ts", module, &["z"]);
                assert_eq!(found, "-", "{module} {language:?} {:.40}", text);
            }
        }
    }
}

#[test]
fn nothing_leads_out_of_the_tree() {
    let memory = Memory::new(&["a.ts", "a.py", "src/a.rs", "src/lib.rs"])
        .with(
            "package.json",
            r#"{ "name": "a", "dependencies": { "b": "file:../../b" } }"#,
        )
        .with(
            "Cargo.toml",
            "[package]\nname = \"a\"\n[lib]\npath = \"../../x.rs\"\n",
        );
    for module in [
        "../../../a",
        "./../../a",
        "src/../../../a",
        "/../../a",
        "b",
        "@/../../../a",
        "a/../../../b",
    ] {
        assert_eq!(
            memory.ask(Language::TypeScript, "src/b.ts", module, &[]),
            "-",
            "{module}"
        );
    }
    for module in [".......a", "../a", "a/b", "/a", "a..b", "."] {
        assert_eq!(
            memory.ask(Language::Python, "src/b.py", module, &["..", "a"]),
            "-",
            "{module}"
        );
    }
    for module in ["..", "../a", "a/../..", ""] {
        assert_eq!(
            memory.ask(Language::Rust, "src/lib.rs", module, &["..", "a"]),
            "-",
            "{module}"
        );
    }
    let supers = vec!["super"; 1_000];
    assert_eq!(
        memory.ask(Language::Rust, "src/a.rs", "super", &supers),
        "-"
    );
}

#[test]
fn long_modules_and_paths() {
    let memory = Memory::new(&["a/b.py", "a/b.ts", "src/b.rs", "src/lib.rs"]);
    let long = "a.".repeat(100_000);
    let slashes = format!("./{}b", "a/../a/".repeat(100_000));
    let names = vec!["x"; 100_000];
    assert_eq!(memory.ask(Language::Python, "x.py", &long, &names), "-");
    assert_eq!(
        memory.ask(Language::TypeScript, "x.ts", &slashes, &names),
        "-"
    );
    assert_eq!(
        memory.ask(Language::Rust, "src/lib.rs", "b", &names),
        "src/b.rs"
    );
    let deep = format!("{}x.py", "d/".repeat(100_000));
    assert_eq!(memory.ask(Language::Python, &deep, "jwt", &[]), "-");
}

/// Thousands of packages, every manifest with a long map.
struct Packages(Arc<str>);

impl Tree for Packages {
    fn has(&self, path: &str) -> bool {
        path == "packages/p1/src/index.ts"
    }

    fn read(&self, path: &str) -> Option<Arc<str>> {
        let number = path
            .strip_prefix("packages/p")?
            .strip_suffix("/package.json")?;
        if number == "1" {
            return Some(Arc::from(r#"{ "name": "@acme/one" }"#));
        }
        Some(self.0.clone())
    }

    fn folders_with(&self, _name: &str) -> Vec<String> {
        (1..100_000)
            .map(|number| format!("packages/p{number}"))
            .collect()
    }
}

#[test]
fn thousands_of_packages() {
    let mut exports = String::from(r#"{ "name": "same", "exports": {"#);
    for number in 0..200 {
        let _ = write!(exports, r#" "./x{number}/*": "./dist/*", "#);
    }
    exports.push_str(r#" ".": "./dist/index.js" } }"#);
    let tree = Packages(Arc::from(exports));
    let resolver = Resolver::new(&tree);
    let started = Instant::now();
    let ask = |module: &str| answer(&resolver, Language::TypeScript, "app/a.ts", module, &[]);
    assert_eq!(ask("@acme/one"), "packages/p1/src/index.ts");
    for number in 0..200 {
        assert_eq!(ask(&format!("same/x{number}/y")), "-");
    }
    assert!(started.elapsed() < Duration::from_secs(30));
}
