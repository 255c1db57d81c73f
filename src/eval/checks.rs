//! Which claims a call checks: by option, by default, by hand, or not at all.

use std::collections::BTreeMap;

use super::filled::{Filled, Truth};
use super::slots::Resolved;
use super::uses::ClaimsUse;
use super::value::{Kind, Value};
use super::{Evaluator, SiteRecord};
use crate::facts::Check;
use crate::models::schema::{Slot, UnsetClaim};

/// Claims whose check is a fact of its own, with their names in a token.
const CLAIMS: [(Slot, &str); 4] = [
    (Slot::Expiry, "exp"),
    (Slot::NotBefore, "nbf"),
    (Slot::Audience, "aud"),
    (Slot::Issuer, "iss"),
];

/// Claims that do the work of another one when they are held against a value.
///
/// A proof of possession has neither `exp` nor `aud`, and nobody issues it: how old it may be is told from `iat`, and what
/// it is for from `htu` (RFC 9449, 4.3). Access tokens of some providers name the client alone: `azp` (OpenID Connect Core 3.1.3.7),
/// `client_id` (RFC 9068, 2.2; the documentation of Amazon Cognito).
fn in_place_of(slot: Slot) -> &'static [&'static str] {
    match slot {
        Slot::Expiry => &["iat"],
        Slot::Audience => &["htu", "azp", "client_id"],
        Slot::Issuer => &["htu"],
        _ => &[],
    }
}

/// Checks that are about the key and where it comes from, and of the type that says what a token proves.
const KEY_CHECKS: [Slot; 6] = [
    Slot::KeySource,
    Slot::Type,
    Slot::Cache,
    Slot::RateLimit,
    Slot::Refresh,
    Slot::Transport,
];

pub(super) fn checks(evaluator: &Evaluator<'_>, record: &SiteRecord<'_>) -> BTreeMap<Slot, Check> {
    let mut checks = BTreeMap::new();
    for (slot, name) in CLAIMS {
        checks.insert(slot, claim_check(evaluator, record, slot, name));
    }
    let signature = match record.resolved.off.get(&Slot::Signature) {
        Some((Truth::Yes, span)) => {
            Check::Disabled(evaluator.place(*span, "switches the signature check off"))
        }
        Some(_) => Check::Unknown,
        None if record.resolved.policy_unknown => Check::Unknown,
        None => Check::Enforced,
    };
    checks.insert(Slot::Signature, signature);
    for slot in KEY_CHECKS {
        checks.insert(slot, key_check(evaluator, record, slot));
    }
    checks
}

/// What is said of the source of a key: a filled slot is one that is switched on.
fn key_check(evaluator: &Evaluator<'_>, record: &SiteRecord<'_>, slot: Slot) -> Check {
    let resolved = &record.resolved;
    match resolved.off.get(&slot) {
        Some((Truth::Yes, span)) => {
            return Check::Disabled(evaluator.place(*span, "this does it"));
        }
        Some(_) => return Check::Unknown,
        None => {}
    }
    match resolved.slots.get(&slot) {
        Some(Filled::Yes(..)) => return Check::Enforced,
        Some(Filled::Maybe(..) | Filled::Unknown) => return Check::Unknown,
        _ => {}
    }
    match resolved.unset.claims.get(&slot) {
        Some(UnsetClaim::Unchecked) => Check::Unchecked,
        _ => Check::Unknown,
    }
}

