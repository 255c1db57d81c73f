use super::super::Language;
use super::Memory;

fn ask(memory: &Memory, from: &str, module: &str, path: &[&str]) -> String {
    memory.ask(Language::Rust, from, module, path)
}

const PACKAGE: &str = "[package]\nname = \"api\"\nedition = \"2024\"\n";

fn one_crate() -> Memory {
    Memory::new(&[
        "src/lib.rs",
        "src/auth.rs",
        "src/auth/keys.rs",
        "src/auth/keys/store.rs",
        "src/config/mod.rs",
        "src/config/load.rs",
        "src/error.rs",
    ])
    .with("Cargo.toml", PACKAGE)
}

#[test]
fn paths_from_the_crates_root() {
    let memory = one_crate();
    let from = "src/auth/keys/store.rs";
    assert_eq!(
        ask(&memory, from, "crate", &["auth", "keys", "Key"]),
        "src/auth/keys.rs +2"
    );
    assert_eq!(
        ask(&memory, from, "crate", &["config", "load", "read"]),
        "src/config/load.rs +2"
    );
    assert_eq!(
        ask(&memory, from, "crate", &["config", "Config"]),
        "src/config/mod.rs +1"
    );
    assert_eq!(ask(&memory, from, "crate", &["Error"]), "src/lib.rs");
    assert_eq!(
        ask(&memory, "src/error.rs", "crate", &["error", "Error"]),
        "src/error.rs +1"
    );
}

#[test]
fn paths_from_the_module() {
    let memory = one_crate();
    assert_eq!(
        ask(&memory, "src/auth/keys.rs", "super", &["login"]),
        "src/auth.rs"
    );
    assert_eq!(
        ask(
            &memory,
            "src/auth/keys.rs",
            "super",
            &["super", "error", "E"]
        ),
        "src/error.rs +2"
    );
    assert_eq!(
        ask(
            &memory,
            "src/auth/keys/store.rs",
            "super",
            &["super", "super", "X"]
        ),
        "src/lib.rs +2"
    );
    assert_eq!(
        ask(
            &memory,
            "src/auth/keys.rs",
            "super",
            &["super", "super", "X"]
        ),
        "-"
    );
    assert_eq!(
        ask(&memory, "src/config/load.rs", "super", &["Config"]),
        "src/config/mod.rs"
    );
    assert_eq!(
        ask(&memory, "src/config/mod.rs", "super", &["error", "E"]),
        "src/error.rs +1"
    );
    assert_eq!(ask(&memory, "src/lib.rs", "super", &["x"]), "-");
    assert_eq!(
        ask(&memory, "src/auth.rs", "self", &["keys", "Key"]),
        "src/auth/keys.rs +1"
    );
    assert_eq!(
        ask(&memory, "src/auth.rs", "self", &["Kind"]),
        "src/auth.rs"
    );
}

#[test]
fn child_modules() {
    let memory = one_crate();
    assert_eq!(
        ask(&memory, "src/lib.rs", "auth", &["login"]),
        "src/auth.rs"
    );
    assert_eq!(
        ask(&memory, "src/lib.rs", "self", &["config"]),
        "src/config/mod.rs +1"
    );
    assert_eq!(
        ask(&memory, "src/auth.rs", "keys", &["store", "Store"]),
        "src/auth/keys/store.rs +1"
    );
    assert_eq!(
        ask(&memory, "src/config/mod.rs", "load", &["read"]),
        "src/config/load.rs"
    );
    assert_eq!(ask(&memory, "src/auth.rs", "error", &["E"]), "-");
    assert_eq!(ask(&memory, "src/auth.rs", "std", &["fmt"]), "-");
}

#[test]
fn a_module_may_be_called_like_a_root() {
    let memory = Memory::new(&[
        "src/lib.rs",
        "src/store/mod.rs",
        "src/store/main.rs",
        "src/store/main/part.rs",
    ])
    .with("Cargo.toml", PACKAGE);
    assert_eq!(
        ask(&memory, "src/store/main.rs", "super", &["X"]),
        "src/store/mod.rs"
    );
    assert_eq!(
        ask(&memory, "src/store/main.rs", "crate", &["X"]),
        "src/lib.rs"
    );
    assert_eq!(
        ask(&memory, "src/store/main.rs", "part", &["X"]),
        "src/store/main/part.rs"
    );
}

#[test]
fn the_first_edition_begins_at_the_root() {
    let memory = one_crate().with("Cargo.toml", "[package]\nname = \"api\"\n");
    assert_eq!(ask(&memory, "src/auth.rs", "error", &["E"]), "src/error.rs");
}

#[test]
fn crates_of_one_package() {
    let memory = Memory::new(&[
        "src/lib.rs",
        "src/server.rs",
        "src/bin/tool.rs",
        "src/bin/big/main.rs",
        "src/bin/big/part.rs",
        "tests/api.rs",
        "tests/common/mod.rs",
        "tests/common/keys.rs",
    ])
    .with("src/main.rs", "mod server;\n")
    .with("Cargo.toml", PACKAGE);
    assert_eq!(
        ask(&memory, "src/server.rs", "crate", &["State"]),
        "src/main.rs"
    );
    assert_eq!(ask(&memory, "src/main.rs", "api", &["run"]), "src/lib.rs");
    assert_eq!(
        ask(&memory, "src/main.rs", "crate", &["server", "X"]),
        "src/server.rs +1"
    );
    assert_eq!(
        ask(&memory, "src/bin/tool.rs", "api", &["server", "X"]),
        "src/server.rs +1"
    );
    assert_eq!(
        ask(&memory, "src/bin/big/part.rs", "crate", &["X"]),
        "src/bin/big/main.rs"
    );
    assert_eq!(
        ask(&memory, "src/bin/big/main.rs", "part", &["X"]),
        "src/bin/big/part.rs"
    );
    assert_eq!(
        ask(&memory, "tests/api.rs", "common", &["keys", "K"]),
        "tests/common/keys.rs +1"
    );
    assert_eq!(
        ask(&memory, "tests/common/keys.rs", "crate", &["common", "X"]),
        "tests/common/mod.rs +1"
    );
    assert_eq!(ask(&memory, "tests/common/keys.rs", "crate", &["X"]), "-");
}

