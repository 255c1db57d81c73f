//! Where fetched keys come from, and whether what was fetched outlives the call that fetched it.

use std::cell::RefCell;
use std::rc::Rc;

use super::Evaluator;
use super::filled::Filled;
use super::filled::Truth;
use super::slots::Resolved;
use super::value::{CallRecord, Kind, Object, Value};
use crate::facts::{Address, Check, Fetched, LibraryFact, LibraryVersion, Site, SiteKind};
use crate::models::catalog::Found;
use crate::models::schema::{Api, Role, Slot};
use crate::source::Span;
use crate::syntax::ir::Function;

/// Parts of one value that are looked at.
const MOST_PARTS: usize = 64;

/// Objects behind objects that are followed.
const DEEPEST_KEY: usize = 8;

/// A fetch.
pub(super) struct FetchRecord {
    /// The address, and where it is given.
    url: (Value, Span),
    /// The whole call.
    span: Span,
    /// The name that is called.
    name: Span,
    scope: String,
    library: String,
    /// The run for unknown callers in which it happened; 0 when the module did it.
    activation: usize,
    /// No function runs around it.
    at_top: bool,
    /// What came was put where it outlives that run.
    kept: bool,
    /// Switches the check of the connection off.
    unprotected: Option<Span>,
    of_another: bool,
}

/// Where the key of a verify call came from.
pub(super) struct KeySource {
    origin: Origin,
    /// The run for unknown callers in which a token was verified with it.
    activation: usize,
    of_another: bool,
}

/// What gives keys.
#[derive(Clone)]
enum Origin {
    Fetch(usize),
    Client(Rc<RefCell<Object>>),
}

/// Fetches and clients whose keys verified a token.
pub(super) fn sites(evaluator: &Evaluator<'_>) -> Vec<Site> {
    let sources = evaluator.key_sources.iter();
    sources
        .filter(|source| !source.of_another)
        .filter_map(|source| match &source.origin {
            Origin::Fetch(index) => {
                let fetch = evaluator.fetches.get(*index)?;
                (!fetch.of_another).then(|| fetch_site(evaluator, fetch, source.activation))
            }
            Origin::Client(client) => client_site(evaluator, &client.borrow(), source.activation),
        })
        .collect()
}

fn fetch_site(evaluator: &Evaluator<'_>, fetch: &FetchRecord, verified: usize) -> Site {
    let library = LibraryFact {
        name: fetch.library.clone(),
        version: LibraryVersion::None,
        fix: Default::default(),
    };
    let each_time = fetch.activation != 0 && fetch.activation == verified && !fetch.kept;
    // Another fetch may be the one that refreshes.
    let alone = evaluator.fetches.len() == 1;
    let fetched = if each_time {
        Fetched::EachTime
    } else if fetch.at_top && verified != 0 && !fetch.kept && alone {
        Fetched::Once
    } else {
        Fetched::Unknown
    };
    let place = evaluator.place(fetch.name, "");
    let root = evaluator.input.file.source.id;
    let mut site = Site {
        span: fetch.span,
        scope: fetch.scope.clone(),
        fetched: Some(fetched),
        address: evaluator.address(&fetch.url.0, fetch.url.1),
        fetched_from: super::remote::parts(&fetch.url.0),
        ..Site::new(SiteKind::Fetch, place, library, root)
    };
    if let Some(span) = fetch.unprotected {
        let place = evaluator.place(span, "switches it off");
        site.checks.insert(Slot::Transport, Check::Disabled(place));
    }
    site
}

fn client_site(evaluator: &Evaluator<'_>, client: &Object, verified: usize) -> Option<Site> {
    let made = client.made.as_ref()?;
    let (package, path) = made.of.as_ref()?;
    let found = evaluator.catalog.apis(package, path).into_iter().next()?;
    let each_time = client.activation != 0 && client.activation == verified && !client.kept;
    if !each_time {
        return None;
    }
    let library = LibraryFact {
        name: found.library.name.clone(),
        version: evaluator.version(found.library),
        fix: found.library.fix.clone(),
    };
    let place = evaluator.place(made.name, "");
    let root = evaluator.input.file.source.id;
    Some(Site {
        span: made.span,
        fetched: Some(Fetched::EachTime),
        ..Site::new(SiteKind::Jwks, place, library, root)
    })
}

