use tempfile::TempDir;

use super::*;

struct Project {
    folder: TempDir,
}

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        for (path, content) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        Self { folder }
    }

    fn versions(&self) -> PackageVersions {
        PackageVersions::new(&[self.folder.path().to_path_buf()])
    }

    fn version(&self, file: &str, model_folder: &str, package: &str) -> String {
        show(self.versions().version(file, model_folder, package))
    }

    fn under(&self, file: &str, model_folder: &str, parent: &str, package: &str) -> String {
        let versions = self.versions();
        show(versions.version_under(file, model_folder, parent, package))
    }
}

fn show(version: Version) -> String {
    match version {
        Version::Locked { version, file, .. } => format!("{version} locked by {file}"),
        Version::Range { lowest, file, .. } => format!("{lowest} from {file}"),
        Version::Unknown => "unknown".into(),
    }
}

fn javascript(files: &[(&str, &str)], package: &str) -> String {
    Project::new(files).version("src/a.ts", "javascript", package)
}

fn python(files: &[(&str, &str)], package: &str) -> String {
    Project::new(files).version("app/a.py", "python", package)
}

const PACKAGE_JSON: (&str, &str) = (
    "package.json",
    r#"{"dependencies": {"token": "^9.0.0"}, "devDependencies": {"other": "npm:real@~1.2"},
        "peerDependencies": {"peer": ">=2"}, "optionalDependencies": {"pinned": "3.1.4"}}"#,
);

#[test]
fn package_json_gives_the_lower_bound() {
    for (package, expected) in [
        ("token", "9.0.0 from package.json"),
        ("other", "1.2.0 from package.json"),
        ("peer", "2.0.0 from package.json"),
        ("pinned", "3.1.4 locked by package.json"),
        ("absent", "unknown"),
    ] {
        assert_eq!(javascript(&[PACKAGE_JSON], package), expected);
    }
    let project = Project::new(&[PACKAGE_JSON]);
    let versions = project.versions();
    assert!(versions.depends_on("src/deep/a.ts", "javascript", "token"));
    assert!(!versions.depends_on("src/deep/a.ts", "javascript", "absent"));
    assert!(!versions.depends_on("a.py", "python", "token"));
    assert_eq!(project.version("a.go", "go", "token"), "unknown");
}

#[test]
fn package_lock_3_knows_workspaces_and_nested_copies() {
    let project = Project::new(&[
        ("package.json", r#"{"workspaces": ["packages/*"]}"#),
        (
            "packages/a/package.json",
            r#"{"dependencies": {"token": "^8"}}"#,
        ),
        (
            "packages/b/package.json",
            r#"{"dependencies": {"token": "^9"}}"#,
        ),
        (
            "package-lock.json",
            r#"{"lockfileVersion": 3, "packages": {
                "": {"name": "root", "version": "0.0.1"},
                "node_modules/token": {"version": "9.0.2"},
                "node_modules/@scope/guard": {"version": "4.0.1"},
                "node_modules/@scope/guard/node_modules/token": {"version": "7.4.0"},
                "packages/a/node_modules/token": {"version": "8.5.1"}}}"#,
        ),
    ]);
    assert_eq!(
        project.version("packages/a/src/x.js", "javascript", "token"),
        "8.5.1 locked by package-lock.json"
    );
    assert_eq!(
        project.version("packages/b/x.js", "javascript", "token"),
        "9.0.2 locked by package-lock.json"
    );
    assert_eq!(
        project.version("x.js", "javascript", "@scope/guard"),
        "4.0.1 locked by package-lock.json"
    );
    assert_eq!(
        project.under("x.js", "javascript", "@scope/guard", "token"),
        "7.4.0 locked by package-lock.json"
    );
    assert_eq!(
        project.under("x.js", "javascript", "unheard-of", "token"),
        "9.0.2 locked by package-lock.json"
    );
}

