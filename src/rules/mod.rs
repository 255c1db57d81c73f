//! The rules: one weakness each, decided over facts.

pub mod page;

use crate::facts::FileFacts;
use crate::finding::Finding;

/// What the rules say of a file.
pub fn judge(_facts: &FileFacts) -> Vec<Finding> {
    Vec::new()
}

/// Whether findings of this rule in test code are left out unless asked for: keys and tokens in tests are made up.
pub fn left_out_in_tests(rule: &str) -> bool {
    matches!(rule, "hardcoded-key" | "fallback-key" | "weak-key")
}
