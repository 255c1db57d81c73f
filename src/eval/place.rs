//! What stands at a place of a call that a model names: an argument, an option, a field, a call on the receiver.

use std::cell::RefCell;
use std::rc::Rc;

use super::Evaluator;
use super::filled::Filled;
use super::options::{all_named, option_of};
use super::value::{CallRecord, Kind, Object, Value};
use crate::models::source::{Place, Source};
use crate::source::Span;
use crate::syntax::ir::Literal;

impl Evaluator<'_> {
    /// The first alternative of a source that is there.
    pub(super) fn fill(
        &mut self,
        source: &Source,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Filled {
        let mut unknown = false;
        for place in &source.0 {
            match self.fill_place(place, record, object) {
                Filled::No => {}
                Filled::Unknown => unknown = true,
                filled => return filled,
            }
        }
        if unknown { Filled::Unknown } else { Filled::No }
    }

    /// What fills a place; a value of another file is asked for now.
    pub(super) fn fill_place(
        &mut self,
        place: &Place,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Filled {
        let filled = self.find_place(place, record, object);
        self.settle(filled)
    }

    fn settle(&mut self, filled: Filled) -> Filled {
        match filled {
            Filled::Yes(value, span) if value.is_elsewhere() => {
                Filled::Yes(self.force(value), span)
            }
            Filled::Maybe(value, span) if value.is_elsewhere() => {
                Filled::Maybe(self.force(value), span)
            }
            other => other,
        }
    }

    fn find_place(
        &mut self,
        place: &Place,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Filled {
        let missing = || {
            if record.open {
                Filled::Unknown
            } else {
                Filled::No
            }
        };
        let given = |argument: Option<&(Value, Span)>| match argument {
            Some((value, span)) => Filled::Yes(value.clone(), *span),
            None => missing(),
        };
        match place {
            Place::Argument(position) => given(record.positional.get(*position)),
            Place::LastArgument => given(record.positional.last()),
            Place::Named(name) if name == "*" => all_named(record),
            Place::Named(name) => given(record.named.get(name)),
            Place::Option { path, of } => {
                let mut filled = self.fill_place(of, record, object);
                for name in path {
                    filled = match self.settle(filled) {
                        Filled::Yes(value, _) => self.option(&value, name),
                        Filled::Maybe(value, _) => match option_of(&value, name) {
                            Filled::Yes(value, span) => Filled::Maybe(value, span),
                            other => other,
                        },
                        other => other,
                    };
                }
                filled
            }
            Place::Elements(of) => match self.fill_place(of, record, object) {
                Filled::Yes(value, span) => elements(value, span),
                Filled::Maybe(value, span) => match elements(value, span) {
                    Filled::Yes(value, span) => Filled::Maybe(value, span),
                    other => other,
                },
                other => other,
            },
            Place::Variant { name, of } => match self.fill_place(of, record, object) {
                Filled::Yes(value, _) => self.variant_of(&value, name),
                Filled::Maybe(..) => Filled::Unknown,
                other => other,
            },
            Place::Field(name) => {
                let Some(object) = object else {
                    return Filled::No;
                };
                let object = object.borrow();
                match object.fields.get(name) {
                    Some(entry) if entry.maybe => Filled::Maybe(entry.value.clone(), entry.key),
                    Some(entry) => Filled::Yes(entry.value.clone(), entry.key),
                    None if object.made.is_none() && object.fields.is_empty() => Filled::Unknown,
                    None => Filled::No,
                }
            }
            Place::Call { names, argument } => self.fill_call(names, argument.as_deref(), object),
            Place::Made(inner) => {
                let Some(object) = object else {
                    return Filled::No;
                };
                let made = object.borrow().made.clone();
                match made {
                    Some(made) => self.fill_place(inner, &made, None),
                    None => Filled::Unknown,
                }
            }
            Place::Return(inner) => match self.fill_place(inner, record, object) {
                Filled::Yes(value, span) => self.returned(&value, Kind::Header(Rc::from([])), span),
                _ => Filled::No,
            },
            Place::Answer(inner) => match self.fill_place(inner, record, object) {
                Filled::Yes(value, span) => {
                    self.returned(&value, Value::unknown("argument").kind, span)
                }
                _ => Filled::No,
            },
            Place::Result(inner) => match self.fill_place(inner, record, object) {
                Filled::Yes(value, span) => match &value.kind {
                    Kind::Function(closure) => {
                        let record = CallRecord {
                            span,
                            name: span,
                            open: true,
                            ..CallRecord::default()
                        };
                        Filled::Yes(self.invoke(closure, &record), span)
                    }
                    Kind::Class(class) => {
                        let record = CallRecord::default();
                        Filled::Yes(self.instantiate(class, &record), span)
                    }
                    Kind::Null | Kind::Bool(_) | Kind::Text(_) => Filled::No,
                    _ => Filled::Unknown,
                },
                other => other,
            },
            Place::ReturnedBy(inner) => match self.fill_place(inner, record, object) {
                Filled::Yes(value, span) => self.returned_by_name(&value, span),
                other => other,
            },
            Place::Method { name, of } => {
                let filled = self.fill_place(of, record, object);
                match self.settle(filled) {
                    Filled::Yes(value, span) => self.answer_of_method(&value, name, span),
                    other => other,
                }
            }
            Place::TypeArgument(position) => match record.type_arguments.get(*position) {
                Some((_, value)) => Filled::Yes(value.clone(), record.name),
                None => Filled::No,
            },
            Place::Receiver => match &record.receiver {
                Some(receiver) => Filled::Yes(receiver.clone(), record.name),
                None => Filled::No,
            },
            Place::Constant(word) => Filled::Yes(constant(word, record.name), record.name),
        }
    }

    /// Where an option is written as null: elsewhere that counts as not written.
    pub(super) fn null_option(
        &mut self,
        source: &Source,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Option<Span> {
        source.0.iter().find_map(|place| {
            let Place::Option { path, of } = place else {
                return None;
            };
            let (name, before) = path.split_last()?;
            let holder = Place::Option {
                path: before.to_vec(),
                of: of.clone(),
            };
            let Filled::Yes(options, _) = self.fill_place(&holder, record, object) else {
                return None;
            };
            let Kind::Map(map) = &options.kind else {
                return None;
            };
            let map = map.borrow();
            let entry = map.entries.get(name)?;
            (matches!(entry.value.kind, Kind::Null) && !entry.maybe).then_some(entry.key)
        })
    }

    /// A member of an options object, which may be a settings object.
    fn option(&mut self, options: &Value, name: &str) -> Filled {
        if let Kind::Object(object) = &options.kind
            && !object.borrow().fields.contains_key(name)
            && let Some(content) = self.content(object)
        {
            return option_of(&content, name);
        }
        option_of(options, name)
    }

    fn fill_call(
        &mut self,
        names: &[String],
        argument: Option<&Place>,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Filled {
        let Some(object) = object else {
            return Filled::No;
        };
        let (last, unknown) = {
            let object = object.borrow();
            let last = object
                .calls
                .iter()
                .rev()
                .find(|(name, ..)| names.contains(name));
            let last = last.map(|(_, record, maybe)| (Rc::clone(record), *maybe));
            (
                last,
                object.made.is_none() && object.fields.is_empty() && object.calls.is_empty(),
            )
        };
        let Some((call, maybe)) = last else {
            return if unknown { Filled::Unknown } else { Filled::No };
        };
        let filled = match argument {
            Some(place) => self.fill_place(place, &call, None),
            None => Filled::Yes(Value::new(Kind::Bool(true)), call.name),
        };
        match filled {
            Filled::Yes(value, span) if maybe => Filled::Maybe(value, span),
            other => other,
        }
    }

    /// The element of a list that is an enum variant of this name: what it holds, or true when it holds nothing.
    fn variant_of(&self, value: &Value, name: &str) -> Filled {
        let Kind::List(list) = &value.kind else {
            return Filled::Unknown;
        };
        let list = list.borrow();
        let mut unknown = list.open;
        for item in &list.items {
            match &item.kind {
                Kind::Symbol(symbol) if symbol.path.last().is_some_and(|last| last == name) => {
                    let span = item.origin().unwrap_or_default();
                    return Filled::Yes(Value::new(Kind::Bool(true)), span);
                }
                Kind::Object(object)
                    if object.borrow().path.last().is_some_and(|last| last == name) =>
                {
                    let object = object.borrow();
                    let held = object
                        .made
                        .as_ref()
                        .and_then(|made| made.positional.first());
                    return match held {
                        Some((value, span)) => Filled::Yes(value.clone(), *span),
                        None => Filled::Unknown,
                    };
                }
                Kind::Symbol(symbol) => {
                    let symbol = self.packaged(&symbol.package, &symbol.path);
                    unknown |=
                        symbol.package.is_empty() || !self.catalog.knows_package(&symbol.package);
                }
                Kind::Object(_) => {}
                _ => unknown = true,
            }
        }
        if unknown { Filled::Unknown } else { Filled::No }
    }
}

/// What is written at a place of a call that was made before, as far as no function has to be asked for it.
pub(super) fn written(place: &Place, made: &CallRecord) -> Option<Value> {
    let argument = match place {
        Place::Argument(position) => made.positional.get(*position),
        Place::LastArgument => made.positional.last(),
        Place::Named(name) => made.named.get(name),
        Place::Option { path, of } => {
            return path.iter().try_fold(written(of, made)?, |options, name| {
                match option_of(&options, name) {
                    Filled::Yes(value, _) | Filled::Maybe(value, _) => Some(value),
                    Filled::No | Filled::Unknown => None,
                }
            });
        }
        _ => None,
    };
    argument.map(|(value, _)| value.clone())
}

/// The elements of a list, as one of several; what is no list is its own element.
fn elements(value: Value, span: Span) -> Filled {
    let Kind::List(list) = &value.kind else {
        return Filled::Yes(value, span);
    };
    let list = list.borrow();
    if list.items.is_empty() {
        return if list.open {
            Filled::Unknown
        } else {
            Filled::No
        };
    }
    let others = list.open.then(|| Value::unknown("element"));
    Filled::Yes(
        Value::one_of(list.items.iter().cloned().chain(others)),
        span,
    )
}

fn constant(word: &str, call: Span) -> Value {
    let kind = match word {
        "true" => Kind::Bool(true),
        "false" => Kind::Bool(false),
        "null" => Kind::Null,
        _ => Kind::Text(Literal::new(word)),
    };
    Value::at(kind, call, "taken here when nothing is given")
}
