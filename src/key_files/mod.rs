//! Key files and what uses them: which code and settings read which file, and which key opens which token.

mod kinds;
mod naming;
mod paths;
mod tokens;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::code_context;
use crate::facts::{FileFacts, FileRead, Key, Material, Site, SiteKind};
use crate::finding::{CodeContext, Place};
use crate::keys::{self, KeyMaterial};
use crate::source::{SourceFile, Span};
use crate::syntax::ir::Literal;

pub use kinds::tell_kinds;
pub use tokens::open_tokens;

/// A secret that is kept as text is not longer than this.
const LONGEST_SECRET: usize = 512;

/// A file that holds keys.
#[derive(Debug)]
pub struct KeyFile<'a> {
    /// Path relative to the linted root.
    pub path: String,
    /// The keys, in order of their place.
    pub keys: Vec<StoredKey>,
    /// One line of text that is no key of any format, and may be a secret.
    pub text: Option<(Literal, Span)>,
    /// Set when it is not part of the product.
    pub context: Option<CodeContext>,
    /// Code that reads it.
    pub uses: Vec<KeyFileUse<'a>>,
    /// Settings that name it.
    pub settings: Vec<SettingUse>,
}

/// A key in a file.
#[derive(Debug)]
pub struct StoredKey {
    /// What it is.
    pub material: KeyMaterial,
    /// The setting that it is the value of.
    pub setting: Option<String>,
    /// The store that the setting belongs to.
    pub store: Option<String>,
}

/// Code that reads a key file.
#[derive(Debug)]
pub struct KeyFileUse<'a> {
    /// Where it is read.
    pub place: Place,
    /// All that is known of the code.
    pub facts: &'a FileFacts,
    /// The calls that use it as their key.
    pub sites: Vec<&'a Site>,
    /// It is fetched by its address.
    pub is_url: bool,
}

/// A setting that names a key file.
#[derive(Debug)]
pub struct SettingUse {
    /// Where.
    pub place: Place,
    /// The setting's name.
    pub name: String,
}

/// Reads the files of no kind that code reads by their path.
pub fn read_of_no_kind(
    files: &[&FileFacts],
    candidates: &BTreeMap<String, PathBuf>,
) -> Vec<SourceFile> {
    let mut wanted: BTreeMap<&String, &PathBuf> = BTreeMap::new();
    for (_, read) in reads(files) {
        let found = paths::resolve(read, |path| candidates.contains_key(path));
        if let Some((path, disk_path)) = found.and_then(|path| candidates.get_key_value(&path)) {
            wanted.insert(path, disk_path);
        }
    }
    let mut sources = Vec::new();
    for (path, disk_path) in wanted {
        let is_small = fs::symlink_metadata(disk_path)
            .is_ok_and(|data| data.is_file() && data.len() <= keys::MOST_BYTES as u64);
        if is_small && let Ok(content) = fs::read(disk_path) {
            sources.push(SourceFile::new(path.clone(), disk_path.clone(), content));
        }
    }
    sources
}

/// Joins key files with the code and settings that use them.
pub fn gather<'a>(
    files: &'a [FileFacts],
    key_sources: &[SourceFile],
    settings: &[SourceFile],
) -> Vec<KeyFile<'a>> {
    let files: Vec<&FileFacts> = files.iter().collect();
    let mut key_files: BTreeMap<String, KeyFile<'a>> = BTreeMap::new();
    for source in key_sources {
        let text = secret_text(source);
        key_files.insert(source.path.clone(), key_file(source, text));
    }
    for source in settings {
        let file = key_file(source, None);
        if !file.keys.is_empty() {
            key_files.insert(source.path.clone(), file);
        }
    }
    for (facts, read) in reads(&files) {
        let known = |path: &str| key_files.contains_key(path);
        let found =
            paths::resolve(read, known).or_else(|| paths::by_ending(read, key_files.keys()));
        if let Some(file) = found.and_then(|path| key_files.get_mut(&path)) {
            // What a test does with a key says nothing of what the product does with it.
            let is_test = code_context::of_path(&read.place.path) == Some(CodeContext::Test);
            if is_test && file.context != Some(CodeContext::Test) {
                continue;
            }
            file.uses.push(KeyFileUse {
                place: read.place.clone(),
                facts,
                sites: sites_keyed_with(&files, read),
                is_url: read.is_url,
            });
        }
    }
    for source in settings {
        for (name, path, span) in naming::paths_in_settings(source) {
            let known = |path: &str| key_files.contains_key(path);
            let found = paths::resolve_path(&source.path, path, known);
            if let Some(file) = found.and_then(|path| key_files.get_mut(&path)) {
                file.settings.push(SettingUse {
                    place: Place {
                        path: source.path.clone(),
                        span: span.in_file(source.id),
                        message: "named here".to_owned(),
                    },
                    name: name.to_owned(),
                });
            }
        }
    }
    key_files
        .into_values()
        .filter(|file| !file.keys.is_empty() || file.text.is_some())
        .collect()
}

fn reads<'a>(files: &[&'a FileFacts]) -> Vec<(&'a FileFacts, &'a FileRead)> {
    let reads = files
        .iter()
        .flat_map(|facts| facts.reads.iter().map(move |read| (*facts, read)));
    reads.collect()
}

/// The calls, in whatever file, that use what is read there as their key.
fn sites_keyed_with<'a>(files: &[&'a FileFacts], read: &FileRead) -> Vec<&'a Site> {
    let is_read_there = |key: &Key| {
        file_of(&key.material) == Some(&read.path)
            && key.flow.iter().any(|step| step.span == read.place.span)
    };
    let sites = files
        .iter()
        .flat_map(|facts| &facts.sites)
        .filter(|site| site.kind != SiteKind::OtherSecret && site.keys.iter().any(is_read_there));
    sites.collect()
}

/// The file at the end of a key's way.
fn file_of(material: &Material) -> Option<&str> {
    match material {
        Material::File(path) => Some(path),
        Material::Environment {
            fallback: Some(fallback),
            ..
        }
        | Material::Setting {
            fallback: Some(fallback),
            ..
        } => file_of(fallback),
        _ => None,
    }
}

fn key_file<'a>(source: &SourceFile, text: Option<(Literal, Span)>) -> KeyFile<'a> {
    let keys: Vec<StoredKey> = keys::read(source.bytes())
        .into_iter()
        .map(|mut material| {
            material.span = material.span.in_file(source.id);
            let setting = naming::setting_before(source.bytes(), material.span);
            let store = setting
                .as_ref()
                .and_then(|_| naming::store_of(source.bytes(), material.span));
            StoredKey {
                material,
                setting,
                store,
            }
        })
        .collect();
    KeyFile {
        path: source.path.clone(),
        text: text.filter(|_| keys.is_empty()),
        keys,
        context: code_context::of_path(&source.path),
        uses: Vec::new(),
        settings: Vec::new(),
    }
}

/// The content of a file that is one line of text.
fn secret_text(source: &SourceFile) -> Option<(Literal, Span)> {
    let text = std::str::from_utf8(source.bytes()).ok()?;
    let line = text.trim();
    let is_secret = !line.is_empty()
        && line.len() <= LONGEST_SECRET
        && !line.contains(char::is_control)
        && !line.starts_with(['{', '[', '<', '#']);
    let start = text.len() - text.trim_start().len();
    let span = Span::new(start, start + line.len()).in_file(source.id);
    is_secret.then(|| (Literal::new(line), span))
}
