//! The schema of a library model: what a TOML file under `rules/libraries/` may say. Loaded strictly.

use std::collections::BTreeMap;
use std::fmt;

use semver::VersionReq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::source::{Condition, Source};

/// One model file.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Model {
    /// The library.
    pub library: Library,
    /// Functions, methods, constructors and members with a meaning.
    #[serde(default)]
    pub api: Vec<Api>,
    /// Objects whose fields and calls fill slots: policies, builders, services, keys.
    #[serde(default, rename = "type")]
    pub types: Vec<TypeModel>,
    /// Framework settings that are the API.
    #[serde(default)]
    pub setting: Vec<SettingModel>,
    /// Methods known by name alone, on values that no other model knows (platform models).
    #[serde(default)]
    pub method: Vec<Method>,
    /// Attributes and decorators of a field that say where it is read from, and its default.
    #[serde(default)]
    pub attribute: Vec<AttributeModel>,
    /// Stores of settings: what one file puts there, another reads by name.
    #[serde(default)]
    pub store: Vec<StoreModel>,
}

/// A library's names and facts.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Library {
    /// Name for people.
    pub name: String,
    /// What an import calls it. A name that ends in `/*` stands for every module below; the empty name for globals.
    pub packages: Vec<String>,
    /// What manifests and lock files call it; the first one that is found counts. Empty: the platform itself.
    #[serde(default)]
    pub manifest: Vec<String>,
    /// The version that is assumed when none is known.
    #[serde(default)]
    pub current: Option<String>,
    /// Modules whose default export is one API: module, and the path of the API.
    #[serde(default)]
    pub default: BTreeMap<String, String>,
    /// Words that make a file worth parsing, lower case.
    #[serde(default)]
    pub needles: Vec<String>,
    /// Where the facts come from.
    pub source: String,
    /// How to mend a slot, in this library's own words.
    #[serde(default)]
    pub fix: BTreeMap<Slot, String>,
    /// How its errors are told apart.
    #[serde(default)]
    pub errors: Errors,
}

/// Names, codes and messages of errors.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Errors {
    /// What takes one of these takes whatever is wrong with a token.
    #[serde(default)]
    pub any: Vec<String>,
    /// The token has expired, and its signature is good.
    #[serde(default)]
    pub expired: Vec<String>,
}

/// What an API does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Signs a token.
    Mint,
    /// Verifies a token.
    Verify,
    /// Reads claims without verifying.
    Decode,
    /// Reads the header only.
    Header,
    /// Gives keys and defaults to calls elsewhere.
    Register,
    /// Makes an object that says how to verify or mint.
    Policy,
    /// Takes a secret for something other than tokens: sessions, cookies, forms.
    OtherSecret,
    /// Makes a key.
    Key,
    /// Makes a key set or its client.
    Jwks,
    /// Returns a value unchanged in meaning.
    Pass,
    /// Reads an environment variable.
    Environment,
    /// Reads a setting: of the store, or of the object it is called on, when these are known.
    Setting,
    /// Makes an instance of the class it is called on, of its type argument, or of whatever type is wanted there.
    Instance,
    /// Reads a value by a schema: what comes out has the fields of the schema, each with its default. Claims are held
    /// against it.
    Parse,
    /// Puts settings into a store. The slot `value` is the name under which they stand there.
    Define,
    /// Reads a file.
    File,
    /// Makes random bytes.
    Random,
    /// Makes numbers that look random and can be worked out: a generator that is not made for secrets.
    Guessable,
    /// Makes the default of whatever type is wanted there.
    Default,
    /// Its receiver, or another value when that is missing.
    Fallback,
    /// Loads a module.
    Import,
    /// Copies the entries of a value into the receiver or first argument.
    Merge,
    /// Copies its receiver.
    Copy,
    /// Adds an element to its receiver.
    Append,
    /// Reads a member by a name that is an argument.
    Member,
    /// The same, and takes the member away.
    Take,
    /// Writes a key out as JSON, with its private members when it has some; its kind says so when that does not depend
    /// on the key. Returns `keys` when that is a set.
    Export,
    /// The public half of a key.
    Public,
    /// Sends its arguments to whoever asked.
    Respond,
    /// Calls its argument with the receiver: `then`, `map`.
    Apply,
    /// A span of time.
    Duration,
    /// Writes to a log or console.
    Log,
    /// Asks something about a value without holding it against anything.
    Inspect,
    /// Takes a text apart.
    Split,
    /// Takes the last part of a text off.
    SplitLast,
    /// Takes the next element off its receiver.
    Next,
    /// Writes bytes as base64.
    Encode,
    /// Makes a keyed hash of a message.
    Hash,
    /// Says whether a keyed hash of a message is the one that is given.
    VerifyHash,
    /// Says whether two values are the same.
    Equal,
    /// Puts its receiver and arguments together.
    Join,
    /// Fetches from an address.
    Fetch,
    /// Runs a command line.
    Command,
    /// Says whether a value is in a closed set.
    Membership,
}

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

