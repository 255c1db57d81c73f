//! Instances of classes of the tree that a library makes: what attributes and functions of the class say of their fields.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Evaluator;
use super::filled::Truth;
use super::handed_over::MOST_SEARCHES;
use super::member::as_fallback;
use super::value::{CallRecord, ClassValue, Closure, Entry, Kind, Map, Value, Wanted};
use crate::models::schema::{AttributeModel, Slot};
use crate::models::source::Source;
use crate::syntax::ir::{ArgumentKind, Call, ExprKind, Member, MemberKind, TypeName};

/// What the type that a method belongs to is called in it.
const ITSELF: &str = "Self";

/// Types inside each other that are looked at for a class.
const DEEPEST_TYPE: usize = 4;

impl<'a> Evaluator<'a> {
    /// An instance of the class that a call names by a type argument, or of what is wanted there.
    pub(super) fn wanted(&mut self, record: &CallRecord) -> Value {
        match record.type_arguments.first() {
            Some((path, class)) if class.is_elsewhere() => {
                Value::pending_instance(class.clone(), path)
            }
            Some((_, class)) => self.instance_of_value(class),
            None => Value::new(Kind::Wanted(Wanted::Instance)),
        }
    }

    /// An instance of a class.
    pub(super) fn instance_of_value(&mut self, class: &Value) -> Value {
        match &class.kind {
            Kind::Class(class) => self.instance_of(&Rc::clone(class)),
            _ => Value::new(Kind::Wanted(Wanted::Instance)),
        }
    }

    /// What a function returns, where its declared type says what is wanted.
    pub(super) fn of_declared_type(
        &mut self,
        result: Value,
        returns: Option<&TypeName>,
        scope: usize,
    ) -> Value {
        let Some(returns) = returns else {
            return result;
        };
        self.note_claims_type(&result, returns, scope);
        let goes_there = |value: &Value| matches!(value.kind, Kind::Wanted(_));
        if !result.alternatives().iter().any(goes_there) {
            return result;
        }
        let mut values = Vec::new();
        for value in result.alternatives() {
            values.push(match value.kind {
                Kind::Wanted(Wanted::Instance) => self.typed(returns, value, scope),
                Kind::Wanted(Wanted::Settings) => self.settings_of_type(returns, value, scope),
                _ => value,
            });
        }
        Value::one_of(values)
    }

    /// What the attributes of a field say of its value: where it is read from, and its default.
    pub(super) fn by_attributes(
        &mut self,
        class: &Rc<ClassValue>,
        file: usize,
        member: &'a Member,
    ) -> Option<Value> {
        let scope = class.scope;
        member.decorators.iter().find_map(|decorator| {
            self.within(file, |this| {
                let module = this.module;
                match &module.expr(*decorator).kind {
                    ExprKind::Call(call) => this.by_attribute(call, member, scope),
                    _ => None,
                }
            })
        })
    }

    /// What the default of a class says of a field, where an attribute of the class says that it counts.
    pub(super) fn by_class_default(&mut self, class: &Rc<ClassValue>, name: &str) -> Option<Value> {
        let declaration: &'a _ = self.loaded[class.file].file.module.class(class.class);
        let counts = declaration.decorators.iter().any(|decorator| {
            self.within(class.file, |this| {
                let module = this.module;
                match &module.expr(*decorator).kind {
                    ExprKind::Call(call) => this.takes_class_default(call, class.scope),
                    _ => false,
                }
            })
        });
        if !counts {
            return None;
        }
        let members = self.members_of(class).into_iter();
        let default = members
            .filter(|(_, member)| member.is_static && member.name.text == "default")
            .find_map(|(file, member)| match member.kind {
                MemberKind::Method(function) => Some((file, function)),
                _ => None,
            })?;
        let Kind::Function(closure) = self.method_closure(class, default, None).kind else {
            return None;
        };
        let nothing = CallRecord::default();
        let made = self.apart(class.scope, |this| this.invoke(&closure, &nothing));
        let Kind::Map(made) = &made.kind else {
            return None;
        };
        let entry = made.borrow().entries.get(name).cloned();
        entry.map(|entry| as_fallback(name, entry.value))
    }

    fn takes_class_default(&mut self, call: &'a Call, scope: usize) -> bool {
        let Some((models, record)) = self.attribute(call, scope) else {
            return false;
        };
        let mut conditions = models.iter().filter_map(|it| it.class_default.as_ref());
        conditions.any(|condition| self.test(condition, &record, None).0 == Truth::Yes)
    }

    /// Whether an attribute says that a field has another name where it is read from.
    pub(super) fn is_renamed(&mut self, call: &'a Call, scope: usize) -> bool {
        let Some((models, record)) = self.attribute(call, scope) else {
            return false;
        };
        let mut conditions = models.iter().flat_map(|it| &it.renamed);
        conditions.any(|condition| self.test(condition, &record, None).0 != Truth::No)
    }

