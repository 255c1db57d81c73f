//! Ranges of versions for which a fact holds.

use std::fmt;

use semver::VersionReq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
