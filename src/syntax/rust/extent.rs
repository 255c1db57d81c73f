//! First and last token of a syntax tree, read off its outermost tokens: asking `syn` for a span renders the whole
//! tree, which takes time in the square of its depth.

use proc_macro2::Span as TokenSpan;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Item, Path, PathArguments, QSelf, RangeLimits, Type, Visibility};

/// First and last token.
pub(super) type Extent = (TokenSpan, TokenSpan);

/// The extent of an expression, attributes left out.
pub(super) fn of_expr(expr: &Expr) -> Extent {
    (first_of_expr(expr), last_of_expr(expr))
}

fn first_of_expr(expr: &Expr) -> TokenSpan {
    let mut current = expr;
    loop {
        current = match current {
            Expr::Assign(inner) => &inner.left,
            Expr::Await(inner) => &inner.base,
            Expr::Binary(inner) => &inner.left,
            Expr::Call(inner) => &inner.func,
            Expr::Cast(inner) => &inner.expr,
            Expr::Field(inner) => &inner.base,
            Expr::Group(inner) => &inner.expr,
            Expr::Index(inner) => &inner.expr,
            Expr::MethodCall(inner) => &inner.receiver,
            Expr::Try(inner) => &inner.expr,
            Expr::Range(inner) => match &inner.start {
                Some(start) => start,
                None => return of_limits(&inner.limits),
            },
            Expr::Array(inner) => return inner.bracket_token.span.open(),
            Expr::Async(inner) => return inner.async_token.span,
            Expr::Block(inner) => {
                return match &inner.label {
                    Some(label) => label.name.span(),
                    None => inner.block.brace_token.span.open(),
                };
            }
            Expr::Break(inner) => return inner.break_token.span,
            Expr::Closure(inner) => {
                let modifier = (inner.lifetimes.as_ref().map(|it| it.for_token.span))
                    .or(inner.constness.map(|it| it.span))
                    .or(inner.asyncness.map(|it| it.span))
                    .or(inner.capture.map(|it| it.span));
                return modifier.unwrap_or(inner.inputs_begin.span);
            }
            Expr::Const(inner) => return inner.const_token.span,
            Expr::Continue(inner) => return inner.continue_token.span,
            Expr::ForLoop(inner) => return after_label(&inner.label, inner.for_token.span),
            Expr::If(inner) => return inner.if_token.span,
            Expr::Infer(inner) => return inner.underscore_token.spans[0],
            Expr::Let(inner) => return inner.let_token.span,
            Expr::Lit(inner) => return inner.lit.span(),
            Expr::Loop(inner) => return after_label(&inner.label, inner.loop_token.span),
            Expr::Macro(inner) => return of_path(None, &inner.mac.path).0,
            Expr::Match(inner) => return inner.match_token.span,
            Expr::Paren(inner) => return inner.paren_token.span.open(),
            Expr::Path(inner) => return of_path(inner.qself.as_ref(), &inner.path).0,
            Expr::RawAddr(inner) => return inner.and_token.spans[0],
            Expr::Reference(inner) => return inner.and_token.spans[0],
            Expr::Repeat(inner) => return inner.bracket_token.span.open(),
            Expr::Return(inner) => return inner.return_token.span,
            Expr::Struct(inner) => return of_path(inner.qself.as_ref(), &inner.path).0,
            Expr::TryBlock(inner) => return inner.try_token.span,
            Expr::Tuple(inner) => return inner.paren_token.span.open(),
            Expr::Unary(inner) => {
                return match &inner.op {
                    syn::UnOp::Deref(token) => token.spans[0],
                    syn::UnOp::Not(token) => token.spans[0],
                    syn::UnOp::Neg(token) => token.spans[0],
                    _ => inner.op.span(),
                };
            }
            Expr::Unsafe(inner) => return inner.unsafe_token.span,
            Expr::While(inner) => return after_label(&inner.label, inner.while_token.span),
            Expr::Yield(inner) => return inner.yield_token.span,
            other => return other.span(),
        };
    }
}

