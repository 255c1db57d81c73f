//! Comments that take findings away: `jotlint: ignore[rule-a, rule-b] -- reason`.
//!
//! A comment counts for the findings that start on its line, or, when it stands there alone, for those on the next line
//! that is neither blank nor a comment. It names its rules and gives a reason; what it cannot do is said in a
//! notification, so that nobody believes in a comment that does nothing.

mod comment;
mod directive;

pub use comment::hash_comments;

use std::collections::BTreeSet;

use comment::{Lines, comment_lines};
use directive::directives;

use crate::finding::{Finding, Level, Notification};
use crate::source::SourceFile;
use crate::syntax::ir::Comment;

/// What is left after suppression.
#[derive(Debug, Default)]
pub struct Kept {
    /// Findings that no comment took away.
    pub findings: Vec<Finding>,
    /// How many were taken away.
    pub suppressed: usize,
    /// Comments that name an unknown rule, give no reason, or take nothing away.
    pub notifications: Vec<Notification>,
}

/// Applies a file's comments to its findings. Rules that do not run (see `runs`) cannot make a comment needless.
pub fn apply(
    source: &SourceFile,
    comments: &[Comment],
    findings: Vec<Finding>,
    runs: &dyn Fn(&str) -> bool,
) -> Kept {
    let mut kept = Kept::default();
    let mut suppressions = Vec::new();
    for comment in comments {
        for (line, text) in comment_lines(source, comment) {
            for directive in directives(&text) {
                for problem in &directive.problems {
                    let level = Level::Warning;
                    kept.notifications
                        .push(notification(source, line, level, problem));
                }
                if directive.has_reason && !directive.rules.is_empty() {
                    suppressions.push(Suppression {
                        line,
                        target: line,
                        rules: directive.rules,
                        used: BTreeSet::new(),
                    });
                }
            }
        }
    }
    if suppressions.is_empty() {
        kept.findings = findings;
        return kept;
    }
    let lines = Lines::new(source, comments);
    for suppression in &mut suppressions {
        suppression.target = lines.target(suppression.line);
    }
    for finding in findings {
        if takes_away(&mut suppressions, source, &finding) {
            kept.suppressed += 1;
        } else {
            kept.findings.push(finding);
        }
    }
    for suppression in &suppressions {
        if let Some(message) = suppression.needless(runs) {
            let line = suppression.line;
            kept.notifications
                .push(notification(source, line, Level::Note, &message));
        }
    }
    kept
}

/// A comment that may take findings away.
struct Suppression {
    /// Where it is written.
    line: u32,
    /// The line whose findings it takes away.
    target: u32,
    rules: BTreeSet<&'static str>,
    used: BTreeSet<&'static str>,
}

impl Suppression {
    /// What to say when it, or a rule of it, took nothing away.
    fn needless(&self, runs: &dyn Fn(&str) -> bool) -> Option<String> {
        let needless: Vec<String> = self
            .rules
            .difference(&self.used)
            .filter(|rule| runs(rule))
            .map(|rule| format!("`{rule}`"))
            .collect();
        if needless.is_empty() {
            None
        } else if needless.len() == self.rules.len() {
            Some("this comment suppresses nothing; remove it".to_owned())
        } else {
            let needless = needless.join(", ");
            Some(format!(
                "this comment suppresses nothing of {needless}; remove that from its list"
            ))
        }
    }
}

fn takes_away(suppressions: &mut [Suppression], source: &SourceFile, finding: &Finding) -> bool {
    if finding.primary.path != source.path {
        return false;
    }
    let line = source.line_of(finding.primary.span.start);
    let mut taken = false;
    for suppression in suppressions.iter_mut().filter(|one| one.target == line) {
        let names = std::iter::once(finding.rule.id).chain(finding.also.iter().copied());
        for rule in names {
            if suppression.rules.contains(rule) {
                suppression.used.insert(rule);
                taken = true;
            }
        }
    }
    taken
}

