//! The content of string literals, which may be secret.

use std::fmt;
use std::sync::Arc;

/// The content of a string literal. It may be a secret, so it never prints itself: [`Debug`] shows the length only,
/// and the one way to the content is [`Literal::reveal`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Literal(Arc<str>);

impl Literal {
    /// Wraps the decoded content of a literal (escapes resolved).
    pub fn new(content: &str) -> Self {
        Self(Arc::from(content))
    }

    /// The content. What is done with it must never reach an output.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Literal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Literal({} bytes)", self.0.len())
    }
}
