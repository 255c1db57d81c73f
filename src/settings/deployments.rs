//! Steps of a workflow that deploy a program: which folder it is, and which secrets of the CI system it is given.
//!
//! A step that does not tell which program it deploys says nothing.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::interpolation::reference;
use super::pipelines::expression;
use super::tree::{Key, Node};
use super::{DEPLOYING_STEP, Holder, Reference, SettingValue, SettingsFile, Workload};
use crate::source::{SourceFile, Span};

/// Ways in which a matrix runs a job.
const MOST_RUNS: usize = 50;

/// Variables that are looked at of one map or text.
const MOST_VARIABLES: usize = 200;

/// Steps of one workflow that are looked into, each for every run of its job.
const MOST_STEPS: usize = 2_000;

/// What deploys, by the command or action.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    commands: Vec<String>,
    built: Vec<String>,
    named: Vec<String>,
    sources: Vec<String>,
    puts: Vec<String>,
    inputs: Vec<String>,
    actions: Vec<Action>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Action {
    name: String,
    #[serde(default)]
    folder: Vec<String>,
    #[serde(default)]
    service: Vec<String>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    toml::from_str(include_str!("../../rules/deployments.toml")).unwrap_or_default()
});

/// What one step deploys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Program {
    /// A folder, from the root of the repository.
    Folder(String),
    /// What is called so.
    Named(String),
}

/// A variable that a step is given: name, its place, what it is set to, and the place of that.
type Variable = (String, Span, SettingValue, Span);

/// Programs, each with the place of its job and what it is given.
type Programs = BTreeMap<Program, (Span, Vec<Variable>)>;

/// One way in which a matrix runs a job: what each of its names is.
type Run<'t> = BTreeMap<&'t str, &'t str>;

/// Adds the programs that a workflow deploys, with the secrets that they are given.
pub(super) fn read(root: Node<'_>, source: &SourceFile, file: &mut SettingsFile) {
    let mut given = Programs::new();
    let mut left = MOST_STEPS;
    for (name, job) in root.get("jobs").into_iter().flat_map(Node::entries) {
        let outer: Vec<Variable> = [root.get("env"), job.get("env")]
            .into_iter()
            .flat_map(variables)
            .take(MOST_VARIABLES)
            .collect();
        for run in runs(job) {
            let called = of_called(job, &run).map(|program| {
                let secrets = variables(job.get("secrets")).chain(variables(job.get("with")));
                (program, name, secrets.collect::<Vec<Variable>>())
            });
            let mut found: Vec<(Program, &Key, Vec<Variable>)> = called.into_iter().collect();
            let folder = |node: Node<'_>| {
                let text = node.text_at(&["defaults", "run", "working-directory"])?;
                filled(text, &run)
            };
            let home = folder(job).or_else(|| folder(root)).unwrap_or_default();
            for step in job.get("steps").into_iter().flat_map(Node::items) {
                if left == 0 {
                    break;
                }
                left -= 1;
                let (programs, own) = step_of(step, &home, &run, source);
                let all = || outer.iter().cloned().chain(variables(step.get("env")));
                for program in programs {
                    found.push((program, name, all().chain(own.clone()).collect()));
                }
            }
            for (program, name, variables) in found {
                let known = given.entry(program);
                let (_, known) = known.or_insert_with(|| (name.span, Vec::new()));
                for variable in variables {
                    if !known
                        .iter()
                        .any(|other| (&other.0, other.1) == (&variable.0, variable.1))
                    {
                        known.push(variable);
                    }
                }
            }
        }
    }
    add(given, source, file);
}

