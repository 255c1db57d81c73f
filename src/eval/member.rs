//! Reading a member: of a package, a map, an instance, claims.

use std::cell::RefCell;
use std::rc::Rc;

use super::Evaluator;
use super::FunctionKey;
use super::uses::Use;
use super::value::{ClassValue, Closure, Kind, Map, Object, Symbol, Value};
use crate::models::schema::{Role, TypeModel};
use crate::syntax::ir::{Member, MemberKind, Name};

impl<'a> Evaluator<'a> {
    /// What `object.name` is.
    pub(super) fn member(&mut self, object: &Value, name: &Name) -> Value {
        match &object.kind {
            Kind::Symbol(symbol) => {
                let mut symbol = symbol.as_ref().clone();
                symbol.path.push(name.text.clone());
                if symbol.from.is_none() && self.is_name_of_tree(&symbol) {
                    symbol.from = Some(self.loaded[self.current].file.source.id);
                    symbol.package = symbol.path.remove(0);
                }
                let elsewhere = symbol.from.is_some();
                let value = Value {
                    kind: Kind::Symbol(Rc::new(symbol)),
                    trail: object.trail.clone(),
                };
                if elsewhere {
                    self.arrive(value)
                } else {
                    self.read_symbol(value)
                }
            }
            Kind::Pending(_) => object.pending_member(name),
            Kind::Map(map) => {
                let (entry, class, known) = {
                    let map = map.borrow();
                    let entry = map.entries.get(&name.text).cloned();
                    (entry, map.class.clone(), !map.open && map.class.is_none())
                };
                if let Some(entry) = entry {
                    let missing = entry.maybe.then(|| Value::new(Kind::Null));
                    return Value::one_of([entry.value].into_iter().chain(missing));
                }
                if let Some(class) = class
                    && let Some(value) = self.class_member(&class, &name.text, Some(object))
                {
                    return value;
                }
                if known {
                    Value::new(Kind::Null)
                } else {
                    Value::unknown(&name.text)
                }
            }
            Kind::Object(inner) => {
                let field = inner.borrow().fields.get(&name.text).cloned();
                match field {
                    Some(entry) => entry.value,
                    None if self.is_itself(inner, &name.text) => object.clone(),
                    None => {
                        if let Some(content) = self.content(inner) {
                            return self.member(&content, name);
                        }
                        Value::unknown(&format!("{}.{}", inner.borrow().path.join("."), name.text))
                    }
                }
            }
            Kind::Class(class) => {
                let value = self.class_member(class, &name.text, None);
                value.unwrap_or_else(|| Value::unknown(&format!("{}.{}", class.name, name.text)))
            }
            Kind::Claims(site, path) => {
                let mut path = path.to_vec();
                path.push(name.text.clone());
                let value = Value {
                    kind: Kind::Claims(*site, path.into()),
                    trail: object.trail.clone(),
                };
                self.note_use(&value, Use::Read);
                value
            }
            Kind::Header(path) => {
                let mut path = path.to_vec();
                path.push(name.text.clone());
                Value {
                    kind: Kind::Header(path.into()),
                    trail: None,
                }
                .passing(name.span, || {
                    format!("the token's own `{}`", name.text).into()
                })
            }
            Kind::Fetched(_) => object.clone(),
            // What a member of an enumeration stands for.
            Kind::Text(_) if name.text == "value" => object.clone(),
            Kind::OneOf(values) => {
                let values: Vec<Value> = values
                    .iter()
                    .filter(|value| !matches!(value.kind, Kind::Null))
                    .map(|value| self.member(value, name))
                    .collect();
                Value::one_of(values)
            }
            Kind::Setting { path, fallback } => {
                let inner = Value::new(Kind::Setting {
                    path: Rc::from(format!("{path}.{}", name.text)),
                    fallback: None,
                });
                match fallback {
                    Some(fallback) => {
                        let member = self.member(&fallback.as_ref().clone(), name);
                        Value::one_of([inner, member])
                    }
                    None => inner,
                }
            }
            // A key pair that was made.
            Kind::Generated if name.text.to_ascii_lowercase().contains("private") => object.clone(),
            Kind::Generated if name.text.to_ascii_lowercase().contains("public") => {
                self.public_half(object.clone())
            }
            _ => {
                let before = object.path();
                let path = format!("{before}.{}", name.text);
                if let Some(value) = self.kept.get(&path) {
                    return value.clone();
                }
                let store = self.store_of_member(&before);
                let stored = store.and_then(|store| self.stored(store, &name.text));
                stored.unwrap_or_else(|| Value::unknown(&path))
            }
        }
    }

    /// Whether a model says that this member of an object means the object itself.
    fn is_itself(&self, object: &Rc<RefCell<Object>>, name: &str) -> bool {
        let object = object.borrow();
        let mut path = object.path.clone();
        path.push(name.to_owned());
        self.catalog
            .apis(&object.package, &path)
            .iter()
            .any(|found| found.item.members && found.item.role == Role::Pass)
    }

