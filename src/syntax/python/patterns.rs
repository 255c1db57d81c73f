//! What binds names: assignment targets and the patterns of `match`.

use super::super::named::Named;
use tree_sitter::Node;

use super::{Lowering, children, fields, span};
use crate::syntax::ir::{ExprId, ExprKind, MemberTarget, Target};

impl<'tree> Lowering<'tree> {
    /// The left side of an assignment, a loop variable or a parameter.
    pub(super) fn target(&mut self, node: Node<'tree>) -> Target {
        if !self.may_enter(node) {
            return Target::Nothing;
        }
        self.depth += 1;
        let lowered = match node.kind_name() {
            "identifier" | "keyword_identifier" if !node.is_missing() => {
                Target::Name(self.name(node))
            }
            "attribute" | "subscript" => Target::Place(self.expression(node)),
            "tuple" | "list" | "tuple_pattern" | "list_pattern" | "pattern_list"
            | "expression_list" => Target::Elements(
                children(node)
                    .into_iter()
                    .map(|element| Some(self.target(element)))
                    .collect(),
            ),
            "list_splat"
            | "list_splat_pattern"
            | "dictionary_splat"
            | "dictionary_splat_pattern"
            | "parenthesized_expression"
            | "as_pattern_target" => match children(node).first() {
                Some(inner) => self.target(*inner),
                None => Target::Nothing,
            },
            // Nothing else can be assigned to; a place keeps what is inside.
            _ if node.named_child_count() > 0 => Target::Place(self.expression(node)),
            _ => Target::Nothing,
        };
        self.depth -= 1;
        lowered
    }

    /// The patterns of a `case`: values that select it, and what it binds.
    pub(super) fn case(&mut self, patterns: &[Node<'tree>]) -> (Vec<ExprId>, Option<Target>) {
        let mut values = Vec::new();
        let pattern = match patterns {
            [single] => self.case_pattern(*single, &mut values),
            several => Some(self.sequence(several)),
        };
        (values, pattern)
    }

    fn case_pattern(&mut self, node: Node<'tree>, values: &mut Vec<ExprId>) -> Option<Target> {
        if !self.may_enter(node) {
            return None;
        }
        self.depth += 1;
        let lowered = self.case_pattern_in_bounds(node, values);
        self.depth -= 1;
        lowered
    }

    fn case_pattern_in_bounds(
        &mut self,
        node: Node<'tree>,
        values: &mut Vec<ExprId>,
    ) -> Option<Target> {
        let parts = children(node);
        match node.kind_name() {
            "case_pattern" => match parts.as_slice() {
                [single] => self.case_pattern(*single, values),
                _ => None,
            },
            "union_pattern" => {
                let bound: Vec<Target> = parts
                    .into_iter()
                    .filter_map(|part| self.case_pattern(part, values))
                    .collect();
                bound.into_iter().next()
            }
            "as_pattern" => {
                let (name, patterns) = parts.split_last()?;
                for pattern in patterns {
                    self.case_pattern(*pattern, values);
                }
                Some(Target::Name(self.name(*name)))
            }
            "dotted_name" | "identifier" => match self.segments(node).as_slice() {
                [name] if name.text == "_" => None,
                [name] => Some(Target::Name(name.clone())),
                _ => {
                    let value = self.path(node);
                    values.push(value);
                    None
                }
            },
            "list_pattern" | "tuple_pattern" => match parts.as_slice() {
                // Parentheses around one pattern are a group; a tuple of one has a comma.
                [single] if node.kind_name() == "tuple_pattern" && !has_comma(node) => {
                    self.case_pattern(*single, values)
                }
                several => Some(self.sequence(several)),
            },
            "splat_pattern" => parts.first().map(|name| Target::Name(self.name(*name))),
            "class_pattern" => {
                let (constructor, inner) = parts.split_first()?;
                let constructor: Vec<String> = self
                    .segments(*constructor)
                    .into_iter()
                    .map(|segment| segment.text)
                    .collect();
                Some(Target::Wrapped {
                    constructor: constructor.join("."),
                    inner: inner.iter().map(|part| self.nested(*part)).collect(),
                })
            }
            "keyword_pattern" => parts.get(1).map(|inner| self.nested(*inner)),
            "dict_pattern" => Some(self.members(node)),
            "integer" | "float" => {
                let value = self.case_number(node);
                values.push(value);
                None
            }
            "string" | "concatenated_string" | "true" | "false" | "none" | "complex_pattern" => {
                let value = self.expression(node);
                values.push(value);
                None
            }
            _ => {
                let value = self.unknown(node);
                values.push(value);
                None
            }
        }
    }

    /// A pattern inside another, where a value selects nothing by itself.
    fn nested(&mut self, node: Node<'tree>) -> Target {
        self.case_pattern(node, &mut Vec::new())
            .unwrap_or(Target::Nothing)
    }

    fn sequence(&mut self, patterns: &[Node<'tree>]) -> Target {
        Target::Elements(
            patterns
                .iter()
                .map(|pattern| match self.nested(*pattern) {
                    Target::Nothing => None,
                    bound => Some(bound),
                })
                .collect(),
        )
    }

    fn members(&mut self, node: Node<'tree>) -> Target {
        let keys = fields(node, "key");
        let patterns = fields(node, "value");
        let mut members = Vec::new();
        for (key, pattern) in keys.into_iter().zip(patterns) {
            let mut values = Vec::new();
            let target = self.case_pattern(pattern, &mut values);
            if let Some(member) = self.literal_name(key) {
                members.push(MemberTarget {
                    member,
                    target: target.unwrap_or(Target::Nothing),
                    default: None,
                    is_certain: !values.is_empty(),
                });
            }
        }
        let rest = children(node)
            .into_iter()
            .find(|part| part.kind_name() == "splat_pattern")
            .and_then(|part| {
                children(part)
                    .first()
                    .map(|name| Target::Name(self.name(*name)))
            });
        Target::Members {
            members,
            rest: rest.map(Box::new),
        }
    }

    /// A number in a case, whose sign stands before it without a node around both.
    fn case_number(&mut self, node: Node<'tree>) -> ExprId {
        let value = self.expression(node);
        let sign = node.prev_sibling().filter(|sign| sign.kind_name() == "-");
        match (&self.module.expr(value).kind, sign) {
            (ExprKind::Number(magnitude), Some(sign)) => {
                let negated = ExprKind::Number(-magnitude);
                self.module.add_expr(span(sign).join(span(node)), negated)
            }
            _ => value,
        }
    }

    /// A `dotted_name` as an expression.
    fn path(&mut self, node: Node<'tree>) -> ExprId {
        let mut segments = self.segments(node).into_iter();
        let Some(root) = segments.next() else {
            return self.add(node, ExprKind::Unknown(Vec::new()));
        };
        let mut place = root.span;
        let mut value = self.module.add_expr(place, ExprKind::Name(root.text));
        for name in segments {
            place = place.join(name.span);
            let kind = ExprKind::Member {
                object: value,
                name,
            };
            value = self.module.add_expr(place, kind);
        }
        value
    }
}

fn has_comma(node: Node<'_>) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor)
        .any(|child| child.kind_name() == ",")
}
