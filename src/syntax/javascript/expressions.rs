//! Expressions: operators, calls, members, object and array literals.

use tree_sitter::Node;

use super::super::ir::{
    Argument, ArgumentKind, AssignOperator, Assignment, Block, Call, Comparison, Entry, ExprId,
    ExprKind, If, Item, Key, LogicalOperator, Name, Statement, StatementKind, Target, TypeName,
};
use super::super::named::Named;
use super::statements::is_statement;
use super::{Lowering, span};

impl<'tree> Lowering<'tree> {
    /// Lowers an expression, or whatever stands where one is due.
    pub(super) fn expr(&mut self, node: Node<'tree>) -> ExprId {
        if !self.enter(node) {
            return self.unknown(node, Vec::new());
        }
        self.salvage(node);
        let id = self.expr_within(node);
        self.leave();
        id
    }

    fn expr_within(&mut self, node: Node<'tree>) -> ExprId {
        match node.kind_name() {
            "identifier"
            | "shorthand_property_identifier"
            | "shorthand_property_identifier_pattern"
            | "type_identifier"
            | "private_property_identifier"
            | "import" => self.name_expr(node),
            "this" => self.add(node, ExprKind::This),
            "super" => self.add(node, ExprKind::Super),
            "null" | "undefined" => self.add(node, ExprKind::Null),
            "true" => self.add(node, ExprKind::Bool(true)),
            "false" => self.add(node, ExprKind::Bool(false)),
            "number" => self.number(node),
            "string" => self.string(node),
            "template_string" => self.template(node),
            "regex" => self.add(node, ExprKind::Pattern),
            "array" => self.array(node),
            "object" => self.object(node),
            "member_expression" | "nested_identifier" => self.member(node),
            "nested_type_identifier" => self.qualified_type(node),
            "subscript_expression" => self.index(node),
            "call_expression" => self.call(node),
            "new_expression" => self.construct(node),
            "function_expression"
            | "generator_function"
            | "arrow_function"
            | "method_definition" => {
                let function = self.function(node);
                self.add(node, ExprKind::Function(function))
            }
            "class" => {
                let class = self.class(node, Vec::new());
                self.add(node, ExprKind::Class(class))
            }
            "assignment_expression" | "augmented_assignment_expression" | "update_expression" => {
                let assignment = self.assignment(node);
                self.add(node, ExprKind::Assign(Box::new(assignment)))
            }
            "binary_expression" => self.binary(node),
            "unary_expression" => self.unary(node),
            "ternary_expression" => self.ternary(node),
            "await_expression" => {
                let awaited = self.wrapped(node);
                self.add(node, ExprKind::Await(awaited))
            }
            "sequence_expression" => self.sequence(node),
            "parenthesized_expression" | "non_null_expression" | "decorator" => self.wrapped(node),
            "instantiation_expression" => self.instantiation(node),
            "as_expression" | "satisfies_expression" => self.cast(node),
            "type_assertion" => self.assertion(node),
            "meta_property" => self.meta_property(node),
            "jsx_element" | "jsx_self_closing_element" => self.element(node),
            _ => {
                let children = self.anything_in(node);
                self.unknown(node, children)
            }
        }
    }

    /// The one expression in a node that only wraps it.
    pub(super) fn wrapped(&mut self, node: Node<'tree>) -> ExprId {
        let inside = self.anything_in(node);
        match inside[..] {
            [only] => only,
            _ => self.unknown(node, inside),
        }
    }

    /// All that is inside a node, as expressions: statements become blocks, and names of types are left out.
    pub(super) fn anything_in(&mut self, node: Node<'tree>) -> Vec<ExprId> {
        let mut inside = Vec::new();
        for child in self.children(node) {
            let is_type = matches!(
                child.kind_name(),
                "type_annotation" | "type_arguments" | "type_parameters"
            );
            if is_type || is_mere_word(child) {
                continue;
            }
            if is_statement(child) {
                let statements = self.statement(child);
                inside.push(self.block_expr(child, statements, None));
            } else {
                inside.push(self.expr(child));
            }
        }
        inside
    }

