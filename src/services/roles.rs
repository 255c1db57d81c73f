//! What the code of each service does with which key: mints, verifies, or hands it to something that does.

use std::collections::{BTreeMap, BTreeSet};

use super::boundary::Boundaries;
use super::shared_code::SharedCode;
use crate::facts::{Algorithms, FileFacts, Key, Material, Site, SiteKind};
use crate::finding::{CodeContext, Place};
use crate::models::schema::{Encoding, KeyKind};
use crate::settings::folded;
use crate::source::FileId;
use crate::syntax::ir::Literal;

/// What a service does with a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Role {
    /// It signs tokens.
    pub mints: bool,
    /// It verifies tokens.
    pub verifies: bool,
    /// It gives the key to a framework, which may do either.
    pub registers: bool,
    /// Its code was read and does nothing with it, or it came along with everything else of a file.
    pub only_holds: bool,
    /// It signs tokens with a key that is not known, which may be this one.
    pub may_mint: bool,
}

impl Role {
    /// Whether it is known to do something with tokens.
    pub fn is_active(self) -> bool {
        self.mints || self.verifies || self.registers
    }

    /// Whether it verifies and nothing says that it mints.
    pub fn only_verifies(self) -> bool {
        self.verifies && !self.mints && !self.registers && !self.may_mint
    }

    /// What happens at a place of the code.
    fn at(site: &Site) -> Self {
        Self {
            mints: site.kind == SiteKind::Mint,
            verifies: site.kind == SiteKind::Verify,
            registers: site.kind == SiteKind::Register,
            ..Self::default()
        }
    }

    /// Takes in what else it does.
    pub(super) fn add(&mut self, other: Self) {
        self.mints |= other.mints;
        self.verifies |= other.verifies;
        self.registers |= other.registers;
        self.may_mint |= other.may_mint;
        self.only_holds = (self.only_holds || other.only_holds) && !self.is_active();
    }

    /// As a verb for people.
    pub fn describe(self) -> &'static str {
        match (self.mints, self.verifies, self.registers, self.only_holds) {
            (true, true, _, _) => "mints and verifies",
            (true, false, _, _) => "mints",
            (false, true, _, _) => "verifies",
            (false, false, true, _) => "uses it for tokens",
            (false, false, false, true) => "only holds it",
            (false, false, false, false) => "what it does with it is not known",
        }
    }
}

/// How the code of a service uses a key that it reads under a name, or that is written in it.
#[derive(Clone, Debug, Default)]
pub(super) struct KeyUse<'a> {
    /// The name as the code writes it; empty for a literal.
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) sites: Vec<&'a Site>,
    pub(super) kinds: BTreeSet<u8>,
    pub(super) encoding: Option<Encoding>,
    /// What is taken when the name is not set.
    pub(super) fallback: Option<Literal>,
    pub(super) literal: Option<(Literal, Place)>,
    pub(super) context: Option<CodeContext>,
}

impl<'a> KeyUse<'a> {
    pub(super) fn is_kind(&self, kind: KeyKind) -> bool {
        self.kinds.contains(&(kind as u8))
    }

    /// The use of keys that have no name, at one place.
    pub(super) fn nameless(site: &'a Site) -> Self {
        Self {
            role: Role::at(site),
            sites: vec![site],
            kinds: site
                .keys
                .iter()
                .filter_map(|key| Some(key.kind? as u8))
                .collect(),
            ..Self::default()
        }
    }

    /// Whether every algorithm that is known is one with a key pair.
    pub(super) fn is_asymmetric(&self) -> bool {
        let mut names = self.algorithms().peekable();
        names.peek().is_some() && names.all(|name| !name.to_ascii_uppercase().starts_with("HS"))
    }

    /// Whether an algorithm that is known is one with a shared secret.
    pub(super) fn is_hmac(&self) -> bool {
        self.algorithms()
            .any(|name| name.to_ascii_uppercase().starts_with("HS"))
    }

    fn algorithms(&self) -> impl Iterator<Item = &str> {
        self.sites
            .iter()
            .flat_map(|site| match &site.algorithms {
                Algorithms::Known { names, .. } => names.as_slice(),
                _ => &[],
            })
            .map(String::as_str)
    }
}

/// The uses of one service: by name, and of literals.
#[derive(Debug, Default)]
pub(super) struct Uses<'a> {
    pub(super) by_name: BTreeMap<String, KeyUse<'a>>,
    pub(super) literals: Vec<KeyUse<'a>>,
    /// It mints with a key that is not known.
    pub(super) may_mint: bool,
    /// Places that mint or verify with a key that has no name: fetched, made at run time, or not known.
    pub(super) nameless: Vec<&'a Site>,
    /// The same in shared code, which may never be called so.
    pub(super) offered: Vec<&'a Site>,
    /// Places that say from where keys are fetched.
    pub(super) fetches: Vec<&'a Site>,
}

