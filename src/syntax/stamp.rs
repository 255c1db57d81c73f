//! Changes every span of a module: which file it lies in, and where in it. Front ends count bytes of the text they are
//! given and know no other file.

use super::ir::{
    Argument, ArgumentKind, Arm, Assignment, Block, Call, Class, Comment, Entry, Expr, ExprKind,
    Function, Handler, If, Import, Key, Loop, Match, Member, MemberTarget, Module, Name, Parameter,
    Statement, StatementKind, Target, Try, TypeName, Unread,
};
use crate::source::{FileId, Span};

impl Module {
    /// Says which file the module was read from.
    pub(super) fn stamp(&mut self, file: FileId) {
        self.change_spans(&|span| span.file = file);
    }

    /// Changes every span, each once.
    pub(super) fn change_spans(&mut self, change: &dyn Fn(&mut Span)) {
        let Self {
            exprs,
            functions,
            classes,
            body,
            comments,
            test_spans,
            development_spans,
            is_test: _,
            unbound_names_are_packages: _,
            assignments_are_local: _,
            unread,
        } = self;
        let stamp = Stamp(change);
        exprs.iter_mut().for_each(|expr| stamp.expr(expr));
        functions.iter_mut().for_each(|it| stamp.function(it));
        classes.iter_mut().for_each(|class| stamp.class(class));
        stamp.block(body);
        for Comment { span } in comments {
            stamp.span(span);
        }
        let spans = test_spans.iter_mut().chain(development_spans);
        spans.for_each(|span| stamp.span(span));
        for Unread { span, reason: _ } in unread {
            stamp.span(span);
        }
    }
}

struct Stamp<'c>(&'c dyn Fn(&mut Span));

