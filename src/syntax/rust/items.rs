//! Items: functions, types, implementations, modules.

use syn::{Attribute, Fields, FnArg, ImplItem, Item, Signature, TraitItem, Type};

use super::super::ir::{
    AssignOperator, Assignment, Block, Class, Function, FunctionId, Member, MemberKind, Name,
    Statement, StatementKind, Target,
};
use super::extent::{self, Extent};
use super::lowerer::Lowerer;
use crate::source::Span;

impl Lowerer {
    /// Lowers an item, to no statement or several.
    pub(super) fn item(&mut self, item: &Item, into: &mut Vec<Statement>) {
        let extent = extent::of_item(item);
        let span = self.extent(extent);
        self.note_condition(attributes_of(item), extent);
        self.deeper(extent.0, |lowerer| lowerer.item_within(item, span, into));
    }

    fn item_within(&mut self, item: &Item, span: Span, into: &mut Vec<Statement>) {
        let kind = match item {
            Item::Const(inner) => {
                let value = self.expr(&inner.expr);
                into.push(self.declare(span, &inner.ident, &inner.ty, value));
                return;
            }
            Item::Static(inner) => {
                let value = self.expr(&inner.expr);
                into.push(self.declare(span, &inner.ident, &inner.ty, value));
                return;
            }
            Item::Macro(inner) => {
                // The body of `macro_rules!` is a template, not code.
                if inner.ident.is_none() {
                    self.macro_statement(&inner.mac, into);
                }
                return;
            }
            Item::Use(inner) => {
                let mut imports = Vec::new();
                self.use_tree(&inner.tree, &mut Vec::new(), &mut imports);
                StatementKind::Import(imports)
            }
            Item::ExternCrate(inner) => StatementKind::Import(vec![self.extern_crate(inner)]),
            Item::Mod(inner) => match &inner.content {
                None => StatementKind::Import(vec![self.module_file(inner)]),
                Some((_, items)) => {
                    let mut body = Block::default();
                    for item in items {
                        self.item(item, &mut body.statements);
                    }
                    StatementKind::Namespace {
                        name: self.name(&inner.ident),
                        body,
                    }
                }
            },
            Item::Fn(inner) => {
                let function = self.function(&inner.attrs, &inner.sig, &inner.block, span);
                StatementKind::Function(function)
            }
            Item::Struct(inner) => {
                let members = self.fields(&inner.fields);
                self.class(&inner.attrs, &inner.ident, span, members)
            }
            Item::Union(inner) => {
                let members = (inner.fields.named.iter().enumerate())
                    .map(|(index, field)| self.field(index, field))
                    .collect();
                self.class(&inner.attrs, &inner.ident, span, members)
            }
            Item::Enum(inner) => {
                let mut members = Vec::new();
                for variant in &inner.variants {
                    members.push(Member {
                        name: self.name(&variant.ident),
                        kind: MemberKind::Variant,
                        is_static: true,
                        annotation: None,
                        decorators: self.decorators(&variant.attrs),
                    });
                }
                self.class(&inner.attrs, &inner.ident, span, members)
            }
            Item::Trait(inner) => {
                let mut members = Vec::new();
                for item in &inner.items {
                    members.extend(self.trait_member(item));
                }
                self.class(&inner.attrs, &inner.ident, span, members)
            }
            Item::Impl(inner) => {
                let members = self.within_type(&inner.self_ty, |lowerer| {
                    let members = inner.items.iter();
                    members
                        .filter_map(|item| lowerer.impl_member(item))
                        .collect()
                });
                self.extension(inner, members)
            }
            Item::Type(inner) => match &*inner.ty {
                Type::Path(path) => {
                    let value = self.path(path.qself.as_ref(), &path.path);
                    StatementKind::Assign(Assignment {
                        target: Target::Name(self.name(&inner.ident)),
                        operator: AssignOperator::Set,
                        value: Some(value),
                        declares: true,
                        annotation: None,
                    })
                }
                _ => return,
            },
            _ => return,
        };
        into.push(Statement { span, kind });
    }

    /// Lowers what stands in the `impl` of a type, where `Self` is that type.
    pub(super) fn within_type<T>(
        &mut self,
        of: &syn::Type,
        lower: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let own = self.class_name(of).0;
        let outer = self.own_type.replace(own);
        let lowered = lower(self);
        self.own_type = outer;
        lowered
    }

    /// `impl X { members }`.
    pub(super) fn extension(
        &mut self,
        implementation: &syn::ItemImpl,
        members: Vec<Member>,
    ) -> StatementKind {
        let (text, span) = self.class_name(&implementation.self_ty);
        let interface = (implementation.trait_.as_ref()).map(|(path, _)| self.path_as_type(path));
        StatementKind::Extend {
            class: Name { text, span },
            interface,
            members,
        }
    }

