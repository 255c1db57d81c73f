//! `sensitive-claim`: secrets in a payload that anyone can read.

use super::draft::Draft;
use crate::facts::FileFacts;
use crate::finding::Finding;

pub(super) const ID: &str = "sensitive-claim";

/// Claim names, lower case without separators, whose value must not be readable.
const SENSITIVE: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "passwordhash",
    "hashedpassword",
    "secret",
    "clientsecret",
    "apikey",
    "apisecret",
    "privatekey",
    "creditcard",
    "creditcardnumber",
    "cardnumber",
    "cvv",
    "cvc",
    "ssn",
    "socialsecuritynumber",
    "nationalid",
    "pin",
    "mfasecret",
    "totpsecret",
];

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in &facts.sites {
        let Some(mint) = &site.mint else { continue };
        let sensitive: Vec<&str> = mint
            .claims
            .iter()
            .map(String::as_str)
            .filter(|claim| is_sensitive(claim))
            .collect();
        if sensitive.is_empty() {
            continue;
        }
        let names = sensitive
            .iter()
            .map(|claim| format!("`{claim}`"))
            .collect::<Vec<_>>()
            .join(", ");
        Draft::new(ID, site, &site.place, "signed, not encrypted")
            .message(format!(
                "The payload that this {} call signs holds {names}: a token is encoded, not encrypted, and anyone \
                 who sees it can read that.",
                site.library.name
            ))
            .remedy(None, "Leave it out; put an opaque id into the token and look the rest up.")
            .report(findings);
    }
}

fn is_sensitive(claim: &str) -> bool {
    let plain: String = claim
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    SENSITIVE.contains(&plain.as_str())
}
