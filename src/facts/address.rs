//! Addresses that keys are fetched from, and when.

use crate::finding::Place;
use crate::syntax::ir::Literal;

/// An address as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Where.
    pub place: Place,
    /// Nothing hides or protects what is sent to it.
    pub plaintext: bool,
    /// Its host; empty when it is put together.
    pub host: String,
    /// It is one of several, or what is taken when a setting is missing.
    pub alternative: bool,
}

/// A part of an address that is put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressPart {
    /// Written in the code.
    Text(Literal),
    /// A variable or setting.
    Variable {
        /// Its name.
        name: String,
        /// Taken when it is not set.
        fallback: Option<Literal>,
    },
    /// Not known.
    Unknown,
}

/// When keys are fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// For every token that is verified.
    EachTime,
    /// When the module is loaded, and never again.
    Once,
    /// Not known.
    Unknown,
}