#[test]
fn roots_that_the_manifest_names() {
    let memory = Memory::new(&["server/start.rs", "server/auth.rs", "tests/it/all.rs", "tests/it/part.rs"]).with(
        "Cargo.toml",
        "[package]\nname = \"api\"\nedition = \"2024\"\n[[bin]]\nname = \"a\"\npath = \"server/start.rs\"\n\
         [[test]]\nname = \"it\"\npath = \"tests/it/all.rs\"\n",
    );
    assert_eq!(
        ask(&memory, "server/auth.rs", "crate", &["X"]),
        "server/start.rs"
    );
    assert_eq!(
        ask(&memory, "server/start.rs", "auth", &["X"]),
        "server/auth.rs"
    );
    assert_eq!(
        ask(&memory, "tests/it/part.rs", "super", &["X"]),
        "tests/it/all.rs"
    );
}

#[test]
fn crates_of_the_workspace() {
    let memory = Memory::new(&[
        "crates/auth-core/src/lib.rs", "crates/auth-core/src/keys.rs", "crates/other/source/root.rs",
        "crates/other/source/deep.rs", "crates/renamed/src/lib.rs", "crates/api/src/main.rs", "crates/tokens/src/lib.rs",
        "crates/inherited/src/lib.rs",
    ])
    .with(
        "Cargo.toml",
        "[workspace]\nmembers = [\"crates/*\"]\n[workspace.dependencies]\ninherited = { path = \"crates/inherited\" }\ntokens = \"1\"\n",
    )
    .with("crates/auth-core/Cargo.toml", "[package]\nname = \"auth-core\"\nedition = \"2021\"\n")
    .with(
        "crates/other/Cargo.toml",
        "[package]\nname = \"other\"\nedition = \"2021\"\n[lib]\nname = \"other_lib\"\npath = \"source/root.rs\"\n",
    )
    .with("crates/renamed/Cargo.toml", "[package]\nname = \"renamed\"\nedition = \"2021\"\n")
    .with("crates/inherited/Cargo.toml", "[package]\nname = \"inherited\"\nedition = \"2021\"\n")
    .with("crates/tokens/Cargo.toml", "[package]\nname = \"tokens\"\nedition = \"2021\"\n")
    .with(
        "crates/api/Cargo.toml",
        "[package]\nname = \"api\"\nedition.workspace = true\n\
         [dependencies]\nauth-core = { path = \"../auth-core\" }\nother = { path = \"../other\" }\n\
         inherited.workspace = true\ntokens.workspace = true\noutside = { path = \"../../../outside\" }\n\
         [target.'cfg(unix)'.dependencies]\nshort = { path = \"../renamed\", package = \"renamed\" }\n",
    );
    let from = "crates/api/src/main.rs";
    assert_eq!(
        ask(&memory, from, "auth_core", &["keys", "K"]),
        "crates/auth-core/src/keys.rs +1"
    );
    assert_eq!(
        ask(&memory, from, "auth_core", &["K"]),
        "crates/auth-core/src/lib.rs"
    );
    assert_eq!(
        ask(&memory, from, "other_lib", &["deep", "X"]),
        "crates/other/source/deep.rs +1"
    );
    assert_eq!(
        ask(&memory, from, "short", &["X"]),
        "crates/renamed/src/lib.rs"
    );
    assert_eq!(
        ask(&memory, from, "inherited", &["X"]),
        "crates/inherited/src/lib.rs"
    );
    // From the registry, though a member has its name.
    assert_eq!(ask(&memory, from, "tokens", &["decode"]), "-");
    assert_eq!(ask(&memory, from, "outside", &["X"]), "-");
    assert_eq!(
        ask(&memory, "crates/other/source/deep.rs", "crate", &["X"]),
        "crates/other/source/root.rs"
    );
    assert_eq!(
        ask(&memory, "crates/other/source/deep.rs", "auth_core", &["X"]),
        "-"
    );
}

#[test]
fn files_without_a_manifest() {
    let memory = Memory::new(&["new/src/models/users.rs", "new/src/views/home.rs"]);
    let found = ask(
        &memory,
        "new/src/views/home.rs",
        "crate",
        &["models", "users", "User"],
    );
    assert_eq!(found, "new/src/models/users.rs +2");
    let memory = Memory::new(&["lib.rs", "a.rs", "x/one.rs", "x/one/two.rs"]);
    assert_eq!(ask(&memory, "a.rs", "crate", &["X"]), "lib.rs");
    assert_eq!(ask(&memory, "x/one.rs", "two", &["X"]), "x/one/two.rs");
    assert_eq!(ask(&memory, "x/one.rs", "tokens", &["X"]), "-");
}
