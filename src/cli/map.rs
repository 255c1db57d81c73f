//! `jotlint map`: who can mint and who can verify what, as a table, for scripts, or as a diagram.
//!
//! A service that holds a shared secret or a private key can mint whatever its code does with it; that stands visibly
//! apart from one that holds a public key. Keys go by their names and places, never by their values.

mod diagram;
mod loss;
mod vector;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use self::loss::Loss;
use super::arguments::{Compromised, MapFormat};
use super::notes::{Note, notes};
use super::output::TypedPaths;
use crate::lint::TrustReading;
use crate::report::neutralise;
use crate::services::{Holding, Identity, Nameless, Part, Role};

/// The version of the JSON format.
const VERSION: u32 = 1;

/// Ties weaker than this, a shared default or a shared name, do not prove that two services hold the same key.
const PROVES_SAME: u8 = 3;

const NOTHING: &str = "no service was found to hold a key of tokens";

/// The trust graph in words.
#[derive(Serialize)]
pub(super) struct Map {
    format: &'static str,
    version: u32,
    services: Vec<Service>,
    keys: Vec<Key>,
    #[serde(skip_serializing_if = "Option::is_none")]
    what_if: Option<Loss>,
    notifications: Vec<Note>,
}

#[derive(Serialize)]
struct Service {
    /// Its name, with its folder when another has the same.
    name: String,
    #[serde(skip)]
    plain_name: String,
    folder: Option<String>,
    deployed: bool,
    why: Vec<String>,
}

#[derive(Serialize)]
struct Key {
    name: String,
    kind: Kind,
    /// What says that all holders hold the same; `None` when there is one.
    same_by: Option<&'static str>,
    /// That is proof, and not only a sign.
    same_for_certain: bool,
    holders: Vec<Holder>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    SharedSecret,
    PrivateKey,
    /// Both halves, or a private key and the key set that tells the public one.
    KeyPair,
    PublicKey,
    Unknown,
}

/// A service that holds a key.
#[derive(Serialize)]
struct Holder {
    /// Index of the service.
    #[serde(skip)]
    at: usize,
    service: String,
    #[serde(flatten)]
    does: Does,
    can: Can,
    places: Vec<Source>,
}

/// What the service was seen to do with a key.
#[derive(Serialize)]
struct Does {
    #[serde(skip)]
    role: Role,
    mints: bool,
    verifies: bool,
    /// Handed to a framework that may do either.
    uses: bool,
    /// It only holds the key.
    holds: bool,
    may_mint: bool,
}

/// What the material that a service holds lets it do.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Can {
    Mint,
    OnlyVerify,
    Unknown,
}

/// Where a service gets a key.
#[derive(Serialize)]
struct Source {
    path: String,
    line: Option<u32>,
    /// What the key is called there; empty for a literal in code.
    name: String,
    /// Where that place takes the value from; empty when it stands there.
    from: String,
    /// The file is part of the repository.
    committed: bool,
}

/// That no service has the name that was given, and which names there are.
pub(super) struct NoSuchService(pub(super) Vec<String>);

impl Map {
    /// Puts the graph into words.
    ///
    /// # Errors
    /// When the service that is said to be compromised is none.
    pub(super) fn new(
        reading: &TrustReading<'_>,
        paths: &TypedPaths,
        what_if: Option<&Compromised>,
    ) -> Result<Self, NoSuchService> {
        let describer = Describer { reading, paths };
        let services = describer.services();
        let keys = describer.keys(&services);
        let what_if = match what_if {
            Some(taken) => Some(Loss::of(&taken.service, &services, &keys)?),
            None => None,
        };
        Ok(Self {
            format: "jotlint-map",
            version: VERSION,
            services,
            keys,
            what_if,
            notifications: describer.notes(),
        })
    }

