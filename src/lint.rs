//! The run from roots to report: walk, parse, evaluate, join, rules, filter.

mod gather;
mod hiding;
mod models;
mod rounds;
mod trust;
mod unread;

pub use models::{catalog, models};
pub use trust::{TrustReading, with_trust};

use models::{assumed_version, modelled_packages};
use unread::{settings_unread, unread, unread_files};

use hiding::{hide_keys, hide_settings, masked, without_keys};

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rayon::prelude::*;

use crate::budget::{Budget, CutFiles};
use crate::code_context;
use crate::context;
use crate::eval::{self, Input};
use crate::facts::FileFacts;
use crate::filter::config::Config;
use crate::filter::suppress;
use crate::finding::{Finding, Level, Notification, Place, Report, Summary, Timings};
use crate::key_files::{self, KeyFile};
use crate::keys::{self, KnownKeys};
use crate::models::catalog::ModelError;
use crate::models::versions::PackageVersions;
use crate::page;
use crate::project::{Files, Project};
pub use crate::project::{Progress, Silent};
use crate::project_facts::ProjectFacts;
use crate::redact::Redactor;
use crate::report::fingerprint;
use crate::rules;
use crate::services::{self, TrustGraph};
use crate::settings::SettingsSource;
use crate::source::{FileId, SourceFile};
use crate::syntax::bounds::{self, Limits};
use crate::syntax::{Language, MODEL_FOLDERS};
use crate::systems;
use crate::walk::{self, Committed, FileKind, Needles, WalkError, WalkOptions, WalkedFile};

/// What to lint, and how.
#[derive(Debug)]
pub struct Options {
    /// Files and folders; at least one.
    pub roots: Vec<PathBuf>,
    /// Threads; 0 for as many as the machine has.
    pub threads: usize,
    /// Files over this many bytes are left out and reported.
    pub max_file_bytes: u64,
    /// Only files that mention tokens are parsed.
    pub prefilter: bool,
    /// Dependencies, minified and generated files are read as well.
    pub include_dependencies: bool,
    /// Keys and tokens in test code are reported as well.
    pub include_tests: bool,
    /// Pedantic rules run as well.
    pub pedantic: bool,
    /// What the configuration file says.
    pub config: Config,
    /// Files that are not to be parsed, relative to the roots: an earlier run died on them.
    pub poisoned: Vec<String>,
    /// Bounds on one file.
    pub limits: Limits,
    /// Bounds on the evaluation.
    pub budget: Budget,
    /// Keys that are public knowledge.
    pub known_keys: Arc<KnownKeys>,
    /// The time of the run in seconds since 1970, by which tokens in the code have expired or not.
    pub now: i64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            roots: vec![PathBuf::from(".")],
            threads: 0,
            max_file_bytes: walk::DEFAULT_MAX_FILE_BYTES,
            prefilter: true,
            include_dependencies: false,
            include_tests: false,
            pedantic: false,
            config: Config::default(),
            poisoned: Vec::new(),
            limits: Limits::default(),
            budget: Budget::default(),
            known_keys: Arc::default(),
            now: today(),
        }
    }
}

/// The beginning of this day: two runs on one day judge alike.
fn today() -> i64 {
    const DAY: u64 = 86_400;
    let passed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    (passed.as_secs() / DAY * DAY) as i64
}

