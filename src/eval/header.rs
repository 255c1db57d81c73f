//! Parameters of a header that nobody verified yet, on their way to keys, fetches, files, queries and commands.
//!
//! Any call that this code cannot see into may check what it is given, so a parameter that was handed to one is taken
//! for checked.

use std::rc::Rc;

use super::filled::Filled;
use super::slots::Resolved;
use super::value::{CallRecord, Kind, Value};
use super::{Evaluator, FunctionKey};
use crate::facts::{Address, HeaderUse, LibraryFact, LibraryVersion, Site, SiteKind};
use crate::models::catalog::Found;
use crate::models::schema::{Api, Role, Slot};
use crate::source::Span;
use crate::syntax::ir::FunctionId;

/// Parts of one value that are looked at.
const MOST_PARTS: usize = 64;

/// Parameters that are a key, or say where one is.
const KEY_PARAMETERS: &[&str] = &["jwk", "x5c", "jku", "x5u"];

/// A call that a parameter reached.
pub(super) struct Reached {
    kind: SiteKind,
    library: LibraryFact,
    span: Span,
    name: Span,
    scope: String,
    generic: bool,
    of_another: bool,
    moment: usize,
    functions: Vec<FunctionKey>,
    /// The parameters, each with the value that it came as.
    parameters: Vec<(String, Value)>,
    /// The address that is fetched, as far as it is written.
    address: Option<Address>,
}

/// The calls that parameters reached unchecked, as sites.
pub(super) fn sites(evaluator: &Evaluator<'_>) -> Vec<Site> {
    let reached = evaluator.reached.iter();
    reached
        .filter(|reached| !reached.of_another)
        .filter_map(|reached| {
            // A key in the header may be held against something once the proof is verified.
            let held_later = |parameter: &String| {
                reached.kind == SiteKind::Key && evaluator.is_checked(parameter, &reached.functions)
            };
            let header: Vec<HeaderUse> = reached
                .parameters
                .iter()
                .filter(|(parameter, _)| !held_later(parameter))
                .map(|(parameter, value)| HeaderUse {
                    parameter: parameter.clone(),
                    flow: evaluator.flow(value),
                })
                .collect();
            let place = evaluator.place(reached.name, "");
            let root = evaluator.input.file.source.id;
            (!header.is_empty()).then(|| Site {
                span: reached.span,
                scope: reached.scope.clone(),
                moment: reached.moment,
                generic: reached.generic,
                header,
                address: reached.address.clone(),
                ..Site::new(reached.kind, place, reached.library.clone(), root)
            })
        })
        .collect()
}

