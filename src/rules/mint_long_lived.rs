//! `mint-long-lived`: tokens are valid for longer than they should be.

use super::draft::Draft;
use crate::facts::{FileFacts, Lifetime, Site};
use crate::finding::Finding;
use crate::models::schema::Slot;

pub(super) const ID: &str = "mint-long-lived";

const DAY: f64 = 86_400.0;

/// Longest lifetime of an access token.
const LONGEST_ACCESS: f64 = DAY;

/// Longest lifetime of a token that is only exchanged for another.
const LONGEST_REFRESH: f64 = 90.0 * DAY;

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in &facts.sites {
        let Some(mint) = site
            .mint
            .as_ref()
            .filter(|mint| mint.lifetime == Lifetime::Bounded)
        else {
            continue;
        };
        let Some(seconds) = mint.seconds else {
            continue;
        };
        let longest = if is_refresh(site) {
            LONGEST_REFRESH
        } else {
            LONGEST_ACCESS
        };
        if seconds <= longest {
            continue;
        }
        Draft::new(ID, site, &site.place, "valid for long")
            .message(format!(
                "This {} call mints a token that is valid for {:.0} days: that is how long a stolen one works.",
                site.library.name,
                (seconds / DAY).ceil()
            ))
            .remedy(site.fix(Slot::Lifetime), "Mint access tokens for minutes and renew them with a refresh token.")
            .report(findings);
    }
}

/// Whether the code calls the token one that is exchanged for others.
fn is_refresh(site: &Site) -> bool {
    let scope = site.scope.to_ascii_lowercase();
    ["refresh", "remember", "invit", "unsubscribe"]
        .iter()
        .any(|word| scope.contains(word))
        || site
            .keys
            .iter()
            .any(|key| key.material.name().to_ascii_lowercase().contains("refresh"))
}
