//! The run from roots to report: walk, parse, evaluate, join, rules, filter.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rayon::prelude::*;

use crate::context;
use crate::eval::{self, Input};
use crate::facts::{FileFacts, LibraryVersion};
use crate::filter::config::Config;
use crate::filter::suppress;
use crate::finding::{Finding, Level, Notification, Report, Summary, Timings};
use crate::keys::{self, KnownKeys};
use crate::models::catalog::{Catalog, ModelError};
use crate::models::schema::{Library, Model};
use crate::models::versions::{PackageVersions, Version};
use crate::page;
use crate::project;
use crate::redact::Redactor;
use crate::report::fingerprint;
use crate::rules;
use crate::source::{SourceFile, Span};
use crate::syntax::bounds::{self, Limits};
use crate::syntax::ir::{Comment, Module};
use crate::syntax::{self, Language, MODEL_FOLDERS};
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

/// Hears how far a run is; called from many threads.
pub trait Progress: Sync {
    /// The walk is done: this many files will be parsed.
    fn walked(&self, _files: usize) {}
    /// A file is about to be parsed.
    fn begins(&self, _path: &str) {}
    /// A file was parsed.
    fn ends(&self, _path: &str) {}
}

/// Nobody listens.
pub struct Silent;

impl Progress for Silent {}

/// Everything known before rules are asked: the facts of every file.
pub struct Inventory {
    /// Facts by file, sorted by path.
    pub files: Vec<FileFacts>,
    /// What could not be read.
    pub notifications: Vec<Notification>,
    /// The files, by path.
    pub sources: BTreeMap<String, SourceFile>,
    /// Takes secrets out of what is shown.
    pub redactor: Redactor,
}

/// One file on its way through the run.
struct Evaluated {
    facts: FileFacts,
    comments: Vec<Comment>,
    notifications: Vec<Notification>,
    source: SourceFile,
    time: Duration,
}

/// Lints the roots.
///
/// # Errors
/// When a root cannot be walked, an own model is broken, or there are no threads.
pub fn lint(options: &Options, progress: &dyn Progress) -> Result<Report, LintError> {
    let run = Run::new(options)?;
    let mut summary = Summary {
        files_read: run.files_read,
        files_parsed: run.files.len(),
        ..Summary::default()
    };
    let mut timings = Timings {
        walk: run.walk_time,
        ..Timings::default()
    };
    let Evaluation {
        mut files,
        notifications,
        mut keys,
        settings,
        others,
    } = run.evaluate(options, progress)?;
    for file in &files {
        timings.files += file.time;
        timings.bytes += file.source.bytes().len() as u64;
    }
    let facts: Vec<&FileFacts> = files.iter().map(|file| &file.facts).collect();
    keys.extend(project::read_others(&facts, &others));
    let mut facts: Vec<&mut FileFacts> = files.iter_mut().map(|file| &mut file.facts).collect();
    project::open_tokens(&mut facts, &keys, &options.known_keys);
    let facts = files.iter().map(|file| &file.facts).collect();
    let mut across: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    for finding in rules::judge_project(&project::gather(facts, &keys, &settings)) {
        let path = finding.primary.path.clone();
        across.entry(path).or_default().push(finding);
    }
    let mut report = Report {
        timings,
        findings: Vec::new(),
        notifications,
        summary,
        sources: BTreeMap::new(),
        redactor: Redactor::default(),
        rules: page::PAGES
            .iter()
            .filter(|page| options.config.runs(page.id))
            .collect(),
    };
    let mut remarks = Vec::new();
    let mut judged = Vec::new();
    let kept: Vec<suppress::Kept> = bounds::on_big_stack(options.threads, || {
        let judge = |file: &Evaluated| judge_file(file, across.get(&file.source.path), options);
        files.par_iter().map(judge).collect()
    })?;
    for (file, kept) in files.into_iter().zip(kept) {
        across.remove(&file.source.path);
        remarks.extend(kept.notifications);
        summary.suppressed += kept.suppressed;
        summary.sites += count_sites(&file.facts);
        report.redactor.extend(file.facts.redactor);
        judged.push((file.source, kept.findings));
    }
    // Files that are no code have no comments to suppress with.
    for source in keys.into_iter().chain(settings) {
        let here = across.remove(&source.path).unwrap_or_default();
        judged.push((masked(source), options.config.apply(here)));
    }
    let mut sources = BTreeMap::new();
    for (source, findings) in judged {
        for finding in findings {
            if hidden_as_pedantic(&finding, options) {
                summary.pedantic_hidden += 1;
            } else if hidden_as_test(&finding, options) {
                summary.test_hidden += 1;
            } else {
                report.findings.push(finding);
            }
        }
        sources.insert(source.path.clone(), source);
    }
    let shown: BTreeSet<&String> = report
        .findings
        .iter()
        .flat_map(|finding| std::iter::once(&finding.primary).chain(&finding.related))
        .map(|place| &place.path)
        .collect();
    sources.retain(|path, _| shown.contains(path));
    report.sources = sources;
    summary.files_unread = unread_files(&report.notifications);
    report.summary = summary;
    report.notifications.extend(remarks);
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
    let Evaluation {
        files,
        notifications,
        ..
    } = run.evaluate(options, progress)?;
    let mut inventory = Inventory {
        files: Vec::new(),
        notifications,
        sources: BTreeMap::new(),
        redactor: Redactor::default(),
    };
    for mut file in files {
        inventory
            .redactor
            .extend(std::mem::take(&mut file.facts.redactor));
        inventory
            .sources
            .insert(file.facts.path.clone(), file.source);
        inventory.files.push(file.facts);
    }
    inventory.redactor.seal();
    Ok(inventory)
}

