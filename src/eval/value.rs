//! Symbolic values: what an expression may be at run time, and the way it came.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::pending::Pending;
use super::stage_test::StageTest;
use super::{ClassKey, FunctionKey};
use crate::source::{FileId, Span};
use crate::syntax::ir::{ClassId, FunctionId, Literal};

/// Longest way that is kept; older steps are dropped, the origin stays.
const LONGEST_TRAIL: usize = 12;

/// Most alternatives of one value; beyond, the rest is unknown.
const MOST_ALTERNATIVES: usize = 8;

/// A value with its provenance.
#[derive(Clone, Debug)]
pub(super) struct Value {
    /// What it is.
    pub(super) kind: Kind,
    /// The places it came through, newest first.
    pub(super) trail: Option<Rc<Step>>,
}

/// One step of a value's way.
#[derive(Debug)]
pub(super) struct Step {
    /// Where.
    pub(super) span: Span,
    /// What happened there.
    pub(super) what: Cow<'static, str>,
    /// The step before.
    pub(super) before: Option<Rc<Step>>,
    depth: usize,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Not known. The path says what was asked, for messages and for telling two unknowns apart.
    Unknown(Rc<str>),
    /// `null`, `undefined`, `None`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A truth value that says where the program runs.
    Stage(StageTest),
    /// A number.
    Number(f64),
    /// A string or bytes.
    Text(Literal),
    /// A regular expression.
    Pattern,
    /// Text of which a part is computed; the parts in order.
    Joined(Rc<[Value]>),
    /// A list, shared by reference.
    List(Rc<RefCell<List>>),
    /// A map, object literal or local struct, shared by reference.
    Map(Rc<RefCell<Map>>),
    /// An object of a library, shared by reference.
    Object(Rc<RefCell<Object>>),
    /// Something of a package: the package and the path inside it.
    Symbol(Rc<Symbol>),
    /// A function of this file.
    Function(Rc<Closure>),
    /// A function of which some arguments are fixed.
    Bound(Rc<Bound>),
    /// A class of this file.
    Class(Rc<ClassValue>),
    /// An environment variable.
    Environment {
        /// Its name; empty when computed.
        name: Rc<str>,
        /// Taken when it is not set.
        fallback: Option<Rc<Value>>,
    },
    /// A setting that is read by name.
    Setting {
        /// Its path.
        path: Rc<str>,
        /// Taken when it is not set.
        fallback: Option<Rc<Value>>,
    },
    /// An expression over names of another file that nobody asked for yet.
    Pending(Rc<Pending>),
    /// Content of a file.
    File(Rc<str>),
    /// Random bytes made at run time.
    Generated,
    /// Numbers made at run time by a generator that is not made for secrets, and what is made of them.
    Guessable,
    /// Claims that a verify or decode returned (index of the site), or a member of them.
    Claims(usize, Rc<[String]>),
    /// Header of a token that is not verified yet, or a member of it.
    Header(Rc<[String]>),
    /// A part of a token that was taken apart at its dots, as it is written (index of the token).
    TokenPart(usize, Part),
    /// The base64 text of a value.
    Encoded(Rc<Value>),
    /// A keyed hash over the signed parts of a token (index of the hash).
    Hash(usize),
    /// What a fetch gave, or a part of it (index of the fetch).
    Fetched(usize),
    /// The private member of a key that was written out as JSON; the key.
    Exported(Rc<Value>),
    /// The public half of a key.
    PublicHalf(Rc<Value>),
    /// A public key of which a secret was made.
    SecretOfPublic(Rc<Value>),
    /// A function that the library hands out: what it is called with is what was asked for.
    Callback,
    /// The default of whatever type is wanted.
    Default,
    /// What the place where it goes declares; nothing else is known of it.
    Wanted(Wanted),
    /// One of several.
    OneOf(Rc<[Value]>),
}

/// How what is wanted is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A library makes an instance.
    Instance,
    /// Settings are read into it.
    Settings,
}

/// A part of a token in its compact form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The first.
    Header,
    /// The second.
    Payload,
    /// The third.
    Signature,
}

/// A list.
#[derive(Debug, Default)]
pub(super) struct List {
    /// Known elements.
    pub(super) items: Vec<Value>,
    /// Whether there may be others.
    pub(super) open: bool,
}

