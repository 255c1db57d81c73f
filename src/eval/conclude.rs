//! From what was noted to facts: what each call checks, mints and is keyed with.

use std::collections::{BTreeMap, BTreeSet};

use super::material::pem_kind;
use super::slots::{Filled, Truth, UnsetFacts};
use super::uses::ClaimsUse;
use super::value::{Kind, Value};
use super::{BUDGET, Evaluator, SettingRecord, SiteRecord};
use crate::facts::{
    Algorithms, Check, ClaimsUse as UseFact, FileFacts, InertOption, Key, LibraryFact, Lifetime,
    Material, MintFact, Site, SiteKind,
};
use crate::finding::Place;
use crate::models::catalog::Found;
use crate::models::schema::{
    KeyKind, ResultKind, Role, SettingModel, Slot, UnsetClaim, UnsetLifetime,
};
use crate::redact::Redactor;

/// Claims whose check is a fact of its own, with their names in a token.
const CLAIMS: [(Slot, &str); 4] = [
    (Slot::Expiry, "exp"),
    (Slot::NotBefore, "nbf"),
    (Slot::Audience, "aud"),
    (Slot::Issuer, "iss"),
];

/// The facts of a file that was evaluated.
pub(super) fn conclude(evaluator: &Evaluator<'_>) -> FileFacts {
    let mut sites: Vec<Site> = evaluator
        .sites
        .iter()
        .map(|record| site(evaluator, record))
        .collect();
    sites.extend(setting_sites(evaluator));
    sites.sort_by(|a, b| a.place.span.cmp(&b.place.span).then(a.kind.cmp(&b.kind)));
    let mut redactor = Redactor::default();
    for key in sites.iter().flat_map(|site| &site.keys) {
        if let Some((text, place, _)) = key.material.literal()
            && pem_kind(text.reveal()) != Some(KeyKind::Public)
        {
            redactor.add(text, Some((&place.path, place.span)));
        }
    }
    FileFacts {
        path: evaluator.input.source.path.clone(),
        sites,
        cut: evaluator.steps > BUDGET,
        redactor,
        browser: false,
        now: 0,
        tokens: super::token::literals(evaluator),
    }
}

fn site(evaluator: &Evaluator<'_>, record: &SiteRecord<'_>) -> Site {
    let kind = match record.api.item.role {
        Role::Mint => SiteKind::Mint,
        Role::Verify => SiteKind::Verify,
        Role::Decode => SiteKind::Decode,
        Role::Header => SiteKind::Header,
        Role::Key => SiteKind::Key,
        Role::Jwks => SiteKind::Jwks,
        _ => SiteKind::Register,
    };
    let resolved = &record.resolved;
    let algorithms = algorithms(evaluator, record);
    let slot = |slot: Slot| resolved.slots.get(&slot).unwrap_or(&Filled::No);
    let from_callback = matches!(&record.api.item.slots.get(&Slot::Key), Some(source)
        if source.0.iter().any(|place| matches!(place, crate::models::source::Place::Return(_))))
        && record.call.positional.iter().any(|(value, span)| {
            matches!(value.kind, Kind::Function(_))
                && matches!(slot(Slot::Key), Filled::Yes(_, at) if at == span)
        });
    let key_slot = if matches!(kind, SiteKind::Key | SiteKind::Jwks) {
        Slot::Material
    } else {
        Slot::Key
    };
    // A library that finds its keys by itself still has keys.
    let by_itself = kind == SiteKind::Verify
        && resolved.kind.is_some()
        && !record.api.item.slots.contains_key(&Slot::Key);
    let filled = match slot(key_slot) {
        Filled::No if by_itself => &Filled::Unknown,
        filled => filled,
    };
    let mut keys = evaluator.keys(filled, resolved.kind, from_callback);
    for key in &mut keys {
        key.kind = key
            .kind
            .or_else(|| kind_by_algorithms(&algorithms, kind))
            .or_else(|| kind_by_material(key));
        if kind == SiteKind::Key {
            key.encoding = record.api.item.encoding.unwrap_or(key.encoding);
        }
    }
    let token = match slot(Slot::Token) {
        Filled::Yes(value, _) | Filled::Maybe(value, _) => value.path(),
        _ => String::new(),
    };
    let mut fix = record.api.library.fix.clone();
    fix.extend(
        record
            .api
            .item
            .fix
            .iter()
            .map(|(slot, text)| (*slot, text.clone())),
    );
    Site {
        kind,
        place: evaluator.place(record.call.name, ""),
        span: record.call.span,
        scope: record.scope.clone(),
        library: LibraryFact {
            name: record.api.library.name.clone(),
            version: record.version.clone(),
            fix,
        },
        context: None,
        checks: checks(evaluator, record),
        inert: resolved
            .inert
            .iter()
            .filter(|(option, ..)| {
                option
                    .until
                    .as_ref()
                    .is_none_or(|call| !may_have_called(&record.uses, call))
            })
            .map(|(option, _, span)| InertOption {
                place: evaluator.place(*span, "this does nothing"),
                slot: option.slot,
                because: option.because.clone(),
                fix: option.fix.clone(),
            })
            .collect(),
        uses: use_fact(&record.uses),
        mint: (kind == SiteKind::Mint).then(|| mint(resolved)),
        keys,
        algorithms,
        token,
        family_bound: resolved.unset.family_bound,
        none_refused: resolved.unset.none_refused,
        empty_key_accepted: resolved.unset.empty_key_accepted,
        result_ignored: result_ignored(record),
        moment: record.moment,
        shares_framework_secret: false,
    }
}

