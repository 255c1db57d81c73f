//! Settings that feed code: what a configuration file gives to which workload, with the place of every value.
//!
//! A reader knows one format and says what stands in one file. It joins nothing across files, knows no rule, and
//! never fails: what it could not read is in [`SettingsFile::unread`].

mod chart;
mod cloudformation;
mod compose;
mod content;
mod deployments;
mod dockerfile;
mod document;
mod dotenv;
mod embedded;
mod flow;
mod format;
mod hcl;
mod interpolation;
mod json;
mod kubernetes;
mod kustomize;
mod lines;
mod mounts;
mod named_secret;
mod names;
mod nginx;
mod pipelines;
mod platforms;
mod properties;
mod purpose;
#[cfg(test)]
mod sample;
mod scalar;
mod serverless;
mod template;
mod terraform;
mod toml;
mod tree;
mod words;
mod workload_resources;
mod yaml;

pub(crate) use format::NAMES_VARIABLES;
pub use format::{Format, read};
pub(crate) use names::{folded, words};
pub use purpose::Purpose;

use crate::source::{SourceFile, Span};
use crate::syntax::ir::{Literal, Unread};

/// A settings file with what it says.
#[derive(Debug)]
pub struct SettingsSource<'a> {
    /// The file.
    pub source: &'a SourceFile,
    /// What it says.
    pub read: SettingsFile,
    /// It is part of the repository.
    pub committed: bool,
    /// What it is for, by its path.
    pub purpose: Purpose,
}

impl<'a> SettingsSource<'a> {
    /// Reads a settings file; `None` when it has no known format.
    pub fn read(source: &'a SourceFile, committed: bool) -> Option<Self> {
        Some(Self {
            source,
            read: read(source)?,
            committed,
            purpose: Purpose::of_path(&source.path),
        })
    }
}

/// What one settings file says.
#[derive(Debug, Default)]
pub struct SettingsFile {
    /// Every setting, in order of its place.
    pub settings: Vec<Setting>,
    /// What the file deploys.
    pub workloads: Vec<Workload>,
    /// Other settings files that this one takes in (`include`, `extends`, bases of an overlay), as written, relative
    /// to its folder.
    pub includes: Vec<Link>,
    /// Files of variables that an included one is filled in with: the included path as written, and theirs.
    pub included_variables: Vec<(String, String)>,
    /// Files of variables that this one gives to a store or workload as a whole.
    pub feeds: Vec<Feed>,
    /// Host names under which services are reached.
    pub routes: Vec<Route>,
    /// The places of its documents, where a file holds several.
    pub documents: Vec<Span>,
    /// Parts that could not be read; the rest was.
    pub unread: Vec<Unread>,
}

/// A host name that leads to a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The host.
    pub host: String,
    /// What the service is called where it is deployed.
    pub service: String,
}

/// A named value.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The variable's name, or the keys on the way to it joined by dots (`jwt.secret`, `hosts.0`); the path for a
    /// mounted file (`/run/secrets/jwt`), and `*` for every key of what the value names.
    pub name: String,
    /// Place of the name.
    pub key: Span,
    /// What it is set to.
    pub value: SettingValue,
    /// Place of the value; of the name when there is none.
    pub span: Span,
    /// Who gets it.
    pub holder: Holder,
}

/// What a [`Setting`] is set to.
#[derive(Clone, Debug)]
pub enum SettingValue {
    /// Written in the file, decoded from what the format wraps it in (quotes, a Secret's base64).
    Text(Literal),
    /// Taken from somewhere else.
    Reference {
        /// From where.
        from: Reference,
        /// Taken when nothing is there (`${NAME:-default}`).
        fallback: Option<Box<SettingValue>>,
    },
    /// Text of which parts are taken from somewhere else.
    Joined(Vec<SettingValue>),
    /// Made at deployment (`random_password`).
    Generated,
    /// Encrypted in the file (SealedSecret, SOPS, Rails credentials, Ansible vault).
    Encrypted,
    /// There, but not to be known from this file (a template expression).
    Unknown,
}

