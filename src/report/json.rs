//! jotlint's own JSON, for scripts.
//!
//! ```json
//! {
//!   "format": "jotlint",
//!   "version": 1,
//!   "tool": { "name": "jotlint", "version": "0.1.0" },
//!   "summary": {
//!     "findings": { "total": 1, "error": 1, "warning": 0, "note": 0 },
//!     "files_read": 412, "files_parsed": 18, "sites": 23, "files_unread": 0,
//!     "cut": { "files": 0, "file_budget": 0, "project_budget": 0, "imports": 0, "depth": 0 },
//!     "suppressed": 0, "pedantic_hidden": 0, "test_hidden": 0
//!   },
//!   "findings": [{
//!     "rule": "alg-none", "title": "Unsigned tokens are accepted or minted",
//!     "level": "error", "confidence": "high",
//!     "message": "what is wrong", "remedy": "what to do",
//!     "library": "web-token 9.0.2 (package-lock.json)",
//!     "context": null, "also": [], "fingerprint": "0123456789abcdef",
//!     "path": "src/auth.js",
//!     "start": { "line": 12, "column": 5 }, "end": { "line": 12, "column": 11 },
//!     "label": "what stands there",
//!     "related": [{ "path": "…", "start": {}, "end": {}, "label": "…" }],
//!     "flow": [],
//!     "help_uri": "https://github.com/jotlint/jotlint/blob/main/rules/alg-none.md"
//!   }],
//!   "notifications": [{ "path": "big.js", "message": "…", "level": "warning", "line": null }]
//! }
//! ```
//!
//! - `level` is `note`, `warning` or `error`; `confidence` is `low`, `medium` or `high`; `context` is `test`,
//!   `example`, `documentation`, `generated`, `vendored` or null.
//! - `line` and `column` count from 1, columns in UTF-16 code units; `end` is one past the last column and may be on a
//!   later line than `start`. Both are null when the file could not be quoted.
//! - `flow` leads from where a value is written to where it is used.
//! - `cut` counts the files of which a bound on the evaluation kept something out, and for each bound how many.
//! - `path` is relative to the linted folder, with forward slashes.
//! - Findings and notifications are sorted. Secrets are replaced by `…`.
//!
//! Fields may be added within a version, so a reader ignores those it does not know. Fields are taken away, renamed or
//! given another meaning only with the next version.

use std::io;

use serde::Serialize;

use crate::finding::{
    CodeContext, Confidence, Finding, Level, Notification, Place, Report, Summary,
};
use crate::source::Position;

use super::{TOOL_NAME, rule_url, safe_text};

/// The version of the format.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    version: u32,
    tool: Tool,
    summary: Counts<'a>,
    findings: Vec<Entry<'a>>,
    notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Counts<'a> {
    findings: FindingCounts,
    #[serde(flatten)]
    summary: &'a Summary,
}

#[derive(Serialize)]
struct FindingCounts {
    total: usize,
    error: usize,
    warning: usize,
    note: usize,
}

#[derive(Serialize)]
struct Entry<'a> {
    rule: &'a str,
    title: &'a str,
    level: Level,
    confidence: Confidence,
    message: String,
    remedy: String,
    library: Option<String>,
    context: Option<CodeContext>,
    also: &'a [&'static str],
    fingerprint: &'a str,
    #[serde(flatten)]
    primary: Location<'a>,
    related: Vec<Location<'a>>,
    flow: Vec<Location<'a>>,
    help_uri: String,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    start: Option<Point>,
    end: Option<Point>,
    label: String,
}

#[derive(Serialize)]
struct Point {
    line: u32,
    column: u32,
}

impl From<Position> for Point {
    fn from(position: Position) -> Self {
        Self {
            line: position.line,
            column: position.column,
        }
    }
}

/// Writes a report as JSON.
///
/// # Errors
/// What `out` answers.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document {
        format: TOOL_NAME,
        version: VERSION,
        tool: Tool {
            name: TOOL_NAME,
            version: env!("CARGO_PKG_VERSION"),
        },
        summary: Counts {
            findings: FindingCounts {
                total: report.findings.len(),
                error: report.count(Level::Error),
                warning: report.count(Level::Warning),
                note: report.count(Level::Note),
            },
            summary: &report.summary,
        },
        findings: report
            .findings
            .iter()
            .map(|finding| entry(report, finding))
            .collect(),
        notifications: report
            .notifications
            .iter()
            .map(|notification| Notification {
                message: safe_text(report, &notification.message),
                ..notification.clone()
            })
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn entry<'a>(report: &Report, finding: &'a Finding) -> Entry<'a> {
    let locations = |places: &'a [Place]| {
        places
            .iter()
            .map(|place| location(report, place))
            .collect::<Vec<_>>()
    };
    Entry {
        rule: finding.rule.id,
        title: &finding.rule.front.title,
        level: finding.level,
        confidence: finding.confidence,
        message: safe_text(report, &finding.message),
        remedy: safe_text(report, &finding.remedy),
        library: finding
            .library
            .as_deref()
            .map(|library| safe_text(report, library)),
        context: finding.context,
        also: &finding.also,
        fingerprint: &finding.fingerprint,
        primary: location(report, &finding.primary),
        related: locations(&finding.related),
        flow: locations(&finding.flow),
        help_uri: rule_url(finding.rule.id),
    }
}

fn location<'a>(report: &Report, place: &'a Place) -> Location<'a> {
    let source = report.sources.get(&place.path);
    let point = |offset| source.map(|source| source.position(offset).into());
    Location {
        path: &place.path,
        start: point(place.span.start),
        end: point(place.span.end),
        label: safe_text(report, &place.message),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::report::{Format, Style, sample};

    #[test]
    fn the_documented_fields_are_there() {
        let report = sample::report();
        let text = sample::rendered(&report, Format::Json, Style::default());
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["format"], "jotlint");
        assert_eq!(document["version"], 1);
        assert_eq!(
            document["summary"]["findings"]["total"],
            report.findings.len()
        );
        assert_eq!(document["summary"]["files_read"], 412);
        let finding = &document["findings"][0];
        assert_eq!(finding["rule"], "alg-none");
        assert_eq!(finding["path"], "src/my auth#1%.js");
        assert_eq!(finding["start"]["line"], 3);
        assert_eq!(finding["start"]["column"], 28);
        assert_eq!(finding["flow"][0]["start"]["line"], 1);
        assert_eq!(finding["context"], "test");
        assert_eq!(document["notifications"][0]["path"], "big.js");
    }
}
