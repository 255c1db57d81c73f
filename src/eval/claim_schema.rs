//! Schemas and typed claims: a claim that only one of certain values can fill is checked by hand. That it must be
//! there, or be of some type, is no check.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::Evaluator;
use super::filled::Filled;
use super::uses::Use;
use super::value::{CallRecord, ClassValue, Entry, Kind, Map, Object, Value};
use crate::models::schema::Api;
use crate::source::Span;
use crate::syntax::ir::{Class, Member, MemberKind, TypeName};

/// Schemas in schemas that are looked into.
const DEEPEST_SCHEMA: usize = 4;

/// Fields of one type that are looked at.
const MOST_FIELDS: usize = 200;

impl<'a> Evaluator<'a> {
    /// Claims are read by the schema that a call is made on, or that it is given.
    pub(super) fn parse_claims(
        &mut self,
        api: &'a Api,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
        claims: &Value,
    ) -> Value {
        let schema = match (api.fields.first(), object) {
            (Some(source), _) => match self.fill(source, record, object) {
                Filled::Yes(schema, _) | Filled::Maybe(schema, _) => Some(schema),
                Filled::No | Filled::Unknown => None,
            },
            (None, Some(object)) => Some(Value::new(Kind::Object(Rc::clone(object)))),
            (None, None) => None,
        };
        let claims = match schema {
            Some(schema) => self.hold_against_schema(&schema, claims, 0),
            None => claims.clone(),
        };
        self.under(api, claims, record.name)
    }

    /// Claims are held against a schema; what that gives.
    pub(super) fn hold_against_schema(
        &mut self,
        schema: &Value,
        claims: &Value,
        depth: usize,
    ) -> Value {
        if depth > DEEPEST_SCHEMA {
            return claims.clone();
        }
        let schema = self.force(schema.clone());
        let Some(claims) = first_claims(claims) else {
            return claims.clone();
        };
        match &schema.kind {
            Kind::Class(class) => {
                self.check_by_type(class, &claims);
                self.instance_of_claims(class, &claims)
            }
            Kind::Object(object) => {
                let calls: Vec<Rc<CallRecord>> = {
                    let object = object.borrow();
                    let since = object.calls.iter().map(|(_, call, _)| Rc::clone(call));
                    object.made.iter().cloned().chain(since).collect()
                };
                for call in calls {
                    for (value, _) in &call.positional {
                        match &value.kind {
                            Kind::Map(map) => {
                                let entries: Vec<(String, Value)> = map
                                    .borrow()
                                    .entries
                                    .iter()
                                    .map(|(name, entry)| (name.clone(), entry.value.clone()))
                                    .collect();
                                for (name, value) in entries {
                                    let value = self.force(value);
                                    if self.takes_certain_values(&value, 0) {
                                        self.note_claim(&claims, &name);
                                    }
                                }
                            }
                            // A check of the whole: it is run with the claims.
                            Kind::Function(_) => {
                                self.apply(value, &claims);
                            }
                            Kind::Object(_) => {
                                self.hold_against_schema(value, &claims, depth + 1);
                            }
                            _ => {}
                        }
                    }
                }
                claims
            }
            Kind::Map(_) => {
                for (name, schema) in properties(&schema) {
                    let schema = self.force(schema);
                    if self.is_certain_property(&schema, 0) {
                        self.note_claim(&claims, &name);
                    }
                }
                claims
            }
            _ => claims,
        }
    }

    /// Whether only certain values fill a property of a JSON schema.
    fn is_certain_property(&mut self, schema: &Value, depth: usize) -> bool {
        const CERTAIN: [&str; 2] = ["const", "enum"];
        const OF_ELEMENTS: [&str; 2] = ["items", "contains"];
        if depth > DEEPEST_SCHEMA {
            return false;
        }
        let Kind::Map(map) = &schema.kind else {
            return self.takes_certain_values(schema, depth);
        };
        let map = map.borrow();
        let inner = OF_ELEMENTS.iter().filter_map(|name| map.entries.get(*name));
        let inner: Vec<Value> = inner.map(|entry| entry.value.clone()).collect();
        let is_certain = CERTAIN.iter().any(|name| map.entries.contains_key(*name));
        drop(map);
        is_certain
            || inner
                .iter()
                .any(|schema| self.is_certain_property(schema, depth + 1))
    }

