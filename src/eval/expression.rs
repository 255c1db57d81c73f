//! Expressions that are not calls: literals, names, maps and lists, struct literals, elements.

use std::cell::RefCell;
use std::rc::Rc;

use super::Evaluator;
use super::flow::Flow;
use super::stage::is_for_tests;
use super::uses::Use;
use super::value::{CallRecord, Entry, Kind, List, Map, Object, Symbol, Value};
use super::write::merge_into;
use crate::source::Span;
use crate::syntax::ir::{Block, Entry as SyntaxEntry, ExprId, ExprKind, Item, Key, Literal};

/// Parts of one computed text that are kept.
const MOST_PARTS: usize = 64;

/// Entries of a map of which one is chosen.
const MOST_CHOICES: usize = 6;

/// Bytes of one text that is put together.
const LONGEST_TEXT: usize = 64 * 1024;

impl<'a> Evaluator<'a> {
    /// An expression as a statement: its value is not used, but it may leave the function.
    pub(super) fn expression_flow(&mut self, id: ExprId, scope: usize) -> Flow {
        let module = self.module;
        match &module.expr(id).kind {
            ExprKind::If(branch) => self.run_if(branch, scope).0,
            ExprKind::Match(chosen) => self.run_match(chosen, scope).0,
            ExprKind::Block(block) => self.inner_block(block, scope).0,
            ExprKind::Try(tried) => self.run_try(tried, scope).0,
            _ => {
                let start = self.sites.len();
                let value = self.expression(id, scope);
                self.note_dropped(id, &value, start);
                Flow::On
            }
        }
    }

    /// The value of an expression.
    pub(super) fn expression(&mut self, id: ExprId, scope: usize) -> Value {
        if !self.step() {
            return Value::unknown("not evaluated");
        }
        let module = self.module;
        let expr = module.expr(id);
        let span = expr.span;
        match &expr.kind {
            ExprKind::Name(name) => self.name(name, scope),
            ExprKind::This => self
                .frame()
                .this
                .clone()
                .unwrap_or_else(|| Value::unknown("this")),
            ExprKind::Super => self
                .frame()
                .base
                .clone()
                .unwrap_or_else(|| Value::unknown("super")),
            ExprKind::Text(text) => Value::at(Kind::Text(text.clone()), span, "written here"),
            ExprKind::Template(parts) => {
                let parts: Vec<Value> = parts
                    .iter()
                    .map(|part| self.expression(*part, scope))
                    .collect();
                self.join(parts, span)
            }
            ExprKind::Pattern => Value::at(Kind::Pattern, span, "pattern"),
            ExprKind::Number(number) => Value::at(Kind::Number(*number), span, "number"),
            ExprKind::Bool(value) => Value::at(Kind::Bool(*value), span, "written here"),
            ExprKind::Null => Value::at(Kind::Null, span, "nothing"),
            ExprKind::List(items) => self.list(items, span, scope),
            ExprKind::Map(entries) => {
                let map = self.map(entries, scope);
                Value::at(Kind::Map(Rc::new(RefCell::new(map))), span, "built here")
            }
            ExprKind::Construct { of, fields } => self.construct(*of, fields, span, scope),
            ExprKind::Member { object, name } => {
                let object = self.expression(*object, scope);
                self.member(&object, name)
            }
            ExprKind::Index { object, index } => self.index(*object, *index, scope),
            ExprKind::Call(call) => self.call(span, call, scope),
            ExprKind::Function(function) => self.make_closure(*function, scope),
            ExprKind::Class(class) => self.declare_class(*class, scope),
            ExprKind::Assign(assignment) => self.assign(assignment, scope),
            ExprKind::Compare {
                operator,
                left,
                right,
            } => self.compare(*operator, *left, *right, scope),
            ExprKind::Add(left, right) => {
                let parts = vec![
                    self.expression(*left, scope),
                    self.expression(*right, scope),
                ];
                self.join(parts, span)
            }
            ExprKind::Logical {
                operator,
                left,
                right,
            } => self.logical(*operator, *left, *right, span, scope),
            ExprKind::Not(inner) => {
                let value = self.expression(*inner, scope);
                self.note_use(&value, Use::Compared);
                match (value.truth(), value.stage_test()) {
                    (Some(truth), _) => Value::new(Kind::Bool(!truth)),
                    (None, Some(test)) => Value::new(Kind::Stage(test.negated())),
                    (None, None) => Value::unknown("not"),
                }
            }
            ExprKind::If(branch) => self
                .run_if(branch, scope)
                .1
                .unwrap_or_else(|| Value::new(Kind::Null)),
            ExprKind::Match(chosen) => self
                .run_match(chosen, scope)
                .1
                .unwrap_or_else(|| Value::new(Kind::Null)),
            ExprKind::Block(block) => self.block_value(block, scope),
            ExprKind::Try(tried) => self
                .run_try(tried, scope)
                .1
                .unwrap_or_else(|| Value::new(Kind::Null)),
            ExprKind::Await(inner) => {
                let value = self.expression(*inner, scope);
                self.note_use(&value, Use::Awaited);
                value
            }
            ExprKind::Propagate(inner) => {
                let value = self.expression(*inner, scope);
                self.note_use(&value, Use::Propagated);
                value
            }
            ExprKind::Yield(inner) => {
                let value = self.expression(*inner, scope);
                self.frame_mut().returns.push(value);
                Value::unknown("sent")
            }
            ExprKind::Cast { value, to } => {
                let value = self.expression(*value, scope);
                if value.is_unknown() {
                    self.typed(to, value, scope)
                } else {
                    value
                }
            }
            ExprKind::Unknown(children) => {
                let mut values = Vec::new();
                for child in children {
                    let value = self.expression(*child, scope);
                    self.note_use(&value, Use::HandedOn);
                    values.push(value);
                }
                // `folder / name`, `"... %s" % name`: of two things that are put together, both are in it.
                if values.len() == 2 && self.holds_header_parameter(&values) {
                    return Value::new(Kind::Joined(values.into()));
                }
                // `folder / "name"`: of two things of which the second is text, both are in it.
                if let [first, name] = &values[..]
                    && first.as_text().is_none()
                    && let Some(name) = name.as_text()
                {
                    let name = format!("/{}", name.reveal());
                    let name = Value::at(Kind::Text(Literal::new(&name)), span, "written here");
                    return self.join(vec![first.clone(), name], span);
                }
                Value::unknown("an expression")
            }
        }
    }

