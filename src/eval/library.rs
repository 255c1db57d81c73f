//! Calls of library APIs: which API a call is, what it gives back, and the site it leaves behind.

use std::cell::RefCell;
use std::rc::Rc;

use super::filled::Filled;
use super::filled::Truth;
use super::material::encoded;
use super::uses::{ClaimsUse, Use};
use super::value::{CallRecord, Closure, Kind, Object, Symbol, Value};
use super::{Evaluator, SettingRecord, SiteRecord};
use crate::facts::{Ignoring, SiteKind};
use crate::models::catalog::Found;
use crate::models::schema::{Api, ResultKind, Role, Slot};
use crate::models::source::Source;
use crate::source::Span;
use crate::syntax::ir::Name;

impl<'a> Evaluator<'a> {
    /// Calls something of a package.
    pub(super) fn call_symbol(&mut self, symbol: &Symbol, record: CallRecord) -> Value {
        if let Some(found) = self.choose(&symbol.package, &symbol.path, &record, None) {
            return self.apply_api(found, &symbol.package, record, None);
        }
        if self
            .catalog
            .object_type(&symbol.package, &symbol.path)
            .is_some()
        {
            return self.make_object(&symbol.package, &symbol.path, record);
        }
        if let Some((last, before)) = symbol.path.split_last()
            && self.catalog.method(last).is_some()
            && !(symbol.package.is_empty() && before.is_empty())
        {
            let name = Name {
                text: last.clone(),
                span: record.name,
            };
            // `Type::method(value)` is a method of its first argument.
            if self.module.unbound_names_are_packages && !record.positional.is_empty() {
                let mut record = record;
                let (object, _) = record.positional.remove(0);
                return self.call_named(&object, &name, record);
            }
            let object = self.read_symbol(Value::symbol(&symbol.package, before));
            return self.call_named(&object, &name, record);
        }
        if let Some((last, [_, ..])) = symbol.path.split_last()
            && let Some(value) = self.call_added(last, &record)
        {
            return value;
        }
        self.call_unknown(&symbol.path.join("."), &record)
    }

    /// A method that an imported library adds to values of any type.
    pub(super) fn call_added(&mut self, name: &str, record: &CallRecord) -> Option<Value> {
        if !self.catalog.adds(name) {
            return None;
        }
        let path = ["*".to_owned(), name.to_owned()];
        let modules: Vec<String> = self.imported_modules.iter().cloned().collect();
        modules.into_iter().find_map(|module| {
            let found = self.choose(&module, &path, record, None)?;
            let added = found.item.path.iter().any(|path| path.starts_with("*."));
            added.then(|| self.apply_api(found, &module, record.clone(), None))
        })
    }

    /// A method of a library's object: an API of its type, or a call that is kept on the object.
    pub(super) fn call_object(
        &mut self,
        object: &Value,
        inner: &Rc<RefCell<Object>>,
        name: &Name,
        record: CallRecord,
    ) -> Value {
        let (package, mut path) = {
            let inner = inner.borrow();
            (inner.package.clone(), inner.path.clone())
        };
        path.push(name.text.clone());
        if let Some(found) = self.choose(&package, &path, &record, Some(inner)) {
            return self.apply_api(found, &package, record, Some(inner));
        }
        if let Some(method) = self.catalog.method(&name.text)
            && matches!(method.role, Role::Apply | Role::Fallback | Role::Respond)
        {
            return self.call_named(object, name, record);
        }
        for (value, _) in record.positional.iter().chain(record.named.values()) {
            self.note_use(value, Use::HandedOn);
            self.note_parts_handed_on(value);
            self.note_kept(value);
        }
        let maybe = self.depth() > inner.borrow().born;
        let model = self.catalog.object_type(&package, &path[..path.len() - 1]);
        if model.is_some_and(|model| model.item.copied) {
            let copy = inner.borrow().with_call(&name.text, record);
            return Value {
                kind: Kind::Object(Rc::new(RefCell::new(copy))),
                trail: object.trail.clone(),
            };
        }
        inner
            .borrow_mut()
            .calls
            .push((name.text.clone(), Rc::new(record), maybe));
        object.clone()
    }

