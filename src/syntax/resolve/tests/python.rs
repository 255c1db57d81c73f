use super::super::{Language, Resolver};
use super::{Memory, answer};

fn ask(memory: &Memory, from: &str, module: &str, path: &[&str]) -> String {
    memory.ask(Language::Python, from, module, path)
}

#[test]
fn relative_imports() {
    let memory = Memory::new(&[
        "app/__init__.py",
        "app/config.py",
        "app/api/__init__.py",
        "app/api/auth.py",
        "app/api/keys.py",
    ]);
    let from = "app/api/auth.py";
    assert_eq!(ask(&memory, from, ".", &["keys"]), "app/api/keys.py +1");
    assert_eq!(ask(&memory, from, ".", &["router"]), "app/api/__init__.py");
    assert_eq!(ask(&memory, from, ".keys", &["KEY"]), "app/api/keys.py");
    assert_eq!(ask(&memory, from, "..config", &["KEY"]), "app/config.py");
    assert_eq!(ask(&memory, from, "..", &["config"]), "app/config.py +1");
    assert_eq!(ask(&memory, from, "...", &["app"]), "app/__init__.py +1");
    assert_eq!(ask(&memory, from, "....", &["app"]), "-");
    assert_eq!(ask(&memory, from, "..missing", &["x"]), "-");
    assert_eq!(
        ask(&memory, "app/api/__init__.py", ".keys", &["KEY"]),
        "app/api/keys.py"
    );
    assert_eq!(ask(&memory, "app/api/__init__.py", ".", &["name"]), "-");
}

#[test]
fn absolute_imports_from_the_folders_above() {
    let memory = Memory::new(&[
        "services/auth/project/__init__.py",
        "services/auth/project/settings.py",
        "services/auth/project/users/models.py",
        "services/auth/manage.py",
        "shared/keys.py",
    ]);
    let from = "services/auth/project/users/models.py";
    assert_eq!(
        ask(&memory, from, "project.settings", &["KEY"]),
        "services/auth/project/settings.py"
    );
    assert_eq!(
        ask(&memory, from, "project", &["settings", "KEY"]),
        "services/auth/project/settings.py +1"
    );
    assert_eq!(
        ask(&memory, from, "project", &[]),
        "services/auth/project/__init__.py"
    );
    // A folder without `__init__.py` is a package too.
    assert_eq!(
        ask(&memory, from, "shared", &["keys", "KEY"]),
        "shared/keys.py +1"
    );
    assert_eq!(
        ask(&memory, from, "shared.keys", &["KEY"]),
        "shared/keys.py"
    );
    assert_eq!(ask(&memory, from, "shared", &[]), "-");
    assert_eq!(
        ask(&memory, from, "services.auth.manage", &[]),
        "services/auth/manage.py"
    );
    assert_eq!(ask(&memory, from, "os.path", &["join"]), "-");
}

#[test]
fn a_dotted_import_is_followed_through_its_members() {
    let memory = Memory::new(&[
        "app/__init__.py",
        "app/core/__init__.py",
        "app/core/keys.py",
    ]);
    let found = ask(&memory, "main.py", "app", &["core", "keys", "KEY"]);
    assert_eq!(found, "app/core/keys.py +2");
    assert_eq!(
        ask(&memory, "main.py", "app", &["core", "name"]),
        "app/core/__init__.py +1"
    );
}

#[test]
fn layouts_with_a_folder_for_sources() {
    let memory = Memory::new(&[
        "src/acme/__init__.py",
        "src/acme/auth.py",
        "backend/config.py",
        "tests/a.py",
    ]);
    assert_eq!(
        ask(&memory, "tests/a.py", "acme.auth", &["f"]),
        "src/acme/auth.py"
    );
    assert_eq!(
        ask(&memory, "tests/a.py", "acme", &["f"]),
        "src/acme/__init__.py"
    );
    assert_eq!(
        ask(&memory, "tests/a.py", "config", &["KEY"]),
        "backend/config.py"
    );
}

