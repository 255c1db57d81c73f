//! What the inventory says of rotation: the ids of the keys that sign, and of those that are published.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::described::Describer;
use crate::facts::{Algorithms, KeyId, Site};
use crate::finding::Place;
use crate::models::schema::KeyKind;

/// One id, with the places where it signs and where it is published.
#[derive(Serialize)]
pub(super) struct KeyIdEntry {
    /// The id as it is written, or the variable or setting that it is read from; nothing when there is none, or when it
    /// is not known.
    id: Option<String>,
    /// How that is to be read.
    kind: IdKind,
    minted: Vec<At>,
    published: Vec<At>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum IdKind {
    /// The id itself.
    Written,
    /// A variable or setting.
    Setting,
    /// The header names no key.
    None,
    /// What comes from elsewhere.
    Unknown,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct At {
    path: String,
    line: u32,
}

/// Minted and published, by id.
#[derive(Default)]
struct Places {
    minted: Vec<At>,
    published: Vec<At>,
}

/// The ids of keys, each once.
pub(super) fn list(describer: &Describer<'_>) -> Vec<KeyIdEntry> {
    let mut ids: BTreeMap<(IdKind, Option<String>), Places> = BTreeMap::new();
    let at = |place: &Place| At {
        path: describer.path(&place.path),
        line: describer.position(place).line,
    };
    let named = |id: &KeyId| match id {
        KeyId::Written(text) => (IdKind::Written, Some(describer.safe(text))),
        KeyId::Named(name) => (IdKind::Setting, Some(describer.safe(name))),
    };
    for facts in &describer.inventory.files {
        for site in facts.sites.iter().filter(|site| signs_with_key_pair(site)) {
            for id in minted(site, &named) {
                ids.entry(id).or_default().minted.push(at(&site.place));
            }
        }
        for set in &facts.key_sets {
            for id in &set.key_ids {
                let id = id.as_ref().map_or((IdKind::Unknown, None), named);
                ids.entry(id).or_default().published.push(at(&set.place));
            }
        }
    }
    for (id, place) in &describer.inventory.key_ids {
        let id = (IdKind::Written, Some(describer.safe(id)));
        ids.entry(id).or_default().published.push(at(place));
    }
    ids.into_iter()
        .map(|((kind, id), mut places)| {
            for list in [&mut places.minted, &mut places.published] {
                list.sort();
                list.dedup();
            }
            KeyIdEntry {
                id,
                kind,
                minted: places.minted,
                published: places.published,
            }
        })
        .collect()
}

/// The ids that a call may write into the header.
fn minted(
    site: &Site,
    named: &dyn Fn(&KeyId) -> (IdKind, Option<String>),
) -> Vec<(IdKind, Option<String>)> {
    let Some(mint) = &site.mint else {
        return Vec::new();
    };
    match mint.key_id {
        Some(false) => vec![(IdKind::None, None)],
        _ if mint.key_ids.is_empty() => vec![(IdKind::Unknown, None)],
        _ => mint.key_ids.iter().map(named).collect(),
    }
}

/// Whether a call signs with a key pair: a shared secret has no id that is published.
fn signs_with_key_pair(site: &Site) -> bool {
    let is_hmac = |name: &String| name.to_ascii_uppercase().starts_with("HS");
    let by_algorithm = match &site.algorithms {
        Algorithms::Known { names, .. } => !names.is_empty() && !names.iter().all(is_hmac),
        _ => site.key_kind() == Some(KeyKind::Private),
    };
    by_algorithm && site.mint.is_some()
}

/// Writes what [`list`] found; nothing when that is nothing.
pub(super) fn write(ids: &[KeyIdEntry], out: &mut dyn Write) -> io::Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    writeln!(out, "ids of keys")?;
    for entry in ids {
        let name = match (&entry.id, entry.kind) {
            (Some(name), IdKind::Setting) => format!("what {name} says"),
            (Some(name), _) => name.clone(),
            (None, IdKind::None) => "no id at all".to_owned(),
            (None, _) => "an id that is not known".to_owned(),
        };
        writeln!(out, "    {name}")?;
        for (what, places) in [("signs", &entry.minted), ("published", &entry.published)] {
            for at in places {
                writeln!(out, "        {what:9}  {}:{}", at.path, at.line)?;
            }
        }
        if entry.kind == IdKind::Written && entry.published.is_empty() {
            writeln!(out, "        not seen in any key set")?;
        }
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use crate::cli::arguments::ListFormat;
    use crate::cli::output::TypedPaths;
    use crate::lint::{Options, Silent, inventory};

    const CODE: &str = "const jwt = require('jsonwebtoken');
const options = { algorithm: 'ES256', expiresIn: '15m' };
exports.a = (sub) => jwt.sign({ sub }, process.env.PRIVATE_KEY, { ...options, keyid: 'one' });
exports.b = (sub) => jwt.sign({ sub }, process.env.PRIVATE_KEY, { ...options, keyid: process.env.KEY_ID });
exports.c = (sub) => jwt.sign({ sub }, process.env.PRIVATE_KEY, options);
exports.d = (sub) => jwt.sign({ sub }, process.env.SECRET, { algorithm: 'HS256', keyid: 'shared' });
app.get('/jwks', (req, res) => res.json({ keys: [{ kty: 'EC', kid: 'one', x: xOne }, { kty: 'EC', kid: keyId, x: xTwo }] }));
";

    fn written(format: ListFormat) -> String {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("auth.js"), CODE).unwrap();
        let set = r#"{"keys":[{"kty":"EC","kid":"two","x":"AAAA"}]}"#;
        std::fs::write(folder.path().join("jwks.json"), set).unwrap();
        let roots = vec![folder.path().to_path_buf()];
        let options = Options {
            roots: roots.clone(),
            threads: 1,
            ..Options::default()
        };
        let found = inventory(&options, &Silent).unwrap();
        let mut out = Vec::new();
        crate::cli::inventory::write(&found, &TypedPaths::new(&roots), format, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        text.replace(&format!("{}/", folder.path().display()), "")
    }

    #[test]
    fn ids_that_sign_beside_those_that_are_published() {
        let text = written(ListFormat::Text);
        let ids = text.split("ids of keys\n").nth(1).unwrap();
        let expected = "    one
        signs      auth.js:3
        published  auth.js:7
    two
        published  jwks.json:1
    what KEY_ID says
        signs      auth.js:4
    no id at all
        signs      auth.js:5
    an id that is not known
        published  auth.js:7
";
        assert!(ids.starts_with(expected), "{ids}");
    }

    #[test]
    fn scripts_get_the_same() {
        let text = written(ListFormat::Json);
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let first = &document["key_ids"][0];
        assert_eq!(first["id"], "one");
        assert_eq!(first["kind"], "written");
        assert_eq!(first["minted"][0]["line"], 3);
        assert_eq!(first["published"][0]["path"], "auth.js");
    }
}
