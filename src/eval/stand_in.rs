//! What is put in the place of a value: the ways of a branch of which one is gone when it is missing, or when reading it
//! failed, and what a function returns in them.

use std::ops::Range;

use super::Evaluator;
use super::missing::{Missing, stands_in};
use super::value::{Kind, Value};
use crate::source::Span;

/// Why one of two ways is taken.
#[derive(Clone, Copy)]
pub(super) enum Instead<'m> {
    /// A value is missing in one of them.
    Missing(&'m Missing),
    /// The first did not come to its end.
    Failed,
}

/// What a function returns in two ways, by the positions among what it returns.
pub(super) struct ReturnedInstead {
    /// What is missing in the other way; `None`: whatever that way reads.
    missing: Option<Value>,
    /// Where it is there.
    kept: Range<usize>,
    /// Where it is missing.
    put: Range<usize>,
    span: Span,
}

impl<'a> Evaluator<'a> {
    /// What two ways leave, of which one puts something in the place of what the other has.
    pub(super) fn fill_in(
        &mut self,
        values: &[(usize, Value)],
        instead: Option<Instead<'_>>,
    ) -> Option<Value> {
        let instead = instead?;
        let [(_, first), (_, second)] = values else {
            return None;
        };
        let (put, kept, span) = match instead {
            Instead::Missing(missing) => {
                let (put, kept) = match missing.way {
                    0 => (first, second),
                    _ => (second, first),
                };
                if !kept.is_same_thing(&missing.value) {
                    return None;
                }
                (put, kept, missing.span)
            }
            Instead::Failed if is_read(first) => {
                (second, first, second.origin().unwrap_or_default())
            }
            Instead::Failed => return None,
        };
        stands_in(put).then(|| self.either(kept.clone(), put.clone(), span))
    }

    /// How much the function that runs has returned by now.
    pub(super) fn returned_so_far(&self) -> usize {
        self.frame().returns.len()
    }

    /// Notes that the first way of a branch returned, in which a value is there, or in which it is missing.
    pub(super) fn note_returned_instead(&mut self, missing: &Missing, since: usize) {
        let until = self.returned_so_far();
        if until == since {
            return;
        }
        let (own, behind) = (since..until, until..usize::MAX);
        let (kept, put) = match missing.way {
            0 => (behind, own),
            _ => (own, behind),
        };
        let (value, span) = (missing.value.clone(), missing.span);
        self.frame_mut().returned_instead.push(ReturnedInstead {
            missing: Some(value),
            kept,
            put,
            span,
        });
    }

    /// Notes that what was tried returned, and that what was returned since then is for when it failed.
    pub(super) fn note_returned_after_failure(&mut self, since: usize, until: usize) {
        if until > since {
            self.frame_mut().returned_instead.push(ReturnedInstead {
                missing: None,
                kept: since..until,
                put: until..usize::MAX,
                span: Span::default(),
            });
        }
    }

    /// What a function returns, where one of the values is a fallback of another.
    pub(super) fn joined_returns(
        &mut self,
        mut returns: Vec<Value>,
        instead: &[ReturnedInstead],
    ) -> Value {
        for either in instead {
            let in_place = |range: &Range<usize>, index: usize| range.contains(&index);
            let kept = returns.iter().enumerate().position(|(index, value)| {
                in_place(&either.kept, index)
                    && match &either.missing {
                        Some(missing) => value.is_same_thing(missing),
                        None => is_read(value),
                    }
            });
            let put = returns
                .iter()
                .enumerate()
                .position(|(index, value)| in_place(&either.put, index) && stands_in(value));
            if let (Some(kept), Some(put)) = (kept, put) {
                let (value, fallback) = (returns[kept].clone(), returns[put].clone());
                let value = self.either(value, fallback, either.span);
                // Both places stay, for the positions of the others.
                returns[kept] = value.clone();
                returns[put] = value;
            }
        }
        let mut known: Vec<Value> = Vec::new();
        for value in returns {
            if !known.iter().any(|other| other.is_same_read(&value)) {
                known.push(value);
            }
        }
        Value::one_of(known)
    }
}

impl Value {
    /// Whether two values are the same variable or setting with the same fallback.
    fn is_same_read(&self, other: &Self) -> bool {
        use std::rc::Rc;
        let same = |one: &Option<Rc<Value>>, two: &Option<Rc<Value>>| match (one, two) {
            (Some(one), Some(two)) => Rc::ptr_eq(one, two),
            _ => false,
        };
        match (&self.kind, &other.kind) {
            (Kind::Environment { fallback: one, .. }, Kind::Environment { fallback: two, .. })
            | (Kind::Setting { fallback: one, .. }, Kind::Setting { fallback: two, .. }) => {
                same(one, two)
            }
            _ => false,
        }
    }
}

/// Whether a value is read from somewhere where it may not be.
fn is_read(value: &Value) -> bool {
    match &value.kind {
        Kind::Environment { .. } | Kind::Setting { .. } | Kind::Symbol(_) => true,
        _ => value.is_unknown(),
    }
}
