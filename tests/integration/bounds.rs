//! Evaluation ends, takes a fixed number of steps at most, and says what it left out.

use std::fs;
use std::path::Path;

use jotlint::budget::{Budget, CutFiles};
use jotlint::finding::Report;
use jotlint::lint::{self, Options, Silent};
use tempfile::TempDir;

fn tree(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn options(root: &Path, budget: Budget, threads: usize) -> Options {
    Options {
        roots: vec![root.to_path_buf()],
        threads,
        budget,
        ..Options::default()
    }
}

fn lint_within(root: &Path, budget: Budget) -> Report {
    lint::lint(&options(root, budget, 1), &Silent).unwrap()
}

fn said(report: &Report) -> Vec<&str> {
    let notifications = report.notifications.iter();
    notifications.map(|it| it.message.as_str()).collect()
}

const VERIFY: &str = "const jwt = require('jsonwebtoken');\n\
    exports.user = (token) => jwt.verify(token, 'not-a-secret', { algorithms: ['HS256'] });\n";

#[test]
fn a_file_within_bounds_is_not_cut() {
    let tree = tree(&[("auth.js", VERIFY)]);
    let report = lint_within(tree.path(), Budget::default());
    assert_eq!(report.summary.cut, CutFiles::default());
    assert_eq!(said(&report), Vec::<&str>::new());
    assert!(!report.findings.is_empty());
}

#[test]
fn the_steps_of_one_file_are_bounded() {
    let long = format!("{}{VERIFY}", "console.log('x');\n".repeat(100));
    let tree = tree(&[("auth.js", &long)]);
    let budget = Budget {
        file_nodes: 50,
        ..Budget::default()
    };
    let report = lint_within(tree.path(), budget);
    assert_eq!(
        (report.summary.cut.files, report.summary.cut.file_budget),
        (1, 1)
    );
    assert_eq!(
        said(&report),
        ["evaluated in part only: it takes more steps than one file may take"]
    );
    let inventory = lint::inventory(&options(tree.path(), budget, 1), &Silent).unwrap();
    assert_eq!(inventory.cut, report.summary.cut);
    assert_eq!(inventory.notifications.len(), 1);
}

#[test]
fn the_steps_of_a_project_are_bounded_whatever_the_threads() {
    let files: Vec<(String, &str)> = (0..200)
        .map(|number| (format!("service{number:03}/auth.js"), VERIFY))
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), *text))
        .collect();
    let tree = tree(&files);
    let budget = Budget {
        project_nodes: 100,
        ..Budget::default()
    };
    let cut = |threads| {
        let report = lint::lint(&options(tree.path(), budget, threads), &Silent).unwrap();
        // A file that is evaluated by itself still tells what stands in it.
        assert_eq!(report.summary.sites, 200);
        let paths: Vec<_> = report.notifications.into_iter().map(|it| it.path).collect();
        (report.summary.cut, paths)
    };
    let (counts, paths) = cut(1);
    assert_eq!((counts.files, counts.project_budget), (72, 72));
    assert_eq!(cut(4), (counts, paths));
}

#[test]
fn the_files_that_one_asks_for_are_bounded() {
    let index = "const a = require('./a');\nconst b = require('./b');\nconst jwt = require('jsonwebtoken');\n\
        exports.sign = (user) => jwt.sign({ user }, a.SECRET || b.SECRET, { expiresIn: '1h' });\n";
    let other = "exports.SECRET = process.env.SECRET;\n";
    let tree = tree(&[("index.js", index), ("a.js", other), ("b.js", other)]);
    let budget = Budget {
        imports: 1,
        ..Budget::default()
    };
    let report = lint_within(tree.path(), budget);
    assert_eq!(
        (report.summary.cut.files, report.summary.cut.imports),
        (1, 1)
    );
    assert_eq!(
        said(&report),
        ["evaluated in part only: it asks for too many other files"]
    );
}

#[test]
fn nested_calls_are_bounded() {
    let chain: String = (0..40)
        .map(|number| format!("function f{number}(x) {{ return f{}(x); }}\n", number + 1))
        .collect();
    let text = format!("{VERIFY}{chain}function f40(x) {{ return x; }}\nf0(1);\n");
    let tree = tree(&[("auth.js", &text)]);
    let report = lint_within(tree.path(), Budget::default());
    assert_eq!((report.summary.cut.files, report.summary.cut.depth), (1, 1));
    assert_eq!(
        said(&report),
        ["evaluated in part only: calls or imports are nested too deeply"]
    );
}

#[test]
fn definitions_that_wait_for_each_other_are_bounded() {
    let chain: String = (0..2000)
        .map(|number| format!("const K{} = K{number};\n", number + 1))
        .collect();
    let settings =
        format!("const K0 = 'not-a-secret';\n{chain}module.exports = {{ K3, K2000 }};\n");
    let key =
        |name: &str| VERIFY.replace("'not-a-secret'", &format!("require('./settings').{name}"));
    let near = tree(&[("auth.js", &key("K3")), ("settings.js", &settings)]);
    let report = lint_within(near.path(), Budget::default());
    let mut rules = report.findings.iter().map(|it| it.rule.id);
    assert!(rules.any(|rule| rule == "hardcoded-key"));
    let far = tree(&[("auth.js", &key("K2000")), ("settings.js", &settings)]);
    let report = lint_within(far.path(), Budget::default());
    assert_eq!((report.summary.cut.files, report.summary.cut.depth), (1, 1));
}

#[test]
fn circles_end() {
    let a = "const b = require('./b');\nconst jwt = require('jsonwebtoken');\n\
        exports.key = () => b.key();\nexports.user = (token) => jwt.verify(token, b.key());\n";
    let b = "const a = require('./a');\nexports.key = () => a.key();\nfunction f() { return g(); }\n\
        function g() { return f(); }\nexports.again = f();\n";
    let tree = tree(&[("a.js", a), ("b.js", b)]);
    let report = lint_within(tree.path(), Budget::default());
    assert_eq!(report.summary.cut, CutFiles::default());
    assert_eq!(report.summary.sites, 1);
}
