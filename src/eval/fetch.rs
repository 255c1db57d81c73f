//! What is fetched, and whether it outlives the call that fetched it.

use super::Evaluator;
use super::value::{CallRecord, Kind, Value};
use crate::facts::SiteKind;
use crate::models::catalog::Found;
use crate::models::schema::{Api, Slot};
use crate::source::Span;

/// Parts of one value that are looked at.
const MOST_PARTS: usize = 64;

/// A fetch.
pub(super) struct FetchRecord {
    /// The address.
    pub(super) url: Value,
    /// The name that is called.
    pub(super) name: Span,
    /// The run for unknown callers in which it happened; 0 when the module did it.
    pub(super) activation: usize,
    /// What came was put where it outlives that run.
    pub(super) kept: bool,
}

impl<'a> Evaluator<'a> {
    /// A call that fetches.
    pub(super) fn fetch(&mut self, found: Found<'a, Api>, record: &CallRecord) -> Value {
        let source = found.item.slots.get(&Slot::Url);
        let url = source.and_then(|source| self.plain_slot(source, record));
        let url = url.unwrap_or_else(|| Value::unknown("url"));
        self.note_reached(SiteKind::Fetch, &url, record.span, record.name);
        self.fetches.push(FetchRecord {
            url,
            name: record.name,
            activation: self.activation,
            kept: false,
        });
        Value::at(
            Kind::Fetched(self.fetches.len() - 1),
            record.span,
            "fetched here",
        )
    }

    /// What a value holds was put somewhere, or handed to code that may put it somewhere.
    pub(super) fn note_kept(&mut self, value: &Value) {
        let mut waiting = vec![value.clone()];
        let mut looked_at = 0;
        while let Some(value) = waiting.pop() {
            looked_at += 1;
            if looked_at > MOST_PARTS {
                return;
            }
            match &value.kind {
                Kind::Fetched(index) => {
                    if let Some(fetch) = self.fetches.get_mut(*index) {
                        fetch.kept = true;
                    }
                }
                Kind::Object(object) => {
                    if let Ok(mut object) = object.try_borrow_mut() {
                        object.kept = true;
                    }
                }
                Kind::OneOf(values) | Kind::Joined(values) => {
                    waiting.extend(values.iter().cloned());
                }
                Kind::List(list) => waiting.extend(list.borrow().items.iter().cloned()),
                Kind::Map(map) => {
                    let map = map.borrow();
                    waiting.extend(map.entries.values().map(|entry| entry.value.clone()));
                }
                _ => {}
            }
        }
    }
}
