//! Functions evaluated in place: closures, their parameters, and runs for callers that are not known.

use std::rc::Rc;

use super::Evaluator;
use super::surroundings::Frame;
use super::uses::Use;
use super::value::{CallRecord, Closure, Entry, Kind, Map, Value};
use crate::source::Span;
use crate::syntax::ir::{ExprId, Function, FunctionId, Parameter, ParameterKind, Target};

/// How often one function is evaluated in place.
const MOST_RUNS: usize = 40;

impl<'a> Evaluator<'a> {
    /// A function as a value, with the scope it closes over.
    pub(super) fn make_closure(&mut self, function: FunctionId, scope: usize) -> Value {
        let this = self.frame().this.clone();
        let base = self.frame().base.clone();
        let closure = Rc::new(Closure {
            file: self.current,
            function,
            scope,
            this,
            base,
        });
        if self.frame().function.is_some() {
            let around = self.running();
            let made_in = self.made_in.entry(closure.key()).or_default();
            made_in.extend(around);
        }
        self.note_function(&closure);
        // What another file defines at its top is run by whoever calls it.
        if self.current == 0 || self.loading == 0 {
            self.waiting.push(Rc::clone(&closure));
        }
        Value::new(Kind::Function(closure))
    }

    /// Evaluates a function in place.
    pub(super) fn invoke(&mut self, closure: &Rc<Closure>, record: &CallRecord) -> Value {
        self.run_function(closure, record, false)
    }

    /// Evaluates a function for callers that are not known.
    pub(super) fn invoke_generically(&mut self, closure: &Rc<Closure>) {
        let record = CallRecord {
            open: true,
            ..CallRecord::default()
        };
        self.activations += 1;
        let name = self.function_of(closure).name.as_ref();
        // The start of a program is no request.
        let activation = match name.map(|name| name.text.as_str()) {
            Some("main") => 0,
            _ => self.activations,
        };
        let outside = (self.around.activation, self.around.older_scopes);
        (self.around.activation, self.around.older_scopes) = (activation, self.scopes.len());
        let result = self.run_function(closure, &record, true);
        (self.around.activation, self.around.older_scopes) = outside;
        self.note_use(&result, Use::HandedOn);
    }

