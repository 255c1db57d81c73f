//! The program from outside: arguments, exit status, outputs, configuration, and the worker that a parser may kill.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const BAD: &str = "const jwt=require('jsonwebtoken'); jwt.verify(t, 'k', {algorithms:['none']})\n";

/// The program, run in a folder, with nothing of this environment that changes what it says.
fn jotlint(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jotlint"));
    command.current_dir(folder);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    jotlint(folder).args(arguments).output().unwrap()
}

fn status(folder: &Path, arguments: &[&str]) -> i32 {
    run(folder, arguments).status.code().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A folder with these files.
fn tree(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

/// The rules and paths of a JSON report's findings.
fn findings(out: &[u8]) -> Vec<(String, String)> {
    let report: Value = serde_json::from_slice(out).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let field = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    findings
        .iter()
        .map(|finding| (field(finding, "rule"), field(finding, "path")))
        .collect()
}

#[test]
fn the_status_says_how_it_went() {
    let folder = tree(&[("bad/a.js", BAD), ("good/a.js", "x = 1\n")]);
    for (arguments, expected) in [
        (&["good"][..], 0),
        (&["bad"], 1),
        (&["bad", "--no-worker"], 1),
        (&["bad", "-f", "sarif"], 1),
        (&["bad", "-f", "json"], 1),
        (&["bad", "--fail-on", "never"], 0),
        (&["bad", "--fail-on", "never", "-f", "sarif"], 0),
        (
            &["bad", "--select", "aud-unchecked", "--fail-on", "error"],
            0,
        ),
        (&["bad", "--exclude", "a.js"], 0),
        (&["missing"], 2),
        (&["missing", "-f", "json", "--no-worker"], 2),
        (&["--nonsense"], 2),
        (&["--fail-on", "often"], 2),
        (&["--format", "text", "--output", "text"], 2),
        (&["--output", "text", "--output", "json"], 2),
        (&["--output", "sarif="], 2),
        (&["--output", "json=no/such/folder"], 2),
        (&["--select", "alg-non"], 2),
        (&["--exclude", "["], 2),
        (&["--config", "missing.toml"], 2),
        (&["--help"], 0),
        (&["--version"], 0),
    ] {
        assert_eq!(status(folder.path(), arguments), expected, "{arguments:?}");
    }
}

#[test]
fn an_empty_tree_says_that_nothing_was_checked() {
    let folder = tree(&[]);
    let output = run(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).starts_with("nothing checked"));
    assert_eq!(text(&output.stderr), "");
    assert_eq!(text(&run(folder.path(), &["-q"]).stdout), "");
}

#[test]
fn a_missing_path_is_named() {
    let folder = tree(&[]);
    let output = run(folder.path(), &["mis\u{1b}[2Jsing"]);
    let said = text(&output.stderr);
    assert!(said.contains("sing: no such file or folder"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
}

#[test]
fn rules_are_listed_and_explained() {
    let folder = tree(&[]);
    let list = text(&run(folder.path(), &["rules"]).stdout);
    assert!(
        list.lines().any(|line| line.starts_with("alg-none ")),
        "{list}"
    );
    let json = run(folder.path(), &["rules", "--format", "json"]).stdout;
    let json: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(
        json["rules"].as_array().unwrap().len(),
        list.lines().count() - 1
    );
    let page = run(folder.path(), &["explain", "alg-none"]);
    assert_eq!(page.status.code(), Some(0));
    let page = text(&page.stdout);
    assert!(
        page.starts_with("alg-none: ") && page.contains("CWE-347"),
        "{page}"
    );
    assert!(
        page.contains("## How to fix it") && !page.contains("+++"),
        "{page}"
    );
    let unknown = run(folder.path(), &["explain", "alg_nonee"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("did you mean `alg-none`?"));
    let nonsense = run(folder.path(), &["explain", "nonsense"]);
    assert_eq!(nonsense.status.code(), Some(2));
    assert!(text(&nonsense.stderr).contains("there is no rule `nonsense`"));
}

#[test]
fn several_outputs_go_to_their_places() {
    let folder = tree(&[("a.js", BAD)]);
    let arguments = ["--output", "sarif=out.sarif", "--output", "json"];
    let output = run(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(1));
    assert!(!findings(&output.stdout).is_empty());
    let sarif = fs::read(folder.path().join("out.sarif")).unwrap();
    let sarif: Value = serde_json::from_slice(&sarif).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
}

#[test]
fn sarif_paths_begin_at_the_repository_and_others_as_typed() {
    let folder = tree(&[("repo/.git/HEAD", ""), ("repo/my app/src/a.js", BAD)]);
    let repository = folder.path().join("repo");
    for (current, typed) in [("", "my app"), ("my app", "src"), ("my app", "src/a.js")] {
        let current = repository.join(current);
        let sarif = run(&current, &[typed, "-f", "sarif"]).stdout;
        let sarif: Value = serde_json::from_slice(&sarif).unwrap();
        let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(
            place["artifactLocation"]["uri"], "my%20app/src/a.js",
            "{typed}"
        );
        let found = findings(&run(&current, &[typed, "-f", "json"]).stdout);
        let below = if typed == "my app" {
            "my app/src/a.js"
        } else {
            "src/a.js"
        };
        assert_eq!(found[0].1, below);
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let many: Vec<(String, &str)> = (0..200).map(|index| (format!("{index}.js"), BAD)).collect();
    let files: Vec<(&str, &str)> = many
        .iter()
        .map(|(path, text)| (path.as_str(), *text))
        .collect();
    let folder = tree(&files);
    for worker in [&["-f", "json"][..], &["-f", "json", "--no-worker"]] {
        let mut child = jotlint(folder.path())
            .args(worker)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert_eq!(said, "");
        assert_eq!(child.wait().unwrap().code(), Some(1));
    }
}

#[test]
fn colour_is_for_terminals_and_those_who_ask() {
    let folder = tree(&[("a.js", BAD)]);
    for (arguments, variable, colored) in [
        (&[][..], None, false),
        (&[], Some("CLICOLOR_FORCE"), true),
        (&["--color", "always"], None, true),
        (&["--color", "always"], Some("NO_COLOR"), true),
        (&["--color", "never"], Some("CLICOLOR_FORCE"), false),
        (&[], Some("NO_COLOR"), false),
    ] {
        let mut command = jotlint(folder.path());
        command.args(arguments);
        if let Some(variable) = variable {
            command.env(variable, "1");
        }
        let out = text(&command.output().unwrap().stdout);
        assert_eq!(
            out.contains("\u{1b}["),
            colored,
            "{arguments:?} {variable:?}"
        );
        assert!(!out.contains("\u{1b}]8"), "{arguments:?} {variable:?}");
    }
}

#[test]
fn mistakes_in_the_configuration_are_errors_with_their_line() {
    for (config, said) in [
        (
            "fail_on = \"never\"",
            "jotlint.toml:1: unknown field `fail_on`",
        ),
        (
            "\n[rules]\nalg-nun = \"off\"",
            "jotlint.toml:3: there is no rule `alg-nun`; did you mean `alg-none`?",
        ),
    ] {
        let folder = tree(&[("jotlint.toml", config), ("a.js", BAD)]);
        let output = run(folder.path(), &[]);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(text(&output.stdout), "");
        assert!(
            text(&output.stderr).contains(said),
            "{}",
            text(&output.stderr)
        );
        assert_eq!(status(folder.path(), &["--no-config"]), 1);
    }
}

#[test]
fn the_configuration_decides_and_flags_win() {
    let config = "fail-on = \"never\"\nselect = [\"alg-none\", \"hardcoded-key\"]\nexclude = [\"src/old/\"]\n[rules]\nhardcoded-key = \"off\"\n";
    let folder = tree(&[
        (".git/HEAD", ""),
        ("jotlint.toml", config),
        ("src/a.js", BAD),
        ("src/old/a.js", BAD),
    ]);
    // The globs are relative to the configuration file, whatever is linted.
    for (root, path) in [(".", "src/a.js"), ("src", "src/a.js")] {
        let output = run(folder.path(), &[root, "-f", "json"]);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(findings(&output.stdout), [("alg-none".into(), path.into())]);
    }
    let output = run(
        folder.path(),
        &[
            "-f",
            "json",
            "--select",
            "hardcoded-key",
            "--fail-on",
            "note",
        ],
    );
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        findings(&output.stdout),
        [("hardcoded-key".into(), "src/a.js".into())]
    );
}

#[test]
fn comments_take_findings_away() {
    let suppressed = format!(
        "{}// jotlint: ignore[alg-none, hardcoded-key] -- a fixture\n",
        BAD.replace('\n', " ")
    );
    let needless = "// jotlint: ignore[alg-none] -- long gone\nrequire('jsonwebtoken')\n";
    let folder = tree(&[("a.js", &suppressed), ("b.js", needless)]);
    let output = run(folder.path(), &["-f", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["summary"]["suppressed"], 2);
    assert_eq!(report["summary"]["files_unread"], 0);
    let notification = &report["notifications"][0];
    assert_eq!(notification["path"], "b.js");
    assert_eq!(notification["line"], 1);
    assert_eq!(notification["level"], "note");
}

#[test]
fn the_inventory_lists_sites() {
    let folder = tree(&[("a.js", BAD)]);
    let output = run(folder.path(), &["inventory"]);
    assert_eq!(output.status.code(), Some(0));
    let shown = text(&output.stdout);
    assert!(shown.starts_with("a.js:1:"), "{shown}");
    assert!(shown.contains("literal (1 byte, a.js:1)"), "{shown}");
}

/// Workers abort on a name only in debug builds, as do the tests that need it.
#[cfg(debug_assertions)]
mod worker {
    use super::*;

    fn aborting(folder: &Path, names: &str, arguments: &[&str]) -> Output {
        jotlint(folder)
            .args(arguments)
            .env("JOTLINT_TEST_ABORT_ON", names)
            .output()
            .unwrap()
    }

    #[test]
    fn a_file_that_kills_the_parser_costs_itself_only() {
        let folder = tree(&[
            ("a.js", BAD),
            ("b.js", BAD),
            ("sub/hostile one.js", BAD),
            ("sub/hostile two.js", BAD),
        ]);
        let first = aborting(
            folder.path(),
            "hostile one.js,hostile two.js",
            &["-f", "json", "--threads", "4"],
        );
        assert_eq!(first.status.code(), Some(1), "{}", text(&first.stderr));
        assert_eq!(text(&first.stderr), "");
        let report: Value = serde_json::from_slice(&first.stdout).unwrap();
        let named: Vec<&str> = report["notifications"]
            .as_array()
            .unwrap()
            .iter()
            .map(|notification| notification["path"].as_str().unwrap())
            .collect();
        assert_eq!(named, ["sub/hostile one.js", "sub/hostile two.js"]);
        assert_eq!(report["summary"]["files_unread"], 2);
        let found = findings(&first.stdout);
        assert!(found.iter().any(|(_, path)| path == "a.js"));
        assert!(found.iter().any(|(_, path)| path == "b.js"));
        assert!(found.iter().all(|(_, path)| !path.contains("hostile")));
        let again = aborting(
            folder.path(),
            "hostile one.js,hostile two.js",
            &["-f", "json", "--threads", "1"],
        );
        assert_eq!(again.stdout, first.stdout);
        let inventory = aborting(folder.path(), "hostile one.js", &["inventory"]);
        assert_eq!(inventory.status.code(), Some(0));
        assert!(text(&inventory.stdout).contains("the parser died on this file"));
    }

    #[test]
    fn too_many_such_files_are_an_error() {
        let names: Vec<String> = (0..9).map(|index| format!("hostile{index}.js")).collect();
        let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), BAD)).collect();
        let folder = tree(&files);
        let output = aborting(folder.path(), &names.join(","), &["--threads", "1"]);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(text(&output.stdout), "");
        assert!(text(&output.stderr).contains("more than 8 files"));
    }
}

#[test]
fn a_list_of_known_keys_makes_long_keys_weak() {
    let code = "const jwt = require('jsonwebtoken');\nconst key = process.env.KEY || 'fixture-known-key-with-more-than-32-bytes';\nexports.f = (t) => jwt.verify(t, key, { algorithms: ['HS256'], audience: 'a', issuer: 'b' });\n";
    let folder = tree(&[
        ("a.js", code),
        (
            "keys.list",
            "first\r\nfixture-known-key-with-more-than-32-bytes\r\n",
        ),
    ]);
    let rules = |arguments: &[&str]| -> Vec<String> {
        let found = findings(&run(folder.path(), arguments).stdout);
        found.into_iter().map(|(rule, _)| rule).collect()
    };
    assert_eq!(rules(&["-f", "json", "a.js"]), ["fallback-key"]);
    let listed = ["-f", "json", "--known-keys", "keys.list", "a.js"];
    assert_eq!(rules(&listed), ["weak-key"]);
    let missing = run(folder.path(), &["--known-keys", "gone.list", "a.js"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("gone.list: cannot be read"));
}

/// Minted for this test; the keys are `secret` and `fixture-otter-vapour-quarry-plinth-basin`.
const PUBLISHED_TOKEN: &str =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJmaXh0dXJlIn0.1lJjdX1L1nf2Tc3XM67buq14dXAYXwMIcK364D719YY";
const FOUND_TOKEN: &str =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJmaXh0dXJlIn0.PuJboO0aWHWkAJHgFE3KHWn_CS_G7PV_Rjbj_nTCoLs";

#[test]
fn a_token_names_the_key_that_opens_it() {
    let code = format!(
        "const jwt = require('jsonwebtoken');\nexports.a = '{PUBLISHED_TOKEN}';\nexports.b = '{FOUND_TOKEN}';\n"
    );
    let key = "fixture-otter-vapour-quarry-plinth-basin\n";
    let folder = tree(&[("a.js", &code), ("hmac.key", key)]);
    let shown = text(&run(folder.path(), &["-f", "text"]).stdout);
    assert!(
        shown.contains("It is signed with a published key"),
        "{shown}"
    );
    assert!(
        shown.contains("The key that signed it is in this tree"),
        "{shown}"
    );
    assert!(shown.contains("hmac.key:1:1"), "{shown}");
    assert!(!shown.contains("otter"), "{shown}");
}
