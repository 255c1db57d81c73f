//! `claim-optional`: an audience or issuer is expected, but a token without the claim passes.

use super::draft::Draft;
use crate::facts::{Check, FileFacts, SiteKind};
use crate::finding::Finding;
use crate::models::schema::Slot;

pub(super) const ID: &str = "claim-optional";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in facts
        .sites
        .iter()
        .filter(|site| site.kind == SiteKind::Verify)
    {
        if matches!(site.check(Slot::Signature), Check::Disabled(_)) {
            continue;
        }
        let optional: Vec<(Slot, &str)> = [(Slot::Audience, "aud"), (Slot::Issuer, "iss")]
            .into_iter()
            .filter(|(slot, _)| matches!(site.check(*slot), Check::IfPresent))
            .collect();
        let Some((slot, _)) = optional.first() else {
            continue;
        };
        let claims: Vec<String> = optional
            .iter()
            .map(|(_, claim)| format!("`{claim}`"))
            .collect();
        let claims = claims.join(" and ");
        Draft::new(
            ID,
            site,
            &site.place,
            &format!("a token without {claims} passes"),
        )
        .message(format!(
            "An expected value for {claims} is given, but {} accepts a token that lacks the claim.",
            site.library.name
        ))
        .remedy(
            site.fix(Slot::Required).or(site.fix(*slot)),
            &format!("Require {claims} as well."),
        )
        .report(findings);
    }
}
