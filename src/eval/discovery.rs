//! Discovery documents that the code puts together.

use super::Evaluator;
use super::value::{Kind, Map, Value};
use crate::facts::{Algorithms, LibraryFact, LibraryVersion, Site, SiteKind};
use crate::source::Span;

/// The member that lists how ID tokens are signed.
const SIGNING: &str = "id_token_signing_alg_values_supported";

/// Members of which a discovery document has at least one.
const OTHERS: &[&str] = &[
    "issuer",
    "jwks_uri",
    "authorization_endpoint",
    "token_endpoint",
];

/// Lists that are kept of one file.
const MOST: usize = 64;

/// A list of algorithms in such a document.
pub(super) struct Discovery {
    key: Span,
    names: Vec<String>,
    scope: String,
}

/// The documents of the file itself.
pub(super) fn sites(evaluator: &Evaluator<'_>) -> Vec<Site> {
    let root = evaluator.input.file.source.id;
    let own = evaluator.discoveries.iter();
    own.filter(|found| found.key.file == root)
        .map(|found| {
            let place = evaluator.place(found.key, "");
            let library = LibraryFact {
                name: "discovery".to_owned(),
                version: LibraryVersion::None,
                fix: Default::default(),
            };
            Site {
                scope: found.scope.clone(),
                algorithms: Algorithms::Known {
                    names: found.names.clone(),
                    place: Some(place.clone()),
                    open: false,
                    apart: false,
                },
                ..Site::new(SiteKind::Discovery, place, library, root)
            }
        })
        .collect()
}

impl Evaluator<'_> {
    /// Notes a map when it is such a document.
    pub(super) fn note_discovery(&mut self, map: &Map) {
        let Some(entry) = map.entries.get(SIGNING) else {
            return;
        };
        if !OTHERS.iter().any(|name| map.entries.contains_key(*name)) {
            return;
        }
        let Kind::List(list) = &entry.value.kind else {
            return;
        };
        let names = list
            .borrow()
            .items
            .iter()
            .filter_map(Value::as_text)
            .map(|text| text.reveal().to_owned())
            .collect();
        let known = self.discoveries.iter().any(|found| found.key == entry.key);
        if !known && self.discoveries.len() < MOST {
            let scope = self.scope_label();
            self.discoveries.push(Discovery {
                key: entry.key,
                names,
                scope,
            });
        }
    }
}
