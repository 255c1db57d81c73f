//! What the code does when a token is not good: errors that are swallowed, results that are dropped, and expired
//! tokens that are taken all the same.

use super::Evaluator;
use super::header::writes_a_log;
use super::value::{Kind, Value};
use crate::facts::Ignoring;
use crate::models::schema::{ResultKind, Role};
use crate::source::Span;
use crate::syntax::ir::{
    Block, Comparison, ExprId, ExprKind, Handler, LogicalOperator, ParameterKind, StatementKind,
    Target, Try,
};

/// Words that say that code deals with expired tokens as it should.
const HARMLESS_WORDS: &[&str] = &[
    "refresh",
    "renew",
    "logout",
    "log_out",
    "signout",
    "sign_out",
    "revoke",
    "blacklist",
    "blocklist",
    "denylist",
];

/// Operands of one condition that are looked at.
const MOST_OPERANDS: usize = 16;

/// Which errors a handler takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// Whatever goes wrong with a token.
    Everything,
    /// That a token has expired, said there.
    Expiry(Span),
    /// Something else.
    Other,
}

impl<'a> Evaluator<'a> {
    fn takes(&self, handler: &Handler) -> Takes {
        let mut names = Vec::new();
        for id in &handler.types {
            match &self.module.expr(*id).kind {
                ExprKind::List(items) => {
                    names.extend(items.iter().map(|item| self.last_word(item.value)));
                }
                _ => names.push(self.last_word(*id)),
            }
        }
        let Some(first) = handler.types.first() else {
            return Takes::Everything;
        };
        let is_any = |name: &Option<&str>| name.is_some_and(|it| self.catalog.is_any_error(it));
        let is_expiry =
            |name: &Option<&str>| name.is_some_and(|it| self.catalog.is_expiry_error(it));
        if names.iter().any(is_any) {
            Takes::Everything
        } else if names.iter().all(is_expiry) {
            Takes::Expiry(self.expression_span(*first))
        } else {
            Takes::Other
        }
    }

