//! Settings that are read by a schema, or kept in an object: each field with what is taken when it is missing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::Evaluator;
use super::filled::{Filled, Truth};
use super::stage::is_for_tests;
use super::value::{CallRecord, ClassValue, Entry, Kind, Map, Object, Value, Wanted};
use crate::models::catalog::Found;
use crate::models::schema::{Api, FieldModel, Slot, TypeModel};
use crate::models::source::Source;
use crate::source::Span;
use crate::syntax::ir::{MemberKind, Name};

/// Fields of one schema that are read.
const MOST_FIELDS: usize = 400;

/// Schemas inside each other that are followed.
const DEEPEST_SCHEMA: usize = 6;

/// What separates the names of a setting's path.
const SEPARATORS: [char; 2] = ['.', ':'];

/// Fields as they are described, not read yet.
#[derive(Default)]
pub(super) struct Described {
    pub(super) fields: BTreeMap<String, Entry>,
    /// Whether there may be others.
    open: bool,
    /// Texts that stood in place of fields.
    pub(super) texts: Vec<(Value, Span)>,
}

impl Described {
    /// Adds what may stand in the place of this.
    fn or_else(&mut self, other: Self) {
        for (name, entry) in other.fields {
            let known = self.fields.remove(&name);
            let values = known.map(|known| known.value).into_iter();
            let value = Value::one_of(values.chain([entry.value]));
            self.fields.insert(name, Entry { value, ..entry });
        }
        self.texts.extend(other.texts);
    }
}

/// How described fields are read.
#[derive(Clone, Copy)]
struct Reading<'r, 'a> {
    /// What they are members of; `None`: settings by their own names.
    from: Option<&'r Value>,
    /// The path of the settings.
    path: &'r str,
    field: Option<&'a FieldModel>,
    /// A value written in place of a field is what is taken when nothing else says what it is.
    settings: bool,
    depth: usize,
}

impl<'a> Evaluator<'a> {
    /// What comes out when a value is read by a schema.
    pub(super) fn parse(
        &mut self,
        found: Found<'a, Api>,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Value {
        let api = found.item;
        let source = api.slots.get(&Slot::Value);
        let from = source.and_then(|source| match self.fill(source, record, object) {
            Filled::Yes(value, _) | Filled::Maybe(value, _) => Some(value),
            Filled::No | Filled::Unknown => None,
        });
        if let Some(claims) = from.as_ref().filter(|from| is_claims(from)) {
            return self.parse_claims(api, record, object, claims);
        }
        let of_token = from.as_ref().is_some_and(is_of_token);
        if of_token || from.is_none() && source.is_some() {
            let name = api.path.first().map_or("", String::as_str);
            return self.call_unknown(name, record);
        }
        let own = object.and_then(|object| self.model_of(object));
        let mut described = Described::default();
        self.describe(&api.fields, record, object, 0, &mut described);
        if let (true, Some(object)) = (api.fields.is_empty(), object) {
            self.describe_object(object, 0, &mut described);
        }
        let reading = Reading {
            from: from.as_ref(),
            path: "",
            field: api
                .field
                .as_ref()
                .or(own.and_then(|model| model.field.as_ref())),
            settings: api.settings || own.is_some_and(|model| model.settings),
            depth: 0,
        };
        let class = record.type_arguments.first().map(|(_, class)| &class.kind);
        if from.is_none() && described.fields.is_empty() && !reading.settings {
            return self.wanted(record);
        }
        if let (true, Some(Kind::Class(class))) = (reading.settings, class) {
            let class = Rc::clone(class);
            let known = self.read_all(described, reading);
            return self.deserialized(&class, &known, "", 0);
        }
        if from.is_none() && described.fields.is_empty() {
            return match class {
                Some(class) if !matches!(class, Kind::Unknown(_)) => self.wanted(record),
                _ => Value::new(Kind::Wanted(Wanted::Settings)),
            };
        }
        let value = self.read_all(described, reading);
        let value = self.remade(value, own, object);
        self.under(api, value, record.name)
    }

    /// What a call of a schema gives: what was read, or an object that holds it.
    pub(super) fn under(&self, api: &Api, value: Value, key: Span) -> Value {
        let Some(name) = &api.under else { return value };
        let entry = Entry {
            value,
            key,
            maybe: false,
        };
        Value::map(Map {
            entries: BTreeMap::from([(name.clone(), entry)]),
            open: true,
            born: self.depth(),
            class: None,
        })
    }

