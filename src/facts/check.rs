//! What a call accepts: its algorithms, its checks, and options that only look like checks.

use crate::finding::Place;
use crate::models::schema::{Slot, UnsetAlgorithms};

/// What is known of the algorithms of a call.
#[derive(Clone, Debug)]
pub enum Algorithms {
    /// An allowlist, or the algorithm that signs.
    Known {
        /// Their names.
        names: Vec<String>,
        /// Where they are written; `None` when the library has them by default.
        place: Option<Place>,
        /// Whether others may be in it.
        open: bool,
        /// HMAC and signatures never stand in one list: it is the one or the other.
        apart: bool,
    },
    /// The token's own header decides.
    FromHeader(Place),
    /// Not set: what the library then does.
    Unset(UnsetAlgorithms),
    /// Not known.
    Unknown,
}

/// What happens to a claim or the signature.
#[derive(Clone, Debug)]
pub enum Check {
    /// A token without it, or with a wrong one, is rejected.
    Enforced,
    /// Checked when the token has it.
    IfPresent,
    /// A token that has it is rejected.
    RejectedIfPresent,
    /// Switched off, there.
    Disabled(Place),
    /// Not checked by this library unless asked.
    Unchecked,
    /// Not checked before this is called on the result.
    Until(String),
    /// Checked by hand further on.
    ByHand,
    /// Not known.
    Unknown,
}

/// An option that looks like a check and is none.
#[derive(Clone, Debug)]
pub struct InertOption {
    /// The option.
    pub place: Place,
    /// The check it looks like.
    pub slot: Slot,
    /// Why it does nothing.
    pub because: String,
    /// What to write instead.
    pub fix: String,
}
