//! Functions of which some arguments are fixed: `partial(f, key=k)`, `f.bind(null, key)`.

use std::cell::Cell;
use std::rc::Rc;

use super::Evaluator;
use super::value::{Bound, CallRecord, Kind, Value};

/// Such functions of one file that are run for callers that are not known.
const MOST_WAITING: usize = 200;

impl Evaluator<'_> {
    /// A function with some of its arguments.
    pub(super) fn bind_arguments(&mut self, function: Value, given: CallRecord) -> Value {
        let bound = Rc::new(Bound {
            function,
            given,
            called: Cell::new(false),
        });
        if self.current == 0 && self.bound.len() < MOST_WAITING {
            self.bound.push(Rc::clone(&bound));
        }
        Value::new(Kind::Bound(bound))
    }

    /// The first argument as a function, with the others.
    pub(super) fn bind_to_first(&mut self, mut record: CallRecord) -> Value {
        if record.positional.is_empty() {
            return Value::unknown("bound");
        }
        let (function, _) = record.positional.remove(0);
        record.receiver = None;
        self.bind_arguments(function, record)
    }

    /// Calls it with the others.
    pub(super) fn call_bound(&mut self, bound: &Bound, record: CallRecord) -> Value {
        bound.called.set(true);
        if self.is_too_deep() || !self.step() {
            return Value::unknown(&bound.function.path());
        }
        let given = bound.given.clone();
        let mut all = CallRecord {
            open: record.open || given.open,
            named: given.named,
            positional: given.positional,
            ..record
        };
        all.positional.extend(record.positional);
        all.named.extend(record.named);
        self.dispatch(&bound.function, all)
    }

    /// Calls those that nobody in the file was seen to call.
    pub(super) fn run_bound(&mut self) {
        while let Some(bound) = self.bound.pop() {
            if !bound.called.get() {
                let record = CallRecord {
                    span: bound.given.span,
                    name: bound.given.name,
                    open: true,
                    ..CallRecord::default()
                };
                self.call_bound(&bound, record);
            }
        }
    }
}
