//! Path maps of a compiler's settings: `tsconfig.json`, `jsconfig.json`, and what they extend or refer to.

use std::collections::BTreeSet;
use std::sync::Arc;

use jsonc_parser::{JsonObject, JsonValue, ParseOptions, parse_to_value};

use super::super::super::tree::{Remembered, Tree, folder_of, inside, join};
use super::package::open_part;

/// Names that settings have in a folder. The last is a workspace's, which those of its members extend.
const NAMES: [&str; 3] = ["tsconfig.json", "jsconfig.json", "tsconfig.base.json"];
/// Files that one file may extend, over all steps.
const MAX_EXTENDED: usize = 32;
/// Projects that one file may refer to.
const MAX_REFERENCES: usize = 32;
/// Of a longer map only the first patterns are kept.
const MAX_PATTERNS: usize = 5_000;
/// Targets of one pattern.
const MAX_TARGETS: usize = 16;
const CONFIG_FOLDER: &str = "${configDir}";

/// Targets by pattern.
type Patterns = Vec<(String, Vec<String>)>;

/// One settings file as written.
#[derive(Debug, Default)]
pub(super) struct Settings {
    extends: Vec<String>,
    references: Vec<String>,
    base: Option<String>,
    paths: Option<Arc<Patterns>>,
}

/// A settings file with what it extends.
pub(super) struct Merged {
    /// The folder that bare imports may begin in.
    pub(super) base: Option<String>,
    /// The folder of the file that was asked for.
    folder: String,
    /// The folder that targets are relative to.
    paths_folder: String,
    paths: Option<Arc<Patterns>>,
}

impl Settings {
    fn read(text: &str) -> Option<Self> {
        // Not its serde reader, whose recursion has no bound.
        let document = parse_to_value(text, &ParseOptions::default()).ok()??;
        let JsonValue::Object(document) = document else {
            return None;
        };
        let options = document.get_object("compilerOptions");
        let extends = match document.get("extends") {
            Some(JsonValue::String(one)) => vec![one.to_string()],
            Some(JsonValue::Array(many)) => many.iter().filter_map(string).collect(),
            _ => Vec::new(),
        };
        let references = document.get_array("references").map(|references| {
            let paths = references.iter().filter_map(|reference| match reference {
                JsonValue::Object(reference) => string(reference.get("path")?),
                _ => None,
            });
            paths.take(MAX_REFERENCES).collect()
        });
        Some(Self {
            extends,
            references: references.unwrap_or_default(),
            base: options.and_then(|options| string(options.get("baseUrl")?)),
            paths: options
                .and_then(|options| options.get_object("paths"))
                .map(|paths| Arc::new(patterns(paths))),
        })
    }
}

impl Merged {
    /// Paths of the tree that a module string is mapped to, in order; empty when no pattern fits.
    pub(super) fn map(&self, module: &str) -> Vec<String> {
        let Some(paths) = &self.paths else {
            return Vec::new();
        };
        let exact = paths.iter().find(|(pattern, _)| pattern == module);
        let (targets, open) = match exact {
            Some((_, targets)) => (targets, ""),
            None => {
                let fitting = paths.iter().filter(|(pattern, _)| pattern.contains('*'));
                let best = fitting
                    .filter_map(|(pattern, targets)| {
                        let (before, open) = open_part(pattern, module)?;
                        Some((before, targets, open))
                    })
                    .max_by_key(|(before, _, _)| *before);
                match best {
                    Some((_, targets, open)) => (targets, open),
                    None => return Vec::new(),
                }
            }
        };
        targets
            .iter()
            .filter_map(|target| {
                let (folder, target) = match target.strip_prefix(CONFIG_FOLDER) {
                    Some(rest) => (&self.folder, rest),
                    None => (&self.paths_folder, target.as_str()),
                };
                join(folder, &target.replacen('*', open, 1))
            })
            .collect()
    }
}

/// The settings of a folder, each with what it extends, then those of the projects it refers to.
pub(super) fn of_folder(
    known: &Remembered<Settings>,
    tree: &dyn Tree,
    folder: &str,
) -> Vec<Merged> {
    let mut merged = Vec::new();
    for name in NAMES {
        let path = inside(folder, name);
        let Some(settings) = known.of(tree, &path, Settings::read) else {
            continue;
        };
        merged.push(merge(known, tree, &path));
        for reference in &settings.references {
            let file = join(folder, reference).map(|path| with_ending(&path, "/tsconfig.json"));
            if let Some(file) = file
                && known.of(tree, &file, Settings::read).is_some()
            {
                merged.push(merge(known, tree, &file));
            }
        }
    }
    merged
}

/// A file's own settings go before those it extends, and of these the last goes first.
fn merge(known: &Remembered<Settings>, tree: &dyn Tree, path: &str) -> Merged {
    let folder = folder_of(path).to_owned();
    let mut base = None;
    let mut paths = None;
    let mut open = vec![path.to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(path) = open.pop() {
        if seen.len() >= MAX_EXTENDED || !seen.insert(path.clone()) {
            continue;
        }
        let Some(settings) = known.of(tree, &path, Settings::read) else {
            continue;
        };
        let here = folder_of(&path);
        if base.is_none() {
            base =
                settings
                    .base
                    .as_deref()
                    .and_then(|base| match base.strip_prefix(CONFIG_FOLDER) {
                        Some(rest) => join(&folder, rest),
                        None => join(here, base),
                    });
        }
        if paths.is_none() {
            paths = settings.paths.clone().map(|paths| (here.to_owned(), paths));
        }
        let relative = settings.extends.iter().filter(|path| path.starts_with('.'));
        let files = relative.filter_map(|path| join(here, path));
        open.extend(
            files
                .take(MAX_EXTENDED)
                .map(|path| with_ending(&path, ".json")),
        );
    }
    let (written_in, paths) = paths.unzip();
    Merged {
        paths_folder: base.clone().or(written_in).unwrap_or_default(),
        base,
        folder,
        paths,
    }
}

fn with_ending(path: &str, ending: &str) -> String {
    if path.ends_with(".json") {
        path.to_owned()
    } else {
        format!("{path}{ending}")
    }
}

/// Patterns in alphabetical order: the parser's map has none.
fn patterns(paths: &JsonObject<'_>) -> Patterns {
    let mut patterns: Patterns = paths
        .clone()
        .into_iter()
        .filter_map(|(pattern, targets)| match targets {
            JsonValue::Array(targets) => {
                let targets = targets.iter().filter_map(string).take(MAX_TARGETS);
                Some((pattern.into_owned(), targets.collect()))
            }
            _ => None,
        })
        .collect();
    patterns.sort();
    patterns.truncate(MAX_PATTERNS);
    patterns
}

fn string(value: &JsonValue<'_>) -> Option<String> {
    match value {
        JsonValue::String(text) => Some(text.to_string()),
        _ => None,
    }
}
