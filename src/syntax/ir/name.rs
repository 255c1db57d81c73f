//! Names and types as they are written.

use crate::source::Span;

/// A name as written, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The identifier.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// The path with dots, without references and type arguments: `jwt.VerifyOptions`, `Option`, `tokens.Validation`.
    pub path: String,
    /// Type arguments: `Option<u64>` has one.
    pub arguments: Vec<TypeName>,
    /// Its place.
    pub span: Span,
}
