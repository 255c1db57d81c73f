//! What is compared and what is chosen by `and` and `or`: checks, guards and fallbacks.

use super::Evaluator;
use super::stage::either_stage;
use super::uses::Use;
use super::value::{Kind, Value};
use crate::source::Span;
use crate::syntax::ir::{Comparison, ExprId, LogicalOperator};

impl<'a> Evaluator<'a> {
    pub(super) fn compare(
        &mut self,
        operator: Comparison,
        left: ExprId,
        right: ExprId,
        scope: usize,
    ) -> Value {
        let span = self.expression_span(left).join(self.expression_span(right));
        let left = self.expression(left, scope);
        let right = self.expression(right, scope);
        self.note_held_against(&left, &right);
        if matches!(operator, Comparison::Equal { .. }) {
            self.note_signature(&left, &right, span, span);
        }
        if operator != Comparison::Instance {
            self.note_guard(&left, Some(&right));
            self.note_guard(&right, Some(&left));
        }
        let stage = match operator {
            Comparison::Equal { negated } | Comparison::In { negated } => {
                left.compared_stage(&right, negated)
            }
            Comparison::Order | Comparison::Instance => None,
        };
        stage.unwrap_or_else(|| Value::unknown("comparison"))
    }

    fn note_held_against(&mut self, left: &Value, right: &Value) {
        self.note_use(left, comparison_with(right));
        self.note_use(right, comparison_with(left));
    }

    /// A call says whether two values are the same.
    pub(super) fn hold_against(
        &mut self,
        left: &Value,
        right: &Value,
        span: Span,
        name: Span,
    ) -> Value {
        self.note_held_against(left, right);
        self.note_guard(left, Some(right));
        self.note_guard(right, Some(left));
        self.note_signature(left, right, span, name);
        Value::unknown("comparison")
    }

    /// The header's algorithm held against something is a guard, unless only `none` is turned away.
    pub(super) fn note_guard(&mut self, value: &Value, against: Option<&Value>) {
        self.note_compared(value, against);
        let turns_away_none = against
            .and_then(Value::as_text)
            .is_some_and(|text| text.reveal().eq_ignore_ascii_case("none"));
        if value.is_header_algorithm() && !turns_away_none {
            let function = self.frame().function;
            self.guarded.insert(function);
        }
    }

    pub(super) fn logical(
        &mut self,
        operator: LogicalOperator,
        left: ExprId,
        right: ExprId,
        span: Span,
        scope: usize,
    ) -> Value {
        let left = self.expression(left, scope);
        let right_span = self.expression_span(right);
        let right = self.expression(right, scope);
        match operator {
            LogicalOperator::And => {
                self.note_use(&left, Use::Compared);
                self.both(&left, right, right_span)
            }
            LogicalOperator::Or | LogicalOperator::Coalesce => {
                either_stage(&left, &right).unwrap_or_else(|| self.either(left, right, span))
            }
        }
    }
}

impl Value {
    /// Whether this is the algorithm that an unverified header names.
    pub(super) fn is_header_algorithm(&self) -> bool {
        match &self.kind {
            Kind::Header(path) => path.last().is_some_and(|name| name == "alg"),
            Kind::Claims(_, path) => {
                path.last().is_some_and(|name| name == "alg")
                    && path.iter().any(|name| name.contains("eader"))
            }
            Kind::OneOf(values) => values.iter().any(Value::is_header_algorithm),
            _ => false,
        }
    }
}

/// Comparing with nothing, or with an empty text, only asks whether a value is there.
fn comparison_with(other: &Value) -> Use {
    let nothing = match &other.kind {
        Kind::Null => true,
        Kind::Text(text) => text.reveal().is_empty(),
        _ => false,
    };
    if nothing { Use::Compared } else { Use::Decided }
}