    /// The expression in a field; a field that is missing is unknown.
    pub(super) fn expr_in(&mut self, node: Node<'tree>, field: &str) -> ExprId {
        match node.field(field) {
            Some(child) => self.expr(child),
            None => self.unknown(node, Vec::new()),
        }
    }

    fn name_expr(&mut self, node: Node<'tree>) -> ExprId {
        let name = self.name(node);
        let kind = if name.text.is_empty() {
            ExprKind::Unknown(Vec::new())
        } else {
            ExprKind::Name(name.text)
        };
        self.add(node, kind)
    }

    /// A name used again as a value, at its own place.
    pub(super) fn reuse(&mut self, name: &Name) -> ExprId {
        self.module
            .add_expr(name.span, ExprKind::Name(name.text.clone()))
    }

    pub(super) fn block_expr(
        &mut self,
        node: Node<'tree>,
        statements: Vec<Statement>,
        tail: Option<ExprId>,
    ) -> ExprId {
        self.add(node, ExprKind::Block(Block { statements, tail }))
    }

    fn array(&mut self, node: Node<'tree>) -> ExprId {
        let items = self
            .children(node)
            .into_iter()
            .map(|child| {
                let spread = child.kind_name() == "spread_element";
                let value = if spread {
                    self.wrapped(child)
                } else {
                    self.expr(child)
                };
                Item { spread, value }
            })
            .collect();
        self.add(node, ExprKind::List(items))
    }

    fn object(&mut self, node: Node<'tree>) -> ExprId {
        let entries = self
            .children(node)
            .into_iter()
            .map(|child| self.entry(child))
            .collect();
        self.add(node, ExprKind::Map(entries))
    }

    fn entry(&mut self, node: Node<'tree>) -> Entry {
        self.salvage(node);
        let (key, value) = match node.kind_name() {
            "pair" => (self.entry_key(node, "key"), self.expr_in(node, "value")),
            "method_definition" => (self.entry_key(node, "name"), self.expr(node)),
            "shorthand_property_identifier" => (Key::Name(self.name(node)), self.expr(node)),
            _ => (Key::Spread, self.wrapped(node)),
        };
        Entry {
            span: span(node),
            key,
            value,
        }
    }

    fn entry_key(&mut self, node: Node<'tree>, field: &str) -> Key {
        let Some(key) = node.field(field) else {
            return Key::Computed(self.unknown(node, Vec::new()));
        };
        match self.literal_key(key) {
            Some(name) => Key::Name(name),
            None => Key::Computed(self.wrapped(key)),
        }
    }

    /// A property's name when it is known: an identifier, a string, a number, or one of them in brackets.
    pub(super) fn literal_key(&mut self, key: Node<'tree>) -> Option<Name> {
        let text = match key.kind_name() {
            "string" => self.string_content(key),
            "computed_property_name" => {
                let inner = self.first_child(key)?;
                let is_text = match inner.kind_name() {
                    "string" => true,
                    "template_string" => self
                        .children(inner)
                        .iter()
                        .all(|piece| piece.kind_name() != "template_substitution"),
                    _ => false,
                };
                if !is_text {
                    return None;
                }
                self.string_content(inner)
            }
            _ => return Some(self.name(key)),
        };
        Some(Name {
            text,
            span: span(key),
        })
    }

    fn member(&mut self, node: Node<'tree>) -> ExprId {
        let object = self.expr_in(node, "object");
        let name = node
            .field("property")
            .map(|property| self.name(property))
            .filter(|name| !name.text.is_empty());
        match name {
            Some(name) => self.add(node, ExprKind::Member { object, name }),
            None => self.unknown(node, vec![object]),
        }
    }

    /// `a.b.C` where a type is due, as a value: an interface's base.
    fn qualified_type(&mut self, node: Node<'tree>) -> ExprId {
        let object = self.expr_in(node, "module");
        match node.field("name") {
            Some(name) => {
                let name = self.name(name);
                self.add(node, ExprKind::Member { object, name })
            }
            None => object,
        }
    }

    fn index(&mut self, node: Node<'tree>) -> ExprId {
        let object = self.expr_in(node, "object");
        let index = self.expr_in(node, "index");
        self.add(node, ExprKind::Index { object, index })
    }

