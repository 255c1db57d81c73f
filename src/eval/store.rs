//! Stores of settings: what one file of the tree puts there, another reads by name.
//!
//! A store is filled when it is first read: by the files nearby that spell how it is filled, and by those that are its
//! content by their place or because a variable names them.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::Evaluator;
use super::filled::Filled;
use super::member::as_fallback;
use super::schema::Described;
use super::stage::holds_stage;
use super::surroundings::Surroundings;
use super::value::{CallRecord, Closure, Entry, Kind, Map, Object, Symbol, Value};
use crate::code_context;
use crate::finding::CodeContext;
use crate::models::catalog::Found;
use crate::models::schema::{Api, Role, Slot, StoreModel};
use crate::source::{FileId, Span};
use crate::syntax::tree::{folder_of, inside, join, upwards};

/// Files that fill one store.
const MOST_FILLING: usize = 24;

/// Functions of one such file that are run because they fill it.
const MOST_FILLING_FUNCTIONS: usize = 8;

/// What is known of a store.
#[derive(Default)]
pub(super) struct Store {
    entries: BTreeMap<String, Entry>,
    /// Files of which every name at the top is in the store.
    modules: Vec<usize>,
    is_filled: bool,
}

impl<'a> Evaluator<'a> {
    /// Puts settings into a store.
    pub(super) fn define(
        &mut self,
        found: Found<'a, Api>,
        package: &str,
        record: CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Value {
        let api = found.item;
        let store = api.store.clone().unwrap_or_default();
        let under = api.slots.get(&Slot::Value);
        let under = under.and_then(|source| match self.fill(source, &record, object) {
            Filled::Yes(value, _) => Some(self.force(value)),
            _ => None,
        });
        let (entries, texts) = self.described_by(api, &record, object);
        match under.as_ref().and_then(Value::as_text) {
            Some(name) => {
                // One setting, or all that stand under a name.
                let name = name.reveal();
                let value = match texts.into_iter().next() {
                    Some((text, _)) if api.settings => as_fallback(name, text),
                    // Written on some condition, perhaps that there is none.
                    Some((text, _)) if self.depth() > 0 && text.as_text().is_some() => {
                        as_fallback(name, text)
                    }
                    Some((text, _)) => text,
                    None => Value::map(Map {
                        entries,
                        open: true,
                        born: self.depth(),
                        class: None,
                    }),
                };
                let entry = Entry {
                    value,
                    key: record.name,
                    maybe: false,
                };
                self.put(&store, name, entry);
            }
            None => self.put_all(&store, entries, texts),
        }
        match &api.returns {
            Some(returns) => {
                let path: Vec<String> = returns.split('.').map(str::to_owned).collect();
                let mut made = record;
                made.of = Some((
                    package.to_owned(),
                    api.path.iter().take(1).cloned().collect(),
                ));
                self.make_object(package, &path, made)
            }
            None => record
                .receiver
                .unwrap_or_else(|| Value::unknown(&api.path.join("|"))),
        }
    }

    /// Settings that a method of an unknown object puts into a store.
    pub(super) fn define_by_method(&mut self, store: &str, value: &Value, span: Span) {
        let mut described = Described::default();
        self.describe_value(value, span, 0, &mut described);
        let Described { fields, texts, .. } = described;
        self.put_all(store, fields, texts);
    }

    fn put_all(
        &mut self,
        store: &str,
        entries: BTreeMap<String, Entry>,
        texts: Vec<(Value, Span)>,
    ) {
        for (value, _) in texts {
            if let Some(text) = value.as_text() {
                self.define_named(store, text.reveal());
            }
        }
        for (name, entry) in entries {
            self.note_setting(&name, &entry.value, entry.key);
            self.put(store, &name, entry);
        }
    }

    /// Writes a variable or setting by a member of the object that holds them; `false` when nothing is known of the
    /// object.
    pub(super) fn set_by_member(
        &mut self,
        object: &Symbol,
        name: &str,
        key: Span,
        value: &Value,
    ) -> bool {
        let object = self.packaged(&object.package, &object.path);
        let catalog: &'a _ = self.catalog;
        let apis = catalog.apis(&object.package, &object.path);
        let holder = apis.iter().find(|found| found.item.members);
        let Some((api, store)) =
            holder.and_then(|found| Some((found.item, found.item.store.as_ref()?)))
        else {
            return false;
        };
        let kind = |fallback| match api.role {
            Role::Environment => Kind::Environment {
                name: Rc::from(name),
                fallback,
            },
            _ => Kind::Setting {
                path: Rc::from(name),
                fallback,
            },
        };
        let known = Value::new(kind(None));
        if holds_stage(&known) {
            return false;
        }
        let value = match self.written_when_missing(&known, value) {
            Some(value) => value,
            None if self.depth() > 0 && value.as_text().is_some() => Value {
                kind: kind(Some(Rc::new(value.clone()))),
                trail: value.trail.clone(),
            },
            None => value.clone(),
        };
        let entry = Entry {
            value,
            key,
            maybe: false,
        };
        self.put(store, name, entry);
        true
    }

    /// Writes a setting by an attribute that stands for it.
    pub(super) fn set_by_attribute(
        &mut self,
        object: &Value,
        name: &str,
        key: Span,
        value: &Value,
    ) {
        let Kind::Unknown(path) = &object.kind else {
            return;
        };
        let owner = path.split('(').next().unwrap_or_default();
        let owner = owner.rsplit('.').next().unwrap_or_default();
        let catalog: &'a _ = self.catalog;
        let attribute = catalog.stores().find_map(|found| {
            let mut attributes = found.item.attributes.iter();
            let (_, setting) = attributes.find(|(attribute, _)| {
                attribute
                    .split_once('.')
                    .is_some_and(|written| written == (owner, name))
            })?;
            let mut packages = found.library.packages.iter();
            packages
                .any(|package| self.imported_modules.contains(package))
                .then_some((&found.item.name, setting))
        });
        let Some((store, setting)) = attribute else {
            return;
        };
        self.note_setting(setting, value, key);
        let entry = Entry {
            value: value.clone().bound(setting, key),
            key,
            maybe: self.depth() > 0,
        };
        self.put(store, setting, entry);
    }

    /// Puts one setting into a store; what was there first stays.
    pub(super) fn put(&mut self, store: &str, name: &str, entry: Entry) {
        self.changes += 1;
        let store = self.stores.entry(store.to_owned()).or_default();
        match store.entries.get(name) {
            Some(known) => {
                // Two namespaces of one name are one.
                if let (Kind::Map(known), Kind::Map(new)) = (&known.value.kind, &entry.value.kind)
                    && !Rc::ptr_eq(known, new)
                {
                    let mut known = known.borrow_mut();
                    for (name, entry) in &new.borrow().entries {
                        known
                            .entries
                            .entry(name.clone())
                            .or_insert_with(|| entry.clone());
                    }
                }
            }
            None => {
                store.entries.insert(name.to_owned(), entry);
            }
        }
    }

    /// Settings that are named by a path of modules (`project.config.Production`) or of files.
    fn define_named(&mut self, store: &str, text: &str) {
        let here = self.current_path();
        let as_file =
            join(folder_of(here), text).and_then(|path| self.input.project.files().id(&path));
        if let Some(index) = as_file.and_then(|file| self.load(file)) {
            self.add_module(store, index);
            return;
        }
        if text.contains('/') {
            return;
        }
        let (module, last) = text.rsplit_once('.').unwrap_or((text, ""));
        let whole = self.name_of_tree(text, &[]);
        if let Some((file, _)) = self.locate(&whole).filter(|(_, used)| *used == 0) {
            if let Some(index) = self.load(file) {
                self.add_module(store, index);
            }
            return;
        }
        let symbol = self.name_of_tree(module, &[last.to_owned()]);
        if symbol.from.is_none() {
            return;
        }
        let value = self.force(Value::of_symbol(symbol));
        if let Kind::Class(class) = &value.kind {
            for (name, entry) in self.attributes(class, 0) {
                self.note_setting(&name, &entry.value, entry.key);
                self.put(store, &name, entry);
            }
        }
    }

    fn add_module(&mut self, store: &str, index: usize) {
        let store = self.stores.entry(store.to_owned()).or_default();
        if !store.modules.contains(&index) {
            store.modules.push(index);
        }
    }

    /// What a store holds under a path; `None` when that is not known.
    pub(super) fn stored(&mut self, name: &str, path: &str) -> Option<Value> {
        let catalog: &'a _ = self.catalog;
        let model = catalog.store(name)?;
        self.fill_store(model);
        let store = self.stores.get(name)?;
        let content = Value::map(Map {
            entries: store.entries.clone(),
            ..Map::default()
        });
        let modules = store.modules.clone();
        let mut value = self.at_path(&content, path);
        for module in modules {
            if value.is_some() {
                break;
            }
            value = self.named_in(module, path);
        }
        let value = self.force(value?);
        if value.is_unknown() || matches!(value.kind, Kind::Null | Kind::Symbol(_)) {
            return None;
        }
        // The variable of the same name says no more than the setting.
        let is_of_same_name = |value: &Value| match &value.kind {
            Kind::Environment { name, .. } => **name == *path && !holds_literal(value),
            Kind::Unknown(_) | Kind::Null => true,
            _ => false,
        };
        if value.alternatives().iter().all(is_of_same_name) {
            return None;
        }
        Some(if model.item.settings {
            as_fallback(path, value)
        } else {
            value
        })
    }

    /// A setting of a file whose names are settings.
    fn named_in(&mut self, module: usize, path: &str) -> Option<Value> {
        let first = path.split(['.', ':']).next()?;
        let whole = self.loaded.get(module)?.replaced.clone();
        let whole = whole.or_else(|| self.loaded.get(module)?.exports.get("default").cloned());
        if let Some(whole) = whole {
            return self.at_path(&whole, path);
        }
        let value = self.exported(module, first, 0)?;
        match path.get(first.len() + 1..).filter(|rest| !rest.is_empty()) {
            Some(rest) => self.at_path(&value, rest),
            None => Some(value),
        }
    }

    fn fill_store(&mut self, model: Found<'a, StoreModel>) {
        let name = &model.item.name;
        let store = self.stores.entry(name.clone()).or_default();
        if std::mem::replace(&mut store.is_filled, true) {
            return;
        }
        let project = self.input.project;
        let here = self.input.file.source.id;
        let path = project.files().path(here);
        for folder in upwards(folder_of(path)) {
            let files = model.item.files.iter();
            let files: Vec<FileId> = files
                .filter_map(|file| project.files().id(&inside(folder, file)))
                .collect();
            for file in &files {
                if let Some(index) = self.load(*file) {
                    self.add_module(name, index);
                }
            }
            if !files.is_empty() {
                break;
            }
        }
        if let Some(variable) = &model.item.named_by {
            for (file, module) in project.modules_named_by(here, variable) {
                let target = project.resolve(file, &module, &[]);
                if let Some(index) = target.and_then(|(file, _)| self.load(file)) {
                    self.add_module(name, index);
                    break;
                }
            }
        }
        let filling = project.spelling(here, &model.item.spelled);
        // What a test sets is not there otherwise.
        let of_tests = |file: &FileId| {
            code_context::of_path(project.files().path(*file)) == Some(CodeContext::Test)
        };
        let filling = filling.into_iter().filter(|file| !of_tests(file));
        for file in filling.take(MOST_FILLING) {
            if let Some(index) = self.load(file) {
                self.run_filling(index, &model.item.spelled);
            }
        }
    }

    /// Lets the functions that fill a store run before those that may read it.
    pub(super) fn filling_first(&mut self) {
        let catalog: &'a _ = self.catalog;
        let imported = |package: &String| self.imported_modules.contains(package);
        let spelled: Vec<&String> = catalog
            .stores()
            .filter(|found| found.library.packages.iter().any(imported))
            .flat_map(|found| &found.item.spelled)
            .collect();
        if spelled.is_empty() {
            return;
        }
        let mut waiting = std::mem::take(&mut self.waiting);
        // The last one runs first.
        waiting.sort_by_cached_key(|closure| {
            let source = &self.loaded[closure.file].file.source;
            let span = self.function_of(closure).span;
            let inside = source.text(span);
            let fills = spelled.iter().any(|word| writes(&inside, word));
            fills.then_some(Reverse(span))
        });
        self.waiting = waiting;
    }

    /// Runs the functions of a file that spell how a store is filled.
    fn run_filling(&mut self, file: usize, spelled: &[String]) {
        let Some(loaded) = self.loaded.get(file).filter(|_| file != 0) else {
            return;
        };
        let scope = loaded.scope;
        let source = &loaded.file.source;
        let fills = |closure: &&Rc<Closure>| {
            let span = self.function_of(closure).span;
            let inside = source.text(span);
            spelled.iter().any(|word| inside.contains(word.as_str()))
        };
        let mut functions: Vec<(Span, Rc<Closure>)> = self.scopes[scope]
            .names
            .values()
            .filter_map(|value| match &value.kind {
                Kind::Function(closure) if closure.file == file => Some(closure),
                _ => None,
            })
            .filter(fills)
            .map(|closure| (self.function_of(closure).span, Rc::clone(closure)))
            .collect();
        functions.sort_by_key(|(span, _)| *span);
        for (_, closure) in functions.into_iter().take(MOST_FILLING_FUNCTIONS) {
            self.apart(scope, |this| this.invoke_generically(&closure));
        }
    }

    /// Runs something that is no part of any branch or call here.
    pub(super) fn apart<T>(&mut self, scope: usize, run: impl FnOnce(&mut Self) -> T) -> T {
        let outside = std::mem::replace(&mut self.around, Surroundings::of_file(scope));
        self.loading += 1;
        let result = run(self);
        self.loading -= 1;
        self.around = outside;
        result
    }

    /// The store that a member of an unknown object means, in a file that imports its library.
    pub(super) fn store_of_member(&self, path: &str) -> Option<&'a str> {
        let last = path.rsplit('.').next()?;
        let catalog: &'a _ = self.catalog;
        let mut stores = catalog.stores();
        let found = stores.find(|found| {
            let mut packages = found.library.packages.iter();
            found.item.members.iter().any(|member| member == last)
                && packages.any(|package| self.imported_modules.contains(package))
        })?;
        Some(&found.item.name)
    }
}

/// Whether code spells a word that fills a store. An element is written only where a value is assigned to it.
fn writes(code: &str, word: &str) -> bool {
    let mut found = code.match_indices(word);
    if !word.ends_with('[') {
        return found.next().is_some();
    }
    found.any(|(at, _)| {
        let rest = code.get(at + word.len()..).unwrap_or_default();
        let rest = rest.split_once(']').map_or("", |(_, rest)| rest);
        let assigned = rest.trim_start().strip_prefix('=');
        assigned.is_some_and(|rest| !rest.starts_with('='))
    })
}

/// Whether a text that is written in the code may be the value.
fn holds_literal(value: &Value) -> bool {
    match &value.kind {
        Kind::Text(_) => true,
        Kind::OneOf(values) => values.iter().any(holds_literal),
        Kind::Environment {
            fallback: Some(fallback),
            ..
        }
        | Kind::Setting {
            fallback: Some(fallback),
            ..
        } => holds_literal(fallback),
        _ => false,
    }
}
