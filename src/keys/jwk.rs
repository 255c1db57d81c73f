//! JSON Web Keys: alone, in sets, and inside other documents.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::IgnoredAny;

use super::{Container, Identity, KeyMaterial, KeyType, Shape};
use crate::source::Span;

/// A private member shorter than this is a placeholder.
const SHORTEST_PRIVATE: usize = 16;

/// Members that must not be public.
const PRIVATE_MEMBERS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];

/// Longest name or id that is kept.
const LONGEST_NAME: usize = 128;

/// A text member of a JSON object.
struct Member<'a> {
    /// Number of the object that it stands in.
    object: usize,
    /// Number of the object around that.
    around: usize,
    name: &'a str,
    name_span: Span,
    value: &'a str,
}

/// Every key of a JSON document.
pub(super) fn keys(text: &str) -> Vec<KeyMaterial> {
    let content = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !content.contains("\"kty\"") || serde_json::from_str::<IgnoredAny>(content).is_err() {
        return Vec::new();
    }
    let members = members(text);
    let mut objects: BTreeMap<usize, Vec<&Member<'_>>> = BTreeMap::new();
    for member in &members {
        objects.entry(member.object).or_default().push(member);
    }
    let container = if content.contains("\"keys\"") {
        Container::Jwks
    } else {
        Container::Jwk
    };
    let keys = objects
        .values()
        .filter_map(|members| key(members, container));
    keys.collect()
}

/// Where the private members of keys stand: in JSON, in a literal with JSON in it, and in objects of other languages.
pub(super) fn secrets(text: &str) -> Vec<Span> {
    let is_wrapping = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '\\');
    let mut spans = Vec::new();
    for (at, _) in text.match_indices([':', '=']) {
        let before = text.get(..at).unwrap_or_default();
        let before = before.trim_end_matches(is_wrapping);
        let from = before.len().saturating_sub(3);
        let tail = before.as_bytes().get(from..).unwrap_or_default();
        let name: Vec<u8> = tail
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
            .copied()
            .collect();
        let is_private = PRIVATE_MEMBERS
            .iter()
            .any(|known| known.bytes().rev().eq(name.iter().copied()));
        if !is_private {
            continue;
        }
        let after = text.get(at + 1..).unwrap_or_default();
        let value = after.trim_start_matches(|letter| is_wrapping(letter) || letter == '>');
        let start = text.len() - value.len();
        let length = value
            .find(|letter: char| !letter.is_ascii_alphanumeric() && !"-_+/".contains(letter))
            .unwrap_or(value.len());
        if length >= SHORTEST_PRIVATE {
            spans.push(Span::new(start, start + length));
        }
    }
    spans
}

fn key(members: &[&Member<'_>], container: Container) -> Option<KeyMaterial> {
    let find = |name: &str| members.iter().find(|member| member.name == name);
    let value = |name: &str| find(name).map(|member| member.value);
    let private = |name: &str| {
        let member = find(name)?;
        let is_real = member.value.len() >= SHORTEST_PRIVATE && decode(member.value).is_some();
        is_real.then_some(member.name_span)
    };
    let kty = find("kty")?;
    let curve = value("crv").and_then(curve_name);
    let identity = |name: &str| {
        value(name)
            .and_then(decode)
            .map(|public| Identity::of(&public))
    };
    let (shape, secret) = match kty.value {
        "RSA" => {
            let secret = private("d").or_else(|| private("p"));
            (Shape::rsa(&decode(value("n")?)?, secret.is_some()), secret)
        }
        "EC" => {
            let secret = private("d");
            let shape = Shape {
                curve,
                identity: identity("x"),
                ..Shape::new(KeyType::Ec, secret.is_some())
            };
            (shape, secret)
        }
        "OKP" => {
            let secret = private("d");
            let shape = Shape {
                curve,
                identity: identity("x"),
                ..Shape::new(KeyType::Ed, secret.is_some())
            };
            (shape, secret)
        }
        "oct" => {
            let secret = find("k").map(|member| member.name_span);
            (Shape::new(KeyType::Symmetric, secret.is_some()), secret)
        }
        _ => return None,
    };
    let name = |name: &str| {
        value(name)
            .filter(|text| !text.is_empty() && text.len() <= LONGEST_NAME)
            .map(str::to_owned)
    };
    Some(KeyMaterial {
        kid: name("kid"),
        alg: name("alg"),
        usage: name("use"),
        set: kty.around,
        ..shape.at(secret.unwrap_or(kty.name_span), container)
    })
}

fn curve_name(name: &str) -> Option<&'static str> {
    [
        "P-256",
        "P-384",
        "P-521",
        "secp256k1",
        "Ed25519",
        "Ed448",
        "X25519",
        "X448",
    ]
    .into_iter()
    .find(|known| *known == name)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabet = if text.contains(['+', '/']) {
        &alphabet::STANDARD
    } else {
        &alphabet::URL_SAFE
    };
    GeneralPurpose::new(alphabet, config).decode(text).ok()
}

/// Members with a text value, in order, of a document that is known to be JSON.
fn members(text: &str) -> Vec<Member<'_>> {
    let bytes = text.as_bytes();
    let mut members = Vec::new();
    let mut open = Vec::new();
    let mut objects = 0;
    let mut name: Option<Span> = None;
    let mut last: Option<Span> = None;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' => {
                objects += 1;
                open.push(objects);
                (name, last) = (None, None);
            }
            b'}' => {
                open.pop();
                (name, last) = (None, None);
            }
            b':' => name = last.take(),
            b'"' => {
                let end = string_end(bytes, at);
                let span = Span::new(at, end + 1);
                let inside = |span: Span| {
                    text.get(span.start as usize + 1..(span.end as usize).saturating_sub(1))
                        .unwrap_or_default()
                };
                if let Some(name_span) = name.take() {
                    members.push(Member {
                        object: open.last().copied().unwrap_or(0),
                        around: open.iter().rev().nth(1).copied().unwrap_or(0),
                        name: inside(name_span),
                        name_span,
                        value: inside(span),
                    });
                    last = None;
                } else {
                    last = Some(span);
                }
                at = end;
            }
            b',' | b'[' | b']' => (name, last) = (None, None),
            _ => {}
        }
        at += 1;
    }
    members
}

/// The closing quote of the string that begins here; the last byte when there is none.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'"' => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len().saturating_sub(1)
}
