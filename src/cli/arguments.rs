//! The command line: flags, subcommands and their help.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::filter::config::FailOn;
use crate::report::Format;

/// Finds unsafe uses of JSON Web Tokens.
///
/// jotlint reads a source tree and reports where tokens are verified, decoded or minted in a way that lets a forged,
/// stolen or expired token through. It runs nothing of what it reads and never shows a secret.
///
/// Exit status: 0 when nothing at or above the level of --fail-on was found, 1 when something was, 2 when the job could
/// not be done.
#[derive(Debug, Parser)]
#[command(
    name = "jotlint",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    after_help = "A path that has the name of a command is given as ./rules."
)]
pub(super) struct Arguments {
    /// Another job than linting.
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// What is linted, and how.
    #[command(flatten)]
    pub(super) lint: LintArguments,
}

/// The jobs other than linting.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Lists the rules.
    Rules {
        /// How the list is written.
        #[arg(short, long, value_enum, default_value_t)]
        format: TableFormat,
    },
    /// Lists the libraries that are known, and what their defaults mean in which version.
    ///
    /// Without a name every library is named in one line. With one, all that is known of it is shown.
    Libraries {
        /// A library's name, or that of its package.
        name: Option<String>,
        /// How the list is written.
        #[arg(short, long, value_enum, default_value_t)]
        format: TableFormat,
        /// Holds a library model in a file against the schema instead.
        #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "format"])]
        check: Option<PathBuf>,
    },
    /// Shows the page of a rule: what it finds, why it matters, how to fix it.
    Explain {
        /// The rule's id, such as `alg-none`.
        rule: String,
    },
    /// Lists every place where tokens or keys are handled, with what is known of it.
    ///
    /// This answers why something was reported, or was not: each check of a call is listed with what jotlint concluded,
    /// and what it could not follow is named as not known.
    Inventory {
        /// How the list is written.
        #[arg(short, long, value_enum, default_value_t)]
        format: ListFormat,
        /// What is read, and how.
        #[command(flatten)]
        reading: ReadingArguments,
    },
    /// Shows who can mint and who can verify what: every key of tokens, and the services that hold it.
    ///
    /// Whoever holds a shared secret or a private key can mint, whatever its code does with it; whoever holds a public
    /// key can only verify. Keys are shown by their names and places, never by their values.
    Map {
        /// How the map is written.
        #[arg(short, long, value_enum, default_value_t)]
        format: MapFormat,
        /// Shows what falls when a service is taken: which keys, and which services would then accept forged tokens.
        #[arg(long, value_name = "compromised=SERVICE")]
        what_if: Option<Compromised>,
        /// What is read, and how.
        #[command(flatten)]
        reading: ReadingArguments,
    },
}

/// How the map is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum MapFormat {
    /// A table for people.
    #[default]
    Text,
    /// For scripts.
    Json,
    /// A flowchart for Markdown.
    Mermaid,
    /// A graph for Graphviz.
    Dot,
    /// An image.
    Svg,
}

/// A service that is taken for compromised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Compromised {
    /// Its name.
    pub(super) service: String,
}

impl FromStr for Compromised {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some(("compromised", service)) if !service.is_empty() => Ok(Self {
                service: service.to_owned(),
            }),
            _ => Err("write it as compromised=SERVICE".to_owned()),
        }
    }
}

/// How a list is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// For people.
    #[default]
    Text,
    /// For scripts.
    Json,
}

/// How a list is written that the documentation holds too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum TableFormat {
    /// For people.
    #[default]
    Text,
    /// For scripts.
    Json,
    /// A table for documentation.
    Markdown,
}

/// What is linted, and what is shown.
#[derive(Debug, Args)]
pub(super) struct LintArguments {
    #[command(flatten)]
    pub(super) reading: ReadingArguments,

    /// How the report is written to standard output: text, sarif or json.
    #[arg(short, long, value_name = "FORMAT", help_heading = "Output")]
    pub(super) format: Option<Format>,

    /// Writes a report in a format to a file, or to standard output when no file is named. May be repeated:
    /// `--output sarif=jotlint.sarif --output text`.
    #[arg(
        long,
        value_name = "FORMAT[=FILE]",
        conflicts_with = "format",
        help_heading = "Output"
    )]
    pub(super) output: Vec<Output>,

    /// The level from which on findings make the exit status 1: error, warning, note or never. Without it the
    /// configuration file decides, and else it is warning.
    #[arg(long, value_name = "LEVEL", help_heading = "Findings")]
    pub(super) fail_on: Option<FailOn>,

    /// Runs the pedantic rules too.
    #[arg(long, help_heading = "Findings")]
    pub(super) pedantic: bool,

    /// Reports keys and tokens in test code too.
    #[arg(long, help_heading = "Findings")]
    pub(super) include_tests: bool,

    /// A list of keys that are public knowledge, one a line, on top of the one that is built in. A key of it is weak
    /// however long it is, and tokens that it signed are named.
    #[arg(long, value_name = "FILE", help_heading = "Findings")]
    pub(super) known_keys: Option<PathBuf>,

    /// Runs these rules only. May be repeated or hold several, with commas between them.
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        help_heading = "Findings"
    )]
    pub(super) select: Vec<String>,
}