fn claim_check(
    evaluator: &Evaluator<'_>,
    record: &SiteRecord<'_>,
    slot: Slot,
    name: &str,
) -> Check {
    let resolved = &record.resolved;
    let uses = &record.uses;
    let in_place = in_place_of(slot)
        .iter()
        .any(|name| uses.decided.contains(*name));
    let by_hand = uses.compared.contains(name)
        || uses.handed_on.contains(name)
        || evaluator.is_read_from_store(uses, name);
    if slot == Slot::Expiry {
        let age = resolved.slots.get(&Slot::MaxAge);
        if matches!(age, Some(Filled::Yes(value, _)) if !matches!(value.kind, Kind::Null)) {
            return Check::Enforced;
        }
    }
    if slot == Slot::Expiry
        && let Some(span) = record.expiry_swallowed
        && record.uses.is_untouched()
    {
        return Check::Disabled(evaluator.place(span, "an expired token is taken all the same"));
    }
    match resolved.off.get(&slot) {
        _ if by_hand => return Check::ByHand,
        Some((Truth::Yes, _)) if in_place => return Check::ByHand,
        Some((Truth::Yes, span)) => {
            return Check::Disabled(evaluator.place(*span, "switches this check off"));
        }
        Some(_) => return Check::Unknown,
        None => {}
    }
    let demand = demand(resolved, slot, name);
    match resolved.slots.get(&slot) {
        Some(Filled::Yes(value, _)) if !matches!(value.kind, Kind::Null | Kind::Bool(false)) => {
            let absent_accepted = resolved.unset.absent_accepted.contains(&slot);
            return if absent_accepted && demand == Truth::No {
                Check::IfPresent
            } else {
                Check::Enforced
            };
        }
        Some(Filled::Maybe(..) | Filled::Unknown) => return Check::Unknown,
        _ => {}
    }
    if resolved.policy_unknown {
        return Check::Unknown;
    }
    match resolved.unset.claims.get(&slot) {
        // A list of required claims replaces the library's own.
        Some(UnsetClaim::Required) if demand == Truth::No && resolved.has(Slot::Required) => {
            Check::IfPresent
        }
        Some(UnsetClaim::Required) => Check::Enforced,
        Some(UnsetClaim::IfPresent) if demand == Truth::Yes => Check::Enforced,
        Some(UnsetClaim::IfPresent) if demand == Truth::Unknown => Check::Unknown,
        Some(UnsetClaim::IfPresent) => Check::IfPresent,
        Some(UnsetClaim::Unchecked) if in_place => Check::ByHand,
        Some(UnsetClaim::Unchecked) if checks_itself(resolved, uses) => Check::Unknown,
        Some(UnsetClaim::Unchecked) => Check::Unchecked,
        Some(UnsetClaim::RejectedIfPresent) => Check::RejectedIfPresent,
        Some(UnsetClaim::Until(call)) if has_called(uses, call) => Check::IfPresent,
        Some(UnsetClaim::Until(_)) if uses.handed_on.contains("") => Check::Unknown,
        Some(UnsetClaim::Until(call)) => Check::Until(call.clone()),
        Some(UnsetClaim::Elsewhere) | None => Check::Unknown,
    }
}

/// Whether the call demands that a token has the claim.
fn demand(resolved: &Resolved<'_>, slot: Slot, name: &str) -> Truth {
    if let Some(truth) = resolved.demanded.get(&slot) {
        return *truth;
    }
    let names = match resolved.slots.get(&Slot::Required) {
        Some(Filled::Yes(value, _)) => required_claims(value),
        Some(Filled::Unknown | Filled::Maybe(..)) => None,
        _ => Some(Vec::new()),
    };
    match names {
        Some(names) if names.iter().any(|claim| claim == name) => Truth::Yes,
        Some(_) => Truth::No,
        None => Truth::Unknown,
    }
}

/// Whether a method was called on the claims; `validate_exp` counts as a part of `validate`.
pub(super) fn has_called(uses: &ClaimsUse, call: &str) -> bool {
    uses.called.iter().any(|called| {
        called
            .strip_prefix(call)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    })
}

/// The same, or the claims left this code's sight.
pub(super) fn may_have_called(uses: &ClaimsUse, call: &str) -> bool {
    has_called(uses, call) || uses.handed_on.contains("")
}

/// Whether a method of the claims was called whose name says that it checks them. A method that the library has for
/// it does what the library says and no more.
fn checks_itself(resolved: &Resolved<'_>, uses: &ClaimsUse) -> bool {
    const WORDS: &[&str] = &["valid", "check", "verify", "expire", "ensure", "assert"];
    let library_has_one = resolved
        .unset
        .claims
        .values()
        .any(|claim| matches!(claim, UnsetClaim::Until(_)));
    !library_has_one
        && uses.called.iter().any(|name| {
            let name = name.to_ascii_lowercase();
            WORDS.iter().any(|word| name.contains(word))
        })
}

/// Names in a list of required claims; `None` when it may hold any.
fn required_claims(value: &Value) -> Option<Vec<String>> {
    match &value.kind {
        Kind::List(list) if !list.borrow().open => {
            let list = list.borrow();
            list.items
                .iter()
                .map(|item| Some(item.as_text()?.reveal().to_owned()))
                .collect()
        }
        Kind::Text(text) => Some(vec![text.reveal().to_owned()]),
        Kind::Null => Some(Vec::new()),
        _ => None,
    }
}
