//! Patterns: what they bind, and the values an arm is selected by.

use syn::{Expr, Pat};

use super::super::ir::{
    Arm, AssignOperator, Assignment, Comparison, ExprId, ExprKind, LogicalOperator, MemberTarget,
    Statement, StatementKind, Target,
};
use super::lowerer::{Lowerer, plain};
use super::types;
use crate::source::Span;

/// Patterns inside each other that are looked into for the values that fit.
const DEEPEST_PATTERN: usize = 16;

/// Marks the elements behind `..`, whose positions are unknown.
const REST: &str = "..";

/// `let target = value`.
pub(super) fn binding(span: Span, target: Target, value: ExprId) -> Statement {
    Statement {
        span,
        kind: StatementKind::Assign(Assignment {
            target,
            operator: AssignOperator::Set,
            value: Some(value),
            declares: true,
            annotation: None,
        }),
    }
}

impl Lowerer {
    /// What a pattern binds.
    pub(super) fn pattern(&mut self, pattern: &Pat) -> Target {
        let place = types::start_of_pattern(pattern);
        self.deeper(place, |lowerer| lowerer.pattern_within(pattern))
            .unwrap_or(Target::Nothing)
    }

    fn pattern_within(&mut self, pattern: &Pat) -> Target {
        match pattern {
            Pat::Ident(inner) if is_constant(inner) => Target::Nothing,
            Pat::Ident(inner) => Target::Name(self.name(&inner.ident)),
            Pat::Guard(inner) => self.pattern(&inner.pat),
            Pat::Paren(inner) => self.pattern(&inner.pat),
            Pat::Reference(inner) => self.pattern(&inner.pat),
            Pat::Type(inner) => self.pattern(&inner.pat),
            Pat::Or(inner) => match inner.cases.first() {
                Some(first) => self.pattern(first),
                None => Target::Nothing,
            },
            Pat::Tuple(inner) => self.element_patterns(&inner.elems),
            Pat::Slice(inner) => self.element_patterns(&inner.elems),
            Pat::TupleStruct(inner) => {
                let inside = self.positions(&inner.elems);
                Target::Wrapped {
                    constructor: types::dotted(&inner.path),
                    inner: inside,
                }
            }
            Pat::Struct(inner) => {
                let mut members = Vec::new();
                for field in &inner.fields {
                    members.push(MemberTarget {
                        member: self.member_name(&field.member),
                        target: self.pattern(&field.pat),
                        default: None,
                        is_certain: is_certain(&field.pat, 0),
                    });
                }
                Target::Members {
                    members,
                    rest: None,
                }
            }
            _ => Target::Nothing,
        }
    }

