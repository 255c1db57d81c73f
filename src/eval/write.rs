//! Writing to a member or element, and copying entries from one value to another.

use std::collections::BTreeMap;

use super::Evaluator;
use super::uses::Use;
use super::value::{CallRecord, Entry, Kind, Map, Value};
use crate::source::Span;
use crate::syntax::ir::{ExprId, ExprKind, Member, MemberKind};

/// Longest path of an unknown object whose members are kept.
const LONGEST_KEPT: usize = 100;

impl Evaluator<'_> {
    /// Writes to a member or element.
    pub(super) fn write_place(&mut self, place: ExprId, value: Value, scope: usize) {
        let module = self.module;
        self.note_change(place, scope);
        match &module.expr(place).kind {
            ExprKind::Member { object, name } => {
                let object = self.expression(*object, scope);
                self.write_member(&object, &name.text, name.span, value);
            }
            ExprKind::Index { object, index } => {
                let object = self.expression(*object, scope);
                let key = self.expression(*index, scope);
                let span = self.expression_span(*index);
                match key.as_text() {
                    Some(text) => self.write_member(&object, text.reveal(), span, value),
                    None => {
                        self.note_use(&value, Use::HandedOn);
                        self.note_kept(&value);
                        super::export::forget_private(&object);
                        open(&object);
                    }
                }
            }
            _ => {
                self.expression(place, scope);
            }
        }
    }

    /// Writes the entries that a call is given to members of its receiver: `os.environ.update({...})`.
    pub(super) fn merge_into_symbol(&mut self, receiver: &Value, record: &CallRecord) {
        let mut written: Vec<(String, Value, Span)> = Vec::new();
        for (value, _) in &record.positional {
            if let Kind::Map(map) = &value.kind {
                let map = map.borrow();
                let entries = map.entries.iter();
                written.extend(entries.map(|(name, it)| (name.clone(), it.value.clone(), it.key)));
            }
        }
        let named = record.named.iter();
        written.extend(named.map(|(name, (value, span))| (name.clone(), value.clone(), *span)));
        for (name, value, span) in written {
            self.write_member(receiver, &name, span, value);
        }
    }

    pub(super) fn write_member(&mut self, object: &Value, name: &str, span: Span, value: Value) {
        self.note_setting(name, &value, span);
        self.set_by_attribute(object, name, span, &value);
        self.note_kept(&value);
        let value = value.bound(name, span);
        let depth = self.depth();
        for object in object.alternatives() {
            let object = object.into_changeable();
            if !self.around.missing.is_empty() && self.write_missing(&object, name, span, &value) {
                continue;
            }
            match &object.kind {
                Kind::Map(map) => {
                    let mut map = map.borrow_mut();
                    let maybe = depth > map.born;
                    let mut value = value.clone();
                    if matches!(value.kind, Kind::Bool(_)) && self.is_run_by_chance(&map) {
                        value = Value::unknown(name);
                    }
                    write_entry(&mut map.entries, name, span, value, maybe);
                }
                Kind::Object(object) => {
                    let mut object = object.borrow_mut();
                    let maybe = depth > object.born;
                    write_entry(&mut object.fields, name, span, value.clone(), maybe);
                }
                Kind::Class(class) => {
                    let mut statics = class.statics.borrow_mut();
                    write_entry(&mut statics.entries, name, span, value.clone(), depth > 0);
                }
                Kind::Unknown(path) => {
                    if let Some(store) = self.store_of_member(path) {
                        let (key, maybe) = (span, depth > 0);
                        let value = value.clone();
                        self.put(store, name, Entry { value, key, maybe });
                    }
                    self.keep(path, name, value.clone());
                    self.note_stored(&value, name);
                }
                Kind::Symbol(symbol) if self.set_by_member(symbol, name, span, &value) => {}
                _ => self.note_stored(&value, name),
            }
        }
    }

    /// Whether the function that runs is a method of this instance that nobody was seen to call: what it switches may
    /// never be switched.
    fn is_run_by_chance(&self, instance: &Map) -> bool {
        let Some(class) = &instance.class else {
            return false;
        };
        let frame = self.around.frames.last().filter(|frame| frame.generic);
        let Some(running) = frame.and_then(|frame| frame.function) else {
            return false;
        };
        let makes = |(file, member): (usize, &Member)| match member.kind {
            MemberKind::Method(function) => {
                (file, function) == running && member.name.text == "constructor"
            }
            _ => false,
        };
        !self.members_of(class).into_iter().any(makes)
    }

    /// Writes to a member that was found to be missing: what is written is its fallback. Says whether it was.
    fn write_missing(&mut self, object: &Value, name: &str, key: Span, value: &Value) -> bool {
        let before = match &object.kind {
            Kind::Map(map) => map.borrow().entries.get(name).cloned(),
            Kind::Object(object) => object.borrow().fields.get(name).cloned(),
            Kind::Class(class) => class.statics.borrow().entries.get(name).cloned(),
            Kind::Unknown(path) => {
                let path = format!("{path}.{name}");
                let before = self.kept.get(&path).cloned();
                let before = before.unwrap_or_else(|| Value::unknown(&path));
                let written = self.written_when_missing(&before, value);
                let is_written = written.is_some();
                if let Some(written) = written {
                    self.kept.insert(path, written);
                }
                return is_written;
            }
            _ => None,
        };
        let Some(before) = before else { return false };
        let Some(value) = self.written_when_missing(&before.value, value) else {
            return false;
        };
        let entry = Entry {
            value,
            key,
            maybe: false,
        };
        let entries = |entries: &mut BTreeMap<String, Entry>| {
            entries.insert(name.to_owned(), entry);
        };
        match &object.kind {
            Kind::Map(map) => entries(&mut map.borrow_mut().entries),
            Kind::Object(object) => entries(&mut object.borrow_mut().fields),
            Kind::Class(class) => entries(&mut class.statics.borrow_mut().entries),
            _ => {}
        }
        true
    }

    /// An object of which nothing is known still holds what this file writes to it: `app.config["KEY"] = ...`.
    fn keep(&mut self, path: &str, name: &str, value: Value) {
        let is_simple = matches!(
            value.kind,
            Kind::Text(_)
                | Kind::Environment { .. }
                | Kind::Setting { .. }
                | Kind::Generated
                | Kind::Guessable
        );
        // A bare name may be another thing elsewhere, and a long path is cut.
        if !path.contains(['.', '(']) || path.len() >= LONGEST_KEPT {
            return;
        }
        let key = format!("{path}.{name}");
        let before = self.kept.get(&key).cloned();
        let value = match before {
            Some(before) if self.depth() > 0 => Value::one_of([before, value]),
            Some(_) => value,
            None if is_simple => value,
            None => return,
        };
        self.kept.insert(key, value);
    }
}

