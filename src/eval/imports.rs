//! Names from other files: which file defines them, and their value there.
//!
//! An import of a file of the tree is a name until somebody needs what is behind it. Then that file is parsed and
//! its top is evaluated, once for each file that is judged.

use rustc_hash::FxHashMap;

use super::value::{Kind, Symbol, Value};
use super::{Evaluator, Loaded, Scope};
use crate::project::Parsed;
use crate::source::{FileId, Span};
use crate::syntax::ir::{Export, Import, Name};
use crate::syntax::resolve::is_package_entry;

/// Files and definitions that are being evaluated for each other.
pub(super) const DEEPEST_LOAD: usize = 32;

/// Names that lead to names of further files.
const LONGEST_CHAIN: usize = 8;

impl<'a> Loaded<'a> {
    pub(super) fn new(file: &'a Parsed, scope: usize) -> Self {
        Self {
            file,
            scope,
            exports: FxHashMap::default(),
            replaced: None,
            handed_on: Vec::new(),
        }
    }
}

impl<'a> Evaluator<'a> {
    /// Runs `work` on the code of one of the files.
    pub(super) fn within<T>(&mut self, file: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.current;
        self.current = file;
        self.module = &self.loaded[file].file.module;
        let result = work(self);
        self.current = before;
        self.module = &self.loaded[before].file.module;
        result
    }

    /// Binds what imports name.
    pub(super) fn import(&mut self, imports: &'a [Import], scope: usize) {
        for import in imports {
            self.note_package(&import.module);
            self.note_modelled(&import.module);
            match &import.binding {
                Some(binding) => {
                    let value = self.imported(import, scope);
                    self.write_name(scope, &binding.text, value);
                }
                None if import.glob => self.import_all(import, scope),
                None => {}
            }
        }
    }

    /// Notes a package that a model knows.
    pub(super) fn note_modelled(&mut self, module: &str) {
        if self.catalog.knows_package(module) {
            self.imported_modules.insert(module.to_owned());
        }
    }

    fn import_all(&mut self, import: &Import, scope: usize) {
        let here = self.loaded[self.current].file.source.id;
        let resolved = self
            .input
            .project
            .resolve(here, &import.module, &import.path);
        if let Some((file, _)) = resolved.filter(|(file, _)| *file != here) {
            self.scopes[scope].local_globs.push(file);
            return;
        }
        let mut package = vec![import.module.clone()];
        package.extend(import.path.iter().cloned());
        // The models name the package; a path below it is left out of look-ups by suffix.
        let known = (1..=package.len())
            .rev()
            .map(|end| package[..end].join("."));
        let package = known
            .into_iter()
            .find(|name| self.catalog.knows_package(name));
        self.scopes[scope].globs.extend(package);
    }

    /// What an import names; where imports may start at a name that another import binds, by that name.
    fn imported(&self, import: &Import, scope: usize) -> Value {
        let renamed = self.scopes[scope].names.get(import.module.as_str());
        if self.module.unbound_names_are_packages
            && let Some(Kind::Symbol(symbol)) = renamed.map(|value| &value.kind)
        {
            let path: Vec<String> = symbol.path.iter().chain(&import.path).cloned().collect();
            return Value::of_symbol(Symbol {
                path,
                ..symbol.as_ref().clone()
            });
        }
        Value::of_symbol(self.name_of_tree(&import.module, &import.path))
    }

    /// The name of something in another module, marked when that module is a file of the tree.
    pub(super) fn name_of_tree(&self, module: &str, path: &[String]) -> Symbol {
        let here = self.loaded[self.current].file.source.id;
        let resolved = self.input.project.resolve(here, module, path);
        Symbol {
            package: module.to_owned(),
            path: path.to_vec(),
            from: resolved.filter(|(file, _)| *file != here).map(|_| here),
        }
    }

    /// What a module gives to others.
    pub(super) fn exports(&mut self, exports: &'a [Export], scope: usize) {
        for export in exports {
            let value = match (&export.value, &export.from) {
                (Some(id), _) => self.exported_value(*id, scope),
                (None, Some((module, _))) if export.name == "*" => {
                    let module = module.clone();
                    self.loaded[self.current].handed_on.push(module);
                    continue;
                }
                (None, Some((module, name))) => {
                    let path: &[String] = if name == "*" {
                        &[]
                    } else {
                        std::slice::from_ref(name)
                    };
                    Value::of_symbol(self.name_of_tree(module, path))
                }
                (None, None) => continue,
            };
            let loaded = &mut self.loaded[self.current];
            if export.name == "=" {
                loaded.replaced = Some(value);
            } else {
                loaded.exports.insert(export.name.clone(), value);
            }
        }
    }

    /// The value behind a name of another file, when calls into that file are followed; otherwise the name.
    pub(super) fn arrive(&mut self, value: Value) -> Value {
        self.follow(value, false)
    }

    /// The value behind a name of another file, whichever file that is.
    pub(super) fn reach(&mut self, value: Value) -> Value {
        self.follow(value, true)
    }

    fn follow(&mut self, value: Value, always: bool) -> Value {
        if self.following >= LONGEST_CHAIN {
            return value;
        }
        self.following += 1;
        let found = self.follow_names(value, always);
        self.following -= 1;
        found
    }

