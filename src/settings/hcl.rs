//! HCL, lowered to what settings need: blocks and attributes as maps, and of every expression what it takes its value
//! from. What is broken is left out around; depth is bounded, so readers may walk a body recursively.

use tree_sitter::Node;

use super::interpolation::{reference, text};
use super::{Reference, SettingValue};
use crate::source::{SourceFile, Span};
use crate::syntax::bounds::{Limits, parse_tree};
use crate::syntax::ir::Unread;

/// Blocks and expressions deeper than this are left out.
const MAX_DEPTH: usize = 200;
/// How many broken parts are told.
const MAX_BROKEN: usize = 20;

/// What stands somewhere in a file.
#[derive(Clone)]
pub(super) struct Value {
    pub(super) span: Span,
    pub(super) what: What,
}

/// The shapes of a [`Value`].
#[derive(Clone)]
pub(super) enum What {
    /// A single value.
    Scalar(SettingValue),
    /// A list.
    List(Vec<Value>),
    /// An object, or the body of a block; the key of repeated blocks stands once for each.
    Map(Vec<Entry>),
    /// Something made for each of these (a `for`, a `dynamic` block).
    Each(Box<Value>),
    /// `null`.
    Null,
}

/// An attribute, a nested block, or an entry of an object.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) key: Span,
    pub(super) value: Value,
}

/// A block at the top of a file.
pub(super) struct Block {
    pub(super) kind: String,
    pub(super) labels: Vec<(String, Span)>,
    pub(super) body: Value,
}

/// A file.
#[derive(Default)]
pub(super) struct Body {
    pub(super) blocks: Vec<Block>,
    pub(super) attributes: Vec<Entry>,
    pub(super) unread: Vec<Unread>,
}

impl Value {
    /// The entries of a map.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.what {
            What::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The first entry of that name.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        let entry = self.entries().iter().find(|entry| entry.name == name)?;
        Some(&entry.value)
    }

    /// The value at the end of a way of names.
    pub(super) fn at(&self, way: &[&str]) -> Option<&Value> {
        way.iter().try_fold(self, |value, name| value.get(name))
    }

    /// What a single value is set to.
    pub(super) fn scalar(&self) -> Option<&SettingValue> {
        match &self.what {
            What::Scalar(value) => Some(value),
            _ => None,
        }
    }

    /// The content of a literal.
    pub(super) fn text(&self) -> Option<&str> {
        match self.scalar() {
            Some(SettingValue::Text(literal)) => Some(literal.reveal()),
            _ => None,
        }
    }

    fn unknown(span: Span) -> Self {
        Self {
            span,
            what: What::Scalar(SettingValue::Unknown),
        }
    }
}

/// Reads HCL.
pub(super) fn parse(source: &SourceFile) -> Body {
    let bytes = source.bytes();
    let mut body = Body::default();
    let tree = match parse_tree(&tree_sitter_hcl::LANGUAGE.into(), bytes, &Limits::default()) {
        Ok(tree) => tree,
        Err(error) => {
            body.unread
                .push(super::document::whole(source, error.to_string()));
            return body;
        }
    };
    let reader = Reader { bytes };
    let root = tree.root_node();
    for top in children(root) {
        match top.kind() {
            "body" => {
                for item in children(top) {
                    reader.top(item, &mut body);
                }
            }
            // What follows the first broken part may stand beside the body.
            _ => reader.top(top, &mut body),
        }
    }
    if root.has_error() {
        tell_broken(root, &mut body.unread);
    }
    body
}

/// Notes the outermost broken parts. A walk with a cursor: the tree may be deep.
fn tell_broken(root: Node<'_>, unread: &mut Vec<Unread>) {
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        let is_broken = node.is_error() || node.is_missing();
        if is_broken {
            unread.push(Unread {
                span: place(node),
                reason: "not HCL".to_owned(),
            });
        }
        if unread.len() >= MAX_BROKEN {
            return;
        }
        if !is_broken && node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

fn place(node: Node<'_>) -> Span {
    Span::new(node.start_byte(), node.end_byte())
}

/// What a node is made of, comments and broken parts aside.
fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|child| !child.is_error() && child.kind() != "comment")
        .collect()
}

struct Reader<'text> {
    bytes: &'text [u8],
}

