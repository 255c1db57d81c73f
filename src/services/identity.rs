//! When two settings are the same secret: what ties them together, the strongest first.

use std::fmt;
use std::hash::{BuildHasher, RandomState};

use crate::settings::StoreKind;
use crate::source::Span;
use crate::syntax::ir::Literal;

/// A hash of a secret's value under a key of this run: it compares, and tells nothing else. It has no order, so that
/// no output can depend on it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ValueHash(u64, u64);

impl fmt::Debug for ValueHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ValueHash(…)")
    }
}

/// Makes [`ValueHash`]es that compare with each other.
#[derive(Default)]
pub(super) struct ValueHasher {
    first: RandomState,
    second: RandomState,
}

impl ValueHasher {
    /// The hash of a value; space around it does not count.
    pub(super) fn hash(&self, value: &Literal) -> ValueHash {
        let text = value.reveal().trim();
        ValueHash(self.first.hash_one(text), self.second.hash_one(text))
    }
}

/// What ties a holding to a secret. The order of [`Evidence::strength`] is that of how much it proves.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Evidence {
    /// The value itself is written there.
    Value(ValueHash),
    /// A key of a store of the deployment. `at` tells stores of one name apart: where it is declared, or its
    /// namespace.
    Store {
        /// What kind of store.
        kind: StoreKind,
        /// Its name.
        name: String,
        /// The key inside it; empty for all of it.
        key: String,
        /// Where it is declared.
        at: String,
    },
    /// A resource of the infrastructure, by the folder it is declared in and its address.
    Resource {
        /// The folder.
        folder: String,
        /// The address.
        address: String,
    },
    /// A path in a secret manager.
    Manager(String),
    /// A secret of the CI system.
    Ci(String),
    /// A file of the tree.
    File(String),
    /// The address of a key set.
    Address(String),
    /// A variable that is interpolated from the same file or shell.
    Variable {
        /// Folder or file whose variables these are.
        scope: String,
        /// Its name.
        name: String,
    },
    /// A constant that several services import.
    Constant(Span),
    /// The same default behind a variable.
    Default(ValueHash),
    /// Nothing but the variable's name.
    Name(String),
}

impl Evidence {
    /// From 6, the value itself, down to 1, a name alone.
    pub fn strength(&self) -> u8 {
        match self {
            Self::Value(_) => 6,
            Self::Store { .. }
            | Self::Resource { .. }
            | Self::Manager(_)
            | Self::Ci(_)
            | Self::File(_)
            | Self::Address(_) => 5,
            Self::Variable { .. } => 4,
            Self::Constant(_) => 3,
            Self::Default(_) => 2,
            Self::Name(_) => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_compares_and_shows_nothing() {
        let hasher = ValueHasher::default();
        let (one, same) = (
            Literal::new("not-a-real-secret"),
            Literal::new(" not-a-real-secret\n"),
        );
        assert_eq!(hasher.hash(&one), hasher.hash(&same));
        assert_ne!(hasher.hash(&one), hasher.hash(&Literal::new("another")));
        assert_ne!(hasher.hash(&one), ValueHasher::default().hash(&one));
        assert_eq!(
            format!("{:?}", Evidence::Value(hasher.hash(&one))),
            "Value(ValueHash(…))"
        );
    }
}