fn write_entry(
    entries: &mut BTreeMap<String, Entry>,
    name: &str,
    key: Span,
    value: Value,
    maybe: bool,
) {
    let before = entries.remove(name);
    let (value, maybe) = match before {
        Some(before) if maybe => (Value::one_of([before.value, value]), before.maybe),
        _ => (value, maybe),
    };
    entries.insert(name.to_owned(), Entry { value, key, maybe });
}

/// Copies the entries of a value into a map; an unknown value may bring anything.
pub(super) fn merge_into(map: &mut Map, value: &Value, maybe: bool) {
    match &value.kind {
        Kind::Map(inner) => {
            // A map that is copied into itself stays as it is.
            let Ok(inner) = inner.try_borrow() else {
                return;
            };
            map.open |= inner.open;
            for (name, entry) in &inner.entries {
                write_entry(
                    &mut map.entries,
                    name,
                    entry.key,
                    entry.value.clone(),
                    maybe || entry.maybe,
                );
            }
        }
        Kind::OneOf(values) => values.iter().for_each(|value| merge_into(map, value, true)),
        Kind::Null | Kind::Bool(_) => {}
        _ => map.open = true,
    }
}

/// From here on anything may be in it.
pub(super) fn open(value: &Value) {
    match &value.kind {
        Kind::Map(map) => map.borrow_mut().open = true,
        Kind::List(list) => list.borrow_mut().open = true,
        Kind::OneOf(values) => values.iter().for_each(open),
        _ => {}
    }
}
