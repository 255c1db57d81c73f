//! Systems that everybody runs and nobody writes: which of their settings hold a key of tokens, what they do with it,
//! and where a settings file tells them how to verify.
//!
//! A system is data, `rules/systems/<name>.toml`. [`facts`] turns what settings files tell systems into the same facts
//! that code is judged by.

mod demand;
mod document;
mod pattern;
mod policy;
mod tokens;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use self::demand::{Demand, Demands};
use self::pattern::Condition;
use crate::facts::FileFacts;
use crate::models::schema::{Slot, UnsetAlgorithms, UnsetClaim};
use crate::settings::{Purpose, SettingsSource, folded};

include!(concat!(env!("OUT_DIR"), "/systems.rs"));

/// A system, as `rules/systems/<name>.toml` describes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct System {
    /// What people call it.
    pub name: String,
    /// Ends of the names of its images, without tag.
    #[serde(default)]
    pub images: Vec<String>,
    /// The image does not say which program of the project it is: an interpreter, a database.
    #[serde(default)]
    pub runtime: bool,
    /// It does nothing with tokens, whatever it is given.
    #[serde(default)]
    uses_no_tokens: bool,
    /// It signs tokens with keys that it makes itself and publishes.
    #[serde(default)]
    pub issues: bool,
    /// Where this was read.
    #[serde(default)]
    pub source: String,
    /// Names of the settings files that a program on top of it reads; `*` stands for anything.
    #[serde(default)]
    files: Vec<String>,
    /// What stands for the dots of such a setting in the name of a variable.
    separator: Option<String>,
    /// Settings that hold keys.
    #[serde(default)]
    pub settings: Vec<KeySetting>,
    /// How a slot is mended, in its own words.
    #[serde(default)]
    fix: BTreeMap<Slot, String>,
    /// Where settings say how it verifies.
    #[serde(default, rename = "policy")]
    policies: Vec<Policy>,
    /// Documents that may ask for what a policy leaves open.
    #[serde(default, rename = "demand")]
    demands: Vec<Demand>,
}

/// A part of a settings file that says how a system verifies.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Policy {
    /// Words of which one stands in every file that has such a part.
    words: Vec<String>,
    /// What happens with tokens there.
    #[serde(default)]
    does: Does,
    /// The part is JSON in the value of the setting of this name.
    inside: Option<Condition>,
    /// The part, by the names on the way to it: `*` is any one name, `**` any number of them.
    #[serde(default)]
    at: pattern::Pattern,
    /// What must stand in the same document, all of it.
    #[serde(default)]
    document: Vec<Condition>,
    /// What must stand in the part: one of these.
    has: Vec<Condition>,
    /// What must not stand in the part.
    #[serde(default)]
    unless: Vec<Condition>,
    /// No document of the tree may ask for what this one leaves open.
    #[serde(default)]
    unless_demanded: bool,
    /// What fills a slot: the first of these that is there.
    #[serde(default)]
    slots: BTreeMap<Slot, Vec<Condition>>,
    /// What a slot means that nothing fills.
    #[serde(default)]
    unset: BTreeMap<Slot, UnsetClaim>,
    /// What no allowlist means.
    algorithms: Option<UnsetAlgorithms>,
    /// What switches a check off.
    #[serde(default)]
    off: BTreeMap<Slot, Vec<Condition>>,
}

/// What happens with tokens at a part of a settings file.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Does {
    /// They are verified.
    #[default]
    Verify,
    /// Keys that verify are fetched.
    Fetch,
    /// Keys are given to whatever signs and verifies.
    Register,
}

/// A setting of a system that holds a key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KeySetting {
    /// Its name.
    pub name: String,
    /// The system signs tokens with it.
    #[serde(default)]
    pub mints: bool,
    /// The system verifies tokens with it.
    #[serde(default)]
    pub verifies: bool,
    /// It is a key only where a manifest asks for one of these packages.
    #[serde(default)]
    pub packages: Vec<String>,
}

