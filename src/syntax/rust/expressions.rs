//! Expressions.

use syn::{BinOp, Expr, Lit, Member, UnOp};

use super::super::ir::{
    Argument, AssignOperator, Block, Call, Comparison, Entry, ExprId, ExprKind, Function, If, Item,
    Key, Literal, LogicalOperator, Match, MemberTarget, Name, Parameter, ParameterKind, Statement,
    StatementKind, Target, TypeName,
};
use super::extent;
use super::lowerer::Lowerer;
use crate::source::Span;

/// Whether a binary operator writes (`+=`).
pub(super) fn is_update(operator: &BinOp) -> bool {
    matches!(
        operator,
        BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
            | BinOp::BitXorAssign(_)
            | BinOp::BitAndAssign(_)
            | BinOp::BitOrAssign(_)
            | BinOp::ShlAssign(_)
            | BinOp::ShrAssign(_)
    )
}

impl Lowerer {
    pub(super) fn expr(&mut self, expr: &Expr) -> ExprId {
        let (first, last) = extent::of_expr(expr);
        let span = self.extent((first, last));
        self.deeper(first, |lowerer| lowerer.expr_within(expr, span))
            .unwrap_or_else(|| self.unknown(span, Vec::new()))
    }

    fn exprs<'a>(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) -> Vec<ExprId> {
        exprs.into_iter().map(|expr| self.expr(expr)).collect()
    }

    fn expr_within(&mut self, expr: &Expr, span: Span) -> ExprId {
        let kind = match expr {
            Expr::Paren(inner) => return self.expr(&inner.expr),
            Expr::Group(inner) => return self.expr(&inner.expr),
            Expr::Reference(inner) => return self.expr(&inner.expr),
            Expr::RawAddr(inner) => return self.expr(&inner.expr),
            Expr::Unary(inner) => return self.unary(inner, span),
            Expr::Path(inner) => return self.path(inner.qself.as_ref(), &inner.path),
            Expr::Let(inner) => return self.condition_pattern(inner, span),
            Expr::Macro(inner) => return self.macro_expr(&inner.mac, span),
            Expr::Lit(inner) => literal(&inner.lit),
            Expr::Array(inner) => self.list(&inner.elems),
            Expr::Tuple(inner) if inner.elems.is_empty() => ExprKind::Null,
            Expr::Tuple(inner) => self.list(&inner.elems),
            Expr::Repeat(inner) => {
                ExprKind::Unknown(self.exprs([inner.expr.as_ref(), inner.len.as_ref()]))
            }
            Expr::Struct(inner) => self.construct(inner),
            Expr::Field(inner) => ExprKind::Member {
                object: self.expr(&inner.base),
                name: self.member_name(&inner.member),
            },
            Expr::Index(inner) => ExprKind::Index {
                object: self.expr(&inner.expr),
                index: self.expr(&inner.index),
            },
            Expr::Call(inner) => self.call(inner),
            Expr::MethodCall(inner) => self.method_call(inner),
            Expr::Closure(inner) => self.closure(inner, span),
            Expr::Binary(inner) if is_update(&inner.op) => {
                self.assign(&inner.left, &inner.right, AssignOperator::Update)
            }
            Expr::Assign(inner) => self.assign(&inner.left, &inner.right, AssignOperator::Set),
            Expr::Binary(inner) => self.binary(inner),
            Expr::If(inner) => self.conditional(inner),
            Expr::Match(inner) => self.choice(inner),
            Expr::Async(inner) => ExprKind::Block(self.block(&inner.block)),
            Expr::Block(inner) => ExprKind::Block(self.block(&inner.block)),
            Expr::Const(inner) => ExprKind::Block(self.block(&inner.block)),
            Expr::TryBlock(inner) => ExprKind::Block(self.block(&inner.block)),
            Expr::Unsafe(inner) => ExprKind::Block(self.block(&inner.block)),
            Expr::Await(inner) => ExprKind::Await(self.expr(&inner.base)),
            Expr::Try(inner) => ExprKind::Propagate(self.expr(&inner.expr)),
            Expr::Cast(inner) => ExprKind::Cast {
                value: self.expr(&inner.expr),
                to: self.type_name(&inner.ty),
            },
            Expr::Range(inner) => {
                let ends = inner.start.iter().chain(&inner.end);
                ExprKind::Unknown(self.exprs(ends.map(Box::as_ref)))
            }
            Expr::Yield(inner) => ExprKind::Unknown(self.exprs(inner.expr.iter().map(Box::as_ref))),
            Expr::Return(_)
            | Expr::Break(_)
            | Expr::Continue(_)
            | Expr::ForLoop(_)
            | Expr::While(_)
            | Expr::Loop(_) => {
                let mut block = Block::default();
                self.leading_statement(expr, span, &mut block.statements);
                ExprKind::Block(block)
            }
            _ => ExprKind::Unknown(Vec::new()),
        };
        self.module.add_expr(span, kind)
    }

    fn list<'a>(&mut self, elements: impl IntoIterator<Item = &'a Expr>) -> ExprKind {
        let items = self.exprs(elements).into_iter().map(|value| Item {
            spread: false,
            value,
        });
        ExprKind::List(items.collect())
    }

    fn unary(&mut self, unary: &syn::ExprUnary, span: Span) -> ExprId {
        let value = self.expr(&unary.expr);
        let kind = match unary.op {
            UnOp::Deref(_) => return value,
            UnOp::Not(_) => ExprKind::Not(value),
            _ => match self.module.expr(value).kind {
                ExprKind::Number(number) => ExprKind::Number(-number),
                _ => ExprKind::Unknown(vec![value]),
            },
        };
        self.module.add_expr(span, kind)
    }

    fn binary(&mut self, binary: &syn::ExprBinary) -> ExprKind {
        let left = self.expr(&binary.left);
        let right = self.expr(&binary.right);
        let compare = |operator| ExprKind::Compare {
            operator,
            left,
            right,
        };
        let logical = |operator| ExprKind::Logical {
            operator,
            left,
            right,
        };
        match binary.op {
            BinOp::Add(_) => ExprKind::Add(left, right),
            BinOp::And(_) => logical(LogicalOperator::And),
            BinOp::Or(_) => logical(LogicalOperator::Or),
            BinOp::Eq(_) => compare(Comparison::Equal { negated: false }),
            BinOp::Ne(_) => compare(Comparison::Equal { negated: true }),
            BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_) => compare(Comparison::Order),
            _ => ExprKind::Unknown(vec![left, right]),
        }
    }

    fn assign(&mut self, left: &Expr, right: &Expr, operator: AssignOperator) -> ExprKind {
        match self.assignment(left, right, operator) {
            Ok(assignment) => ExprKind::Assign(Box::new(assignment)),
            Err(children) => ExprKind::Unknown(children),
        }
    }

    /// What an assignment writes; when it has no name, the lowered expression.
    pub(super) fn place(&mut self, expr: &Expr) -> Result<Target, ExprId> {
        match expr {
            Expr::Infer(_) => Ok(Target::Nothing),
            Expr::Paren(inner) => self.place(&inner.expr),
            Expr::Group(inner) => self.place(&inner.expr),
            Expr::Unary(inner) if matches!(inner.op, UnOp::Deref(_)) => self.place(&inner.expr),
            Expr::Tuple(inner) => Ok(self.places(&inner.elems)),
            Expr::Array(inner) => Ok(self.places(&inner.elems)),
            Expr::Struct(inner) => {
                let mut members = Vec::new();
                for field in &inner.fields {
                    members.push(MemberTarget {
                        member: self.member_name(&field.member),
                        target: self.place(&field.expr).unwrap_or(Target::Nothing),
                        default: None,
                        is_certain: false,
                    });
                }
                Ok(Target::Members {
                    members,
                    rest: None,
                })
            }
            other => {
                let written = self.expr(other);
                match &self.module.expr(written).kind {
                    ExprKind::Name(text) => Ok(Target::Name(Name {
                        text: text.clone(),
                        span: self.module.expr(written).span,
                    })),
                    ExprKind::Member { .. } | ExprKind::Index { .. } => Ok(Target::Place(written)),
                    _ => Err(written),
                }
            }
        }
    }

    fn places<'a>(&mut self, elements: impl IntoIterator<Item = &'a Expr>) -> Target {
        let places = elements.into_iter().map(|element| self.place(element).ok());
        Target::Elements(places.collect())
    }

    pub(super) fn member_name(&self, member: &Member) -> Name {
        match member {
            Member::Named(name) => self.name(name),
            Member::Unnamed(index) => Name {
                text: index.index.to_string(),
                span: self.at(index.span),
            },
        }
    }

    fn construct(&mut self, literal: &syn::ExprStruct) -> ExprKind {
        let of = self.path(literal.qself.as_ref(), &literal.path);
        let mut fields = Vec::new();
        for field in &literal.fields {
            let name = self.member_name(&field.member);
            let value = self.expr(&field.expr);
            fields.push(Entry {
                span: name.span.join(self.span_of(&field.expr)),
                key: Key::Name(name),
                value,
            });
        }
        if let (Some(dots), Some(rest)) = (&literal.dot2_token, &literal.rest) {
            fields.push(Entry {
                span: self.at(dots.spans[0]).join(self.span_of(rest)),
                key: Key::Spread,
                value: self.expr(rest),
            });
        }
        ExprKind::Construct { of, fields }
    }

    fn call(&mut self, call: &syn::ExprCall) -> ExprKind {
        let callee = self.expr(&call.func);
        let type_arguments = match &*call.func {
            Expr::Path(path) => self.type_arguments_of(&path.path),
            _ => Vec::new(),
        };
        self.call_of(callee, type_arguments, &call.args)
    }

    fn method_call(&mut self, call: &syn::ExprMethodCall) -> ExprKind {
        let object = self.expr(&call.receiver);
        let name = self.name(&call.method);
        let span = self.span_of(&call.receiver).join(name.span);
        let callee = self
            .module
            .add_expr(span, ExprKind::Member { object, name });
        let type_arguments = match &call.turbofish {
            Some(arguments) => self.type_arguments(arguments),
            None => Vec::new(),
        };
        self.call_of(callee, type_arguments, &call.args)
    }

    fn call_of<'a>(
        &mut self,
        callee: ExprId,
        type_arguments: Vec<TypeName>,
        arguments: impl IntoIterator<Item = &'a Expr>,
    ) -> ExprKind {
        ExprKind::Call(Call {
            callee,
            arguments: (self.exprs(arguments).into_iter())
                .map(Argument::positional)
                .collect(),
            constructs: false,
            type_arguments,
        })
    }

    fn closure(&mut self, closure: &syn::ExprClosure, span: Span) -> ExprKind {
        let mut parameters = Vec::new();
        for input in &closure.inputs {
            parameters.push(self.parameter(input, Vec::new()));
        }
        let function = Function {
            name: None,
            span,
            parameters,
            receiver: None,
            body: self.block_of(&closure.body),
            decorators: Vec::new(),
            returns: self.returns(&closure.output),
            is_async: closure.asyncness.is_some(),
        };
        ExprKind::Function(self.module.add_function(function))
    }

    pub(super) fn parameter(&mut self, pattern: &syn::Pat, decorators: Vec<ExprId>) -> Parameter {
        let (pattern, annotation) = match pattern {
            syn::Pat::Type(typed) => (&*typed.pat, Some(self.type_name(&typed.ty))),
            other => (other, None),
        };
        Parameter {
            target: self.pattern(pattern),
            default: None,
            annotation,
            kind: ParameterKind::Plain,
            is_field: false,
            decorators,
        }
    }

    fn conditional(&mut self, conditional: &syn::ExprIf) -> ExprKind {
        let (condition, patterns) = self.condition(&conditional.cond);
        let then = self.block_after(patterns, &conditional.then_branch);
        let otherwise = match &conditional.else_branch {
            Some((_, otherwise)) => self.block_of(otherwise),
            None => Block::default(),
        };
        ExprKind::If(Box::new(If {
            condition,
            then,
            otherwise,
        }))
    }

    /// `let P = v` in a condition: `v`, whose pattern binds at the start of the block that follows.
    fn condition_pattern(&mut self, condition: &syn::ExprLet, span: Span) -> ExprId {
        let value = self.expr(&condition.expr);
        let target = self.pattern(&condition.pat);
        self.pending_patterns
            .push(super::patterns::binding(span, target, value));
        value
    }

    fn choice(&mut self, choice: &syn::ExprMatch) -> ExprKind {
        let subject = self.expr(&choice.expr);
        let arms = choice.arms.iter().map(|arm| self.arm(arm)).collect();
        ExprKind::Match(Box::new(Match { subject, arms }))
    }

    fn macro_expr(&mut self, mac: &syn::Macro, span: Span) -> ExprId {
        let mut statements = Vec::new();
        let tail = self.macro_value(mac, &mut statements);
        match tail {
            Some(value) if statements.is_empty() => value,
            tail => {
                let kind = ExprKind::Block(Block { statements, tail });
                self.module.add_expr(span, kind)
            }
        }
    }

    pub(super) fn expr_statement(&mut self, value: ExprId) -> Statement {
        Statement {
            span: self.module.expr(value).span,
            kind: StatementKind::Expr(value),
        }
    }
}

/// The content of a literal.
pub(super) fn literal(literal: &Lit) -> ExprKind {
    let text = |content: &str| ExprKind::Text(Literal::new(content));
    let number = |digits: &str| match digits.parse() {
        Ok(number) => ExprKind::Number(number),
        Err(_) => ExprKind::Unknown(Vec::new()),
    };
    match literal {
        Lit::Str(it) => text(&it.value()),
        Lit::ByteStr(it) => text(&String::from_utf8_lossy(&it.value())),
        Lit::CStr(it) => text(&String::from_utf8_lossy(it.value().as_bytes())),
        Lit::Char(it) => text(it.value().encode_utf8(&mut [0; 4])),
        Lit::Byte(it) => ExprKind::Number(f64::from(it.value())),
        Lit::Int(it) => number(it.base10_digits()),
        Lit::Float(it) => number(it.base10_digits()),
        Lit::Bool(it) => ExprKind::Bool(it.value()),
        _ => ExprKind::Unknown(Vec::new()),
    }
}
