//! One cause, one finding: the same place reported twice, and findings that a worse one at the same call covers.

use std::collections::BTreeMap;

use super::{
    alg_confusion, alg_from_header, alg_none, alg_unpinned, aud_unchecked, decode_unverified,
    exp_unchecked, iss_unchecked, jwks_never_refreshed, jwks_refetch_unbounded, jwks_uncached,
    key_source_untrusted, kid_injection, nbf_unchecked, signature_skipped,
};
use crate::finding::{Finding, Place};
use crate::source::Span;

/// A rule, and the rules that have nothing to add where it found something.
const COVERS: &[(&str, &[&str])] = &[
    (
        signature_skipped::ID,
        &[
            alg_confusion::ID,
            alg_from_header::ID,
            alg_unpinned::ID,
            aud_unchecked::ID,
            decode_unverified::ID,
            iss_unchecked::ID,
        ],
    ),
    (
        alg_none::ID,
        &[alg_confusion::ID, alg_from_header::ID, alg_unpinned::ID],
    ),
    (exp_unchecked::ID, &[nbf_unchecked::ID]),
    (key_source_untrusted::ID, &[jwks_uncached::ID]),
    (kid_injection::ID, &[jwks_uncached::ID]),
    // A client that is made anew has nothing to limit or to refresh.
    (
        jwks_uncached::ID,
        &[jwks_refetch_unbounded::ID, jwks_never_refreshed::ID],
    ),
    (alg_confusion::ID, &[alg_unpinned::ID, alg_from_header::ID]),
];

/// Leaves one finding for each cause.
pub fn one_per_cause(findings: Vec<Finding>) -> Vec<Finding> {
    let covered = |finding: &Finding| {
        findings.iter().any(|other| {
            let covers = COVERS
                .iter()
                .any(|(id, ids)| *id == other.rule.id && ids.contains(&finding.rule.id));
            covers && call_of(other) == call_of(finding)
        })
    };
    let kept: Vec<bool> = findings.iter().map(|finding| !covered(finding)).collect();
    let mut merged: BTreeMap<(Place, &str), Finding> = BTreeMap::new();
    for (finding, kept) in findings.into_iter().zip(kept) {
        if !kept {
            continue;
        }
        let place = Place {
            message: String::new(),
            ..finding.primary.clone()
        };
        match merged.get_mut(&(place.clone(), finding.rule.id)) {
            Some(known) => {
                let mut finding = finding;
                // The worse one says what is worse about it.
                if finding.level > known.level {
                    std::mem::swap(known, &mut finding);
                }
                for related in finding.related {
                    if !known.related.contains(&related) {
                        known.related.push(related);
                    }
                }
                known.pedantic &= finding.pedantic;
            }
            None => {
                merged.insert((place, finding.rule.id), finding);
            }
        }
    }
    merged.into_values().collect()
}

/// The call a finding is about.
fn call_of(finding: &Finding) -> Span {
    let place = finding
        .related
        .iter()
        .find(|place| place.message == "the call")
        .unwrap_or(&finding.primary);
    place.span
}
