//! Conditions that ask whether a value is missing: what is put in its place is a fallback, and what stops the program
//! is a guard, which a fallback before it may have killed.

use super::Evaluator;
use super::flow::Flow;
use super::stage_test::{Stage, StageTest};
use super::value::{Kind, Value};
use crate::facts::Confined;
use crate::source::Span;
use crate::syntax::ir::{Call, Comparison, ExprId, ExprKind, If, Literal, LogicalOperator};

/// Parts of one condition that are looked at.
const MOST_PARTS: usize = 8;

/// Calls that read a value by its name, and may be made twice.
const READERS: [&str; 5] = ["get", "getenv", "var", "var_os", "env"];

/// A value that is missing in one of two ways.
pub(super) struct Missing {
    value: Value,
    /// The place of the way: the first when the condition holds.
    pub(super) way: usize,
    span: Span,
}

/// What the code does about keys that are missing or known.
#[derive(Default)]
pub(super) struct KeyGuards {
    /// Checks that a fallback keeps from ever firing: where the fallback is written, and the check.
    dead: Vec<(Span, Span)>,
    /// Variables and settings without which production stops.
    required: Vec<String>,
    /// Keys with which it stops.
    pub(super) refused: Vec<Literal>,
}

/// What a part of a condition asks.
pub(super) enum Asked {
    /// Whether something is missing (or, `false`, there).
    Missing(ExprId, bool),
    /// Whether something is this text.
    Is(Literal),
}

impl<'a> Evaluator<'a> {
    /// The value that is missing in one of the ways of a branch.
    pub(super) fn missing_in(&mut self, condition: ExprId, scope: usize) -> Option<Missing> {
        let parts = self.parts(condition, LogicalOperator::And);
        let (tested, when_true) = parts.iter().find_map(|part| match self.asked(*part)? {
            Asked::Missing(tested, when_true) if when_true || parts.len() == 1 => {
                Some((tested, when_true))
            }
            _ => None,
        })?;
        let value = self.named(tested, scope)?;
        Some(Missing {
            value,
            way: usize::from(!when_true),
            span: self.expression_span(tested),
        })
    }

    /// The parts of a condition that an operator joins.
    fn parts(&self, condition: ExprId, operator: LogicalOperator) -> Vec<ExprId> {
        let mut parts = Vec::new();
        let mut open = vec![condition];
        while let Some(id) = open.pop() {
            match &self.module.expr(id).kind {
                ExprKind::Logical {
                    operator: found,
                    left,
                    right,
                } if *found == operator && parts.len() + open.len() < MOST_PARTS => {
                    open.extend([*right, *left]);
                }
                _ => parts.push(id),
            }
        }
        parts
    }

