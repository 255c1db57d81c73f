//! Who holds which key: every place at which a service is given one, joined by what proves that two are the same.

use std::collections::{BTreeMap, BTreeSet};

use super::Input;
use super::boundary::{self, Boundaries, Service};
use super::content::Part;
use super::environment::Tree;
use super::holding::{Holding, Identity, Nameless};
use super::holdings::{Gatherer, Keys};
use super::joining::identities;
use super::key_sets;
use super::key_values::part;
use super::naming::is_dotenv;
use super::paths::folder_of;
use super::roles::{self, KeyUse, Role, Uses};
use super::shared_code::SharedCode;
use crate::facts::{Material, Site, SiteKind};
use crate::finding::Place;
use crate::models::schema::KeyKind;
use crate::settings::Purpose;

/// The services of a tree, and the keys of tokens that they hold.
#[derive(Debug, Default)]
pub struct TrustGraph<'a> {
    /// The services, in order of where they are found first.
    pub services: Vec<Service>,
    /// The keys, each with everyone who holds it, in order of the first place.
    pub identities: Vec<Identity<'a>>,
    /// Uses of keys that have no name and no address, so that nothing ties them to anything. By service and part.
    pub nameless: Vec<Nameless<'a>>,
    /// Calls that verify with a public key in a service that signs with a private key itself.
    pub own_pairs: BTreeSet<Place>,
}

/// Joins code facts and settings into the graph.
pub(super) fn gather<'a>(input: &Input<'_, 'a>) -> TrustGraph<'a> {
    let tree = Tree::new(input.settings, input.key_files);
    let mut boundaries = boundary::find(input, &tree);
    let shared = SharedCode::find(input, &tree, &boundaries);
    let uses = roles::of_services(input.files, &boundaries, &shared, input.path_of);
    let own_files = own_files(input, &boundaries);
    let mut nameless = nameless(&uses);
    let mut holdings = Vec::new();
    let mut others = Vec::new();
    let mut given = Vec::new();
    let all_uses = &uses;
    for (service, uses) in uses.iter().enumerate() {
        let around = boundaries.around(service).into_iter();
        let around = around.filter_map(|other| all_uses.get(other)).collect();
        let files = own_files
            .get(&service)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let gatherer = Gatherer {
            input,
            tree: &tree,
            boundaries: &boundaries,
            service,
            uses,
            around,
        };
        let own = gatherer.given(files);
        let (found, mut rest) = gatherer.holdings(&own);
        holdings.extend(found);
        holdings.extend(gatherer.without_name(&own, &mut rest, &mut nameless));
        others.push((gatherer, rest));
        given.push(own);
    }
    let keys = Keys::of(&holdings);
    for (gatherer, rest) in &others {
        for given in rest {
            holdings.extend(gatherer.held_along(given, &keys));
        }
    }
    holdings.extend(key_sets::holdings(
        input,
        &tree,
        &boundaries,
        &uses,
        &given,
        &mut nameless,
    ));
    note_readers(&mut holdings, input, &boundaries);
    let identities = identities(holdings, &boundaries);
    let own_pairs = own_pairs(&uses, &boundaries);
    TrustGraph {
        services: std::mem::take(&mut boundaries.services),
        identities,
        nameless,
        own_pairs,
    }
}

/// Names that are looked for in the code, to know who reads them.
const MOST_NAMES: usize = 50;

/// Whoever reads the variable of a key does something with it, if only through a package that is not in the tree.
fn note_readers(holdings: &mut [Holding<'_>], input: &Input<'_, '_>, boundaries: &Boundaries) {
    let idle = |holding: &Holding<'_>| {
        let service = boundaries.services.get(holding.service);
        let has_code = service.is_some_and(|service| service.code_read);
        holding.role.only_holds && has_code && is_variable(&holding.name)
    };
    let names: BTreeSet<String> = holdings
        .iter()
        .filter(|holding| idle(holding))
        .map(|holding| holding.name.clone())
        .collect();
    if names.is_empty() {
        return;
    }
    let names: Vec<String> = names.into_iter().take(MOST_NAMES).collect();
    let mut readers: BTreeSet<(usize, String)> = BTreeSet::new();
    for (path, name) in (input.spelling)(&names) {
        let owners = boundaries.owners(&path).into_iter();
        readers.extend(owners.map(|service| (service, name.clone())));
    }
    for holding in holdings.iter_mut() {
        if idle(holding) && readers.contains(&(holding.service, holding.name.clone())) {
            holding.role.only_holds = false;
        }
    }
}

