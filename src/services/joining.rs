//! Which holdings are the same key: by what proves that, the strongest first; then the two halves of a pair; then key
//! sets with the private key of the service that publishes them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::boundary::Boundaries;
use super::content::Part;
use super::groups::Groups;
use super::holding::{Holding, Identity};
use super::identity::Evidence;
use super::paths::folder_of;
use crate::finding::Place;
use crate::keys;

/// Ties weaker than this do not prove that two holders have the same in hand.
const PROVES_SAME: u8 = 3;

/// Holdings of one key.
struct Group<'a> {
    holdings: Vec<Holding<'a>>,
    tie: u8,
}

/// Joins holdings that are the same key.
pub(super) fn identities<'a>(
    holdings: Vec<Holding<'a>>,
    boundaries: &Boundaries,
) -> Vec<Identity<'a>> {
    let mut groups = by_evidence(holdings);
    for group in &mut groups {
        group.settle_parts();
    }
    let groups = with_key_sets(in_pairs(groups));
    let mut identities: Vec<Identity<'a>> = groups
        .into_iter()
        .map(|Group { mut holdings, tie }| {
            leave_out_rest(&mut holdings, boundaries);
            leave_out_mounts(&mut holdings);
            holdings.sort_by(|one, other| {
                (one.service, &one.place, &one.name).cmp(&(
                    other.service,
                    &other.place,
                    &other.name,
                ))
            });
            holdings.dedup_by(|one, other| {
                (one.service, &one.place, &one.name) == (other.service, &other.place, &other.name)
            });
            Identity {
                name: name(&holdings),
                deployed_together: deployed_together(&holdings, boundaries),
                tie,
                holdings,
            }
        })
        .collect();
    identities.sort_by(|one, other| {
        let first = |identity: &Identity<'a>| {
            identity
                .holdings
                .iter()
                .map(|holding| (holding.place.clone(), holding.name.clone()))
                .min()
        };
        first(one).cmp(&first(other))
    });
    identities
}

/// A file that belongs to no service is no holder beside the services that are given what stands in it.
fn leave_out_rest(holdings: &mut Vec<Holding<'_>>, boundaries: &Boundaries) {
    let is_rest = |holding: &Holding<'_>| {
        let service = boundaries.services.get(holding.service);
        service.is_some_and(|service| service.is_rest)
    };
    let given: BTreeSet<Place> = holdings
        .iter()
        .filter(|holding| !is_rest(holding))
        .filter_map(|holding| Some(holding.value.as_ref()?.place.clone()))
        .collect();
    let is_given = |holding: &Holding<'_>| {
        let value = holding.value.as_ref();
        value.is_some_and(|value| given.contains(&value.place))
    };
    holdings.retain(|holding| !(is_rest(holding) && is_given(holding)));
}

/// The path of a file adds nothing where a variable of the same file leads to it.
fn leave_out_mounts(holdings: &mut Vec<Holding<'_>>) {
    let is_path = |holding: &Holding<'_>| holding.name.starts_with('/');
    let named: BTreeSet<(usize, String, String)> = holdings
        .iter()
        .filter(|holding| holding.in_settings && !is_path(holding))
        .map(place_of)
        .collect();
    holdings.retain(|holding| !is_path(holding) || !named.contains(&place_of(holding)));
}

fn place_of(holding: &Holding<'_>) -> (usize, String, String) {
    (
        holding.service,
        holding.place.path.clone(),
        holding.origin.clone(),
    )
}