    pub(super) fn asked(&self, condition: ExprId) -> Option<Asked> {
        let module = self.module;
        match &module.expr(condition).kind {
            ExprKind::Not(inner) => match self.asked(*inner)? {
                Asked::Missing(tested, when_true) => Some(Asked::Missing(tested, !when_true)),
                Asked::Is(_) => None,
            },
            ExprKind::Name(_) | ExprKind::Member { .. } | ExprKind::Index { .. } => {
                Some(Asked::Missing(condition, false))
            }
            ExprKind::Call(call) => Some(match self.asked_by_method(call) {
                Some((tested, when_true)) => Asked::Missing(tested, when_true),
                None => Asked::Missing(condition, false),
            }),
            ExprKind::Compare {
                operator: Comparison::Equal { negated },
                left,
                right,
            } => {
                let is_nothing = |id: ExprId| match &module.expr(id).kind {
                    ExprKind::Null => true,
                    ExprKind::Text(text) => matches!(text.reveal(), "" | "undefined"),
                    ExprKind::Name(name) => name == "undefined",
                    _ => false,
                };
                let text = |id: ExprId| match &module.expr(id).kind {
                    ExprKind::Text(text) => Some(text.clone()),
                    _ => None,
                };
                if is_nothing(*right) {
                    Some(Asked::Missing(*left, !negated))
                } else if is_nothing(*left) {
                    Some(Asked::Missing(*right, !negated))
                } else if !negated {
                    text(*right).or_else(|| text(*left)).map(Asked::Is)
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    fn asked_by_method(&self, call: &Call) -> Option<(ExprId, bool)> {
        let ExprKind::Member { object, name } = &self.module.expr(call.callee).kind else {
            return None;
        };
        match name.text.as_str() {
            "is_empty" | "is_none" | "is_err" | "isEmpty" => Some((*object, true)),
            "is_some" | "is_ok" => Some((*object, false)),
            _ => None,
        }
    }

    /// The value of a name, of a member of one, or of what is read by a name that is written.
    fn named(&mut self, id: ExprId, scope: usize) -> Option<Value> {
        let module = self.module;
        let mut root = id;
        for _ in 0..MOST_PARTS {
            match &module.expr(root).kind {
                ExprKind::Name(_) | ExprKind::This => {
                    return Some(self.expression(id, scope));
                }
                ExprKind::Member { object, .. } | ExprKind::Index { object, .. } => root = *object,
                ExprKind::Call(call) => {
                    let is_text = |id: ExprId| matches!(module.expr(id).kind, ExprKind::Text(_));
                    let mut arguments = call.arguments.iter();
                    let reads = match &module.expr(call.callee).kind {
                        ExprKind::Name(name) => READERS.contains(&name.as_str()),
                        ExprKind::Member { name, .. } => READERS.contains(&name.text.as_str()),
                        _ => false,
                    };
                    if !reads || !arguments.all(|argument| is_text(argument.value)) {
                        return None;
                    }
                    root = call.callee;
                }
                _ => return None,
            }
        }
        None
    }

    /// What two ways leave, of which one puts something in the place of what is missing.
    pub(super) fn fill_in(
        &mut self,
        values: &[(usize, Value)],
        missing: Option<&Missing>,
    ) -> Option<Value> {
        let missing = missing?;
        let [(_, first), (_, second)] = values else {
            return None;
        };
        let (put, kept) = match missing.way {
            0 => (first, second),
            _ => (second, first),
        };
        (stands_in(put) && kept.is_same_thing(&missing.value))
            .then(|| self.either(kept.clone(), put.clone(), missing.span))
    }

    /// What a place holds that is written in a way in which it was found to be missing.
    pub(super) fn written_when_missing(&mut self, before: &Value, value: &Value) -> Option<Value> {
        let is_missing = self
            .missing
            .iter()
            .any(|missing| before.is_same_thing(missing));
        let span = value.origin().unwrap_or_default();
        (is_missing && stands_in(value)).then(|| self.either(before.clone(), value.clone(), span))
    }

    /// Runs a way of a branch in which a value may be missing.
    pub(super) fn in_way<T>(
        &mut self,
        way: usize,
        missing: Option<&Missing>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.missing.len();
        let gone = missing.filter(|missing| missing.way == way);
        self.missing
            .extend(gone.map(|missing| missing.value.clone()));
        let result = run(self);
        self.missing.truncate(before);
        result
    }

    /// Notes what a branch that does not go on says of keys.
    pub(super) fn note_key_guard(
        &mut self,
        branch: &If,
        stage: StageTest,
        flow: Flow,
        scope: usize,
    ) {
        let stops = self.stops(&branch.then);
        let only_development =
            stage.then == Some(Stage::Development) || self.is_at(Stage::Development);
        if only_development || !(stops || flow == Flow::Left) {
            return;
        }
        let mut parts = self.parts(branch.condition, LogicalOperator::And);
        if parts.len() > 1 {
            parts.retain(|part| !self.says_stage(*part));
        }
        let [rest] = parts[..] else { return };
        let guard = self.expression_span(branch.condition);
        let in_production = stage.then == Some(Stage::Production) || self.is_at(Stage::Production);
        for part in self.parts(rest, LogicalOperator::Or) {
            match self.asked(part) {
                Some(Asked::Is(text)) if stops => self.key_guards.refused.push(text),
                Some(Asked::Missing(tested, true)) => {
                    let Some(value) = self.named(tested, scope) else {
                        continue;
                    };
                    if let Some(literal) = literal_behind(&value) {
                        self.key_guards.dead.push((literal, guard));
                    } else if stops && in_production {
                        let paths = value.alternatives().into_iter().map(|value| value.path());
                        let paths = paths.filter(|path| !path.is_empty());
                        self.key_guards.required.extend(paths);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a part of a condition asks only where the program runs.
    fn says_stage(&self, part: ExprId) -> bool {
        let module = self.module;
        let says = |id: ExprId| self.stage_of(id, &Value::new(Kind::Null)) != StageTest::default();
        match &module.expr(part).kind {
            ExprKind::Compare { left, right, .. } => {
                let value = |id: ExprId| match &module.expr(id).kind {
                    ExprKind::Name(name) => Value::unknown(name),
                    ExprKind::Member { name, .. } => Value::unknown(&name.text),
                    ExprKind::Text(text) => Value::new(Kind::Text(text.clone())),
                    _ => Value::new(Kind::Null),
                };
                value(*left).compared_stage(&value(*right), false).is_some()
            }
            _ => says(part),
        }
    }

    /// What keeps a key out of production; `steps` is its way.
    pub(super) fn confined(
        &self,
        value: &Value,
        name: &str,
        literal: &Literal,
        steps: &[(Span, String)],
    ) -> Option<Confined> {
        let guards = &self.key_guards;
        let has_fallback = matches!(value.kind, Kind::Environment { .. } | Kind::Setting { .. });
        let is_required = has_fallback && guards.required.iter().any(|known| known == name);
        if is_required || guards.refused.contains(literal) && has_fallback {
            return Some(Confined::Refused);
        }
        self.is_for_development(steps)
            .then_some(Confined::Development)
    }

    /// The check that the fallback written at a place keeps from firing.
    pub(super) fn dead_guard(&self, literal: Span) -> Option<Span> {
        let mut dead = self.key_guards.dead.iter();
        dead.find(|(span, _)| *span == literal)
            .map(|(_, guard)| *guard)
    }
}

impl Value {
    /// Whether two values are read from the same place, or are both nothing.
    fn is_same_thing(&self, other: &Value) -> bool {
        let (ours, theirs) = (self.alternatives(), other.alternatives());
        ours.len() == theirs.len()
            && ours.iter().zip(&theirs).all(|(one, two)| {
                let path = one.path();
                (!path.is_empty() && path == two.path())
                    || matches!((&one.kind, &two.kind), (Kind::Null, Kind::Null))
            })
    }
}

/// Whether a value can stand in for one that is missing.
fn stands_in(value: &Value) -> bool {
    matches!(
        value.kind,
        Kind::Text(_)
            | Kind::Environment { .. }
            | Kind::Setting { .. }
            | Kind::Joined(_)
            | Kind::Generated
            | Kind::Guessable
    )
}

/// Where the text is written that a value has when nothing is set.
fn literal_behind(value: &Value) -> Option<Span> {
    let mut at = value;
    while let Kind::Environment {
        fallback: Some(next),
        ..
    }
    | Kind::Setting {
        fallback: Some(next),
        ..
    } = &at.kind
    {
        at = next;
    }
    let is_there = at.as_text().is_some_and(|text| !text.reveal().is_empty());
    (is_there && !std::ptr::eq(at, value))
        .then(|| at.origin())
        .flatten()
}
