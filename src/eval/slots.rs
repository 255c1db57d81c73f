//! Fills the slots of a call: from its arguments, the policy it was given, the object it was called on, and what the
//! library does when nothing is set.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::Evaluator;
use super::filled::{Filled, Truth};
use super::value::{CallRecord, Entry, Kind, Map, Object, Value};
use crate::facts::LibraryVersion;
use crate::models::catalog::Found;
use crate::models::schema::{
    Api, Inert, KeyKind, Slot, TypeModel, Unset, UnsetAlgorithms, UnsetClaim, UnsetLifetime,
};
use crate::models::source::{Condition, Place, Source};
use crate::source::Span;
use crate::syntax::ir::{Literal, Name};

/// What is known of one call's slots.
#[derive(Clone, Debug)]
pub(super) struct Resolved<'a> {
    pub(super) slots: BTreeMap<Slot, Filled>,
    /// Slots whose check is switched off, and where.
    pub(super) off: BTreeMap<Slot, (Truth, Span)>,
    /// Claims that a token must have, as far as an option of their own says so.
    pub(super) demanded: BTreeMap<Slot, Truth>,
    /// Options that look like checks, and where.
    pub(super) inert: Vec<(&'a Inert, Truth, Span)>,
    pub(super) unset: UnsetFacts,
    pub(super) defaults: BTreeMap<Slot, String>,
    /// What the key slot takes, when the API or its receiver says so.
    pub(super) kind: Option<KeyKind>,
    /// The policy is made somewhere else.
    pub(super) policy_unknown: bool,
    /// The key is what a function of this file gave when it was asked.
    pub(super) key_from_callback: bool,
}

/// What unset slots mean in the version at hand.
#[derive(Clone, Debug, Default)]
pub(super) struct UnsetFacts {
    pub(super) algorithms: Option<UnsetAlgorithms>,
    pub(super) claims: BTreeMap<Slot, UnsetClaim>,
    pub(super) lifetime: Option<UnsetLifetime>,
    pub(super) absent_accepted: Vec<Slot>,
    pub(super) family_bound: bool,
    pub(super) none_refused: bool,
    pub(super) empty_key_accepted: bool,
}

impl Resolved<'_> {
    /// What an API says by itself.
    pub(super) fn of(api: &Api) -> Self {
        Self {
            slots: BTreeMap::new(),
            off: BTreeMap::new(),
            demanded: BTreeMap::new(),
            inert: Vec::new(),
            unset: UnsetFacts::default(),
            defaults: api.defaults.clone(),
            kind: api.kind,
            policy_unknown: false,
            key_from_callback: false,
        }
    }

    /// Whether a slot is filled with a value that is seen.
    pub(super) fn has(&self, slot: Slot) -> bool {
        matches!(self.slots.get(&slot), Some(Filled::Yes(..)))
    }
}

impl UnsetFacts {
    pub(super) fn add(&mut self, unset: &Unset, version: &LibraryVersion) {
        if !version.is_in(&unset.versions) {
            return;
        }
        self.algorithms = unset.algorithms.or(self.algorithms);
        self.lifetime = unset.lifetime.or(self.lifetime);
        let claims = [
            (Slot::Expiry, &unset.expiry),
            (Slot::NotBefore, &unset.not_before),
            (Slot::Audience, &unset.audience),
            (Slot::Issuer, &unset.issuer),
            (Slot::KeySource, &unset.key_source),
            (Slot::Cache, &unset.cache),
            (Slot::RateLimit, &unset.rate_limit),
            (Slot::Refresh, &unset.refresh),
        ];
        for (slot, claim) in claims {
            if let Some(claim) = claim {
                self.claims.insert(slot, claim.clone());
            }
        }
        self.absent_accepted.extend(&unset.absent_accepted);
        self.family_bound = unset.family_bound.unwrap_or(self.family_bound);
        self.none_refused = unset.none_refused.unwrap_or(self.none_refused);
        self.empty_key_accepted = unset.empty_key_accepted.unwrap_or(self.empty_key_accepted);
    }
}

/// Where slots are looked for: an object (policy, builder, key) and the model of its type.
struct Holder<'a> {
    object: Rc<RefCell<Object>>,
    model: Found<'a, TypeModel>,
    made_by: Option<Found<'a, Api>>,
}

