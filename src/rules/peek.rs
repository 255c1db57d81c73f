//! When reading claims without verifying is harmless: peek then verify, routing by issuer, timers.

use std::collections::BTreeSet;

use crate::facts::{Check, FileFacts, Site, SiteKind};
use crate::models::schema::Slot;

/// Claims that choose a key or a moment and say nothing about who the caller is.
const ROUTING_CLAIMS: &[&str] = &["exp", "iat", "nbf", "iss", "kid", "alg", "typ", "jti"];

/// Whether anything is done with the claims that could matter.
pub(super) fn claims_matter(site: &Site) -> bool {
    let uses = &site.uses;
    if uses.handed_on.contains("") || uses.returned && uses.read.is_empty() {
        return true;
    }
    let named: BTreeSet<&String> = uses
        .read
        .iter()
        .chain(&uses.compared)
        .chain(&uses.handed_on)
        .collect();
    named
        .iter()
        .any(|claim| !claim.is_empty() && !ROUTING_CLAIMS.contains(&claim.as_str()))
}

/// Whether the same token is verified in the same function, or a helper of the same file.
pub(super) fn verified_beside(facts: &FileFacts, site: &Site) -> bool {
    facts.sites.iter().any(|other| {
        let verifies = other.kind == SiteKind::Verify
            && matches!(other.check(Slot::Signature), Check::Enforced);
        let same_function = other.scope == site.scope;
        verifies
            && other.span != site.span
            // In one function, a way that returns unverified claims excludes the way that verifies.
            && !(same_function && site.uses.returned)
            && (other.token == site.token && !site.token.is_empty() || !same_function)
    })
}
