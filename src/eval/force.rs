//! What waits is evaluated: when a call of a library asks for it, or at once when it is given claims.

use std::rc::Rc;

use super::Evaluator;
use super::pending::{Asked, Pending, first_path};
use super::uses::Use;
use super::value::{CallRecord, Kind, Value};
use super::write::open;
use crate::models::schema::Role;
use crate::syntax::ir::Name;

impl Evaluator<'_> {
    /// The value of a definition that waits; other values as they are.
    pub(super) fn defined(&mut self, value: Value) -> Value {
        match &value.kind {
            Kind::Pending(pending) if value.is_definition() => {
                let pending = Rc::clone(pending);
                self.force_pending(&pending)
            }
            _ => value,
        }
    }

    /// A call into another file: followed at once when it is given claims or a header, since what is done with them
    /// matters; kept for later otherwise.
    pub(super) fn call_elsewhere(&mut self, callee: &Value, record: CallRecord) -> Value {
        if carries_claims(&record) {
            let callee = self.force(callee.clone());
            return self.dispatch(&callee, record);
        }
        self.hand_on(&record);
        Value::pending_call(callee.clone(), record)
    }

    /// The same for a method.
    pub(super) fn call_method_elsewhere(
        &mut self,
        object: &Value,
        name: &Name,
        record: CallRecord,
    ) -> Value {
        if carries_claims(&record) || self.searches_for(object) {
            return self.call_method_there(object, name, record);
        }
        let method = self.catalog.method(&name.text);
        if method.is_some_and(|method| matches!(method.role, Role::Merge | Role::Append)) {
            let object = object.clone().into_changeable();
            if !object.is_elsewhere() {
                return self.call_member(&object, name, record);
            }
        }
        self.hand_on(&record);
        let path = format!("{}.{}({})", object.path(), name.text, first_path(&record));
        let asked = Asked::Method {
            object: object.clone(),
            name: name.clone(),
            record,
        };
        Value::pending(asked, &path)
    }

    /// A method of a value of another file, or a function that a name of another file has.
    fn call_method_there(&mut self, object: &Value, name: &Name, record: CallRecord) -> Value {
        if matches!(object.kind, Kind::Symbol(_)) {
            let member = self.member(object, name);
            let member = self.reach(member);
            // A member of a setting is a part of it, and no method.
            let is_setting = matches!(member.kind, Kind::Setting { .. } | Kind::Environment { .. });
            if !member.is_elsewhere() && !member.is_unknown() && !is_setting {
                return self.dispatch(&member, record);
            }
        }
        let object = self.force(object.clone());
        self.call_member(&object, name, record)
    }

    pub(super) fn hand_on(&mut self, record: &CallRecord) {
        for (value, _) in record.positional.iter().chain(record.named.values()) {
            self.note_use(value, Use::HandedOn);
        }
    }

    /// The value of what waits, and of names of other files; other values as they are.
    pub(super) fn force(&mut self, value: Value) -> Value {
        match &value.kind {
            Kind::Pending(pending) => {
                let pending = Rc::clone(pending);
                let steps = value.steps();
                let known = self.force_pending(&pending);
                // The way that it took while it waited.
                steps.into_iter().fold(known, |known, (span, what)| {
                    known.passing(span, || what.into())
                })
            }
            Kind::Symbol(symbol) if symbol.from.is_some() => {
                let reached = self.reach(value);
                match &reached.kind {
                    Kind::Symbol(_) => reached.settled(),
                    Kind::Pending(_) => self.force(reached),
                    _ => reached,
                }
            }
            Kind::OneOf(values) if value.is_elsewhere() => {
                let values: Vec<Value> = values.iter().cloned().collect();
                let values: Vec<Value> = values.into_iter().map(|it| self.force(it)).collect();
                Value::one_of(values)
            }
            Kind::Environment {
                name,
                fallback: Some(fallback),
            } if fallback.is_elsewhere() => {
                let name = Rc::clone(name);
                let fallback = self.force(fallback.as_ref().clone());
                let fallback = Some(Rc::new(fallback));
                let kind = Kind::Environment { name, fallback };
                Value { kind, ..value }
            }
            Kind::Setting {
                path,
                fallback: Some(fallback),
            } if fallback.is_elsewhere() => {
                let path = Rc::clone(path);
                let fallback = self.force(fallback.as_ref().clone());
                let fallback = Some(Rc::new(fallback));
                let kind = Kind::Setting { path, fallback };
                Value { kind, ..value }
            }
            _ => value,
        }
    }

    /// Does something because what comes of it is asked for.
    fn asking<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.asked += 1;
        let result = work(self);
        self.asked -= 1;
        result
    }

    fn force_pending(&mut self, pending: &Rc<Pending>) -> Value {
        if let Some(value) = pending.known.borrow().clone() {
            return value;
        }
        // Whoever asks for it while it is being found out asks in a circle.
        let unknown = Value::unknown(&pending.path);
        *pending.known.borrow_mut() = Some(unknown.clone());
        let value = match &pending.asked {
            Asked::Call { callee, record } => {
                let callee = self.force(callee.clone());
                match &callee.kind {
                    Kind::Function(closure) => self.invoke(closure, record),
                    _ => self.dispatch(&callee, record.clone()),
                }
            }
            Asked::Definition(definition) => match self.run_definition(definition) {
                Some(value) => value,
                None => {
                    *pending.known.borrow_mut() = None;
                    return unknown;
                }
            },
            Asked::Method {
                object,
                name,
                record,
            } => self.asking(|this| this.call_method_there(object, name, record.clone())),
            Asked::Member { object, name } => self.asking(|this| {
                let object = this.force(object.clone());
                this.member(&object, name)
            }),
            Asked::Instance { class } => match self.force(class.clone()).kind {
                Kind::Class(class) => self.instance_of(&class),
                // The type of a value.
                Kind::Object(object) => Value::new(Kind::Object(object)),
                kind => match Value::new(kind) {
                    put if put.is_put_by_type() => put,
                    _ => unknown,
                },
            },
        };
        let value = self.force(value);
        if pending.changed.get() {
            open(&value);
        }
        *pending.known.borrow_mut() = Some(value.clone());
        value
    }
}

/// Whether a call is given all claims of a token, its header, or a claim that can be checked.
pub(super) fn carries_claims(record: &CallRecord) -> bool {
    fn carries(value: &Value, depth: usize) -> bool {
        match &value.kind {
            Kind::Claims(_, path) => {
                let last = path.last().map(String::as_str);
                matches!(
                    last,
                    None | Some("payload" | "claims" | "aud" | "iss" | "exp" | "nbf")
                )
            }
            Kind::Header(_) | Kind::TokenPart(..) | Kind::Hash(_) => true,
            Kind::Encoded(value) => carries(value, depth),
            Kind::Joined(parts) => parts
                .iter()
                .any(|part| matches!(part.kind, Kind::TokenPart(..))),
            Kind::OneOf(values) => values.iter().any(|value| carries(value, depth)),
            Kind::Map(map) if depth == 0 => map
                .borrow()
                .entries
                .values()
                .any(|entry| carries(&entry.value, 1)),
            _ => false,
        }
    }
    let mut arguments = record.positional.iter().chain(record.named.values());
    arguments.any(|(value, _)| carries(value, 0))
}
