//! Keys that the code writes out as JSON, and where they leave the program: an answer that anyone can fetch.

use std::cell::RefCell;
use std::rc::Rc;

use super::Evaluator;
use super::filled::Filled;
use super::material::pem_kind;
use super::place::written;
use super::value::{CallRecord, Entry, Kind, List, Map, Object, Value};
use crate::facts::{
    Key, KeyId, LibraryFact, LibraryVersion, Material, PublishedSet, Site, SiteKind,
};
use crate::keys;
use crate::models::catalog::Found;
use crate::models::schema::{Api, Encoding, KeyKind, Role, Slot};
use crate::source::Span;
use crate::syntax::ir::Function;

/// The member of a JWK that only a private key has.
const PRIVATE_MEMBER: &str = "d";

/// The member of a JWK that says of which type it is.
const TYPE_MEMBER: &str = "kty";

/// The member of a key set that lists the keys.
const SET_MEMBER: &str = "keys";

/// The member of a JWK that names it.
const ID_MEMBER: &str = "kid";

/// Members of which a JWK in the code has at least one.
const KEY_MEMBERS: [&str; 4] = [TYPE_MEMBER, ID_MEMBER, PRIVATE_MEMBER, "n"];

/// Nesting of values that is followed.
const DEEPEST: usize = 6;

/// Answers that are kept of one file.
const MOST: usize = 64;

/// Parts of one answer that are looked at.
const MOST_PARTS: usize = 4096;

/// A set of keys in an answer.
pub(super) struct AnsweredSet {
    value: Value,
    answer: Span,
    scope: String,
}

/// An answer that holds a private key.
pub(super) struct Published {
    /// Where the private member is written out.
    member: Span,
    /// The value of the private member.
    value: Value,
    /// Where it is handed out.
    answer: Span,
    scope: String,
}

/// The answers of the file itself.
pub(super) fn sites(evaluator: &Evaluator<'_>) -> Vec<Site> {
    let root = evaluator.input.file.source.id;
    let own = evaluator.published.iter().filter_map(|published| {
        let at = [published.member, published.answer]
            .into_iter()
            .find(|span| span.file == root)?;
        let library = LibraryFact {
            name: "key set".to_owned(),
            version: LibraryVersion::None,
            fix: Default::default(),
        };
        let site = Site::new(SiteKind::Publish, evaluator.place(at, ""), library, root);
        Some(Site {
            span: published.answer,
            scope: published.scope.clone(),
            keys: vec![published.key(evaluator)],
            ..site
        })
    });
    own.collect()
}

impl Published {
    fn key(&self, evaluator: &Evaluator<'_>) -> Key {
        let exported = match &self.value.kind {
            Kind::Exported(key) => key.as_ref().clone(),
            _ => self.value.clone(),
        };
        let filled = Filled::Yes(exported, self.member);
        let known = evaluator.keys(&filled, Some(KeyKind::Private), false);
        let first = known.into_iter().next();
        let mut flow = evaluator.flow(&self.value);
        flow.push(evaluator.place(self.answer, "handed out here"));
        Key {
            kind: Some(KeyKind::Private),
            material: first.map_or(Material::Unknown(String::new()), |key| key.material),
            encoding: Encoding::Text,
            flow,
            from_callback: false,
            context: None,
            instead_of: Vec::new(),
            confined: None,
            dead_guard: None,
            public_as_secret: false,
        }
    }
}

