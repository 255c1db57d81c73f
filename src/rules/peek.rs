//! When reading claims without verifying is harmless: peek then verify, routing by issuer, timers.

use crate::facts::{FileFacts, Site};
use crate::finding::Place;

/// Claims that choose a key or a moment and say nothing about who the caller is.
const ROUTING_CLAIMS: &[&str] = &["exp", "iat", "nbf", "iss", "kid", "alg", "typ", "jti"];

/// Claims that say who the caller is or what they may do: comparing one is a decision.
const IDENTITY_CLAIMS: &[&str] = &[
    "sub",
    "id",
    "_id",
    "uid",
    "user",
    "userid",
    "user_id",
    "username",
    "name",
    "email",
    "account",
    "role",
    "roles",
    "admin",
    "isadmin",
    "is_admin",
    "scope",
    "scopes",
    "permissions",
    "groups",
    "authorities",
    "tenant",
];

/// Claims that are true or false.
const FLAG_CLAIMS: &[&str] = &["admin", "isadmin", "is_admin"];

/// Whether anything is done with the claims that could matter: they are handed on, or decide who the caller is.
pub(super) fn claims_matter(site: &Site) -> bool {
    let uses = &site.uses;
    let handed_on = uses
        .handed_on
        .iter()
        .any(|claim| !ROUTING_CLAIMS.contains(&claim.as_str()));
    let returned = uses.returned
        && uses
            .read
            .iter()
            .all(|claim| !ROUTING_CLAIMS.contains(&claim.as_str()));
    handed_on || returned && uses.compared.is_empty() || decides_on_identity(site)
}

/// Whether a claim that says who the caller is, or may do, was held against a value; a flag decides by being there.
pub(super) fn decides_on_identity(site: &Site) -> bool {
    let lower = |claim: &String| claim.to_ascii_lowercase();
    let decided = site
        .uses
        .decided
        .iter()
        .any(|claim| IDENTITY_CLAIMS.contains(&lower(claim).as_str()));
    decided
        || site
            .uses
            .compared
            .iter()
            .any(|claim| FLAG_CLAIMS.contains(&lower(claim).as_str()))
}

/// Whether the token was just handed out by a provider's token endpoint: it came over a connection of our own.
pub(super) fn from_token_endpoint(site: &Site) -> bool {
    const MEMBERS: &[&str] = &[
        "id_token",
        "access_token",
        "refresh_token",
        "idtoken",
        "accesstoken",
    ];
    if site.token_fetched {
        return true;
    }
    let token = site.token.to_ascii_lowercase();
    let last = token
        .trim_end_matches(['(', ')', ']'])
        .rsplit(['.', '['])
        .next()
        .unwrap_or_default();
    token.contains(['.', '[']) && MEMBERS.contains(&last) && !from_request(site)
}

/// Whether the token came with a request, so that a stranger wrote it.
pub(super) fn from_request(site: &Site) -> bool {
    const WORDS: &[&str] = &[
        "req.",
        "headers",
        "header(",
        "authorization",
        "cookie",
        "query",
        "ctx.",
        "handshake",
        "bearer",
    ];
    let token = site.token.to_ascii_lowercase();
    // A request of the code's own has another name, and is called: `fetch(HttpRequest(...)).body`.
    let stands_behind = |word: &str, none: fn(char) -> bool| {
        let mut found = token.match_indices(word);
        found.any(|(at, _)| !token.get(..at).unwrap_or_default().ends_with(none))
    };
    stands_behind("request", char::is_alphanumeric)
        || stands_behind(".body", |before| before == ')')
        || WORDS.iter().any(|word| token.contains(word))
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
    // What failed says nothing for the token; what is tried next may.
    if site.after_failure {
        let is_next = |other: &Site| {
            other.root == site.root && other.scope == site.scope && other.moment > site.moment
        };
        return same.any(is_next);
    }
    !site.uses.returned || same.all(|other| other.scope != site.scope)
}

/// Whether another function of the file verifies tokens: the usual middleware, which ran before this code.
pub(super) fn verified_elsewhere(facts: &FileFacts, site: &Site) -> bool {
    verifies(facts, site).any(|other| other.scope != site.scope)
}

/// Where the library said that the token has expired that is then read here without a check, and the call that said
/// it: its signature was good.
pub(super) fn taken_after_expiry<'a>(
    facts: &'a FileFacts,
    site: &'a Site,
) -> Option<(&'a Place, &'a Site)> {
    let expired = site.after_expiry.as_ref()?;
    let verify = verifies(facts, site)
        .filter(|_| site.skips_signature() && !site.token.is_empty())
        .find(|other| other.token == site.token && other.root == site.root)?;
    Some((expired, verify))
}

fn verifies<'a>(facts: &'a FileFacts, site: &'a Site) -> impl Iterator<Item = &'a Site> {
    let all = facts.sites.iter().chain(&facts.reached);
    all.filter(|other| other.guards() && other.span != site.span)
}
