//! Blocks and the shapes of statements.

use super::binding::{Assignment, Target};
use super::class::Member;
use super::id::{ClassId, ExprId, FunctionId};
use super::import::{Export, Import};
use super::name::{Name, TypeName};
use crate::source::Span;

/// Statements in order, and the value of the last expression where the language has it.
#[derive(Debug, Default)]
pub struct Block {
    /// Statements.
    pub statements: Vec<Statement>,
    /// Value of the block: Rust's tail expression, the body of an arrow function, a ternary's branch.
    pub tail: Option<ExprId>,
}

/// A statement.
#[derive(Debug)]
pub struct Statement {
    /// Its place.
    pub span: Span,
    /// What it is.
    pub kind: StatementKind,
}

/// The shapes of statements.
#[derive(Debug)]
pub enum StatementKind {
    /// Names from another module.
    Import(Vec<Import>),
    /// Names given to other modules by `export`.
    Export(Vec<Export>),
    /// An expression for its effect.
    Expr(ExprId),
    /// A declaration (`let x = ..`, `const`, `static`) or an assignment.
    Assign(Assignment),
    /// A named function; hoisted by the evaluator.
    Function(FunctionId),
    /// A named class, struct or enum.
    Class(ClassId),
    /// `impl X { .. }`, `impl T for X { .. }`: members for a class declared elsewhere.
    Extend {
        /// The class's name (last segment of its path).
        class: Name,
        /// The trait or interface, when there is one.
        interface: Option<TypeName>,
        /// The members.
        members: Vec<Member>,
    },
    /// `mod name { .. }`, `namespace`.
    Namespace {
        /// Its name.
        name: Name,
        /// Its content.
        body: Block,
    },
    /// `return x`.
    Return(Option<ExprId>),
    /// `throw x`, `raise x`, `panic!(..)`: leaves the function.
    Throw(Option<ExprId>),
    /// `for`, `while`, `loop`. The body runs once when evaluated.
    Loop(Box<Loop>),
    /// `break`, `continue`: leaves the block.
    Jump,
}

/// A loop.
#[derive(Debug)]
pub struct Loop {
    /// What is bound in each turn.
    pub target: Option<Target>,
    /// The collection, or the condition.
    pub over: Option<ExprId>,
    /// Whether `over` is a collection whose elements are bound to `target`.
    pub iterates: bool,
    /// What runs.
    pub body: Block,
}
