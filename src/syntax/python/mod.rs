//! The Python front end: from bytes to IR. Owns the order of work (guard, parse, survey, lower) and the state that
//! the lowering of statements, expressions and definitions shares.

mod annotations;
mod definitions;
mod expressions;
mod indentation;
mod patterns;
pub(super) mod resolve;
mod statements;
mod strings;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use tree_sitter::{Node, Tree};

use super::bounds::{self, Limits};
use super::ir::{Block, Comment, ExprId, ExprKind, Module, Name, Unread};
use super::named::Named;
use crate::source::{SourceFile, Span};

/// Syntax errors reported for one file.
const REPORTED_ERRORS: usize = 20;

/// Parses and lowers a file.
pub(super) fn parse(source: &SourceFile, limits: &Limits) -> Module {
    let text = with_line_feeds(source.bytes());
    if indentation::is_too_deep(&text) {
        return unread_file(&text, "indented more than 100 levels deep".to_owned());
    }
    let grammar = tree_sitter_python::LANGUAGE.into();
    match bounds::parse_tree(&grammar, &text, limits) {
        Ok(tree) => lower(&text, &tree, limits),
        Err(error) => unread_file(&text, error.to_string()),
    }
}

fn unread_file(text: &[u8], reason: String) -> Module {
    Module {
        unread: vec![Unread {
            span: Span::new(0, text.len()),
            reason,
        }],
        ..Module::default()
    }
}

/// A lone carriage return ends a line in Python but not in the grammar. Replacing it keeps every offset.
fn with_line_feeds(bytes: &[u8]) -> Cow<'_, [u8]> {
    let is_lone = |offset: usize| bytes[offset] == b'\r' && bytes.get(offset + 1) != Some(&b'\n');
    if !(0..bytes.len()).any(is_lone) {
        return Cow::Borrowed(bytes);
    }
    let replaced = (0..bytes.len()).map(|offset| match is_lone(offset) {
        true => b'\n',
        false => bytes[offset],
    });
    Cow::Owned(replaced.collect())
}

fn lower(text: &[u8], tree: &Tree, limits: &Limits) -> Module {
    let mut lowering = Lowering {
        text,
        module: Module {
            assignments_are_local: true,
            ..Module::default()
        },
        depth: 0,
        depth_limit: limits.depth,
        cut_reported: false,
        functions_around: 0,
        errors: Vec::new(),
        next_error: 0,
    };
    lowering.survey(tree);
    let root = tree.root_node();
    let mut statements = Vec::new();
    for child in children(root) {
        lowering.statement(child, &mut statements);
    }
    lowering.lower_errors_before(usize::MAX, &mut statements);
    lowering.module.body = Block {
        statements,
        tail: None,
    };
    lowering.module.is_test = definitions::is_test(&lowering.module);
    lowering.module
}

/// What the parts of the lowering share.
struct Lowering<'tree> {
    text: &'tree [u8],
    module: Module,
    depth: usize,
    depth_limit: usize,
    cut_reported: bool,
    /// How many functions enclose the current place.
    functions_around: usize,
    /// Every `ERROR` node in order of its start. [`children`] leaves them out; the innermost statement list around
    /// each picks it up, so that what is readable inside is lowered exactly once and no known shape is disturbed.
    errors: Vec<Node<'tree>>,
    next_error: usize,
}

impl<'tree> Lowering<'tree> {
    /// Notes errors, and comments where one may matter, without recursion.
    fn survey(&mut self, tree: &'tree Tree) {
        let comments_matter = Comment::may_matter_in(self.text);
        let root = tree.root_node().id();
        let mut cursor = tree.walk();
        let mut error_end = 0;
        let mut reported = 0;
        loop {
            let node = cursor.node();
            if node.is_error() || node.is_missing() {
                let is_outermost = reported == 0 || node.start_byte() >= error_end;
                if is_outermost && reported < REPORTED_ERRORS {
                    self.module.unread.push(Unread {
                        span: span(node),
                        reason: "syntax error".to_owned(),
                    });
                    reported += 1;
                }
                error_end = error_end.max(node.end_byte());
                if node.is_error() && node.id() != root {
                    self.errors.push(node);
                }
            }
            if node.kind_name() == "comment" {
                self.module.comments.push(Comment { span: span(node) });
            }
            if (comments_matter || node.has_error()) && cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }

    /// Whether nesting may go one deeper; the first refusal is recorded.
    fn may_enter(&mut self, node: Node<'_>) -> bool {
        if self.depth < self.depth_limit {
            return true;
        }
        if !self.cut_reported {
            self.cut_reported = true;
            self.module.unread.push(Unread {
                span: span(node),
                reason: "nested too deeply".to_owned(),
            });
        }
        false
    }

    fn add(&mut self, node: Node<'_>, kind: ExprKind) -> ExprId {
        self.module.add_expr(span(node), kind)
    }

    fn bytes(&self, node: Node<'_>) -> &'tree [u8] {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    fn name(&self, node: Node<'_>) -> Name {
        Name {
            text: String::from_utf8_lossy(self.bytes(node)).into_owned(),
            span: span(node),
        }
    }

    /// The segments of a `dotted_name`.
    fn segments(&self, node: Node<'tree>) -> Vec<Name> {
        if node.kind_name() == "identifier" {
            return vec![self.name(node)];
        }
        children(node)
            .into_iter()
            .map(|segment| self.name(segment))
            .collect()
    }
}

fn span(node: Node<'_>) -> Span {
    Span::new(node.start_byte(), node.end_byte())
}

/// Named children that mean something where they stand: no comments, no line continuations, no errors.
fn children<'tree>(node: Node<'tree>) -> Vec<Node<'tree>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|child| {
            !child.is_error() && !matches!(child.kind_name(), "comment" | "line_continuation")
        })
        .collect()
}

fn field<'tree>(node: Node<'tree>, name: &str) -> Option<Node<'tree>> {
    node.field(name).filter(|child| !child.is_error())
}

fn fields<'tree>(node: Node<'tree>, name: &str) -> Vec<Node<'tree>> {
    let mut cursor = node.walk();
    node.children_by_field_name(name, &mut cursor)
        .filter(|child| {
            child.is_named()
                && !child.is_error()
                && !matches!(child.kind_name(), "comment" | "line_continuation")
        })
        .collect()
}
