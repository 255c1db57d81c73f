//! Which files are evaluated: those that mention tokens, then those that call into them, round by round.
//!
//! A function whose caller decides about the key or the checks is a wrapper. Its callers are found by a search for
//! its name, so that nothing else of the tree is parsed.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, Instant};

use aho_corasick::{AhoCorasick, packed};
use rayon::prelude::*;

use super::error::LintError;
use super::models::{catalog, library_version};
use crate::budget::Budget;
use crate::code_context;
use crate::eval::{self, Evaluation, Input};
use crate::facts::FileFacts;
use crate::finding::CodeContext;
use crate::models::schema::Library;
use crate::models::versions::PackageVersions;
use crate::project::Project;
use crate::source::FileId;

/// Wrappers around wrappers that are followed.
const MOST_ROUNDS: usize = 3;

/// Files that are evaluated before it is seen whether the project has used up its nodes.
const BATCH: usize = 128;

/// Files that one round adds.
const MOST_CALLERS: usize = 400;

/// Folders around a wrapper that an import of it may spell.
const FOLDERS_ABOVE: usize = 3;

/// Shorter names are everywhere.
const SHORTEST_NAME: usize = 3;

/// A file that was evaluated.
pub(super) struct Evaluated {
    pub(super) file: FileId,
    pub(super) evaluation: Evaluation,
    pub(super) time: Duration,
}

/// Evaluates the files and those that call into them; in the order of the files.
///
/// # Errors
/// When an embedded model does not fit the schema.
pub(super) fn evaluate(
    project: &Project<'_>,
    files: Vec<FileId>,
    versions: &PackageVersions,
    budget: Budget,
) -> Result<Vec<Evaluated>, LintError> {
    let mut entered: BTreeSet<FileId> = files.iter().copied().collect();
    let mut all = Vec::new();
    let mut next = files;
    let mut nodes = 0;
    for round in 0..=MOST_ROUNDS {
        let mut evaluated = Vec::new();
        for batch in next.chunks(BATCH) {
            let in_bounds = nodes < budget.project_nodes;
            let budget = if in_bounds { budget } else { budget.alone() };
            let mut batch = evaluate_batch(project, batch, &entered, versions, budget)?;
            for file in &mut batch {
                nodes += file.evaluation.nodes;
                file.evaluation.facts.cut.project = !in_bounds;
            }
            evaluated.extend(batch);
        }
        next = if round < MOST_ROUNDS {
            callers(project, &evaluated, &entered)
        } else {
            Vec::new()
        };
        all.extend(evaluated);
        if next.is_empty() {
            break;
        }
        entered.extend(&next);
    }
    all.sort_by_key(|evaluated| evaluated.file);
    Ok(all)
}

fn evaluate_batch(
    project: &Project<'_>,
    files: &[FileId],
    entered: &BTreeSet<FileId>,
    versions: &PackageVersions,
    budget: Budget,
) -> Result<Vec<Evaluated>, LintError> {
    let evaluate = |file: &FileId| {
        let start = Instant::now();
        let evaluation = evaluate_file(project, *file, entered, versions, budget)?;
        Ok(evaluation.map(|evaluation| Evaluated {
            file: *file,
            evaluation,
            time: start.elapsed(),
        }))
    };
    let evaluated: Result<Vec<Option<Evaluated>>, LintError> =
        files.par_iter().map(evaluate).collect();
    Ok(evaluated?.into_iter().flatten().collect())
}

/// `None` when the file cannot be read.
fn evaluate_file(
    project: &Project<'_>,
    file: FileId,
    entered: &BTreeSet<FileId>,
    versions: &PackageVersions,
    budget: Budget,
) -> Result<Option<Evaluation>, LintError> {
    let Some(parsed) = project.parsed(file) else {
        return Ok(None);
    };
    let folder = parsed.language.model_folder();
    let in_test = is_test(project, file);
    let version = |path: &str, library: &Library| library_version(versions, path, folder, library);
    let depends_on = |library: &Library| {
        let mut packages = library.manifest.iter();
        packages.any(|package| versions.depends_on(&parsed.source.path, folder, package))
    };
    let input = Input {
        file: parsed,
        project,
        catalog: catalog(folder)?,
        version: &version,
        depends_on: &depends_on,
        // What a test hands to the code says nothing of the product, so that nobody asks for it.
        is_entered: &|other| entered.contains(&other) && (!in_test || is_test(project, other)),
        budget,
    };
    let evaluation = contained(|| eval::evaluate(&input)).unwrap_or_else(|| {
        let mut facts = FileFacts {
            path: parsed.source.path.clone(),
            ..FileFacts::default()
        };
        facts.cut.failed = true;
        Evaluation {
            facts,
            ..Evaluation::default()
        }
    });
    Ok(Some(evaluation))
}

