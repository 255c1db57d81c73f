//! Functions of every spelling: declarations, expressions, arrows, methods, signatures.

use tree_sitter::Node;

use super::super::ir::{Block, Function, FunctionId, Name};
use super::super::named::Named;
use super::{Lowering, span};

impl<'tree> Lowering<'tree> {
    /// Lowers any function, with the name it is written with.
    pub(super) fn function(&mut self, node: Node<'tree>) -> FunctionId {
        let name = node.field("name").and_then(|name| self.literal_key(name));
        self.function_called(node, name)
    }

    /// Lowers any function; a signature has an empty body.
    pub(super) fn function_called(&mut self, node: Node<'tree>, name: Option<Name>) -> FunctionId {
        let parameters = self.parameters(node);
        let returns = self.annotation(node, "return_type");
        let body = match node.field("body") {
            Some(body) if body.kind_name() == "statement_block" => self.block_of(body),
            Some(value) => Block {
                statements: Vec::new(),
                tail: Some(self.expr(value)),
            },
            None => Block::default(),
        };
        let is_async = self.has_token(node, "async");
        self.module.add_function(Function {
            name,
            span: span(node),
            parameters,
            receiver: None,
            body,
            decorators: Vec::new(),
            returns,
            is_async,
        })
    }
}