    /// Whether a schema is only filled by certain values.
    pub(super) fn takes_certain_values(&mut self, schema: &Value, depth: usize) -> bool {
        if depth > DEEPEST_SCHEMA {
            return false;
        }
        match &schema.kind {
            Kind::Object(object) => {
                let (package, path, made, calls) = {
                    let object = object.borrow();
                    let calls: Vec<String> =
                        object.calls.iter().map(|(name, ..)| name.clone()).collect();
                    let (package, path) = (object.package.clone(), object.path.clone());
                    (package, path, object.made.clone(), calls)
                };
                let of = self.catalog.object_type(&package, &path);
                let by_call =
                    of.is_some_and(|of| calls.iter().any(|name| of.item.compares.contains(name)));
                let Some(made) = made else { return by_call };
                by_call
                    || made.of.as_ref().is_some_and(|(package, path)| {
                        let makers = self.catalog.apis(package, path);
                        makers.iter().any(|found| found.item.compares)
                    })
                    || made.positional.iter().any(|(value, _)| {
                        !matches!(value.kind, Kind::Map(_))
                            && self.takes_certain_values(value, depth + 1)
                    })
            }
            Kind::List(list) => {
                let items = list.borrow().items.clone();
                !items.is_empty()
                    && items
                        .iter()
                        .any(|item| self.takes_certain_values(item, depth + 1))
            }
            Kind::OneOf(values) => values
                .iter()
                .all(|value| self.takes_certain_values(value, depth + 1)),
            Kind::Symbol(symbol) => {
                let found = self.catalog.apis(&symbol.package, &symbol.path);
                found.iter().any(|found| found.item.compares)
            }
            Kind::Class(class) => self.is_closed_set(&Rc::clone(class)),
            _ => false,
        }
    }

    /// Whether the values of a class are listed in it.
    fn is_closed_set(&mut self, class: &Rc<ClassValue>) -> bool {
        let variants = self.declaration(class).is_some_and(|declaration| {
            let mut members = declaration.members.iter();
            !declaration.members.is_empty()
                && members.all(|member| matches!(member.kind, MemberKind::Variant))
        });
        let listed = class.bases.iter().any(|base| match &base.kind {
            Kind::Symbol(symbol) => {
                let found = self.catalog.apis(&symbol.package, &symbol.path);
                found.iter().any(|found| found.item.compares)
            }
            _ => false,
        });
        variants || listed
    }

