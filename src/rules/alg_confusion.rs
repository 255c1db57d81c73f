//! `alg-confusion`: one key material for HMAC and for signatures, so that a public key can forge tokens.

use super::algorithm::{is_asymmetric, is_hmac, skips_signature};
use super::draft::Draft;
use crate::facts::{Algorithms, FileFacts, Site, SiteKind};
use crate::finding::{Finding, Level, Place};
use crate::models::schema::{KeyKind, Slot, UnsetAlgorithms};

pub(super) const ID: &str = "alg-confusion";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in facts
        .sites
        .iter()
        .filter(|site| matches!(site.kind, SiteKind::Verify | SiteKind::Register))
        .filter(|site| !skips_signature(site))
    {
        let library = &site.library.name;
        let noun = site.noun();
        match &site.algorithms {
            algorithms if takes_hmac(algorithms) && public_as_secret(site) => {
                let by_hand = site.handed_over.as_ref().unwrap_or(&site.place);
                let place = public_material(site).unwrap_or(by_hand);
                report_public_secret(site, place, findings);
            }
            Algorithms::Known {
                names,
                place: Some(place),
                apart: false,
                ..
            } if mixes(names) => {
                let message = format!(
                    "This {library} {noun} accepts HMAC and signature algorithms for the same key: whoever has the \
                     public key can sign a token with it as HMAC secret."
                );
                report(
                    site,
                    place,
                    "HMAC and signatures mixed",
                    message,
                    site.family_bound,
                    findings,
                );
            }
            Algorithms::Known { names, .. }
                if names.iter().all(|name| is_hmac(name)) && !names.is_empty() =>
            {
                let written = public_material(site);
                let of_file = || {
                    let is_file = site.keys.iter().any(|key| key.material.is_public_file());
                    let by_hand = site.handed_over.as_ref().unwrap_or(&site.place);
                    (is_file && !site.family_bound).then_some(by_hand)
                };
                if let Some(place) = written.or_else(of_file) {
                    report_public_secret(site, place, findings);
                }
            }
            Algorithms::Unset(UnsetAlgorithms::Header)
                if site.key_kind() == Some(KeyKind::Public) && !site.family_bound =>
            {
                let message = format!(
                    "This {library} {noun} has no allowlist and a public key: a token that says HS256 is checked with \
                     the public key as secret, so anyone can forge one."
                );
                report(
                    site,
                    &site.place,
                    "no allowlist for a public key",
                    message,
                    false,
                    findings,
                );
            }
            _ => {}
        }
    }
}

/// Says that a public key is a secret for HMAC.
fn report_public_secret(site: &Site, place: &Place, findings: &mut Vec<Finding>) {
    let library = &site.library.name;
    let message = format!(
        "A public key is the HMAC secret of this {library} call: whoever has the public key can mint."
    );
    let label = "a public key used as HMAC secret";
    report(site, place, label, message, false, findings);
}

/// Whether a call may take HMAC algorithms.
fn takes_hmac(algorithms: &Algorithms) -> bool {
    match algorithms {
        Algorithms::Known { names, .. } => names.iter().any(|name| is_hmac(name)),
        Algorithms::Unset(unset) => matches!(
            unset,
            UnsetAlgorithms::ByKey | UnsetAlgorithms::ByKeyText | UnsetAlgorithms::Header
        ),
        Algorithms::FromHeader(_) | Algorithms::Unknown => false,
    }
}

/// Whether the code makes a secret of a public key.
fn public_as_secret(site: &Site) -> bool {
    site.keys.iter().any(|key| key.public_as_secret)
}

fn mixes(names: &[String]) -> bool {
    names.iter().any(|name| is_hmac(name)) && names.iter().any(|name| is_asymmetric(name))
}

/// Where a public key is written that a call with HMAC algorithms is given.
fn public_material(site: &Site) -> Option<&Place> {
    site.keys.iter().find_map(|key| {
        let (text, place, _) = key.material.literal()?;
        let is_public =
            text.reveal().contains("-----BEGIN") && !text.reveal().contains("PRIVATE KEY-----");
        is_public.then_some(place)
    })
}

fn report(
    site: &Site,
    place: &Place,
    label: &str,
    message: String,
    family_bound: bool,
    findings: &mut Vec<Finding>,
) {
    let draft = Draft::new(ID, site, place, label)
        .message(message)
        .remedy(
            site.fix(Slot::Algorithms),
            "Allow one family: the algorithm of the key that is given.",
        )
        .related(&site.place, "the call");
    // The library keeps the families apart by the key's type: the list is careless, not forgeable.
    let draft = if family_bound {
        draft.level(Level::Note).pedantic()
    } else {
        draft
    };
    draft.report(findings);
}