#[test]
fn package_lock_1_and_shrinkwrap_are_read() {
    let content = r#"{"lockfileVersion": 1, "dependencies": {
        "token": {"version": "8.1.0"},
        "guard": {"version": "4.0.0", "dependencies": {"token": {"version": "7.0.0"}}}}}"#;
    for file in ["package-lock.json", "npm-shrinkwrap.json"] {
        let project = Project::new(&[(file, content)]);
        assert_eq!(
            project.version("a.js", "javascript", "token"),
            format!("8.1.0 locked by {file}")
        );
        assert_eq!(
            project.under("a.js", "javascript", "guard", "token"),
            format!("7.0.0 locked by {file}")
        );
    }
}

#[test]
fn a_lock_file_of_another_project_does_not_apply() {
    let project = Project::new(&[
        (
            "package-lock.json",
            r#"{"packages": {"node_modules/token": {"version": "9.0.2"}}}"#,
        ),
        (
            "example/package.json",
            r#"{"dependencies": {"token": "^5.1"}}"#,
        ),
    ]);
    assert_eq!(
        project.version("example/a.js", "javascript", "token"),
        "5.1.0 from example/package.json"
    );
}

#[test]
fn pnpm_lock_of_every_version_is_read() {
    let five = "lockfileVersion: 5.4\nspecifiers:\n  token: ^9.0.0\ndependencies:\n  token: 9.0.0\n  \
        '@scope/nest': 10.1.0_peer@2.0.0\npackages:\n  /token/9.0.0:\n    resolution: {integrity: x}\n  \
        /guard/4.0.0:\n    resolution: {integrity: x}\n    dependencies:\n      token: 8.5.1\n  \
        /token/8.5.1:\n    resolution: {integrity: x}\n";
    let six = "lockfileVersion: '6.0'\ndependencies:\n  token:\n    specifier: ^9.0.0\n    version: 9.0.0\n  \
        '@scope/nest':\n    specifier: ^10\n    version: 10.1.0(peer@2.0.0)\npackages:\n  /token@9.0.0:\n    \
        resolution: {integrity: x}\n  /guard@4.0.0:\n    resolution: {integrity: x}\n    dependencies:\n      \
        token: 8.5.1\n  /token@8.5.1:\n    resolution: {integrity: x}\n";
    let nine = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      token:\n        \
        specifier: ^9.0.0\n        version: 9.0.0\n      '@scope/nest':\n        specifier: ^10\n        \
        version: 10.1.0(peer@2.0.0)\npackages:\n  token@9.0.0:\n    resolution: {integrity: x}\n  token@8.5.1:\n    \
        resolution: {integrity: x}\nsnapshots:\n  guard@4.0.0(peer@1.0.0):\n    dependencies:\n      \
        token: 8.5.1\n  token@9.0.0: {}\n";
    for content in [five, six, nine] {
        let project = Project::new(&[("pnpm-lock.yaml", content), PACKAGE_JSON]);
        assert_eq!(
            project.version("src/a.ts", "javascript", "token"),
            "9.0.0 locked by pnpm-lock.yaml"
        );
        assert_eq!(
            project.version("a.ts", "javascript", "@scope/nest"),
            "10.1.0 locked by pnpm-lock.yaml"
        );
        assert_eq!(
            project.under("a.ts", "javascript", "guard", "token"),
            "8.5.1 locked by pnpm-lock.yaml"
        );
    }
    let importers = "importers:\n  .: {}\n  packages/a:\n    dependencies:\n      token:\n        \
        specifier: ^8\n        version: 8.5.1\n      local:\n        specifier: workspace:*\n        \
        version: link:../local\n";
    let project = Project::new(&[("pnpm-lock.yaml", importers)]);
    assert_eq!(
        project.version("packages/a/src/x.ts", "javascript", "token"),
        "8.5.1 locked by pnpm-lock.yaml"
    );
    assert_eq!(
        project.version("packages/a/src/x.ts", "javascript", "local"),
        "unknown"
    );
}

