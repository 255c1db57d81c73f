//! The command line program: arguments in, reports out, exit status.

mod arguments;
mod described;
mod inventory;
mod key_ids;
mod libraries;
mod map;
mod notes;
mod output;
mod pages;
mod progress;
mod supervisor;

use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;

use self::arguments::{
    Arguments, Color, Command, Compromised, LintArguments, ListFormat, MapFormat, ReadingArguments,
    TableFormat,
};
use self::map::{Map, NoSuchService};
use self::output::say;
use self::progress::ProgressLine;
use self::supervisor::Worker;
use crate::filter::config::{Config, ConfigError};
use crate::filter::no_such_rule;
use crate::keys::KnownKeys;
use crate::lint::{self, LintError, Options, Progress};
use crate::models::catalog::ModelError;
use crate::page;
use crate::walk;

/// Nothing that matters was found.
const CLEAN: u8 = 0;
/// Something at or above the threshold was found.
const FINDINGS: u8 = 1;
/// The job could not be done.
const FAILED: u8 = 2;

/// Why the job could not be done.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Lint(#[from] LintError),
    #[error("{}: cannot be written: {reason}; check the folder and its permissions", .path.display())]
    File { path: PathBuf, reason: io::Error },
    #[error("{}: cannot be read: {reason}; check the path and its permissions", .path.display())]
    KnownKeys { path: PathBuf, reason: io::Error },
    #[error("standard output cannot be written: {0}")]
    Stdout(io::Error),
    #[error(
        "two reports go to {}; give each --output a file of its own",
        .0.as_ref().map_or("standard output".into(), |path| path.to_string_lossy())
    )]
    SameOutput(Option<PathBuf>),
    #[error("{}", no_such_rule(.0))]
    UnknownRule(String),
    #[error("there is no library `{0}` among the models; `jotlint libraries` lists them")]
    UnknownLibrary(String),
    #[error("{}", no_such_service(.0, .1))]
    UnknownService(String, Vec<String>),
    #[error(transparent)]
    Model(#[from] ModelError),
}

fn no_such_service(name: &str, services: &[String]) -> String {
    if services.is_empty() {
        return format!("there is no service `{name}`: none was found");
    }
    format!(
        "there is no service `{name}`; the services are: {}",
        services.join(", ")
    )
}

/// Hears how far a run is, and that all is parsed before anything is written.
trait Listener: Progress {
    /// Lets the listener change what is run.
    fn adjust(&self, _options: &mut Options) {}
    /// Everything was parsed; what is found is written next.
    fn parsed(&self);
}

impl Listener for ProgressLine {
    fn parsed(&self) {
        self.clear();
    }
}

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    // A panic's own message may quote what was read.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(|place| format!(" at {}:{}", place.file(), place.line()))
            .unwrap_or_default();
        say(&format!("internal error{place}; report it, please"));
    }));
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(refused) => {
            // Help goes to standard output, which may be closed.
            let _ = refused.print();
            return ExitCode::from(u8::try_from(refused.exit_code()).unwrap_or(FAILED));
        }
    };
    let reading = match &arguments.command {
        Some(Command::Rules { format }) => {
            return status(
                output::to_stdout(Color::Never, |_, out| pages::list(*format, out)).map(|()| CLEAN),
            );
        }
        Some(Command::Libraries {
            name,
            format,
            check,
        }) => return status(libraries(name.as_deref(), *format, check.as_deref())),
        Some(Command::Explain { rule }) => return status(explain(rule).map(|()| CLEAN)),
        Some(Command::Inventory { reading, .. } | Command::Map { reading, .. }) => reading,
        None => &arguments.lint.reading,
    };
    if let Some(worker) = Worker::from_environment() {
        return status(perform(&arguments, &worker));
    }
    let line = ProgressLine::new(!reading.no_progress && !reading.quiet);
    if !reading.no_worker
        && let Some(code) = supervisor::supervise(&line)
    {
        return ExitCode::from(code);
    }
    match catch_unwind(AssertUnwindSafe(|| perform(&arguments, &line))) {
        Ok(result) => status(result),
        Err(_) => ExitCode::from(FAILED),
    }
}

fn status(result: Result<u8, CliError>) -> ExitCode {
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            say(&error.to_string());
            ExitCode::from(FAILED)
        }
    }
}

fn explain(rule: &str) -> Result<(), CliError> {
    let page = page::find(rule).ok_or_else(|| CliError::UnknownRule(rule.to_owned()))?;
    output::to_stdout(Color::Never, |_, out| pages::explain(page, out))
}