/// What each service's code does, in the order of the services.
pub(super) fn of_services<'a>(
    files: &'a [FileFacts],
    boundaries: &Boundaries,
    shared: &SharedCode,
    path_of: &dyn Fn(FileId) -> String,
) -> Vec<Uses<'a>> {
    let mut uses: Vec<Uses<'a>> = boundaries
        .services
        .iter()
        .map(|_| Uses::default())
        .collect();
    for facts in files {
        let own = boundaries.owners(&facts.path);
        let is_loose = boundaries.is_of_root(&facts.path);
        for site in &facts.sites {
            let is_use = matches!(
                site.kind,
                SiteKind::Mint | SiteKind::Verify | SiteKind::Register | SiteKind::Key
            );
            let is_fetch = !site.fetched_from.is_empty()
                && (is_use || site.kind == SiteKind::Jwks || site.fetched.is_some());
            if !is_use && !is_fetch || site.context == Some(CodeContext::Test) {
                continue;
            }
            let mut owners = own.clone();
            if is_loose {
                let by_caller = boundaries.owners(&path_of(site.root));
                if !by_caller.is_empty() {
                    owners = by_caller;
                }
            }
            let caller = path_of(site.root);
            let is_shared = boundaries.is_shared(&facts.path) && boundaries.is_shared(&caller);
            let users = shared.users(&caller).or(shared.users(&facts.path));
            let users = users.filter(|_| is_shared);
            let how = match users {
                _ if is_shared && boundaries.is_of_package(&facts.path) => Shared::Package,
                Some(_) => Shared::Loose,
                None => Shared::No,
            };
            if let Some(users) = users {
                owners = users.to_vec();
            }
            for service in owners {
                if let Some(uses) = uses.get_mut(service) {
                    if is_use {
                        add(uses, site, how);
                    }
                    if is_fetch {
                        uses.fetches.push(site);
                    }
                }
            }
        }
    }
    for uses in &mut uses {
        uses.sign_with_what_is_registered();
    }
    uses
}

/// Whether several services may take in a piece of code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shared {
    No,
    /// It stands outside of all of them.
    Loose,
    /// It is part of a package that they depend on.
    Package,
}

impl<'a> Uses<'a> {
    /// A framework that was given one key signs and verifies with that where no other is named.
    fn sign_with_what_is_registered(&mut self) {
        let mut given: BTreeMap<&str, Vec<&mut KeyUse<'a>>> = BTreeMap::new();
        for used in self.by_name.values_mut().chain(&mut self.literals) {
            let mut sites = used.sites.iter();
            let library = sites.find(|site| site.kind == SiteKind::Register);
            if let Some(library) = library.map(|site| site.library.name.as_str()) {
                given.entry(library).or_default().push(used);
            }
        }
        self.nameless.retain(|site| {
            let is_left_open = site
                .keys
                .iter()
                .all(|key| matches!(key.material, Material::Unknown(_)));
            let registered = given.get_mut(site.library.name.as_str());
            match registered.map(Vec::as_mut_slice) {
                Some([only]) if is_left_open && site.kind != SiteKind::Register => {
                    only.role.add(Role::at(site));
                    only.sites.push(site);
                    false
                }
                _ => true,
            }
        });
    }
}

/// Whether a key is only that of tests.
fn in_test(key: &Key) -> bool {
    key.context == Some(CodeContext::Test)
}

/// Whether what stands for a key is no name but what the code computes.
fn is_computed(material: &Material) -> bool {
    match material {
        Material::Environment { name, .. } | Material::Setting { path: name, .. } => {
            name.contains(['(', ' '])
        }
        _ => false,
    }
}

fn add<'a>(uses: &mut Uses<'a>, site: &'a Site, shared: Shared) {
    let role = Role::at(site);
    let mut is_named = site.keys.iter().any(in_test);
    let known = |key: &Key| !matches!(key.material, Material::Unknown(_));
    if site.kind == SiteKind::Mint && !site.keys.iter().any(known) {
        uses.may_mint = true;
    }
    for key in site.keys.iter().filter(|key| !in_test(key)) {
        let slot = match &key.material {
            Material::Environment { name, .. }
            | Material::Setting { path: name, .. }
            | Material::File(name)
                if !name.is_empty() && !is_computed(&key.material) =>
            {
                let slot = uses.by_name.entry(folded(name)).or_default();
                slot.name.clone_from(name);
                slot.fallback = slot
                    .fallback
                    .clone()
                    .or_else(|| key.material.literal().map(|(text, ..)| text.clone()));
                slot
            }
            Material::Literal { text, place } => {
                let at = uses.literals.iter().position(|known| {
                    known
                        .literal
                        .as_ref()
                        .is_some_and(|(_, known)| known.span == place.span)
                });
                let at = at.unwrap_or_else(|| {
                    uses.literals.push(KeyUse {
                        literal: Some((text.clone(), place.clone())),
                        ..KeyUse::default()
                    });
                    uses.literals.len() - 1
                });
                match uses.literals.get_mut(at) {
                    Some(slot) => slot,
                    None => continue,
                }
            }
            _ => continue,
        };
        is_named = true;
        slot.role.add(role);
        slot.kinds.extend(key.kind.map(|kind| kind as u8));
        slot.encoding = slot.encoding.or(Some(key.encoding));
        slot.context = site.context;
        slot.sites.push(site);
    }
    // What shared code could do with a key that somebody hands to it is no fact of those who take it in.
    let is_offered = shared == Shared::Package || shared == Shared::Loose && site.generic;
    if !is_named && role.is_active() {
        match is_offered {
            true => uses.offered.push(site),
            false => uses.nameless.push(site),
        }
    }
}
