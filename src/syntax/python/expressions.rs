//! Lowering of expressions.

use super::super::named::Named;
use tree_sitter::Node;

use super::{Lowering, children, field, fields, span, statements};
use crate::source::Span;
use crate::syntax::ir::{
    Argument, ArgumentKind, AssignOperator, Assignment, Block, Call, Comparison, Entry, ExprId,
    ExprKind, If, Item, Key, LogicalOperator, Target,
};

impl<'tree> Lowering<'tree> {
    /// Any node, in the place of an expression.
    pub(super) fn expression(&mut self, node: Node<'tree>) -> ExprId {
        if !self.may_enter(node) {
            return self.add(node, ExprKind::Unknown(Vec::new()));
        }
        self.depth += 1;
        let lowered = self.expression_in_bounds(node);
        self.depth -= 1;
        lowered
    }

    /// A field of a node; what the parser did not find is unknown.
    pub(super) fn expression_of(&mut self, node: Node<'tree>, name: &str) -> ExprId {
        match field(node, name) {
            Some(child) => self.expression(child),
            None => self.add(node, ExprKind::Unknown(Vec::new())),
        }
    }

    /// The children of a node whose own meaning has no shape.
    pub(super) fn unknown(&mut self, node: Node<'tree>) -> ExprId {
        let values = self.expressions(children(node));
        self.add(node, ExprKind::Unknown(values))
    }

    pub(super) fn expressions(&mut self, nodes: Vec<Node<'tree>>) -> Vec<ExprId> {
        nodes
            .into_iter()
            .map(|node| self.expression(node))
            .collect()
    }

    fn expression_in_bounds(&mut self, node: Node<'tree>) -> ExprId {
        let kind = match node.kind_name() {
            "identifier" | "keyword_identifier" if !node.is_missing() => {
                ExprKind::Name(self.name(node).text)
            }
            "string" | "concatenated_string" => return self.string(node),
            "integer" | "float" => self.number(node),
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "none" => ExprKind::Null,
            "list" | "tuple" | "set" | "expression_list" | "pattern_list" | "tuple_pattern"
            | "list_pattern" => ExprKind::List(self.items(children(node))),
            "dictionary" => self.dictionary(node),
            "attribute" => self.attribute(node),
            "subscript" => match self.annotated(node) {
                Some(annotated) => annotated,
                None => self.subscript(node),
            },
            "call" => self.call(node),
            "boolean_operator" => {
                let operator = match field(node, "operator").map(|operator| operator.kind_name()) {
                    Some("and") => LogicalOperator::And,
                    _ => LogicalOperator::Or,
                };
                ExprKind::Logical {
                    operator,
                    left: self.expression_of(node, "left"),
                    right: self.expression_of(node, "right"),
                }
            }
            "not_operator" => ExprKind::Not(self.expression_of(node, "argument")),
            "comparison_operator" => self.comparison(node),
            "binary_operator" => {
                let left = self.expression_of(node, "left");
                let right = self.expression_of(node, "right");
                let one_is_a_map = [left, right]
                    .iter()
                    .any(|side| matches!(self.module.expr(*side).kind, ExprKind::Map(_)));
                match field(node, "operator").map(|operator| operator.kind_name()) {
                    Some("+") => ExprKind::Add(left, right),
                    Some("|") if one_is_a_map => merged(left, right, span(node)),
                    _ => ExprKind::Unknown(vec![left, right]),
                }
            }
            "unary_operator" => self.unary(node),
            "conditional_expression" => self.conditional(node),
            "lambda" => ExprKind::Function(self.lambda(node)),
            "await" => match children(node).first() {
                Some(awaited) => ExprKind::Await(self.expression(*awaited)),
                None => ExprKind::Unknown(Vec::new()),
            },
            "yield" => match children(node).as_slice() {
                [given] if !is_delegated(node) => ExprKind::Yield(self.expression(*given)),
                _ => return self.unknown(node),
            },
            "named_expression" => {
                let target = field(node, "name")
                    .map_or(Target::Nothing, |name| Target::Name(self.name(name)));
                let value = self.expression_of(node, "value");
                assignment_expression(target, AssignOperator::Set, Some(value))
            }
            "as_pattern" => {
                let value = children(node).first().map(|value| self.expression(*value));
                let target =
                    field(node, "alias").map_or(Target::Nothing, |alias| self.target(alias));
                assignment_expression(target, AssignOperator::Set, value)
            }
            "parenthesized_expression" => match children(node).as_slice() {
                [inner] => return self.expression(*inner),
                _ => return self.unknown(node),
            },
            // The targets are bound in a scope of their own, which ends with the comprehension.
            "for_in_clause" => {
                let values = self.expressions(fields(node, "right"));
                ExprKind::Unknown(values)
            }
            kind if statements::is_statement(kind) => {
                let mut statements = Vec::new();
                self.statement(node, &mut statements);
                ExprKind::Block(Block {
                    statements,
                    tail: None,
                })
            }
            _ => return self.unknown(node),
        };
        self.add(node, kind)
    }

