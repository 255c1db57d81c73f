//! The vocabulary of the rules: what a call mints, verifies or decodes, with which key, and what it checks.
//!
//! Facts say nothing of syntax or of how they were found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::budget::Cut;
use crate::finding::{CodeContext, Place};
use crate::keys::KnownKeys;
use crate::models::schema::{Encoding, KeyKind, Slot, UnsetAlgorithms, Versions};
use crate::redact::Redactor;
use crate::source::{FileId, Span};
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

/// The id of a key, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyId {
    /// It is written in the code.
    Written(String),
    /// It is read from this variable or setting.
    Named(String),
}

/// A signed token in the code.
#[derive(Debug)]
pub struct TokenLiteral {
    /// Where.
    pub place: Place,
    /// Algorithm that its header names.
    pub algorithm: String,
    /// Seconds since 1970 at which it expires; `None` when it never does.
    pub expires: Option<i64>,
    /// Set when this is not product code.
    pub context: Option<CodeContext>,
    /// The token itself.
    pub text: Literal,
    /// The key that opens it, when it is known.
    pub opened: Option<TokenKey>,
}

/// A key that opens a token that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenKey {
    /// It is public knowledge.
    Published,
    /// It stands there.
    Found(Place),
}

/// A place in code where a token or key is handled.
#[derive(Clone, Debug)]
pub struct Site {
    /// What happens there.
    pub kind: SiteKind,
    /// The name that is called, or the setting.
    pub place: Place,
    /// The whole call.
    pub span: Span,
    /// Names of the functions and classes around it.
    pub scope: String,
    /// The library.
    pub library: LibraryFact,
    /// Set when this is not product code.
    pub context: Option<CodeContext>,
    /// Keys that the call is given.
    pub keys: Vec<Key>,
    /// What is known of the algorithms.
    pub algorithms: Algorithms,
    /// Checks by claim (and of the signature).
    pub checks: BTreeMap<Slot, Check>,
    /// Options that look like checks.
    pub inert: Vec<InertOption>,
    /// What is done with the claims.
    pub uses: ClaimsUse,
    /// What is minted.
    pub mint: Option<MintFact>,
    /// What the token is called where it comes from.
    pub token: String,
    /// The library ties the family of algorithms to the type of the key.
    pub family_bound: bool,
    /// `none` never verifies in this library.
    pub none_refused: bool,
    /// An empty HMAC key is used like any other.
    pub empty_key_accepted: bool,
    /// Nobody looks at whether the token is good.
    pub result_ignored: Option<IgnoredResult>,
    /// It happens when the library has said that the token has expired, there.
    pub after_expiry: Option<Place>,
    /// Where the same token is verified later, by the same run of a function.
    pub verified_later: Option<Later>,
    /// The key is the one that the web framework uses for sessions and forms.
    pub shares_framework_secret: bool,
    /// When the call happened, counted in evaluated nodes; tells what was before what among sites of one root.
    pub moment: usize,
    /// The file from which the call was reached: its own, or one that calls into it.
    pub root: FileId,
    /// What calls the function around it is not known.
    pub generic: bool,
    /// The call that hands the key to the function that the site stands in, or to one around it.
    pub handed_over: Option<Place>,
    /// Parameters of a header that is not verified yet and that decide what the call does.
    pub header: Vec<HeaderUse>,
    /// The address that keys are fetched from.
    pub address: Option<Address>,
    /// When keys are fetched, for a fetch or client whose keys verify.
    pub fetched: Option<Fetched>,
    /// Where keys are fetched from, put together; empty when nothing is fetched or nothing is known.
    pub fetched_from: Vec<AddressPart>,
    /// A settings file says so, and no code: it is no call.
    pub declared: bool,
    /// The issuer that is written into the token or asked of it, put together; empty when nothing is known of it.
    pub issuer: Vec<AddressPart>,
}

/// A part of an address that is put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressPart {
    /// Written in the code.
    Text(Literal),
    /// A variable or setting.
    Variable {
        /// Its name.
        name: String,
        /// Taken when it is not set.
        fallback: Option<Literal>,
    },
    /// Not known.
    Unknown,
}

/// When keys are fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// For every token that is verified.
    EachTime,
    /// When the module is loaded, and never again.
    Once,
    /// Not known.
    Unknown,
}