/// Whether a file is there for tests.
pub(super) fn is_test(project: &Project<'_>, file: FileId) -> bool {
    let by_path = code_context::of_path(project.files().path(file));
    by_path == Some(CodeContext::Test)
        || project
            .parsed(file)
            .is_some_and(|parsed| parsed.module.is_test)
}

/// What the work gives; `None` when an error in it panicked. One file must not take the others' findings with it.
fn contained<T>(work: impl FnOnce() -> T) -> Option<T> {
    // Nothing that the work changes is seen again, but for answers that are complete before they are kept.
    panic::catch_unwind(AssertUnwindSafe(work)).ok()
}

/// Files that were not evaluated and name a wrapper together with the file that it stands in, or a setting.
fn callers(
    project: &Project<'_>,
    evaluated: &[Evaluated],
    entered: &BTreeSet<FileId>,
) -> Vec<FileId> {
    let files = project.files();
    let mut wrappers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for file in evaluated {
        let path = files.path(file.file);
        let names = &file.evaluation.wrappers;
        for name in names.iter().filter(|name| name.len() >= SHORTEST_NAME) {
            let homes = wrappers.entry(name).or_default();
            homes.extend(homes_of(path));
        }
    }
    let settings: BTreeSet<&str> = evaluated
        .iter()
        .flat_map(|file| file.evaluation.settings.iter().map(String::as_str))
        .collect();
    let names: BTreeSet<&str> = wrappers.keys().chain(&settings).copied().collect();
    if names.is_empty() {
        return Vec::new();
    }
    let homes = wrappers.values().flatten().copied().collect();
    // Most files name no wrapper; only in those that do is it looked where they have it from.
    let (Some(names), Some(homes)) = (Words::new(names), Words::new(homes)) else {
        return Vec::new();
    };
    let names_a_wrapper = |id: &FileId| {
        let Some(content) = files.content(*id) else {
            return false;
        };
        let named = names.spelled_in(&content);
        if named.is_empty() || !named.is_disjoint(&settings) {
            return !named.is_empty();
        }
        let homes = homes.spelled_in(&content);
        let mut wrappers = named.iter().filter_map(|name| wrappers.get(name));
        wrappers.any(|known| !known.is_disjoint(&homes))
    };
    let is_test = |id: FileId| code_context::of_path(files.path(id)) == Some(CodeContext::Test);
    let others = files.others().filter(|id| !entered.contains(id));
    let others: Vec<FileId> = others.collect();
    let callers = others.into_par_iter().filter(names_a_wrapper);
    let mut callers: Vec<FileId> = callers.filter(|id| !is_test(*id)).collect();
    callers.truncate(MOST_CALLERS);
    callers
}

/// Words that are looked for all at once.
struct Words<'a> {
    words: Vec<&'a str>,
    /// Finds out several times faster that there is none; only for so many words.
    any: Option<packed::Searcher>,
    search: AhoCorasick,
}

impl<'a> Words<'a> {
    /// `None` when there are too many for any memory.
    fn new(words: BTreeSet<&'a str>) -> Option<Self> {
        let words: Vec<&str> = words.into_iter().collect();
        let any = packed::Searcher::new(&words);
        let search = AhoCorasick::new(&words).ok()?;
        Some(Self { words, any, search })
    }

    /// Those that a file spells.
    fn spelled_in(&self, content: &[u8]) -> BTreeSet<&'a str> {
        let has_none = match &self.any {
            Some(any) => any.find(content).is_none(),
            None => !self.search.is_match(content),
        };
        if has_none {
            return BTreeSet::new();
        }
        self.search
            .find_overlapping_iter(content)
            .map(|hit| self.words[hit.pattern().as_usize()])
            .collect()
    }
}

/// What an import of the file may spell: its name without extension, and the folders around it, which may be a
/// package's.
pub(super) fn homes_of(path: &str) -> impl Iterator<Item = &str> {
    let mut names = path.rsplit('/');
    let name = names.next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name);
    let folders = names.take(FOLDERS_ABOVE);
    std::iter::once(stem)
        .chain(folders)
        .filter(|home| home.len() >= SHORTEST_NAME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_in_one_file_stays_there() {
        assert_eq!(contained(|| 1), Some(1));
        assert_eq!(
            contained::<u32>(|| panic!("an error that this test makes")),
            None
        );
    }
}