/// One function, method, constructor or member.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Api {
    /// Path inside the package; several for aliases; `Type.method` for methods, `*.method` for one that an import adds
    /// to every value; empty for the package itself.
    #[serde(deserialize_with = "one_or_many")]
    pub path: Vec<String>,
    /// What it does.
    pub role: Role,
    /// Versions it exists in, or has these slots in.
    #[serde(default)]
    pub versions: Versions,
    /// Where the slots are.
    #[serde(default)]
    pub slots: BTreeMap<Slot, Source>,
    /// What switches a check off.
    #[serde(default)]
    pub off: BTreeMap<Slot, Vec<Condition>>,
    /// What makes a claim one that a token must have.
    #[serde(default)]
    pub demand: BTreeMap<Slot, Vec<Condition>>,
    /// What looks like a check and is none.
    #[serde(default)]
    pub inert: Vec<Inert>,
    /// Slots that are not checked when their value is empty or missing at run time.
    #[serde(default)]
    pub skipped_when_empty: Vec<Slot>,
    /// What a slot means when it is not set.
    #[serde(default)]
    pub unset: Vec<Unset>,
    /// Values that slots have when they are not set, as the code would write them.
    #[serde(default)]
    pub defaults: BTreeMap<Slot, String>,
    /// Type of what it returns, a path of a `[[type]]`.
    #[serde(default)]
    pub returns: Option<String>,
    /// Kind of the key it makes or takes.
    #[serde(default)]
    pub kind: Option<KeyKind>,
    /// How the material is written.
    #[serde(default)]
    pub encoding: Option<Encoding>,
    /// The call only does this when the condition holds; otherwise the next `[[api]]` of this path is asked.
    #[serde(default)]
    pub when: Option<Condition>,
    /// Matches only `new X(...)`, or only a plain call.
    #[serde(default)]
    pub constructs: Option<bool>,
    /// Which argument of the callback is the claims, below zero counted from its last parameter; the second one when
    /// nothing is said.
    #[serde(default)]
    pub claims_argument: Option<isize>,
    /// An environment or settings object: reading a member is the look-up. With the role `pass`: reading this member
    /// gives the object itself.
    #[serde(default)]
    pub members: bool,
    /// Only certain values fill the schema, the type or the field that this makes or stands on.
    #[serde(default)]
    pub compares: bool,
    /// What a span of time is made of.
    #[serde(default)]
    pub units: Vec<Unit>,
    /// How a verify says that a token is bad.
    #[serde(default)]
    pub result: ResultKind,
    /// How to mend a slot here, over the library's own advice.
    #[serde(default)]
    pub fix: BTreeMap<Slot, String>,
    /// Where the fields of the schema or the settings stand: maps, schemas, functions that return them, lists of these.
    #[serde(default)]
    pub fields: Vec<Source>,
    /// What a plain map among the fields means.
    #[serde(default)]
    pub field: Option<FieldModel>,
    /// The member of what is returned that holds what was read.
    #[serde(default)]
    pub under: Option<String>,
    /// The store that settings are put into or read from.
    #[serde(default)]
    pub store: Option<String>,
    /// The values put into the store are taken only when nothing else says what they are.
    #[serde(default)]
    pub settings: bool,
}

