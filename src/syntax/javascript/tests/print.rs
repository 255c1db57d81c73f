//! Renders IR on one line. Literals are revealed: for tests only.

use crate::syntax::ir::*;

pub(super) fn module(module: &Module) -> String {
    Printer { module }.block(&module.body)
}

struct Printer<'module> {
    module: &'module Module,
}

fn list<T>(items: &[T], print: impl Fn(&T) -> String) -> String {
    items.iter().map(print).collect::<Vec<_>>().join(" ")
}

/// `(head part part)`, without the parts that are empty.
fn node(head: &str, parts: &[String]) -> String {
    let mut text = format!("({head}");
    for part in parts.iter().filter(|part| !part.is_empty()) {
        text.push(' ');
        text.push_str(part);
    }
    text + ")"
}

fn annotated(annotation: Option<&TypeName>) -> String {
    annotation.map_or_else(String::new, |name| format!(":{}", type_name(name)))
}

fn type_name(name: &TypeName) -> String {
    if name.arguments.is_empty() {
        name.path.clone()
    } else {
        format!("{}<{}>", name.path, list(&name.arguments, type_name))
    }
}

fn import(import: &Import) -> String {
    let binding = import.binding.as_ref().map_or("-", |name| &name.text);
    format!("{}:{}={binding}", import.module, import.path.join("."))
}

