//! What is known of all files together: code, key files, and who holds which key.

use std::sync::Arc;

use crate::facts::FileFacts;
use crate::key_files::KeyFile;
use crate::keys::KnownKeys;
use crate::services::TrustGraph;

/// Everything that rules over more than one file are told.
#[derive(Debug)]
pub struct ProjectFacts<'a> {
    /// Facts of every code file, by path.
    pub files: Vec<&'a FileFacts>,
    /// Files with key material, by path.
    pub key_files: Vec<KeyFile<'a>>,
    /// Who holds which key.
    pub trust: TrustGraph<'a>,
    /// Keys that are public knowledge.
    pub known_keys: Arc<KnownKeys>,
}

impl ProjectFacts<'_> {
    /// Whether any code of the project mints or verifies tokens.
    pub fn handles_tokens(&self) -> bool {
        self.files.iter().any(|facts| facts.handles_tokens())
    }
}
