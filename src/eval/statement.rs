//! Statements and blocks: binding names, branches, leaving a function.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::Evaluator;
use super::branch::Way;
use super::flow::{Flow, Outcome};
use super::stage_test::Passed;
use super::stand_in::Instead;
use super::uses::Use;
use super::value::{ClassValue, Kind, Value, Wanted};
use crate::source::Span;
use crate::syntax::ir::{
    AssignOperator, Assignment, Block, ExprId, ExprKind, If, Loop, Match, Statement, StatementKind,
    Target, Try,
};

impl<'a> Evaluator<'a> {
    /// Runs a block in a scope of its own.
    pub(super) fn inner_block(&mut self, block: &'a Block, parent: usize) -> Outcome {
        let scope = self.new_scope(parent);
        self.block(block, scope)
    }

    /// Runs a block in a given scope: functions and classes are bound first.
    pub(super) fn block(&mut self, block: &'a Block, scope: usize) -> Outcome {
        self.hoist(block, scope);
        self.statements(block, scope, &FxHashSet::default())
    }

    /// Runs the statements of a block in order, without those at some positions.
    pub(super) fn statements(
        &mut self,
        block: &'a Block,
        scope: usize,
        without: &FxHashSet<usize>,
    ) -> Outcome {
        for (index, statement) in block.statements.iter().enumerate() {
            if without.contains(&index) {
                continue;
            }
            if !self.step() {
                return (Flow::On, None);
            }
            self.passed = None;
            if self.statement(statement, scope) == Flow::Left {
                return (Flow::Left, None);
            }
            let passed = self.passed.take();
            self.note_stage_behind(block, index, passed);
        }
        let value = block.tail.map(|tail| self.expression(tail, scope));
        (Flow::On, value)
    }

    /// The scope in which a definition in a block binds its name: not the block, where blocks have no names.
    pub(super) fn home_of_definition(&self, scope: usize) -> usize {
        if self.module.assignments_are_local {
            self.frame().scope
        } else {
            scope
        }
    }

    pub(super) fn hoist(&mut self, block: &'a Block, scope: usize) {
        let home = self.home_of_definition(scope);
        for statement in &block.statements {
            match &statement.kind {
                StatementKind::Function(id) => {
                    if let Some(name) = &self.module.function(*id).name {
                        let closure = self.make_closure(*id, scope);
                        let closure = self.for_another_build(&name.text, home, closure);
                        self.write_name(home, &name.text, closure);
                    }
                }
                StatementKind::Extend { class, members, .. } => {
                    self.extend_class(&class.text, members, scope);
                }
                StatementKind::Import(imports) => self.import(imports, home),
                _ => {}
            }
        }
        for statement in &block.statements {
            match &statement.kind {
                StatementKind::Class(id) => {
                    if let Some(name) = &self.module.class(*id).name {
                        let class = ClassValue {
                            file: self.current,
                            class: *id,
                            name: name.text.clone(),
                            scope,
                            bases: Vec::new(),
                            statics: Rc::default(),
                        };
                        self.write_name(home, &name.text, Value::new(Kind::Class(Rc::new(class))));
                    }
                }
                StatementKind::Namespace { body, name } => {
                    let inner = self.new_scope(scope);
                    self.hoist(body, inner);
                    let symbol = Value::unknown(&name.text);
                    self.write_name(scope, &name.text, symbol);
                }
                _ => {}
            }
        }
    }

    /// A definition of a name that is defined already, where no two may have one name: each is for another build.
    fn for_another_build(&self, name: &str, scope: usize, defined: Value) -> Value {
        if !self.module.unbound_names_are_packages {
            return defined;
        }
        match self.scopes[scope].names.get(name) {
            Some(other) if matches!(other.kind, Kind::Function(_) | Kind::OneOf(_)) => {
                Value::one_of([other.clone(), defined])
            }
            _ => defined,
        }
    }

