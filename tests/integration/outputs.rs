//! The three formats of one small project, and SARIF against its schema.

use std::fs;

use jotlint::report::Format;
use serde_json::Value;

use crate::{lint_everything, rendered};

const SERVER: &str = "\
const jwt = require('jsonwebtoken');
const SECRET = process.env.JWT_SECRET || 'a-fixture-default';

exports.login = (user) => jwt.sign({ id: user.id }, SECRET);

exports.check = (req) => jwt.verify(req.headers.authorization, SECRET, {
  algorithms: ['HS256', 'none'],
  ignoreExpiration: true,
});
";

/// A project with a space in its path.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("my app");
    fs::create_dir(&app).unwrap();
    fs::write(app.join("server.js"), SERVER).unwrap();
    fs::write(
        app.join("package.json"),
        r#"{"dependencies": {"jsonwebtoken": "9.0.2"}}"#,
    )
    .unwrap();
    folder
}

fn valid_sarif(text: &str) -> Value {
    let schema: Value =
        serde_json::from_str(include_str!("../data/sarif-schema-2.1.0.json")).unwrap();
    let log: Value = serde_json::from_str(text).unwrap();
    let validator = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft7)
        .build(&without_patterns(schema))
        .unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&log)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    log
}

/// One pattern of the schema is not a regular expression that the validator reads.
fn without_patterns(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(members) => {
            members.remove("pattern");
            for member in members.values_mut() {
                *member = without_patterns(member.take());
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = without_patterns(item.take());
            }
        }
        _ => {}
    }
    schema
}

#[test]
fn text() {
    insta::assert_snapshot!(rendered(&lint_everything(project().path()), Format::Text));
}

#[test]
fn json() {
    insta::assert_snapshot!(rendered(&lint_everything(project().path()), Format::Json));
}

#[test]
fn sarif() {
    let text = rendered(&lint_everything(project().path()), Format::Sarif);
    let mut log = valid_sarif(&text);
    let run = &mut log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].take();
    assert!(rules.as_array().is_some_and(|rules| rules.len() >= 14));
    insta::assert_snapshot!(serde_json::to_string_pretty(&run["results"]).unwrap());
}

#[test]
fn sarif_of_an_empty_tree_is_valid_and_has_results() {
    let folder = tempfile::tempdir().unwrap();
    let log = valid_sarif(&rendered(&lint_everything(folder.path()), Format::Sarif));
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn every_location_lies_on_one_line() {
    let log = valid_sarif(&rendered(
        &lint_everything(&crate::repository("fixtures")),
        Format::Sarif,
    ));
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(!results.is_empty());
    for result in results {
        let place = &result["locations"][0]["physicalLocation"];
        let region = &place["region"];
        assert_eq!(
            region["startLine"],
            region
                .get("endLine")
                .cloned()
                .unwrap_or(region["startLine"].clone())
        );
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(!uri.starts_with('/') && !uri.contains(' '), "{uri}");
    }
}
