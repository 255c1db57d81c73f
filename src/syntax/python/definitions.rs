//! Functions, classes, their parameters and members, and which of them only tests run.

use super::super::named::Named;
use tree_sitter::Node;

use super::expressions::tail;
use super::statements::{decorators_of, push};
use super::{Lowering, children, field, span};
use crate::source::Span;
use crate::syntax::ir::{
    ArgumentKind, AssignOperator, Assignment, Block, Class, ClassId, ExprId, ExprKind, Function,
    FunctionId, Member, MemberKind, Module, Name, Parameter, ParameterKind, Statement,
    StatementKind, Target,
};

/// Name of the method that holds the statements of a class body that are no members.
const CLASS_BODY: &str = "<class body>";

impl<'tree> Lowering<'tree> {
    /// A `function_definition`; `has_receiver` says that its first parameter is one.
    pub(super) fn function(
        &mut self,
        node: Node<'tree>,
        decorators: &[Node<'tree>],
        has_receiver: bool,
    ) -> FunctionId {
        let whole = whole_span(node, decorators);
        let name = field(node, "name").map(|name| self.name(name));
        let is_test = name
            .as_ref()
            .is_some_and(|name| name.text.starts_with("test_"))
            && self.functions_around == 0
            && !has_receiver;
        if is_test || self.has_decorator(decorators, &["fixture"]) {
            self.module.test_spans.push(whole);
        }
        let decorators = self.decorators(decorators);
        let mut parameters = field(node, "parameters")
            .map_or_else(Vec::new, |parameters| self.parameters(parameters));
        let receiver = if has_receiver {
            take_receiver(&mut parameters)
        } else {
            None
        };
        let returns = field(node, "return_type").map(|returns| self.annotation(returns));
        self.functions_around += 1;
        let body = self.block_of(node, "body");
        self.functions_around -= 1;
        self.module.add_function(Function {
            name,
            span: whole,
            parameters,
            receiver,
            body,
            decorators,
            returns,
            is_async: node
                .child(0)
                .is_some_and(|first| first.kind_name() == "async"),
        })
    }

    pub(super) fn lambda(&mut self, node: Node<'tree>) -> FunctionId {
        let parameters = field(node, "parameters")
            .map_or_else(Vec::new, |parameters| self.parameters(parameters));
        let body = tail(self.expression_of(node, "body"));
        self.module.add_function(Function {
            name: None,
            span: span(node),
            parameters,
            receiver: None,
            body,
            decorators: Vec::new(),
            returns: None,
            is_async: false,
        })
    }

    fn parameters(&mut self, list: Node<'tree>) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        let mut by_position = ParameterKind::Plain;
        for node in children(list) {
            match node.kind_name() {
                "keyword_separator" => by_position = ParameterKind::NamedOnly,
                "positional_separator" => {}
                _ => {
                    let parameter = self.parameter(node, by_position);
                    if parameter.kind == ParameterKind::Rest {
                        by_position = ParameterKind::NamedOnly;
                    }
                    parameters.push(parameter);
                }
            }
        }
        parameters
    }

    fn parameter(&mut self, node: Node<'tree>, by_position: ParameterKind) -> Parameter {
        let bound = match node.kind_name() {
            "typed_parameter" => children(node).first().copied(),
            "default_parameter" | "typed_default_parameter" => field(node, "name"),
            _ => Some(node),
        };
        let annotated = field(node, "type");
        Parameter {
            kind: match bound.map(|bound| bound.kind_name()) {
                Some("list_splat_pattern") => ParameterKind::Rest,
                Some("dictionary_splat_pattern") => ParameterKind::NamedRest,
                _ => by_position,
            },
            target: bound.map_or(Target::Nothing, |bound| self.target(bound)),
            default: field(node, "value").map(|value| self.expression(value)),
            annotation: annotated.map(|annotated| self.annotation(annotated)),
            is_field: false,
            decorators: annotated
                .map_or_else(Vec::new, |annotated| self.annotation_calls(annotated)),
        }
    }

    /// The expressions behind the `@` of each decorator.
    fn decorators(&mut self, decorators: &[Node<'tree>]) -> Vec<ExprId> {
        decorators
            .iter()
            .filter_map(|decorator| children(*decorator).first().copied())
            .map(|expression| self.expression(expression))
            .collect()
    }

    /// Whether a decorator, or what it calls, is one of `names`, in whatever module.
    fn has_decorator(&self, decorators: &[Node<'tree>], names: &[&str]) -> bool {
        decorators
            .iter()
            .filter_map(|decorator| children(*decorator).first().copied())
            .map(|expression| match expression.kind_name() {
                "call" => field(expression, "function").unwrap_or(expression),
                _ => expression,
            })
            .map(|path| match path.kind_name() {
                "attribute" => field(path, "attribute").unwrap_or(path),
                _ => path,
            })
            .any(|last| names.iter().any(|name| self.bytes(last) == name.as_bytes()))
    }

    /// A `class_definition`.
    pub(super) fn class(&mut self, node: Node<'tree>, decorators: &[Node<'tree>]) -> ClassId {
        let whole = whole_span(node, decorators);
        let name = field(node, "name").map(|name| self.name(name));
        let decorators = self.decorators(decorators);
        let arguments = field(node, "superclasses")
            .map_or_else(Vec::new, |superclasses| self.arguments(superclasses));
        let bases: Vec<ExprId> = arguments
            .into_iter()
            .filter(|argument| {
                matches!(
                    argument.kind,
                    ArgumentKind::Positional | ArgumentKind::Spread
                )
            })
            .map(|argument| argument.value)
            .collect();
        let is_test = name
            .as_ref()
            .is_some_and(|name| name.text.starts_with("Test"))
            || bases.iter().any(|base| self.is_test_case(*base));
        if is_test {
            self.module.test_spans.push(whole);
        }
        let members = field(node, "body").map_or_else(Vec::new, |body| self.members_of(body));
        self.module.add_class(Class {
            name,
            span: whole,
            bases,
            decorators,
            members,
        })
    }

    fn is_test_case(&self, base: ExprId) -> bool {
        match &self.module.expr(base).kind {
            ExprKind::Name(name) => name == "TestCase",
            ExprKind::Member { name, .. } => name.text == "TestCase",
            _ => false,
        }
    }

    fn members_of(&mut self, body: Node<'tree>) -> Vec<Member> {
        let mut members = Vec::new();
        let mut others = Vec::new();
        for node in children(body) {
            match node.kind_name() {
                "function_definition" => members.extend(self.method(node, &[])),
                "class_definition" => members.extend(self.nested_class(node, &[])),
                "decorated_definition" => {
                    let decorators = decorators_of(node);
                    members.extend(match field(node, "definition") {
                        Some(definition) if definition.kind_name() == "class_definition" => {
                            self.nested_class(definition, &decorators)
                        }
                        Some(definition) => self.method(definition, &decorators),
                        None => None,
                    });
                }
                _ => {
                    let start = others.len();
                    self.statement(node, &mut others);
                    self.take_fields(node, start, &mut others, &mut members);
                }
            }
        }
        if !others.is_empty() {
            members.push(self.class_body(body, others));
        }
        members
    }

    /// Moves what was assigned to plain names by the last statement from `others` to `members`.
    fn take_fields(
        &mut self,
        node: Node<'tree>,
        start: usize,
        others: &mut Vec<Statement>,
        members: &mut Vec<Member>,
    ) {
        if node.kind_name() != "expression_statement" {
            return;
        }
        for statement in others.split_off(start) {
            match statement.kind {
                StatementKind::Assign(assignment) if assignment.operator == AssignOperator::Set => {
                    match assignment.target {
                        Target::Name(name) => members.push(Member {
                            name,
                            is_static: assignment.value.is_some(),
                            kind: MemberKind::Field(assignment.value),
                            annotation: assignment.annotation,
                            decorators: Vec::new(),
                        }),
                        target => push(
                            others,
                            statement.span,
                            StatementKind::Assign(Assignment {
                                target,
                                ..assignment
                            }),
                        ),
                    }
                }
                kind => push(others, statement.span, kind),
            }
        }
    }

    fn class_body(&mut self, body: Node<'tree>, statements: Vec<Statement>) -> Member {
        let start = span(body).start;
        let name = Name {
            text: CLASS_BODY.to_owned(),
            span: Span::new(start as usize, start as usize),
        };
        let function = self.module.add_function(Function {
            name: Some(name.clone()),
            span: span(body),
            parameters: Vec::new(),
            receiver: None,
            body: Block {
                statements,
                tail: None,
            },
            decorators: Vec::new(),
            returns: None,
            is_async: false,
        });
        Member {
            name,
            kind: MemberKind::Method(function),
            is_static: true,
            annotation: None,
            decorators: Vec::new(),
        }
    }

    fn method(&mut self, node: Node<'tree>, decorators: &[Node<'tree>]) -> Option<Member> {
        let mut name = field(node, "name").map(|name| self.name(name))?;
        let is_static = self.has_decorator(decorators, &["staticmethod"]);
        let is_class_method = self.has_decorator(decorators, &["classmethod"]);
        let is_getter = self.has_decorator(decorators, &["property", "cached_property"]);
        let function = self.function(node, decorators, !is_static);
        if name.text == "__init__" {
            name.text = "constructor".to_owned();
        }
        // `@name.setter` would otherwise stand in for the getter of the same name.
        for accessor in ["setter", "deleter"] {
            if self.has_decorator(decorators, &[accessor]) {
                name.text = format!("{}.{accessor}", name.text);
            }
        }
        Some(Member {
            name,
            kind: match is_getter {
                true => MemberKind::Getter(function),
                false => MemberKind::Method(function),
            },
            is_static: is_static || is_class_method,
            annotation: None,
            decorators: self.module.function(function).decorators.clone(),
        })
    }

    fn nested_class(&mut self, node: Node<'tree>, decorators: &[Node<'tree>]) -> Option<Member> {
        let name = field(node, "name").map(|name| self.name(name))?;
        if !self.may_enter(node) {
            return None;
        }
        self.depth += 1;
        let class = self.class(node, decorators);
        self.depth -= 1;
        let value = self.add(node, ExprKind::Class(class));
        Some(Member {
            name,
            kind: MemberKind::Field(Some(value)),
            is_static: true,
            annotation: None,
            decorators: Vec::new(),
        })
    }
}

