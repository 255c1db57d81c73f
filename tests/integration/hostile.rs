//! Any bytes in any file end in findings or a notification.

use std::fs;

use jotlint::finding::Level;
use jotlint::lint::{Options, Silent, lint};
use jotlint::report::Format;

use crate::{lint_everything, rendered, repository};

#[test]
fn broken_files_are_read_as_far_as_they_go() {
    let report = lint_everything(&repository("fixtures/parse"));
    let found = |path: &str, rule: &str| {
        report
            .findings
            .iter()
            .any(|finding| finding.primary.path == path && finding.rule.id == rule)
    };
    assert!(found("latin1_crlf.js", "alg-none"));
    assert!(found("conflict.rs", "exp-unchecked"));
    assert!(found("half_typed.rs", "hardcoded-key"));
    assert!(found("unclosed.ts", "hardcoded-key"));
    for path in ["conflict.rs", "half_typed.rs", "unclosed.ts"] {
        let said = |one: &jotlint::finding::Notification| one.path.as_deref() == Some(path);
        assert!(
            report.notifications.iter().any(said),
            "{path} is not said to be broken"
        );
    }
}

#[test]
fn nesting_and_noise_end_in_notifications() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    let deep =
        |open: &str, close: &str| format!("{}jwt{}", open.repeat(20_000), close.repeat(20_000));
    write("deep.js", deep("(", ")"));
    write("deep.ts", deep("[", "]"));
    write("deep.tsx", deep("f(", ")"));
    write("deep.py", deep("(", ")"));
    write(
        "deep.rs",
        format!("// jwt\nfn f() {{ {} }}", deep("(", ")")),
    );
    write(
        "types.rs",
        format!(
            "// jwt\ntype T = {}u8{};",
            "Vec<".repeat(20_000),
            ">".repeat(20_000)
        ),
    );
    write("chain.js", format!("jwt{}", "+a".repeat(40_000)));
    let indented: String = (0..600)
        .map(|depth| format!("{}if jwt:\n", " ".repeat(depth)))
        .collect();
    write("indent.py", indented);
    let mut noise = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = || {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        (noise & 0x7f) as u8
    };
    for name in ["noise.js", "noise.ts", "noise.py", "noise.rs"] {
        let mut bytes: Vec<u8> = (0..20_000).map(|_| random().max(1)).collect();
        bytes.extend_from_slice(b"\njwt");
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    // One long line looks minified and would be left out.
    let options = Options {
        roots: vec![folder.path().to_owned()],
        include_dependencies: true,
        ..Options::default()
    };
    let report = lint(&options, &Silent).unwrap();
    assert_eq!(report.summary.files_parsed, 12);
    for path in [
        "deep.js",
        "deep.ts",
        "deep.tsx",
        "deep.py",
        "deep.rs",
        "types.rs",
        "chain.js",
        "indent.py",
    ] {
        let about = report
            .notifications
            .iter()
            .find(|one| one.path.as_deref() == Some(path));
        assert!(
            about.is_some_and(|one| one.level >= Level::Warning),
            "{path} is not said to be cut"
        );
    }
}

#[test]
fn a_long_line_with_control_characters_is_trimmed() {
    let folder = tempfile::tempdir().unwrap();
    let filler = "x = '\u{1b}[31m\u{202e}'; ".repeat(20_000);
    let code = format!(
        "const jwt = require('jsonwebtoken');\n{filler} jwt.sign({{ id }}, 'fixture-key'); {filler}\n"
    );
    fs::write(folder.path().join("long.js"), code).unwrap();
    let options = Options {
        roots: vec![folder.path().to_owned()],
        max_file_bytes: 10_000_000,
        include_dependencies: true,
        ..Options::default()
    };
    let report = lint(&options, &Silent).unwrap();
    assert!(!report.findings.is_empty());
    let text = rendered(&report, Format::Text);
    assert!(text.len() < 20_000, "{} bytes", text.len());
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
}

#[test]
fn a_file_over_the_cap_is_said_and_not_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("big.js"), "jwt;".repeat(300_000)).unwrap();
    let report = lint_everything(folder.path());
    assert_eq!(report.summary.files_parsed, 0);
    assert!(
        report
            .notifications
            .iter()
            .any(|one| one.path.as_deref() == Some("big.js"))
    );
}

#[test]
fn code_that_makes_itself_without_end_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    write(
        "class.js",
        "// jwt\nclass A { inner = new A(); }\nnew A();\n".to_owned(),
    );
    write("pair.py", "# jwt\nclass A:\n    def __init__(self):\n        self.b = B()\nclass B:\n    def __init__(self):\n        self.a = A()\nA()\n".to_owned());
    write(
        "text.js",
        format!("// jwt\nlet t = 'ab';\n{}", "t = t + t;\n".repeat(5_000)),
    );
    write(
        "fallback.js",
        format!(
            "// jwt\nlet t = u;\n{}",
            "t = t || process.env.X || 'a';\n".repeat(5_000)
        ),
    );
    write(
        "list.js",
        format!("// jwt\nlet t = [];\n{}", "t = [t, t];\n".repeat(5_000)),
    );
    write(
        "calls.js",
        format!(
            "// jwt\n{}f0();\n",
            (0..60)
                .map(|n| format!("function f{n}() {{ f{}(); f{}(); }}\n", n + 1, n + 1))
                .collect::<String>()
        ),
    );
    let report = lint_everything(folder.path());
    assert_eq!(report.summary.files_parsed, 6);
}
