//! Assignments, and what they, parameters and patterns bind.

use super::id::ExprId;
use super::name::{Name, TypeName};

/// An assignment or declaration.
#[derive(Debug)]
pub struct Assignment {
    /// What is bound or written.
    pub target: Target,
    /// How.
    pub operator: AssignOperator,
    /// The value; `None` for a declaration without one.
    pub value: Option<ExprId>,
    /// Declares new names (`let`, `const`, a Rust `let`); Python's first assignment does not.
    pub declares: bool,
    /// The annotated type.
    pub annotation: Option<TypeName>,
}

/// How an assignment writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignOperator {
    /// `=`.
    Set,
    /// `+=` and other arithmetic.
    Update,
    /// `||=`, `??=`: writes when nothing is there.
    Default,
}

/// What an assignment, parameter or pattern binds.
#[derive(Debug)]
pub enum Target {
    /// A new or known name.
    Name(Name),
    /// A member or element: the expression is a [`ExprKind::Member`](super::ExprKind::Member) or
    /// [`ExprKind::Index`](super::ExprKind::Index).
    Place(ExprId),
    /// `{ a, b: c = 1, ...rest }`, `S { a, b: c, .. }`: members by name.
    Members {
        /// The members.
        members: Vec<MemberTarget>,
        /// Target of the rest.
        rest: Option<Box<Target>>,
    },
    /// `[a, b]`, `(a, b)`, `a, b`: elements by position; `None` is a hole.
    Elements(Vec<Option<Target>>),
    /// `Ok(x)`, `Some(x)`: a constructor pattern around targets.
    Wrapped {
        /// Path of the constructor (`Ok`, `Some`, `Claims::User`).
        constructor: String,
        /// What is inside, by position.
        inner: Vec<Target>,
    },
    /// Nothing (`_`).
    Nothing,
}

/// One member of [`Target::Members`].
#[derive(Debug)]
pub struct MemberTarget {
    /// Name of the member.
    pub member: Name,
    /// What it is bound to.
    pub target: Target,
    /// Value when the member is missing.
    pub default: Option<ExprId>,
    /// Only certain values fit there, or the whole does not.
    pub is_certain: bool,
}
