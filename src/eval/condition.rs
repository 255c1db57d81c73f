//! Conditions of the models: what a value must be, when it is known.

use std::cell::RefCell;
use std::rc::Rc;

use super::Evaluator;
use super::filled::{Filled, Truth};
use super::value::{CallRecord, Kind, Object, Value};
use crate::models::source::{Condition, Test};
use crate::source::Span;

impl Evaluator<'_> {
    /// Whether a condition holds, and where that is decided.
    pub(super) fn test(
        &mut self,
        condition: &Condition,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> (Truth, Span) {
        if condition.test == Test::Null
            && let Some(span) = self.null_option(&condition.source, record, object)
        {
            return (Truth::Yes, span);
        }
        let filled = self.fill(&condition.source, record, object);
        let (value, span, maybe) = match filled {
            Filled::No => {
                let truth = if condition.test == Test::Missing {
                    Truth::Yes
                } else {
                    Truth::No
                };
                return (truth, record.name);
            }
            Filled::Unknown => return (Truth::Unknown, record.name),
            Filled::Yes(value, span) => (value, span, false),
            Filled::Maybe(value, span) => (value, span, true),
        };
        let truths: Vec<Truth> = value
            .alternatives()
            .iter()
            .map(|value| holds(&condition.test, value))
            .collect();
        let truth = if truths.contains(&Truth::Yes) {
            // Written on some way only: a caller may decide.
            if maybe { Truth::Unknown } else { Truth::Yes }
        } else if truths.contains(&Truth::Unknown) || (maybe && condition.test == Test::Missing) {
            Truth::Unknown
        } else {
            Truth::No
        };
        (truth, span)
    }
}

fn holds(test: &Test, value: &Value) -> Truth {
    let known = |truth: bool| if truth { Truth::Yes } else { Truth::No };
    let undecided = matches!(
        value.kind,
        Kind::Unknown(_)
            | Kind::Wanted(_)
            | Kind::Stage(_)
            | Kind::Symbol(_)
            | Kind::Environment { .. }
            | Kind::Setting { .. }
            | Kind::Claims(..)
            | Kind::TokenPart(..)
            | Kind::Encoded(_)
            | Kind::Hash(_)
    );
    match test {
        Test::Set => known(!matches!(value.kind, Kind::Null)),
        Test::Missing => known(matches!(value.kind, Kind::Null)),
        Test::Has(word) if is_symbol(value, word) => Truth::Yes,
        _ if undecided => Truth::Unknown,
        Test::True => value.truth().map_or(Truth::Unknown, known),
        Test::False => known(matches!(value.kind, Kind::Bool(false))),
        Test::Null => known(matches!(value.kind, Kind::Null)),
        Test::Pattern => known(matches!(value.kind, Kind::Pattern)),
        Test::Text => known(matches!(value.kind, Kind::Text(_) | Kind::Joined(_))),
        Test::List => known(matches!(value.kind, Kind::List(_))),
        Test::Empty => match &value.kind {
            Kind::Text(text) => known(text.reveal().is_empty()),
            Kind::List(list) => known(list.borrow().items.is_empty() && !list.borrow().open),
            Kind::Map(map) => known(map.borrow().entries.is_empty() && !map.borrow().open),
            _ => Truth::No,
        },
        Test::Zero => known(matches!(value.kind, Kind::Number(number) if number == 0.0)),
        Test::Has(word) => match &value.kind {
            Kind::Map(map) => known(map.borrow().entries.contains_key(word)),
            Kind::List(list) => {
                let list = list.borrow();
                let has = list
                    .items
                    .iter()
                    .any(|item| item.as_text().is_some_and(|text| text.reveal() == word));
                if has || !list.open {
                    known(has)
                } else {
                    Truth::Unknown
                }
            }
            Kind::Text(text) => known(text.reveal() == word),
            _ => Truth::No,
        },
        Test::Lacks(word) => match &value.kind {
            Kind::Map(map) if map.borrow().entries.contains_key(word) => Truth::No,
            Kind::Map(map) if map.borrow().open => Truth::Unknown,
            Kind::Map(_) => Truth::Yes,
            Kind::List(_) => match holds(&Test::Has(word.clone()), value) {
                Truth::Yes => Truth::No,
                Truth::No => Truth::Yes,
                Truth::Unknown => Truth::Unknown,
            },
            _ => Truth::No,
        },
    }
}

/// Whether a value is what a package calls so.
fn is_symbol(value: &Value, name: &str) -> bool {
    matches!(&value.kind, Kind::Symbol(symbol) if symbol.path.last().is_some_and(|last| last == name))
}
