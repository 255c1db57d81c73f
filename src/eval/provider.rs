//! Entries of a store that stand in a map of their own: `{ provide: TOKEN, useValue: key }`.

use super::Evaluator;
use super::value::{CallRecord, Entry, Kind, Map, Value};

impl Evaluator<'_> {
    /// Notes a map that puts something into a store, by the names of its members.
    pub(super) fn note_provider(&mut self, map: &Map) {
        let catalog = self.catalog;
        for (store, model) in catalog.providers() {
            let Some(named) = map.entries.get(&model.name) else {
                continue;
            };
            let given = map.entries.get(&model.value);
            let made = map.entries.get(&model.made_by);
            let Some(given) = given.or(made) else {
                continue;
            };
            let named = self.force(named.value.clone());
            let Some(name) = named.as_text() else {
                continue;
            };
            let value = if map.entries.contains_key(&model.value) {
                given.value.clone()
            } else {
                let record = CallRecord {
                    span: given.key,
                    name: given.key,
                    open: true,
                    ..CallRecord::default()
                };
                self.dispatch(&given.value, record)
            };
            let (key, maybe) = (given.key, false);
            self.put(store, name.reveal(), Entry { value, key, maybe });
        }
    }

    /// What a store holds under what names it; an object is what it stands for itself.
    pub(super) fn provided(&mut self, store: &str, named: Value) -> Value {
        let named = self.force(named);
        match &named.kind {
            Kind::Object(_) => named,
            Kind::Text(name) => {
                let stored = self.stored(store, name.reveal());
                stored.unwrap_or_else(|| Value::unknown("injected"))
            }
            _ => Value::unknown("injected"),
        }
    }
}
