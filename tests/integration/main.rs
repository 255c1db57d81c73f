//! Everything that is tested from outside the crate, one module a concern.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows only the functions marked as tests"
)]

mod bounds;
mod command_line;
mod determinism;
mod fixtures;
mod hostile;
mod libraries;
mod map;
mod outputs;
mod pages;
mod redaction;
mod services;

use std::path::{Path, PathBuf};

use jotlint::finding::Report;
use jotlint::lint::{Options, Silent, lint};
use jotlint::report::{Format, Style, render};

/// A path inside the repository.
fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Lints one root with every finding shown.
fn lint_everything(root: &Path) -> Report {
    let options = Options {
        roots: vec![root.to_owned()],
        threads: 2,
        pedantic: true,
        include_tests: true,
        ..Options::default()
    };
    lint(&options, &Silent).unwrap()
}

/// A report in a format, without colour.
fn rendered(report: &Report, format: Format) -> String {
    let mut out = Vec::new();
    render(
        report,
        format,
        Style {
            color: false,
            links: false,
            width: None,
        },
        &mut out,
    )
    .unwrap();
    String::from_utf8(out).unwrap()
}
