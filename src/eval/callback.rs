//! What functions and methods of the code give when a library asks them: key callbacks, factories, services.

use super::Evaluator;
use super::filled::Filled;
use super::value::{CallRecord, Kind, Value};
use crate::source::Span;
use crate::syntax::ir::Name;

impl Evaluator<'_> {
    /// What a key callback returns, or hands to the callback it is given.
    pub(super) fn returned(&mut self, function: &Value, first: Kind, span: Span) -> Filled {
        let Kind::Function(closure) = &function.kind else {
            return Filled::No;
        };
        let first = (Value::new(first), span);
        let done = (Value::new(Kind::Callback), span);
        let parameters = self.function_of(closure).parameters.len();
        let positional = if parameters > 2 {
            // Request, token, callback: only the last one is known.
            let unknown = (Value::unknown("argument"), span);
            let mut positional = vec![unknown; parameters - 1];
            positional.push(done);
            positional
        } else {
            vec![first, done]
        };
        let record = CallRecord {
            positional,
            span,
            name: span,
            open: true,
            ..CallRecord::default()
        };
        self.around.delivered = None;
        let value = self.invoke(closure, &record);
        let delivered = self.around.delivered.take();
        match delivered {
            Some(value) => Filled::Yes(value, span),
            None if matches!(value.kind, Kind::Null) => {
                Filled::Yes(Value::unknown("key callback"), span)
            }
            None => Filled::Yes(value, span),
        }
    }

    /// What a function of the file returns that a text names.
    pub(super) fn returned_by_name(&mut self, name: &Value, span: Span) -> Filled {
        let Some(name) = name.as_text() else {
            return Filled::Unknown;
        };
        let mut names = name.reveal().split("::");
        let scope = self.loaded[self.current].scope;
        let first = names.next().unwrap_or_default();
        let Some(mut function) = self.look_up(first, scope) else {
            return Filled::Unknown;
        };
        for name in names {
            let text = name.to_owned();
            function = self.member(&function, &Name { text, span });
        }
        match self.force(function).kind {
            Kind::Function(closure) => {
                let record = CallRecord {
                    span,
                    name: span,
                    ..CallRecord::default()
                };
                Filled::Yes(self.invoke(&closure, &record), span)
            }
            _ => Filled::Unknown,
        }
    }

    /// What a method returns that the library calls with arguments of its own.
    pub(super) fn answer_of_method(&mut self, value: &Value, name: &str, span: Span) -> Filled {
        let record = CallRecord {
            span,
            name: span,
            open: true,
            ..CallRecord::default()
        };
        let object = match &value.kind {
            Kind::Class(class) => self.instantiate(class, &record),
            Kind::Map(_) | Kind::Object(_) => value.clone(),
            Kind::Null | Kind::Bool(_) | Kind::Text(_) => return Filled::No,
            _ => return Filled::Unknown,
        };
        let name = Name {
            text: name.to_owned(),
            span,
        };
        match &self.member(&object, &name).kind {
            Kind::Function(closure) => Filled::Yes(self.invoke(closure, &record), span),
            _ => Filled::Unknown,
        }
    }
}