/// Whether nobody looks at a result that says whether the token is good.
fn result_ignored(record: &SiteRecord<'_>) -> bool {
    let uses = &record.uses;
    let untouched = uses.read.is_empty()
        && uses.compared.is_empty()
        && uses.handed_on.is_empty()
        && uses.called.is_empty()
        && !uses.returned;
    match record.api.item.result {
        ResultKind::Throws => false,
        ResultKind::Returned => untouched,
        ResultKind::Promise => untouched && !uses.awaited,
    }
}

fn use_fact(uses: &ClaimsUse) -> UseFact {
    UseFact {
        read: uses.read.clone(),
        compared: uses.compared.clone(),
        handed_on: uses.handed_on.clone(),
        called: uses.called.clone(),
        returned: uses.returned,
        first_compared: uses.first_compared,
    }
}

fn algorithms(evaluator: &Evaluator<'_>, record: &SiteRecord<'_>) -> Algorithms {
    let resolved = &record.resolved;
    let (value, span) = match resolved.slots.get(&Slot::Algorithms) {
        Some(Filled::Yes(value, span)) if !matches!(value.kind, Kind::Null) => (value, *span),
        Some(Filled::Maybe(..) | Filled::Unknown) => return Algorithms::Unknown,
        _ => {
            return match (
                resolved.defaults.get(&Slot::Algorithms),
                resolved.unset.algorithms,
            ) {
                _ if resolved.policy_unknown => Algorithms::Unknown,
                (Some(default), _) => Algorithms::Known {
                    names: vec![default.clone()],
                    place: None,
                    open: false,
                },
                (None, Some(unset)) => Algorithms::Unset(unset),
                (None, None) => Algorithms::Unknown,
            };
        }
    };
    let mut names = Vec::new();
    let mut open = false;
    let mut from_header = None;
    let mut waiting = vec![value.clone()];
    while let Some(value) = waiting.pop() {
        if value.is_header_algorithm() && !matches!(value.kind, Kind::OneOf(_)) {
            from_header = Some(value.origin().unwrap_or(span));
            continue;
        }
        match &value.kind {
            Kind::List(list) => {
                let list = list.borrow();
                open |= list.open;
                waiting.extend(list.items.iter().cloned());
            }
            Kind::OneOf(values) => waiting.extend(values.iter().cloned()),
            Kind::Text(text) => names.push(text.reveal().to_owned()),
            Kind::Symbol(symbol) => names.extend(
                symbol
                    .path
                    .last()
                    .filter(|name| is_algorithm(name))
                    .cloned(),
            ),
            Kind::Environment { fallback, .. } | Kind::Setting { fallback, .. } => {
                open = true;
                waiting.extend(fallback.iter().map(|fallback| fallback.as_ref().clone()));
            }
            _ => open = true,
        }
        if names.is_empty() && matches!(value.kind, Kind::Symbol(_)) {
            open = true;
        }
    }
    names.sort();
    names.dedup();
    match from_header {
        Some(_) if record.guarded => Algorithms::Unknown,
        Some(span) => {
            Algorithms::FromHeader(evaluator.place(span, "the token's own header decides"))
        }
        None if names.is_empty() && open => Algorithms::Unknown,
        None => Algorithms::Known {
            names,
            place: Some(evaluator.place(span, "")),
            open,
        },
    }
}

