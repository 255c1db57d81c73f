//! Lowering of statements.

use super::super::named::Named;
use tree_sitter::Node;

use super::{Lowering, children, field, fields, span};
use crate::source::Span;
use crate::syntax::ir::{
    Arm, AssignOperator, Assignment, Block, ExprKind, Handler, If, Import, Item, Loop, Match, Name,
    Statement, StatementKind, Target, Try, TypeName,
};

/// Whether a kind of node is a statement, or a part of one that holds statements.
pub(super) fn is_statement(kind: &str) -> bool {
    kind.ends_with("_statement")
        || matches!(
            kind,
            "block"
                | "module"
                | "assignment"
                | "augmented_assignment"
                | "function_definition"
                | "class_definition"
                | "decorated_definition"
                | "elif_clause"
                | "else_clause"
                | "except_clause"
                | "finally_clause"
        )
}

impl<'tree> Lowering<'tree> {
    /// Any node, in the place of a statement.
    pub(super) fn statement(&mut self, node: Node<'tree>, statements: &mut Vec<Statement>) {
        if !self.may_enter(node) {
            return;
        }
        self.depth += 1;
        self.statement_in_bounds(node, statements);
        self.lower_errors_before(node.end_byte(), statements);
        self.depth -= 1;
    }

    /// Lowers what is readable in the errors that start before `end`.
    pub(super) fn lower_errors_before(&mut self, end: usize, statements: &mut Vec<Statement>) {
        while let Some(error) = self.errors.get(self.next_error).copied() {
            if error.start_byte() >= end {
                return;
            }
            self.next_error += 1;
            for child in children(error) {
                self.statement(child, statements);
            }
        }
    }

    /// The block in a field; empty when there is none.
    pub(super) fn block_of(&mut self, node: Node<'tree>, name: &str) -> Block {
        self.optional_block(field(node, name))
    }

    fn optional_block(&mut self, node: Option<Node<'tree>>) -> Block {
        let mut statements = Vec::new();
        if let Some(node) = node {
            self.statement(node, &mut statements);
        }
        Block {
            statements,
            tail: None,
        }
    }

    fn statement_in_bounds(&mut self, node: Node<'tree>, statements: &mut Vec<Statement>) {
        let kind = match node.kind_name() {
            "block" | "module" => {
                for child in children(node) {
                    self.statement(child, statements);
                }
                return;
            }
            "pass_statement" | "global_statement" | "nonlocal_statement" => return,
            "import_statement" => StatementKind::Import(self.imports(node)),
            "import_from_statement" | "future_import_statement" => {
                StatementKind::Import(self.imports_from(node))
            }
            "expression_statement" => return self.expression_statement(node, statements),
            "assignment" => return self.assignment(node, statements),
            "augmented_assignment" => StatementKind::Assign(self.update(node)),
            "if_statement" | "elif_clause" => {
                let kind = self.conditional_statement(node);
                StatementKind::Expr(self.add(node, kind))
            }
            "for_statement" | "while_statement" => return self.loops(node, statements),
            "try_statement" => {
                let kind = self.try_statement(node);
                StatementKind::Expr(self.add(node, kind))
            }
            "with_statement" => return self.with_statement(node, statements),
            "match_statement" => {
                let kind = self.match_statement(node);
                StatementKind::Expr(self.add(node, kind))
            }
            "else_clause" | "except_clause" | "finally_clause" => {
                for child in children(node) {
                    self.statement(child, statements);
                }
                return;
            }
            "function_definition" => StatementKind::Function(self.function(node, &[], false)),
            "class_definition" => StatementKind::Class(self.class(node, &[])),
            "decorated_definition" => return self.decorated_definition(node, statements),
            "return_statement" => {
                let value = children(node).first().map(|value| self.expression(*value));
                StatementKind::Return(value)
            }
            "raise_statement" => {
                let cause = field(node, "cause");
                let raised = children(node)
                    .into_iter()
                    .find(|child| cause.is_none_or(|cause| cause.id() != child.id()));
                if let Some(cause) = cause {
                    let value = self.expression(cause);
                    push(statements, span(cause), StatementKind::Expr(value));
                }
                StatementKind::Throw(raised.map(|raised| self.expression(raised)))
            }
            "break_statement" | "continue_statement" => StatementKind::Jump,
            "delete_statement" => {
                for target in children(node) {
                    self.delete(target, statements);
                }
                return;
            }
            "print_statement" | "assert_statement" | "exec_statement" | "type_alias_statement" => {
                StatementKind::Expr(self.unknown(node))
            }
            _ => StatementKind::Expr(self.expression(node)),
        };
        push(statements, span(node), kind);
    }

