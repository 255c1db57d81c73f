//! `jotlint.toml`: rule levels, selected rules, paths left out, and the defaults of the command line.
//!
//! It is read strictly: a key or rule that does not exist is an error, because a misspelt exclusion or level would
//! otherwise do nothing for years.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;
use toml::Spanned;

use super::no_such_rule;
use crate::finding::{Finding, Level};
use crate::page;
use crate::walk::{self, Exclude};

/// The name of the configuration file.
pub const FILE_NAME: &str = "jotlint.toml";

/// A larger configuration is not one; in bytes.
const MOST_BYTES: u64 = 1_000_000;

/// From which level on findings fail a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// Findings of this level and above.
    Level(Level),
    /// None.
    Never,
}

impl FailOn {
    /// Whether a run whose worst finding has this level fails.
    pub fn fails(self, worst: Option<Level>) -> bool {
        match (self, worst) {
            (Self::Level(threshold), Some(worst)) => worst >= threshold,
            _ => false,
        }
    }
}

impl Default for FailOn {
    fn default() -> Self {
        Self::Level(Level::Warning)
    }
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "never" => Ok(Self::Never),
            _ => level(name).map(Self::Level).ok_or_else(|| {
                format!("`{name}` is no level; there are error, warning, note and never")
            }),
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {reason}; check the path, or run with --no-config", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// The file says something it may not say.
    #[error("{}:{line}: {reason}", .file.display())]
    Invalid {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong and what to do.
        reason: String,
    },
    /// A rule on the command line does not exist.
    #[error("--select: {}", no_such_rule(.0))]
    UnknownRule(String),
    /// A glob on the command line does not parse.
    #[error("--exclude: `{glob}` is no glob: {reason}")]
    Glob {
        /// As written.
        glob: String,
        /// Why.
        reason: String,
    },
}

/// What the configuration says.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Paths that are left out.
    pub exclude: Exclude,
    /// From which level on findings fail a run, when it is said.
    pub fail_on: Option<FailOn>,
    /// Pedantic rules run.
    pub pedantic: bool,
    /// Keys and tokens in test code are reported.
    pub include_tests: bool,
    /// Larger files are not read, in bytes, when it is said.
    pub max_file_bytes: Option<u64>,
    /// Services with the folders of their code, relative to the linted root.
    pub services: BTreeMap<String, Vec<String>>,
    /// The only rules that run; all when it is not said.
    select: Option<BTreeSet<String>>,
    /// Levels by rule; `None` is off.
    levels: BTreeMap<String, Option<Level>>,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    select: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default)]
    exclude: Vec<Spanned<String>>,
    fail_on: Option<Spanned<String>>,
    #[serde(default)]
    pedantic: bool,
    #[serde(default)]
    include_tests: bool,
    max_file_bytes: Option<u64>,
    #[serde(default)]
    rules: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    services: BTreeMap<String, Spanned<Vec<String>>>,
}

impl Config {
    /// The configuration of a run over `roots`: [`FILE_NAME`] in the folder of the first root, else at the root of its
    /// repository, else nothing.
    ///
    /// # Errors
    /// When there is a file and it cannot be used.
    pub fn discover(roots: &[PathBuf]) -> Result<Self, ConfigError> {
        let current = Path::new(".");
        let root = roots.first().map_or(current, PathBuf::as_path);
        let folder = match root.parent() {
            _ if root.is_dir() => root,
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => current,
        };
        let beside = folder.join(FILE_NAME);
        let above = walk::repository_root(folder).map(|root| root.join(FILE_NAME));
        let found = std::iter::once(beside)
            .chain(above)
            .find(|file| file.symlink_metadata().is_ok());
        found.map_or(Ok(Self::default()), |file| Self::read(&file))
    }

