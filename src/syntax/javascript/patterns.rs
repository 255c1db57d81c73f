//! What is bound: assignment targets, destructuring patterns and parameters.

use tree_sitter::Node;

use super::super::ir::{ExprId, MemberTarget, Name, Parameter, ParameterKind, Target};
use super::super::named::Named;
use super::{Lowering, is_comment, span};

impl<'tree> Lowering<'tree> {
    pub(super) fn target_or_nothing(&mut self, node: Option<Node<'tree>>) -> Target {
        node.map_or(Target::Nothing, |node| self.target(node))
    }

    /// What a pattern or the left side of an assignment binds.
    pub(super) fn target(&mut self, node: Node<'tree>) -> Target {
        if !self.enter(node) {
            return Target::Nothing;
        }
        let target = self.target_within(node);
        self.leave();
        target
    }

    fn target_within(&mut self, node: Node<'tree>) -> Target {
        match node.kind_name() {
            "identifier" | "undefined" | "shorthand_property_identifier_pattern" => {
                let name = self.name(node);
                if name.text.is_empty() {
                    Target::Nothing
                } else {
                    Target::Name(name)
                }
            }
            "member_expression" | "subscript_expression" => Target::Place(self.expr(node)),
            "object_pattern" => self.members(node),
            "array_pattern" => self.elements(node),
            "assignment_pattern" | "object_assignment_pattern" => {
                let (target, default) = self.with_default(node);
                self.strays.extend(default);
                target
            }
            "rest_pattern" => self.rest(node),
            "parenthesized_expression"
            | "non_null_expression"
            | "as_expression"
            | "satisfies_expression" => {
                let inner = self.first_child(node);
                self.target_or_nothing(inner)
            }
            _ => {
                let written = self.expr(node);
                self.strays.push(written);
                Target::Nothing
            }
        }
    }

    /// `target = default`.
    fn with_default(&mut self, node: Node<'tree>) -> (Target, Option<ExprId>) {
        if !matches!(
            node.kind_name(),
            "assignment_pattern" | "object_assignment_pattern"
        ) {
            return (self.target(node), None);
        }
        self.salvage(node);
        let target = self.target_or_nothing(node.field("left"));
        (target, Some(self.expr_in(node, "right")))
    }

    fn rest(&mut self, node: Node<'tree>) -> Target {
        let inner = self.first_child(node);
        self.target_or_nothing(inner)
    }

    fn members(&mut self, node: Node<'tree>) -> Target {
        let mut members = Vec::new();
        let mut rest = None;
        for child in self.children(node) {
            match child.kind_name() {
                "rest_pattern" => rest = Some(Box::new(self.rest(child))),
                "pair_pattern" => members.push(self.renamed_member(child)),
                _ => {
                    let (target, default) = self.with_default(child);
                    if let Target::Name(member) = &target {
                        members.push(MemberTarget {
                            member: member.clone(),
                            target,
                            default,
                            is_certain: false,
                        });
                    } else {
                        self.strays.extend(default);
                    }
                }
            }
        }
        Target::Members { members, rest }
    }

    /// `member: target = default`.
    fn renamed_member(&mut self, node: Node<'tree>) -> MemberTarget {
        self.salvage(node);
        let member = match node.field("key") {
            Some(key) => self.member_name(key),
            None => Name {
                text: String::new(),
                span: span(node),
            },
        };
        let (target, default) = match node.field("value") {
            Some(value) => self.with_default(value),
            None => (Target::Nothing, None),
        };
        MemberTarget {
            member,
            target,
            default,
            is_certain: false,
        }
    }

    /// The name of a member. One that is computed is named by its text, brackets included, which no member has.
    pub(super) fn member_name(&mut self, key: Node<'tree>) -> Name {
        if let Some(name) = self.literal_key(key) {
            return name;
        }
        let computed = self.wrapped(key);
        self.strays.push(computed);
        self.name(key)
    }

    fn elements(&mut self, node: Node<'tree>) -> Target {
        self.salvage(node);
        let tokens: Vec<_> = node.children(&mut self.cursor).collect();
        let mut elements = Vec::new();
        let mut is_hole = true;
        for token in tokens {
            match token.kind_name() {
                "," if is_hole => elements.push(None),
                "," => is_hole = true,
                "rest_pattern" => {
                    // Not the element at this position, but all that are left: a list of unknown content.
                    elements.push(Some(Target::Wrapped {
                        constructor: "...".into(),
                        inner: vec![self.rest(token)],
                    }));
                    is_hole = false;
                }
                _ if !token.is_named() || token.is_error() || is_comment(token) => {}
                _ => {
                    elements.push(Some(self.target(token)));
                    is_hole = false;
                }
            }
        }
        Target::Elements(elements)
    }

    /// The parameters of a function, without TypeScript's declared `this`.
    pub(super) fn parameters(&mut self, function: Node<'tree>) -> Vec<Parameter> {
        if let Some(only) = function.field("parameter") {
            return vec![self.parameter(only)];
        }
        let Some(list) = function.field("parameters") else {
            return Vec::new();
        };
        self.children(list)
            .into_iter()
            .filter(|parameter| !declares_this(*parameter))
            .map(|parameter| self.parameter(parameter))
            .collect()
    }

    fn parameter(&mut self, node: Node<'tree>) -> Parameter {
        self.salvage(node);
        if !matches!(
            node.kind_name(),
            "required_parameter" | "optional_parameter"
        ) {
            let (target, default) = self.with_default(node);
            return Parameter {
                target,
                default,
                annotation: None,
                kind: parameter_kind(node),
                is_field: false,
                decorators: Vec::new(),
            };
        }
        let decorators = self.decorators(node);
        let pattern = node.field("pattern");
        Parameter {
            target: self.target_or_nothing(pattern),
            default: node.field("value").map(|value| self.expr(value)),
            annotation: self.annotation(node, "type"),
            kind: pattern.map_or(ParameterKind::Plain, parameter_kind),
            is_field: self.is_field(node),
            decorators,
        }
    }

    fn is_field(&mut self, parameter: Node<'tree>) -> bool {
        parameter.children(&mut self.cursor).any(|child| {
            matches!(
                child.kind_name(),
                "accessibility_modifier" | "override_modifier" | "readonly"
            )
        })
    }

    /// The decorators of a class, member or parameter.
    pub(super) fn decorators(&mut self, node: Node<'tree>) -> Vec<ExprId> {
        self.children_by_field(node, "decorator")
            .into_iter()
            .map(|decorator| self.expr(decorator))
            .collect()
    }
}

fn parameter_kind(pattern: Node<'_>) -> ParameterKind {
    if pattern.kind_name() == "rest_pattern" {
        ParameterKind::Rest
    } else {
        ParameterKind::Plain
    }
}

fn declares_this(parameter: Node<'_>) -> bool {
    parameter
        .field("pattern")
        .is_some_and(|pattern| pattern.kind_name() == "this")
}
