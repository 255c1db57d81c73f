//! Functions.

use super::binding::Target;
use super::id::ExprId;
use super::name::{Name, TypeName};
use super::statement::Block;
use crate::source::Span;

/// A function, method, lambda or closure.
#[derive(Debug)]
pub struct Function {
    /// Its name, when it has one.
    pub name: Option<Name>,
    /// The whole function.
    pub span: Span,
    /// Parameters, without the receiver.
    pub parameters: Vec<Parameter>,
    /// Name that the receiver has inside (`self` in Python: the first parameter of a method). Languages with a
    /// keyword for it use [`ExprKind::This`](super::ExprKind::This) and leave this empty.
    pub receiver: Option<Name>,
    /// What runs; an arrow function's expression is the tail.
    pub body: Block,
    /// Decorators and attributes, as expressions where they parse as such.
    pub decorators: Vec<ExprId>,
    /// Declared return type.
    pub returns: Option<TypeName>,
    /// A call only promises what it returns.
    pub is_async: bool,
}

/// A parameter.
#[derive(Debug)]
pub struct Parameter {
    /// What it binds.
    pub target: Target,
    /// Default value.
    pub default: Option<ExprId>,
    /// Declared type.
    pub annotation: Option<TypeName>,
    /// How arguments reach it.
    pub kind: ParameterKind,
    /// The parameter is stored as a field of the same name (`constructor(private jwt: JwtService)`).
    pub is_field: bool,
    /// Decorators (`@Inject(X)`).
    pub decorators: Vec<ExprId>,
}

/// How arguments reach a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// By position or name.
    Plain,
    /// `...rest`, `*args`.
    Rest,
    /// By name only.
    NamedOnly,
    /// `**kwargs`.
    NamedRest,
}
