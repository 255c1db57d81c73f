//! The run from roots to report: walk, parse, evaluate, join, rules, filter.

mod error;
mod gather;
mod hiding;
mod importers;
mod judging;
mod models;
mod options;
mod rounds;
mod run;
mod trust;
mod unread;

pub use error::LintError;
pub use judging::judge_alone;
pub use models::{catalog, models};
pub use options::Options;
pub use trust::{TrustReading, with_trust};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use hiding::{hide_settings, masked, without_keys};
use judging::{hidden_as_pedantic, hidden_as_test, judge};
use models::modelled_packages;
use run::Run;
use unread::{settings_unread, unread_files};

use crate::budget::CutFiles;
use crate::facts::FileFacts;
use crate::finding::{Finding, Notification, Place, Report, Summary, Timings};
use crate::key_files;
use crate::keys;
use crate::page;
use crate::project::Project;
pub use crate::project::{Progress, Silent};
use crate::project_facts::ProjectFacts;
use crate::redact::Redactor;
use crate::report::fingerprint;
use crate::rules;
use crate::source::SourceFile;
use crate::syntax::bounds;
use crate::walk;

/// Everything known before rules are asked: the facts of every file.
pub struct Inventory {
    /// Facts by file, sorted by path.
    pub files: Vec<FileFacts>,
    /// What could not be read.
    pub notifications: Vec<Notification>,
    /// Files that were evaluated in part only.
    pub cut: CutFiles,
    /// Key sets in files: file, and the id of a key with its place.
    pub key_ids: Vec<(String, Place)>,
    /// The files, by path.
    pub sources: BTreeMap<String, SourceFile>,
    /// Takes secrets out of what is shown.
    pub redactor: Redactor,
}

/// Lints the roots.
///
/// # Errors
/// When a root cannot be walked, an own model is broken, or there are no threads.
pub fn lint(options: &Options, progress: &dyn Progress) -> Result<Report, LintError> {
    let run = Run::new(options)?;
    let mut summary = Summary {
        files_read: run.files_read,
        files_parsed: run.roots.len(),
        ..Summary::default()
    };
    let project = Project::new(&run.files, modelled_packages()?, progress);
    let mut evaluated = run.evaluate(&project, options, progress)?;
    let mut report = Report {
        timings: Timings::default(),
        findings: Vec::new(),
        notifications: std::mem::take(&mut evaluated.notifications),
        summary,
        sources: BTreeMap::new(),
        redactor: Redactor::default(),
        rules: page::PAGES
            .iter()
            .filter(|page| options.config.runs(page.id))
            .collect(),
    };
    summary.cut = evaluated.cut;
    for facts in &evaluated.files {
        summary.sites += count_sites(facts);
    }
    let start = Instant::now();
    let settings = bounds::on_big_stack(options.threads, || run.read_settings())?;
    evaluated.add_settings(&settings, options);
    report.timings.settings = start.elapsed();
    let mut keys = run.keys.clone();
    let facts: Vec<&FileFacts> = evaluated.files.iter().collect();
    keys.extend(key_files::read_of_no_kind(&facts, &run.of_no_kind));
    key_files::tell_kinds(&mut evaluated.files, &keys);
    key_files::open_tokens(&mut evaluated.files, &keys, &settings, &options.known_keys);
    let key_files = key_files::gather(&evaluated.files, &keys, &run.settings);
    let start = Instant::now();
    let trust = run.trust(&project, &evaluated.files, &key_files, &settings, options)?;
    report.timings.settings += start.elapsed();
    let joined = ProjectFacts {
        files: evaluated.files.iter().collect(),
        trust,
        key_files,
        known_keys: Arc::clone(&options.known_keys),
    };
    let across = rules::judge_project(&joined);
    let judged = bounds::on_big_stack(options.threads, || {
        judge(&project, options, &evaluated, &run.settings, across)
    })?;
    let base = walk::base_folder(&options.roots);
    report
        .notifications
        .extend(settings_unread(&joined.trust, &settings, &base));
    hide_settings(&settings, &mut report.redactor);
    drop(joined);
    drop(settings);
    summary.suppressed = judged.suppressed;
    for finding in judged.findings {
        if hidden_as_pedantic(&finding, options) {
            summary.pedantic_hidden += 1;
        } else if hidden_as_test(&finding, options) {
            summary.test_hidden += 1;
        } else {
            report.findings.push(finding);
        }
    }
    for facts in evaluated.files {
        report.redactor.extend(facts.redactor);
    }
    for path in report.findings.iter().flat_map(Finding::paths) {
        let id = project.files().id(path);
        if let Some(parsed) = id.and_then(|id| project.parsed(id)) {
            let source = || parsed.source.as_ref().clone();
            report.sources.entry(path.to_owned()).or_insert_with(source);
        }
    }
    report.timings = Timings {
        settings: report.timings.settings,
        ..run.timings(evaluated.time)
    };
    let shown: BTreeSet<String> = (report.findings.iter().flat_map(Finding::paths))
        .map(str::to_owned)
        .collect();
    for source in keys {
        if shown.contains(&source.path) {
            report.sources.insert(source.path.clone(), masked(source));
        }
    }
    for source in run.settings {
        if shown.contains(&source.path) {
            let masked = without_keys(source);
            report.sources.insert(masked.path.clone(), masked);
        }
    }
    summary.files_unread = unread_files(&report.notifications);
    report.summary = summary;
    report.notifications.extend(judged.remarks);
    report.notifications.sort();
    report.notifications.dedup();
    report.redactor.seal();
    report
        .findings
        .sort_by(|a, b| a.primary.cmp(&b.primary).then(a.rule.id.cmp(b.rule.id)));
    fingerprint::assign(&mut report.findings);
    drop(project);
    // A process lints once and ends. Giving back every node of every file one by one would take its time for nothing.
    std::mem::forget(run.files);
    Ok(report)
}