/// A map.
#[derive(Debug, Default)]
pub(super) struct Map {
    /// Known entries with the place of their key.
    pub(super) entries: BTreeMap<String, Entry>,
    /// Whether there may be others.
    pub(super) open: bool,
    /// Branch depth at which it was made.
    pub(super) born: usize,
    /// The local class it is an instance of.
    pub(super) class: Option<Rc<ClassValue>>,
}

/// An entry of a [`Map`] or a field of an [`Object`].
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Its value.
    pub(super) value: Value,
    /// Place of the key.
    pub(super) key: Span,
    /// Whether it may be missing.
    pub(super) maybe: bool,
}

/// Something of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Symbol {
    /// The package as the import names it; empty for a global.
    pub(super) package: String,
    /// Path inside it.
    pub(super) path: Vec<String>,
    /// The file whose import it is, when the package is a file of the tree.
    pub(super) from: Option<FileId>,
}

/// An object of a library.
#[derive(Debug)]
pub(super) struct Object {
    /// Package of its type.
    pub(super) package: String,
    /// Path of its type inside the package.
    pub(super) path: Vec<String>,
    /// The call that made it; `None` when it was made elsewhere, so that nothing is known of its slots.
    pub(super) made: Option<Rc<CallRecord>>,
    /// Fields written since.
    pub(super) fields: BTreeMap<String, Entry>,
    /// Calls made on it since, in order.
    pub(super) calls: Vec<(String, Rc<CallRecord>, bool)>,
    /// Branch depth at which it was made.
    pub(super) born: usize,
    /// The run for unknown callers in which it was made; 0 when the module made it.
    pub(super) activation: usize,
    /// It was put where it outlives that run.
    pub(super) kept: bool,
}

/// A call that happened: its arguments as they were.
#[derive(Clone, Debug, Default)]
pub(super) struct CallRecord {
    /// The whole call.
    pub(super) span: Span,
    /// Place of the callee's last name.
    pub(super) name: Span,
    /// Positional arguments with their places.
    pub(super) positional: Vec<(Value, Span)>,
    /// Named arguments with the places of their names.
    pub(super) named: BTreeMap<String, (Value, Span)>,
    /// A spread hides further arguments.
    pub(super) open: bool,
    /// Type arguments as written.
    pub(super) type_arguments: Vec<(String, Value)>,
    /// Claims that are spread over its named arguments.
    pub(super) spread: Option<Value>,
    /// `new X(...)`.
    pub(super) constructs: bool,
    /// What it was called on.
    pub(super) receiver: Option<Value>,
    /// Package and path of the API that made an object of this record.
    pub(super) of: Option<(String, Vec<String>)>,
}

/// A function with the scope it was made in.
#[derive(Debug)]
pub(super) struct Closure {
    /// The file it stands in.
    pub(super) file: usize,
    /// The function.
    pub(super) function: FunctionId,
    /// Its scope.
    pub(super) scope: usize,
    /// Its receiver, for a method.
    pub(super) this: Option<Value>,
    /// Base class of its class, for `super`.
    pub(super) base: Option<Value>,
}

/// A function of which some arguments are fixed.
#[derive(Debug)]
pub(super) struct Bound {
    /// The function.
    pub(super) function: Value,
    /// Its first arguments, and those with names.
    pub(super) given: CallRecord,
    /// Somebody called it.
    pub(super) called: Cell<bool>,
}

/// A class of this file.
#[derive(Debug)]
pub(super) struct ClassValue {
    /// The file it stands in.
    pub(super) file: usize,
    /// The class.
    pub(super) class: ClassId,
    /// Its name.
    pub(super) name: String,
    /// Its scope.
    pub(super) scope: usize,
    /// Its bases.
    pub(super) bases: Vec<Value>,
    /// Its own members with values: static fields, class attributes, associated constants.
    pub(super) statics: Rc<RefCell<Map>>,
}

impl Object {
    /// The same after one more call.
    pub(super) fn with_call(&self, name: &str, record: CallRecord) -> Self {
        let call = (name.to_owned(), Rc::new(record), false);
        Self {
            package: self.package.clone(),
            path: self.path.clone(),
            made: self.made.clone(),
            fields: self.fields.clone(),
            calls: self.calls.iter().cloned().chain([call]).collect(),
            born: self.born,
            activation: self.activation,
            kept: self.kept,
        }
    }
}

impl Closure {
    /// The function among those of all files.
    pub(super) fn key(&self) -> FunctionKey {
        (self.file, self.function)
    }
}

impl ClassValue {
    /// The class among those of all files.
    pub(super) fn key(&self) -> ClassKey {
        (self.file, self.class)
    }
}