impl<'a> Evaluator<'a> {
    /// A call that fetches.
    pub(super) fn fetch(
        &mut self,
        found: Found<'a, Api>,
        record: &CallRecord,
        client: Option<&Rc<RefCell<Object>>>,
    ) -> Value {
        let source = found.item.slots.get(&Slot::Url);
        let url = match source.map(|source| self.fill(source, record, None)) {
            Some(Filled::Yes(value, span) | Filled::Maybe(value, span)) => (value, span),
            _ => (Value::unknown("url"), record.name),
        };
        self.note_reached(SiteKind::Fetch, &url.0, record.span, record.name);
        let conditions = found.item.off.get(&Slot::Transport).into_iter().flatten();
        let unprotected = conditions
            .map(|condition| self.test(condition, record, client))
            .find(|(truth, _)| *truth == Truth::Yes);
        self.fetches.push(FetchRecord {
            url,
            span: record.span,
            name: record.name,
            scope: self.scope_label(),
            library: found.library.name.clone(),
            activation: self.around.activation,
            at_top: self.around.frames.len() == 1 && self.depth() == 0,
            kept: false,
            unprotected: unprotected.map(|(_, span)| span),
            of_another: self.loading > 0,
        });
        let index = self.fetches.len() - 1;
        Value::at(Kind::Fetched(index), record.span, "fetched here")
    }

    /// Where the key comes from that a token is verified with.
    pub(super) fn note_key_sources(&mut self, found: Found<'_, Api>, resolved: &Resolved<'_>) {
        let slots = &resolved.slots;
        if found.item.role != Role::Verify
            || !matches!(slots.get(&Slot::Token), Some(Filled::Yes(..)))
        {
            return;
        }
        let Some(Filled::Yes(key, _)) = slots.get(&Slot::Key) else {
            return;
        };
        if let Some(origin) = self.origin_of(key, 0) {
            self.key_sources.push(KeySource {
                origin,
                activation: self.around.activation,
                of_another: self.loading > 0,
            });
        }
    }

    /// What every alternative of a key comes from; `None` when one may come from elsewhere.
    fn origin_of(&self, key: &Value, depth: usize) -> Option<Origin> {
        if depth > DEEPEST_KEY {
            return None;
        }
        match &key.kind {
            Kind::Fetched(index) => Some(Origin::Fetch(*index)),
            Kind::OneOf(values) => {
                let mut known = None;
                for value in values.iter().filter(|value| !is_nothing(value)) {
                    known = Some(self.origin_of(value, depth + 1)?);
                }
                known
            }
            Kind::List(list) => {
                let list = list.borrow();
                list.items
                    .iter()
                    .find_map(|item| self.origin_of(item, depth + 1))
            }
            Kind::Map(map) => {
                let map = map.borrow();
                map.entries
                    .values()
                    .find_map(|entry| self.origin_of(&entry.value, depth + 1))
            }
            Kind::Joined(parts) => parts
                .iter()
                .find_map(|part| self.origin_of(part, depth + 1)),
            Kind::PublicHalf(key) => self.origin_of(key, depth + 1),
            Kind::Object(object) => {
                let made = object.borrow().made.clone()?;
                let (package, path) = made.of.as_ref()?;
                let apis = self.catalog.apis(package, path);
                let api = apis.first()?;
                if api.item.role == Role::Jwks && api.item.slots.contains_key(&Slot::Url) {
                    return Some(Origin::Client(Rc::clone(object)));
                }
                let given = made.positional.iter().chain(made.named.values());
                given
                    .map(|(value, _)| value)
                    .chain(&made.receiver)
                    .find_map(|value| self.origin_of(value, depth + 1))
            }
            _ => None,
        }
    }