impl Stamp<'_> {
    fn span(&self, span: &mut Span) {
        (self.0)(span);
    }

    fn name(&self, Name { text: _, span }: &mut Name) {
        self.span(span);
    }

    fn maybe_name(&self, name: &mut Option<Name>) {
        if let Some(name) = name {
            self.name(name);
        }
    }

    fn type_name(&self, name: &mut TypeName) {
        let TypeName {
            path: _,
            arguments,
            span,
        } = name;
        self.span(span);
        arguments.iter_mut().for_each(|inner| self.type_name(inner));
    }

    fn maybe_type(&self, name: &mut Option<TypeName>) {
        if let Some(name) = name {
            self.type_name(name);
        }
    }

    fn expr(&self, Expr { span, kind }: &mut Expr) {
        self.span(span);
        match kind {
            ExprKind::Name(_)
            | ExprKind::This
            | ExprKind::Super
            | ExprKind::Text(_)
            | ExprKind::Template(_)
            | ExprKind::Pattern
            | ExprKind::Number(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::List(_)
            | ExprKind::Index { .. }
            | ExprKind::Function(_)
            | ExprKind::Class(_)
            | ExprKind::Compare { .. }
            | ExprKind::Add(..)
            | ExprKind::Logical { .. }
            | ExprKind::Not(_)
            | ExprKind::Await(_)
            | ExprKind::Propagate(_)
            | ExprKind::Yield(_)
            | ExprKind::Unknown(_) => {}
            ExprKind::Map(entries)
            | ExprKind::Construct {
                of: _,
                fields: entries,
            } => entries.iter_mut().for_each(|entry| self.entry(entry)),
            ExprKind::Member { object: _, name } => self.name(name),
            ExprKind::Call(call) => self.call(call),
            ExprKind::Assign(assignment) => self.assignment(assignment),
            ExprKind::If(branch) => {
                let If {
                    condition: _,
                    then,
                    otherwise,
                } = branch.as_mut();
                self.block(then);
                self.block(otherwise);
            }
            ExprKind::Match(chosen) => {
                let Match { subject: _, arms } = chosen.as_mut();
                for arm in arms {
                    let Arm {
                        cases: _,
                        pattern,
                        guard: _,
                        body,
                    } = arm;
                    if let Some(pattern) = pattern {
                        self.target(pattern);
                    }
                    self.block(body);
                }
            }
            ExprKind::Block(block) => self.block(block),
            ExprKind::Try(tried) => {
                let Try {
                    body,
                    handlers,
                    finally,
                } = tried.as_mut();
                self.block(body);
                for handler in handlers {
                    let Handler {
                        types: _,
                        binding,
                        body,
                    } = handler;
                    self.maybe_name(binding);
                    self.block(body);
                }
                self.block(finally);
            }
            ExprKind::Cast { value: _, to } => self.type_name(to),
        }
    }

    fn entry(&self, entry: &mut Entry) {
        let Entry {
            span,
            key,
            value: _,
        } = entry;
        self.span(span);
        match key {
            Key::Name(name) => self.name(name),
            Key::Computed(_) | Key::Spread => {}
        }
    }

    fn call(&self, call: &mut Call) {
        let Call {
            callee: _,
            arguments,
            constructs: _,
            type_arguments,
        } = call;
        for Argument { kind, value: _ } in arguments {
            match kind {
                ArgumentKind::Named(name) => self.name(name),
                ArgumentKind::Positional | ArgumentKind::Spread | ArgumentKind::NamedSpread => {}
            }
        }
        type_arguments.iter_mut().for_each(|it| self.type_name(it));
    }

    fn assignment(&self, assignment: &mut Assignment) {
        let Assignment {
            target,
            operator: _,
            value: _,
            declares: _,
            annotation,
        } = assignment;
        self.target(target);
        self.maybe_type(annotation);
    }

    fn target(&self, target: &mut Target) {
        match target {
            Target::Name(name) => self.name(name),
            Target::Place(_) | Target::Nothing => {}
            Target::Members { members, rest } => {
                for member in members {
                    let MemberTarget {
                        member,
                        target,
                        default: _,
                        is_certain: _,
                    } = member;
                    self.name(member);
                    self.target(target);
                }
                if let Some(rest) = rest {
                    self.target(rest);
                }
            }
            Target::Elements(elements) => {
                for element in elements.iter_mut().flatten() {
                    self.target(element);
                }
            }
            Target::Wrapped {
                constructor: _,
                inner,
            } => inner.iter_mut().for_each(|target| self.target(target)),
        }
    }

    fn block(&self, block: &mut Block) {
        let Block {
            statements,
            tail: _,
        } = block;
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&self, Statement { span, kind }: &mut Statement) {
        self.span(span);
        match kind {
            StatementKind::Import(imports) => {
                for import in imports {
                    let Import {
                        module: _,
                        path: _,
                        binding,
                        glob: _,
                        span,
                    } = import;
                    self.maybe_name(binding);
                    self.span(span);
                }
            }
            StatementKind::Assign(assignment) => self.assignment(assignment),
            StatementKind::Extend {
                class,
                interface,
                members,
            } => {
                self.name(class);
                self.maybe_type(interface);
                members.iter_mut().for_each(|member| self.member(member));
            }
            StatementKind::Namespace { name, body } => {
                self.name(name);
                self.block(body);
            }
            StatementKind::Loop(each) => {
                let Loop {
                    target,
                    over: _,
                    iterates: _,
                    body,
                } = each.as_mut();
                if let Some(target) = target {
                    self.target(target);
                }
                self.block(body);
            }
            StatementKind::Export(_)
            | StatementKind::Expr(_)
            | StatementKind::Function(_)
            | StatementKind::Class(_)
            | StatementKind::Return(_)
            | StatementKind::Throw(_)
            | StatementKind::Jump => {}
        }
    }

    fn function(&self, function: &mut Function) {
        let Function {
            name,
            span,
            parameters,
            receiver,
            body,
            decorators: _,
            returns,
            is_async: _,
        } = function;
        self.maybe_name(name);
        self.span(span);
        for parameter in parameters {
            let Parameter {
                target,
                default: _,
                annotation,
                kind: _,
                is_field: _,
                decorators: _,
            } = parameter;
            self.target(target);
            self.maybe_type(annotation);
        }
        self.maybe_name(receiver);
        self.block(body);
        self.maybe_type(returns);
    }

    fn class(&self, class: &mut Class) {
        let Class {
            name,
            span,
            bases: _,
            decorators: _,
            members,
        } = class;
        self.maybe_name(name);
        self.span(span);
        members.iter_mut().for_each(|member| self.member(member));
    }

    fn member(&self, member: &mut Member) {
        let Member {
            name,
            kind: _,
            is_static: _,
            annotation,
            decorators: _,
        } = member;
        self.name(name);
        self.maybe_type(annotation);
    }
}
