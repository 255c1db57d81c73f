//! Answers about a slot: whether it is filled, and truths that may not be known.

use super::value::Value;
use crate::source::Span;

/// Whether and how a slot is filled.
#[derive(Clone, Debug)]
pub(super) enum Filled {
    /// Not at all.
    No,
    /// With this value, written there.
    Yes(Value, Span),
    /// With this value on some way.
    Maybe(Value, Span),
    /// It cannot be told.
    Unknown,
}

/// A truth that may not be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    Unknown,
}
