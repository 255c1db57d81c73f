//! Tokens that the code takes apart, verifies or puts together by itself, with nothing but a keyed hash.
//!
//! A hash over the first two parts of a token that is held against its third part is a verification, and what is
//! decoded from the second part are its claims. A hash over a header and a payload that were made here is a mint.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::Value as Json;

use super::filled::Filled;
use super::material::{decode_base64, decoded};
use super::slots::Resolved;
use super::uses::ClaimsUse;
use super::value::{CallRecord, Kind, List, Object, Part, Value};
use super::{Evaluator, SiteRecord};
use crate::models::catalog::Found;
use crate::models::schema::{Api, Encoding, Role, Slot};
use crate::models::source::{Place, Source};
use crate::source::Span;
use crate::syntax::ir::Literal;

/// What code does by hand that a library would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByHand {
    /// It decodes what may be claims. Nothing was held against the signature.
    Decodes,
    /// It reads the claims out of what it decoded. Nothing was held against the signature.
    Reads,
    /// It verifies the signature.
    Verifies,
    /// It signs.
    Mints,
}

/// A token that was taken apart.
pub(super) struct TakenApart {
    /// What it is called.
    path: String,
    /// What was taken apart.
    text: Value,
    /// The run for unknown callers in which it was.
    activation: usize,
    /// Where its claims and their check are noted.
    site: Option<usize>,
    /// Its claims were decoded.
    is_read: bool,
    /// A part of it went, as it was written, to code that is not seen: perhaps to be verified.
    is_handed_on: bool,
}

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
        let activation = self.activation;
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

    fn site_by_hand(
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
            activation: self.activation,
            after_expiry: self.expired.last().copied(),
            expiry_swallowed: None,
            reported_in: None,
            ignored: None,
            promised: false,
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
        for frame in self.frames.iter().rev() {
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

/// A value without the base64 around it.
fn unwrapped(value: &Value) -> &Value {
    match &value.kind {
        Kind::Encoded(inner) => inner,
        _ => value,
    }
}

/// The part of a token that a value is, perhaps with padding behind it.
fn token_part(value: &Value) -> Option<(usize, Part)> {
    match &value.kind {
        Kind::TokenPart(token, part) => Some((*token, *part)),
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

fn is_signature(value: &Value) -> bool {
    matches!(unwrapped(value).kind, Kind::Hash(_))
        || matches!(token_part(value), Some((_, Part::Signature)))
}

fn is_dot(value: &Value) -> bool {
    value.as_text().is_some_and(|text| text.reveal() == ".")
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
