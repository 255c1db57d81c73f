//! The rules: one weakness each, decided over facts.
//!
//! This is the one list of rules. A rule is a module here and a page `rules/<id>.md`.

mod alg_confusion;
mod alg_from_header;
mod alg_none;
mod alg_unpinned;
mod algorithm;
mod aud_unchecked;
mod claim_optional;
mod claims_before_verify;
mod decode_unverified;
mod discovery_symmetric;
mod draft;
mod empty_key;
mod exp_optional;
mod exp_unchecked;
mod fallback_key;
mod hardcoded_key;
mod holders;
mod iss_unchecked;
mod jwks_never_refreshed;
mod jwks_plaintext;
mod jwks_private_material;
mod jwks_refetch_unbounded;
mod jwks_uncached;
mod key_file;
mod key_literal;
mod key_pinned_static;
mod key_reused;
mod key_source_untrusted;
mod kid_injection;
mod merge;
mod mint_long_lived;
mod mint_without_aud;
mod mint_without_exp;
mod mint_without_kid;
mod nbf_unchecked;
mod option_inert;
mod peek;
mod policy_drift;
mod private_key_committed;
mod result_ignored;
mod secret_in_config;
mod sensitive_claim;
mod setting_key;
mod shared_secret;
mod signature_skipped;
mod strength;
mod token_in_source;
mod token_optional;
mod verifier_can_mint;
mod weak_key;
mod weak_rsa_key;

pub use merge::one_per_cause;

use crate::facts::FileFacts;
use crate::finding::Finding;
use crate::project_facts::ProjectFacts;

/// A rule: its id, and what looks for it.
type Rule = (&'static str, fn(&FileFacts, &mut Vec<Finding>));

/// Every rule.
pub const RULES: &[Rule] = &[
    (alg_none::ID, alg_none::check),
    (alg_confusion::ID, alg_confusion::check),
    (alg_from_header::ID, alg_from_header::check),
    (alg_unpinned::ID, alg_unpinned::check),
    (signature_skipped::ID, signature_skipped::check),
    (decode_unverified::ID, decode_unverified::check),
    (exp_unchecked::ID, exp_unchecked::check),
    (aud_unchecked::ID, aud_unchecked::check),
    (iss_unchecked::ID, iss_unchecked::check),
    (option_inert::ID, option_inert::check),
    (mint_without_exp::ID, mint_without_exp::check),
    (hardcoded_key::ID, hardcoded_key::check),
    (fallback_key::ID, fallback_key::check),
    (weak_key::ID, weak_key::check),
    (claims_before_verify::ID, claims_before_verify::check),
    (result_ignored::ID, result_ignored::check),
    (key_reused::ID, key_reused::check),
    (token_in_source::ID, token_in_source::check),
    (empty_key::ID, empty_key::check),
    (sensitive_claim::ID, sensitive_claim::check),
    (mint_without_aud::ID, mint_without_aud::check),
    (mint_long_lived::ID, mint_long_lived::check),
    (claim_optional::ID, claim_optional::check),
    (exp_optional::ID, exp_optional::check),
    (nbf_unchecked::ID, nbf_unchecked::check),
    (key_source_untrusted::ID, key_source_untrusted::check),
    (kid_injection::ID, kid_injection::check),
    (discovery_symmetric::ID, discovery_symmetric::check),
    (mint_without_kid::ID, mint_without_kid::check),
    (jwks_plaintext::ID, jwks_plaintext::check),
    (jwks_uncached::ID, jwks_uncached::check),
    (jwks_refetch_unbounded::ID, jwks_refetch_unbounded::check),
    (jwks_never_refreshed::ID, jwks_never_refreshed::check),
    (weak_rsa_key::ID, weak_rsa_key::check),
    (jwks_private_material::ID, jwks_private_material::check),
    (key_pinned_static::ID, key_pinned_static::check),
    (token_optional::ID, token_optional::check),
];

/// A rule over more than one file.
type ProjectRule = (&'static str, fn(&ProjectFacts<'_>, &mut Vec<Finding>));

/// Every rule that looks at more than one file. A rule may be in both lists.
pub const PROJECT_RULES: &[ProjectRule] = &[
    (
        jwks_private_material::ID,
        jwks_private_material::check_files,
    ),
    (private_key_committed::ID, private_key_committed::check),
    (weak_key::ID, weak_key::check_files),
    (weak_rsa_key::ID, weak_rsa_key::check_files),
    (weak_key::ID, weak_key::check_settings),
    (fallback_key::ID, fallback_key::check_settings),
    (secret_in_config::ID, secret_in_config::check),
    (shared_secret::ID, shared_secret::check),
    (verifier_can_mint::ID, verifier_can_mint::check),
    (policy_drift::ID, policy_drift::check),
    (key_pinned_static::ID, key_pinned_static::check_sets),
    (mint_without_kid::ID, mint_without_kid::check_sets),
    (aud_unchecked::ID, aud_unchecked::check_shared),
    (iss_unchecked::ID, iss_unchecked::check_pairs),
];

/// What the rules say of a file: one finding for each cause in it.
pub fn judge(facts: &FileFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, check) in RULES {
        check(facts, &mut findings);
    }
    one_per_cause(findings)
}

/// What the rules say of all files together: one finding for each cause, whatever file it stands in.
pub fn judge_project(facts: &ProjectFacts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, check) in PROJECT_RULES {
        check(facts, &mut findings);
    }
    merge::one_per_cause(findings)
}

/// Whether findings of this rule in test code are left out unless asked for: keys and tokens in tests are made up.
pub fn left_out_in_tests(rule: &str) -> bool {
    [
        hardcoded_key::ID,
        fallback_key::ID,
        weak_key::ID,
        empty_key::ID,
        token_in_source::ID,
        jwks_private_material::ID,
        private_key_committed::ID,
        weak_rsa_key::ID,
        secret_in_config::ID,
    ]
    .contains(&rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_page_and_every_page_a_rule() {
        let of_files = RULES.iter().map(|(id, _)| *id);
        let mut rules: Vec<&str> = of_files
            .chain(PROJECT_RULES.iter().map(|(id, _)| *id))
            .collect();
        let pages: Vec<&str> = crate::page::PAGES.iter().map(|page| page.id).collect();
        rules.sort_unstable();
        rules.dedup();
        assert_eq!(rules, pages);
    }
}
