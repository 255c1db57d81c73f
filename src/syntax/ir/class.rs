//! Classes and their members.

use super::id::{ExprId, FunctionId};
use super::name::{Name, TypeName};
use crate::source::Span;

/// A class, struct, enum, trait or interface.
#[derive(Debug)]
pub struct Class {
    /// Its name, when it has one.
    pub name: Option<Name>,
    /// The whole class.
    pub span: Span,
    /// Base classes and calls that make one (`PassportStrategy(Strategy)`).
    pub bases: Vec<ExprId>,
    /// Decorators and attributes.
    pub decorators: Vec<ExprId>,
    /// Fields, methods, variants.
    pub members: Vec<Member>,
}

/// A member of a class.
#[derive(Debug)]
pub struct Member {
    /// Its name; the constructor is always called `constructor`.
    pub name: Name,
    /// What it is.
    pub kind: MemberKind,
    /// Belongs to the class, not to its instances (`static`, an associated function or const, a Python class
    /// attribute).
    pub is_static: bool,
    /// Declared type of a field.
    pub annotation: Option<TypeName>,
    /// Decorators and attributes.
    pub decorators: Vec<ExprId>,
}

/// What a [`Member`] is.
#[derive(Debug)]
pub enum MemberKind {
    /// A field with its initial value.
    Field(Option<ExprId>),
    /// A method.
    Method(FunctionId),
    /// A property that is computed when read.
    Getter(FunctionId),
    /// A variant of an enum.
    Variant,
}
