//! Key material in files and string literals: what kind of key stands where, never the key itself.
//!
//! Reads PEM (also encrypted, in one line, with escaped line ends, or wrapped in base64 once more), DER, JWK and JWKS,
//! OpenSSH, and tells PKCS#12 and Java keystores by their magic. Knows no rule. What does not parse is no key: a
//! placeholder between PEM lines is none.

mod asn1;
mod hidden;
mod jwk;
mod known;
mod openssh;
mod pem;

use std::fmt;

use sha2::{Digest, Sha256};

use crate::source::Span;

pub use hidden::secret_spans;
pub use known::KnownKeys;

/// Files with more bytes than this hold no key.
pub const MOST_BYTES: usize = 256 * 1024;

/// Keys that are read from one file.
const MOST_KEYS: usize = 500;

/// A key that stands somewhere. Nothing secret is kept of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyMaterial {
    /// What kind of key.
    pub key_type: KeyType,
    /// It holds the private part, or is a secret.
    pub private: bool,
    /// The private part cannot be read without a passphrase.
    pub encrypted: bool,
    /// Size of an RSA modulus.
    pub rsa_bits: Option<u32>,
    /// Name of the curve.
    pub curve: Option<&'static str>,
    /// The key's id.
    pub kid: Option<String>,
    /// The algorithm it is for.
    pub alg: Option<String>,
    /// What it is for: `sig` or `enc`.
    pub usage: Option<String>,
    /// Where it stands; the decisive words only (the first line of a PEM block, the name of a JWK's private member).
    pub span: Span,
    /// How it is written.
    pub container: Container,
    /// Number of the object or list around a JWK: keys of one set share it.
    pub set: usize,
    /// Equal for the private key, the public key and the certificate of one pair.
    pub identity: Option<Identity>,
}

/// What kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyType {
    /// RSA.
    Rsa,
    /// Elliptic curve.
    Ec,
    /// Edwards and Montgomery curves.
    Ed,
    /// A shared secret.
    Symmetric,
    /// Not to be seen from outside.
    Unknown,
}

impl fmt::Display for KeyType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Rsa => "RSA",
            Self::Ec => "EC",
            Self::Ed => "EdDSA",
            Self::Symmetric => "symmetric",
            Self::Unknown => "unknown",
        })
    }
}

/// How a key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Container {
    /// A PEM block.
    Pem,
    /// A PEM block or DER, wrapped in base64.
    Base64,
    /// DER.
    Der,
    /// One JSON Web Key.
    Jwk,
    /// A key of a JSON Web Key Set.
    Jwks,
    /// A PKCS#12 store.
    Pkcs12,
    /// A Java keystore.
    Jks,
    /// OpenSSH's own format.
    OpenSsh,
    /// A certificate.
    Certificate,
}

impl fmt::Display for Container {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Pem => "PEM",
            Self::Base64 => "base64",
            Self::Der => "DER",
            Self::Jwk => "JWK",
            Self::Jwks => "JWKS",
            Self::Pkcs12 => "PKCS#12",
            Self::Jks => "JKS",
            Self::OpenSsh => "OpenSSH",
            Self::Certificate => "certificate",
        })
    }
}

/// A digest of the public part of a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity([u8; 32]);

impl Identity {
    fn of(public: &[u8]) -> Self {
        Self(Sha256::digest(public).into())
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Identity")
    }
}

/// What a parser found out about a key, before its place is known.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shape {
    key_type: KeyType,
    private: bool,
    encrypted: bool,
    rsa_bits: Option<u32>,
    curve: Option<&'static str>,
    identity: Option<Identity>,
    container: Option<Container>,
}

impl Shape {
    fn new(key_type: KeyType, private: bool) -> Self {
        Self {
            key_type,
            private,
            encrypted: false,
            rsa_bits: None,
            curve: None,
            identity: None,
            container: None,
        }
    }

    fn encrypted() -> Self {
        Self {
            encrypted: true,
            ..Self::new(KeyType::Unknown, true)
        }
    }

    fn rsa(modulus: &[u8], private: bool) -> Self {
        let first = modulus.iter().position(|byte| *byte != 0);
        let modulus = first.map_or(&[][..], |first| &modulus[first..]);
        let leading = modulus.first().map_or(0, |byte| byte.leading_zeros());
        let bits = u32::try_from(modulus.len() * 8).unwrap_or(u32::MAX);
        Self {
            rsa_bits: Some(bits.saturating_sub(leading)),
            identity: Some(Identity::of(modulus)),
            ..Self::new(KeyType::Rsa, private)
        }
    }

    fn on_curve(key_type: KeyType, curve: &'static str, private: bool) -> Self {
        Self {
            curve: Some(curve),
            ..Self::new(key_type, private)
        }
    }

    fn at(self, span: Span, container: Container) -> KeyMaterial {
        KeyMaterial {
            key_type: self.key_type,
            private: self.private,
            encrypted: self.encrypted,
            rsa_bits: self.rsa_bits,
            curve: self.curve,
            kid: None,
            alg: None,
            usage: None,
            span,
            container: self.container.unwrap_or(container),
            set: 0,
            identity: self.identity,
        }
    }
}

/// The keys in the content of a file or literal, in order of their place.
pub fn read(content: &[u8]) -> Vec<KeyMaterial> {
    if content.len() > MOST_BYTES {
        return Vec::new();
    }
    let whole = Span::new(0, content.len());
    if let Some((shape, container)) = asn1::store(content) {
        return vec![shape.at(whole, container)];
    }
    if content.first() == Some(&asn1::SEQUENCE)
        && let Some(shape) = asn1::any(content)
    {
        return vec![shape.at(whole, Container::Der)];
    }
    let Ok(text) = std::str::from_utf8(content) else {
        return Vec::new();
    };
    let mut keys = pem::blocks(text);
    keys.extend(pem::wrapped(text));
    if keys.is_empty() {
        keys = jwk::keys(text);
    }
    if keys.is_empty() {
        keys.extend(openssh::public_lines(text));
    }
    if keys.is_empty() {
        keys.extend(pem::bare(text));
    }
    keys.sort_by_key(|key| key.span);
    keys.truncate(MOST_KEYS);
    keys
}

/// Whether content may hold a key, told quickly.
pub fn may_hold_key(content: &[u8]) -> bool {
    const SIGNS: [&[u8]; 3] = [b"-----BEGIN ", pem::WRAPPED_BEGIN.as_bytes(), b"\"kty\""];
    let head = &content[..content.len().min(MOST_BYTES)];
    SIGNS
        .iter()
        .any(|sign| head.windows(sign.len()).any(|window| window == *sign))
}

#[cfg(test)]
mod tests;
