use std::path::Path;
use std::process::Command;

use globset::{Glob, GlobSetBuilder};
use tempfile::TempDir;

use super::paths::slashed;
use super::*;
use crate::finding::Level;
use crate::syntax::Language;

const TOKEN_CODE: &str = "import jwt from 'some-JWT';\n";

fn tree(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn options(roots: &[PathBuf]) -> WalkOptions {
    WalkOptions {
        roots: roots.to_vec(),
        needles: Needles::new(
            [("javascript", "jwt"), ("python", "JWT"), ("rust", "jwt")].into_iter(),
        ),
        ..WalkOptions::default()
    }
}

fn walk_folder_at(path: &Path) -> Walk {
    walk(&options(&[path.to_path_buf()])).unwrap()
}

fn paths(walk: &Walk) -> Vec<&str> {
    let files = walk.files.iter();
    files.map(|file| file.source.path.as_str()).collect()
}

fn git(folder: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap()
        .status;
    assert!(status.success());
}

#[test]
fn only_code_with_a_needle_is_kept() {
    let folder = tree(&[
        ("src/uses.ts", TOKEN_CODE),
        ("src/plain.ts", "export const one = 1;"),
        ("README.md", "jwt"),
        ("with space/a file.py", "import JwT"),
    ]);
    let result = walk_folder_at(folder.path());
    assert_eq!(paths(&result), ["src/uses.ts", "with space/a file.py"]);
    assert_eq!(result.counts.files_seen, 4);
    assert_eq!(result.counts.files_read, 3);
    assert_eq!(result.counts.files_without_needle, 1);
    let everything = WalkOptions {
        prefilter: false,
        ..options(&[folder.path().to_path_buf()])
    };
    let everything = walk(&everything).unwrap();
    assert_eq!(everything.files.len(), 3);
    assert!(!everything.files[0].hit && everything.files[1].hit);
}

#[test]
fn gitignore_counts_without_a_repository_and_other_ignore_files_do_not() {
    let folder = tree(&[
        (".gitignore", "ignored.js\n"),
        (".ignore", "*.js\n"),
        (".rgignore", "*.js\n"),
        (".jotlintignore", "own.js\n"),
        ("ignored.js", TOKEN_CODE),
        ("own.js", TOKEN_CODE),
        ("kept.js", TOKEN_CODE),
        ("deep/ignored.js", TOKEN_CODE),
    ]);
    assert_eq!(paths(&walk_folder_at(folder.path())), ["kept.js"]);
}

#[test]
fn hidden_files_and_settings_are_seen() {
    let folder = tree(&[
        (".github/workflows/ci.yml", "env: {}"),
        (".hidden/a.js", TOKEN_CODE),
        ("compose.yaml", ""),
        ("appsettings.Development.json", "{}"),
        ("other.yaml", ""),
        ("pnpm-lock.yaml", ""),
        ("package.json", "{}"),
    ]);
    let result = walk_folder_at(folder.path());
    assert_eq!(
        paths(&result),
        [
            ".github/workflows/ci.yml",
            ".hidden/a.js",
            "appsettings.Development.json",
            "compose.yaml",
            "other.yaml"
        ]
    );
    assert_eq!(result.files[0].kind, FileKind::Settings);
}

#[test]
fn ignored_environment_files_are_read_but_not_held_to_be_committed() {
    let folder = tree(&[
        (".gitignore", ".env*\n!.env.example\n"),
        (".jotlintignore", "quiet/\n"),
        (".env", "SECRET=x"),
        (".env.example", "SECRET="),
        ("api/.env.local", "SECRET=y"),
        ("quiet/.env", "SECRET=z"),
        ("node_modules/a/.env", "SECRET=z"),
    ]);
    let committed = |result: &Walk| -> Vec<(String, Committed)> {
        let files = result.files.iter();
        files
            .map(|file| (file.source.path.clone(), file.committed))
            .collect()
    };
    assert_eq!(
        committed(&walk_folder_at(folder.path())),
        [
            (".env".into(), Committed::Unknown),
            (".env.example".into(), Committed::Yes),
            ("api/.env.local".into(), Committed::Unknown),
        ]
    );
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "-f", ".env"]);
    assert_eq!(
        committed(&walk_folder_at(folder.path())),
        [
            (".env".into(), Committed::Yes),
            (".env.example".into(), Committed::Yes),
            ("api/.env.local".into(), Committed::No),
        ]
    );
}

