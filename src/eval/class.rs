//! Classes of the file: their static members, one instance, and the methods that nobody calls.

use std::rc::Rc;

use super::value::{CallRecord, ClassValue, Closure, Entry, Kind, Map, Value};
use super::{DEEPEST_CALL, Evaluator};
use crate::syntax::ir::{ClassId, Member, MemberKind};

impl<'a> Evaluator<'a> {
    /// Declares a class: decorators, bases and static members are evaluated.
    pub(super) fn declare_class(&mut self, id: ClassId, scope: usize) -> Value {
        let declaration = self.module.class(id);
        for decorator in &declaration.decorators {
            self.expression(*decorator, scope);
        }
        let bases = declaration
            .bases
            .iter()
            .map(|base| self.expression(*base, scope))
            .collect();
        let name = declaration
            .name
            .as_ref()
            .map(|name| name.text.clone())
            .unwrap_or_default();
        let class = Rc::new(ClassValue {
            class: id,
            name: name.clone(),
            scope,
            bases,
            statics: Rc::default(),
        });
        let value = Value::new(Kind::Class(Rc::clone(&class)));
        if !name.is_empty() {
            self.write_name(scope, &name, value.clone());
        }
        self.classes.push(Rc::clone(&class));
        self.evaluate_statics(&class, &declaration.members);
        value
    }

    /// Members that a block adds to a class declared elsewhere, perhaps in another file.
    pub(super) fn declare_extension(&mut self, name: &str, members: &'a [Member], scope: usize) {
        let known = self
            .classes
            .iter()
            .find(|class| class.name == name)
            .cloned();
        let class = match known {
            Some(class) => class,
            None => match self.look_up(name, scope).map(|value| value.kind) {
                Some(Kind::Class(class)) => class,
                _ => {
                    self.run_extension_alone(name, members, scope);
                    return;
                }
            },
        };
        self.evaluate_statics(&class, members);
    }

    /// The class is not in this file: the methods are run with an unknown receiver.
    fn run_extension_alone(&mut self, name: &str, members: &'a [Member], scope: usize) {
        for member in members {
            if let MemberKind::Method(function) | MemberKind::Getter(function) = member.kind {
                let closure = Rc::new(Closure {
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
            for member in members {
                for decorator in &member.decorators {
                    this.expression(*decorator, inner);
                }
                let MemberKind::Field(Some(value)) = member.kind else {
                    continue;
                };
                if member.is_static {
                    let value = this.expression(value, inner);
                    this.note_setting(&member.name.text, &value, member.name.span);
                    let value = value.through(
                        member.name.span,
                        &format!("bound to `{}`", member.name.text),
                    );
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
        if self.frames.len() > DEEPEST_CALL * 2 {
            return Value::unknown(&class.name);
        }
        let instance = Value::map(Map {
            class: Some(Rc::clone(class)),
            born: self.depth(),
            open: false,
            ..Map::default()
        });
        self.instances.insert(class.class, instance.clone());
        self.set_fields(class, &instance);
        if let Some(constructor) = self.constructor(class, &instance) {
            self.invoke(&constructor, call);
        }
        instance
    }

    fn set_fields(&mut self, class: &Rc<ClassValue>, instance: &Value) {
        for base in &class.bases {
            if let Kind::Class(base) = &base.kind
                && base.class != class.class
            {
                self.set_fields(&base.clone(), instance);
            }
        }
        self.label(&class.name.clone(), |this| {
            this.frame_mut().this = Some(instance.clone());
            for member in this.members_of(class) {
                let MemberKind::Field(Some(value)) = member.kind else {
                    continue;
                };
                if !member.is_static {
                    let value = this.expression(value, class.scope);
                    this.write_member(instance, &member.name.text, member.name.span, value);
                }
            }
        });
    }

    fn constructor(&self, class: &Rc<ClassValue>, instance: &Value) -> Option<Rc<Closure>> {
        let own = self
            .members_of(class)
            .into_iter()
            .find_map(|member| match member.kind {
                MemberKind::Method(function) if member.name.text == "constructor" => Some(function),
                _ => None,
            });
        match own {
            Some(function) => Some(Rc::new(Closure {
                function,
                scope: class.scope,
                this: Some(instance.clone()),
                base: class.bases.first().cloned(),
            })),
            None => class.bases.iter().find_map(|base| match &base.kind {
                Kind::Class(base) if base.class != class.class => self.constructor(base, instance),
                _ => None,
            }),
        }
    }

    /// Runs what of a class nobody ran: the constructor, then the methods in order.
    pub(super) fn run_class(&mut self, class: &Rc<ClassValue>) {
        let instance = match self.instances.get(&class.class) {
            Some(instance) => instance.clone(),
            None => {
                let instance = Value::map(Map {
                    class: Some(Rc::clone(class)),
                    born: self.depth(),
                    ..Map::default()
                });
                self.instances.insert(class.class, instance.clone());
                self.set_fields(class, &instance);
                if let Some(constructor) = self.constructor(class, &instance) {
                    self.label(&class.name.clone(), |this| {
                        this.invoke_generically(&constructor)
                    });
                }
                instance
            }
        };
        for member in self.members_of(class) {
            let (MemberKind::Method(function) | MemberKind::Getter(function)) = member.kind else {
                continue;
            };
            if self.ran.contains_key(&function) {
                continue;
            }
            let closure = Rc::new(Closure {
                function,
                scope: class.scope,
                this: Some(instance.clone()),
                base: class.bases.first().cloned(),
            });
            self.label(&class.name.clone(), |this| {
                this.invoke_generically(&closure)
            });
        }
    }
}
