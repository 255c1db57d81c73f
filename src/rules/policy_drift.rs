//! `policy-drift`: services that verify with one key check different things.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::holders::Holders;
use crate::facts::{Algorithms, Check, Site, SiteKind};
use crate::finding::{Confidence, Finding};
use crate::models::schema::Slot;
use crate::project_facts::ProjectFacts;

pub(super) const ID: &str = "policy-drift";

/// What a policy is compared by.
const SLOTS: [(Slot, &str); 3] = [
    (Slot::Audience, "audience"),
    (Slot::Issuer, "issuer"),
    (Slot::Expiry, "expiry"),
];

pub(super) fn check(project: &ProjectFacts<'_>, findings: &mut Vec<Finding>) {
    for identity in &project.trust.identities {
        let holders = Holders::of(project, identity);
        let mut by_service: BTreeMap<usize, Vec<&Site>> = BTreeMap::new();
        for holding in &identity.holdings {
            let sites = holding
                .sites
                .iter()
                .copied()
                .filter(|site| site.kind == SiteKind::Verify);
            by_service.entry(holding.service).or_default().extend(sites);
        }
        by_service.retain(|_, sites| !sites.is_empty());
        if by_service.len() < 2 || identity.tie < 2 {
            continue;
        }
        // Who trusts one issuer from outside need have nothing else in common.
        if !identity.can_mint() && !identity.deployed_together {
            continue;
        }
        for (slot, claim) in SLOTS {
            drift(&holders, &by_service, (slot, claim), findings);
        }
    }
}

/// Whether all verifications of a service check a claim; `None` when that is not known of one.
fn checks(sites: &[&Site], slot: Slot) -> Option<bool> {
    let mut all = true;
    for site in sites {
        all &= match site.check(slot) {
            Check::Enforced | Check::ByHand | Check::RejectedIfPresent => true,
            // A token without expiry is another matter; with one it is checked.
            Check::IfPresent => slot == Slot::Expiry,
            Check::Disabled(_) | Check::Unchecked => false,
            Check::Until(_) | Check::Unknown => return None,
        };
    }
    Some(all)
}

fn drift(
    holders: &Holders<'_, '_>,
    by_service: &BTreeMap<usize, Vec<&Site>>,
    (slot, claim): (Slot, &str),
    findings: &mut Vec<Finding>,
) {
    let policies: BTreeMap<usize, bool> = by_service
        .iter()
        .filter_map(|(service, sites)| Some((*service, checks(sites, slot)?)))
        .collect();
    let strict: Vec<&str> = policies
        .iter()
        .filter(|(_, checks)| **checks)
        .map(|(service, _)| holders.name(*service))
        .collect();
    if strict.is_empty() {
        return;
    }
    let table: Vec<String> = by_service
        .iter()
        .map(|(service, sites)| {
            let verdict = match policies.get(service) {
                Some(true) => "checked",
                Some(false) => "not checked",
                None => "not known",
            };
            format!(
                "{}: {claim} {verdict}, algorithms {}",
                holders.name(*service),
                algorithms(sites)
            )
        })
        .collect();
    for (service, sites) in by_service {
        if policies.get(service) != Some(&false) {
            continue;
        }
        let Some(site) = sites
            .iter()
            .find(|site| checks(&[site], slot) == Some(false))
        else {
            continue;
        };
        let mut draft = Draft::new(ID, site, &site.place, &format!("the {claim} is not checked here"))
            .message(format!(
                "{} accepts tokens that {} would refuse: they verify with one key, but not all check the {claim} ({}).",
                holders.name(*service),
                super::holders::listed(&strict),
                table.join("; ")
            ))
            .remedy(site.fix(slot), "Agree on one policy, best in a package that all of them use.")
            .at_most(Confidence::Medium);
        for (other, sites) in by_service {
            if let (Some(true), Some(site)) = (policies.get(other), sites.first()) {
                draft = draft.related(&site.place, &format!("{} checks it", holders.name(*other)));
            }
        }
        draft.report(findings);
    }
}

fn algorithms(sites: &[&Site]) -> String {
    let mut names: Vec<&str> = sites
        .iter()
        .flat_map(|site| match &site.algorithms {
            Algorithms::Known { names, .. } => names.as_slice(),
            _ => &[],
        })
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        "not pinned".to_owned()
    } else {
        names.join(" ")
    }
}
