//! How strong an HMAC secret is: length, words, published keys, variety.

use std::collections::BTreeSet;

use crate::keys::KnownKeys;
use crate::syntax::ir::Literal;

/// Fewer different characters than this make a key guessable whatever its length.
const LEAST_VARIETY: usize = 8;

/// What makes a secret weak, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weakness {
    /// It stands in a tutorial, in documentation or in a list.
    Published,
    /// Shorter than the hash: bytes it has, bytes it needs.
    Short(usize, usize),
    /// The same few characters.
    Monotonous,
}

impl Weakness {
    /// As the end of a sentence about the key.
    pub(super) fn describe(self) -> String {
        match self {
            Self::Published => "is published, so every attacker tries it first".to_owned(),
            Self::Short(has, needs) => format!(
                "has {has} byte{}, but this algorithm needs {needs}: it can be guessed offline from one token",
                if has == 1 { "" } else { "s" }
            ),
            Self::Monotonous => "repeats a few characters, so it can be guessed".to_owned(),
        }
    }
}

/// What makes a secret weak; `bytes` is its decoded length, `least` what the algorithm needs.
pub(super) fn weakness(
    secret: &Literal,
    bytes: usize,
    least: usize,
    known: &KnownKeys,
) -> Option<Weakness> {
    let text = secret.reveal();
    let variety: BTreeSet<char> = text.chars().collect();
    if known.contain(text) {
        Some(Weakness::Published)
    } else if bytes < least {
        Some(Weakness::Short(bytes, least))
    } else if variety.len() < LEAST_VARIETY {
        Some(Weakness::Monotonous)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Weakness> {
        weakness(&Literal::new(text), text.len(), 32, &KnownKeys::default())
    }

    #[test]
    fn published_before_short_before_monotonous() {
        assert_eq!(of("your-256-bit-secret"), Some(Weakness::Published));
        assert_eq!(of("zq8Lw"), Some(Weakness::Short(5, 32)));
        assert_eq!(of(&"ab".repeat(20)), Some(Weakness::Monotonous));
        assert_eq!(of("ledger-otter-vapour-quarry-plinth-basin"), None);
    }
}
