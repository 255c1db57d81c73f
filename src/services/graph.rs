//! Who holds which key: every place at which a service is given one, joined by what proves that two are the same.

use std::collections::{BTreeMap, BTreeSet};

use super::Input;
use super::boundary::{self, Boundaries, Service};
use super::environment::Tree;
use super::holdings::{Gatherer, Keys, part};
use super::identity::Evidence;
use super::joining::identities;
use super::key_sets;
use super::naming::is_dotenv;
use super::paths::folder_of;
use super::resolution::HeldValue;
use super::roles::{self, KeyUse, Role, Uses};
use crate::facts::Site;
use crate::finding::{CodeContext, Place};
use crate::keys;
use crate::models::schema::Encoding;
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
}

/// What a service does with keys that have no name.
#[derive(Debug)]
pub struct Nameless<'a> {
    /// Index in [`TrustGraph::services`].
    pub service: usize,
    /// Which part of a key they are.
    pub part: Part,
    /// What it does with them.
    pub role: Role,
    /// Where.
    pub sites: Vec<&'a Site>,
}

/// One secret or key.
#[derive(Debug)]
pub struct Identity<'a> {
    /// What it is mostly called; empty when it is a literal in code.
    pub name: String,
    /// Everyone who holds it, by service and place.
    pub holdings: Vec<Holding<'a>>,
    /// How much proves that they hold the same, at the weakest point: see [`Evidence::strength`]. 6 when one alone
    /// holds it.
    pub tie: u8,
    /// One settings file deploys two of its holders, or one stands beside the other's.
    pub deployed_together: bool,
}

/// Which part of a key a service is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A shared secret: it mints and verifies.
    Secret,
    /// The private half of a pair: it mints.
    Private,
    /// The public half of a pair: it only verifies.
    Public,
    /// Not known.
    Unknown,
}

/// What says that a setting is a key of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SaidBy {
    /// Code that mints or verifies with it.
    Code,
    /// A known system reads it as such.
    System,
    /// Its name.
    Name,
}

/// A place at which a service is given a key.
#[derive(Clone, Debug)]
pub struct Holding<'a> {
    /// Index in [`TrustGraph::services`].
    pub service: usize,
    /// What the key is called there; empty for a literal in code.
    pub name: String,
    /// Where the service is given it.
    pub place: Place,
    /// That place is part of the repository.
    pub committed: bool,
    /// What the file of that place is for.
    pub purpose: Purpose,
    /// Set when it is not part of the product.
    pub context: Option<CodeContext>,
    /// What the service does with it.
    pub role: Role,
    /// Which part of the key it is.
    pub part: Part,
    /// Where the value comes from, for people; empty when it is written there.
    pub origin: String,
    /// The value, when it is in the tree.
    pub value: Option<HeldValue>,
    /// What the file of the value is for.
    pub value_purpose: Purpose,
    /// What says that it is a key of tokens.
    pub said_by: SaidBy,
    /// Calls that use it.
    pub sites: Vec<&'a Site>,
    /// How the value is written.
    pub encoding: Encoding,
    /// It stands in a settings file; otherwise in code.
    pub in_settings: bool,
    /// The address of the key set that it is fetched from, without what may be secret in it.
    pub fetched_from: Option<String>,
    pub(super) evidence: Vec<Evidence>,
    /// Its content says which part of a key it is.
    pub(super) part_by_content: bool,
    /// The pair that it is a half of, told by its content.
    pub(super) pair: Option<keys::Identity>,
    /// The service that publishes the key set.
    pub(super) publisher: Option<usize>,
}

impl Identity<'_> {
    /// The services that hold it, each with all it does with it, in order.
    pub fn holders(&self) -> BTreeMap<usize, Role> {
        let mut holders: BTreeMap<usize, Role> = BTreeMap::new();
        for holding in &self.holdings {
            holders
                .entry(holding.service)
                .and_modify(|role| role.add(holding.role))
                .or_insert(holding.role);
        }
        holders
    }

    /// Whether whoever holds it can mint: a shared secret or a private key, as far as that is known.
    pub fn can_mint(&self) -> bool {
        self.holdings
            .iter()
            .any(|holding| matches!(holding.part, Part::Secret | Part::Private))
    }

    /// Whether both halves of a pair, or a private key and the key set that tells the public half, are held.
    pub fn is_pair(&self) -> bool {
        let is = |part: Part| self.holdings.iter().any(|holding| holding.part == part);
        is(Part::Private) && is(Part::Public)
    }

    /// Whether it is the private half of a pair.
    pub fn is_private(&self) -> bool {
        self.holdings
            .iter()
            .any(|holding| holding.part == Part::Private)
    }
}

/// Joins code facts and settings into the graph.
pub(super) fn gather<'a>(input: &Input<'_, 'a>) -> TrustGraph<'a> {
    let tree = Tree::new(input.settings, input.key_files);
    let mut boundaries = boundary::find(input, &tree);
    let uses = roles::of_services(input.files, &boundaries, input.path_of);
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
    let identities = identities(holdings, &boundaries);
    TrustGraph {
        services: std::mem::take(&mut boundaries.services),
        identities,
        nameless,
    }
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