impl<'a> Evaluator<'a> {
    /// Everything the models can say about one call.
    pub(super) fn resolve(
        &mut self,
        found: Found<'a, Api>,
        version: &LibraryVersion,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Resolved<'a> {
        let api = found.item;
        let mut resolved = Resolved::of(api);
        let mut holders = Vec::new();
        holders.extend(object.and_then(|object| self.holder(object)));
        if let Some(source) = api.slots.get(&Slot::Policy) {
            match self.fill(source, record, object) {
                Filled::Yes(value, _) | Filled::Maybe(value, _) => match &value.kind {
                    Kind::Object(policy) => holders.extend(self.holder(policy)),
                    Kind::Null => {}
                    _ => resolved.policy_unknown = true,
                },
                Filled::Unknown => resolved.policy_unknown = true,
                Filled::No => {}
            }
        }
        for holder in &holders {
            self.resolve_holder(holder, version, &mut resolved);
        }
        for unset in &api.unset {
            resolved.unset.add(unset, version);
        }
        for (slot, source) in &api.slots {
            let filled = self.fill(source, record, object);
            if !matches!(filled, Filled::No) || !resolved.slots.contains_key(slot) {
                if *slot == Slot::Key {
                    resolved.key_from_callback =
                        self.is_from_callback(source, &filled, record, object);
                }
                resolved.slots.insert(*slot, filled);
            }
        }
        for (slot, conditions) in &api.off {
            self.switch_off(&mut resolved, *slot, conditions, record, object);
        }
        for (slot, conditions) in &api.demand {
            for condition in conditions {
                let truth = self.test(condition, record, object).0;
                if truth != Truth::No {
                    resolved.demanded.insert(*slot, truth);
                }
            }
        }
        self.find_inert(&mut resolved, &api.inert, version, record, object);
        for slot in &api.skipped_when_empty {
            if let Some(Filled::Yes(value, _)) = resolved.slots.get(slot)
                && value.truth() == Some(false)
            {
                resolved.slots.insert(*slot, Filled::No);
            }
        }
        resolved
    }