    /// Notes a package that handles tokens and that no model knows.
    pub(super) fn note_package(&mut self, package: &str) {
        const WORDS: &[&str] = &["jwt", "jose", "jws", "jwk", "oidc", "openid"];
        let lower = package.to_ascii_lowercase();
        let local = lower.starts_with(['.', '/', '~']) || lower.starts_with("@/");
        let handles_tokens = WORDS.iter().any(|word| lower.contains(word));
        self.unknown_library |= handles_tokens && !local && !self.catalog.knows_package(package);
    }

    pub(super) fn statement(&mut self, statement: &'a Statement, scope: usize) -> Flow {
        match &statement.kind {
            StatementKind::Import(_) => Flow::On,
            StatementKind::Function(id) => {
                self.decorators(&self.module.function(*id).decorators, scope);
                Flow::On
            }
            StatementKind::Export(exports) => {
                self.exports(exports, scope);
                Flow::On
            }
            StatementKind::Expr(id) => self.expression_flow(*id, scope),
            StatementKind::Assign(assignment) => {
                self.assign(assignment, scope);
                Flow::On
            }
            StatementKind::Class(id) => {
                self.declare_class(*id, scope);
                Flow::On
            }
            StatementKind::Extend { class, members, .. } => {
                self.declare_extension(&class.text, members, scope);
                Flow::On
            }
            StatementKind::Namespace { name, body } => {
                self.frame_label_push(&name.text);
                self.inner_block(body, scope);
                self.frame_label_pop(&name.text);
                Flow::On
            }
            StatementKind::Return(value) => {
                if let Some(id) = value {
                    let value = self.expression(*id, scope);
                    self.note_returned_for_expired(&value);
                    let value = self.written_for_development(value, self.expression_span(*id));
                    self.frame_mut().returns.push(value);
                }
                Flow::Left
            }
            StatementKind::Throw(value) => {
                if let Some(id) = value {
                    let throwing = std::mem::replace(&mut self.around.throwing, true);
                    self.expression(*id, scope);
                    self.around.throwing = throwing;
                }
                Flow::Left
            }
            StatementKind::Loop(each) => self.run_loop(each, scope),
            StatementKind::Jump => Flow::Left,
        }
    }

    fn frame_label_push(&mut self, name: &str) {
        let label = &mut self.frame_mut().label;
        if !label.is_empty() {
            label.push('.');
        }
        label.push_str(name);
    }

    fn frame_label_pop(&mut self, name: &str) {
        let label = &mut self.frame_mut().label;
        let rest = label.len().saturating_sub(name.len());
        label.truncate(rest);
        if label.ends_with('.') {
            label.pop();
        }
    }

    fn run_loop(&mut self, each: &'a Loop, scope: usize) -> Flow {
        let over = each.over.map(|id| self.expression(id, scope));
        let body = |this: &mut Self| {
            let inner = this.new_scope(scope);
            if let Some(target) = &each.target {
                let element = match &over {
                    Some(over) if each.iterates => this.element(over),
                    Some(over) => over.clone(),
                    None => Value::unknown("element"),
                };
                this.bind(target, element, inner, true);
            }
            let (_, value) = this.block(&each.body, inner);
            (Flow::On, value)
        };
        let past = |_: &mut Self| (Flow::On, None);
        self.branches(&[Box::new(body), Box::new(past)]);
        Flow::On
    }

    /// What one turn of a loop sees of a collection.
    pub(super) fn element(&self, over: &Value) -> Value {
        match &over.kind {
            Kind::List(list) => {
                let list = list.borrow();
                let mut values = list.items.clone();
                if list.open || values.is_empty() {
                    values.push(Value::unknown("element"));
                }
                Value::one_of(values)
            }
            Kind::Fetched(_) => over.clone(),
            // Each of several that a claim names.
            Kind::Claims(_, path) if !path.is_empty() => over.clone(),
            _ => Value::unknown(&format!("{}[]", over.path())),
        }
    }