    /// The last name of a path, or a text.
    fn last_word(&self, id: ExprId) -> Option<&'a str> {
        let module = self.module;
        match &module.expr(id).kind {
            ExprKind::Name(name) => Some(name),
            ExprKind::Member { name, .. } => Some(&name.text),
            ExprKind::Text(text) => Some(text.reveal()),
            _ => None,
        }
    }

    /// Whether a condition holds for expired tokens only, and where it says so.
    pub(super) fn asks_for_expiry(&self, condition: ExprId) -> Option<Span> {
        let module = self.module;
        let mut waiting = vec![condition];
        let mut looked_at = 0;
        while let Some(id) = waiting.pop() {
            looked_at += 1;
            if looked_at > MOST_OPERANDS {
                return None;
            }
            let is_expiry = |id: &ExprId| {
                let word = self.last_word(*id);
                word.is_some_and(|word| self.catalog.is_expiry_error(word))
            };
            let found = match &module.expr(id).kind {
                ExprKind::Logical {
                    operator: LogicalOperator::And,
                    left,
                    right,
                } => {
                    waiting.extend([*right, *left]);
                    None
                }
                ExprKind::Compare {
                    operator: Comparison::Equal { negated: false } | Comparison::Instance,
                    left,
                    right,
                } => [*left, *right].into_iter().find(is_expiry),
                // `isinstance(error, Expired)`, `matches!(error.kind(), ErrorKind::Expired)`.
                ExprKind::Call(call) => {
                    let mut arguments = call.arguments.iter().map(|argument| argument.value);
                    arguments.nth(1).filter(is_expiry)
                }
                _ => None,
            };
            if let Some(found) = found {
                return Some(self.expression_span(found));
            }
        }
        None
    }

    /// Whether the cases of an arm are about expired tokens only.
    pub(super) fn cases_of_expiry(&self, cases: &[ExprId], guard: Option<ExprId>) -> Option<Span> {
        let first = cases.first().filter(|_| {
            cases.iter().all(|case| {
                let word = self.last_word(*case);
                word.is_some_and(|word| self.catalog.is_expiry_error(word))
            })
        });
        match first {
            Some(first) => Some(self.expression_span(*first)),
            None => self.asks_for_expiry(guard?),
        }
    }

    /// Runs what is only run for expired tokens.
    pub(super) fn for_expired<T>(
        &mut self,
        said: Option<Span>,
        block: &Block,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.around.expired.len();
        self.around
            .expired
            .extend(said.filter(|_| !self.deals_with_expiry(block)));
        let result = run(self);
        self.around.expired.truncate(before);
        result
    }

    /// The same for an exception handler; `start` is the number of sites before what it handles.
    pub(super) fn for_handler<T>(
        &mut self,
        handler: &Handler,
        start: usize,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let takes = self.takes(handler);
        let said = match takes {
            Takes::Expiry(span) => Some(span),
            _ => None,
        };
        let mut tried = self.sites.iter().skip(start);
        let is_failure = takes == Takes::Everything
            && tried.any(|record| record.api.item.role == Role::Verify)
            && !self.deals_with_expiry(&handler.body);
        self.around.failed += usize::from(is_failure);
        let result = self.for_expired(said, &handler.body, run);
        self.around.failed -= usize::from(is_failure);
        result
    }

    /// Whether a branch for expired tokens ends with an error, or says that it renews or ends a session.
    fn deals_with_expiry(&self, block: &Block) -> bool {
        let says = |text: &str| {
            let text = text.to_ascii_lowercase();
            HARMLESS_WORDS.iter().any(|word| text.contains(word))
        };
        let in_function = self.around.frames.iter().any(|frame| {
            says(&frame.label) || frame.label.to_ascii_lowercase().contains("expired")
        });
        in_function
            || self.stops(block)
            || self.block_span(block).is_some_and(|span| {
                let file = self.loaded.get(self.current).map(|loaded| loaded.file);
                file.is_some_and(|file| says(&file.source.text(span)))
            })
    }

    /// What is returned with something beside it says itself that the token has expired.
    pub(super) fn note_returned_for_expired(&mut self, value: &Value) {
        if self.around.expired.is_empty() {
            return;
        }
        let mut values: Vec<Value> = Vec::new();
        match &value.kind {
            Kind::Map(map) => {
                values.extend(map.borrow().entries.values().map(|it| it.value.clone()));
            }
            Kind::List(list) => values.extend(list.borrow().items.iter().cloned()),
            _ => {}
        }
        for value in values {
            if let Kind::Claims(site, _) = value.kind
                && let Some(record) = self.sites.get_mut(site)
            {
                record.after_expiry = None;
            }
        }
    }

    /// What the handlers of a `try` do about the verifications in it; `start` is the number of sites before it.
    pub(super) fn note_handlers(&mut self, tried: &Try, start: usize) {
        let depth = self.around.frames.len();
        let is_empty = |block: &Block| block.statements.is_empty() && block.tail.is_none();
        for handler in &tried.handlers {
            let takes = self.takes(handler);
            if takes == Takes::Other {
                continue;
            }
            if self.reports_failure(&handler.body) && self.only_reports(tried, start) {
                for record in self.sites.iter_mut().skip(start) {
                    record.reported_in = record.reported_in.or(Some(depth));
                }
            }
            if !is_empty(&tried.finally) || !self.only_logs(&handler.body) {
                continue;
            }
            // What stands behind the call in the block is what happens to good tokens alone.
            let last = tried.body.statements.last().filter(|statement| {
                tried.body.tail.is_none() && matches!(statement.kind, StatementKind::Expr(_))
            });
            let Some(last) = last.map(|statement| statement.span) else {
                continue;
            };
            let all_swallow = tried
                .handlers
                .iter()
                .all(|handler| self.only_logs(&handler.body));
            let harmless = self.deals_with_expiry(&handler.body);
            for record in self.sites.iter_mut().skip(start) {
                if record.api.item.role != Role::Verify || !last.contains(record.call.span) {
                    continue;
                }
                match takes {
                    Takes::Everything if all_swallow => {
                        record.ignored = Some((Ignoring::Swallowed, record.call.name));
                    }
                    Takes::Expiry(span) if !harmless => record.expiry_swallowed = Some(span),
                    _ => {}
                }
            }
        }
    }

    /// Whether a function does nothing for good tokens but say that they are good.
    fn only_reports(&self, tried: &Try, start: usize) -> bool {
        let verifies = |span: Span| {
            let mut records = self.sites.iter().skip(start);
            records.any(|record| span.contains(record.call.span))
        };
        let in_body = tried
            .body
            .statements
            .iter()
            .all(|statement| match &statement.kind {
                StatementKind::Return(_) => true,
                StatementKind::Assign(assignment) => !matches!(assignment.target, Target::Place(_)),
                StatementKind::Expr(id) => verifies(statement.span) || self.is_log(*id),
                _ => false,
            });
        let Some((file, function)) = self.frame().function else {
            return false;
        };
        let Some(loaded) = self.loaded.get(file) else {
            return false;
        };
        let body = &loaded.file.module.function(function).body;
        let is_it = |id: ExprId| match &self.module.expr(id).kind {
            ExprKind::Try(other) => std::ptr::eq(other.as_ref(), tried),
            _ => false,
        };
        let mut behind = body
            .statements
            .iter()
            .skip_while(|statement| match &statement.kind {
                StatementKind::Expr(id) => !is_it(*id),
                _ => true,
            });
        in_body
            && body.tail.is_none()
            && behind.next().is_some()
            && behind.all(|statement| matches!(statement.kind, StatementKind::Return(_)))
    }

    /// Whether a block does nothing, or writes to a log and nothing else.
    fn only_logs(&self, block: &Block) -> bool {
        let mut statements = block.statements.iter();
        let tail = block.tail;
        statements.all(|statement| match &statement.kind {
            StatementKind::Expr(id) => self.is_log(*id),
            _ => false,
        }) && tail.is_none_or(|tail| self.is_log(tail))
    }

    fn is_log(&self, id: ExprId) -> bool {
        match &self.module.expr(id).kind {
            ExprKind::Call(call) => self.last_word(call.callee).is_some_and(writes_a_log),
            ExprKind::Null | ExprKind::Text(_) => true,
            _ => false,
        }
    }

    /// Whether a block returns nothing or `false`, and does nothing else but write to a log.
    fn reports_failure(&self, block: &Block) -> bool {
        let Some((last, before)) = block.statements.split_last() else {
            return false;
        };
        let logs = before.iter().all(|statement| match &statement.kind {
            StatementKind::Expr(id) => self.is_log(*id),
            _ => false,
        });
        let falsy = |id: ExprId| {
            matches!(
                self.module.expr(id).kind,
                ExprKind::Null | ExprKind::Bool(false)
            ) || matches!(&self.module.expr(id).kind, ExprKind::Name(name) if name == "undefined")
        };
        let StatementKind::Return(value) = &last.kind else {
            return false;
        };
        logs && block.tail.is_none() && value.is_none_or(falsy)
    }

    /// A call whose value nobody takes: when it says by it whether a token is good, that is thrown away.
    pub(super) fn note_dropped(&mut self, statement: ExprId, value: &Value, start: usize) {
        let module = self.module;
        let mut id = statement;
        while let ExprKind::Await(inner) = &module.expr(id).kind {
            id = *inner;
        }
        let ExprKind::Call(call) = &module.expr(id).kind else {
            return;
        };
        // A method that hands the answer on: `isGood(token).then(...)`.
        let hands_on = match &module.expr(call.callee).kind {
            ExprKind::Member { object, name } => {
                matches!(module.expr(*object).kind, ExprKind::Call(_))
                    && self
                        .catalog
                        .method(&name.text)
                        .is_some_and(|method| method.role == Role::Apply)
            }
            _ => false,
        };
        if self.sites.len() == start || hands_on {
            return;
        }
        let whole = self.expression_span(statement);
        let span = self.last_name(call.callee);
        let depth = self.around.frames.len() + 1;
        for (index, record) in self.sites.iter_mut().enumerate().skip(start) {
            // A call that is written in the statement is judged by itself.
            if record.api.item.role != Role::Verify || whole.contains(record.call.span) {
                continue;
            }
            let returned = record.api.item.result == ResultKind::Returned
                && matches!(value.kind, Kind::Claims(site, _) if site == index);
            let reported = record.reported_in == Some(depth);
            if (returned || reported) && record.uses.is_only_returned() {
                record.ignored = Some((Ignoring::Dropped, span));
            }
        }
    }

    /// A condition that takes the promise of a function for what the function says of a token.
    pub(super) fn note_promise_tested(&mut self, condition: ExprId, known: usize) {
        if self.promises.len() == known {
            return;
        }
        let module = self.module;
        let mut waiting = vec![condition];
        while let Some(id) = waiting.pop() {
            let expression = module.expr(id);
            match &expression.kind {
                ExprKind::Not(inner) => waiting.push(*inner),
                ExprKind::Logical { left, right, .. } => waiting.extend([*left, *right]),
                ExprKind::Call(call) => {
                    let made = self.promises.iter().skip(known);
                    let inside = made
                        .filter(|(span, _)| *span == expression.span)
                        .flat_map(|(_, sites)| sites.clone());
                    let inside: Vec<usize> = inside.collect();
                    let name = self.last_name(call.callee);
                    for site in inside {
                        if let Some(record) = self.sites.get_mut(site)
                            && record.api.item.role == Role::Verify
                        {
                            record.ignored = Some((Ignoring::Promised, name));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// A callback that gets an error and the claims, and looks at neither.
    pub(super) fn looks_at_no_error(
        &self,
        callback: &super::value::Closure,
        claims: usize,
    ) -> bool {
        let Some(loaded) = self.loaded.get(callback.file) else {
            return false;
        };
        let function = loaded.file.module.function(callback.function);
        if claims == 0 || function.body.statements.is_empty() {
            return false;
        }
        let mut parameters = function.parameters.iter();
        if !parameters.all(|parameter| parameter.kind == ParameterKind::Plain) {
            return false;
        }
        let error = function.parameters.get(claims - 1);
        match error.map(|parameter| &parameter.target) {
            Some(Target::Name(name)) => {
                let spans = function.body.statements.iter().map(|it| it.span);
                let mut texts = spans.map(|span| loaded.file.source.text(span));
                !texts.any(|text| has_word(&text, &name.text) || text.contains("arguments"))
            }
            Some(_) => false,
            None => true,
        }
    }
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == '$'))
        .any(|found| found == word)
}
