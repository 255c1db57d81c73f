//! Children of a tree-sitter node by the name of their field.
//!
//! The library searches all names of the grammar for every question, which took a third of the lowering's time; here
//! the numbers of the fields are looked up in tables that are made once.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use tree_sitter::{Language, Node};

/// Questions about fields.
pub(super) trait Fields<'tree> {
    /// The first child in a field.
    fn field(&self, name: &str) -> Option<Node<'tree>>;
}

impl<'tree> Fields<'tree> for Node<'tree> {
    fn field(&self, name: &str) -> Option<Node<'tree>> {
        let numbers = NUMBERS.get(&*self.language())?;
        self.child_by_field_id(*numbers.get(name)?)
    }
}

/// The number of each field, by its name.
type Numbers = FxHashMap<String, u16>;

static NUMBERS: LazyLock<FxHashMap<Language, Numbers>> = LazyLock::new(|| {
    let grammars = [
        tree_sitter_javascript::LANGUAGE,
        tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
        tree_sitter_typescript::LANGUAGE_TSX,
        tree_sitter_python::LANGUAGE,
    ];
    let grammars = grammars.into_iter().map(Language::from);
    grammars
        .map(|grammar| (grammar.clone(), numbers_of(&grammar)))
        .collect()
});

fn numbers_of(grammar: &Language) -> Numbers {
    let count = u16::try_from(grammar.field_count()).unwrap_or(u16::MAX);
    let named = (1..=count)
        .filter_map(|number| Some((grammar.field_name_for_id(number)?.to_owned(), number)));
    named.collect()
}
