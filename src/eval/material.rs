//! From values to key material: what a key is made of, of which kind, and the way it took.

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{alphabet, engine::DecodePaddingMode};

use super::Evaluator;
use super::filled::Filled;
use super::place::written;
use super::value::{Kind, List, Value};
use crate::facts::{Key, Material};
use crate::finding::Place;
use crate::models::schema::{Encoding, KeyKind, Role, Slot};
use crate::source::Span;
use crate::syntax::ir::Literal;

/// Nesting of key objects and fallbacks that is followed.
const DEEPEST_KEY: usize = 6;

/// Fewest numbers in a list that are taken for the bytes of a key.
const FEWEST_BYTES: usize = 8;

/// A text decoded from base64 or hexadecimal, one character for each byte; other values as they are.
pub(super) fn decoded(value: Value, encoding: Option<Encoding>) -> Value {
    let Some(text) = value.as_text() else {
        return decoded_behind(value, encoding);
    };
    let bytes = match encoding {
        Some(Encoding::Base64) => decode_base64(text.reveal()),
        Some(Encoding::Hex) => decode_hex(text.reveal()),
        _ => None,
    };
    match bytes {
        Some(bytes) => {
            let text: String = bytes.into_iter().map(char::from).collect();
            Value {
                kind: Kind::Text(Literal::new(&text)),
                trail: value.trail,
            }
        }
        None => value,
    }
}

/// The same for what is taken when a variable or setting is missing.
fn decoded_behind(mut value: Value, encoding: Option<Encoding>) -> Value {
    if let Kind::Environment {
        fallback: Some(behind),
        ..
    }
    | Kind::Setting {
        fallback: Some(behind),
        ..
    } = &mut value.kind
        && behind.as_text().is_some()
    {
        *behind = std::rc::Rc::new(decoded(behind.as_ref().clone(), encoding));
    }
    value
}

/// Bytes of a base64 text, standard or URL-safe, padded or not.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = if text.contains(['-', '_']) {
        &alphabet::URL_SAFE
    } else {
        &alphabet::STANDARD
    };
    GeneralPurpose::new(alphabet, config)
        .decode(text.trim())
        .ok()
}

/// The base64 text of a value: spelled out when the value is known.
pub(super) fn encoded(value: Value) -> Value {
    match value.as_text() {
        Some(text) if text.reveal().is_ascii() => {
            let engine = base64::engine::general_purpose::STANDARD;
            let text = engine.encode(text.reveal());
            Value {
                kind: Kind::Text(Literal::new(&text)),
                trail: value.trail,
            }
        }
        // What is put together or encoded again could be nested without an end.
        _ if matches!(
            value.kind,
            Kind::Encoded(_) | Kind::Joined(_) | Kind::OneOf(_)
        ) =>
        {
            Value::unknown(&value.path())
        }
        _ => {
            let trail = value.trail.clone();
            Value {
                kind: Kind::Encoded(std::rc::Rc::new(value)),
                trail,
            }
        }
    }
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text
        .trim()
        .chars()
        .map(|digit| digit.to_digit(16))
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(
        digits
            .chunks(2)
            .map(|pair| (pair[0] * 16 + pair[1]) as u8)
            .collect(),
    )
}

/// The bytes of a list of numbers, one character for each; a list of the same number is to be filled later.
fn written_bytes(list: &List) -> Option<Literal> {
    let byte = |value: &Value| match value.kind {
        Kind::Number(number) if (0.0..256.0).contains(&number) && number.fract() == 0.0 => {
            Some(char::from(number as u8))
        }
        _ => None,
    };
    if list.open || list.items.len() < FEWEST_BYTES {
        return None;
    }
    let text: Option<String> = list.items.iter().map(byte).collect();
    let text = text?;
    let first = text.chars().next()?;
    text.chars()
        .any(|byte| byte != first)
        .then(|| Literal::new(&text))
}

