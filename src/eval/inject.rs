//! Parameters that a framework fills with what a function of the code returns.

use super::Evaluator;
use super::value::{CallRecord, Kind, Value};
use crate::models::schema::Role;
use crate::syntax::ir::{ExprId, ExprKind};

impl<'a> Evaluator<'a> {
    /// What the framework gets from a function that it calls with arguments of its own.
    pub(super) fn inject(&mut self, function: &Value, call: &CallRecord) -> Value {
        let record = CallRecord {
            span: call.span,
            name: call.name,
            open: true,
            ..CallRecord::default()
        };
        self.dispatch(function, record)
    }

    /// What an expression beside a parameter injects there; `None` when it injects nothing.
    pub(super) fn injected_by(&mut self, id: ExprId, scope: usize) -> Option<Value> {
        let module = self.module;
        let ExprKind::Call(call) = &module.expr(id).kind else {
            return None;
        };
        if !matches!(
            module.expr(call.callee).kind,
            ExprKind::Name(_) | ExprKind::Member { .. }
        ) {
            return None;
        }
        let callee = self.expression(call.callee, scope);
        let Kind::Symbol(symbol) = &callee.kind else {
            return None;
        };
        let symbol = self.packaged(&symbol.package, &symbol.path);
        let found = self.catalog.apis(&symbol.package, &symbol.path);
        let injects = found.iter().any(|found| found.item.role == Role::Inject);
        injects.then(|| self.expression(id, scope))
    }
}
