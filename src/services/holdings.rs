//! What each service is given that is a key of tokens: by what its code does with it, by the system that reads it, or
//! by its name.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::Input;
use super::boundary::{Boundaries, Service};
use super::content::{Content, Part};
use super::environment::{Given, Tree};
use super::holding::{Holding, Nameless, SaidBy};
use super::identity::Evidence;
use super::key_values::{
    is_path, is_symmetric, is_written_key, key_of_document, known_setting, names_file, part,
    replace_value,
};
use super::manifests::asks_for;
use super::naming::{is_configuration, is_dotenv, names_token_key, names_variables};
use super::paths::{folder_of, is_below, name_of};
use super::resolution::{HeldValue, Resolved};
use super::roles::{KeyUse, Role, Uses};
use crate::code_context;
use crate::facts::Site;
use crate::keys;
use crate::models::schema::Encoding;
use crate::settings::{Holder, Purpose, folded, words};

/// Everything that a service is given.
pub(super) struct AllGiven<'a> {
    pub(super) list: Vec<Given<'a>>,
    /// So many are given by what deploys it; the rest stands in files that it reads itself.
    of_deployment: usize,
    /// Settings that only name the variable which comes before what the files of their folder say.
    over: Vec<(&'a str, Given<'a>)>,
}

impl<'a> AllGiven<'a> {
    /// What its deployment gives it, by name.
    pub(super) fn environment(&self) -> BTreeMap<&str, &Given<'a>> {
        let mut environment: BTreeMap<&str, &Given<'a>> = BTreeMap::new();
        for given in self.list.iter().take(self.of_deployment) {
            environment.entry(given.name.as_str()).or_insert(given);
        }
        environment
    }

    /// The variable that a setting is taken from when that is set, as another file of its folder says.
    fn variable_over(&self, given: &Given<'a>, home: &str) -> Option<&Given<'a>> {
        let variables = self.over.iter();
        variables
            .filter(|(of, over)| *of == home && over.name == given.name)
            .map(|(_, over)| over)
            .next()
            .filter(|_| given.at.is_none())
    }
}

/// Looks through what one service is given.
pub(super) struct Gatherer<'g, 'a> {
    pub(super) input: &'g Input<'g, 'a>,
    pub(super) tree: &'g Tree<'a>,
    pub(super) boundaries: &'g Boundaries,
    pub(super) service: usize,
    pub(super) uses: &'g Uses<'a>,
    /// What the code of the services does in whose folders it lies, which it may take in.
    pub(super) around: Vec<&'g Uses<'a>>,
}

