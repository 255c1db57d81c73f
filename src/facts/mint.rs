//! What is minted.

use std::collections::BTreeSet;

use super::key::KeyId;
use crate::finding::Place;

/// What is minted.
#[derive(Clone, Debug)]
pub struct MintFact {
    /// Whether the token expires.
    pub lifetime: Lifetime,
    /// Claims that are set.
    pub claims: BTreeSet<String>,
    /// Whether other claims may be set as well.
    pub open: bool,
    /// Seconds until the token expires, when that is known.
    pub seconds: Option<f64>,
    /// What decides the lifetime, when that is not the call itself.
    pub place: Option<Place>,
    /// Whether the header names the key; `None` when that is not known.
    pub key_id: Option<bool>,
    /// The ids that the header may name, as far as they are known.
    pub key_ids: Vec<KeyId>,
}

/// Whether a minted token expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// An expiry is set.
    Bounded,
    /// None is set.
    Endless,
    /// Not known.
    Unknown,
}