/// Whether a settings file deploys two of the holders, or two of theirs stand in one folder.
fn deployed_together(holdings: &[Holding<'_>], boundaries: &Boundaries) -> bool {
    let mut homes: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for holding in holdings {
        if let Some(service) = boundaries
            .services
            .get(holding.service)
            .filter(|service| service.deployed)
        {
            for at in &service.workloads {
                homes.entry(at.file).or_default().insert(holding.service);
            }
        }
    }
    let mut folders: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for holding in holdings.iter().filter(|holding| holding.in_settings) {
        let folder = folder_of(folder_of(&holding.place.path));
        if !folder.is_empty()
            && boundaries
                .services
                .get(holding.service)
                .is_some_and(|service| service.deployed)
        {
            folders.entry(folder).or_default().insert(holding.service);
        }
    }
    homes
        .values()
        .chain(folders.values())
        .any(|services| services.len() > 1)
}

/// Joins holdings of the same evidence, the strongest first.
fn by_evidence(holdings: Vec<Holding<'_>>) -> Vec<Group<'_>> {
    let mut groups = Groups::of(holdings.len());
    let mut tie: Vec<u8> = vec![6; holdings.len()];
    for strength in (1..=6).rev() {
        let mut first: HashMap<&Evidence, usize> = HashMap::new();
        for (index, holding) in holdings.iter().enumerate() {
            for evidence in holding
                .evidence
                .iter()
                .filter(|evidence| evidence.strength() == strength)
            {
                let one = *first.entry(evidence).or_insert(index);
                let Some((low, high)) = groups.join(one, index) else {
                    continue;
                };
                let weakest = tie.get(high).copied().unwrap_or(strength).min(strength);
                if let Some(tie) = tie.get_mut(low) {
                    *tie = weakest.min(*tie);
                }
            }
        }
    }
    let firsts: Vec<usize> = (0..holdings.len()).map(|at| groups.first(at)).collect();
    let mut members: BTreeMap<usize, Vec<Holding<'_>>> = BTreeMap::new();
    for (holding, first) in holdings.into_iter().zip(firsts) {
        members.entry(first).or_default().push(holding);
    }
    let groups = members.into_iter().map(|(first, holdings)| Group {
        holdings,
        tie: tie.get(first).copied().unwrap_or(6),
    });
    groups.collect()
}

impl<'a> Group<'a> {
    /// The same material is the same part of a key for everyone, whatever each does with it.
    fn settle_parts(&mut self) {
        if self.tie < PROVES_SAME {
            return;
        }
        let holdings = || self.holdings.iter();
        let by_content = holdings().find(|holding| holding.part_by_content);
        let part = match by_content {
            Some(holding) => Some(holding.part),
            None => [Part::Private, Part::Secret]
                .into_iter()
                .find(|part| holdings().any(|holding| holding.part == *part)),
        };
        for holding in &mut self.holdings {
            if let Some(part) = part.filter(|_| !holding.part_by_content) {
                holding.part = part;
            }
        }
    }

    fn take(&mut self, other: Group<'a>) {
        self.tie = self.tie.min(other.tie);
        self.holdings.extend(other.holdings);
    }

    fn is_key_set(&self) -> bool {
        let mut holdings = self.holdings.iter();
        holdings.all(|holding| holding.fetched_from.is_some())
    }

    /// Whether a service holds the private key, and is seen to sign with it.
    fn is_private_of(&self, service: usize) -> Option<bool> {
        let own = self
            .holdings
            .iter()
            .filter(|holding| holding.service == service && holding.part == Part::Private);
        own.map(|holding| holding.role.mints).max()
    }
}

/// Joins what is of one pair.
fn in_pairs(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let mut joined: Vec<Group<'_>> = Vec::new();
    let mut by_pair: BTreeMap<keys::Identity, usize> = BTreeMap::new();
    for group in groups {
        let pair = group.holdings.iter().find_map(|holding| holding.pair);
        let known = pair.and_then(|pair| by_pair.get(&pair).copied());
        match known.and_then(|at| joined.get_mut(at)) {
            Some(known) => known.take(group),
            None => {
                if let Some(pair) = pair {
                    by_pair.insert(pair, joined.len());
                }
                joined.push(group);
            }
        }
    }
    joined
}

/// Joins key sets that are fetched with the private key of the service that publishes them, when it has one.
fn with_key_sets(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let (sets, mut joined): (Vec<Group<'_>>, Vec<Group<'_>>) =
        groups.into_iter().partition(Group::is_key_set);
    let mut left = Vec::new();
    for set in sets {
        let mut publishers = set.holdings.iter().map(|holding| holding.publisher);
        let first = publishers.next().flatten();
        let publisher = first.filter(|first| publishers.all(|other| other == Some(*first)));
        let candidates = || {
            let known = joined.iter().enumerate();
            known.filter_map(|(at, group)| Some((at, group.is_private_of(publisher?)?)))
        };
        let signs = candidates().any(|(_, signs)| signs);
        let mut owners = candidates().filter(|(_, one)| *one == signs);
        let owner = match (owners.next(), owners.next()) {
            (Some((at, _)), None) => Some(at),
            _ => None,
        };
        match owner.and_then(|at| joined.get_mut(at)) {
            Some(owner) => owner.take(set),
            None => left.push(set),
        }
    }
    joined.extend(left);
    joined
}

/// What a key is called by most; a key set that nothing is known of goes by its address.
fn name(holdings: &[Holding<'_>]) -> String {
    let mut names: BTreeMap<&str, (bool, bool, usize)> = BTreeMap::new();
    for holding in holdings.iter().filter(|holding| !holding.name.is_empty()) {
        let (is_private, is_name, count) = names.entry(&holding.name).or_default();
        *is_private |= holding.part == Part::Private;
        *is_name = !holding.name.contains('/');
        *count += 1;
    }
    let most = names.values().max().copied();
    let name = names.iter().find(|(_, count)| Some(**count) == most);
    match name {
        Some((name, _)) => (*name).to_owned(),
        None => holdings
            .iter()
            .find_map(|holding| holding.fetched_from.clone())
            .unwrap_or_default(),
    }
}
