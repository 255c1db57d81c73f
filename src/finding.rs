//! What a run reports: findings, notifications and the counts, free of syntax and of secrets.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::budget::CutFiles;
pub use crate::level::Level;
use crate::page::Page;
use crate::redact::Redactor;
use crate::source::{SourceFile, Span};

/// How sure jotlint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A value or version that matters is not known.
    Low,
    /// One step was assumed.
    Medium,
    /// Every value was seen.
    High,
}

/// What kind of code a finding stands in, when it is not the product itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CodeContext {
    /// Tests, fixtures, mocks.
    Test,
    /// Examples, samples, demos.
    Example,
    /// Documentation.
    Documentation,
    /// Code that changed a database once.
    Migration,
    /// Generated code.
    Generated,
    /// Code of others in the tree.
    Vendored,
}

impl fmt::Display for CodeContext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Test => "test code",
            Self::Example => "example code",
            Self::Documentation => "documentation",
            Self::Migration => "a migration",
            Self::Generated => "generated code",
            Self::Vendored => "vendored code",
        })
    }
}

/// A place in a file, with what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Path relative to the linted root, with forward slashes.
    pub path: String,
    /// The bytes meant.
    pub span: Span,
    /// What is there, in a few words. Never a secret.
    pub message: String,
}

/// One thing that is wrong, at one place.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule's page: id, title, standards.
    pub rule: &'static Page,
    /// Level after context and configuration.
    pub level: Level,
    /// How sure.
    pub confidence: Confidence,
    /// What is wrong, first sentence able to stand alone. Never holds a secret.
    pub message: String,
    /// The decisive token; its message labels the caret.
    pub primary: Place,
    /// Other places that matter: the call, the callers.
    pub related: Vec<Place>,
    /// The way a value took, from where it is written to the call; empty when it is written in the call.
    pub flow: Vec<Place>,
    /// What to do, in the library's own words.
    pub remedy: String,
    /// Library and version this was judged by, name, version and the lock file that says so.
    pub library: Option<String>,
    /// Ids of other rules that the same cause breaks.
    pub also: Vec<&'static str>,
    /// Set when this is not product code.
    pub context: Option<CodeContext>,
    /// Shown only when pedantic findings are asked for, although the rule is not pedantic.
    pub pedantic: bool,
    /// Findings of one rule with the same number are one thing, told at each of its places.
    pub together: Option<usize>,
    /// Names of the functions and classes around the primary place, outermost first; part of the fingerprint.
    pub scope: String,
    /// Survives moved lines and reformatting; filled at the end of the run.
    pub fingerprint: String,
}

impl Finding {
    /// Paths of the files that it speaks of.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let others = self.related.iter().chain(&self.flow);
        std::iter::once(&self.primary)
            .chain(others)
            .map(|place| place.path.as_str())
    }
}

/// Something about the run itself: a file that could not be read, a bound that bit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Notification {
    /// The file, when it is about one.
    pub path: Option<String>,
    /// What happened, and what to do about it.
    pub message: String,
    /// How much was lost.
    pub level: Level,
    /// Line (from 1) where the trouble starts, when it is known.
    pub line: Option<u32>,
}

/// The counts of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Files that were looked at.
    pub files_read: usize,
    /// Files that mention tokens and were parsed.
    pub files_parsed: usize,
    /// Places where a token is minted, verified or decoded.
    pub sites: usize,
    /// Files that could not be read, or only in part.
    pub files_unread: usize,
    /// Files of which a bound on the evaluation kept something out.
    pub cut: CutFiles,
    /// Findings that a comment or the configuration took away.
    pub suppressed: usize,
    /// Findings of pedantic rules that were not asked for.
    pub pedantic_hidden: usize,
    /// Findings in test code that are left out by default.
    pub test_hidden: usize,
}