    /// `del a.b`, `del a["b"]`: nothing is there any more.
    fn delete(&mut self, node: Node<'tree>, statements: &mut Vec<Statement>) {
        if matches!(node.kind_name(), "expression_list" | "tuple" | "list") {
            for target in children(node) {
                if self.may_enter(target) {
                    self.depth += 1;
                    self.delete(target, statements);
                    self.depth -= 1;
                }
            }
            return;
        }
        let place = self.expression(node);
        let is_place = matches!(
            self.module.expr(place).kind,
            ExprKind::Member { .. } | ExprKind::Index { .. }
        );
        let kind = match is_place {
            true => StatementKind::Assign(Assignment {
                target: Target::Place(place),
                operator: AssignOperator::Set,
                value: Some(self.add(node, ExprKind::Null)),
                declares: false,
                annotation: None,
            }),
            false => StatementKind::Expr(place),
        };
        push(statements, span(node), kind);
    }

    fn expression_statement(&mut self, node: Node<'tree>, statements: &mut Vec<Statement>) {
        let parts = children(node);
        let has_comma = node
            .child(node.child_count().saturating_sub(1))
            .is_some_and(|last| last.kind_name() == ",");
        let value = match parts.as_slice() {
            [] => return,
            [single] if matches!(single.kind_name(), "assignment" | "augmented_assignment") => {
                return self.statement(*single, statements);
            }
            [single] if !has_comma => self.expression(*single),
            several => {
                let items = several
                    .iter()
                    .map(|part| Item {
                        spread: false,
                        value: self.expression(*part),
                    })
                    .collect();
                self.add(node, ExprKind::List(items))
            }
        };
        push(statements, span(node), StatementKind::Expr(value));
    }

    /// `a = b = value` binds the value once and the other names to the name that has it.
    fn assignment(&mut self, node: Node<'tree>, statements: &mut Vec<Statement>) {
        let mut targets = Vec::new();
        let mut link = node;
        let value = loop {
            targets.push(link);
            match field(link, "right") {
                Some(right) if right.kind_name() == "assignment" => link = right,
                right => break right.map(|right| self.expression(right)),
            }
        };
        let mut value = value;
        for link in targets.into_iter().rev() {
            let target = field(link, "left").map_or(Target::Nothing, |left| self.target(left));
            let annotation = self.declared_type(link, statements);
            let bound = match &target {
                Target::Name(name) => Some(name.clone()),
                _ => None,
            };
            push(
                statements,
                span(link),
                StatementKind::Assign(Assignment {
                    target,
                    operator: AssignOperator::Set,
                    value,
                    declares: false,
                    annotation,
                }),
            );
            if let Some(name) = bound.filter(|_| link.id() != node.id()) {
                value = Some(self.module.add_expr(name.span, ExprKind::Name(name.text)));
            }
        }
    }

    fn declared_type(
        &mut self,
        node: Node<'tree>,
        statements: &mut Vec<Statement>,
    ) -> Option<TypeName> {
        let annotation = field(node, "type")?;
        for call in self.annotation_calls(annotation) {
            push(statements, span(annotation), StatementKind::Expr(call));
        }
        Some(self.annotation(annotation))
    }

    fn update(&mut self, node: Node<'tree>) -> Assignment {
        Assignment {
            target: field(node, "left").map_or(Target::Nothing, |left| self.target(left)),
            operator: AssignOperator::Update,
            value: Some(self.expression_of(node, "right")),
            declares: false,
            annotation: None,
        }
    }

    fn imports(&mut self, node: Node<'tree>) -> Vec<Import> {
        let mut imports = Vec::new();
        for clause in fields(node, "name") {
            let (path, alias) = self.import_clause(clause);
            let (module, binding) = match (alias, path.first()) {
                (Some(alias), _) => (dotted(&path), alias),
                (None, Some(root)) => (root.text.clone(), root.clone()),
                (None, None) => continue,
            };
            imports.push(Import {
                module,
                path: Vec::new(),
                binding: Some(binding),
                glob: false,
                span: span(clause),
            });
        }
        imports
    }