fn last_of_expr(expr: &Expr) -> TokenSpan {
    let mut current = expr;
    loop {
        current = match current {
            Expr::Assign(inner) => &inner.right,
            Expr::Binary(inner) => &inner.right,
            Expr::Closure(inner) => &inner.body,
            Expr::Group(inner) => &inner.expr,
            Expr::Let(inner) => &inner.expr,
            Expr::RawAddr(inner) => &inner.expr,
            Expr::Reference(inner) => &inner.expr,
            Expr::Unary(inner) => &inner.expr,
            Expr::Break(inner) => match (&inner.expr, &inner.label) {
                (Some(value), _) => value,
                (None, Some(label)) => return label.span(),
                (None, None) => return inner.break_token.span,
            },
            Expr::If(inner) => match &inner.else_branch {
                Some((_, otherwise)) => otherwise,
                None => return inner.then_branch.brace_token.span.close(),
            },
            Expr::Range(inner) => match &inner.end {
                Some(end) => end,
                None => return of_limits(&inner.limits),
            },
            Expr::Return(inner) => match &inner.expr {
                Some(value) => value,
                None => return inner.return_token.span,
            },
            Expr::Yield(inner) => match &inner.expr {
                Some(value) => value,
                None => return inner.yield_token.span,
            },
            Expr::Array(inner) => return inner.bracket_token.span.close(),
            Expr::Async(inner) => return inner.block.brace_token.span.close(),
            Expr::Await(inner) => return inner.await_token.span,
            Expr::Block(inner) => return inner.block.brace_token.span.close(),
            Expr::Call(inner) => return inner.paren_token.span.close(),
            Expr::Cast(inner) => return of_type(&inner.ty).1,
            Expr::Const(inner) => return inner.block.brace_token.span.close(),
            Expr::Continue(inner) => {
                return match &inner.label {
                    Some(label) => label.span(),
                    None => inner.continue_token.span,
                };
            }
            Expr::Field(inner) => return inner.member.span(),
            Expr::ForLoop(inner) => return inner.body.brace_token.span.close(),
            Expr::Index(inner) => return inner.bracket_token.span.close(),
            Expr::Infer(inner) => return inner.underscore_token.spans[0],
            Expr::Lit(inner) => return inner.lit.span(),
            Expr::Loop(inner) => return inner.body.brace_token.span.close(),
            Expr::Macro(inner) => return inner.mac.delimiter.span().close(),
            Expr::Match(inner) => return inner.brace_token.span.close(),
            Expr::MethodCall(inner) => return inner.paren_token.span.close(),
            Expr::Paren(inner) => return inner.paren_token.span.close(),
            Expr::Path(inner) => return of_path(inner.qself.as_ref(), &inner.path).1,
            Expr::Repeat(inner) => return inner.bracket_token.span.close(),
            Expr::Struct(inner) => return inner.brace_token.span.close(),
            Expr::Try(inner) => return inner.question_token.spans[0],
            Expr::TryBlock(inner) => return inner.block.brace_token.span.close(),
            Expr::Tuple(inner) => return inner.paren_token.span.close(),
            Expr::Unsafe(inner) => return inner.block.brace_token.span.close(),
            Expr::While(inner) => return inner.body.brace_token.span.close(),
            other => return other.span(),
        };
    }
}

fn after_label(label: &Option<syn::Label>, keyword: TokenSpan) -> TokenSpan {
    label.as_ref().map_or(keyword, |label| label.name.span())
}

fn of_limits(limits: &RangeLimits) -> TokenSpan {
    match limits {
        RangeLimits::HalfOpen(dots) => dots.spans[0],
        RangeLimits::Closed(dots) => dots.spans[0],
    }
}

/// The extent of a path, type arguments of its last segment included.
pub(super) fn of_path(qself: Option<&QSelf>, path: &Path) -> Extent {
    let Some(last) = path.segments.last() else {
        return (path.span(), path.span());
    };
    let first = (qself.map(|it| it.lt_token.spans[0]))
        .or(path.leading_colon.map(|it| it.spans[0]))
        .unwrap_or_else(|| path.segments[0].ident.span());
    let end = match &last.arguments {
        PathArguments::None => last.ident.span(),
        PathArguments::AngleBracketed(arguments) => arguments.gt_token.spans[0],
        PathArguments::Parenthesized(arguments) => match &arguments.output {
            syn::ReturnType::Default => arguments.paren_token.span.close(),
            syn::ReturnType::Type(_, output) => of_type(output).1,
        },
    };
    (first, end)
}