/// Lists the libraries, or checks a model.
fn libraries(
    name: Option<&str>,
    format: TableFormat,
    check: Option<&Path>,
) -> Result<u8, CliError> {
    if let Some(file) = check {
        let model = libraries::read(file)?;
        output::to_stdout(Color::Never, |_, out| libraries::fits(file, &model, out))?;
        return Ok(CLEAN);
    }
    let known = libraries::known(name)?;
    if let (Some(name), true) = (name, known.is_empty()) {
        return Err(CliError::UnknownLibrary(name.to_owned()));
    }
    output::to_stdout(Color::Never, |_, out| {
        libraries::list(&known, name.is_some(), format, out)
    })?;
    Ok(CLEAN)
}

/// Lints, or makes the inventory or the map.
fn perform(arguments: &Arguments, listener: &dyn Listener) -> Result<u8, CliError> {
    match &arguments.command {
        Some(Command::Inventory { format, reading }) => list_sites(*format, reading, listener),
        Some(Command::Map {
            format,
            what_if,
            reading,
        }) => show_map(*format, what_if.as_ref(), reading, listener),
        _ => lint_tree(&arguments.lint, listener),
    }
}

fn lint_tree(arguments: &LintArguments, listener: &dyn Listener) -> Result<u8, CliError> {
    let outputs = output::outputs(arguments)?;
    let reading = &arguments.reading;
    let mut options = options(reading)?;
    if !arguments.select.is_empty() {
        options.config.select_only(&arguments.select)?;
    }
    options.pedantic |= arguments.pedantic;
    options.include_tests |= arguments.include_tests;
    if let Some(path) = &arguments.known_keys {
        let list = fs::read(path).map_err(|reason| CliError::KnownKeys {
            path: path.clone(),
            reason,
        })?;
        options.known_keys = Arc::new(KnownKeys::from_list(&list));
    }
    let fail_on = arguments
        .fail_on
        .or(options.config.fail_on)
        .unwrap_or_default();
    listener.adjust(&mut options);
    let report = lint::lint(&options, listener)?;
    listener.parsed();
    output::write_report(
        &report,
        &outputs,
        &reading.paths,
        reading.color,
        reading.quiet,
    )?;
    if reading.timings {
        let spent = report.timings;
        say(&format!(
            "walk, read and prefilter {:.2} s; {} files of {} lines, {:.1} MB, parsed in {:.2} s and evaluated in {:.2} s of threads; settings and services {:.2} s",
            spent.walk.as_secs_f64(),
            spent.files,
            spent.lines,
            spent.bytes as f64 / 1e6,
            spent.parsing.as_secs_f64(),
            spent.evaluation.saturating_sub(spent.parsing).as_secs_f64(),
            spent.settings.as_secs_f64(),
        ));
    }
    Ok(if fail_on.fails(report.worst()) {
        FINDINGS
    } else {
        CLEAN
    })
}

fn list_sites(
    format: ListFormat,
    reading: &ReadingArguments,
    listener: &dyn Listener,
) -> Result<u8, CliError> {
    let mut options = options(reading)?;
    listener.adjust(&mut options);
    let inventory = lint::inventory(&options, listener)?;
    listener.parsed();
    let paths = output::TypedPaths::new(&reading.paths);
    output::to_stdout(reading.color, |_, out| {
        inventory::write(&inventory, &paths, format, out)
    })?;
    Ok(CLEAN)
}

fn show_map(
    format: MapFormat,
    what_if: Option<&Compromised>,
    reading: &ReadingArguments,
    listener: &dyn Listener,
) -> Result<u8, CliError> {
    let mut options = options(reading)?;
    listener.adjust(&mut options);
    let paths = output::TypedPaths::new(&reading.paths);
    let map = lint::with_trust(&options, listener, |trust| Map::new(trust, &paths, what_if))?;
    listener.parsed();
    let map = map.map_err(|NoSuchService(services)| {
        let name = what_if.map(|taken| taken.service.clone());
        CliError::UnknownService(name.unwrap_or_default(), services)
    })?;
    if reading.quiet && format == MapFormat::Text && map.is_empty() {
        return Ok(CLEAN);
    }
    output::to_stdout(reading.color, |_, out| map.write(format, out))?;
    Ok(CLEAN)
}

/// What the flags and the configuration file say of reading, together; flags win.
fn options(reading: &ReadingArguments) -> Result<Options, CliError> {
    let mut config = match &reading.config {
        Some(file) => Config::read(file)?,
        None if reading.no_config => Config::default(),
        None => Config::discover(&reading.paths)?,
    };
    if !reading.exclude.is_empty() {
        config.exclude_too(&walk::base_folder(&reading.paths), &reading.exclude)?;
    }
    Ok(Options {
        roots: reading.paths.clone(),
        threads: reading.threads,
        max_file_bytes: reading
            .max_file_size
            .or(config.max_file_bytes)
            .unwrap_or(walk::DEFAULT_MAX_FILE_BYTES),
        prefilter: !reading.no_prefilter,
        include_dependencies: reading.include_dependencies,
        include_tests: config.include_tests,
        pedantic: config.pedantic,
        config,
        ..Options::default()
    })
}
