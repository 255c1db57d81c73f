//! Methods of values that are no instances of a class of the project: those that the models know by their name.

use std::rc::Rc;

use super::Evaluator;
use super::export::forget_private;
use super::expression::any_of;
use super::uses::Use;
use super::value::{CallRecord, Entry, Kind, Map, Value};
use super::write::{merge_into, open};
use crate::models::schema::{Method, Role, Slot};
use crate::source::Span;
use crate::syntax::ir::Name;

impl<'a> Evaluator<'a> {
    /// A method of a value that is not an instance of a class of this file.
    pub(super) fn call_method(&mut self, object: &Value, name: &Name, record: CallRecord) -> Value {
        match &object.kind {
            Kind::Object(inner) => self.call_object(object, inner, name, record),
            // Reading the answer, or choosing from it.
            Kind::Fetched(_)
                if self.catalog.method(&name.text).is_none_or(|method| {
                    matches!(
                        method.role,
                        Role::Respond | Role::Filter | Role::Find | Role::Each
                    )
                }) =>
            {
                object.clone()
            }
            // Text that is made readable before it is read.
            Kind::Claims(site, path) if self.is_text_of_claims(*site, path) => object.clone(),
            Kind::Claims(site, _) => {
                if let Some(method) = self.method_of_claims(object, &name.text) {
                    return self.invoke(&method, &record);
                }
                let method = self.catalog.method(&name.text);
                if method.is_some_and(|method| method.fails) {
                    self.note_use(object, Use::Propagated);
                }
                let only_passes = method.is_some_and(|method| method.role == Role::Pass);
                if let Some(site) = self.sites.get_mut(*site)
                    && (!only_passes || site.promised && !site.uses.awaited)
                {
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
        let method = method.filter(|method| match method.role {
            Role::Respond => false,
            Role::Instance | Role::Default => matches!(object.kind, Kind::Class(_)),
            _ => true,
        });
        let Some(method) = method else {
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
                    if self.is_chosen_from(object) {
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
            Role::Filter | Role::Find | Role::Each => {
                match self.call_with_elements(method.role, object, &record) {
                    Some(value) => value,
                    None => self.call_with_unknown_elements(object, name, &record),
                }
            }
            // What follows the receiver that the function is given.
            Role::Bind if record.positional.len() > 1 => {
                let mut given = record;
                given.positional[0] = (object.clone(), name.span);
                self.bind_to_first(given)
            }
            Role::Bind => object.clone(),
            Role::Instance => self.instance_of_value(object),
            Role::Default => match &object.kind {
                Kind::Class(class) => {
                    let nothing = CallRecord {
                        span: record.span,
                        name: record.name,
                        ..CallRecord::default()
                    };
                    self.instantiate(&Rc::clone(class), &nothing)
                }
                _ => self.call_unknown(&name.text, &record),
            },
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
                self.note_use(object, Use::Decided);
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
                } else if matches!(&object.kind, Kind::Claims(_, path) if !path.is_empty()) {
                    // The words of a claim say what the claim says.
                    return object.clone();
                }
                let path = format!("{}.{}", object.path(), name.text);
                self.call_unknown(&path, &record)
            }
            Role::Next => {
                let position = method.slots.get(&Slot::Value);
                let position = position.and_then(|source| self.plain_slot(source, &record));
                match next_of(object, position.as_ref()) {
                    Some(element) => element,
                    None => {
                        let path = format!("{}.{}", object.path(), name.text);
                        self.call_unknown(&path, &record)
                    }
                }
            }
            Role::SplitLast => {
                let dot = first.as_ref().and_then(Value::as_text);
                if dot.is_some_and(|text| text.reveal() == ".") && may_be_token(object) {
                    return self.last_token_part(object);
                }
                let path = format!("{}.{}", object.path(), name.text);
                self.call_unknown(&path, &record)
            }
            Role::Parse => match first.filter(|value| matches!(value.kind, Kind::Claims(..))) {
                Some(claims) => self.hold_against_schema(object, &claims, 0),
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
}

/// Takes the next element off a list, or the one at a position and those before it.
fn next_of(list: &Value, position: Option<&Value>) -> Option<Value> {
    let Kind::List(list) = &list.kind else {
        return None;
    };
    let position = match position.map(|value| &value.kind) {
        None => 0,
        Some(Kind::Number(number)) if *number >= 0.0 => *number as usize,
        Some(_) => return None,
    };
    let items = &mut list.borrow_mut().items;
    if position >= items.len() {
        return None;
    }
    items.drain(..=position).next_back()
}

/// Whether a value may be a token: text that comes from somewhere else.
fn may_be_token(value: &Value) -> bool {
    match &value.kind {
        Kind::Setting { fallback, .. } | Kind::Environment { fallback, .. } => fallback.is_some(),
        Kind::OneOf(values) => values.iter().any(may_be_token),
        Kind::Symbol(symbol) => symbol.from.is_none(),
        Kind::Fetched(_) => true,
        _ => value.is_unknown(),
    }
}
