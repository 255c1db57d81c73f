//! The vocabulary of the rules: what a call mints, verifies or decodes, with which key, and what it checks.
//!
//! Facts say nothing of syntax or of how they were found.

mod address;
mod check;
mod claims;
mod key;
mod library;
mod mint;
mod result;
mod site;
mod token;

pub use address::{Address, AddressPart, Fetched};
pub use check::{Algorithms, Check, InertOption};
pub use claims::{ClaimsUse, HeaderUse};
pub use key::{Confined, GeneratedKey, Key, KeyId, Material, PublishedSet};
pub use library::{LibraryFact, LibraryVersion};
pub use mint::{Lifetime, MintFact};
pub use result::{IgnoredResult, Ignoring};
pub use site::{Later, Site, SiteKind};
pub use token::{TokenKey, TokenLiteral};

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::budget::Cut;
use crate::finding::Place;
use crate::keys::KnownKeys;
use crate::redact::Redactor;
use crate::syntax::ir::Literal;

/// Everything known of one file.
#[derive(Debug, Default)]
pub struct FileFacts {
    /// Path relative to the linted root.
    pub path: String,
    /// Sites in order of their place.
    pub sites: Vec<Site>,
    /// Sites in other files that this one reaches; they are judged with their own file.
    pub reached: Vec<Site>,
    /// Framework settings that the file sets, by name.
    pub settings: BTreeSet<String>,
    /// Libraries that models know and the file loads, by name.
    pub libraries: BTreeSet<String>,
    /// Which bounds cut the evaluation short.
    pub cut: Cut,
    /// Secrets that were seen.
    pub redactor: Redactor,
    /// The file is code for a browser.
    pub browser: bool,
    /// The file loads a token library that no model knows: it may verify there.
    pub unknown_library: bool,
    /// The time of the run, in seconds since 1970.
    pub now: i64,
    /// Signed tokens that are written in the file.
    pub tokens: Vec<TokenLiteral>,
    /// Files that the code reads, and addresses that it calls, by a path that is written there.
    pub reads: Vec<FileRead>,
    /// Asymmetric keys of a known size that the code makes.
    pub generated: Vec<GeneratedKey>,
    /// Key sets that the code answers with.
    pub key_sets: Vec<PublishedSet>,
    /// Where functions that are called after rotation make keys.
    pub rotations: Vec<Place>,
    /// Keys with which the code does not go on in production.
    pub refused: Vec<Literal>,
    /// Keys that are public knowledge.
    pub known_keys: Arc<KnownKeys>,
}

impl FileFacts {
    /// Whether the code mints, verifies or decodes tokens.
    pub fn handles_tokens(&self) -> bool {
        self.sites.iter().chain(&self.reached).any(|site| {
            matches!(
                site.kind,
                SiteKind::Mint | SiteKind::Verify | SiteKind::Decode | SiteKind::Register
            )
        })
    }
}

/// A path that code reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileRead {
    /// Where.
    pub place: Place,
    /// The path, or the whole address.
    pub path: String,
    /// It is an address, not a path.
    pub is_url: bool,
}
