//! Paths and types.

use proc_macro2::Span as TokenSpan;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{
    AngleBracketedGenericArguments, GenericArgument, Pat, Path, PathArguments, QSelf, ReturnType,
    Type,
};

use super::super::ir::{ExprId, ExprKind, TypeName};
use super::extent;
use super::lowerer::{Lowerer, plain};
use crate::source::Span;

/// Length of a type that is shown as text.
const RENDERED_LENGTH: usize = 80;

/// A path with dots, type arguments left out.
pub(super) fn dotted(path: &Path) -> String {
    let segments: Vec<_> = (path.segments.iter())
        .map(|segment| plain(&segment.ident))
        .collect();
    segments.join(".")
}

/// Where a pattern begins, cheaply: only a place for a note.
pub(super) fn start_of_pattern(pattern: &Pat) -> TokenSpan {
    match pattern {
        Pat::Ident(inner) => inner.ident.span(),
        Pat::Paren(inner) => inner.paren_token.span.open(),
        Pat::Reference(inner) => inner.and_token.spans[0],
        Pat::Slice(inner) => inner.bracket_token.span.open(),
        Pat::Struct(inner) => extent::of_path(None, &inner.path).0,
        Pat::Tuple(inner) => inner.paren_token.span.open(),
        Pat::TupleStruct(inner) => extent::of_path(None, &inner.path).0,
        Pat::Type(inner) => inner.colon_token.spans[0],
        Pat::Guard(inner) => inner.if_token.span,
        Pat::Or(inner) => match inner.cases.first() {
            Some(first) => start_of_pattern(first),
            None => TokenSpan::call_site(),
        },
        other => other.span(),
    }
}

impl Lowerer {
    /// A path as a chain of members. Type arguments are left out.
    pub(super) fn path(&mut self, qself: Option<&QSelf>, path: &Path) -> ExprId {
        self.path_ending(qself, path, "")
    }

    /// The same, with `suffix` behind the last name: macros are called `name!`.
    pub(super) fn path_ending(
        &mut self,
        qself: Option<&QSelf>,
        path: &Path,
        suffix: &str,
    ) -> ExprId {
        let mut current = None;
        let mut skipped = 0;
        if let Some(qself) = qself {
            current = Some(self.type_as_expr(&qself.ty));
            skipped = qself.position;
        }
        let first = self.at(extent::of_path(qself, path).0);
        let count = path.segments.len();
        for (index, segment) in path.segments.iter().enumerate().skip(skipped) {
            let mut name = self.name(&segment.ident);
            if index + 1 == count {
                name.text.push_str(suffix);
            }
            let span = first.join(name.span);
            let kind = match current {
                Some(object) => ExprKind::Member { object, name },
                None if count == 1 && name.text == "self" => ExprKind::This,
                None if count == 1 && name.text == "None" => ExprKind::Null,
                None if name.text == "Self" => {
                    ExprKind::Name(self.own_type.clone().unwrap_or(name.text))
                }
                None => ExprKind::Name(name.text),
            };
            current = Some(self.module.add_expr(span, kind));
        }
        current.unwrap_or_else(|| self.unknown(first, Vec::new()))
    }

    fn type_as_expr(&mut self, of: &Type) -> ExprId {
        let span = self.extent(extent::of_type(of));
        let (place, _) = extent::of_type(of);
        self.deeper(place, |lowerer| match of {
            Type::Path(inner) => lowerer.path(inner.qself.as_ref(), &inner.path),
            Type::Paren(inner) => lowerer.type_as_expr(&inner.elem),
            Type::Group(inner) => lowerer.type_as_expr(&inner.elem),
            Type::Reference(inner) => lowerer.type_as_expr(&inner.elem),
            other => {
                let kind = ExprKind::Name(rendered(other));
                lowerer.module.add_expr(span, kind)
            }
        })
        .unwrap_or_else(|| self.unknown(span, Vec::new()))
    }

    pub(super) fn type_name(&mut self, of: &Type) -> TypeName {
        let (place, _) = extent::of_type(of);
        self.deeper(place, |lowerer| lowerer.type_name_within(of))
            .unwrap_or_else(|| TypeName {
                path: "_".to_owned(),
                arguments: Vec::new(),
                span: self.at(place),
            })
    }

    fn type_name_within(&mut self, of: &Type) -> TypeName {
        match of {
            Type::Reference(inner) => self.type_name(&inner.elem),
            Type::Paren(inner) => self.type_name(&inner.elem),
            Type::Group(inner) => self.type_name(&inner.elem),
            Type::Path(inner) if inner.qself.is_none() && !is_function(&inner.path) => {
                self.path_as_type(&inner.path)
            }
            other => TypeName {
                path: rendered(other),
                arguments: Vec::new(),
                span: self.extent(extent::of_type(other)),
            },
        }
    }

    pub(super) fn path_as_type(&mut self, path: &Path) -> TypeName {
        TypeName {
            path: dotted(path),
            arguments: self.type_arguments_of(path),
            span: self.extent(extent::of_path(None, path)),
        }
    }

    /// Type arguments of the last segment.
    pub(super) fn type_arguments_of(&mut self, path: &Path) -> Vec<TypeName> {
        match path.segments.last().map(|segment| &segment.arguments) {
            Some(PathArguments::AngleBracketed(arguments)) => self.type_arguments(arguments),
            _ => Vec::new(),
        }
    }

    pub(super) fn type_arguments(
        &mut self,
        arguments: &AngleBracketedGenericArguments,
    ) -> Vec<TypeName> {
        let types = arguments.args.iter().filter_map(|argument| match argument {
            GenericArgument::Type(of) => Some(of),
            _ => None,
        });
        types.map(|of| self.type_name(of)).collect()
    }

    pub(super) fn returns(&mut self, output: &ReturnType) -> Option<TypeName> {
        match output {
            ReturnType::Default => None,
            ReturnType::Type(_, of) => Some(self.type_name(of)),
        }
    }

    /// The name an `impl` is for: the last segment of the type.
    pub(super) fn class_name(&self, of: &Type) -> (String, Span) {
        let mut current = of;
        loop {
            current = match current {
                Type::Reference(inner) => &inner.elem,
                Type::Paren(inner) => &inner.elem,
                Type::Group(inner) => &inner.elem,
                Type::Path(inner) => {
                    return match inner.path.segments.last() {
                        Some(last) => (plain(&last.ident), self.at(last.ident.span())),
                        None => (String::new(), Span::default()),
                    };
                }
                other => return (rendered(other), self.extent(extent::of_type(other))),
            };
        }
    }
}

/// `Fn(A) -> B`, which has no type arguments of its own.
fn is_function(path: &Path) -> bool {
    matches!(
        path.segments.last().map(|segment| &segment.arguments),
        Some(PathArguments::Parenthesized(_))
    )
}

fn rendered(of: &Type) -> String {
    let text = of.to_token_stream().to_string();
    match text.char_indices().nth(RENDERED_LENGTH) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}
