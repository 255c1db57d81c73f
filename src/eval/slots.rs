//! Fills the slots of a call: from its arguments, the policy it was given, the object it was called on, and what the
//! library does when nothing is set.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::Evaluator;
use super::filled::{Filled, Truth};
use super::value::{CallRecord, Kind, Object, Value};
use crate::facts::LibraryVersion;
use crate::models::catalog::Found;
use crate::models::schema::{
    Api, Inert, KeyKind, Slot, TypeModel, Unset, UnsetAlgorithms, UnsetClaim, UnsetLifetime,
};
use crate::models::source::{Condition, Place, Source};
use crate::source::Span;

/// What is known of one call's slots.
#[derive(Clone, Debug)]
pub(super) struct Resolved<'a> {
    pub(super) slots: BTreeMap<Slot, Filled>,
    /// Slots whose check is switched off, and where.
    pub(super) off: BTreeMap<Slot, (Truth, Span)>,
    /// Claims that a token must have, as far as an option of their own says so.
    pub(super) demanded: BTreeMap<Slot, Truth>,
    /// Options that look like checks, and where.
    pub(super) inert: Vec<(&'a Inert, Truth, Span)>,
    pub(super) unset: UnsetFacts,
    pub(super) defaults: BTreeMap<Slot, String>,
    /// What the key slot takes, when the API or its receiver says so.
    pub(super) kind: Option<KeyKind>,
    /// The policy is made somewhere else.
    pub(super) policy_unknown: bool,
    /// The key is what a function of this file gave when it was asked.
    pub(super) key_from_callback: bool,
}

/// What unset slots mean in the version at hand.
#[derive(Clone, Debug, Default)]
pub(super) struct UnsetFacts {
    pub(super) algorithms: Option<UnsetAlgorithms>,
    pub(super) claims: BTreeMap<Slot, UnsetClaim>,
    pub(super) lifetime: Option<UnsetLifetime>,
    pub(super) absent_accepted: Vec<Slot>,
    pub(super) family_bound: bool,
    pub(super) none_refused: bool,
    pub(super) empty_key_accepted: bool,
}

impl Resolved<'_> {
    /// What an API says by itself.
    pub(super) fn of(api: &Api) -> Self {
        Self {
            slots: BTreeMap::new(),
            off: BTreeMap::new(),
            demanded: BTreeMap::new(),
            inert: Vec::new(),
            unset: UnsetFacts::default(),
            defaults: api.defaults.clone(),
            kind: api.kind,
            policy_unknown: false,
            key_from_callback: false,
        }
    }

    /// Whether a slot is filled with a value that is seen.
    pub(super) fn has(&self, slot: Slot) -> bool {
        matches!(self.slots.get(&slot), Some(Filled::Yes(..)))
    }
}

impl UnsetFacts {
    pub(super) fn add(&mut self, unset: &Unset, version: &LibraryVersion) {
        if !version.is_in(&unset.versions) {
            return;
        }
        self.algorithms = unset.algorithms.or(self.algorithms);
        self.lifetime = unset.lifetime.or(self.lifetime);
        let claims = [
            (Slot::Expiry, &unset.expiry),
            (Slot::NotBefore, &unset.not_before),
            (Slot::Audience, &unset.audience),
            (Slot::Issuer, &unset.issuer),
            (Slot::KeySource, &unset.key_source),
            (Slot::Cache, &unset.cache),
            (Slot::RateLimit, &unset.rate_limit),
            (Slot::Refresh, &unset.refresh),
        ];
        for (slot, claim) in claims {
            if let Some(claim) = claim {
                self.claims.insert(slot, claim.clone());
            }
        }
        self.absent_accepted.extend(&unset.absent_accepted);
        self.family_bound = unset.family_bound.unwrap_or(self.family_bound);
        self.none_refused = unset.none_refused.unwrap_or(self.none_refused);
        self.empty_key_accepted = unset.empty_key_accepted.unwrap_or(self.empty_key_accepted);
    }
}

/// Where slots are looked for: an object (policy, builder, key) and the model of its type.
struct Holder<'a> {
    object: Rc<RefCell<Object>>,
    model: Found<'a, TypeModel>,
    made_by: Option<Found<'a, Api>>,
}

impl<'a> Evaluator<'a> {
    /// Everything the models can say about one call.
    pub(super) fn resolve(
        &mut self,
        found: Found<'a, Api>,
        version: &LibraryVersion,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> Resolved<'a> {
        let api = found.item;
        let mut resolved = Resolved::of(api);
        let mut holders = Vec::new();
        holders.extend(object.and_then(|object| self.holder(object)));
        if let Some(source) = api.slots.get(&Slot::Policy) {
            match self.fill(source, record, object) {
                Filled::Yes(value, _) | Filled::Maybe(value, _) => match &value.kind {
                    Kind::Object(policy) => holders.extend(self.holder(policy)),
                    Kind::Null => {}
                    _ => resolved.policy_unknown = true,
                },
                Filled::Unknown => resolved.policy_unknown = true,
                Filled::No => {}
            }
        }
        for holder in &holders {
            self.resolve_holder(holder, version, &mut resolved);
        }
        for unset in &api.unset {
            resolved.unset.add(unset, version);
        }
        for (slot, source) in &api.slots {
            let filled = self.fill(source, record, object);
            if !matches!(filled, Filled::No) || !resolved.slots.contains_key(slot) {
                if *slot == Slot::Key {
                    resolved.key_from_callback =
                        self.is_from_callback(source, &filled, record, object);
                }
                resolved.slots.insert(*slot, filled);
            }
        }
        for (slot, conditions) in &api.off {
            self.switch_off(&mut resolved, *slot, conditions, record, object);
        }
        for (slot, conditions) in &api.demand {
            for condition in conditions {
                let truth = self.test(condition, record, object).0;
                if truth != Truth::No {
                    resolved.demanded.insert(*slot, truth);
                }
            }
        }
        self.find_inert(&mut resolved, &api.inert, version, record, object);
        for slot in &api.skipped_when_empty {
            if let Some(Filled::Yes(value, _)) = resolved.slots.get(slot)
                && value.truth() == Some(false)
            {
                resolved.slots.insert(*slot, Filled::No);
            }
        }
        resolved
    }

