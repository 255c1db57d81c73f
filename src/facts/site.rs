//! Sites: places in code where a token or key is handled.

use std::collections::BTreeMap;

use super::address::{Address, AddressPart, Fetched};
use super::check::{Algorithms, Check, InertOption};
use super::claims::{ClaimsUse, HeaderUse};
use super::key::Key;
use super::library::LibraryFact;
use super::mint::MintFact;
use super::result::IgnoredResult;
use crate::finding::{CodeContext, Place};
use crate::models::schema::{KeyKind, Slot};
use crate::source::{FileId, Span};

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
    /// The token came with the answer to a request of the code's own.
    pub token_fetched: bool,
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
    /// It happens when a verification has failed, and the code goes on.
    pub after_failure: bool,
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
            token_fetched: false,
            family_bound: false,
            none_refused: false,
            empty_key_accepted: false,
            result_ignored: None,
            after_expiry: None,
            after_failure: false,
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

/// Something that happens after a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Later {
    /// Where.
    pub place: Place,
    /// When, as the moments of sites are counted.
    pub moment: usize,
}
