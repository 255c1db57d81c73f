//! Classes of the file: their static members, one instance, and the methods that nobody calls.

use std::rc::Rc;

use super::value::{CallRecord, ClassValue, Closure, Entry, Kind, Map, Value};
use super::{Evaluator, FunctionKey};
use crate::syntax::ir::{ClassId, ExprId, Member, MemberKind};

impl<'a> Evaluator<'a> {
    /// Declares a class: decorators, bases and static members are evaluated.
    pub(super) fn declare_class(&mut self, id: ClassId, scope: usize) -> Value {
        let declaration = self.module.class(id);
        self.decorators(&declaration.decorators, scope);
        let bases = declaration
            .bases
            .iter()
            .map(|base| self.expression(*base, scope))
            .collect();
        let name = declaration
            .name
            .as_ref()
            .map_or("", |name| name.text.as_str());
        let class = Rc::new(ClassValue {
            file: self.current,
            class: id,
            name: name.to_owned(),
            scope,
            bases,
            statics: Rc::default(),
        });
        let value = Value::new(Kind::Class(Rc::clone(&class)));
        self.note_stage_class(name, declaration.span);
        if !name.is_empty() {
            let home = self.home_of_definition(scope);
            self.write_name(home, name, value.clone());
        }
        if self.current == 0 {
            self.classes.push(Rc::clone(&class));
        }
        self.evaluate_statics(&class, &declaration.members);
        value
    }

    /// Evaluates decorators. What those of another file do is told by that file, and nothing is made of their values,
    /// but settings may be put into a store by them.
    pub(super) fn decorators(&mut self, decorators: &'a [ExprId], scope: usize) {
        if decorators.is_empty() {
            return;
        }
        let file = self.loaded[self.current].file.source.id;
        let catalog: &'a _ = self.catalog;
        let words = || catalog.stores().flat_map(|store| &store.item.spelled);
        if self.loading > 0 && !self.input.project.may_fill(file, words()) {
            return;
        }
        for decorator in decorators {
            self.expression(*decorator, scope);
        }
    }

    /// Notes members that a block adds to a class, which may be declared in another file.
    pub(super) fn extend_class(&mut self, name: &str, members: &'a [Member], scope: usize) {
        let declared = self.class_named(name, scope);
        let key = declared.map_or((self.current, name.to_owned()), |class| {
            (class.file, class.name.clone())
        });
        let extension = (self.current, members);
        self.extensions.entry(key).or_default().push(extension);
    }

    fn class_named(&mut self, name: &str, scope: usize) -> Option<Rc<ClassValue>> {
        let value = self.look_up(name, scope)?;
        match self.arrive(value).kind {
            Kind::Class(class) => Some(class),
            _ => None,
        }
    }

    /// Members that a block adds to a class declared elsewhere, perhaps in another file.
    pub(super) fn declare_extension(&mut self, name: &str, members: &'a [Member], scope: usize) {
        let known = self
            .classes
            .iter()
            .find(|class| class.name == name && class.file == self.current)
            .cloned();
        let class = match known {
            Some(class) => class,
            None => match self.class_named(name, scope) {
                Some(class) => class,
                None => {
                    self.run_extension_alone(name, members, scope);
                    return;
                }
            },
        };
        self.evaluate_statics(&class, members);
    }

    /// The class is not in this file: the methods are run with an unknown receiver.
    fn run_extension_alone(&mut self, name: &str, members: &'a [Member], scope: usize) {
        if self.current != 0 {
            return;
        }
        for member in members {
            if let MemberKind::Method(function) | MemberKind::Getter(function) = member.kind {
                let closure = Rc::new(Closure {
                    file: self.current,
                    function,
                    scope,
                    this: Some(Value::unknown(name)),
                    base: None,
                });
                self.waiting.push(closure);
            }
        }
    }

    fn evaluate_statics(&mut self, class: &Rc<ClassValue>, members: &'a [Member]) {
        let inner = self.new_scope(class.scope);
        self.label(&class.name.clone(), |this| {
            this.frame_mut().this = Some(Value::new(Kind::Class(Rc::clone(class))));
            for member in members {
                this.decorators(&member.decorators, inner);
                let MemberKind::Field(Some(value)) = member.kind else {
                    continue;
                };
                if member.is_static {
                    let value = this.expression(value, inner);
                    this.note_setting(&member.name.text, &value, member.name.span);
                    let value = value.bound(&member.name.text, member.name.span);
                    this.write_name(inner, &member.name.text, value.clone());
                    let entry = Entry {
                        value,
                        key: member.name.span,
                        maybe: false,
                    };
                    class
                        .statics
                        .borrow_mut()
                        .entries
                        .insert(member.name.text.clone(), entry);
                }
            }
        });
    }