/// A plain map that describes one field of a schema: it is `arg 0` here.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FieldModel {
    /// What tells it from a map of fields.
    pub when: Condition,
    /// The variable that it is read from, and its default.
    pub slots: BTreeMap<Slot, Source>,
}

/// What an attribute or decorator says of the field it stands on.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AttributeModel {
    /// Last names of its path.
    #[serde(deserialize_with = "one_or_many")]
    pub name: Vec<String>,
    /// The variable that the field is read from, and its default.
    pub slots: BTreeMap<Slot, Source>,
    /// A word that says that the variable is called like the field, in capitals.
    #[serde(default)]
    pub same_name: Option<String>,
}

/// Calls on an object of which each gives one setting.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EntryModel {
    /// Name of the method.
    pub call: String,
    /// The path of the setting.
    pub name: Source,
    /// Its value.
    pub value: Source,
}

/// A store of settings.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StoreModel {
    /// Its name, by which APIs refer to it.
    pub name: String,
    /// What the files spell that fill it.
    #[serde(default)]
    pub spelled: Vec<String>,
    /// Files that are its content, seen from a folder above the reading file; the first names win.
    #[serde(default)]
    pub files: Vec<String>,
    /// The variable that names the module that is its content.
    #[serde(default)]
    pub named_by: Option<String>,
    /// Members of unknown objects that mean the store, in files that import the library.
    #[serde(default)]
    pub members: Vec<String>,
    /// What its files hold is taken only when nothing else says what it is.
    #[serde(default)]
    pub settings: bool,
}

/// A part of a span of time.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Unit {
    /// Where the number stands.
    pub value: Source,
    /// How many seconds one is.
    pub seconds: f64,
}

/// How a verify says that a token is bad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResultKind {
    /// It throws, or gives the error to its callback.
    #[default]
    Throws,
    /// It returns false, nothing, or an error, which the caller must look at.
    Returned,
    /// It returns a promise that must be awaited.
    Promise,
}

/// An object with slots of its own.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TypeModel {
    /// Path inside the package; several for types that are alike.
    #[serde(deserialize_with = "one_or_many")]
    pub path: Vec<String>,
    /// Where the slots are, from the object's point of view.
    #[serde(default)]
    pub slots: BTreeMap<Slot, Source>,
    /// What switches a check off.
    #[serde(default)]
    pub off: BTreeMap<Slot, Vec<Condition>>,
    /// What looks like a check and is none.
    #[serde(default)]
    pub inert: Vec<Inert>,
    /// What a slot means when it is not set.
    #[serde(default)]
    pub unset: Vec<Unset>,
    /// Values that slots have when they are not set.
    #[serde(default)]
    pub defaults: BTreeMap<Slot, String>,
    /// Kind of key, when the object is one.
    #[serde(default)]
    pub kind: Option<KeyKind>,
    /// A class with this base reads its attributes from the environment, and so does such an object its fields: the
    /// values written are fallbacks.
    #[serde(default)]
    pub settings: bool,
    /// Calls after which only certain values fill it, when it is a schema.
    #[serde(default)]
    pub compares: Vec<String>,
    /// Where the fields of a schema, or the content of a settings object, stand.
    #[serde(default)]
    pub fields: Vec<Source>,
    /// What a plain map among the fields means.
    #[serde(default)]
    pub field: Option<FieldModel>,
    /// Calls on the object that give one setting each.
    #[serde(default)]
    pub entries: Vec<EntryModel>,
    /// A function that makes the result of what was read.
    #[serde(default)]
    pub then: Option<Source>,
    /// Its methods leave it as it was and return another.
    #[serde(default)]
    pub copied: bool,
}