impl<'a> Evaluator<'a> {
    /// A call that writes a key, or a set of keys, out.
    pub(super) fn export(
        &mut self,
        found: Found<'a, Api>,
        record: CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Value {
        let source = found.item.slots.get(&Slot::Material);
        let key = match source.map(|source| self.fill(source, &record, object)) {
            Some(Filled::Yes(value, _) | Filled::Maybe(value, _)) => self.force(value),
            _ => Value::unknown("key"),
        };
        let is_private = match found.item.kind {
            Some(KeyKind::Public) => false,
            Some(KeyKind::Private | KeyKind::Secret) => true,
            _ => self.is_private(&key, 0),
        };
        let path = found.item.path.join("|");
        let unknown = self.call_unknown(&path, &record);
        if !is_private {
            return unknown;
        }
        let member = Value::at(
            Kind::Exported(Rc::new(key)),
            record.span,
            "written out with its private members",
        );
        let born = self.depth();
        let of_one = |name: &str, value: Value| {
            let entry = Entry {
                value,
                key: record.name,
                maybe: false,
            };
            Value::map(Map {
                entries: [(name.to_owned(), entry)].into(),
                open: true,
                born,
                class: None,
            })
        };
        let jwk = of_one(PRIVATE_MEMBER, member);
        if found.item.returns.as_deref() != Some(SET_MEMBER) {
            return jwk;
        }
        let list = List {
            items: vec![jwk],
            open: true,
        };
        of_one(
            SET_MEMBER,
            Value::new(Kind::List(Rc::new(RefCell::new(list)))),
        )
    }

    /// The public half of a key; other values as they are.
    pub(super) fn public_half(&self, value: Value) -> Value {
        match &value.kind {
            Kind::Generated
            | Kind::Text(_)
            | Kind::File(_)
            | Kind::Environment { .. }
            | Kind::Setting { .. }
            | Kind::Unknown(_)
            | Kind::Object(_) => {
                let trail = value.trail.clone();
                Value {
                    kind: Kind::PublicHalf(Rc::new(value)),
                    trail,
                }
            }
            Kind::OneOf(values) => {
                Value::one_of(values.iter().map(|it| self.public_half(it.clone())))
            }
            _ => value,
        }
    }

    /// Whether a key, or one of a set, has its private part with it.
    fn is_private(&self, key: &Value, depth: usize) -> bool {
        if depth > DEEPEST {
            return false;
        }
        let says_so = |name: &str| name.to_ascii_lowercase().contains("private");
        match &key.kind {
            Kind::Generated => true,
            Kind::Text(text) => {
                let text = text.reveal();
                pem_kind(text) == Some(KeyKind::Private)
                    || keys::read(text.as_bytes()).iter().any(|key| key.private)
            }
            Kind::File(name) | Kind::Unknown(name) => says_so(name),
            Kind::Environment { name, fallback } => {
                says_so(name) || self.is_private_behind(fallback.as_deref(), depth)
            }
            Kind::Setting { path, fallback } => {
                says_so(path) || self.is_private_behind(fallback.as_deref(), depth)
            }
            Kind::OneOf(values) => values.iter().any(|it| self.is_private(it, depth + 1)),
            Kind::List(list) => {
                let list = list.borrow();
                let mut items = list.items.iter().take(MOST);
                items.any(|it| self.is_private(it, depth + DEEPEST / 2))
            }
            Kind::Map(map) => map
                .try_borrow()
                .is_ok_and(|map| private_member(&map).is_some()),
            Kind::Object(object) => object
                .try_borrow()
                .is_ok_and(|object| self.is_private_object(&object, depth)),
            _ => false,
        }
    }

    fn is_private_behind(&self, fallback: Option<&Value>, depth: usize) -> bool {
        fallback.is_some_and(|value| self.is_private(value, depth + 1))
    }

    fn is_private_object(&self, object: &Object, depth: usize) -> bool {
        let Some(made) = &object.made else {
            return false;
        };
        let Some((package, path)) = &made.of else {
            return false;
        };
        let apis = self.catalog.apis(package, path);
        let Some(api) = apis
            .into_iter()
            .find(|found| matches!(found.item.role, Role::Key | Role::Jwks))
        else {
            return false;
        };
        let api = api.item;
        // A set is also filled by what is added to it.
        let added = object
            .calls
            .iter()
            .filter(|_| api.role == Role::Jwks)
            .flat_map(|(_, record, _)| &record.positional);
        let mut added = added.filter(|(value, _)| matches!(value.kind, Kind::Object(_)));
        if added.any(|(value, _)| self.is_private(value, depth + 1)) {
            return true;
        }
        let material = api.slots.get(&Slot::Material);
        let given = material.and_then(|source| source.0.iter().find_map(|at| written(at, made)));
        match given {
            Some(given) => {
                matches!(api.kind, Some(KeyKind::Private | KeyKind::Secret))
                    || self.is_private(&given, depth + 1)
            }
            None => {
                let is_made_there = api.slots.keys().all(|slot| *slot == Slot::Bits);
                matches!(api.kind, Some(KeyKind::Private | KeyKind::Secret))
                    || api.role == Role::Key && api.kind.is_none() && !made.open && is_made_there
            }
        }
    }

    /// What a call sends to whoever asked.
    pub(super) fn note_answer(&mut self, record: &CallRecord) {
        let scope = self.scope_label();
        let for_keys = names_key_set(&scope);
        let given = record.positional.iter().map(|(value, _)| (value, false));
        let named = record.named.iter();
        let named = named.map(|(name, (value, _))| (value, name == SET_MEMBER));
        for (value, is_set) in given.chain(named) {
            self.note_published(value.clone(), record.name, for_keys || is_set);
        }
    }

    /// What a handler gives back.
    pub(super) fn note_returned(&mut self, function: &'a Function, result: &Value) {
        if function.decorators.is_empty() {
            return;
        }
        let name = function.name.as_ref();
        let source = &self.loaded[self.current].file.source;
        let named = name.is_some_and(|name| names_key_set(&name.text))
            || function
                .decorators
                .iter()
                .any(|decorator| names_key_set(&source.text(self.expression_span(*decorator))));
        if named {
            let answer = name.map_or(function.span, |name| name.span);
            self.note_published(result.clone(), answer, true);
        }
    }

    fn note_published(&mut self, value: Value, answer: Span, for_keys: bool) {
        let value = match value.is_elsewhere() && names_key_set(&value.path()) {
            true => self.force(value),
            false => value,
        };
        self.note_key_set(&value, answer);
        let mut looked_at = 0;
        let Some((member, value)) = private_in(&value, for_keys, 0, &mut looked_at) else {
            return;
        };
        let known = self.published.iter().any(|it| it.member == member);
        if !known && self.published.len() < MOST {
            let scope = self.scope_label();
            self.published.push(Published {
                member,
                value,
                answer,
                scope,
            });
        }
    }
}

impl Evaluator<'_> {
    /// A set of keys in an answer.
    fn note_key_set(&mut self, value: &Value, answer: Span) {
        for value in value.alternatives() {
            let is_set = match &value.kind {
                Kind::Map(map) => map
                    .try_borrow()
                    .is_ok_and(|map| map.entries.contains_key(SET_MEMBER)),
                _ => false,
            };
            let known = self.key_sets.iter().any(|it| it.answer == answer);
            if is_set && !known && self.key_sets.len() < MOST {
                let scope = self.scope_label();
                self.key_sets.push(AnsweredSet {
                    value,
                    answer,
                    scope,
                });
            }
        }
    }

