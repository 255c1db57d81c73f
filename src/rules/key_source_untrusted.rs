//! `key-source-untrusted`: the token's own header brings the key, or says where it is.

use super::draft::Draft;
use crate::facts::{Check, FileFacts, HeaderUse, Site, SiteKind};
use crate::finding::Finding;
use crate::models::schema::Slot;

pub(super) const ID: &str = "key-source-untrusted";

/// Parameters that hold a key or a certificate.
const KEYS: &[&str] = &["jwk", "x5c"];

/// Parameters that say where one is.
const ADDRESSES: &[&str] = &["jku", "x5u"];

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in &facts.sites {
        match site.kind {
            SiteKind::Verify => library_trusts(facts, site, findings),
            SiteKind::Fetch => reached(facts, site, ADDRESSES, findings),
            SiteKind::Key => reached(facts, site, &[KEYS, ADDRESSES].concat(), findings),
            _ => {}
        }
    }
}

/// The library takes a key from the header by itself.
fn library_trusts(facts: &FileFacts, site: &Site, findings: &mut Vec<Finding>) {
    let library = &site.library.name;
    // What proves possession has a type of its own.
    let is_proof = proves_possession(&site.scope)
        || proves_possession(&facts.path)
        || matches!(site.check(Slot::Type), Check::Enforced);
    let (place, message) = match site.check(Slot::KeySource) {
        Check::Disabled(_) if is_proof => return,
        Check::Disabled(place) => (
            place,
            format!(
                "This option lets a token bring its own key to {library}: whoever sends one can sign it."
            ),
        ),
        Check::Unchecked => (
            &site.place,
            format!(
                "This version of {library} takes the key from the token's own header when there is one, before the key \
                 that it is given: whoever sends a token can sign it."
            ),
        ),
        _ => return,
    };
    Draft::new(ID, site, place, "the token may bring its own key")
        .message(message)
        .remedy(
            site.fix(Slot::KeySource),
            "Verify with keys that you chose before the token came.",
        )
        .related(&site.place, "the call")
        .report(findings);
}

fn reached(facts: &FileFacts, site: &Site, parameters: &[&str], findings: &mut Vec<Finding>) {
    if proves_possession(&site.scope) || proves_possession(&facts.path) {
        return;
    }
    let used = |header: &&HeaderUse| parameters.contains(&header.parameter.as_str());
    let Some(header) = site.header.iter().find(used) else {
        return;
    };
    let parameter = &header.parameter;
    let message = if site.kind == SiteKind::Fetch {
        format!(
            "The key is fetched from the address in the token's own `{parameter}`: whoever sends a token says where the \
             key is, and makes this service send requests."
        )
    } else if ADDRESSES.contains(&parameter.as_str()) {
        format!(
            "The key comes from where the token's own `{parameter}` points: the sender picks it."
        )
    } else {
        format!(
            "The token is verified with the key in its own `{parameter}`, so it proves only that its sender has a key."
        )
    };
    Draft::new(ID, site, &site.place, "the token's own header picks the key")
        .message(message)
        .remedy(
            None,
            "Take keys from a source that is configured, and let the header's `kid` only choose among them. Where the \
             address must come from the token, compare it with a closed list first.",
        )
        .flow(&header.flow, &site.place, "used here")
        .report(findings);
}

/// A proof of possession brings its key by design; the key is held against a thumbprint.
fn proves_possession(name: &str) -> bool {
    const WORDS: &[&str] = &["dpop", "proof", "acme", "thumbprint", "attestation"];
    let name = name.to_ascii_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}
