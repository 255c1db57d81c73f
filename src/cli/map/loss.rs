//! What falls when a service is taken: the keys its holder can mint with, and who believes tokens of them.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;

use super::{Can, Holder, Key, Kind, NoSuchService, Service};

/// What whoever takes a service can do.
#[derive(Serialize)]
pub(super) struct Loss {
    /// The services that are taken.
    compromised: BTreeSet<String>,
    /// The keys that fall.
    falls: Vec<Fall>,
    #[serde(skip)]
    pub(super) services: BTreeSet<usize>,
}

/// A key that falls.
#[derive(Serialize)]
struct Fall {
    key: String,
    kind: Kind,
    /// The material mints for certain.
    certain: bool,
    /// Services that would accept forged tokens.
    accept: Vec<String>,
    /// Services that may: what they do is not known, or not that they hold the same key.
    may_accept: Vec<String>,
    #[serde(skip)]
    at: usize,
    #[serde(skip)]
    accepting: BTreeSet<usize>,
}

impl Loss {
    /// What falls with the services of a name.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn of(
        name: &str,
        services: &[Service],
        keys: &[Key],
    ) -> Result<Self, NoSuchService> {
        let is_named = |service: &Service| service.name == name || service.plain_name == name;
        let taken: BTreeSet<usize> = services
            .iter()
            .enumerate()
            .filter(|(_, service)| is_named(service))
            .map(|(at, _)| at)
            .collect();
        if taken.is_empty() {
            let names: BTreeSet<&String> = services.iter().map(|service| &service.name).collect();
            return Err(NoSuchService(names.into_iter().cloned().collect()));
        }
        let falls = keys.iter().enumerate();
        Ok(Self {
            compromised: taken
                .iter()
                .filter_map(|at| Some(services.get(*at)?.name.clone()))
                .collect(),
            falls: falls
                .filter_map(|(at, key)| Fall::of(at, key, &taken, keys))
                .collect(),
            services: taken,
        })
    }

    /// Whether a key falls, by its index.
    pub(super) fn takes(&self, key: usize) -> bool {
        self.falls.iter().any(|fall| fall.at == key && fall.certain)
    }

    /// Whether a service would accept forged tokens, by its index.
    pub(super) fn reaches(&self, service: usize) -> bool {
        let mut certain = self.falls.iter().filter(|fall| fall.certain);
        certain.any(|fall| fall.accepting.contains(&service))
    }

    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let names: Vec<&str> = self.compromised.iter().map(String::as_str).collect();
        writeln!(out, "if {} is compromised:", names.join(" and "))?;
        if self.falls.is_empty() {
            return writeln!(out, "    nothing falls: it holds no key that can mint");
        }
        for fall in &self.falls {
            let falls = if fall.certain { "falls" } else { "may fall" };
            writeln!(out, "\n{} ({}) {falls}", fall.key, fall.kind.describe())?;
            for (said, services) in [
                ("accept forged tokens", &fall.accept),
                ("may accept them", &fall.may_accept),
            ] {
                if !services.is_empty() {
                    writeln!(out, "    {said:20}  {}", services.join(", "))?;
                }
            }
            if fall.accept.is_empty() && fall.may_accept.is_empty() {
                writeln!(out, "    no other service is known to accept its tokens")?;
            }
        }
        Ok(())
    }
}

impl Fall {
    fn of(at: usize, key: &Key, taken: &BTreeSet<usize>, keys: &[Key]) -> Option<Self> {
        let is_taken = |holder: &&Holder| taken.contains(&holder.at);
        let lost = || key.holders.iter().filter(is_taken);
        if !lost().any(|holder| holder.can != Can::OnlyVerify) {
            return None;
        }
        let certain = lost().any(|holder| holder.can == Can::Mint);
        let mut accepting = BTreeSet::new();
        let (mut accept, mut may_accept) = (BTreeSet::new(), BTreeSet::new());
        for holder in key.holders.iter().filter(|holder| !is_taken(holder)) {
            let does = &holder.does;
            if does.verifies && key.same_for_certain {
                accepting.insert(holder.at);
                accept.insert(holder.service.clone());
            } else if !does.only_mints() && !does.holds {
                may_accept.insert(holder.service.clone());
            }
        }
        // Nothing in the tree ties the private key to its public half.
        if key.kind == Kind::PrivateKey {
            let public = keys.iter().filter(|key| key.kind == Kind::PublicKey);
            may_accept.extend(
                public
                    .flat_map(|key| &key.holders)
                    .filter(|holder| !is_taken(holder))
                    .map(|holder| holder.service.clone()),
            );
            may_accept.retain(|service| !accept.contains(service));
        }
        Some(Self {
            key: key.name.clone(),
            kind: key.kind,
            certain,
            accept: accept.into_iter().collect(),
            may_accept: may_accept.into_iter().collect(),
            at,
            accepting,
        })
    }
}
