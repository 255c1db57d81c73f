//! Keys: those that calls are given, those that code makes, and those that it publishes.

use super::library::LibraryFact;
use crate::finding::{CodeContext, Place};
use crate::models::schema::{Encoding, KeyKind};
use crate::syntax::ir::Literal;

/// A key that a call is given.
#[derive(Clone, Debug)]
pub struct Key {
    /// What kind of key, when it is known.
    pub kind: Option<KeyKind>,
    /// What it is made of.
    pub material: Material,
    /// The code takes a public key for the bytes of a secret.
    pub public_as_secret: bool,
    /// How the material is written.
    pub encoding: Encoding,
    /// The way it took, from where it is written to the call.
    pub flow: Vec<Place>,
    /// It comes from a key callback.
    pub from_callback: bool,
    /// Set when it is not written in product code, whatever code it reaches.
    pub context: Option<CodeContext>,
    /// Settings of which none may be set anywhere, or this key is not used.
    pub instead_of: Vec<String>,
    /// What keeps it out of production.
    pub confined: Option<Confined>,
    /// A check for a missing key that cannot fire, since this one stands in.
    pub dead_guard: Option<Place>,
}

/// What keeps a key out of production.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confined {
    /// It is used in development and tests only.
    Development,
    /// Production stops rather than use it.
    Refused,
}

/// What a key is made of.
#[derive(Clone, Debug)]
pub enum Material {
    /// Written in the code.
    Literal {
        /// The content.
        text: Literal,
        /// Where.
        place: Place,
    },
    /// An environment variable.
    Environment {
        /// Its name.
        name: String,
        /// Taken when it is not set.
        fallback: Option<Box<Material>>,
    },
    /// A setting, or a value that is not known but has a fallback.
    Setting {
        /// Its path.
        path: String,
        /// Taken when it is not set.
        fallback: Option<Box<Material>>,
    },
    /// A file.
    File(String),
    /// Random bytes made at run time.
    Generated,
    /// Numbers from a generator that is not made for secrets, made there.
    Guessable(Place),
    /// Something of the token itself.
    Token,
    /// Nothing: no key at all.
    Nothing,
    /// Not known; what it is called.
    Unknown(String),
}

impl Material {
    /// The variable, setting or file it is read from; empty when there is none.
    pub fn name(&self) -> &str {
        match self {
            Self::Environment { name, .. } | Self::Setting { path: name, .. } => name,
            Self::File(path) | Self::Unknown(path) => path,
            Self::Literal { .. }
            | Self::Generated
            | Self::Guessable(_)
            | Self::Token
            | Self::Nothing => "",
        }
    }

    /// Whether it is a file whose name says that it holds a public key or a certificate.
    pub fn is_public_file(&self) -> bool {
        let Self::File(path) = self else {
            return false;
        };
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let name = name.to_ascii_lowercase();
        name.contains("public")
            || [".pub", ".crt", ".cer"]
                .iter()
                .any(|ending| name.ends_with(ending))
    }

    /// Where numbers that can be worked out are made into a key, with the variable or setting that it stands behind.
    pub fn guessable(&self) -> Option<(&Place, Option<&str>)> {
        match self {
            Self::Guessable(place) => Some((place, None)),
            Self::Environment {
                name,
                fallback: Some(fallback),
            }
            | Self::Setting {
                path: name,
                fallback: Some(fallback),
            } => Some((fallback.guessable()?.0, Some(name))),
            _ => None,
        }
    }

    /// The literal at its end, with the variable or setting it stands behind.
    pub fn literal(&self) -> Option<(&Literal, &Place, Option<&str>)> {
        match self {
            Self::Literal { text, place } => Some((text, place, None)),
            Self::Environment {
                name,
                fallback: Some(fallback),
            }
            | Self::Setting {
                path: name,
                fallback: Some(fallback),
            } => {
                let (text, place, _) = fallback.literal()?;
                Some((text, place, Some(name)))
            }
            _ => None,
        }
    }
}

/// The id of a key, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyId {
    /// It is written in the code.
    Written(String),
    /// It is read from this variable or setting.
    Named(String),
}

/// A key that code makes.
#[derive(Clone, Debug)]
pub struct GeneratedKey {
    /// The call.
    pub place: Place,
    /// Size of its RSA modulus.
    pub bits: u32,
    /// What makes it.
    pub library: LibraryFact,
    /// The library handles tokens or their keys and nothing else.
    pub for_tokens: bool,
    /// Names of the functions and classes around it.
    pub scope: String,
    /// Set when this is not product code.
    pub context: Option<CodeContext>,
}

/// A key set that code answers with.
#[derive(Clone, Debug)]
pub struct PublishedSet {
    /// Where the keys are listed, or handed out.
    pub place: Place,
    /// Names of the functions and classes around it.
    pub scope: String,
    /// The id of each key that is listed; `None` when it is not known.
    pub key_ids: Vec<Option<KeyId>>,
    /// Others may be in it.
    pub open: bool,
    /// Set when this is not product code.
    pub context: Option<CodeContext>,
}
