//! `alg-none`: unsigned tokens are accepted or minted.

use super::algorithm::is_none;
use super::draft::Draft;
use crate::facts::{Algorithms, Check, FileFacts, Material, Site, SiteKind};
use crate::finding::{Finding, Place};
use crate::models::schema::{Slot, UnsetAlgorithms};

pub(super) const ID: &str = "alg-none";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in &facts.sites {
        match site.kind {
            SiteKind::Verify | SiteKind::Register => verifies(site, findings),
            SiteKind::Mint => mints(site, findings),
            _ => {}
        }
    }
}

fn verifies(site: &Site, findings: &mut Vec<Finding>) {
    let name = &site.library.name;
    let noun = site.noun();
    match &site.algorithms {
        Algorithms::Known { names, place, .. }
            if names.iter().any(|name| is_none(name)) && !site.none_refused =>
        {
            let message = if place.is_some() {
                format!(
                    "The allowlist of this {name} {noun} holds `none`, so a token without a signature can pass."
                )
            } else {
                format!("This {name} {noun} reads tokens without a signature.")
            };
            report(
                site,
                place.as_ref(),
                "`none` is accepted",
                message,
                findings,
            );
        }
        Algorithms::Unset(UnsetAlgorithms::Unsigned) => {
            let message = format!(
                "Without an allowlist this version of {name} accepts unsigned tokens, whatever the key is."
            );
            report(site, None, "unsigned tokens pass here", message, findings);
        }
        Algorithms::Unset(UnsetAlgorithms::ByKeyText) if has_no_key(site) => {
            let message = format!(
                "This {name} {noun} has no key and no allowlist, so it accepts unsigned tokens."
            );
            report(site, None, "no key, no allowlist", message, findings);
        }
        _ => {}
    }
}

fn has_no_key(site: &Site) -> bool {
    let empty = |material: &Material| match material {
        Material::Nothing => true,
        Material::Literal { text, .. } => text.reveal().is_empty(),
        _ => false,
    };
    site.keys.iter().any(|key| empty(&key.material))
}

fn mints(site: &Site, findings: &mut Vec<Finding>) {
    let by_name = match &site.algorithms {
        Algorithms::Known { names, place, .. }
            if names.iter().any(|name| is_none(name)) && !site.none_refused =>
        {
            Some(place.as_ref())
        }
        _ => None,
    };
    let switched_off = match site.check(Slot::Signature) {
        Check::Disabled(place) => Some(Some(place)),
        _ => None,
    };
    if let Some(place) = by_name.or(switched_off) {
        let message = format!(
            "This {} call mints a token without a signature.",
            site.library.name
        );
        report(site, place, "minted unsigned", message, findings);
    }
}

fn report(
    site: &Site,
    place: Option<&Place>,
    label: &str,
    message: String,
    findings: &mut Vec<Finding>,
) {
    let advice = site
        .fix(Slot::Algorithms)
        .filter(|_| site.kind != SiteKind::Mint);
    let otherwise = match site.kind {
        SiteKind::Mint => "Sign it with a key and the algorithm of that key.",
        _ => "Allow exactly the algorithm that your keys are for.",
    };
    Draft::new(ID, site, place.unwrap_or(&site.place), label)
        .message(message)
        .remedy(advice, otherwise)
        .related(&site.place, "the call")
        .report(findings);
}
