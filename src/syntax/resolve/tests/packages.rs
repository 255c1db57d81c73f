use super::super::Language;
use super::Memory;

fn ask(memory: &Memory, from: &str, module: &str) -> String {
    memory.ask(Language::TypeScript, from, module, &[])
}

#[test]
fn own_imports_of_a_package() {
    let memory = Memory::new(&["src/auth.ts", "src/db/pool.ts", "lib/x/src/index.ts"])
        .with(
            "package.json",
            r##"{ "imports": {
                "#auth": { "types": "./dist/auth.d.ts", "default": "./dist/auth.js" },
                "#db/*.js": "./src/db/*.ts",
                "#x": "@acme/x"
            } }"##,
        )
        .with("lib/x/package.json", r#"{ "name": "@acme/x" }"#);
    assert_eq!(ask(&memory, "src/deep/a.ts", "#auth"), "src/auth.ts");
    assert_eq!(
        ask(&memory, "src/deep/a.ts", "#db/pool.js"),
        "src/db/pool.ts"
    );
    assert_eq!(ask(&memory, "src/deep/a.ts", "#x"), "lib/x/src/index.ts");
    assert_eq!(ask(&memory, "src/deep/a.ts", "#none"), "-");
}

#[test]
fn packages_of_a_workspace_by_name() {
    let memory = Memory::new(&[
        "packages/auth/src/index.ts", "packages/auth/src/lib/x.ts", "packages/auth/src/server/index.ts",
        "packages/plain/index.js", "packages/plain/lib/deep.js", "packages/built/dist/index.js",
        "packages/built/src/index.ts",
    ])
    .with(
        "packages/auth/package.json",
        r#"{ "name": "@acme/auth", "version": "1.2.0", "exports": {
            ".": { "types": "./dist/index.d.ts", "import": "./dist/esm/index.mjs" },
            "./server": "./dist/server/index.js",
            "./lib/*": "./dist/lib/*.js"
        } }"#,
    )
    .with("packages/plain/package.json", r#"{ "name": "plain", "version": "0.0.0", "main": "index.js" }"#)
    .with("packages/built/package.json", r#"{ "name": "@acme/built", "main": "dist/index.js" }"#)
    .with(
        "apps/api/package.json",
        r#"{ "dependencies": { "@acme/auth": "workspace:*", "plain": "*", "@acme/built": "^1.0.0" } }"#,
    );
    let from = "apps/api/src/main.ts";
    assert_eq!(
        ask(&memory, from, "@acme/auth"),
        "packages/auth/src/index.ts"
    );
    assert_eq!(
        ask(&memory, from, "@acme/auth/server"),
        "packages/auth/src/server/index.ts"
    );
    assert_eq!(
        ask(&memory, from, "@acme/auth/lib/x"),
        "packages/auth/src/lib/x.ts"
    );
    assert_eq!(ask(&memory, from, "@acme/auth/none"), "-");
    assert_eq!(ask(&memory, from, "@acme/auth/../plain/index"), "-");
    assert_eq!(ask(&memory, from, "plain"), "packages/plain/index.js");
    assert_eq!(
        ask(&memory, from, "plain/lib/deep"),
        "packages/plain/lib/deep.js"
    );
    assert_eq!(
        ask(&memory, from, "@acme/built"),
        "packages/built/dist/index.js"
    );
    assert_eq!(ask(&memory, from, "@acme/other"), "-");
    // A package's own name, by its own map.
    assert_eq!(
        ask(&memory, "packages/auth/test/a.ts", "@acme/auth"),
        "packages/auth/src/index.ts"
    );
    assert_eq!(ask(&memory, "packages/plain/lib/deep.js", "plain"), "-");
}

#[test]
fn entries_that_a_build_writes_lead_to_their_sources() {
    for (main, source) in [
        ("./dist/index.js", "src/index.ts"),
        ("build/src/index.js", "src/index.ts"),
        ("dist/cjs/main.cjs", "src/main.ts"),
        ("lib/index.min.js", "src/index.ts"),
        ("dist/packages/x/src/public.d.ts", "src/public.ts"),
        ("dist", "src/index.ts"),
        ("out/index.js", "index.ts"),
        ("bin/gone.js", "src/index.ts"),
    ] {
        let memory = Memory::new(&[])
            .with(&format!("packages/x/{source}"), "")
            .with(
                "packages/x/package.json",
                &format!(r#"{{ "name": "@acme/x", "main": "{main}" }}"#),
            );
        assert_eq!(
            ask(&memory, "app/a.ts", "@acme/x"),
            format!("packages/x/{source}"),
            "{main}"
        );
    }
}

#[test]
fn a_relative_path_to_what_a_build_writes_leads_to_its_source() {
    let memory = Memory::new(&["cli/src/run.ts", "cli/src/index.ts", "lib/a.ts"])
        .with("cli/package.json", "{}");
    assert_eq!(
        ask(&memory, "cli/bin/start.js", "../dist/run.js"),
        "cli/src/run.ts"
    );
    assert_eq!(
        ask(&memory, "cli/bin/start.js", "../lib"),
        "cli/src/index.ts"
    );
    assert_eq!(
        ask(&memory, "cli/bin/start.js", "../lib/"),
        "cli/src/index.ts"
    );
    assert_eq!(ask(&memory, "cli/bin/start.js", "../lib/a"), "-");
    assert_eq!(ask(&memory, "cli/bin/start.js", "../dist/gone.js"), "-");
}

#[test]
fn a_folder_named_like_an_installed_package_is_not_it() {
    let memory = Memory::new(&["examples/tokens/index.js", "examples/scoped/index.js"])
        .with(
            "examples/tokens/package.json",
            r#"{ "name": "tokens", "version": "1.0.0" }"#,
        )
        .with(
            "examples/scoped/package.json",
            r#"{ "name": "unversioned" }"#,
        )
        .with(
            "package.json",
            r#"{ "dependencies": { "tokens": "^9.0.0", "unversioned": "^1.0.0" } }"#,
        );
    assert_eq!(ask(&memory, "src/a.ts", "tokens"), "-");
    assert_eq!(ask(&memory, "src/a.ts", "unversioned"), "-");
    for (wanted, found) in [
        ("^1.0.0", "examples/tokens/index.js"),
        (">=1 <2 || ^3", "examples/tokens/index.js"),
        ("file:./examples/tokens", "examples/tokens/index.js"),
        ("link:../outside", "-"),
        ("npm:other@1.0.0", "-"),
        ("github:acme/tokens", "-"),
        ("acme/tokens", "-"),
    ] {
        let manifest = format!(r#"{{ "devDependencies": {{ "tokens": "{wanted}" }} }}"#);
        let memory = Memory::new(&["examples/tokens/index.js"])
            .with(
                "examples/tokens/package.json",
                r#"{ "name": "tokens", "version": "1.0.0" }"#,
            )
            .with("package.json", &manifest);
        assert_eq!(ask(&memory, "src/a.ts", "tokens"), found, "{wanted}");
    }
}

#[test]
fn of_packages_with_one_name_the_nearest_is_meant() {
    let memory = Memory::new(&["one/shared/index.ts", "two/shared/index.ts"])
        .with("one/shared/package.json", r#"{ "name": "shared" }"#)
        .with("two/shared/package.json", r#"{ "name": "shared" }"#);
    assert_eq!(
        ask(&memory, "two/app/a.ts", "shared"),
        "two/shared/index.ts"
    );
    assert_eq!(ask(&memory, "three/a.ts", "shared"), "one/shared/index.ts");
}

#[test]
fn installed_copies_are_not_the_trees_own() {
    let memory = Memory::new(&["node_modules/tokens/index.js"]).with(
        "node_modules/tokens/package.json",
        r#"{ "name": "tokens" }"#,
    );
    assert_eq!(ask(&memory, "a.ts", "tokens"), "-");
}
