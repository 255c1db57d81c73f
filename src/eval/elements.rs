//! Methods that call a function with each element of their receiver, or with what is in it.

use super::Evaluator;
use super::uses::Use;
use super::value::{CallRecord, Kind, Value};
use super::write::open;
use crate::models::schema::Role;
use crate::syntax::ir::Name;

impl Evaluator<'_> {
    /// Such a method of a value of which something is known; `None` when nothing is.
    pub(super) fn call_with_elements(
        &mut self,
        role: Role,
        object: &Value,
        record: &CallRecord,
    ) -> Option<Value> {
        let is_known = match &object.kind {
            Kind::List(_)
            | Kind::Claims(..)
            | Kind::Environment { .. }
            | Kind::Setting { .. }
            | Kind::Text(_) => true,
            Kind::OneOf(values) => values.iter().any(|it| matches!(it.kind, Kind::Claims(..))),
            _ => false,
        };
        if !is_known {
            return None;
        }
        let (function, _) = record.positional.last()?;
        self.apply(function, object)?;
        match role {
            Role::Find => Some(self.element_of(object)),
            // What of a list is left is not known.
            Role::Filter if !matches!(object.kind, Kind::List(_)) => Some(object.clone()),
            _ => None,
        }
    }

    /// The same when nothing is known of what it gives.
    pub(super) fn call_with_unknown_elements(
        &mut self,
        object: &Value,
        name: &Name,
        record: &CallRecord,
    ) -> Value {
        open(object);
        self.note_use(object, Use::HandedOn);
        let path = format!("{}.{}", object.path(), name.text);
        self.call_unknown(&path, record)
    }

    fn element_of(&self, object: &Value) -> Value {
        match &object.kind {
            Kind::List(_) => self.element(object),
            _ => object.clone(),
        }
    }
}