#[test]
fn files_that_git_tracks_are_read_although_ignored() {
    let folder = tree(&[
        (".gitignore", "generated/\n"),
        ("generated/forced.js", TOKEN_CODE),
        ("generated/other.js", TOKEN_CODE),
        ("generated/node_modules/a.js", TOKEN_CODE),
    ]);
    git(folder.path(), &["init", "-q"]);
    let forced = ["generated/forced.js", "generated/node_modules/a.js"];
    git(folder.path(), &["add", "-f", forced[0], forced[1]]);
    assert_eq!(
        paths(&walk_folder_at(folder.path())),
        ["generated/forced.js"]
    );
}

#[test]
fn ignore_files_count_up_to_the_repository_root_and_no_further() {
    let folder = tree(&[
        (".gitignore", "*.js\n"),
        ("repository/.gitignore", "/package/out.js\n*.tmp.js\n"),
        ("repository/package/.gitignore", "!wanted.tmp.js\n"),
        ("repository/package/out.js", TOKEN_CODE),
        ("repository/package/a.tmp.js", TOKEN_CODE),
        ("repository/package/wanted.tmp.js", TOKEN_CODE),
        ("repository/package/kept.js", TOKEN_CODE),
    ]);
    let repository = folder.path().join("repository");
    git(&repository, &["init", "-q"]);
    let package = repository.join("package");
    assert_eq!(
        paths(&walk_folder_at(&package)),
        ["kept.js", "wanted.tmp.js"]
    );
    assert_eq!(
        repository_root(&package),
        Some(fs::canonicalize(&repository).unwrap())
    );
    fs::write(repository.join(".gitignore"), "package/\n").unwrap();
    assert_eq!(paths(&walk_folder_at(&package)).len(), 4);
}

#[test]
fn dependencies_bundles_and_generated_files_are_left_out_by_default() {
    let long_line = format!("jwt('{}')", "x".repeat(2_000));
    let folder = tree(&[
        ("a.js", TOKEN_CODE),
        ("node_modules/a/index.js", TOKEN_CODE),
        ("vendor/a.js", TOKEN_CODE),
        (".venv/pyvenv.cfg", ""),
        (".venv/a.py", "jwt"),
        ("env/not_virtual.py", "jwt"),
        ("crate/Cargo.toml", ""),
        ("crate/target/a.rs", "jwt"),
        ("target/a.rs", "jwt"),
        ("a.min.js", TOKEN_CODE),
        ("types.d.ts", TOKEN_CODE),
        ("dist/one-line.js", &long_line),
        ("client.py", "# @generated by a tool\nimport jwt\n"),
    ]);
    let result = walk_folder_at(folder.path());
    assert_eq!(
        paths(&result),
        ["a.js", "env/not_virtual.py", "target/a.rs"]
    );
    assert_eq!(result.counts.files_left_out, 4);
    assert_eq!(result.counts.folders_left_out, 4);
    let noted: Vec<_> = result
        .notifications
        .iter()
        .map(|note| note.path.as_deref().unwrap_or_default())
        .collect();
    assert_eq!(noted, ["client.py", "dist/one-line.js"]);
    let everything = WalkOptions {
        include_dependencies: true,
        ..options(&[folder.path().to_path_buf()])
    };
    assert_eq!(walk(&everything).unwrap().files.len(), 11);
}

