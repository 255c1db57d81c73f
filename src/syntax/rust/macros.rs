//! Macros whose arguments are Rust, or close to it: read as what they mean.

use std::collections::HashMap;

use proc_macro2::{Delimiter, Punct, Span as TokenSpan, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Ident, Lit, Macro, Pat, Path, Token, Type, Visibility, braced};

use super::super::ir::{
    Argument, ArgumentKind, Block, Call, Entry, ExprId, ExprKind, Item, Key, Literal,
    LogicalOperator, Name, Statement, StatementKind,
};
use super::extent;
use super::format::{FormatArguments, Piece, pieces};
use super::lowerer::{Lowerer, plain};
use crate::source::Span;

/// Macros within macros that are still read: each level parses its tokens anew.
const MACRO_DEPTH: usize = 16;

/// An argument of a macro or attribute.
pub(super) struct MacroPart {
    /// `name = value`.
    pub(super) name: Option<Ident>,
    /// The value, when it parses as an expression.
    pub(super) value: Option<Expr>,
}

/// A value in `json!`.
enum Json {
    Map(Span, Vec<(Expr, Json)>),
    List(Span, Vec<Json>),
    Null(Span),
    Value(Box<Expr>),
}

/// What a macro stands for.
enum Expansion {
    Value(ExprId),
    Statements(Block),
}

/// `static ref NAME: T = value;` in `lazy_static!` and `thread_local!`.
struct LazyStatic {
    name: Ident,
    of: Type,
    value: Expr,
}

/// Whether a macro leaves the function.
pub(super) fn leaves(path: &Path) -> bool {
    matches!(
        last_name(path).as_str(),
        "panic" | "unreachable" | "todo" | "unimplemented" | "bail"
    )
}

fn last_name(path: &Path) -> String {
    let last = path.segments.last();
    last.map_or_else(String::new, |segment| plain(&segment.ident))
}

fn takes_format(name: &str) -> bool {
    matches!(
        name,
        "println"
            | "print"
            | "eprintln"
            | "eprint"
            | "write"
            | "writeln"
            | "panic"
            | "unreachable"
            | "todo"
            | "unimplemented"
            | "info"
            | "warn"
            | "error"
            | "debug"
            | "trace"
            | "log"
            | "event"
            | "bail"
            | "anyhow"
            | "ensure"
            | "assert"
            | "assert_eq"
            | "assert_ne"
            | "debug_assert"
    )
}

impl Lowerer {
    /// Lowers a macro whose value is used, if it has one. Statements it expands to go into `into`.
    pub(super) fn macro_value(&mut self, mac: &Macro, into: &mut Vec<Statement>) -> Option<ExprId> {
        let (first, _) = extent::of_path(None, &mac.path);
        let span = self.extent((first, mac.delimiter.span().close()));
        if self.macro_depth >= MACRO_DEPTH {
            if !std::mem::replace(&mut self.macro_too_deep, true) {
                self.unread(span, "macros nested too deeply");
            }
            return Some(self.unknown(span, Vec::new()));
        }
        self.macro_depth += 1;
        let expansion = self.deeper(first, |lowerer| lowerer.expansion(mac, span));
        self.macro_depth -= 1;
        match expansion? {
            Expansion::Value(value) if leaves(&mac.path) => {
                into.push(Statement {
                    span,
                    kind: StatementKind::Throw(Some(value)),
                });
                None
            }
            Expansion::Value(value) => Some(value),
            Expansion::Statements(block) => {
                into.extend(block.statements);
                block.tail
            }
        }
    }

    /// Lowers a macro that is a statement or an item.
    pub(super) fn macro_statement(&mut self, mac: &Macro, into: &mut Vec<Statement>) {
        if let Some(value) = self.macro_value(mac, into) {
            into.push(self.expr_statement(value));
        }
    }

    fn expansion(&mut self, mac: &Macro, span: Span) -> Expansion {
        let name = last_name(&mac.path);
        let special = match name.as_str() {
            "vec" => self.vector(&mac.tokens, span).map(Expansion::Value),
            "format" | "format_args" => self.template(&mac.tokens, span).map(Expansion::Value),
            "json" => self.json_value(&mac.tokens).map(Expansion::Value),
            "matches" => self.matches(&mac.tokens, span).map(Expansion::Value),
            "lazy_static" | "thread_local" => {
                self.lazy_statics(&mac.tokens).map(Expansion::Statements)
            }
            "cfg" if mac.tokens.to_string() == "debug_assertions" => {
                let kind = ExprKind::Name("debug_assertions".to_owned());
                Some(Expansion::Value(self.module.add_expr(span, kind)))
            }
            "cfg_if" => self.blocks_within(&mac.tokens).map(Expansion::Statements),
            name if takes_format(name) => Some(Expansion::Value(self.formatting_call(mac, span))),
            _ => None,
        };
        if let Some(expansion) = special {
            return expansion;
        }
        if matches!(mac.delimiter, syn::MacroDelimiter::Brace(_))
            && let Some(block) = self.code(&mac.tokens)
        {
            return Expansion::Statements(block);
        }
        let arguments = match self.macro_parts(&mac.tokens) {
            Some(parts) if parts.iter().all(|part| part.value.is_some()) => {
                self.macro_arguments(&parts)
            }
            _ => Vec::new(),
        };
        Expansion::Value(self.macro_call(mac, span, arguments))
    }

