//! Calls: arguments, functions evaluated in place, methods of values, and what an unknown call does.

use std::rc::Rc;

use super::export::forget_private;
use super::expression::{any_of, holds_classes};
use super::uses::Use;
use super::value::{CallRecord, Closure, Entry, Kind, Map, Object, Value};
use super::write::{merge_into, open};
use super::{DEEPEST_CALL, Evaluator, Frame};
use crate::models::schema::{Method, Role, Slot};
use crate::source::Span;
use crate::syntax::ir::{
    ArgumentKind, Call, ExprId, ExprKind, Function, FunctionId, Name, Parameter, ParameterKind,
    Target,
};

/// How often one function is evaluated in place.
const MOST_RUNS: usize = 40;

impl<'a> Evaluator<'a> {
    /// A function as a value, with the scope it closes over.
    pub(super) fn make_closure(&mut self, function: FunctionId, scope: usize) -> Value {
        let this = self.frame().this.clone();
        let base = self.frame().base.clone();
        let closure = Rc::new(Closure {
            file: self.current,
            function,
            scope,
            this,
            base,
        });
        if self.frame().function.is_some() {
            let around = self.running();
            let made_in = self.made_in.entry(closure.key()).or_default();
            made_in.extend(around);
        }
        // What another file defines at its top is run by whoever calls it.
        if self.current == 0 || self.loading == 0 {
            self.waiting.push(Rc::clone(&closure));
        }
        Value::new(Kind::Function(closure))
    }

    /// Runs `work` in a frame that only adds a name to the scope label.
    pub(super) fn label<T>(&mut self, label: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let frame = self.frame();
        let (function, scope, generic) = (frame.function, frame.scope, frame.generic);
        let (this, base) = (frame.this.clone(), frame.base.clone());
        self.frames.push(Frame {
            function,
            scope,
            this,
            base,
            returns: Vec::new(),
            label: label.to_owned(),
            generic,
            called: None,
        });
        let result = work(self);
        self.frames.pop();
        result
    }

