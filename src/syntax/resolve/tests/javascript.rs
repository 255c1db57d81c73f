use super::super::Language;
use super::Memory;

fn ask(memory: &Memory, from: &str, module: &str) -> String {
    memory.ask(Language::TypeScript, from, module, &["verify"])
}

#[test]
fn relative_files_with_every_ending() {
    let memory = Memory::new(&[
        "src/a.ts",
        "src/b.tsx",
        "src/c.js",
        "src/d.jsx",
        "src/e.mjs",
        "src/f.cjs",
        "src/g.mts",
        "src/h.cts",
        "src/i.d.ts",
        "src/both.js",
        "src/both.d.ts",
        "src/deep/x.ts",
        "top.ts",
    ]);
    for name in [
        "a.ts", "b.tsx", "c.js", "d.jsx", "e.mjs", "f.cjs", "g.mts", "h.cts", "i.d.ts",
    ] {
        let stem = name.split('.').next().unwrap();
        let found = ask(&memory, "src/deep/x.ts", &format!("../{stem}"));
        assert_eq!(found, format!("src/{name}"));
    }
    assert_eq!(ask(&memory, "src/a.ts", "./both"), "src/both.js");
    assert_eq!(ask(&memory, "src/a.ts", "./c.js"), "src/c.js");
    assert_eq!(ask(&memory, "src/a.ts", "../top"), "top.ts");
    assert_eq!(ask(&memory, "src/a.ts", "/src/c"), "src/c.js");
    assert_eq!(ask(&memory, "src/a.ts", "./missing"), "-");
    assert_eq!(ask(&memory, "src/a.ts", "c"), "-");
    assert_eq!(ask(&memory, "src/a.ts", "./a"), "-");
}

#[test]
fn names_of_compiled_files_mean_their_sources() {
    let memory = Memory::new(&["a.ts", "b.tsx", "c.mts", "d.cts", "e.d.ts", "f.service.ts"]);
    assert_eq!(ask(&memory, "x.ts", "./a.js"), "a.ts");
    assert_eq!(ask(&memory, "x.ts", "./b.js"), "b.tsx");
    assert_eq!(ask(&memory, "x.ts", "./b.jsx"), "b.tsx");
    assert_eq!(ask(&memory, "x.ts", "./c.mjs"), "c.mts");
    assert_eq!(ask(&memory, "x.ts", "./d.cjs"), "d.cts");
    assert_eq!(ask(&memory, "x.ts", "./e.js"), "e.d.ts");
    assert_eq!(ask(&memory, "x.ts", "./f.service"), "f.service.ts");
}

#[test]
fn folders_have_an_index_or_a_manifest() {
    let memory = Memory::new(&[
        "src/auth/index.ts",
        "src/auth.d.ts",
        "src/keys.ts",
        "src/keys/index.ts",
        "src/index.ts",
        "src/old/lib/start.js",
        "src/new/esm/mod.mjs",
    ])
    .with("src/old/package.json", r#"{ "main": "lib/start" }"#)
    .with(
        "src/new/package.json",
        r#"{ "exports": { ".": { "import": "./esm/mod.mjs" } } }"#,
    );
    assert_eq!(ask(&memory, "src/x.ts", "./keys"), "src/keys.ts");
    assert_eq!(ask(&memory, "src/x.ts", "./keys/"), "src/keys/index.ts");
    assert_eq!(ask(&memory, "src/keys/k.ts", "."), "src/keys/index.ts");
    assert_eq!(ask(&memory, "src/keys/k.ts", ".."), "src/index.ts");
    assert_eq!(ask(&memory, "src/x.ts", "./old"), "src/old/lib/start.js");
    assert_eq!(ask(&memory, "src/x.ts", "./new"), "src/new/esm/mod.mjs");
}

#[test]
fn what_is_no_file_of_the_tree_is_nothing() {
    let memory = Memory::new(&["src/crypto.ts", "jwt.ts", "src/data.json.ts", "fs.js"]);
    for module in [
        "jwt",
        "crypto",
        "node:crypto",
        "node:fs",
        "https://host.invalid/jwt.ts",
        "virtual:jwt",
        "./data.json",
        "./crypto?raw",
        "../../../jwt",
        "../..",
        "",
        "@",
        "@scope",
        "@/",
        "#",
        "/",
        "..jwt",
        "raw!./crypto",
    ] {
        assert_eq!(ask(&memory, "src/a.ts", module), "-", "{module}");
    }
}

#[test]
fn path_maps_of_the_nearest_settings() {
    let memory = Memory::new(&[
        "web/src/auth/jwt.ts",
        "web/src/config.ts",
        "web/shared/index.ts",
        "web/src/special.ts",
        "web/alt/only.ts",
        "web/src/types/jose.d.ts",
    ])
    .with(
        "web/tsconfig.json",
        r#"{
            // The app's.
            "compilerOptions": {
                "baseUrl": "./",
                "paths": {
                    "@app/*": ["src/*", "alt/*"],
                    "@app/special": ["src/special"],
                    "shared": ["shared"],
                    "*": ["src/types/*"],
                },
            },
        }"#,
    );
    let from = "web/src/deep/x.ts";
    assert_eq!(ask(&memory, from, "@app/auth/jwt"), "web/src/auth/jwt.ts");
    assert_eq!(
        ask(&memory, from, "@app/auth/jwt.js"),
        "web/src/auth/jwt.ts"
    );
    assert_eq!(ask(&memory, from, "@app/only"), "web/alt/only.ts");
    assert_eq!(ask(&memory, from, "@app/special"), "web/src/special.ts");
    assert_eq!(ask(&memory, from, "shared"), "web/shared/index.ts");
    assert_eq!(ask(&memory, from, "src/config"), "web/src/config.ts");
    assert_eq!(ask(&memory, from, "@app/none"), "-");
    // Declarations for an installed package are not the package.
    assert_eq!(ask(&memory, from, "jose"), "-");
    assert_eq!(ask(&memory, "api/x.ts", "@app/config"), "-");
}

