//! Reads what a line of a comment asks for: `jotlint: ignore[rule-a, rule-b] -- reason`.

use std::collections::BTreeSet;

use crate::filter::no_such_rule;
use crate::page;
use crate::syntax::ir::Comment;

/// How a suppression is written.
const FORM: &str = "jotlint: ignore[rule] -- reason";

pub(super) const NAME: &str = Comment::ADDRESSEE;

/// Words that others use for the same; with a bracket behind them they are meant for us.
const VERBS: [&str; 5] = ["ignore", "disable", "allow", "suppress", "off"];

/// What one line of a comment asks for.
#[derive(Debug, Default)]
pub(super) struct Directive {
    pub(super) rules: BTreeSet<&'static str>,
    pub(super) has_reason: bool,
    pub(super) problems: Vec<String>,
}

pub(super) fn directives(line: &str) -> Vec<Directive> {
    // ASCII case only, so that offsets fit both.
    let lowered = line.to_ascii_lowercase();
    let starts: Vec<usize> = lowered
        .match_indices(NAME)
        .map(|(at, _)| at)
        .filter(|at| stands_alone(&lowered[..*at]))
        .collect();
    starts
        .iter()
        .enumerate()
        .filter_map(|(index, start)| {
            let end = starts.get(index + 1).copied().unwrap_or(line.len());
            directive(&line[start + NAME.len()..end])
        })
        .collect()
}

/// Whether a name begins here, outside of quotes and addresses.
fn stands_alone(before: &str) -> bool {
    !before.ends_with(|letter: char| {
        letter.is_alphanumeric()
            || matches!(letter, '`' | '"' | '\'' | '_' | '-' | '.' | '/' | '@')
                && !before.ends_with("//")
                && !before.ends_with("--")
    })
}

/// Reads what follows our name; `None` when it is prose.
fn directive(text: &str) -> Option<Directive> {
    let (has_colon, rest) = match text.trim_start().strip_prefix(':') {
        Some(rest) => (true, rest.trim_start()),
        None => (
            false,
            text.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '-'),
        ),
    };
    let verb_end = rest
        .find(|letter: char| !letter.is_ascii_alphabetic())
        .unwrap_or(rest.len());
    let (verb, rest) = rest.split_at(verb_end);
    let verb = verb.to_ascii_lowercase();
    let rest = rest.trim_start();
    if !VERBS.contains(&verb.as_str()) {
        return None;
    }
    if !has_colon || verb != "ignore" {
        let meant = rest.starts_with('[') || (has_colon && verb != "off" && rest.is_empty());
        return meant.then(|| misspelt("this comment suppresses nothing as it is spelt"));
    }
    let Some(list) = rest.strip_prefix('[') else {
        return Some(misspelt("a suppression names its rules"));
    };
    let Some((list, rest)) = list.split_once(']') else {
        return Some(misspelt("the list of rules does not end"));
    };
    let mut directive = Directive::default();
    let names: Vec<&str> = list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    if names.is_empty() {
        return Some(misspelt(
            "the list of rules is empty, and there is no way to ignore all",
        ));
    }
    for name in names {
        match page::find(name) {
            Some(page) => {
                directive.rules.insert(page.id);
            }
            None => directive.problems.push(no_such_rule(name)),
        }
    }
    directive.has_reason = has_reason(rest);
    if !directive.has_reason {
        directive.problems.push(format!(
            "this comment suppresses nothing, because it gives no reason; write `{FORM}`"
        ));
    }
    Some(directive)
}

fn misspelt(what: &str) -> Directive {
    Directive {
        problems: vec![format!("{what}; write `{FORM}`")],
        ..Directive::default()
    }
}

/// Whether words follow the dashes. Editors make one long dash of two.
fn has_reason(rest: &str) -> bool {
    let rest = rest.trim_start();
    let reason = ["--", "\u{2014}", "\u{2013}"]
        .iter()
        .find_map(|dashes| rest.strip_prefix(dashes));
    reason.is_some_and(|reason| reason.contains(char::is_alphanumeric))
}
