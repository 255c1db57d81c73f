//! Key sets that services fetch: from where, and which service publishes them.

use std::collections::{BTreeMap, BTreeSet};

use super::Input;
use super::address::{Directory, Location};
use super::boundary::Boundaries;
use super::content::Part;
use super::environment::{Given, Tree};
use super::holding::{Holding, Nameless, SaidBy};
use super::holdings::AllGiven;
use super::identity::Evidence;
use super::roles::{Role, Uses};
use crate::facts::{AddressPart, Site, SiteKind};
use crate::finding::Place;
use crate::models::schema::Encoding;
use crate::settings::{Purpose, folded};

/// What each service fetches, as holdings of public keys. Takes away what thereby is no longer without a name.
pub(super) fn holdings<'a>(
    input: &Input<'_, 'a>,
    tree: &Tree<'a>,
    boundaries: &Boundaries,
    uses: &[Uses<'a>],
    given: &[AllGiven<'a>],
    nameless: &mut Vec<Nameless<'a>>,
) -> Vec<Holding<'a>> {
    let directory = Directory::new(input.settings, boundaries, given);
    let issuers = issuers(tree, uses, given);
    let mut holdings: Vec<Holding<'a>> = Vec::new();
    for (service, (uses, given)) in uses.iter().zip(given).enumerate() {
        let mut found: BTreeMap<Location, &'a Site> = BTreeMap::new();
        for site in &uses.fetches {
            if let Some(location) = location(&site.fetched_from, tree, given) {
                let first = found.entry(location).or_insert(site);
                if site.place < first.place {
                    *first = site;
                }
            }
        }
        if found.is_empty() {
            continue;
        }
        let is_fetched = |key: &Nameless<'_>| key.service == service && key.part == Part::Public;
        let verified = nameless.iter().find(|key| is_fetched(key));
        let (role, sites) = verified.map_or_else(
            || (Role::default(), Vec::new()),
            |key| (key.role, key.sites.clone()),
        );
        nameless.retain(|key| !is_fetched(key));
        for (location, site) in found {
            let publisher = directory
                .service_at(&location, service)
                .or_else(|| issuers.get(location.host()).copied().flatten());
            holdings.push(fetched(service, site, &location, publisher, (role, &sites)));
        }
    }
    let published = published(&holdings, boundaries, tree, nameless);
    holdings.extend(published);
    holdings
}

/// The services that write a host into their tokens as the issuer; `None` for a host that several write.
fn issuers<'a>(
    tree: &Tree<'a>,
    uses: &[Uses<'a>],
    given: &[AllGiven<'a>],
) -> BTreeMap<String, Option<usize>> {
    let mut issuers: BTreeMap<String, Option<usize>> = BTreeMap::new();
    for (service, (uses, given)) in uses.iter().zip(given).enumerate() {
        let mints = uses
            .by_name
            .values()
            .chain(&uses.literals)
            .flat_map(|used| &used.sites)
            .chain(&uses.nameless)
            .filter(|site| site.kind == SiteKind::Mint);
        for location in mints.filter_map(|site| location(&site.issuer, tree, given)) {
            let known = issuers
                .entry(location.host().to_owned())
                .or_insert(Some(service));
            *known = known.filter(|known| *known == service);
        }
    }
    issuers
}

/// The address that its parts come to, with what the service is given for its variables.
fn location<'a>(parts: &[AddressPart], tree: &Tree<'a>, given: &AllGiven<'a>) -> Option<Location> {
    let mut text = String::new();
    for part in parts {
        match part {
            AddressPart::Text(written) => text.push_str(written.reveal()),
            AddressPart::Variable { name, fallback } => {
                let known = value_of(name, tree, given);
                text.push_str(
                    known
                        .as_deref()
                        .or(fallback.as_ref().map(|text| text.reveal()))?,
                );
            }
            AddressPart::Unknown => return None,
        }
    }
    Location::parse(&text)
}

fn value_of<'a>(name: &str, tree: &Tree<'a>, given: &AllGiven<'a>) -> Option<String> {
    let name = folded(name);
    let mut named = given
        .list
        .iter()
        .filter(|given| folded(&given.name) == name);
    let environment = given.environment();
    let resolved = |given: &Given<'a>| tree.resolve(given, &environment).value;
    let value = named.find_map(resolved)?;
    Some(value.text.reveal().trim().to_owned())
}

fn fetched<'a>(
    service: usize,
    site: &'a Site,
    location: &Location,
    publisher: Option<usize>,
    (role, sites): (Role, &[&'a Site]),
) -> Holding<'a> {
    let shown = location.shown();
    Holding {
        context: site.context,
        part: Part::Public,
        origin: shown.clone(),
        sites: sites.to_vec(),
        evidence: vec![match publisher {
            // One service may be reached by several addresses.
            Some(publisher) => Evidence::Address(format!("service {publisher}")),
            None => Evidence::Address(shown.clone()),
        }],
        fetched_from: Some(shown),
        publisher,
        ..own_key(service, site.place.clone(), role)
    }
}

/// The private keys of services that publish a key set, where they have no name.
fn published<'a>(
    fetched: &[Holding<'a>],
    boundaries: &Boundaries,
    tree: &Tree<'a>,
    nameless: &mut Vec<Nameless<'a>>,
) -> Vec<Holding<'a>> {
    let publishers: BTreeSet<usize> = fetched
        .iter()
        .filter_map(|holding| holding.publisher)
        .collect();
    let mut holdings = Vec::new();
    for service in publishers {
        let signs = |key: &Nameless<'_>| {
            key.service == service && key.part == Part::Private && key.role.mints
        };
        if let Some(at) = nameless.iter().position(signs) {
            let key = nameless.remove(at);
            if let Some(first) = key.sites.first() {
                let place = first.place.clone();
                holdings.push(Holding {
                    sites: key.sites.clone(),
                    ..own_key(service, place, key.role)
                });
            }
            continue;
        }
        let Some(known) = boundaries.services.get(service) else {
            continue;
        };
        let issues = known.system.is_some_and(|system| system.issues);
        if let Some(at) = known.workloads.first().filter(|_| issues)
            && let Some(source) = tree.source(at.file)
            && let Some(workload) = source.read.workloads.get(at.workload)
        {
            let role = Role {
                mints: true,
                ..Role::default()
            };
            holdings.push(Holding {
                committed: source.committed,
                in_settings: true,
                said_by: SaidBy::System,
                ..own_key(service, tree.place(at.file, workload.span), role)
            });
        }
    }
    holdings
}

/// A private key that a service made for itself.
fn own_key<'a>(service: usize, place: Place, role: Role) -> Holding<'a> {
    Holding {
        service,
        name: String::new(),
        place,
        committed: true,
        purpose: Purpose::Deployed,
        context: None,
        role,
        part: Part::Private,
        origin: "a key of its own".to_owned(),
        value: None,
        value_purpose: Purpose::Deployed,
        said_by: SaidBy::Code,
        sites: Vec::new(),
        encoding: Encoding::Text,
        handed: false,
        in_settings: false,
        fetched_from: None,
        evidence: Vec::new(),
        part_by_content: false,
        pair: None,
        publisher: None,
    }
}
