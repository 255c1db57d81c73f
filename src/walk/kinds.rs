//! What a file is read for, by its name: code of a language, or settings that feed code.

use crate::settings::Format;
use crate::syntax::Language;

/// What a file is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Source code.
    Code(Language),
    /// Settings that feed code: `.env`, compose files, manifests of workloads, framework settings.
    Settings,
}

impl FileKind {
    /// The kind of a file by its relative path (forward slashes), `None` when jotlint does not read it.
    pub fn of_path(path: &str) -> Option<Self> {
        if Format::of_path(path).is_some() {
            return Some(Self::Settings);
        }
        Language::of_path(path).map(Self::Code)
    }
}
