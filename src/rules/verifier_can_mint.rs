//! `verifier-can-mint`: a service that only verifies holds the private key of tokens.
//!
//! Where it is a secret or key that another service of the tree holds too, it is one finding of `shared-secret`.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::holders::Holders;
use crate::finding::{Confidence, Finding};
use crate::project_facts::ProjectFacts;
use crate::services::{Part, Role};

pub(super) const ID: &str = "verifier-can-mint";

pub(super) fn check(project: &ProjectFacts<'_>, findings: &mut Vec<Finding>) {
    let minters: BTreeSet<usize> = project
        .trust
        .identities
        .iter()
        .flat_map(|identity| identity.holders())
        .filter(|(_, role)| role.mints)
        .map(|(service, _)| service)
        .collect();
    for identity in &project.trust.identities {
        let holders = Holders::of(project, identity);
        let is_alone = holders.roles.len() == 1;
        for (service, role) in &holders.roles {
            let mints_otherwise = minters.contains(service);
            let others_mint = minters.iter().any(|minter| minter != service);
            if !is_alone || !role.only_verifies() || mints_otherwise || !others_mint {
                continue;
            }
            for holding in &holders.places {
                if holding.part != Part::Private {
                    continue;
                }
                let name = holders.name(*service);
                let minter = minter_names(project, *service);
                let draft = Draft::of_file(ID, &holding.place, holding.context, "can mint, and only has to verify")
                    .message(format!(
                        "{name} only verifies tokens, but holds a private key: whoever takes {name} over can mint. Tokens \
                         are minted by {minter}."
                    ))
                    .remedy(
                        None,
                        &format!("Give {name} the public key, or the JWKS address of {minter}, and take the private key away."),
                    )
                    .at_most(Confidence::Medium);
                holders.link(draft, &holding.place).report(findings);
            }
        }
    }
}

fn minter_names(project: &ProjectFacts<'_>, but: usize) -> String {
    let mut names = BTreeSet::new();
    for (service, role) in project
        .trust
        .identities
        .iter()
        .flat_map(|identity| identity.holders())
    {
        if Role::default() != role && role.mints && service != but {
            names.extend(
                project
                    .trust
                    .services
                    .get(service)
                    .map(|service| service.name.as_str()),
            );
        }
    }
    super::holders::listed(&names.into_iter().collect::<Vec<_>>())
}
