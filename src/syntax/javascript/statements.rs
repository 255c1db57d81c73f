//! Statements: declarations, branches, loops.

use tree_sitter::Node;

use super::super::ir::{
    Arm, AssignOperator, Assignment, Block, ExprId, ExprKind, Handler, If, Loop, Match, Name,
    Statement, StatementKind, Target, Try,
};
use super::super::named::Named;
use super::{Lowering, is_comment, runners, span};
use crate::source::Span;

impl<'tree> Lowering<'tree> {
    /// The statements directly inside a program, a block, a case or an error.
    pub(super) fn statements_in(&mut self, node: Node<'tree>) -> Vec<Statement> {
        let nodes = node
            .named_children(&mut self.cursor)
            .filter(|child| !is_comment(*child))
            .collect();
        self.statements(nodes)
    }

    fn statements(&mut self, nodes: Vec<Node<'tree>>) -> Vec<Statement> {
        let mut statements = Vec::with_capacity(nodes.len());
        for (index, node) in nodes.iter().enumerate() {
            let next = nodes.get(index + 1);
            if next.is_some_and(|next| self.is_overload(*node, *next)) {
                continue;
            }
            let lowered = self.statement(*node);
            self.take_strays(&mut statements);
            statements.extend(lowered);
        }
        statements
    }

