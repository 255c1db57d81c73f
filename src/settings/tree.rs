//! What the readers of nested formats share: a tree of maps, lists and scalars that keeps the place of everything.
//!
//! A tree is built event by event ([`Builder`]), without recursion. Its depth is bounded, and so is the number of
//! nodes that a walk over it can meet when aliases repeat parts of it: readers may walk it recursively and in full.

use std::collections::HashMap;

use super::{Holder, Setting, SettingValue};
use crate::source::Span;
use crate::syntax::ir::{Literal, Unread};

/// Nodes deeper than this are left out.
const MAX_DEPTH: usize = 64;
/// How many nodes aliases may repeat in all.
const MAX_REPEATED: usize = 200_000;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Without quotes.
    Plain,
    /// In quotes.
    Quoted,
    /// A block whose lines are kept (`|`).
    Block,
    /// A block whose lines are joined (`>`).
    Folded,
}

/// The documents of one file.
#[derive(Default)]
pub(super) struct Tree {
    nodes: Vec<NodeData>,
    roots: Vec<usize>,
}

struct NodeData {
    span: Span,
    tag: Option<Box<str>>,
    content: Content,
    /// Nodes in a walk over it, itself included.
    weight: usize,
    /// Levels below it.
    height: usize,
}

enum Content {
    Scalar(Box<str>, Style),
    List(Vec<usize>),
    Map(Vec<(Key, usize)>),
    /// There, but not to be read.
    Unknown,
}

/// A key of a map.
pub(super) struct Key {
    /// The key, decoded.
    pub(super) name: Box<str>,
    /// Its place.
    pub(super) span: Span,
}

/// A node of a [`Tree`].
#[derive(Clone, Copy)]
pub(super) struct Node<'tree> {
    tree: &'tree Tree,
    id: usize,
}

impl Tree {
    /// The root of every document.
    pub(super) fn roots(&self) -> impl Iterator<Item = Node<'_>> {
        self.roots.iter().map(|&id| Node { tree: self, id })
    }
}

impl<'tree> Node<'tree> {
    fn data(self) -> Option<&'tree NodeData> {
        self.tree.nodes.get(self.id)
    }

    /// Its place; for a map or list, from its first to its last byte.
    pub(super) fn span(self) -> Span {
        self.data().map(|data| data.span).unwrap_or_default()
    }

    /// Its tag as written with one `!` in front (`!Ref`), when it bears one of its own.
    pub(super) fn tag(self) -> Option<&'tree str> {
        self.data()?.tag.as_deref()
    }

    /// The content of a scalar; `None` for what is no scalar, and for null.
    pub(super) fn text(self) -> Option<&'tree str> {
        match &self.data()?.content {
            Content::Scalar(text, Style::Plain)
                if matches!(&**text, "" | "~" | "null" | "Null" | "NULL") =>
            {
                None
            }
            Content::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// How a scalar is written.
    pub(super) fn style(self) -> Option<Style> {
        match &self.data()?.content {
            Content::Scalar(_, style) => Some(*style),
            _ => None,
        }
    }

    /// Whether it is a scalar that says nothing (`key:`).
    pub(super) fn is_null(self) -> bool {
        self.style().is_some() && self.text().is_none()
    }

    /// Whether it is a map.
    pub(super) fn is_map(self) -> bool {
        matches!(self.data().map(|data| &data.content), Some(Content::Map(_)))
    }

    /// Whether it is a list.
    pub(super) fn is_list(self) -> bool {
        matches!(
            self.data().map(|data| &data.content),
            Some(Content::List(_))
        )
    }

    /// The entries of a map in order, each key once; nothing for what is no map.
    pub(super) fn entries(self) -> impl Iterator<Item = (&'tree Key, Node<'tree>)> {
        let entries: &'tree [(Key, usize)] = match self.data().map(|data| &data.content) {
            Some(Content::Map(entries)) => entries,
            _ => &[],
        };
        let tree = self.tree;
        entries
            .iter()
            .map(move |(key, id)| (key, Node { tree, id: *id }))
    }

    /// The items of a list; nothing for what is no list.
    pub(super) fn items(self) -> impl Iterator<Item = Node<'tree>> {
        let items: &'tree [usize] = match self.data().map(|data| &data.content) {
            Some(Content::List(items)) => items,
            _ => &[],
        };
        let tree = self.tree;
        items.iter().map(move |&id| Node { tree, id })
    }

    /// The value of a key, with the key.
    pub(super) fn entry(self, name: &str) -> Option<(&'tree Key, Node<'tree>)> {
        self.entries().find(|(key, _)| &*key.name == name)
    }

    /// The value of a key.
    pub(super) fn get(self, name: &str) -> Option<Node<'tree>> {
        self.entry(name).map(|(_, value)| value)
    }

    /// The value at the end of a way of keys.
    pub(super) fn at(self, way: &[&str]) -> Option<Node<'tree>> {
        way.iter().try_fold(self, |node, name| node.get(name))
    }

    /// The text at the end of a way of keys.
    pub(super) fn text_at(self, way: &[&str]) -> Option<&'tree str> {
        self.at(way)?.text()
    }
}