    /// Reads a configuration file. Its globs are relative to its folder.
    ///
    /// # Errors
    /// When it cannot be read or says something it may not say.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        let text = read_text(file).map_err(|reason| ConfigError::Unreadable {
            file: file.to_path_buf(),
            reason,
        })?;
        let folder = match file.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        Self::parse(&text, folder).map_err(|mistake| ConfigError::Invalid {
            file: file.to_path_buf(),
            line: text
                .get(..mistake.offset)
                .unwrap_or_default()
                .matches('\n')
                .count()
                + 1,
            reason: mistake.reason,
        })
    }

    fn parse(text: &str, folder: &Path) -> Result<Self, Mistake> {
        let written: Written = toml::from_str(text).map_err(|error| Mistake {
            offset: error.span().map_or(0, |span| span.start),
            reason: error.message().replace('\n', "; "),
        })?;
        let mut config = Self {
            pedantic: written.pedantic,
            include_tests: written.include_tests,
            max_file_bytes: written.max_file_bytes,
            ..Self::default()
        };
        if let Some(select) = written.select {
            let offset = select.span().start;
            let mut selected = BTreeSet::new();
            for rule in select.into_inner() {
                known_rule(&rule)?;
                selected.insert(rule.into_inner());
            }
            if selected.is_empty() {
                let reason = "`select` is empty, so nothing would run; name rules or remove it";
                return Err(Mistake::new(offset, reason));
            }
            config.select = Some(selected);
        }
        if let Some(fail_on) = written.fail_on {
            let parsed = fail_on.get_ref().parse();
            config.fail_on =
                Some(parsed.map_err(|reason: String| Mistake::new(fail_on.span().start, &reason))?);
        }
        for (rule, setting) in written.rules {
            known_rule(&rule)?;
            let name = setting.get_ref().as_str();
            let set = level(name);
            if set.is_none() && name != "off" {
                let reason = format!(
                    "`{name}` is no level for a rule; there are off, note, warning and error"
                );
                return Err(Mistake::new(setting.span().start, &reason));
            }
            config.levels.insert(rule.into_inner(), set);
        }
        for (name, folders) in written.services {
            let offset = folders.span().start;
            let folders = folders.into_inner();
            if folders.is_empty() {
                let reason =
                    format!("the service `{name}` has no folder; name the folders of its code");
                return Err(Mistake::new(offset, &reason));
            }
            config.services.insert(name, folders);
        }
        let mut globs = GlobSetBuilder::new();
        for pattern in &written.exclude {
            globs.add(glob(pattern.get_ref()).map_err(|reason| {
                let reason = format!("`{}` is no glob: {reason}", pattern.get_ref());
                Mistake::new(pattern.span().start, &reason)
            })?);
        }
        let globs = globs
            .build()
            .map_err(|error| Mistake::new(0, &format!("`exclude`: {error}")))?;
        if !globs.is_empty() {
            config.exclude.add(folder, globs);
        }
        Ok(config)
    }

    /// Lets only these rules run, whatever the file says of them.
    ///
    /// # Errors
    /// When one of them does not exist.
    pub fn select_only(&mut self, rules: &[String]) -> Result<(), ConfigError> {
        if let Some(unknown) = rules.iter().find(|rule| page::find(rule).is_none()) {
            return Err(ConfigError::UnknownRule(unknown.clone()));
        }
        self.levels
            .retain(|rule, level| level.is_some() || !rules.contains(rule));
        self.select = Some(rules.iter().cloned().collect());
        Ok(())
    }

    /// Leaves out what these globs match too, relative to `folder`.
    ///
    /// # Errors
    /// When one of them is no glob.
    pub fn exclude_too(&mut self, folder: &Path, patterns: &[String]) -> Result<(), ConfigError> {
        let error = |pattern: &str, reason: String| ConfigError::Glob {
            glob: pattern.to_owned(),
            reason,
        };
        let mut globs = GlobSetBuilder::new();
        for pattern in patterns {
            globs.add(glob(pattern).map_err(|reason| error(pattern, reason))?);
        }
        let globs: GlobSet = globs
            .build()
            .map_err(|reason| error(&patterns.join(","), reason.to_string()))?;
        self.exclude.add(folder, globs);
        Ok(())
    }

    /// Whether a rule runs at all.
    pub fn runs(&self, rule: &str) -> bool {
        let selected = self
            .select
            .as_ref()
            .is_none_or(|select| select.contains(rule));
        selected && self.levels.get(rule) != Some(&None)
    }

    /// Whether a rule was asked for by name.
    pub fn selects(&self, rule: &str) -> bool {
        self.select
            .as_ref()
            .is_some_and(|select| select.contains(rule))
    }

    /// Findings with the levels that the configuration gives them, without those of rules that do not run.
    pub fn apply(&self, mut findings: Vec<Finding>) -> Vec<Finding> {
        findings.retain(|finding| self.runs(finding.rule.id));
        for finding in &mut findings {
            if let Some(Some(level)) = self.levels.get(finding.rule.id) {
                finding.level = *level;
            }
        }
        findings
    }
}

/// What is wrong at a byte offset of the file.
struct Mistake {
    offset: usize,
    reason: String,
}

impl Mistake {
    fn new(offset: usize, reason: &str) -> Self {
        Self {
            offset,
            reason: reason.to_owned(),
        }
    }
}

fn read_text(file: &Path) -> Result<String, String> {
    let opened = fs::File::open(file).map_err(|error| error.to_string())?;
    let data = opened.metadata().map_err(|error| error.to_string())?;
    if !data.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    if data.len() > MOST_BYTES {
        return Err(format!("it is larger than {MOST_BYTES} bytes"));
    }
    let mut text = String::new();
    opened
        .take(MOST_BYTES)
        .read_to_string(&mut text)
        .map_err(|error| error.to_string())?;
    Ok(text)
}

fn known_rule(rule: &Spanned<String>) -> Result<(), Mistake> {
    match page::find(rule.get_ref()) {
        Some(_) => Ok(()),
        None => Err(Mistake::new(
            rule.span().start,
            &no_such_rule(rule.get_ref()),
        )),
    }
}

fn level(name: &str) -> Option<Level> {
    match name {
        "error" => Some(Level::Error),
        "warning" => Some(Level::Warning),
        "note" => Some(Level::Note),
        _ => None,
    }
}

