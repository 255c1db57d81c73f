//! Objects of other files' classes that this file makes: what it gives them decides what their methods do, whoever calls
//! those.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::filled::Filled;
use super::value::{ClassValue, Kind, Value};
use super::{ByHand, Evaluator, FunctionKey, Wrapper};
use crate::models::schema::{Role, Slot};
use crate::source::{FileId, Span};
use crate::syntax::ir::MemberKind;

/// Objects of one file that are looked at.
const MOST_MADE: usize = 24;

/// An object that was made of a class of another file.
#[derive(Clone)]
pub(super) struct Made {
    class: Rc<ClassValue>,
    instance: Value,
    /// The functions and classes around, innermost first: their callers may know what this file does not.
    wrappers: Vec<Wrapper>,
}

impl<'a> Evaluator<'a> {
    /// Notes an object that this file makes.
    pub(super) fn note_made(&mut self, class: &Rc<ClassValue>, instance: &Value) {
        if class.file == 0
            || self.loading > 0
            || self.made.len() >= MOST_MADE
            || !self.class_may_sign(class)
            || self.is_run_by_tests()
        {
            return;
        }
        let mut wrappers = self.wrappers_around();
        wrappers.extend(self.makers(self.around.frames.iter().filter_map(|frame| frame.function)));
        self.made.push(Made {
            class: Rc::clone(class),
            instance: instance.clone(),
            wrappers,
        });
    }

    /// Words of a file that name what signs or verifies: what it imports for that, or the packages themselves where
    /// these need no import.
    fn signing_words(&mut self, file: usize) -> Rc<[String]> {
        if let Some(known) = self.signing_words.get(&file) {
            return Rc::clone(known);
        }
        let loaded = &self.loaded[file];
        let mut words: Vec<String> = Vec::new();
        if let Some(top) = self.scopes.get(loaded.scope) {
            let bound = top.names.iter().filter(|(_, value)| match &value.kind {
                Kind::Symbol(symbol) => {
                    symbol.from.is_none() && self.catalog.signs(&symbol.package)
                }
                _ => false,
            });
            words.extend(bound.map(|(name, _)| (*name).to_owned()));
            // All names of such a package: any text holds the empty word.
            let has_all = top.globs.iter().any(|package| self.catalog.signs(package));
            words.extend(has_all.then(String::new));
        }
        if loaded.file.module.unbound_names_are_packages {
            let models = self.catalog.libraries();
            let packages = models.flat_map(|model| &model.library.packages);
            let signing = packages.filter(|name| self.catalog.signs(name));
            words.extend(signing.map(|name| format!("{name}::")));
        }
        let text = loaded.file.source.bytes();
        words.retain(|word| names(text, word));
        let words: Rc<[String]> = words.into();
        self.signing_words.insert(file, Rc::clone(&words));
        words
    }

    /// Whether what is in an object of a class may decide what is signed or verified.
    fn class_may_sign(&mut self, class: &Rc<ClassValue>) -> bool {
        let key = class.key();
        if let Some(known) = self.signing_classes.get(&key) {
            return *known;
        }
        let members = self.members_of(class);
        let signs = members.into_iter().any(|(file, member)| match member.kind {
            MemberKind::Method(function) | MemberKind::Getter(function) => {
                !member.is_static && self.may_sign((file, function))
            }
            _ => false,
        });
        self.signing_classes.insert(key, signs);
        signs
    }

    /// Whether a method names anything that signs or verifies.
    fn may_sign(&mut self, (file, function): FunctionKey) -> bool {
        let words = self.signing_words(file);
        let parsed = self.loaded[file].file;
        let text = parsed.source.slice(parsed.module.function(function).span);
        words.iter().any(|word| names(text, word))
    }

    /// The functions of this file in which some were made: a factory is called later, and by others.
    pub(super) fn makers(&self, made: impl Iterator<Item = FunctionKey>) -> Vec<Wrapper> {
        made.filter_map(|function| self.made_in.get(&function))
            .flatten()
            .filter(|(file, _)| *file == 0)
            .map(|key| {
                let function = self.loaded[0].file.module.function(key.1);
                match &function.name {
                    Some(name) => Wrapper::Named(name.text.clone()),
                    None => Wrapper::Unnamed(*key),
                }
            })
            .collect()
    }