    /// The API that a path names, in this version and for this form of the call.
    fn choose(
        &mut self,
        package: &str,
        path: &[String],
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Option<Found<'a, Api>> {
        let catalog: &'a _ = self.catalog;
        for found in catalog.apis(package, path) {
            let fits_call = found
                .item
                .constructs
                .is_none_or(|constructs| constructs == record.constructs);
            if !fits_call
                || found.item.members
                || !self.version(found.library).is_in(&found.item.versions)
            {
                continue;
            }
            let holds = match &found.item.when {
                Some(condition) => self.test(condition, record, object).0 != Truth::No,
                None => true,
            };
            if holds {
                return Some(found);
            }
        }
        None
    }

    /// What a call of an API gives back.
    fn apply_api(
        &mut self,
        found: Found<'a, Api>,
        package: &str,
        record: CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Value {
        let api = found.item;
        self.note_generated(found, &record);
        match api.role {
            Role::Environment | Role::Setting => self.named_lookup(api, &record, object),
            Role::Instance => match self.slot_value(api, Slot::Value, &record) {
                Some(class) if !class.is_unknown() => self.instance_of_value(&class),
                _ => self.wanted(&record),
            },
            Role::Parse => self.parse(found, &record, object),
            Role::Define => self.define(found, package, record, object),
            Role::File => {
                let path = self.slot_value(api, Slot::Value, &record);
                let path = path.unwrap_or_else(|| Value::unknown(""));
                self.read_file(&path, record.span, record.name)
            }
            Role::Inspect => {
                for (value, _) in record.positional.iter().chain(record.named.values()) {
                    self.note_use(value, Use::HandedOn);
                }
                Value::unknown(&api.path.join("|"))
            }
            Role::Command => {
                let line = self.slot_value(api, Slot::Value, &record);
                if let Some(line) = line.filter(|line| !matches!(line.kind, Kind::List(_))) {
                    self.note_reached(SiteKind::Command, &line, record.span, record.name);
                }
                self.call_unknown(&api.path.join("|"), &record)
            }
            Role::Fetch => self.fetch(found, &record, object),
            Role::Default => Value::new(Kind::Default),
            Role::Random => {
                self.note_rotation(record.name);
                Value::at(Kind::Generated, record.span, "made at run time")
            }
            Role::Guessable => Value::at(Kind::Guessable, record.span, "made here"),
            Role::Pass => {
                let source = api.slots.get(&Slot::Value);
                let value = source.and_then(|source| self.value_at(source, &record, object));
                let value = value.unwrap_or_else(|| Value::unknown("value"));
                if let Some(value) = self.with_header(&value, &record) {
                    return value;
                }
                let value = match self.slot_value(api, Slot::Fallback, &record) {
                    Some(fallback) => self.either(value, fallback, record.name),
                    None => value,
                };
                let value = self.decoded(value, api.encoding);
                if api.any_bytes {
                    self.as_secret(value)
                } else {
                    value
                }
            }
            Role::Public => {
                let value = self.slot_value(api, Slot::Value, &record);
                self.public_half(value.unwrap_or_else(|| Value::unknown("key")))
            }
            Role::Export => self.export(found, record, object),
            Role::Respond => {
                self.note_answer(&record);
                self.call_unknown(&api.path.join("|"), &record)
            }
            Role::Import => match self
                .slot_value(api, Slot::Value, &record)
                .as_ref()
                .and_then(Value::as_text)
            {
                Some(module) => {
                    self.note_package(module.reveal());
                    self.note_modelled(module.reveal());
                    let symbol = self.name_of_tree(module.reveal(), &[]);
                    self.arrive(Value::of_symbol(symbol))
                }
                None => Value::unknown("module"),
            },
            Role::Encode => {
                let value = self.slot_value(api, Slot::Value, &record);
                encoded(value.unwrap_or_else(|| Value::unknown("value")))
            }
            Role::ReadJson => {
                let value = self.slot_value(api, Slot::Value, &record);
                let value = value.unwrap_or_else(|| Value::unknown("value"));
                if let Some(value) = self.with_header(&value, &record) {
                    return value;
                }
                self.note_read_by_hand(found, &value, &record);
                value
            }
            Role::Hash => self.keyed_hash(found, record, object),
            Role::VerifyHash => self.verify_hash(found, record, object),
            Role::Equal => match &record.positional[..] {
                [(left, _), (right, _), ..] => {
                    let (left, right) = (left.clone(), right.clone());
                    self.hold_against(&left, &right, record.span, record.name)
                }
                _ => self.call_unknown(&api.path.join("|"), &record),
            },
            Role::Merge => match &record.receiver {
                // Settings of the environment, or of another store.
                Some(receiver) if api.store.is_some() => {
                    self.merge_into_symbol(receiver, &record);
                    Value::new(Kind::Null)
                }
                _ => self.merge_arguments(&record),
            },
            Role::Duration => self.duration(api, &record),
            Role::Log => Value::new(Kind::Null),
            Role::Header => {
                self.add_site(found, record, object);
                Value::new(Kind::Header(Rc::from([])))
            }
            Role::Verify | Role::Decode => {
                let callback = self.slot_value(api, Slot::Callback, &record);
                let site = self.add_site(found, record, object);
                let claims = Value::new(Kind::Claims(site, Rc::from([])));
                if api.slots.contains_key(&Slot::Payload) {
                    let record = self.sites.get(site).map(|record| Rc::clone(&record.call));
                    if let Some(record) = record {
                        self.note_type_argument(&record, &claims);
                    }
                }
                if let Some(Value {
                    kind: Kind::Function(closure),
                    ..
                }) = &callback
                {
                    let position = api.claims_argument.unwrap_or(1);
                    let unlooked = usize::try_from(position)
                        .is_ok_and(|position| self.looks_at_no_error(closure, position));
                    self.call_back(closure, position, &claims);
                    if unlooked && let Some(record) = self.sites.get_mut(site) {
                        record.ignored = Some((Ignoring::Unused, record.call.name));
                    }
                }
                claims
            }
            Role::OtherSecret => {
                self.add_site(found, record, object);
                Value::unknown("guard")
            }
            Role::Mint => {
                self.add_site(found, record, object);
                Value::unknown("token")
            }
            Role::Policy | Role::Key | Role::Jwks | Role::Register => {
                let callback = self.slot_value(api, Slot::Callback, &record);
                let mut made = record.clone();
                // What the object is made of is asked for now, since its keys are looked at when all is done.
                for (value, _) in &mut made.positional {
                    if value.is_elsewhere() {
                        *value = self.force(value.clone());
                    }
                }
                made.of = Some((
                    package.to_owned(),
                    api.path.iter().take(1).cloned().collect(),
                ));
                if api.role == Role::Key {
                    self.note_rotation(record.name);
                }
                if api.role != Role::Policy {
                    self.add_site(found, record, object);
                }
                let path = api
                    .returns
                    .as_ref()
                    .or(api.path.first())
                    .cloned()
                    .unwrap_or_default();
                let path: Vec<String> = path.split('.').map(str::to_owned).collect();
                let object = self.make_object(package, &path, made);
                if let Some(Value {
                    kind: Kind::Function(closure),
                    ..
                }) = &callback
                {
                    self.call_back(closure, 1, &object);
                }
                object
            }
            Role::Validate => {
                let value = self.slot_value(api, Slot::Value, &record);
                if let Some(claims) = value.filter(|value| !value.is_unknown()) {
                    self.parse_claims(api, &record, object, &claims);
                }
                let name = api.path.first().map_or("", String::as_str);
                self.call_unknown(name, &record)
            }
            Role::Bind => self.bind_to_first(record),
            Role::Inject => {
                let function = self.slot_value(api, Slot::Value, &record);
                if let (Some(store), Some(named)) = (&api.store, &function) {
                    return self.provided(store, named.clone());
                }
                function.map_or_else(
                    || Value::unknown("injected"),
                    |it| self.inject(&it, &record),
                )
            }
            Role::Member => self.member_by_path(api, &record),
            Role::Fallback
            | Role::Membership
            | Role::Copy
            | Role::Append
            | Role::Take
            | Role::Split
            | Role::SplitLast
            | Role::Next
            | Role::Join
            | Role::Filter
            | Role::Find
            | Role::Each
            | Role::Apply => self.call_unknown(&api.path.join("|"), &record),
        }
    }

    /// Calls a callback with a result at this position; what stands before it is not known.
    fn call_back(&mut self, closure: &Rc<Closure>, position: isize, result: &Value) {
        let parameters = self.function_of(closure).parameters.len();
        let position = match usize::try_from(position) {
            Ok(position) => position,
            Err(_) => parameters.saturating_sub(position.unsigned_abs()),
        };
        let mut positional = vec![(Value::unknown("argument"), Span::default()); position];
        positional.push((result.clone(), Span::default()));
        let arguments = CallRecord {
            positional,
            open: true,
            ..CallRecord::default()
        };
        self.invoke(closure, &arguments);
    }

    /// Calls an object of a library as a function: the API of its type that is called `()`.
    pub(super) fn call_made(&mut self, object: &Value, record: CallRecord) -> Value {
        let Kind::Object(inner) = &object.kind else {
            return self.call_unknown("", &record);
        };
        let (package, mut path) = {
            let inner = inner.borrow();
            (inner.package.clone(), inner.path.clone())
        };
        path.push("()".to_owned());
        match self.choose(&package, &path, &record, Some(inner)) {
            Some(found) => self.apply_api(found, &package, record, Some(inner)),
            None => self.call_unknown(&object.path(), &record),
        }
    }

    fn named_lookup(
        &mut self,
        api: &'a Api,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Value {
        let mut slot = |slot: Slot| {
            let source = api.slots.get(&slot)?;
            self.value_at(source, record, object)
        };
        let name = slot(Slot::Value);
        let name = name
            .as_ref()
            .and_then(Value::as_text)
            .map(|text| text.reveal().to_owned())
            .unwrap_or_default();
        let fallback = slot(Slot::Fallback);
        // A map in the place of the default holds options.
        let fallback = fallback.filter(|value| !matches!(value.kind, Kind::Null | Kind::Map(_)));
        if let Some(value) = self.held(api, &name, object) {
            return match fallback {
                Some(fallback) => self.either(value, fallback, record.name),
                None => value,
            };
        }
        let fallback = fallback.map(Rc::new);
        let kind = if api.role == Role::Environment {
            Kind::Environment {
                name: Rc::from(name.as_str()),
                fallback,
            }
        } else {
            Kind::Setting {
                path: Rc::from(name.as_str()),
                fallback,
            }
        };
        Value::new(kind)
    }

    /// What the object that is asked or the store holds under a name.
    fn held(
        &mut self,
        api: &'a Api,
        name: &str,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Option<Value> {
        if let Some(content) = object.and_then(|object| self.content(object)) {
            return self.at_path(&content, name);
        }
        self.stored(api.store.as_deref()?, name)
    }

    /// Seconds of a span of time, when every part of it is known.
    fn duration(&mut self, api: &'a Api, record: &CallRecord) -> Value {
        let mut seconds = 0.0;
        for unit in &api.units {
            match self.fill(&unit.value, record, None) {
                Filled::No => {}
                Filled::Yes(
                    Value {
                        kind: Kind::Number(number),
                        ..
                    },
                    _,
                ) => seconds += number * unit.seconds,
                _ => return Value::unknown("duration"),
            }
        }
        Value::at(Kind::Number(seconds), record.span, "a span of time")
    }

    /// A member of the first argument by a path that is written as a text or as a list, or what is taken without it.
    fn member_by_path(&mut self, api: &'a Api, record: &CallRecord) -> Value {
        let path = self.slot_value(api, Slot::Value, record);
        let names = path.as_ref().and_then(names_in);
        let (Some((object, _)), Some(names)) = (record.positional.first(), names) else {
            return self.call_unknown(&api.path.join("|"), record);
        };
        let mut value = object.clone();
        for text in names {
            value = self.force(value);
            let span = record.name;
            value = self.member(&value, &Name { text, span });
        }
        match self.slot_value(api, Slot::Fallback, record) {
            Some(fallback) => self.either(value, fallback, record.name),
            None => value,
        }
    }

    fn merge_arguments(&mut self, record: &CallRecord) -> Value {
        let Some(((target, _), sources)) = record.positional.split_first() else {
            return Value::unknown("merged");
        };
        if let Kind::Map(map) = &target.kind {
            let maybe = self.depth() > map.borrow().born;
            let mut map = map.borrow_mut();
            for (source, _) in sources {
                super::write::merge_into(&mut map, source, maybe);
            }
        }
        target.clone()
    }

    pub(super) fn slot_value(
        &mut self,
        api: &'a Api,
        slot: Slot,
        record: &CallRecord,
    ) -> Option<Value> {
        api.slots
            .get(&slot)
            .and_then(|source| self.plain_slot(source, record))
    }

    /// The value of a source, when it is there.
    pub(super) fn plain_slot(&mut self, source: &Source, record: &CallRecord) -> Option<Value> {
        self.value_at(source, record, None)
    }

    fn value_at(
        &mut self,
        source: &Source,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Option<Value> {
        match self.fill(source, record, object) {
            Filled::Yes(value, _) | Filled::Maybe(value, _) => Some(value),
            Filled::No | Filled::Unknown => None,
        }
    }

    fn add_site(
        &mut self,
        found: Found<'a, Api>,
        record: CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> usize {
        let version = self.version(found.library);
        let resolved = self.resolve(found, &version, &record, object);
        self.note_keys_of_header(found, &resolved, &record);
        self.note_key_sources(found, &resolved);
        let scope = self.scope_label();
        let promised = self.gives_a_promise(found.item, &record);
        let guarded = self
            .around
            .frames
            .iter()
            .any(|frame| self.guarded.contains(&frame.function));
        self.sites.push(SiteRecord {
            api: found,
            call: Rc::new(record),
            resolved,
            uses: ClaimsUse::default(),
            scope,
            version,
            guarded,
            moment: self.steps,
            generic: self.frame().generic,
            of_another: self.loading > 0,
            wrappers: self.wrappers(),
            by_hand: None,
            handed_over: None,
            activation: self.around.activation,
            after_expiry: self.around.expired.last().copied(),
            after_failure: self.around.failed > 0,
            expiry_swallowed: None,
            reported_in: None,
            ignored: None,
            promised,
            by_test: self.is_run_by_tests(),
        });
        self.sites.len() - 1
    }

    /// Whether a call gives a promise, and no callback is there instead.
    fn gives_a_promise(&self, api: &Api, record: &CallRecord) -> bool {
        let is_function = |(value, _): &(Value, Span)| matches!(value.kind, Kind::Function(_));
        if record.positional.iter().any(is_function) {
            return false;
        }
        let source = &self.loaded[self.current].file.source;
        api.result == ResultKind::Promise
            || !api.promised.is_empty()
                && record.name.file == source.id
                && api
                    .promised
                    .iter()
                    .any(|name| *name == source.text(record.name))
    }

    /// A framework may read a variable or key of this name as its setting.
    pub(super) fn note_setting(&mut self, name: &str, value: &Value, span: Span) {
        if self.catalog.settings(name).next().is_some()
            && !self.settings.iter().any(|known| known.span == span)
        {
            let scope = self.scope_label();
            self.settings.push(SettingRecord {
                name: name.to_owned(),
                value: value.clone(),
                span,
                scope,
            });
        }
    }
}

/// The names of a path that is written as a text or as a list.
fn names_in(path: &Value) -> Option<Vec<String>> {
    match &path.kind {
        Kind::Text(text) => Some(text.reveal().split('.').map(str::to_owned).collect()),
        Kind::List(list) => {
            let items = &list.borrow().items;
            let name = |item: &Value| Some(item.as_text()?.reveal().to_owned());
            items.iter().map(name).collect()
        }
        _ => None,
    }
}
