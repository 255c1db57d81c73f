//! Type names: the path and arguments of a type as written.

use tree_sitter::Node;

use super::super::ir::TypeName;
use super::super::named::Named;
use super::{Lowering, is_comment, span};

/// A type that is no path is kept as text up to this many characters.
const MAX_TEXT: usize = 80;

impl<'tree> Lowering<'tree> {
    /// The type in `: T`, when a node has one in a field.
    pub(super) fn annotation(&mut self, node: Node<'tree>, field: &str) -> Option<TypeName> {
        let annotation = node.field(field)?;
        let written = self.first_child(annotation).or_else(|| {
            let last = annotation.child_count().checked_sub(1)?;
            annotation.child(last)
        })?;
        Some(self.type_name(written))
    }

    /// The types in a node's `<A, B>`.
    pub(super) fn type_arguments(&mut self, node: Node<'tree>) -> Vec<TypeName> {
        match node.field("type_arguments") {
            Some(list) => self.type_list(list),
            None => Vec::new(),
        }
    }

    pub(super) fn type_list(&mut self, list: Node<'tree>) -> Vec<TypeName> {
        self.children(list)
            .into_iter()
            .map(|argument| self.type_name(argument))
            .collect()
    }

    pub(super) fn type_name(&mut self, node: Node<'tree>) -> TypeName {
        if !self.enter(node) {
            return self.type_text(node);
        }
        let name = self.type_name_within(node);
        self.leave();
        name
    }

    fn type_name_within(&mut self, node: Node<'tree>) -> TypeName {
        match node.kind_name() {
            "generic_type" => {
                let path = node
                    .field("name")
                    .map_or_else(String::new, |name| self.dotted(name));
                TypeName {
                    path,
                    arguments: self.type_arguments(node),
                    span: span(node),
                }
            }
            "nested_type_identifier" => TypeName {
                path: self.dotted(node),
                arguments: Vec::new(),
                span: span(node),
            },
            "parenthesized_type" => match self.first_child(node) {
                Some(inner) => self.type_name(inner),
                None => self.type_text(node),
            },
            // The type of a value goes by the value's name.
            "type_query" => match self.first_child(node) {
                Some(value) => TypeName {
                    path: self.dotted(value),
                    arguments: Vec::new(),
                    span: span(node),
                },
                None => self.type_text(node),
            },
            // What is quoted is never shown.
            "literal_type"
                if matches!(self.source.slice(span(node)).first(), Some(b'"' | b'\'')) =>
            {
                TypeName {
                    path: "string".into(),
                    arguments: Vec::new(),
                    span: span(node),
                }
            }
            _ => self.type_text(node),
        }
    }

    fn type_text(&self, node: Node<'tree>) -> TypeName {
        TypeName {
            path: self.text(node).trim().chars().take(MAX_TEXT).collect(),
            arguments: Vec::new(),
            span: span(node),
        }
    }

    /// A path of names without the spaces and comments that may stand in it.
    pub(super) fn dotted(&self, node: Node<'tree>) -> String {
        let mut segments = Vec::new();
        let mut cursor = node.walk();
        let mut pending = vec![node];
        while let Some(next) = pending.pop() {
            if next.named_child_count() == 0 {
                segments.push(self.name(next).text);
                continue;
            }
            let parts: Vec<_> = next
                .named_children(&mut cursor)
                .filter(|part| !is_comment(*part))
                .collect();
            pending.extend(parts.into_iter().rev());
        }
        segments.join(".")
    }
}