/// `*` stays within a folder; `legacy/` means the folder.
fn glob(pattern: &str) -> Result<globset::Glob, String> {
    let plain = pattern.strip_prefix("./").unwrap_or(pattern);
    let plain = plain.strip_suffix('/').unwrap_or(plain);
    if plain.is_empty() {
        return Err("it is empty".to_owned());
    }
    if plain.starts_with('/') || plain.split('/').any(|part| part == "..") {
        return Err("it must be relative and must not leave its folder".to_owned());
    }
    GlobBuilder::new(plain)
        .literal_separator(true)
        .build()
        .map_err(|error| error.kind().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Config {
        Config::parse(text, Path::new("."))
            .map_err(|mistake| mistake.reason)
            .unwrap()
    }

    fn refused(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE_NAME);
        fs::write(&file, text).unwrap();
        let message = Config::read(&file).unwrap_err().to_string();
        message
            .strip_prefix(&file.display().to_string())
            .unwrap()
            .to_owned()
    }

    #[test]
    fn every_key_is_read() {
        let config = parsed(
            "select = [\"alg-none\", \"aud-unchecked\"]\nexclude = [\"legacy/**\"]\nfail-on = \"never\"\n\
             pedantic = true\ninclude-tests = true\nmax-file-bytes = 12\n\
             [rules]\naud-unchecked = \"off\"\nalg-none = \"note\"\n",
        );
        assert_eq!(config.fail_on, Some(FailOn::Never));
        assert!(config.pedantic && config.include_tests);
        assert_eq!(config.max_file_bytes, Some(12));
        assert!(config.runs("alg-none") && config.selects("alg-none"));
        assert!(!config.runs("aud-unchecked"));
        assert!(!config.runs("weak-key") && !config.selects("weak-key"));
    }

    #[test]
    fn mistakes_name_the_line_and_what_to_do() {
        for (text, said) in [
            ("\nselct = []", ":2: unknown field `selct`"),
            (
                "select = [\n  \"alg-non\"]",
                ":2: there is no rule `alg-non`; did you mean `alg-none`?",
            ),
            ("select = []", ":1: `select` is empty"),
            (
                "[rules]\nweek-key = \"off\"",
                ":2: there is no rule `week-key`; did you mean `weak-key`?",
            ),
            (
                "[rules]\nweak-key = \"fatal\"",
                ":2: `fatal` is no level for a rule",
            ),
            ("fail-on = \"off\"", ":1: `off` is no level"),
            ("exclude = [\"a\",\n\"[\"]", ":2: `[` is no glob"),
            (
                "exclude = [\"../a\"]",
                ":1: `../a` is no glob: it must be relative",
            ),
            ("max-file-bytes = -1", ":1: "),
            ("pedantic = 1", ":1: "),
            ("a = ", ":1: "),
        ] {
            let message = refused(text);
            assert!(message.starts_with(said), "{text}: {message}");
        }
    }

    #[test]
    fn flags_win() {
        let mut config = parsed("select = [\"weak-key\"]\n[rules]\nalg-none = \"off\"");
        config.select_only(&["alg-none".to_owned()]).unwrap();
        assert!(config.runs("alg-none") && !config.runs("weak-key"));
        let error = config.select_only(&["alg-nun".to_owned()]).unwrap_err();
        assert!(error.to_string().contains("did you mean `alg-none`"));
    }

    #[test]
    fn the_file_is_found_beside_the_root_then_at_the_repository() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join(".git")).unwrap();
        fs::create_dir_all(root.join("src/deep")).unwrap();
        fs::write(root.join("src/deep/a.js"), "").unwrap();
        fs::write(root.join(FILE_NAME), "max-file-bytes = 1").unwrap();
        fs::write(root.join("src").join(FILE_NAME), "max-file-bytes = 2").unwrap();
        for (linted, bytes) in [("", 1), ("src", 2), ("src/deep", 1), ("src/deep/a.js", 1)] {
            let config = Config::discover(&[root.join(linted)]).unwrap();
            assert_eq!(config.max_file_bytes, Some(bytes), "{linted}");
        }
    }

    #[test]
    fn a_star_stays_within_a_folder() {
        for (pattern, path, matches) in [
            ("legacy/**", "legacy/deep/a.js", true),
            ("legacy/", "legacy", true),
            ("./legacy", "legacy", true),
            ("*.js", "a.js", true),
            ("*.js", "deep/a.js", false),
            ("**/*.js", "deep/a.js", true),
        ] {
            let glob = glob(pattern).unwrap().compile_matcher();
            assert_eq!(glob.is_match(path), matches, "{pattern} {path}");
        }
    }

    #[test]
    fn only_what_reaches_the_threshold_fails() {
        let warning = FailOn::default();
        assert!(warning.fails(Some(Level::Error)) && warning.fails(Some(Level::Warning)));
        assert!(!warning.fails(Some(Level::Note)) && !warning.fails(None));
        assert!(!FailOn::Never.fails(Some(Level::Error)));
    }
}