    fn by_attribute(&mut self, call: &'a Call, member: &'a Member, scope: usize) -> Option<Value> {
        let (models, record) = self.attribute(call, scope)?;
        for model in models {
            let same_name = model.same_name.as_deref();
            let says_same = same_name.is_some_and(|word| says(self, call, word));
            let mut slot = |slot: Slot| self.plain_slot(model.slots.get(&slot)?, &record);
            let variable = slot(Slot::Value);
            let variable = variable.as_ref().and_then(Value::as_text);
            let variable = variable.map(|name| Rc::from(name.reveal()));
            let same = says_same.then(|| Rc::from(member.name.text.to_ascii_uppercase()));
            let variable: Option<Rc<str>> = variable.or(same);
            let fallback = slot(Slot::Fallback);
            if variable.is_none() && fallback.is_none() {
                continue;
            }
            let value = Value::new(match variable {
                Some(name) => Kind::Environment {
                    name,
                    fallback: None,
                },
                None => Kind::Setting {
                    path: Rc::from(member.name.text.as_str()),
                    fallback: None,
                },
            });
            return Some(match fallback {
                Some(fallback) => self.either(value, fallback, member.name.span),
                None => value,
            });
        }
        None
    }

    /// The variable that the call which a field is given names.
    pub(super) fn variable_of(
        &mut self,
        class: &ClassValue,
        name: &str,
        source: &Source,
    ) -> Option<Rc<str>> {
        let members = self.members_of(class).into_iter();
        let (file, given) = members
            .filter(|(_, member)| member.name.text == name)
            .find_map(|(file, member)| match member.kind {
                MemberKind::Field(given) => Some((file, given?)),
                _ => None,
            })?;
        self.within(file, |this| {
            let module = this.module;
            let ExprKind::Call(call) = &module.expr(given).kind else {
                return None;
            };
            let record = this.given(call, class.scope);
            let variable = this.plain_slot(source, &record)?;
            let variable = variable.as_text()?.reveal();
            (!variable.is_empty()).then(|| Rc::from(variable))
        })
    }

    /// What the models say of an attribute, and what it is given.
    fn attribute(
        &mut self,
        call: &'a Call,
        scope: usize,
    ) -> Option<(Vec<&'a AttributeModel>, CallRecord)> {
        let callee = self.module.expr(call.callee);
        let name = match &callee.kind {
            ExprKind::Name(name) => name,
            ExprKind::Member { name, .. } => &name.text,
            _ => return None,
        };
        let catalog: &'a _ = self.catalog;
        let models: Vec<&'a AttributeModel> = catalog.attributes(name).collect();
        if models.is_empty() {
            return None;
        }
        Some((models, self.given(call, scope)))
    }

    /// What a call is given.
    fn given(&mut self, call: &'a Call, scope: usize) -> CallRecord {
        let span = self.module.expr(call.callee).span;
        let mut record = CallRecord {
            span,
            name: span,
            ..CallRecord::default()
        };
        for argument in &call.arguments {
            let value = self.expression(argument.value, scope);
            let span = self.expression_span(argument.value);
            match &argument.kind {
                ArgumentKind::Named(name) => {
                    record.named.insert(name.text.clone(), (value, span));
                }
                _ => record.positional.push((value, span)),
            }
        }
        record
    }

    /// A field of an instance that was made elsewhere, as a function of its class makes it.
    pub(super) fn as_made(
        &mut self,
        class: &Rc<ClassValue>,
        instance: &Value,
        name: &str,
    ) -> Option<Value> {
        let Kind::Map(map) = &instance.kind else {
            return None;
        };
        self.fill_by_maker(class, instance);
        let filled = map.borrow().entries.get(name).cloned();
        filled.map(|entry| entry.value)
    }

    /// Fills the fields of an instance that was made elsewhere with what is put there where one is made, or by a
    /// function of its class: `Config::from_env()`.
    fn fill_by_maker(&mut self, class: &Rc<ClassValue>, instance: &Value) {
        let maker = self.maker(class);
        let is_given_nothing = |maker: &Rc<Closure>| self.function_of(maker).parameters.is_empty();
        let says_all = maker.as_ref().is_some_and(is_given_nothing);
        // In its own file all members are read; what a call of a library asks for stands in another one.
        let is_asked_for = class.file != self.current || self.asked > 0;
        if is_asked_for
            && !says_all
            && self.searched.len() < MOST_SEARCHES
            && self.searched.insert(class.key())
        {
            let made = self.made_elsewhere(class);
            fill(instance, class, &made);
        }
        if self.made_by_function.insert(class.key())
            && let Some(maker) = maker
        {
            let made = self.made_by(class, &maker);
            fill(instance, class, &made);
        }
    }

