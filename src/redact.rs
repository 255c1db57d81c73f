//! Keeps secrets out of every output: the values that reached a key slot, and whatever looks like a token by its
//! form alone.

use std::fmt;

use crate::source::{SourceFile, Span};
use crate::syntax::ir::Literal;

/// Values shorter than this are hidden at their own place only: replacing them everywhere would eat ordinary text.
const SHORTEST_VALUE: usize = 4;

/// Begins every compact token: base64url of `{"`.
const TOKEN_START: &str = "eyJ";

/// Knows the secrets of a run and hides them in what is quoted.
#[derive(Clone, Default)]
pub struct Redactor {
    values: Vec<Literal>,
    places: Vec<(String, Span)>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Redactor({} values)", self.values.len())
    }
}

impl Redactor {
    /// A secret value, and the literal it was written in when that is known.
    pub fn add(&mut self, value: &Literal, place: Option<(&str, Span)>) {
        if value.reveal().len() >= SHORTEST_VALUE {
            self.values.push(value.clone());
        }
        if let Some((path, span)) = place {
            self.places.push((path.to_owned(), span));
        }
    }

    /// A place that is never shown, whatever stands there.
    pub fn add_place(&mut self, path: &str, span: Span) {
        self.places.push((path.to_owned(), span));
    }

    /// Takes over what another redactor knows.
    pub fn extend(&mut self, other: Redactor) {
        self.values.extend(other.values);
        self.places.extend(other.places);
    }

    /// The same secrets, for files that are shown under other paths.
    pub fn with_paths(&self, shown: &dyn Fn(&str) -> String) -> Redactor {
        Redactor {
            values: self.values.clone(),
            places: self
                .places
                .iter()
                .map(|(path, span)| (shown(path), *span))
                .collect(),
        }
    }

    /// Sorts what is known, longest value first, so that a secret inside another is not cut in half.
    pub fn seal(&mut self) {
        self.values.sort_by(|a, b| {
            b.reveal()
                .len()
                .cmp(&a.reveal().len())
                .then_with(|| a.cmp(b))
        });
        self.values.dedup();
        self.places.sort();
        self.places.dedup();
    }

    /// A text of our own making with every known secret and token replaced by `…`. A secret that is a plain word
    /// stays: it would eat the word wherever a message uses it, and no message quotes a value.
    pub fn text(&self, text: &str) -> String {
        let mut shown = text.to_owned();
        for value in self
            .values
            .iter()
            .filter(|value| !is_plain_word(value.reveal()))
        {
            for line in value
                .reveal()
                .lines()
                .filter(|line| line.len() >= SHORTEST_VALUE)
            {
                if shown.contains(line) {
                    shown = shown.replace(line, "…");
                }
            }
        }
        mask_ranges(&shown, &token_ranges(&shown), "…")
    }

    /// One line of a file (from 1), every byte of a secret replaced by `*`: same length, so that spans still fit.
    pub fn line(&self, source: &SourceFile, line: u32) -> Vec<u8> {
        let line_span = source.line_span(line);
        let mut shown = source.slice(line_span).to_vec();
        for (path, place) in &self.places {
            if *path == source.path && place.start < line_span.end && place.end > line_span.start {
                let from = place.start.max(line_span.start) - line_span.start;
                let to = place.end.min(line_span.end) - line_span.start;
                hide_inside_quotes(&mut shown[from as usize..to as usize]);
            }
        }
        for value in &self.values {
            for part in value
                .reveal()
                .lines()
                .filter(|part| part.len() >= SHORTEST_VALUE)
            {
                hide_all(&mut shown, part.as_bytes());
            }
        }
        // A token is ASCII, so invalid UTF-8 beside it must not keep it from being found.
        let ascii: String = shown
            .iter()
            .map(|byte| {
                if byte.is_ascii() {
                    char::from(*byte)
                } else {
                    ' '
                }
            })
            .collect();
        for range in token_ranges(&ascii) {
            shown[range].fill(b'*');
        }
        shown
    }
}

fn is_plain_word(value: &str) -> bool {
    value.len() < 16 && value.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Hides a literal but keeps its quotes, so that a reader still sees where it begins and ends.
fn hide_inside_quotes(literal: &mut [u8]) {
    let is_quote = |byte: u8| matches!(byte, b'"' | b'\'' | b'`');
    let opening = literal
        .iter()
        .take(4)
        .position(|byte| is_quote(*byte))
        .map_or(0, |at| at + 1);
    let closing = literal.len() - usize::from(literal.last().is_some_and(|byte| is_quote(*byte)));
    if opening < closing {
        for byte in &mut literal[opening..closing] {
            if !is_quote(*byte) {
                *byte = b'*';
            }
        }
    }
}

fn hide_all(shown: &mut [u8], secret: &[u8]) {
    let mut from = 0;
    while let Some(at) = find(&shown[from..], secret) {
        shown[from + at..from + at + secret.len()].fill(b'*');
        from += at + secret.len();
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// Ranges of compact tokens: the payload and signature are hidden by hiding all of it.
fn token_ranges(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(TOKEN_START) {
        let start = from + at;
        let length = text[start..]
            .find(|letter: char| {
                !(letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '='))
            })
            .unwrap_or(text.len() - start);
        if length > 20 {
            ranges.push(start..start + length);
        }
        from = start + length.max(TOKEN_START.len());
    }
    ranges
}

fn mask_ranges(text: &str, ranges: &[std::ops::Range<usize>], mask: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for range in ranges {
        shown.push_str(&text[from..range.start]);
        shown.push_str(mask);
        from = range.end;
    }
    shown.push_str(&text[from..]);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_its_length_and_loses_the_secret() {
        let text = "const key = 'canary-secret'; // canary-secret";
        let source = SourceFile::new("a.js".into(), "a.js".into(), text.into());
        let mut redactor = Redactor::default();
        redactor.add(
            &Literal::new("canary-secret"),
            Some(("a.js", Span::new(12, 27))),
        );
        redactor.seal();
        let shown = String::from_utf8(redactor.line(&source, 1)).unwrap();
        assert_eq!(shown, "const key = '*************'; // *************");
    }

    #[test]
    fn a_short_secret_is_hidden_at_its_place_only() {
        let source = SourceFile::new("a.js".into(), "a.js".into(), "sign(s, 's')".into());
        let mut redactor = Redactor::default();
        redactor.add(&Literal::new("s"), Some(("a.js", Span::new(8, 11))));
        assert_eq!(redactor.line(&source, 1), b"sign(s, '*')");
    }

    #[test]
    fn invalid_utf8_does_not_shield_a_token() {
        let bytes = b"\xff eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc".to_vec();
        let source = SourceFile::new("a.js".into(), "a.js".into(), bytes.clone());
        let shown = Redactor::default().line(&source, 1);
        let mut hidden = bytes[..2].to_vec();
        hidden.resize(bytes.len(), b'*');
        assert_eq!(shown, hidden);
    }

    #[test]
    fn tokens_are_hidden_without_being_known() {
        let shown = Redactor::default().text("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc end");
        assert_eq!(shown, "got … end");
    }
}
