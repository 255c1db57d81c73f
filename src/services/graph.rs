//! Who holds which key: every place at which a service is given one, joined by what proves that two are the same.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::boundary::{self, Boundaries, Service};
use super::environment::{self, Given, HeldValue, Resolved, Tree};
use super::identity::Evidence;
use super::naming::{
    can_be_key, folded, is_blank_to_fill, is_pointer, names_private, names_public, names_token_key,
    words,
};
use super::paths::{folder_of, name_of};
use super::roles::{self, KeyUse, Role, Uses};
use super::{Input, Purpose};
use crate::context;
use crate::facts::Site;
use crate::finding::{CodeContext, Place};
use crate::models::schema::{Encoding, KeyKind};
use crate::settings::Holder;
use crate::syntax::ir::Literal;

/// The services of a tree, and the keys of tokens that they hold.
#[derive(Debug, Default)]
pub struct TrustGraph<'a> {
    /// The services, in order of where they are found first.
    pub services: Vec<Service>,
    /// The keys, each with everyone who holds it, in order of the first place.
    pub identities: Vec<Identity<'a>>,
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
    pub(super) evidence: Vec<Evidence>,
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

    /// Whether it is the private half of a pair.
    pub fn is_private(&self) -> bool {
        self.holdings
            .iter()
            .any(|holding| holding.part == Part::Private)
    }
}

/// Joins code facts and settings into the graph.
pub(super) fn gather<'a>(input: &Input<'_, 'a>) -> TrustGraph<'a> {
    let mut boundaries = boundary::find(input);
    let tree = Tree::new(input.settings);
    let uses = roles::of_services(input.files, &boundaries, input.path_of);
    let own_files = own_files(input, &boundaries);
    let mut holdings = Vec::new();
    let mut others = Vec::new();
    for (service, uses) in uses.iter().enumerate() {
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
        };
        let (found, rest) = gatherer.holdings(files);
        holdings.extend(found);
        others.push((gatherer, rest));
    }
    let keys = Keys::of(&holdings);
    for (gatherer, rest) in others {
        for given in rest {
            holdings.extend(gatherer.held_along(&given, &keys));
        }
    }
    let identities = identities(holdings, &boundaries);
    TrustGraph {
        services: std::mem::take(&mut boundaries.services),
        identities,
    }
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
            // Variables count for the folder they stand in; configuration also for folders below.
            if !environment::is_dotenv(path) || folder == Some(folder_of(path)) {
                own.entry(service).or_default().push(index);
            }
        }
    }
    own
}

struct Gatherer<'g, 'a> {
    input: &'g Input<'g, 'a>,
    tree: &'g Tree<'a>,
    boundaries: &'g Boundaries,
    service: usize,
    uses: &'g Uses<'a>,
}