    fn element_patterns<'a>(&mut self, elements: impl IntoIterator<Item = &'a Pat>) -> Target {
        let positions = self.positions(elements).into_iter();
        let holes = positions.map(|target| match target {
            Target::Nothing => None,
            bound => Some(bound),
        });
        Target::Elements(holes.collect())
    }

    /// Targets by position. Those behind `..` have none: they are bound together, to something unknown.
    fn positions<'a>(&mut self, elements: impl IntoIterator<Item = &'a Pat>) -> Vec<Target> {
        let mut positions = Vec::new();
        let mut behind_rest: Option<Vec<Target>> = None;
        for element in elements {
            if is_rest(element) {
                let named = matches!(element, Pat::Ident(_)).then(|| self.pattern(element));
                behind_rest = Some(named.into_iter().collect());
                continue;
            }
            let target = self.pattern(element);
            match &mut behind_rest {
                Some(targets) => targets.push(target),
                None => positions.push(target),
            }
        }
        if let Some(inner) = behind_rest
            && !inner.is_empty()
        {
            positions.push(Target::Wrapped {
                constructor: REST.to_owned(),
                inner,
            });
        }
        positions
    }

    pub(super) fn arm(&mut self, arm: &syn::Arm) -> Arm {
        let (pattern, guard) = match &arm.pat {
            Pat::Guard(guarded) => (&*guarded.pat, Some(&*guarded.guard)),
            other => (other, None),
        };
        let mut cases = Vec::new();
        let mut binding_pattern = None;
        for alternative in alternatives(pattern) {
            match self.case(alternative) {
                Some(value) => cases.push(value),
                None if matches!(alternative, Pat::Wild(_)) => {}
                None if binding_pattern.is_none() => {
                    binding_pattern = Some(self.pattern(alternative));
                }
                None => {}
            }
        }
        let (guard, patterns) = match guard {
            Some(guard) => {
                let (guard, patterns) = self.condition(guard);
                (Some(guard), patterns)
            }
            None => (None, Vec::new()),
        };
        let mut body = self.block_of(&arm.body);
        body.statements.splice(0..0, patterns);
        Arm {
            cases,
            pattern: binding_pattern,
            guard,
            body,
        }
    }

    /// The value a pattern selects by, when it binds nothing.
    fn case(&mut self, pattern: &Pat) -> Option<ExprId> {
        match pattern {
            Pat::Lit(literal) => Some(self.expr(&Expr::Lit(literal.clone()))),
            Pat::Path(path) => Some(self.path(path.qself.as_ref(), &path.path)),
            Pat::Ident(inner) if is_constant(inner) => {
                Some(self.path(None, &inner.ident.clone().into()))
            }
            Pat::Paren(inner) => self.case(&inner.pat),
            Pat::Reference(inner) => self.case(&inner.pat),
            Pat::Range(range) => Some(self.expr(&Expr::Range(range.clone()))),
            Pat::Const(block) => Some(self.expr(&Expr::Const(block.clone()))),
            Pat::Macro(inner) => Some(self.expr(&Expr::Macro(inner.clone()))),
            _ => None,
        }
    }

    /// `subject` compared with a pattern that binds nothing; `None` when it is more than values.
    pub(super) fn compared(
        &mut self,
        span: Span,
        subject: ExprId,
        pattern: &Pat,
    ) -> Option<ExprId> {
        let mut result = None;
        for alternative in alternatives(pattern) {
            let right = self.case(alternative)?;
            let kind = ExprKind::Compare {
                operator: Comparison::Equal { negated: false },
                left: subject,
                right,
            };
            let comparison = self.module.add_expr(span, kind);
            result = Some(match result {
                Some(left) => self.module.add_expr(
                    span,
                    ExprKind::Logical {
                        operator: LogicalOperator::Or,
                        left,
                        right: comparison,
                    },
                ),
                None => comparison,
            });
        }
        result
    }
}

fn alternatives(pattern: &Pat) -> Vec<&Pat> {
    match pattern {
        Pat::Or(inner) => inner.cases.iter().collect(),
        other => vec![other],
    }
}

/// A lone identifier names a constant or variant when it begins with a capital letter.
fn is_constant(pattern: &syn::PatIdent) -> bool {
    pattern.by_ref.is_none()
        && pattern.mutability.is_none()
        && pattern.subpat.is_none()
        && plain(&pattern.ident).starts_with(char::is_uppercase)
}

fn is_rest(pattern: &Pat) -> bool {
    match pattern {
        Pat::Rest(_) => true,
        Pat::Ident(inner) => {
            matches!(&inner.subpat, Some((_, inside)) if matches!(**inside, Pat::Rest(_)))
        }
        _ => false,
    }
}

/// Whether only certain values fit a pattern.
fn is_certain(pattern: &Pat, depth: usize) -> bool {
    let depth = depth + 1;
    if depth > DEEPEST_PATTERN {
        return false;
    }
    match pattern {
        Pat::Lit(_) | Pat::Path(_) | Pat::Range(_) => true,
        Pat::Ident(inner) => is_constant(inner),
        Pat::Or(inner) => inner.cases.iter().all(|case| is_certain(case, depth)),
        Pat::Paren(inner) => is_certain(&inner.pat, depth),
        Pat::Reference(inner) => is_certain(&inner.pat, depth),
        Pat::TupleStruct(inner) => inner.elems.iter().any(|element| is_certain(element, depth)),
        _ => false,
    }
}
