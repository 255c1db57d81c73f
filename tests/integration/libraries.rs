//! `jotlint libraries`: what is listed, that a model of one's own is checked, and that the README's tables are current.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

use crate::repository;

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jotlint"))
        .args(arguments)
        .output()
        .unwrap()
}

fn stdout(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&stdout(arguments)).unwrap()
}

#[test]
fn every_library_is_listed_and_no_platform() {
    let list = stdout(&["libraries"]);
    let names: Vec<&str> = list.lines().collect();
    assert!(
        names.iter().any(|line| line.starts_with("PyJWT ")),
        "{list}"
    );
    assert!(!list.contains("the platform"), "{list}");
}

#[test]
fn one_library_is_shown_with_its_facts_and_their_versions() {
    let shown = stdout(&["libraries", "pyjwt"]);
    for part in [
        "PyJWT (python)",
        "<2 | >=2",
        "verify: decode",
        "the token's header decides",
        "measured on 1.7.1",
        "signature is switched off by `named verify is false`",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let both = json(&["libraries", "jsonwebtoken", "--format", "json"]);
    let libraries = both["libraries"].as_array().unwrap();
    let languages: Vec<&Value> = libraries.iter().map(|known| &known["language"]).collect();
    assert_eq!(languages, ["javascript", "rust"]);
    let unset = libraries[0]["api"][0]["unset"].as_array().unwrap();
    let by_text = unset
        .iter()
        .find(|fact| fact["algorithms"] == "by-key-text");
    assert_eq!(by_text.unwrap()["versions"], ">=4.2.2, <9");
    let condition = &libraries[0]["api"][0]["off"]["expiry"][0];
    assert_eq!(condition, "option ignoreExpiration of arg 2 is true");
}

#[test]
fn the_texts_of_the_json_are_those_of_the_model_files() {
    let document = json(&["libraries", "--format", "json"]);
    assert_eq!(document["format"], "jotlint-libraries");
    let listed: Vec<&str> = document["libraries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|library| library["name"].as_str().unwrap())
        .collect();
    for entry in walkdir::WalkDir::new(repository("rules/libraries")) {
        let path = entry.unwrap().into_path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let model: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        let name = model["library"]["name"].as_str().unwrap();
        let is_platform = !model["library"]
            .as_table()
            .unwrap()
            .contains_key("manifest");
        let guards_other_secrets = |api: &toml::Value| api["role"].as_str() == Some("other-secret");
        let handles_tokens = model
            .get("api")
            .and_then(|apis| apis.as_array())
            .is_none_or(|apis| !apis.iter().all(guards_other_secrets));
        let expected = handles_tokens && !is_platform;
        assert_eq!(listed.contains(&name), expected, "{name}");
        if !expected {
            continue;
        }
        let language = path.parent().unwrap().file_name().unwrap();
        let library = document["libraries"]
            .as_array()
            .unwrap()
            .iter()
            .find(|library| {
                library["name"] == name && library["language"] == *language.to_str().unwrap()
            });
        let library = library.unwrap();
        for kind in ["api", "type"] {
            let written = model.get(kind).and_then(|items| items.as_array());
            for (index, item) in written.into_iter().flatten().enumerate() {
                let slots = item.get("slots").and_then(|slots| slots.as_table());
                for (slot, source) in slots.into_iter().flatten() {
                    let shown = &library[kind][index]["slots"][slot];
                    assert_eq!(shown, source.as_str().unwrap(), "{name} {kind} {index}");
                }
            }
        }
    }
}

#[test]
fn an_unknown_library_is_an_error() {
    let output = run(&["libraries", "no-such-thing"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("no library `no-such-thing`"), "{said}");
}

#[test]
fn a_model_of_ones_own_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    let file = file.to_str().unwrap();
    let check = || run(&["libraries", "--check", file]);
    let library = "[library]\nname = 'Mine'\npackages = ['mine']\nsource = 'its documentation'\n";
    let api = "[[api]]\npath = 'check'\nrole = 'verify'\n";
    fs::write(file, format!("{library}{api}")).unwrap();
    let output = check();
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("fits the schema: Mine; api 1, type 0"),
        "{said}"
    );
    for (wrong, line, message) in [
        ("colour = 'red'\n", 8, "unknown field `colour`"),
        ("slots = { token = 'argument 0' }\n", 8, "is not a place"),
        ("versions = 'soon'\n", 8, "version"),
        ("[[api]]\npath = 'x'\nrole = 'guess'\n", 10, "guess"),
        ("oops\n", 8, "expected"),
    ] {
        fs::write(file, format!("{library}{api}{wrong}")).unwrap();
        let output = check();
        assert_eq!(output.status.code(), Some(2), "{wrong}");
        let said = String::from_utf8(output.stderr).unwrap();
        let place = format!("mine.toml:{line}: ");
        assert!(said.contains(&place) && said.contains(message), "{said}");
    }
    let missing = run(&["libraries", "--check", "no/such.toml"]);
    assert_eq!(missing.status.code(), Some(2));
}

/// With `UPDATE_README=1` in the environment the tables are brought up to date instead.
#[test]
fn the_tables_of_the_readme_are_current() {
    let mut readme = fs::read_to_string(repository("README.md")).unwrap();
    for kind in ["libraries", "rules"] {
        let table = stdout(&[kind, "--format", "markdown"]);
        let (begin, end) = (
            format!("<!-- {kind}:begin -->\n"),
            format!("<!-- {kind}:end -->"),
        );
        let start = readme.find(&begin).unwrap() + begin.len();
        let length = readme[start..].find(&end).unwrap();
        if std::env::var_os("UPDATE_README").is_some() {
            readme.replace_range(start..start + length, &table);
            fs::write(repository("README.md"), &readme).unwrap();
        }
        assert!(
            readme[start..].starts_with(&table) && readme[start + table.len()..].starts_with(&end),
            "the table of {kind} in README.md is old: UPDATE_README=1 cargo test --test integration readme"
        );
    }
}
