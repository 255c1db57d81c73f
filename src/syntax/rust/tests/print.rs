//! The IR as S-expressions, for tests only: literals are shown.

use super::super::super::ir::*;

fn join(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().collect::<Vec<_>>().join(" ")
}

pub(super) fn block(module: &Module, block: &Block) -> String {
    let statements = block.statements.iter().map(|it| statement(module, it));
    let tail = block.tail.map(|tail| format!("=> {}", expr(module, tail)));
    join(statements.chain(tail))
}

fn exprs(module: &Module, ids: &[ExprId]) -> String {
    join(ids.iter().map(|id| expr(module, *id)))
}

fn statement(module: &Module, statement: &Statement) -> String {
    match &statement.kind {
        StatementKind::Import(imports) => join(imports.iter().map(|import| {
            let path = [vec![import.module.clone()], import.path.clone()].concat();
            let binding = match (&import.binding, import.glob) {
                (_, true) => "*",
                (Some(name), _) => &name.text,
                (None, _) => "_",
            };
            format!("(use {} {binding})", path.join("."))
        })),
        StatementKind::Export(_) => "(export)".into(),
        StatementKind::Expr(id) => expr(module, *id),
        StatementKind::Assign(it) => assign(module, it),
        StatementKind::Function(id) => function(module, *id),
        StatementKind::Class(id) => {
            let class = module.class(*id);
            let name = class.name.as_ref().map_or("", |name| &name.text);
            let decorators = decorators(module, &class.decorators);
            format!(
                "(class {decorators}{name} {})",
                members(module, &class.members)
            )
        }
        StatementKind::Extend {
            class,
            interface,
            members: of,
        } => {
            let interface = interface.as_ref().map(type_name).unwrap_or_default();
            format!("(impl {}:{interface} {})", class.text, members(module, of))
        }
        StatementKind::Namespace { name, body } => {
            format!("(mod {} {})", name.text, block(module, body))
        }
        StatementKind::Return(id) => format!("(return {})", exprs(module, id.as_slice())),
        StatementKind::Throw(id) => format!("(throw {})", exprs(module, id.as_slice())),
        StatementKind::Loop(it) => {
            let target = it.target.as_ref().map(|it| target(module, it));
            let over = it.over.map(|over| expr(module, over));
            format!(
                "(loop {} {} [{}])",
                target.unwrap_or_default(),
                over.unwrap_or_default(),
                block(module, &it.body)
            )
        }
        StatementKind::Jump => "(jump)".into(),
    }
}

fn decorators(module: &Module, ids: &[ExprId]) -> String {
    ids.iter()
        .map(|id| format!("#{} ", expr(module, *id)))
        .collect()
}

fn members(module: &Module, members: &[Member]) -> String {
    join(members.iter().map(|member| {
        let kind = match &member.kind {
            MemberKind::Field(value) => {
                format!(
                    "field {} {}",
                    member.name.text,
                    exprs(module, value.as_slice())
                )
            }
            MemberKind::Method(id) | MemberKind::Getter(id) => function(module, *id),
            MemberKind::Variant => format!("variant {}", member.name.text),
        };
        let is_static = if member.is_static { "static " } else { "" };
        let annotation = member
            .annotation
            .as_ref()
            .map(|it| format!(":{}", type_name(it)));
        let decorators = match &member.kind {
            MemberKind::Method(_) => String::new(),
            _ => decorators(module, &member.decorators),
        };
        format!(
            "{{{decorators}{is_static}{kind}{}}}",
            annotation.unwrap_or_default()
        )
    }))
}

fn function(module: &Module, id: FunctionId) -> String {
    let function = module.function(id);
    let name = function.name.as_ref().map_or("", |name| &name.text);
    let parameters = function.parameters.iter().map(|parameter| {
        let annotation = parameter
            .annotation
            .as_ref()
            .map(|it| format!(":{}", type_name(it)));
        target(module, &parameter.target) + &annotation.unwrap_or_default()
    });
    let returns = function
        .returns
        .as_ref()
        .map(|it| format!("->{} ", type_name(it)));
    format!(
        "({}fn {name} ({}) {}{})",
        decorators(module, &function.decorators),
        join(parameters),
        returns.unwrap_or_default(),
        block(module, &function.body)
    )
}

pub(super) fn type_name(of: &TypeName) -> String {
    if of.arguments.is_empty() {
        return of.path.clone();
    }
    format!("{}<{}>", of.path, join(of.arguments.iter().map(type_name)))
}

fn assign(module: &Module, it: &Assignment) -> String {
    let keyword = match (it.declares, it.operator) {
        (true, _) => "let",
        (false, AssignOperator::Set) => "set",
        (false, AssignOperator::Update) => "update",
        (false, AssignOperator::Default) => "default",
    };
    let annotation = it
        .annotation
        .as_ref()
        .map(|it| format!(":{}", type_name(it)));
    format!(
        "({keyword} {}{} {})",
        target(module, &it.target),
        annotation.unwrap_or_default(),
        exprs(module, it.value.as_slice())
    )
}