/// What a PEM text says it holds.
pub(super) fn pem_kind(text: &str) -> Option<KeyKind> {
    if !text.contains("-----BEGIN") {
        return None;
    }
    Some(if text.contains("PRIVATE KEY-----") {
        KeyKind::Private
    } else {
        KeyKind::Public
    })
}

/// Whether key material is a public key or a certificate, by its content or by the name of its file.
fn is_public(material: &Material) -> bool {
    match material.literal() {
        Some((text, ..)) => pem_kind(text.reveal()) == Some(KeyKind::Public),
        None => material.is_public_file(),
    }
}

impl Evaluator<'_> {
    /// A public key of which a call makes a secret; any other value is the secret.
    pub(super) fn as_secret(&self, value: Value) -> Value {
        if !matches!(value.kind, Kind::Text(_) | Kind::File(_))
            || !is_public(&self.material(&value, 0))
        {
            return value;
        }
        Value {
            trail: value.trail.clone(),
            kind: Kind::SecretOfPublic(std::rc::Rc::new(value)),
        }
    }

    /// The keys that a filled slot may hold.
    pub(super) fn keys(
        &self,
        filled: &Filled,
        kind: Option<KeyKind>,
        from_callback: bool,
    ) -> Vec<Key> {
        match filled {
            Filled::No => Vec::new(),
            Filled::Unknown => vec![Key {
                kind,
                material: Material::Unknown(String::new()),
                encoding: Encoding::Text,
                flow: Vec::new(),
                from_callback,
                context: None,
                instead_of: Vec::new(),
                public_as_secret: false,
                confined: None,
                dead_guard: None,
            }],
            Filled::Yes(value, _) | Filled::Maybe(value, _) => {
                let mut keys = Vec::new();
                self.collect_keys(value, kind, Encoding::Text, from_callback, 0, &mut keys);
                keys
            }
        }
    }

    fn collect_keys(
        &self,
        value: &Value,
        kind: Option<KeyKind>,
        encoding: Encoding,
        from_callback: bool,
        depth: usize,
        keys: &mut Vec<Key>,
    ) {
        if depth > DEEPEST_KEY {
            return;
        }
        let key = |kind: Option<KeyKind>, material: Material| {
            let literal = material.literal();
            let steps = self.whole_way(value);
            let confined = literal.and_then(|(text, _, name)| {
                self.confined(value, name.unwrap_or_default(), text, &steps)
            });
            let dead_guard = literal
                .and_then(|(_, place, _)| self.dead_guard(place.span))
                .map(|span| self.place(span, ""));
            Key {
                kind,
                encoding,
                flow: self.flow(value),
                from_callback,
                context: None,
                instead_of: Vec::new(),
                public_as_secret: false,
                confined,
                dead_guard,
                material,
            }
        };
        match &value.kind {
            Kind::OneOf(values) => {
                for value in values.iter() {
                    self.collect_keys(value, kind, encoding, from_callback, depth + 1, keys);
                }
            }
            Kind::List(list) if let Some(text) = written_bytes(&list.borrow()) => {
                let place = self.place(value.origin().unwrap_or_default(), "written here");
                keys.push(key(kind, Material::Literal { text, place }));
            }
            Kind::List(list) => {
                for value in &list.borrow().items {
                    self.collect_keys(value, kind, encoding, from_callback, depth + 1, keys);
                }
            }
            Kind::Object(object) => {
                let object = object.borrow();
                let Some(made) = &object.made else {
                    keys.push(key(kind, Material::Unknown(object.path.join("."))));
                    return;
                };
                let api = made.of.as_ref().and_then(|(package, path)| {
                    let found = self.catalog.apis(package, path);
                    found
                        .into_iter()
                        .find(|found| matches!(found.item.role, Role::Key | Role::Jwks))
                });
                let Some(api) = api else {
                    keys.push(key(kind, Material::Unknown(object.path.join("."))));
                    return;
                };
                let made_kind = api.item.kind.or(kind);
                let material = api.item.slots.get(&Slot::Material);
                let material = material
                    .and_then(|source| source.0.iter().find_map(|place| written(place, made)));
                match material {
                    Some(material) => {
                        let encoding = api.item.encoding.unwrap_or(encoding);
                        let first = keys.len();
                        self.collect_keys(
                            &material,
                            made_kind,
                            encoding,
                            from_callback,
                            depth + 1,
                            keys,
                        );
                        if api.item.any_bytes {
                            let made = keys.iter_mut().skip(first);
                            made.for_each(|key| key.public_as_secret |= is_public(&key.material));
                        }
                    }
                    None if api.item.role == Role::Key
                        && !made.open
                        && api.item.slots.keys().all(|slot| *slot == Slot::Bits) =>
                    {
                        keys.push(key(made_kind, Material::Generated));
                    }
                    None => keys.push(key(made_kind, Material::Unknown(object.path.join(".")))),
                }
            }
            Kind::PublicHalf(whole) => {
                self.collect_keys(whole, kind, encoding, from_callback, depth + 1, keys);
            }
            Kind::SecretOfPublic(whole) => {
                let first = keys.len();
                self.collect_keys(whole, kind, encoding, from_callback, depth + 1, keys);
                let made = keys.iter_mut().skip(first);
                made.for_each(|key| key.public_as_secret = true);
            }
            Kind::Map(map) => {
                // A pair of keys, or a key with its passphrase.
                let map = map.borrow();
                let members = [
                    ("key", kind),
                    ("secret", Some(KeyKind::Secret)),
                    ("private", Some(KeyKind::Private)),
                    ("public", Some(KeyKind::Public)),
                ];
                let mut found = false;
                for (name, kind) in members {
                    if let Some(entry) = map.entries.get(name) {
                        found = true;
                        self.collect_keys(
                            &entry.value,
                            kind,
                            encoding,
                            from_callback,
                            depth + 1,
                            keys,
                        );
                    }
                }
                if !found {
                    keys.push(key(kind, Material::Unknown("key".to_owned())));
                }
            }
            _ => {
                let material = self.material(value, 0);
                let by_content = material
                    .literal()
                    .and_then(|(text, ..)| pem_kind(text.reveal()));
                keys.push(key(
                    by_content.or(kind).or(kind_by_name(&material)),
                    material,
                ));
            }
        }
    }

    fn material(&self, value: &Value, depth: usize) -> Material {
        let fallback = |fallback: &Option<std::rc::Rc<Value>>| {
            let fallback = fallback.as_ref().filter(|_| depth < DEEPEST_KEY)?;
            Some(Box::new(self.material(fallback, depth + 1)))
        };
        match &value.kind {
            Kind::Text(text) => {
                let span = value.origin().unwrap_or_default();
                Material::Literal {
                    text: text.clone(),
                    place: self.place(span, "written here"),
                }
            }
            Kind::Environment {
                name,
                fallback: other,
            } => Material::Environment {
                name: name.to_string(),
                fallback: fallback(other),
            },
            Kind::Setting {
                path,
                fallback: other,
            } => Material::Setting {
                path: path.to_string(),
                fallback: fallback(other),
            },
            Kind::OneOf(values) => {
                // Behind a fallback: a literal is what matters.
                let materials: Vec<Material> = values
                    .iter()
                    .map(|value| self.material(value, depth + 1))
                    .collect();
                let literal = materials
                    .iter()
                    .position(|material| material.literal().is_some())
                    .unwrap_or(0);
                materials
                    .into_iter()
                    .nth(literal)
                    .unwrap_or(Material::Nothing)
            }
            Kind::File(path) => Material::File(path.to_string()),
            Kind::Generated => Material::Generated,
            Kind::PublicHalf(whole) | Kind::SecretOfPublic(whole) if depth < DEEPEST_KEY => {
                self.material(whole, depth + 1)
            }
            Kind::Guessable => self.guessable(value),
            Kind::Claims(..) | Kind::Header(_) => Material::Token,
            Kind::Null => Material::Nothing,
            Kind::Joined(parts)
                if parts
                    .iter()
                    .any(|part| matches!(part.kind, Kind::Generated)) =>
            {
                Material::Generated
            }
            Kind::Joined(parts) if parts.iter().all(is_of_guessable) => {
                let guessable = parts.iter().find(|it| matches!(it.kind, Kind::Guessable));
                self.guessable(guessable.unwrap_or(value))
            }
            _ => Material::Unknown(value.path()),
        }
    }

    fn guessable(&self, value: &Value) -> Material {
        let span = value.origin().unwrap_or_default();
        Material::Guessable(self.place(span, "made here"))
    }

    pub(super) fn place(&self, span: Span, message: &str) -> Place {
        // A span that is nowhere is taken for the beginning of the file.
        let span = if span == Span::default() {
            span.in_file(self.input.file.source.id)
        } else {
            span
        };
        Place {
            path: self.input.project.files().path(span.file).to_owned(),
            span,
            message: message.to_owned(),
        }
    }

    pub(super) fn flow(&self, value: &Value) -> Vec<Place> {
        self.whole_way(value)
            .into_iter()
            .map(|(span, what)| self.place(span, &what))
            .collect()
    }

    /// The way of a value, and before it that of its fallback.
    fn whole_way(&self, value: &Value) -> Vec<(Span, String)> {
        let behind = match &value.kind {
            Kind::Environment {
                fallback: Some(fallback),
                ..
            }
            | Kind::Setting {
                fallback: Some(fallback),
                ..
            } => match &fallback.kind {
                // The literal is what matters.
                Kind::OneOf(values) => {
                    let mut values = values.iter();
                    let literal = values.find(|value| value.as_text().is_some());
                    literal.map(Value::steps).unwrap_or_default()
                }
                _ => fallback.steps(),
            },
            _ => Vec::new(),
        };
        behind.into_iter().chain(value.steps()).collect()
    }
}

