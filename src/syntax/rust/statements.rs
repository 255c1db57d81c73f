//! Files, blocks and statements.

use syn::{Expr, Local, Stmt};

use super::super::ir::{
    AssignOperator, Assignment, Block, ExprId, ExprKind, If, Loop, Statement, StatementKind, Target,
};
use super::extent;
use super::lowerer::Lowerer;
use crate::source::Span;

impl Lowerer {
    /// Lowers a whole file.
    pub(super) fn file(&mut self, file: &syn::File, whole: Span) {
        if super::attributes::mark_tests(&file.attrs) {
            self.module.test_spans.push(whole);
        }
        self.note_renamed(&file.items);
        let mut body = Vec::new();
        for item in &file.items {
            self.item(item, &mut body);
        }
        self.module.body.statements = body;
    }

    pub(super) fn block(&mut self, block: &syn::Block) -> Block {
        self.statements(&block.stmts)
    }

    /// Statements, the last expression of which is the value.
    pub(super) fn statements(&mut self, statements: &[Stmt]) -> Block {
        let mut block = Block::default();
        let Some((last, rest)) = statements.split_last() else {
            return block;
        };
        for statement in rest {
            self.statement(statement, &mut block.statements);
        }
        match last {
            Stmt::Expr(expr, None) => self.append_value(expr, &mut block),
            Stmt::Macro(statement) if statement.semi_token.is_none() => {
                block.tail = self.macro_value(&statement.mac, &mut block.statements);
            }
            other => self.statement(other, &mut block.statements),
        }
        block
    }

    /// An expression as a block of its own: an arm, the body of a closure.
    pub(super) fn block_of(&mut self, expr: &Expr) -> Block {
        match expr {
            Expr::Block(inner) => self
                .deeper(inner.block.brace_token.span.open(), |lowerer| {
                    lowerer.block(&inner.block)
                })
                .unwrap_or_default(),
            _ => {
                let mut block = Block::default();
                self.append_value(expr, &mut block);
                block
            }
        }
    }

    fn append_value(&mut self, expr: &Expr, block: &mut Block) {
        let span = self.span_of(expr);
        if self.leading_statement(expr, span, &mut block.statements) {
            return;
        }
        block.tail = Some(self.expr(expr));
    }

    fn statement(&mut self, statement: &Stmt, into: &mut Vec<Statement>) {
        match statement {
            Stmt::Local(local) => self.local(local, into),
            Stmt::Item(item) => self.item(item, into),
            Stmt::Expr(expr, _) => {
                let span = self.span_of(expr);
                if !self.leading_statement(expr, span, into) {
                    let value = self.expr(expr);
                    into.push(Statement {
                        span,
                        kind: StatementKind::Expr(value),
                    });
                }
            }
            Stmt::Macro(statement) => {
                self.macro_statement(&statement.mac, into);
            }
        }
    }

    /// Lowers an expression that the IR has as a statement; `false` when it is none.
    pub(super) fn leading_statement(
        &mut self,
        expr: &Expr,
        span: Span,
        into: &mut Vec<Statement>,
    ) -> bool {
        if let Expr::Macro(inner) = expr
            && super::macros::leaves(&inner.mac.path)
        {
            self.macro_statement(&inner.mac, into);
            return true;
        }
        if !is_statement(expr) {
            return false;
        }
        let (first, _) = extent::of_expr(expr);
        self.deeper(first, |lowerer| lowerer.control(expr, span, into));
        true
    }

    fn control(&mut self, expr: &Expr, span: Span, into: &mut Vec<Statement>) {
        let kind = match expr {
            Expr::Return(inner) => {
                StatementKind::Return(inner.expr.as_ref().map(|value| self.expr(value)))
            }
            Expr::Break(inner) => {
                if let Some(value) = &inner.expr {
                    let kind = StatementKind::Expr(self.expr(value));
                    into.push(Statement { span, kind });
                }
                StatementKind::Jump
            }
            Expr::Continue(_) => StatementKind::Jump,
            Expr::ForLoop(inner) => {
                let over = self.expr(&inner.expr);
                let target = self.pattern(&inner.pat);
                StatementKind::Loop(Box::new(Loop {
                    target: Some(target),
                    over: Some(over),
                    iterates: true,
                    body: self.block(&inner.body),
                }))
            }
            Expr::While(inner) => {
                let (condition, patterns) = self.condition(&inner.cond);
                let body = self.block_after(patterns, &inner.body);
                StatementKind::Loop(Box::new(Loop {
                    target: None,
                    over: Some(condition),
                    iterates: false,
                    body,
                }))
            }
            Expr::Loop(inner) => StatementKind::Loop(Box::new(Loop {
                target: None,
                over: None,
                iterates: false,
                body: self.block(&inner.body),
            })),
            Expr::Assign(inner) => {
                match self.assignment(&inner.left, &inner.right, AssignOperator::Set) {
                    Ok(assignment) => StatementKind::Assign(assignment),
                    Err(children) => StatementKind::Expr(self.unknown(span, children)),
                }
            }
            Expr::Binary(inner) => {
                match self.assignment(&inner.left, &inner.right, AssignOperator::Update) {
                    Ok(assignment) => StatementKind::Assign(assignment),
                    Err(children) => StatementKind::Expr(self.unknown(span, children)),
                }
            }
            other => StatementKind::Expr(self.expr(other)),
        };
        into.push(Statement { span, kind });
    }