    fn macro_call(&mut self, mac: &Macro, span: Span, arguments: Vec<Argument>) -> ExprId {
        let callee = self.path_ending(None, &mac.path, "!");
        let kind = ExprKind::Call(Call {
            callee,
            arguments,
            constructs: false,
            type_arguments: Vec::new(),
        });
        self.module.add_expr(span, kind)
    }

    /// Tokens in braces as items, else as statements, else what the blocks among them hold.
    fn code(&mut self, tokens: &TokenStream) -> Option<Block> {
        let file = |input: ParseStream<'_>| input.parse::<syn::File>();
        if let Ok(file) = file.parse2(tokens.clone()) {
            let mut block = Block::default();
            for item in &file.items {
                self.item(item, &mut block.statements);
            }
            return Some(block);
        }
        match syn::Block::parse_within.parse2(tokens.clone()) {
            Ok(statements) => Some(self.statements(&statements)),
            Err(_) => self.blocks_within(tokens),
        }
    }

    /// Statements of every `{ .. }` at the top of the tokens, in order: the branches of `cfg_if!`, of a `select!`.
    fn blocks_within(&mut self, tokens: &TokenStream) -> Option<Block> {
        let mut found = None;
        for token in tokens.clone() {
            let TokenTree::Group(group) = token else {
                continue;
            };
            if group.delimiter() != Delimiter::Brace {
                continue;
            }
            let Ok(statements) = syn::Block::parse_within.parse2(group.stream()) else {
                continue;
            };
            let block = self.statements(&statements);
            let all: &mut Block = found.get_or_insert_default();
            all.statements.extend(block.statements);
            if let Some(tail) = block.tail {
                let statement = self.expr_statement(tail);
                all.statements.push(statement);
            }
        }
        found
    }

    /// Arguments between commas; `None` when there is no telling where one ends.
    pub(super) fn macro_parts(&mut self, tokens: &TokenStream) -> Option<Vec<MacroPart>> {
        let whole = Punctuated::<Expr, Token![,]>::parse_terminated;
        if let Ok(exprs) = whole.parse2(tokens.clone()) {
            return Some(exprs.into_iter().map(part_of).collect());
        }
        let mut parts = vec![TokenStream::new()];
        for token in tokens.clone() {
            match (&token, parts.last_mut()) {
                (TokenTree::Punct(punct), _) if punct.as_char() == ',' => {
                    parts.push(TokenStream::new());
                }
                (_, Some(last)) => last.extend([token]),
                (_, None) => {}
            }
        }
        parts.retain(|part| !part.is_empty());
        Some(parts.into_iter().map(part_of_tokens).collect())
    }

    pub(super) fn macro_arguments(&mut self, parts: &[MacroPart]) -> Vec<Argument> {
        let mut arguments = Vec::new();
        for part in parts {
            let Some(value) = &part.value else { continue };
            let kind = match &part.name {
                Some(name) => ArgumentKind::Named(self.name(name)),
                None => ArgumentKind::Positional,
            };
            arguments.push(Argument {
                kind,
                value: self.expr(value),
            });
        }
        arguments
    }