impl Printer<'_> {
    fn block(&self, block: &Block) -> String {
        let mut text = list(&block.statements, |statement| self.statement(statement));
        if let Some(tail) = block.tail {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str("=> ");
            text.push_str(&self.expr(tail));
        }
        text
    }

    fn braces(&self, block: &Block) -> String {
        format!("{{{}}}", self.block(block))
    }

    fn optional(&self, id: Option<ExprId>) -> String {
        id.map_or_else(String::new, |id| self.expr(id))
    }

    fn exprs(&self, ids: &[ExprId]) -> String {
        list(ids, |id| self.expr(*id))
    }

    fn statement(&self, statement: &Statement) -> String {
        match &statement.kind {
            StatementKind::Import(imports) => format!("(import {})", list(imports, import)),
            StatementKind::Export(exports) => {
                format!("(export {})", list(exports, |export| self.export(export)))
            }
            StatementKind::Expr(id) => self.expr(*id),
            StatementKind::Assign(assignment) => self.assignment(assignment),
            StatementKind::Function(id) => self.function(*id),
            StatementKind::Class(id) => self.class(*id),
            StatementKind::Extend { .. } => "(extend)".into(),
            StatementKind::Namespace { name, body } => {
                node("namespace", &[name.text.clone(), self.braces(body)])
            }
            StatementKind::Return(value) => node("return", &[self.optional(*value)]),
            StatementKind::Throw(value) => node("throw", &[self.optional(*value)]),
            StatementKind::Loop(turns) => node(
                if turns.iterates { "each" } else { "loop" },
                &[
                    turns
                        .target
                        .as_ref()
                        .map_or_else(String::new, |target| self.target(target)),
                    self.optional(turns.over),
                    self.braces(&turns.body),
                ],
            ),
            StatementKind::Jump => "(jump)".into(),
        }
    }

    fn export(&self, export: &Export) -> String {
        match (&export.from, export.value) {
            (Some((module, name)), _) => format!("{}={module}:{name}", export.name),
            (None, value) => format!("{}={}", export.name, self.optional(value)),
        }
    }

    fn assignment(&self, assignment: &Assignment) -> String {
        let operator = match (assignment.operator, assignment.declares) {
            (AssignOperator::Set, true) => "let",
            (AssignOperator::Set, false) => "set",
            (AssignOperator::Update, _) => "update",
            (AssignOperator::Default, _) => "default",
        };
        let target = self.target(&assignment.target) + &annotated(assignment.annotation.as_ref());
        node(operator, &[target, self.optional(assignment.value)])
    }

    fn target(&self, target: &Target) -> String {
        match target {
            Target::Name(name) => name.text.clone(),
            Target::Place(id) => self.expr(*id),
            Target::Members { members, rest } => {
                let mut parts: Vec<_> = members
                    .iter()
                    .map(|member| {
                        let default = member
                            .default
                            .map_or_else(String::new, |id| format!("={}", self.expr(id)));
                        format!(
                            "{}:{}{default}",
                            member.member.text,
                            self.target(&member.target)
                        )
                    })
                    .collect();
                parts.extend(rest.iter().map(|rest| format!("...{}", self.target(rest))));
                format!("{{{}}}", parts.join(" "))
            }
            Target::Elements(elements) => format!(
                "[{}]",
                list(elements, |element| element
                    .as_ref()
                    .map_or_else(|| "_".into(), |element| self.target(element)))
            ),
            Target::Wrapped { constructor, inner } => {
                format!("{constructor}{}", list(inner, |target| self.target(target)))
            }
            Target::Nothing => "nothing".into(),
        }
    }

    fn function(&self, id: FunctionId) -> String {
        let function = self.module.function(id);
        let head = match &function.name {
            Some(name) => format!("fn {}", name.text),
            None => "fn".into(),
        };
        let parameters = list(&function.parameters, |parameter| {
            let mut text = list(&parameter.decorators, |id| format!("@{} ", self.expr(*id)));
            text += if parameter.is_field { "field " } else { "" };
            text += if parameter.kind == ParameterKind::Rest {
                "..."
            } else {
                ""
            };
            text += &self.target(&parameter.target);
            text += &annotated(parameter.annotation.as_ref());
            text + &parameter
                .default
                .map_or_else(String::new, |id| format!("={}", self.expr(id)))
        });
        let returns = annotated(function.returns.as_ref());
        node(
            &head,
            &[
                format!("[{parameters}]{returns}"),
                self.braces(&function.body),
            ],
        )
    }

    fn class(&self, id: ClassId) -> String {
        let class = self.module.class(id);
        let mut parts = vec![list(&class.decorators, |id| format!("@{}", self.expr(*id)))];
        parts.push(
            class
                .name
                .as_ref()
                .map_or_else(String::new, |name| name.text.clone()),
        );
        parts.extend(
            class
                .bases
                .iter()
                .map(|base| format!("<{}", self.expr(*base))),
        );
        parts.extend(class.members.iter().map(|member| self.member(member)));
        node("class", &parts)
    }

    fn member(&self, member: &Member) -> String {
        let decorators = list(&member.decorators, |id| format!("@{}", self.expr(*id)));
        let fixed = if member.is_static { "static " } else { "" };
        let name = &member.name.text;
        let (kind, value) = match member.kind {
            MemberKind::Field(value) => ("field", self.optional(value)),
            MemberKind::Method(function) => ("method", self.function(function)),
            MemberKind::Getter(function) => ("getter", self.function(function)),
            MemberKind::Variant => ("variant", String::new()),
        };
        let annotation = annotated(member.annotation.as_ref());
        node(
            &format!("{fixed}{kind}"),
            &[decorators, format!("{name}{annotation}"), value],
        )
    }

    fn entry(&self, entry: &Entry) -> String {
        let value = self.expr(entry.value);
        match &entry.key {
            Key::Name(name) => format!("{}:{value}", name.text),
            Key::Computed(key) => format!("[{}]:{value}", self.expr(*key)),
            Key::Spread => format!("...{value}"),
        }
    }

    fn call(&self, call: &Call) -> String {
        let types = if call.type_arguments.is_empty() {
            String::new()
        } else {
            format!("<{}>", list(&call.type_arguments, type_name))
        };
        let arguments = list(&call.arguments, |argument| match argument.kind {
            ArgumentKind::Spread => format!("...{}", self.expr(argument.value)),
            _ => self.expr(argument.value),
        });
        let head = if call.constructs { "new" } else { "call" };
        node(head, &[self.expr(call.callee) + &types, arguments])
    }

    fn expr(&self, id: ExprId) -> String {
        match &self.module.expr(id).kind {
            ExprKind::Name(name) => name.clone(),
            ExprKind::This => "this".into(),
            ExprKind::Super => "super".into(),
            ExprKind::Text(literal) => format!("{:?}", literal.reveal()),
            ExprKind::Template(pieces) => node("template", &[self.exprs(pieces)]),
            ExprKind::Pattern => "regex".into(),
            ExprKind::Number(number) => number.to_string(),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Null => "null".into(),
            ExprKind::List(items) => format!(
                "[{}]",
                list(items, |item| {
                    let spread = if item.spread { "..." } else { "" };
                    format!("{spread}{}", self.expr(item.value))
                })
            ),
            ExprKind::Map(entries) => {
                format!("{{{}}}", list(entries, |entry| self.entry(entry)))
            }
            ExprKind::Construct { .. } | ExprKind::Propagate(_) | ExprKind::Yield(_) => {
                "(foreign)".into()
            }
            ExprKind::Member { object, name } => format!("{}.{}", self.expr(*object), name.text),
            ExprKind::Index { object, index } => {
                format!("{}[{}]", self.expr(*object), self.expr(*index))
            }
            ExprKind::Call(call) => self.call(call),
            ExprKind::Function(id) => self.function(*id),
            ExprKind::Class(id) => self.class(*id),
            ExprKind::Assign(assignment) => self.assignment(assignment),
            ExprKind::Compare {
                operator,
                left,
                right,
            } => {
                let head = match operator {
                    Comparison::Equal { negated: false } => "==",
                    Comparison::Equal { negated: true } => "!=",
                    Comparison::Order => "<>",
                    Comparison::In { .. } => "in",
                    Comparison::Instance => "instanceof",
                };
                node(head, &[self.expr(*left), self.expr(*right)])
            }
            ExprKind::Add(left, right) => node("+", &[self.expr(*left), self.expr(*right)]),
            ExprKind::Logical {
                operator,
                left,
                right,
            } => {
                let head = match operator {
                    LogicalOperator::And => "&&",
                    LogicalOperator::Or => "||",
                    LogicalOperator::Coalesce => "??",
                };
                node(head, &[self.expr(*left), self.expr(*right)])
            }
            ExprKind::Not(operand) => node("!", &[self.expr(*operand)]),
            ExprKind::If(branch) => node(
                "if",
                &[
                    self.expr(branch.condition),
                    self.braces(&branch.then),
                    self.braces(&branch.otherwise),
                ],
            ),
            ExprKind::Match(choice) => {
                let arms = list(&choice.arms, |arm| {
                    format!("[{}]{}", self.exprs(&arm.cases), self.braces(&arm.body))
                });
                node("match", &[self.expr(choice.subject), arms])
            }
            ExprKind::Block(block) => self.braces(block),
            ExprKind::Try(attempt) => {
                let handlers = list(&attempt.handlers, |handler| {
                    let binding = handler.binding.as_ref().map_or("", |name| &name.text);
                    format!("catch {binding}{}", self.braces(&handler.body))
                });
                node(
                    "try",
                    &[
                        self.braces(&attempt.body),
                        handlers,
                        self.braces(&attempt.finally),
                    ],
                )
            }
            ExprKind::Await(awaited) => node("await", &[self.expr(*awaited)]),
            ExprKind::Cast { value, to } => node("as", &[self.expr(*value), type_name(to)]),
            ExprKind::Unknown(children) => node("?", &[self.exprs(children)]),
        }
    }
}
