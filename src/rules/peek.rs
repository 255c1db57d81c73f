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

/// Whether a claim that says who the caller is, or may do, was compared.
pub(super) fn decides_on_identity(site: &Site) -> bool {
    site.uses
        .compared
        .iter()
        .any(|claim| !claim.is_empty() && !ROUTING_CLAIMS.contains(&claim.as_str()))
}

/// Whether the token that is read here is verified as well: in the same function, or in another one of the file.
/// In one function, a way that returns unverified claims excludes the way that verifies.
pub(super) fn same_token_verified(facts: &FileFacts, site: &Site) -> bool {
    let mut same = verifies(facts, site)
        .filter(|other| other.token == site.token)
        .peekable();
    if site.token.is_empty() || same.peek().is_none() {
        return false;
    }
    !site.uses.returned || same.all(|other| other.scope != site.scope)
}

/// Whether another function of the file verifies tokens: the usual middleware, which ran before this code.
pub(super) fn verified_elsewhere(facts: &FileFacts, site: &Site) -> bool {
    verifies(facts, site).any(|other| other.scope != site.scope)
}

fn verifies<'a>(facts: &'a FileFacts, site: &'a Site) -> impl Iterator<Item = &'a Site> {
    facts.sites.iter().filter(|other| {
        other.kind == SiteKind::Verify
            && matches!(other.check(Slot::Signature), Check::Enforced)
            && other.span != site.span
    })
}