    fn vector(&mut self, tokens: &TokenStream, span: Span) -> Option<ExprId> {
        let repeated = |input: ParseStream<'_>| {
            let element: Expr = input.parse()?;
            input.parse::<Token![;]>()?;
            Ok((element, input.parse::<Expr>()?))
        };
        if let Ok((element, length)) = repeated.parse2(tokens.clone()) {
            let children = vec![self.expr(&element), self.expr(&length)];
            return Some(self.unknown(span, children));
        }
        let whole = Punctuated::<Expr, Token![,]>::parse_terminated;
        let elements = whole.parse2(tokens.clone()).ok()?;
        let items = elements.iter().map(|element| Item {
            spread: false,
            value: self.expr(element),
        });
        let items = items.collect();
        Some(self.module.add_expr(span, ExprKind::List(items)))
    }

    /// `format!(..)` as a template; `None` when its first argument is no literal.
    fn template(&mut self, tokens: &TokenStream, span: Span) -> Option<ExprId> {
        let parts = self.macro_parts(tokens)?;
        let (format, rest) = parts.split_first()?;
        let format = format_literal(format)?;
        let mut arguments = FormatArguments {
            positions: Vec::new(),
            named: HashMap::new(),
        };
        for part in rest {
            let Some(value) = &part.value else { continue };
            let value = self.expr(value);
            arguments.positions.push(value);
            if let Some(name) = &part.name {
                arguments.named.insert(plain(name), value);
            }
        }
        Some(self.template_of(&format, &arguments, span))
    }

    fn template_of(
        &mut self,
        format: &syn::LitStr,
        arguments: &FormatArguments<ExprId>,
        span: Span,
    ) -> ExprId {
        let place = self.at(format.span());
        let mut parts = Vec::new();
        for piece in pieces(&format.value()) {
            let part = match piece {
                Piece::Text(text) => {
                    let kind = ExprKind::Text(Literal::new(&text));
                    Some(self.module.add_expr(place, kind))
                }
                Piece::Position(position) => arguments.positions.get(position).copied(),
                Piece::Named(name) => Some(match arguments.named.get(&name) {
                    Some(value) => *value,
                    None => self.module.add_expr(place, ExprKind::Name(name)),
                }),
            };
            parts.extend(part);
        }
        self.module.add_expr(span, ExprKind::Template(parts))
    }

    /// A call whose format string, when it captures names, is a template of them. Other arguments follow it.
    fn formatting_call(&mut self, mac: &Macro, span: Span) -> ExprId {
        let parts = self.macro_parts(&mac.tokens).unwrap_or_default();
        let given: Vec<_> = (parts.iter())
            .filter_map(|part| part.name.as_ref().map(plain))
            .collect();
        let mut arguments = Vec::new();
        for part in &parts {
            let captures = format_literal(part).filter(|format| {
                let is_captured = |piece: &Piece| match piece {
                    Piece::Named(name) => !given.contains(name),
                    _ => false,
                };
                pieces(&format.value()).iter().any(is_captured)
            });
            match captures {
                Some(format) => {
                    let none = FormatArguments {
                        positions: Vec::new(),
                        named: HashMap::new(),
                    };
                    let place = self.at(format.span());
                    arguments.push(Argument::positional(
                        self.template_of(&format, &none, place),
                    ));
                }
                None => arguments.extend(self.macro_arguments(std::slice::from_ref(part))),
            }
        }
        self.macro_call(mac, span, arguments)
    }

    fn matches(&mut self, tokens: &TokenStream, span: Span) -> Option<ExprId> {
        let parser = |input: ParseStream<'_>| {
            let subject: Expr = input.parse()?;
            input.parse::<Token![,]>()?;
            let pattern = Pat::parse_multi_with_leading_vert(input)?;
            let guard = if input.peek(Token![if]) {
                input.parse::<Token![if]>()?;
                Some(input.parse::<Expr>()?)
            } else {
                None
            };
            input.parse::<Option<Token![,]>>()?;
            Ok((subject, pattern, guard))
        };
        let (subject, pattern, guard) = parser.parse2(tokens.clone()).ok()?;
        let subject = self.expr(&subject);
        let compared = self.compared(span, subject, &pattern);
        let guard = guard.map(|guard| self.condition(&guard).0);
        Some(match (compared, guard) {
            (Some(left), Some(right)) => {
                let kind = ExprKind::Logical {
                    operator: LogicalOperator::And,
                    left,
                    right,
                };
                self.module.add_expr(span, kind)
            }
            (Some(compared), None) => compared,
            (None, guard) => {
                let children = std::iter::once(subject).chain(guard).collect();
                self.unknown(span, children)
            }
        })
    }

    fn lazy_statics(&mut self, tokens: &TokenStream) -> Option<Block> {
        let statics = lazy_statics.parse2(tokens.clone()).ok()?;
        let mut block = Block::default();
        for item in &statics {
            let value = self.expr(&item.value);
            let span = self.at(item.name.span()).join(self.span_of(&item.value));
            let statement = self.declare(span, &item.name, &item.of, value);
            block.statements.push(statement);
        }
        Some(block)
    }

    fn json_value(&mut self, tokens: &TokenStream) -> Option<ExprId> {
        let parser = |input: ParseStream<'_>| {
            let value = json(self, input)?;
            input.parse::<Option<Token![,]>>()?;
            Ok(value)
        };
        let value = parser.parse2(tokens.clone()).ok()?;
        Some(self.lower_json(&value))
    }

    fn lower_json(&mut self, json: &Json) -> ExprId {
        self.deeper(TokenSpan::call_site(), |lowerer| lowerer.json_within(json))
            .unwrap_or_else(|| self.unknown(Span::default(), Vec::new()))
    }

    fn json_within(&mut self, json: &Json) -> ExprId {
        let (span, kind) = match json {
            Json::Value(value) => return self.expr(value),
            Json::Null(span) => (*span, ExprKind::Null),
            Json::List(span, elements) => {
                let elements = elements.iter().map(|element| Item {
                    spread: false,
                    value: self.lower_json(element),
                });
                (*span, ExprKind::List(elements.collect()))
            }
            Json::Map(span, entries) => {
                let mut lowered = Vec::new();
                for (key, value) in entries {
                    let key_span = self.span_of(key);
                    let key = match key {
                        Expr::Lit(syn::ExprLit {
                            lit: Lit::Str(text),
                            ..
                        }) => Key::Name(Name {
                            text: text.value(),
                            span: key_span,
                        }),
                        other => Key::Computed(self.expr(other)),
                    };
                    let value = self.lower_json(value);
                    lowered.push(Entry {
                        span: key_span.join(self.module.expr(value).span),
                        key,
                        value,
                    });
                }
                (*span, ExprKind::Map(lowered))
            }
        };
        self.module.add_expr(span, kind)
    }
}