#[test]
fn yarn_locks_are_read() {
    let classic = "# yarn lockfile v1\n\n\"@scope/guard@^4.0.0\":\n  version \"4.0.1\"\n  dependencies:\n    \
        token \"^8.2.0\"\n\ntoken@^8.2.0:\n  version \"8.5.1\"\n\ntoken@9.x, token@^9.0.0:\n  version \"9.0.2\"\n  \
        resolved \"https://host/token-9.0.2.tgz\"\n";
    let berry = "__metadata:\n  version: 6\n\n\"@scope/guard@npm:^4.0.0\":\n  version: 4.0.1\n  dependencies:\n    \
        token: ^8.2.0\n\n\"token@npm:^8.2.0\":\n  version: 8.5.1\n\n\"token@npm:9.x, token@npm:^9.0.0\":\n  \
        version: 9.0.2\n  resolution: \"token@npm:9.0.2\"\n\n\"root@workspace:.\":\n  version: 0.0.0-use.local\n";
    for content in [classic, berry] {
        let project = Project::new(&[("yarn.lock", content), PACKAGE_JSON]);
        assert_eq!(
            project.version("src/a.ts", "javascript", "token"),
            "9.0.2 locked by yarn.lock"
        );
        assert_eq!(
            project.version("src/a.ts", "javascript", "@scope/guard"),
            "4.0.1 locked by yarn.lock"
        );
        assert_eq!(
            project.under("src/a.ts", "javascript", "@scope/guard", "token"),
            "8.5.1 locked by yarn.lock"
        );
    }
}

#[test]
fn bun_lock_is_read() {
    let content = r#"{
        "lockfileVersion": 1, // a comment
        "workspaces": {"": {"name": "root"}, "packages/a": {"name": "@scope/a"},},
        "packages": {
            "token": ["token@9.0.2", "", {}, "sha512-x"],
            "@scope/guard/token": ["token@8.5.1", "", {}, "sha512-x"],
            "@scope/a/token": ["token@7.1.0", "", {}, "sha512-x"],
        },
    }"#;
    let project = Project::new(&[("bun.lock", content)]);
    let version = |file: &str| project.version(file, "javascript", "token");
    assert_eq!(version("src/a.ts"), "9.0.2 locked by bun.lock");
    assert_eq!(version("packages/a/x.ts"), "7.1.0 locked by bun.lock");
    assert_eq!(
        project.under("a.ts", "javascript", "@scope/guard", "token"),
        "8.5.1 locked by bun.lock"
    );
}

#[test]
fn requirements_files_are_read() {
    let files = [
        (
            "requirements.txt",
            "# comment\n-r base.txt\n-e git+https://host/x#egg=x\nPyToken[crypto]==2.4.0 ; python_version > '3' \\\n    \
             --hash=sha256:00\nFlask_Token >= 4.0, <5  # why\nbare\n",
        ),
        ("requirements/dev.txt", "other~=1.5\n"),
        ("requirements-dev.txt", "flask-token\nshort==2.4\n"),
    ];
    for (package, expected) in [
        ("pytoken", "2.4.0 locked by requirements.txt"),
        ("flask.token", "4.0.0 from requirements.txt"),
        ("other", "1.5.0 from requirements/dev.txt"),
        ("short", "2.4.0 locked by requirements-dev.txt"),
        ("bare", "unknown"),
    ] {
        assert_eq!(python(&files, package), expected, "{package}");
    }
}

