//! What single settings are: keys of known systems, written keys, documents with a key in them, and which part of a key.

use super::content::Part;
use super::environment::Given;
use super::identity::{Evidence, ValueHash};
use super::naming::{can_be_key, is_blank_to_fill, is_pointer, names_private, names_public};
use super::roles::KeyUse;
use crate::models::schema::KeyKind;
use crate::settings::{SettingValue, words};
use crate::syntax::ir::Literal;
use crate::systems::{self, KeySetting};

/// The setting of a known system that a given name is, by its file or as a variable.
pub(super) fn known_setting(path: &str, given: &Given<'_>) -> Option<&'static KeySetting> {
    let of_file = systems::setting_of_file(path, &given.name);
    of_file.or_else(|| systems::setting_of_variable(&given.name))
}

/// Whether a setting says where a file is, by its value.
pub(super) fn names_file(given: &Given<'_>) -> bool {
    matches!(&given.setting.value, SettingValue::Text(text) if text.reveal().starts_with(['/', '.']))
}

/// Whether a text of a settings file may be a key, and not the mark or address of one.
pub(super) fn is_written_key(text: &str) -> bool {
    !is_blank_to_fill(text) && !is_pointer(text) && can_be_key(text)
}

/// Whether a text of no known format is too short for a key of a pair, and not of the length of one that is written
/// without a format.
pub(super) fn is_symmetric(text: &str) -> bool {
    const SHORTEST_OF_PAIR: usize = 80;
    let length = text.trim().len();
    length < SHORTEST_OF_PAIR && !matches!(length, 43 | 44 | 64)
}

/// Whether what code calls a key by is the path of a file, and no variable.
pub(super) fn is_path(name: &str) -> bool {
    const ENDINGS: [&str; 9] = [
        ".pem", ".key", ".pub", ".crt", ".cer", ".der", ".json", ".jwk", ".txt",
    ];
    name.contains('/') || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// The key in a document that holds one with its policy: `{"type":"HS256","key":"…"}`.
pub(super) fn key_of_document(text: &str) -> Option<Literal> {
    let text = text.trim();
    if !text.starts_with('{') || text.len() > 100_000 {
        return None;
    }
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    let key = ["key", "secret", "k"]
        .iter()
        .find_map(|name| json.get(name)?.as_str());
    Some(Literal::new(key.unwrap_or_default()))
}

pub(super) fn replace_value(evidence: &mut Vec<Evidence>, with: Option<ValueHash>) {
    evidence.retain_mut(|known| match (known, with) {
        (Evidence::Value(hash) | Evidence::Default(hash), Some(new)) => {
            *hash = new;
            true
        }
        (Evidence::Value(_) | Evidence::Default(_), None) => false,
        _ => true,
    });
}

/// Which part of a key something is: by what the code does with it, else by its name.
pub(super) fn part(name: &str, used: Option<&KeyUse<'_>>) -> Part {
    if let Some(used) = used {
        if used.is_kind(KeyKind::Private) {
            return Part::Private;
        }
        if used.is_kind(KeyKind::Public) || used.is_kind(KeyKind::Jwks) {
            return Part::Public;
        }
        if used.is_asymmetric() {
            return if used.role.mints {
                Part::Private
            } else {
                Part::Public
            };
        }
        if used.is_kind(KeyKind::Secret) || used.is_hmac() {
            return Part::Secret;
        }
    }
    if names_public(name) {
        Part::Public
    } else if names_private(name) {
        Part::Private
    } else if words(name).iter().any(|word| word.contains("secret")) {
        Part::Secret
    } else {
        Part::Unknown
    }
}