    fn declaration(&self, class: &ClassValue) -> Option<&'a Class> {
        let file: &'a _ = self.loaded.get(class.file)?.file;
        Some(file.module.class(class.class))
    }

    /// Claims are read into a type: its fields may take certain values only, and it may check itself.
    pub(super) fn check_by_type(&mut self, class: &Rc<ClassValue>, claims: &Value) {
        for (file, member) in self.members_of(class).into_iter().take(MOST_FIELDS) {
            let decorators: Vec<Value> = self.within(file, |this| {
                let decorators = member.decorators.iter();
                decorators
                    .map(|decorator| this.expression(*decorator, class.scope))
                    .collect()
            });
            match &member.kind {
                MemberKind::Field(default) => {
                    let by_decorator = decorators
                        .iter()
                        .any(|decorator| self.takes_certain_values(decorator, 0));
                    let by_default = default.is_some_and(|default| {
                        let value = self.within(file, |this| this.expression(default, class.scope));
                        self.takes_certain_values(&value, 0)
                    });
                    if by_decorator || by_default || self.has_certain_type(class, file, member) {
                        self.note_claim(claims, &member.name.text);
                    }
                }
                MemberKind::Method(_) => {
                    for decorator in &decorators {
                        for name in self.checked_by(decorator) {
                            self.note_claim(claims, &name);
                        }
                    }
                }
                MemberKind::Getter(_) | MemberKind::Variant => {}
            }
        }
    }

    fn has_certain_type(&mut self, class: &ClassValue, file: usize, member: &Member) -> bool {
        let Some(annotation) = &member.annotation else {
            return false;
        };
        self.within(file, |this| {
            this.is_certain_type(annotation, class.scope, 0)
        })
    }

    fn is_certain_type(&mut self, annotation: &TypeName, scope: usize, depth: usize) -> bool {
        if depth > DEEPEST_SCHEMA {
            return false;
        }
        let mut names = annotation.path.split('.');
        let first = names.next().unwrap_or_default();
        let known = self.look_up(first, scope);
        let certain = match known.map(|known| self.arrive(known)) {
            Some(Value {
                kind: Kind::Symbol(symbol),
                ..
            }) => {
                let rest = names.map(str::to_owned);
                let path: Vec<String> = symbol.path.iter().cloned().chain(rest).collect();
                let found = self.catalog.apis(&symbol.package, &path);
                found.iter().any(|found| found.item.compares)
            }
            Some(value) => self.takes_certain_values(&value, 0),
            None => false,
        };
        certain
            || annotation
                .arguments
                .iter()
                .any(|inner| self.is_certain_type(inner, scope, depth + 1))
    }

    /// The fields that a method with this decorator checks: those that the decorator names.
    fn checked_by(&self, decorator: &Value) -> Vec<String> {
        let Kind::Object(object) = &decorator.kind else {
            return Vec::new();
        };
        let made = object.borrow().made.clone();
        let Some(made) = made else { return Vec::new() };
        let checks = made.of.as_ref().is_some_and(|(package, path)| {
            let makers = self.catalog.apis(package, path);
            makers.iter().any(|found| found.item.compares)
        });
        let names = made.positional.iter().filter(|_| checks);
        names
            .filter_map(|(value, _)| Some(value.as_text()?.reveal().to_owned()))
            .collect()
    }

    /// An instance of a class whose fields are claims of the same names.
    pub(super) fn instance_of_claims(&mut self, class: &Rc<ClassValue>, claims: &Value) -> Value {
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for (_, member) in self.members_of(class).into_iter().take(MOST_FIELDS) {
            if let MemberKind::Field(_) = member.kind
                && let Some(value) = claim(claims, &member.name.text)
            {
                let entry = Entry {
                    value,
                    key: Span::default(),
                    maybe: false,
                };
                entries.insert(member.name.text.clone(), entry);
            }
        }
        let instance = Value::map(Map {
            entries,
            open: true,
            born: self.depth(),
            class: Some(Rc::clone(class)),
        });
        // What checks the whole is run on it.
        for (file, member) in self.members_of(class) {
            let MemberKind::Method(function) = member.kind else {
                continue;
            };
            let checks = self.within(file, |this| {
                member.decorators.iter().any(|decorator| {
                    let decorator = this.expression(*decorator, class.scope);
                    this.takes_certain_values(&decorator, 0)
                })
            });
            if checks && self.checks_the_whole(file, member) {
                let method = self.method_closure(class, (file, function), Some(&instance));
                if let Kind::Function(closure) = &method.kind {
                    let record = CallRecord {
                        open: true,
                        ..CallRecord::default()
                    };
                    self.invoke(closure, &record);
                }
            }
        }
        instance
    }

    fn checks_the_whole(&mut self, file: usize, member: &'a Member) -> bool {
        self.within(file, |this| {
            member.decorators.iter().all(|decorator| {
                let decorator = this.expression(*decorator, 0);
                this.checked_by(&decorator).is_empty()
            })
        })
    }

    fn note_claim(&mut self, claims: &Value, name: &str) {
        if let Some(claim) = claim(claims, name) {
            self.note_use(&claim, Use::Compared);
        }
    }
}

/// The properties of a JSON schema.
fn properties(schema: &Value) -> Vec<(String, Value)> {
    let entries = |value: &Value| match &value.kind {
        Kind::Map(map) => map.borrow().entries.clone(),
        _ => BTreeMap::new(),
    };
    let properties = entries(schema).remove("properties");
    let properties = properties.map(|entry| entries(&entry.value));
    let properties = properties.into_iter().flatten().take(MOST_FIELDS);
    properties
        .map(|(name, entry)| (name, entry.value))
        .collect()
}

/// The claims that a value is, or may be.
fn first_claims(value: &Value) -> Option<Value> {
    let mut values = value.alternatives().into_iter();
    values.find(|value| matches!(value.kind, Kind::Claims(..)))
}

/// A member of claims, without noting that it is read.
pub(super) fn claim(claims: &Value, name: &str) -> Option<Value> {
    let Kind::Claims(site, path) = &claims.kind else {
        return None;
    };
    let mut path = path.to_vec();
    path.push(name.to_owned());
    Some(Value {
        kind: Kind::Claims(*site, path.into()),
        trail: claims.trail.clone(),
    })
}
