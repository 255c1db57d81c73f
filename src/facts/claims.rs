//! What code does with the claims and the header of a token.

use std::collections::BTreeSet;

use crate::finding::Place;

/// What is done with claims.
#[derive(Clone, Debug, Default)]
pub struct ClaimsUse {
    /// Claims that are read by name.
    pub read: BTreeSet<String>,
    /// Claims that are compared or tested.
    pub compared: BTreeSet<String>,
    /// Claims that are handed on; all of them as an empty name.
    pub handed_on: BTreeSet<String>,
    /// Methods called on the result.
    pub called: BTreeSet<String>,
    /// A function returns the claims, or a part of them.
    pub returned: bool,
    /// Claims that were held against a value, not only tested for being there.
    pub decided: BTreeSet<String>,
    /// When that first happened.
    pub first_decided: Option<usize>,
    /// They were decoded since the token had expired, and the code goes on with them.
    pub went_on: bool,
}

/// A parameter of the token's own header that reaches a call before the token is verified, and nobody checked it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderUse {
    /// Its name.
    pub parameter: String,
    /// The way it took.
    pub flow: Vec<Place>,
}
