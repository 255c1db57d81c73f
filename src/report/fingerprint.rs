//! jotlint's own fingerprint of a finding, for baselines: it survives moved lines and reformatting.
//!
//! It is made of the rule, the path, the functions around the place, the library's name, what is wrong there, and the
//! ordinal among findings that agree in all of these. No source text goes in: it may hold a secret, and a hash of a
//! short secret can be guessed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::finding::Finding;

/// Bytes of the hash that are kept.
const KEPT: usize = 8;

/// Gives every finding its fingerprint. The order of the findings does not matter.
pub fn assign(findings: &mut [Finding]) {
    let mut in_order: Vec<usize> = (0..findings.len()).collect();
    in_order.sort_by_key(|index| findings[*index].primary.span);
    let mut seen: BTreeMap<[String; 5], u32> = BTreeMap::new();
    for index in in_order {
        let finding = &mut findings[index];
        let identity = identity(finding);
        let ordinal = seen.entry(identity.clone()).or_default();
        finding.fingerprint = fingerprint(&identity, *ordinal);
        *ordinal += 1;
    }
}

fn identity(finding: &Finding) -> [String; 5] {
    let library = finding.library.as_deref().unwrap_or_default();
    [
        finding.rule.id.to_owned(),
        finding.primary.path.clone(),
        finding.scope.clone(),
        // An upgrade does not make it another finding.
        library
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned(),
        finding.primary.message.clone(),
    ]
}

fn fingerprint(identity: &[String; 5], ordinal: u32) -> String {
    let mut hasher = Sha256::new();
    for part in identity {
        // The length keeps neighbouring parts apart.
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.update(ordinal.to_le_bytes());
    let mut shown = String::with_capacity(2 * KEPT);
    for byte in hasher.finalize().iter().take(KEPT) {
        // Writing into a String does not fail.
        let _ = write!(shown, "{byte:02x}");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::source::Span;

    fn fingerprints(findings: &mut [Finding]) -> Vec<String> {
        assign(findings);
        findings
            .iter()
            .map(|finding| finding.fingerprint.clone())
            .collect()
    }

    #[test]
    fn moved_lines_and_upgrades_change_nothing() {
        let finding = sample::finding("src/a.js", Span::new(10, 20), "`none` is allowed");
        let mut moved = finding.clone();
        moved.primary.span = Span::new(500, 512);
        moved.library = Some("web-token 10.0.0 (package-lock.json)".into());
        let before = fingerprints(&mut [finding]);
        assert_eq!(before[0].len(), 16);
        assert_eq!(fingerprints(&mut [moved]), before);
    }

    #[test]
    fn equal_findings_are_told_apart_by_position() {
        let first = sample::finding("src/a.js", Span::new(10, 20), "`none` is allowed");
        let second = sample::finding("src/a.js", Span::new(30, 40), "`none` is allowed");
        let in_order = fingerprints(&mut [first.clone(), second.clone()]);
        assert_ne!(in_order[0], in_order[1]);
        let mut swapped = fingerprints(&mut [second, first]);
        swapped.reverse();
        assert_eq!(swapped, in_order);
    }

    #[test]
    fn path_scope_and_message_make_a_difference() {
        let finding = sample::finding("src/a.js", Span::new(10, 20), "`none` is allowed");
        let mut others = vec![finding.clone(), finding.clone(), finding.clone(), finding];
        others[1].primary.path = "src/b.js".into();
        others[2].scope = "Auth.login".into();
        others[3].primary.message = "no algorithms".into();
        let mut found = fingerprints(&mut others);
        found.sort();
        found.dedup();
        assert_eq!(found.len(), 4);
    }
}