    /// A call expression.
    pub(super) fn call(&mut self, span: Span, call: &'a Call, scope: usize) -> Value {
        let module = self.module;
        let callee = module.expr(call.callee);
        match &callee.kind {
            ExprKind::Member { object, name } => {
                let object = self.expression(*object, scope);
                let record = self.record(span, name.span, call, scope);
                self.note_query(&record, &name.text);
                self.call_member(&object, name, record)
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
                let throwing = std::mem::replace(&mut self.throwing, false);
                self.throwing = throwing || record.constructs && is_error(&value.path());
                self.note_query(&record, &value.path());
                let result = self.dispatch(&value, record);
                self.throwing = throwing;
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
                let member = self.member(object, name);
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
            Kind::Function(closure) => self.invoke(closure, &record),
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
                self.delivered = record.positional.last().map(|(value, _)| value.clone());
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

    /// A method of a value that is not an instance of a class of this file.
    fn call_method(&mut self, object: &Value, name: &Name, record: CallRecord) -> Value {
        match &object.kind {
            Kind::Object(inner) => self.call_object(object, inner, name, record),
            // Reading the answer, or choosing from it.
            Kind::Fetched(_)
                if self
                    .catalog
                    .method(&name.text)
                    .is_none_or(|method| method.role == Role::Respond) =>
            {
                object.clone()
            }
            Kind::Claims(site, _) => {
                let method = self.catalog.method(&name.text);
                if method.is_some_and(|method| method.fails) {
                    self.note_use(object, Use::Propagated);
                }
                let only_passes = method.is_some_and(|method| method.role == Role::Pass);
                if let Some(site) = self.sites.get_mut(*site).filter(|_| !only_passes) {
                    site.uses.called.insert(name.text.clone());
                }
                self.call_named(object, name, record)
            }
            _ => self.call_named(object, name, record),
        }
    }

    /// A method that the models know by its name alone.
    pub(super) fn call_named(&mut self, object: &Value, name: &Name, record: CallRecord) -> Value {
        let method = self.catalog.method(&name.text);
        if method.is_some_and(|method| method.role == Role::Respond) {
            self.note_answer(&record);
        }
        let Some(method) = method.filter(|method| method.role != Role::Respond) else {
            if let Some(value) = self.call_added(&name.text, &record) {
                return value;
            }
            open(object);
            self.note_use(object, Use::HandedOn);
            let path = format!("{}.{}", object.path(), name.text);
            return self.call_unknown(&path, &record);
        };
        self.apply_method(method, object, name, record)
    }

    fn apply_method(
        &mut self,
        method: &Method,
        object: &Value,
        name: &Name,
        record: CallRecord,
    ) -> Value {
        let first = record.positional.first().map(|(value, _)| value.clone());
        match method.role {
            Role::Pass => {
                if let Some(value) = self.with_header(object, &record) {
                    return value;
                }
                let value = match method.slots.get(&Slot::Value) {
                    Some(source) => self
                        .plain_slot(source, &record)
                        .unwrap_or_else(|| object.clone()),
                    None => object.clone(),
                };
                self.decoded(value, method.encoding)
            }
            Role::Public => self.public_half(object.clone()),
            Role::Fallback => {
                let fallback = method
                    .slots
                    .get(&Slot::Fallback)
                    .and_then(|source| self.plain_slot(source, &record))
                    .unwrap_or_else(|| Value::unknown("fallback"));
                self.either(object.clone(), fallback, name.span)
            }
            Role::Member | Role::Take => {
                let named = method.slots.get(&Slot::Value);
                let named = named.and_then(|source| self.plain_slot(source, &record));
                let Some(key) = named
                    .or(first)
                    .as_ref()
                    .and_then(Value::as_text)
                    .map(|text| text.reveal().to_owned())
                else {
                    if method.role == Role::Take {
                        forget_private(object);
                    }
                    if holds_classes(object) {
                        return any_of(object);
                    }
                    return Value::unknown(&format!("{}[]", object.path()));
                };
                let span = record
                    .positional
                    .first()
                    .map(|(_, span)| *span)
                    .unwrap_or_default();
                let name = Name { text: key, span };
                let value = self.member(object, &name);
                if method.role == Role::Take
                    && let Kind::Map(map) = &object.kind
                {
                    let maybe = self.depth() > map.borrow().born;
                    let entries = &mut map.borrow_mut().entries;
                    match entries.get_mut(&name.text) {
                        Some(entry) if maybe => entry.maybe = true,
                        _ => drop(entries.remove(&name.text)),
                    }
                }
                match record.positional.get(1) {
                    Some((default, _)) => {
                        self.note_kept(default);
                        self.either(value, default.clone(), span)
                    }
                    None => value,
                }
            }
            Role::Apply => {
                let called = match &first {
                    // A plugin gets the receiver and the options that follow it.
                    Some(plugin) if matches!(plugin.kind, Kind::Symbol(_)) => {
                        let mut record = record.clone();
                        record.positional[0] = (object.clone(), name.span);
                        Some(self.dispatch(plugin, record))
                    }
                    Some(function) => self.apply(function, object),
                    None => None,
                };
                if called.is_none() {
                    for (value, _) in &record.positional {
                        self.note_use(value, Use::HandedOn);
                    }
                }
                called.unwrap_or_else(|| object.clone())
            }
            Role::Define => {
                for (value, span) in &record.positional {
                    if let Some(store) = &method.store {
                        self.define_by_method(store, value, *span);
                    }
                }
                Value::unknown(&name.text)
            }
            Role::Merge => {
                if let Some(store) = self.store_of_member(&object.path()) {
                    for (value, span) in &record.positional {
                        self.define_by_method(store, value, *span);
                    }
                }
                for (name, (value, span)) in &record.named {
                    if object.is_unknown() {
                        self.write_member(object, name, *span, value.clone());
                    } else {
                        self.note_setting(name, value, *span);
                    }
                }
                if let Kind::Map(map) = &object.kind {
                    let maybe = self.depth() > map.borrow().born;
                    let mut map = map.borrow_mut();
                    for (value, _) in &record.positional {
                        merge_into(&mut map, value, maybe);
                    }
                    for (name, (value, span)) in &record.named {
                        map.entries.insert(
                            name.clone(),
                            Entry {
                                value: value.clone(),
                                key: *span,
                                maybe,
                            },
                        );
                    }
                }
                object.clone()
            }
            Role::Copy => match &object.kind {
                Kind::Map(map) => {
                    let map = map.borrow();
                    let born = self.depth();
                    Value::map(Map {
                        entries: map.entries.clone(),
                        open: map.open,
                        born,
                        class: map.class.clone(),
                    })
                }
                _ => object.clone(),
            },
            Role::Append => {
                for (value, _) in &record.positional {
                    self.note_kept(value);
                }
                if let Kind::List(list) = &object.kind {
                    let values = record.positional.iter().map(|(value, _)| value.clone());
                    list.borrow_mut().items.extend(values);
                }
                Value::new(Kind::Null)
            }
            Role::Membership => {
                for (value, _) in &record.positional {
                    self.note_use(value, Use::Decided);
                    self.note_guard(value, Some(object));
                }
                self.note_use(object, Use::Compared);
                Value::unknown("membership")
            }
            Role::Random => Value::at(Kind::Generated, record.span, "made at run time"),
            Role::Guessable => Value::at(Kind::Guessable, record.span, "made here"),
            Role::File => match &object.kind {
                Kind::File(_) => object.clone(),
                _ => self.read_file(object, record.span, record.name),
            },
            Role::Join => {
                let values = record.positional.iter().map(|(value, _)| value.clone());
                let parts: Vec<Value> = std::iter::once(object.clone()).chain(values).collect();
                if let Some(joined) = self.join_list(&parts, record.span) {
                    return joined;
                }
                if self.holds_header_parameter(&parts) {
                    return Value::new(Kind::Joined(parts.into()));
                }
                let path = format!("{}.{}", object.path(), name.text);
                self.call_unknown(&path, &record)
            }
            Role::Split => {
                let mut texts = record.positional.iter();
                if texts.any(|(value, _)| value.as_text().is_some_and(|it| it.reveal() == ".")) {
                    if let Some(parts) = self.parts_between_dots(object) {
                        return parts;
                    }
                    if may_be_token(object) {
                        return self.token_parts(object);
                    }
                }
                let path = format!("{}.{}", object.path(), name.text);
                self.call_unknown(&path, &record)
            }
            Role::Next => match &object.kind {
                Kind::List(list) if !list.borrow().items.is_empty() => {
                    list.borrow_mut().items.remove(0)
                }
                _ => {
                    let path = format!("{}.{}", object.path(), name.text);
                    self.call_unknown(&path, &record)
                }
            },
            Role::SplitLast => {
                let dot = first.as_ref().and_then(Value::as_text);
                if dot.is_some_and(|text| text.reveal() == ".") && may_be_token(object) {
                    return self.last_token_part(object);
                }
                let path = format!("{}.{}", object.path(), name.text);
                self.call_unknown(&path, &record)
            }
            Role::Parse => match first.filter(|value| matches!(value.kind, Kind::Claims(..))) {
                Some(claims) => self.hold_against_schema(object, &claims),
                None => {
                    let path = format!("{}.{}", object.path(), name.text);
                    self.call_unknown(&path, &record)
                }
            },
            Role::Equal => match &first {
                Some(other) => self.hold_against(object, other, record.span, record.name),
                None => Value::unknown("comparison"),
            },
            _ => self.call_unknown(&name.text, &record),
        }
    }

    /// Text put together from a list, with another text between its elements; either may be the receiver.
    fn join_list(&mut self, parts: &[Value], span: Span) -> Option<Value> {
        let (list, between) = match parts {
            [list, between] if matches!(list.kind, Kind::List(_)) => (list, between),
            [between, list] if matches!(list.kind, Kind::List(_)) => (list, between),
            _ => return None,
        };
        between.as_text()?;
        let Kind::List(list) = &list.kind else {
            return None;
        };
        let items = list.borrow();
        if items.open {
            return None;
        }
        let mut joined = Vec::new();
        for item in &items.items {
            if !joined.is_empty() {
                joined.push(between.clone());
            }
            joined.push(item.clone());
        }
        drop(items);
        Some(self.join(joined, span))
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
            Kind::Symbol(_) | Kind::Class(_) => {
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
            self.note_use(value, Use::HandedOn);
            if !self.throwing && !super::header::writes_a_log(path) {
                self.note_kept(value);
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

    /// Evaluates a function in place.
    pub(super) fn invoke(&mut self, closure: &Rc<Closure>, record: &CallRecord) -> Value {
        self.run_function(closure, record, false)
    }

    /// Evaluates a function for callers that are not known.
    pub(super) fn invoke_generically(&mut self, closure: &Rc<Closure>) {
        let record = CallRecord {
            open: true,
            ..CallRecord::default()
        };
        self.activations += 1;
        let name = self.function_of(closure).name.as_ref();
        // The start of a program is no request.
        let activation = match name.map(|name| name.text.as_str()) {
            Some("main") => 0,
            _ => self.activations,
        };
        let outside = (self.activation, self.older_scopes);
        (self.activation, self.older_scopes) = (activation, self.scopes.len());
        let result = self.run_function(closure, &record, true);
        (self.activation, self.older_scopes) = outside;
        self.note_use(&result, Use::HandedOn);
    }

    /// The function of a closure.
    pub(super) fn function_of(&self, closure: &Closure) -> &'a Function {
        let file: &'a _ = self.loaded[closure.file].file;
        file.module.function(closure.function)
    }

    fn run_function(&mut self, closure: &Rc<Closure>, record: &CallRecord, generic: bool) -> Value {
        self.within(closure.file, |this| {
            this.run_in_file(closure, record, generic)
        })
    }

    fn run_in_file(&mut self, closure: &Rc<Closure>, record: &CallRecord, generic: bool) -> Value {
        let function = self.function_of(closure);
        let name = function
            .name
            .as_ref()
            .map(|name| name.text.as_str())
            .unwrap_or_default();
        let runs = self.ran.entry(closure.key()).or_insert(0);
        *runs += 1;
        let running = self
            .frames
            .iter()
            .filter(|frame| frame.function == Some(closure.key()))
            .count();
        if *runs > MOST_RUNS || running > 0 || self.frames.len() > DEEPEST_CALL * 2 {
            return self.call_unknown(name, record);
        }
        let scope = self.new_scope(closure.scope);
        self.frames.push(Frame {
            function: Some(closure.key()),
            scope,
            this: closure.this.clone(),
            base: closure.base.clone(),
            returns: Vec::new(),
            label: name.to_owned(),
            generic,
            called: (record.name != Span::default()).then_some(record.name),
        });
        if let Some(receiver) = &function.receiver {
            let this = closure
                .this
                .clone()
                .unwrap_or_else(|| Value::unknown(&receiver.text));
            self.write_name(scope, &receiver.text, this);
        }
        self.bind_parameters(&function.parameters, record, scope);
        let (_, tail) = self.block(&function.body, scope);
        let frame = self.frames.pop();
        let returns = frame.map(|frame| frame.returns).unwrap_or_default();
        let result = Value::one_of(returns.into_iter().chain(tail));
        if self.is_memoised(function) {
            self.note_kept(&result);
        }
        self.note_returned(function, &result);
        self.note_use(&result, Use::Returned);
        result
    }

    fn bind_parameters(&mut self, parameters: &'a [Parameter], record: &CallRecord, scope: usize) {
        let mut positional = record.positional.iter().map(|(value, _)| value);
        for parameter in parameters {
            let name = match &parameter.target {
                Target::Name(name) => name.text.as_str(),
                _ => "argument",
            };
            let given = match parameter.kind {
                ParameterKind::Plain => record
                    .named
                    .get(name)
                    .map(|(value, _)| value.clone())
                    .or_else(|| positional.next().cloned()),
                ParameterKind::NamedOnly => record.named.get(name).map(|(value, _)| value.clone()),
                ParameterKind::Rest => Some(if record.open {
                    Value::unknown(name)
                } else {
                    Value::list(positional.by_ref().cloned().collect())
                }),
                ParameterKind::NamedRest => Some(self.named_rest(parameters, record)),
            };
            let mut value = match given {
                // Nothing handed on: some languages then take the default, some do not.
                Some(value) if matches!(value.kind, Kind::Null) && parameter.default.is_some() => {
                    let default = parameter.default.map(|it| self.expression(it, scope));
                    Value::one_of([value].into_iter().chain(default))
                }
                Some(value) => value,
                None if record.spread.is_some() => {
                    let claims = record.spread.as_ref();
                    let claim = claims.and_then(|claims| super::claim_schema::claim(claims, name));
                    claim.unwrap_or_else(|| Value::unknown(name))
                }
                None if record.open => self.missing_argument(parameter, name, scope),
                None => match parameter.default {
                    Some(default) => self.expression(default, scope),
                    None => Value::new(Kind::Null),
                },
            };
            if value.is_unknown()
                && let Some(annotation) = &parameter.annotation
            {
                value = self.typed(annotation, value, scope);
            }
            if parameter.is_field
                && let Some(this) = self.frame().this.clone()
                && let Target::Name(name) = &parameter.target
            {
                self.write_member(&this, &name.text, name.span, value.clone());
            }
            self.bind(&parameter.target, value, scope, true);
        }
    }

    fn missing_argument(&mut self, parameter: &'a Parameter, name: &str, scope: usize) -> Value {
        let unknown = Value::unknown(name);
        match parameter.default {
            Some(default) => {
                let default = self.expression(default, scope);
                let span = self.expression_span(parameter.default.unwrap_or(ExprId(0)));
                self.either(unknown, default, span)
            }
            None => unknown,
        }
    }

    fn named_rest(&self, parameters: &[Parameter], record: &CallRecord) -> Value {
        let mut map = Map {
            open: record.open,
            born: self.depth(),
            ..Map::default()
        };
        for (name, (value, span)) in &record.named {
            let taken = parameters.iter().any(|parameter| {
                let by_name = matches!(
                    parameter.kind,
                    ParameterKind::Plain | ParameterKind::NamedOnly
                );
                let called =
                    matches!(&parameter.target, Target::Name(target) if target.text == *name);
                by_name && called
            });
            if !taken {
                map.entries.insert(
                    name.clone(),
                    Entry {
                        value: value.clone(),
                        key: *span,
                        maybe: false,
                    },
                );
            }
        }
        Value::map(map)
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
            activation: self.activation,
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

/// Whether a value may be a token: text that comes from somewhere else.
fn may_be_token(value: &Value) -> bool {
    match &value.kind {
        Kind::Setting { fallback, .. } | Kind::Environment { fallback, .. } => fallback.is_some(),
        Kind::OneOf(values) => values.iter().any(may_be_token),
        _ => value.is_unknown(),
    }
}

fn same_map(a: &Value, b: &Value) -> bool {
    matches!((&a.kind, &b.kind), (Kind::Map(a), Kind::Map(b)) if Rc::ptr_eq(a, b))
}

/// Whether the name of a class says that it is an error.
fn is_error(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path);
    ["Error", "Exception"].iter().any(|end| name.ends_with(end))
}