fn is_variable(name: &str) -> bool {
    let mut letters = name.bytes();
    name.len() > 3
        && letters
            .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == b'_')
}

/// Where services verify that sign, too: what they verify is what they signed. What is part of no service is taken
/// package by package.
fn own_pairs(uses: &[Uses<'_>], boundaries: &Boundaries) -> BTreeSet<Place> {
    let mut by_home: BTreeMap<(usize, &str), Vec<&Site>> = BTreeMap::new();
    for (index, uses) in uses.iter().enumerate() {
        let service = boundaries.services.get(index);
        let is_rest = service.is_none_or(|service| service.is_rest);
        let named = uses.by_name.values().chain(&uses.literals);
        let named = named.flat_map(|used| &used.sites);
        for site in named.chain(&uses.nameless).chain(&uses.offered) {
            let home = match is_rest {
                true => boundaries.package_of(&site.place.path),
                false => "",
            };
            by_home.entry((index, home)).or_default().push(*site);
        }
    }
    by_home
        .into_values()
        .filter(|sites| sites.iter().any(|site| signs_with_private_key(site)))
        .flatten()
        .filter(|site| verifies_with_given_key(site))
        .map(|site| site.place.clone())
        .collect()
}

/// What is fetched, or comes with the token, may be the key of another.
fn verifies_with_given_key(site: &Site) -> bool {
    let mut keys = site.keys.iter();
    site.key_kind() == Some(KeyKind::Public)
        && !keys.any(|key| matches!(key.material, Material::Token))
        && site.fetched.is_none()
        && site.fetched_from.is_empty()
}

fn signs_with_private_key(site: &Site) -> bool {
    site.kind == SiteKind::Mint && site.key_kind() == Some(KeyKind::Private)
}

/// What each service does with keys that have no name, in order.
fn nameless<'a>(uses: &[Uses<'a>]) -> Vec<Nameless<'a>> {
    let mut found: BTreeMap<(usize, Part), (Role, Vec<&'a Site>)> = BTreeMap::new();
    for (service, uses) in uses.iter().enumerate() {
        // Where a caller hands the key over, the place is known by the caller's name for it.
        let named = (uses.by_name.values().chain(&uses.literals)).flat_map(|used| &used.sites);
        let named: BTreeSet<&Place> = named.map(|site| &site.place).collect();
        let is_nameless = |site: &&&Site| !named.contains(&site.place);
        for site in uses.nameless.iter().filter(is_nameless) {
            let used = KeyUse::nameless(site);
            // A key set may hold shared secrets too.
            let part = if used.is_hmac() {
                Part::Secret
            } else {
                part("", Some(&used))
            };
            let (role, sites) = found.entry((service, part)).or_default();
            role.add(used.role);
            sites.push(site);
        }
    }
    found
        .into_iter()
        .map(|((service, part), (role, mut sites))| {
            sites.sort_by(|one, other| one.place.cmp(&other.place));
            sites.dedup_by(|one, other| one.place == other.place);
            Nameless {
                service,
                part,
                role,
                sites,
            }
        })
        .collect()
}

/// Settings files that stand in the folder of a service: the service reads them itself.
fn own_files(input: &Input<'_, '_>, boundaries: &Boundaries) -> BTreeMap<usize, Vec<usize>> {
    let mut own: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, settings) in input.settings.iter().enumerate() {
        let path = settings.source.path.as_str();
        if matches!(settings.purpose, Purpose::Template | Purpose::Test) {
            continue;
        }
        if is_dotenv(path) {
            let is_started_here = |service: &&(usize, &Service)| {
                service.1.workspace.as_deref() == Some(folder_of(path))
            };
            let services = boundaries.services.iter().enumerate();
            for (service, _) in services.filter(|service| is_started_here(&service)) {
                own.entry(service).or_default().push(index);
            }
        }
        for service in boundaries.owners(path) {
            let folder = boundaries
                .services
                .get(service)
                .and_then(|service| service.folder.as_deref());
            // Variables count for the folder they stand in, or that of its sources; configuration also for others below.
            let home = folder_of(path);
            let home = home.strip_suffix("/src").unwrap_or(home);
            if !is_dotenv(path) || folder.is_some_and(|of| of == home || of == folder_of(path)) {
                own.entry(service).or_default().push(index);
            }
        }
    }
    own
}