    /// Runs the methods that nobody called on those objects.
    pub(super) fn run_made(&mut self) {
        let ran: BTreeSet<FunctionKey> = self.ran.keys().copied().collect();
        let made: Vec<Made> = self.made.clone();
        for Made {
            class, instance, ..
        } in made
        {
            let class_file = self.loaded[class.file].file.source.id;
            let before = self.sites.len();
            let fields = fields(&instance);
            if !(self.input.is_entered)(class_file) || fields.iter().all(Value::is_unknown) {
                continue;
            }
            for (file, member) in self.members_of(&class) {
                let (MemberKind::Method(function) | MemberKind::Getter(function)) = member.kind
                else {
                    continue;
                };
                let is_constructor = member.name.text == "constructor";
                let has_run = ran.contains(&(file, function));
                if member.is_static || is_constructor || has_run || !self.may_sign((file, function))
                {
                    continue;
                }
                self.run_method(&class, &instance, (file, function));
            }
            self.run_waiting();
            self.keep_decided(before, class_file);
        }
    }

    /// Leaves what the object has no part in to the files that it stands in.
    fn keep_decided(&mut self, from: usize, class_file: FileId) {
        for record in self.sites.iter_mut().skip(from) {
            let role = record.api.item.role;
            let key = record.resolved.slots.get(&Slot::Key);
            let is_known = matches!(key, Some(Filled::Yes(value, _)) if !value.is_unknown());
            let is_own = record.call.name.file == class_file;
            let by_hand = matches!(record.by_hand, Some(ByHand::Mints | ByHand::Verifies));
            let signs = matches!(role, Role::Mint | Role::Verify) || by_hand;
            let may_be_decided = signs && (is_own || is_known);
            record.of_another |= !may_be_decided;
        }
    }

    /// Functions whose callers give what this file hands on to such objects.
    pub(super) fn made_for_callers(&self) -> impl Iterator<Item = &Wrapper> {
        let made = self.made.iter();
        made.filter(|made| !fields(&made.instance).iter().all(is_settled))
            .flat_map(|made| &made.wrappers)
    }

    /// Whether a test made the call that led here.
    pub(super) fn is_run_by_tests(&self) -> bool {
        self.around.frames.iter().any(|frame| {
            let around = frame.function.map(|(file, function)| {
                let file = self.loaded[file].file;
                file.module.function(function).span
            });
            let mut places = frame.called.into_iter().chain(around);
            places.any(|place| self.is_in_test(place))
        })
    }

    fn is_in_test(&self, place: Span) -> bool {
        let Some(index) = self.by_file.get(&place.file) else {
            return false;
        };
        let module = &self.loaded[*index].file.module;
        module.is_test || module.test_spans.iter().any(|test| test.contains(place))
    }
}

/// Whether a text has a word that is no part of a longer one.
fn names(text: &[u8], word: &str) -> bool {
    let is_part =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    memchr::memmem::find_iter(text, word.as_bytes()).any(|start| {
        let before = start.checked_sub(1).and_then(|index| text.get(index));
        let ends = !is_part(word.as_bytes().last()) || !is_part(text.get(start + word.len()));
        word.is_empty() || ends && !is_part(before)
    })
}

/// Whether callers can say nothing more of a value.
fn is_settled(value: &Value) -> bool {
    match &value.kind {
        Kind::Text(_) | Kind::Bool(_) | Kind::Null | Kind::Generated => true,
        Kind::Environment { .. } | Kind::Setting { .. } => !value.is_elsewhere(),
        _ => false,
    }
}

/// What is known of the fields of an object.
fn fields(instance: &Value) -> Vec<Value> {
    match &instance.kind {
        Kind::Map(map) => {
            let map = map.borrow();
            map.entries
                .values()
                .map(|entry| entry.value.clone())
                .collect()
        }
        _ => Vec::new(),
    }
}