/// Hides the private parts of the keys in a file.
fn hide_keys(source: &SourceFile, redactor: &mut Redactor) {
    for span in keys::secret_spans(source.bytes()) {
        redactor.add_place(&source.path, span);
    }
}

/// A file with keys as it can be quoted: what is secret is masked, and so is a file that is one line of text, which may
/// be a secret. A binary file is empty.
fn masked(source: SourceFile) -> SourceFile {
    let mut content = source.bytes().to_vec();
    if std::str::from_utf8(&content).is_err() {
        content.clear();
    } else if source.line_count() <= 2 {
        content.fill(b'*');
    }
    for span in keys::secret_spans(source.bytes()) {
        if let Some(secret) = content.get_mut(span.range()) {
            secret.fill(b'*');
        }
    }
    SourceFile::new(source.path, source.disk_path, content)
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

fn unread_files(notifications: &[Notification]) -> usize {
    let mut paths: Vec<&String> = notifications
        .iter()
        .filter(|notification| notification.level >= Level::Warning)
        .filter_map(|notification| notification.path.as_ref())
        .collect();
    paths.sort();
    paths.dedup();
    paths.len()
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

/// The files to parse and what is known about them.
struct Run {
    files: Vec<(WalkedFile, Language)>,
    keys: Vec<SourceFile>,
    settings: Vec<SourceFile>,
    others: BTreeMap<String, PathBuf>,
    files_read: usize,
    versions: PackageVersions,
    notifications: Vec<Notification>,
    walk_time: Duration,
}

/// Every file, evaluated or read.
struct Evaluation {
    files: Vec<Evaluated>,
    notifications: Vec<Notification>,
    /// Files with key material, by their name.
    keys: Vec<SourceFile>,
    settings: Vec<SourceFile>,
    others: BTreeMap<String, PathBuf>,
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
        let mut files = Vec::new();
        let mut keys = Vec::new();
        let mut settings = Vec::new();
        for file in walk.files {
            match file.kind {
                FileKind::Code(language) => files.push((file, language)),
                // Only what is in the repository has leaked.
                _ if file.committed == Committed::No => {}
                FileKind::Settings => settings.push(file.source),
                FileKind::Key => keys.push(file.source),
            }
        }
        Ok(Self {
            files,
            keys,
            settings,
            others: walk.others,
            files_read: walk.counts.files_read as usize,
            versions: PackageVersions::new(&options.roots),
            notifications: walk.notifications,
            walk_time: start.elapsed(),
        })
    }

    fn evaluate(
        mut self,
        options: &Options,
        progress: &dyn Progress,
    ) -> Result<Evaluation, LintError> {
        progress.walked(self.files.len());
        let files = std::mem::take(&mut self.files);
        let versions = &self.versions;
        let mut evaluated: Vec<Evaluated> = bounds::on_big_stack(options.threads, || {
            files
                .into_par_iter()
                .map(|(file, language)| {
                    let path = file.source.path.clone();
                    progress.begins(&path);
                    let start = Instant::now();
                    let evaluated = evaluate_file(file, language, versions, options);
                    progress.ends(&path);
                    evaluated.map(|evaluated| Evaluated {
                        time: start.elapsed(),
                        ..evaluated
                    })
                })
                .collect::<Result<_, _>>()
        })??;
        evaluated.sort_by(|a, b| a.facts.path.cmp(&b.facts.path));
        let mut notifications = self.notifications;
        notifications.extend(self.versions.notifications());
        notifications.extend(
            evaluated
                .iter_mut()
                .flat_map(|file| std::mem::take(&mut file.notifications)),
        );
        notifications.sort();
        notifications.dedup();
        Ok(Evaluation {
            files: evaluated,
            notifications,
            keys: self.keys,
            settings: self.settings,
            others: self.others,
        })
    }
}

fn evaluate_file(
    file: WalkedFile,
    language: Language,
    versions: &PackageVersions,
    options: &Options,
) -> Result<Evaluated, LintError> {
    let source = file.source;
    let mut notifications = Vec::new();
    let notify = |line: Option<u32>, message: String| Notification {
        path: Some(source.path.clone()),
        message,
        level: Level::Warning,
        line,
    };
    let module = if options.poisoned.contains(&source.path) {
        notifications.push(notify(
            None,
            "not read: the parser died on this file; report it, please".to_owned(),
        ));
        Default::default()
    } else {
        syntax::parse(&source, language, &options.limits)
    };
    notifications.extend(unread_parts(&source, &module));
    let folder = language.model_folder();
    let path = source.path.clone();
    let version = |library: &Library| library_version(versions, &path, folder, library);
    let depends_on = |library: &Library| {
        library
            .manifest
            .iter()
            .any(|package| versions.depends_on(&path, folder, package))
    };
    let mut facts = eval::evaluate(&Input {
        source: &source,
        module: &module,
        catalog: catalog(folder)?,
        version: &version,
        depends_on: &depends_on,
    });
    facts.now = options.now;
    facts.known_keys = Arc::clone(&options.known_keys);
    context::mark(&mut facts, &source, &module);
    hide_keys(&source, &mut facts.redactor);
    if facts.cut {
        notifications.push(notify(
            None,
            "evaluated in part only: the file is too large or too entangled".to_owned(),
        ));
    }
    Ok(Evaluated {
        time: Duration::ZERO,
        facts,
        comments: module.comments,
        notifications,
        source,
    })
}

/// What the rules say of a file, with what they say of it among others, after its comments.
fn judge_file(
    file: &Evaluated,
    across: Option<&Vec<Finding>>,
    options: &Options,
) -> suppress::Kept {
    let mut findings = rules::judge(&file.facts);
    findings.extend(across.into_iter().flatten().cloned());
    let findings = options.config.apply(findings);
    suppress::apply(&file.source, &file.comments, findings, &|rule| {
        options.config.runs(rule)
    })
}

/// What of a file was not read: one notification for each reason, at the first place.
fn unread_parts(source: &SourceFile, module: &Module) -> Vec<Notification> {
    let mut reasons: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    for unread in &module.unread {
        reasons.entry(&unread.reason).or_default().push(unread.span);
    }
    let notification = |(reason, spans): (&str, Vec<Span>)| {
        let first = spans.iter().map(|span| span.start).min().unwrap_or(0);
        let more = match spans.len() {
            1 => String::new(),
            count => format!(" (and in {} more places)", count - 1),
        };
        Notification {
            path: Some(source.path.clone()),
            message: format!("not read here{more}: {reason}"),
            level: Level::Warning,
            line: Some(source.line_of(first)),
        }
    };
    reasons.into_iter().map(notification).collect()
}

fn library_version(
    versions: &PackageVersions,
    path: &str,
    folder: &str,
    library: &Library,
) -> LibraryVersion {
    if library.manifest.is_empty() {
        return LibraryVersion::None;
    }
    for package in &library.manifest {
        match versions.version(path, folder, package) {
            Version::Locked {
                version,
                text,
                file,
            } => {
                return LibraryVersion::Locked {
                    version,
                    text,
                    file,
                };
            }
            Version::Range { lowest, text, file } => {
                return LibraryVersion::Range {
                    version: lowest,
                    text,
                    file,
                };
            }
            Version::Unknown => {}
        }
    }
    assumed_version(library)
}

/// The model's current version.
fn assumed_version(library: &Library) -> LibraryVersion {
    let current = library
        .current
        .as_deref()
        .and_then(|text| semver::Version::parse(text).ok());
    current.map_or(LibraryVersion::None, LibraryVersion::Assumed)
}

/// The models of a folder, loaded when first asked for.
///
/// # Errors
/// When an embedded model does not fit the schema.
pub fn catalog(folder: &str) -> Result<&'static Catalog, ModelError> {
    static CATALOGS: [OnceLock<Catalog>; MODEL_FOLDERS.len()] =
        [const { OnceLock::new() }; MODEL_FOLDERS.len()];
    let index = MODEL_FOLDERS
        .iter()
        .position(|known| *known == folder)
        .unwrap_or(0);
    if let Some(catalog) = CATALOGS[index].get() {
        return Ok(catalog);
    }
    let loaded = Catalog::load(MODEL_FOLDERS[index])?;
    Ok(CATALOGS[index].get_or_init(|| loaded))
}

/// Every model of every folder.
///
/// # Errors
/// When an embedded model does not fit the schema.
pub fn models() -> Result<Vec<&'static Model>, ModelError> {
    let mut models = Vec::new();
    for folder in MODEL_FOLDERS {
        models.extend(catalog(folder)?.libraries());
    }
    Ok(models)
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
    let module = syntax::parse(source, language, limits);
    let facts = eval::evaluate(&Input {
        source,
        module: &module,
        catalog: catalog(language.model_folder())?,
        version: &assumed_version,
        depends_on: &|_| true,
    });
    Ok(rules::judge(&facts))
}