impl<'a> Gatherer<'_, 'a> {
    /// What is a key by itself, and what else the deployment gives to the service.
    fn holdings(&self, own_files: &[usize]) -> (Vec<Holding<'a>>, Vec<Given<'a>>) {
        let Some(service) = self.boundaries.services.get(self.service) else {
            return (Vec::new(), Vec::new());
        };
        let mut given: Vec<Given<'a>> = Vec::new();
        for at in &service.workloads {
            given.extend(self.tree.given_to(*at));
        }
        let of_deployment = given.len();
        for file in own_files {
            let Some(settings) = self.input.settings.get(*file) else {
                continue;
            };
            for setting in &settings.read.settings {
                if setting.holder == Holder::File {
                    given.push(Given {
                        name: setting.name.clone(),
                        setting,
                        file: *file,
                        place: setting.key,
                        place_file: *file,
                        wholesale: false,
                        at: None,
                    });
                }
            }
        }
        let mut environment: BTreeMap<&str, &Given<'a>> = BTreeMap::new();
        for given in given.iter().take(of_deployment) {
            environment.entry(given.name.as_str()).or_insert(given);
        }
        let mut holdings: Vec<Holding<'a>> = Vec::new();
        let mut rest = Vec::new();
        let mut matched: BTreeSet<String> = BTreeSet::new();
        for given in &given {
            let key = folded(&given.name);
            let used = self.uses.by_name.get(&key);
            let Some(said_by) = self.said_by(service, given, used) else {
                if given.at.is_some() {
                    rest.push(given.clone());
                }
                continue;
            };
            if used.is_some() {
                matched.insert(key);
            }
            let resolved = self.tree.resolve(given, &environment);
            holdings.extend(self.holding(service, given, used, said_by, resolved));
        }
        for (key, used) in &self.uses.by_name {
            if !matched.contains(key) {
                holdings.extend(self.by_code(used));
            }
        }
        for used in &self.uses.literals {
            holdings.extend(self.by_code(used));
        }
        let mut seen = BTreeSet::new();
        holdings.retain(|holding| seen.insert((holding.place.clone(), holding.name.clone())));
        (holdings, rest)
    }

    /// A setting that is a key only because another service uses the same as one.
    fn held_along(&self, given: &Given<'a>, keys: &Keys) -> Option<Holding<'a>> {
        let service = self.boundaries.services.get(self.service)?;
        let resolved = self.tree.resolve(given, &BTreeMap::new());
        let is_key = |evidence: &Evidence| keys.evidence.contains(evidence);
        let is_named = keys.names.contains(&folded(&given.name));
        let is_same = resolved.evidence.iter().any(|evidence| match evidence {
            // Two settings may hold the same word by chance.
            Evidence::Value(_) => is_named && is_key(evidence),
            _ => is_key(evidence),
        });
        let mut holding =
            is_same.then(|| self.holding(service, given, None, SaidBy::Name, resolved))??;
        holding.role.only_holds = true;
        holding.part = Part::Unknown;
        // The one that says so is reported.
        holding.value = None;
        Some(holding)
    }

    fn said_by(
        &self,
        service: &Service,
        given: &Given<'a>,
        used: Option<&KeyUse<'a>>,
    ) -> Option<SaidBy> {
        if used.is_some_and(|used| used.role.is_active() || !used.sites.is_empty()) {
            return Some(SaidBy::Code);
        }
        if service
            .system
            .is_some_and(|system| system.setting(&given.name).is_some())
        {
            return Some(SaidBy::System);
        }
        let is_mount = given.name.starts_with('/');
        let named = if is_mount {
            let last = name_of(&given.name);
            let says_jwt = || {
                words(last).iter().any(|word| word == "jwt")
                    && given.name.starts_with("/run/secrets/")
            };
            names_token_key(last) || names_token_key(&format!("{last}_secret")) && says_jwt()
        } else {
            names_token_key(&given.name)
        };
        if !named {
            return None;
        }
        let path = self
            .input
            .settings
            .get(given.file)
            .map(|settings| settings.source.path.as_str())?;
        let is_read = given.at.is_some()
            || environment::is_dotenv(path)
            || environment::is_configuration(path);
        is_read.then_some(SaidBy::Name)
    }

    fn holding(
        &self,
        service: &Service,
        given: &Given<'a>,
        used: Option<&KeyUse<'a>>,
        said_by: SaidBy,
        mut resolved: Resolved,
    ) -> Option<Holding<'a>> {
        let place_of = self.input.settings.get(given.place_file)?;
        if let Some(value) = &mut resolved.value {
            let text = value.text.reveal();
            if let Some(inner) = key_of_document(text) {
                let hash = self.tree.hasher.hash(&inner);
                replace_value(&mut resolved.evidence, Some(hash));
                value.text = inner;
            }
            let text = value.text.reveal();
            if is_blank_to_fill(text) || is_pointer(text) || !can_be_key(text) {
                resolved.value = None;
                replace_value(&mut resolved.evidence, None);
            }
        }
        let mut role = used.map_or(Role::default(), |used| used.role);
        if let Some(setting) = service
            .system
            .and_then(|system| system.setting(&given.name))
        {
            role.mints |= setting.mints;
            role.verifies |= setting.verifies;
            role.only_holds |= !setting.mints && !setting.verifies;
        }
        if !role.is_active() {
            role.only_holds |= service.code_read || given.wholesale;
        }
        role.may_mint |= self.uses.may_mint && !role.mints;
        let part = part(
            &given.name,
            used,
            resolved.value.as_ref().map(|value| &value.text),
        );
        if resolved.evidence.is_empty() {
            resolved.evidence.push(Evidence::Name(folded(&given.name)));
        }
        let value_purpose = resolved
            .value
            .as_ref()
            .and_then(|value| self.input.settings.get(value.file))
            .map_or(place_of.purpose, |settings| settings.purpose);
        Some(Holding {
            service: self.service,
            name: given.name.clone(),
            place: self.tree.place(given.place_file, given.place),
            committed: place_of.committed,
            purpose: place_of.purpose,
            context: context::of_path(&place_of.source.path),
            role,
            part,
            origin: resolved.origin,
            value: resolved.value,
            value_purpose,
            said_by,
            sites: used.map(|used| used.sites.clone()).unwrap_or_default(),
            encoding: used
                .and_then(|used| used.encoding)
                .unwrap_or(Encoding::Text),
            in_settings: true,
            evidence: resolved.evidence,
        })
    }

    /// A key that only the code speaks of: a literal, or a name that nothing in the tree sets.
    fn by_code(&self, used: &KeyUse<'a>) -> Option<Holding<'a>> {
        let site = used.sites.first()?;
        let (place, evidence) = match &used.literal {
            Some((text, place)) => {
                if text.reveal().is_empty() {
                    return None;
                }
                let evidence = vec![
                    Evidence::Value(self.tree.hasher.hash(text)),
                    Evidence::Constant(place.span),
                ];
                (place.clone(), evidence)
            }
            None => {
                let fallback = used
                    .fallback
                    .as_ref()
                    .filter(|text| !text.reveal().is_empty());
                let evidence = match fallback {
                    Some(text) => Evidence::Default(self.tree.hasher.hash(text)),
                    None => Evidence::Name(folded(&used.name)),
                };
                (site.place.clone(), vec![evidence])
            }
        };
        let text = used
            .literal
            .as_ref()
            .map(|(text, _)| text)
            .or(used.fallback.as_ref());
        let mut role = used.role;
        role.may_mint |= self.uses.may_mint && !role.mints;
        Some(Holding {
            service: self.service,
            name: used.name.clone(),
            committed: true,
            purpose: Purpose::Deployed,
            context: used.context,
            role,
            part: part(&used.name, Some(used), text),
            origin: match (&used.literal, &used.fallback) {
                (Some(_), _) => String::new(),
                (None, Some(_)) => format!("the default of {}", used.name),
                (None, None) => format!("the variable {}", used.name),
            },
            place,
            value: None,
            value_purpose: Purpose::Deployed,
            said_by: SaidBy::Code,
            sites: used.sites.clone(),
            encoding: used.encoding.unwrap_or(Encoding::Text),
            in_settings: false,
            evidence,
        })
    }
}