    fn class(
        &mut self,
        attributes: &[Attribute],
        name: &proc_macro2::Ident,
        span: Span,
        members: Vec<Member>,
    ) -> StatementKind {
        let class = Class {
            name: Some(self.name(name)),
            span,
            bases: Vec::new(),
            decorators: self.decorators(attributes),
            members,
        };
        StatementKind::Class(self.module.add_class(class))
    }

    fn fields(&mut self, fields: &Fields) -> Vec<Member> {
        (fields.iter().enumerate())
            .map(|(index, field)| self.field(index, field))
            .collect()
    }

    fn field(&mut self, index: usize, field: &syn::Field) -> Member {
        let name = match &field.ident {
            Some(name) => self.name(name),
            None => Name {
                text: index.to_string(),
                span: self.extent(extent::of_type(&field.ty)),
            },
        };
        let default = field.default.as_ref().map(|(_, value)| self.expr(value));
        Member {
            name,
            kind: MemberKind::Field(default),
            is_static: false,
            annotation: Some(self.type_name(&field.ty)),
            decorators: self.decorators(&field.attrs),
        }
    }

    /// A function with its body.
    fn function(
        &mut self,
        attributes: &[Attribute],
        signature: &Signature,
        body: &syn::Block,
        span: Span,
    ) -> FunctionId {
        let mut parameters = Vec::new();
        for input in &signature.inputs {
            if let FnArg::Typed(typed) = input {
                let decorators = self.decorators(&typed.attrs);
                let annotation = Some(self.type_name(&typed.ty));
                let mut parameter = self.parameter(&typed.pat, decorators);
                parameter.annotation = annotation;
                parameters.push(parameter);
            }
        }
        let function = Function {
            name: Some(self.name(&signature.ident)),
            span,
            parameters,
            receiver: None,
            body: self.block(body),
            decorators: self.decorators(attributes),
            returns: self.returns(&signature.output),
            is_async: signature.asyncness.is_some(),
        };
        self.module.add_function(function)
    }

    fn method(
        &mut self,
        attributes: &[Attribute],
        signature: &Signature,
        body: &syn::Block,
        extent: Extent,
    ) -> Member {
        self.note_condition(attributes, extent);
        let span = self.extent(extent);
        let has_receiver = matches!(signature.inputs.first(), Some(FnArg::Receiver(_)));
        let method = self.function(attributes, signature, body, span);
        Member {
            name: self.name(&signature.ident),
            kind: MemberKind::Method(method),
            is_static: !has_receiver,
            annotation: None,
            decorators: self.module.function(method).decorators.clone(),
        }
    }

    fn associated_const(
        &mut self,
        attributes: &[Attribute],
        name: &proc_macro2::Ident,
        of: &Type,
        value: &syn::Expr,
    ) -> Member {
        Member {
            name: self.name(name),
            kind: MemberKind::Field(Some(self.expr(value))),
            is_static: true,
            annotation: Some(self.type_name(of)),
            decorators: self.decorators(attributes),
        }
    }

    pub(super) fn impl_member(&mut self, item: &ImplItem) -> Option<Member> {
        match item {
            ImplItem::Fn(inner) => {
                let keyword = extent::first_of_signature(&inner.sig);
                let extent = (
                    extent::first_of(&inner.attrs, Some(&inner.vis), keyword),
                    inner.block.brace_token.span.close(),
                );
                Some(self.method(&inner.attrs, &inner.sig, &inner.block, extent))
            }
            ImplItem::Const(inner) => {
                Some(self.associated_const(&inner.attrs, &inner.ident, &inner.ty, &inner.expr))
            }
            _ => None,
        }
    }

    pub(super) fn trait_member(&mut self, item: &TraitItem) -> Option<Member> {
        match item {
            TraitItem::Fn(inner) => {
                let body = inner.default.as_ref()?;
                let keyword = extent::first_of_signature(&inner.sig);
                let extent = (
                    extent::first_of(&inner.attrs, None, keyword),
                    body.brace_token.span.close(),
                );
                Some(self.method(&inner.attrs, &inner.sig, body, extent))
            }
            TraitItem::Const(inner) => {
                let (_, value) = inner.default.as_ref()?;
                Some(self.associated_const(&inner.attrs, &inner.ident, &inner.ty, value))
            }
            _ => None,
        }
    }
}

fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(inner) => &inner.attrs,
        Item::Enum(inner) => &inner.attrs,
        Item::ExternCrate(inner) => &inner.attrs,
        Item::Fn(inner) => &inner.attrs,
        Item::Impl(inner) => &inner.attrs,
        Item::Macro(inner) => &inner.attrs,
        Item::Mod(inner) => &inner.attrs,
        Item::Static(inner) => &inner.attrs,
        Item::Struct(inner) => &inner.attrs,
        Item::Trait(inner) => &inner.attrs,
        Item::Type(inner) => &inner.attrs,
        Item::Union(inner) => &inner.attrs,
        Item::Use(inner) => &inner.attrs,
        _ => &[],
    }
}
