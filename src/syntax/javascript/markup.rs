//! JSX: the expressions inside elements, without the elements.

use tree_sitter::Node;

use super::super::ir::{ExprId, ExprKind, Literal};
use super::super::named::Named;
use super::Lowering;

impl<'tree> Lowering<'tree> {
    /// An element: its component, the values of its attributes, and its children.
    pub(super) fn element(&mut self, node: Node<'tree>) -> ExprId {
        let mut inside = Vec::new();
        for child in self.children(node) {
            match child.kind_name() {
                "jsx_opening_element" => self.tag(child, &mut inside),
                "jsx_element" | "jsx_self_closing_element" => inside.push(self.expr(child)),
                "jsx_expression" => inside.extend(self.anything_in(child)),
                _ => {}
            }
        }
        if node.kind_name() == "jsx_self_closing_element" {
            self.tag(node, &mut inside);
        }
        self.unknown(node, inside)
    }

    fn tag(&mut self, node: Node<'tree>, inside: &mut Vec<ExprId>) {
        if let Some(name) = node.field("name")
            && self.is_component(name)
        {
            inside.push(self.expr(name));
        }
        for attribute in self.children_by_field(node, "attribute") {
            for value in self.children(attribute) {
                match value.kind_name() {
                    "property_identifier" | "jsx_namespace_name" => {}
                    "string" => inside.push(self.attribute_text(value)),
                    "jsx_expression" => inside.extend(self.anything_in(value)),
                    _ => inside.push(self.expr(value)),
                }
            }
        }
    }

    /// Elements in lower case are HTML's own, not values.
    fn is_component(&self, name: Node<'tree>) -> bool {
        match name.kind_name() {
            "member_expression" => true,
            "identifier" => self.text(name).starts_with(char::is_uppercase),
            _ => false,
        }
    }

    /// A quoted attribute: markup has no backslash escapes.
    fn attribute_text(&mut self, node: Node<'tree>) -> ExprId {
        let content = self.source.text(self.between_quotes(node));
        self.add(node, ExprKind::Text(Literal::new(&content)))
    }
}
