//! Members of an options object, and the named arguments of a call as one.

use super::filled::Filled;
use super::value::{CallRecord, Entry, Kind, Map, Value};
use crate::source::Span;

pub(super) fn option_of(options: &Value, name: &str) -> Filled {
    match &options.kind {
        Kind::Map(map) => {
            let map = map.borrow();
            match map.entries.get(name) {
                Some(entry) if matches!(entry.value.kind, Kind::Null) => Filled::No,
                Some(entry) if entry.maybe => Filled::Maybe(entry.value.clone(), entry.key),
                Some(entry) => Filled::Yes(entry.value.clone(), entry.key),
                None if map.open => Filled::Unknown,
                None => Filled::No,
            }
        }
        Kind::Object(object) => match object.borrow().fields.get(name) {
            Some(entry) => Filled::Yes(entry.value.clone(), entry.key),
            None => Filled::Unknown,
        },
        Kind::OneOf(values) => {
            let parts: Vec<Filled> = values.iter().map(|value| option_of(value, name)).collect();
            let mut found = None;
            let mut lacking = false;
            for part in parts {
                match part {
                    Filled::Yes(value, span) => {
                        found = Some(match found {
                            Some((before, _)) => (Value::one_of([before, value]), span),
                            None => (value, span),
                        });
                    }
                    Filled::Maybe(value, span) => {
                        found = Some((value, span));
                        lacking = true;
                    }
                    Filled::No => lacking = true,
                    Filled::Unknown => return Filled::Unknown,
                }
            }
            match found {
                Some((value, span)) if lacking => Filled::Maybe(value, span),
                Some((value, span)) => Filled::Yes(value, span),
                None => Filled::No,
            }
        }
        Kind::List(list) => {
            let list = list.borrow();
            let position = name.parse::<usize>().ok();
            match position.and_then(|position| list.items.get(position)) {
                Some(item) => Filled::Yes(item.clone(), item.origin().unwrap_or_default()),
                None => Filled::No,
            }
        }
        Kind::Null | Kind::Function(_) | Kind::Bool(_) | Kind::Text(_) | Kind::Number(_) => {
            Filled::No
        }
        _ => Filled::Unknown,
    }
}

/// A map of the named arguments of a call.
pub(super) fn all_named(record: &CallRecord) -> Filled {
    let entry = |(name, (value, key)): (&String, &(Value, Span))| {
        let entry = Entry {
            value: value.clone(),
            key: *key,
            maybe: false,
        };
        (name.clone(), entry)
    };
    let map = Map {
        entries: record.named.iter().map(entry).collect(),
        open: record.open,
        ..Map::default()
    };
    Filled::Yes(Value::map(map), record.name)
}