fn notification(source: &SourceFile, line: u32, level: Level, message: &str) -> Notification {
    Notification {
        path: Some(source.path.clone()),
        message: message.to_owned(),
        level,
        line: Some(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Place};
    use crate::page;
    use crate::source::Span;

    /// Comments of any style in a text, found by their delimiters.
    fn comments(text: &str) -> Vec<Comment> {
        let mut comments = Vec::new();
        let mut from = 0;
        while from < text.len() {
            let rest = &text[from..];
            let length = if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            } else if rest.starts_with("<!--") {
                rest.find("-->").map_or(rest.len(), |end| end + 3)
            } else if rest.starts_with("//") || rest.starts_with('#') {
                rest.find('\n').unwrap_or(rest.len())
            } else {
                from += rest.chars().next().map_or(1, char::len_utf8);
                continue;
            };
            comments.push(Comment {
                span: Span::new(from, from + length),
            });
            from += length;
        }
        comments
    }

    fn finding(rule: &str, start: usize, also: Vec<&'static str>) -> Finding {
        Finding {
            rule: page::find(rule).unwrap(),
            level: Level::Error,
            confidence: Confidence::High,
            message: String::new(),
            primary: Place {
                path: "a.js".into(),
                span: Span::new(start, start + 4),
                message: String::new(),
            },
            related: Vec::new(),
            flow: Vec::new(),
            remedy: String::new(),
            library: None,
            also,
            context: None,
            pedantic: false,
            together: None,
            scope: String::new(),
            fingerprint: String::new(),
        }
    }

    /// One finding of `alg-none` (also `aud-unchecked`) at every `CALL`.
    fn applied(text: &str) -> Kept {
        let source = SourceFile::new("a.js".into(), "a.js".into(), text.into());
        let findings = text
            .match_indices("CALL")
            .map(|(at, _)| finding("alg-none", at, vec!["aud-unchecked"]))
            .collect();
        apply(&source, &comments(text), findings, &|rule| {
            rule != "exp-unchecked"
        })
    }

    fn lines_left(text: &str) -> Vec<u32> {
        let source = SourceFile::new("a.js".into(), "a.js".into(), text.into());
        let kept = applied(text);
        kept.findings
            .iter()
            .map(|finding| source.line_of(finding.primary.span.start))
            .collect()
    }

    #[test]
    fn a_comment_counts_for_its_line_or_the_next_with_code() {
        let all: &[u32] = &[];
        for (text, left) in [
            ("CALL // jotlint: ignore[alg-none] -- why\nCALL", &[2][..]),
            ("// jotlint: ignore[alg-none] -- why\nCALL\nCALL", &[3]),
            (
                "// jotlint: ignore[alg-none] -- why\n\n  # more\n\t\r\nCALL",
                all,
            ),
            ("/*\n * jotlint: ignore[alg-none] -- why\n */\nCALL", all),
            ("x /* jotlint: ignore[alg-none] -- why\n */\nCALL", &[3]),
            ("CALL /*\n jotlint: ignore[alg-none] -- why */ CALL", &[1]),
            ("  {/* jotlint: ignore[alg-none] -- why */}\n CALL", all),
            ("<!-- jotlint: ignore[alg-none] -- why -->\nCALL", all),
            ("} // jotlint: ignore[alg-none] -- why\nCALL", &[2]),
            ("\u{feff}// jotlint: ignore[alg-none] -- why\nCALL", all),
            ("CALL\n// jotlint: ignore[alg-none] -- why", &[1]),
            (
                "x = '\u{e9}' // jotlint: ignore[alg-none] -- why \u{130}\nCALL",
                &[2],
            ),
            (
                "CALL // jotlint: ignore[aud-unchecked] -- the same cause",
                all,
            ),
            ("CALL // jotlint: ignore[weak-key] -- another rule", &[1]),
            (
                "# jotlint: ignore[weak-key] -- a\n# jotlint: ignore[alg-none] -- b\nCALL",
                all,
            ),
            ("CALL // \u{130} jotlint: ignore[alg-none] -- why", all),
        ] {
            assert_eq!(lines_left(text), left, "{text}");
        }
    }

    #[test]
    fn odd_spellings_work_or_are_named() {
        for (comment, works, said) in [
            ("// jotlint: ignore[alg-none] -- why", true, ""),
            ("//jotlint:ignore[alg-none]--why", true, ""),
            ("# JotLint :  Ignore [ alg-none , ] --   why", true, ""),
            ("// jotlint: ignore[alg-none] \u{2014} why", true, ""),
            ("// noqa jotlint: ignore[alg-none] -- why", true, ""),
            ("// x -- jotlint: ignore[alg-none] -- why", true, ""),
            (
                "// jotlint: ignore[alg-none] -- a jotlint: ignore[aud-unchecked] -- b",
                true,
                "",
            ),
            (
                "// jotlint: ignore[alg-none, alg-nun] -- why",
                true,
                "did you mean `alg-none`",
            ),
            ("// jotlint: ignore[alg-none]", false, "gives no reason"),
            (
                "/* jotlint: ignore[alg-none] -- */",
                false,
                "gives no reason",
            ),
            (
                "// jotlint: ignore[alg-none] because",
                false,
                "gives no reason",
            ),
            (
                "// jotlint: ignore[alg-none] - why",
                false,
                "gives no reason",
            ),
            ("// jotlint: ignore[] -- why", false, "is empty"),
            (
                "// jotlint: ignore[*] -- why",
                false,
                "there is no rule `*`",
            ),
            ("// jotlint: ignore -- why", false, "names its rules"),
            (
                "// jotlint: ignore alg-none -- why",
                false,
                "names its rules",
            ),
            ("// jotlint: ignore[alg-none -- why", false, "does not end"),
            (
                "// jotlint: ignore[Alg-None] -- why",
                false,
                "did you mean `alg-none`",
            ),
            (
                "// jotlint: disable[alg-none] -- why",
                false,
                "as it is spelt",
            ),
            (
                "// jotlint-ignore[alg-none] -- why",
                false,
                "as it is spelt",
            ),
            (
                "// jotlint ignore[alg-none] -- why",
                false,
                "as it is spelt",
            ),
            ("// write `jotlint: ignore[alg-none] -- why`", false, ""),
            (
                "// https://example.com/jotlint: ignore[alg-none] -- why",
                false,
                "",
            ),
            ("// jotlint: finds this", false, ""),
            ("// myjotlint: ignore[alg-none] -- why", false, ""),
        ] {
            let kept = applied(&format!("CALL {comment}"));
            assert_eq!(kept.findings.is_empty(), works, "{comment}");
            let messages: Vec<&str> = kept
                .notifications
                .iter()
                .map(|notification| notification.message.as_str())
                .collect();
            if said.is_empty() {
                assert!(messages.is_empty(), "{comment}: {messages:?}");
            } else {
                assert!(
                    messages.iter().any(|text| text.contains(said)),
                    "{comment}: {messages:?}"
                );
            }
        }
    }

    #[test]
    fn what_takes_nothing_away_is_named() {
        for (text, said) in [
            (
                "x // jotlint: ignore[alg-none] -- why",
                "suppresses nothing; remove it",
            ),
            (
                "CALL // jotlint: ignore[alg-none, weak-key] -- why",
                "nothing of `weak-key`",
            ),
            (
                "CALL // jotlint: ignore[alg-none, exp-unchecked] -- not run",
                "",
            ),
        ] {
            let kept = applied(text);
            let messages: Vec<&str> = kept
                .notifications
                .iter()
                .map(|notification| notification.message.as_str())
                .collect();
            match said {
                "" => assert!(messages.is_empty(), "{text}: {messages:?}"),
                said => assert!(messages[0].contains(said), "{text}: {messages:?}"),
            }
            assert!(
                kept.notifications
                    .iter()
                    .all(|one| one.level == Level::Note)
            );
        }
    }

    #[test]
    fn problems_have_their_line() {
        let kept = applied("a\n/*\n jotlint: ignore[] -- x\n*/");
        assert_eq!(kept.notifications[0].line, Some(3));
        assert_eq!(kept.notifications[0].level, Level::Warning);
    }
}
