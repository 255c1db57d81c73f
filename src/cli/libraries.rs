//! `jotlint libraries`: which libraries are known, and what their defaults mean in which version.
//!
//! The JSON document is `{"format": "jotlint-libraries", "version": 1, "libraries": [...]}`. Each library is its model
//! file as JSON, with the keys and the words of the file (`library`, `api`, `type`, `setting`; keys without a value are
//! left out), and three keys more: `language`, `name` and `told-apart`, the ranges of versions that the facts tell apart.
//! A fact without `versions` holds for every version.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use semver::Version;
use serde_json::{Value, json};

use super::arguments::TableFormat;
use crate::lint;
use crate::models::catalog::ModelError;
use crate::models::schema::{
    Api, Inert, Model, Role, Slot, Unset, UnsetAlgorithms, UnsetClaim, UnsetLifetime, Versions,
};
use crate::models::source::Condition;
use crate::report::neutralise;
use crate::syntax::MODEL_FOLDERS;

/// The version of the JSON format.
const VERSION: u32 = 1;

/// A model and the folder of its language.
pub(super) struct Known {
    language: &'static str,
    model: &'static Model,
}

/// The models that are listed: those of libraries that handle tokens, or what a name names. Platforms never are.
///
/// # Errors
/// When an embedded model does not fit the schema.
pub(super) fn known(name: Option<&str>) -> Result<Vec<Known>, ModelError> {
    let mut known = Vec::new();
    for language in MODEL_FOLDERS {
        let models = lint::catalog(language)?.libraries();
        let listed = models
            .filter(|model| !model.library.manifest.is_empty())
            .filter(|model| {
                name.map_or_else(|| handles_tokens(model), |name| is_called(model, name))
            });
        known.extend(listed.map(|model| Known { language, model }));
    }
    Ok(known)
}

/// Whether a model says more than where another kind of secret goes in.
fn handles_tokens(model: &Model) -> bool {
    let for_tokens = |role: Role| role != Role::OtherSecret;
    model.api.iter().any(|api| for_tokens(api.role))
        || model.setting.iter().any(|setting| for_tokens(setting.role))
}

fn is_called(model: &Model, name: &str) -> bool {
    let library = &model.library;
    std::iter::once(&library.name)
        .chain(&library.manifest)
        .chain(&library.packages)
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// Writes the list.
///
/// # Errors
/// What `out` answers.
pub(super) fn list(
    known: &[Known],
    in_full: bool,
    format: TableFormat,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        TableFormat::Text if in_full => known.iter().try_for_each(|known| describe(known, out)),
        TableFormat::Text => table(known, out),
        TableFormat::Markdown => markdown(known, out),
        TableFormat::Json => {
            let libraries = known.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
            let document = json!({
                "format": "jotlint-libraries",
                "version": VERSION,
                "libraries": libraries,
            });
            serde_json::to_writer_pretty(&mut *out, &document)?;
            writeln!(out)
        }
    }
}

/// Reads a model that is not embedded.
///
/// # Errors
/// When the file cannot be read or does not fit the schema.
pub(super) fn read(file: &Path) -> Result<Model, ModelError> {
    let shown = file.display();
    let text = fs::read_to_string(file).map_err(|reason| ModelError {
        file: shown.to_string(),
        message: format!("cannot be read: {reason}"),
    })?;
    toml::from_str(&text).map_err(|error| {
        let line = error.span().and_then(|span| text.get(..span.start));
        let line = line.map(|before| before.matches('\n').count() + 1);
        ModelError {
            file: line.map_or(shown.to_string(), |line| format!("{shown}:{line}")),
            message: error.message().to_owned(),
        }
    })
}

/// Says that a model fits the schema.
///
/// # Errors
/// What `out` answers.
pub(super) fn fits(file: &Path, model: &Model, out: &mut dyn Write) -> io::Result<()> {
    let line = format!(
        "{}: fits the schema: {}; api {}, type {}, setting {}",
        file.display(),
        model.library.name,
        model.api.len(),
        model.types.len(),
        model.setting.len(),
    );
    writeln!(out, "{}", neutralise(&line))
}

fn table(known: &[Known], out: &mut dyn Write) -> io::Result<()> {
    let width = |text: fn(&Known) -> &str| known.iter().map(|known| text(known).len()).max();
    let names = width(|known| &known.model.library.name).unwrap_or(0);
    let current = width(current).unwrap_or(0).max("current".len());
    let language = "javascript".len();
    writeln!(
        out,
        "{:names$}  {:language$}  {:current$}  versions told apart",
        "library", "language", "current"
    )?;
    for library in known {
        writeln!(
            out,
            "{:names$}  {:language$}  {:current$}  {}",
            library.model.library.name,
            library.language,
            self::current(library),
            told_apart(library.model).join(" | "),
        )?;
    }
    writeln!(
        out,
        "\n`jotlint libraries NAME` shows all that is known of one."
    )
}

