//! Algorithm names: families and strengths.

use crate::facts::{Check, Site};
use crate::models::schema::Slot;

/// Whether a call does not look at the signature, so that no algorithm matters.
pub(super) fn skips_signature(site: &Site) -> bool {
    matches!(site.check(Slot::Signature), Check::Disabled(_))
}

/// Whether a name is `none` in any spelling.
pub(super) fn is_none(name: &str) -> bool {
    name.eq_ignore_ascii_case("none")
}

/// Whether a name is an HMAC algorithm.
pub(super) fn is_hmac(name: &str) -> bool {
    name.to_ascii_uppercase().starts_with("HS")
}

/// Whether a name is a signature algorithm with a key pair.
pub(super) fn is_asymmetric(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["RS", "PS", "ES", "ED"]
        .iter()
        .any(|family| name.starts_with(family))
}

/// Bytes that an HMAC key needs (RFC 7518 3.2): as long as the hash.
pub(super) fn least_key_bytes(names: &[String]) -> usize {
    let needed = |name: &String| match name.to_ascii_uppercase().as_str() {
        "HS384" => 48,
        "HS512" => 64,
        _ => 32,
    };
    names
        .iter()
        .filter(|name| is_hmac(name))
        .map(needed)
        .min()
        .unwrap_or(32)
}