    fn made_by(&mut self, class: &ClassValue, maker: &Rc<Closure>) -> Vec<Value> {
        let record = CallRecord {
            open: true,
            ..CallRecord::default()
        };
        // That it ran for this does not tell what it does for its callers.
        let ran = self.ran.get(&maker.key()).copied();
        let made = self.apart(class.scope, |this| this.invoke(maker, &record));
        match ran {
            Some(times) => self.ran.insert(maker.key(), times),
            None => self.ran.remove(&maker.key()),
        };
        made.alternatives()
    }

    /// The functions of a class that make its instances.
    pub(super) fn makers_of(&self, class: &Rc<ClassValue>) -> Vec<Rc<Closure>> {
        self.members_of(class)
            .into_iter()
            .filter_map(|(file, member)| {
                let MemberKind::Method(function) = member.kind else {
                    return None;
                };
                let known = self.loaded[file].file.module.function(function);
                let makes = |returns: &TypeName| {
                    names_class(returns, &class.name, 0) || names_class(returns, ITSELF, 0)
                };
                // The default of a type is for whoever asks for it.
                let is_maker = member.is_static
                    && member.name.text != "default"
                    && known.returns.as_ref().is_some_and(makes);
                match self.method_closure(class, (file, function), None).kind {
                    Kind::Function(closure) if is_maker => Some(closure),
                    _ => None,
                }
            })
            .collect()
    }

    /// The one of them that is given least, or a function beside the class.
    fn maker(&self, class: &Rc<ClassValue>) -> Option<Rc<Closure>> {
        let given = |maker: &Rc<Closure>| self.function_of(maker).parameters.len();
        let least = self.makers_of(class).into_iter().min_by_key(given);
        least.or_else(|| self.maker_beside(class))
    }

    /// The function beside a class that makes its instances of nothing: `fn load() -> Result<Settings, Error>`.
    fn maker_beside(&self, class: &Rc<ClassValue>) -> Option<Rc<Closure>> {
        let file = self.loaded.get(class.file)?;
        let top = self.scopes.get(file.scope)?;
        let mut names: Vec<_> = top.names.iter().collect();
        names.sort_unstable_by_key(|(name, _)| **name);
        names.into_iter().find_map(|(_, value)| {
            let Kind::Function(closure) = &value.kind else {
                return None;
            };
            let function = self.function_of(closure);
            let makes = |returns: &TypeName| names_class(returns, &class.name, 0);
            (closure.file == class.file
                && function.parameters.is_empty()
                && function.returns.as_ref().is_some_and(makes))
            .then(|| Rc::clone(closure))
        })
    }
}

/// Fills the fields of an instance with what others of its class hold.
fn fill(instance: &Value, class: &ClassValue, made: &[Value]) {
    let Kind::Map(instance) = &instance.kind else {
        return;
    };
    let is_of_class = |map: &Map| {
        let own = map.class.as_ref();
        own.is_some_and(|own| own.key() == class.key())
    };
    let mut known: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for value in made {
        let Kind::Map(made) = &value.kind else {
            continue;
        };
        if Rc::ptr_eq(made, instance) || !is_of_class(&made.borrow()) {
            continue;
        }
        for (name, entry) in &made.borrow().entries {
            known.entry(name.clone()).or_default().push(entry.clone());
        }
    }
    let entries = &mut instance.borrow_mut().entries;
    for (name, given) in known {
        let Some(first) = given.first().cloned() else {
            continue;
        };
        if entries
            .get(&name)
            .is_none_or(|known| known.value.is_unknown())
        {
            let value = Value::one_of(given.into_iter().map(|entry| entry.value));
            entries.insert(name, Entry { value, ..first });
        }
    }
}

/// Whether a word stands alone among the arguments of an attribute.
fn says(evaluator: &Evaluator<'_>, attribute: &Call, word: &str) -> bool {
    attribute.arguments.iter().any(|argument| {
        let value = &evaluator.module.expr(argument.value).kind;
        matches!(argument.kind, ArgumentKind::Positional)
            && matches!(value, ExprKind::Name(name) if name == word)
    })
}

/// Whether a type is a class, or holds one: `Result<Config, Error>`.
fn names_class(declared: &TypeName, class: &str, depth: usize) -> bool {
    let last = declared.path.rsplit('.').next().unwrap_or_default();
    let mut inside = declared.arguments.iter();
    last.trim_matches(['"', '\'']) == class
        || depth < DEEPEST_TYPE && inside.any(|inner| names_class(inner, class, depth + 1))
}
