//! What says where one field of a schema or of a settings class is read from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::aliases::one_or_many;
use super::slot::Slot;
use crate::models::source::{Condition, Source};

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
    /// Where it stands on a class and this holds, the default of the class says what its fields are when nothing else
    /// does.
    #[serde(default)]
    pub class_default: Option<Condition>,
    /// When one of these holds, the field has another name where it is read from.
    #[serde(default)]
    pub renamed: Vec<Condition>,
}
