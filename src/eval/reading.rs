//! What the code reads by a path that is written there, and keys that it makes.

use super::Evaluator;
use super::filled::Filled;
use super::value::{Kind, Value};
use crate::facts::{FileRead, GeneratedKey, LibraryFact};
use crate::models::catalog::Found;
use crate::models::schema::{Api, Slot};
use crate::source::Span;

/// Reads that are kept of one file.
const MOST_READS: usize = 500;

/// Longest path or address that is kept.
const LONGEST_PATH: usize = 300;

impl<'a> Evaluator<'a> {
    /// Notes that a file is read, and says which.
    pub(super) fn note_read(&mut self, path: Option<&Value>, span: Span) -> String {
        let Some(path) = path else {
            return String::new();
        };
        match written_path(path) {
            Some(path) => {
                self.keep_read(&path, span, false);
                path
            }
            None => path.path(),
        }
    }

    /// Notes an address that is handed to a call.
    pub(super) fn note_address(&mut self, value: &Value, span: Span) {
        if let Some(text) = value.as_text()
            && ["http://", "https://"]
                .iter()
                .any(|scheme| text.reveal().starts_with(scheme))
        {
            let address = text.reveal().to_owned();
            self.keep_read(&address, span, true);
        }
    }

    fn keep_read(&mut self, path: &str, span: Span, is_url: bool) {
        if self.reads.len() < MOST_READS && path.len() <= LONGEST_PATH {
            self.reads.push(FileRead {
                place: self.place(span, "read here"),
                path: path.to_owned(),
                is_url,
            });
        }
    }

    /// Notes a key of a known size that is made.
    pub(super) fn note_generated(
        &mut self,
        found: Found<'a, Api>,
        record: &super::value::CallRecord,
    ) {
        let Some(source) = found.item.slots.get(&Slot::Bits) else {
            return;
        };
        let (Filled::Yes(value, span) | Filled::Maybe(value, span)) =
            self.fill(source, record, None)
        else {
            return;
        };
        let Kind::Number(bits) = value.kind else {
            return;
        };
        // The number stands where it was written, or in the call.
        let place = self.place(value.origin().unwrap_or(span), "");
        if self.generated.iter().any(|known| known.place == place) {
            return;
        }
        self.generated.push(GeneratedKey {
            place,
            bits: bits as u32,
            library: LibraryFact {
                name: found.library.name.clone(),
                version: self.version(found.library),
                fix: Default::default(),
            },
            for_tokens: !found.library.manifest.is_empty(),
            scope: self.scope_label(),
            context: None,
        });
    }
}

/// The path that is written in the code: all of it, what a setting falls back to, or what follows a computed folder.
fn written_path(value: &Value) -> Option<String> {
    match &value.kind {
        Kind::Text(text) => Some(text.reveal().to_owned()),
        Kind::File(path) => Some(path.to_string()),
        Kind::Environment {
            fallback: Some(fallback),
            ..
        }
        | Kind::Setting {
            fallback: Some(fallback),
            ..
        } => written_path(fallback),
        Kind::OneOf(values) => values.iter().find_map(written_path),
        Kind::Joined(parts) => {
            let texts = parts.iter().rev().map_while(Value::as_text);
            let texts: Vec<&str> = texts.map(|text| text.reveal()).collect();
            let text: String = texts.into_iter().rev().collect();
            let path = text.trim_start_matches(['/', '\\']);
            (path.len() < text.len() && !path.is_empty()).then(|| path.to_owned())
        }
        _ => None,
    }
}
