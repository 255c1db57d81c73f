//! Conditions that ask whether a value is missing: what is put in its place is a fallback, and what stops the program
//! is a guard, which a fallback before it may have killed.

use super::Evaluator;
use super::flow::Flow;
use super::stage_test::{Stage, StageTest};
use super::value::{Kind, Value};
use crate::facts::Confined;
use crate::source::Span;
use crate::syntax::ir::{Call, Comparison, ExprId, ExprKind, If, Literal, LogicalOperator, Target};

/// Parts of one condition that are looked at.
const MOST_PARTS: usize = 8;

/// Calls that read a value by its name, and may be made twice.
const READERS: [&str; 5] = ["get", "getenv", "var", "var_os", "env"];

/// A value that is missing in one of two ways.
pub(super) struct Missing {
    pub(super) value: Value,
    /// The place of the way: the first when the condition holds.
    pub(super) way: usize,
    pub(super) span: Span,
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
    /// Code that production does not come to, since it stops before.
    pub(super) behind: Vec<Span>,
}

/// What a part of a condition asks.
pub(super) enum Asked {
    /// Whether something is missing (or, `false`, there).
    Missing(ExprId, bool),
    /// Whether two things are the same, or one is among the other.
    Is(ExprId, ExprId),
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
    pub(super) fn parts(&self, condition: ExprId, operator: LogicalOperator) -> Vec<ExprId> {
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
                Asked::Is(..) => None,
            },
            ExprKind::Name(_)
            | ExprKind::Member { .. }
            | ExprKind::Index { .. }
            | ExprKind::Assign(_) => Some(Asked::Missing(condition, false)),
            ExprKind::Call(call) => Some(
                self.asked_by_method(call)
                    .unwrap_or(Asked::Missing(condition, false)),
            ),
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
                if is_nothing(*right) {
                    Some(Asked::Missing(*left, !negated))
                } else if is_nothing(*left) {
                    Some(Asked::Missing(*right, !negated))
                } else {
                    (!negated).then_some(Asked::Is(*left, *right))
                }
            }
            ExprKind::Compare {
                operator: Comparison::In { negated: false },
                left,
                right,
            } => Some(Asked::Is(*left, *right)),
            _ => None,
        }
    }

    fn asked_by_method(&self, call: &Call) -> Option<Asked> {
        let ExprKind::Member { object, name } = &self.module.expr(call.callee).kind else {
            return None;
        };
        match name.text.as_str() {
            "is_empty" | "is_none" | "is_err" | "isEmpty" => Some(Asked::Missing(*object, true)),
            "is_some" | "is_ok" => Some(Asked::Missing(*object, false)),
            "includes" | "contains" | "has" => {
                let member = call.arguments.first()?.value;
                Some(Asked::Is(*object, member))
            }
            _ => None,
        }
    }

    /// The texts that an expression may be, or that stand in a list.
    pub(super) fn texts(&mut self, id: ExprId, scope: usize) -> Vec<Literal> {
        let module = self.module;
        let value = match &module.expr(id).kind {
            ExprKind::Text(text) => return vec![text.clone()],
            ExprKind::List(items) if items.iter().all(|item| !item.spread) => {
                let items = items.iter().take(MOST_PARTS);
                return items
                    .flat_map(|item| self.texts_named(item.value, scope))
                    .collect();
            }
            _ => self.named(id, scope),
        };
        let mut texts = Vec::new();
        for value in value.iter().flat_map(Value::alternatives) {
            match &self.force(value).kind {
                Kind::Text(text) => texts.push(text.clone()),
                Kind::List(list) => {
                    let list = list.borrow();
                    texts.extend(list.items.iter().filter_map(Value::as_text).cloned());
                }
                _ => {}
            }
        }
        texts
    }

    fn texts_named(&mut self, id: ExprId, scope: usize) -> Vec<Literal> {
        match &self.module.expr(id).kind {
            ExprKind::List(_) => Vec::new(),
            _ => self.texts(id, scope),
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
                ExprKind::Assign(assignment) => match &assignment.target {
                    Target::Name(name) => return self.look_up(&name.text, scope),
                    _ => return None,
                },
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

    /// What a place holds that is written in a way in which it was found to be missing.
    pub(super) fn written_when_missing(&mut self, before: &Value, value: &Value) -> Option<Value> {
        let is_missing = self
            .around
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
        let before = self.around.missing.len();
        let gone = missing.filter(|missing| missing.way == way);
        self.around
            .missing
            .extend(gone.map(|missing| missing.value.clone()));
        let result = run(self);
        self.around.missing.truncate(before);
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
        let Some(rest) = self.without_stage(branch.condition) else {
            return;
        };
        let guard = self.expression_span(branch.condition);
        let in_production = stage.then == Some(Stage::Production) || self.is_at(Stage::Production);
        for part in self.parts(rest, LogicalOperator::Or) {
            match self.asked(part) {
                Some(Asked::Is(left, right)) if stops => {
                    let mut texts = self.texts(left, scope);
                    texts.extend(self.texts(right, scope));
                    self.key_guards.refused.extend(texts);
                }
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

    /// What a condition asks but for where the program runs, when that is one thing.
    pub(super) fn without_stage(&self, condition: ExprId) -> Option<ExprId> {
        let mut parts = self.parts(condition, LogicalOperator::And);
        if parts.len() > 1 {
            parts.retain(|part| !self.says_stage(*part));
        }
        match parts[..] {
            [rest] => Some(rest),
            _ => None,
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
        let is_behind = steps
            .iter()
            .any(|(step, _)| guards.behind.iter().any(|span| span.contains(*step)));
        if has_fallback && (is_required || is_behind || guards.refused.contains(literal)) {
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
    pub(super) fn is_same_thing(&self, other: &Value) -> bool {
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
pub(super) fn stands_in(value: &Value) -> bool {
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