#[test]
fn settings_extend_and_refer_to_others() {
    let memory = Memory::new(&[
        "libs/auth/src/index.ts", "libs/auth/src/lib/keys.ts", "apps/api/src/app.ts", "apps/api/src/env.ts",
        "apps/web/src/token.ts",
    ])
    .with(
        "tsconfig.base.json",
        r#"{ "compilerOptions": { "baseUrl": ".", "paths": {
            "@acme/auth": ["libs/auth/src/index.ts"], "@acme/auth/*": ["libs/auth/src/lib/*"] } } }"#,
    )
    .with("apps/api/tsconfig.json", r#"{ "extends": ["../../missing", "../../tsconfig.base"] }"#)
    .with("apps/web/tsconfig.json", r#"{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }"#)
    .with(
        "apps/web/tsconfig.app.json",
        r#"{ "compilerOptions": { "paths": { "~web/*": ["${configDir}/src/*"] } } }"#,
    );
    assert_eq!(
        ask(&memory, "apps/api/src/app.ts", "@acme/auth"),
        "libs/auth/src/index.ts"
    );
    assert_eq!(
        ask(&memory, "apps/api/src/app.ts", "@acme/auth/keys"),
        "libs/auth/src/lib/keys.ts"
    );
    assert_eq!(
        ask(&memory, "apps/api/src/app.ts", "apps/api/src/env"),
        "apps/api/src/env.ts"
    );
    assert_eq!(
        ask(&memory, "apps/web/src/a.ts", "~web/token"),
        "apps/web/src/token.ts"
    );
    // The workspace's own settings, where a project's do not name them.
    assert_eq!(
        ask(&memory, "apps/web/src/a.ts", "@acme/auth"),
        "libs/auth/src/index.ts"
    );
}

#[test]
fn settings_without_base_are_relative_to_the_file_that_has_them() {
    let memory = Memory::new(&["config/src/a.ts", "app/src/a.ts"])
        .with(
            "config/ts.json",
            r#"{ "compilerOptions": { "paths": { "x/*": ["./src/*"] } } }"#,
        )
        .with("app/jsconfig.json", r#"{ "extends": "../config/ts.json" }"#);
    assert_eq!(ask(&memory, "app/src/b.js", "x/a"), "config/src/a.ts");
}

#[test]
fn documents_and_paths_from_the_folder_of_the_manifest() {
    let memory = Memory::new(&[
        "api/config.json",
        "api/settings/index.json",
        "api/helpers/role.js",
        "api/src/a.js",
        "api/express/b.js",
    ])
    .with(
        "api/package.json",
        r#"{ "dependencies": { "express": "4.0.0" } }"#,
    );
    let from = "api/src/a.js";
    assert_eq!(ask(&memory, from, "../config"), "api/config.json");
    assert_eq!(ask(&memory, from, "../config.json"), "api/config.json");
    assert_eq!(ask(&memory, from, "../settings"), "api/settings/index.json");
    assert_eq!(ask(&memory, from, "config.json"), "api/config.json");
    assert_eq!(ask(&memory, from, "helpers/role"), "api/helpers/role.js");
    assert_eq!(ask(&memory, from, "express/b"), "-");
}

#[test]
fn usual_aliases_when_no_settings_say_otherwise() {
    let memory = Memory::new(&[
        "web/src/lib/jwt.ts",
        "web/src/api.ts",
        "web/src/lib/index.ts",
        "web/other/api.ts",
        "src/api.ts",
    ])
    .with("web/package.json", "{}");
    assert_eq!(ask(&memory, "web/src/x.ts", "@/api"), "web/src/api.ts");
    assert_eq!(
        ask(&memory, "web/src/x.ts", "~/lib/jwt"),
        "web/src/lib/jwt.ts"
    );
    assert_eq!(
        ask(&memory, "web/src/x.ts", "$lib/jwt"),
        "web/src/lib/jwt.ts"
    );
    assert_eq!(ask(&memory, "web/src/x.ts", "$lib"), "web/src/lib/index.ts");
    assert_eq!(ask(&memory, "web/src/x.ts", "@/none"), "-");
    let memory = memory.with(
        "web/tsconfig.json",
        r#"{ "compilerOptions": { "paths": { "@/*": ["./other/*"] } } }"#,
    );
    assert_eq!(ask(&memory, "web/src/x.ts", "@/api"), "web/other/api.ts");
}

#[test]
fn a_base_folder_does_not_hide_an_installed_package() {
    let memory = Memory::new(&["src/config/index.ts", "src/keys.ts"])
        .with(
            "tsconfig.json",
            r#"{ "compilerOptions": { "baseUrl": "src" } }"#,
        )
        .with(
            "package.json",
            r#"{ "dependencies": { "config": "^3.0.0" } }"#,
        );
    assert_eq!(ask(&memory, "src/a.ts", "config"), "-");
    assert_eq!(ask(&memory, "src/a.ts", "keys"), "src/keys.ts");
}
