//! Settings: what a framework reads, the stores that hold them, and the calls that give one each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::role::Role;
use super::slot::Slot;
use super::unset::Unset;
use crate::models::source::Source;

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
    /// Attributes of unknown objects that are one setting each, in files that import the library: the name of the
    /// object or of what made it, a dot and the attribute, with the name of the setting.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// What its files hold is taken only when nothing else says what it is.
    #[serde(default)]
    pub settings: bool,
    /// Maps that are one entry each, wherever they are written.
    #[serde(default)]
    pub provider: Option<ProviderModel>,
}

/// A map that is an entry of a store, by the names of its members.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProviderModel {
    /// The member that names the entry.
    pub name: String,
    /// The member that is its value.
    pub value: String,
    /// The member whose result is its value.
    pub made_by: String,
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