/// Adds the programs that a pipeline of GitLab deploys, with the secrets that they are given.
pub(super) fn read_gitlab(root: Node<'_>, source: &SourceFile, file: &mut SettingsFile) {
    let mut given = Programs::new();
    let declared = root.get("variables");
    for (name, job) in root.entries().take(MOST_STEPS) {
        let scripts = [job.get("before_script"), job.get("script")];
        let lines: Vec<Node<'_>> = scripts
            .into_iter()
            .flatten()
            .flat_map(|script| std::iter::once(script).chain(script.items()))
            .filter(|line| line.text().is_some())
            .collect();
        let own = job.get("variables");
        let is_outside = |variable: &str| {
            let known = [declared, own].into_iter().flatten();
            known.into_iter().all(|known| known.get(variable).is_none())
        };
        let mut at = String::new();
        let mut programs = Vec::new();
        let mut variables = Vec::new();
        for line in &lines {
            let text = line.text().unwrap_or_default();
            programs.extend(run_lines(text, &mut at, &Run::new()));
            variables.extend(handed_on(*line, source, &is_outside));
        }
        for (key, node) in own.into_iter().flat_map(Node::entries) {
            let variable = node.text().and_then(|text| text.strip_prefix('$'));
            let variable = variable.map(|text| text.trim_matches(['{', '}']));
            if let Some(variable) = variable.filter(|variable| is_outside(variable)) {
                let value = reference(Reference::Ci(variable.to_owned()));
                variables.push((key.name.to_string(), key.span, value, node.span()));
            }
        }
        for program in programs {
            let known = given.entry(program);
            let (_, known) = known.or_insert_with(|| (name.span, Vec::new()));
            known.extend(variables.iter().cloned());
        }
    }
    add(given, source, file);
}

/// Variables that a line sets to one of the CI system: `NAME=$NAME`.
fn handed_on(
    node: Node<'_>,
    source: &SourceFile,
    is_outside: &dyn Fn(&str) -> bool,
) -> Vec<Variable> {
    let span = node.span();
    let written = source.bytes().get(span.range()).unwrap_or_default();
    let text = std::str::from_utf8(written).unwrap_or_default();
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut found = Vec::new();
    for (at, _) in text.match_indices('$').take(MOST_VARIABLES) {
        let (before, from) = text.split_at(at);
        let variable = from.trim_start_matches(['$', '{']);
        let end = variable.find(|letter| !is_name(letter));
        let variable = variable.get(..end.unwrap_or(variable.len()));
        let variable = variable.unwrap_or_default();
        let before = before.trim_end_matches(['"', '\'']);
        let Some(before) = before.strip_suffix('=').filter(|_| is_outside(variable)) else {
            continue;
        };
        let start = before
            .rfind(|letter| !is_name(letter))
            .map_or(0, |at| at + 1);
        let name = before.get(start..).unwrap_or_default();
        if !name.is_empty() && !variable.is_empty() {
            let start = span.start as usize + start;
            let key = Span::new(start, start + name.len());
            let value = reference(Reference::Ci(variable.to_owned()));
            found.push((name.to_owned(), key, value, key));
        }
    }
    found
}

/// Adds what was found as workloads.
fn add(given: Programs, source: &SourceFile, file: &mut SettingsFile) {
    let up = "../".repeat(source.path.matches('/').count());
    for (program, (span, variables)) in given {
        if variables.is_empty() {
            continue;
        }
        let (name, build) = match program {
            Program::Folder(folder) => (String::new(), Some(format!("{up}{folder}"))),
            Program::Named(name) => (name, None),
        };
        file.workloads.push(Workload {
            name,
            kind: DEPLOYING_STEP.to_owned(),
            span,
            build,
            ..Workload::default()
        });
        let holder = Holder::Workload(file.workloads.len() - 1);
        for (name, key, value, place) in variables {
            file.add_value((name, key), (value, place), holder.clone());
        }
    }
}