    /// Whether nobody holds anything, and nothing is to be said.
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.what_if.is_none() && self.notifications.is_empty()
    }

    /// Writes the map.
    ///
    /// # Errors
    /// What `out` answers.
    pub(super) fn write(&self, format: MapFormat, out: &mut dyn Write) -> io::Result<()> {
        let mut out = io::BufWriter::new(out);
        match format {
            MapFormat::Text => self.write_text(&mut out)?,
            MapFormat::Json => {
                serde_json::to_writer_pretty(&mut out, self)?;
                writeln!(out)?;
            }
            MapFormat::Mermaid => diagram::mermaid(self, &mut out)?,
            MapFormat::Dot => diagram::dot(self, &mut out)?,
            MapFormat::Svg => vector::svg(self, &mut out)?,
        }
        out.flush()
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.what_if {
            Some(loss) => loss.write(out)?,
            None if self.keys.is_empty() => writeln!(out, "{NOTHING}")?,
            None => self.write_table(out)?,
        }
        for note in &self.notifications {
            if let Some(path) = &note.path {
                write!(out, "{path}:")?;
                if let Some(line) = note.line {
                    write!(out, "{line}:")?;
                }
                write!(out, " ")?;
            }
            writeln!(out, "{}", note.message)?;
        }
        Ok(())
    }

    fn write_table(&self, out: &mut dyn Write) -> io::Result<()> {
        let holders = || self.keys.iter().flat_map(|key| &key.holders);
        let width = |cell: fn(&Holder) -> usize| holders().map(cell).max().unwrap_or_default();
        let name = width(|holder| holder.service.chars().count());
        let does = width(|holder| holder.does.describe().len());
        for key in &self.keys {
            write!(out, "{} ({}", key.name, key.kind.describe())?;
            if let Some(same_by) = key.same_by {
                write!(out, ", {same_by}")?;
            }
            writeln!(out, ")")?;
            for holder in &key.holders {
                let can = holder.can.describe();
                let (service, role) = (&holder.service, holder.does.describe());
                for (index, place) in holder.places.iter().enumerate() {
                    let place = place.describe(&key.name);
                    if index == 0 {
                        writeln!(out, "    {can:15}  {service:name$}  {role:does$}  {place}")?;
                    } else {
                        writeln!(out, "    {:15}  {:name$}  {:does$}  {place}", "", "", "")?;
                    }
                }
            }
            writeln!(out)?;
        }
        let services: BTreeSet<usize> = holders().map(|holder| holder.at).collect();
        let minting = |holder: &&Holder| holder.can == Can::Mint;
        let can_mint: BTreeSet<usize> = holders().filter(minting).map(|holder| holder.at).collect();
        writeln!(
            out,
            "{} in {}, {} of which can mint",
            counted(self.keys.len(), "key"),
            counted(services.len(), "service"),
            can_mint.len()
        )
    }
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

impl Kind {
    fn describe(self) -> &'static str {
        match self {
            Self::SharedSecret => "shared secret",
            Self::PrivateKey => "private key",
            Self::KeyPair => "key pair",
            Self::PublicKey => "public key",
            Self::Unknown => "kind of key not known",
        }
    }
}

impl Can {
    fn describe(self) -> &'static str {
        match self {
            Self::Mint => "CAN MINT",
            Self::OnlyVerify => "can only verify",
            Self::Unknown => "not known",
        }
    }
}

impl Does {
    fn new(role: Role) -> Self {
        Self {
            role,
            mints: role.mints,
            verifies: role.verifies,
            uses: role.registers,
            holds: role.only_holds && !role.is_active(),
            may_mint: role.may_mint,
        }
    }

    /// It signs tokens and looks at none.
    fn only_mints(&self) -> bool {
        self.mints && !self.verifies && !self.uses
    }

    fn describe(&self) -> &'static str {
        match (self.role.is_active(), self.holds) {
            (false, false) => "role not known",
            _ => self.role.describe(),
        }
    }
}

impl Source {
    fn describe(&self, key: &str) -> String {
        let mut said = self.path.clone();
        if let Some(line) = self.line {
            said.push_str(&format!(":{line}"));
        }
        if !self.name.is_empty() && self.name != key {
            said.push_str(&format!(" as {}", self.name));
        }
        if !self.from.is_empty() {
            said.push_str(&format!(", from {}", self.from));
        }
        if !self.committed {
            said.push_str(" (not in the repository)");
        }
        said
    }
}

/// Puts what was read into words that are fit to be shown.
struct Describer<'d, 'a> {
    reading: &'d TrustReading<'a>,
    paths: &'d TypedPaths,
}

impl Describer<'_, '_> {
    fn services(&self) -> Vec<Service> {
        let services = &self.reading.graph.services;
        let mut named: BTreeMap<&str, usize> = BTreeMap::new();
        for service in services {
            *named.entry(&service.name).or_default() += 1;
        }
        let described = services.iter().map(|service| {
            let folder = service.folder.as_deref().map(|folder| self.path(folder));
            let plain_name = self.safe(&service.name);
            let mut name = plain_name.clone();
            let is_one_of_many = named
                .get(service.name.as_str())
                .is_some_and(|count| *count > 1);
            if let Some(folder) = service.folder.as_deref().filter(|_| is_one_of_many) {
                name = format!("{name} ({})", on_one_line(folder));
            }
            Service {
                name,
                plain_name,
                folder,
                deployed: service.deployed,
                why: service.why.iter().map(|why| self.safe(why)).collect(),
            }
        });
        described.collect()
    }