/// An address as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Where.
    pub place: Place,
    /// Nothing hides or protects what is sent to it.
    pub plaintext: bool,
    /// Its host; empty when it is put together.
    pub host: String,
    /// It is one of several, or what is taken when a setting is missing.
    pub alternative: bool,
}

/// A parameter of the token's own header that reaches a call before the token is verified, and nobody checked it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderUse {
    /// Its name.
    pub parameter: String,
    /// The way it took.
    pub flow: Vec<Place>,
}

/// What happens at a [`Site`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SiteKind {
    /// A token is signed.
    Mint,
    /// A token is verified.
    Verify,
    /// Claims are read without verifying.
    Decode,
    /// The header is read without verifying.
    Header,
    /// Keys and defaults are given to calls elsewhere.
    Register,
    /// A key is made.
    Key,
    /// A key set or its client is made.
    Jwks,
    /// A secret is used for something other than tokens.
    OtherSecret,
    /// Something is fetched.
    Fetch,
    /// A file is read.
    File,
    /// A database is asked.
    Query,
    /// A command line is run.
    Command,
    /// A discovery document is put together; its algorithms are those of ID tokens.
    Discovery,
    /// A private key is handed out in a key set.
    Publish,
}

impl std::fmt::Display for SiteKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Mint => "mint",
            Self::Verify => "verify",
            Self::Decode => "decode",
            Self::Header => "header",
            Self::Register => "register",
            Self::Key => "key",
            Self::Jwks => "jwks",
            Self::OtherSecret => "other secret",
            Self::Fetch => "fetch",
            Self::File => "file",
            Self::Query => "query",
            Self::Command => "command",
            Self::Discovery => "discovery",
            Self::Publish => "published key",
        })
    }
}

/// Which library a site is judged by.
#[derive(Clone, Debug)]
pub struct LibraryFact {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: LibraryVersion,
    /// How a slot is mended, in its own words.
    pub fix: BTreeMap<Slot, String>,
}

impl LibraryFact {
    /// Name, version and where the version is from, for people.
    pub fn describe(&self) -> String {
        match &self.version {
            LibraryVersion::Locked { text, file, .. } => format!("{} {text} ({file})", self.name),
            LibraryVersion::Range { text, file, .. } => {
                format!(
                    "{} {text} ({file}; no lock file, so the lowest version of the range is judged)",
                    self.name
                )
            }
            LibraryVersion::Assumed(version) => {
                format!("{} (version not known, {version} assumed)", self.name)
            }
            LibraryVersion::None => self.name.clone(),
        }
    }
}

/// The version of a library that applies to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LibraryVersion {
    /// From a lock file.
    Locked {
        /// The version.
        version: semver::Version,
        /// As written.
        text: String,
        /// The lock file.
        file: String,
    },
    /// The lowest version that a manifest allows.
    Range {
        /// The lowest version.
        version: semver::Version,
        /// The range as written.
        text: String,
        /// The manifest.
        file: String,
    },
    /// Nothing says it: the model's current version.
    Assumed(semver::Version),
    /// The library has no versions that matter.
    None,
}

impl LibraryVersion {
    /// Whether the version lies in a range of a model.
    pub fn is_in(&self, versions: &Versions) -> bool {
        match self {
            Self::Locked { version, .. } | Self::Range { version, .. } | Self::Assumed(version) => {
                versions.contain(version)
            }
            Self::None => true,
        }
    }

    /// Whether a lock file or manifest says it.
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Locked { .. } | Self::Range { .. })
    }
}

/// A key that a call is given.
#[derive(Clone, Debug)]
pub struct Key {
    /// What kind of key, when it is known.
    pub kind: Option<KeyKind>,
    /// What it is made of.
    pub material: Material,
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

/// What is done with claims.
#[derive(Clone, Debug, Default)]
pub struct ClaimsUse {
    /// Claims that are read by name.
    pub read: BTreeSet<String>,
    /// Claims that are compared or tested.
    pub compared: BTreeSet<String>,
    /// Claims that are handed on; all of them as an empty name.
    pub handed_on: BTreeSet<String>,
    /// Methods called on the result.
    pub called: BTreeSet<String>,
    /// A function returns the claims, or a part of them.
    pub returned: bool,
    /// Claims that were held against a value, not only tested for being there.
    pub decided: BTreeSet<String>,
    /// When that first happened.
    pub first_decided: Option<usize>,
    /// They were decoded since the token had expired, and the code goes on with them.
    pub went_on: bool,
}

/// Something that happens after a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Later {
    /// Where.
    pub place: Place,
    /// When, as the moments of sites are counted.
    pub moment: usize,
}

