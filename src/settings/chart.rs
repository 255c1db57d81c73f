//! What a template expression of a chart says: which of the chart's values it gives.

use super::interpolation::{reference, text};
use super::{Reference, SettingValue};

/// An expression, with what it stands in.
pub(super) struct Expression<'text> {
    text: &'text str,
    /// What `.` is; `None` when that is not known.
    dot: Option<Dot>,
    /// Path of what the loop runs through whose variable the expression begins with.
    looped: Option<String>,
}

/// What `.` stands for.
#[derive(Clone)]
enum Dot {
    /// The value at a path of the chart's values.
    Value(String),
    /// Each of the values at a path in turn.
    Each(String),
}

/// The blocks that are open at some place of a template.
#[derive(Default)]
pub(super) struct Scopes<'text> {
    open: Vec<Scope<'text>>,
    /// Blocks open below [`MAX_OPEN`].
    skipped: usize,
}

struct Scope<'text> {
    /// The dot inside, when the block changes it.
    dot: Option<Option<Dot>>,
    /// Variables of a loop, and the path of what it runs through.
    variables: Option<(Vec<&'text str>, String)>,
}

/// Blocks deeper than this change nothing.
const MAX_OPEN: usize = 64;

impl<'text> Scopes<'text> {
    /// Takes in the next expression of the template, given between its braces.
    pub(super) fn enter(&mut self, expression: &'text str) -> Expression<'text> {
        let text = trimmed(expression);
        let words = words(text);
        let first = words.first().copied().unwrap_or_default();
        if first == "end" {
            if self.skipped > 0 {
                self.skipped -= 1;
            } else {
                self.open.pop();
            }
        }
        let dot = self.dot();
        let looped = words
            .first()
            .filter(|word| word.starts_with('$'))
            .and_then(|word| {
                self.open
                    .iter()
                    .rev()
                    .filter_map(|scope| scope.variables.as_ref())
                    .find(|(names, _)| names.contains(word))
                    .map(|(_, path)| path.clone())
            });
        if matches!(first, "if" | "with" | "range" | "define" | "block") {
            if self.open.len() < MAX_OPEN {
                let scope = self.opened(first, &words, dot.as_ref());
                self.open.push(scope);
            } else {
                self.skipped += 1;
            }
        }
        Expression { text, dot, looped }
    }

    fn dot(&self) -> Option<Dot> {
        self.open.iter().rev().find_map(|scope| scope.dot.clone())?
    }

    fn opened(&self, kind: &str, words: &[&'text str], dot: Option<&Dot>) -> Scope<'text> {
        if kind == "if" {
            return Scope {
                dot: None,
                variables: None,
            };
        }
        let (names, source) = match words.iter().position(|word| *word == ":=") {
            Some(at) => (words.get(1..at), words.get(at + 1..)),
            None => (None, words.get(1..)),
        };
        let path = match source {
            Some([path]) => value_path(path, dot),
            _ => None,
        };
        let is_loop = kind == "range";
        let names: Vec<&str> = names
            .unwrap_or_default()
            .iter()
            .map(|name| name.trim_end_matches(','))
            .collect();
        Scope {
            dot: Some(match &path {
                Some(path) if is_loop => Some(Dot::Each(path.clone())),
                Some(path) if kind == "with" => Some(Dot::Value(path.clone())),
                _ => None,
            }),
            variables: path.filter(|_| is_loop).map(|path| (names, path)),
        }
    }
}

/// The path in the chart's values that a word names.
fn value_path(word: &str, dot: Option<&Dot>) -> Option<String> {
    let path = word
        .strip_prefix("$.Values.")
        .or_else(|| word.strip_prefix(".Values."));
    if let Some(path) = path {
        return Some(path.to_owned());
    }
    let below = word.strip_prefix('.')?;
    match dot? {
        Dot::Value(path) if below.is_empty() => Some(path.clone()),
        Dot::Value(path) => Some(format!("{path}.{below}")),
        Dot::Each(_) => None,
    }
}

fn variable(path: &str) -> Reference {
    Reference::Variable(format!("Values.{path}"))
}

impl Expression<'_> {
    /// The expression without its braces.
    pub(super) fn text(&self) -> &str {
        self.text
    }

    /// Whether it writes out a whole map or list.
    pub(super) fn is_structure(&self) -> bool {
        self.text.starts_with("toYaml ")
    }

    /// The value whose keys it names in turn, when it is the name that a loop gives.
    pub(super) fn repeated(&self) -> Option<String> {
        if let Some(path) = &self.looped {
            return Some(format!("Values.{path}"));
        }
        match &self.dot {
            Some(Dot::Each(path)) if self.text.starts_with('.') => Some(format!("Values.{path}")),
            _ => None,
        }
    }

    /// What it gives: one value of the chart, through functions that keep it.
    pub(super) fn meaning(&self) -> SettingValue {
        const KEEPING: [&str; 11] = [
            "quote", "squote", "b64enc", "toString", "trim", "required", "tpl", "default",
            "nindent", "indent", "toYaml",
        ];
        let words = words(self.text);
        if words.iter().any(|word| word.starts_with("randAlpha")) {
            return SettingValue::Generated;
        }
        let is_rendered = words.first() == Some(&"tpl") || words.contains(&"tpl");
        let mut values = Vec::new();
        let mut literals = Vec::new();
        let mut has_default = false;
        let mut takes_message = false;
        for word in words {
            if matches!(word, "|" | "(" | ")" | "$") || (is_rendered && word == ".") {
                continue;
            }
            if let Some(path) = value_path(word, self.dot.as_ref()) {
                values.push(path);
            } else if word.starts_with(['"', '`']) {
                if takes_message {
                    takes_message = false;
                } else {
                    literals.push(word.trim_matches(['"', '`']));
                }
            } else if KEEPING.contains(&word) {
                has_default |= word == "default";
                takes_message |= word == "required";
            } else if !word.bytes().all(|letter| letter.is_ascii_digit()) {
                return SettingValue::Unknown;
            }
        }
        match (values.as_slice(), literals.as_slice()) {
            ([path], []) => reference(variable(path)),
            ([path], [literal]) if has_default => SettingValue::Reference {
                from: variable(path),
                fallback: Some(Box::new(text(literal))),
            },
            ([], [literal]) => text(literal),
            _ => SettingValue::Unknown,
        }
    }
}

fn trimmed(expression: &str) -> &str {
    let expression = expression.strip_prefix('-').unwrap_or(expression);
    expression.strip_suffix('-').unwrap_or(expression).trim()
}

/// The words of an expression: strings whole, parentheses and pipes alone.
fn words(expression: &str) -> Vec<&str> {
    const MOST: usize = 256;
    let mut words = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next()
        && words.len() < MOST
    {
        let length = match first {
            '"' | '`' => rest
                .get(1..)
                .and_then(|inner| inner.find(first))
                .map_or(rest.len(), |end| end + 2),
            '|' | '(' | ')' => 1,
            _ => rest
                .find(|letter: char| {
                    letter.is_whitespace() || matches!(letter, '|' | '(' | ')' | '"' | '`')
                })
                .unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at(length);
        words.push(word);
        rest = after.trim_start();
    }
    words
}
