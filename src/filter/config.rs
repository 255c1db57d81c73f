//! `jotlint.toml`: rule levels, selected rules, paths left out.

use globset::GlobSet;

use crate::finding::Finding;

/// What the configuration says.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Paths that are left out.
    pub exclude: GlobSet,
}

impl Config {
    /// Whether a rule runs at all.
    pub fn runs(&self, _rule: &str) -> bool {
        true
    }

    /// Whether a rule was asked for by name.
    pub fn selects(&self, _rule: &str) -> bool {
        false
    }

    /// Findings with the levels that the configuration gives them, without those of rules that do not run.
    pub fn apply(&self, findings: Vec<Finding>) -> Vec<Finding> {
        findings
    }
}