    pub(super) fn run_if(&mut self, branch: &'a If, scope: usize) -> Outcome {
        let promises = self.promises.len();
        let condition = self.expression(branch.condition, scope);
        self.note_use(&condition, Use::Compared);
        self.note_promise_tested(branch.condition, promises);
        let stage = self.stage_of(branch.condition, &condition);
        self.note_stage(&branch.then, stage.then);
        self.note_stage(&branch.otherwise, stage.otherwise);
        let missing = self.missing_in(branch.condition, scope);
        let expiry = self.asks_for_expiry(branch.condition);
        // `if let P = x`: the binding is the first statement, over the condition itself, which ran already.
        let evaluated = (branch.condition, condition);
        let then = |this: &mut Self| {
            this.around.evaluated = Some(evaluated.clone());
            this.for_expired(expiry, &branch.then, |this| {
                this.inner_block(&branch.then, scope)
            })
        };
        let flow = std::cell::Cell::new(Flow::On);
        let missing = missing.as_ref();
        let then = |this: &mut Self| {
            let since = this.returned_so_far();
            let outcome = this.at_stage(stage.then, |this| {
                this.in_way(0, missing, |this| then(this))
            });
            flow.set(outcome.0);
            if let Some(missing) = missing {
                this.note_returned_instead(missing, since);
            }
            this.for_stage(outcome, stage.then, &branch.then)
        };
        let otherwise = |this: &mut Self| {
            let outcome = this.at_stage(stage.otherwise, |this| {
                this.in_way(1, missing, |this| {
                    this.inner_block(&branch.otherwise, scope)
                })
            });
            this.for_stage(outcome, stage.otherwise, &branch.otherwise)
        };
        let instead = missing.map(Instead::Missing);
        let joined = self.branches_with(&[Box::new(then), Box::new(otherwise)], instead);
        self.note_key_guard(branch, stage, flow.get(), scope);
        if flow.get() == Flow::Left {
            self.narrow(branch.condition, scope);
            self.passed = stage.otherwise.map(|stage| Passed {
                stage,
                stopped: self.stops(&branch.then),
            });
        }
        joined
    }

    /// Behind `if (!name) throw` a name is no longer empty.
    fn narrow(&mut self, condition: ExprId, scope: usize) {
        let module = self.module;
        let name = match &module.expr(condition).kind {
            ExprKind::Not(inner) => *inner,
            ExprKind::Call(call) => match &module.expr(call.callee).kind {
                ExprKind::Member { object, name } if name.text == "is_empty" => *object,
                _ => return,
            },
            _ => return,
        };
        let ExprKind::Name(name) = &module.expr(name).kind else {
            return;
        };
        let Some(value) = self.look_up(name, scope) else {
            return;
        };
        if let Kind::Environment { name, .. } = &value.kind {
            self.not_empty.insert(Rc::clone(name));
        }
        if let Some(value) = without_empty_fallback(&value) {
            let home = self.home_of(name, scope);
            self.write_name(home, name, value);
        }
    }

    pub(super) fn run_match(&mut self, chosen: &'a Match, scope: usize) -> Outcome {
        let subject = self.expression(chosen.subject, scope);
        self.note_use(&subject, Use::Decided);
        if chosen.arms.iter().any(|arm| !arm.cases.is_empty()) {
            self.note_checked(&subject);
        }
        self.note_guard(&subject, None);
        let mut exhaustive = false;
        let mut arms: Vec<Way<'_, 'a>> = Vec::new();
        for arm in &chosen.arms {
            exhaustive |= arm.cases.is_empty();
            let subject = &subject;
            arms.push(Box::new(move |this: &mut Self| {
                let inner = this.new_scope(scope);
                let cases: Vec<Value> = arm
                    .cases
                    .iter()
                    .map(|case| this.expression(*case, inner))
                    .collect();
                this.note_stage_arm(subject, arm, &cases);
                if let Some(pattern) = &arm.pattern {
                    this.bind(pattern, subject.clone(), inner, true);
                }
                if let Some(guard) = arm.guard {
                    this.expression(guard, inner);
                }
                let expiry = this.cases_of_expiry(&arm.cases, arm.guard);
                this.for_expired(expiry, &arm.body, |this| this.block(&arm.body, inner))
            }));
        }
        if !exhaustive {
            arms.push(Box::new(|_: &mut Self| (Flow::On, None)));
        }
        let (flow, value) = self.branches(&arms);
        (
            flow,
            value.map(|value| self.with_fallback_arm(&subject, value)),
        )
    }