/// The span of a definition with its decorators.
fn whole_span(node: Node<'_>, decorators: &[Node<'_>]) -> Span {
    decorators
        .first()
        .map_or(span(node), |first| span(*first).join(span(node)))
}

/// Takes the first parameter of a method away when it can be the receiver.
/// Packages that only tests load.
const TEST_PACKAGES: [&str; 4] = ["pytest", "unittest", "django.test", "rest_framework.test"];

/// Whether a file loads a test package, and no more of its definitions are for others than for tests.
pub(super) fn is_test(module: &Module) -> bool {
    let statements = &module.body.statements;
    let loads_tests = statements.iter().any(|statement| match &statement.kind {
        StatementKind::Import(imports) => imports.iter().any(|import| {
            TEST_PACKAGES.iter().any(|package| {
                let rest = import.module.strip_prefix(package);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        }),
        _ => false,
    });
    let (mut tests, mut others) = (0, 0);
    for statement in statements {
        let span = match &statement.kind {
            StatementKind::Function(id) => module.function(*id).span,
            StatementKind::Class(id) => module.class(*id).span,
            _ => continue,
        };
        let is_test = module.test_spans.iter().any(|test| test.contains(span));
        *if is_test { &mut tests } else { &mut others } += 1;
    }
    loads_tests && tests > 0 && tests >= others
}

fn take_receiver(parameters: &mut Vec<Parameter>) -> Option<Name> {
    let first = parameters.first()?;
    let Target::Name(name) = &first.target else {
        return None;
    };
    if first.kind != ParameterKind::Plain {
        return None;
    }
    let name = name.clone();
    parameters.remove(0);
    Some(name)
}
