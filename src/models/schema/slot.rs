//! The slots that calls, policies and settings fill.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A slot that a call or policy fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Slot {
    /// The token.
    Token,
    /// The key that verifies or signs.
    Key,
    /// The allowlist, or the algorithm that signs.
    Algorithms,
    /// Expected or minted audience.
    Audience,
    /// Expected or minted issuer.
    Issuer,
    /// Expected subject.
    Subject,
    /// The expiry check.
    Expiry,
    /// The not-before check.
    NotBefore,
    /// Clock tolerance.
    Leeway,
    /// Longest accepted age.
    MaxAge,
    /// Claims that must be there.
    Required,
    /// Expected type of the token.
    Type,
    /// The signature check.
    Signature,
    /// That the key is the one that was given, and not one that the token brings along.
    KeySource,
    /// What is signed, or the type it is read into.
    Payload,
    /// Lifetime of a minted token.
    Lifetime,
    /// Header of a minted token.
    Header,
    /// The key id in the header of a minted token.
    KeyId,
    /// An object that holds other slots.
    Policy,
    /// Where a key set is fetched.
    Url,
    /// Cache of a key set.
    Cache,
    /// Pause between fetches.
    Cooldown,
    /// Fetches allowed in a time.
    RateLimit,
    /// That fetched keys are fetched again after some time.
    Refresh,
    /// That the connection is checked.
    Transport,
    /// Time a fetch may take.
    Timeout,
    /// Raw material of a key.
    Material,
    /// Size of an RSA key that is made.
    Bits,
    /// A name that is looked up, or a value that is passed on.
    Value,
    /// What is taken when the value is missing.
    Fallback,
    /// What is taken when the value is missing, in development only.
    DevelopmentFallback,
    /// The function that gets the claims.
    Callback,
}

impl fmt::Display for Slot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = format!("{self:?}");
        for (index, letter) in name.char_indices() {
            if letter.is_ascii_uppercase() && index > 0 {
                formatter.write_str("-")?;
            }
            write!(formatter, "{}", letter.to_ascii_lowercase())?;
        }
        Ok(())
    }
}