    /// Whether a function signature is followed by the function it belongs to: it says nothing that that does not.
    fn is_overload(&self, node: Node<'tree>, next: Node<'tree>) -> bool {
        let name_of = |statement: Node<'tree>, kinds: &[&str]| {
            let declaration = statement.field("declaration").unwrap_or(statement);
            kinds
                .contains(&declaration.kind_name())
                .then(|| declaration.field("name"))
                .flatten()
                .map(|name| self.text(name))
        };
        let name = name_of(node, &["function_signature"]);
        name.is_some()
            && name
                == name_of(
                    next,
                    &[
                        "function_signature",
                        "function_declaration",
                        "generator_function_declaration",
                    ],
                )
    }

    /// Lowers a statement, or whatever stands where one is due.
    pub(super) fn statement(&mut self, node: Node<'tree>) -> Vec<Statement> {
        if !self.enter(node) {
            return Vec::new();
        }
        // What is broken between whole statements is lowered in its place.
        if !matches!(node.kind_name(), "statement_block" | "ERROR") {
            self.salvage(node);
        }
        let statements = self.statement_within(node);
        self.leave();
        statements
    }

    fn statement_within(&mut self, node: Node<'tree>) -> Vec<Statement> {
        let kind = match node.kind_name() {
            "ERROR" => return self.broken(node),
            "import_statement" => self.import(node),
            "export_statement" => return self.export(node),
            "import_alias" => return self.import_alias(node),
            "module" | "internal_module" => return self.namespace(node),
            "ambient_declaration" => return self.ambient(node),
            "expression_statement" => return self.expression_statement(node),
            "variable_declaration" | "lexical_declaration" | "using_declaration" => {
                return self.declaration(node);
            }
            "variable_declarator" => self.declarator(node),
            "function_declaration" | "generator_function_declaration" | "function_signature" => {
                StatementKind::Function(self.function(node))
            }
            "class_declaration" | "abstract_class_declaration" => {
                StatementKind::Class(self.class(node, Vec::new()))
            }
            "interface_declaration" => StatementKind::Class(self.interface(node)),
            "enum_declaration" => StatementKind::Class(self.enumeration(node)),
            "type_alias_declaration" => match self.object_alias(node) {
                Some(class) => StatementKind::Class(class),
                None => return Vec::new(),
            },
            "statement_block" => {
                let block = self.block_of(node);
                StatementKind::Expr(self.add(node, ExprKind::Block(block)))
            }
            "if_statement" => self.if_statement(node),
            "switch_statement" => self.switch(node),
            "for_statement" => self.for_statement(node),
            "for_in_statement" => self.for_in(node),
            "while_statement" | "do_statement" => self.while_loop(node),
            "try_statement" => self.try_statement(node),
            "with_statement" => self.with_statement(node),
            "labeled_statement" => {
                return match node.field("body") {
                    Some(body) => self.statement(body),
                    None => Vec::new(),
                };
            }
            "return_statement" => StatementKind::Return(self.operand(node)),
            "throw_statement" => StatementKind::Throw(self.operand(node)),
            "break_statement" | "continue_statement" => StatementKind::Jump,
            "empty_statement" | "debugger_statement" | "hash_bang_line" => return Vec::new(),
            _ => StatementKind::Expr(self.expr(node)),
        };
        vec![Statement {
            span: span(node),
            kind,
        }]
    }

    /// The statements and expressions inside a syntax error.
    fn broken(&mut self, node: Node<'tree>) -> Vec<Statement> {
        if self.salvaged.insert(node.id()) {
            let mut statements = self.statements_in(node);
            statements.retain(|statement| match statement.kind {
                StatementKind::Expr(value) => !matches!(
                    &self.module.expr(value).kind,
                    ExprKind::Unknown(children) if children.is_empty()
                ),
                _ => true,
            });
            statements
        } else {
            Vec::new()
        }
    }

    pub(super) fn block_of(&mut self, node: Node<'tree>) -> Block {
        Block {
            statements: self.statements_in(node),
            tail: None,
        }
    }

    /// The block that a branch or a loop runs, whether it has braces or not.
    fn body(&mut self, node: Option<Node<'tree>>) -> Block {
        match node {
            Some(block) if block.kind_name() == "statement_block" && self.enter(block) => {
                let body = self.block_of(block);
                self.leave();
                body
            }
            Some(statement) => Block {
                statements: self.statements(vec![statement]),
                tail: None,
            },
            None => Block::default(),
        }
    }

    fn expression_statement(&mut self, node: Node<'tree>) -> Vec<Statement> {
        let mut statements = Vec::new();
        for child in self.children(node) {
            if child.kind_name() == "internal_module" {
                statements.extend(self.namespace(child));
                continue;
            }
            statements.push(Statement {
                span: span(node),
                kind: self.effect(child, span(node)),
            });
        }
        statements
    }

    /// An expression for its effect: an assignment is a statement of its own.
    fn effect(&mut self, node: Node<'tree>, place: Span) -> StatementKind {
        if let Some(exports) = self.common_exports(node) {
            return StatementKind::Export(exports);
        }
        if is_assignment(node) {
            self.salvage(node);
            return StatementKind::Assign(self.assignment(node));
        }
        let value = self.expr(node);
        if let Some(call) = runners::runner_call(&self.module, place, value) {
            self.runner_calls.push(call);
        }
        StatementKind::Expr(value)
    }

    fn declaration(&mut self, node: Node<'tree>) -> Vec<Statement> {
        let declarators = self.children(node);
        let is_single = declarators.len() == 1;
        declarators
            .into_iter()
            .map(|declarator| {
                self.salvage(declarator);
                Statement {
                    span: span(if is_single { node } else { declarator }),
                    kind: self.declarator(declarator),
                }
            })
            .collect()
    }

    fn declarator(&mut self, node: Node<'tree>) -> StatementKind {
        StatementKind::Assign(Assignment {
            target: self.target_or_nothing(node.field("name")),
            operator: AssignOperator::Set,
            value: node.field("value").map(|value| self.expr(value)),
            declares: true,
            annotation: self.annotation(node, "type"),
        })
    }

    fn operand(&mut self, node: Node<'tree>) -> Option<ExprId> {
        let operand = self.first_child(node)?;
        Some(self.expr(operand))
    }

    fn if_statement(&mut self, node: Node<'tree>) -> StatementKind {
        let condition = self.expr_in(node, "condition");
        let then = self.body(node.field("consequence"));
        let alternative = match node.field("alternative") {
            Some(clause) => self.first_child(clause),
            None => None,
        };
        let otherwise = self.body(alternative);
        let branch = ExprKind::If(Box::new(If {
            condition,
            then,
            otherwise,
        }));
        StatementKind::Expr(self.add(node, branch))
    }

    fn switch(&mut self, node: Node<'tree>) -> StatementKind {
        let subject = self.expr_in(node, "value");
        let branches = match node.field("body") {
            Some(body) => self.children(body),
            None => Vec::new(),
        };
        let mut arms = Vec::new();
        let mut cases = Vec::new();
        let mut has_default = false;
        let last = branches.len().saturating_sub(1);
        for (index, branch) in branches.into_iter().enumerate() {
            match branch.field("value") {
                Some(value) => cases.push(self.expr(value)),
                None => has_default = true,
            }
            let statements = self.case_body(branch);
            if statements.is_empty() && index != last {
                continue;
            }
            let mut cases = std::mem::take(&mut cases);
            if std::mem::take(&mut has_default) {
                self.strays.append(&mut cases);
            }
            arms.push(Arm {
                cases,
                pattern: None,
                guard: None,
                body: Block {
                    statements,
                    tail: None,
                },
            });
        }
        let choice = ExprKind::Match(Box::new(Match { subject, arms }));
        StatementKind::Expr(self.add(node, choice))
    }

    fn case_body(&mut self, branch: Node<'tree>) -> Vec<Statement> {
        let value = branch.field("value").map(|value| value.id());
        let nodes = branch
            .named_children(&mut self.cursor)
            .filter(|child| !is_comment(*child) && Some(child.id()) != value)
            .collect();
        self.statements(nodes)
    }

    /// `for (first; condition; step)`: what comes first runs before the loop, the step at the end of its body.
    fn for_statement(&mut self, node: Node<'tree>) -> StatementKind {
        let mut statements = match node.field("initializer") {
            Some(first) => self.statement(first),
            None => Vec::new(),
        };
        let over = node
            .field("condition")
            .and_then(|condition| match condition.kind_name() {
                "empty_statement" => None,
                "expression_statement" => self.first_child(condition),
                _ => Some(condition),
            })
            .map(|condition| self.expr(condition));
        let mut body = self.body(node.field("body"));
        if let Some(step) = node.field("increment") {
            body.statements.push(Statement {
                span: span(step),
                kind: self.effect(step, span(step)),
            });
        }
        let turns = StatementKind::Loop(Box::new(Loop {
            target: None,
            over,
            iterates: false,
            body,
        }));
        if statements.is_empty() {
            return turns;
        }
        statements.push(Statement {
            span: span(node),
            kind: turns,
        });
        StatementKind::Expr(self.block_expr(node, statements, None))
    }

    /// `for (x of collection)`; `for (x in object)` binds keys, which are no elements.
    fn for_in(&mut self, node: Node<'tree>) -> StatementKind {
        if let Some(initial) = node.field("value") {
            let initial = self.expr(initial);
            self.strays.push(initial);
        }
        let over = self.expr_in(node, "right");
        let target = self.target_or_nothing(node.field("left"));
        let iterates = node
            .field("operator")
            .is_some_and(|operator| operator.kind_name() == "of");
        StatementKind::Loop(Box::new(Loop {
            target: Some(target),
            over: Some(over),
            iterates,
            body: self.body(node.field("body")),
        }))
    }

    fn while_loop(&mut self, node: Node<'tree>) -> StatementKind {
        let over = self.expr_in(node, "condition");
        StatementKind::Loop(Box::new(Loop {
            target: None,
            over: Some(over),
            iterates: false,
            body: self.body(node.field("body")),
        }))
    }

    fn try_statement(&mut self, node: Node<'tree>) -> StatementKind {
        let body = self.body(node.field("body"));
        let mut handlers = Vec::new();
        if let Some(clause) = node.field("handler") {
            handlers.push(self.handler(clause));
        }
        let finally = match node.field("finalizer") {
            Some(clause) => self.body(clause.field("body")),
            None => Block::default(),
        };
        let attempt = ExprKind::Try(Box::new(Try {
            body,
            handlers,
            finally,
        }));
        StatementKind::Expr(self.add(node, attempt))
    }

    /// A `catch`; one that takes the exception apart does so in its first statement.
    fn handler(&mut self, clause: Node<'tree>) -> Handler {
        self.salvage(clause);
        let parameter = clause.field("parameter");
        let target = self.target_or_nothing(parameter);
        let mut body = self.body(clause.field("body"));
        let mut binding: Option<Name> = None;
        match target {
            Target::Name(name) => binding = Some(name),
            Target::Nothing => {}
            pattern => body.statements.insert(
                0,
                Statement {
                    span: span(parameter.unwrap_or(clause)),
                    kind: StatementKind::Assign(Assignment {
                        target: pattern,
                        operator: AssignOperator::Set,
                        value: None,
                        declares: true,
                        annotation: None,
                    }),
                },
            ),
        }
        Handler {
            types: Vec::new(),
            binding,
            body,
        }
    }

    fn with_statement(&mut self, node: Node<'tree>) -> StatementKind {
        let object = self.expr_in(node, "object");
        let mut block = self.body(node.field("body"));
        block.statements.insert(
            0,
            Statement {
                span: self.module.expr(object).span,
                kind: StatementKind::Expr(object),
            },
        );
        StatementKind::Expr(self.add(node, ExprKind::Block(block)))
    }
}

/// Whether a node is a statement, a declaration or a part that only a statement can hold.
pub(super) fn is_statement(node: Node<'_>) -> bool {
    let kind = node.kind_name();
    kind.ends_with("_statement")
        || kind.ends_with("_declaration")
        || matches!(
            kind,
            "statement_block"
                | "variable_declarator"
                | "function_signature"
                | "import_alias"
                | "module"
                | "internal_module"
        )
}

fn is_assignment(node: Node<'_>) -> bool {
    matches!(
        node.kind_name(),
        "assignment_expression" | "augmented_assignment_expression" | "update_expression"
    )
}