    fn call(&mut self, node: Node<'tree>) -> ExprId {
        let callee = self.expr_in(node, "function");
        let arguments = match node.field("arguments") {
            Some(template) if template.kind_name() == "template_string" => {
                vec![self.tagged_template(template)]
            }
            Some(list) => self.arguments(list),
            None => Vec::new(),
        };
        let type_arguments = self.type_arguments(node);
        self.add(
            node,
            ExprKind::Call(Call {
                callee,
                arguments,
                constructs: false,
                type_arguments,
            }),
        )
    }

    fn construct(&mut self, node: Node<'tree>) -> ExprId {
        let callee = self.expr_in(node, "constructor");
        let arguments = match node.field("arguments") {
            Some(list) => self.arguments(list),
            None => Vec::new(),
        };
        let type_arguments = self.type_arguments(node);
        self.add(
            node,
            ExprKind::Call(Call {
                callee,
                arguments,
                constructs: true,
                type_arguments,
            }),
        )
    }

    /// The tag is given the pieces, never one string.
    fn tagged_template(&mut self, node: Node<'tree>) -> Argument {
        let pieces = self.template_pieces(node);
        Argument {
            kind: ArgumentKind::Positional,
            value: self.add(node, ExprKind::Template(pieces)),
        }
    }

    fn arguments(&mut self, list: Node<'tree>) -> Vec<Argument> {
        self.children(list)
            .into_iter()
            .map(|child| match child.kind_name() {
                "spread_element" => Argument {
                    kind: ArgumentKind::Spread,
                    value: self.wrapped(child),
                },
                _ => Argument {
                    kind: ArgumentKind::Positional,
                    value: self.expr(child),
                },
            })
            .collect()
    }

    /// `a = b`, `a += b`, `a ||= b`, `a++`.
    pub(super) fn assignment(&mut self, node: Node<'tree>) -> Assignment {
        let operator = self.operator(node);
        if node.kind_name() == "update_expression" {
            let place = node.field("argument");
            let step = node.field("operator").unwrap_or(node);
            return Assignment {
                target: self.target_or_nothing(place),
                operator: AssignOperator::Update,
                value: Some(self.add(step, ExprKind::Number(1.0))),
                declares: false,
                annotation: None,
            };
        }
        let target = self.target_or_nothing(node.field("left"));
        Assignment {
            target,
            operator: match operator {
                "" => AssignOperator::Set,
                "||=" | "??=" => AssignOperator::Default,
                _ => AssignOperator::Update,
            },
            value: Some(self.expr_in(node, "right")),
            declares: false,
            annotation: None,
        }
    }