/// Why a run could not be done.
#[derive(Debug, thiserror::Error)]
pub enum LintError {
    /// A root cannot be walked.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// A model does not fit the schema.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The machine gave no threads.
    #[error("no threads to work with: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

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
    key_files::open_tokens(&mut evaluated.files, &keys, &settings, &options.known_keys);
    let key_files = key_files::gather(&evaluated.files, &keys, &run.settings);
    let start = Instant::now();
    let trust = run.trust(&evaluated.files, &key_files, &settings, options);
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
    report
        .notifications
        .extend(settings_unread(&joined.trust, &settings));
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

/// What the rules say of the project, after the comments had their say.
#[derive(Default)]
struct Judged {
    findings: Vec<Finding>,
    suppressed: usize,
    /// What is to be said about comments; the files were read all the same.
    remarks: Vec<Notification>,
}

fn judge(
    project: &Project<'_>,
    options: &Options,
    evaluated: &EvaluatedProject,
    settings: &[SourceFile],
    across: Vec<Finding>,
) -> Judged {
    let mut by_path: BTreeMap<&str, Vec<Finding>> = BTreeMap::new();
    for file in &evaluated.files {
        by_path.entry(&file.path).or_default();
    }
    let findings: Vec<Vec<Finding>> = evaluated.files.par_iter().map(rules::judge).collect();
    let findings = rules::one_per_cause(findings.into_iter().flatten().chain(across).collect());
    let findings = options.config.apply(findings);
    let paths: Vec<String> = findings
        .iter()
        .map(|finding| finding.primary.path.clone())
        .collect();
    for (path, finding) in paths.iter().zip(findings) {
        by_path.entry(path).or_default().push(finding);
    }
    let mut judged = Judged::default();
    for (path, findings) in by_path {
        let id = project.files().id(path);
        let runs = |rule: &str| options.config.runs(rule);
        let kept = if let Some(parsed) = id.and_then(|id| project.parsed(id)) {
            suppress::apply(&parsed.source, &parsed.module.comments, findings, &runs)
        } else if let Some(source) = settings.iter().find(|source| source.path == path) {
            suppress::apply(source, &suppress::hash_comments(source), findings, &runs)
        } else {
            judged.findings.extend(findings);
            continue;
        };
        judged.findings.extend(kept.findings);
        judged.suppressed += kept.suppressed;
        judged.remarks.extend(kept.notifications);
    }
    judged
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

fn hidden_as_pedantic(finding: &Finding, options: &Options) -> bool {
    let asked_for = options.pedantic || options.config.selects(finding.rule.id);
    (finding.rule.front.pedantic || finding.pedantic) && !asked_for
}

fn hidden_as_test(finding: &Finding, options: &Options) -> bool {
    let in_test = finding.context == Some(crate::finding::CodeContext::Test);
    // A note in a test tells nobody anything; keys and tokens in tests are made up.
    let quiet = finding.level == Level::Note || rules::left_out_in_tests(finding.rule.id);
    in_test && quiet && !options.include_tests
}

/// The files of a run and what is known about them.
struct Run {
    files: Files,
    /// Files that mention tokens or were named.
    roots: Vec<FileId>,
    /// Files with key material, by their name.
    keys: Vec<SourceFile>,
    settings: Vec<SourceFile>,
    /// Settings of this machine, which are not in the repository: they tell what a deployment interpolates, and nothing
    /// of them is reported.
    local_settings: Vec<SourceFile>,
    /// Paths of all code files.
    code_paths: Vec<String>,
    manifests: BTreeMap<String, PathBuf>,
    of_no_kind: BTreeMap<String, PathBuf>,
    files_read: usize,
    versions: PackageVersions,
    notifications: Vec<Notification>,
    walk_time: Duration,
}

/// What is known of every file.
struct EvaluatedProject {
    files: Vec<FileFacts>,
    notifications: Vec<Notification>,
    /// Time spent on files, added up over the threads.
    time: Duration,
    /// Files that were evaluated in part only.
    cut: CutFiles,
}

impl EvaluatedProject {
    /// Adds what settings files tell systems.
    fn add_settings(&mut self, settings: &[SettingsSource<'_>], options: &Options) {
        for facts in systems::facts(settings) {
            self.files.push(FileFacts {
                now: options.now,
                known_keys: Arc::clone(&options.known_keys),
                ..facts
            });
        }
    }
}

impl Run {
    fn new(options: &Options) -> Result<Self, LintError> {
        let start = Instant::now();
        let mut needles = Vec::new();
        for folder in MODEL_FOLDERS {
            for model in catalog(folder)?.libraries() {
                let words = model.library.needles.iter();
                needles.extend(words.map(|needle| (folder, needle.as_str())));
            }
        }
        let walk = walk::walk(&WalkOptions {
            roots: options.roots.clone(),
            max_file_bytes: options.max_file_bytes,
            threads: options.threads,
            prefilter: options.prefilter,
            include_dependencies: options.include_dependencies,
            exclude: options.config.exclude.clone(),
            needles: Needles::new(needles.into_iter()),
        })?;
        let mut code: Vec<(WalkedFile, Language)> = Vec::new();
        let mut keys = Vec::new();
        let mut settings = Vec::new();
        let mut local_settings = Vec::new();
        for file in walk.files {
            match file.kind {
                FileKind::Code(language) => code.push((file, language)),
                FileKind::Settings if file.committed == Committed::No => {
                    local_settings.push(file.source);
                }
                // Only what is in the repository has leaked.
                _ if file.committed == Committed::No => {}
                FileKind::Settings => settings.push(file.source),
                FileKind::Key => keys.push(file.source),
            }
        }
        let roots = code.iter().map(|(file, _)| file.source.id).collect();
        let kept = code.iter().map(|(file, _)| &file.source.path);
        let others = walk.others.iter().filter(|file| !file.language.is_data());
        let mut code_paths: Vec<String> =
            kept.chain(others.map(|file| &file.path)).cloned().collect();
        code_paths.sort();
        let manifests = walk.manifests.clone();
        let files = Files::new(code, walk.others, walk.manifests).bounded(
            options.limits,
            options.max_file_bytes,
            options.poisoned.clone(),
        );
        Ok(Self {
            files,
            roots,
            keys,
            settings,
            local_settings,
            code_paths,
            manifests,
            of_no_kind: walk.of_no_kind,
            files_read: walk.counts.files_read as usize,
            versions: PackageVersions::new(&options.roots),
            notifications: walk.notifications,
            walk_time: start.elapsed(),
        })
    }

    /// Where the time went, with what was parsed until now.
    fn timings(&self, evaluation: Duration) -> Timings {
        let mut timings = Timings {
            walk: self.walk_time,
            parsing: self.files.parse_time(),
            evaluation,
            ..Timings::default()
        };
        for source in self.files.parsed_sources() {
            timings.files += 1;
            timings.bytes += source.bytes().len() as u64;
            timings.lines += u64::from(source.line_count());
        }
        timings
    }

    /// What every settings file says, in order of their paths.
    fn read_settings(&self) -> Vec<SettingsSource<'_>> {
        let committed = self.settings.iter().map(|source| (source, true));
        let local = self.local_settings.iter().map(|source| (source, false));
        let sources: Vec<(&SourceFile, bool)> = committed.chain(local).collect();
        let mut read: Vec<SettingsSource<'_>> = sources
            .into_par_iter()
            .filter_map(|(source, committed)| SettingsSource::read(source, committed))
            .collect();
        read.sort_by(|one, other| one.source.path.cmp(&other.source.path));
        read
    }

    fn trust<'a>(
        &'a self,
        files: &'a [FileFacts],
        key_files: &[KeyFile<'_>],
        settings: &'a [SettingsSource<'a>],
        options: &'a Options,
    ) -> TrustGraph<'a> {
        services::gather(&services::Input {
            files,
            key_files,
            settings,
            code_paths: self.code_paths.iter().map(String::as_str).collect(),
            manifests: &self.manifests,
            overrides: &options.config.services,
            depends_on: &|path, folder, package| self.versions.depends_on(path, folder, package),
            path_of: &|file| self.files.path(file).to_owned(),
        })
    }

