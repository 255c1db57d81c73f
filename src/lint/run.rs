//! The files of a run: what was walked, and what is read of settings, code and trust.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::error::LintError;
use super::hiding::hide_keys;
use super::models::catalog;
use super::options::Options;
use super::unread::unread;
use super::{gather, importers, rounds};
use crate::budget::CutFiles;
use crate::code_context;
use crate::context;
use crate::facts::FileFacts;
use crate::finding::{Notification, Place, Timings};
use crate::key_files::KeyFile;
use crate::models::versions::PackageVersions;
use crate::project::{Files, Progress, Project};
use crate::services::{self, TrustGraph};
use crate::settings::SettingsSource;
use crate::source::{FileId, SourceFile};
use crate::syntax::bounds;
use crate::syntax::{Language, MODEL_FOLDERS};
use crate::systems;
use crate::walk::{self, Committed, FileKind, Needles, WalkOptions, WalkedFile};

/// The files of a run and what is known about them.
pub(super) struct Run {
    pub(super) files: Files,
    /// Files that mention tokens or were named.
    pub(super) roots: Vec<FileId>,
    /// Files with key material, by their name.
    pub(super) keys: Vec<SourceFile>,
    pub(super) settings: Vec<SourceFile>,
    /// Settings of this machine, which are not in the repository: they tell what a deployment interpolates, and nothing
    /// of them is reported.
    pub(super) local_settings: Vec<SourceFile>,
    /// Paths of all code files.
    pub(super) code_paths: Vec<String>,
    pub(super) manifests: BTreeMap<String, PathBuf>,
    pub(super) of_no_kind: BTreeMap<String, PathBuf>,
    pub(super) files_read: usize,
    pub(super) versions: PackageVersions,
    pub(super) notifications: Vec<Notification>,
    pub(super) walk_time: Duration,
}

/// What is known of every file.
pub(super) struct EvaluatedProject {
    pub(super) files: Vec<FileFacts>,
    pub(super) notifications: Vec<Notification>,
    /// Time spent on files, added up over the threads.
    pub(super) time: Duration,
    /// Files that were evaluated in part only.
    pub(super) cut: CutFiles,
}

impl EvaluatedProject {
    /// Adds what settings files tell systems.
    pub(super) fn add_settings(&mut self, settings: &[SettingsSource<'_>], options: &Options) {
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
    pub(super) fn new(options: &Options) -> Result<Self, LintError> {
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
    pub(super) fn timings(&self, evaluation: Duration) -> Timings {
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
    pub(super) fn read_settings(&self) -> Vec<SettingsSource<'_>> {
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

    pub(super) fn trust<'a>(
        &'a self,
        project: &Project<'_>,
        files: &'a [FileFacts],
        key_files: &[KeyFile<'_>],
        settings: &'a [SettingsSource<'a>],
        options: &'a Options,
    ) -> Result<TrustGraph<'a>, LintError> {
        let graph = || {
            services::gather(&services::Input {
                files,
                key_files,
                settings,
                code_paths: self.code_paths.iter().map(String::as_str).collect(),
                manifests: &self.manifests,
                overrides: &options.config.services,
                depends_on: &|path, folder, package| {
                    self.versions.depends_on(path, folder, package)
                },
                spelling: &|names| self.spelling(names),
                importers: &|starts, is_shared| importers::importers(project, starts, is_shared),
                path_of: &|file| self.files.path(file).to_owned(),
            })
        };
        Ok(bounds::on_big_stack(options.threads, graph)?)
    }

    /// Code files that spell some names, each with a name.
    fn spelling(&self, names: &[String]) -> Vec<(String, String)> {
        let folders = MODEL_FOLDERS.iter();
        let files = folders.flat_map(|folder| self.files.that_spell(folder, names));
        let spelt = files.flat_map(|file| {
            let names = names.iter();
            let names = names.filter(move |name| self.files.spells(file, name));
            names.map(move |name| (self.files.path(file).to_owned(), name.clone()))
        });
        spelt.collect()
    }

    pub(super) fn evaluate(
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