    fn imports_from(&mut self, node: Node<'tree>) -> Vec<Import> {
        let module = match field(node, "module_name") {
            Some(module) => self.module_name(module),
            None => "__future__".to_owned(),
        };
        let mut imports = Vec::new();
        for part in children(node) {
            if part.kind_name() == "wildcard_import" {
                imports.push(Import {
                    module: module.clone(),
                    path: Vec::new(),
                    binding: None,
                    glob: true,
                    span: span(part),
                });
            }
        }
        for clause in fields(node, "name") {
            let (path, alias) = self.import_clause(clause);
            let Some(last) = path.last().cloned() else {
                continue;
            };
            imports.push(Import {
                module: module.clone(),
                path: path.into_iter().map(|segment| segment.text).collect(),
                binding: Some(alias.unwrap_or(last)),
                glob: false,
                span: span(clause),
            });
        }
        imports
    }

    /// The path of `a.b` or `a.b as c`, and the alias.
    fn import_clause(&self, clause: Node<'tree>) -> (Vec<Name>, Option<Name>) {
        if clause.kind_name() != "aliased_import" {
            return (self.segments(clause), None);
        }
        let path = field(clause, "name").map_or_else(Vec::new, |name| self.segments(name));
        (path, field(clause, "alias").map(|alias| self.name(alias)))
    }

    /// `a.b`, `..a.b`, `.`, without the blanks that may stand between the parts.
    fn module_name(&self, node: Node<'tree>) -> String {
        if node.kind_name() != "relative_import" {
            return dotted(&self.segments(node));
        }
        children(node)
            .into_iter()
            .map(|part| match part.kind_name() {
                "import_prefix" => {
                    let dots = self.bytes(part).iter().filter(|byte| **byte == b'.');
                    ".".repeat(dots.count())
                }
                _ => dotted(&self.segments(part)),
            })
            .collect()
    }

    fn conditional_statement(&mut self, node: Node<'tree>) -> ExprKind {
        let condition = self.expression_of(node, "condition");
        let then = self.block_of(node, "consequence");
        let alternatives = fields(node, "alternative");
        let otherwise = self.alternatives(&alternatives);
        ExprKind::If(Box::new(If {
            condition,
            then,
            otherwise,
        }))
    }