    /// A key is made: by a function that is called after rotation?
    pub(super) fn note_rotation(&mut self, name: Span) {
        let rotates = self.scope_label().to_ascii_lowercase().contains("rotat");
        if rotates && name.file == self.input.file.source.id && self.rotations.len() < MOST {
            let place = self.place(name, "a new key");
            if !self.rotations.contains(&place) {
                self.rotations.push(place);
            }
        }
    }
}

/// Key sets that the file answers with, as they are when all is done: a key may have been added since.
pub(super) fn key_sets(evaluator: &Evaluator<'_>) -> Vec<PublishedSet> {
    let root = evaluator.input.file.source.id;
    let own = evaluator
        .key_sets
        .iter()
        .filter(|set| set.answer.file == root);
    let sets = own.filter_map(|set| {
        let Kind::Map(map) = &set.value.kind else {
            return None;
        };
        let (key_ids, open) = map.try_borrow().ok().and_then(|map| listed_keys(&map))?;
        Some(PublishedSet {
            place: evaluator.place(set.answer, "handed out here"),
            scope: set.scope.clone(),
            key_ids,
            open,
            context: None,
        })
    });
    let mut sets: Vec<PublishedSet> = sets.collect();
    sets.sort_by(|a, b| a.place.cmp(&b.place));
    sets
}

