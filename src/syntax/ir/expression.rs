//! The shapes of expressions.

use super::binding::{Assignment, Target};
use super::id::{ClassId, ExprId, FunctionId};
use super::literal::Literal;
use super::name::{Name, TypeName};
use super::statement::Block;
use crate::source::Span;

/// An expression.
#[derive(Debug)]
pub struct Expr {
    /// Its place.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The shapes of expressions. Purely syntactic wrappers (parentheses, references, dereferences, non-null marks) are
/// left out by the front ends: they lower to what they wrap.
#[derive(Debug)]
pub enum ExprKind {
    /// A plain name. Paths (`a::b`, `a.b`) are [`ExprKind::Member`] chains that start with one.
    Name(String),
    /// The receiver inside a method: `this`, `self`.
    This,
    /// The base class inside a method; calling it runs the base constructor.
    Super,
    /// A string literal, escapes resolved; byte strings too. Adjacent literals are joined.
    Text(Literal),
    /// A string with parts that are computed (template strings, f-strings, `format!`), in order; literal parts are
    /// [`ExprKind::Text`].
    Template(Vec<ExprId>),
    /// A regular expression literal.
    Pattern,
    /// A number.
    Number(f64),
    /// `true`, `false`.
    Bool(bool),
    /// `null`, `undefined`, `None`, `()`.
    Null,
    /// List, array, tuple, set.
    List(Vec<Item>),
    /// Object or dictionary literal.
    Map(Vec<Entry>),
    /// A struct literal: the struct's path and its fields; `..base` is a spread entry.
    Construct {
        /// Path of the struct.
        of: ExprId,
        /// Its fields.
        fields: Vec<Entry>,
    },
    /// `object.name`, `object::name`, `object?.name`.
    Member {
        /// What is asked.
        object: ExprId,
        /// The member's name.
        name: Name,
    },
    /// `object[index]`.
    Index {
        /// What is indexed.
        object: ExprId,
        /// By what.
        index: ExprId,
    },
    /// A call, constructor call (`new X(...)`) or macro call. A macro's name ends in `!` (`env!`).
    Call(Call),
    /// A function expression, arrow function, lambda or closure.
    Function(FunctionId),
    /// A class expression.
    Class(ClassId),
    /// An assignment used as an expression.
    Assign(Box<Assignment>),
    /// A comparison, membership or type test.
    Compare {
        /// Which.
        operator: Comparison,
        /// Left operand.
        left: ExprId,
        /// Right operand.
        right: ExprId,
    },
    /// `+` on anything (string concatenation is one).
    Add(ExprId, ExprId),
    /// `||`, `or`, `&&`, `and`, `??`.
    Logical {
        /// Which.
        operator: LogicalOperator,
        /// Left operand.
        left: ExprId,
        /// Right operand.
        right: ExprId,
    },
    /// `!x`, `not x`.
    Not(ExprId),
    /// `if`, ternary, `a if c else b`, `if let`, `unless`. As a statement or an expression.
    If(Box<If>),
    /// `match`, `switch`, `when`.
    Match(Box<Match>),
    /// A block with a value (Rust), an immediately run scope.
    Block(Block),
    /// `try`/`catch`/`finally`.
    Try(Box<Try>),
    /// `await x`.
    Await(ExprId),
    /// `x?` in Rust: the value, or leave the function with the error.
    Propagate(ExprId),
    /// `yield x`: a value that the function gives, before it goes on.
    Yield(ExprId),
    /// A cast or type assertion: the value unchanged.
    Cast {
        /// What is cast.
        value: ExprId,
        /// To what.
        to: TypeName,
    },
    /// Anything else; the children are evaluated and forgotten.
    Unknown(Vec<ExprId>),
}

/// An element of a list.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// `...x`, `*x`: the elements of `x`.
    pub spread: bool,
    /// The element.
    pub value: ExprId,
}

/// An entry of an object, dictionary or struct literal.
#[derive(Debug)]
pub struct Entry {
    /// The whole entry.
    pub span: Span,
    /// Its key.
    pub key: Key,
    /// Its value; for shorthand (`{ issuer }`) the name again.
    pub value: ExprId,
}

/// The key of an [`Entry`].
#[derive(Debug)]
pub enum Key {
    /// An identifier or a literal string key.
    Name(Name),
    /// `[expression]:`, or a dictionary key that is not a literal string.
    Computed(ExprId),
    /// `...value`, `**value`, `..value`: all entries of the value.
    Spread,
}

/// A call.
#[derive(Debug)]
pub struct Call {
    /// What is called.
    pub callee: ExprId,
    /// Arguments in order; closures and blocks passed behind the parentheses are last.
    pub arguments: Vec<Argument>,
    /// `new X(...)`.
    pub constructs: bool,
    /// Type arguments: `decode::<Claims>(...)`, `verify<Payload>(...)`.
    pub type_arguments: Vec<TypeName>,
}

/// An argument of a call.
#[derive(Debug)]
pub struct Argument {
    /// How it is passed.
    pub kind: ArgumentKind,
    /// The value.
    pub value: ExprId,
}

impl Argument {
    /// Passed by position.
    pub fn positional(value: ExprId) -> Self {
        Self {
            kind: ArgumentKind::Positional,
            value,
        }
    }
}

/// How an argument is passed.
#[derive(Debug)]
pub enum ArgumentKind {
    /// By position.
    Positional,
    /// `name=value`.
    Named(Name),
    /// `...x`, `*x`.
    Spread,
    /// `**x`.
    NamedSpread,
}

/// Comparisons and tests. `a not in b`, `a !== b` and the like are marked by `negated`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`, `===`, `is`, `!=`, `!==`, `is not`.
    Equal {
        /// `!=`.
        negated: bool,
    },
    /// `<`, `>`, `<=`, `>=`.
    Order,
    /// `a in b`, `a not in b`.
    In {
        /// `not in`.
        negated: bool,
    },
    /// `instanceof`.
    Instance,
}

/// Logical operators with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogicalOperator {
    /// `&&`, `and`.
    And,
    /// `||`, `or`.
    Or,
    /// `??`.
    Coalesce,
}

/// `if`.
#[derive(Debug)]
pub struct If {
    /// The condition; for `if let P = x` the value `x` (the pattern binds in `then` as its first statement).
    pub condition: ExprId,
    /// When true.
    pub then: Block,
    /// When false.
    pub otherwise: Block,
}

/// `match`, `switch`.
#[derive(Debug)]
pub struct Match {
    /// What is matched.
    pub subject: ExprId,
    /// The arms in order.
    pub arms: Vec<Arm>,
}

/// An arm of a [`Match`]. A `default` arm has no cases.
#[derive(Debug)]
pub struct Arm {
    /// Values that select the arm, when they are expressions (literals, constants).
    pub cases: Vec<ExprId>,
    /// The pattern that binds names, when there is one; it binds to the subject.
    pub pattern: Option<Target>,
    /// `if` guard.
    pub guard: Option<ExprId>,
    /// What runs.
    pub body: Block,
}

/// `try`.
#[derive(Debug)]
pub struct Try {
    /// What is tried.
    pub body: Block,
    /// `catch`, `except`.
    pub handlers: Vec<Handler>,
    /// `finally` (and Python's `else`, which comes first).
    pub finally: Block,
}

/// A `catch` or `except`.
#[derive(Debug)]
pub struct Handler {
    /// Exception types it takes; empty: all.
    pub types: Vec<ExprId>,
    /// Name of the exception.
    pub binding: Option<Name>,
    /// What runs.
    pub body: Block,
}
