//! Values that a settings class does not accept: its own methods compare with them and throw.

use std::rc::Rc;

use super::Evaluator;
use super::missing::Asked;
use super::value::ClassValue;
use crate::syntax::ir::{Block, ExprKind, If, Literal, LogicalOperator, MemberKind, StatementKind};

/// Conditions within conditions that are looked into.
const DEEPEST: usize = 8;

impl<'a> Evaluator<'a> {
    /// Notes what the methods of a settings class refuse, once for each class.
    pub(super) fn note_refused_by(&mut self, class: &Rc<ClassValue>) {
        if !self.settings_classes.insert(class.key()) {
            return;
        }
        for (file, member) in self.members_of(class) {
            let MemberKind::Method(id) = member.kind else {
                continue;
            };
            let scope = class.scope;
            let refused = self.within(file, |this| {
                let module = this.module;
                let mut refused = Vec::new();
                this.refused_in(&module.function(id).body, scope, 0, &mut refused);
                refused
            });
            self.key_guards.refused.extend(refused);
        }
    }

    fn refused_in(
        &mut self,
        block: &'a Block,
        scope: usize,
        depth: usize,
        refused: &mut Vec<Literal>,
    ) {
        let conditions: Vec<&'a If> = self.conditions_of(block).collect();
        for branch in conditions {
            if self.throws(&branch.then, 0) {
                let asked = self.without_stage(branch.condition);
                let asked = asked.map(|rest| self.parts(rest, LogicalOperator::Or));
                for part in asked.into_iter().flatten() {
                    if let Some(Asked::Is(left, right)) = self.asked(part) {
                        refused.extend(self.texts(left, scope));
                        refused.extend(self.texts(right, scope));
                    }
                }
            }
            if depth < DEEPEST {
                self.refused_in(&branch.then, scope, depth + 1, refused);
                self.refused_in(&branch.otherwise, scope, depth + 1, refused);
            }
        }
    }

    /// Whether a block throws in one of its ways: in production, say.
    fn throws(&self, block: &'a Block, depth: usize) -> bool {
        self.stops(block)
            || depth < DEEPEST
                && self.conditions_of(block).any(|branch| {
                    self.throws(&branch.then, depth + 1)
                        || self.throws(&branch.otherwise, depth + 1)
                })
    }

    fn conditions_of(&self, block: &'a Block) -> impl Iterator<Item = &'a If> + use<'a> {
        let module = self.module;
        let statements = block.statements.iter();
        let ids = statements.filter_map(|statement| match &statement.kind {
            StatementKind::Expr(id) => Some(*id),
            _ => None,
        });
        ids.chain(block.tail)
            .filter_map(|id| match &module.expr(id).kind {
                ExprKind::If(branch) => Some(branch.as_ref()),
                _ => None,
            })
    }
}
