//! Tokens that the code verifies or puts together by itself, with nothing but a keyed hash.
//!
//! A hash over the first two parts of a token that is held against its third part is a verification, and what is
//! decoded from the second part are its claims. A hash over a header and a payload that were made here is a mint.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::Value as Json;

use super::filled::Filled;
use super::material::decode_base64;
use super::slots::Resolved;
use super::taken_apart::{is_dot, is_signature, token_part, unwrapped};
use super::uses::ClaimsUse;
use super::value::{CallRecord, Kind, Object, Part, Value};
use super::{ByHand, Evaluator, SiteRecord};
use crate::models::catalog::Found;
use crate::models::schema::{Api, Slot};
use crate::models::source::{Place, Source};
use crate::source::Span;
use crate::syntax::ir::Literal;

/// A hash over the signed parts of a token.
pub(super) struct KeyedHash<'a> {
    found: Found<'a, Api>,
    record: Rc<CallRecord>,
    resolved: Resolved<'a>,
    /// The token whose parts it is made of.
    token: usize,
    /// The call that handed the key to the code around.
    handed_over: Option<Span>,
}

/// What a hash is made of.
enum Signed {
    /// The parts of a token that came from somewhere.
    Token(usize),
    /// A header that names its algorithm, and this payload.
    Made(Value),
}

