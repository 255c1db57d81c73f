//! Expressions over names of other files, kept as they are until a call of a library asks for their value.
//!
//! Most of what a file imports has nothing to do with tokens. So a call into another file that nothing is known of is
//! not followed; when its result, or a member of it, fills a slot of a library's call, it is.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::value::{CallRecord, Kind, Value};
use crate::syntax::ir::Name;

/// An expression that waits.
#[derive(Debug)]
pub(super) struct Pending {
    /// What it would be.
    pub(super) asked: Asked,
    /// Its value, once somebody asked.
    pub(super) known: RefCell<Option<Value>>,
    /// Something was written to it before anybody knew it.
    pub(super) changed: Cell<bool>,
    /// What it is called, for messages.
    pub(super) path: Rc<str>,
}

impl Pending {
    /// The same under another name.
    pub(super) fn called(self: &Rc<Self>, path: &str) -> Rc<Self> {
        match &self.asked {
            Asked::Instance { class } if !path.is_empty() => Rc::new(Self {
                asked: Asked::Instance {
                    class: class.clone(),
                },
                known: RefCell::new(self.known.borrow().clone()),
                changed: self.changed.clone(),
                path: Rc::from(path),
            }),
            _ => Rc::clone(self),
        }
    }
}

/// A statement at the top of a file that defines a name.
#[derive(Debug)]
pub(super) struct Definition {
    /// Index of the file among those that take part.
    pub(super) file: usize,
    /// Position of the statement.
    pub(super) statement: usize,
}

/// What an expression that waits is.
#[derive(Debug)]
pub(super) enum Asked {
    /// `callee(...)`.
    Call { callee: Value, record: CallRecord },
    /// `object.name(...)`.
    Method {
        object: Value,
        name: Name,
        record: CallRecord,
    },
    /// `object.name`.
    Member { object: Value, name: Name },
    /// An instance of a class, by its name.
    Instance { class: Value },
    /// A name that a statement at the top of another file defines.
    Definition(Definition),
}

impl Value {
    pub(super) fn pending(asked: Asked, path: &str) -> Self {
        Self::new(Kind::Pending(Rc::new(Pending {
            asked,
            known: RefCell::default(),
            changed: Cell::new(false),
            path: Rc::from(path),
        })))
    }

    /// Itself, or what it waits for when that is known. What is written to it before is not kept: then anything may be
    /// in it.
    pub(super) fn into_changeable(self) -> Self {
        let Kind::Pending(pending) = &self.kind else {
            return self;
        };
        let known = pending.known.borrow().clone();
        if known.is_none() {
            pending.changed.set(true);
        }
        known.unwrap_or(self)
    }

    /// Whether what it is stands in another file that was not read yet.
    pub(super) fn is_elsewhere(&self) -> bool {
        match &self.kind {
            Kind::Pending(_) => true,
            Kind::Symbol(symbol) => symbol.from.is_some(),
            Kind::OneOf(values) => values.iter().any(Self::is_elsewhere),
            Kind::Environment {
                fallback: Some(fallback),
                ..
            }
            | Kind::Setting {
                fallback: Some(fallback),
                ..
            } => fallback.is_elsewhere(),
            _ => false,
        }
    }

    /// A member of a value that waits.
    pub(super) fn pending_member(&self, name: &Name) -> Self {
        let path = format!("{}.{}", self.path(), name.text);
        let asked = Asked::Member {
            object: self.clone(),
            name: name.clone(),
        };
        Self::pending(asked, &path)
    }

    /// A name that a statement defines which did not run yet.
    pub(super) fn pending_definition(definition: Definition, name: &str) -> Self {
        Self::pending(Asked::Definition(definition), name)
    }

    /// Whether it is a name whose definition waits.
    pub(super) fn is_definition(&self) -> bool {
        matches!(&self.kind, Kind::Pending(pending) if matches!(pending.asked, Asked::Definition(_)))
    }

    /// A call that waits.
    pub(super) fn pending_call(callee: Value, record: CallRecord) -> Self {
        let path = format!("{}({})", callee.path(), first_path(&record));
        Self::pending(Asked::Call { callee, record }, &path)
    }

    /// An instance of a class of another file; `path` is what the value is called here.
    pub(super) fn pending_instance(class: Value, path: &str) -> Self {
        Self::pending(Asked::Instance { class }, path)
    }
}

/// What the first argument is called.
pub(super) fn first_path(record: &CallRecord) -> String {
    let mut arguments = record.positional.iter().chain(record.named.values());
    arguments
        .find_map(|(value, _)| Some(value.path()).filter(|path| !path.is_empty()))
        .unwrap_or_default()
}
