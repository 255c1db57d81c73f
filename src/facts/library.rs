//! The library that a site is judged by, and its version.

use std::collections::BTreeMap;

use crate::models::schema::{Slot, Versions};

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
