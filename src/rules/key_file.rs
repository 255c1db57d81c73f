//! What ties a key file to tokens: the code that loads it, a setting, or its name. Shared by the rules about key files.

use super::algorithm::is_asymmetric;
use super::key_literal::algorithm_names;
use crate::facts::{FileFacts, Material, SiteKind};
use crate::finding::Confidence;
use crate::key_files::{KeyFile, KeyFileUse, SettingUse, StoredKey};
use crate::keys::{Container, Identity};
use crate::project_facts::ProjectFacts;

/// Words that only tokens have. `jwt` also counts as a part of a word: `jwtRS256`.
const TOKEN_WORDS: [&str; 8] = [
    "jwk", "jwks", "jws", "jose", "oidc", "openid", "oauth", "oauth2",
];

/// Words that tokens share with other things: they count in a project that handles tokens.
const SHARED_WORDS: [&str; 6] = ["token", "tokens", "auth", "signing", "signer", "idp"];

/// Words of keys that belong to a connection, not to a token.
const CONNECTION_WORDS: [&str; 17] = [
    "tls",
    "ssl",
    "https",
    "server",
    "client",
    "localhost",
    "ca",
    "rootca",
    "cert",
    "certs",
    "certificate",
    "chain",
    "fullchain",
    "nginx",
    "domain",
    "ssh",
    "id_rsa",
];

/// Folders that a web server hands out.
const SERVED_FOLDERS: [&str; 8] = [
    ".well-known",
    "public",
    "static",
    "www",
    "wwwroot",
    "htdocs",
    "public_html",
    "assets",
];

/// What ties a key in a file to tokens.
pub(super) enum Link<'a> {
    /// It is the key of these calls.
    Call(&'a KeyFileUse<'a>),
    /// Code that handles tokens reads it.
    Read(&'a KeyFileUse<'a>),
    /// A setting for tokens names the file.
    Setting(&'a SettingUse),
    /// The setting that holds it is called so.
    Name(String),
    /// The file or its folder is called so.
    Path,
}

impl<'a> Link<'a> {
    /// The closest tie between a key and tokens.
    pub(super) fn find(
        project: &ProjectFacts<'_>,
        file: &'a KeyFile<'a>,
        key: &StoredKey,
    ) -> Option<Self> {
        if let Some(by_call) = file.uses.iter().find(|by| !by.sites.is_empty()) {
            return Some(Self::Call(by_call));
        }
        if let Some(read) = file.uses.iter().find(|by| reads_for_tokens(by, file, key)) {
            return Some(Self::Read(read));
        }
        let is_named = |text: &str| names_tokens(text) || shares_words(project, text);
        if let Some(setting) = file.settings.iter().find(|by| is_named(&by.name)) {
            return Some(Self::Setting(setting));
        }
        let in_document = [&key.setting, &key.store];
        if let Some(name) = in_document
            .into_iter()
            .flatten()
            .find(|name| is_named(name))
        {
            return Some(Self::Name(name.clone()));
        }
        is_named_in_path(project, file, key).then_some(Self::Path)
    }

    /// How sure that tie is.
    pub(super) fn confidence(&self) -> Confidence {
        match self {
            Self::Call(_) => Confidence::High,
            _ => Confidence::Medium,
        }
    }

    /// As the second half of a sentence about the key.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Call(by) => match by.sites.first() {
                Some(site) if site.kind == SiteKind::Mint => "signs tokens".to_owned(),
                Some(site) if site.kind == SiteKind::Verify => "verifies tokens".to_owned(),
                _ => "is a key for tokens".to_owned(),
            },
            Self::Read(_) => "is read by code that handles tokens".to_owned(),
            Self::Setting(setting) => format!("is the file of the setting {}", setting.name),
            Self::Name(name) => format!("is kept as {name}"),
            Self::Path => "is, by its name, one for tokens".to_owned(),
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
}

fn names_tokens(text: &str) -> bool {
    words(text).any(|word| word.contains("jwt") || TOKEN_WORDS.contains(&word.as_str()))
}

fn shares_words(project: &ProjectFacts<'_>, text: &str) -> bool {
    words(text).any(|word| SHARED_WORDS.contains(&word.as_str())) && project.handles_tokens()
}

fn names_connection(text: &str) -> bool {
    words(text).any(|word| CONNECTION_WORDS.contains(&word.as_str()))
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Whether the file's own name, or that of its folder, says that the key is for tokens.
fn is_named_in_path(project: &ProjectFacts<'_>, file: &KeyFile<'_>, key: &StoredKey) -> bool {
    // In a document with several secrets, its own name says little of each.
    let says_otherwise = |name: &Option<String>| name.as_deref().is_some_and(names_connection);
    if key.store.is_some() || says_otherwise(&key.setting) {
        return false;
    }
    let (folders, name) = split(&file.path);
    let (_, folder) = split(folders);
    if names_tokens(name) {
        return true;
    }
    // A store of that name may sign programs as well.
    if matches!(key.material.container, Container::Pkcs12 | Container::Jks) {
        return false;
    }
    let by_words = names_tokens(folder) || shares_words(project, name);
    by_words
        && !names_connection(name)
        && !names_connection(folder)
        && !has_certificate(project, key.material.identity)
}

/// Whether a certificate of the tree belongs to the key: most such pairs are for connections.
fn has_certificate(project: &ProjectFacts<'_>, identity: Option<Identity>) -> bool {
    let keys = project.key_files.iter().flat_map(|file| &file.keys);
    identity.is_some()
        && keys
            .map(|key| &key.material)
            .any(|key| key.container == Container::Certificate && key.identity == identity)
}

/// Whether code reads a key file although no call was seen to use it, and does so for tokens.
fn reads_for_tokens(by: &KeyFileUse<'_>, file: &KeyFile<'_>, key: &StoredKey) -> bool {
    let handles = by.facts.handles_tokens() || by.facts.unknown_library;
    match key.material.container {
        _ if by.is_url || !handles => false,
        Container::Jwk | Container::Jwks => true,
        Container::Pem | Container::Der | Container::Base64 => {
            let reads_certificate = by
                .facts
                .reads
                .iter()
                .any(|read| names_connection(&read.path));
            !reads_certificate && !names_connection(&file.path) && wants_key_pair(by.facts)
        }
        _ => false,
    }
}

/// Whether a call of the code may be keyed with a key pair.
fn wants_key_pair(facts: &FileFacts) -> bool {
    facts.sites.iter().chain(&facts.reached).any(|site| {
        let names = algorithm_names(site);
        let unknown_key = || {
            site.keys
                .iter()
                .any(|key| matches!(key.material, Material::Unknown(_)))
        };
        match site.kind {
            SiteKind::Mint | SiteKind::Verify | SiteKind::Register => {
                names.iter().any(|name| is_asymmetric(name)) || names.is_empty() && unknown_key()
            }
            _ => false,
        }
    })
}

/// Whether a web server hands the file out, as far as its path says.
pub(super) fn is_served(path: &str) -> bool {
    let (folders, _) = split(path);
    folders
        .split('/')
        .any(|folder| SERVED_FOLDERS.contains(&folder.to_ascii_lowercase().as_str()))
}

/// Whether a key is one of a JSON document.
pub(super) fn is_json(key: &StoredKey) -> bool {
    matches!(key.material.container, Container::Jwk | Container::Jwks)
}
