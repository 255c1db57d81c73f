//! Services that hold a key, in words. Shared by the rules about services.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::draft::Draft;
use crate::finding::Place;
use crate::project_facts::ProjectFacts;
use crate::services::{Holding, Identity, Part, Role};
use crate::settings::Purpose;

/// Services that a sentence names; more are counted.
const MOST_NAMED: usize = 8;

/// Other places that a finding shows.
const MOST_RELATED: usize = 20;

/// Holders of a key that can mint with it.
pub(super) struct Holders<'p, 'a> {
    pub(super) project: &'p ProjectFacts<'a>,
    pub(super) identity: &'p Identity<'a>,
    /// What each service does with it.
    pub(super) roles: BTreeMap<usize, Role>,
    holdings: Vec<&'p Holding<'a>>,
    by_service: BTreeMap<usize, Vec<&'p Holding<'a>>>,
    /// Places of the repository at which a service is given the key, each once.
    pub(super) places: Vec<&'p Holding<'a>>,
}

impl<'p, 'a> Holders<'p, 'a> {
    pub(super) fn of(project: &'p ProjectFacts<'a>, identity: &'p Identity<'a>) -> Self {
        let holdings: Vec<&Holding<'a>> = identity
            .holdings
            .iter()
            .filter(|holding| holding.part != Part::Public)
            .filter(|holding| {
                let service = project.trust.services.get(holding.service);
                service.is_some_and(|service| !service.is_rest && !service.uses_no_tokens)
            })
            .collect();
        let mut by_service: BTreeMap<usize, Vec<&Holding<'a>>> = BTreeMap::new();
        for holding in &holdings {
            by_service.entry(holding.service).or_default().push(holding);
        }
        let mut roles = identity.holders();
        roles.retain(|service, _| by_service.contains_key(service));
        let committed = holdings.iter().copied();
        let mut places: Vec<&Holding<'a>> = committed.filter(|holding| holding.committed).collect();
        let all = places.clone();
        places.retain(|holding| !is_told_elsewhere(holding, &all));
        places.sort_by(|one, other| one.place.cmp(&other.place));
        places.dedup_by(|one, other| one.place == other.place);
        Self {
            project,
            identity,
            roles,
            holdings,
            by_service,
            places,
        }
    }

    pub(super) fn name(&self, service: usize) -> &str {
        let services = &self.project.trust.services;
        services.get(service).map_or("", |service| &service.name)
    }

    /// Names of the services that are like this, as a list.
    pub(super) fn names(&self, like: impl Fn(usize, Role) -> bool) -> String {
        let names: Vec<&str> = self
            .roles
            .iter()
            .filter(|(service, role)| like(**service, **role))
            .map(|(service, _)| self.name(*service))
            .collect();
        listed(&names)
    }

    /// Each service with what it does with the key and where it gets it, seen from a file.
    pub(super) fn described(&self, from: &str) -> String {
        let named = self.roles.iter().take(MOST_NAMED);
        let described: Vec<String> = named
            .filter_map(|(service, role)| {
                let own = self.by_service.get(service)?.iter();
                let nearest = own.max_by_key(|holding| {
                    let path = holding.place.path.as_str();
                    (path == from, in_common(path, from), Reverse(path))
                })?;
                let place = &nearest.place.path;
                let origin = match (nearest.origin.as_str(), nearest.committed) {
                    ("", true) => format!("written in {place}"),
                    ("", false) => format!("in {place}, which is not in the repository"),
                    (origin, _) if origin == place || nearest.name.is_empty() => {
                        format!("from {origin}")
                    }
                    (origin, _) => format!("{} in {place}, from {origin}", nearest.name),
                };
                Some(format!(
                    "{} ({}; {origin})",
                    self.name(*service),
                    role.describe()
                ))
            })
            .collect();
        let described: Vec<&str> = described.iter().map(String::as_str).collect();
        match self.roles.len() - self.roles.len().min(MOST_NAMED) {
            0 => listed(&described),
            more => format!("{} and {more} more", described.join(", ")),
        }
    }

    /// Adds the other places of the key to a finding.
    pub(super) fn link(&self, mut draft: Draft, at: &Place) -> Draft {
        let others = self.places.iter().filter(|holding| holding.place != *at);
        for holding in others.take(MOST_RELATED) {
            let role = self
                .roles
                .get(&holding.service)
                .copied()
                .unwrap_or_default();
            let said = format!(
                "{} holds it here, and {}",
                self.name(holding.service),
                does(role)
            );
            draft = draft.related(&holding.place, &said);
        }
        for site in self
            .holdings
            .iter()
            .flat_map(|holding| &holding.sites)
            .take(4)
        {
            let what = match site.kind {
                crate::facts::SiteKind::Mint => "signed with it here",
                _ => "used here",
            };
            draft = draft.related(&site.place, what);
        }
        draft
    }
}

/// Whether another place of the same service says it all: the line that the value is written in, which this one only
/// names; or that of what is deployed, where this one is for development or tests.
fn is_told_elsewhere(holding: &Holding<'_>, all: &[&Holding<'_>]) -> bool {
    let written_in = |holding: &Holding<'_>| {
        let value = holding.value.as_ref();
        value.map(|value| value.place.path.clone())
    };
    let is_for_less = holding.purpose != Purpose::Deployed;
    let mut others = all.iter().filter(|other| {
        other.service == holding.service
            && other.place.path != holding.place.path
            && written_in(other).is_some_and(|path| path == other.place.path)
    });
    others.any(|other| {
        let is_source = written_in(holding).is_some_and(|path| path == other.place.path);
        is_source || is_for_less && other.purpose == Purpose::Deployed
    })
}

fn does(role: Role) -> &'static str {
    if role.is_active() || role.only_holds {
        role.describe()
    } else {
        "what it does with it is not known"
    }
}

fn in_common(one: &str, other: &str) -> usize {
    let mut folders = one.split('/').zip(other.split('/'));
    let mut count = 0;
    while folders.next().is_some_and(|(one, other)| one == other) {
        count += 1;
    }
    count
}

/// `a, b and c`.
pub(super) fn listed(names: &[&str]) -> String {
    let shown = names.get(..MOST_NAMED).unwrap_or(names);
    let more = names.len() - shown.len();
    match (shown, more) {
        (shown, more @ 1..) => format!("{} and {more} more", shown.join(", ")),
        ([all @ .., last], 0) if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        (shown, _) => shown.join(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_like_sentences() {
        assert_eq!(listed(&["a"]), "a");
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
        assert!(listed(&["a"; 11]).ends_with("a and 3 more"));
    }
}
