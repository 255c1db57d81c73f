//! Branches: what each writes is undone before the next runs, and joined at the end.

use std::collections::BTreeMap;

use super::Evaluator;
use super::value::Value;

/// A name that a branch wrote, with its value from before.
pub(super) struct Write {
    scope: usize,
    name: String,
    before: Option<Value>,
}

/// How a block ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// Control goes on behind it.
    On,
    /// It returned, threw or jumped.
    Left,
}

/// How a way ended, and its value.
pub(super) type Outcome = (Flow, Option<Value>);

/// One of several ways that exclude each other.
pub(super) type Way<'way, 'a> = Box<dyn Fn(&mut Evaluator<'a>) -> Outcome + 'way>;

impl<'a> Evaluator<'a> {
    /// Binds or writes a name in a scope, remembered when a branch is open.
    pub(super) fn write_name(&mut self, scope: usize, name: &str, value: Value) {
        if scope < self.older_scopes {
            self.note_kept(&value);
        }
        let before = self.scopes[scope].names.insert(name.to_owned(), value);
        if let Some(journal) = self.journals.last_mut() {
            journal.push(Write {
                scope,
                name: name.to_owned(),
                before,
            });
        }
    }

    /// How many branches are open: an object older than the branch is written only maybe.
    pub(super) fn depth(&self) -> usize {
        self.journals.len()
    }

    /// Runs ways that exclude each other. Names that they wrote become one of the values they left, without the ways
    /// that did not come to the end.
    pub(super) fn branches(&mut self, ways: &[Way<'_, 'a>]) -> Outcome {
        let mut ends: Vec<BTreeMap<(usize, String), Value>> = Vec::new();
        let mut results = Vec::new();
        let mut flow = Flow::Left;
        let mut originals: BTreeMap<(usize, String), Option<Value>> = BTreeMap::new();
        for way in ways {
            self.journals.push(Vec::new());
            let (end, result) = way(self);
            let journal = self.journals.pop().unwrap_or_default();
            let mut written = BTreeMap::new();
            for write in journal.into_iter().rev() {
                let key = (write.scope, write.name);
                if let Some(value) = self.scopes[key.0].names.get(&key.1) {
                    written.entry(key.clone()).or_insert_with(|| value.clone());
                }
                match &write.before {
                    Some(value) => self.scopes[key.0]
                        .names
                        .insert(key.1.clone(), value.clone()),
                    None => self.scopes[key.0].names.remove(&key.1),
                };
                originals.insert(key, write.before);
            }
            if end == Flow::On {
                flow = Flow::On;
                ends.push(written);
                results.extend(result);
            }
        }
        if !ends.is_empty() {
            for ((scope, name), original) in originals {
                let key = (scope, name);
                let values: Vec<Value> = ends
                    .iter()
                    .filter_map(|written| written.get(&key).cloned().or_else(|| original.clone()))
                    .collect();
                if !values.is_empty() {
                    self.write_name(key.0, &key.1, Value::one_of(values));
                }
            }
        }
        let result = if results.is_empty() {
            None
        } else {
            Some(Value::one_of(results))
        };
        (flow, result)
    }
}
