//! Framework settings: variables and keys that a framework reads as the policy and key of its tokens.

use std::collections::{BTreeMap, BTreeSet};

use super::filled::Filled;
use super::material::kind_by_material;
use super::slots::UnsetFacts;
use super::value::{Kind, Value};
use super::{Evaluator, SettingRecord};
use crate::facts::{Algorithms, Check, LibraryFact, Lifetime, Material, MintFact, Site, SiteKind};
use crate::finding::Place;
use crate::models::catalog::Found;
use crate::models::schema::{SettingModel, Slot, UnsetClaim};

/// One site for each library whose settings the file sets.
pub(super) fn setting_sites(evaluator: &Evaluator<'_>) -> Vec<Site> {
    let mut sites: BTreeMap<String, Site> = BTreeMap::new();
    let root = evaluator.input.file.source.id;
    let own = evaluator.settings.iter();
    for record in own.filter(|record| record.span.file == root) {
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
            let site = sites.entry(found.library.name.clone()).or_insert_with(|| {
                let library = LibraryFact {
                    name: found.library.name.clone(),
                    version: evaluator.version(found.library),
                    fix: found.library.fix.clone(),
                };
                let place = evaluator.place(record.span, "");
                Site {
                    scope: record.scope.clone(),
                    ..Site::new(SiteKind::Register, place, library, root)
                }
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
    let version = evaluator.version(found.library);
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
                        apart: false,
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
                key.instead_of.clone_from(&setting.instead_of);
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
                    apart: false,
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
                key_id: None,
                key_ids: Vec::new(),
            });
        }
        Slot::Lifetime => {}
        Slot::Url => site.address = evaluator.address(value, span),
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