/// A settings object or variable that a framework reads.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SettingModel {
    /// Name of the variable or settings key.
    pub path: String,
    /// What it makes the framework do.
    pub role: Role,
    /// The setting is a dictionary: its keys fill the slots. Otherwise the setting itself is a slot.
    #[serde(default)]
    pub slots: BTreeMap<Slot, String>,
    /// The slot this setting fills by itself. With neither, other settings refer to it by `setting NAME`.
    #[serde(default)]
    pub slot: Option<Slot>,
    /// It fills its slot only while none of these settings is set.
    #[serde(default)]
    pub instead_of: Vec<String>,
    /// What switches a check off: key of the dictionary and the value that does it.
    #[serde(default)]
    pub off: BTreeMap<Slot, String>,
    /// What a slot means when it is not set.
    #[serde(default)]
    pub unset: Vec<Unset>,
    /// Values of slots that are not set.
    #[serde(default)]
    pub defaults: BTreeMap<Slot, String>,
}

/// A method known by its name.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Method {
    /// Names of the method.
    #[serde(deserialize_with = "one_or_many")]
    pub name: Vec<String>,
    /// What it does to its receiver.
    pub role: Role,
    /// Where the slots are.
    #[serde(default)]
    pub slots: BTreeMap<Slot, Source>,
    /// How the receiver is decoded.
    #[serde(default)]
    pub encoding: Option<Encoding>,
    /// It leaves the function, or the program, when its receiver is an error.
    #[serde(default)]
    pub fails: bool,
    /// The store that its arguments are put into.
    #[serde(default)]
    pub store: Option<String>,
}

/// An option that looks like a check.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Inert {
    /// When it is written like this.
    pub when: Condition,
    /// Unless this is so.
    #[serde(default)]
    pub unless: Option<Condition>,
    /// Unless this is called on the result, or the result goes where it may be.
    #[serde(default)]
    pub until: Option<String>,
    /// The check it looks like.
    pub slot: Slot,
    /// Why it does nothing, as the end of a sentence.
    pub because: String,
    /// What to write instead.
    pub fix: String,
    /// In these versions.
    #[serde(default)]
    pub versions: Versions,
}

/// What unset slots mean, for some versions.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Unset {
    /// For these versions.
    #[serde(default)]
    pub versions: Versions,
    /// No allowlist.
    #[serde(default)]
    pub algorithms: Option<UnsetAlgorithms>,
    /// No expiry option.
    #[serde(default)]
    pub expiry: Option<UnsetClaim>,
    /// No not-before option.
    #[serde(default)]
    pub not_before: Option<UnsetClaim>,
    /// No audience.
    #[serde(default)]
    pub audience: Option<UnsetClaim>,
    /// No issuer.
    #[serde(default)]
    pub issuer: Option<UnsetClaim>,
    /// No option that keeps a key in the token's own header out.
    #[serde(default)]
    pub key_source: Option<UnsetClaim>,
    /// No option about the cache of a key set; `unchecked`: there is none.
    #[serde(default)]
    pub cache: Option<UnsetClaim>,
    /// No option that limits fetches for unknown key ids; `unchecked`: nothing does.
    #[serde(default)]
    pub rate_limit: Option<UnsetClaim>,
    /// No option that lets fetched keys grow old; `unchecked`: they never do.
    #[serde(default)]
    pub refresh: Option<UnsetClaim>,
    /// No lifetime when minting.
    #[serde(default)]
    pub lifetime: Option<UnsetLifetime>,
    /// Slots whose claim may be absent from the token although a value is expected.
    #[serde(default)]
    pub absent_accepted: Vec<Slot>,
    /// An HMAC algorithm is refused for an asymmetric key and the other way round, whatever the allowlist says.
    #[serde(default)]
    pub family_bound: Option<bool>,
    /// `none` never verifies, even in an allowlist.
    #[serde(default)]
    pub none_refused: Option<bool>,
    /// An empty HMAC key is used like any other.
    #[serde(default)]
    pub empty_key_accepted: Option<bool>,
    /// Where these facts come from.
    pub source: String,
}

