//! The schema of a library model: what a TOML file under `rules/libraries/` may say. Loaded strictly.

mod aliases;
mod api;
mod field;
mod inert;
mod key;
mod role;
mod slot;
mod store;
mod type_model;
mod unset;
mod versions;

pub use api::{Api, Method, ResultKind, Unit};
pub use field::{AttributeModel, FieldModel};
pub use inert::Inert;
pub use key::{Encoding, KeyKind};
pub use role::Role;
pub use slot::Slot;
pub use store::{EntryModel, ProviderModel, SettingModel, StoreModel};
pub use type_model::TypeModel;
pub use unset::{Unset, UnsetAlgorithms, UnsetClaim, UnsetLifetime};
pub use versions::Versions;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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
