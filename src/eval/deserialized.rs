//! Settings that are read into an instance of a class of the tree: a field is the setting under the path of its name.

use std::rc::Rc;

use super::Evaluator;
use super::value::{ClassValue, Entry, Kind, Map, Value, Wanted};
use crate::syntax::ir::{ExprKind, Member, MemberKind, TypeName};

/// Instances inside each other that are filled.
const DEEPEST_INSTANCE: usize = 6;

impl<'a> Evaluator<'a> {
    /// Settings as an instance of the class that a declared type names.
    pub(super) fn settings_of_type(
        &mut self,
        declared: &TypeName,
        settings: Value,
        scope: usize,
    ) -> Value {
        match self.value_of_type(declared, scope) {
            Some(typed) => match class_of(&typed) {
                Some(class) => self.deserialized(&class, &settings, "", 0),
                None => self.typed(declared, settings, scope),
            },
            None => settings,
        }
    }

    /// An instance of a class, its fields read from settings. `known`: what calls said of these.
    pub(super) fn deserialized(
        &mut self,
        class: &Rc<ClassValue>,
        known: &Value,
        before: &str,
        depth: usize,
    ) -> Value {
        let mut map = Map {
            class: Some(Rc::clone(class)),
            born: self.depth(),
            open: true,
            ..Map::default()
        };
        for (file, member) in self.members_of(class) {
            let (MemberKind::Field(_), Some(annotation), false) =
                (&member.kind, &member.annotation, member.is_static)
            else {
                continue;
            };
            if !self.step() || self.has_other_name(class, file, member) {
                continue;
            }
            let name = &member.name;
            let path = match before {
                "" => name.text.clone(),
                before => format!("{before}.{}", name.text),
            };
            let known = self
                .at_path(known, &name.text)
                .unwrap_or_else(|| Value::new(Kind::Wanted(Wanted::Settings)));
            let scope = class.scope;
            let inner = self.within(file, |this| this.value_of_type(annotation, scope));
            let inner = inner.map(|inner| self.force(inner));
            let value = match inner.as_ref().map(class_of) {
                Some(Some(inner)) if depth < DEEPEST_INSTANCE => {
                    self.deserialized(&inner, &known, &path, depth + 1)
                }
                Some(_) => continue,
                None if matches!(known.kind, Kind::Wanted(Wanted::Settings)) => {
                    let said = self.by_attributes(class, file, member);
                    let said = said.or_else(|| self.by_class_default(class, &name.text));
                    named(&path, said)
                }
                None => known,
            };
            let entry = Entry {
                value: value.bound(&name.text, name.span),
                key: name.span,
                maybe: false,
            };
            map.entries.insert(name.text.clone(), entry);
        }
        Value::map(map)
    }

    fn has_other_name(&mut self, class: &Rc<ClassValue>, file: usize, member: &'a Member) -> bool {
        let scope = class.scope;
        self.within(file, |this| {
            let module = this.module;
            let mut attributes = member.decorators.iter();
            attributes.any(|attribute| match &module.expr(*attribute).kind {
                ExprKind::Call(call) => this.is_renamed(call, scope),
                _ => false,
            })
        })
    }
}

/// The setting of a path, with what its field says of it.
fn named(path: &str, said: Option<Value>) -> Value {
    let fallback = match said {
        None => None,
        Some(said) => match said.kind {
            Kind::Setting { fallback, .. } => fallback,
            _ => return said,
        },
    };
    Value::new(Kind::Setting {
        path: Rc::from(path),
        fallback,
    })
}

fn class_of(value: &Value) -> Option<Rc<ClassValue>> {
    match &value.kind {
        Kind::Map(map) => map.borrow().class.clone(),
        _ => None,
    }
}

impl Value {
    /// Whether this is an instance of a class of the tree.
    pub(super) fn is_instance(&self) -> bool {
        class_of(self).is_some()
    }
}
