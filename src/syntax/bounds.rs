//! What keeps hostile input from hanging or ending the process: stack, time and depth bounds, and the one way to
//! run a tree-sitter grammar.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use tree_sitter::{Language, ParseOptions, Parser, Tree};

/// Stack of a thread that parses or evaluates. Measured: 2,000 units of token path need at most 10.1 MiB in `syn`.
pub const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Bounds on one file.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Nesting of syntax beyond which a front end stops descending.
    pub depth: usize,
    /// Time one grammar may take for one file.
    pub parse_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 1_000,
            parse_time: Duration::from_secs(5),
        }
    }
}

/// Why a file was not parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The time budget ran out.
    #[error("parsing took longer than {} s", .0.as_secs())]
    Timeout(Duration),
    /// The grammar does not fit the parser library: a build mistake.
    #[error("the grammar could not be loaded")]
    Grammar,
}

/// Runs a tree-sitter grammar over `bytes` within the time budget.
///
/// # Errors
/// [`ParseError::Timeout`] when the budget ran out, [`ParseError::Grammar`] when the grammar cannot be loaded.
pub fn parse_tree(grammar: &Language, bytes: &[u8], limits: &Limits) -> Result<Tree, ParseError> {
    let mut parser = Parser::new();
    parser
        .set_language(grammar)
        .map_err(|_| ParseError::Grammar)?;
    let deadline = Instant::now() + limits.parse_time;
    let mut stop_when_late = |_: &tree_sitter::ParseState| {
        if Instant::now() > deadline {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    parser
        .parse_with_options(
            &mut |offset, _| bytes.get(offset..).unwrap_or_default(),
            None,
            Some(ParseOptions::new().progress_callback(&mut stop_when_late)),
        )
        .ok_or(ParseError::Timeout(limits.parse_time))
}

/// Runs `work` in a pool of `threads` threads whose stacks are deep enough to parse.
///
/// # Errors
/// When the threads cannot be made.
pub fn on_big_stack<T: Send>(
    threads: usize,
    work: impl FnOnce() -> T + Send,
) -> Result<T, rayon::ThreadPoolBuildError> {
    Ok(rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK_BYTES)
        .build()?
        .install(work))
}