impl System {
    /// The setting of a name, when it holds a key.
    pub fn setting(&self, name: &str) -> Option<&KeySetting> {
        self.settings
            .iter()
            .find(|setting| folded(&setting.name) == folded(name))
    }

    /// The setting of a name whose parts may be anything where `*` stands.
    fn named(&self, name: &str) -> Option<&KeySetting> {
        let parts = pattern::parts(name);
        self.settings.iter().find(|setting| {
            let pattern = pattern::Pattern::try_from(setting.name.clone());
            pattern.is_ok_and(|pattern| pattern.prefix(&parts) == Some(parts.len()))
        })
    }
}

static SYSTEMS: LazyLock<Vec<System>> = LazyLock::new(|| {
    SYSTEM_FILES
        .iter()
        .filter_map(|(_, text)| toml::from_str(text).ok())
        .collect()
});

fn is_of(system: &System, image: &str) -> bool {
    system.images.iter().any(|known| {
        image
            .strip_suffix(known.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    })
}

/// The system that an image, without tag, is of.
pub(crate) fn of_image(image: &str) -> Option<&'static System> {
    SYSTEMS
        .iter()
        .find(|system| !system.runtime && is_of(system, image))
}

/// Whether an image says nothing of what runs in it.
pub(crate) fn is_runtime(image: &str) -> bool {
    SYSTEMS
        .iter()
        .any(|system| system.runtime && is_of(system, image))
}

/// Whether what runs in an image does nothing with tokens.
pub(crate) fn uses_no_tokens(image: &str) -> bool {
    SYSTEMS
        .iter()
        .any(|system| system.uses_no_tokens && is_of(system, image))
}

/// The setting that holds a key by its name in a settings file at a path.
pub(crate) fn setting_of_file(path: &str, name: &str) -> Option<&'static KeySetting> {
    let file = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let mut systems = SYSTEMS.iter().filter(|system| {
        let mut files = system.files.iter();
        files.any(|known| pattern::is_like(known, &file))
    });
    systems.find_map(|system| system.named(name))
}

/// The setting that holds a key by the name of the variable it is given as.
pub(crate) fn setting_of_variable(name: &str) -> Option<&'static KeySetting> {
    let with_separator = |system: &'static System| {
        let separator = system.separator.as_deref()?;
        let is_part = name.contains(separator);
        is_part.then(|| system.named(&name.replace(separator, ".")))?
    };
    SYSTEMS.iter().find_map(with_separator)
}

/// What settings files tell systems, and tokens that stand in them, as facts of each file that says anything.
pub fn facts(settings: &[SettingsSource<'_>]) -> Vec<FileFacts> {
    use rayon::prelude::*;
    let demands = Demands::find(&SYSTEMS, settings);
    settings
        .par_iter()
        .filter(|file| file.committed && file.purpose != Purpose::Template)
        .filter_map(|file| {
            let sites = policy::sites(file, &SYSTEMS, &demands);
            let tokens = tokens::literals(file);
            (!sites.is_empty() || !tokens.is_empty()).then(|| FileFacts {
                path: file.source.path.clone(),
                sites,
                tokens,
                ..FileFacts::default()
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_fits_the_schema() {
        for (path, text) in SYSTEM_FILES {
            let system: Result<System, _> = toml::from_str(text);
            assert!(system.is_ok(), "{path}: {:?}", system.err());
        }
    }

    #[test]
    fn images_are_told_by_their_end() {
        let name = |image| of_image(image).map(|system| system.name.as_str());
        assert_eq!(name("supabase/gotrue"), Some("Supabase Auth"));
        assert_eq!(
            name("registry.example/supabase/gotrue"),
            Some("Supabase Auth")
        );
        assert_eq!(name("mygotrue"), None);
        assert!(
            is_runtime("node") && is_runtime("docker.io/library/python") && !is_runtime("auth-api")
        );
    }
}
