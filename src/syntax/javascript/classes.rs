//! Classes, and what TypeScript has like them: interfaces, object types, enums.

use tree_sitter::Node;

use super::super::ir::{Class, ClassId, ExprId, ExprKind, Member, MemberKind, Name};
use super::super::named::Named;
use super::{Lowering, span};

impl<'tree> Lowering<'tree> {
    /// A class declaration or expression; `outer_decorators` stand in front of its `export`.
    pub(super) fn class(&mut self, node: Node<'tree>, outer_decorators: Vec<ExprId>) -> ClassId {
        let mut decorators = outer_decorators;
        decorators.extend(self.decorators(node));
        let mut bases = Vec::new();
        let mut members = Vec::new();
        for child in self.children(node) {
            match child.kind_name() {
                "class_heritage" => bases.extend(self.heritage(child)),
                "class_body" => members = self.class_members(child),
                _ => {}
            }
        }
        self.add_class(node, bases, decorators, members)
    }

    fn add_class(
        &mut self,
        node: Node<'tree>,
        bases: Vec<ExprId>,
        decorators: Vec<ExprId>,
        members: Vec<Member>,
    ) -> ClassId {
        let name = node.field("name").map(|name| self.name(name));
        self.module.add_class(Class {
            name,
            span: span(node),
            bases,
            decorators,
            members,
        })
    }

    /// What a class extends. What it implements are types, without code of their own.
    fn heritage(&mut self, node: Node<'tree>) -> Vec<ExprId> {
        let mut bases = Vec::new();
        for child in self.children(node) {
            match child.kind_name() {
                "implements_clause" => {}
                "extends_clause" => {
                    for base in self.children_by_field(child, "value") {
                        bases.push(self.expr(base));
                    }
                }
                _ => bases.push(self.expr(child)),
            }
        }
        bases
    }

    fn class_members(&mut self, body: Node<'tree>) -> Vec<Member> {
        let nodes = self.children(body);
        let mut members: Vec<Member> = Vec::with_capacity(nodes.len());
        // TypeScript has the decorators of a method in front of it.
        let mut decorators = Vec::new();
        let mut overload: Option<(Name, bool)> = None;
        for node in nodes {
            if node.kind_name() == "decorator" {
                decorators.push(self.expr(node));
                continue;
            }
            let Some(mut member) = self.class_member(node) else {
                continue;
            };
            member.decorators.splice(0..0, decorators.drain(..));
            // The signatures of an overloaded method precede it, and say nothing that it does not.
            let is_method = matches!(member.kind, MemberKind::Method(_));
            if let Some((name, is_static)) = overload.take()
                && is_method
                && name.text == member.name.text
                && is_static == member.is_static
                && let Some(signature) = members.pop()
            {
                member.decorators.splice(0..0, signature.decorators);
            }
            if is_method && node.kind_name() == "method_signature" {
                overload = Some((member.name.clone(), member.is_static));
            }
            members.push(member);
        }
        self.strays.extend(decorators);
        members
    }

    fn class_member(&mut self, node: Node<'tree>) -> Option<Member> {
        if !self.enter(node) {
            return None;
        }
        self.salvage(node);
        let member = match node.kind_name() {
            "method_definition" | "method_signature" | "abstract_method_signature" => {
                self.method(node)
            }
            "field_definition" | "public_field_definition" => self.field_definition(node),
            "class_static_block" => self.static_block(node),
            "index_signature" => None,
            _ => {
                let inside = self.anything_in(node);
                self.strays.extend(inside);
                None
            }
        };
        self.leave();
        member
    }

    fn method(&mut self, node: Node<'tree>) -> Option<Member> {
        let key = node.field("name")?;
        let name = self.member_name(key);
        let decorators = self.decorators(node);
        let function = self.function_called(node, Some(name.clone()));
        let is_getter = self.has_token(node, "get") || self.has_token(node, "static get");
        Some(Member {
            name,
            kind: if is_getter {
                MemberKind::Getter(function)
            } else {
                MemberKind::Method(function)
            },
            is_static: self.has_token(node, "static") || self.has_token(node, "static get"),
            annotation: None,
            decorators,
        })
    }

    fn field_definition(&mut self, node: Node<'tree>) -> Option<Member> {
        let key = node.field("name").or_else(|| node.field("property"))?;
        let name = self.member_name(key);
        let decorators = self.decorators(node);
        let value = node.field("value").map(|value| self.expr(value));
        Some(Member {
            name,
            kind: MemberKind::Field(value),
            is_static: self.has_token(node, "static"),
            annotation: self.annotation(node, "type"),
            decorators,
        })
    }

    /// `static { .. }` runs when the class is made, like the value of a static field.
    fn static_block(&mut self, node: Node<'tree>) -> Option<Member> {
        let body = self.block_of(node.field("body")?);
        let value = self.add(node, ExprKind::Block(body));
        Some(Member {
            name: Name {
                text: "static".into(),
                span: span(node),
            },
            kind: MemberKind::Field(Some(value)),
            is_static: true,
            annotation: None,
            decorators: Vec::new(),
        })
    }

    /// An interface; what it extends are its bases.
    pub(super) fn interface(&mut self, node: Node<'tree>) -> ClassId {
        let mut bases = Vec::new();
        let mut members = Vec::new();
        for child in self.children(node) {
            match child.kind_name() {
                "extends_type_clause" => {
                    for base in self.children_by_field(child, "type") {
                        let named = base.field("name");
                        let path = if base.kind_name() == "generic_type" {
                            named.unwrap_or(base)
                        } else {
                            base
                        };
                        bases.push(self.expr(path));
                    }
                }
                "interface_body" | "object_type" => members = self.signatures(child),
                _ => {}
            }
        }
        self.add_class(node, bases, Vec::new(), members)
    }

    /// `type Name = { .. }`; other aliases have no shape of their own.
    pub(super) fn object_alias(&mut self, node: Node<'tree>) -> Option<ClassId> {
        let shape = node
            .field("value")
            .filter(|value| value.kind_name() == "object_type")?;
        let members = self.signatures(shape);
        Some(self.add_class(node, Vec::new(), Vec::new(), members))
    }

    fn signatures(&mut self, body: Node<'tree>) -> Vec<Member> {
        let mut members = Vec::new();
        for node in self.children(body) {
            if matches!(node.kind_name(), "property_signature" | "method_signature")
                && let Some(key) = node.field("name")
            {
                members.push(Member {
                    name: self.member_name(key),
                    kind: MemberKind::Field(None),
                    is_static: false,
                    annotation: self.annotation(node, "type"),
                    decorators: Vec::new(),
                });
            }
        }
        members
    }

    pub(super) fn enumeration(&mut self, node: Node<'tree>) -> ClassId {
        let variants = match node.field("body") {
            Some(body) => self.children(body),
            None => Vec::new(),
        };
        let mut members = Vec::with_capacity(variants.len());
        for variant in variants {
            let key = variant.field("name").unwrap_or(variant);
            let value = variant.field("value").map(|value| self.expr(value));
            members.push(Member {
                name: self.member_name(key),
                kind: match value {
                    Some(value) => MemberKind::Field(Some(value)),
                    None => MemberKind::Variant,
                },
                is_static: true,
                annotation: None,
                decorators: Vec::new(),
            });
        }
        self.add_class(node, Vec::new(), Vec::new(), members)
    }
}
