//! Calls: their arguments, what they call, and what an unknown call does.

use std::rc::Rc;

use super::Evaluator;
use super::header::writes_a_log;
use super::surroundings::Frame;
use super::uses::Use;
use super::value::{CallRecord, Kind, Object, Value};
use crate::models::schema::{Method, Role};
use crate::source::Span;
use crate::syntax::ir::{ArgumentKind, Call, ExprId, ExprKind, Name};

impl<'a> Evaluator<'a> {
    /// Runs `work` in a frame that only adds a name to the scope label.
    pub(super) fn label<T>(&mut self, label: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let frame = self.frame();
        let (function, scope, generic) = (frame.function, frame.scope, frame.generic);
        let (this, base) = (frame.this.clone(), frame.base.clone());
        self.around.frames.push(Frame {
            function,
            scope,
            this,
            base,
            returns: Vec::new(),
            returned_instead: Vec::new(),
            label: label.to_owned(),
            generic,
            called: None,
        });
        let result = work(self);
        self.around.frames.pop();
        result
    }

    /// A call expression.
    pub(super) fn call(&mut self, span: Span, call: &'a Call, scope: usize) -> Value {
        let module = self.module;
        let callee = module.expr(call.callee);
        match &callee.kind {
            ExprKind::Member { object, name } => {
                if self.catalog.method(&name.text).is_some_and(writes) {
                    self.note_change(*object, scope);
                }
                let object = self.expression(*object, scope);
                let record = self.record(span, name.span, call, scope);
                self.note_query(&record, &name.text);
                let result = self.call_member(&object, name, record);
                // `request.app_data::<Data<State>>()`: where types are looked up, the call says what it finds.
                match call.type_arguments.first() {
                    Some(wanted) if result.is_unknown() && module.unbound_names_are_packages => {
                        self.typed(wanted, result, scope)
                    }
                    _ => result,
                }
            }
            ExprKind::Super => {
                let base = self.expression(call.callee, scope);
                let mut record = self.record(span, callee.span, call, scope);
                record.constructs = true;
                record.receiver = self.frame().this.clone();
                self.dispatch(&base, record)
            }
            _ => {
                let value = self.expression(call.callee, scope);
                let record = self.record(span, self.last_name(call.callee), call, scope);
                let throwing = std::mem::replace(&mut self.around.throwing, false);
                let path = value.path();
                self.around.throwing = throwing || record.constructs && is_error(&path);
                self.note_query(&record, &path);
                let result = self.dispatch(&value, record);
                self.around.throwing = throwing;
                result
            }
        }
    }

    pub(super) fn last_name(&self, id: ExprId) -> Span {
        match &self.module.expr(id).kind {
            ExprKind::Call(call) => self.last_name(call.callee),
            ExprKind::Cast { value, .. } => self.last_name(*value),
            ExprKind::Member { name, .. } => name.span,
            ExprKind::Function(_) => {
                let span = self.expression_span(id);
                Span {
                    end: span.start + 1,
                    ..span
                }
            }
            _ => self.expression_span(id),
        }
    }

    fn record(&mut self, span: Span, name: Span, call: &'a Call, scope: usize) -> CallRecord {
        let mut record = CallRecord {
            span,
            name,
            constructs: call.constructs,
            ..CallRecord::default()
        };
        for argument in &call.arguments {
            let value = self.expression(argument.value, scope);
            let place = self.expression_span(argument.value);
            self.note_address(&value, place);
            match &argument.kind {
                ArgumentKind::Positional => record.positional.push((value, place)),
                ArgumentKind::Named(name) => {
                    record
                        .named
                        .insert(name.text.clone(), (value, name.span.join(place)));
                }
                ArgumentKind::Spread => match &value.kind {
                    Kind::List(list) if !list.borrow().open => {
                        record
                            .positional
                            .extend(list.borrow().items.iter().map(|item| (item.clone(), place)));
                    }
                    _ => record.open = true,
                },
                ArgumentKind::NamedSpread => match &value.kind {
                    Kind::Map(map) => {
                        let map = map.borrow();
                        record.open |= map.open;
                        for (name, entry) in &map.entries {
                            record
                                .named
                                .insert(name.clone(), (entry.value.clone(), entry.key));
                        }
                    }
                    _ => {
                        record.open = true;
                        if matches!(value.kind, Kind::Claims(..)) {
                            record.spread = Some(value);
                        }
                    }
                },
            }
        }
        for argument in &call.type_arguments {
            let value = self
                .look_up(&argument.path, scope)
                .unwrap_or_else(|| Value::unknown(&argument.path));
            record.type_arguments.push((argument.path.clone(), value));
        }
        record
    }

    /// `object.name(...)`.
    pub(super) fn call_member(
        &mut self,
        object: &Value,
        name: &Name,
        mut record: CallRecord,
    ) -> Value {
        match &object.kind {
            Kind::Pending(_) => self.call_method_elsewhere(object, name, record),
            Kind::OneOf(values) => {
                let results: Vec<Value> = values
                    .iter()
                    .filter(|value| !matches!(value.kind, Kind::Null))
                    .take(4)
                    .map(|value| self.call_member(value, name, record.clone()))
                    .collect();
                Value::one_of(results)
            }
            Kind::Symbol(symbol) if symbol.from.is_some() => {
                let arrived = self.arrive(object.clone());
                if !arrived.is_elsewhere() {
                    return self.call_member(&arrived, name, record);
                }
                let member = self.member(object, name);
                if member.is_elsewhere() {
                    self.call_method_elsewhere(object, name, record)
                } else {
                    self.dispatch(&member, record)
                }
            }
            Kind::Symbol(_) => {
                let callee = self.member(object, name);
                record.receiver = Some(object.clone());
                self.dispatch(&callee, record)
            }
            Kind::Map(_) | Kind::Class(_) => {
                let member = match self.method_beside_field(object, &name.text) {
                    Some(method) => method,
                    None => self.member(object, name),
                };
                record.receiver = Some(object.clone());
                match &member.kind {
                    Kind::Unknown(_) | Kind::Null => self.call_method(object, name, record),
                    _ => self.dispatch(&member, record),
                }
            }
            _ => {
                record.receiver = Some(object.clone());
                self.call_method(object, name, record)
            }
        }
    }

