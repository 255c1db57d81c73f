//! Keys, and the places at which services are given them.

use std::collections::BTreeMap;

use super::content::Part;
use super::identity::Evidence;
use super::resolution::HeldValue;
use super::roles::Role;
use crate::facts::Site;
use crate::finding::{CodeContext, Place};
use crate::keys;
use crate::models::schema::Encoding;
use crate::settings::Purpose;

/// What a service does with keys that have no name.
#[derive(Debug)]
pub struct Nameless<'a> {
    /// Index in [`TrustGraph::services`].
    pub service: usize,
    /// Which part of a key they are.
    pub part: Part,
    /// What it does with them.
    pub role: Role,
    /// Where.
    pub sites: Vec<&'a Site>,
}

/// One secret or key.
#[derive(Debug)]
pub struct Identity<'a> {
    /// What it is mostly called; empty when it is a literal in code.
    pub name: String,
    /// Everyone who holds it, by service and place.
    pub holdings: Vec<Holding<'a>>,
    /// How much proves that they hold the same, at the weakest point: see [`Evidence::strength`]. 6 when one alone
    /// holds it.
    pub tie: u8,
    /// One settings file deploys two of its holders, or one stands beside the other's.
    pub deployed_together: bool,
}

/// What says that a setting is a key of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SaidBy {
    /// Code that mints or verifies with it.
    Code,
    /// A known system reads it as such.
    System,
    /// Its name.
    Name,
}

/// A place at which a service is given a key.
#[derive(Clone, Debug)]
pub struct Holding<'a> {
    /// Index in [`TrustGraph::services`].
    pub service: usize,
    /// What the key is called there; empty for a literal in code.
    pub name: String,
    /// Where the service is given it.
    pub place: Place,
    /// That place is part of the repository.
    pub committed: bool,
    /// What the file of that place is for.
    pub purpose: Purpose,
    /// Set when it is not part of the product.
    pub context: Option<CodeContext>,
    /// What the service does with it.
    pub role: Role,
    /// Which part of the key it is.
    pub part: Part,
    /// Where the value comes from, for people; empty when it is written there.
    pub origin: String,
    /// The value, when it is in the tree.
    pub value: Option<HeldValue>,
    /// What the file of the value is for.
    pub value_purpose: Purpose,
    /// What says that it is a key of tokens.
    pub said_by: SaidBy,
    /// Calls that use it.
    pub sites: Vec<&'a Site>,
    /// How the value is written.
    pub encoding: Encoding,
    /// What deploys the service names this key for it; otherwise it came along with a whole file, or stands in one.
    pub handed: bool,
    /// It stands in a settings file; otherwise in code.
    pub in_settings: bool,
    /// The address of the key set that it is fetched from, without what may be secret in it.
    pub fetched_from: Option<String>,
    pub(super) evidence: Vec<Evidence>,
    /// Its content says which part of a key it is.
    pub(super) part_by_content: bool,
    /// The pair that it is a half of, told by its content.
    pub(super) pair: Option<keys::Identity>,
    /// The service that publishes the key set.
    pub(super) publisher: Option<usize>,
}

impl Identity<'_> {
    /// The services that hold it, each with all it does with it, in order.
    pub fn holders(&self) -> BTreeMap<usize, Role> {
        let mut holders: BTreeMap<usize, Role> = BTreeMap::new();
        for holding in &self.holdings {
            holders
                .entry(holding.service)
                .and_modify(|role| role.add(holding.role))
                .or_insert(holding.role);
        }
        holders
    }

    /// Whether whoever holds it can mint: a shared secret or a private key, as far as that is known.
    pub fn can_mint(&self) -> bool {
        self.holdings
            .iter()
            .any(|holding| matches!(holding.part, Part::Secret | Part::Private))
    }

    /// Whether both halves of a pair, or a private key and the key set that tells the public half, are held.
    pub fn is_pair(&self) -> bool {
        let is = |part: Part| self.holdings.iter().any(|holding| holding.part == part);
        is(Part::Private) && is(Part::Public)
    }

    /// Whether it is the private half of a pair.
    pub fn is_private(&self) -> bool {
        self.holdings
            .iter()
            .any(|holding| holding.part == Part::Private)
    }
}