    /// What the arms of a match leave: when one is what was matched, what another one writes is its fallback.
    fn with_fallback_arm(&mut self, subject: &Value, value: Value) -> Value {
        let Kind::OneOf(values) = &value.kind else {
            return value;
        };
        let is_subject = |value: &&Value| match (&value.kind, &subject.kind) {
            (
                Kind::Environment {
                    name,
                    fallback: None,
                },
                Kind::Environment { name: asked, .. },
            ) => name == asked,
            (
                Kind::Setting {
                    path,
                    fallback: None,
                },
                Kind::Setting { path: asked, .. },
            ) => path == asked,
            _ => false,
        };
        let (matched, written): (Vec<&Value>, Vec<&Value>) = values.iter().partition(is_subject);
        match (&matched[..], &written[..]) {
            ([matched], [written]) if written.as_text().is_some() => {
                let span = written.origin().unwrap_or_default();
                self.either((*matched).clone(), (*written).clone(), span)
            }
            _ => value,
        }
    }

    pub(super) fn run_try(&mut self, tried: &'a Try, scope: usize) -> Outcome {
        let start = self.sites.len();
        let returned = self.returned_so_far();
        let body = |this: &mut Self| {
            let outcome = this.inner_block(&tried.body, scope);
            let until = this.returned_so_far();
            this.note_returned_after_failure(returned, until);
            outcome
        };
        let mut ways: Vec<Way<'_, 'a>> = vec![Box::new(body)];
        for handler in &tried.handlers {
            ways.push(Box::new(move |this: &mut Self| {
                let inner = this.new_scope(scope);
                if let Some(name) = &handler.binding {
                    this.write_name(inner, &name.text, Value::unknown(&name.text));
                }
                this.for_handler(handler, start, |this| this.block(&handler.body, inner))
            }));
        }
        let (flow, value) = self.branches_with(&ways, Some(Instead::Failed));
        self.note_handlers(tried, start);
        let (last, _) = self.inner_block(&tried.finally, scope);
        (if last == Flow::Left { Flow::Left } else { flow }, value)
    }

    /// An assignment or declaration; its value.
    pub(super) fn assign(&mut self, assignment: &'a Assignment, scope: usize) -> Value {
        let mut value = match assignment.value {
            Some(id) => match self.around.evaluated.take() {
                Some((known, value)) if known == id => value,
                _ => self.expression(id, scope),
            },
            None => Value::new(Kind::Null),
        };
        if let Some(annotation) = &assignment.annotation
            && (assignment.value.is_none() || value.is_unknown())
        {
            value = if matches!(value.kind, Kind::Wanted(Wanted::Settings)) {
                self.settings_of_type(annotation, value, scope)
            } else {
                self.typed(annotation, value, scope)
            };
        }
        if let Some(annotation) = &assignment.annotation {
            self.note_claims_type(&value, annotation, scope);
        }
        match assignment.operator {
            AssignOperator::Set => {}
            AssignOperator::Update => {
                // A part of a token that is padded stays what it is.
                let before = self.read_target(&assignment.target, scope);
                let before = before.filter(|before| matches!(before.kind, Kind::TokenPart(..)));
                value = Value::new(Kind::Joined(before.into_iter().chain([value]).collect()));
            }
            AssignOperator::Default => {
                if let Some(before) = self.read_target(&assignment.target, scope) {
                    value = self.either(before, value, self.target_span(&assignment.target));
                }
            }
        }
        self.bind(
            &assignment.target,
            value.clone(),
            scope,
            assignment.declares,
        );
        value
    }

    fn read_target(&mut self, target: &'a Target, scope: usize) -> Option<Value> {
        match target {
            Target::Name(name) => self.look_up(&name.text, scope),
            Target::Place(id) => Some(self.expression(*id, scope)),
            _ => None,
        }
    }

