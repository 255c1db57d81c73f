//! Which code takes in a file that several programs may share: through imports by name, over files that hand it on.

use std::collections::{BTreeMap, BTreeSet};

use super::rounds::homes_of;
use crate::project::Project;
use crate::services::Importers;
use crate::source::FileId;
use crate::syntax::ir::{ExprKind, Module, StatementKind};

/// How often files that take in what was found are looked for in turn.
const MOST_ROUNDS: usize = 4;

/// Files that are looked into, in one round.
const MOST_CANDIDATES: usize = 200;

/// A shorter name is spelled everywhere.
const SHORTEST_NAME: usize = 4;

/// A file that is taken in, and for which of the files that were asked for.
struct Target {
    file: FileId,
    names: Vec<String>,
    /// It gives something to others, so that it is nothing that is started.
    is_part: bool,
    of: BTreeSet<FileId>,
}

/// Finds the files that take in each of `starts`. `is_shared` says which files are part of no program, so that what
/// takes them in counts.
///
/// Must run on a big stack, since files are parsed.
pub(super) fn importers(
    project: &Project<'_>,
    starts: &BTreeSet<String>,
    is_shared: &dyn Fn(&str) -> bool,
) -> BTreeMap<String, Importers> {
    let files = project.files();
    let ids = starts.iter().filter_map(|path| files.id(path));
    let mut waiting: BTreeMap<FileId, BTreeSet<FileId>> =
        ids.map(|id| (id, BTreeSet::from([id]))).collect();
    let mut seen = waiting.clone();
    let mut found: BTreeMap<FileId, Importers> = BTreeMap::new();
    for _ in 0..MOST_ROUNDS {
        let targets: Vec<Target> = std::mem::take(&mut waiting)
            .into_iter()
            .filter_map(|(file, of)| {
                let module = &project.parsed(file)?.module;
                let names = names(module, files.path(file));
                Some(Target {
                    file,
                    is_part: gives(module) && !files.is_beside_a_manifest(file),
                    names,
                    of,
                })
            })
            .collect();
        if targets.is_empty() {
            break;
        }
        let mut taken_in: BTreeSet<FileId> = BTreeSet::new();
        for candidate in candidates(project, &targets) {
            let path = files.path(candidate);
            for target in &targets {
                if candidate == target.file || !takes_in(project, candidate, target, is_shared) {
                    continue;
                }
                taken_in.insert(target.file);
                if !is_shared(path) {
                    for of in &target.of {
                        let known = found.entry(*of).or_default();
                        known.files.insert(path.to_owned());
                    }
                    continue;
                }
                let known = seen.entry(candidate).or_default();
                let new: BTreeSet<FileId> = target.of.difference(known).copied().collect();
                if !new.is_empty() {
                    known.extend(&new);
                    waiting.entry(candidate).or_default().extend(new);
                }
            }
        }
        let is_entry = |of: &&Target| !of.is_part && !taken_in.contains(&of.file);
        for target in targets.iter().filter(is_entry) {
            for of in &target.of {
                found.entry(*of).or_default().started = true;
            }
        }
    }
    let found = found.into_iter();
    found
        .map(|(id, importers)| (files.path(id).to_owned(), importers))
        .collect()
}

/// Files that spell a name of a target and where they may have it from, in order.
fn candidates(project: &Project<'_>, targets: &[Target]) -> BTreeSet<FileId> {
    let mut by_language: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for target in targets {
        if let Some(language) = project.files().language(target.file) {
            let known = by_language.entry(language.model_folder()).or_default();
            known.extend(target.names.iter().cloned());
        }
    }
    let files = by_language.into_iter().flat_map(|(folder, words)| {
        let words: Vec<String> = words.into_iter().collect();
        project.files().that_spell(folder, &words)
    });
    let all = project.files();
    let homes: BTreeSet<&str> = targets
        .iter()
        .flat_map(|target| {
            let path = all.path(target.file);
            let package = all.folder_with_a_manifest(path);
            homes_of(path).chain(package.rsplit('/').next().filter(|name| !name.is_empty()))
        })
        .collect();
    let spells_a_home = |file: &FileId| homes.iter().any(|home| all.spells(*file, home));
    let mut files: Vec<FileId> = files.filter(spells_a_home).collect();
    files.sort();
    files.into_iter().take(MOST_CANDIDATES).collect()
}

/// Names under which a file is taken in: what it gives to others, and its own.
fn names(module: &Module, path: &str) -> Vec<String> {
    let mut names = BTreeSet::new();
    for statement in &module.body.statements {
        match &statement.kind {
            StatementKind::Export(exports) => {
                names.extend(exports.iter().map(|export| export.name.clone()));
            }
            StatementKind::Function(id) => {
                names.extend(
                    module
                        .function(*id)
                        .name
                        .iter()
                        .map(|name| name.text.clone()),
                );
            }
            StatementKind::Class(id) => {
                names.extend(module.class(*id).name.iter().map(|name| name.text.clone()));
            }
            _ => {}
        }
    }
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let own = match stem {
        "index" | "__init__" => parts.next().unwrap_or_default(),
        stem => stem,
    };
    names.insert(own.to_owned());
    names.retain(|name| name.len() >= SHORTEST_NAME && name != "default");
    names.into_iter().collect()
}

/// Whether a module says that it gives something to others.
fn gives(module: &Module) -> bool {
    let mut statements = module.body.statements.iter();
    statements.any(|statement| matches!(&statement.kind, StatementKind::Export(_)))
}

/// Whether a file imports another: itself, or one of its names from a file that hands it on.
fn takes_in(
    project: &Project<'_>,
    candidate: FileId,
    target: &Target,
    is_shared: &dyn Fn(&str) -> bool,
) -> bool {
    let Some(parsed) = project.parsed(candidate) else {
        return false;
    };
    let leads_there = |module: &str, path: &[String]| {
        let Some((file, _)) = project.resolve(candidate, module, path) else {
            return false;
        };
        let is_named = || path.iter().any(|name| target.names.contains(name));
        file == target.file || is_named() && is_shared(project.files().path(file))
    };
    let mut statements = parsed.module.body.statements.iter();
    let by_statement = statements.any(|statement| match &statement.kind {
        StatementKind::Import(imports) => imports
            .iter()
            .any(|import| leads_there(&import.module, &import.path)),
        StatementKind::Export(exports) => exports.iter().any(|export| {
            let from = export.from.as_ref();
            from.is_some_and(|(module, name)| leads_there(module, std::slice::from_ref(name)))
        }),
        _ => false,
    });
    // What is loaded by a call.
    by_statement
        || parsed
            .module
            .exprs
            .iter()
            .any(|expression| match &expression.kind {
                ExprKind::Call(call) => call.arguments.iter().any(|argument| {
                    match &parsed.module.expr(argument.value).kind {
                        ExprKind::Text(text) => {
                            let module = text.reveal();
                            module.starts_with('.') && leads_there(module, &[])
                        }
                        _ => false,
                    }
                }),
                _ => false,
            })
}