    /// The content of a settings object; `None` when the object is none.
    pub(super) fn content(&mut self, object: &Rc<RefCell<Object>>) -> Option<Value> {
        let model = self.model_of(object)?;
        if !is_content(model) {
            return None;
        }
        let mut described = Described::default();
        self.describe_object(object, 0, &mut described);
        let reading = Reading {
            from: None,
            path: "",
            field: model.field.as_ref(),
            settings: model.settings,
            depth: 0,
        };
        let value = self.read_all(described, reading);
        Some(self.remade(value, Some(model), Some(object)))
    }

    /// Settings as the calls of an API describe them, under the names that they are read by.
    pub(super) fn described_by(
        &mut self,
        api: &'a Api,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> (BTreeMap<String, Entry>, Vec<(Value, Span)>) {
        let mut described = Described::default();
        self.describe(&api.fields, record, object, 0, &mut described);
        let texts = std::mem::take(&mut described.texts);
        let reading = Reading {
            from: None,
            path: "",
            field: api.field.as_ref(),
            settings: api.settings,
            depth: 0,
        };
        let value = self.read_all(described, reading);
        let entries = match &value.kind {
            Kind::Map(map) => map.borrow().entries.clone(),
            _ => BTreeMap::new(),
        };
        (entries, texts)
    }

