//! PEM blocks as people keep them: with any line ends, escaped ones, none, indented, quoted, or wrapped in base64.
//!
//! The strict reader of the PEM crates refuses most of these, so the block is found and cleaned here.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::{Container, KeyMaterial, Shape, asn1, openssh};
use crate::source::Span;

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// Base64 of a PEM block begins so.
pub(super) const WRAPPED_BEGIN: &str = "LS0tLS1CRUdJTi";

/// Longest label between the dashes.
const LONGEST_LABEL: usize = 40;

/// A block of a text.
pub(super) struct Block<'a> {
    /// What it says that it is.
    pub(super) label: &'a str,
    /// What stands between its first and last line.
    pub(super) body: &'a str,
    /// The first line.
    pub(super) begin: Span,
    /// The body.
    pub(super) inside: Span,
}

/// Every block of a text. A block without an end reaches to the next one, or the end of the text.
pub(super) fn find(text: &str) -> impl Iterator<Item = Block<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + text.get(from..)?.find(BEGIN)?;
            let label_start = start + BEGIN.len();
            from = label_start;
            let rest = text.get(label_start..)?;
            let Some(label) = rest.find(DASHES).and_then(|end| rest.get(..end)) else {
                continue;
            };
            if label.len() > LONGEST_LABEL || label.contains(['\n', '"', '\'', '<']) {
                continue;
            }
            let body_start = label_start + label.len() + DASHES.len();
            let body = text.get(body_start..)?;
            let body = body
                .find(DASHES)
                .and_then(|end| body.get(..end))
                .unwrap_or(body);
            from = body_start + body.len();
            return Some(Block {
                label,
                body,
                begin: Span::new(start, body_start),
                inside: Span::new(body_start, from),
            });
        }
    })
}

/// The keys in PEM.
pub(super) fn blocks(text: &str) -> Vec<KeyMaterial> {
    find(text)
        .filter_map(|block| Some(shape(&block)?.at(block.begin, Container::Pem)))
        .collect()
}

/// The keys in PEM that was wrapped in base64, as Kubernetes Secrets and one-line variables hold them.
pub(super) fn wrapped(text: &str) -> Vec<KeyMaterial> {
    let mut keys = Vec::new();
    for run in wrapped_runs(text) {
        let Some(inner) = decode(text.get(run.range()).unwrap_or_default()) else {
            continue;
        };
        let Ok(inner) = String::from_utf8(inner) else {
            continue;
        };
        let start = run.start as usize;
        let begin = Span::new(start, start + WRAPPED_BEGIN.len());
        let shapes = find(&inner).filter_map(|block| shape(&block));
        keys.extend(shapes.map(|shape| shape.at(begin, Container::Base64)));
    }
    keys
}

/// Where PEM wrapped in base64 stands.
pub(super) fn wrapped_runs(text: &str) -> impl Iterator<Item = Span> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text.get(from..)?.find(WRAPPED_BEGIN)?;
        let rest = text.get(start..)?;
        let length = rest
            .find(|letter: char| !is_base64(letter))
            .unwrap_or(rest.len());
        from = start + length;
        Some(Span::new(start, from))
    })
}

/// A key in DER that is written as base64 and nothing else.
pub(super) fn bare(text: &str) -> Option<KeyMaterial> {
    let trimmed = text.trim();
    // Base64 of a SEQUENCE with a length of two bytes.
    if !trimmed.starts_with('M') || trimmed.len() < 40 {
        return None;
    }
    let shape = asn1::any(&decode(trimmed)?)?;
    let start = text.len() - text.trim_start().len();
    let line = trimmed.lines().next().unwrap_or_default();
    Some(shape.at(Span::new(start, start + line.len()), Container::Base64))
}

fn shape(block: &Block<'_>) -> Option<Shape> {
    let is_private = block.label.ends_with("PRIVATE KEY");
    if is_private && block.body.contains("ENCRYPTED") && block.body.contains("Proc-Type") {
        return Some(Shape::encrypted());
    }
    let der = decode(block.body)?;
    match block.label {
        "PRIVATE KEY" => asn1::pkcs8(&der),
        "RSA PRIVATE KEY" => asn1::pkcs1_private(&der),
        "EC PRIVATE KEY" => asn1::sec1(&der),
        "ENCRYPTED PRIVATE KEY" => asn1::encrypted(&der),
        "OPENSSH PRIVATE KEY" => openssh::private(&der),
        "PUBLIC KEY" => asn1::spki(&der),
        "RSA PUBLIC KEY" => asn1::pkcs1_public(&der),
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => asn1::certificate(&der),
        _ => None,
    }
    // People and tools mix the labels up.
    .or_else(|| is_private.then(|| asn1::any(&der)).flatten())
}

fn is_base64(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '=')
}

/// Base64 with anything between that is not part of it: line ends, escaped line ends, indentation, quotes and joins.
fn decode(text: &str) -> Option<Vec<u8>> {
    let mut clean = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                if !matches!(letters.next()?, 'n' | 'r' | 't' | '\n' | '\r' | '/') {
                    return None;
                }
            }
            letter if is_base64(letter) => clean.push(letter),
            letter if letter.is_whitespace() || matches!(letter, '"' | '\'' | ',' | '`' | '|') => {}
            _ => return None,
        }
    }
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&STANDARD, config).decode(clean).ok()
}