    /// Reading a member of an environment or settings object is the look-up.
    pub(super) fn read_symbol(&mut self, value: Value) -> Value {
        let Kind::Symbol(symbol) = &value.kind else {
            return value;
        };
        let Some((last, before)) = symbol.path.split_last() else {
            return value;
        };
        let whole = self.packaged(&symbol.package, &symbol.path);
        let before = self.packaged(&symbol.package, before);
        // A method of such an object is no variable: `environ.get`.
        let name = whole.path.join(".");
        let is_method = |found: &crate::models::catalog::Found<'_, _>| {
            let api: &crate::models::schema::Api = found.item;
            !api.members && api.path.contains(&name)
        };
        if self
            .catalog
            .apis(&whole.package, &whole.path)
            .iter()
            .any(is_method)
        {
            return value;
        }
        let role = self
            .catalog
            .apis(&before.package, &before.path)
            .into_iter()
            .find(|found| {
                found.item.members && matches!(found.item.role, Role::Environment | Role::Setting)
            })
            .map(|found| found.item);
        let store = role.and_then(|api| api.store.as_deref());
        if let Some(stored) = store.and_then(|store| self.stored(store, last)) {
            return stored;
        }
        let kind = match role.map(|api| api.role) {
            Some(Role::Environment) => Kind::Environment {
                name: Rc::from(last.as_str()),
                fallback: None,
            },
            Some(_) => Kind::Setting {
                path: Rc::from(last.as_str()),
                fallback: None,
            },
            None => return value,
        };
        Value {
            kind,
            trail: value.trail,
        }
    }

    /// Where unbound names are packages, the first name of a global path is the package.
    pub(super) fn packaged(&self, package: &str, path: &[String]) -> Symbol {
        if package.is_empty()
            && self.module.unbound_names_are_packages
            && let Some((first, rest)) = path.split_first()
            && self.catalog.knows_package(first)
        {
            return Symbol {
                package: first.clone(),
                path: rest.to_vec(),
                from: None,
            };
        }
        Symbol {
            package: package.to_owned(),
            path: path.to_vec(),
            from: None,
        }
    }

    /// Whether a path that starts with an unbound name leads to a file of the tree, where such names are packages.
    fn is_name_of_tree(&mut self, symbol: &Symbol) -> bool {
        if !self.module.unbound_names_are_packages || !symbol.package.is_empty() {
            return false;
        }
        let Some(first) = symbol.path.first() else {
            return false;
        };
        let asked = (self.current, first.clone());
        if let Some(known) = self.tree_modules.get(&asked) {
            return *known;
        }
        let known =
            !self.catalog.knows_package(first) && self.name_of_tree(first, &[]).from.is_some();
        self.tree_modules.insert(asked, known);
        known
    }

    /// A member of a class or of an instance (`this`).
    pub(super) fn class_member(
        &mut self,
        class: &Rc<ClassValue>,
        name: &str,
        this: Option<&Value>,
    ) -> Option<Value> {
        let fixed = class.statics.borrow().entries.get(name).cloned();
        if let Some(entry) = fixed {
            let Some(settings) = self.settings_type(class) else {
                return Some(entry.value);
            };
            self.note_refused_by(class);
            let variable = settings.variable.as_ref();
            let variable = variable.and_then(|source| self.variable_of(class, name, source));
            return Some(match variable {
                Some(variable) if !matches!(entry.value.kind, Kind::Map(_)) => {
                    as_variable(variable, entry.value)
                }
                _ => self.as_setting(name, entry.value),
            });
        }
        for (file, member) in self.members_of(class) {
            if member.name.text != name {
                continue;
            }
            match &member.kind {
                MemberKind::Method(id) => {
                    return Some(self.method_closure(class, (file, *id), this));
                }
                MemberKind::Getter(id) => {
                    let getter = self.method_closure(class, (file, *id), this);
                    let Kind::Function(closure) = &getter.kind else {
                        return None;
                    };
                    return Some(self.invoke(closure, &Default::default()));
                }
                MemberKind::Field(None) => {
                    let said = self.by_attributes(class, file, member);
                    if let Some(value) = said.or_else(|| self.by_class_default(class, name)) {
                        return Some(value);
                    }
                    let annotation = member.annotation.as_ref()?;
                    let scope = class.scope;
                    let typed = self.within(file, |this| this.value_of_type(annotation, scope));
                    if let Some(typed) = typed {
                        // The function that makes the whole may say what is inside.
                        let made = this.filter(|_| typed.is_instance());
                        return made
                            .and_then(|this| self.as_made(class, this, name))
                            .filter(Value::is_instance)
                            .or(Some(typed));
                    }
                    if self.settings_type(class).is_some() {
                        self.note_refused_by(class);
                        return Some(Value::new(Kind::Environment {
                            name: Rc::from(name),
                            fallback: None,
                        }));
                    }
                    return self.as_made(class, this?, name);
                }
                MemberKind::Field(Some(_)) | MemberKind::Variant => {}
            }
        }
        for base in class.bases.clone() {
            let base = self.force(base);
            if let Kind::Class(base) = &base.kind
                && let Some(value) = self.class_member(&base.clone(), name, this)
            {
                return Some(value);
            }
        }
        None
    }

    /// The value of an attribute that the environment may say otherwise, and so of the attributes of an instance that
    /// stands there.
    fn as_setting(&mut self, name: &str, value: Value) -> Value {
        let Kind::Map(map) = &value.kind else {
            return as_fallback(name, value);
        };
        let (class, mut entries) = {
            let map = map.borrow();
            (map.class.clone(), map.entries.clone())
        };
        let Some(class) = class else { return value };
        for (name, entry) in self.attributes(&class, 0) {
            entries.entry(name).or_insert(entry);
        }
        for (inner, entry) in &mut entries {
            let path = format!("{name}.{inner}");
            entry.value = as_fallback(&path, entry.value.clone());
        }
        let nested = Map {
            entries,
            open: true,
            class: Some(class),
            ..Map::default()
        };
        Value {
            trail: value.trail.clone(),
            ..Value::map(nested)
        }
    }

    /// The base of a class whose attributes are only what is taken when the environment says nothing.
    fn settings_type(&self, class: &ClassValue) -> Option<&'a TypeModel> {
        let catalog: &'a _ = self.catalog;
        class.bases.iter().find_map(|base| match &base.kind {
            Kind::Symbol(symbol) => {
                let model = catalog.object_type(&symbol.package, &symbol.path)?;
                model.item.settings.then_some(model.item)
            }
            Kind::Class(base) => self.settings_type(base),
            _ => None,
        })
    }

    /// The method of an instance that also has a field of that name, with nothing in it that can be called.
    pub(super) fn method_beside_field(&self, object: &Value, name: &str) -> Option<Value> {
        let Kind::Map(map) = &object.kind else {
            return None;
        };
        let map = map.borrow();
        let class = map.class.as_ref()?;
        let field = map.entries.get(name).map(|entry| &entry.value.kind);
        let may_be_called = matches!(
            field,
            Some(
                Kind::Function(_)
                    | Kind::Bound(_)
                    | Kind::Class(_)
                    | Kind::Symbol(_)
                    | Kind::Pending(_)
                    | Kind::Object(_)
                    | Kind::Callback
                    | Kind::OneOf(_)
            )
        );
        if may_be_called {
            return None;
        }
        let mut members = self.members_of(class).into_iter();
        let method = members.find_map(|(file, member)| match member.kind {
            MemberKind::Method(function) if member.name.text == name => Some((file, function)),
            _ => None,
        })?;
        Some(self.method_closure(class, method, Some(object)))
    }

    pub(super) fn method_closure(
        &self,
        class: &Rc<ClassValue>,
        (file, function): FunctionKey,
        this: Option<&Value>,
    ) -> Value {
        Value::new(Kind::Function(Rc::new(Closure {
            file,
            function,
            scope: class.scope,
            this: this
                .cloned()
                .or_else(|| Some(Value::new(Kind::Class(Rc::clone(class))))),
            base: class.bases.first().cloned(),
        })))
    }

    /// The members of a class: its own, and those that `impl` blocks add.
    pub(super) fn members_of(&self, class: &ClassValue) -> Vec<(usize, &'a Member)> {
        let declaration: &'a _ = self.loaded[class.file].file.module.class(class.class);
        let own = declaration.members.iter().map(|it| (class.file, it));
        let added = self
            .extensions
            .get(&(class.file, class.name.clone()))
            .into_iter()
            .flatten()
            .flat_map(|(file, members)| members.iter().map(|it| (*file, it)));
        own.chain(added).collect()
    }
}

/// The value behind the setting of this name.
pub(super) fn as_fallback(name: &str, value: Value) -> Value {
    match value.kind {
        Kind::Text(_) | Kind::Generated | Kind::Guessable => {
            let trail = value.trail.clone();
            Value {
                kind: Kind::Setting {
                    path: Rc::from(name),
                    fallback: Some(Rc::new(value)),
                },
                trail,
            }
        }
        _ => value,
    }
}

/// What is read from a variable, and stands here when that says nothing.
fn as_variable(name: Rc<str>, value: Value) -> Value {
    let trail = value.trail.clone();
    let fallback = match value.kind {
        Kind::Text(_) | Kind::Generated | Kind::Guessable => Some(Rc::new(value)),
        Kind::Unknown(_) => None,
        _ => return value,
    };
    Value {
        kind: Kind::Environment { name, fallback },
        trail,
    }
}