    fn holder(&mut self, object: &Rc<RefCell<Object>>) -> Option<Holder<'a>> {
        let catalog: &'a _ = self.catalog;
        let (package, path, made) = {
            let object = object.borrow();
            (
                object.package.clone(),
                object.path.clone(),
                object.made.clone(),
            )
        };
        let of = made.as_ref().and_then(|made| made.of.clone());
        let model = catalog.object_type(&package, &path)?;
        let made_by = of.and_then(|(package, path)| {
            let found = catalog.apis(&package, &path);
            found.into_iter().find(|found| {
                self.version(found.library).is_in(&found.item.versions)
                    && made.as_ref().zip(found.item.when.as_ref()).is_none_or(
                        |(made, condition)| self.test(condition, made, None).0 != Truth::No,
                    )
            })
        });
        Some(Holder {
            object: Rc::clone(object),
            model,
            made_by,
        })
    }

    fn resolve_holder(
        &mut self,
        holder: &Holder<'a>,
        version: &LibraryVersion,
        resolved: &mut Resolved<'a>,
    ) {
        let model = holder.model.item;
        let made = holder.object.borrow().made.clone();
        let object = Some(&holder.object);
        let nothing = CallRecord::default();
        // A key made elsewhere hides no checks.
        let only_key = model.kind.is_some() && model.slots.is_empty();
        resolved.policy_unknown |= made.is_none() && !only_key;
        resolved.kind = resolved
            .kind
            .or(model.kind)
            .or(holder.made_by.and_then(|api| api.item.kind));
        for (slot, text) in &model.defaults {
            resolved.defaults.insert(*slot, text.clone());
        }
        for unset in &model.unset {
            resolved.unset.add(unset, version);
        }
        if let (Some(api), Some(made)) = (holder.made_by, &made) {
            for (slot, text) in &api.item.defaults {
                resolved.defaults.insert(*slot, text.clone());
            }
            for (slot, source) in &api.item.slots {
                let filled = self.fill(source, made, None);
                if *slot == Slot::Key {
                    resolved.key_from_callback = self.is_from_callback(source, &filled, made, None);
                }
                resolved.slots.insert(*slot, filled);
            }
            for (slot, conditions) in &api.item.off {
                self.switch_off(resolved, *slot, conditions, made, None);
            }
            for unset in &api.item.unset {
                resolved.unset.add(unset, version);
            }
        }
        for (slot, source) in &model.slots {
            let filled = self.fill(source, &nothing, object);
            match (&filled, resolved.slots.get(slot)) {
                (Filled::No, Some(_)) => {}
                (Filled::Unknown, Some(Filled::Yes(..))) => {}
                _ => {
                    resolved.slots.insert(*slot, filled);
                }
            }
        }
        for (slot, conditions) in &model.off {
            self.switch_off(resolved, *slot, conditions, &nothing, object);
        }
        self.find_inert(resolved, &model.inert, version, &nothing, object);
    }

    fn switch_off(
        &mut self,
        resolved: &mut Resolved<'a>,
        slot: Slot,
        conditions: &[Condition],
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) {
        for condition in conditions {
            let (truth, span) = self.test(condition, record, object);
            match truth {
                Truth::Yes => {
                    resolved.off.insert(slot, (Truth::Yes, span));
                }
                Truth::Unknown => {
                    resolved.off.entry(slot).or_insert((Truth::Unknown, span));
                }
                Truth::No => {}
            }
        }
    }

    fn find_inert(
        &mut self,
        resolved: &mut Resolved<'a>,
        inert: &'a [Inert],
        version: &LibraryVersion,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) {
        for option in inert {
            if !version.is_in(&option.versions) {
                continue;
            }
            let (truth, span) = self.test(&option.when, record, object);
            let excused = option
                .unless
                .as_ref()
                .is_some_and(|unless| self.test(unless, record, object).0 != Truth::No);
            if truth == Truth::Yes && !excused {
                resolved.inert.push((option, truth, span));
            }
        }
    }

    /// Where an option is written as null: elsewhere that counts as not written.
    pub(super) fn null_option(
        &mut self,
        source: &Source,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Option<Span> {
        source.0.iter().find_map(|place| {
            let Place::Option { path, of } = place else {
                return None;
            };
            let (name, before) = path.split_last()?;
            let holder = Place::Option {
                path: before.to_vec(),
                of: of.clone(),
            };
            let Filled::Yes(options, _) = self.fill_place(&holder, record, object) else {
                return None;
            };
            let Kind::Map(map) = &options.kind else {
                return None;
            };
            let map = map.borrow();
            let entry = map.entries.get(name)?;
            (matches!(entry.value.kind, Kind::Null) && !entry.maybe).then_some(entry.key)
        })
    }

    /// The first alternative of a source that is there.
    pub(super) fn fill(
        &mut self,
        source: &Source,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Filled {
        let mut unknown = false;
        for place in &source.0 {
            match self.fill_place(place, record, object) {
                Filled::No => {}
                Filled::Unknown => unknown = true,
                filled => return filled,
            }
        }
        if unknown { Filled::Unknown } else { Filled::No }
    }

    /// What fills a place; a value of another file is asked for now.
    fn fill_place(
        &mut self,
        place: &Place,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Filled {
        let filled = self.find_place(place, record, object);
        self.settle(filled)
    }

    fn settle(&mut self, filled: Filled) -> Filled {
        match filled {
            Filled::Yes(value, span) if value.is_elsewhere() => {
                Filled::Yes(self.force(value), span)
            }
            Filled::Maybe(value, span) if value.is_elsewhere() => {
                Filled::Maybe(self.force(value), span)
            }
            other => other,
        }
    }

    fn find_place(
        &mut self,
        place: &Place,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Filled {
        let missing = || {
            if record.open {
                Filled::Unknown
            } else {
                Filled::No
            }
        };
        let given = |argument: Option<&(Value, Span)>| match argument {
            Some((value, span)) => Filled::Yes(value.clone(), *span),
            None => missing(),
        };
        match place {
            Place::Argument(position) => given(record.positional.get(*position)),
            Place::LastArgument => given(record.positional.last()),
            Place::Named(name) if name == "*" => all_named(record),
            Place::Named(name) => given(record.named.get(name)),
            Place::Option { path, of } => {
                let mut filled = self.fill_place(of, record, object);
                for name in path {
                    filled = match self.settle(filled) {
                        Filled::Yes(value, _) => self.option(&value, name),
                        Filled::Maybe(value, _) => match option_of(&value, name) {
                            Filled::Yes(value, span) => Filled::Maybe(value, span),
                            other => other,
                        },
                        other => other,
                    };
                }
                filled
            }
            Place::Elements(of) => match self.fill_place(of, record, object) {
                Filled::Yes(value, span) => elements(value, span),
                Filled::Maybe(value, span) => match elements(value, span) {
                    Filled::Yes(value, span) => Filled::Maybe(value, span),
                    other => other,
                },
                other => other,
            },
            Place::Variant { name, of } => match self.fill_place(of, record, object) {
                Filled::Yes(value, _) => self.variant_of(&value, name),
                Filled::Maybe(..) => Filled::Unknown,
                other => other,
            },
            Place::Field(name) => {
                let Some(object) = object else {
                    return Filled::No;
                };
                let object = object.borrow();
                match object.fields.get(name) {
                    Some(entry) if entry.maybe => Filled::Maybe(entry.value.clone(), entry.key),
                    Some(entry) => Filled::Yes(entry.value.clone(), entry.key),
                    None if object.made.is_none() && object.fields.is_empty() => Filled::Unknown,
                    None => Filled::No,
                }
            }
            Place::Call { names, argument } => self.fill_call(names, argument.as_deref(), object),
            Place::Made(inner) => {
                let Some(object) = object else {
                    return Filled::No;
                };
                let made = object.borrow().made.clone();
                match made {
                    Some(made) => self.fill_place(inner, &made, None),
                    None => Filled::Unknown,
                }
            }
            Place::Return(inner) => match self.fill_place(inner, record, object) {
                Filled::Yes(value, span) => self.returned(&value, Kind::Header(Rc::from([])), span),
                _ => Filled::No,
            },
            Place::Answer(inner) => match self.fill_place(inner, record, object) {
                Filled::Yes(value, span) => {
                    self.returned(&value, Value::unknown("argument").kind, span)
                }
                _ => Filled::No,
            },
            Place::Result(inner) => match self.fill_place(inner, record, object) {
                Filled::Yes(value, span) => match &value.kind {
                    Kind::Function(closure) => {
                        let record = CallRecord {
                            span,
                            name: span,
                            open: true,
                            ..CallRecord::default()
                        };
                        Filled::Yes(self.invoke(closure, &record), span)
                    }
                    Kind::Class(class) => {
                        let record = CallRecord::default();
                        Filled::Yes(self.instantiate(class, &record), span)
                    }
                    Kind::Null | Kind::Bool(_) | Kind::Text(_) => Filled::No,
                    _ => Filled::Unknown,
                },
                other => other,
            },
            Place::Method { name, of } => {
                let filled = self.fill_place(of, record, object);
                match self.settle(filled) {
                    Filled::Yes(value, span) => self.answer_of_method(&value, name, span),
                    other => other,
                }
            }
            Place::TypeArgument(position) => match record.type_arguments.get(*position) {
                Some((_, value)) => Filled::Yes(value.clone(), record.name),
                None => Filled::No,
            },
            Place::Receiver => match &record.receiver {
                Some(receiver) => Filled::Yes(receiver.clone(), record.name),
                None => Filled::No,
            },
            Place::Constant(word) => Filled::Yes(constant(word), record.name),
        }
    }

    /// What a method returns that the library calls with arguments of its own.
    fn answer_of_method(&mut self, value: &Value, name: &str, span: Span) -> Filled {
        let record = CallRecord {
            span,
            name: span,
            open: true,
            ..CallRecord::default()
        };
        let object = match &value.kind {
            Kind::Class(class) => self.instantiate(class, &record),
            Kind::Map(_) | Kind::Object(_) => value.clone(),
            Kind::Null | Kind::Bool(_) | Kind::Text(_) => return Filled::No,
            _ => return Filled::Unknown,
        };
        let name = Name {
            text: name.to_owned(),
            span,
        };
        match &self.member(&object, &name).kind {
            Kind::Function(closure) => Filled::Yes(self.invoke(closure, &record), span),
            _ => Filled::Unknown,
        }
    }

    /// A member of an options object, which may be a settings object.
    fn option(&mut self, options: &Value, name: &str) -> Filled {
        if let Kind::Object(object) = &options.kind
            && !object.borrow().fields.contains_key(name)
            && let Some(content) = self.content(object)
        {
            return option_of(&content, name);
        }
        option_of(options, name)
    }

    fn fill_call(
        &mut self,
        names: &[String],
        argument: Option<&Place>,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Filled {
        let Some(object) = object else {
            return Filled::No;
        };
        let (last, unknown) = {
            let object = object.borrow();
            let last = object
                .calls
                .iter()
                .rev()
                .find(|(name, ..)| names.contains(name));
            let last = last.map(|(_, record, maybe)| (Rc::clone(record), *maybe));
            (
                last,
                object.made.is_none() && object.fields.is_empty() && object.calls.is_empty(),
            )
        };
        let Some((call, maybe)) = last else {
            return if unknown { Filled::Unknown } else { Filled::No };
        };
        let filled = match argument {
            Some(place) => self.fill_place(place, &call, None),
            None => Filled::Yes(Value::new(Kind::Bool(true)), call.name),
        };
        match filled {
            Filled::Yes(value, span) if maybe => Filled::Maybe(value, span),
            other => other,
        }
    }

    /// The element of a list that is an enum variant of this name: what it holds, or true when it holds nothing.
    fn variant_of(&self, value: &Value, name: &str) -> Filled {
        let Kind::List(list) = &value.kind else {
            return Filled::Unknown;
        };
        let list = list.borrow();
        let mut unknown = list.open;
        for item in &list.items {
            match &item.kind {
                Kind::Symbol(symbol) if symbol.path.last().is_some_and(|last| last == name) => {
                    let span = item.origin().unwrap_or_default();
                    return Filled::Yes(Value::new(Kind::Bool(true)), span);
                }
                Kind::Object(object)
                    if object.borrow().path.last().is_some_and(|last| last == name) =>
                {
                    let object = object.borrow();
                    let held = object
                        .made
                        .as_ref()
                        .and_then(|made| made.positional.first());
                    return match held {
                        Some((value, span)) => Filled::Yes(value.clone(), *span),
                        None => Filled::Unknown,
                    };
                }
                Kind::Symbol(symbol) => {
                    let symbol = self.packaged(&symbol.package, &symbol.path);
                    unknown |=
                        symbol.package.is_empty() || !self.catalog.knows_package(&symbol.package);
                }
                Kind::Object(_) => {}
                _ => unknown = true,
            }
        }
        if unknown { Filled::Unknown } else { Filled::No }
    }

    /// Whether a slot holds what a function of this file gave, and not the function's place as it is.
    fn is_from_callback(
        &mut self,
        source: &Source,
        filled: &Filled,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> bool {
        let Filled::Yes(_, at) = filled else {
            return false;
        };
        source.0.iter().any(|place| match place {
            Place::Return(inner) | Place::Answer(inner) => matches!(
                self.fill_place(inner, record, object),
                Filled::Yes(Value { kind: Kind::Function(_), .. }, span) if span == *at
            ),
            _ => false,
        })
    }

    /// What a key callback returns, or hands to the callback it is given.
    fn returned(&mut self, function: &Value, first: Kind, span: Span) -> Filled {
        let Kind::Function(closure) = &function.kind else {
            return Filled::No;
        };
        let first = (Value::new(first), span);
        let done = (Value::new(Kind::Callback), span);
        let parameters = self.function_of(closure).parameters.len();
        let positional = if parameters > 2 {
            // Request, token, callback: only the last one is known.
            let unknown = (Value::unknown("argument"), span);
            let mut positional = vec![unknown; parameters - 1];
            positional.push(done);
            positional
        } else {
            vec![first, done]
        };
        let record = CallRecord {
            positional,
            span,
            name: span,
            open: true,
            ..CallRecord::default()
        };
        self.delivered = None;
        let value = self.invoke(closure, &record);
        let delivered = self.delivered.take();
        match delivered {
            Some(value) => Filled::Yes(value, span),
            None if matches!(value.kind, Kind::Null) => {
                Filled::Yes(Value::unknown("key callback"), span)
            }
            None => Filled::Yes(value, span),
        }
    }
}

/// What is written at a place of a call that was made before, as far as no function has to be asked for it.
pub(super) fn written(place: &Place, made: &CallRecord) -> Option<Value> {
    let argument = match place {
        Place::Argument(position) => made.positional.get(*position),
        Place::LastArgument => made.positional.last(),
        Place::Named(name) => made.named.get(name),
        Place::Option { path, of } => {
            return path.iter().try_fold(written(of, made)?, |options, name| {
                match option_of(&options, name) {
                    Filled::Yes(value, _) | Filled::Maybe(value, _) => Some(value),
                    Filled::No | Filled::Unknown => None,
                }
            });
        }
        _ => None,
    };
    argument.map(|(value, _)| value.clone())
}

fn option_of(options: &Value, name: &str) -> Filled {
    match &options.kind {
        Kind::Map(map) => {
            let map = map.borrow();
            match map.entries.get(name) {
                Some(entry) if matches!(entry.value.kind, Kind::Null) => Filled::No,
                Some(entry) if entry.maybe => Filled::Maybe(entry.value.clone(), entry.key),
                Some(entry) => Filled::Yes(entry.value.clone(), entry.key),
                None if map.open => Filled::Unknown,
                None => Filled::No,
            }
        }
        Kind::Object(object) => match object.borrow().fields.get(name) {
            Some(entry) => Filled::Yes(entry.value.clone(), entry.key),
            None => Filled::Unknown,
        },
        Kind::OneOf(values) => {
            let parts: Vec<Filled> = values.iter().map(|value| option_of(value, name)).collect();
            let mut found = None;
            let mut lacking = false;
            for part in parts {
                match part {
                    Filled::Yes(value, span) => {
                        found = Some(match found {
                            Some((before, _)) => (Value::one_of([before, value]), span),
                            None => (value, span),
                        });
                    }
                    Filled::Maybe(value, span) => {
                        found = Some((value, span));
                        lacking = true;
                    }
                    Filled::No => lacking = true,
                    Filled::Unknown => return Filled::Unknown,
                }
            }
            match found {
                Some((value, span)) if lacking => Filled::Maybe(value, span),
                Some((value, span)) => Filled::Yes(value, span),
                None => Filled::No,
            }
        }
        Kind::List(list) => {
            let list = list.borrow();
            let position = name.parse::<usize>().ok();
            match position.and_then(|position| list.items.get(position)) {
                Some(item) => Filled::Yes(item.clone(), item.origin().unwrap_or_default()),
                None => Filled::No,
            }
        }
        Kind::Null | Kind::Function(_) | Kind::Bool(_) | Kind::Text(_) | Kind::Number(_) => {
            Filled::No
        }
        _ => Filled::Unknown,
    }
}

/// A map of the named arguments of a call.
fn all_named(record: &CallRecord) -> Filled {
    let entry = |(name, (value, key)): (&String, &(Value, Span))| {
        let entry = Entry {
            value: value.clone(),
            key: *key,
            maybe: false,
        };
        (name.clone(), entry)
    };
    let map = Map {
        entries: record.named.iter().map(entry).collect(),
        open: record.open,
        ..Map::default()
    };
    Filled::Yes(Value::map(map), record.name)
}

/// The elements of a list, as one of several; what is no list is its own element.
fn elements(value: Value, span: Span) -> Filled {
    let Kind::List(list) = &value.kind else {
        return Filled::Yes(value, span);
    };
    let list = list.borrow();
    if list.items.is_empty() {
        return if list.open {
            Filled::Unknown
        } else {
            Filled::No
        };
    }
    let others = list.open.then(|| Value::unknown("element"));
    Filled::Yes(
        Value::one_of(list.items.iter().cloned().chain(others)),
        span,
    )
}

fn constant(word: &str) -> Value {
    Value::new(match word {
        "true" => Kind::Bool(true),
        "false" => Kind::Bool(false),
        "null" => Kind::Null,
        _ => Kind::Text(Literal::new(word)),
    })
}
