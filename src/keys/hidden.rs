//! Where the private parts of keys stand in a text, by their form alone, so that no quoted line shows them.

use super::{jwk, pem};
use crate::source::Span;

/// Spans that must not be shown: bodies of private PEM blocks, PEM wrapped in base64, private members of JWKs.
pub fn secret_spans(content: &[u8]) -> Vec<Span> {
    let Ok(text) = std::str::from_utf8(content) else {
        return Vec::new();
    };
    let mut spans: Vec<Span> = Vec::new();
    if text.contains("PRIVATE KEY") {
        spans.extend(
            pem::find(text)
                .filter(|block| block.label.ends_with("PRIVATE KEY"))
                .map(|block| block.inside),
        );
    }
    spans.extend(pem::wrapped_runs(text));
    if text.contains("kty") {
        spans.extend(jwk::secrets(text));
    }
    spans
}