    fn items(&mut self, nodes: Vec<Node<'tree>>) -> Vec<Item> {
        nodes
            .into_iter()
            .map(|node| match starred(node) {
                Some(inner) => Item {
                    spread: true,
                    value: self.expression(inner),
                },
                None => Item {
                    spread: false,
                    value: self.expression(node),
                },
            })
            .collect()
    }

    fn dictionary(&mut self, node: Node<'tree>) -> ExprKind {
        let mut entries = Vec::new();
        for entry in children(node) {
            let (key, value) = if entry.kind_name() == "pair" {
                let key = field(entry, "key").and_then(|key| self.literal_name(key));
                let key = match key {
                    Some(name) => Key::Name(name),
                    None => Key::Computed(self.expression_of(entry, "key")),
                };
                (key, self.expression_of(entry, "value"))
            } else {
                let inner = starred(entry).unwrap_or(entry);
                (Key::Spread, self.expression(inner))
            };
            entries.push(Entry {
                span: span(entry),
                key,
                value,
            });
        }
        ExprKind::Map(entries)
    }

    fn attribute(&mut self, node: Node<'tree>) -> ExprKind {
        let object = self.expression_of(node, "object");
        match field(node, "attribute") {
            Some(name) => ExprKind::Member {
                object,
                name: self.name(name),
            },
            None => ExprKind::Unknown(vec![object]),
        }
    }

    /// `Annotated[Type, call(...)]` as the value of a name: what the call gives, or the type.
    fn annotated(&mut self, node: Node<'tree>) -> Option<ExprKind> {
        let object = field(node, "value")?;
        let path = self.annotation(object).path;
        let [declared, beside @ ..] = &fields(node, "subscript")[..] else {
            return None;
        };
        let call = beside.iter().find(|node| node.kind_name() == "call")?;
        (path.rsplit('.').next() == Some("Annotated")).then(|| ExprKind::Cast {
            value: self.expression(*call),
            to: self.annotation(*declared),
        })
    }

    fn subscript(&mut self, node: Node<'tree>) -> ExprKind {
        let object = self.expression_of(node, "value");
        let index = match fields(node, "subscript").as_slice() {
            [single] => self.expression(*single),
            several => {
                let items = self.items(several.to_vec());
                self.add(node, ExprKind::List(items))
            }
        };
        ExprKind::Index { object, index }
    }

    fn call(&mut self, node: Node<'tree>) -> ExprKind {
        if let Some(base) = self.base_class(node) {
            return base;
        }
        let arguments = field(node, "arguments");
        let callee = match field(node, "function") {
            Some(function) => self.callee(function),
            None => self.add(node, ExprKind::Unknown(Vec::new())),
        };
        let arguments = match arguments {
            Some(list) if list.kind_name() == "argument_list" => self.arguments(list),
            Some(single) => vec![Argument {
                kind: ArgumentKind::Positional,
                value: self.expression(single),
            }],
            None => Vec::new(),
        };
        ExprKind::Call(Call {
            callee,
            arguments,
            constructs: false,
            type_arguments: Vec::new(),
        })
    }

    /// `super()` and `super(Class, self)`, whose arguments only say what `super()` finds itself.
    fn base_class(&self, node: Node<'tree>) -> Option<ExprKind> {
        let function = field(node, "function")?;
        let is_super = function.kind_name() == "identifier" && self.bytes(function) == b"super";
        let is_plain =
            |argument: &Node<'_>| matches!(argument.kind_name(), "identifier" | "attribute");
        let arguments = children(field(node, "arguments")?);
        (is_super && arguments.iter().all(is_plain)).then_some(ExprKind::Super)
    }

    /// What a call calls: `super().__init__` is the base constructor, and so the base class itself; `Box[Item]` with
    /// its types given is the class `Box`.
    fn callee(&mut self, function: Node<'tree>) -> ExprId {
        if let Some(class) = self.generic_class(function) {
            return self.expression(class);
        }
        let is_constructor = function.kind_name() == "attribute"
            && field(function, "attribute").is_some_and(|name| self.bytes(name) == b"__init__");
        let object = field(function, "object").filter(|_| is_constructor);
        match object.filter(|object| object.kind_name() == "call") {
            Some(object) if self.base_class(object).is_some() => self.expression(object),
            _ => self.expression(function),
        }
    }