/// What is read, and how: common to linting, the inventory and the map.
#[derive(Debug, Args)]
pub(super) struct ReadingArguments {
    /// Files and folders to read.
    #[arg(value_name = "PATHS", default_value = ".")]
    pub(super) paths: Vec<PathBuf>,

    /// Reads dependencies, minified, bundled and generated files too.
    #[arg(long, help_heading = "Files")]
    pub(super) include_dependencies: bool,

    /// Parses every file, not only those that mention tokens. Slow, and finds the same.
    #[arg(long, help_heading = "Files")]
    pub(super) no_prefilter: bool,

    /// Files larger than this are named but not read.
    #[arg(long, value_name = "BYTES", help_heading = "Files")]
    pub(super) max_file_size: Option<u64>,

    /// Leaves out what this glob matches, relative to the linted folder, on top of what the configuration file
    /// excludes. May be repeated.
    #[arg(long, value_name = "GLOB", help_heading = "Files")]
    pub(super) exclude: Vec<String>,

    /// The configuration file. Without it, jotlint.toml in the linted folder is read, or else the one at the root of
    /// its repository.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "no_config",
        help_heading = "Files"
    )]
    pub(super) config: Option<PathBuf>,

    /// Reads no configuration file.
    #[arg(long, help_heading = "Files")]
    pub(super) no_config: bool,

    /// Threads to work with; 0 for as many as the machine has.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true,
        help_heading = "Run"
    )]
    pub(super) threads: usize,

    /// When to colour text.
    #[arg(
        long,
        value_name = "WHEN",
        value_enum,
        default_value_t,
        help_heading = "Output"
    )]
    pub(super) color: Color,

    /// Shows no progress on the terminal.
    #[arg(long, help_heading = "Output")]
    pub(super) no_progress: bool,

    /// Says on standard error where the time went: the walk on the clock, parsing and judging added up over threads.
    #[arg(long, hide_short_help = true, help_heading = "Output")]
    pub(super) timings: bool,

    /// Writes no text when there is nothing to report, and shows no progress.
    #[arg(short, long, help_heading = "Output")]
    pub(super) quiet: bool,

    /// Parses in this process. A file that a parser dies on then ends the run.
    #[arg(long, hide_short_help = true, help_heading = "Run")]
    pub(super) no_worker: bool,
}

/// When text is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set; anywhere when CLICOLOR_FORCE is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// One report to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Output {
    /// How.
    pub(super) format: Format,
    /// Where to; standard output when there is none.
    pub(super) file: Option<PathBuf>,
}

impl FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = match text.split_once('=') {
            Some((_, "")) => return Err("no file after `=`; name one or leave out `=`".to_owned()),
            Some((format, file)) => (format, Some(PathBuf::from(file))),
            None => (text, None),
        };
        Ok(Self {
            format: format.parse()?,
            file,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_path_may_have_the_name_of_a_command() {
        let given = |words: &[&str]| {
            Arguments::try_parse_from(std::iter::once("jotlint").chain(words.iter().copied()))
                .unwrap()
        };
        assert!(matches!(
            given(&["rules"]).command,
            Some(Command::Rules { .. })
        ));
        let lint = given(&["./rules", "src"]);
        assert!(lint.command.is_none());
        assert_eq!(
            lint.lint.reading.paths,
            [PathBuf::from("./rules"), PathBuf::from("src")]
        );
        assert_eq!(given(&[]).lint.reading.paths, [PathBuf::from(".")]);
        assert_eq!(
            given(&["--select", "a,b", "--select", "c"]).lint.select,
            ["a", "b", "c"]
        );
    }

    #[test]
    fn an_output_is_a_format_and_perhaps_a_file() {
        let sarif = Output {
            format: Format::Sarif,
            file: Some("a=b.sarif".into()),
        };
        assert_eq!("sarif=a=b.sarif".parse(), Ok(sarif));
        let text = Output {
            format: Format::Text,
            file: None,
        };
        assert_eq!("text".parse(), Ok(text));
        assert!("text=".parse::<Output>().is_err());
        assert!("xml".parse::<Output>().is_err());
    }
}