fn json(lowerer: &Lowerer, input: ParseStream<'_>) -> syn::Result<Json> {
    if input.peek(syn::token::Brace) {
        let content;
        let brace = braced!(content in input);
        let mut entries = Vec::new();
        while !content.is_empty() {
            let key = content.parse()?;
            content.parse::<Token![:]>()?;
            entries.push((key, json(lowerer, &content)?));
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
        return Ok(Json::Map(lowerer.at(brace.span.join()), entries));
    }
    if input.peek(syn::token::Bracket) {
        let content;
        let bracket = syn::bracketed!(content in input);
        let mut elements = Vec::new();
        while !content.is_empty() {
            elements.push(json(lowerer, &content)?);
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
        return Ok(Json::List(lowerer.at(bracket.span.join()), elements));
    }
    if input.peek(Ident) && input.fork().parse::<Ident>()? == "null" {
        let null: Ident = input.parse()?;
        return Ok(Json::Null(lowerer.at(null.span())));
    }
    Ok(Json::Value(Box::new(input.parse()?)))
}

fn lazy_statics(input: ParseStream<'_>) -> syn::Result<Vec<LazyStatic>> {
    let mut statics = Vec::new();
    while !input.is_empty() {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        input.parse::<Token![static]>()?;
        input.parse::<Option<Token![ref]>>()?;
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        let of = input.parse()?;
        input.parse::<Token![=]>()?;
        let value = input.parse()?;
        input.parse::<Option<Token![;]>>()?;
        statics.push(LazyStatic { name, of, value });
    }
    Ok(statics)
}

fn part_of(expr: Expr) -> MacroPart {
    if let Expr::Assign(assign) = &expr
        && let Expr::Path(path) = &*assign.left
        && let Some(name) = path.path.get_ident()
    {
        return MacroPart {
            name: Some(name.clone()),
            value: Some((*assign.right).clone()),
        };
    }
    MacroPart {
        name: None,
        value: Some(expr),
    }
}

/// `expr`, `keyword = expr`, and what loggers take: `a.b = %expr`, `?expr`.
fn part_of_tokens(tokens: TokenStream) -> MacroPart {
    if let Ok(expr) = syn::parse2(tokens.clone()) {
        return part_of(expr);
    }
    let parser = |input: ParseStream<'_>| {
        let mut name = None;
        while input.peek(Ident::peek_any) {
            name = Some(input.call(Ident::parse_any)?);
            if input.parse::<Option<Token![.]>>()?.is_none() {
                break;
            }
        }
        if name.is_some() {
            input.parse::<Token![=]>()?;
        }
        if input.peek(Token![%]) || input.peek(Token![?]) {
            input.parse::<Punct>()?;
        }
        Ok(MacroPart {
            name,
            value: Some(input.parse()?),
        })
    };
    parser.parse2(tokens).unwrap_or(MacroPart {
        name: None,
        value: None,
    })
}

fn format_literal(part: &MacroPart) -> Option<syn::LitStr> {
    match &part.value {
        Some(Expr::Lit(syn::ExprLit {
            lit: Lit::Str(format),
            ..
        })) => Some(format.clone()),
        _ => None,
    }
}
