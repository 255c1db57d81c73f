//! The byte prefilter: which strings make a code file worth parsing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use aho_corasick::{AhoCorasick, packed};

use crate::syntax::Language;

/// The strings of which one must be in a code file, in any letter case, for the file to matter.
#[derive(Clone, Debug, Default)]
pub struct Needles {
    by_model_folder: HashMap<String, Matcher>,
}

#[derive(Clone, Debug)]
enum Matcher {
    Packed(Arc<packed::Searcher>),
    Automaton(AhoCorasick),
    /// No searcher could be built: reading too much is slow, reading too little is wrong.
    Everything,
}

impl Needles {
    /// Builds the searchers from pairs of a model folder (see [`Language::model_folder`]) and a needle. A language
    /// without needles is never hit.
    pub fn new<'needle>(needles: impl Iterator<Item = (&'needle str, &'needle str)>) -> Self {
        let mut lists: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for (model_folder, needle) in needles {
            if !needle.is_empty() {
                let list = lists.entry(model_folder).or_default();
                list.insert(needle.to_ascii_lowercase());
            }
        }
        let by_model_folder = lists
            .into_iter()
            .map(|(model_folder, list)| {
                let matcher = match packed::Searcher::new(&list) {
                    Some(searcher) => Matcher::Packed(Arc::new(searcher)),
                    None => AhoCorasick::new(&list).map_or(Matcher::Everything, Matcher::Automaton),
                };
                (model_folder.to_owned(), matcher)
            })
            .collect();
        Self { by_model_folder }
    }

    /// Whether lower-cased file content holds a needle of the language.
    pub(super) fn hit(&self, language: Language, lowered: &[u8]) -> bool {
        match self.by_model_folder.get(language.model_folder()) {
            Some(Matcher::Packed(searcher)) => searcher.find(lowered).is_some(),
            Some(Matcher::Automaton(automaton)) => automaton.is_match(lowered),
            Some(Matcher::Everything) => true,
            None => false,
        }
    }
}