fn is_algorithm(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    upper == "NONE"
        || upper.starts_with("ED")
        || (upper.len() >= 5
            && ["HS", "RS", "PS", "ES"]
                .iter()
                .any(|family| upper.starts_with(family)))
}

/// HMAC, or `None` for names that say nothing.
fn is_hmac(name: &str) -> Option<bool> {
    let upper = name.to_ascii_uppercase();
    if upper.starts_with("HS") {
        Some(true)
    } else if ["RS", "PS", "ES", "ED"]
        .iter()
        .any(|family| upper.starts_with(family))
    {
        Some(false)
    } else {
        None
    }
}

fn kind_by_algorithms(algorithms: &Algorithms, site: SiteKind) -> Option<KeyKind> {
    let Algorithms::Known {
        names, open: false, ..
    } = algorithms
    else {
        return None;
    };
    let families: BTreeSet<bool> = names.iter().filter_map(|name| is_hmac(name)).collect();
    match (families.len(), families.first()?) {
        (1, true) => Some(KeyKind::Secret),
        (1, false) if site == SiteKind::Mint => Some(KeyKind::Private),
        (1, false) => Some(KeyKind::Public),
        _ => None,
    }
}

fn kind_by_material(key: &Key) -> Option<KeyKind> {
    key.material
        .literal()
        .filter(|(text, ..)| pem_kind(text.reveal()).is_none())
        .map(|_| KeyKind::Secret)
}

fn checks(evaluator: &Evaluator<'_>, record: &SiteRecord<'_>) -> BTreeMap<Slot, Check> {
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
    checks
}