    /// A condition, and the statements that bind the patterns in it.
    pub(super) fn condition(&mut self, condition: &Expr) -> (ExprId, Vec<Statement>) {
        let outer = std::mem::take(&mut self.pending_patterns);
        let value = self.expr(condition);
        let patterns = std::mem::replace(&mut self.pending_patterns, outer);
        (value, patterns)
    }

    /// A block that begins with the statements that bind patterns.
    pub(super) fn block_after(&mut self, patterns: Vec<Statement>, block: &syn::Block) -> Block {
        let Block {
            mut statements,
            tail,
        } = self.block(block);
        statements.splice(0..0, patterns);
        Block { statements, tail }
    }

    /// An assignment; when nothing that has a name is written, the lowered parts.
    pub(super) fn assignment(
        &mut self,
        left: &Expr,
        right: &Expr,
        operator: AssignOperator,
    ) -> Result<Assignment, Vec<ExprId>> {
        let value = self.expr(right);
        match self.place(left) {
            Ok(target) => Ok(Assignment {
                target,
                operator,
                value: Some(value),
                declares: false,
                annotation: None,
            }),
            Err(place) => Err(vec![place, value]),
        }
    }

    fn local(&mut self, local: &Local, into: &mut Vec<Statement>) {
        let extent = (local.let_token.span, local.semi_token.spans[0]);
        self.note_condition(&local.attrs, extent);
        let span = self.extent(extent);
        let value = (local.init.as_ref()).map(|init| self.expr(&init.expr));
        let (pattern, annotation) = match &local.pat {
            syn::Pat::Type(typed) => (&*typed.pat, Some(self.type_name(&typed.ty))),
            other => (other, None),
        };
        let target = self.pattern(pattern);
        into.push(Statement {
            span,
            kind: StatementKind::Assign(Assignment {
                target,
                operator: AssignOperator::Set,
                value,
                declares: true,
                annotation,
            }),
        });
        let Some((_, otherwise)) = local.init.as_ref().and_then(|init| init.diverge.as_ref())
        else {
            return;
        };
        let span = self.span_of(otherwise);
        let condition = self.unknown(span, Vec::new());
        let then = self.block_of(otherwise);
        let kind = ExprKind::If(Box::new(If {
            condition,
            then,
            otherwise: Block::default(),
        }));
        let value = self.module.add_expr(span, kind);
        into.push(Statement {
            span,
            kind: StatementKind::Expr(value),
        });
    }

    /// `let`, `const`, `static`: a statement that declares `name`.
    pub(super) fn declare(
        &mut self,
        span: Span,
        name: &proc_macro2::Ident,
        annotation: &syn::Type,
        value: ExprId,
    ) -> Statement {
        let target = if name == "_" {
            Target::Nothing
        } else {
            Target::Name(self.name(name))
        };
        let annotation = Some(self.type_name(annotation));
        Statement {
            span,
            kind: StatementKind::Assign(Assignment {
                target,
                operator: AssignOperator::Set,
                value: Some(value),
                declares: true,
                annotation,
            }),
        }
    }
}

fn is_statement(expr: &Expr) -> bool {
    match expr {
        Expr::Return(_)
        | Expr::Break(_)
        | Expr::Continue(_)
        | Expr::ForLoop(_)
        | Expr::While(_)
        | Expr::Loop(_)
        | Expr::Assign(_) => true,
        Expr::Binary(inner) => super::expressions::is_update(&inner.op),
        _ => false,
    }
}
