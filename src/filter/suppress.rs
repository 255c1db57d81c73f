//! Comments that take findings away: `jotlint: ignore[rule-a, rule-b] -- reason`.
//!
//! A comment counts for the findings that start on its line, or, when it stands there alone, for those on the next line
//! that is neither blank nor a comment. It names its rules and gives a reason; what it cannot do is said in a
//! notification, so that nobody believes in a comment that does nothing.

use std::collections::BTreeSet;

use super::no_such_rule;
use crate::finding::{Finding, Level, Notification};
use crate::page;
use crate::source::{SourceFile, Span};
use crate::syntax::ir::Comment;

/// How a suppression is written.
const FORM: &str = "jotlint: ignore[rule] -- reason";

const NAME: &str = "jotlint";

/// Words that others use for the same; with a bracket behind them they are meant for us.
const VERBS: [&str; 5] = ["ignore", "disable", "allow", "suppress", "off"];

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

/// The comments of a settings file: lines that begin with `#`, and what follows a `#` that names us.
pub fn hash_comments(source: &SourceFile) -> Vec<Comment> {
    let lines = (1..=source.line_count()).map(|line| source.line_span(line));
    let comment = |line: Span| {
        let text = source.slice(line);
        let start = text.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let is_whole = text.get(start) == Some(&b'#');
        let lowered = || String::from_utf8_lossy(text).to_ascii_lowercase();
        let offset = if is_whole {
            start
        } else {
            let lowered = lowered();
            let mut marks = lowered.match_indices('#').map(|(at, _)| at);
            marks.find(|at| {
                let (before, after) = lowered.split_at(*at);
                before.ends_with(char::is_whitespace)
                    && after.trim_start_matches(['#', ' ']).starts_with(NAME)
            })?
        };
        let start = line.start + u32::try_from(offset).ok()?;
        (start <= line.end).then_some(Comment {
            span: Span { start, ..line },
        })
    };
    if !source.bytes().contains(&b'#') {
        return Vec::new();
    }
    lines.filter_map(comment).collect()
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

/// The lines of a comment that mention us, each with its number.
fn comment_lines(source: &SourceFile, comment: &Comment) -> Vec<(u32, String)> {
    let first = source.line_of(comment.span.start);
    let last = source.line_of(comment.span.end.saturating_sub(1).max(comment.span.start));
    (first..=last)
        .filter_map(|line| {
            let whole = source.line_span(line);
            let start = whole.start.max(comment.span.start);
            let end = whole.end.min(comment.span.end);
            let text = source.text(Span {
                start,
                end: end.max(start),
                ..comment.span
            });
            text.to_ascii_lowercase()
                .contains(NAME)
                .then(|| (line, text.into_owned()))
        })
        .collect()
}

/// What one line of a comment asks for.
#[derive(Debug, Default)]
struct Directive {
    rules: BTreeSet<&'static str>,
    has_reason: bool,
    problems: Vec<String>,
}

fn directives(line: &str) -> Vec<Directive> {
    // ASCII case only, so that offsets fit both.
    let lowered = line.to_ascii_lowercase();
    let starts: Vec<usize> = lowered
        .match_indices(NAME)
        .map(|(at, _)| at)
        .filter(|at| stands_alone(&lowered[..*at]))
        .collect();
    starts
        .iter()
        .enumerate()
        .filter_map(|(index, start)| {
            let end = starts.get(index + 1).copied().unwrap_or(line.len());
            directive(&line[start + NAME.len()..end])
        })
        .collect()
}

/// Whether a name begins here, outside of quotes and addresses.
fn stands_alone(before: &str) -> bool {
    !before.ends_with(|letter: char| {
        letter.is_alphanumeric()
            || matches!(letter, '`' | '"' | '\'' | '_' | '-' | '.' | '/' | '@')
                && !before.ends_with("//")
                && !before.ends_with("--")
    })
}

/// Reads what follows our name; `None` when it is prose.
fn directive(text: &str) -> Option<Directive> {
    let (has_colon, rest) = match text.trim_start().strip_prefix(':') {
        Some(rest) => (true, rest.trim_start()),
        None => (
            false,
            text.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '-'),
        ),
    };
    let verb_end = rest
        .find(|letter: char| !letter.is_ascii_alphabetic())
        .unwrap_or(rest.len());
    let (verb, rest) = rest.split_at(verb_end);
    let verb = verb.to_ascii_lowercase();
    let rest = rest.trim_start();
    if !VERBS.contains(&verb.as_str()) {
        return None;
    }
    if !has_colon || verb != "ignore" {
        let meant = rest.starts_with('[') || (has_colon && verb != "off" && rest.is_empty());
        return meant.then(|| misspelt("this comment suppresses nothing as it is spelt"));
    }
    let Some(list) = rest.strip_prefix('[') else {
        return Some(misspelt("a suppression names its rules"));
    };
    let Some((list, rest)) = list.split_once(']') else {
        return Some(misspelt("the list of rules does not end"));
    };
    let mut directive = Directive::default();
    let names: Vec<&str> = list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    if names.is_empty() {
        return Some(misspelt(
            "the list of rules is empty, and there is no way to ignore all",
        ));
    }
    for name in names {
        match page::find(name) {
            Some(page) => {
                directive.rules.insert(page.id);
            }
            None => directive.problems.push(no_such_rule(name)),
        }
    }
    directive.has_reason = has_reason(rest);
    if !directive.has_reason {
        directive.problems.push(format!(
            "this comment suppresses nothing, because it gives no reason; write `{FORM}`"
        ));
    }
    Some(directive)
}