    fn follow_names(&mut self, mut value: Value, always: bool) -> Value {
        for _ in 0..LONGEST_CHAIN {
            let Kind::Symbol(symbol) = &value.kind else {
                break;
            };
            let symbol = symbol.clone();
            let Some((file, used)) = self.locate(&symbol) else {
                break;
            };
            let enters = always
                || (self.input.is_entered)(file)
                || is_package_entry(self.input.project.files().path(file));
            if !enters {
                break;
            }
            let Some(found) = self.value_in(file, &symbol, used) else {
                break;
            };
            let trail = found.trail.clone().or(value.trail);
            value = Value { trail, ..found };
        }
        value
    }

    /// The file that defines a name, and how many names of the path lead to it.
    pub(super) fn locate(&self, symbol: &Symbol) -> Option<(FileId, usize)> {
        let from = symbol.from?;
        let (file, used) = self
            .input
            .project
            .resolve(from, &symbol.package, &symbol.path)?;
        (file != from).then_some((file, used))
    }

    /// What a file defines under the rest of a name's path; `None` when the name means the file itself, or nothing.
    fn value_in(&mut self, file: FileId, symbol: &Symbol, used: usize) -> Option<Value> {
        let loaded = self.load(file)?;
        let Some((first, rest)) = symbol.path.get(used..)?.split_first() else {
            return self.loaded[loaded].replaced.clone();
        };
        let mut value = self.exported(loaded, first, 0)?;
        for (taken, name) in rest.iter().enumerate() {
            // A name that leads on to another file is not followed here: files may name each other in a circle.
            if let Kind::Symbol(next) = &value.kind
                && next.from.is_some()
            {
                let path = next.path.iter().chain(&rest[taken..]).cloned().collect();
                let next = next.as_ref().clone();
                return Some(Value::of_symbol(Symbol { path, ..next }));
            }
            let name = Name {
                text: name.clone(),
                span: Span::default(),
            };
            value = self.member(&value, &name);
        }
        Some(value)
    }

    pub(super) fn exported(&mut self, index: usize, name: &str, depth: usize) -> Option<Value> {
        let loaded = &self.loaded[index];
        if let Some(value) = loaded.exports.get(name) {
            let value = value.clone();
            return Some(self.defined(value));
        }
        if let Some(replaced) = loaded.replaced.clone() {
            if name == "default" {
                return Some(replaced);
            }
            if let Kind::Symbol(next) = &replaced.kind
                && next.from.is_some()
            {
                let mut next = next.as_ref().clone();
                next.path.push(name.to_owned());
                return Some(Value::of_symbol(next));
            }
            let name = Name {
                text: name.to_owned(),
                span: Span::default(),
            };
            return Some(self.within(index, |this| this.member(&replaced, &name)));
        }
        let scope = loaded.scope;
        if let Some(value) = self.scopes[scope].names.get(name) {
            let value = value.clone();
            return Some(self.defined(value));
        }
        if depth > LONGEST_CHAIN {
            return None;
        }
        for module in self.loaded[index].handed_on.clone() {
            let path = [name.to_owned()];
            let symbol = self.within(index, |this| this.name_of_tree(&module, &path));
            let Some((file, used)) = self.locate(&symbol) else {
                continue;
            };
            if used > 0 || !self.input.project.may_define(file, name) {
                continue;
            }
            let loaded = self.load(file);
            let found = loaded.and_then(|loaded| self.exported(loaded, name, depth + 1));
            if let Some(found) = found {
                let exports = &mut self.loaded[index].exports;
                exports.insert(name.to_owned(), found.clone());
                return Some(found);
            }
        }
        self.imported_by_all(name, scope, depth + 1)
    }

    /// A name that an import of everything binds in a scope.
    pub(super) fn imported_by_all(
        &mut self,
        name: &str,
        scope: usize,
        depth: usize,
    ) -> Option<Value> {
        if depth > LONGEST_CHAIN {
            return None;
        }
        let mut at = Some(scope);
        while let Some(index) = at {
            for position in 0..self.scopes[index].local_globs.len() {
                let file = self.scopes[index].local_globs[position];
                let asked = (file, name.to_owned());
                if self.not_exported.contains(&asked) || !self.input.project.may_define(file, name)
                {
                    continue;
                }
                let loaded = self.load(file);
                let found = loaded.and_then(|loaded| self.exported(loaded, name, depth + 1));
                if found.is_some() {
                    return found;
                }
                // A file that is still being loaded may bind the name later.
                if self.loading == 0 {
                    self.not_exported.insert(asked);
                }
            }
            at = self.scopes[index].parent;
        }
        None
    }

    /// Evaluates the top of another file, once.
    pub(super) fn load(&mut self, file: FileId) -> Option<usize> {
        if let Some(index) = self.by_file.get(&file) {
            return Some(*index);
        }
        let too_many = self.loaded.len() > self.input.budget.imports;
        let too_deep = self.loading >= DEEPEST_LOAD;
        self.cut.imports |= too_many;
        self.cut.depth |= too_deep;
        if too_many || too_deep {
            return None;
        }
        let parsed: &'a Parsed = self.input.project.parsed(file)?;
        let same_packages =
            parsed.language.model_folder() == self.input.file.language.model_folder();
        if !same_packages {
            return None;
        }
        self.scopes.push(Scope::default());
        let scope = self.scopes.len() - 1;
        let index = self.loaded.len();
        self.loaded.push(Loaded::new(parsed, scope));
        self.by_file.insert(file, index);
        // What the other file does at its top is not part of any branch or call here, and is done once.
        self.apart(scope, |this| {
            this.within(index, |this| this.load_top(&parsed.module.body, scope));
        });
        Some(index)
    }
}
