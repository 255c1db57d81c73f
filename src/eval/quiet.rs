//! Functions that tell nothing about tokens: after a few runs, what they return is found out only when it is asked for.

use std::rc::Rc;

use super::Evaluator;
use super::force::carries_claims;
use super::value::{CallRecord, Closure, Kind, Value};
use crate::syntax::ir::{ExprId, ExprKind};

/// Runs after which a function that told nothing is taken to have nothing to tell.
const QUIET_RUNS: usize = 3;

impl Evaluator<'_> {
    /// What a call of a function gives.
    pub(super) fn call_function(
        &mut self,
        callee: &Value,
        closure: &Rc<Closure>,
        record: CallRecord,
    ) -> Value {
        if !self.is_quiet(closure) || may_tell(&record) {
            return self.invoke(closure, &record);
        }
        self.hand_on(&record);
        Value::pending_call(callee.clone(), record)
    }

    fn is_quiet(&self, closure: &Closure) -> bool {
        let key = closure.key();
        let runs = self.ran.get(&key).copied().unwrap_or(0);
        runs >= QUIET_RUNS && !self.telling.contains(&key)
    }

    /// Notes that something is written to what a name or place stands for, when that is older than the function that
    /// runs.
    pub(super) fn note_change(&mut self, place: ExprId, scope: usize) {
        let mut root = place;
        let home = loop {
            match &self.module.expr(root).kind {
                ExprKind::Member { object, .. } | ExprKind::Index { object, .. } => root = *object,
                ExprKind::Name(name) => break self.scope_with(name, scope),
                _ => break None,
            }
        };
        if home.is_none_or(|home| home < self.frame().scope) {
            self.changes += 1;
        }
    }

    /// How much was noted until now that facts are made of.
    pub(super) fn told(&self) -> usize {
        [
            self.sites.len(),
            self.settings.len(),
            self.reads.len(),
            self.generated.len(),
            self.reached.len(),
            self.fetches.len(),
            self.taken_apart.len(),
            self.hashes.len(),
            self.discoveries.len(),
            self.published.len(),
            self.key_sets.len(),
            self.key_sources.len(),
            self.rotations.len(),
            self.development.len(),
            self.kept.len(),
            self.guarded.len(),
            self.checked.len(),
            self.not_empty.len(),
            self.key_guards.refused.len(),
            self.changes,
        ]
        .iter()
        .sum()
    }
}

/// Whether a call is given something that a function could tell about, or write to.
fn may_tell(record: &CallRecord) -> bool {
    let mut arguments = record.positional.iter().chain(record.named.values());
    let tells = |value: &Value| {
        matches!(
            value.kind,
            Kind::Function(_) | Kind::Class(_) | Kind::Object(_) | Kind::Map(_) | Kind::List(_)
        )
    };
    carries_claims(record)
        || record.spread.is_some()
        || arguments.any(|(value, _)| value.alternatives().iter().any(tells))
}
