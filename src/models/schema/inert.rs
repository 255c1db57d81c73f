//! Options that look like checks and are none.

use serde::{Deserialize, Serialize};

use super::slot::Slot;
use super::versions::Versions;
use crate::models::source::Condition;

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
