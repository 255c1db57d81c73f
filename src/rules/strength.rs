//! How strong an HMAC secret is: length, words, published keys, variety.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use crate::keys::KnownKeys;
use crate::syntax::ir::Literal;

/// Fewer different characters than this make a key guessable whatever its length.
const LEAST_VARIETY: usize = 8;

/// Longest piece that is looked for again and again.
const LONGEST_PIECE: usize = 16;

/// Longest text that is taken apart into words.
const LONGEST_PHRASE: usize = 128;

/// Longest word of the list.
const LONGEST_WORD: usize = 16;

/// More digits than this are more than a number or two.
const MOST_DIGITS: usize = 8;

/// What makes a secret weak, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weakness {
    /// It stands in a tutorial, in documentation or in a list.
    Published,
    /// Shorter than the hash: bytes it has, bytes it needs.
    Short(usize, usize),
    /// The same few characters, or one piece again and again, or characters in the order of the alphabet.
    Monotonous,
    /// Words that stand where a key should.
    Phrase,
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
            Self::Monotonous => {
                "repeats a few characters or follows an order, so it can be guessed".to_owned()
            }
            Self::Phrase => {
                "is made of words that stand where a key should, so it can be guessed".to_owned()
            }
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
    } else if variety.len() < LEAST_VARIETY || repeats(text) || follows_order(text) {
        Some(Weakness::Monotonous)
    } else if is_phrase(text) {
        Some(Weakness::Phrase)
    } else {
        None
    }
}

/// Whether a text is a short piece again and again.
fn repeats(text: &str) -> bool {
    let bytes = text.as_bytes();
    let longest = LONGEST_PIECE.min(bytes.len() / 2);
    (1..=longest).any(|length| {
        bytes
            .iter()
            .zip(bytes.iter().skip(length))
            .all(|(a, b)| a == b)
    })
}

/// Whether most characters are the next or last in the alphabet, or the same, as the one before.
fn follows_order(text: &str) -> bool {
    let bytes = text.as_bytes();
    let steps = bytes.iter().zip(bytes.iter().skip(1));
    let near = steps.filter(|(a, b)| a.abs_diff(**b) <= 1 || (**a, **b) == (b'9', b'0'));
    near.count() * 4 >= bytes.len() * 3
}

/// Words of which such keys are made.
static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let text = include_str!("../../rules/secrets/words.txt");
    text.lines().filter(|line| !line.starts_with('#')).collect()
});

/// Whether a text is made of such words, with or without something between them, and of a number or two.
fn is_phrase(text: &str) -> bool {
    if text.len() > LONGEST_PHRASE || !text.is_ascii() {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    let digits = lower.bytes().filter(u8::is_ascii_digit).count();
    let letters = lower.bytes().filter(u8::is_ascii_alphabetic).count();
    let mut runs = lower.split(|letter: char| !letter.is_ascii_alphabetic());
    digits <= MOST_DIGITS && letters * 2 > text.len() && runs.all(is_of_words)
}

/// Whether letters are nothing but words, one after the other.
fn is_of_words(letters: &str) -> bool {
    // Which beginnings are nothing but words.
    let mut ends = vec![false; letters.len() + 1];
    if let Some(start) = ends.first_mut() {
        *start = true;
    }
    for end in 1..=letters.len() {
        let from = end.saturating_sub(LONGEST_WORD);
        let reached = (from..end).any(|start| {
            ends.get(start) == Some(&true)
                && letters
                    .get(start..end)
                    .is_some_and(|word| WORDS.contains(word))
        });
        if let Some(end) = ends.get_mut(end) {
            *end = reached;
        }
    }
    ends.last() == Some(&true)
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
        assert_eq!(of(&"fixture9!Kq".repeat(3)), Some(Weakness::Monotonous));
        assert_eq!(
            of("abcdefghijklmnopqrstuvwxyz0123456789"),
            Some(Weakness::Monotonous)
        );
        assert_eq!(of("ledger-otter-vapour-quarry-plinth-basin"), None);
    }

    #[test]
    fn words_that_stand_where_a_key_should() {
        for text in [
            "please-change-this-secret-key-in-production",
            "MySuperSecretJwtSigningKeyForDevelopment2024",
            "this_is_a_very_long_secret_key_with_256_bits",
        ] {
            assert_eq!(of(text), Some(Weakness::Phrase), "{text}");
        }
        for text in [
            "ledger-otter-vapour-quarry-plinth-basin",
            "a-fixture-secret-that-nobody-has-ever-used",
            "secret-9f1c72e0b4d65a38c1e0f7a2d4",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn the_words_are_lower_case_letters() {
        let is_word = |word: &&&str| {
            !word.is_empty()
                && word.len() <= LONGEST_WORD
                && word.bytes().all(|letter| letter.is_ascii_lowercase())
        };
        assert_eq!(WORDS.iter().filter(is_word).count(), WORDS.len());
    }
}
