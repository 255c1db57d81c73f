//! How code ends: it goes on behind itself, or it leaves.

use super::value::Value;

/// How a block ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// Control goes on behind it.
    On,
    /// It returned, threw or jumped.
    Left,
}

/// How a way ended, and its value.
pub(super) type Outcome = (Flow, Option<Value>);
