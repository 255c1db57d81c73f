//! The strings of `format!` and its like: literal pieces, positions and captured names.

use std::collections::HashMap;

/// A piece of a format string.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text as it will be.
    Text(String),
    /// The argument at a position.
    Position(usize),
    /// An argument or variable by name.
    Named(String),
}

/// Splits a format string. What is not a valid placeholder stays text.
pub(super) fn pieces(format: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut next_position = 0;
    let mut rest = format;
    while let Some(index) = rest.find(['{', '}']) {
        text.push_str(&rest[..index]);
        let brace = &rest[index..];
        if brace.starts_with("{{") || brace.starts_with("}}") {
            text.push_str(&brace[..1]);
            rest = &brace[2..];
            continue;
        }
        let Some(end) = brace.find('}').filter(|_| brace.starts_with('{')) else {
            text.push_str(&brace[..1]);
            rest = &brace[1..];
            continue;
        };
        let placeholder = &brace[1..end];
        let (argument, specification) = placeholder.split_once(':').unwrap_or((placeholder, ""));
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
        }
        // `.*` takes the precision from the argument before.
        if specification.contains(".*") {
            next_position += 1;
        }
        let argument = argument.trim();
        pieces.push(if argument.is_empty() {
            next_position += 1;
            Piece::Position(next_position - 1)
        } else if let Ok(position) = argument.parse() {
            Piece::Position(position)
        } else {
            Piece::Named(argument.to_owned())
        });
        rest = &brace[end + 1..];
    }
    text.push_str(rest);
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    pieces
}

/// The arguments behind a format string.
pub(super) struct FormatArguments<T> {
    /// In order, named ones too.
    pub(super) positions: Vec<T>,
    /// Those with a name.
    pub(super) named: HashMap<String, T>,
}