    /// The function of a closure.
    pub(super) fn function_of(&self, closure: &Closure) -> &'a Function {
        let file: &'a _ = self.loaded[closure.file].file;
        file.module.function(closure.function)
    }

    fn run_function(&mut self, closure: &Rc<Closure>, record: &CallRecord, generic: bool) -> Value {
        let told = self.told();
        let result = self.within(closure.file, |this| {
            this.run_in_file(closure, record, generic)
        });
        if self.told() > told {
            self.telling.insert(closure.key());
        }
        result
    }

    fn run_in_file(&mut self, closure: &Rc<Closure>, record: &CallRecord, generic: bool) -> Value {
        let function = self.function_of(closure);
        let name = function
            .name
            .as_ref()
            .map(|name| name.text.as_str())
            .unwrap_or_default();
        let runs = self.ran.entry(closure.key()).or_insert(0);
        *runs += 1;
        let running = self
            .around
            .frames
            .iter()
            .filter(|frame| frame.function == Some(closure.key()))
            .count();
        if *runs > MOST_RUNS || running > 0 || self.is_too_deep() {
            return self.call_unknown(name, record);
        }
        let scope = self.new_scope(closure.scope);
        self.around.frames.push(Frame {
            function: Some(closure.key()),
            scope,
            this: closure.this.clone(),
            base: closure.base.clone(),
            returns: Vec::new(),
            returned_instead: Vec::new(),
            label: name.to_owned(),
            generic,
            called: (record.name != Span::default()).then_some(record.name),
        });
        if let Some(receiver) = &function.receiver {
            let this = closure
                .this
                .clone()
                .unwrap_or_else(|| Value::unknown(&receiver.text));
            self.write_name(scope, &receiver.text, this);
        }
        self.bind_parameters(&function.parameters, record, scope);
        let start = self.sites.len();
        let (_, tail) = self.block(&function.body, scope);
        let frame = self.around.frames.pop();
        let (returns, instead) = frame
            .map(|frame| (frame.returns, frame.returned_instead))
            .unwrap_or_default();
        let result = self.joined_returns(returns.into_iter().chain(tail).collect(), &instead);
        let result = self.of_declared_type(result, function.returns.as_ref(), closure.scope);
        if self.is_memoised(function) {
            self.note_kept(&result);
        }
        self.note_returned(function, &result);
        self.note_use(&result, Use::Returned);
        if function.is_async && self.sites.len() > start {
            self.promises.push((record.span, start..self.sites.len()));
        }
        result
    }

    fn bind_parameters(&mut self, parameters: &'a [Parameter], record: &CallRecord, scope: usize) {
        let mut positional = record.positional.iter().map(|(value, _)| value);
        for parameter in parameters {
            let name = match &parameter.target {
                Target::Name(name) => name.text.as_str(),
                _ => "argument",
            };
            let given = match parameter.kind {
                ParameterKind::Plain => record
                    .named
                    .get(name)
                    .map(|(value, _)| value.clone())
                    .or_else(|| positional.next().cloned()),
                ParameterKind::NamedOnly => record.named.get(name).map(|(value, _)| value.clone()),
                ParameterKind::Rest => Some(if record.open {
                    Value::unknown(name)
                } else {
                    Value::list(positional.by_ref().cloned().collect())
                }),
                ParameterKind::NamedRest => Some(self.named_rest(parameters, record)),
            };
            let mut value = match given {
                // Nothing handed on: some languages then take the default, some do not.
                Some(value) if matches!(value.kind, Kind::Null) && parameter.default.is_some() => {
                    let default = parameter.default.map(|it| self.expression(it, scope));
                    Value::one_of([value].into_iter().chain(default))
                }
                Some(value) => value,
                None if record.spread.is_some() => {
                    let claims = record.spread.as_ref();
                    let claim = claims.and_then(|claims| super::claim_schema::claim(claims, name));
                    claim.unwrap_or_else(|| Value::unknown(name))
                }
                None if record.open => self.missing_argument(parameter, name, scope),
                None => match parameter.default {
                    Some(default) => self.expression(default, scope),
                    None => Value::new(Kind::Null),
                },
            };
            if value.is_unknown()
                && let Some(injected) = self.injected(&parameter.decorators, scope)
            {
                value = injected;
            }
            if value.is_unknown()
                && let Some(annotation) = &parameter.annotation
            {
                value = self.typed(annotation, value, scope);
            }
            if parameter.is_field
                && let Some(this) = self.frame().this.clone()
                && let Target::Name(name) = &parameter.target
            {
                self.write_member(&this, &name.text, name.span, value.clone());
            }
            self.bind(&parameter.target, value, scope, true);
        }
    }

    /// What the decorators of a parameter put there. A text is only the name under which something else is kept.
    fn injected(&mut self, decorators: &'a [ExprId], scope: usize) -> Option<Value> {
        decorators.iter().find_map(|decorator| {
            if let Some(value) = self.injected_by(*decorator, scope) {
                return (!value.is_unknown()).then_some(value);
            }
            let value = self.expression(*decorator, scope);
            let value = self.force(value);
            matches!(value.kind, Kind::Object(_)).then_some(value)
        })
    }

    fn missing_argument(&mut self, parameter: &'a Parameter, name: &str, scope: usize) -> Value {
        let unknown = Value::unknown(name);
        match parameter.default {
            Some(default) => {
                if let Some(injected) = self.injected_by(default, scope) {
                    return if injected.is_unknown() {
                        unknown
                    } else {
                        injected
                    };
                }
                let default = self.expression(default, scope);
                let span = self.expression_span(parameter.default.unwrap_or(ExprId(0)));
                self.either(unknown, default, span)
            }
            None => unknown,
        }
    }

    fn named_rest(&self, parameters: &[Parameter], record: &CallRecord) -> Value {
        let mut map = Map {
            open: record.open,
            born: self.depth(),
            ..Map::default()
        };
        for (name, (value, span)) in &record.named {
            let taken = parameters.iter().any(|parameter| {
                let by_name = matches!(
                    parameter.kind,
                    ParameterKind::Plain | ParameterKind::NamedOnly
                );
                let called =
                    matches!(&parameter.target, Target::Name(target) if target.text == *name);
                by_name && called
            });
            if !taken {
                map.entries.insert(
                    name.clone(),
                    Entry {
                        value: value.clone(),
                        key: *span,
                        maybe: false,
                    },
                );
            }
        }
        Value::map(map)
    }
}
