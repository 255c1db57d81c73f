//! What manifests and lock files say, whatever their format.

/// A package that a manifest asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Requirement {
    /// The package's own name, not the name it is imported by.
    pub(super) package: String,
    /// The range as it is written.
    pub(super) range: String,
}

impl Requirement {
    pub(super) fn new(package: impl Into<String>, range: impl Into<String>) -> Self {
        Self {
            package: package.into(),
            range: range.into(),
        }
    }
}

/// What a manifest asks for.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    /// Its requirements.
    pub(super) requirements: Vec<Requirement>,
    /// Keys whose requirement stands in a manifest further up.
    pub(super) inherited: Vec<String>,
    /// Requirements, by key, that manifests further down may inherit.
    pub(super) offered: Vec<(String, Requirement)>,
}

impl Manifest {
    /// Changes every package name, so that names compare as their ecosystem compares them.
    pub(super) fn rename(&mut self, normalise: impl Fn(&str) -> String) {
        let offered = self.offered.iter_mut().map(|(_, offered)| offered);
        for requirement in self.requirements.iter_mut().chain(offered) {
            requirement.package = normalise(&requirement.package);
        }
    }
}

/// Where a copy of a package is used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// In a folder, relative to the lock file's, and below; empty for the lock file's own.
    Folder(String),
    /// Somewhere in the project.
    Somewhere,
    /// By another package, which has a copy of its own.
    Under(String),
}

/// One copy of a package in a lock file.
#[derive(Debug)]
pub(super) struct LockedPackage {
    /// Its name.
    pub(super) package: String,
    /// Its version as it is written.
    pub(super) version: String,
    /// Where it is used.
    pub(super) place: Place,
    /// The ranges that it was locked for, where the lock file keeps them.
    pub(super) ranges: Vec<String>,
}

/// A dependency of one locked package on another.
#[derive(Debug)]
pub(super) struct Link {
    /// The package that depends.
    pub(super) parent: String,
    /// The package it depends on.
    pub(super) package: String,
    /// A range or version that tells which copy; empty when there is but one.
    pub(super) wanted: String,
}

/// What a lock file holds.
#[derive(Debug, Default)]
pub(super) struct Lock {
    /// Every copy of every package.
    pub(super) packages: Vec<LockedPackage>,
    /// Which package depends on which.
    pub(super) links: Vec<Link>,
}

impl Lock {
    pub(super) fn add(&mut self, package: &str, version: &str, place: Place) {
        self.packages.push(LockedPackage {
            package: package.to_owned(),
            version: version.to_owned(),
            place,
            ranges: Vec::new(),
        });
    }

    /// Changes every package name, so that names compare as their ecosystem compares them.
    pub(super) fn rename(&mut self, normalise: impl Fn(&str) -> String) {
        for copy in &mut self.packages {
            copy.package = normalise(&copy.package);
            if let Place::Under(parent) = &mut copy.place {
                *parent = normalise(parent);
            }
        }
        for link in &mut self.links {
            link.parent = normalise(&link.parent);
            link.package = normalise(&link.package);
        }
    }

    pub(super) fn link(&mut self, parent: &str, package: &str, wanted: &str) {
        self.links.push(Link {
            parent: parent.to_owned(),
            package: package.to_owned(),
            wanted: wanted.to_owned(),
        });
    }
}

/// Why a file could not be read, in words for a notification.
#[derive(Debug, thiserror::Error)]
pub(super) enum FormatError {
    #[error("this file is not valid JSON: {0}")]
    Json(String),
    #[error("this file is not valid TOML: {0}")]
    Toml(String),
    #[error("this file is not valid YAML: {0}")]
    Yaml(String),
    #[error("this file is nested more than {0} levels deep")]
    TooDeep(usize),
}

pub(super) fn parse_json(text: &str) -> Result<serde_json::Value, FormatError> {
    serde_json::from_str(text).map_err(|error| FormatError::Json(error.to_string()))
}

pub(super) fn parse_toml(text: &str) -> Result<toml::Table, FormatError> {
    // Its `Display` quotes the file, which may hold a secret.
    text.parse()
        .map_err(|error: toml::de::Error| FormatError::Toml(error.message().to_owned()))
}
