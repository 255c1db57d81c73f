//! Calls of a test runner: the code that only tests run.

use super::super::ir::{Call, ExprId, ExprKind, Module, StatementKind};
use crate::source::Span;

/// Names that are a test runner's wherever they are called like one.
const RUNNERS: [&str; 8] = [
    "describe",
    "it",
    "test",
    "suite",
    "beforeEach",
    "afterEach",
    "beforeAll",
    "afterAll",
];

/// Names that are a test runner's only beside others.
const COMMON_WORDS: [&str; 3] = ["before", "after", "context"];

/// Members of a runner that run tests too: `it.only`, `describe.each`.
const VARIANTS: [&str; 17] = [
    "only",
    "skip",
    "each",
    "todo",
    "failing",
    "fails",
    "concurrent",
    "sequential",
    "serial",
    "parallel",
    "skipIf",
    "runIf",
    "describe",
    "beforeEach",
    "afterEach",
    "beforeAll",
    "afterAll",
];

/// A statement that looks like a call of a test runner.
#[derive(Clone, Copy, Debug)]
pub(super) struct RunnerCall {
    span: Span,
    is_certain: bool,
}

/// Whether a statement that is the expression `value` calls a test runner.
pub(super) fn runner_call(module: &Module, span: Span, value: ExprId) -> Option<RunnerCall> {
    let call = match &module.expr(value).kind {
        ExprKind::Call(call) => call,
        ExprKind::Await(inner) => match &module.expr(*inner).kind {
            ExprKind::Call(call) => call,
            _ => return None,
        },
        _ => return None,
    };
    let root = runner_name(module, call)?;
    let is_certain = RUNNERS.contains(&root);
    let is_runner = is_certain || COMMON_WORDS.contains(&root);
    (is_runner && has_test_arguments(module, call)).then_some(RunnerCall { span, is_certain })
}

/// The name at the root of `it`, `it.only`, `describe.each([..])`.
fn runner_name<'module>(module: &'module Module, call: &'module Call) -> Option<&'module str> {
    let mut callee = call.callee;
    loop {
        match &module.expr(callee).kind {
            ExprKind::Name(name) => return Some(name),
            ExprKind::Member { object, name } if VARIANTS.contains(&name.text.as_str()) => {
                callee = *object;
            }
            ExprKind::Call(inner) => callee = inner.callee,
            _ => return None,
        }
    }
}

fn has_test_arguments(module: &Module, call: &Call) -> bool {
    let kind_of = |index: usize| {
        let argument = call.arguments.get(index)?;
        Some(&module.expr(argument.value).kind)
    };
    matches!(kind_of(0), Some(ExprKind::Text(_) | ExprKind::Template(_)))
        || (0..call.arguments.len())
            .any(|index| matches!(kind_of(index), Some(ExprKind::Function(_))))
}

/// The outermost test spans in order.
pub(super) fn test_spans(mut calls: Vec<RunnerCall>) -> Vec<Span> {
    if !calls.iter().any(|call| call.is_certain) {
        return Vec::new();
    }
    calls.sort_by_key(|call| (call.span.start, std::cmp::Reverse(call.span.end)));
    let mut spans: Vec<Span> = Vec::new();
    for call in calls {
        if !spans.last().is_some_and(|outer| outer.contains(call.span)) {
            spans.push(call.span);
        }
    }
    spans
}

/// Whether a file calls a test runner at its top and gives nothing to other files.
pub(super) fn is_test(module: &Module, bytes: &[u8]) -> bool {
    let mut statements = module.body.statements.iter();
    let exports = |kind: &StatementKind| matches!(kind, StatementKind::Export(_));
    let written = b"module.exports";
    module
        .body
        .statements
        .iter()
        .any(|statement| module.test_spans.contains(&statement.span))
        && !statements.any(|statement| exports(&statement.kind))
        && !bytes.windows(written.len()).any(|window| window == written)
}
