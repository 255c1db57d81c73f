//! The progress line on a terminal.

use std::io::{self, IsTerminal as _};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::lint::Progress;

/// A shorter run shows none.
const PATIENCE: Duration = Duration::from_secs(1);

/// One line on standard error: files parsed of all. Nothing is shown in a pipe, in CI, or in a short run.
pub(super) struct ProgressLine {
    started: Instant,
    bar: ProgressBar,
    wanted: bool,
    shown: OnceLock<()>,
}

impl ProgressLine {
    /// A line that shows itself when it is wanted and the run takes long.
    pub(super) fn new(wanted: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("parsing {pos}/{len} files {wide_bar}") {
            bar.set_style(style);
        }
        Self {
            started: Instant::now(),
            bar,
            wanted: wanted && io::stderr().is_terminal() && std::env::var_os("CI").is_none(),
            shown: OnceLock::new(),
        }
    }

    /// Takes the line away, before anything else is written.
    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for ProgressLine {
    fn walked(&self, files: usize) {
        self.bar.reset();
        self.bar.set_length(files as u64);
    }

    fn ends(&self, _path: &str) {
        if self.wanted && self.started.elapsed() > PATIENCE {
            self.shown
                .get_or_init(|| self.bar.set_draw_target(ProgressDrawTarget::stderr()));
        }
        self.bar.inc(1);
    }
}
