//! JavaScript and TypeScript, with JSX: the tree-sitter tree lowered to the IR.
//!
//! This module owns the walk itself: depth, comments, syntax errors and what is common to all shapes. The shapes are
//! lowered in the submodules, one for each idea of the language.

mod classes;
mod expressions;
mod functions;
mod literals;
mod markup;
mod modules;
mod patterns;
pub(super) mod resolve;
mod runners;
mod statements;
#[cfg(test)]
mod tests;
mod types;

use std::collections::HashSet;

use tree_sitter::{Node, Tree, TreeCursor};

use super::bounds::{self, Limits};
use super::ir::{Block, Comment, ExprId, ExprKind, Module, Name, Statement, StatementKind, Unread};
use super::named::Named;
use crate::source::{SourceFile, Span};

/// Syntax errors beyond this many in one file are not reported.
const MAX_SYNTAX_ERRORS: usize = 20;

/// Which grammar reads the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    JavaScript,
    TypeScript,
    Tsx,
}

impl Dialect {
    fn grammar(self) -> tree_sitter::Language {
        match self {
            Self::JavaScript => tree_sitter_javascript::LANGUAGE,
            Self::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
            Self::Tsx => tree_sitter_typescript::LANGUAGE_TSX,
        }
        .into()
    }
}

/// Parses and lowers a file.
pub(super) fn parse(source: &SourceFile, dialect: Dialect, limits: &Limits) -> Module {
    match bounds::parse_tree(&dialect.grammar(), source.bytes(), limits) {
        Ok(tree) if dialect == Dialect::JavaScript && tree.root_node().has_error() => {
            // Flow's annotations are mostly TypeScript's.
            let typed = bounds::parse_tree(&Dialect::Tsx.grammar(), source.bytes(), limits);
            let typed = typed.ok().filter(|typed| !typed.root_node().has_error());
            lower(source, typed.as_ref().unwrap_or(&tree), limits)
        }
        Ok(tree) => lower(source, &tree, limits),
        Err(error) => Module {
            unread: vec![Unread {
                span: Span::new(0, source.bytes().len()),
                reason: error.to_string(),
            }],
            ..Module::default()
        },
    }
}

fn lower(source: &SourceFile, tree: &Tree, limits: &Limits) -> Module {
    let mut lowering = Lowering {
        source,
        module: Module::default(),
        cursor: tree.walk(),
        depth: 0,
        max_depth: limits.depth,
        too_deep: false,
        salvaged: HashSet::new(),
        strays: Vec::new(),
        runner_calls: Vec::new(),
    };
    let errors = lowering.survey(tree);
    let mut statements = lowering.statements_in(tree.root_node());
    for error in errors {
        lowering.salvage_error(error);
    }
    lowering.take_strays(&mut statements);
    lowering.module.body = Block {
        statements,
        tail: None,
    };
    lowering.module.test_spans = runners::test_spans(lowering.runner_calls);
    lowering.module.is_test = runners::is_test(&lowering.module, source.bytes());
    lowering.module
}

struct Lowering<'tree> {
    source: &'tree SourceFile,
    module: Module,
    cursor: TreeCursor<'tree>,
    depth: usize,
    max_depth: usize,
    too_deep: bool,
    /// Error nodes whose content was lowered already.
    salvaged: HashSet<usize>,
    /// Expressions that have no place in the shape they were found in: they become statements of their own in front
    /// of the statement that holds them.
    strays: Vec<ExprId>,
    runner_calls: Vec<runners::RunnerCall>,
}