/// What tells that a setting is one of the keys that were found.
struct Keys {
    evidence: HashSet<Evidence>,
    names: HashSet<String>,
}

impl Keys {
    fn of(holdings: &[Holding<'_>]) -> Self {
        /// Weaker evidence is no reason to take a setting for a key.
        const LEAST: u8 = 4;
        let keys = || {
            holdings
                .iter()
                .filter(|holding| holding.part != Part::Public)
        };
        let evidence = keys().flat_map(|holding| &holding.evidence);
        Self {
            evidence: evidence
                .filter(|evidence| evidence.strength() >= LEAST)
                .cloned()
                .collect(),
            names: keys().map(|holding| folded(&holding.name)).collect(),
        }
    }
}

/// The key in a document that holds one with its policy: `{"type":"HS256","key":"…"}`.
fn key_of_document(text: &str) -> Option<Literal> {
    let text = text.trim();
    if !text.starts_with('{') || text.len() > 100_000 {
        return None;
    }
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    let key = ["key", "secret", "k"]
        .iter()
        .find_map(|name| json.get(name)?.as_str());
    Some(Literal::new(key.unwrap_or_default()))
}

fn replace_value(evidence: &mut Vec<Evidence>, with: Option<super::identity::ValueHash>) {
    evidence.retain_mut(|known| match (known, with) {
        (Evidence::Value(hash) | Evidence::Default(hash), Some(new)) => {
            *hash = new;
            true
        }
        (Evidence::Value(_) | Evidence::Default(_), None) => false,
        _ => true,
    });
}

/// Which part of a key something is: by its text, else by what the code does with it, else by its name.
fn part(name: &str, used: Option<&KeyUse<'_>>, text: Option<&Literal>) -> Part {
    if let Some(text) = text {
        let text = text.reveal();
        if text.contains("-----BEGIN") {
            return if text.contains("PRIVATE KEY") {
                Part::Private
            } else {
                Part::Public
            };
        }
    }
    if let Some(used) = used {
        if used.is_kind(KeyKind::Private) {
            return Part::Private;
        }
        if used.is_kind(KeyKind::Public) || used.is_kind(KeyKind::Jwks) {
            return Part::Public;
        }
        if used.is_asymmetric() {
            return if used.role.mints {
                Part::Private
            } else {
                Part::Public
            };
        }
        if used.is_kind(KeyKind::Secret) || used.is_hmac() {
            return Part::Secret;
        }
    }
    if names_public(name) {
        Part::Public
    } else if names_private(name) {
        Part::Private
    } else if words(name).iter().any(|word| word.contains("secret")) {
        Part::Secret
    } else {
        Part::Unknown
    }
}

/// Joins holdings that are the same key, by the strongest evidence first.
fn identities<'a>(holdings: Vec<Holding<'a>>, boundaries: &Boundaries) -> Vec<Identity<'a>> {
    let mut group: Vec<usize> = (0..holdings.len()).collect();
    let mut tie: Vec<u8> = vec![6; holdings.len()];
    for strength in (1..=6).rev() {
        let mut first: HashMap<&Evidence, usize> = HashMap::new();
        for (index, holding) in holdings.iter().enumerate() {
            for evidence in holding
                .evidence
                .iter()
                .filter(|evidence| evidence.strength() == strength)
            {
                let one = find(&mut group, *first.entry(evidence).or_insert(index));
                let other = find(&mut group, index);
                if one == other {
                    continue;
                }
                let (low, high) = (one.min(other), one.max(other));
                let weakest = [low, high]
                    .iter()
                    .filter_map(|at| tie.get(*at))
                    .copied()
                    .min()
                    .unwrap_or(strength);
                if let (Some(parent), Some(tie)) = (group.get_mut(high), tie.get_mut(low)) {
                    *parent = low;
                    *tie = weakest.min(strength);
                }
            }
        }
    }
    let mut members: BTreeMap<usize, Vec<Holding<'a>>> = BTreeMap::new();
    let roots: Vec<usize> = (0..holdings.len())
        .map(|index| find(&mut group, index))
        .collect();
    for (holding, root) in holdings.into_iter().zip(roots) {
        members.entry(root).or_default().push(holding);
    }
    let mut identities: Vec<Identity<'a>> = members
        .into_iter()
        .map(|(root, mut holdings)| {
            leave_out_rest(&mut holdings, boundaries);
            holdings.sort_by(|one, other| {
                (one.service, &one.place, &one.name).cmp(&(
                    other.service,
                    &other.place,
                    &other.name,
                ))
            });
            let mut names: BTreeMap<&str, usize> = BTreeMap::new();
            for holding in &holdings {
                *names.entry(&holding.name).or_default() += 1;
            }
            let most = names.values().max().copied().unwrap_or_default();
            let name = names
                .iter()
                .find(|(_, count)| **count == most)
                .map(|(name, _)| (*name).to_owned());
            Identity {
                name: name.unwrap_or_default(),
                deployed_together: deployed_together(&holdings, boundaries),
                tie: tie.get(root).copied().unwrap_or(6),
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

fn find(group: &mut [usize], index: usize) -> usize {
    let mut at = index;
    while let Some(&parent) = group.get(at)
        && parent != at
    {
        at = parent;
    }
    if let Some(slot) = group.get_mut(index) {
        *slot = at;
    }
    at
}
