//! What a tree-sitter node is called, and its children by the name of their field.
//!
//! For every question the library compares the names of all fields of the grammar, and measures and checks the name
//! of a node's kind anew; both are looked up here, in tables that are made once.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use tree_sitter::{Language, Node};

/// Questions by name.
pub(super) trait Named<'tree> {
    /// What the node is.
    fn kind_name(&self) -> &'static str;

    /// The first child in a field.
    fn field(&self, name: &str) -> Option<Node<'tree>>;
}

impl<'tree> Named<'tree> for Node<'tree> {
    fn kind_name(&self) -> &'static str {
        let names = NAMES.get(&*self.language());
        let known = names.and_then(|names| names.kinds.get(usize::from(self.kind_id())));
        // Syntax errors have no number of their own.
        known.map_or("ERROR", String::as_str)
    }

    fn field(&self, name: &str) -> Option<Node<'tree>> {
        let names = NAMES.get(&*self.language())?;
        self.child_by_field_id(*names.fields.get(name)?)
    }
}

/// The names of a grammar.
struct Names {
    /// By number.
    kinds: Vec<String>,
    /// The number of each.
    fields: FxHashMap<String, u16>,
}

static NAMES: LazyLock<FxHashMap<Language, Names>> = LazyLock::new(|| {
    let grammars = [
        tree_sitter_javascript::LANGUAGE,
        tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
        tree_sitter_typescript::LANGUAGE_TSX,
        tree_sitter_python::LANGUAGE,
    ];
    let grammars = grammars.into_iter().map(Language::from);
    grammars
        .map(|grammar| (grammar.clone(), Names::of(&grammar)))
        .collect()
});

impl Names {
    fn of(grammar: &Language) -> Self {
        let count = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        let kinds = 0..count(grammar.node_kind_count());
        let kind = |number| {
            grammar
                .node_kind_for_id(number)
                .unwrap_or_default()
                .to_owned()
        };
        let fields = 1..=count(grammar.field_count());
        let field = |number| Some((grammar.field_name_for_id(number)?.to_owned(), number));
        Self {
            kinds: kinds.map(kind).collect(),
            fields: fields.filter_map(field).collect(),
        }
    }
}
