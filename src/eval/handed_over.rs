//! Instances that code elsewhere makes and leaves to a framework, which hands them to functions by their type.
//!
//! Nothing calls those functions, so their callers say nothing of what is in the instance. What is asked of one is
//! looked for where instances of its class are made: that code is run, and what it makes is watched.

use std::rc::Rc;

use super::value::{ClassValue, Closure, Kind, Value};
use super::{ClassKey, Evaluator};
use crate::source::{FileId, Span};
use crate::syntax::ir::{ExprId, ExprKind, MemberKind, Module};

/// The state of a program is made in few places. A class of which more make instances holds data, and what one
/// place puts into it says nothing of the others.
const MOST_PLACES: usize = 2;

/// Classes of which instances are looked for, for one file that is evaluated.
pub(super) const MOST_SEARCHES: usize = 12;

/// Files that may make instances; with more of them it is data, too.
const MOST_FILES: usize = 6;

/// Functions that are run for one file.
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
        let files = self.files_that_make(class);
        if files.len() > MOST_FILES {
            return Vec::new();
        }
        let files: Vec<usize> = files.into_iter().filter_map(|it| self.load(it)).collect();
        let places = self.places_of_makers(class, &files);
        if places.len() > MOST_PLACES {
            return Vec::new();
        }
        let outer = self.search.replace(Search {
            class: class.key(),
            made: Vec::new(),
            functions: Vec::new(),
        });
        // What this file makes is met on the way.
        for file in files.into_iter().filter(|file| *file != 0) {
            self.run_makers(file, &places);
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
    fn files_that_make(&self, class: &Rc<ClassValue>) -> Vec<FileId> {
        let project = self.input.project;
        let home = self.loaded[class.file].file;
        let makers = self.names_of_makers(class).into_iter();
        let words = home.language.spelled_makers(&class.name, makers);
        let here = self.input.file.source.id;
        let mut files = project.spelling(home.source.id, &words);
        for file in project.spelling(here, &words) {
            if !files.contains(&file) {
                files.push(file);
            }
        }
        files
    }

    fn names_of_makers(&self, class: &Rc<ClassValue>) -> Vec<&'a str> {
        let makers = self.makers_of(class).into_iter();
        let names = makers.filter_map(|maker| self.function_of(&maker).name.as_ref());
        names.map(|name| name.text.as_str()).collect()
    }

    /// Where instances are made in these files: outside of the class, or, when that is nowhere, in a function of it
    /// that is given no instance.
    fn places_of_makers(&self, class: &Rc<ClassValue>, files: &[usize]) -> Vec<Span> {
        let names = self.names_of_makers(class);
        let own: Vec<(bool, Span)> = self
            .members_of(class)
            .into_iter()
            .filter_map(|(file, member)| match member.kind {
                MemberKind::Method(function) => {
                    let module = &self.loaded[file].file.module;
                    Some((member.is_static, module.function(function).span))
                }
                _ => None,
            })
            .collect();
        let (mut outside, mut inside) = (Vec::new(), Vec::new());
        for file in files {
            for place in made_in(&self.loaded[*file].file.module, &class.name, &names) {
                match own.iter().find(|(_, span)| span.contains(place)) {
                    None => outside.push(place),
                    Some((true, _)) => inside.push(place),
                    Some((false, _)) => {}
                }
            }
        }
        if outside.is_empty() { inside } else { outside }
    }

    /// The functions at the top of a file, and the methods of its classes, in which instances are made.
    fn functions_around(&self, file: usize, places: &[Span]) -> Vec<Rc<Closure>> {
        let Some(top) = self.scopes.get(self.loaded[file].scope) else {
            return Vec::new();
        };
        let mut found: Vec<(Span, Rc<Closure>)> = Vec::new();
        let mut names: Vec<_> = top.names.iter().collect();
        names.sort_unstable_by_key(|(name, _)| **name);
        for (_, value) in names {
            let functions = match &value.kind {
                Kind::Function(closure) => vec![Rc::clone(closure)],
                Kind::Class(class) => self.methods_of(class),
                _ => continue,
            };
            found.extend(functions.into_iter().filter_map(|closure| {
                let span = self.function_of(&closure).span;
                places
                    .iter()
                    .any(|place| span.contains(*place))
                    .then_some((span, closure))
            }));
        }
        found.sort_by_key(|(span, _)| *span);
        found.dedup_by_key(|(span, _)| *span);
        found.into_iter().map(|(_, closure)| closure).collect()
    }

    fn methods_of(&self, class: &Rc<ClassValue>) -> Vec<Rc<Closure>> {
        let members = self.members_of(class).into_iter();
        members
            .filter_map(|(file, member)| {
                let MemberKind::Method(function) = member.kind else {
                    return None;
                };
                match self.method_closure(class, (file, function), None).kind {
                    Kind::Function(closure) => Some(closure),
                    _ => None,
                }
            })
            .collect()
    }

    /// Runs the functions of a file in which instances are made, and those that are made in them.
    fn run_makers(&mut self, file: usize, places: &[Span]) {
        let scope = self.loaded[file].scope;
        let mut next = self.functions_around(file, places);
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
                places.iter().any(|place| span.contains(*place))
            };
            let mut inside: Vec<_> = inside.into_iter().flatten().filter(makes).collect();
            inside.append(&mut next);
            next = inside;
        }
    }
}

/// Where a file makes instances of a class of this name, or calls one of these functions of it.
fn made_in(module: &Module, class: &str, makers: &[&str]) -> Vec<Span> {
    let ends_in_class = |id: ExprId| match &module.expr(id).kind {
        ExprKind::Name(name) => name == class,
        ExprKind::Member { name, .. } => name.text == class,
        _ => false,
    };
    let makes = |kind: &ExprKind| match kind {
        ExprKind::Construct { of, .. } => ends_in_class(*of),
        ExprKind::Call(call) => match &module.expr(call.callee).kind {
            ExprKind::Member { object, name } => {
                makers.contains(&name.text.as_str()) && ends_in_class(*object)
            }
            _ => false,
        },
        _ => false,
    };
    let made = module.exprs.iter().filter(|expr| makes(&expr.kind));
    made.map(|expr| expr.span).collect()
}
