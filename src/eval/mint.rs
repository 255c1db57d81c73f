//! What a mint signs: its claims, and how long the token lives.

use std::collections::BTreeSet;

use super::export::key_id;
use super::filled::Filled;
use super::slots::Resolved;
use super::value::{Entry, Kind, Value};
use crate::facts::{Lifetime, MintFact};
use crate::models::schema::{Slot, UnsetLifetime};

pub(super) fn mint(resolved: &Resolved<'_>) -> MintFact {
    let mut payload = Payload::default();
    let expires = match resolved.slots.get(&Slot::Payload) {
        Some(Filled::Yes(value, _)) => payload.read(value),
        Some(_) => Lifetime::Unknown,
        // The library makes the claims.
        None => Lifetime::Endless,
    };
    let mut seconds = payload.seconds;
    let lifetime = match resolved.slots.get(&Slot::Lifetime) {
        Some(Filled::Yes(value, _)) if matches!(value.kind, Kind::Bool(false)) => Lifetime::Endless,
        Some(Filled::Yes(value, _)) if !matches!(value.kind, Kind::Null) => {
            seconds = lifetime_seconds(value);
            Lifetime::Bounded
        }
        Some(Filled::Maybe(..) | Filled::Unknown) => Lifetime::Unknown,
        _ => match (expires, resolved.unset.lifetime) {
            (Lifetime::Bounded, _) | (_, Some(UnsetLifetime::Bounded)) => Lifetime::Bounded,
            _ if resolved.policy_unknown => Lifetime::Unknown,
            (Lifetime::Endless, Some(UnsetLifetime::Endless)) => Lifetime::Endless,
            _ => Lifetime::Unknown,
        },
    };
    let audience = !matches!(resolved.slots.get(&Slot::Audience), None | Some(Filled::No));
    payload.claims.extend(audience.then(|| "aud".to_owned()));
    let open = payload.open || expires == Lifetime::Unknown || resolved.policy_unknown;
    MintFact {
        lifetime,
        claims: payload.claims,
        open,
        seconds,
        place: None,
        key_id: match resolved.slots.get(&Slot::KeyId) {
            Some(Filled::No) if !resolved.policy_unknown => Some(false),
            Some(Filled::Yes(value, _)) => Some(!matches!(value.kind, Kind::Null)),
            _ => None,
        },
        key_ids: match resolved.slots.get(&Slot::KeyId) {
            Some(Filled::Yes(value, _) | Filled::Maybe(value, _)) => {
                value.alternatives().iter().filter_map(key_id).collect()
            }
            _ => Vec::new(),
        },
    }
}

/// What is known of the claims that are signed.
#[derive(Default)]
struct Payload {
    claims: BTreeSet<String>,
    open: bool,
    seconds: Option<f64>,
}

impl Payload {
    fn read(&mut self, payload: &Value) -> Lifetime {
        match &payload.kind {
            Kind::Map(map) => {
                let map = map.borrow();
                self.claims.extend(map.entries.keys().cloned());
                self.open |= map.open;
                match map.entries.get("exp") {
                    Some(entry) if entry.maybe => Lifetime::Unknown,
                    Some(entry) if matches!(entry.value.kind, Kind::Null) => Lifetime::Endless,
                    Some(entry) => {
                        self.seconds = added_seconds(&entry.value);
                        Lifetime::Bounded
                    }
                    None if map.open || map.entries.iter().any(is_own_expiry) => Lifetime::Unknown,
                    None => Lifetime::Endless,
                }
            }
            Kind::OneOf(values) => {
                let lifetimes: Vec<Lifetime> =
                    values.iter().map(|value| self.read(value)).collect();
                match lifetimes.first() {
                    Some(first) if lifetimes.iter().all(|lifetime| lifetime == first) => *first,
                    _ => Lifetime::Unknown,
                }
            }
            _ => {
                self.open = true;
                Lifetime::Unknown
            }
        }
    }
}

/// A claim of the project's own that says until when the token is good. What is the same in every token, such as `"12h"`,
/// does not.
fn is_own_expiry((claim, entry): (&String, &Entry)) -> bool {
    let claim = claim.to_ascii_lowercase();
    let is_constant = matches!(entry.value.kind, Kind::Text(_) | Kind::Number(_));
    (claim.starts_with("expir") || claim.starts_with("valid")) && !is_constant
}

/// `now + 3600`: the numbers that are added to something not known.
fn added_seconds(expiry: &Value) -> Option<f64> {
    let Kind::Joined(parts) = &expiry.kind else {
        return None;
    };
    let numbers = parts.iter().filter_map(|part| match part.kind {
        Kind::Number(number) => Some(number),
        _ => None,
    });
    let sum: f64 = numbers.sum();
    (sum > 0.0).then_some(sum)
}

/// A lifetime as a number of seconds, or as a text such as `15m` or `7 days`.
fn lifetime_seconds(value: &Value) -> Option<f64> {
    match &value.kind {
        Kind::Number(seconds) => Some(*seconds),
        Kind::Text(text) => {
            let text = text.reveal().trim().to_ascii_lowercase();
            let digits = text.find(|letter: char| !(letter.is_ascii_digit() || letter == '.'))?;
            let number: f64 = text[..digits].parse().ok()?;
            let unit = match text[digits..].trim() {
                "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
                "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
                "h" | "hr" | "hrs" | "hour" | "hours" => 3_600.0,
                "d" | "day" | "days" => 86_400.0,
                "w" | "week" | "weeks" => 604_800.0,
                "y" | "yr" | "yrs" | "year" | "years" => 31_557_600.0,
                _ => return None,
            };
            Some(number * unit)
        }
        _ => None,
    }
}