/// The ways in which a job runs: each with one value of every list of its matrix, or with one entry of `include`.
fn runs(job: Node<'_>) -> Vec<Run<'_>> {
    let mut runs: Vec<Run<'_>> = vec![Run::new()];
    let matrix = job.at(&["strategy", "matrix"]);
    for (key, values) in matrix.into_iter().flat_map(Node::entries) {
        let values: Vec<&str> = values.items().filter_map(Node::text).collect();
        if values.is_empty() || values.len() * runs.len() > MOST_RUNS {
            continue;
        }
        runs = runs
            .iter()
            .flat_map(|run| {
                let with = |value| {
                    let mut run = run.clone();
                    run.insert(&*key.name, value);
                    run
                };
                values.iter().copied().map(with).collect::<Vec<_>>()
            })
            .collect();
    }
    let included = matrix.and_then(|matrix| matrix.get("include"));
    let included = included.into_iter().flat_map(Node::items);
    let included = included.map(|entry| {
        let texts = entry.entries();
        texts
            .filter_map(|(key, value)| Some((&*key.name, value.text()?)))
            .collect()
    });
    runs.extend(included.take(MOST_RUNS));
    runs
}

/// A text with the values of a matrix in it; `None` when something else is computed.
fn filled(text: &str, run: &Run<'_>) -> Option<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, from)) = rest.split_once("${{") {
        let (inside, after) = from.split_once("}}")?;
        filled.push_str(before);
        filled.push_str(run.get(inside.trim().strip_prefix("matrix.")?)?);
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}

/// The variables of a map that are set to a secret of the CI system.
fn variables(map: Option<Node<'_>>) -> impl Iterator<Item = Variable> {
    let entries = map.into_iter().flat_map(Node::entries);
    entries.take(MOST_VARIABLES).filter_map(|(key, node)| {
        let value = expression(node.text()?);
        is_secret(&value).then(|| (key.name.to_string(), key.span, value, node.span()))
    })
}

fn is_secret(value: &SettingValue) -> bool {
    matches!(
        value,
        SettingValue::Reference {
            from: Reference::Ci(_),
            ..
        }
    )
}

/// The folder that a workflow of the same repository is told to deploy.
fn of_called(job: Node<'_>, run: &Run<'_>) -> Option<Program> {
    job.text_at(&["uses"])?.strip_prefix("./")?;
    let inputs = LISTS.inputs.iter();
    let mut folders = inputs.filter_map(|name| job.text_at(&["with", name]));
    Some(Program::Folder(within("", &filled(folders.next()?, run)?)?))
}

/// A path below a folder; nothing when it is none, or the root.
fn within(home: &str, path: &str) -> Option<String> {
    let is_path = !path.is_empty() && !path.contains(['$', '{', '*', ' ']) && !path.contains("://");
    let joined = crate::syntax::tree::join(home.trim_matches('/'), path.trim_end_matches('/'));
    joined.filter(|folder| is_path && !folder.is_empty() && !folder.starts_with('/'))
}

/// What a step deploys, and what its own lines and inputs give to that.
fn step_of(
    step: Node<'_>,
    home: &str,
    run: &Run<'_>,
    source: &SourceFile,
) -> (Vec<Program>, Vec<Variable>) {
    let home = match step.text_at(&["working-directory"]) {
        Some(text) => match filled(text, run) {
            Some(text) => text,
            None => return (Vec::new(), Vec::new()),
        },
        None => home.to_owned(),
    };
    if let Some(script) = step.get("run") {
        return of_script(script, &home, run, source);
    }
    let Some(uses) = step.text_at(&["uses"]) else {
        return (Vec::new(), Vec::new());
    };
    let uses = uses.split('@').next().unwrap_or(uses);
    // An action may be one of several in its repository.
    let mut actions = LISTS.actions.iter();
    let Some(action) = actions.find(|action| {
        uses.strip_prefix(action.name.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }) else {
        return (Vec::new(), Vec::new());
    };
    let input = |names: &[String]| {
        let mut texts = names
            .iter()
            .filter_map(|name| step.text_at(&["with", name]));
        filled(texts.next()?, run)
    };
    let folder = input(&action.folder).and_then(|path| within(&home, &path));
    let named = || input(&action.service).map(Program::Named);
    let program = folder.map(Program::Folder).or_else(named);
    let inputs = step.get("with").into_iter().flat_map(Node::entries);
    let mut own: Vec<Variable> = variables(step.get("with")).collect();
    for (_, node) in inputs {
        own.extend(assigned(node, source));
    }
    (program.into_iter().collect(), own)
}

/// What a script deploys, line by line.
fn of_script(
    script: Node<'_>,
    home: &str,
    run: &Run<'_>,
    source: &SourceFile,
) -> (Vec<Program>, Vec<Variable>) {
    let mut at = home.to_owned();
    let text = script.text().unwrap_or_default();
    (run_lines(text, &mut at, run), assigned(script, source))
}

/// What the lines of a script deploy, from a folder on.
fn run_lines(text: &str, at: &mut String, run: &Run<'_>) -> Vec<Program> {
    let text = text.replace("\\\n", " ");
    let mut programs = Vec::new();
    for command in text.split(['\n', ';']).flat_map(|line| line.split("&&")) {
        let Some(command) = filled_but_secrets(command.trim(), run) else {
            continue;
        };
        if let Some(folder) = command.strip_prefix("cd ") {
            *at = within(at, folder.trim().trim_matches(['"', '\''])).unwrap_or_default();
            continue;
        }
        programs.extend(deployed(&command, at));
    }
    programs
}

/// A command with the values of a matrix in it, and without what is not known before it runs.
fn filled_but_secrets(command: &str, run: &Run<'_>) -> Option<String> {
    let mut filled = String::new();
    let mut rest = command;
    while let Some((before, from)) = rest.split_once("${{") {
        let (inside, after) = from.split_once("}}")?;
        filled.push_str(before);
        let known = inside.trim().strip_prefix("matrix.");
        filled.push_str(
            known
                .and_then(|name| run.get(name).copied())
                .unwrap_or("${}"),
        );
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}

/// What a command deploys, run in a folder.
fn deployed(command: &str, at: &str) -> Option<Program> {
    let after = |known: &[String]| {
        let mut known = known.iter();
        known.find_map(|known| command.split_once(known.as_str()).map(|(_, rest)| rest))
    };
    let here = || within("", at).map(Program::Folder);
    if let Some(rest) = after(&LISTS.named) {
        let mut words = rest.split_whitespace();
        let source = words
            .clone()
            .skip_while(|word| !LISTS.sources.iter().any(|of| of == word));
        if let Some(folder) = source.skip(1).find_map(|path| within(at, path)) {
            return Some(Program::Folder(folder));
        }
        let name = words.find(|word| !word.starts_with('-'))?;
        return (!name.contains('$')).then(|| Program::Named(name.to_owned()));
    }
    if let Some(rest) = after(&LISTS.built) {
        return match rest.split_whitespace().next_back()? {
            "." => here(),
            path => within(at, path).map(Program::Folder),
        };
    }
    after(&LISTS.commands).and_then(|_| here())
}

/// Variables that are set to a secret within a text: `NAME=${{ secrets.NAME }}`.
fn assigned(node: Node<'_>, source: &SourceFile) -> Vec<Variable> {
    let span = node.span();
    let written = source.bytes().get(span.range()).unwrap_or_default();
    let Ok(text) = std::str::from_utf8(written) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (start, _) in text.match_indices("${{").take(MOST_VARIABLES) {
        let (before, from) = text.split_at(start);
        let Some(end) = from.find("}}") else {
            break;
        };
        let value = expression(from.get(..end + 2).unwrap_or_default());
        if !is_secret(&value) {
            continue;
        }
        let place = |from: usize, to: usize| {
            Span::new(span.start as usize + from, span.start as usize + to)
        };
        let value_place = place(start, start + end + 2);
        let line = before.rsplit('\n').next().unwrap_or(before);
        let rest = from.get(end + 2..).and_then(|rest| rest.lines().next());
        let put = LISTS.puts.iter().find_map(|command| {
            let (_, after) = rest?.split_once(command.as_str())?;
            after.split_whitespace().next()
        });
        let name_before = before.trim_end_matches(['"', '\'']).strip_suffix('=');
        let name_before = name_before.map(|before| {
            let is_name = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
            let from = before
                .rfind(|letter| !is_name(letter))
                .map_or(0, |at| at + 1);
            (before.get(from..).unwrap_or_default(), from)
        });
        match (name_before, put) {
            (Some((name, from)), _) if !name.is_empty() => {
                let key = place(from, from + name.len());
                found.push((name.to_owned(), key, value, value_place));
            }
            (_, Some(name)) if !line.is_empty() => {
                found.push((name.to_owned(), value_place, value, value_place));
            }
            _ => {}
        }
    }
    found
}