impl Evaluator<'_> {
    /// The parameters of unverified headers that a value is made of.
    fn header_parameters(&self, value: &Value) -> Vec<(String, Value)> {
        let mut found = Vec::new();
        // Asked for every argument of every call: most hold nothing.
        if !may_hold_parameters(value) {
            return found;
        }
        let mut waiting = vec![value.clone()];
        let mut looked_at = 0;
        while let Some(value) = waiting.pop() {
            looked_at += 1;
            if looked_at > MOST_PARTS {
                break;
            }
            match &value.kind {
                Kind::Header(path) => {
                    found.extend(path.first().map(|name| (name.clone(), value.clone())));
                }
                Kind::Claims(site, path) => {
                    let unverified = self
                        .sites
                        .get(*site)
                        .is_some_and(|record| record.api.item.role == Role::Decode);
                    if let [header, name, ..] = &path[..]
                        && unverified
                        && (header == "header" || header == "protectedHeader")
                    {
                        found.push((name.clone(), value.clone()));
                    }
                }
                Kind::OneOf(values) | Kind::Joined(values) => {
                    waiting.extend(values.iter().cloned());
                }
                Kind::List(list) => waiting.extend(list.borrow().items.iter().cloned()),
                Kind::Map(map) => {
                    let map = map.borrow();
                    waiting.extend(map.entries.values().map(|entry| entry.value.clone()));
                }
                _ => {}
            }
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found.dedup_by(|a, b| a.0 == b.0);
        found
    }

    pub(super) fn holds_header_parameter(&self, values: &[Value]) -> bool {
        values
            .iter()
            .any(|value| !self.header_parameters(value).is_empty())
    }

    /// A call that hands its value on unchanged: what else goes into it is in its result too.
    pub(super) fn with_header(&self, value: &Value, record: &CallRecord) -> Option<Value> {
        let arguments = record.positional.iter().chain(record.named.values());
        let others: Vec<Value> = arguments
            .map(|(value, _)| value.clone())
            .filter(|value| !self.header_parameters(value).is_empty())
            .collect();
        if self.header_parameters(value).is_empty() {
            if others.is_empty() {
                return None;
            }
            let parts = std::iter::once(value.clone()).chain(others);
            return Some(Value::new(Kind::Joined(parts.collect())));
        }
        // `kid.replace("/", "")`: what is left of it may be harmless.
        let replaces =
            record.receiver.is_some() && record.positional.len() > 1 && others.is_empty();
        replaces.then(|| Value::unknown("cleaned"))
    }

    /// The content of a file.
    pub(super) fn read_file(&mut self, path: &Value, span: Span, name: Span) -> Value {
        self.note_reached(SiteKind::File, path, span, name);
        let shown = self.note_read(Some(path), span);
        Value::at(Kind::File(Rc::from(shown)), span, "read from a file")
    }

    /// A call of the platform, or of a client that is no library for tokens, uses a value.
    pub(super) fn note_reached(&mut self, kind: SiteKind, value: &Value, span: Span, name: Span) {
        let library = LibraryFact {
            name: "the platform".to_owned(),
            version: LibraryVersion::None,
            fix: Default::default(),
        };
        let parameters = self.header_parameters(value);
        let address = match kind {
            SiteKind::Fetch => self.address(value, name),
            _ => None,
        };
        self.add_reached(kind, library, parameters, address, span, name);
    }

    fn add_reached(
        &mut self,
        kind: SiteKind,
        library: LibraryFact,
        mut parameters: Vec<(String, Value)>,
        address: Option<Address>,
        span: Span,
        name: Span,
    ) {
        if parameters.is_empty() {
            return;
        }
        let functions = self.running();
        parameters.retain(|(parameter, _)| !self.is_checked(parameter, &functions));
        if parameters.is_empty() {
            return;
        }
        self.reached.push(Reached {
            kind,
            library,
            span,
            name,
            scope: self.scope_label(),
            generic: self.frame().generic,
            of_another: self.loading > 0,
            moment: self.steps,
            functions,
            parameters,
            address,
        });
    }

    /// A text that is put together from a parameter and asks a database.
    pub(super) fn note_query(&mut self, record: &CallRecord, callee: &str) {
        if self.around.throwing || writes_a_log(callee) {
            return;
        }
        let is_query = |(value, at): &&(Value, Span)| {
            // A tagged template has no parentheses: its tag is given the pieces.
            at.end < record.span.end && asks_a_database(value)
        };
        let Some((text, _)) = record.positional.iter().find(is_query).cloned() else {
            return;
        };
        self.note_reached(SiteKind::Query, &text, record.span, record.name);
    }

    /// A key slot that is filled from the header.
    pub(super) fn note_keys_of_header(
        &mut self,
        found: Found<'_, Api>,
        resolved: &Resolved<'_>,
        record: &CallRecord,
    ) {
        let slot = match found.item.role {
            Role::Key => Slot::Material,
            Role::Jwks => Slot::Url,
            Role::Verify => Slot::Key,
            _ => return,
        };
        let Some(Filled::Yes(value, _)) = resolved.slots.get(&slot) else {
            return;
        };
        let parameters = self.header_parameters(value);
        if parameters.is_empty() {
            return;
        }
        let kind = if found.item.role == Role::Jwks {
            SiteKind::Fetch
        } else {
            SiteKind::Key
        };
        let parameters = parameters
            .into_iter()
            .filter(|(name, _)| KEY_PARAMETERS.contains(&name.as_str()))
            .collect();
        let library = LibraryFact {
            name: found.library.name.clone(),
            version: self.version(found.library),
            fix: found.library.fix.clone(),
        };
        self.add_reached(kind, library, parameters, None, record.span, record.name);
    }

    /// A value was held against another one.
    pub(super) fn note_compared(&mut self, value: &Value, against: Option<&Value>) {
        let asks_for_it = match against.map(|against| &against.kind) {
            None | Some(Kind::Null | Kind::Bool(_) | Kind::Number(_)) => true,
            Some(Kind::Text(text)) => text.reveal().is_empty(),
            Some(_) => false,
        };
        if !asks_for_it && !is_kind_of_key(value) {
            self.note_checked(value);
        }
    }

    /// From here on the parameters that a value holds count as checked, in every function that runs.
    pub(super) fn note_checked(&mut self, value: &Value) {
        let parameters = self.header_parameters(value);
        if parameters.is_empty() {
            return;
        }
        let functions = self.running();
        for (parameter, _) in parameters {
            // What kind of token it is says whether it may bring its own key.
            let also = (parameter == "typ")
                .then_some(["jwk", "x5c"])
                .into_iter()
                .flatten();
            for parameter in also.map(str::to_owned).chain([parameter.clone()]) {
                for function in &functions {
                    self.checked.insert((*function, parameter.clone()));
                }
            }
        }
    }

    /// A call that nobody sees into may check what it is given.
    pub(super) fn note_checked_by(&mut self, path: &str, record: &CallRecord) {
        if self.around.throwing || writes_a_log(path) {
            return;
        }
        let values = record.positional.iter().chain(record.named.values());
        for value in values.map(|(value, _)| value).chain(&record.receiver) {
            self.note_checked(value);
        }
    }

    /// The functions that run, and those in which they were made. The top of a module stands for none, unless nothing
    /// else runs.
    pub(super) fn running(&self) -> Vec<FunctionKey> {
        let mut functions = Vec::new();
        for function in self.around.frames.iter().filter_map(|frame| frame.function) {
            functions.push(function);
            functions.extend(self.made_in.get(&function).into_iter().flatten());
        }
        functions.sort_unstable();
        functions.dedup();
        if functions.is_empty() {
            // No function of a file has this number.
            functions.push((self.current, FunctionId(u32::MAX)));
        }
        functions
    }

    fn is_checked(&self, parameter: &str, functions: &[FunctionKey]) -> bool {
        functions
            .iter()
            .any(|function| self.checked.contains(&(*function, parameter.to_owned())))
    }
}

