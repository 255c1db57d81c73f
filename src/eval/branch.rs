//! Branches: what each writes is undone before the next runs, and joined at the end.

use std::collections::BTreeMap;

use super::Evaluator;
use super::flow::{Flow, Outcome};
use super::stand_in::Instead;
use super::value::Value;

/// A name that a branch wrote, with its value from before.
pub(super) struct Write<'a> {
    scope: usize,
    name: &'a str,
    before: Option<Value>,
}

/// What a branch left of the names that it wrote, by scope and name.
type Written<'a> = BTreeMap<(usize, &'a str), Value>;

/// One of several ways that exclude each other.
pub(super) type Way<'way, 'a> = Box<dyn Fn(&mut Evaluator<'a>) -> Outcome + 'way>;

impl<'a> Evaluator<'a> {
    /// Binds or writes a name in a scope, remembered when a branch is open.
    pub(super) fn write_name(&mut self, scope: usize, name: &'a str, value: Value) {
        // The top of a file outlives each run, also when the file was first looked at in this one.
        let is_top =
            self.around.activation != 0 && self.loaded.iter().any(|file| file.scope == scope);
        if scope < self.around.older_scopes || is_top {
            self.note_kept(&value);
        }
        if scope < self.frame().scope {
            self.changes += 1;
        }
        let before = self.scopes[scope].names.insert(name, value);
        if let Some(journal) = self.around.journals.last_mut() {
            journal.push(Write {
                scope,
                name,
                before,
            });
        }
    }

    /// How many branches are open: an object older than the branch is written only maybe.
    pub(super) fn depth(&self) -> usize {
        self.around.journals.len()
    }

    /// Runs ways that exclude each other. Names that they wrote become one of the values they left, without the ways
    /// that did not come to the end.
    pub(super) fn branches(&mut self, ways: &[Way<'_, 'a>]) -> Outcome {
        self.branches_with(ways, None)
    }

    /// The same for two ways of which one puts something in the place of what the other has.
    pub(super) fn branches_with(
        &mut self,
        ways: &[Way<'_, 'a>],
        instead: Option<Instead<'_>>,
    ) -> Outcome {
        let mut ends: Vec<(usize, Written<'a>)> = Vec::new();
        let mut results = Vec::new();
        let mut flow = Flow::Left;
        let mut originals: BTreeMap<(usize, &'a str), Option<Value>> = BTreeMap::new();
        for (index, way) in ways.iter().enumerate() {
            self.around.journals.push(Vec::new());
            let (end, result) = way(self);
            let journal = self.around.journals.pop().unwrap_or_default();
            let mut written = BTreeMap::new();
            for write in journal.into_iter().rev() {
                let key = (write.scope, write.name);
                if let Some(value) = self.scopes[key.0].names.get(key.1) {
                    written.entry(key).or_insert_with(|| value.clone());
                }
                match &write.before {
                    Some(value) => self.scopes[key.0].names.insert(key.1, value.clone()),
                    None => self.scopes[key.0].names.remove(key.1),
                };
                originals.insert(key, write.before);
            }
            if end == Flow::On {
                flow = Flow::On;
                ends.push((index, written));
                results.extend(result.map(|result| (index, result)));
            }
        }
        if !ends.is_empty() {
            for ((scope, name), original) in originals {
                let key = (scope, name);
                let values: Vec<(usize, Value)> = ends
                    .iter()
                    .filter_map(|(index, written)| {
                        let value = written.get(&key).cloned().or_else(|| original.clone());
                        Some((*index, value?))
                    })
                    .collect();
                if !values.is_empty() {
                    let value = self.join_ways(values, instead);
                    self.write_name(key.0, key.1, value);
                }
            }
        }
        let result = if results.is_empty() {
            None
        } else {
            Some(self.join_ways(results, instead))
        };
        (flow, result)
    }

    fn join_ways(&mut self, values: Vec<(usize, Value)>, instead: Option<Instead<'_>>) -> Value {
        self.fill_in(&values, instead)
            .unwrap_or_else(|| Value::one_of(values.into_iter().map(|(_, value)| value)))
    }
}
