//! Instances that code elsewhere makes and leaves to a framework, which hands them to functions by their type.
//!
//! Nothing calls those functions, so their callers say nothing of what is in the instance. What is asked of one is
//! looked for where instances of its class are made: that code is run, and what it makes is watched.

use std::rc::Rc;

use super::value::{ClassValue, Closure, Kind, Value};
use super::{ClassKey, Evaluator};
use crate::source::{FileId, Span};
use crate::syntax::ir::{ExprId, ExprKind, MemberKind, Module};

/// Files in which makers of a class are run.
const MOST_FILES: usize = 4;

/// Functions of one file that are run for it.
const MOST_FUNCTIONS: usize = 8;

/// A search for instances of a class.
#[derive(Debug)]
pub(super) struct Search {
    class: ClassKey,
    /// Those that were made since it began.
    made: Vec<Value>,
    /// Functions that were made since, which nobody may call.
    functions: Vec<Rc<Closure>>,
}

impl<'a> Evaluator<'a> {
    /// Instances of a class of another file, as other code makes them.
    pub(super) fn made_elsewhere(&mut self, class: &Rc<ClassValue>) -> Vec<Value> {
        let outer = self.search.replace(Search {
            class: class.key(),
            made: Vec::new(),
            functions: Vec::new(),
        });
        let mut looked_at = 0;
        for file in self.files_that_make(class) {
            let Some(index) = self.load(file) else {
                continue;
            };
            let makers = self.makers_in(index, class);
            looked_at += usize::from(!makers.is_empty());
            self.run_makers(index, makers, class);
            if looked_at == MOST_FILES {
                break;
            }
        }
        let found = std::mem::replace(&mut self.search, outer);
        found.map(|search| search.made).unwrap_or_default()
    }

    /// Watches an instance that is made.
    pub(super) fn note_instance(&mut self, class: &ClassValue, instance: &Value) {
        if let Some(search) = self.search.as_mut().filter(|it| it.class == class.key()) {
            search.made.push(instance.clone());
        }
    }

    /// Watches a function that is made.
    pub(super) fn note_function(&mut self, closure: &Rc<Closure>) {
        if let Some(search) = &mut self.search {
            search.functions.push(Rc::clone(closure));
        }
    }

    /// Whether instances of the class that a value names are looked for.
    pub(super) fn searches_for(&self, class: &Value) -> bool {
        self.search.as_ref().is_some_and(|search| {
            let (file, class_id) = search.class;
            let name = &self.loaded[file].file.module.class(class_id).name;
            let path = class.path();
            let last = path.rsplit('.').next();
            name.as_ref().is_some_and(|name| last == Some(&name.text))
        })
    }

    /// Files that may make instances, those near the class first, then those near what is evaluated.
    fn files_that_make(&self, class: &ClassValue) -> Vec<FileId> {
        let project = self.input.project;
        let home = self.loaded[class.file].file;
        let words = home.language.spelled_makers(&class.name);
        let here = self.input.file.source.id;
        let mut files = project.spelling(home.source.id, &words);
        for file in project.spelling(here, &words) {
            if !files.contains(&file) {
                files.push(file);
            }
        }
        // What this file makes is met on the way.
        files.retain(|file| *file != here);
        files
    }

    /// The functions at the top of a file, and the methods of its classes, in which instances are made.
    fn makers_in(&self, file: usize, class: &ClassValue) -> Vec<Rc<Closure>> {
        let loaded = &self.loaded[file];
        let places = places_of_makers(&loaded.file.module, &class.name);
        if places.is_empty() {
            return Vec::new();
        }
        let Some(top) = self.scopes.get(loaded.scope) else {
            return Vec::new();
        };
        let mut found: Vec<(Span, Rc<Closure>)> = Vec::new();
        let mut add = |closure: Rc<Closure>| {
            let span = self.function_of(&closure).span;
            if closure.file == file && places.iter().any(|place| span.contains(*place)) {
                found.push((span, closure));
            }
        };
        for value in top.names.values() {
            match &value.kind {
                Kind::Function(closure) => add(Rc::clone(closure)),
                Kind::Class(class) => {
                    for (file, member) in self.members_of(class) {
                        let MemberKind::Method(function) = member.kind else {
                            continue;
                        };
                        let method = self.method_closure(class, (file, function), None);
                        if let Kind::Function(closure) = method.kind {
                            add(closure);
                        }
                    }
                }
                _ => {}
            }
        }
        found.sort_by_key(|(span, _)| *span);
        found.dedup_by_key(|(span, _)| *span);
        found.into_iter().map(|(_, closure)| closure).collect()
    }

    /// Runs those functions, and the functions made in them that make instances.
    fn run_makers(&mut self, file: usize, makers: Vec<Rc<Closure>>, class: &ClassValue) {
        let loaded = &self.loaded[file];
        let (scope, module) = (loaded.scope, &loaded.file.module);
        let places = places_of_makers(module, &class.name);
        let mut next = makers;
        for _ in 0..MOST_FUNCTIONS {
            if next.is_empty() {
                break;
            }
            let closure = next.remove(0);
            self.apart(scope, |this| this.invoke_generically(&closure));
            let inside = self.search.as_mut();
            let inside = inside.map(|search| std::mem::take(&mut search.functions));
            let makes = |closure: &Rc<Closure>| {
                let span = self.function_of(closure).span;
                closure.file == file && places.iter().any(|place| span.contains(*place))
            };
            let mut inside: Vec<_> = inside.into_iter().flatten().filter(makes).collect();
            inside.append(&mut next);
            next = inside;
        }
    }
}

/// Where a file makes instances of a class of this name, or calls a function of the class that may.
fn places_of_makers(module: &Module, class: &str) -> Vec<Span> {
    let ends_in_class = |id: ExprId| match &module.expr(id).kind {
        ExprKind::Name(name) => name == class,
        ExprKind::Member { name, .. } => name.text == class,
        _ => false,
    };
    let makes = |kind: &ExprKind| match kind {
        ExprKind::Construct { of, .. } => ends_in_class(*of),
        ExprKind::Call(call) => match &module.expr(call.callee).kind {
            ExprKind::Member { object, .. } => ends_in_class(*object),
            _ => false,
        },
        _ => false,
    };
    let made = module.exprs.iter().filter(|expr| makes(&expr.kind));
    made.map(|expr| expr.span).collect()
}
