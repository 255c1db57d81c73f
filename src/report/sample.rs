//! Small reports for the tests of the formats.

use std::collections::BTreeMap;

use crate::finding::{
    CodeContext, Confidence, Finding, Level, Notification, Place, Report, Summary,
};
use crate::page::{self, Page};
use crate::redact::Redactor;
use crate::source::{SourceFile, Span};
use crate::syntax::ir::Literal;

use super::{Format, Style, fingerprint, render};

/// A secret that stands in the source and in messages of the samples.
pub(super) const CANARY: &str = "canary-3f9a";

pub(super) fn rendered(report: &Report, format: Format, style: Style) -> String {
    let mut out = Vec::new();
    render(report, format, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn rule() -> &'static Page {
    page::find("alg-none").unwrap()
}

pub(super) fn place(path: &str, span: Span, message: &str) -> Place {
    Place {
        path: path.into(),
        span,
        message: message.into(),
    }
}

pub(super) fn finding(path: &str, span: Span, message: &str) -> Finding {
    Finding {
        rule: rule(),
        level: Level::Error,
        confidence: Confidence::High,
        message: "This call accepts unsigned tokens.".into(),
        primary: place(path, span, message),
        related: Vec::new(),
        flow: Vec::new(),
        remedy: "Pass `{ algorithms: [\"HS256\"] }`.".into(),
        library: Some("web-token 9.0.2 (package-lock.json)".into()),
        also: Vec::new(),
        context: None,
        pedantic: false,
        together: None,
        scope: String::new(),
        fingerprint: String::new(),
    }
}

pub(super) fn empty() -> Report {
    Report {
        timings: Default::default(),
        findings: Vec::new(),
        notifications: Vec::new(),
        summary: Summary::default(),
        sources: BTreeMap::new(),
        redactor: Redactor::default(),
        rules: vec![rule()],
    }
}

fn add_source(report: &mut Report, path: &str, bytes: &[u8]) {
    let source = SourceFile::new(path.into(), path.into(), bytes.to_vec());
    report.sources.insert(path.into(), source);
}

/// One finding on a span of the file `a.js`.
pub(super) fn quoting(bytes: &[u8], span: Span) -> Report {
    let mut report = empty();
    add_source(&mut report, "a.js", bytes);
    report.findings.push(finding("a.js", span, "unsafe"));
    report
}

/// A secret in the line, in a message and in a flow; two files; a path that needs encoding.
pub(super) fn report() -> Report {
    let path = "src/my auth#1%.js";
    let text = format!(
        "const key = '{CANARY}';\n\nconst user = jwt.verify(t, key); // {CANARY}\n\n\n\n\n// a token eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOjF9.\n"
    );
    let at = |part: &str| {
        let start = text.find(part).unwrap();
        Span::new(start, start + part.len())
    };
    let literal = at(&format!("'{CANARY}'"));
    let key = at("key);");
    let key = Span::new(key.start as usize, key.start as usize + 3);
    let mut report = empty();
    add_source(&mut report, path, text.as_bytes());
    add_source(&mut report, "src/app.js", b"\n\nlogin(req);\n");
    report
        .redactor
        .add(&Literal::new(CANARY), Some((path, literal)));
    report.redactor.seal();
    report.findings.push(Finding {
        level: Level::Warning,
        confidence: Confidence::Medium,
        message: format!("The key {CANARY} is written in the code."),
        remedy: format!("Read it from the environment instead of {CANARY}."),
        related: vec![place("src/app.js", Span::new(2, 7), "called here")],
        flow: vec![place(path, literal, &format!("written here ({CANARY})"))],
        also: vec!["weak-secret", "no-expiry"],
        context: Some(CodeContext::Test),
        pedantic: false,
        together: None,
        scope: "login".into(),
        ..finding(path, key, "this key")
    });
    report
        .findings
        .push(finding(path, at("// a token"), &format!("{CANARY} again")));
    report.notifications.push(Notification {
        path: Some("big.js".into()),
        message: format!("The file is larger than 1 MB and was not read ({CANARY})."),
        level: Level::Warning,
        line: None,
    });
    report.summary = Summary {
        files_read: 412,
        files_parsed: 18,
        sites: 23,
        files_unread: 1,
        cut: Default::default(),
        suppressed: 1,
        pedantic_hidden: 2,
        test_hidden: 3,
    };
    fingerprint::assign(&mut report.findings);
    report
}

/// Everything that a terminal might obey, in a line, in messages and in what is quoted of other places.
pub(super) fn hostile() -> Report {
    let bad = "\u{1b}[2J\u{202e}\u{9b}31m\u{7}\u{2028}";
    let line = format!("/* {bad} */ verify('{CANARY}')\r\n{bad}\r{bad}");
    let start = line.find("verify").unwrap();
    let mut report = quoting(line.as_bytes(), Span::new(start, line.len()));
    report.redactor.add(&Literal::new(CANARY), None);
    report.redactor.seal();
    let finding = &mut report.findings[0];
    finding.message = format!("Bad {bad} {CANARY}.\r\nAnd so on.");
    finding.remedy = format!("Mend {bad} {CANARY}.");
    finding.library = Some(format!("{bad} 1.0.0"));
    finding.primary.message = format!("here {bad}\nand on");
    finding.related = vec![
        place("a.js", Span::new(0, 2), bad),
        place("gone.js", Span::new(0, 2), bad),
    ];
    finding.flow = vec![place("a.js", Span::new(line.len() - 1, line.len()), bad)];
    report.notifications.push(Notification {
        path: None,
        message: format!("Unread {bad} {CANARY}"),
        level: Level::Note,
        line: Some(0),
    });
    fingerprint::assign(&mut report.findings);
    report
}