#[test]
fn pyproject_of_every_tool_is_read() {
    let content = r#"
[project]
dependencies = ["PyToken[crypto]>=2.4,<3", "bare"]
[project.optional-dependencies]
extra = ["extra-token~=1.0"]
[dependency-groups]
dev = ["group-token>=5", {include-group = "other"}]
[tool.poetry.dependencies]
python = "^3.11"
poetry-token = {version = "^3.3", extras = ["x"]}
listed = [{version = "^1.1", python = "<3"}]
[tool.poetry.group.dev.dependencies]
grouped = "~6.1"
[tool.uv]
dev-dependencies = ["uv-token>=7"]
"#;
    for (package, expected) in [
        ("pytoken", "2.4.0"),
        ("extra-token", "1.0.0"),
        ("group-token", "5.0.0"),
        ("poetry_token", "3.3.0"),
        ("listed", "1.1.0"),
        ("grouped", "6.1.0"),
        ("uv-token", "7.0.0"),
    ] {
        assert_eq!(
            python(&[("pyproject.toml", content)], package),
            format!("{expected} from pyproject.toml")
        );
    }
}

#[test]
fn python_lock_files_are_read() {
    let list = "version = 1\n[[package]]\nname = \"pytoken\"\nversion = \"2.8.0\"\n";
    for file in ["poetry.lock", "uv.lock", "pdm.lock"] {
        assert_eq!(
            python(
                &[(file, list), ("requirements.txt", "pytoken>=2")],
                "PyToken"
            ),
            format!("2.8.0 locked by {file}")
        );
    }
    let pipfile = "[packages]\npytoken = \"*\"\nother = \">=1.2\"\n";
    let lock = r#"{"default": {"pytoken": {"version": "==2.8.0"}}, "develop": {}}"#;
    let files = [("Pipfile", pipfile), ("Pipfile.lock", lock)];
    assert_eq!(python(&files, "pytoken"), "2.8.0 locked by Pipfile.lock");
    assert_eq!(python(&files, "other"), "1.2.0 from Pipfile");
}

#[test]
fn setup_files_are_read_as_text() {
    let cfg = "[metadata]\nname = x\n[options]\ninstall_requires =\n    pytoken>=2.4\n    # no\n    bare\n\
        python_requires = >=3.8\n[options.extras_require]\ndev =\n    extra~=1.1\n";
    assert_eq!(
        python(&[("setup.cfg", cfg)], "pytoken"),
        "2.4.0 from setup.cfg"
    );
    assert_eq!(
        python(&[("setup.cfg", cfg)], "extra"),
        "1.1.0 from setup.cfg"
    );
    let script = "from setuptools import setup\nsetup(name='name', install_requires=[\n  'pytoken >= 2.4',\n  \
        \"listed\",\n],\n  description='words')\n";
    let project = Project::new(&[("setup.py", script)]);
    assert_eq!(
        project.version("a.py", "python", "pytoken"),
        "2.4.0 from setup.py"
    );
    let versions = project.versions();
    assert!(versions.depends_on("a.py", "python", "listed"));
    assert!(!versions.depends_on("a.py", "python", "words"));
    assert!(!versions.depends_on("a.py", "python", "name"));
}

#[test]
fn cargo_manifests_are_read() {
    let files = [
        (
            "Cargo.toml",
            "[workspace]\nmembers = ['a']\n[workspace.dependencies]\nshared = \"9.1\"\n\
             alias = { package = \"real-name\", version = \"2\" }\nunused = \"1\"\n",
        ),
        (
            "a/Cargo.toml",
            "[dependencies]\nshared = { workspace = true }\nalias.workspace = true\ndirect = \"0.9\"\n\
             renamed = { package = \"other_name\", version = \"=3.1.0\" }\nlocal = { path = \"../b\" }\n\
             [target.'cfg(unix)'.dev-dependencies]\ntargeted = \">=1, <2\"\n",
        ),
    ];
    let project = Project::new(&files);
    for (package, expected) in [
        ("shared", "9.1.0 from Cargo.toml"),
        ("real-name", "2.0.0 from Cargo.toml"),
        ("direct", "0.9.0 from a/Cargo.toml"),
        ("other-name", "3.1.0 locked by a/Cargo.toml"),
        ("targeted", "1.0.0 from a/Cargo.toml"),
        ("local", "unknown"),
        ("unused", "unknown"),
    ] {
        assert_eq!(project.version("a/src/lib.rs", "rust", package), expected);
    }
    let versions = project.versions();
    assert!(versions.depends_on("a/src/lib.rs", "rust", "local"));
    assert!(!versions.depends_on("a/src/lib.rs", "rust", "unused"));
}