    /// The clauses behind an `if`; each `elif` nests the rest.
    fn alternatives(&mut self, clauses: &[Node<'tree>]) -> Block {
        let Some((first, rest)) = clauses.split_first() else {
            return Block::default();
        };
        if first.kind_name() != "elif_clause" {
            return self.optional_block(Some(*first));
        }
        let mut statements = Vec::new();
        if self.may_enter(*first) {
            self.depth += 1;
            let condition = self.expression_of(*first, "condition");
            let then = self.block_of(*first, "consequence");
            let otherwise = self.alternatives(rest);
            let kind = ExprKind::If(Box::new(If {
                condition,
                then,
                otherwise,
            }));
            let value = self.add(*first, kind);
            push(&mut statements, span(*first), StatementKind::Expr(value));
            self.depth -= 1;
        }
        Block {
            statements,
            tail: None,
        }
    }

    /// A loop, and behind it its `else`, which has no scope of its own.
    fn loops(&mut self, node: Node<'tree>, statements: &mut Vec<Statement>) {
        let iterates = node.kind_name() == "for_statement";
        let over = self.expression_of(node, if iterates { "right" } else { "condition" });
        let target = field(node, "left").map(|left| self.target(left));
        let body = self.block_of(node, "body");
        push(
            statements,
            span(node),
            StatementKind::Loop(Box::new(Loop {
                target,
                over: Some(over),
                iterates,
                body,
            })),
        );
        if let Some(otherwise) = field(node, "alternative") {
            self.statement(otherwise, statements);
        }
    }

    fn try_statement(&mut self, node: Node<'tree>) -> ExprKind {
        let body = self.block_of(node, "body");
        let mut handlers = Vec::new();
        let mut finally = Vec::new();
        for clause in children(node) {
            match clause.kind_name() {
                "except_clause" => handlers.push(self.handler(clause)),
                "else_clause" | "finally_clause" => self.statement(clause, &mut finally),
                _ => {}
            }
        }
        ExprKind::Try(Box::new(Try {
            body,
            handlers,
            finally: Block {
                statements: finally,
                tail: None,
            },
        }))
    }

    fn handler(&mut self, clause: Node<'tree>) -> Handler {
        let mut values = fields(clause, "value");
        let mut alias = field(clause, "alias");
        if let [single] = values.as_slice()
            && single.kind_name() == "as_pattern"
        {
            alias = field(*single, "alias");
            values = children(*single).into_iter().take(1).collect();
        }
        // `except Error, error:` of Python 2; in Python 3.14 the second name is a type too.
        if let [_, second] = values.as_slice()
            && second.kind_name() == "identifier"
            && self
                .bytes(*second)
                .first()
                .is_some_and(u8::is_ascii_lowercase)
        {
            alias = values.pop();
        }
        let types = values
            .into_iter()
            .flat_map(|value| match value.kind_name() {
                "tuple" => children(value),
                _ => vec![value],
            })
            .collect();
        let block = children(clause)
            .into_iter()
            .find(|child| child.kind_name() == "block");
        Handler {
            types: self.expressions(types),
            binding: alias.map(|alias| self.name(alias)),
            body: self.optional_block(block),
        }
    }

    fn with_statement(&mut self, node: Node<'tree>, statements: &mut Vec<Statement>) {
        let clause = children(node)
            .into_iter()
            .find(|child| child.kind_name() == "with_clause");
        for item in clause.map_or_else(Vec::new, children) {
            let value = field(item, "value").unwrap_or(item);
            self.with_item(value, statements);
        }
        let body = self.block_of(node, "body");
        let place = field(node, "body").map_or(span(node), span);
        let value = self.module.add_expr(place, ExprKind::Block(body));
        push(statements, place, StatementKind::Expr(value));
    }

    fn with_item(&mut self, node: Node<'tree>, statements: &mut Vec<Statement>) {
        let kind = match node.kind_name() {
            "as_pattern" => {
                let value = children(node).first().map(|value| self.expression(*value));
                let target =
                    field(node, "alias").map_or(Target::Nothing, |alias| self.target(alias));
                StatementKind::Assign(Assignment {
                    target,
                    operator: AssignOperator::Set,
                    value,
                    declares: false,
                    annotation: None,
                })
            }
            _ => StatementKind::Expr(self.expression(node)),
        };
        push(statements, span(node), kind);
    }

    fn match_statement(&mut self, node: Node<'tree>) -> ExprKind {
        let subjects = fields(node, "subject");
        let subject = match subjects.as_slice() {
            [single] => self.expression(*single),
            _ => {
                let items = self
                    .expressions(subjects)
                    .into_iter()
                    .map(|value| Item {
                        spread: false,
                        value,
                    })
                    .collect();
                self.add(node, ExprKind::List(items))
            }
        };
        let mut arms = Vec::new();
        for clause in field(node, "body").map_or_else(Vec::new, children) {
            if clause.kind_name() == "case_clause" {
                arms.push(self.arm(clause));
            }
        }
        ExprKind::Match(Box::new(Match { subject, arms }))
    }

    fn arm(&mut self, clause: Node<'tree>) -> Arm {
        let patterns: Vec<Node<'tree>> = children(clause)
            .into_iter()
            .filter(|child| child.kind_name() == "case_pattern")
            .collect();
        let (cases, pattern) = self.case(&patterns);
        let guard = field(clause, "guard").and_then(|guard| children(guard).first().copied());
        Arm {
            cases,
            pattern,
            guard: guard.map(|guard| self.expression(guard)),
            body: self.block_of(clause, "consequence"),
        }
    }

    fn decorated_definition(&mut self, node: Node<'tree>, statements: &mut Vec<Statement>) {
        let decorators = decorators_of(node);
        let kind = match field(node, "definition") {
            Some(definition) if definition.kind_name() == "class_definition" => {
                StatementKind::Class(self.class(definition, &decorators))
            }
            Some(definition) => {
                StatementKind::Function(self.function(definition, &decorators, false))
            }
            None => StatementKind::Expr(self.unknown(node)),
        };
        push(statements, span(node), kind);
    }
}

/// The `decorator` nodes of a `decorated_definition`.
pub(super) fn decorators_of(node: Node<'_>) -> Vec<Node<'_>> {
    children(node)
        .into_iter()
        .filter(|child| child.kind_name() == "decorator")
        .collect()
}

pub(super) fn push(statements: &mut Vec<Statement>, span: Span, kind: StatementKind) {
    statements.push(Statement { span, kind });
}

fn dotted(path: &[Name]) -> String {
    let segments: Vec<&str> = path.iter().map(|segment| segment.text.as_str()).collect();
    segments.join(".")
}
