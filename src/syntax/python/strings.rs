//! String literals: prefixes, escapes, f-strings and the joining of adjacent literals.

use super::super::named::Named;
use tree_sitter::Node;

use super::{Lowering, children, field, span};
use crate::source::Span;
use crate::syntax::ir::{ExprId, ExprKind, Literal, Name};

/// A part of a string.
enum Piece {
    Text { content: String, span: Span },
    Computed(ExprId),
}

/// What the prefix of a literal says about its content.
#[derive(Clone, Copy)]
struct Prefix {
    raw: bool,
    bytes: bool,
    format: bool,
}

impl Prefix {
    fn of(opening: &[u8]) -> Self {
        let has = |letter: u8| {
            opening
                .iter()
                .any(|byte| byte.to_ascii_lowercase() == letter)
        };
        Self {
            raw: has(b'r'),
            bytes: has(b'b'),
            format: has(b'f') || has(b't'),
        }
    }
}

impl<'tree> Lowering<'tree> {
    /// A `string` or `concatenated_string`.
    pub(super) fn string(&mut self, node: Node<'tree>) -> ExprId {
        let pieces = self.pieces_of(node);
        if let Some(content) = plain_content(&pieces) {
            return self.add(node, ExprKind::Text(Literal::new(&content)));
        }
        let parts = pieces
            .into_iter()
            .map(|piece| match piece {
                Piece::Computed(value) => value,
                Piece::Text { content, span } => self
                    .module
                    .add_expr(span, ExprKind::Text(Literal::new(&content))),
            })
            .collect();
        self.add(node, ExprKind::Template(parts))
    }

    /// The content of a string without computed parts, and where the content stands.
    pub(super) fn literal_name(&mut self, node: Node<'tree>) -> Option<Name> {
        if !matches!(node.kind_name(), "string" | "concatenated_string") || has_interpolation(node)
        {
            return None;
        }
        let text = plain_content(&self.pieces_of(node))?;
        let strings = strings_of(node);
        let opening = strings.first()?.child(0)?;
        let last = strings.last()?;
        let closing = last.child(last.child_count().checked_sub(1)?)?;
        let start = opening.end_byte();
        Some(Name {
            text,
            span: Span::new(start, closing.start_byte().max(start)),
        })
    }

    fn pieces_of(&mut self, node: Node<'tree>) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for string in strings_of(node) {
            self.add_pieces(string, &mut pieces);
        }
        pieces
    }

    fn add_pieces(&mut self, string: Node<'tree>, pieces: &mut Vec<Piece>) {
        let mut prefix = Prefix::of(b"");
        for part in children(string) {
            match part.kind_name() {
                "string_start" => prefix = Prefix::of(self.bytes(part)),
                "string_end" => {}
                "interpolation" => {
                    let value = self.interpolation(part);
                    pieces.push(Piece::Computed(value));
                }
                "string_content" => {
                    let content = decode(self.bytes(part), prefix);
                    match pieces.last_mut() {
                        Some(Piece::Text {
                            content: known,
                            span: place,
                        }) => {
                            known.push_str(&content);
                            *place = place.join(span(part));
                        }
                        _ => pieces.push(Piece::Text {
                            content,
                            span: span(part),
                        }),
                    }
                }
                _ => {
                    let value = self.expression(part);
                    pieces.push(Piece::Computed(value));
                }
            }
        }
    }

    /// `{value!r:>{width}}`: the value itself only when it is not formatted.
    fn interpolation(&mut self, node: Node<'tree>) -> ExprId {
        let mut values = Vec::new();
        let mut formatted = false;
        for part in children(node) {
            match part.kind_name() {
                "type_conversion" => formatted |= self.bytes(part) != b"!s",
                "format_specifier" => {
                    formatted = true;
                    for nested in children(part) {
                        if let Some(value) = field(nested, "expression") {
                            values.push(self.expression(value));
                        }
                    }
                }
                _ => values.push(self.expression(part)),
            }
        }
        match values.as_slice() {
            [value] if !formatted => *value,
            _ => self.add(node, ExprKind::Unknown(values)),
        }
    }
}

fn strings_of(node: Node<'_>) -> Vec<Node<'_>> {
    match node.kind_name() {
        "concatenated_string" => children(node),
        _ => vec![node],
    }
}

fn has_interpolation(node: Node<'_>) -> bool {
    strings_of(node)
        .into_iter()
        .flat_map(children)
        .any(|part| part.kind_name() == "interpolation")
}

fn plain_content(pieces: &[Piece]) -> Option<String> {
    let mut whole = String::new();
    for piece in pieces {
        match piece {
            Piece::Text { content, .. } => whole.push_str(content),
            Piece::Computed(_) => return None,
        }
    }
    Some(whole)
}

/// The value of a piece of literal content. A byte above 127 written as an escape in a byte string becomes the
/// character of that number, so that lengths in characters stay right.
fn decode(raw: &[u8], prefix: Prefix) -> String {
    let source = String::from_utf8_lossy(raw);
    let mut content = String::with_capacity(source.len());
    let mut rest = source.as_ref();
    while let Some(next) = rest.chars().next() {
        let behind = &rest[next.len_utf8()..];
        rest = match next {
            '\r' if behind.starts_with('\n') => behind,
            '{' | '}' if prefix.format && behind.starts_with(next) => {
                content.push(next);
                &behind[1..]
            }
            '\\' if !prefix.raw => decode_escape(behind, prefix, &mut content),
            _ => {
                content.push(next);
                behind
            }
        };
    }
    content
}

/// Decodes the escape whose backslash stood before `rest`, and gives what follows it. What is no escape keeps its
/// backslash.
fn decode_escape<'text>(rest: &'text str, prefix: Prefix, content: &mut String) -> &'text str {
    let Some(letter) = rest.chars().next() else {
        content.push('\\');
        return rest;
    };
    let behind = &rest[letter.len_utf8()..];
    let simple = match letter {
        '\n' => return behind,
        '\r' => return behind.strip_prefix('\n').unwrap_or(behind),
        '\\' | '\'' | '"' => Some(letter),
        'a' => Some('\x07'),
        'b' => Some('\x08'),
        'f' => Some('\x0c'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\x0b'),
        _ => None,
    };
    if let Some(character) = simple {
        content.push(character);
        return behind;
    }
    let (digits, radix) = match letter {
        '0'..='7' => {
            let is_octal = |byte: &u8| (b'0'..=b'7').contains(byte);
            let length = rest
                .bytes()
                .take(3)
                .take_while(|byte| is_octal(byte))
                .count();
            (&rest[..length], 8)
        }
        'x' => (behind.get(..2).unwrap_or_default(), 16),
        'u' if !prefix.bytes => (behind.get(..4).unwrap_or_default(), 16),
        'U' if !prefix.bytes => (behind.get(..8).unwrap_or_default(), 16),
        _ => ("", 16),
    };
    let is_number = digits.chars().all(|digit| digit.is_digit(radix));
    match u32::from_str_radix(digits, radix) {
        Ok(code) if is_number => {
            content.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            let start = if radix == 8 { rest } else { behind };
            &start[digits.len()..]
        }
        _ => {
            content.push('\\');
            rest
        }
    }
}
