//! The intermediate representation: one small tree for every language.
//!
//! A front end lowers its syntax to these shapes and nothing after it knows which language a file was written in.
//! What a language has beyond them becomes the nearest shape, or [`ExprKind::Unknown`] with its children kept, so
//! that nothing nested is lost. Expressions, functions and classes live in arenas and refer to each other by id:
//! dropping a module never recurses.

mod binding;
mod class;
mod expression;
mod function;
mod id;
mod import;
mod literal;
mod module;
mod name;
mod statement;

pub use binding::{AssignOperator, Assignment, MemberTarget, Target};
pub use class::{Class, Member, MemberKind};
pub use expression::{
    Argument, ArgumentKind, Arm, Call, Comparison, Entry, Expr, ExprKind, Handler, If, Item, Key,
    LogicalOperator, Match, Try,
};
pub use function::{Function, Parameter, ParameterKind};
pub use id::{ClassId, ExprId, FunctionId};
pub use import::{Export, Import};
pub use literal::Literal;
pub use module::{Comment, Module, Unread};
pub use name::{Name, TypeName};
pub use statement::{Block, Loop, Statement, StatementKind};
