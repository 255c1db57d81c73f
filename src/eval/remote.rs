//! The parts of addresses: that keys are fetched from, and of issuers.

use super::value::{Kind, Value};
use crate::facts::AddressPart;
use crate::syntax::ir::Literal;

/// Parts that are kept of one address.
const MOST_PARTS: usize = 16;

/// Values inside values that are followed.
const DEEPEST: usize = 6;

/// What an address is put together from; nothing when nothing is known of it.
pub(super) fn parts(value: &Value) -> Vec<AddressPart> {
    let mut parts = Vec::new();
    collect(value, 0, &mut parts);
    if parts.iter().all(|part| *part == AddressPart::Unknown) {
        parts.clear();
    }
    parts
}

/// What a claim of a payload is put together from.
pub(super) fn claim_parts(payload: &Value, claim: &str) -> Vec<AddressPart> {
    let Kind::Map(map) = &payload.kind else {
        return Vec::new();
    };
    let map = map.borrow();
    let value = map.entries.get(claim).map(|entry| &entry.value);
    value.map(parts).unwrap_or_default()
}

fn collect(value: &Value, depth: usize, parts: &mut Vec<AddressPart>) {
    if parts.len() >= MOST_PARTS || depth > DEEPEST {
        return;
    }
    match &value.kind {
        Kind::Text(text) => parts.push(AddressPart::Text(text.clone())),
        Kind::Environment { name, fallback }
        | Kind::Setting {
            path: name,
            fallback,
        } => parts.push(AddressPart::Variable {
            name: name.to_string(),
            fallback: fallback.as_deref().and_then(text_of),
        }),
        Kind::Joined(joined) => {
            for part in joined.iter() {
                collect(part, depth + 1, parts);
            }
        }
        // A variable says most; the rest is what is taken without it.
        Kind::OneOf(values) => {
            let named = |value: &&Value| {
                matches!(value.kind, Kind::Environment { .. } | Kind::Setting { .. })
            };
            match values.iter().find(named).or(values.first()) {
                Some(first) => collect(first, depth + 1, parts),
                None => parts.push(AddressPart::Unknown),
            }
        }
        // `new URL(…)` and the like.
        Kind::Object(object) => {
            let made = object.borrow().made.clone();
            match made.as_ref().and_then(|made| made.positional.first()) {
                Some((first, _)) => collect(first, depth + 1, parts),
                None => parts.push(AddressPart::Unknown),
            }
        }
        _ => parts.push(AddressPart::Unknown),
    }
}

fn text_of(value: &Value) -> Option<Literal> {
    match &value.kind {
        Kind::Text(text) => Some(text.clone()),
        Kind::OneOf(values) => values.iter().find_map(|value| value.as_text().cloned()),
        _ => None,
    }
}
