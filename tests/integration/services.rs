//! The trust graph of the trees under `fixtures/projects/`: who holds which key, and what each does with it.

use std::fs;
use std::process::Command;

use jotlint::lint::{Options, Silent, with_trust};
use jotlint::services::TrustGraph;

use crate::repository;

/// One line a key: its name, and each holder with what it does.
fn lines(graph: &TrustGraph<'_>) -> Vec<String> {
    let identities = graph.identities.iter();
    identities
        .map(|identity| {
            let holders = identity.holders().into_iter().map(|(service, role)| {
                let name = &graph.services[service].name;
                format!("{name} {}", role.describe())
            });
            let holders: Vec<String> = holders.collect();
            format!("{}: {}", identity.name, holders.join(", "))
        })
        .collect()
}

fn map(project: &str) -> Vec<String> {
    let options = Options {
        roots: vec![repository("fixtures/projects").join(project)],
        threads: 2,
        ..Options::default()
    };
    with_trust(&options, &Silent, lines).unwrap()
}

#[test]
fn holders_and_their_roles() {
    assert_eq!(
        map("compose-shared"),
        ["JWT_SECRET: auth mints, orders verifies, mail only holds it"]
    );
    assert_eq!(
        map("lab-shared"),
        ["JWT_SECRET: auth-server mints, client verifies, resource-server verifies"]
    );
    assert_eq!(
        map("kustomize-shared"),
        ["JWT_SECRET: auth mints, orders verifies"]
    );
    assert_eq!(
        map("helm-shared"),
        ["JWT_SECRET: auth mints, orders verifies"]
    );
    assert_eq!(map("workspace-shared").len(), 1);
}

#[test]
fn one_service_twice_is_one_holder() {
    for line in map("same-service-twice") {
        assert!(!line.contains(", "), "{line}");
    }
}

#[test]
fn the_configuration_says_what_a_service_is() {
    let mut options = Options {
        roots: vec![repository("fixtures/projects/compose-shared")],
        ..Options::default()
    };
    let folders = vec!["auth".to_owned(), "orders".to_owned(), "mail".to_owned()];
    options.config.services.insert("shop".to_owned(), folders);
    let lines = with_trust(&options, &Silent, lines).unwrap();
    assert_eq!(lines, ["JWT_SECRET: shop mints and verifies"]);
}

#[test]
fn variables_of_this_machine_are_followed_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).unwrap();
    let git = Command::new("git")
        .args(["init", "-q"])
        .current_dir(folder.path())
        .status();
    assert!(git.unwrap().success());
    write(".gitignore", ".env\n");
    write(".env", "ONE=secret\nOTHER=secret\n");
    let service = |name: &str, variable: &str| {
        format!(
            "  {name}:\n    image: registry.example/{name}\n    environment:\n      JWT_SECRET: ${{{variable}}}\n"
        )
    };
    let text = format!(
        "services:\n{}{}",
        service("auth", "ONE"),
        service("orders", "OTHER")
    );
    write("compose.yml", &text);
    let options = Options {
        roots: vec![folder.path().to_owned()],
        ..Options::default()
    };
    let report = jotlint::lint::lint(&options, &Silent).unwrap();
    let rules: Vec<&str> = report
        .findings
        .iter()
        .map(|finding| finding.rule.id)
        .collect();
    assert_eq!(rules, ["shared-secret", "shared-secret"]);
    let mut paths = report.findings.iter().flat_map(|finding| finding.paths());
    assert!(paths.all(|path| path == "compose.yml"));
}

#[test]
fn broken_settings_are_named_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).unwrap();
    write(
        "compose.yml",
        "services:\n  auth:\n    image: a/auth\n    env_file: [missing.env]\n    extends: {file: compose.yml, service: auth}\n    environment:\n      JWT_SECRET: changeme\n",
    );
    write("docker-compose.yml", "services: {auth: [}\n");
    write("any.yaml", "a: [}\n");
    let options = Options {
        roots: vec![folder.path().to_owned()],
        ..Options::default()
    };
    let report = jotlint::lint::lint(&options, &Silent).unwrap();
    let rules: Vec<&str> = report
        .findings
        .iter()
        .map(|finding| finding.rule.id)
        .collect();
    assert_eq!(rules, ["weak-key"]);
    let named: Vec<&str> = report
        .notifications
        .iter()
        .filter_map(|said| said.path.as_deref())
        .collect();
    assert_eq!(named, ["docker-compose.yml"]);
}