impl Value {
    /// A value without a past.
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, trail: None }
    }

    /// A value that is written at `span`.
    pub(super) fn at(kind: Kind, span: Span, what: &'static str) -> Self {
        Self::new(kind).through(span, what)
    }

    /// An unknown value that was asked for as `path`.
    pub(super) fn unknown(path: &str) -> Self {
        Self::new(Kind::Unknown(Rc::from(shorten(path))))
    }

    /// The same value, one step further on its way.
    pub(super) fn through(self, span: Span, what: &'static str) -> Self {
        self.passing(span, || Cow::Borrowed(what))
    }

    /// The same value, bound to a name.
    pub(super) fn bound(self, name: &str, span: Span) -> Self {
        self.passing(span, || Cow::Owned(format!("bound to `{name}`")))
    }

    /// The same value, one step further on its way; what happened is only put into words when the step is kept.
    pub(super) fn passing(mut self, span: Span, what: impl FnOnce() -> Cow<'static, str>) -> Self {
        let depth = self.trail.as_ref().map_or(0, |step| step.depth);
        let repeats = self.trail.as_ref().is_some_and(|step| step.span == span);
        if depth < LONGEST_TRAIL && !repeats {
            self.trail = Some(Rc::new(Step {
                span,
                what: what(),
                before: self.trail.take(),
                depth: depth + 1,
            }));
        }
        self
    }

    /// The way from the origin to here.
    pub(super) fn steps(&self) -> Vec<(Span, String)> {
        let mut steps = Vec::new();
        let mut step = self.trail.as_ref();
        while let Some(here) = step {
            steps.push((here.span, here.what.to_string()));
            step = here.before.as_ref();
        }
        steps.reverse();
        steps
    }

    /// Where the value was first written.
    pub(super) fn origin(&self) -> Option<Span> {
        let mut step = self.trail.as_ref()?;
        while let Some(before) = &step.before {
            step = before;
        }
        Some(step.span)
    }

    /// A list with exactly these elements.
    pub(super) fn list(items: Vec<Value>) -> Self {
        Self::new(Kind::List(Rc::new(RefCell::new(List {
            items,
            open: false,
        }))))
    }

    /// A map.
    pub(super) fn map(map: Map) -> Self {
        Self::new(Kind::Map(Rc::new(RefCell::new(map))))
    }

    /// A symbol.
    pub(super) fn symbol(package: &str, path: &[String]) -> Self {
        Self::of_symbol(Symbol {
            package: package.to_owned(),
            path: path.to_vec(),
            from: None,
        })
    }

    /// A symbol that is there.
    pub(super) fn of_symbol(symbol: Symbol) -> Self {
        Self::new(Kind::Symbol(Rc::new(symbol)))
    }

    /// A name of another file that leads nowhere: from here on it is only a name.
    pub(super) fn settled(self) -> Self {
        let Kind::Symbol(symbol) = &self.kind else {
            return self;
        };
        let symbol = Symbol {
            from: None,
            ..symbol.as_ref().clone()
        };
        Self {
            kind: Kind::Symbol(Rc::new(symbol)),
            trail: self.trail,
        }
    }

    /// One of several values; flattened, cut at a bound.
    pub(super) fn one_of(values: impl IntoIterator<Item = Value>) -> Self {
        let mut all: Vec<Value> = Vec::new();
        let mut add = |part: Value| {
            // One too many is enough to know that there are too many.
            if all.len() <= MOST_ALTERNATIVES && !all.iter().any(|known| known.same(&part)) {
                all.push(part);
            }
        };
        for value in values {
            match &value.kind {
                Kind::OneOf(parts) => parts.iter().cloned().for_each(&mut add),
                _ => add(value),
            }
        }
        if all.len() > MOST_ALTERNATIVES {
            all.truncate(MOST_ALTERNATIVES - 1);
            all.push(Self::unknown("one of many values"));
        }
        match all.len() {
            0 => Self::new(Kind::Null),
            1 => all.remove(0),
            _ => Self::new(Kind::OneOf(all.into())),
        }
    }

    /// The alternatives: itself when there is only one.
    pub(super) fn alternatives(&self) -> Vec<Value> {
        match &self.kind {
            Kind::OneOf(values) => values.to_vec(),
            _ => vec![self.clone()],
        }
    }

    /// The text, when it is one.
    pub(super) fn as_text(&self) -> Option<&Literal> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether nothing is known of it.
    pub(super) fn is_unknown(&self) -> bool {
        matches!(
            self.kind,
            Kind::Unknown(_) | Kind::Wanted(_) | Kind::Stage(_)
        )
    }

    /// Truthiness, when it is known.
    pub(super) fn truth(&self) -> Option<bool> {
        match &self.kind {
            Kind::Null => Some(false),
            Kind::Bool(value) => Some(*value),
            Kind::Number(value) => Some(*value != 0.0),
            Kind::Text(text) => Some(!text.reveal().is_empty()),
            Kind::List(_)
            | Kind::Map(_)
            | Kind::Object(_)
            | Kind::Function(_)
            | Kind::Bound(_)
            | Kind::Class(_)
            | Kind::Pattern
            | Kind::Generated
            | Kind::Guessable => Some(true),
            _ => None,
        }
    }

    /// What the value is called, for telling unknown values apart and for messages. Never a secret.
    pub(super) fn path(&self) -> String {
        match &self.kind {
            Kind::Unknown(path) | Kind::File(path) => path.to_string(),
            Kind::Wanted(_) => "what is wanted".to_owned(),
            Kind::Environment { name, .. } => name.to_string(),
            Kind::Setting { path, .. } => path.to_string(),
            Kind::Symbol(symbol) => symbol.path.join("."),
            Kind::Pending(pending) => pending.path.to_string(),
            Kind::Claims(_, path) => format!("claims.{}", path.join(".")),
            Kind::Header(path) => format!("header.{}", path.join(".")),
            Kind::Encoded(value) => value.path(),
            Kind::OneOf(values) => values
                .iter()
                .find(|value| value.is_unknown())
                .map_or_else(String::new, Value::path),
            Kind::PublicHalf(key) | Kind::SecretOfPublic(key) => key.path(),
            Kind::Joined(parts) => parts
                .iter()
                .map(Value::path)
                .find(|path| !path.is_empty())
                .unwrap_or_default(),
            _ => String::new(),
        }
    }

    fn same(&self, other: &Value) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Null, Kind::Null) => true,
            (Kind::Bool(a), Kind::Bool(b)) => a == b,
            (Kind::Number(a), Kind::Number(b)) => a == b,
            (Kind::Stage(a), Kind::Stage(b)) => a == b,
            (Kind::Text(a), Kind::Text(b)) => a == b && self.origin() == other.origin(),
            (Kind::Unknown(a), Kind::Unknown(b)) => a == b,
            (Kind::Wanted(a), Kind::Wanted(b)) => a == b,
            (Kind::List(a), Kind::List(b)) => Rc::ptr_eq(a, b),
            (Kind::Map(a), Kind::Map(b)) => Rc::ptr_eq(a, b),
            (Kind::Object(a), Kind::Object(b)) => Rc::ptr_eq(a, b),
            (Kind::Symbol(a), Kind::Symbol(b)) => a == b,
            (Kind::Claims(a, b), Kind::Claims(c, d)) => a == c && b == d,
            (Kind::Header(a), Kind::Header(b)) => a == b,
            (Kind::TokenPart(a, b), Kind::TokenPart(c, d)) => a == c && b == d,
            (Kind::Encoded(a), Kind::Encoded(b)) => a.same(b),
            (Kind::Hash(a), Kind::Hash(b)) => a == b,
            (Kind::Fetched(a), Kind::Fetched(b)) => a == b,
            (Kind::Function(a), Kind::Function(b)) => Rc::ptr_eq(a, b),
            (Kind::Bound(a), Kind::Bound(b)) => Rc::ptr_eq(a, b),
            (Kind::Pending(a), Kind::Pending(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }
}

fn shorten(path: &str) -> &str {
    match path.char_indices().nth(120) {
        Some((at, _)) => &path[..at],
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_are_flat_and_bounded() {
        let text = |text: &str| Value::new(Kind::Text(Literal::new(text)));
        let pair = Value::one_of([text("a"), text("b")]);
        assert_eq!(
            Value::one_of([pair, text("a"), text("c")])
                .alternatives()
                .len(),
            3
        );
        let many = Value::one_of((0..20).map(|number| text(&number.to_string())));
        assert_eq!(many.alternatives().len(), MOST_ALTERNATIVES);
    }

    #[test]
    fn a_value_never_prints_its_text() {
        let value = Value::new(Kind::Text(Literal::new("canary")));
        assert!(!format!("{value:?}").contains("canary"));
    }
}