impl<'a> Evaluator<'a> {
    /// A hash that is made with a key.
    pub(super) fn keyed_hash(
        &mut self,
        found: Found<'a, Api>,
        record: CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Value {
        let Some(message) = self.message(found.item, &record, object) else {
            return self.call_unknown(&found.item.path.join("|"), &record);
        };
        match self.signed(&message) {
            Some(Signed::Token(token)) => {
                let hash = self.hash_of_token(found, record, object, token);
                self.hashes.push(hash);
                Value::new(Kind::Hash(self.hashes.len() - 1))
            }
            Some(Signed::Made(payload)) => {
                let mut resolved = self.resolve_hash(found, &record, object);
                let filled = Filled::Yes(payload, record.name);
                resolved.slots.insert(Slot::Payload, filled);
                let record = self.site_by_hand(found, Rc::new(record), resolved, ByHand::Mints);
                self.sites.push(record);
                Value::unknown("signature")
            }
            None => self.call_unknown(&found.item.path.join("|"), &record),
        }
    }

    /// A call that makes a hash and holds it against another one.
    pub(super) fn verify_hash(
        &mut self,
        found: Found<'a, Api>,
        record: CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Value {
        let (span, name) = (record.span, record.name);
        let given = found.item.slots.get(&Slot::Signature);
        let given = given.and_then(|source| match self.fill(source, &record, object) {
            Filled::Yes(value, _) | Filled::Maybe(value, _) => Some(value),
            Filled::No | Filled::Unknown => None,
        });
        let hash = self.keyed_hash(found, record, object);
        if let Some(given) = given {
            self.note_signature(&hash, &given, span, name);
        }
        Value::unknown("verification")
    }

    /// Two values are held against each other: perhaps the signature of a token and the one that it should have.
    pub(super) fn note_signature(&mut self, left: &Value, right: &Value, span: Span, name: Span) {
        if !is_signature(left) && !is_signature(right) {
            return;
        }
        let left = self.force(left.clone());
        let right = self.force(right.clone());
        for (hash, given) in [(&left, &right), (&right, &left)] {
            if let (Kind::Hash(hash), Some((token, Part::Signature))) =
                (&unwrapped(hash).kind, token_part(given))
            {
                self.verified_by_hand(*hash, token, span, name);
                return;
            }
        }
    }

    fn verified_by_hand(&mut self, hash: usize, token: usize, span: Span, name: Span) {
        let Some(hash) = self.hashes.get(hash).filter(|hash| hash.token == token) else {
            return;
        };
        let (found, handed_over) = (hash.found, hash.handed_over);
        let mut resolved = hash.resolved.clone();
        let record = Rc::new(CallRecord {
            span,
            name,
            ..hash.record.as_ref().clone()
        });
        let Some(taken) = self.taken_apart.get(token) else {
            return;
        };
        let called = taken.text.clone();
        resolved
            .slots
            .insert(Slot::Token, Filled::Yes(called, name));
        let known = taken.site;
        let mut site = self.site_by_hand(found, record, resolved, ByHand::Verifies);
        site.handed_over = handed_over;
        let waiting = known
            .and_then(|known| self.sites.get_mut(known))
            .filter(|known| matches!(known.by_hand, Some(ByHand::Decodes | ByHand::Reads)));
        match waiting {
            Some(known) => {
                site.uses = std::mem::take(&mut known.uses);
                *known = site;
            }
            None => {
                self.sites.push(site);
                let site = self.sites.len() - 1;
                if let Some(taken) = self.taken_apart.get_mut(token) {
                    taken.site.get_or_insert(site);
                }
            }
        }
    }

    /// Where nobody decodes the claims, nothing is said of their checks.
    pub(super) fn settle_by_hand(&mut self) {
        let read: Vec<usize> = self
            .taken_apart
            .iter()
            .filter(|token| token.is_read)
            .filter_map(|token| token.site)
            .collect();
        for (index, site) in self.sites.iter_mut().enumerate() {
            if site.by_hand == Some(ByHand::Verifies) && !read.contains(&index) {
                site.resolved.unset.claims.clear();
            }
        }
    }

    fn hash_of_token(
        &mut self,
        found: Found<'a, Api>,
        record: CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
        token: usize,
    ) -> KeyedHash<'a> {
        let resolved = self.resolve_hash(found, &record, object);
        KeyedHash {
            handed_over: self.handed_over(&resolved),
            found,
            record: Rc::new(record),
            resolved,
            token,
        }
    }

    fn resolve_hash(
        &mut self,
        found: Found<'a, Api>,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Resolved<'a> {
        let version = self.version(found.library);
        let mut resolved = self.resolve(found, &version, record, object);
        if let Some(filled) = resolved.slots.get(&Slot::Algorithms) {
            let algorithm = match filled {
                Filled::Yes(value, span) => hmac_with(value).map(|name| {
                    let text = Value::at(Kind::Text(Literal::new(name)), *span, "written here");
                    Filled::Yes(text, *span)
                }),
                Filled::No => Some(Filled::No),
                _ => None,
            };
            let algorithm = algorithm.unwrap_or(Filled::Unknown);
            resolved.slots.insert(Slot::Algorithms, algorithm);
        }
        resolved
    }

    pub(super) fn site_by_hand(
        &self,
        found: Found<'a, Api>,
        call: Rc<CallRecord>,
        resolved: Resolved<'a>,
        by_hand: ByHand,
    ) -> SiteRecord<'a> {
        SiteRecord {
            api: found,
            call,
            resolved,
            uses: ClaimsUse::default(),
            scope: self.scope_label(),
            version: self.version(found.library),
            guarded: false,
            moment: self.steps,
            generic: self.frame().generic,
            of_another: self.loading > 0,
            wrappers: self.wrappers(),
            by_hand: Some(by_hand),
            handed_over: None,
            activation: self.around.activation,
            after_expiry: self.around.expired.last().copied(),
            after_failure: self.around.failed > 0,
            expiry_swallowed: None,
            reported_in: None,
            ignored: None,
            promised: false,
            by_test: self.is_run_by_tests(),
        }
    }

    /// What is hashed: all that was added to the object, or what stands in the call.
    fn message(
        &mut self,
        api: &'a Api,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Option<Value> {
        let source = api.slots.get(&Slot::Value)?;
        let added: Vec<Value> = object
            .map(|object| added(source, &object.borrow()))
            .unwrap_or_default();
        if !added.is_empty() {
            return Some(match &added[..] {
                [only] => only.clone(),
                _ => self.join(added, record.span),
            });
        }
        match self.fill(source, record, object) {
            Filled::Yes(value, _) | Filled::Maybe(value, _) => Some(value),
            Filled::No | Filled::Unknown => None,
        }
    }

    fn signed(&mut self, message: &Value) -> Option<Signed> {
        if let Kind::OneOf(values) = &message.kind {
            let mut values = values.iter();
            return values.find_map(|value| self.signed(value));
        }
        let Kind::Joined(parts) = &message.kind else {
            return None;
        };
        let [header, dot, payload] = &parts[..] else {
            return None;
        };
        if !is_dot(dot) {
            return None;
        }
        match (token_part(header), token_part(payload)) {
            (Some((token, Part::Header)), Some((other, Part::Payload))) => {
                (token == other).then_some(Signed::Token(token))
            }
            (None, None) => {
                let header = self.force(header.clone());
                let payload = self.force(payload.clone());
                names_an_algorithm(unwrapped(&header))
                    .then(|| Signed::Made(unwrapped(&payload).clone()))
            }
            _ => None,
        }
    }

    /// The call that handed a key to the function that runs, or to one around it: the last one that the key passed as
    /// an argument, seen from where it comes.
    fn handed_over(&self, resolved: &Resolved<'_>) -> Option<Span> {
        let Some(Filled::Yes(key, _)) = resolved.slots.get(&Slot::Key) else {
            return None;
        };
        let steps = key.steps();
        let mut steps = steps.iter().rev().map(|(span, _)| *span).peekable();
        let mut handed_over = None;
        for frame in self.around.frames.iter().rev() {
            let Some((file, function)) = frame.function else {
                continue;
            };
            let function = self.loaded.get(file)?.file.module.function(function);
            let is_parameter = |span: Span| {
                let mut parameters = function.parameters.iter();
                parameters.any(|parameter| match &parameter.target {
                    crate::syntax::ir::Target::Name(name) => name.span == span,
                    _ => false,
                })
            };
            let mut came_in = false;
            while let Some(span) = steps.next_if(|span| function.span.contains(*span)) {
                if is_parameter(span) {
                    came_in = true;
                    break;
                }
            }
            if !came_in {
                break;
            }
            handed_over = frame.called.or(handed_over);
        }
        handed_over
    }
}

/// What was handed to the methods that add to an object, in order.
fn added(source: &Source, object: &Object) -> Vec<Value> {
    let names: Vec<&String> = source
        .0
        .iter()
        .filter_map(|place| match place {
            Place::Call { names, .. } => Some(names),
            _ => None,
        })
        .flatten()
        .collect();
    let calls = object.calls.iter();
    calls
        .filter(|(name, ..)| names.contains(&name))
        .filter_map(|(_, record, _)| record.positional.first())
        .map(|(value, _)| value.clone())
        .collect()
}

/// Whether a value is the header of a token.
fn names_an_algorithm(header: &Value) -> bool {
    match &header.kind {
        Kind::Map(map) => map.borrow().entries.contains_key("alg"),
        Kind::Text(text) => {
            let text = text.reveal();
            let named = |text: &[u8]| {
                let header: Option<Json> = serde_json::from_slice(text).ok();
                header.is_some_and(|header| header.get("alg").is_some())
            };
            named(text.as_bytes()) || decode_base64(text).is_some_and(|text| named(&text))
        }
        _ => false,
    }
}

/// The algorithm of tokens that uses a hash of this name.
fn hmac_with(value: &Value) -> Option<&'static str> {
    let name = match &value.kind {
        Kind::Text(text) => text.reveal(),
        Kind::Symbol(symbol) => symbol.path.last()?,
        _ => return None,
    };
    ["HS256", "HS384", "HS512"]
        .into_iter()
        .find(|algorithm| name.ends_with(&algorithm[2..]))
}
