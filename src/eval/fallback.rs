//! Fallbacks: a value, or another one when it is missing.

use std::rc::Rc;

use super::Evaluator;
use super::value::{Kind, Value};
use crate::source::Span;

/// Fallbacks behind fallbacks that are followed.
const MOST_FALLBACKS: usize = 8;

impl Evaluator<'_> {
    /// `left`, or `right` when `left` is missing.
    pub(super) fn either(&mut self, left: Value, right: Value, span: Span) -> Value {
        let left = self.force(left);
        match left.truth() {
            Some(true) => return left,
            // What is read from a file is there, or the reading fails.
            _ if matches!(left.kind, Kind::File(_)) => return left,
            Some(false) if !matches!(left.kind, Kind::Bool(_)) => return right,
            _ => {}
        }
        let scalar = matches!(
            right.kind,
            Kind::Text(_) | Kind::Environment { .. } | Kind::Setting { .. } | Kind::Joined(_)
        );
        let trail = left.trail.clone();
        if fallbacks(&left) >= MOST_FALLBACKS {
            return left;
        }
        let empty = right.as_text().is_some_and(|text| text.reveal().is_empty());
        let kind = match &left.kind {
            Kind::Environment { name, .. } if empty && self.not_empty.contains(name) => {
                return left;
            }
            Kind::Environment { name, fallback } => {
                let fallback = self.either_of(fallback, right, span);
                Kind::Environment {
                    name: Rc::clone(name),
                    fallback,
                }
            }
            Kind::Setting { path, fallback } => {
                let fallback = self.either_of(fallback, right, span);
                Kind::Setting {
                    path: Rc::clone(path),
                    fallback,
                }
            }
            Kind::Unknown(path) if scalar => Kind::Setting {
                path: Rc::clone(path),
                fallback: Some(Rc::new(right)),
            },
            Kind::Symbol(symbol) if scalar => Kind::Setting {
                path: Rc::from(symbol.path.join(".")),
                fallback: Some(Rc::new(right)),
            },
            Kind::OneOf(values) => {
                let mut values: Vec<Value> = values
                    .iter()
                    .filter(|value| !matches!(value.kind, Kind::Null))
                    .cloned()
                    .collect();
                if let [only] = &values[..] {
                    let only = only.clone();
                    return self.either(only, right, span);
                }
                values.push(right);
                return Value::one_of(values);
            }
            _ => return Value::one_of([left, right]),
        };
        Value { kind, trail }
    }

    fn either_of(
        &mut self,
        fallback: &Option<Rc<Value>>,
        right: Value,
        span: Span,
    ) -> Option<Rc<Value>> {
        Some(Rc::new(match fallback {
            Some(first) => self.either(first.as_ref().clone(), right, span),
            None => right,
        }))
    }
}

/// How many fallbacks stand behind each other.
fn fallbacks(value: &Value) -> usize {
    let mut count = 0;
    let mut kind = &value.kind;
    while let Kind::Environment {
        fallback: Some(next),
        ..
    }
    | Kind::Setting {
        fallback: Some(next),
        ..
    } = kind
    {
        count += 1;
        kind = &next.kind;
    }
    count
}
