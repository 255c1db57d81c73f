//! Objects with slots of their own: policies, builders, services, keys, schemas.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::aliases::one_or_many;
use super::field::FieldModel;
use super::inert::Inert;
use super::key::KeyKind;
use super::slot::Slot;
use super::store::EntryModel;
use super::unset::Unset;
use crate::models::source::{Condition, Source};

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
    /// Where the call that a field of such a class is given says what its variable is called.
    #[serde(default)]
    pub variable: Option<Source>,
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
