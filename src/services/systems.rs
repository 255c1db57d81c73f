//! Systems that everybody runs as an image: which of their settings hold a key of tokens, and what they do with it.

use std::sync::LazyLock;

use serde::Deserialize;

use super::naming::folded;

include!(concat!(env!("OUT_DIR"), "/systems.rs"));

/// A system, as `rules/systems/<name>.toml` describes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct System {
    /// What people call it.
    pub name: String,
    /// Ends of the names of its images, without tag.
    pub images: Vec<String>,
    /// The image says nothing of what runs in it: an interpreter.
    #[serde(default)]
    pub runtime: bool,
    /// It signs tokens with keys that it makes itself and publishes.
    #[serde(default)]
    pub issues: bool,
    /// Where this was read.
    #[serde(default)]
    pub source: String,
    /// Settings that hold keys.
    #[serde(default)]
    pub settings: Vec<KeySetting>,
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
}

impl System {
    /// The setting of a name, when it holds a key.
    pub fn setting(&self, name: &str) -> Option<&KeySetting> {
        self.settings
            .iter()
            .find(|setting| folded(&setting.name) == folded(name))
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
pub(super) fn of_image(image: &str) -> Option<&'static System> {
    SYSTEMS
        .iter()
        .find(|system| !system.runtime && is_of(system, image))
}

/// Whether an image says nothing of what runs in it.
pub(super) fn is_runtime(image: &str) -> bool {
    SYSTEMS
        .iter()
        .any(|system| system.runtime && is_of(system, image))
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