/// Where a value is taken from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// A variable of the same format: of the shell or the project's `.env` in Compose, `var.x` in Terraform.
    Variable(String),
    /// A key of a store of this deployment: a Kubernetes Secret or ConfigMap, a Compose secret.
    Store {
        /// What kind of store.
        kind: StoreKind,
        /// Name of the store.
        store: String,
        /// Key inside it; empty for all of it.
        key: String,
    },
    /// Another resource by its address (`random_password.jwt.result`).
    Resource(String),
    /// A secret manager or parameter store, by its path.
    Manager(String),
    /// A secret of the CI system, by its name.
    Ci(String),
    /// Content of a file, as written.
    File(String),
}

/// Who gets a [`Setting`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Whatever reads this file: a `.env`, an application's own configuration.
    File,
    /// A workload of this file (index in [`SettingsFile::workloads`]).
    Workload(usize),
    /// A store that workloads refer to (index in no list: stores are known by name): a Kubernetes Secret or
    /// ConfigMap, with its namespace when it is given.
    Store {
        /// What kind of store.
        kind: StoreKind,
        /// Its name.
        name: String,
        /// Its namespace; empty when none is given.
        namespace: String,
    },
    /// Whatever reads a file that is itself a key of a store (`application.properties` of a ConfigMap).
    FileIn {
        /// What kind of store.
        kind: StoreKind,
        /// Its name.
        name: String,
        /// Its namespace; empty when none is given.
        namespace: String,
        /// The key.
        key: String,
    },
    /// Declared for the tool that reads the file (a Terraform variable or local, a CI job).
    Tool,
}

/// A kind of store; stores of two kinds may bear the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StoreKind {
    /// A Kubernetes Secret, a Compose secret.
    Secret,
    /// A Kubernetes ConfigMap, a Compose config.
    Config,
}

/// The kind of a [`Workload`] that is a step of a CI pipeline: what it deploys is a service, not it.
pub(crate) const DEPLOYING_STEP: &str = "deploying step";

/// Something that deploys on its own; where one deployment runs several containers, one of them.
#[derive(Clone, Debug, Default)]
pub struct Workload {
    /// Its name.
    pub name: String,
    /// The container's name; empty where a workload is one container.
    pub container: String,
    /// What kind (`compose service`, `Deployment`, `Lambda`, ...), for people.
    pub kind: String,
    /// Place of its name.
    pub span: Span,
    /// Its namespace; empty when none is given.
    pub namespace: String,
    /// Folder of its code or build context, as written, relative to the file's folder.
    pub build: Option<String>,
    /// Its Dockerfile, as written, relative to the folder that is built.
    pub dockerfile: Option<String>,
    /// Its image, as written.
    pub image: Option<String>,
    /// Files of variables that it is given (`env_file`), as written.
    pub env_files: Vec<Link>,
    /// Stores of which it is given every key (`envFrom`).
    pub stores: Vec<StoreUse>,
    /// Profiles under which alone it runs (Compose).
    pub profiles: Vec<String>,
    /// Other names that it answers to.
    pub hosts: Vec<String>,
    /// Ports at which the machine that runs it answers for it.
    pub ports: Vec<u16>,
    /// Another workload that it extends: file (empty for this one) and name.
    pub extends: Option<(String, String)>,
}

/// A store that gives every key it has to a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreUse {
    /// What kind of store.
    pub kind: StoreKind,
    /// Its name.
    pub name: String,
    /// What the names get put in front of them.
    pub prefix: String,
    /// Place of the store's name.
    pub span: Span,
}

/// A file of variables that are all given to one holder (`envs` of a generator).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Who gets them.
    pub holder: Holder,
    /// The file.
    pub file: Link,
}

/// A path as a settings file writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The path.
    pub path: String,
    /// Its place.
    pub span: Span,
    /// Whether the tool goes on when it is missing.
    pub optional: bool,
}