/// The ids of the keys of a set, and whether there may be others; `None` when it is no set.
fn listed_keys(set: &Map) -> Option<(Vec<Option<KeyId>>, bool)> {
    let list = match &set.entries.get(SET_MEMBER)?.value.kind {
        Kind::List(list) => list.try_borrow().ok()?,
        _ => return None,
    };
    let mut key_ids = Vec::new();
    let mut open = list.open || set.open;
    for item in &list.items {
        let Kind::Map(key) = &item.kind else {
            open = true;
            continue;
        };
        let key = key.try_borrow().ok()?;
        let is_key = KEY_MEMBERS.iter().any(|it| key.entries.contains_key(*it));
        if !is_key {
            return None;
        }
        let id = key.entries.get(ID_MEMBER);
        key_ids.push(id.and_then(|id| key_id(&id.value)));
    }
    (!key_ids.is_empty()).then_some((key_ids, open))
}

/// What is known of the id of a key.
pub(super) fn key_id(value: &Value) -> Option<KeyId> {
    match &value.kind {
        Kind::Text(text) => Some(KeyId::Written(text.reveal().to_owned())),
        Kind::Environment { name, .. } | Kind::Setting { path: name, .. } if !name.is_empty() => {
            Some(KeyId::Named(name.to_string()))
        }
        _ => None,
    }
}

/// Whether a name or route is that of a key set.
fn names_key_set(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["jwk", "well-known", "well_known", "wellknown", "/certs"]
        .iter()
        .any(|word| text.contains(word))
}

/// The private member of a JWK in an answer, with its place. Outside of a set it counts only where keys are asked for.
fn private_in(
    value: &Value,
    in_set: bool,
    depth: usize,
    looked_at: &mut usize,
) -> Option<(Span, Value)> {
    *looked_at += 1;
    if depth > DEEPEST || *looked_at > MOST_PARTS {
        return None;
    }
    match &value.kind {
        Kind::Map(map) => {
            let map = map.try_borrow().ok()?;
            if in_set && let Some(entry) = private_member(&map) {
                return Some((entry.key, entry.value.clone()));
            }
            map.entries.iter().find_map(|(name, entry)| {
                let in_set = in_set || name == SET_MEMBER;
                private_in(&entry.value, in_set, depth + 1, looked_at)
            })
        }
        Kind::List(list) => {
            let list = list.try_borrow().ok()?;
            let mut items = list.items.iter();
            items.find_map(|item| private_in(item, in_set, depth + 1, looked_at))
        }
        Kind::OneOf(values) | Kind::Joined(values) => values
            .iter()
            .find_map(|value| private_in(value, in_set, depth + 1, looked_at)),
        _ => None,
    }
}

/// The private member of a JWK.
fn private_member(map: &Map) -> Option<&Entry> {
    let entry = map.entries.get(PRIVATE_MEMBER)?;
    match &entry.value.kind {
        Kind::Exported(_) => Some(entry),
        Kind::Null => None,
        _ => map.entries.contains_key(TYPE_MEMBER).then_some(entry),
    }
}

/// Takes the private members out of a value of which any member may have gone.
pub(super) fn forget_private(value: &Value) {
    match &value.kind {
        Kind::Map(map) => {
            if let Ok(mut map) = map.try_borrow_mut() {
                let is_private = |entry: &Entry| matches!(entry.value.kind, Kind::Exported(_));
                map.entries.retain(|_, entry| !is_private(entry));
            }
        }
        Kind::OneOf(values) => values.iter().for_each(forget_private),
        _ => {}
    }
}
