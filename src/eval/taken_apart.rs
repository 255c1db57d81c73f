//! Tokens that the code takes apart at their dots, and what it reads out of them.

use std::cell::RefCell;
use std::rc::Rc;

use super::filled::Filled;
use super::material::decoded;
use super::slots::Resolved;
use super::value::{CallRecord, Kind, List, Part, Value};
use super::{ByHand, Evaluator};
use crate::models::catalog::Found;
use crate::models::schema::{Api, Encoding, Role, Slot};
use crate::syntax::ir::Literal;

/// A token that was taken apart.
pub(super) struct TakenApart {
    /// What it is called.
    path: String,
    /// What was taken apart.
    pub(super) text: Value,
    /// The run for unknown callers in which it was.
    activation: usize,
    /// Where its claims and their check are noted.
    pub(super) site: Option<usize>,
    /// Its claims were decoded.
    pub(super) is_read: bool,
    /// A part of it went, as it was written, to code that is not seen: perhaps to be verified.
    is_handed_on: bool,
}

impl<'a> Evaluator<'a> {
    /// A text that is taken apart at its dots, as if it were a token.
    pub(super) fn token_parts(&mut self, text: &Value) -> Value {
        let token = self.taken_apart(text);
        let part = |part| Value::new(Kind::TokenPart(token, part));
        let items = vec![
            part(Part::Header),
            part(Part::Payload),
            part(Part::Signature),
        ];
        let list = List { items, open: true };
        Value::new(Kind::List(Rc::new(RefCell::new(list))))
    }

    /// The same for a text whose last part alone is taken off.
    pub(super) fn last_token_part(&mut self, text: &Value) -> Value {
        let token = self.taken_apart(text);
        let part = |part| Value::new(Kind::TokenPart(token, part));
        let dot = Value::new(Kind::Text(Literal::new(".")));
        let signed = [part(Part::Header), dot, part(Part::Payload)];
        let signed = Value::new(Kind::Joined(signed.into()));
        Value::list(vec![signed, part(Part::Signature)])
    }

    /// The parts of what was put together with dots.
    pub(super) fn parts_between_dots(&self, text: &Value) -> Option<Value> {
        let Kind::Joined(parts) = &text.kind else {
            return None;
        };
        let [first, dot, second] = &parts[..] else {
            return None;
        };
        let is_part = |value: &Value| matches!(value.kind, Kind::TokenPart(..));
        (is_dot(dot) && is_part(first) && is_part(second))
            .then(|| Value::list(vec![first.clone(), second.clone()]))
    }

    fn taken_apart(&mut self, text: &Value) -> usize {
        let path = text.path();
        let activation = self.around.activation;
        let mut known = self.taken_apart.iter();
        let same = |token: &TakenApart| token.path == path && token.activation == activation;
        if let Some(known) = known.position(same) {
            return known;
        }
        self.taken_apart.push(TakenApart {
            path,
            text: text.clone(),
            activation,
            site: None,
            is_read: false,
            is_handed_on: false,
        });
        self.taken_apart.len() - 1
    }

    /// A value decoded from a text.
    pub(super) fn decoded(&mut self, value: Value, encoding: Option<Encoding>) -> Value {
        if encoding != Some(Encoding::Base64) {
            return decoded(value, encoding);
        }
        match &value.kind {
            Kind::Encoded(inner) => inner.as_ref().clone(),
            _ => match token_part(&value) {
                Some((_, Part::Header)) => Value::new(Kind::Header(Rc::from([]))),
                Some((token, Part::Payload)) => self.claims_by_hand(token).unwrap_or(value),
                Some((token, Part::Signature)) => {
                    Value::new(Kind::TokenPart(token, Part::Signature))
                }
                None => decoded(value, encoding),
            },
        }
    }

    /// The claims of a token that was taken apart.
    fn claims_by_hand(&mut self, token: usize) -> Option<Value> {
        let catalog: &'a _ = self.catalog;
        let found = catalog.first_of(Role::Hash)?;
        let taken = self.taken_apart.get_mut(token)?;
        taken.is_read = true;
        let site = match taken.site {
            Some(site) => site,
            None => {
                let site = self.sites.len();
                taken.site = Some(site);
                let record = Rc::new(CallRecord::default());
                let record =
                    self.site_by_hand(found, record, Resolved::of(found.item), ByHand::Decodes);
                self.sites.push(record);
                site
            }
        };
        Some(Value::new(Kind::Claims(site, Rc::from([]))))
    }

