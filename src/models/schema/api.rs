//! Functions, methods, constructors and members with a meaning.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::aliases::one_or_many;
use super::field::FieldModel;
use super::inert::Inert;
use super::key::{Encoding, KeyKind};
use super::role::Role;
use super::slot::Slot;
use super::unset::Unset;
use super::versions::Versions;
use crate::models::source::{Condition, Source};

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
    /// A public key that it is given is taken for the bytes of a secret like any others.
    #[serde(default)]
    pub any_bytes: bool,
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
    /// Names among the paths that give a promise of what the others give.
    #[serde(default)]
    pub promised: Vec<String>,
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