/// Where a run spent its time. Not part of any report: it differs from run to run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timings {
    /// Walk, read and prefilter, as passed on the clock.
    pub walk: Duration,
    /// Parsing, added up over the threads.
    pub parsing: Duration,
    /// Evaluating with the parsing that it asks for, added up over the threads.
    pub evaluation: Duration,
    /// Files that were parsed, those that others import included.
    pub files: usize,
    /// Settings, services and who holds which key, as passed on the clock.
    pub settings: Duration,
    /// Bytes that were parsed.
    pub bytes: u64,
    /// Lines that were parsed.
    pub lines: u64,
}

/// All that a run found.
#[derive(Debug)]
pub struct Report {
    /// Where the time went.
    pub timings: Timings,
    /// Sorted by path, place and rule.
    pub findings: Vec<Finding>,
    /// Sorted.
    pub notifications: Vec<Notification>,
    /// Counts.
    pub summary: Summary,
    /// The files that findings quote, by path.
    pub sources: BTreeMap<String, SourceFile>,
    /// Takes secrets out of everything that is quoted.
    pub redactor: Redactor,
    /// The rules that ran, by id.
    pub rules: Vec<&'static Page>,
}

impl Report {
    /// The number of findings at a level.
    pub fn count(&self, level: Level) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.level == level)
            .count()
    }

    /// The report with every path of a file shown otherwise. `shown` must keep different paths different.
    pub fn with_paths(&self, shown: impl Fn(&str) -> String) -> Report {
        let place = |place: &Place| Place {
            path: shown(&place.path),
            ..place.clone()
        };
        let places = |places: &[Place]| places.iter().map(place).collect();
        Report {
            timings: self.timings,
            findings: self
                .findings
                .iter()
                .map(|finding| Finding {
                    primary: place(&finding.primary),
                    related: places(&finding.related),
                    flow: places(&finding.flow),
                    ..finding.clone()
                })
                .collect(),
            notifications: self
                .notifications
                .iter()
                .map(|notification| Notification {
                    path: notification.path.as_deref().map(&shown),
                    ..notification.clone()
                })
                .collect(),
            summary: self.summary,
            sources: self
                .sources
                .values()
                .map(|source| {
                    let path = shown(&source.path);
                    let mut source = source.clone();
                    source.path.clone_from(&path);
                    (path, source)
                })
                .collect(),
            redactor: self.redactor.with_paths(&shown),
            rules: self.rules.clone(),
        }
    }

    /// The worst level found.
    pub fn worst(&self) -> Option<Level> {
        self.findings.iter().map(|finding| finding.level).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Format, Style, render};
    use crate::syntax::ir::Literal;

    #[test]
    fn a_secret_stays_hidden_under_another_path() {
        let source = SourceFile::new("a.js".into(), "a.js".into(), "verify(t, 'abc')".into());
        let mut redactor = Redactor::default();
        redactor.add(&Literal::new("abc"), Some(("a.js", Span::new(10, 15))));
        let place = Place {
            path: "a.js".into(),
            span: Span::new(10, 15),
            message: String::new(),
        };
        let report = Report {
            timings: Timings::default(),
            findings: vec![Finding {
                rule: crate::page::find("weak-key").unwrap(),
                level: Level::Error,
                confidence: Confidence::High,
                message: String::new(),
                primary: place.clone(),
                related: vec![place.clone()],
                flow: vec![place],
                remedy: String::new(),
                library: None,
                also: Vec::new(),
                context: None,
                pedantic: false,
                together: None,
                scope: String::new(),
                fingerprint: String::new(),
            }],
            notifications: Vec::new(),
            summary: Summary::default(),
            sources: BTreeMap::from([("a.js".to_owned(), source)]),
            redactor,
            rules: Vec::new(),
        };
        let moved = report.with_paths(|path| format!("src/{path}"));
        for format in [Format::Text, Format::Sarif, Format::Json] {
            let mut out = Vec::new();
            render(&moved, format, Style::default(), &mut out).unwrap();
            let shown = String::from_utf8(out).unwrap();
            assert!(shown.contains("src/a.js"), "{format}: {shown}");
            assert!(!shown.contains("abc"), "{format}: {shown}");
            assert!(!shown.contains("\"a.js\""), "{format}: {shown}");
        }
    }
}
