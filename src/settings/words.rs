//! A line of `NAME=value` words, as shells, systemd and Dockerfiles divide it: quotes hold a word together wherever
//! they stand, and one character takes the meaning from the next.

use crate::source::Span;

/// A word.
pub(super) struct Word {
    /// Its content without quotes. A dollar that was escaped stands twice.
    pub(super) text: String,
    /// Its place in what it was cut from.
    start: usize,
    end: usize,
    /// Place of its first equals sign.
    equals: Option<usize>,
    /// Whether variables in it are put in: not inside single quotes.
    pub(super) expands: bool,
}

/// A word that sets a variable.
pub(super) struct Variable<'word> {
    pub(super) name: &'word str,
    pub(super) key: Span,
    pub(super) value: &'word str,
    pub(super) span: Span,
}

impl Word {
    /// The word as the setting of a variable; `offset` is where what it was cut from begins in the file.
    pub(super) fn variable(&self, offset: usize) -> Option<Variable<'_>> {
        let (name, value) = self.text.split_once('=')?;
        let equals = self.equals?;
        let key_start = (equals - self.start)
            .checked_sub(name.len())
            .map_or(self.start, |quotes| self.start + quotes);
        Some(Variable {
            name,
            key: Span::new(offset + key_start, offset + equals),
            value,
            span: Span::new(offset + equals + 1, offset + self.end),
        })
    }

    /// Its place in the file.
    pub(super) fn span(&self, offset: usize) -> Span {
        Span::new(offset + self.start, offset + self.end)
    }
}

/// Cuts characters, each with its place, into words.
pub(super) fn words(characters: impl Iterator<Item = (usize, char)>, escape: char) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut quote = None;
    let mut rest = characters;
    while let Some((at, character)) = rest.next() {
        if character.is_whitespace() && quote.is_none() {
            words.extend(word.take());
            continue;
        }
        let word = word.get_or_insert_with(|| Word {
            text: String::new(),
            start: at,
            end: at,
            equals: None,
            expands: true,
        });
        word.end = at + character.len_utf8();
        if character == escape && quote != Some('\'') {
            if let Some((next_at, next)) = rest.next() {
                word.end = next_at + next.len_utf8();
                word.text.push_str(if next == '$' { "$" } else { "" });
                word.text.push(next);
            }
        } else if quote == Some(character) {
            quote = None;
        } else if quote.is_none() && matches!(character, '"' | '\'') {
            quote = Some(character);
            word.expands &= character == '"';
        } else {
            if character == '=' && word.equals.is_none() && !word.text.contains('=') {
                word.equals = Some(at);
            }
            word.text.push(character);
        }
    }
    words.extend(word);
    words
}