    fn block_value(&mut self, block: &'a Block, scope: usize) -> Value {
        self.inner_block(block, scope)
            .1
            .unwrap_or_else(|| Value::new(Kind::Null))
    }

    fn name(&mut self, name: &str, scope: usize) -> Value {
        match self.look_up(name, scope) {
            Some(value) if value.is_elsewhere() => self.arrive(value),
            Some(value) => value,
            None => match self.imported_by_all(name, scope, 0) {
                Some(value) => self.arrive(value),
                None => self.read_symbol(Value::symbol("", &[name.to_owned()])),
            },
        }
    }

    /// Text put together: known when every part is, and when it is not endless.
    pub(super) fn join(&mut self, parts: Vec<Value>, span: Span) -> Value {
        let parts: Vec<Value> = parts
            .into_iter()
            .flat_map(|part| match &part.kind {
                Kind::Joined(inner) => inner.to_vec(),
                _ => vec![part],
            })
            .collect();
        let bytes: usize = parts
            .iter()
            .filter_map(Value::as_text)
            .map(|text| text.reveal().len())
            .sum();
        if parts.len() > MOST_PARTS || bytes > LONGEST_TEXT {
            return Value::unknown("text put together");
        }
        if parts.iter().all(|part| part.as_text().is_some()) {
            let text: String = parts
                .iter()
                .filter_map(Value::as_text)
                .map(|text| text.reveal())
                .collect();
            let trail = parts.into_iter().next().and_then(|part| part.trail);
            let value = Value {
                kind: Kind::Text(crate::syntax::ir::Literal::new(&text)),
                trail,
            };
            return if value.trail.is_none() {
                value.through(span, "written here")
            } else {
                value
            };
        }
        for part in &parts {
            self.note_use(part, Use::Read);
        }
        Value::new(Kind::Joined(parts.into()))
    }

    fn list(&mut self, items: &'a [Item], span: Span, scope: usize) -> Value {
        let mut list = List::default();
        for item in items {
            let value = self.expression(item.value, scope);
            if !item.spread {
                list.items.push(value);
                continue;
            }
            match &value.kind {
                Kind::List(inner) => {
                    list.items.extend(inner.borrow().items.iter().cloned());
                    list.open |= inner.borrow().open;
                }
                _ => list.open = true,
            }
        }
        Value::at(Kind::List(Rc::new(RefCell::new(list))), span, "listed here")
    }

    pub(super) fn map(&mut self, entries: &'a [SyntaxEntry], scope: usize) -> Map {
        let mut map = Map {
            born: self.depth(),
            ..Map::default()
        };
        for entry in entries {
            let value = self.expression(entry.value, scope);
            match &entry.key {
                Key::Name(name) => {
                    self.note_setting(&name.text, &value, name.span);
                    map.entries.insert(
                        name.text.clone(),
                        Entry {
                            value,
                            key: name.span,
                            maybe: false,
                        },
                    );
                }
                Key::Computed(key) => {
                    let key_value = self.expression(*key, scope);
                    match key_value.as_text() {
                        Some(text) => {
                            let key = self.expression_span(*key);
                            let name = text.reveal().to_owned();
                            map.entries.insert(
                                name,
                                Entry {
                                    value,
                                    key,
                                    maybe: false,
                                },
                            );
                        }
                        None => map.open = true,
                    }
                }
                Key::Spread => {
                    let value = self.force(value);
                    merge_into(&mut map, &value, false);
                }
            }
        }
        self.note_discovery(&map);
        self.note_provider(&map);
        map
    }