#[test]
fn excluded_paths_are_skipped() {
    let folder = tree(&[
        ("tests/a.js", TOKEN_CODE),
        ("src/a.spec.js", TOKEN_CODE),
        ("src/a.js", TOKEN_CODE),
    ]);
    let mut exclude = GlobSetBuilder::new();
    exclude.add(Glob::new("tests").unwrap());
    exclude.add(Glob::new("**/*.spec.js").unwrap());
    let mut excluded = Exclude::default();
    excluded.add(folder.path(), exclude.build().unwrap());
    let result = walk(&WalkOptions {
        exclude: excluded,
        ..options(&[folder.path().to_path_buf()])
    })
    .unwrap();
    assert_eq!(paths(&result), ["src/a.js"]);
}

#[test]
fn a_named_file_is_always_read() {
    let folder = tree(&[
        (".gitignore", "node_modules/\n"),
        ("node_modules/a.min.js", "1"),
        ("README.md", ""),
    ]);
    let named = folder.path().join("node_modules/a.min.js");
    let result = walk(&options(&[
        folder.path().to_path_buf(),
        named.clone(),
        folder.path().join("README.md"),
    ]))
    .unwrap();
    assert_eq!(result.files.len(), 1);
    assert!(result.files[0].named && !result.files[0].hit);
    assert_eq!(result.files[0].source.path, slashed(&named));
    assert_eq!(result.notifications[0].level, Level::Note);
}

#[test]
fn a_missing_root_is_an_error() {
    let folder = tree(&[]);
    let missing = folder.path().join("missing");
    let error = walk(&options(std::slice::from_ref(&missing))).unwrap_err();
    assert!(matches!(&error, WalkError::Missing(path) if *path == missing));
    assert!(error.to_string().contains("check the path"));
}

#[test]
fn files_over_the_cap_are_reported() {
    let folder = tree(&[("big.js", &"jwt;\n".repeat(100)), ("small.js", TOKEN_CODE)]);
    let named = WalkOptions {
        max_file_bytes: 499,
        ..options(&[folder.path().to_path_buf(), folder.path().join("big.js")])
    };
    let result = walk(&named).unwrap();
    assert_eq!(result.files.len(), 1);
    assert_eq!(result.counts.files_over_cap, 2);
    assert!(result.notifications[0].message.contains("499 bytes"));
    let exact = WalkOptions {
        max_file_bytes: 500,
        ..named
    };
    assert_eq!(walk(&exact).unwrap().files.len(), 2);
}

#[test]
fn binary_content_is_reported_when_it_matters() {
    let folder = tree(&[
        ("utf16.js", ""),
        ("hit.ts", "jwt\0"),
        ("video.ts", "\0\0\0"),
    ]);
    fs::write(folder.path().join("utf16.js"), b"\xFF\xFEj\0w\0t\0").unwrap();
    let result = walk_folder_at(folder.path());
    assert!(result.files.is_empty());
    assert_eq!(result.notifications.len(), 2);
    assert!(result.notifications[0].message.contains("NUL"));
    assert!(result.notifications[1].message.contains("save it as UTF-8"));
}

#[test]
fn the_result_does_not_depend_on_the_number_of_threads() {
    let folder = tree(&[]);
    for index in 0..200 {
        let path = folder.path().join(format!("{}/{index}.js", index % 7));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, TOKEN_CODE).unwrap();
    }
    let on = |threads| {
        let options = WalkOptions {
            threads,
            ..options(&[folder.path().to_path_buf()])
        };
        let result = walk(&options).unwrap();
        let paths: Vec<String> = paths(&result).into_iter().map(str::to_owned).collect();
        (paths, result.counts)
    };
    let one = on(1);
    assert_eq!(one.0.len(), 200);
    assert!(one.0.is_sorted());
    assert_eq!(one, on(2));
    assert_eq!(one, on(8));
}