    /// Whether an object of a library is a settings object or a schema, and its model.
    fn model_of(&self, object: &Rc<RefCell<Object>>) -> Option<&'a TypeModel> {
        let catalog: &'a _ = self.catalog;
        let object = object.borrow();
        let found = catalog.object_type(&object.package, &object.path)?;
        Some(found.item)
    }

    /// What a function makes of what was read.
    fn remade(
        &mut self,
        value: Value,
        model: Option<&'a TypeModel>,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Value {
        let Some(then) = model.and_then(|model| model.then.as_ref()) else {
            return value;
        };
        match self.fill(then, &CallRecord::default(), object) {
            Filled::Yes(function, _) | Filled::Maybe(function, _) => {
                self.apply(&function, &value).unwrap_or(value)
            }
            Filled::No | Filled::Unknown => value,
        }
    }

    fn describe(
        &mut self,
        sources: &'a [Source],
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
        depth: usize,
        described: &mut Described,
    ) {
        for source in sources {
            match self.fill(source, record, object) {
                Filled::Yes(value, span) => {
                    self.describe_value(&value, span, depth + 1, described);
                }
                Filled::Maybe(value, span) => {
                    described.open = true;
                    self.describe_value(&value, span, depth + 1, described);
                }
                Filled::Unknown => described.open = true,
                Filled::No => {}
            }
        }
    }

    fn describe_object(
        &mut self,
        object: &Rc<RefCell<Object>>,
        depth: usize,
        described: &mut Described,
    ) {
        let Some(model) = self.model_of(object).filter(|model| is_content(model)) else {
            described.open = true;
            return;
        };
        described.open |= !model.entries.is_empty();
        for entries in &model.entries {
            let calls = object.borrow().calls.clone();
            let calls = calls.iter().filter(|(name, ..)| *name == entries.call);
            for (_, record, _) in calls.take(MOST_FIELDS) {
                let name = self.plain_slot(&entries.name, record);
                let value = self.plain_slot(&entries.value, record);
                if let (Some(name), Some(value)) = (name, value)
                    && let Some(name) = name.as_text()
                {
                    let key = record.name;
                    insert_at(&mut described.fields, name.reveal(), value, key, 0);
                }
            }
        }
        self.describe(
            &model.fields,
            &CallRecord::default(),
            Some(object),
            depth + 1,
            described,
        );
    }

    /// Adds the fields that a value stands for.
    pub(super) fn describe_value(
        &mut self,
        value: &Value,
        span: Span,
        depth: usize,
        into: &mut Described,
    ) {
        if depth > DEEPEST_SCHEMA * 2 || !self.step() {
            into.open = true;
            return;
        }
        let value = self.force(value.clone());
        match &value.kind {
            Kind::Map(map) => {
                let class = map.borrow().class.clone();
                let attributes = class.map(|class| self.attributes(&class, 0));
                let map = map.borrow();
                into.open |= map.open;
                let attributes = attributes.iter().flatten();
                for (name, entry) in map.entries.iter().chain(attributes).take(MOST_FIELDS) {
                    into.fields
                        .entry(name.clone())
                        .or_insert_with(|| entry.clone());
                }
            }
            Kind::Object(object) => self.describe_object(&Rc::clone(object), depth + 1, into),
            Kind::Function(closure) => {
                let record = CallRecord {
                    span,
                    name: span,
                    open: true,
                    ..CallRecord::default()
                };
                let result = self.invoke(&Rc::clone(closure), &record);
                self.describe_value(&result, span, depth + 1, into);
            }
            Kind::Class(class) if is_for_tests(&class.name) => into.open = true,
            Kind::Class(class) => {
                let class = Rc::clone(class);
                for (name, entry) in self.attributes(&class, 0) {
                    into.fields.entry(name).or_insert(entry);
                }
                for (name, entry) in self.fields_of_instances(&class) {
                    into.fields.entry(name).or_insert(entry);
                }
            }
            Kind::List(list) => {
                let list = list.borrow();
                into.open |= list.open;
                let items: Vec<Value> = list.items.iter().take(MOST_FIELDS).cloned().collect();
                drop(list);
                for item in items {
                    self.describe_value(&item, span, depth + 1, into);
                }
            }
            Kind::OneOf(values) => {
                into.open = true;
                for value in values.iter() {
                    let mut one = Described::default();
                    self.describe_value(value, span, depth + 1, &mut one);
                    into.or_else(one);
                }
            }
            Kind::Text(_) => into.texts.push((value, span)),
            Kind::Environment {
                fallback: Some(fallback),
                ..
            }
            | Kind::Setting {
                fallback: Some(fallback),
                ..
            } => {
                into.open = true;
                self.describe_value(fallback, span, depth + 1, into);
            }
            Kind::Null | Kind::Bool(_) => {}
            _ => into.open = true,
        }
    }

    /// Attributes of a class and of its bases.
    pub(super) fn attributes(
        &mut self,
        class: &Rc<ClassValue>,
        depth: usize,
    ) -> BTreeMap<String, Entry> {
        let mut all = class.statics.borrow().entries.clone();
        if depth < DEEPEST_SCHEMA {
            for base in class.bases.clone() {
                if let Kind::Class(base) = &self.force(base).kind {
                    for (name, entry) in self.attributes(&Rc::clone(base), depth + 1) {
                        all.entry(name).or_insert(entry);
                    }
                }
            }
        }
        all
    }

    /// The fields that instances of a class have, with what they are when nothing else is given.
    fn fields_of_instances(&mut self, class: &Rc<ClassValue>) -> BTreeMap<String, Entry> {
        let mut fields = BTreeMap::new();
        for (file, member) in self.members_of(class).into_iter().take(MOST_FIELDS) {
            let MemberKind::Field(default) = member.kind else {
                continue;
            };
            if member.is_static {
                continue;
            }
            let name = &member.name;
            let value = match default {
                Some(default) => self.within(file, |this| this.expression(default, class.scope)),
                None => Value::unknown(&name.text),
            };
            let entry = Entry {
                value: value.bound(&name.text, name.span),
                key: name.span,
                maybe: false,
            };
            fields.insert(name.text.clone(), entry);
        }
        fields
    }

    fn read_all(&mut self, described: Described, reading: Reading<'_, 'a>) -> Value {
        let mut map = Map {
            open: described.open,
            born: self.depth(),
            ..Map::default()
        };
        for (name, entry) in described.fields {
            let path = match reading.path {
                "" => name.clone(),
                before => format!("{before}.{name}"),
            };
            let own = Name {
                text: name.clone(),
                span: entry.key,
            };
            let from = reading.from.map(|from| self.member(from, &own));
            let inner = Reading {
                from: from.as_ref(),
                path: &path,
                depth: reading.depth + 1,
                ..reading
            };
            let value = self.read_field(&entry.value, inner);
            map.entries.insert(name, Entry { value, ..entry });
        }
        Value::map(map)
    }

    /// The value of one field.
    fn read_field(&mut self, described: &Value, reading: Reading<'_, 'a>) -> Value {
        let setting = || {
            Value::new(Kind::Setting {
                path: Rc::from(reading.path),
                fallback: None,
            })
        };
        if reading.depth > DEEPEST_SCHEMA {
            return setting();
        }
        let described = self.force(described.clone());
        let given = reading.from.cloned();
        match &described.kind {
            Kind::Object(object) => {
                let Some(model) = self.model_of(object) else {
                    return given.unwrap_or(described);
                };
                if reading.from.is_none() && self.takes_certain_values(&described, 0) {
                    // No setting, or one with nothing in its place.
                    return described;
                }
                let nothing = CallRecord::default();
                if is_content(model) {
                    let mut inner = Described::default();
                    self.describe_object(object, 0, &mut inner);
                    let field = model.field.as_ref().or(reading.field);
                    return self.read_all(inner, Reading { field, ..reading });
                }
                let given = given.unwrap_or_else(setting);
                self.with_defaults(&model.slots, given, &nothing, Some(object))
            }
            Kind::Map(_) | Kind::List(_) => {
                let record = CallRecord {
                    positional: vec![(described.clone(), Span::default())],
                    ..CallRecord::default()
                };
                if let Some(field) = reading.field
                    && self.test(&field.when, &record, None).0 == Truth::Yes
                {
                    let given = given.unwrap_or_else(setting);
                    return self.with_defaults(&field.slots, given, &record, None);
                }
                let Kind::Map(map) = &described.kind else {
                    return described;
                };
                if reading.field.is_none() && !reading.settings {
                    return described;
                }
                let map = map.borrow();
                let inner = Described {
                    fields: map.entries.clone(),
                    open: map.open,
                    texts: Vec::new(),
                };
                drop(map);
                self.read_all(inner, reading)
            }
            Kind::Text(_) | Kind::Generated | Kind::Guessable if reading.settings => {
                let span = described.origin().unwrap_or_default();
                self.either(given.unwrap_or_else(setting), described, span)
            }
            Kind::Unknown(_) | Kind::Wanted(_) | Kind::Symbol(_) => given.unwrap_or(described),
            _ => match given {
                Some(given) if reading.field.is_some() => given,
                _ => described,
            },
        }
    }

    /// A field's value, or what its description says is taken when it is missing.
    fn with_defaults(
        &mut self,
        slots: &'a BTreeMap<Slot, Source>,
        given: Value,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Value {
        let slot = |this: &mut Self, slot: Slot| match this.fill(slots.get(&slot)?, record, object)
        {
            Filled::Yes(value, span) | Filled::Maybe(value, span) => Some((value, span)),
            Filled::No | Filled::Unknown => None,
        };
        let variable = slot(self, Slot::Value);
        let given = match variable.as_ref().and_then(|(name, _)| name.as_text()) {
            Some(name) => Value::new(Kind::Environment {
                name: Rc::from(name.reveal()),
                fallback: None,
            }),
            None => given,
        };
        if let Some((fallback, span)) = slot(self, Slot::Fallback) {
            return match &fallback.kind {
                Kind::Null => given,
                _ => self.either(given, fallback, span),
            };
        }
        match slot(self, Slot::DevelopmentFallback) {
            Some((fallback, span)) => {
                self.development.extend(fallback.origin());
                self.either(given, fallback, span)
            }
            None => given,
        }
    }

    /// What stands in settings under a path, by its whole name or name by name.
    pub(super) fn at_path(&mut self, settings: &Value, path: &str) -> Option<Value> {
        let settings = self.force(settings.clone());
        let entry = |name: &str| match &settings.kind {
            Kind::Map(map) => map.borrow().entries.get(name).cloned(),
            _ => None,
        };
        if let Some(entry) = entry(path) {
            return Some(entry.value);
        }
        let (first, rest) = path.split_once(SEPARATORS)?;
        let inner = entry(first)?;
        self.at_path(&inner.value, rest)
    }
}