/// Adds every scalar below a node as a setting, its name the keys on the way to it joined by dots. `value` says what
/// a scalar is set to; null is no setting.
pub(super) fn flatten(
    node: Node<'_>,
    holder: &Holder,
    value: &dyn Fn(Node<'_>, &str) -> SettingValue,
    settings: &mut Vec<Setting>,
) {
    Flatten {
        name: String::new(),
        holder,
        value,
        settings,
    }
    .node(node, None);
}

struct Flatten<'walk> {
    name: String,
    holder: &'walk Holder,
    value: &'walk dyn Fn(Node<'_>, &str) -> SettingValue,
    settings: &'walk mut Vec<Setting>,
}

impl Flatten<'_> {
    fn node(&mut self, node: Node<'_>, key: Option<Span>) {
        let Some(data) = node.data() else { return };
        let value = match &data.content {
            // That a map is there, though empty, may say something.
            Content::Map(entries) if entries.is_empty() => SettingValue::Text(Literal::new("")),
            Content::Map(_) => {
                for (key, child) in node.entries() {
                    self.child(&key.name, Some(key.span), child);
                }
                return;
            }
            Content::List(_) => {
                for (index, child) in node.items().enumerate() {
                    self.child(&index.to_string(), key, child);
                }
                return;
            }
            Content::Scalar(..) => match node.text() {
                Some(content) => (self.value)(node, content),
                None => return,
            },
            Content::Unknown => SettingValue::Unknown,
        };
        self.settings.push(Setting {
            name: self.name.clone(),
            key: key.unwrap_or(data.span),
            value,
            span: data.span,
            holder: self.holder.clone(),
        });
    }

    fn child(&mut self, name: &str, key: Option<Span>, node: Node<'_>) {
        let length = self.name.len();
        if length > 0 {
            self.name.push('.');
        }
        self.name.push_str(name);
        self.node(node, key);
        self.name.truncate(length);
    }
}

/// Builds a [`Tree`] from the events of a parser.
#[derive(Default)]
pub(super) struct Builder {
    tree: Tree,
    open: Vec<Open>,
    /// Containers open below [`MAX_DEPTH`].
    skipped: usize,
    repeated: usize,
    unread: Vec<Unread>,
    told_depth: bool,
    told_repeats: bool,
}

/// Where a [`Builder`] stands.
pub(super) struct State {
    nodes: usize,
    roots: usize,
    unread: usize,
    repeated: usize,
    told_depth: bool,
    told_repeats: bool,
}

struct Open {
    span: Span,
    tag: Option<Box<str>>,
    is_map: bool,
    /// The key whose value comes next.
    key: Option<Key>,
    keys: Vec<Key>,
    values: Vec<usize>,
    /// Maps taken in by merge keys.
    merged: Vec<usize>,
}

impl Builder {
    /// A map begins.
    pub(super) fn begin_map(&mut self, span: Span, tag: Option<&str>) {
        self.begin(span, tag, true);
    }

