//! Results of a verify that nobody looks at.

use crate::finding::Place;

/// A result that says whether a token is good, and that nobody looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoredResult {
    /// How.
    pub how: Ignoring,
    /// Where it is lost.
    pub place: Place,
}

/// How a result is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignoring {
    /// Nothing is done with what the call gives.
    Unused,
    /// It is a promise that nobody awaits, and that is looked at like a result or not at all.
    Unawaited,
    /// The function around promises it, and its caller takes the promise for it.
    Promised,
    /// Its error is caught, and nothing happens.
    Swallowed,
    /// The function around returns it, and its caller drops it.
    Dropped,
}
