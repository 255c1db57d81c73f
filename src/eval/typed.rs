//! Values of which only the declared type is known.

use std::cell::RefCell;
use std::rc::Rc;

use super::Evaluator;
use super::value::{Kind, Object, Value};
use crate::syntax::ir::TypeName;

impl Evaluator<'_> {
    /// A value of which only the declared type is known.
    pub(super) fn typed(&mut self, annotation: &TypeName, value: Value, scope: usize) -> Value {
        match self.value_of_type(annotation, scope) {
            Some(Value {
                kind: Kind::Pending(pending),
                ..
            }) => Value::new(Kind::Pending(pending.called(&value.path()))),
            Some(typed) => typed,
            None => value,
        }
    }

    /// An object of a library or of a class of the tree by its declared type, of which nothing else is known.
    pub(super) fn value_of_type(&mut self, annotation: &TypeName, scope: usize) -> Option<Value> {
        let mut names = annotation.path.split('.');
        let first = names.next()?;
        let known = self
            .look_up(first, scope)
            .unwrap_or_else(|| Value::symbol("", &[first.to_owned()]));
        let known = match (&known.kind, names.clone().next()) {
            (Kind::Symbol(symbol), None) if symbol.from.is_some() => self.arrive(known),
            _ => known,
        };
        if let (Kind::Class(class), None) = (&known.kind, names.clone().next()) {
            return Some(self.instance_of(class));
        }
        if let (Kind::Object(_), None) = (&known.kind, names.clone().next()) {
            return Some(known);
        }
        // A type that says what is put where it stands: `Annotated[Settings, Depends(settings)]`.
        if known.is_put_by_type() && names.clone().next().is_none() {
            return Some(known);
        }
        if let (true, None) = (known.is_elsewhere(), names.clone().next()) {
            return Some(Value::pending_instance(known, first));
        }
        if let Kind::Symbol(symbol) = &known.kind {
            let mut symbol = symbol.as_ref().clone();
            symbol.path.extend(names.map(str::to_owned));
            if symbol.from.is_some() {
                return Some(Value::pending_instance(
                    Value::of_symbol(symbol),
                    &annotation.path,
                ));
            }
            if symbol.package.is_empty()
                && self.module.unbound_names_are_packages
                && symbol.path.len() > 1
            {
                symbol.package = symbol.path.remove(0);
            }
            if self
                .catalog
                .object_type(&symbol.package, &symbol.path)
                .is_some()
            {
                return Some(Value::new(Kind::Object(Rc::new(RefCell::new(Object {
                    package: symbol.package,
                    path: symbol.path,
                    made: None,
                    fields: Default::default(),
                    calls: Vec::new(),
                    born: self.depth(),
                    activation: self.around.activation,
                    kept: false,
                })))));
            }
        }
        annotation
            .arguments
            .iter()
            .find_map(|inner| self.value_of_type(inner, scope))
    }
}

impl Value {
    /// Whether a name that stands as a type is bound to what is put there.
    pub(super) fn is_put_by_type(&self) -> bool {
        matches!(
            self.kind,
            Kind::Environment { .. } | Kind::Setting { .. } | Kind::Claims(..)
        ) || self.is_instance()
    }
}
