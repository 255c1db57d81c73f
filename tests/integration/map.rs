//! `jotlint map` from outside: who can mint and who can verify what, in every format, and what falls with a service.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::repository;

const FORMATS: [&str; 5] = ["text", "json", "mermaid", "dot", "svg"];

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jotlint"))
        .current_dir(folder)
        .args(["map", "--no-config"])
        .args(arguments)
        .output()
        .unwrap()
}

/// What it says when it succeeds.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn project(name: &str) -> std::path::PathBuf {
    repository("fixtures/projects").join(name)
}

fn in_every_format(name: &str, what_if: &str) -> String {
    let mut all = String::new();
    for format in FORMATS {
        all += &format!("# {format}\n{}\n", said(&project(name), &["-f", format]));
    }
    for format in ["text", "mermaid"] {
        let arguments = ["-f", format, "--what-if", what_if];
        all += &format!(
            "# {format}, {what_if}\n{}\n",
            said(&project(name), &arguments)
        );
    }
    all
}

#[test]
fn a_shared_secret_lets_everyone_mint() {
    insta::assert_snapshot!(in_every_format("compose-shared", "compromised=orders"));
}

#[test]
fn a_public_key_lets_nobody_mint() {
    insta::assert_snapshot!(in_every_format("lab-repaired", "compromised=auth-server"));
}

#[test]
fn the_halves_of_a_pair_are_one_key() {
    insta::assert_snapshot!(in_every_format("key-pair", "compromised=auth"));
}

#[test]
fn what_falls_with_a_service() {
    let what_if = |name: &str, service: &str| {
        let taken = format!("compromised={service}");
        said(&project(name), &["--what-if", &taken])
    };
    let shared = what_if("compose-shared", "mail");
    assert!(
        shared.contains("falls") && shared.contains("orders"),
        "{shared}"
    );
    // It mints and never verifies.
    assert!(!shared.contains("auth"), "{shared}");
    let repaired = what_if("lab-repaired", "client");
    assert!(repaired.contains("nothing falls"), "{repaired}");
    let by_name = what_if("name-alone", "auth");
    assert!(by_name.contains("may accept them"), "{by_name}");
    assert!(!by_name.contains("accept forged tokens"), "{by_name}");
}

#[test]
fn an_unknown_service_is_refused_with_those_there_are() {
    let output = run(
        &project("compose-shared"),
        &["--what-if", "compromised=mailer"],
    );
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    for name in ["`mailer`", "auth", "mail,", "orders"] {
        assert!(error.contains(name), "{error}");
    }
    let output = run(&project("compose-shared"), &["--what-if", "mail"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn an_empty_tree_has_an_empty_map() {
    let folder = tempfile::tempdir().unwrap();
    let text = said(folder.path(), &[]);
    assert_eq!(text, "no service was found to hold a key of tokens\n");
    assert_eq!(said(folder.path(), &["-q"]), "");
    let json: Value = serde_json::from_str(&said(folder.path(), &["-f", "json"])).unwrap();
    assert_eq!(json["keys"].as_array().unwrap().len(), 0);
    assert!(said(folder.path(), &["-f", "mermaid"]).starts_with("flowchart"));
    assert!(
        said(folder.path(), &["-f", "dot"])
            .trim_end()
            .ends_with('}')
    );
}

#[test]
fn no_secret_is_shown_and_names_stay_names() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "compose.yml",
        concat!(
            "services:\n",
            "  \"a\\\"];x[\\n<b>\\e[2J\":\n    image: registry.example/a\n    environment:\n",
            "      JWT_SECRET: canary-3f9a-never-a-real-key\n",
            "  api:\n    build: api\n    environment:\n",
            "      JWT_SECRET: ${KEY:-canary-3f9a-never-a-real-key}\n",
            "      JWT_PRIVATE_KEY: \"-----BEGIN PRIVATE KEY-----\\ncanary-3f9a\\n-----END PRIVATE KEY-----\"\n",
        ),
    );
    write("api/.env", "JWT_SECRET=canary-3f9a-other\n");
    write("api/package.json", "{\"name\":\"api\",\"main\":\"a.js\"}");
    write(
        "api/a.js",
        concat!(
            "const jwt = require('jsonwebtoken');\n",
            "jwt.verify(t, process.env.JWT_SECRET || 'canary-3f9a-default', { algorithms: ['HS256'] });\n",
            "jwt.sign({}, 'canary-3f9a-literal');\n",
        ),
    );
    for format in FORMATS {
        for more in [&[][..], &["--what-if", "compromised=api"]] {
            let arguments = [&["-f", format], more].concat();
            let text = said(folder.path(), &arguments);
            assert!(!text.contains("canary"), "{text}");
            assert!(!text.contains('\u{1b}'), "{text}");
            assert_eq!(text, said(folder.path(), &arguments));
            match format {
                "json" => assert!(serde_json::from_str::<Value>(&text).is_ok(), "{text}"),
                "mermaid" => {
                    assert!(!text.contains("<b>") && !text.contains("];x"), "{text}");
                }
                "dot" => assert!(!text.contains("a\"]"), "{text}"),
                "svg" => assert!(!text.contains("<b>"), "{text}"),
                _ => assert!(text.contains("JWT_SECRET"), "{text}"),
            }
        }
    }
}

#[test]
fn services_of_one_name_are_told_apart() {
    let folder = repository("fixtures/projects");
    let roots = ["compose-shared", "kustomize-shared"];
    let text = said(&folder, &roots);
    assert!(text.contains("auth (compose-shared/auth)"), "{text}");
    let both = said(
        &folder,
        &[&roots[..], &["--what-if", "compromised=auth"]].concat(),
    );
    let one = [
        &roots[..],
        &["--what-if", "compromised=auth (kustomize-shared/auth)"],
    ];
    assert!(both.starts_with("if auth (compose-shared/auth) and auth (kustomize-shared/auth)"));
    assert!(said(&folder, &one.concat()).starts_with("if auth (kustomize-shared/auth) is"));
}