fn markdown(known: &[Known], out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "| library | language | versions told apart | current |\n|---|---|---|---|"
    )?;
    for library in known {
        let language = match library.language {
            "javascript" => "JavaScript, TypeScript",
            "python" => "Python",
            "rust" => "Rust",
            other => other,
        };
        let ranges: Vec<String> = told_apart(library.model)
            .iter()
            .map(|range| match range.as_str() {
                EVERY_VERSION => "all alike".to_owned(),
                range => format!("`{range}`"),
            })
            .collect();
        writeln!(
            out,
            "| {} | {language} | {} | {} |",
            library.model.library.name,
            ranges.join("; "),
            current(library),
        )?;
    }
    Ok(())
}

fn current(known: &Known) -> &str {
    known.model.library.current.as_deref().unwrap_or("")
}

/// How no range is written.
const EVERY_VERSION: &str = "every version";

/// The ranges of versions that the facts tell apart, from the lowest on.
fn told_apart(model: &Model) -> Vec<String> {
    let apis = model
        .api
        .iter()
        .flat_map(|api| std::iter::once(&api.versions).chain(versions_of(&api.unset, &api.inert)));
    let types = model
        .types
        .iter()
        .flat_map(|item| versions_of(&item.unset, &item.inert));
    let settings = model
        .setting
        .iter()
        .flat_map(|setting| versions_of(&setting.unset, &[]));
    let edges: BTreeSet<Version> = apis
        .chain(types)
        .chain(settings)
        .flat_map(Versions::edges)
        .collect();
    let edges: Vec<String> = edges.iter().map(short).collect();
    let (Some(first), Some(last)) = (edges.first(), edges.last()) else {
        return vec![EVERY_VERSION.to_owned()];
    };
    let below = std::iter::once(format!("<{first}"));
    let between = edges
        .windows(2)
        .map(|pair| format!(">={}, <{}", pair[0], pair[1]));
    let above = std::iter::once(format!(">={last}"));
    below.chain(between).chain(above).collect()
}

fn versions_of<'a>(
    unset: &'a [Unset],
    inert: &'a [Inert],
) -> impl Iterator<Item = &'a Versions> + use<'a> {
    let unset = unset.iter().map(|unset| &unset.versions);
    unset.chain(inert.iter().map(|inert| &inert.versions))
}

/// A version without the zeros at its end.
fn short(version: &Version) -> String {
    let text = version.to_string();
    let text = text.strip_suffix(".0").unwrap_or(&text);
    text.strip_suffix(".0").unwrap_or(text).to_owned()
}

fn entry(known: &Known) -> serde_json::Result<Value> {
    let mut entry = serde_json::to_value(known.model)?;
    prune(&mut entry);
    if let Value::Object(entry) = &mut entry {
        entry.insert("language".to_owned(), known.language.into());
        entry.insert("name".to_owned(), known.model.library.name.clone().into());
        entry.insert("told-apart".to_owned(), told_apart(known.model).into());
    }
    Ok(entry)
}

/// Takes away keys that say nothing.
fn prune(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(prune);
            map.retain(|_, value| !says_nothing(value));
        }
        Value::Array(list) => list.iter_mut().for_each(prune),
        _ => {}
    }
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// Writes all that is known of a library.
fn describe(known: &Known, out: &mut dyn Write) -> io::Result<()> {
    let library = &known.model.library;
    let mut line = |about: &str, is: &str| match is {
        "" => Ok(()),
        is => writeln!(out, "  {about:9} {is}"),
    };
    line("library", &format!("{} ({})", library.name, known.language))?;
    line("packages", &library.packages.join(", "))?;
    line("manifest", &library.manifest.join(", "))?;
    line("current", current(known))?;
    line("versions", &told_apart(known.model).join(" | "))?;
    line("source", &library.source)?;
    writeln!(out)?;
    let mut by_role: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for api in &known.model.api {
        by_role
            .entry(word(&api.role))
            .or_default()
            .push(name_of(api));
    }
    for (role, names) in &by_role {
        writeln!(out, "  {role}: {}", names.join(", "))?;
    }
    writeln!(out)?;
    for api in &known.model.api {
        let facts = facts(&api.unset, &api.off, &api.inert, &api.defaults);
        write_facts(&name_of(api), facts, out)?;
    }
    for item in &known.model.types {
        let facts = facts(&item.unset, &item.off, &item.inert, &item.defaults);
        write_facts(&item.path.join(", "), facts, out)?;
    }
    for setting in &known.model.setting {
        let mut facts = facts(&setting.unset, &BTreeMap::new(), &[], &setting.defaults);
        for (slot, value) in &setting.off {
            facts.push(format!("{slot} is switched off by `{value}`"));
        }
        write_facts(&setting.path, facts, out)?;
    }
    Ok(())
}