/// A result that says whether a token is good, and that nobody looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoredResult {
    /// How.
    pub how: Ignoring,
    /// Where it is lost.
    pub place: Place,
}

/// How a result is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignoring {
    /// Nothing is done with what the call gives.
    Unused,
    /// Its error is caught, and nothing happens.
    Swallowed,
    /// The function around returns it, and its caller drops it.
    Dropped,
}

/// What is minted.
#[derive(Clone, Debug)]
pub struct MintFact {
    /// Whether the token expires.
    pub lifetime: Lifetime,
    /// Claims that are set.
    pub claims: BTreeSet<String>,
    /// Whether other claims may be set as well.
    pub open: bool,
    /// Seconds until the token expires, when that is known.
    pub seconds: Option<f64>,
    /// What decides the lifetime, when that is not the call itself.
    pub place: Option<Place>,
    /// Whether the header names the key; `None` when that is not known.
    pub key_id: Option<bool>,
    /// The ids that the header may name, as far as they are known.
    pub key_ids: Vec<KeyId>,
}

/// Whether a minted token expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// An expiry is set.
    Bounded,
    /// None is set.
    Endless,
    /// Not known.
    Unknown,
}

impl Site {
    /// A site of which only the place is known.
    pub fn new(kind: SiteKind, place: Place, library: LibraryFact, root: FileId) -> Self {
        Self {
            kind,
            span: place.span,
            place,
            scope: String::new(),
            library,
            context: None,
            keys: Vec::new(),
            algorithms: Algorithms::Unknown,
            checks: BTreeMap::new(),
            inert: Vec::new(),
            uses: ClaimsUse::default(),
            mint: None,
            token: String::new(),
            family_bound: false,
            none_refused: false,
            empty_key_accepted: false,
            result_ignored: None,
            after_expiry: None,
            verified_later: None,
            shares_framework_secret: false,
            moment: 0,
            root,
            generic: false,
            handed_over: None,
            header: Vec::new(),
            address: None,
            fetched: None,
            fetched_from: Vec::new(),
            declared: false,
            issuer: Vec::new(),
        }
    }

    /// Whether it keeps bad tokens out: it looks at the signature, wants one, and somebody looks at what it says.
    pub fn guards(&self) -> bool {
        let accepts_unsigned = match &self.algorithms {
            Algorithms::Known { names, .. } => {
                !self.none_refused && names.iter().any(|name| name.eq_ignore_ascii_case("none"))
            }
            _ => false,
        };
        self.kind == SiteKind::Verify
            && matches!(self.check(Slot::Signature), Check::Enforced)
            && self.result_ignored.is_none()
            && !accepts_unsigned
    }

    /// Whether it reads claims and does not look at the signature.
    pub fn skips_signature(&self) -> bool {
        self.kind == SiteKind::Decode || matches!(self.check(Slot::Signature), Check::Disabled(_))
    }

    /// The check of a slot; unknown when nothing was said.
    pub fn check(&self, slot: Slot) -> &Check {
        self.checks.get(&slot).unwrap_or(&Check::Unknown)
    }

    /// Whether an option looks like this check and does nothing: the one cause of what is then missing.
    pub fn has_inert(&self, slot: Slot) -> bool {
        self.inert.iter().any(|option| option.slot == slot)
    }

    /// What stands there, for sentences about it.
    pub fn noun(&self) -> &'static str {
        if self.declared { "setting" } else { "call" }
    }

    /// The advice for a slot in the library's own words.
    pub fn fix(&self, slot: Slot) -> Option<&str> {
        self.library.fix.get(&slot).map(String::as_str)
    }

    /// The one kind that all keys have.
    pub fn key_kind(&self) -> Option<KeyKind> {
        let mut kinds = self.keys.iter().filter_map(|key| key.kind);
        let first = kinds.next()?;
        let shared = |kind: KeyKind| matches!(kind, KeyKind::Public | KeyKind::Jwks);
        kinds
            .all(|kind| kind == first || shared(kind) && shared(first))
            .then_some(first)
    }
}
