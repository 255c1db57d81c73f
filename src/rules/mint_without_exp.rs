//! `mint-without-exp`: tokens are signed that never expire.

use super::draft::Draft;
use crate::facts::{FileFacts, Lifetime, SiteKind};
use crate::finding::Finding;
use crate::models::schema::Slot;

pub(super) const ID: &str = "mint-without-exp";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in &facts.sites {
        let Some(mint) = &site.mint else { continue };
        if mint.lifetime != Lifetime::Endless {
            continue;
        }
        let place = mint.place.as_ref().unwrap_or(&site.place);
        let message = if site.kind == SiteKind::Mint {
            format!(
                "This {} call mints a token that never expires: once stolen, it works until the key changes.",
                site.library.name
            )
        } else {
            format!(
                "This setting makes {} mint tokens that never expire: once stolen, they work until the key changes.",
                site.library.name
            )
        };
        Draft::new(ID, site, place, "no expiry")
            .message(message)
            .remedy(
                site.fix(Slot::Lifetime),
                "Set an expiry: minutes for access tokens, days for refresh tokens.",
            )
            .report(findings);
    }
}