    /// Calls a value.
    pub(super) fn dispatch(&mut self, callee: &Value, record: CallRecord) -> Value {
        match &callee.kind {
            Kind::Function(closure) => self.call_function(callee, closure, record),
            Kind::Bound(bound) => self.call_bound(&Rc::clone(bound), record),
            Kind::Class(class) => {
                let inside = self.frame().this.clone();
                match (&record.receiver, inside) {
                    (Some(receiver), Some(this))
                        if record.constructs && same_map(receiver, &this) =>
                    {
                        self.run_base_constructor(class, &this, &record)
                    }
                    _ => self.instantiate(class, &record),
                }
            }
            Kind::Symbol(symbol) if symbol.from.is_some() => {
                let arrived = self.arrive(callee.clone());
                if arrived.is_elsewhere() {
                    self.call_elsewhere(&arrived, record)
                } else {
                    self.dispatch(&arrived, record)
                }
            }
            Kind::Symbol(symbol) => {
                let symbol = self.packaged(&symbol.package, &symbol.path);
                self.call_symbol(&symbol, record)
            }
            Kind::Pending(_) => self.call_elsewhere(callee, record),
            Kind::Object(_) => self.call_made(callee, record),
            Kind::Callback => {
                self.around.delivered = record.positional.last().map(|(value, _)| value.clone());
                Value::new(Kind::Null)
            }
            Kind::OneOf(values) => {
                let results: Vec<Value> = values
                    .iter()
                    .take(3)
                    .map(|value| self.dispatch(value, record.clone()))
                    .collect();
                Value::one_of(results)
            }
            _ => self.call_unknown(&callee.path(), &record),
        }
    }

    fn run_base_constructor(
        &mut self,
        base: &Rc<super::value::ClassValue>,
        this: &Value,
        record: &CallRecord,
    ) -> Value {
        if let Some(Value {
            kind: Kind::Function(closure),
            ..
        }) = self.class_member(base, "constructor", Some(this))
        {
            self.invoke(&closure, record);
        }
        Value::new(Kind::Null)
    }

    /// Calls a function value with one argument; `None` when it is not a function of this file.
    pub(super) fn apply(&mut self, function: &Value, argument: &Value) -> Option<Value> {
        let argument = match &argument.kind {
            Kind::List(_) => self.element(argument),
            _ => argument.clone(),
        };
        match &function.kind {
            Kind::Function(closure) => {
                let record = CallRecord {
                    positional: vec![(argument, Span::default())],
                    open: true,
                    ..CallRecord::default()
                };
                Some(self.invoke(closure, &record))
            }
            Kind::Symbol(_) | Kind::Class(_) | Kind::Bound(_) => {
                let record = CallRecord {
                    positional: vec![(argument, Span::default())],
                    ..CallRecord::default()
                };
                Some(self.dispatch(function, record))
            }
            _ => None,
        }
    }

    /// A call of which nothing is known: its arguments leave the file's sight.
    pub(super) fn call_unknown(&mut self, path: &str, record: &CallRecord) -> Value {
        let mut inside = String::new();
        self.note_checked_by(path, record);
        let arguments = record.positional.iter().chain(record.named.values());
        for (value, _) in arguments {
            self.note_parts_handed_on(value);
            if !writes_a_log(path) {
                self.note_use(value, Use::HandedOn);
                if !self.around.throwing {
                    self.note_kept(value);
                }
            }
            if inside.is_empty() {
                inside = value.path();
            }
        }
        if let Some(guessable) = made_of_guessable(record) {
            return guessable;
        }
        Value::unknown(&format!("{path}({inside})"))
    }

    /// An object of a library, made by this call.
    pub(super) fn make_object(&self, package: &str, path: &[String], record: CallRecord) -> Value {
        let span = record.span;
        let object = Object {
            package: package.to_owned(),
            path: path.to_vec(),
            made: Some(Rc::new(record)),
            fields: Default::default(),
            calls: Vec::new(),
            born: self.depth(),
            activation: self.around.activation,
            kept: false,
        };
        Value::at(
            Kind::Object(Rc::new(std::cell::RefCell::new(object))),
            span,
            "made here",
        )
    }
}

/// The guessable value that a call makes something of, when it is given nothing else.
fn made_of_guessable(record: &CallRecord) -> Option<Value> {
    let of_guessable = |value: &Value| matches!(value.kind, Kind::Guessable);
    if let Some(receiver) = record.receiver.as_ref().filter(|it| of_guessable(it)) {
        return Some(receiver.clone());
    }
    let mut given = record.positional.iter().map(|(value, _)| value);
    let first = given.next()?;
    (of_guessable(first) && given.all(|value| of_guessable(value) || value.as_text().is_some()))
        .then(|| first.clone())
}

fn same_map(a: &Value, b: &Value) -> bool {
    matches!((&a.kind, &b.kind), (Kind::Map(a), Kind::Map(b)) if Rc::ptr_eq(a, b))
}

/// Whether the name of a class says that it is an error.
fn is_error(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path);
    ["Error", "Exception"].iter().any(|end| name.ends_with(end))
}

/// Whether a method writes to the object that it is called on.
fn writes(method: &Method) -> bool {
    matches!(method.role, Role::Merge | Role::Append)
}
