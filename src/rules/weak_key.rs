//! `weak-key`: an HMAC secret that can be guessed.
//!
//! A weak secret that is also hardcoded is one finding of `hardcoded-key`, which is worse.

use super::draft::Draft;
use super::fallback_key;
use super::key_literal::key_literals;
use crate::facts::FileFacts;
use crate::finding::Finding;

pub(super) const ID: &str = "weak-key";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for literal in key_literals(facts) {
        let (Some(weakness), Some(name)) = (literal.weakness, literal.behind) else {
            continue;
        };
        let site = literal.site;
        let variable = fallback_key::describe(name, literal.behind_environment);
        Draft::new(ID, site, literal.place, "a weak key, used when nothing is set")
            .message(format!(
                "The key that is used when {variable} is not set {}.",
                weakness.describe()
            ))
            .remedy(
                None,
                &format!(
                    "Drop the default, fail at start when {variable} is missing, and set it to at least 32 random bytes."
                ),
            )
            .related(&site.place, "used here")
            .flow(&literal.key.flow, &site.place, "used as the key")
            .in_test(literal.key.in_test)
            .also(Some(fallback_key::ID))
            .report(findings);
    }
}
