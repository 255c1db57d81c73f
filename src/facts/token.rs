//! Signed tokens that are written in code.

use crate::finding::{CodeContext, Place};
use crate::syntax::ir::Literal;

/// A signed token in the code.
#[derive(Debug)]
pub struct TokenLiteral {
    /// Where.
    pub place: Place,
    /// Algorithm that its header names.
    pub algorithm: String,
    /// Seconds since 1970 at which it expires; `None` when it never does.
    pub expires: Option<i64>,
    /// Set when this is not product code.
    pub context: Option<CodeContext>,
    /// The token itself.
    pub text: Literal,
    /// The key that opens it, when it is known.
    pub opened: Option<TokenKey>,
}

/// A key that opens a token that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenKey {
    /// It is public knowledge.
    Published,
    /// It stands there.
    Found(Place),
}
