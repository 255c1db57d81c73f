//! What a key is, and how its material is written.

use serde::{Deserialize, Serialize};

/// What a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyKind {
    /// A shared secret (HMAC).
    Secret,
    /// A private key.
    Private,
    /// A public key or certificate.
    Public,
    /// A key set that is fetched or given.
    Jwks,
}

/// How key material is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// As it is.
    Text,
    /// Base64, standard or URL-safe.
    Base64,
    /// Hexadecimal.
    Hex,
    /// PEM.
    Pem,
}