impl<'a> Gatherer<'_, 'a> {
    /// Every name that the service is given, by its deployment and by files that it reads itself.
    pub(super) fn given(&self, own_files: &[usize]) -> AllGiven<'a> {
        let mut list: Vec<Given<'a>> = Vec::new();
        let service = self.boundaries.services.get(self.service);
        for at in service.map_or(&[][..], |service| &service.workloads) {
            list.extend(self.tree.given_to(*at));
        }
        let of_deployment = list.len();
        let mut over = Vec::new();
        for file in own_files {
            let Some(settings) = self.input.settings.get(*file) else {
                continue;
            };
            let path = settings.source.path.as_str();
            let own = settings.read.settings.iter();
            // What stands for a whole workspace is that of who asks for it.
            let of_workspace = service.and_then(|service| service.workspace.as_deref());
            let is_for_all = of_workspace == Some(folder_of(path));
            let is_asked = |name: &str| self.uses.by_name.contains_key(&folded(name));
            let own = own
                .filter(|setting| setting.holder == Holder::File)
                .filter(|setting| !is_for_all || is_asked(&setting.name))
                .map(|setting| Given {
                    name: setting.name.clone(),
                    setting,
                    file: *file,
                    place: setting.key,
                    place_file: *file,
                    wholesale: false,
                    at: None,
                });
            match names_variables(path) {
                true => over.extend(own.map(|given| (folder_of(path), given))),
                false => list.extend(own),
            }
        }
        let is_known = |home: &str, name: &str| {
            let mut others = list.iter().skip(of_deployment);
            others.any(|other| other.name == name && folder_of(self.tree.path(other.file)) == home)
        };
        let alone: Vec<Given<'a>> = over
            .iter()
            .filter(|(home, given)| !is_known(home, &given.name))
            .map(|(_, given)| given.clone())
            .collect();
        list.extend(alone);
        AllGiven {
            list,
            of_deployment,
            over,
        }
    }

    /// What is a key by itself, and what else the deployment gives to the service.
    pub(super) fn holdings(&self, all: &AllGiven<'a>) -> (Vec<Holding<'a>>, Vec<Given<'a>>) {
        let Some(service) = self.boundaries.services.get(self.service) else {
            return (Vec::new(), Vec::new());
        };
        let environment = all.environment();
        let mut holdings: Vec<Holding<'a>> = Vec::new();
        let mut rest = Vec::new();
        let mut matched: BTreeSet<String> = BTreeSet::new();
        for given in &all.list {
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
            let resolved = self.resolve(service, all, given, &environment);
            holdings.extend(self.holding(service, given, used, said_by, resolved));
        }
        for (key, used) in &self.uses.by_name {
            if !matched.contains(key) && !self.is_unused_part(service, used) {
                let holding = self.by_code(used);
                holdings.extend(holding.map(|holding| self.given_outside(service, holding)));
            }
        }
        for used in &self.uses.literals {
            holdings.extend(self.by_code(used));
        }
        let mut seen = BTreeSet::new();
        holdings.retain(|holding| seen.insert((holding.place.clone(), holding.name.clone())));
        (holdings, rest)
    }

    /// What a given name comes to, through the file that it names.
    fn resolve(
        &self,
        service: &Service,
        all: &AllGiven<'a>,
        given: &Given<'a>,
        environment: &BTreeMap<&str, &Given<'a>>,
    ) -> Resolved {
        let mut resolved = self.tree.resolve(given, environment);
        if let Some(variable) = all.variable_over(given, folder_of(self.tree.path(given.file))) {
            let set = self.tree.resolve(variable, environment);
            if set.value.is_some() {
                return set;
            }
            resolved = resolved.behind(set);
        }
        let path = resolved.value.as_ref().map(|value| value.text.reveal());
        let file = path.and_then(|path| {
            self.tree
                .file_at(path.trim(), service.folder.as_deref(), environment)
        });
        file.unwrap_or(resolved)
    }

    /// Keys that the code uses without a name, when the service is given one file that is such a key.
    pub(super) fn without_name(
        &self,
        all: &AllGiven<'a>,
        rest: &mut Vec<Given<'a>>,
        nameless: &mut Vec<Nameless<'a>>,
    ) -> Vec<Holding<'a>> {
        let mut holdings = Vec::new();
        let Some(service) = self.boundaries.services.get(self.service) else {
            return holdings;
        };
        for part in [Part::Private, Part::Public] {
            let is_used = |key: &Nameless<'_>| key.service == self.service && key.part == part;
            let Some(at) = nameless.iter().position(is_used) else {
                continue;
            };
            let environment = all.environment();
            let mut found: Option<(&Given<'a>, Resolved)> = None;
            let mut is_only = true;
            for given in all.list.iter().filter(|given| names_file(given)) {
                let resolved = self.resolve(service, all, given, &environment);
                if resolved.content.is_some_and(|content| content.part == part)
                    || resolved
                        .value
                        .as_ref()
                        .and_then(|value| Content::of(value.text.reveal()))
                        .is_some_and(|content| content.part == part)
                {
                    is_only &= found
                        .as_ref()
                        .is_none_or(|(_, known)| known.evidence == resolved.evidence);
                    found = found.or(Some((given, resolved)));
                }
            }
            if let Some((given, resolved)) = found.filter(|_| is_only)
                && let Some(holding) = self.holding(service, given, None, SaidBy::Code, resolved)
            {
                let key = nameless.remove(at);
                rest.retain(|other| other.name != given.name);
                holdings.push(Holding {
                    role: key.role,
                    sites: key.sites,
                    ..holding
                });
            }
        }
        holdings
    }

    /// A setting that is a key only because another service uses the same as one.
    pub(super) fn held_along(&self, given: &Given<'a>, keys: &Keys) -> Option<Holding<'a>> {
        let service = self.boundaries.services.get(self.service)?;
        let resolved = self.tree.resolve(given, &BTreeMap::new());
        let is_key = |evidence: &Evidence| keys.evidence.contains(evidence);
        let is_named = keys.names.contains(&folded(&given.name));
        let value = resolved.value.as_ref();
        let of_pair = || {
            let content = value.and_then(|value| Content::of(value.text.reveal()));
            let pair = content
                .or(resolved.content)
                .and_then(|content| content.pair);
            pair.is_some_and(|pair| keys.pairs.contains(&pair))
        };
        let is_same = resolved.evidence.iter().any(|evidence| match evidence {
            // Two settings may hold the same word by chance.
            Evidence::Value(_) => is_named && is_key(evidence),
            _ => is_key(evidence),
        }) || of_pair();
        let mut holding =
            is_same.then(|| self.holding(service, given, None, SaidBy::Name, resolved))??;
        holding.role.only_holds |= holding.part != Part::Public;
        if !holding.part_by_content {
            holding.part = Part::Unknown;
        }
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
        let path = self
            .input
            .settings
            .get(given.file)
            .map(|settings| settings.source.path.as_str())?;
        if let Some(setting) = known_setting(path, given) {
            let home = match (given.at, &service.folder) {
                (Some(_), Some(folder)) => folder,
                _ => folder_of(path),
            };
            if setting.packages.is_empty() {
                return Some(SaidBy::System);
            }
            if asks_for(self.input.manifests, home, &setting.packages) {
                return Some(SaidBy::Name);
            }
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
        let is_read = given.at.is_some() || is_dotenv(path) || is_configuration(path);
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
            if !is_written_key(text) {
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
            let key = folded(&given.name);
            let is_used_around = (self.around.iter()).any(|uses| uses.by_name.contains_key(&key));
            let is_known = service.code_read || given.wholesale && service.folder.is_none();
            role.only_holds |= is_known && !is_used_around;
        }
        role.may_mint |= self.uses.may_mint && !role.mints;
        let content = match &resolved.value {
            Some(value) => Content::of(value.text.reveal()),
            None => None,
        };
        let content = content.or(resolved.content);
        let part = match content {
            Some(content) => content.part,
            None => match (part(&given.name, used), &resolved.value) {
                (Part::Unknown, Some(value)) if is_symmetric(value.text.reveal()) => Part::Secret,
                (part, _) => part,
            },
        };
        if resolved.evidence.is_empty() {
            resolved.evidence.push(Evidence::Name(folded(&given.name)));
        }
        let value_purpose = resolved
            .value
            .as_ref()
            .map_or(place_of.purpose, |value| value.purpose);
        Some(Holding {
            service: self.service,
            name: given.name.clone(),
            place: self.tree.place(given.place_file, given.place),
            committed: place_of.committed,
            purpose: place_of.purpose,
            context: code_context::of_path(&place_of.source.path),
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
            handed: given.at.is_some() && !given.wholesale,
            in_settings: true,
            fetched_from: None,
            evidence: resolved.evidence,
            part_by_content: content.is_some(),
            pair: content.and_then(|content| content.pair),
            publisher: None,
        })
    }

    /// Whether only a package that the service depends on uses a variable which its deployment does not give it: the
    /// service takes in another part of the package.
    fn is_unused_part(&self, service: &Service, used: &KeyUse<'a>) -> bool {
        let Some(folder) = service
            .folder
            .as_deref()
            .filter(|folder| !folder.is_empty())
        else {
            return false;
        };
        let is_own = |site: &&'a Site| is_below(&site.place.path, folder);
        !service.workloads.is_empty()
            && service.deployed
            && used.literal.is_none()
            && used.fallback.is_none()
            && !used.sites.iter().any(is_own)
            && self
                .tree
                .given_outside(&service.workloads, &used.name)
                .is_empty()
    }

    /// What the deployment says of a variable that nothing in the tree sets.
    fn given_outside(&self, service: &Service, mut holding: Holding<'a>) -> Holding<'a> {
        let is_sure = |evidence: &Evidence| evidence.strength() > 2;
        if holding.evidence.iter().any(is_sure) {
            return holding;
        }
        for (evidence, origin) in self.tree.given_outside(&service.workloads, &holding.name) {
            if !holding.evidence.contains(&evidence) {
                holding.evidence.push(evidence);
                holding.origin = origin;
            }
        }
        holding
    }

    /// A key that only the code speaks of: a literal, a file, or a name that nothing in the tree sets.
    fn by_code(&self, used: &KeyUse<'a>) -> Option<Holding<'a>> {
        let site = used.sites.first()?;
        let fallback = used
            .fallback
            .as_ref()
            .filter(|text| !text.reveal().is_empty());
        let mut content = fallback.and_then(|text| Content::of(text.reveal()));
        let (place, evidence, origin) = match (&used.literal, fallback) {
            (Some((text, _)), _) if text.reveal().is_empty() => return None,
            (Some((text, _)), _) if site.declared && !is_written_key(text.reveal()) => return None,
            (Some((text, place)), _) => {
                content = Content::of(text.reveal());
                let evidence = vec![
                    Evidence::Value(self.tree.hasher.hash(text)),
                    Evidence::Constant(place.span),
                ];
                (place.clone(), evidence, String::new())
            }
            (None, Some(text)) => (
                site.place.clone(),
                vec![Evidence::Default(self.tree.hasher.hash(text))],
                format!("the default of {}", used.name),
            ),
            (None, None) => match self.tree.file_of(used) {
                Some((path, of_file)) => {
                    content = of_file;
                    let evidence = vec![Evidence::File(path.to_owned())];
                    (site.place.clone(), evidence, format!("the file {path}"))
                }
                None => {
                    let what = if is_path(&used.name) {
                        "file"
                    } else {
                        "variable"
                    };
                    (
                        site.place.clone(),
                        vec![Evidence::Name(folded(&used.name))],
                        format!("the {what} {}", used.name),
                    )
                }
            },
        };
        let mut role = used.role;
        role.may_mint |= self.uses.may_mint && !role.mints;
        let declared = used.literal.as_ref().filter(|_| site.declared);
        let value = declared.map(|(text, place)| HeldValue {
            text: text.clone(),
            place: place.clone(),
            name: site.library.name.clone(),
            committed: true,
            is_default: false,
            purpose: Purpose::of_path(&place.path),
        });
        Some(Holding {
            service: self.service,
            name: used.name.clone(),
            committed: true,
            purpose: Purpose::Deployed,
            context: used.context,
            role,
            part: content.map_or_else(|| part(&used.name, Some(used)), |content| content.part),
            origin,
            place,
            value_purpose: value
                .as_ref()
                .map_or(Purpose::Deployed, |value| value.purpose),
            value,
            said_by: if site.declared {
                SaidBy::System
            } else {
                SaidBy::Code
            },
            sites: used.sites.clone(),
            encoding: used.encoding.unwrap_or(Encoding::Text),
            handed: false,
            in_settings: site.declared,
            fetched_from: None,
            evidence,
            part_by_content: content.is_some(),
            pair: content.and_then(|content| content.pair),
            publisher: None,
        })
    }
}

/// What tells that a setting is one of the keys that were found.
pub(super) struct Keys {
    evidence: HashSet<Evidence>,
    names: HashSet<String>,
    /// Pairs of which a half was found.
    pairs: HashSet<keys::Identity>,
}

impl Keys {
    pub(super) fn of(holdings: &[Holding<'_>]) -> Self {
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
            pairs: holdings.iter().filter_map(|holding| holding.pair).collect(),
        }
    }
}