fn misspelt(what: &str) -> Directive {
    Directive {
        problems: vec![format!("{what}; write `{FORM}`")],
        ..Directive::default()
    }
}

/// Whether words follow the dashes. Editors make one long dash of two.
fn has_reason(rest: &str) -> bool {
    let rest = rest.trim_start();
    let reason = ["--", "\u{2014}", "\u{2013}"]
        .iter()
        .find_map(|dashes| rest.strip_prefix(dashes));
    reason.is_some_and(|reason| reason.contains(char::is_alphanumeric))
}

/// Which lines hold code.
struct Lines {
    /// By line, from 1 at index 0.
    has_code: Vec<bool>,
}

impl Lines {
    fn new(source: &SourceFile, comments: &[Comment]) -> Self {
        let mut code = source.bytes().to_vec();
        let mut commented = BTreeSet::new();
        for comment in comments {
            commented.insert(source.line_of(comment.span.start));
            let covered = code.get_mut(comment.span.range());
            for byte in covered.into_iter().flatten() {
                *byte = b' ';
            }
        }
        let has_code = (1..=source.line_count())
            .map(|line| {
                let rest = code
                    .get(source.line_span(line).range())
                    .unwrap_or_default()
                    .trim_ascii();
                let rest = rest.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(rest);
                let is_bare = rest.trim_ascii().is_empty()
                    || is_braces_of_comment(rest)
                    || (commented.contains(&line) && is_quotes_of_comment(rest));
                !is_bare
            })
            .collect();
        Self { has_code }
    }

    fn target(&self, line: u32) -> u32 {
        let index = line.saturating_sub(1) as usize;
        let onward = self.has_code.get(index..).unwrap_or_default();
        let skipped = onward.iter().position(|has_code| *has_code).unwrap_or(0);
        line + skipped as u32
    }
}

/// `{/* … */}` is how a comment is written in JSX.
fn is_braces_of_comment(rest: &[u8]) -> bool {
    let inside = rest
        .strip_prefix(b"{")
        .and_then(|rest| rest.strip_suffix(b"}"));
    inside.is_some_and(|inside| inside.len() >= 4 && inside.trim_ascii().is_empty())
}

/// `"# …\n",` is how a notebook keeps a line of a cell.
fn is_quotes_of_comment(rest: &[u8]) -> bool {
    let inside = rest
        .strip_suffix(b",")
        .unwrap_or(rest)
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""));
    inside.is_some_and(|inside| matches!(inside.trim_ascii(), b"" | b"\\n" | b"\\r\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Place};

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