    /// A list begins.
    pub(super) fn begin_list(&mut self, span: Span, tag: Option<&str>) {
        self.begin(span, tag, false);
    }

    fn begin(&mut self, span: Span, tag: Option<&str>, is_map: bool) {
        if self.open.len() >= MAX_DEPTH {
            self.skipped += 1;
            if !self.told_depth {
                self.told_depth = true;
                self.unread.push(Unread {
                    span,
                    reason: format!("nested deeper than {MAX_DEPTH} levels"),
                });
            }
            return;
        }
        self.open.push(Open {
            span,
            tag: tag.map(Box::from),
            is_map,
            key: None,
            keys: Vec::new(),
            values: Vec::new(),
            merged: Vec::new(),
        });
    }

    /// A scalar: a key or a value, as its turn is.
    pub(super) fn scalar(
        &mut self,
        content: &str,
        style: Style,
        span: Span,
        tag: Option<&str>,
    ) -> Option<usize> {
        if self.skipped > 0 {
            return None;
        }
        if let Some(Open {
            is_map: true,
            key: key @ None,
            ..
        }) = self.open.last_mut()
        {
            *key = Some(Key {
                name: content.into(),
                span,
            });
            return None;
        }
        let id = self.node(NodeData {
            span,
            tag: tag.map(Box::from),
            content: Content::Scalar(content.into(), style),
            weight: 1,
            height: 0,
        });
        self.attach(id);
        Some(id)
    }

    /// An alias of a node that is complete; `None` when it names none.
    pub(super) fn alias(&mut self, target: Option<usize>, span: Span) {
        if self.skipped > 0 {
            return;
        }
        if let Some(Open {
            is_map: true,
            key: key @ None,
            ..
        }) = self.open.last_mut()
        {
            let name = match target.and_then(|id| self.tree.nodes.get(id)) {
                Some(NodeData {
                    content: Content::Scalar(text, _),
                    ..
                }) => text.clone(),
                _ => "".into(),
            };
            *key = Some(Key { name, span });
            return;
        }
        let size = target
            .and_then(|id| self.tree.nodes.get(id))
            .map(|node| (node.weight, node.height));
        let fits = size.is_some_and(|(weight, height)| {
            self.repeated.saturating_add(weight) <= MAX_REPEATED
                && self.open.len() + height < MAX_DEPTH
        });
        match (target, size) {
            (Some(id), Some((weight, _))) if fits => {
                self.repeated += weight;
                self.attach(id);
            }
            _ => {
                if size.is_some() && !self.told_repeats {
                    self.told_repeats = true;
                    self.unread.push(Unread {
                        span,
                        reason: "aliases repeat too much to be expanded".to_owned(),
                    });
                }
                let id = self.unknown(span);
                self.attach(id);
            }
        }
    }

    /// The innermost map or list ends at `end`. Returns its node unless it was a key or left out.
    pub(super) fn end(&mut self, end: u32) -> Option<usize> {
        if self.skipped > 0 {
            self.skipped -= 1;
            if self.skipped == 0 {
                // What was left out takes its place as a value, or as a key.
                let span = Span::new(end as usize, end as usize);
                self.place(None, span);
            }
            return None;
        }
        let open = self.open.pop()?;
        let span = Span {
            end: end.max(open.span.end),
            ..open.span
        };
        let content = if open.is_map {
            Content::Map(self.merge(open.keys, open.values, &open.merged))
        } else {
            Content::List(open.values)
        };
        let (mut weight, mut height) = (1usize, 0);
        let mut count = |child: &usize| {
            if let Some(child) = self.tree.nodes.get(*child) {
                weight = weight.saturating_add(child.weight);
                height = height.max(child.height + 1);
            }
        };
        match &content {
            Content::List(items) => items.iter().for_each(&mut count),
            Content::Map(entries) => entries.iter().for_each(|(_, child)| count(child)),
            _ => {}
        }
        let id = self.node(NodeData {
            span,
            tag: open.tag,
            content,
            weight,
            height,
        });
        self.place(Some(id), span).then_some(id)
    }