#[test]
fn another_project_of_the_tree() {
    let memory = Memory::new(&[
        "libs/common/src/common/__init__.py",
        "libs/common/src/common/auth.py",
        "apps/api/main.py",
    ])
    .with("libs/common/pyproject.toml", "")
    .with("apps/api/pyproject.toml", "");
    assert_eq!(
        ask(&memory, "apps/api/main.py", "common.auth", &["f"]),
        "libs/common/src/common/auth.py"
    );
    let memory = memory
        .with("libs/rival/common/__init__.py", "")
        .with("libs/rival/setup.py", "");
    assert_eq!(ask(&memory, "apps/api/main.py", "common.auth", &["f"]), "-");
}

#[test]
fn a_file_does_not_mean_itself() {
    let memory = Memory::new(&["app/jwt.py", "app/auth.py"]);
    assert_eq!(ask(&memory, "app/jwt.py", "jwt", &["decode"]), "-");
    assert_eq!(ask(&memory, "app/jwt.py", "jwt", &[]), "-");
    assert_eq!(
        ask(&memory, "app/auth.py", "jwt", &["decode"]),
        "app/jwt.py"
    );
}

#[test]
fn a_package_does_not_hide_what_is_installed() {
    let memory = Memory::new(&[
        "app/__init__.py",
        "app/main.py",
        "app/jwt.py",
        "app/config.py",
        "app/stripes.py",
        "app/logging.py",
        "tools/jwt.py",
        "tools/x.py",
    ])
    .with(
        "pyproject.toml",
        "[project]\ndependencies = [\"Stripes>=2\"]\n",
    );
    let resolver = Resolver::new(&memory).with_installed([String::from("jwt")]);
    let ask = |from, module| answer(&resolver, Language::Python, from, module, &["name"]);
    assert_eq!(ask("app/auth.py", "jwt"), "-");
    assert_eq!(ask("app/auth.py", "stripes"), "-");
    assert_eq!(ask("app/auth.py", "logging"), "-");
    assert_eq!(ask("app/auth.py", "config"), "app/config.py");
    assert_eq!(ask("app/auth.py", "app.jwt"), "app/jwt.py");
    assert_eq!(ask("app/auth.py", ".jwt"), "app/jwt.py");
    assert_eq!(ask("tools/x.py", "jwt"), "tools/jwt.py");
    assert_eq!(ask("main.py", "jwt"), "-");
}

#[test]
fn a_package_is_searched_only_where_programs_start() {
    let from = "service/users/views.py";
    let files = [
        "service/__init__.py",
        "service/users/__init__.py",
        "service/users/promise.py",
        "service/config.py",
    ];
    let memory = Memory::new(&files);
    assert_eq!(ask(&memory, from, "promise", &[]), "-");
    assert_eq!(ask(&memory, from, "config", &[]), "-");
    let memory = memory.with(
        "service/requirements.txt",
        "# web\nflask==3.0\n  promise >= 2\n",
    );
    assert_eq!(ask(&memory, from, "config", &[]), "service/config.py");
    assert_eq!(ask(&memory, from, "promise", &[]), "-");
    let memory = memory.with("service/__main__.py", "");
    assert_eq!(ask(&memory, from, "config", &[]), "-");
}

#[test]
fn sources_go_before_stubs() {
    let memory = Memory::new(&["a/keys.pyi", "keys.py", "a/only.pyi", "pkg/__init__.pyi"]);
    assert_eq!(ask(&memory, "a/x.py", "keys", &[]), "keys.py");
    assert_eq!(ask(&memory, "a/x.py", "only", &[]), "a/only.pyi");
    assert_eq!(ask(&memory, "a/x.py", ".only", &[]), "a/only.pyi");
    assert_eq!(ask(&memory, "a/x.py", "pkg", &[]), "pkg/__init__.pyi");
}
