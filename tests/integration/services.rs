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
    with_trust(&options, &Silent, |read| lines(&read.graph)).unwrap()
}

/// How many uses of keys without a name a project has.
fn nameless(project: &str) -> usize {
    let options = Options {
        roots: vec![repository("fixtures/projects").join(project)],
        threads: 2,
        ..Options::default()
    };
    with_trust(&options, &Silent, |read| read.graph.nameless.len()).unwrap()
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
    assert_eq!(
        map("kustomize-generators"),
        [
            "JWT_SECRET: auth mints, orders verifies",
            "JWT_SECRET: stock verifies"
        ]
    );
    assert_eq!(
        map("compose-included"),
        [
            "JWT_SECRET: auth mints, orders verifies",
            "JWT_SECRET: stock verifies"
        ]
    );
    assert_eq!(
        map("compose-extended"),
        ["JWT_SECRET: auth mints, orders verifies"]
    );
    assert_eq!(
        map("variables-outside"),
        [
            "SHOP_JWT_SECRET: auth mints, orders verifies",
            // By their name only.
            "STOCK_JWT_SECRET: returns verifies, stock verifies",
        ]
    );
    let instances = [
        "terraform-instances",
        "terraform-set",
        "helm-aliases",
        "helm-beside",
    ];
    for several in instances {
        assert_eq!(
            map(several),
            [
                "JWT_SECRET: auth mints, orders verifies",
                "JWT_SECRET: stock what it does with it is not known"
            ]
        );
    }
    assert_eq!(map("sources-with-variables"), ["JWT_SECRET: api verifies"]);
    assert_eq!(map("key-handed-on"), ["JWT_SECRET: the root mints"]);
    assert_eq!(nameless("key-handed-on"), 0);
    assert_eq!(
        map("part-of-package"),
        ["JWT_SECRET: auth mints and verifies"]
    );
    // What code in a folder of none does is done by whoever takes it in.
    assert_eq!(
        map("shared-folder"),
        ["JWT_SECRET: auth mints, orders verifies"]
    );
    assert_eq!(
        map("mounted-code"),
        ["JWT_SECRET: auth mints, orders verifies"]
    );
    // A package that is not in the tree may verify with what a service reads.
    assert_eq!(
        map("read-for-package"),
        ["JWT_KEY: auth mints, mail only holds it, orders what it does with it is not known"]
    );
    for workspace in ["nest-workspace", "nested-workspace"] {
        assert_eq!(map(workspace), ["JWT_SECRET: auth mints, orders verifies"]);
    }
    assert_eq!(map("watched-package"), [": api mints, worker verifies"]);
    assert_eq!(map("workspace-shared").len(), 1);
    assert_eq!(map("terraform-modules").len(), 1);
    assert_eq!(map("helm-global").len(), 1);
}

#[test]
fn one_service_twice_is_one_holder() {
    for line in map("one-service-many-ways") {
        assert!(line.ends_with(": shop-identity mints"), "{line}");
    }
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
    let lines = with_trust(&options, &Silent, |read| lines(&read.graph)).unwrap();
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
fn hostile_settings_end_in_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let mut laughs = "x-a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let line = format!("*a{}, ", level - 1).repeat(9);
        laughs.push_str(&format!("x-a{level}: &a{level} [{line}]\n"));
    }
    let service = "services:\n  api:\n    image: registry.example/api\n    environment:\n      JWT_SECRET: changeme\n";
    write("laughs/compose.yml", &format!("{laughs}{service}"));
    // Files that take in each other, services that extend each other, and twice the same key.
    write(
        "circle/compose.yml",
        "include: [compose.yml, other.yml]\nservices:\n  a:\n    extends: {file: other.yml, service: b}\n",
    );
    write(
        "circle/other.yml",
        "include: [compose.yml]\nservices:\n  b:\n    image: x/b\n    extends: {file: compose.yml, service: a}\n    environment: {JWT_SECRET: one, JWT_SECRET: changeme}\n",
    );
    write("circle/.env", "A=${B}\nB=${A}\nJWT_SECRET=${A}\n");
    write(
        "modules/main.tf",
        "module \"a\" {\n  source = \"./\"\n  jwt_secret = var.jwt_secret\n}\nvariable \"jwt_secret\" {}\nresource \"aws_lambda_function\" \"a\" {\n  environment { variables = { JWT_SECRET = var.jwt_secret } }\n}\n",
    );
    write(
        "chart/charts/charts/templates/a.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, env: [{name: JWT_SECRET, value: \"{{ .Values.global.a }}\"}]}]}\n",
    );
    let large = "key: value-of-a-setting\n".repeat(500_000);
    write("chart/values.yaml", &large);
    write("nested.json", &"[".repeat(100_000));
    let output = Command::new(env!("CARGO_BIN_EXE_jotlint"))
        .current_dir(folder.path())
        .args([
            "--no-config",
            "--no-progress",
            "--fail-on",
            "never",
            "--format",
            "json",
        ])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = report["findings"].as_array().unwrap();
    for path in ["laughs/compose.yml", "circle/other.yml"] {
        let mut rules = found.iter().filter(|one| one["path"] == path);
        assert!(
            rules.any(|one| one["rule"] == "weak-key"),
            "{path}: {report}"
        );
    }
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("aliases repeat too much"), "{said}");
    assert!(said.contains("chart/values.yaml"), "{said}");
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
    assert_eq!(named, ["compose.yml", "docker-compose.yml"]);
    let told = &report.notifications[0].message;
    assert!(told.contains("`missing.env` is not in the tree"), "{told}");
    // Where git ignores it, it stands where the service runs.
    write(".gitignore", "*.env\n");
    let report = jotlint::lint::lint(&options, &Silent).unwrap();
    assert_eq!(report.notifications.len(), 1);
}