    fn keys(&self, services: &[Service]) -> Vec<Key> {
        let graph = &self.reading.graph;
        let named = graph.identities.iter();
        let named = named.map(|identity| self.key(identity, services));
        let nameless = graph.nameless.iter();
        named
            .chain(nameless.map(|key| self.nameless(key, services)))
            .collect()
    }

    /// A key that has no name is one a service: nothing says that two are the same.
    fn nameless(&self, key: &Nameless<'_>, services: &[Service]) -> Key {
        let (kind, name, can) = match key.part {
            Part::Public => (Kind::PublicKey, "unnamed public key", Can::OnlyVerify),
            Part::Private => (Kind::PrivateKey, "unnamed key", Can::Mint),
            Part::Secret => (Kind::SharedSecret, "unnamed key", Can::Mint),
            Part::Unknown if key.role.mints => (Kind::Unknown, "unnamed key", Can::Mint),
            Part::Unknown => (Kind::Unknown, "unnamed key", Can::Unknown),
        };
        let places = key.sites.iter().map(|site| Source {
            path: self.path(&site.place.path),
            line: self.reading.line(&site.place),
            name: String::new(),
            from: String::new(),
            committed: true,
        });
        let service = services.get(key.service);
        Key {
            name: name.to_owned(),
            kind,
            same_by: None,
            same_for_certain: true,
            holders: vec![Holder {
                at: key.service,
                service: service
                    .map(|service| service.name.clone())
                    .unwrap_or_default(),
                does: Does::new(key.role),
                can,
                places: places.collect(),
            }],
        }
    }

    fn key(&self, identity: &Identity<'_>, services: &[Service]) -> Key {
        let certain = identity.tie >= PROVES_SAME;
        let holders: Vec<Holder> = identity
            .holders()
            .into_iter()
            .map(|(at, role)| {
                let own: Vec<&Holding<'_>> = identity
                    .holdings
                    .iter()
                    .filter(|holding| holding.service == at)
                    .collect();
                Holder {
                    at,
                    service: services
                        .get(at)
                        .map(|service| service.name.clone())
                        .unwrap_or_default(),
                    does: Does::new(role),
                    can: can(role, &own),
                    places: own.iter().map(|holding| self.source(holding)).collect(),
                }
            })
            .collect();
        Key {
            name: if identity.name.is_empty() {
                "literal in code".to_owned()
            } else {
                self.safe(&identity.name)
            },
            kind: kind(identity),
            same_by: (holders.len() > 1).then(|| same_by(identity)),
            same_for_certain: certain,
            holders,
        }
    }

    fn source(&self, holding: &Holding<'_>) -> Source {
        Source {
            path: self.path(&holding.place.path),
            line: self.reading.line(&holding.place),
            name: self.safe(&holding.name),
            from: self.safe(&holding.origin),
            committed: holding.committed,
        }
    }

    fn notes(&self) -> Vec<Note> {
        notes(
            &self.reading.notifications,
            |path| self.path(path),
            |text| self.safe(text),
        )
    }

    fn path(&self, path: &str) -> String {
        on_one_line(&self.paths.show(path))
    }

    fn safe(&self, text: &str) -> String {
        on_one_line(&self.reading.redactor.text(text))
    }
}

fn on_one_line(text: &str) -> String {
    neutralise(text)
        .replace('\n', "\u{240a}")
        .replace('\t', " ")
}

/// What a service can do with a key, by what it holds.
fn can(role: Role, holdings: &[&Holding<'_>]) -> Can {
    let is = |part: Part| holdings.iter().any(|holding| holding.part == part);
    if role.mints || is(Part::Secret) || is(Part::Private) {
        Can::Mint
    } else if is(Part::Unknown) {
        Can::Unknown
    } else {
        Can::OnlyVerify
    }
}

fn kind(identity: &Identity<'_>) -> Kind {
    let is = |part: Part| identity.holdings.iter().any(|holding| holding.part == part);
    if identity.is_pair() {
        Kind::KeyPair
    } else if identity.is_private() {
        Kind::PrivateKey
    } else if identity.can_mint() {
        Kind::SharedSecret
    } else if is(Part::Public) && !is(Part::Unknown) {
        Kind::PublicKey
    } else {
        Kind::Unknown
    }
}

/// What proves that the holders hold the same, in words.
fn same_by(identity: &Identity<'_>) -> &'static str {
    match identity.tie {
        PROVES_SAME.. if identity.is_pair() => "each holds a half of it",
        6 => "the same value in each",
        5 => "from one source",
        4 => "from one variable",
        3 => "one constant in code",
        2 => "the same default in each, perhaps not the same value",
        _ => "the same name only, perhaps not the same value",
    }
}
