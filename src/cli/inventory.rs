//! `jotlint inventory`: every place where tokens or keys are handled, with what is known of it in plain words.
//!
//! It answers why something was or was not reported, so what is not known is said as well. Values of keys are described,
//! never shown.

use std::io::{self, Write};

use serde::Serialize;

use super::arguments::ListFormat;
use super::described::{Described, Describer};
use super::key_ids::{self, KeyIdEntry};
use super::notes::Note;
use super::output::TypedPaths;
use crate::budget::CutFiles;
use crate::lint::Inventory;

/// The version of the JSON format.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document {
    format: &'static str,
    version: u32,
    sites: Vec<Described>,
    /// Files of which a bound on the evaluation kept something out.
    cut: CutFiles,
    /// The ids of keys: what is signed with, and what is published.
    key_ids: Vec<KeyIdEntry>,
    notifications: Vec<Note>,
}

/// Writes the inventory.
///
/// # Errors
/// What `out` answers.
pub(super) fn write(
    inventory: &Inventory,
    paths: &TypedPaths,
    format: ListFormat,
    out: &mut dyn Write,
) -> io::Result<()> {
    let describer = Describer::new(inventory, paths);
    let document = Document {
        format: "jotlint-inventory",
        version: VERSION,
        sites: inventory
            .files
            .iter()
            .flat_map(|file| describer.entries(file))
            .collect(),
        cut: inventory.cut,
        key_ids: key_ids::list(&describer),
        notifications: describer.notes(),
    };
    let mut out = io::BufWriter::new(out);
    match format {
        ListFormat::Text => write_text(&document, &mut out)?,
        ListFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &document)?;
            writeln!(out)?;
        }
    }
    out.flush()
}

fn write_text(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    for site in &document.sites {
        write!(out, "{}:{}:{}: ", site.path, site.line, site.column)?;
        write!(out, "{}, {}", site.kind, site.library)?;
        if !site.scope.is_empty() {
            write!(out, ", in {}", site.scope)?;
        }
        if let Some(context) = &site.context {
            write!(out, ", {context}")?;
        }
        writeln!(out)?;
        let widest = site.known.iter().map(|known| known.about.len()).max();
        let widest = widest.unwrap_or(0);
        for known in &site.known {
            writeln!(out, "    {:widest$}  {}", known.about, known.is)?;
        }
        writeln!(out)?;
    }
    key_ids::write(&document.key_ids, out)?;
    for note in &document.notifications {
        if let Some(path) = &note.path {
            write!(out, "{path}:")?;
            if let Some(line) = note.line {
                write!(out, "{line}:")?;
            }
            write!(out, " ")?;
        }
        writeln!(out, "{}", note.message)?;
    }
    match document.sites.len() {
        0 => writeln!(out, "no place where tokens or keys are handled was found")?,
        1 => writeln!(out, "1 place where tokens or keys are handled")?,
        count => writeln!(out, "{count} places where tokens or keys are handled")?,
    }
    match document.cut.in_words() {
        Some(cut) => writeln!(out, "{cut}"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::{Options, Silent, inventory};

    const CODE: &str = "const jwt = require('jsonwebtoken');
const key = process.env.JWT_SECRET || 'canary-3f9a-fallback';
exports.check = (token) => jwt.verify(token, key, { algorithms: ['HS256'], ignoreExpiration: true });
exports.other = (token, options) => jwt.verify(token, key, options);
exports.mint = () => jwt.sign({ sub: '1' }, 'canary-3f9a');
";

    fn written(format: ListFormat) -> String {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("auth.js"), CODE).unwrap();
        let roots = vec![folder.path().to_path_buf()];
        let options = Options {
            roots: roots.clone(),
            threads: 1,
            ..Options::default()
        };
        let found = inventory(&options, &Silent).unwrap();
        let mut out = Vec::new();
        write(&found, &TypedPaths::new(&roots), format, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        text.replace(&format!("{}/", folder.path().display()), "")
    }

    #[test]
    fn what_is_known_is_said_in_words_and_no_secret_is() {
        let text = written(ListFormat::Text);
        for said in [
            "auth.js:3:",
            "shared secret: env JWT_SECRET, or as a fallback literal (20 bytes, auth.js:2)",
            "HS256 (auth.js:3)",
            "expiry            switched off (auth.js:3)",
            "not known: options come from elsewhere",
            "literal (11 bytes, auth.js:5)",
            "no expiry is set",
        ] {
            let squeezed = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(squeezed.contains(&said), "{said}\n{text}");
        }
        assert!(!text.contains("canary"), "{text}");
    }

    #[test]
    fn scripts_get_the_same() {
        let text = written(ListFormat::Json);
        assert!(!text.contains("canary"), "{text}");
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["format"], "jotlint-inventory");
        assert_eq!(document["sites"][0]["path"], "auth.js");
        assert_eq!(document["sites"][0]["known"][0]["about"], "token");
    }
}