    fn construct(
        &mut self,
        of: ExprId,
        fields: &'a [SyntaxEntry],
        span: Span,
        scope: usize,
    ) -> Value {
        let of = self.expression(of, scope);
        let of = if self.searches_for(&of) {
            self.force(of)
        } else {
            of
        };
        let mut map = self.map(fields, scope);
        match &of.kind {
            Kind::Symbol(symbol)
                if self
                    .catalog
                    .object_type(&symbol.package, &symbol.path)
                    .is_some() =>
            {
                let base = fields
                    .iter()
                    .find(|field| matches!(field.key, Key::Spread))
                    .map(|field| self.expression(field.value, scope));
                let made = match base.map(|base| base.kind) {
                    Some(Kind::Object(base)) => base.borrow().made.clone(),
                    Some(Kind::Default) => Some(self.default_of(symbol)),
                    None => Some(Rc::default()),
                    Some(_) => None,
                };
                let object = Object {
                    package: symbol.package.clone(),
                    path: symbol.path.clone(),
                    made,
                    fields: map.entries,
                    calls: Vec::new(),
                    born: self.depth(),
                    activation: self.around.activation,
                    kept: false,
                };
                Value::at(
                    Kind::Object(Rc::new(RefCell::new(object))),
                    span,
                    "built here",
                )
            }
            Kind::Class(class) => {
                map.class = Some(Rc::clone(class));
                let value = Value::at(Kind::Map(Rc::new(RefCell::new(map))), span, "built here");
                self.instances
                    .entry(class.key())
                    .or_insert_with(|| value.clone());
                self.note_made(class, &value);
                self.note_instance(class, &value);
                value
            }
            _ => Value::at(Kind::Map(Rc::new(RefCell::new(map))), span, "built here"),
        }
    }

    /// The call that makes the default of a library's type, which may have defaults of its own.
    fn default_of(&self, of: &Symbol) -> Rc<CallRecord> {
        let mut path = of.path.clone();
        path.push("default".to_owned());
        let own = self.catalog.apis(&of.package, &path);
        let own = own
            .first()
            .and_then(|found| found.item.path.first().cloned());
        Rc::new(CallRecord {
            of: own.map(|path| (of.package.clone(), vec![path])),
            ..CallRecord::default()
        })
    }

    fn index(&mut self, object: ExprId, index: ExprId, scope: usize) -> Value {
        let value = self.expression(object, scope);
        let index_value = self.expression(index, scope);
        let span = self.expression_span(index);
        match &index_value.kind {
            Kind::Text(text) => {
                let name = crate::syntax::ir::Name {
                    text: text.reveal().to_owned(),
                    span,
                };
                self.member(&value, &name)
            }
            Kind::Number(number) => match &value.kind {
                Kind::List(list) => {
                    let item = list.borrow().items.get(*number as usize).cloned();
                    item.unwrap_or_else(|| Value::unknown("element"))
                }
                Kind::Fetched(_) | Kind::Header(_) => value,
                Kind::Claims(_, path) if path.first().is_some_and(|name| name == "header") => value,
                _ => Value::unknown(&format!("{}[{number}]", value.path())),
            },
            _ if matches!(value.kind, Kind::Fetched(_)) => value,
            _ if self.is_chosen_from(&value) => any_of(&value),
            _ if is_choice(&value) => {
                self.note_use(&index_value, Use::HandedOn);
                self.note_checked(&index_value);
                any_of(&value)
            }
            _ => {
                self.note_use(&index_value, Use::HandedOn);
                self.note_checked(&index_value);
                Value::unknown(&format!("{}[{}]", value.path(), index_value.path()))
            }
        }
    }

    /// Whether one of a map's values is chosen by where the program runs, or when it starts: it holds nothing but
    /// classes, or its keys are stages.
    pub(super) fn is_chosen_from(&mut self, value: &Value) -> bool {
        let Kind::Map(map) = &value.kind else {
            return false;
        };
        let map = map.borrow();
        let is_class = |entry: &Entry| match &entry.value.kind {
            Kind::Class(_) => true,
            Kind::Symbol(symbol) => symbol.from.is_some(),
            _ => false,
        };
        if map.entries.is_empty() || map.open {
            return false;
        }
        self.note_stage_entries(&map) || map.entries.values().all(is_class)
    }
}

/// Whether a map holds nothing but a few keys, or groups of settings, of which one is chosen.
fn is_choice(value: &Value) -> bool {
    let Kind::Map(map) = &value.kind else {
        return false;
    };
    let map = map.borrow();
    let may_be_chosen = |entry: &Entry| {
        matches!(
            entry.value.kind,
            Kind::Text(_) | Kind::Environment { .. } | Kind::Setting { .. } | Kind::Map(_)
        )
    };
    !map.open
        && map.class.is_none()
        && (1..=MOST_CHOICES).contains(&map.entries.len())
        && map.entries.values().all(may_be_chosen)
}

/// Any of the values of a map, without those for tests.
pub(super) fn any_of(value: &Value) -> Value {
    match &value.kind {
        Kind::Map(map) => {
            let map = map.borrow();
            let entries = map.entries.iter().filter(|(name, _)| !is_for_tests(name));
            Value::one_of(entries.map(|(_, entry)| entry.value.clone()))
        }
        _ => value.clone(),
    }
}