fn name_of(api: &Api) -> String {
    let paths: Vec<&str> = api
        .path
        .iter()
        .map(|path| match path.as_str() {
            "" => "the package itself",
            path => path,
        })
        .collect();
    let paths = paths.join(", ");
    if api.versions.are_all() {
        paths
    } else {
        format!("{paths} ({})", api.versions)
    }
}

fn write_facts(name: &str, facts: Vec<String>, out: &mut dyn Write) -> io::Result<()> {
    if facts.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {name}")?;
    for fact in facts {
        writeln!(out, "    {fact}")?;
    }
    writeln!(out)
}

fn facts(
    unset: &[Unset],
    off: &BTreeMap<Slot, Vec<Condition>>,
    inert: &[Inert],
    defaults: &BTreeMap<Slot, String>,
) -> Vec<String> {
    let mut facts = Vec::new();
    for unset in unset {
        let versions = match unset.versions.to_string() {
            all if all.is_empty() => EVERY_VERSION.to_owned(),
            some => some,
        };
        facts.push(format!("{versions} ({}):", unset.source));
        facts.extend(
            unset_words(unset)
                .into_iter()
                .map(|words| format!("  {words}")),
        );
    }
    for (slot, value) in defaults {
        facts.push(format!("{slot} is {value} when not set"));
    }
    for (slot, conditions) in off {
        let conditions: Vec<String> = conditions
            .iter()
            .map(|condition| format!("`{condition}`"))
            .collect();
        facts.push(format!(
            "{slot} is switched off by {}",
            conditions.join(" or ")
        ));
    }
    for inert in inert {
        let versions = if inert.versions.are_all() {
            String::new()
        } else {
            format!(" in {}", inert.versions)
        };
        facts.push(format!(
            "`{}` does nothing{versions}: {}",
            inert.when, inert.because
        ));
    }
    facts
}

/// What unset slots mean, in plain words.
fn unset_words(unset: &Unset) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(algorithms) = unset.algorithms {
        words.push(format!(
            "no algorithms given: {}",
            algorithms_words(algorithms)
        ));
    }
    for (slot, claim) in [
        (Slot::Expiry, &unset.expiry),
        (Slot::NotBefore, &unset.not_before),
        (Slot::Audience, &unset.audience),
        (Slot::Issuer, &unset.issuer),
        (Slot::KeySource, &unset.key_source),
        (Slot::Cache, &unset.cache),
        (Slot::RateLimit, &unset.rate_limit),
        (Slot::Refresh, &unset.refresh),
    ] {
        if let Some(claim) = claim {
            words.push(format!("no {slot} option: {}", claim_words(claim)));
        }
    }
    for slot in &unset.absent_accepted {
        words.push(format!("{slot} expected: a token without it is accepted"));
    }
    if let Some(lifetime) = unset.lifetime {
        words.push(format!("no lifetime given: {}", lifetime_words(lifetime)));
    }
    if unset.family_bound == Some(true) {
        words.push("an algorithm that does not fit the type of the key is refused".to_owned());
    }
    if unset.none_refused == Some(true) {
        words.push("`none` is refused, whatever is listed".to_owned());
    }
    match unset.empty_key_accepted {
        Some(true) => words.push("an empty HMAC key is used like any other".to_owned()),
        Some(false) => words.push("an empty HMAC key is refused".to_owned()),
        None => {}
    }
    words
}

fn algorithms_words(unset: UnsetAlgorithms) -> &'static str {
    match unset {
        UnsetAlgorithms::Pinned => "the library has a list of its own",
        UnsetAlgorithms::ByKey => "the type of the key decides",
        UnsetAlgorithms::ByKeyText => "the text of the key decides, and no key means `none`",
        UnsetAlgorithms::Header => "the token's header decides",
        UnsetAlgorithms::Closed => "the call fails",
        UnsetAlgorithms::Unsigned => "unsigned tokens are accepted",
        UnsetAlgorithms::Elsewhere => "what the module or framework was given decides",
    }
}

fn claim_words(unset: &UnsetClaim) -> String {
    match unset {
        UnsetClaim::Required => "a token without the claim is rejected".to_owned(),
        UnsetClaim::IfPresent => "checked when the token has it".to_owned(),
        UnsetClaim::Unchecked => "not checked".to_owned(),
        UnsetClaim::RejectedIfPresent => "a token that has the claim is rejected".to_owned(),
        UnsetClaim::Until(call) => format!("not checked before `{call}` is called"),
        UnsetClaim::Elsewhere => "what the module or framework was given decides".to_owned(),
    }
}

fn lifetime_words(unset: UnsetLifetime) -> &'static str {
    match unset {
        UnsetLifetime::Endless => "the token never expires",
        UnsetLifetime::Bounded => "the library sets an expiry",
        UnsetLifetime::Elsewhere => "what the module or framework was given decides",
    }
}

/// The word that a model file has for something.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}