/// Whether a part of a text adds nothing that cannot be worked out.
fn is_of_guessable(part: &Value) -> bool {
    matches!(part.kind, Kind::Guessable | Kind::Text(_))
}

/// A variable called PUBLIC_KEY holds one.
fn kind_by_name(material: &Material) -> Option<KeyKind> {
    let (Material::Environment { name, .. }
    | Material::Setting { path: name, .. }
    | Material::File(name)) = material
    else {
        return None;
    };
    let name = name.to_ascii_lowercase();
    let name = name.rsplit('/').next().unwrap_or(&name);
    // A prefix may say that a variable is shown to browsers: that makes no public key of a secret.
    let is_public = name.contains("public") && !name.contains("secret");
    if is_public || name.contains("cert") {
        Some(KeyKind::Public)
    } else if name.contains("private") {
        Some(KeyKind::Private)
    } else if name.contains("jwks") {
        Some(KeyKind::Jwks)
    } else if name.contains("secret") {
        Some(KeyKind::Secret)
    } else {
        None
    }
}

/// A literal that is no PEM is a secret.
pub(super) fn kind_by_material(key: &Key) -> Option<KeyKind> {
    key.material
        .literal()
        .filter(|(text, ..)| pem_kind(text.reveal()).is_none())
        .map(|_| KeyKind::Secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        assert_eq!(decode_base64("YWI"), Some(b"ab".to_vec()));
        assert_eq!(decode_base64("_-8="), Some(vec![0xff, 0xef]));
        assert_eq!(decode_hex("00fF"), Some(vec![0, 255]));
        assert_eq!(decode_hex("0x"), None);
        assert_eq!(
            pem_kind("-----BEGIN RSA PUBLIC KEY-----"),
            Some(KeyKind::Public)
        );
    }
}