#[test]
fn needles_of_a_language_do_not_count_for_another() {
    let needles = Needles::new([("python", "claim"), ("python", "")].into_iter());
    assert!(needles.hit(Language::Python, b"from claim import x"));
    assert!(!needles.hit(Language::Python, b""));
    assert!(!needles.hit(Language::Rust, b"claim"));
    let many: Vec<String> = (0..500).map(|index| format!("needle{index}")).collect();
    let many = Needles::new(many.iter().map(|needle| ("rust", needle.as_str())));
    assert!(many.hit(Language::Rust, b"a needle499 here"));
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::fs::symlink;

    use super::*;

    fn make_pipe(path: &Path) {
        let status = Command::new("mkfifo").arg(path).status().unwrap();
        assert!(status.success());
    }

    #[test]
    fn links_are_not_followed_unless_they_are_named() {
        let outside = tree(&[("secret.js", TOKEN_CODE)]);
        let folder = tree(&[("a.js", TOKEN_CODE)]);
        symlink(folder.path(), folder.path().join("loop")).unwrap();
        symlink(outside.path(), folder.path().join("outside")).unwrap();
        symlink("missing.js", folder.path().join("dangling.js")).unwrap();
        let link = folder.path().join("link.js");
        symlink(outside.path().join("secret.js"), &link).unwrap();
        let result = walk_folder_at(folder.path());
        assert_eq!(paths(&result), ["a.js"]);
        assert!(result.notifications.is_empty());
        assert_eq!(
            walk(&options(std::slice::from_ref(&link))).unwrap().files[0]
                .source
                .path,
            slashed(&link)
        );
        assert_eq!(
            paths(&walk_folder_at(&folder.path().join("outside"))),
            ["secret.js"]
        );
        let dangling = options(&[folder.path().join("dangling.js")]);
        assert!(matches!(walk(&dangling), Err(WalkError::Missing(_))));
    }

    #[test]
    fn pipes_are_never_opened() {
        let folder = tree(&[("a.js", TOKEN_CODE)]);
        let pipe = folder.path().join("pipe.js");
        make_pipe(&pipe);
        make_pipe(&folder.path().join(".env"));
        let result = walk(&options(&[folder.path().to_path_buf(), pipe])).unwrap();
        assert_eq!(result.files.len(), 1);
        assert_eq!(result.notifications.len(), 1);
        assert!(result.notifications[0].message.contains("regular file"));
    }

    #[test]
    fn asking_git_runs_nothing_that_the_repository_names() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tree(&[
            (".gitignore", "forced.js\n"),
            ("forced.js", TOKEN_CODE),
            ("program", "#!/bin/sh\ntouch \"$(dirname \"$0\")/ran\"\n"),
        ]);
        let program = folder.path().join("program");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        git(folder.path(), &["init", "-q"]);
        git(folder.path(), &["add", "-f", "forced.js"]);
        for key in ["core.fsmonitor", "core.pager", "diff.external"] {
            git(folder.path(), &["config", key, program.to_str().unwrap()]);
        }
        assert_eq!(paths(&walk_folder_at(folder.path())), ["forced.js"]);
        assert!(!folder.path().join("ran").exists());
    }

    #[test]
    fn an_ignore_file_that_is_no_file_is_not_opened_and_hides_nothing() {
        let folder = tree(&[("inner/a.js", TOKEN_CODE), ("b.js", TOKEN_CODE)]);
        symlink("/dev/zero", folder.path().join("inner/.gitignore")).unwrap();
        make_pipe(&folder.path().join(".jotlintignore"));
        let result = walk_folder_at(folder.path());
        assert_eq!(paths(&result), ["b.js", "inner/a.js"]);
        assert_eq!(result.notifications.len(), 2);
    }

    #[test]
    fn names_that_are_not_utf8_do_not_end_the_walk() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tree(&[]);
        let name = OsStr::from_bytes(b"caf\xe9.js");
        if fs::write(folder.path().join(name), TOKEN_CODE).is_err() {
            return;
        }
        let result = walk_folder_at(folder.path());
        assert_eq!(paths(&result), ["caf\u{fffd}.js"]);
        assert!(result.files[0].source.disk_path.ends_with(name));
    }
}
