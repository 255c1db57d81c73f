//! Type annotations. They are read from their text, since one may stand in a string, and both forms must agree.

use super::super::named::Named;
use tree_sitter::Node;

use super::{Lowering, children, span};
use crate::source::Span;
use crate::syntax::ir::{ExprId, TypeName};

/// Nesting of type arguments that is followed.
const NESTING: usize = 32;

impl<'tree> Lowering<'tree> {
    /// The type of a `type` node.
    pub(super) fn annotation(&self, node: Node<'tree>) -> TypeName {
        let mut reader = Reader {
            text: self.text,
            offset: node.start_byte(),
            end: node.end_byte().min(self.text.len()),
        };
        reader.union(0).unwrap_or_else(|| TypeName {
            path: String::new(),
            arguments: Vec::new(),
            span: span(node),
        })
    }

    /// Calls inside an annotation (`Annotated[str, Depends(token)]`), which a type cannot hold.
    pub(super) fn annotation_calls(&mut self, node: Node<'tree>) -> Vec<ExprId> {
        let mut calls = Vec::new();
        self.add_annotation_calls(node, &mut calls);
        calls
    }

    fn add_annotation_calls(&mut self, node: Node<'tree>, calls: &mut Vec<ExprId>) {
        if matches!(node.kind_name(), "call" | "lambda") {
            calls.push(self.expression(node));
            return;
        }
        if !self.may_enter(node) {
            return;
        }
        self.depth += 1;
        for child in children(node) {
            self.add_annotation_calls(child, calls);
        }
        self.depth -= 1;
    }
}

/// Reads a type from its text.
struct Reader<'text> {
    text: &'text [u8],
    offset: usize,
    end: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<u8> {
        while self.offset < self.end {
            match self.text[self.offset] {
                b'#' => {
                    while self.offset < self.end && self.text[self.offset] != b'\n' {
                        self.offset += 1;
                    }
                }
                byte if byte.is_ascii_whitespace() || byte == b'\\' => self.offset += 1,
                byte => return Some(byte),
            }
        }
        None
    }

    /// `A | B | None`.
    fn union(&mut self, nesting: usize) -> Option<TypeName> {
        let first = self.single(nesting)?;
        let mut alternatives = vec![first];
        while self.peek() == Some(b'|') {
            self.offset += 1;
            alternatives.extend(self.single(nesting));
        }
        let whole = alternatives
            .iter()
            .map(|alternative| alternative.span)
            .reduce(Span::join)?;
        let count = alternatives.len();
        let mut types: Vec<TypeName> = alternatives
            .into_iter()
            .filter(|alternative| count == 1 || alternative.path != "None")
            .collect();
        let is_optional = types.len() < count;
        let inner = match types.len() {
            0 => return Some(named("None", Vec::new(), whole)),
            1 => types.remove(0),
            _ => named("Union", types, whole),
        };
        Some(match is_optional {
            true => named("Optional", vec![inner], whole),
            false => inner,
        })
    }

    fn single(&mut self, nesting: usize) -> Option<TypeName> {
        if nesting > NESTING {
            self.offset = self.end;
            return None;
        }
        let byte = self.peek()?;
        let start = self.offset;
        match byte {
            b'\'' | b'"' => self.quoted(byte, nesting),
            b'[' | b'(' => {
                let arguments = self.arguments(nesting);
                Some(named("", arguments, Span::new(start, self.offset)))
            }
            _ => {
                let path = self.path();
                if path.is_empty() {
                    // An operator, a number's sign or a stray bracket: it names no type.
                    self.offset += 1;
                    return None;
                }
                let mut arguments = Vec::new();
                while matches!(self.peek(), Some(b'[' | b'(')) {
                    arguments.extend(self.arguments(nesting));
                }
                Some(named(&path, arguments, Span::new(start, self.offset)))
            }
        }
    }

    /// A dotted path, as far as it goes.
    fn path(&mut self) -> String {
        let start = self.offset;
        while self.offset < self.end {
            let byte = self.text[self.offset];
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || byte >= 0x80) {
                break;
            }
            self.offset += 1;
        }
        String::from_utf8_lossy(&self.text[start..self.offset]).into_owned()
    }

    /// The types between brackets.
    fn arguments(&mut self, nesting: usize) -> Vec<TypeName> {
        self.offset += 1;
        let mut arguments = Vec::new();
        while let Some(byte) = self.peek() {
            if matches!(byte, b']' | b')') {
                self.offset += 1;
                break;
            }
            if byte == b',' {
                self.offset += 1;
                continue;
            }
            arguments.extend(self.union(nesting + 1));
        }
        arguments
    }

    /// `"Claims"`: the type is in the string.
    fn quoted(&mut self, quote: u8, nesting: usize) -> Option<TypeName> {
        while self.offset < self.end && self.text[self.offset] == quote {
            self.offset += 1;
        }
        let start = self.offset;
        while self.offset < self.end && self.text[self.offset] != quote {
            self.offset += 1;
        }
        let mut inside = Reader {
            text: self.text,
            offset: start,
            end: self.offset,
        };
        let inner = inside.union(nesting + 1);
        while self.offset < self.end && self.text[self.offset] == quote {
            self.offset += 1;
        }
        inner
    }
}

fn named(path: &str, arguments: Vec<TypeName>, span: Span) -> TypeName {
    TypeName {
        path: path.to_owned(),
        arguments,
        span,
    }
}