#[test]
fn the_cargo_lock_copy_that_fits_the_manifest_is_taken() {
    let lock = "version = 4\n[[package]]\nname = \"token\"\nversion = \"8.3.0\"\nsource = \"registry\"\n\
        [[package]]\nname = \"token\"\nversion = \"9.3.0\"\nsource = \"registry\"\n\
        [[package]]\nname = \"guard\"\nversion = \"1.0.0\"\nsource = \"registry\"\ndependencies = [\"token 8.3.0\"]\n";
    let project = Project::new(&[
        ("Cargo.lock", lock),
        ("a/Cargo.toml", "[dependencies]\ntoken = \"8\"\n"),
        ("b/Cargo.toml", "[dependencies]\ntoken = \"9.1\"\n"),
        ("c/Cargo.toml", "[dependencies]\ntoken = \"10\"\n"),
    ]);
    let version = |file: &str| project.version(file, "rust", "token");
    assert_eq!(version("a/src/x.rs"), "8.3.0 locked by Cargo.lock");
    assert_eq!(version("b/src/x.rs"), "9.3.0 locked by Cargo.lock");
    assert_eq!(version("c/src/x.rs"), "10.0.0 from c/Cargo.toml");
    assert_eq!(version("d/src/x.rs"), "9.3.0 locked by Cargo.lock");
    assert_eq!(
        project.under("d/x.rs", "rust", "guard", "token"),
        "8.3.0 locked by Cargo.lock"
    );
}

#[test]
fn broken_files_are_noted_once_and_nothing_of_them_is_quoted() {
    let deep = format!("{}1", "- ".repeat(50_000));
    let nested = "[".repeat(100_000);
    let project = Project::new(&[
        ("package.json", "{\"dependencies\": "),
        ("package-lock.json", &nested),
        ("pnpm-lock.yaml", &deep),
        ("bun.lock", &nested),
        ("yarn.lock", "@\n\"\n é@\n: :\n  \"\n    \"\n"),
        ("pyproject.toml", "secret = hunter2\n"),
        ("Pipfile", &format!("a = {nested}")),
        ("Cargo.toml", "[["),
    ]);
    let versions = project.versions();
    for file in ["a.js", "src/b.js"] {
        for (model_folder, package) in [("javascript", "x"), ("python", "x"), ("rust", "x")] {
            assert_eq!(
                versions.version(file, model_folder, package),
                Version::Unknown
            );
        }
    }
    let notifications = versions.notifications();
    let paths: Vec<&str> = notifications
        .iter()
        .filter_map(|notification| notification.path.as_deref())
        .collect();
    assert_eq!(
        paths,
        [
            "Cargo.toml",
            "Pipfile",
            "bun.lock",
            "package-lock.json",
            "package.json",
            "pnpm-lock.yaml",
            "pyproject.toml"
        ]
    );
    assert!(
        notifications
            .iter()
            .all(|notification| !notification.message.contains("hunter2"))
    );
}

#[test]
fn manifests_above_the_linted_root_count_up_to_the_repository_root() {
    let project = Project::new(&[(".git/HEAD", ""), PACKAGE_JSON, ("packages/a/src/x.js", "")]);
    let root = project.folder.path().join("packages/a");
    let versions = PackageVersions::new(&[root]);
    assert_eq!(
        show(versions.version("src/x.js", "javascript", "token")),
        "9.0.0 from ../../package.json"
    );
}
