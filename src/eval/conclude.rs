//! From what was noted to facts: what each call checks, mints and is keyed with.

use std::collections::BTreeSet;

use super::checks::{checks, may_have_called};
use super::filled::Filled;
use super::framework::setting_sites;
use super::material::{kind_by_material, pem_kind};
use super::mint::mint;
use super::remote;
use super::uses::ClaimsUse;
use super::value::{Kind, Value};
use super::{ByHand, Evaluation, Evaluator, SiteRecord, Wrapper};
use crate::facts::{
    Algorithms, Check, ClaimsUse as UseFact, FileFacts, FileRead, IgnoredResult, Ignoring,
    InertOption, Later, LibraryFact, Site, SiteKind,
};
use crate::models::schema::{KeyKind, ResultKind, Role, Slot};
use crate::redact::Redactor;
use crate::source::Span;

/// What the evaluation of a file told.
pub(super) fn conclude(evaluator: &Evaluator<'_>) -> Evaluation {
    let root = evaluator.input.file.source.id;
    let records = evaluator.sites.iter().enumerate();
    let records = records
        .filter(|(index, record)| match record.by_hand {
            _ if record.of_another => false,
            Some(ByHand::Decodes) => false,
            Some(ByHand::Reads) => evaluator.is_read_unverified(*index),
            Some(ByHand::Verifies | ByHand::Mints) | None => true,
        })
        .map(|(_, record)| record);
    let wrappers = records
        .clone()
        .filter(|record| record.call.name.file == root)
        .flat_map(|record| &record.wrappers)
        .chain(evaluator.made_for_callers())
        .flat_map(|wrapper| names_of(evaluator, wrapper))
        .collect();
    let by_tests: Vec<bool> = records.clone().map(|record| record.by_test).collect();
    let (runs, mut all): (Vec<usize>, Vec<Site>) = records
        .map(|record| (record.activation, site(evaluator, record)))
        .unzip();
    find_later(&runs, &mut all);
    let (mut sites, mut elsewhere): (Vec<Site>, Vec<Site>) = without_tests(&by_tests, all)
        .into_iter()
        .partition(|site| site.place.span.file == root);
    sites.extend(setting_sites(evaluator));
    sites.extend(super::discovery::sites(evaluator));
    sites.extend(super::export::sites(evaluator));
    let (own, others): (Vec<Site>, Vec<Site>) = super::header::sites(evaluator)
        .into_iter()
        .chain(super::fetch::sites(evaluator))
        .partition(|site| site.place.span.file == root);
    sites.extend(own);
    elsewhere.extend(others);
    elsewhere.sort_by(|a, b| a.place.cmp(&b.place).then(a.kind.cmp(&b.kind)));
    sites.sort_by(|a, b| a.place.span.cmp(&b.place.span).then(a.kind.cmp(&b.kind)));
    let mut redactor = Redactor::default();
    for key in sites.iter().chain(&elsewhere).flat_map(|site| &site.keys) {
        if let Some((text, place, _)) = key.material.literal()
            && pem_kind(text.reveal()) != Some(KeyKind::Public)
        {
            redactor.add(text, Some((&place.path, place.span)));
        }
    }
    let facts = FileFacts {
        path: evaluator.input.file.source.path.clone(),
        sites,
        settings: evaluator
            .settings
            .iter()
            .filter(|record| record.span.file == root)
            .map(|record| record.name.clone())
            .collect(),
        reached: Vec::new(),
        libraries: evaluator
            .catalog
            .libraries_of(&evaluator.imported_modules)
            .map(str::to_owned)
            .collect(),
        cut: evaluator.cut,
        redactor,
        browser: false,
        now: 0,
        unknown_library: evaluator.unknown_library,
        tokens: super::token::literals(evaluator),
        reads: sorted(&evaluator.reads),
        generated: evaluator.generated.clone(),
        key_sets: super::export::key_sets(evaluator),
        rotations: evaluator.rotations.clone(),
        refused: evaluator.key_guards.refused.clone(),
        known_keys: Default::default(),
    };
    Evaluation {
        facts,
        elsewhere,
        wrappers,
        settings: evaluator
            .catalog
            .settings_of(&evaluator.imported_modules)
            .map(str::to_owned)
            .collect(),
        nodes: evaluator.steps,
    }
}

