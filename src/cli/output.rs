//! Where reports go: standard output or files, in which style, and which paths they show.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Component, Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use terminal_size::terminal_size_of;

use super::CliError;
use super::arguments::{Color, LintArguments, Output};
use crate::finding::{Level, Report};
use crate::report::{self, Format, Style};
use crate::walk;

/// Text is no wider than this on any terminal, in columns.
const WIDEST: usize = 140;

/// The outputs that were asked for.
///
/// # Errors
/// When two of them go to the same place.
pub(super) fn outputs(arguments: &LintArguments) -> Result<Vec<Output>, CliError> {
    if arguments.output.is_empty() {
        return Ok(vec![Output {
            format: arguments.format.unwrap_or_default(),
            file: None,
        }]);
    }
    for (index, output) in arguments.output.iter().enumerate() {
        if arguments.output[..index]
            .iter()
            .any(|before| before.file == output.file)
        {
            return Err(CliError::SameOutput(output.file.clone()));
        }
    }
    Ok(arguments.output.clone())
}

/// Writes a report to all outputs, in order.
///
/// # Errors
/// When a file or standard output cannot be written. A closed pipe is no error.
pub(super) fn write_report(
    report: &Report,
    outputs: &[Output],
    roots: &[PathBuf],
    color: Color,
    quiet: bool,
) -> Result<(), CliError> {
    let typed = TypedPaths::new(roots);
    let repository = RepositoryPaths::new(roots);
    for output in outputs {
        let shown = match output.format {
            Format::Sarif => report.with_paths(|path| repository.show(path)),
            Format::Text | Format::Json => report.with_paths(|path| typed.show(path)),
        };
        if quiet && output.format == Format::Text && has_nothing_to_say(report) {
            continue;
        }
        match &output.file {
            Some(path) => {
                let written = File::create(path).and_then(|mut file| {
                    report::render(&shown, output.format, Style::default(), &mut file)
                });
                written.map_err(|reason| CliError::File {
                    path: path.clone(),
                    reason,
                })?;
            }
            None => to_stdout(color, |style, out| {
                report::render(&shown, output.format, style, out)
            })?,
        }
    }
    Ok(())
}

fn has_nothing_to_say(report: &Report) -> bool {
    report.findings.is_empty()
        && report
            .notifications
            .iter()
            .all(|notification| notification.level < Level::Warning)
}

/// Lets `write` write to standard output in the style that suits it.
///
/// # Errors
/// When standard output cannot be written. A closed pipe is no error: its reader has read enough.
pub(super) fn to_stdout(
    color: Color,
    write: impl FnOnce(Style, &mut dyn Write) -> io::Result<()>,
) -> Result<(), CliError> {
    let stdout = io::stdout();
    let choice = match color {
        Color::Auto => AutoStream::choice(&stdout),
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    let color = choice != ColorChoice::Never;
    let terminal = stdout.is_terminal();
    let style = Style {
        color,
        links: color && terminal,
        width: terminal
            .then(|| terminal_size_of(&stdout))
            .flatten()
            .map(|(width, _)| usize::from(width.0).min(WIDEST)),
    };
    let mut out = AutoStream::new(stdout.lock(), choice);
    let written = write(style, &mut out).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(CliError::Stdout(error)),
        _ => Ok(()),
    }
}

/// Writes a line to standard error. There is nowhere to say that this failed.
pub(super) fn say(message: &str) {
    let message = report::neutralise(message);
    let _ = writeln!(io::stderr().lock(), "jotlint: {message}");
}

/// Shows paths as they were typed: relative to the current folder, unless the root was given otherwise.
pub(super) struct TypedPaths {
    prefix: String,
}

impl TypedPaths {
    pub(super) fn new(roots: &[PathBuf]) -> Self {
        Self {
            prefix: slashed(&walk::base_folder(roots)),
        }
    }

    pub(super) fn show(&self, path: &str) -> String {
        join(&self.prefix, path)
    }
}

/// Shows paths relative to the root of the repository, as code scanning needs them.
struct RepositoryPaths {
    /// The linted folder as an absolute path, and the repository above it.
    folders: Option<(PathBuf, PathBuf)>,
}

impl RepositoryPaths {
    fn new(roots: &[PathBuf]) -> Self {
        let base = walk::base_folder(roots);
        let repository = walk::repository_root(&base);
        Self {
            folders: std::fs::canonicalize(base).ok().zip(repository),
        }
    }

    fn show(&self, path: &str) -> String {
        let Some((base, repository)) = &self.folders else {
            return path.to_owned();
        };
        match resolved(base, path).strip_prefix(repository) {
            Ok(below) => slashed(below),
            Err(_) => path.to_owned(),
        }
    }
}

/// `path` below `base` without `..`: what it names need not exist.
fn resolved(base: &Path, path: &str) -> PathBuf {
    let mut resolved = base.to_path_buf();
    for component in Path::new(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                resolved.pop();
            }
            other => resolved.push(other),
        }
    }
    resolved
}

fn join(prefix: &str, path: &str) -> String {
    match prefix {
        "" => path.to_owned(),
        prefix => format!("{}/{path}", prefix.trim_end_matches('/')),
    }
}

fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    };
    let text = text.trim_start_matches("./");
    if text == "." {
        String::new()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_paths_begin_with_the_folder_that_was_typed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.js");
        std::fs::write(&file, "").unwrap();
        let root = folder.path().to_path_buf();
        let shown = format!("{}/deep/a.js", root.to_string_lossy());
        assert_eq!(TypedPaths::new(&[root]).show("deep/a.js"), shown);
        for roots in [
            vec![PathBuf::from(".")],
            vec![file],
            vec!["a".into(), "b".into()],
        ] {
            assert_eq!(TypedPaths::new(&roots).show("deep/a.js"), "deep/a.js");
        }
        assert_eq!(TypedPaths::new(&["./src/".into()]).show("a.js"), "src/a.js");
    }

    #[test]
    fn repository_paths_begin_at_the_repository() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("code/.git")).unwrap();
        std::fs::create_dir_all(root.join("code/src")).unwrap();
        let paths = RepositoryPaths::new(&[root.join("code/src")]);
        assert_eq!(paths.show("a.js"), "src/a.js");
        assert_eq!(paths.show("../lib/a.js"), "lib/a.js");
        assert_eq!(paths.show("../../a.js"), "../../a.js");
        assert_eq!(
            RepositoryPaths::new(&[root.join("code")]).show("a.js"),
            "a.js"
        );
    }
}