    fn operator(&self, node: Node<'tree>) -> &'tree str {
        node.field("operator")
            .map_or("", |operator| operator.kind_name())
    }

    fn binary(&mut self, node: Node<'tree>) -> ExprId {
        let operator = self.operator(node);
        let left = self.expr_in(node, "left");
        let right = self.expr_in(node, "right");
        let compare = |operator| ExprKind::Compare {
            operator,
            left,
            right,
        };
        let logical = |operator| ExprKind::Logical {
            operator,
            left,
            right,
        };
        let kind = match operator {
            "==" | "===" => compare(Comparison::Equal { negated: false }),
            "!=" | "!==" => compare(Comparison::Equal { negated: true }),
            "<" | ">" | "<=" | ">=" => compare(Comparison::Order),
            "in" => compare(Comparison::In { negated: false }),
            "instanceof" => compare(Comparison::Instance),
            "&&" => logical(LogicalOperator::And),
            "||" => logical(LogicalOperator::Or),
            "??" => logical(LogicalOperator::Coalesce),
            "+" => ExprKind::Add(left, right),
            _ => ExprKind::Unknown(vec![left, right]),
        };
        self.add(node, kind)
    }

    fn unary(&mut self, node: Node<'tree>) -> ExprId {
        let operator = self.operator(node);
        let operand = self.expr_in(node, "argument");
        let number = match self.module.expr(operand).kind {
            ExprKind::Number(value) => Some(value),
            _ => None,
        };
        let kind = match (operator, number) {
            ("!", _) => ExprKind::Not(operand),
            ("-", Some(value)) => ExprKind::Number(-value),
            ("void", Some(_)) => ExprKind::Null,
            ("void", None) => {
                let nothing = self.add(node, ExprKind::Null);
                let effect = Statement {
                    span: span(node),
                    kind: StatementKind::Expr(operand),
                };
                ExprKind::Block(Block {
                    statements: vec![effect],
                    tail: Some(nothing),
                })
            }
            ("delete", _) if self.is_place(operand) => {
                let nothing = self.add(node, ExprKind::Null);
                ExprKind::Assign(Box::new(Assignment {
                    target: Target::Place(operand),
                    operator: AssignOperator::Set,
                    value: Some(nothing),
                    declares: false,
                    annotation: None,
                }))
            }
            _ => ExprKind::Unknown(vec![operand]),
        };
        self.add(node, kind)
    }

    fn is_place(&self, id: ExprId) -> bool {
        matches!(
            self.module.expr(id).kind,
            ExprKind::Member { .. } | ExprKind::Index { .. }
        )
    }

    fn ternary(&mut self, node: Node<'tree>) -> ExprId {
        let condition = self.expr_in(node, "condition");
        let then = self.branch(node, "consequence");
        let otherwise = self.branch(node, "alternative");
        self.add(
            node,
            ExprKind::If(Box::new(If {
                condition,
                then,
                otherwise,
            })),
        )
    }

    fn branch(&mut self, node: Node<'tree>, field: &str) -> Block {
        Block {
            statements: Vec::new(),
            tail: Some(self.expr_in(node, field)),
        }
    }

    fn sequence(&mut self, node: Node<'tree>) -> ExprId {
        let mut values: Vec<_> = self
            .children(node)
            .into_iter()
            .map(|child| self.expr(child))
            .collect();
        let tail = values.pop();
        let statements = values
            .into_iter()
            .map(|value| Statement {
                span: self.module.expr(value).span,
                kind: StatementKind::Expr(value),
            })
            .collect();
        self.block_expr(node, statements, tail)
    }

    /// `f<T>` without a call: the value.
    fn instantiation(&mut self, node: Node<'tree>) -> ExprId {
        match self.first_child(node) {
            Some(value) => self.expr(value),
            None => self.unknown(node, Vec::new()),
        }
    }

    /// `x as T`, `x satisfies T`, `x as const`.
    fn cast(&mut self, node: Node<'tree>) -> ExprId {
        let parts = self.children(node);
        let Some(&value) = parts.first() else {
            return self.unknown(node, Vec::new());
        };
        let value = self.expr(value);
        let to = match parts.get(1) {
            Some(written) => self.type_name(*written),
            None => TypeName {
                path: "const".into(),
                arguments: Vec::new(),
                span: span(node),
            },
        };
        self.add(node, ExprKind::Cast { value, to })
    }

    /// `<T>x`.
    fn assertion(&mut self, node: Node<'tree>) -> ExprId {
        let parts = self.children(node);
        let [types, value] = parts[..] else {
            let inside = self.anything_in(node);
            return self.unknown(node, inside);
        };
        let to = self.type_list(types).into_iter().next();
        let value = self.expr(value);
        match to {
            Some(to) => self.add(node, ExprKind::Cast { value, to }),
            None => value,
        }
    }

    /// `import.meta` is a member of `import`; `new.target` is nothing known.
    fn meta_property(&mut self, node: Node<'tree>) -> ExprId {
        let text = self.text(node);
        let Some((object, member)) = text.split_once('.') else {
            return self.unknown(node, Vec::new());
        };
        if object.trim_end() != "import" {
            return self.unknown(node, Vec::new());
        }
        let object = self.add(node, ExprKind::Name("import".into()));
        let name = Name {
            text: member.trim_start().into(),
            span: span(node),
        };
        self.add(node, ExprKind::Member { object, name })
    }
}

/// A leaf that is no value: a property's name, a label, a token of text.
fn is_mere_word(node: Node<'_>) -> bool {
    matches!(
        node.kind_name(),
        "property_identifier"
            | "statement_identifier"
            | "predefined_type"
            | "accessibility_modifier"
            | "override_modifier"
            | "optional_chain"
            | "hash_bang_line"
            | "jsx_text"
            | "html_character_reference"
            | "string_fragment"
            | "escape_sequence"
            | "regex_pattern"
            | "regex_flags"
    )
}
