//! Attributes: as decorators, and which of them mark code that only tests run.

use proc_macro2::{TokenStream, TokenTree};
use syn::{AttrStyle, Attribute, Expr, Meta};

use super::super::ir::{Argument, ArgumentKind, Call, ExprId, ExprKind};
use super::extent;
use super::lowerer::{Lowerer, plain};

impl Lowerer {
    /// Attributes as expressions; documentation is left out.
    pub(super) fn decorators(&mut self, attributes: &[Attribute]) -> Vec<ExprId> {
        let mut decorators = Vec::new();
        for attribute in attributes {
            let is_outer = matches!(attribute.style, AttrStyle::Outer);
            if is_outer && !attribute.path().is_ident("doc") {
                decorators.push(self.decorator(&attribute.meta));
            }
        }
        decorators
    }

    fn decorator(&mut self, meta: &Meta) -> ExprId {
        let callee = self.path(None, meta.path());
        let callee_span = self.module.expr(callee).span;
        let (span, arguments) = match meta {
            Meta::Path(_) => return callee,
            Meta::List(list) => (
                callee_span.join(self.at(list.delimiter.span().close())),
                self.attribute_arguments(&list.tokens),
            ),
            Meta::NameValue(pair) => {
                let value = self.expr(&pair.value);
                (
                    callee_span.join(self.span_of(&pair.value)),
                    vec![Argument::positional(value)],
                )
            }
        };
        let kind = ExprKind::Call(Call {
            callee,
            arguments,
            constructs: false,
            type_arguments: Vec::new(),
        });
        self.module.add_expr(span, kind)
    }

    fn attribute_arguments(&mut self, tokens: &TokenStream) -> Vec<Argument> {
        let parts = self.macro_parts(tokens).unwrap_or_default();
        parts
            .iter()
            .filter_map(|part| {
                let value = part.value.as_ref()?;
                let kind = match &part.name {
                    Some(name) => ArgumentKind::Named(self.name(name)),
                    None => ArgumentKind::Positional,
                };
                Some(Argument {
                    kind,
                    value: self.attribute_value(value),
                })
            })
            .collect()
    }

    /// `x(y = "z")` inside an attribute names its arguments too.
    fn attribute_value(&mut self, value: &Expr) -> ExprId {
        let Expr::Call(call) = value else {
            return self.expr(value);
        };
        let (first, _) = extent::of_expr(value);
        let span = self.span_of(value);
        self.deeper(first, |lowerer| {
            let callee = lowerer.expr(&call.func);
            let mut arguments = Vec::new();
            for argument in &call.args {
                arguments.push(lowerer.attribute_argument(argument));
            }
            let kind = ExprKind::Call(Call {
                callee,
                arguments,
                constructs: false,
                type_arguments: Vec::new(),
            });
            lowerer.module.add_expr(span, kind)
        })
        .unwrap_or_else(|| self.unknown(span, Vec::new()))
    }

    fn attribute_argument(&mut self, argument: &Expr) -> Argument {
        if let Expr::Assign(assign) = argument
            && let Expr::Path(path) = &*assign.left
            && let Some(name) = path.path.get_ident()
        {
            return Argument {
                kind: ArgumentKind::Named(self.name(name)),
                value: self.attribute_value(&assign.right),
            };
        }
        Argument::positional(self.attribute_value(argument))
    }

    /// Notes what stands at `extent` when its attributes mark a test, or code for development.
    pub(super) fn note_condition(&mut self, attributes: &[Attribute], extent: extent::Extent) {
        if mark_tests(attributes) {
            let span = self.extent(extent);
            self.module.test_spans.push(span);
        }
        if mark_development(attributes) {
            let span = self.extent(extent);
            self.module.development_spans.push(span);
        }
    }
}

/// Whether attributes say that only tests run what they are on.
pub(super) fn mark_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let last = attribute.path().segments.last();
        match last.map(|segment| plain(&segment.ident)).as_deref() {
            Some("test" | "rstest" | "bench") => true,
            Some("cfg") => match &attribute.meta {
                Meta::List(list) => asks_for(list.tokens.clone(), "test", &["not"]),
                _ => false,
            },
            _ => false,
        }
    })
}

/// Whether attributes say that what they are on is left out of the build that users get.
fn mark_development(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            asks_for(list.tokens.clone(), "debug_assertions", &["not", "any"])
        }
        _ => false,
    })
}

/// Whether a `cfg` condition asks for a name, outside of groups with one of these words before them.
fn asks_for(condition: TokenStream, name: &str, not_in: &[&str]) -> bool {
    let mut skipped = false;
    for token in condition {
        match token {
            TokenTree::Ident(identifier) => {
                if identifier == name {
                    return true;
                }
                skipped = not_in.iter().any(|word| identifier == word);
            }
            TokenTree::Group(group) if !skipped && asks_for(group.stream(), name, not_in) => {
                return true;
            }
            _ => {}
        }
    }
    false
}
