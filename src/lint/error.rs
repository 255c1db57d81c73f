//! Why a run could not be done.

use crate::models::catalog::ModelError;
use crate::walk::WalkError;

/// Why a run could not be done.
#[derive(Debug, thiserror::Error)]
pub enum LintError {
    /// A root cannot be walked.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// A model does not fit the schema.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The machine gave no threads.
    #[error("no threads to work with: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}
