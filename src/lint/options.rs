//! What to lint, and how.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::budget::Budget;
use crate::filter::config::Config;
use crate::keys::KnownKeys;
use crate::syntax::bounds::Limits;
use crate::walk;

/// What to lint, and how.
#[derive(Debug)]
pub struct Options {
    /// Files and folders; at least one.
    pub roots: Vec<PathBuf>,
    /// Threads; 0 for as many as the machine has.
    pub threads: usize,
    /// Files over this many bytes are left out and reported.
    pub max_file_bytes: u64,
    /// Only files that mention tokens are parsed.
    pub prefilter: bool,
    /// Dependencies, minified and generated files are read as well.
    pub include_dependencies: bool,
    /// Keys and tokens in test code are reported as well.
    pub include_tests: bool,
    /// Pedantic rules run as well.
    pub pedantic: bool,
    /// What the configuration file says.
    pub config: Config,
    /// Files that are not to be parsed, relative to the roots: an earlier run died on them.
    pub poisoned: Vec<String>,
    /// Bounds on one file.
    pub limits: Limits,
    /// Bounds on the evaluation.
    pub budget: Budget,
    /// Keys that are public knowledge.
    pub known_keys: Arc<KnownKeys>,
    /// The time of the run in seconds since 1970, by which tokens in the code have expired or not.
    pub now: i64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            roots: vec![PathBuf::from(".")],
            threads: 0,
            max_file_bytes: walk::DEFAULT_MAX_FILE_BYTES,
            prefilter: true,
            include_dependencies: false,
            include_tests: false,
            pedantic: false,
            config: Config::default(),
            poisoned: Vec::new(),
            limits: Limits::default(),
            budget: Budget::default(),
            known_keys: Arc::default(),
            now: today(),
        }
    }
}

/// The beginning of this day: two runs on one day judge alike.
fn today() -> i64 {
    const DAY: u64 = 86_400;
    let passed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    (passed.as_secs() / DAY * DAY) as i64
}
