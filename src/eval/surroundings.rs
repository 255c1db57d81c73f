//! What runs, and what is open around it: functions, branches, errors, runs for unknown callers.

use super::FunctionKey;
use super::branch::Write;
use super::stage_test::Stage;
use super::stand_in::ReturnedInstead;
use super::value::Value;
use crate::source::Span;
use crate::syntax::ir::ExprId;

/// A function that is running.
pub(super) struct Frame {
    pub(super) function: Option<FunctionKey>,
    /// Scope of its body: where a language without declarations binds names.
    pub(super) scope: usize,
    pub(super) this: Option<Value>,
    pub(super) base: Option<Value>,
    pub(super) returns: Vec<Value>,
    /// Which of them stand in for others.
    pub(super) returned_instead: Vec<ReturnedInstead>,
    pub(super) label: String,
    /// Runs for callers that are not known.
    pub(super) generic: bool,
    /// The name by which it was called, there.
    pub(super) called: Option<Span>,
}

impl Frame {
    /// The top of a file.
    pub(super) fn of_file(scope: usize) -> Self {
        Self {
            function: None,
            scope,
            this: None,
            base: None,
            returns: Vec::new(),
            returned_instead: Vec::new(),
            label: String::new(),
            generic: false,
            called: None,
        }
    }
}

/// What runs, and what is open around it. Code that is run for its own sake, at the top of another file say, has its
/// own: it is no part of any branch or call here.
pub(super) struct Surroundings<'a> {
    /// The functions that are running, the innermost last.
    pub(super) frames: Vec<Frame>,
    /// Open branches: what each has written, with the value from before.
    pub(super) journals: Vec<Vec<Write<'a>>>,
    /// Where the branches that are open run.
    pub(super) stages: Vec<Stage>,
    /// Values that are missing in the branches that are open.
    pub(super) missing: Vec<Value>,
    /// Branches for expired tokens that are open: where each says so.
    pub(super) expired: Vec<Span>,
    /// Handlers of failed verifications that are open and go on.
    pub(super) failed: usize,
    /// An error is being made, which nobody checks anything with.
    pub(super) throwing: bool,
    /// The condition of the branch that begins, which its first statement may bind.
    pub(super) evaluated: Option<(ExprId, Value)>,
    /// What a node-style callback was given last.
    pub(super) delivered: Option<Value>,
    /// Which run for unknown callers this is; 0 while the module itself runs.
    pub(super) activation: usize,
    /// Scopes that are older than the run.
    pub(super) older_scopes: usize,
}

impl Surroundings<'_> {
    /// Those of the top of a file.
    pub(super) fn of_file(scope: usize) -> Self {
        Self {
            frames: vec![Frame::of_file(scope)],
            journals: Vec::new(),
            stages: Vec::new(),
            missing: Vec::new(),
            expired: Vec::new(),
            failed: 0,
            throwing: false,
            evaluated: None,
            delivered: None,
            activation: 0,
            older_scopes: 0,
        }
    }
}