    fn target_span(&self, target: &Target) -> Span {
        match target {
            Target::Name(name) => name.span,
            Target::Place(id) => self.expression_span(*id),
            _ => Span::default(),
        }
    }

    /// Binds a target to a value. `declares` makes new names; otherwise the nearest name of that spelling is written.
    pub(super) fn bind(&mut self, target: &'a Target, value: Value, scope: usize, declares: bool) {
        match target {
            Target::Name(name) => {
                self.note_setting(&name.text, &value, name.span);
                let value = value.bound(&name.text, name.span);
                let home = if declares {
                    scope
                } else {
                    self.home_of(&name.text, scope)
                };
                // A name that a function shares with what is around it may be that one.
                if home != 0 && self.look_up_around(&name.text, home) {
                    self.note_kept(&value);
                }
                self.write_name(home, &name.text, value);
            }
            Target::Place(id) => self.write_place(*id, value, scope),
            Target::Members { members, rest } => {
                for member in members {
                    let mut part = self.member(&value, &member.member);
                    if member.is_certain {
                        self.note_use(&part, Use::Decided);
                    }
                    if let Some(default) = member.default {
                        let default = self.expression(default, scope);
                        part = self.either(part, default, member.member.span);
                    }
                    self.bind(&member.target, part, scope, declares);
                }
                if let Some(rest) = rest {
                    let path = value.path();
                    self.bind(rest, Value::unknown(&path), scope, declares);
                }
            }
            Target::Elements(targets) => {
                for (position, target) in targets.iter().enumerate() {
                    let Some(target) = target else { continue };
                    let part = match &value.kind {
                        Kind::List(list) => list.borrow().items.get(position).cloned(),
                        // Claims that are returned beside a header or an error.
                        Kind::Claims(..) | Kind::Fetched(_) => Some(value.clone()),
                        _ => None,
                    };
                    let part = part.unwrap_or_else(|| {
                        Value::unknown(&format!("{}[{position}]", value.path()))
                    });
                    self.bind(target, part, scope, declares);
                }
            }
            Target::Wrapped { inner, .. } => {
                for target in inner {
                    self.bind(target, value.clone(), scope, declares);
                }
            }
            Target::Nothing => {}
        }
    }

    /// The scope whose name an assignment without declaration writes.
    fn look_up_around(&self, name: &str, scope: usize) -> bool {
        let mut at = self.scopes[scope].parent;
        while let Some(index) = at {
            if self.scopes[index].names.contains_key(name) {
                return self.module.assignments_are_local;
            }
            at = self.scopes[index].parent;
        }
        false
    }

    fn home_of(&self, name: &str, scope: usize) -> usize {
        let own = self.frame().scope;
        if self.module.assignments_are_local {
            return own;
        }
        self.scope_with(name, scope).unwrap_or(own)
    }

    /// The nearest scope that binds a name.
    pub(super) fn scope_with(&self, name: &str, scope: usize) -> Option<usize> {
        let mut at = Some(scope);
        while let Some(index) = at {
            if self.scopes[index].names.contains_key(name) {
                return Some(index);
            }
            at = self.scopes[index].parent;
        }
        None
    }
}

/// The value without a fallback that is empty; `None` when it has none.
fn without_empty_fallback(value: &Value) -> Option<Value> {
    let (Kind::Environment {
        fallback: Some(fallback),
        ..
    }
    | Kind::Setting {
        fallback: Some(fallback),
        ..
    }) = &value.kind
    else {
        return None;
    };
    fallback.as_text().filter(|text| text.reveal().is_empty())?;
    let kind = match &value.kind {
        Kind::Environment { name, .. } => Kind::Environment {
            name: Rc::clone(name),
            fallback: None,
        },
        Kind::Setting { path, .. } => Kind::Setting {
            path: Rc::clone(path),
            fallback: None,
        },
        _ => return None,
    };
    Some(Value {
        kind,
        trail: value.trail.clone(),
    })
}
