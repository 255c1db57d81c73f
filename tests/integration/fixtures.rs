//! Fixtures carry their expectations: a comment `expect: rule-id, other-rule(note)` stands on the line of each
//! finding. Every finding must be expected and every expectation found; the level is compared when it is written.
//!
//! A folder under `projects/` is linted as a whole. Where files have no comments, a file `EXPECTED` names the findings.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jotlint::lint::{Options, Silent, lint};
use walkdir::WalkDir;

use crate::repository;

/// One expectation or finding: path, line, rule, level.
type Seen = (String, u32, String, String);

#[test]
fn javascript() {
    compare("javascript");
}

#[test]
fn python() {
    compare("python");
}

#[test]
fn rust() {
    compare("rust");
}

#[test]
fn projects() {
    let root = repository("fixtures/projects");
    for entry in fs::read_dir(root).unwrap() {
        let root = entry.unwrap().path();
        let listed = fs::read_to_string(root.join("EXPECTED")).unwrap_or_default();
        let listed = listed.lines().map(|line| {
            let (place, rule) = line.split_once(' ').unwrap();
            let (path, line) = place.rsplit_once(':').unwrap();
            let (rule, level) = rule.trim_end_matches(')').split_once('(').unwrap();
            let line = line.parse().unwrap();
            (path.to_owned(), line, rule.to_owned(), level.to_owned())
        });
        let mut expected = expectations(&root);
        expected.extend(listed);
        println!("{}", root.display());
        compare_with(&root, &expected);
    }
}

fn compare(language: &str) {
    let root = repository("fixtures").join(language);
    let expected = expectations(&root);
    assert!(
        !expected.is_empty(),
        "no fixture under {language} expects anything"
    );
    compare_with(&root, &expected);
}

fn compare_with(root: &Path, expected: &BTreeSet<Seen>) {
    let options = Options {
        roots: vec![root.to_owned()],
        threads: 2,
        ..Options::default()
    };
    let report = lint(&options, &Silent).unwrap();
    let found: BTreeSet<Seen> = report
        .findings
        .iter()
        .map(|finding| {
            let line = report.sources[&finding.primary.path].line_of(finding.primary.span.start);
            (
                finding.primary.path.clone(),
                line,
                finding.rule.id.to_owned(),
                finding.level.to_string(),
            )
        })
        .collect();
    let matches = |expected: &Seen, found: &Seen| {
        (&expected.0, expected.1, &expected.2) == (&found.0, found.1, &found.2)
            && (expected.3.is_empty() || expected.3 == found.3)
    };
    let missed: Vec<&Seen> = expected
        .iter()
        .filter(|one| !found.iter().any(|other| matches(one, other)))
        .collect();
    let unexpected: Vec<&Seen> = found
        .iter()
        .filter(|one| !expected.iter().any(|other| matches(other, one)))
        .collect();
    assert!(
        missed.is_empty() && unexpected.is_empty(),
        "\nexpected but not found: {missed:#?}\nfound but not expected: {unexpected:#?}\nnotifications: {:#?}",
        report.notifications
    );
}

fn expectations(root: &Path) -> BTreeSet<Seen> {
    let mut expected = BTreeSet::new();
    for entry in WalkDir::new(root).sort_by_file_name() {
        let entry = entry.unwrap();
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry
            .path()
            .strip_prefix(root)
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/");
        let Ok(text) = fs::read_to_string(entry.path()) else {
            continue;
        };
        for (index, line) in text.lines().enumerate() {
            let Some((_, rules)) = line.split_once("expect: ") else {
                continue;
            };
            // In a notebook a comment ends with the JSON string that holds it.
            let rules = rules.split('\\').next().unwrap_or_default();
            for rule in rules
                .trim_end_matches("*/")
                .trim_end_matches("-->")
                .split(',')
            {
                let (rule, level) = rule.trim().split_once('(').unwrap_or((rule.trim(), ""));
                let level = level.trim_end_matches(')').to_owned();
                expected.insert((path.clone(), index as u32 + 1, rule.to_owned(), level));
            }
        }
    }
    expected
}
