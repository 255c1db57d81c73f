//! Keys of tokens that stand in settings files: what the rules about them share.

use std::collections::BTreeMap;

use super::algorithm::least_key_bytes;
use super::key_literal::{algorithm_names, key_bytes};
use super::strength::{Weakness, weakness};
use crate::finding::{CodeContext, Confidence, Level, Place};
use crate::keys;
use crate::project_facts::ProjectFacts;
use crate::services::{HeldValue, Holding, Part, SaidBy};
use crate::settings::Purpose;

/// A value in a settings file that is a key of tokens.
pub(super) struct SettingKey<'p, 'a> {
    pub(super) value: &'p HeldValue,
    /// The holding that says most about it.
    pub(super) holding: &'p Holding<'a>,
    /// Services that hold it.
    pub(super) services: Vec<&'p str>,
    pub(super) weakness: Option<Weakness>,
    /// The code does not go on with it in production.
    is_refused: bool,
    pub(super) context: Option<CodeContext>,
}

/// Every such value of the repository, once each, in order of its place.
pub(super) fn setting_keys<'p, 'a>(project: &'p ProjectFacts<'a>) -> Vec<SettingKey<'p, 'a>> {
    let mut by_place: BTreeMap<&Place, SettingKey<'p, 'a>> = BTreeMap::new();
    for holding in project
        .trust
        .identities
        .iter()
        .flat_map(|identity| &identity.holdings)
    {
        let Some(value) = &holding.value else {
            continue;
        };
        // Key files and key material in variables have rules of their own.
        let is_asymmetric = !keys::read(value.text.reveal().as_bytes()).is_empty();
        if !value.committed || holding.part == Part::Public || is_asymmetric {
            continue;
        }
        let service = project.trust.services.get(holding.service);
        let name = service
            .filter(|service| !service.uses_no_tokens)
            .map(|service| service.name.as_str());
        let known = by_place.entry(&value.place).or_insert_with(|| SettingKey {
            value,
            holding,
            services: Vec::new(),
            weakness: None,
            is_refused: project
                .files
                .iter()
                .any(|file| file.refused.contains(&value.text)),
            context: crate::code_context::of_path(&value.place.path),
        });
        if holding.said_by < known.holding.said_by {
            known.holding = holding;
        }
        known
            .services
            .extend(name.filter(|name| !known.services.contains(name)));
        let least = holding
            .sites
            .iter()
            .map(|site| least_key_bytes(algorithm_names(site)))
            .min()
            .unwrap_or(32);
        let bytes = key_bytes(&value.text, holding.encoding);
        known.weakness =
            known
                .weakness
                .or(weakness(&value.text, bytes, least, &project.known_keys));
    }
    by_place.into_values().collect()
}

impl SettingKey<'_, '_> {
    /// The setting and what it is, as the first half of a sentence.
    pub(super) fn describe(&self) -> String {
        let name = &self.value.name;
        match self.holding.said_by {
            SaidBy::System if self.holding.sites.iter().any(|site| site.declared) => {
                format!("This key, which {name} is given for tokens,")
            }
            SaidBy::Code => format!("`{name}`, the key of the tokens of {},", self.of()),
            SaidBy::System => format!(
                "`{name}`, which {} reads as the key of its tokens,",
                self.of()
            ),
            SaidBy::Name => format!(
                "`{name}`, by its name the key of the tokens of {},",
                self.of()
            ),
        }
    }

    fn of(&self) -> String {
        match self.services.as_slice() {
            [] | [""] => "this project".to_owned(),
            names => super::holders::listed(names),
        }
    }

    pub(super) fn confidence(&self) -> Confidence {
        match self.holding.said_by {
            SaidBy::Code | SaidBy::System => Confidence::High,
            SaidBy::Name => Confidence::Medium,
        }
    }

    /// Files for a developer's own machine and examples are told, not more, and so is what no production runs with.
    pub(super) fn level(&self) -> Level {
        if self.is_refused {
            return Level::Note;
        }
        match self.holding.value_purpose {
            Purpose::Deployed if self.context == Some(CodeContext::Example) => Level::Note,
            Purpose::Deployed => Level::Error,
            Purpose::Development | Purpose::Test | Purpose::Template => Level::Note,
        }
    }
}