/// What the library does without an allowlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnsetAlgorithms {
    /// It has one of its own.
    Pinned,
    /// The key's real type decides.
    ByKey,
    /// The text of the key decides, and a missing key means `none`.
    ByKeyText,
    /// The token's header decides among everything the library knows.
    Header,
    /// The call fails.
    Closed,
    /// Unsigned tokens are accepted, whatever the key.
    Unsigned,
    /// What the module or framework was given decides.
    Elsewhere,
}

/// What the library does about a claim without an option.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", try_from = "String", into = "String")]
pub enum UnsetClaim {
    /// A token without the claim is rejected.
    Required,
    /// Checked when the token has it.
    IfPresent,
    /// Never looked at.
    Unchecked,
    /// A token that has the claim is rejected.
    RejectedIfPresent,
    /// Not checked before this is called on the result.
    Until(String),
    /// What the module or framework was given decides.
    Elsewhere,
}

impl TryFrom<String> for UnsetClaim {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Ok(match text.as_str() {
            "required" => Self::Required,
            "if-present" => Self::IfPresent,
            "unchecked" => Self::Unchecked,
            "rejected-if-present" => Self::RejectedIfPresent,
            "elsewhere" => Self::Elsewhere,
            other => match other.strip_prefix("until ") {
                Some(call) => Self::Until(call.to_owned()),
                None => return Err(format!("`{other}` says nothing about a claim")),
            },
        })
    }
}

impl From<UnsetClaim> for String {
    fn from(unset: UnsetClaim) -> Self {
        match unset {
            UnsetClaim::Required => "required".to_owned(),
            UnsetClaim::IfPresent => "if-present".to_owned(),
            UnsetClaim::Unchecked => "unchecked".to_owned(),
            UnsetClaim::RejectedIfPresent => "rejected-if-present".to_owned(),
            UnsetClaim::Elsewhere => "elsewhere".to_owned(),
            UnsetClaim::Until(call) => format!("until {call}"),
        }
    }
}

/// What minting without a lifetime means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnsetLifetime {
    /// The token never expires.
    Endless,
    /// The library sets an expiry.
    Bounded,
    /// What the module or framework was given decides.
    Elsewhere,
}

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

/// A range of versions; empty: every version.
#[derive(Clone, Debug, Default)]
pub struct Versions(Vec<VersionReq>);

impl Versions {
    /// Whether a version lies in the range. A prerelease counts as its release.
    pub fn contain(&self, version: &semver::Version) -> bool {
        let release = semver::Version::new(version.major, version.minor, version.patch);
        self.0.is_empty() || self.0.iter().any(|range| range.matches(&release))
    }

    /// Whether it is every version.
    pub fn are_all(&self) -> bool {
        self.0.is_empty()
    }

    /// The versions at which the range begins or ends.
    pub fn edges(&self) -> impl Iterator<Item = semver::Version> {
        self.0
            .iter()
            .flat_map(|range| &range.comparators)
            .map(|edge| {
                semver::Version::new(edge.major, edge.minor.unwrap_or(0), edge.patch.unwrap_or(0))
            })
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, range) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str(" || ")?;
            }
            write!(formatter, "{range}")?;
        }
        Ok(())
    }
}

impl Serialize for Versions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Versions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.split("||")
            .map(|range| VersionReq::parse(range.trim()).map_err(serde::de::Error::custom))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(one) => vec![one],
        OneOrMany::Many(many) => many,
    })
}
