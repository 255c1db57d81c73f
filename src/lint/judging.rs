//! What the rules say of the evaluated files, after configuration and comments had their say.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::models::{assumed_version, catalog};
use super::options::Options;
use super::run::EvaluatedProject;
use crate::budget::Budget;
use crate::eval::{self, Input};
use crate::filter::suppress;
use crate::finding::{Finding, Level, Notification};
use crate::models::catalog::ModelError;
use crate::project::{Files, Project, Silent};
use crate::rules;
use crate::source::SourceFile;
use crate::syntax::Language;
use crate::syntax::bounds::Limits;
use crate::walk;

/// What the rules say of the project, after the comments had their say.
#[derive(Default)]
pub(super) struct Judged {
    pub(super) findings: Vec<Finding>,
    pub(super) suppressed: usize,
    /// What is to be said about comments; the files were read all the same.
    pub(super) remarks: Vec<Notification>,
}

pub(super) fn judge(
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

pub(super) fn hidden_as_pedantic(finding: &Finding, options: &Options) -> bool {
    let asked_for = options.pedantic || options.config.selects(finding.rule.id);
    (finding.rule.front.pedantic || finding.pedantic) && !asked_for
}

pub(super) fn hidden_as_test(finding: &Finding, options: &Options) -> bool {
    let in_test = finding.context == Some(crate::finding::CodeContext::Test);
    // A note in a test tells nobody anything; keys and tokens in tests are made up.
    let quiet = finding.level == Level::Note || rules::left_out_in_tests(finding.rule.id);
    in_test && quiet && !options.include_tests
}

/// Judges one file by itself: no manifests, no configuration, no suppressions.
///
/// Must run on a thread with [`STACK_BYTES`](crate::syntax::bounds::STACK_BYTES) of stack, since parsers recurse.
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