    /// Ends what is still open: the text broke off at `end`.
    pub(super) fn break_off(&mut self, end: u32) {
        self.skipped = 0;
        while !self.open.is_empty() {
            self.end(end);
        }
    }

    /// Where building stands between two documents.
    pub(super) fn state(&self) -> State {
        State {
            nodes: self.tree.nodes.len(),
            roots: self.tree.roots.len(),
            unread: self.unread.len(),
            repeated: self.repeated,
            told_depth: self.told_depth,
            told_repeats: self.told_repeats,
        }
    }

    /// Forgets what was built since `state`.
    pub(super) fn go_back(&mut self, state: State) {
        self.tree.nodes.truncate(state.nodes);
        self.tree.roots.truncate(state.roots);
        self.unread.truncate(state.unread);
        self.repeated = state.repeated;
        self.told_depth = state.told_depth;
        self.told_repeats = state.told_repeats;
        self.open.clear();
        self.skipped = 0;
    }

    /// Notes a part that was not read.
    pub(super) fn unread(&mut self, span: Span, reason: String) {
        self.unread.push(Unread { span, reason });
    }

    /// The tree, and what could not be read.
    pub(super) fn finish(mut self, end: u32) -> (Tree, Vec<Unread>) {
        self.break_off(end);
        (self.tree, self.unread)
    }

    fn node(&mut self, data: NodeData) -> usize {
        self.tree.nodes.push(data);
        self.tree.nodes.len() - 1
    }

    fn unknown(&mut self, span: Span) -> usize {
        self.node(NodeData {
            span,
            tag: None,
            content: Content::Unknown,
            weight: 1,
            height: 0,
        })
    }

    /// Puts a complete map or list where its turn is; `false` when that was the turn of a key.
    fn place(&mut self, id: Option<usize>, span: Span) -> bool {
        if let Some(Open {
            is_map: true,
            key: key @ None,
            ..
        }) = self.open.last_mut()
        {
            *key = Some(Key {
                name: "".into(),
                span,
            });
            return false;
        }
        let id = id.unwrap_or_else(|| self.unknown(span));
        self.attach(id);
        true
    }

    fn attach(&mut self, id: usize) {
        let Some(parent) = self.open.last_mut() else {
            self.tree.roots.push(id);
            return;
        };
        match parent.key.take() {
            Some(key) if &*key.name == "<<" => {
                match self.tree.nodes.get(id).map(|node| &node.content) {
                    Some(Content::List(items)) => parent.merged.extend(items),
                    Some(Content::Map(_)) => parent.merged.push(id),
                    _ => {}
                }
            }
            Some(key) => {
                parent.keys.push(key);
                parent.values.push(id);
            }
            None => parent.values.push(id),
        }
    }

    /// The entries of a map: of a key that stands twice the last, and of merged maps what it does not have itself,
    /// the first that has it.
    fn merge(&self, keys: Vec<Key>, values: Vec<usize>, merged: &[usize]) -> Vec<(Key, usize)> {
        let mut entries: Vec<Option<(Key, usize)>> = Vec::with_capacity(keys.len());
        let mut places: HashMap<Box<str>, usize> = HashMap::with_capacity(keys.len());
        for (key, value) in keys.into_iter().zip(values) {
            if let Some(before) = places.insert(key.name.clone(), entries.len())
                && let Some(before) = entries.get_mut(before)
            {
                *before = None;
            }
            entries.push(Some((key, value)));
        }
        for &id in merged {
            let Some(NodeData {
                content: Content::Map(taken),
                ..
            }) = self.tree.nodes.get(id)
            else {
                continue;
            };
            for (key, value) in taken {
                if !places.contains_key(&key.name) {
                    places.insert(key.name.clone(), entries.len());
                    entries.push(Some((
                        Key {
                            name: key.name.clone(),
                            span: key.span,
                        },
                        *value,
                    )));
                }
            }
        }
        entries.into_iter().flatten().collect()
    }
}