impl Reader<'_> {
    fn written(&self, node: Node<'_>) -> String {
        let bytes = self.bytes.get(node.byte_range()).unwrap_or_default();
        String::from_utf8_lossy(bytes).into_owned()
    }

    fn top(&self, node: Node<'_>, body: &mut Body) {
        match node.kind() {
            "attribute" => body.attributes.extend(self.attribute(node, 0)),
            "block" => {
                let (mut names, value) = self.block(node, 0);
                if !names.is_empty() {
                    let (kind, _) = names.remove(0);
                    body.blocks.push(Block {
                        kind,
                        labels: names,
                        body: value,
                    });
                }
            }
            _ => {}
        }
    }

    /// The kind and labels of a block, and its body.
    fn block(&self, node: Node<'_>, depth: usize) -> (Vec<(String, Span)>, Value) {
        let mut names = Vec::new();
        let mut entries = Vec::new();
        for child in children(node) {
            match child.kind() {
                "identifier" => names.push((self.written(child), place(child))),
                "string_lit" => names.push((self.string(child), place(child))),
                "body" if depth < MAX_DEPTH => {
                    for item in children(child) {
                        match item.kind() {
                            "attribute" => entries.extend(self.attribute(item, depth + 1)),
                            "block" => entries.extend(self.nested(item, depth + 1)),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        let value = Value {
            span: place(node),
            what: What::Map(entries),
        };
        (names, value)
    }

    /// A block inside another. What a `dynamic` block makes bears its label.
    fn nested(&self, node: Node<'_>, depth: usize) -> Option<Entry> {
        let (names, value) = self.block(node, depth);
        let mut names = names.into_iter();
        let (mut name, mut key) = names.next()?;
        let mut value = value;
        if name == "dynamic" {
            (name, key) = names.next()?;
            let over = value.get("for_each")?.clone();
            value.what = What::Each(Box::new(over));
        } else {
            for (label, _) in names {
                name.push('.');
                name.push_str(&label);
            }
        }
        Some(Entry { name, key, value })
    }

    fn attribute(&self, node: Node<'_>, depth: usize) -> Option<Entry> {
        let mut parts = children(node).into_iter();
        let name = parts.next().filter(|name| name.kind() == "identifier")?;
        Some(Entry {
            name: self.written(name),
            key: place(name),
            value: self.expression(parts.next()?, depth),
        })
    }

    fn expression(&self, node: Node<'_>, depth: usize) -> Value {
        let span = place(node);
        if depth > MAX_DEPTH {
            return Value::unknown(span);
        }
        let parts = children(node);
        let (Some(&first), rest) = (parts.first(), parts.get(1..).unwrap_or_default()) else {
            return self.leaf(node);
        };
        let what = match node.kind() {
            "expression" if rest.is_empty() => return self.expression(first, depth + 1),
            "expression" => self.traversal(first, rest, depth + 1),
            "literal_value" => return self.expression(first, depth + 1),
            "template_expr" => return self.expression(first, depth + 1),
            "collection_value" => return self.expression(first, depth + 1),
            "variable_expr" => What::Scalar(SettingValue::Unknown),
            "string_lit" => What::Scalar(text(&self.string(node))),
            "quoted_template" | "heredoc_template" => self.template(&parts, depth + 1),
            "tuple" => What::List(
                parts
                    .into_iter()
                    .filter(|part| part.kind() == "expression")
                    .map(|item| self.expression(item, depth + 1))
                    .collect(),
            ),
            "object" => What::Map(
                parts
                    .into_iter()
                    .filter_map(|element| self.element(element, depth + 1))
                    .collect(),
            ),
            "function_call" => self.call(first, rest, depth + 1),
            "conditional" => self.conditional(&parts, depth + 1),
            "for_expr" => self.each(first, depth + 1),
            _ => What::Scalar(SettingValue::Unknown),
        };
        Value { span, what }
    }

    fn leaf(&self, node: Node<'_>) -> Value {
        let what = match node.kind() {
            "numeric_lit" | "bool_lit" => What::Scalar(text(&self.written(node))),
            "null_lit" => What::Null,
            "tuple" => What::List(Vec::new()),
            "object" => What::Map(Vec::new()),
            _ => What::Scalar(SettingValue::Unknown),
        };
        Value {
            span: place(node),
            what,
        }
    }

    /// The content of a string without parts that are computed.
    fn string(&self, node: Node<'_>) -> String {
        children(node)
            .into_iter()
            .filter(|part| part.kind() == "template_literal")
            .map(|part| unescaped(&self.written(part)))
            .collect()
    }

    fn element(&self, node: Node<'_>, depth: usize) -> Option<Entry> {
        let key = node.child_by_field_name("key")?;
        let value = self.expression(node.child_by_field_name("val")?, depth);
        // A bare word is a key by its name, whatever the expression would say.
        let name = match self.expression(key, depth).text() {
            Some(text) => text.to_owned(),
            None => {
                let written = self.written(key);
                let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
                if !written.bytes().all(is_word) {
                    return None;
                }
                written
            }
        };
        Some(Entry {
            name,
            key: place(key),
            value,
        })
    }

    fn template(&self, parts: &[Node<'_>], depth: usize) -> What {
        let is_heredoc = parts
            .first()
            .is_some_and(|part| part.kind() == "heredoc_start");
        let mut values = Vec::new();
        for part in parts {
            match part.kind() {
                "template_literal" => {
                    let written = self.written(*part);
                    let content = if is_heredoc {
                        written
                    } else {
                        unescaped(&written)
                    };
                    values.push(text(&content));
                }
                "template_interpolation" => {
                    let inner = children(*part)
                        .into_iter()
                        .find(|child| child.kind() == "expression");
                    let value = inner.map(|inner| self.expression(inner, depth).what);
                    values.push(match value {
                        Some(What::Scalar(value)) => value,
                        _ => SettingValue::Unknown,
                    });
                }
                "template_directive" => return What::Scalar(SettingValue::Unknown),
                _ => {}
            }
        }
        What::Scalar(match values.len() {
            0 => text(""),
            1 => values.remove(0),
            _ => SettingValue::Joined(values),
        })
    }

    /// `a.b.c`, `a.b[0].c`, `f(x)["key"]`: from where the value comes, the keys inside it joined by dots.
    fn traversal(&self, first: Node<'_>, rest: &[Node<'_>], depth: usize) -> What {
        let unknown = What::Scalar(SettingValue::Unknown);
        let (mut way, is_name) = match first.kind() {
            "variable_expr" => (self.written(first), true),
            _ => match self.expression(first, depth).what {
                What::Scalar(SettingValue::Reference {
                    from: Reference::Resource(way) | Reference::Variable(way),
                    fallback: None,
                }) => (way, false),
                _ => return unknown,
            },
        };
        for step in rest {
            let inner = children(*step);
            match (step.kind(), inner.first()) {
                ("get_attr", Some(name)) => {
                    way.push('.');
                    way.push_str(&self.written(*name));
                }
                ("index", Some(index)) => {
                    let key = match index.kind() {
                        "new_index" => children(*index).first().and_then(|index| {
                            let value = self.expression(*index, depth);
                            value.text().map(str::to_owned)
                        }),
                        _ => Some(self.written(*index).trim_start_matches('.').to_owned()),
                    };
                    match key.as_deref() {
                        // The one of a `count` that is zero or one.
                        Some("0") => {}
                        Some(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                            way.push_str(&format!("[{number}]"));
                        }
                        Some(key) => {
                            way.push('.');
                            way.push_str(key);
                        }
                        None => return unknown,
                    }
                }
                _ => return unknown,
            }
        }
        let root = way.split('.').next().unwrap_or_default();
        What::Scalar(match root {
            "var" | "local" | "dependency" => reference(Reference::Variable(way)),
            "each" | "self" | "count" | "path" | "terraform" => SettingValue::Unknown,
            _ if is_name && way.split('.').count() < 3 => SettingValue::Unknown,
            _ => reference(Reference::Resource(way)),
        })
    }

    fn call(&self, name: Node<'_>, rest: &[Node<'_>], depth: usize) -> What {
        let arguments: Vec<Node<'_>> = rest.iter().flat_map(|part| children(*part)).collect();
        let argument = |index: usize| {
            arguments
                .get(index)
                .map(|argument| self.expression(*argument, depth))
        };
        let unknown = What::Scalar(SettingValue::Unknown);
        match self.written(name).as_str() {
            // What comes out holds the same secret as what goes in.
            "sensitive" | "nonsensitive" | "tostring" | "trimspace" | "chomp" | "base64encode"
            | "jsonencode" | "jsondecode" | "yamlencode" | "yamldecode" | "tomap" | "tolist"
            | "toset" | "ephemeralasnull" => argument(0).map_or(unknown, |value| value.what),
            "coalesce" | "try" => match (argument(0), argument(1)) {
                (Some(value), Some(otherwise)) => either(value.what, otherwise.what),
                _ => unknown,
            },
            "file" | "filebase64" => {
                match argument(0).and_then(|path| path.text().map(str::to_owned)) {
                    Some(path) => What::Scalar(reference(Reference::File(path))),
                    None => unknown,
                }
            }
            "merge" => {
                let mut entries = Vec::new();
                for value in arguments
                    .iter()
                    .filter(|argument| argument.kind() == "expression")
                    .map(|argument| self.expression(*argument, depth))
                {
                    match value.what {
                        What::Map(more) => entries.extend(more),
                        What::Scalar(SettingValue::Reference { .. }) => entries.push(Entry {
                            name: "*".to_owned(),
                            key: value.span,
                            value,
                        }),
                        _ => {}
                    }
                }
                What::Map(entries)
            }
            "concat" => {
                let mut items = Vec::new();
                for argument in &arguments {
                    match self.expression(*argument, depth) {
                        Value {
                            what: What::List(more),
                            ..
                        } => items.extend(more),
                        value => items.push(value),
                    }
                }
                What::List(items)
            }
            _ => unknown,
        }
    }

    /// A condition that asks for the value itself says what is taken when there is none.
    fn conditional(&self, parts: &[Node<'_>], depth: usize) -> What {
        let [condition, then, otherwise] = parts else {
            return What::Scalar(SettingValue::Unknown);
        };
        let asked = self.written(*condition);
        let (mut first, mut second) = (*then, *otherwise);
        if !asked.contains(self.written(first).trim()) {
            (first, second) = (second, first);
        }
        if !asked.contains(self.written(first).trim()) {
            return What::Scalar(SettingValue::Unknown);
        }
        either(
            self.expression(first, depth).what,
            self.expression(second, depth).what,
        )
    }

    /// What a `for` runs over.
    fn each(&self, node: Node<'_>, depth: usize) -> What {
        let over = children(node)
            .into_iter()
            .find(|part| part.kind() == "for_intro")
            .and_then(|intro| {
                children(intro)
                    .into_iter()
                    .find(|part| part.kind() == "expression")
            });
        match over {
            Some(over) => What::Each(Box::new(self.expression(over, depth))),
            None => What::Scalar(SettingValue::Unknown),
        }
    }
}

/// The first value, or the second when the first is not there.
fn either(value: What, otherwise: What) -> What {
    match (value, otherwise) {
        (
            What::Scalar(SettingValue::Reference {
                from,
                fallback: None,
            }),
            What::Scalar(fallback),
        ) => What::Scalar(SettingValue::Reference {
            from,
            fallback: Some(Box::new(fallback)),
        }),
        (value @ What::Scalar(SettingValue::Reference { .. }), What::Null) => value,
        _ => What::Scalar(SettingValue::Unknown),
    }
}

/// Resolves the escapes of a quoted string.
fn unescaped(written: &str) -> String {
    let mut content = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.find(['\\', '$', '%']) {
        let (before, from) = rest.split_at(at);
        content.push_str(before);
        let (put, length) = match from.as_bytes() {
            [b'$', b'$', b'{', ..] => ("$", 2),
            [b'%', b'%', b'{', ..] => ("%", 2),
            [b'\\', b'n', ..] => ("\n", 2),
            [b'\\', b'r', ..] => ("\r", 2),
            [b'\\', b't', ..] => ("\t", 2),
            [b'\\', b'"', ..] => ("\"", 2),
            [b'\\', b'\\', ..] => ("\\", 2),
            _ => (from.get(..1).unwrap_or_default(), 1),
        };
        content.push_str(put);
        rest = from.get(length..).unwrap_or_default();
    }
    content.push_str(rest);
    content
}
