//! Strings, templates and numbers.

use std::iter::Peekable;
use std::str::Chars;

use tree_sitter::Node;

use super::super::ir::{ExprId, ExprKind, Literal};
use super::super::named::Named;
use super::{Lowering, span};
use crate::source::Span;

impl<'tree> Lowering<'tree> {
    /// The content of a string literal, escapes resolved.
    pub(super) fn string_content(&self, node: Node<'tree>) -> String {
        unescape(&self.source.text(self.between_quotes(node)))
    }

    /// The span of a literal's content. A literal that is cut off has no closing quote.
    pub(super) fn between_quotes(&self, node: Node<'tree>) -> Span {
        let bytes = self.source.slice(span(node));
        let start = node.start_byte() + usize::from(!bytes.is_empty());
        let is_closed = bytes.len() > 1 && bytes.first() == bytes.last();
        let end = node.end_byte() - usize::from(is_closed);
        Span::new(start, end.max(start))
    }

    pub(super) fn string(&mut self, node: Node<'tree>) -> ExprId {
        let content = self.string_content(node);
        self.add(node, ExprKind::Text(Literal::new(&content)))
    }

    /// A template string; one without substitutions is plain text.
    pub(super) fn template(&mut self, node: Node<'tree>) -> ExprId {
        let mut pieces = self.template_pieces(node);
        if pieces.is_empty() {
            return self.add(node, ExprKind::Text(Literal::new("")));
        }
        if let [piece] = pieces[..]
            && matches!(self.module.expr(piece).kind, ExprKind::Text(_))
            && let Some(whole) = self.module.exprs.get_mut(piece.0 as usize)
        {
            whole.span = span(node);
            return piece;
        }
        pieces.shrink_to_fit();
        self.add(node, ExprKind::Template(pieces))
    }

    /// The parts of a template string in order.
    pub(super) fn template_pieces(&mut self, node: Node<'tree>) -> Vec<ExprId> {
        let content = self.between_quotes(node).range();
        let mut pieces = Vec::new();
        let mut position = content.start;
        for child in self.children(node) {
            if child.kind_name() == "template_substitution" {
                self.template_text(position, child.start_byte(), &mut pieces);
                pieces.push(self.wrapped(child));
                position = child.end_byte();
            }
        }
        self.template_text(position, content.end, &mut pieces);
        pieces
    }

    fn template_text(&mut self, start: usize, end: usize, pieces: &mut Vec<ExprId>) {
        if start < end {
            let place = Span::new(start, end);
            // A line end in a template is always LF, whatever the file has.
            let text = unescape(&self.source.text(place).replace("\r\n", "\n"));
            let kind = ExprKind::Text(Literal::new(&text));
            pieces.push(self.module.add_expr(place, kind));
        }
    }

    pub(super) fn number(&mut self, node: Node<'tree>) -> ExprId {
        let kind = number_value(&self.text(node))
            .map_or_else(|| ExprKind::Unknown(Vec::new()), ExprKind::Number);
        self.add(node, kind)
    }
}

/// The value of a number literal: any base, separators, bigint.
fn number_value(text: &str) -> Option<f64> {
    let digits = text.replace('_', "").to_ascii_lowercase();
    if let Some(hexadecimal) = digits.strip_prefix("0x") {
        return integer(hexadecimal.trim_end_matches('n'), 16);
    }
    let digits = digits.trim_end_matches('n');
    if let Some(octal) = digits.strip_prefix("0o") {
        return integer(octal, 8);
    }
    if let Some(binary) = digits.strip_prefix("0b") {
        return integer(binary, 2);
    }
    let is_old_octal = digits.len() > 1
        && digits.starts_with('0')
        && digits.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    if is_old_octal {
        return integer(digits, 8);
    }
    digits.parse().ok()
}

fn integer(digits: &str, base: u32) -> Option<f64> {
    digits.chars().try_fold(0.0, |value, digit| {
        Some(value * f64::from(base) + f64::from(digit.to_digit(base)?))
    })
}

/// Resolves the escapes of a string, template or identifier.
pub(super) fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw.chars().peekable();
    while let Some(character) = rest.next() {
        if character == '\\' {
            escape(&mut rest, &mut text);
        } else {
            text.push(character);
        }
    }
    text
}

/// Resolves one escape, after its backslash.
fn escape(rest: &mut Peekable<Chars<'_>>, text: &mut String) {
    let Some(character) = rest.next() else {
        return;
    };
    match character {
        'b' => text.push('\u{8}'),
        'f' => text.push('\u{c}'),
        'n' => text.push('\n'),
        'r' => text.push('\r'),
        't' => text.push('\t'),
        'v' => text.push('\u{b}'),
        'x' => push_code(hexadecimal(rest, 2), text),
        'u' => unicode_escape(rest, text),
        '0'..='7' => push_code(octal(character, rest), text),
        '\r' => {
            rest.next_if_eq(&'\n');
        }
        '\n' | '\u{2028}' | '\u{2029}' => {}
        other => text.push(other),
    }
}

fn unicode_escape(rest: &mut Peekable<Chars<'_>>, text: &mut String) {
    if rest.next_if_eq(&'{').is_some() {
        let code = hexadecimal(rest, usize::MAX);
        rest.next_if_eq(&'}');
        return push_code(code, text);
    }
    let code = hexadecimal(rest, 4);
    if !(0xD800..0xDC00).contains(&code) {
        return push_code(code, text);
    }
    let mut ahead = rest.clone();
    if ahead.next() == Some('\\') && ahead.next() == Some('u') {
        let low = hexadecimal(&mut ahead, 4);
        if (0xDC00..0xE000).contains(&low) {
            *rest = ahead;
            return push_code(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00), text);
        }
    }
    push_code(code, text);
}

fn hexadecimal(rest: &mut Peekable<Chars<'_>>, at_most: usize) -> u32 {
    let mut code = 0_u32;
    for _ in 0..at_most {
        let Some(digit) = rest.peek().and_then(|character| character.to_digit(16)) else {
            break;
        };
        code = code.saturating_mul(16).saturating_add(digit);
        rest.next();
    }
    code
}

fn octal(first: char, rest: &mut Peekable<Chars<'_>>) -> u32 {
    let mut code = first.to_digit(8).unwrap_or(0);
    for _ in 0..2 {
        let Some(digit) = rest.peek().and_then(|character| character.to_digit(8)) else {
            break;
        };
        if code * 8 + digit > 0xFF {
            break;
        }
        code = code * 8 + digit;
        rest.next();
    }
    code
}

fn push_code(code: u32, text: &mut String) {
    text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
}