impl<'tree> Lowering<'tree> {
    /// Notes all comments, where one may matter, and the outermost syntax errors, without recursion; gives all error
    /// nodes.
    fn survey(&mut self, tree: &'tree Tree) -> Vec<Node<'tree>> {
        let comments_matter = Comment::may_matter_in(self.source.bytes());
        let mut errors = Vec::new();
        let mut cursor = tree.walk();
        let mut depth = 0_usize;
        let mut error_depth = None;
        loop {
            let node = cursor.node();
            if is_comment(node) {
                self.module.comments.push(Comment { span: span(node) });
            }
            if node.is_error() {
                errors.push(node);
            }
            if error_depth.is_none() && (node.is_error() || node.is_missing()) {
                error_depth = Some(depth);
                self.note_error(node);
            }
            if (comments_matter || node.has_error()) && cursor.goto_first_child() {
                depth += 1;
                continue;
            }
            loop {
                if error_depth == Some(depth) {
                    error_depth = None;
                }
                if cursor.goto_next_sibling() {
                    break;
                }
                if !cursor.goto_parent() {
                    return errors;
                }
                depth = depth.saturating_sub(1);
            }
        }
    }

    fn note_error(&mut self, node: Node<'tree>) {
        if self.module.unread.len() < MAX_SYNTAX_ERRORS {
            self.module.unread.push(Unread {
                span: span(node),
                reason: "syntax error".into(),
            });
        }
    }

    /// Goes one level deeper, unless that is too deep; [`Self::leave`] is due when it did.
    fn enter(&mut self, node: Node<'tree>) -> bool {
        if self.depth < self.max_depth {
            self.depth += 1;
            return true;
        }
        if !self.too_deep {
            self.too_deep = true;
            self.module.unread.push(Unread {
                span: span(node),
                reason: "nested too deeply".into(),
            });
        }
        false
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    /// The named children without comments and errors; what is inside errors is lowered aside.
    fn children(&mut self, node: Node<'tree>) -> Vec<Node<'tree>> {
        self.salvage(node);
        node.named_children(&mut self.cursor)
            .filter(|child| !is_comment(*child) && !child.is_error())
            .collect()
    }

    fn first_child(&mut self, node: Node<'tree>) -> Option<Node<'tree>> {
        self.children(node).first().copied()
    }

    fn children_by_field(&mut self, node: Node<'tree>, field: &str) -> Vec<Node<'tree>> {
        node.children_by_field_name(field, &mut self.cursor)
            .filter(|child| child.is_named() && !is_comment(*child))
            .collect()
    }

    /// Whether a keyword or mark stands directly in a node.
    fn has_token(&mut self, node: Node<'tree>, token: &str) -> bool {
        node.children(&mut self.cursor)
            .any(|child| !child.is_named() && child.kind_name() == token)
    }

    /// Lowers what the errors directly inside a node hold.
    fn salvage(&mut self, node: Node<'tree>) {
        if !node.has_error() {
            return;
        }
        let errors: Vec<_> = node
            .children(&mut self.cursor)
            .filter(Node::is_error)
            .collect();
        for error in errors {
            self.salvage_error(error);
        }
    }

    fn salvage_error(&mut self, error: Node<'tree>) {
        if self.salvaged.insert(error.id()) && self.enter(error) {
            let inside = self.anything_in(error);
            self.strays.extend(inside);
            self.leave();
        }
    }

    /// Moves the expressions that were set aside to the end of `statements`.
    fn take_strays(&mut self, statements: &mut Vec<Statement>) {
        for stray in std::mem::take(&mut self.strays) {
            statements.push(Statement {
                span: self.module.expr(stray).span,
                kind: StatementKind::Expr(stray),
            });
        }
    }

    /// The text of a node, with invalid UTF-8 replaced.
    fn text(&self, node: Node<'tree>) -> String {
        self.source.text(span(node)).into_owned()
    }

    /// An identifier of any kind, escapes resolved; a private name keeps its `#`.
    fn name(&self, node: Node<'tree>) -> Name {
        let text = self.text(node);
        Name {
            text: if text.contains('\\') {
                literals::unescape(&text)
            } else {
                text
            },
            span: span(node),
        }
    }

    fn add(&mut self, node: Node<'tree>, kind: ExprKind) -> ExprId {
        self.module.add_expr(span(node), kind)
    }

    fn unknown(&mut self, node: Node<'tree>, children: Vec<ExprId>) -> ExprId {
        self.add(node, ExprKind::Unknown(children))
    }
}

fn span(node: Node<'_>) -> Span {
    Span::new(node.start_byte(), node.end_byte())
}

fn is_comment(node: Node<'_>) -> bool {
    matches!(node.kind_name(), "comment" | "html_comment")
}