/// The extent of a type.
pub(super) fn of_type(of: &Type) -> Extent {
    match of {
        Type::Path(inner) => of_path(inner.qself.as_ref(), &inner.path),
        Type::Paren(inner) => (
            inner.paren_token.span.open(),
            inner.paren_token.span.close(),
        ),
        Type::Reference(inner) => (inner.and_token.spans[0], of_type(&inner.elem).1),
        Type::Slice(inner) => (
            inner.bracket_token.span.open(),
            inner.bracket_token.span.close(),
        ),
        Type::Array(inner) => (
            inner.bracket_token.span.open(),
            inner.bracket_token.span.close(),
        ),
        Type::Tuple(inner) => (
            inner.paren_token.span.open(),
            inner.paren_token.span.close(),
        ),
        other => (other.span(), other.span()),
    }
}

/// First token of what begins with attributes and a visibility, `keyword` when there are none.
pub(super) fn first_of(
    attributes: &[Attribute],
    visibility: Option<&Visibility>,
    keyword: TokenSpan,
) -> TokenSpan {
    (attributes.iter())
        .find(|attribute| matches!(attribute.style, syn::AttrStyle::Outer))
        .map(|attribute| attribute.pound_token.spans[0])
        .or(match visibility {
            Some(Visibility::Public(token)) => Some(token.span),
            Some(Visibility::Restricted(restricted)) => Some(restricted.pub_token.span),
            _ => None,
        })
        .unwrap_or(keyword)
}

/// First token of a function's signature.
pub(super) fn first_of_signature(signature: &syn::Signature) -> TokenSpan {
    let safety = match &signature.safety {
        syn::Safety::Safe(token) => Some(token.span),
        syn::Safety::Unsafe(token) => Some(token.span),
        syn::Safety::Default => None,
    };
    (signature.constness.map(|it| it.span))
        .or(signature.asyncness.map(|it| it.span))
        .or(safety)
        .or(signature.abi.as_ref().map(|it| it.extern_token.span))
        .unwrap_or(signature.fn_token.span)
}

/// The extent of an item, attributes included.
pub(super) fn of_item(item: &Item) -> Extent {
    match item {
        Item::Const(inner) => (
            first_of(&inner.attrs, Some(&inner.vis), inner.const_token.span),
            inner.semi_token.spans[0],
        ),
        Item::Enum(inner) => (
            first_of(&inner.attrs, Some(&inner.vis), inner.enum_token.span),
            inner.brace_token.span.close(),
        ),
        Item::Fn(inner) => (
            first_of(
                &inner.attrs,
                Some(&inner.vis),
                first_of_signature(&inner.sig),
            ),
            inner.block.brace_token.span.close(),
        ),
        Item::Impl(inner) => {
            let keyword = inner.unsafety.map_or(inner.impl_token.span, |it| it.span);
            (
                first_of(&inner.attrs, None, keyword),
                inner.brace_token.span.close(),
            )
        }
        Item::Macro(inner) => (
            first_of(&inner.attrs, None, of_path(None, &inner.mac.path).0),
            inner.mac.delimiter.span().close(),
        ),
        Item::Mod(inner) => {
            let keyword = inner.unsafety.map_or(inner.mod_token.span, |it| it.span);
            let end = match (&inner.content, &inner.semi) {
                (Some((brace, _)), _) => brace.span.close(),
                (None, Some(semicolon)) => semicolon.spans[0],
                (None, None) => inner.ident.span(),
            };
            (first_of(&inner.attrs, Some(&inner.vis), keyword), end)
        }
        Item::Static(inner) => (
            first_of(&inner.attrs, Some(&inner.vis), inner.static_token.span),
            inner.semi_token.spans[0],
        ),
        Item::Trait(inner) => {
            let keyword = inner.unsafety.map_or(inner.trait_token.span, |it| it.span);
            (
                first_of(&inner.attrs, Some(&inner.vis), keyword),
                inner.brace_token.span.close(),
            )
        }
        // The rest holds no items: rendering it is linear.
        other => (other.span(), other.span()),
    }
}