/// Leaves out what tests did where the product does the same itself. Where tests alone lead to a call, what one of them
/// reached says what the code around does: others stop short of it.
fn without_tests(by_tests: &[bool], sites: Vec<Site>) -> Vec<Site> {
    let runs = || by_tests.iter().zip(&sites);
    let by_product: BTreeSet<Span> = runs()
        .filter(|(by_test, _)| !**by_test)
        .map(|(_, site)| site.place.span)
        .collect();
    let by_hand: BTreeSet<(Span, Slot)> = runs()
        .filter(|(by_test, _)| **by_test)
        .flat_map(|(_, site)| {
            let checks = site.checks.iter();
            let by_hand = checks.filter(|(_, check)| matches!(check, Check::ByHand));
            by_hand.map(|(slot, _)| (site.place.span, *slot))
        })
        .collect();
    let mut kept = Vec::new();
    for (by_test, mut site) in by_tests.iter().zip(sites) {
        if *by_test {
            if by_product.contains(&site.place.span) {
                continue;
            }
            for (slot, check) in &mut site.checks {
                if by_hand.contains(&(site.place.span, *slot)) {
                    *check = Check::ByHand;
                }
            }
        }
        kept.push(site);
    }
    kept
}

/// Finds where tokens that are read without a check are verified later in the same run.
fn find_later(runs: &[usize], sites: &mut [Site]) {
    let verified: Vec<(usize, String, Later)> = runs
        .iter()
        .zip(sites.iter())
        .filter(|(_, site)| site.guards() && !site.token.is_empty())
        .map(|(run, site)| {
            let later = Later {
                place: site.place.clone(),
                moment: site.moment,
            };
            (*run, site.token.clone(), later)
        })
        .collect();
    for (run, site) in runs.iter().zip(sites) {
        let mut verified = verified.iter();
        site.verified_later = verified
            .find(|(other, token, later)| {
                site.skips_signature()
                    && (other, token) == (run, &site.token)
                    && later.moment > site.moment
            })
            .map(|(_, _, later)| later.clone());
    }
}

fn sorted(reads: &[FileRead]) -> Vec<FileRead> {
    let mut reads = reads.to_vec();
    reads.sort();
    reads.dedup();
    reads
}

/// What callers in other files call a wrapper.
fn names_of(evaluator: &Evaluator<'_>, wrapper: &Wrapper) -> Vec<String> {
    let function = match wrapper {
        Wrapper::Named(name) => return vec![name.clone()],
        Wrapper::Unnamed(function) => function,
    };
    let is_it = |value: &Value| matches!(&value.kind, Kind::Function(closure) if closure.key() == *function);
    let file = &evaluator.loaded[0];
    let mut names: Vec<String> = Vec::new();
    let exports = file.exports.iter();
    let bound = evaluator.scopes[file.scope]
        .names
        .iter()
        .map(|(name, value)| (*name, value))
        .chain(exports.map(|(name, value)| (name.as_str(), value)));
    names.extend(
        bound
            .filter(|(_, value)| is_it(value))
            .map(|(name, _)| name.to_owned()),
    );
    if let Some(Kind::Map(map)) = file.replaced.as_ref().map(|value| &value.kind) {
        let map = map.borrow();
        let entries = map.entries.iter();
        names.extend(
            entries
                .filter(|(_, entry)| is_it(&entry.value))
                .map(|(name, _)| name.clone()),
        );
    }
    names.sort_unstable();
    names
}

