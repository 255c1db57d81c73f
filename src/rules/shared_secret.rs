//! `shared-secret`: one HMAC secret or private key in several services.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::holders::Holders;
use super::strength::weakness;
use super::verifier_can_mint;
use crate::finding::{Confidence, Finding, Level};
use crate::project_facts::ProjectFacts;
use crate::services::{Holding, Identity, Role, SaidBy};

pub(super) const ID: &str = "shared-secret";

/// Proof that is weaker than this is a name alone.
const MORE_THAN_A_NAME: u8 = 2;

/// From here on it is more than the same text in two places.
const SAME_SOURCE: u8 = 4;

pub(super) fn check(project: &ProjectFacts<'_>, findings: &mut Vec<Finding>) {
    for (number, identity) in project.trust.identities.iter().enumerate() {
        if let Some(sharing) = Sharing::of(project, identity) {
            sharing.report(number, findings);
        }
    }
}

/// The services that hold one secret or private key, when that is certain enough for a warning.
pub(super) fn sharers<'p, 'a>(
    project: &'p ProjectFacts<'a>,
    identity: &'p Identity<'a>,
) -> Option<Holders<'p, 'a>> {
    let sharing = Sharing::of(project, identity)?;
    let certain = sharing.level >= Level::Warning && identity.tie >= SAME_SOURCE;
    certain.then_some(sharing.holders)
}

struct Sharing<'p, 'a> {
    holders: Holders<'p, 'a>,
    level: Level,
    confidence: Confidence,
}

impl<'p, 'a> Sharing<'p, 'a> {
    /// `None` where nothing is shared, or too little says that it is.
    fn of(project: &'p ProjectFacts<'a>, identity: &'p Identity<'a>) -> Option<Self> {
        if !identity.can_mint() {
            return None;
        }
        let holders = Holders::of(project, identity);
        let uses = |role: &Role| role.is_active() || !role.only_holds;
        let users = holders.roles.values().filter(|role| uses(role)).count();
        if holders.roles.len() < 2 || users == 0 {
            return None;
        }
        let mints = holders.roles.values().any(|role| role.mints);
        let is_split = mints && holders.roles.values().any(|role| role.only_verifies());
        let said_otherwise = |holding: &&Holding<'a>| holding.said_by != SaidBy::Name;
        let known: BTreeSet<usize> = (identity.holdings.iter().filter(said_otherwise))
            .map(|holding| holding.service)
            .collect();
        let mut level = Level::Warning;
        let mut confidence = match known.len() {
            0 | 1 => Confidence::Medium,
            _ => Confidence::High,
        };
        if identity.tie < MORE_THAN_A_NAME {
            if !is_split {
                return None;
            }
            level = Level::Note;
            confidence = Confidence::Low;
        } else if identity.tie < SAME_SOURCE {
            confidence = confidence.min(Confidence::Medium);
        }
        // The same well-known word in two places that nothing else ties together may be two words.
        if !identity.deployed_together && !is_split && is_weak(project, identity) {
            return None;
        }
        let handed: BTreeSet<usize> = (identity.holdings.iter())
            .filter(|holding| holding.handed)
            .map(|holding| holding.service)
            .collect();
        let idle = |(_, role): &(&usize, &Role)| !uses(role);
        let idle = holders.roles.iter().filter(idle);
        let is_handed_out = idle.clone().count() > 0
            && idle
                .map(|(service, _)| service)
                .all(|of| handed.contains(of));
        let is_used = holders.roles.values().any(|role| role.is_active());
        if users < 2 && is_handed_out && is_used && identity.tie >= SAME_SOURCE {
            // Their own code does nothing with it, but somebody meant them to have it.
            confidence = confidence.min(Confidence::Medium);
        } else if users < 2 {
            // Handed to services that do nothing with it.
            let has_code = |service: &usize| {
                let services = &project.trust.services;
                services
                    .get(*service)
                    .is_some_and(|service| service.folder.is_some())
            };
            if !holders.roles.keys().all(has_code) || identity.tie < SAME_SOURCE {
                return None;
            }
            level = Level::Note;
        }
        Some(Self {
            holders,
            level,
            confidence,
        })
    }

    fn report(&self, number: usize, findings: &mut Vec<Finding>) {
        let holders = &self.holders;
        let identity = holders.identity;
        let count = holders.roles.len();
        let private = identity.is_private();
        let what = if private {
            "private key"
        } else {
            "HMAC secret"
        };
        let named = match identity.name.as_str() {
            "" => format!("One {what}"),
            name => format!("The {what} {name}"),
        };
        let doubt = if identity.tie < MORE_THAN_A_NAME {
            " if the variable of that name holds one value"
        } else {
            ""
        };
        let advice = self.advice(private);
        for holding in &holders.places {
            let place = &holding.place;
            let role = holders
                .roles
                .get(&holding.service)
                .copied()
                .unwrap_or_default();
            let draft = Draft::of_file(ID, place, holding.context, "held by more than one service")
                .message(format!(
                    "{named} is in {count} services{doubt}, and each of them can mint tokens that the others accept: {}.",
                    holders.described(&place.path)
                ))
                .remedy(None, &advice)
                .level(self.level)
                .together(number)
                .at_most(self.confidence)
                .also((role.only_verifies() && !private).then_some(verifier_can_mint::ID));
            holders.link(draft, place).report(findings);
        }
    }

    /// Who keeps the private key, who gets the public one, and in which order.
    fn advice(&self, private: bool) -> String {
        let holders = &self.holders;
        let minters = holders.roles.iter().filter(|(_, role)| role.mints).count();
        let minter = match minters {
            0 => "the one service that issues tokens".to_owned(),
            1 => holders.names(|_, role| role.mints),
            _ => format!("one of {}", holders.names(|_, role| role.mints)),
        };
        let others = match minters {
            0 => "the others".to_owned(),
            1 => holders.names(|_, role| !role.mints),
            _ => "the others".to_owned(),
        };
        let others = if others.is_empty() {
            "the others".to_owned()
        } else {
            others
        };
        if private {
            return format!(
                "Leave the private key with {minter} alone, and give {others} the public key, best from a JWKS address. \
                 Then replace the key: publish the new public key, let {others} accept both, switch {minter}, and retire the old one."
            );
        }
        format!(
            "Let {minter} sign with a private key that it alone holds (RS256, ES256 or EdDSA), and give {others} its public \
             key, best from a JWKS address. In this order: publish the public key; let {others} accept it beside the \
             secret; switch {minter} to the private key; take the secret away when the last token it signed has expired."
        )
    }
}

fn is_weak(project: &ProjectFacts<'_>, identity: &Identity<'_>) -> bool {
    const SHORT: usize = 24;
    let mut values = identity
        .holdings
        .iter()
        .filter_map(|holding| holding.value.as_ref());
    let mut literals = identity
        .holdings
        .iter()
        .flat_map(|holding| &holding.sites)
        .flat_map(|site| &site.keys)
        .filter_map(|key| key.material.literal());
    let weak = |text: &crate::syntax::ir::Literal| {
        weakness(text, text.reveal().len(), SHORT, &project.known_keys).is_some()
    };
    values.any(|value| weak(&value.text)) || literals.any(|(text, ..)| weak(text))
}
