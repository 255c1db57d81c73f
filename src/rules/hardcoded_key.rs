//! `hardcoded-key`: a literal secret or private key signs or verifies.

use super::draft::Draft;
use super::key_literal::key_literals;
use super::weak_key;
use crate::facts::{FileFacts, SiteKind};
use crate::finding::Finding;
use crate::models::schema::{KeyKind, Slot};

pub(super) const ID: &str = "hardcoded-key";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for literal in key_literals(facts).filter(|literal| literal.behind.is_none()) {
        let site = literal.site;
        let private = literal.key.kind == Some(KeyKind::Private);
        let what = if private { "private key" } else { "secret" };
        let does = match site.kind {
            SiteKind::Mint => "signs tokens",
            SiteKind::Verify => "verifies tokens",
            _ => "is a key for tokens",
        };
        let mut message = format!(
            "A {what} written in the code {does}: whoever can read the code can mint tokens that are accepted."
        );
        if let Some(weakness) = literal.weakness {
            message.push_str(&format!(" It also {}.", weakness.describe()));
        }
        Draft::new(ID, site, literal.place, &format!("this {what} is in the code"))
            .message(message)
            .remedy(
                site.fix(Slot::Key),
                "Read the key from a secret manager or the environment, fail when it is missing, and replace this one.",
            )
            .related(&site.place, "used here")
            .flow(&literal.key.flow, &site.place, "used as the key")
            .written_in(literal.key.context)
            .guarded(literal.key)
            .also(literal.weakness.map(|_| weak_key::ID))
            .report(findings);
    }
}