fn site(evaluator: &Evaluator<'_>, record: &SiteRecord<'_>) -> Site {
    let kind = match record.api.item.role {
        _ if record.by_hand == Some(ByHand::Mints) => SiteKind::Mint,
        _ if record.by_hand == Some(ByHand::Reads) => SiteKind::Decode,
        _ if record.by_hand.is_some() => SiteKind::Verify,
        Role::Mint => SiteKind::Mint,
        Role::Verify => SiteKind::Verify,
        Role::Decode => SiteKind::Decode,
        Role::Header => SiteKind::Header,
        Role::Key => SiteKind::Key,
        Role::Jwks => SiteKind::Jwks,
        Role::OtherSecret => SiteKind::OtherSecret,
        _ => SiteKind::Register,
    };
    let resolved = &record.resolved;
    let algorithms = algorithms(evaluator, record);
    let slot = |slot: Slot| resolved.slots.get(&slot).unwrap_or(&Filled::No);
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
    let mut keys = evaluator.keys(filled, resolved.kind, resolved.key_from_callback);
    for key in &mut keys {
        key.kind = key
            .kind
            .or_else(|| kind_by_algorithms(&algorithms, kind))
            .or_else(|| kind_by_material(key));
        if kind == SiteKind::Key {
            key.encoding = record.api.item.encoding.unwrap_or(key.encoding);
        }
    }
    let (token, token_fetched) = match slot(Slot::Token) {
        Filled::Yes(value, _) | Filled::Maybe(value, _) => (value.path(), is_fetched(value)),
        _ => (String::new(), false),
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
        token_fetched,
        family_bound: resolved.unset.family_bound,
        none_refused: resolved.unset.none_refused,
        empty_key_accepted: resolved.unset.empty_key_accepted,
        result_ignored: result_ignored(record).map(|(how, span)| IgnoredResult {
            how,
            place: evaluator.place(span, ""),
        }),
        after_expiry: record.after_expiry.map(|span| evaluator.place(span, "")),
        after_failure: record.after_failure,
        verified_later: None,
        moment: record.moment,
        root: evaluator.input.file.source.id,
        generic: record.generic,
        handed_over: record.handed_over.map(|span| evaluator.place(span, "")),
        shares_framework_secret: false,
        header: Vec::new(),
        address: match slot(Slot::Url) {
            Filled::Yes(value, span) | Filled::Maybe(value, span) => {
                evaluator.address(value, *span)
            }
            _ => None,
        },
        fetched: None,
        declared: false,
        fetched_from: match slot(Slot::Url) {
            Filled::Yes(value, _) | Filled::Maybe(value, _) => remote::parts(value),
            _ => Vec::new(),
        },
        issuer: match slot(Slot::Issuer) {
            Filled::Yes(value, _) | Filled::Maybe(value, _) => remote::parts(value),
            _ => match slot(Slot::Payload) {
                Filled::Yes(value, _) => remote::claim_parts(value, "iss"),
                _ => Vec::new(),
            },
        },
    }
}

/// Whether a value came with the answer to a request, whichever of its alternatives it is.
fn is_fetched(value: &Value) -> bool {
    match &value.kind {
        Kind::OneOf(values) => values.iter().all(is_fetched),
        Kind::Fetched(_) => true,
        _ => false,
    }
}

/// How nobody looks at whether the token is good.
fn result_ignored(record: &SiteRecord<'_>) -> Option<(Ignoring, Span)> {
    let uses = &record.uses;
    let untouched = uses.is_untouched();
    let is_dropped = match record.api.item.result {
        ResultKind::Returned => untouched && !uses.propagated,
        ResultKind::Throws | ResultKind::Promise => record.promised && untouched && !uses.awaited,
    };
    match record.ignored {
        Some((Ignoring::Unawaited, span)) => {
            (!uses.awaited && uses.is_only_tested()).then_some((Ignoring::Unawaited, span))
        }
        Some((how @ (Ignoring::Dropped | Ignoring::Promised), span)) => Some((how, span)),
        Some(ignored) if untouched => Some(ignored),
        _ if is_dropped && record.promised => Some((Ignoring::Unawaited, record.call.name)),
        _ => is_dropped.then_some((Ignoring::Unused, record.call.name)),
    }
}

fn use_fact(uses: &ClaimsUse) -> UseFact {
    UseFact {
        read: uses.read.clone(),
        compared: uses.compared.clone(),
        handed_on: uses.handed_on.clone(),
        called: uses.called.clone(),
        returned: uses.returned,
        decided: uses.decided.clone(),
        first_decided: uses.first_decided,
        went_on: uses.went_on,
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
                    apart: false,
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
            apart: is_apart(value),
        },
    }
}

/// Whether no list among these holds algorithms of both families for certain.
fn is_apart(value: &Value) -> bool {
    value.alternatives().iter().all(|way| {
        let Kind::List(list) = &way.kind else {
            return true;
        };
        let list = list.borrow();
        let named = list.items.iter().filter_map(|item| match &item.kind {
            Kind::Text(text) => is_hmac(text.reveal()),
            Kind::Symbol(symbol) => is_hmac(symbol.path.last()?),
            _ => None,
        });
        named.collect::<BTreeSet<bool>>().len() < 2
    })
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