/// Reads the roots without asking the rules.
///
/// # Errors
/// As [`lint`].
pub fn inventory(options: &Options, progress: &dyn Progress) -> Result<Inventory, LintError> {
    let run = Run::new(options)?;
    let project = Project::new(&run.files, modelled_packages()?, progress);
    let evaluated = run.evaluate(&project, options, progress)?;
    let mut inventory = Inventory {
        files: evaluated.files,
        notifications: evaluated.notifications,
        cut: evaluated.cut,
        key_ids: run.keys.iter().flat_map(ids_in_set).collect(),
        sources: BTreeMap::new(),
        redactor: Redactor::default(),
    };
    for facts in &mut inventory.files {
        inventory
            .redactor
            .extend(std::mem::take(&mut facts.redactor));
    }
    for source in project.files().parsed_sources() {
        let path = source.path.clone();
        inventory.sources.insert(path, source.as_ref().clone());
    }
    for source in run.keys {
        if inventory
            .key_ids
            .iter()
            .any(|(_, place)| place.path == source.path)
        {
            inventory
                .sources
                .insert(source.path.clone(), masked(source));
        }
    }
    inventory.redactor.seal();
    Ok(inventory)
}

/// The ids of the keys of a set, with their places.
fn ids_in_set(source: &SourceFile) -> Vec<(String, Place)> {
    let in_set = keys::read(source.bytes())
        .into_iter()
        .filter(|key| key.container == keys::Container::Jwks && key.set != 0);
    in_set
        .filter_map(|key| {
            let place = Place {
                path: source.path.clone(),
                span: key.span.in_file(source.id),
                message: String::new(),
            };
            Some((key.kid?, place))
        })
        .collect()
}

/// Mints, verifies and decodes, each place once.
fn count_sites(facts: &FileFacts) -> usize {
    use crate::facts::SiteKind::{Decode, Mint, Register, Verify};
    let mut places: Vec<_> = facts
        .sites
        .iter()
        .filter(|site| matches!(site.kind, Mint | Verify | Decode | Register))
        .map(|site| site.place.span)
        .collect();
    places.dedup();
    places.len()
}