fn claim_check(
    evaluator: &Evaluator<'_>,
    record: &SiteRecord<'_>,
    slot: Slot,
    name: &str,
) -> Check {
    let resolved = &record.resolved;
    let by_hand = record.uses.compared.contains(name) || record.uses.handed_on.contains(name);
    if slot == Slot::Expiry {
        let age = resolved.slots.get(&Slot::MaxAge);
        if matches!(age, Some(Filled::Yes(value, _)) if !matches!(value.kind, Kind::Null)) {
            return Check::Enforced;
        }
    }
    match resolved.off.get(&slot) {
        _ if by_hand => return Check::ByHand,
        Some((Truth::Yes, span)) => {
            return Check::Disabled(evaluator.place(*span, "switches this check off"));
        }
        Some(_) => return Check::Unknown,
        None => {}
    }
    let required = match resolved.slots.get(&Slot::Required) {
        Some(Filled::Yes(value, _)) => required_claims(value),
        Some(Filled::Unknown | Filled::Maybe(..)) => None,
        _ => Some(Vec::new()),
    };
    match resolved.slots.get(&slot) {
        Some(Filled::Yes(value, _)) if !matches!(value.kind, Kind::Null | Kind::Bool(false)) => {
            let absent_accepted = resolved.unset.absent_accepted.contains(&slot);
            let is_required = required
                .as_ref()
                .is_none_or(|names| names.iter().any(|claim| claim == name));
            return if absent_accepted && !is_required {
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
    let unset = resolved.unset.claims.get(&slot);
    let is_required = required.is_some_and(|names| names.iter().any(|claim| claim == name));
    match unset {
        Some(UnsetClaim::IfPresent) if is_required => Check::Enforced,
        Some(UnsetClaim::Required) => Check::Enforced,
        Some(UnsetClaim::IfPresent) => Check::IfPresent,
        Some(UnsetClaim::Unchecked) if checks_itself(&record.uses, &resolved.unset) => {
            Check::Unknown
        }
        Some(UnsetClaim::Unchecked) => Check::Unchecked,
        Some(UnsetClaim::RejectedIfPresent) => Check::RejectedIfPresent,
        Some(UnsetClaim::Until(call)) if has_called(&record.uses, call) => Check::IfPresent,
        Some(UnsetClaim::Until(_)) if record.uses.handed_on.contains("") => Check::Unknown,
        Some(UnsetClaim::Until(call)) => Check::Until(call.clone()),
        Some(UnsetClaim::Elsewhere) | None => Check::Unknown,
    }
}

/// Whether a method was called on the claims; `validate_exp` counts as a part of `validate`.
fn has_called(uses: &ClaimsUse, call: &str) -> bool {
    uses.called.iter().any(|called| {
        called
            .strip_prefix(call)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    })
}

/// The same, or the claims left this code's sight.
fn may_have_called(uses: &ClaimsUse, call: &str) -> bool {
    has_called(uses, call) || uses.handed_on.contains("")
}

/// Whether a method of the claims was called whose name says that it checks them.
/// The library's own method is known to do no more than the model says.
fn checks_itself(uses: &ClaimsUse, unset: &UnsetFacts) -> bool {
    const WORDS: &[&str] = &["valid", "check", "verify", "expire", "ensure", "assert"];
    let is_own = |name: &String| {
        unset
            .claims
            .values()
            .any(|claim| matches!(claim, UnsetClaim::Until(call) if call == name))
    };
    uses.called.iter().filter(|name| !is_own(name)).any(|name| {
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

fn mint(resolved: &super::slots::Resolved<'_>) -> MintFact {
    let mut payload = Payload::default();
    let expires = match resolved.slots.get(&Slot::Payload) {
        Some(Filled::Yes(value, _)) => payload.read(value),
        Some(_) => Lifetime::Unknown,
        // The library makes the claims.
        None => Lifetime::Endless,
    };
    let mut seconds = payload.seconds;
    let lifetime = match resolved.slots.get(&Slot::Lifetime) {
        Some(Filled::Yes(value, _)) if matches!(value.kind, Kind::Bool(false)) => Lifetime::Endless,
        Some(Filled::Yes(value, _)) if !matches!(value.kind, Kind::Null) => {
            seconds = lifetime_seconds(value);
            Lifetime::Bounded
        }
        Some(Filled::Maybe(..) | Filled::Unknown) => Lifetime::Unknown,
        _ => match (expires, resolved.unset.lifetime) {
            (Lifetime::Bounded, _) | (_, Some(UnsetLifetime::Bounded)) => Lifetime::Bounded,
            _ if resolved.policy_unknown => Lifetime::Unknown,
            (Lifetime::Endless, Some(UnsetLifetime::Endless)) => Lifetime::Endless,
            _ => Lifetime::Unknown,
        },
    };
    let audience = !matches!(resolved.slots.get(&Slot::Audience), None | Some(Filled::No));
    payload.claims.extend(audience.then(|| "aud".to_owned()));
    let open = payload.open || expires == Lifetime::Unknown || resolved.policy_unknown;
    MintFact {
        lifetime,
        claims: payload.claims,
        open,
        seconds,
        place: None,
    }
}

/// What is known of the claims that are signed.
#[derive(Default)]
struct Payload {
    claims: BTreeSet<String>,
    open: bool,
    seconds: Option<f64>,
}

impl Payload {
    fn read(&mut self, payload: &Value) -> Lifetime {
        match &payload.kind {
            Kind::Map(map) => {
                let map = map.borrow();
                self.claims.extend(map.entries.keys().cloned());
                self.open |= map.open;
                match map.entries.get("exp") {
                    Some(entry) if entry.maybe => Lifetime::Unknown,
                    Some(entry) if matches!(entry.value.kind, Kind::Null) => Lifetime::Endless,
                    Some(entry) => {
                        self.seconds = added_seconds(&entry.value);
                        Lifetime::Bounded
                    }
                    None if map.open => Lifetime::Unknown,
                    None => Lifetime::Endless,
                }
            }
            Kind::OneOf(values) => {
                let lifetimes: Vec<Lifetime> =
                    values.iter().map(|value| self.read(value)).collect();
                match lifetimes.first() {
                    Some(first) if lifetimes.iter().all(|lifetime| lifetime == first) => *first,
                    _ => Lifetime::Unknown,
                }
            }
            _ => {
                self.open = true;
                Lifetime::Unknown
            }
        }
    }
}

/// `now + 3600`: the numbers that are added to something not known.
fn added_seconds(expiry: &Value) -> Option<f64> {
    let Kind::Joined(parts) = &expiry.kind else {
        return None;
    };
    let numbers = parts.iter().filter_map(|part| match part.kind {
        Kind::Number(number) => Some(number),
        _ => None,
    });
    let sum: f64 = numbers.sum();
    (sum > 0.0).then_some(sum)
}

/// A lifetime as a number of seconds, or as a text such as `15m` or `7 days`.
fn lifetime_seconds(value: &Value) -> Option<f64> {
    match &value.kind {
        Kind::Number(seconds) => Some(*seconds),
        Kind::Text(text) => {
            let text = text.reveal().trim().to_ascii_lowercase();
            let digits = text.find(|letter: char| !(letter.is_ascii_digit() || letter == '.'))?;
            let number: f64 = text[..digits].parse().ok()?;
            let unit = match text[digits..].trim() {
                "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
                "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
                "h" | "hr" | "hrs" | "hour" | "hours" => 3_600.0,
                "d" | "day" | "days" => 86_400.0,
                "w" | "week" | "weeks" => 604_800.0,
                "y" | "yr" | "yrs" | "year" | "years" => 31_557_600.0,
                _ => return None,
            };
            Some(number * unit)
        }
        _ => None,
    }
}

/// One site for each library whose settings the file sets.
fn setting_sites(evaluator: &Evaluator<'_>) -> Vec<Site> {
    let mut sites: BTreeMap<String, Site> = BTreeMap::new();
    for record in &evaluator.settings {
        for found in evaluator.catalog.settings(&record.name) {
            let dictionary = !found.item.slots.is_empty();
            if !dictionary && found.item.slot.is_none() {
                // Only other settings refer to it.
                continue;
            }
            // A name alone says little: the value must be one that such a setting can have.
            if dictionary && !matches!(record.value.kind, Kind::Map(_)) {
                continue;
            }
            if !dictionary && !(evaluator.input.depends_on)(found.library) {
                continue;
            }
            let site = sites
                .entry(found.library.name.clone())
                .or_insert_with(|| Site {
                    kind: SiteKind::Register,
                    place: evaluator.place(record.span, ""),
                    span: record.span,
                    scope: record.scope.clone(),
                    library: LibraryFact {
                        name: found.library.name.clone(),
                        version: (evaluator.input.version)(found.library),
                        fix: found.library.fix.clone(),
                    },
                    context: None,
                    keys: Vec::new(),
                    algorithms: Algorithms::Unknown,
                    checks: BTreeMap::new(),
                    inert: Vec::new(),
                    uses: UseFact::default(),
                    mint: None,
                    token: String::new(),
                    family_bound: false,
                    none_refused: false,
                    empty_key_accepted: false,
                    result_ignored: false,
                    moment: 0,
                    shares_framework_secret: false,
                });
            read_setting(evaluator, record, found, site);
        }
    }
    sites.into_values().collect()
}

fn read_setting(
    evaluator: &Evaluator<'_>,
    record: &SettingRecord,
    found: Found<'_, SettingModel>,
    site: &mut Site,
) {
    let setting = found.item;
    let version = (evaluator.input.version)(found.library);
    let mut unset = UnsetFacts::default();
    for facts in &setting.unset {
        unset.add(facts, &version);
    }
    site.family_bound |= unset.family_bound;
    site.none_refused |= unset.none_refused;
    if let Some(slot) = setting.slot {
        set_slot(evaluator, site, slot, &record.value, record, setting);
    }
    let Kind::Map(map) = &record.value.kind else {
        return;
    };
    let map = map.borrow();
    for (slot, keys) in &setting.slots {
        let value = keys
            .split(" | ")
            .find_map(|key| match key.strip_prefix("setting ") {
                Some(name) => {
                    let other = evaluator
                        .settings
                        .iter()
                        .rev()
                        .find(|setting| setting.name == name);
                    other.map(|setting| setting.value.clone())
                }
                None => map.entries.get(key).map(|entry| entry.value.clone()),
            });
        match value {
            Some(value) => set_slot(evaluator, site, *slot, &value, record, setting),
            None if map.open => {}
            None => {
                if let Some(UnsetClaim::Unchecked) = unset.claims.get(slot) {
                    site.checks.insert(*slot, Check::Unchecked);
                }
                if *slot == Slot::Algorithms
                    && let Some(default) = setting.defaults.get(slot)
                {
                    site.algorithms = Algorithms::Known {
                        names: vec![default.clone()],
                        place: None,
                        open: false,
                    };
                }
            }
        }
    }
}

fn set_slot(
    evaluator: &Evaluator<'_>,
    site: &mut Site,
    slot: Slot,
    value: &Value,
    record: &SettingRecord,
    setting: &SettingModel,
) {
    let span = value.origin().unwrap_or(record.span);
    let switched_off = setting
        .off
        .get(&slot)
        .is_some_and(|word| match &value.kind {
            Kind::Bool(truth) => word == &truth.to_string(),
            Kind::Null => word == "null",
            _ => false,
        });
    match slot {
        Slot::Key => {
            let filled = Filled::Yes(value.clone(), span);
            let mut keys = evaluator.keys(&filled, None, false);
            keys.retain(|key| !matches!(key.material, Material::Nothing));
            for key in &mut keys {
                key.kind = key.kind.or_else(|| kind_by_material(key));
            }
            site.keys.extend(keys);
        }
        Slot::Algorithms => {
            let names = match &value.kind {
                Kind::List(list) if !list.borrow().open => {
                    let list = list.borrow();
                    list.items
                        .iter()
                        .map(|item| Some(item.as_text()?.reveal().to_owned()))
                        .collect()
                }
                _ => value.as_text().map(|text| vec![text.reveal().to_owned()]),
            };
            if let Some(names) = names {
                let place: Place = evaluator.place(span, "");
                site.algorithms = Algorithms::Known {
                    names,
                    place: Some(place),
                    open: false,
                };
            }
        }
        Slot::Lifetime if switched_off => {
            site.mint = Some(MintFact {
                lifetime: Lifetime::Endless,
                claims: BTreeSet::new(),
                place: Some(evaluator.place(span, "switches the expiry off")),
                open: true,
                seconds: None,
            });
        }
        Slot::Lifetime => {}
        _ if switched_off => {
            site.checks.insert(
                slot,
                Check::Disabled(evaluator.place(span, "switches this check off")),
            );
        }
        _ if matches!(value.kind, Kind::Null) => {
            site.checks.insert(slot, Check::Unchecked);
        }
        _ => {
            site.checks.insert(slot, Check::Enforced);
        }
    }
}