    /// What a value holds was put somewhere, or handed to code that may put it somewhere.
    pub(super) fn note_kept(&mut self, value: &Value) {
        let mut waiting = vec![value.clone()];
        let mut looked_at = 0;
        while let Some(value) = waiting.pop() {
            looked_at += 1;
            if looked_at > MOST_PARTS {
                return;
            }
            match &value.kind {
                Kind::Fetched(index) => {
                    if let Some(fetch) = self.fetches.get_mut(*index) {
                        fetch.kept = true;
                    }
                }
                Kind::Object(object) => {
                    let Ok(mut object) = object.try_borrow_mut() else {
                        continue;
                    };
                    object.kept = true;
                    // A key that is kept keeps what it is made of.
                    if let Some(made) = &object.made {
                        let given = made.positional.iter().chain(made.named.values());
                        waiting.extend(given.map(|(value, _)| value.clone()));
                    }
                }
                Kind::PublicHalf(key) => waiting.push(key.as_ref().clone()),
                Kind::OneOf(values) | Kind::Joined(values) => {
                    waiting.extend(values.iter().cloned());
                }
                Kind::List(list) => waiting.extend(list.borrow().items.iter().cloned()),
                Kind::Map(map) => {
                    // A map that is being written holds only itself.
                    let Ok(map) = map.try_borrow() else {
                        continue;
                    };
                    waiting.extend(map.entries.values().map(|entry| entry.value.clone()));
                }
                _ => {}
            }
        }
    }

    /// Whether a decorator or attribute says that a function's result is kept.
    pub(super) fn is_memoised(&self, function: &Function) -> bool {
        const WORDS: &[&str] = &["cache", "memo", "once", "singleton"];
        let source = &self.loaded[self.current].file.source;
        function.decorators.iter().any(|decorator| {
            let span = self.expression_span(*decorator);
            let written = source.text(span);
            let written = written.to_ascii_lowercase();
            WORDS.iter().any(|word| written.contains(word))
        })
    }

    /// The address that a value is, when its scheme is written.
    pub(super) fn address(&self, value: &Value, given: Span) -> Option<Address> {
        let (value, alternative) = match &value.kind {
            Kind::OneOf(values) => {
                let plaintext = |value: &&Value| {
                    self.address(value, given)
                        .is_some_and(|address| address.plaintext)
                };
                (values.iter().find(plaintext).or(values.first())?, true)
            }
            Kind::Environment {
                fallback: Some(fallback),
                ..
            }
            | Kind::Setting {
                fallback: Some(fallback),
                ..
            } => (fallback.as_ref(), true),
            _ => (value, false),
        };
        let first = match &value.kind {
            Kind::Joined(parts) => parts.first()?,
            Kind::OneOf(_) => return self.address(value, given),
            _ => value,
        };
        let text = first.as_text()?.reveal();
        let (scheme, rest) = text.split_once("://")?;
        let plaintext = scheme.eq_ignore_ascii_case("http");
        if !plaintext && !scheme.eq_ignore_ascii_case("https") {
            return None;
        }
        let end = rest.find(['/', '?', '#']);
        let is_whole = end.is_some() || matches!(value.kind, Kind::Text(_));
        let authority = if is_whole {
            &rest[..end.unwrap_or(rest.len())]
        } else {
            ""
        };
        let host = authority.rsplit('@').next().unwrap_or(authority);
        let host = match host.strip_prefix('[') {
            Some(address) => address.split(']').next().unwrap_or(address),
            None => host.split(':').next().unwrap_or(host),
        };
        Some(Address {
            place: self.place(value.origin().unwrap_or(given), "written here"),
            plaintext,
            host: host.to_ascii_lowercase(),
            alternative,
        })
    }
}

/// Whether a key is none at all.
fn is_nothing(value: &Value) -> bool {
    match &value.kind {
        Kind::Null => true,
        Kind::Map(map) => map.borrow().entries.is_empty(),
        Kind::List(list) => list.borrow().items.is_empty(),
        _ => false,
    }
}