    /// Makes an instance: fields with values, then the constructor.
    pub(super) fn instantiate(&mut self, class: &Rc<ClassValue>, call: &CallRecord) -> Value {
        if self.is_too_deep() {
            return Value::unknown(&class.name);
        }
        if let Some(claims) = &call.spread
            && self.constructor(class, &Value::new(Kind::Null)).is_none()
        {
            self.check_by_type(class, claims);
            return self.instance_of_claims(class, claims);
        }
        let instance = Value::map(Map {
            class: Some(Rc::clone(class)),
            born: self.depth(),
            open: false,
            ..Map::default()
        });
        self.instances.insert(class.key(), instance.clone());
        self.set_fields(class, &instance);
        match self.constructor(class, &instance) {
            Some(constructor) => {
                self.invoke(&constructor, call);
            }
            None => self.set_given(class, &instance, call),
        }
        self.note_made(class, &instance);
        instance
    }

    /// What a class without a constructor of its own is given is kept in its fields.
    fn set_given(&mut self, class: &Rc<ClassValue>, instance: &Value, call: &CallRecord) {
        let fields = self
            .members_of(class)
            .into_iter()
            .filter_map(|(_, member)| {
                let is_field = matches!(member.kind, MemberKind::Field(_));
                (is_field && member.annotation.is_some()).then_some(&member.name)
            });
        for (name, (value, _)) in fields.zip(&call.positional) {
            self.write_member(instance, &name.text, name.span, value.clone());
        }
        for (name, (value, span)) in &call.named {
            self.write_member(instance, name, *span, value.clone());
        }
    }

    fn set_fields(&mut self, class: &Rc<ClassValue>, instance: &Value) {
        for base in &class.bases {
            if let Kind::Class(base) = &base.kind
                && base.key() != class.key()
            {
                self.set_fields(&base.clone(), instance);
            }
        }
        self.label(&class.name.clone(), |this| {
            this.frame_mut().this = Some(instance.clone());
            for (file, member) in this.members_of(class) {
                let MemberKind::Field(Some(value)) = member.kind else {
                    continue;
                };
                if !member.is_static {
                    let value = this.within(file, |this| this.expression(value, class.scope));
                    this.write_member(instance, &member.name.text, member.name.span, value);
                }
            }
        });
    }

    fn constructor(&self, class: &Rc<ClassValue>, instance: &Value) -> Option<Rc<Closure>> {
        let own = self
            .members_of(class)
            .into_iter()
            .find_map(|(file, member)| match member.kind {
                MemberKind::Method(function) if member.name.text == "constructor" => {
                    Some((file, function))
                }
                _ => None,
            });
        match own {
            Some((file, function)) => Some(Rc::new(Closure {
                file,
                function,
                scope: class.scope,
                this: Some(instance.clone()),
                base: class.bases.first().cloned(),
            })),
            None => class.bases.iter().find_map(|base| match &base.kind {
                Kind::Class(base) if base.key() != class.key() => self.constructor(base, instance),
                _ => None,
            }),
        }
    }

    /// The instance of a class that stands for those that are made elsewhere.
    pub(super) fn instance_of(&mut self, class: &Rc<ClassValue>) -> Value {
        if let Some(instance) = self.instances.get(&class.key()) {
            return instance.clone();
        }
        let instance = Value::map(Map {
            class: Some(Rc::clone(class)),
            born: self.depth(),
            open: true,
            ..Map::default()
        });
        self.instances.insert(class.key(), instance.clone());
        if self.around.frames.len() > self.input.budget.call_depth / 2 {
            return instance;
        }
        self.set_fields(class, &instance);
        if let Some(constructor) = self.constructor(class, &instance) {
            self.label(&class.name.clone(), |this| {
                this.invoke_generically(&constructor)
            });
        }
        instance
    }

    /// Runs what of a class nobody ran: the constructor, then the methods in order.
    pub(super) fn run_class(&mut self, class: &Rc<ClassValue>) {
        let instance = self.instance_of(class);
        for (file, member) in self.members_of(class) {
            let (MemberKind::Method(function) | MemberKind::Getter(function)) = member.kind else {
                continue;
            };
            if self.ran.contains_key(&(file, function)) {
                continue;
            }
            self.run_method(class, &instance, (file, function));
        }
    }

    /// Runs a method of an instance for callers that are not known.
    pub(super) fn run_method(
        &mut self,
        class: &ClassValue,
        instance: &Value,
        (file, function): FunctionKey,
    ) {
        let closure = Rc::new(Closure {
            file,
            function,
            scope: class.scope,
            this: Some(instance.clone()),
            base: class.bases.first().cloned(),
        });
        self.label(&class.name, |this| this.invoke_generically(&closure));
    }
}