    fn holder(&mut self, object: &Rc<RefCell<Object>>) -> Option<Holder<'a>> {
        let catalog: &'a _ = self.catalog;
        let (package, path, made) = {
            let object = object.borrow();
            (
                object.package.clone(),
                object.path.clone(),
                object.made.clone(),
            )
        };
        let of = made.as_ref().and_then(|made| made.of.clone());
        let model = catalog.object_type(&package, &path)?;
        let made_by = of.and_then(|(package, path)| {
            let found = catalog.apis(&package, &path);
            found.into_iter().find(|found| {
                self.version(found.library).is_in(&found.item.versions)
                    && made.as_ref().zip(found.item.when.as_ref()).is_none_or(
                        |(made, condition)| self.test(condition, made, None).0 != Truth::No,
                    )
            })
        });
        Some(Holder {
            object: Rc::clone(object),
            model,
            made_by,
        })
    }

    fn resolve_holder(
        &mut self,
        holder: &Holder<'a>,
        version: &LibraryVersion,
        resolved: &mut Resolved<'a>,
    ) {
        let model = holder.model.item;
        let made = holder.object.borrow().made.clone();
        let object = Some(&holder.object);
        let nothing = CallRecord::default();
        // A key made elsewhere hides no checks.
        let only_key = model.kind.is_some() && model.slots.is_empty();
        resolved.policy_unknown |= made.is_none() && !only_key;
        resolved.kind = resolved
            .kind
            .or(model.kind)
            .or(holder.made_by.and_then(|api| api.item.kind));
        for (slot, text) in &model.defaults {
            resolved.defaults.insert(*slot, text.clone());
        }
        for unset in &model.unset {
            resolved.unset.add(unset, version);
        }
        if let (Some(api), Some(made)) = (holder.made_by, &made) {
            for (slot, text) in &api.item.defaults {
                resolved.defaults.insert(*slot, text.clone());
            }
            for (slot, source) in &api.item.slots {
                let filled = self.fill(source, made, None);
                if *slot == Slot::Key {
                    resolved.key_from_callback = self.is_from_callback(source, &filled, made, None);
                }
                resolved.slots.insert(*slot, filled);
            }
            for (slot, conditions) in &api.item.off {
                self.switch_off(resolved, *slot, conditions, made, None);
            }
            for unset in &api.item.unset {
                resolved.unset.add(unset, version);
            }
        }
        for (slot, source) in &model.slots {
            let filled = self.fill(source, &nothing, object);
            match (&filled, resolved.slots.get(slot)) {
                (Filled::No, Some(_)) => {}
                (Filled::Unknown, Some(Filled::Yes(..))) => {}
                _ => {
                    resolved.slots.insert(*slot, filled);
                }
            }
        }
        for (slot, conditions) in &model.off {
            self.switch_off(resolved, *slot, conditions, &nothing, object);
        }
        self.find_inert(resolved, &model.inert, version, &nothing, object);
    }

    fn switch_off(
        &mut self,
        resolved: &mut Resolved<'a>,
        slot: Slot,
        conditions: &[Condition],
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) {
        for condition in conditions {
            let (truth, span) = self.test(condition, record, object);
            match truth {
                Truth::Yes => {
                    resolved.off.insert(slot, (Truth::Yes, span));
                }
                Truth::Unknown => {
                    resolved.off.entry(slot).or_insert((Truth::Unknown, span));
                }
                Truth::No => {}
            }
        }
    }

    fn find_inert(
        &mut self,
        resolved: &mut Resolved<'a>,
        inert: &'a [Inert],
        version: &LibraryVersion,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) {
        for option in inert {
            if !version.is_in(&option.versions) {
                continue;
            }
            let (truth, span) = self.test(&option.when, record, object);
            let excused = option
                .unless
                .as_ref()
                .is_some_and(|unless| self.test(unless, record, object).0 != Truth::No);
            if truth == Truth::Yes && !excused {
                resolved.inert.push((option, truth, span));
            }
        }
    }

    /// Whether a slot holds what a function of this file gave, and not the function's place as it is.
    fn is_from_callback(
        &mut self,
        source: &Source,
        filled: &Filled,
        record: &CallRecord,
        object: Option<&Rc<RefCell<Object>>>,
    ) -> bool {
        let Filled::Yes(_, at) = filled else {
            return false;
        };
        source.0.iter().any(|place| match place {
            Place::Return(inner) | Place::Answer(inner) => matches!(
                self.fill_place(inner, record, object),
                Filled::Yes(Value { kind: Kind::Function(_), .. }, span) if span == *at
            ),
            _ => false,
        })
    }
}