    /// The class in `Box[Item]`: by its name in camel case, which tables of functions do not have.
    fn generic_class(&self, function: Node<'tree>) -> Option<Node<'tree>> {
        let class = field(function, "value").filter(|_| function.kind_name() == "subscript")?;
        let name = match class.kind_name() {
            "identifier" => class,
            "attribute" => field(class, "attribute")?,
            _ => return None,
        };
        let bytes = self.bytes(name);
        let is_camel_case =
            bytes.first()?.is_ascii_uppercase() && bytes.iter().any(u8::is_ascii_lowercase);
        is_camel_case.then_some(class)
    }

    pub(super) fn arguments(&mut self, list: Node<'tree>) -> Vec<Argument> {
        let mut arguments = Vec::new();
        for argument in children(list) {
            let (kind, value) = match argument.kind_name() {
                "keyword_argument" => {
                    let kind = match field(argument, "name") {
                        Some(name) => ArgumentKind::Named(self.name(name)),
                        None => ArgumentKind::Positional,
                    };
                    (kind, self.expression_of(argument, "value"))
                }
                "dictionary_splat" => {
                    let inner = starred(argument).unwrap_or(argument);
                    (ArgumentKind::NamedSpread, self.expression(inner))
                }
                _ => match starred(argument) {
                    Some(inner) => (ArgumentKind::Spread, self.expression(inner)),
                    None => (ArgumentKind::Positional, self.expression(argument)),
                },
            };
            arguments.push(Argument { kind, value });
        }
        arguments
    }

    fn comparison(&mut self, node: Node<'tree>) -> ExprKind {
        let operands = self.expressions(children(node));
        let mut cursor = node.walk();
        let operators: Vec<Comparison> = node
            .children_by_field_name("operators", &mut cursor)
            .filter_map(|operator| comparison_of(operator.kind_name()))
            .collect();
        let mut pairs: Vec<ExprKind> = operators
            .into_iter()
            .zip(operands.windows(2))
            .filter_map(|(operator, pair)| match pair {
                [left, right] => Some(ExprKind::Compare {
                    operator,
                    left: *left,
                    right: *right,
                }),
                _ => None,
            })
            .collect();
        if pairs.len() == 1 && operands.len() == 2 {
            return pairs.remove(0);
        }
        if pairs.is_empty() {
            return ExprKind::Unknown(operands);
        }
        let pairs = pairs.into_iter().map(|pair| self.add(node, pair)).collect();
        ExprKind::Unknown(pairs)
    }

    fn unary(&mut self, node: Node<'tree>) -> ExprKind {
        let argument = self.expression_of(node, "argument");
        let is_minus = field(node, "operator").is_some_and(|operator| operator.kind_name() == "-");
        match self.module.expr(argument).kind {
            ExprKind::Number(value) if is_minus => ExprKind::Number(-value),
            _ => ExprKind::Unknown(vec![argument]),
        }
    }

    fn conditional(&mut self, node: Node<'tree>) -> ExprKind {
        let parts = self.expressions(children(node));
        match parts.as_slice() {
            [then, condition, otherwise] => ExprKind::If(Box::new(If {
                condition: *condition,
                then: tail(*then),
                otherwise: tail(*otherwise),
            })),
            _ => ExprKind::Unknown(parts),
        }
    }

    fn number(&self, node: Node<'tree>) -> ExprKind {
        let text = String::from_utf8_lossy(self.bytes(node)).to_ascii_lowercase();
        let digits: String = text
            .chars()
            .filter(|character| !matches!(character, '_' | 'l'))
            .collect();
        let with_radix = |digits: &str, radix: u32| {
            digits.chars().try_fold(0.0, |value, digit| {
                let digit = digit.to_digit(radix)?;
                Some(value * f64::from(radix) + f64::from(digit))
            })
        };
        let value = match digits.get(..2) {
            Some("0x") => with_radix(&digits[2..], 16),
            Some("0o") => with_radix(&digits[2..], 8),
            Some("0b") => with_radix(&digits[2..], 2),
            _ => digits.parse().ok(),
        };
        value.map_or(ExprKind::Unknown(Vec::new()), ExprKind::Number)
    }
}

/// A block that only has a value.
pub(super) fn tail(value: ExprId) -> Block {
    Block {
        statements: Vec::new(),
        tail: Some(value),
    }
}

/// What stands behind the star of `*x` or `**x`.
pub(super) fn starred(node: Node<'_>) -> Option<Node<'_>> {
    match node.kind_name() {
        "list_splat" | "dictionary_splat" | "list_splat_pattern" | "dictionary_splat_pattern" => {
            children(node).first().copied()
        }
        _ => None,
    }
}

fn assignment_expression(
    target: Target,
    operator: AssignOperator,
    value: Option<ExprId>,
) -> ExprKind {
    ExprKind::Assign(Box::new(Assignment {
        target,
        operator,
        value,
        declares: false,
        annotation: None,
    }))
}

fn comparison_of(operator: &str) -> Option<Comparison> {
    Some(match operator {
        "==" | "is" => Comparison::Equal { negated: false },
        "!=" | "<>" | "is not" => Comparison::Equal { negated: true },
        "in" => Comparison::In { negated: false },
        "not in" => Comparison::In { negated: true },
        "<" | "<=" | ">" | ">=" => Comparison::Order,
        _ => return None,
    })
}

/// `yield from x`.
fn is_delegated(node: Node<'_>) -> bool {
    (0..node.child_count()).any(|index| {
        node.child(index)
            .is_some_and(|child| child.kind_name() == "from")
    })
}

/// `a | b` of dictionaries.
fn merged(left: ExprId, right: ExprId, span: Span) -> ExprKind {
    let entry = |value| Entry {
        span,
        key: Key::Spread,
        value,
    };
    ExprKind::Map(vec![entry(left), entry(right)])
}
