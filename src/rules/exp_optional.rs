//! `exp-optional`: a token without an expiry passes.

use super::draft::Draft;
use crate::facts::{Check, FileFacts, SiteKind};
use crate::finding::Finding;
use crate::models::schema::Slot;

pub(super) const ID: &str = "exp-optional";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in facts
        .sites
        .iter()
        .filter(|site| site.kind == SiteKind::Verify)
    {
        if !matches!(site.check(Slot::Expiry), Check::IfPresent)
            || matches!(site.check(Slot::Signature), Check::Disabled(_))
        {
            continue;
        }
        Draft::new(ID, site, &site.place, "a token without `exp` passes")
            .message(format!(
                "{} checks the expiry only when the token has one: a token without `exp` is valid for ever.",
                site.library.name
            ))
            .remedy(site.fix(Slot::Required), "Require the claim `exp`.")
            .report(findings);
    }
}
