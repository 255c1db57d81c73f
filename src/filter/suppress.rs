//! Comments that take findings away: `jotlint: ignore[rule] -- reason`.

use crate::finding::{Finding, Notification};
use crate::source::SourceFile;
use crate::syntax::ir::Comment;

/// What is left after suppression.
#[derive(Debug, Default)]
pub struct Kept {
    /// Findings that no comment took away.
    pub findings: Vec<Finding>,
    /// How many were taken away.
    pub suppressed: usize,
    /// Comments that name an unknown rule or give no reason.
    pub notifications: Vec<Notification>,
}

/// Applies a file's comments to its findings.
pub fn apply(_source: &SourceFile, _comments: &[Comment], findings: Vec<Finding>) -> Kept {
    Kept {
        findings,
        ..Kept::default()
    }
}
