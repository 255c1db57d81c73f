//! The lines of comments, and the lines of code that they stand at.

use std::collections::BTreeSet;

use super::directive::NAME;
use crate::source::{SourceFile, Span};
use crate::syntax::ir::Comment;

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

/// The lines of a comment that mention us, each with its number.
pub(super) fn comment_lines(source: &SourceFile, comment: &Comment) -> Vec<(u32, String)> {
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

/// Which lines hold code.
pub(super) struct Lines {
    /// By line, from 1 at index 0.
    has_code: Vec<bool>,
}

impl Lines {
    pub(super) fn new(source: &SourceFile, comments: &[Comment]) -> Self {
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

    pub(super) fn target(&self, line: u32) -> u32 {
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