/// Whether objects of a type have fields or settings.
fn is_content(model: &TypeModel) -> bool {
    !model.fields.is_empty() || !model.entries.is_empty()
}

/// Puts a value where a path leads, name by name.
fn insert_at(
    entries: &mut BTreeMap<String, Entry>,
    path: &str,
    value: Value,
    key: Span,
    depth: usize,
) {
    let (name, rest) = match path.split_once(SEPARATORS) {
        Some((name, rest)) if depth < DEEPEST_SCHEMA => (name, Some(rest)),
        _ => (path, None),
    };
    let maybe = false;
    let Some(rest) = rest else {
        entries.insert(name.to_owned(), Entry { value, key, maybe });
        return;
    };
    let inner = entries.entry(name.to_owned()).or_insert_with(|| Entry {
        value: Value::map(Map {
            open: true,
            ..Map::default()
        }),
        key,
        maybe,
    });
    if let Kind::Map(map) = &inner.value.kind {
        insert_at(&mut map.borrow_mut().entries, rest, value, key, depth + 1);
    }
}

/// Whether a value is, or may be, the claims of a token.
fn is_claims(value: &Value) -> bool {
    let values = value.alternatives();
    values
        .iter()
        .any(|value| matches!(value.kind, Kind::Claims(..)))
}

/// Whether a value comes out of a token.
fn is_of_token(value: &Value) -> bool {
    match &value.kind {
        Kind::Claims(..) | Kind::Header(_) | Kind::TokenPart(..) => true,
        Kind::OneOf(values) => values.iter().any(is_of_token),
        _ => false,
    }
}