fn target(module: &Module, of: &Target) -> String {
    match of {
        Target::Name(name) => name.text.clone(),
        Target::Place(id) => expr(module, *id),
        Target::Members { members, .. } => {
            let members = members
                .iter()
                .map(|it| format!("{}:{}", it.member.text, target(module, &it.target)));
            format!("{{{}}}", join(members))
        }
        Target::Elements(elements) => {
            let elements = elements
                .iter()
                .map(|it| it.as_ref().map_or("_".into(), |it| target(module, it)));
            format!("[{}]", join(elements))
        }
        Target::Wrapped { constructor, inner } => {
            format!(
                "{constructor}({})",
                join(inner.iter().map(|it| target(module, it)))
            )
        }
        Target::Nothing => "_".into(),
    }
}

fn entries(module: &Module, entries: &[Entry]) -> String {
    join(entries.iter().map(|entry| {
        let key = match &entry.key {
            Key::Name(name) => name.text.clone(),
            Key::Computed(id) => format!("[{}]", expr(module, *id)),
            Key::Spread => "..".into(),
        };
        format!("{key}:{}", expr(module, entry.value))
    }))
}

fn expr(module: &Module, id: ExprId) -> String {
    match &module.expr(id).kind {
        ExprKind::Name(text) => text.clone(),
        ExprKind::This => "this".into(),
        ExprKind::Super => "super".into(),
        ExprKind::Text(text) => format!("{:?}", text.reveal()),
        ExprKind::Template(parts) => format!("(template {})", exprs(module, parts)),
        ExprKind::Pattern => "pattern".into(),
        ExprKind::Number(number) => number.to_string(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Null => "null".into(),
        ExprKind::List(items) => {
            let items = items.iter().map(|item| expr(module, item.value));
            format!("[{}]", join(items))
        }
        ExprKind::Map(of) => format!("{{{}}}", entries(module, of)),
        ExprKind::Construct { of, fields } => {
            format!("(new {} {})", expr(module, *of), entries(module, fields))
        }
        ExprKind::Member { object, name } => format!("{}.{}", expr(module, *object), name.text),
        ExprKind::Index { object, index } => {
            format!("{}[{}]", expr(module, *object), expr(module, *index))
        }
        ExprKind::Call(call) => {
            let types = call
                .type_arguments
                .iter()
                .map(|it| format!("<{}>", type_name(it)));
            let arguments = call.arguments.iter().map(|argument| match &argument.kind {
                ArgumentKind::Named(name) => {
                    format!("{}={}", name.text, expr(module, argument.value))
                }
                _ => expr(module, argument.value),
            });
            let callee = expr(module, call.callee) + &types.collect::<String>();
            format!("({})", join(std::iter::once(callee).chain(arguments)))
        }
        ExprKind::Function(id) => function(module, *id),
        ExprKind::Class(_) => "class".into(),
        ExprKind::Assign(it) => assign(module, it),
        ExprKind::Compare {
            operator,
            left,
            right,
        } => {
            let operator = match operator {
                Comparison::Equal { negated: false } => "==",
                Comparison::Equal { negated: true } => "!=",
                Comparison::Order => "<>",
                Comparison::In { .. } => "in",
                Comparison::Instance => "is",
            };
            format!(
                "({operator} {} {})",
                expr(module, *left),
                expr(module, *right)
            )
        }
        ExprKind::Add(left, right) => {
            format!("(+ {} {})", expr(module, *left), expr(module, *right))
        }
        ExprKind::Logical {
            operator,
            left,
            right,
        } => {
            let operator = format!("{operator:?}").to_lowercase();
            format!(
                "({operator} {} {})",
                expr(module, *left),
                expr(module, *right)
            )
        }
        ExprKind::Not(value) => format!("(not {})", expr(module, *value)),
        ExprKind::If(it) => format!(
            "(if {} [{}] [{}])",
            expr(module, it.condition),
            block(module, &it.then),
            block(module, &it.otherwise)
        ),
        ExprKind::Match(it) => {
            let arms = it.arms.iter().map(|arm| {
                let pattern = arm.pattern.as_ref().map(|it| target(module, it));
                let guard = arm.guard.map(|it| format!(" if {}", expr(module, it)));
                format!(
                    "({}|{}{} [{}])",
                    exprs(module, &arm.cases),
                    pattern.unwrap_or_default(),
                    guard.unwrap_or_default(),
                    block(module, &arm.body)
                )
            });
            format!("(match {} {})", expr(module, it.subject), join(arms))
        }
        ExprKind::Block(it) => format!("(block {})", block(module, it)),
        ExprKind::Try(_) => "try".into(),
        ExprKind::Await(value) => format!("(await {})", expr(module, *value)),
        ExprKind::Propagate(value) => format!("(? {})", expr(module, *value)),
        ExprKind::Yield(value) => format!("(yield {})", expr(module, *value)),
        ExprKind::Cast { value, to } => {
            format!("(as {} {})", expr(module, *value), type_name(to))
        }
        ExprKind::Unknown(children) => format!("(unknown {})", exprs(module, children)),
    }
}