    fn evaluate(
        &self,
        project: &Project<'_>,
        options: &Options,
        progress: &dyn Progress,
    ) -> Result<EvaluatedProject, LintError> {
        progress.walked(self.roots.len());
        bounds::on_big_stack(options.threads, || {
            let roots = self.roots.clone();
            let evaluated = rounds::evaluate(project, roots, &self.versions, options.budget)?;
            let mut known = EvaluatedProject {
                files: Vec::new(),
                notifications: self.notifications.clone(),
                time: Duration::ZERO,
                cut: CutFiles::default(),
            };
            known.notifications.extend(self.versions.notifications());
            for file in &evaluated {
                known.time += file.time;
                let Some(parsed) = project.parsed(file.file) else {
                    continue;
                };
                let cut = file.evaluation.facts.cut;
                known.cut.add(cut);
                let unread = unread(parsed, self.files.is_poisoned(file.file), cut);
                known.notifications.extend(unread);
            }
            known.files = gather::gather(project, evaluated);
            known.files.par_iter_mut().for_each(|facts| {
                facts.now = options.now;
                facts.known_keys = Arc::clone(&options.known_keys);
                let id = self.files.id(&facts.path);
                if let Some(id) = id
                    && let Some(parsed) = project.parsed(id)
                {
                    let folder = parsed.language.model_folder();
                    let package = project.package(id);
                    let (source, module) = (&parsed.source, &parsed.module);
                    let elsewhere = |place: &Place| match project.parsed(place.span.file) {
                        Some(other) => context::of_place(place, &other.source, &other.module),
                        None => code_context::of_path(&place.path),
                    };
                    context::mark(facts, source, module, folder, package.as_ref(), elsewhere);
                    hide_keys(&parsed.source, &mut facts.redactor);
                }
            });
            known.notifications.sort();
            known.notifications.dedup();
            Ok(known)
        })?
    }
}

/// Judges one file by itself: no manifests, no configuration, no suppressions.
///
/// Must run on a thread with [`bounds::STACK_BYTES`] of stack, since parsers recurse.
///
/// # Errors
/// When an embedded model does not fit the schema.
pub fn judge_alone(
    source: &SourceFile,
    language: Language,
    limits: &Limits,
) -> Result<Vec<Finding>, ModelError> {
    let files = Files::of_one(source.clone(), language).bounded(
        *limits,
        walk::DEFAULT_MAX_FILE_BYTES,
        Vec::new(),
    );
    let project = Project::new(&files, [], &Silent);
    let Some(parsed) = project.parsed(source.id) else {
        return Ok(Vec::new());
    };
    let evaluation = eval::evaluate(&Input {
        file: parsed,
        project: &project,
        catalog: catalog(language.model_folder())?,
        version: &|_, library| assumed_version(library),
        depends_on: &|_| true,
        is_entered: &|_| false,
        budget: Budget::default(),
    });
    Ok(rules::judge(&evaluation.facts))
}