    /// Whether a value is the text of a token's claims, which nobody read as JSON yet.
    pub(super) fn is_text_of_claims(&self, site: usize, path: &[String]) -> bool {
        let record = self.sites.get(site);
        path.is_empty() && record.is_some_and(|record| record.by_hand == Some(ByHand::Decodes))
    }

    /// JSON is read: perhaps the claims of a token that was taken apart.
    pub(super) fn note_read_by_hand(
        &mut self,
        found: Found<'a, Api>,
        text: &Value,
        record: &CallRecord,
    ) {
        for value in text.alternatives() {
            let Kind::Claims(site, path) = &value.kind else {
                continue;
            };
            if !self.is_text_of_claims(*site, path) {
                continue;
            }
            let mut tokens = self.taken_apart.iter();
            let token = tokens.find(|token| token.site == Some(*site));
            let Some(called) = token.map(|token| token.text.clone()) else {
                continue;
            };
            let mut resolved = Resolved::of(found.item);
            let filled = Filled::Yes(called, record.name);
            resolved.slots.insert(Slot::Token, filled);
            let call = Rc::new(record.clone());
            let read = self.site_by_hand(found, call, resolved, ByHand::Reads);
            if let Some(record) = self.sites.get_mut(*site) {
                *record = read;
            }
        }
    }

    /// A value goes to code that is not seen: perhaps parts of a token.
    pub(super) fn note_parts_handed_on(&mut self, value: &Value) {
        if self.taken_apart.is_empty() {
            return;
        }
        let of_value = |value: &Value| match &unwrapped(value).kind {
            Kind::TokenPart(token, _) => vec![*token],
            Kind::Joined(parts) => parts.iter().filter_map(token_of).collect(),
            Kind::List(list) => list.borrow().items.iter().filter_map(token_of).collect(),
            _ => Vec::new(),
        };
        let tokens = match &value.kind {
            Kind::OneOf(values) => values.iter().flat_map(of_value).collect(),
            _ => of_value(value),
        };
        for token in tokens {
            if let Some(token) = self.taken_apart.get_mut(token) {
                token.is_handed_on = true;
            }
        }
    }

    /// Whether all that is seen of a token that was taken apart is that its claims are read.
    pub(super) fn is_read_unverified(&self, site: usize) -> bool {
        let mut tokens = self.taken_apart.iter();
        let token = tokens.find(|token| token.site == Some(site));
        token.is_some_and(|token| !token.is_handed_on)
    }
}

/// A value without the base64 around it.
pub(super) fn unwrapped(value: &Value) -> &Value {
    match &value.kind {
        Kind::Encoded(inner) => inner,
        _ => value,
    }
}

/// The part of a token that a value is, perhaps with padding behind it, on every way the same.
pub(super) fn token_part(value: &Value) -> Option<(usize, Part)> {
    match &value.kind {
        Kind::TokenPart(token, part) => Some((*token, *part)),
        Kind::OneOf(values) => {
            let mut parts = values.iter().map(|value| match value.kind {
                Kind::OneOf(_) => None,
                _ => token_part(value),
            });
            let first = parts.next()??;
            parts.all(|part| part == Some(first)).then_some(first)
        }
        Kind::Joined(parts) => match &parts[..] {
            [first, rest @ ..] if !rest.iter().any(is_dot) => match &first.kind {
                Kind::TokenPart(token, part) => Some((*token, *part)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn token_of(part: &Value) -> Option<usize> {
    token_part(part).map(|(token, _)| token)
}

/// Whether a value is a keyed hash or the signature of a token.
pub(super) fn is_signature(value: &Value) -> bool {
    matches!(unwrapped(value).kind, Kind::Hash(_))
        || matches!(token_part(value), Some((_, Part::Signature)))
}

/// Whether a value is the text between the parts of a token.
pub(super) fn is_dot(value: &Value) -> bool {
    value.as_text().is_some_and(|text| text.reveal() == ".")
}
