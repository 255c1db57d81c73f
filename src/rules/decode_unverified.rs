//! `decode-unverified`: claims are read with a decode-only call on a server, and nobody verifies the token.

use super::draft::Draft;
use super::peek;
use crate::facts::{FileFacts, SiteKind};
use crate::finding::{Confidence, Finding, Level};
use crate::models::schema::Slot;

pub(super) const ID: &str = "decode-unverified";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    if facts.browser || facts.unknown_library {
        return;
    }
    for site in facts
        .sites
        .iter()
        .filter(|site| site.kind == SiteKind::Decode)
    {
        let verified = peek::same_token_verified(facts, site)
            || peek::verified_elsewhere(facts, site)
            || peek::taken_after_expiry(facts, site).is_some();
        if verified || !peek::claims_matter(site) || peek::from_token_endpoint(site) {
            continue;
        }
        let draft = Draft::new(ID, site, &site.place, "reads claims, verifies nothing")
            .message(format!(
                "This {} call reads claims without verifying the token, and they are used: anyone can write them.",
                site.library.name
            ))
            .remedy(site.fix(Slot::Signature), "Verify the token with its key and algorithm instead.");
        let draft = if peek::from_request(site) {
            draft
        } else {
            // The token may be one that this program just fetched, or that a caller verified.
            draft.level(Level::Note).at_most(Confidence::Low).pedantic()
        };
        draft.report(findings);
    }
}