/// Whether a value says what kind of key the header brings, which is nothing of whose key it is.
fn is_kind_of_key(value: &Value) -> bool {
    const MEMBERS: &[&str] = &["kty", "crv", "alg", "use"];
    match &value.kind {
        Kind::Header(path) => match &path[..] {
            [_, .., last] => MEMBERS.contains(&last.as_str()),
            _ => false,
        },
        _ => false,
    }
}

fn may_hold_parameters(value: &Value) -> bool {
    matches!(
        value.kind,
        Kind::Header(_)
            | Kind::Claims(..)
            | Kind::OneOf(_)
            | Kind::Joined(_)
            | Kind::List(_)
            | Kind::Map(_)
    )
}

/// Whether the last name of a path is what loggers call their methods.
pub(super) fn writes_a_log(path: &str) -> bool {
    const WORDS: &[&str] = &[
        "log",
        "trace",
        "debug",
        "info",
        "warn",
        "warning",
        "error",
        "exception",
        "print",
    ];
    // A path ends in the name that is called, or in what it was called with.
    let callee = match path.strip_suffix(')') {
        Some(_) => path.split('(').next().unwrap_or(path),
        None => path,
    };
    let name = callee.rsplit('.').next().unwrap_or(callee);
    WORDS.contains(&name)
}

/// Whether a text that is put together begins like a statement of SQL.
fn asks_a_database(value: &Value) -> bool {
    const BEGINNINGS: &[(&str, &str)] = &[
        ("select ", " from "),
        ("insert ", "into "),
        ("update ", " set "),
        ("delete ", "from "),
        ("with ", "select "),
    ];
    let Kind::Joined(parts) = &value.kind else {
        return false;
    };
    let Some(text) = parts.first().and_then(Value::as_text) else {
        return false;
    };
    let text = text.reveal().trim_start().to_ascii_lowercase();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    BEGINNINGS
        .iter()
        .any(|(first, then)| text.starts_with(first) && format!("{text} ").contains(then))
}
