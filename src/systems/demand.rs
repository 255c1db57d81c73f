//! What one part of a settings file leaves open and another document of the tree may ask for.

use std::collections::BTreeMap;

use memchr::memmem;
use serde::Deserialize;

use super::System;
use super::document::{Named, documents};
use super::pattern::{Condition, Pattern};

use crate::settings::SettingsSource;

/// Documents of a system that are looked through; with more of them it is not known what they ask for.
const MOST_DOCUMENTS: usize = 1_000;

/// A kind of document that may ask for what others leave open.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Demand {
    /// A word that stands in every file that has such a document.
    word: String,
    /// What stands in such a document, all of it.
    document: Vec<Condition>,
    /// Two documents that set one of these to different values are about different things.
    #[serde(default)]
    apart: Vec<Pattern>,
    /// A document with one of these is about everything.
    #[serde(default)]
    everywhere: Vec<Condition>,
}

/// What the documents of the tree ask for, by system.
pub(super) struct Demands<'a>(BTreeMap<&'a str, Asked<'a>>);

#[derive(Default)]
struct Asked<'a> {
    by: Vec<(&'a Demand, Subject)>,
    /// Something that may ask was not understood.
    perhaps: bool,
}

/// What a document is about.
struct Subject {
    everything: bool,
    marks: BTreeMap<Vec<String>, String>,
}

impl Subject {
    fn of(demand: &Demand, document: &[Named<'_>]) -> Self {
        let is_mark =
            |one: &&Named<'_>| (demand.apart.iter()).any(|mark| mark.prefix(&one.name).is_some());
        let marks = document.iter().filter(is_mark);
        Self {
            everything: holds_any(&demand.everywhere, document),
            marks: marks
                .filter_map(|one| Some((one.name.clone(), one.text()?.trim().to_owned())))
                .collect(),
        }
    }

    fn may_meet(&self, other: &Self) -> bool {
        let differs = |(name, value): (&Vec<String>, &String)| {
            other.marks.get(name).is_some_and(|other| other != value)
        };
        self.everything || other.everything || !self.marks.iter().any(differs)
    }
}

fn holds_any(conditions: &[Condition], document: &[Named<'_>]) -> bool {
    let stands = |condition: &Condition| document.iter().any(|one| one.fits(condition));
    conditions.iter().any(stands)
}

impl<'a> Demands<'a> {
    /// Looks through the tree for documents of those systems that leave something open in it.
    pub(super) fn find(systems: &'a [System], settings: &[SettingsSource<'_>]) -> Self {
        let open = systems.iter().filter(|system| {
            let stands = |word: &String| settings.iter().any(|file| has(file, word));
            (system.policies.iter())
                .any(|policy| policy.unless_demanded && policy.words.iter().any(stands))
        });
        Self(
            open.map(|system| (system.name.as_str(), asked(system, settings)))
                .collect(),
        )
    }

    /// Whether a document of the tree may ask for what this one leaves open.
    pub(super) fn may_ask(&self, system: &System, document: &[Named<'_>]) -> bool {
        let Some(asked) = self.0.get(system.name.as_str()) else {
            return false;
        };
        let meets = |(demand, subject): &(&Demand, Subject)| {
            subject.may_meet(&Subject::of(demand, document))
        };
        asked.perhaps || asked.by.iter().any(meets)
    }
}

fn has(file: &SettingsSource<'_>, word: &str) -> bool {
    memmem::find(file.source.bytes(), word.as_bytes()).is_some()
}

fn asked<'a>(system: &'a System, settings: &[SettingsSource<'_>]) -> Asked<'a> {
    let mut asked = Asked::default();
    for demand in &system.demands {
        for file in settings.iter().filter(|file| has(file, &demand.word)) {
            let before = asked.by.len();
            for document in documents(file) {
                let stands = |condition| document.iter().any(|one: &Named<'_>| one.fits(condition));
                if demand.document.iter().all(stands) {
                    asked.by.push((demand, Subject::of(demand, &document)));
                }
            }
            // The word stands there, and what it says was not understood.
            asked.perhaps |= !file.read.unread.is_empty() || asked.by.len() == before;
        }
    }
    asked.perhaps |= asked.by.len() > MOST_DOCUMENTS;
    asked
}
