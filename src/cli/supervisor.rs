//! Keeps the run alive when a parser's C code ends the process.
//!
//! The program starts itself once more as a *worker*, which does the job. Through its standard error the worker says
//! which files it begins and ends to parse, on lines with a mark of their own; everything else there is passed on. When
//! the worker dies, the supervisor knows the files in flight, starts it again on one thread if there were several,
//! and tells it to leave out the file that it died on, which is then named in the report. Standard output belongs to the
//! worker, and nothing is written to it before everything is parsed: the worker then says so and waits until its
//! standard input is closed, so that the progress line is gone.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use serde::{Deserialize, Serialize};

use super::output::say;
use super::progress::ProgressLine;
use super::{CLEAN, FAILED, FINDINGS, Listener};
use crate::lint::{Options, Progress};

/// Carries the orders of a worker, and makes a process one.
const ORDERS: &str = "JOTLINT_WORKER";

/// In debug builds only, for tests: a worker aborts when it begins to parse a file of this name.
#[cfg(debug_assertions)]
const ABORT_ON: &str = "JOTLINT_TEST_ABORT_ON";

/// Begins a line that is an event.
const MARK: &str = "\u{1e}jotlint ";

/// More files than this are not left out; somebody then has to look.
const MOST_CULPRITS: usize = 8;

/// What a worker says beyond events is kept up to this many bytes.
const MOST_SAID: usize = 1_000_000;

/// What a worker is told.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Orders {
    /// Threads to work with, in place of what the arguments say.
    threads: Option<usize>,
    /// Files not to parse.
    poisoned: Vec<String>,
}

/// What a worker says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Event {
    Walked(usize),
    Begins(String),
    Ends(String),
    Parsed,
}

/// This process, when it is a worker.
pub(super) struct Worker {
    orders: Orders,
}

impl Worker {
    /// The worker that the environment makes of this process.
    pub(super) fn from_environment() -> Option<Self> {
        let orders = std::env::var(ORDERS).ok()?;
        let orders = serde_json::from_str(&orders).ok()?;
        Some(Self { orders })
    }

    fn tell(&self, event: &Event) {
        let Ok(event) = serde_json::to_string(event) else {
            return;
        };
        let line = format!("{MARK}{event}\n");
        if io::stderr().lock().write_all(line.as_bytes()).is_err() {
            // The supervisor is gone, and nobody waits for this run.
            std::process::exit(i32::from(FAILED));
        }
    }
}

impl Progress for Worker {
    fn walked(&self, files: usize) {
        self.tell(&Event::Walked(files));
    }

    fn begins(&self, path: &str) {
        self.tell(&Event::Begins(path.to_owned()));
        #[cfg(debug_assertions)]
        if !self.orders.poisoned.iter().any(|poisoned| poisoned == path)
            && std::env::var(ABORT_ON)
                .is_ok_and(|names| names.split(',').any(|name| path.ends_with(name)))
        {
            std::process::abort();
        }
    }

    fn ends(&self, path: &str) {
        self.tell(&Event::Ends(path.to_owned()));
    }
}

impl Listener for Worker {
    fn adjust(&self, options: &mut Options) {
        options.threads = self.orders.threads.unwrap_or(options.threads);
        options.poisoned.clone_from(&self.orders.poisoned);
    }

    fn parsed(&self) {
        self.tell(&Event::Parsed);
        // Ends when the supervisor closes its end, or dies.
        let _ = io::stdin().lock().read(&mut [0]);
    }
}

/// How a worker ended.
enum End {
    /// By itself, with the status of the run.
    Finished(u8),
    /// Someone ended it.
    Stopped(String),
    /// It died.
    Died { how: String, in_flight: Vec<String> },
}

/// Has the job done by workers; the status of the run, or `None` when no worker can be started.
pub(super) fn supervise(line: &ProgressLine) -> Option<u8> {
    let program = std::env::current_exe().ok()?;
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mut orders = Orders::default();
    loop {
        let child = start(&program, &arguments, &orders).ok()?;
        let (end, said) = follow(child, line);
        line.clear();
        match end {
            End::Finished(status) => {
                pass_on(&said);
                return Some(status);
            }
            End::Stopped(how) => {
                pass_on(&said);
                say(&format!("stopped: {how}"));
                return Some(FAILED);
            }
            End::Died { how, in_flight } => {
                if let Err(reason) = learn(&mut orders, in_flight) {
                    pass_on(&said);
                    say(&format!("the worker died ({how}); {reason}"));
                    return Some(FAILED);
                }
            }
        }
    }
}

/// Changes the orders so that the next worker gets further or tells more.
///
/// # Errors
/// When no next worker would be of use.
fn learn(orders: &mut Orders, mut in_flight: Vec<String>) -> Result<(), String> {
    in_flight.retain(|path| !orders.poisoned.contains(path));
    match in_flight.as_slice() {
        [] => Err("no file was being parsed; report it, please".to_owned()),
        [culprit] if orders.poisoned.len() < MOST_CULPRITS => {
            orders.poisoned.push(culprit.clone());
            orders.poisoned.sort();
            orders.threads = None;
            Ok(())
        }
        [_] => Err(format!(
            "that makes more than {MOST_CULPRITS} files that parsers die on, {} among them; exclude them, and report it, please",
            orders.poisoned.join(", ")
        )),
        _ if orders.threads == Some(1) => {
            Err("which file it died on is not clear; report it, please".to_owned())
        }
        _ => {
            orders.threads = Some(1);
            Ok(())
        }
    }
}

fn start(program: &PathBuf, arguments: &[OsString], orders: &Orders) -> io::Result<Child> {
    Command::new(program)
        .args(arguments)
        .env(ORDERS, serde_json::to_string(orders)?)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

/// Listens to a worker until it ends. What it said beyond events is returned, since it is of no interest when the worker
/// is started again.
fn follow(mut child: Child, line: &ProgressLine) -> (End, Vec<u8>) {
    let mut stdin = child.stdin.take();
    let mut in_flight = BTreeSet::new();
    let mut said = Vec::new();
    if let Some(stderr) = child.stderr.take() {
        let mut stderr = BufReader::new(stderr);
        let mut read = Vec::new();
        while stderr
            .read_until(b'\n', &mut read)
            .is_ok_and(|length| length > 0)
        {
            let (other, event) = split_event(&read);
            if said.len() < MOST_SAID {
                said.extend_from_slice(other);
            }
            match event {
                Some(Event::Walked(files)) => line.walked(files),
                Some(Event::Begins(path)) => {
                    line.begins(&path);
                    in_flight.insert(path);
                }
                Some(Event::Ends(path)) => {
                    line.ends(&path);
                    in_flight.remove(&path);
                }
                Some(Event::Parsed) => {
                    line.clear();
                    stdin = None;
                }
                None => {}
            }
            read.clear();
        }
    }
    drop(stdin);
    let in_flight = in_flight.into_iter().collect();
    let end = match child.wait() {
        Ok(status) => end_of(status, in_flight),
        Err(error) => End::Stopped(format!("the worker is out of reach: {error}")),
    };
    (end, said)
}

/// What precedes an event on a line, and the event. A library may have left its own line unfinished before it.
fn split_event(line: &[u8]) -> (&[u8], Option<Event>) {
    let mark = MARK.as_bytes();
    let Some(at) = line.windows(mark.len()).position(|part| part == mark) else {
        return (line, None);
    };
    match serde_json::from_slice(&line[at + mark.len()..]) {
        Ok(event) => (&line[..at], Some(event)),
        Err(_) => (line, None),
    }
}

fn end_of(status: ExitStatus, in_flight: Vec<String>) -> End {
    let finished = status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .filter(|code| [CLEAN, FINDINGS, FAILED].contains(code));
    match finished {
        Some(code) => End::Finished(code),
        None if was_stopped(status) => End::Stopped(status.to_string()),
        None => End::Died {
            how: status.to_string(),
            in_flight,
        },
    }
}

/// Whether someone ended the worker, and not its own fault: hang-up, interrupt, kill (out of memory, too), terminate.
#[cfg(unix)]
fn was_stopped(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt as _;
    matches!(status.signal(), Some(1 | 2 | 9 | 15))
}

/// Whether someone ended the worker: Ctrl-C.
#[cfg(not(unix))]
fn was_stopped(status: ExitStatus) -> bool {
    status.code() == Some(0xC000_013A_u32 as i32)
}

fn pass_on(said: &[u8]) {
    let _ = io::stderr().lock().write_all(said);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flight(paths: &[&str]) -> Vec<String> {
        paths.iter().map(|path| (*path).to_owned()).collect()
    }

    #[test]
    fn the_culprit_is_found_and_left_out() {
        let mut orders = Orders::default();
        learn(&mut orders, flight(&["b", "a"])).unwrap();
        assert_eq!((orders.threads, orders.poisoned.len()), (Some(1), 0));
        learn(&mut orders, flight(&["b"])).unwrap();
        assert_eq!(orders.threads, None);
        assert_eq!(orders.poisoned, ["b"]);
        learn(&mut orders, flight(&["b", "a"])).unwrap();
        assert_eq!(orders.poisoned, ["a", "b"]);
    }

    #[test]
    fn it_gives_up_when_it_cannot_learn() {
        let mut orders = Orders::default();
        assert!(learn(&mut orders, Vec::new()).is_err());
        orders.poisoned = flight(&["a"]);
        assert!(learn(&mut orders, flight(&["a"])).is_err());
        orders.threads = Some(1);
        assert!(learn(&mut orders, flight(&["b", "c"])).is_err());
        orders.poisoned = ('a'..='h').map(String::from).collect();
        let reason = learn(&mut orders, flight(&["z"])).unwrap_err();
        assert!(reason.contains("more than 8"), "{reason}");
    }

    #[test]
    fn events_are_told_from_other_lines() {
        let path = "a\n\u{1e}b";
        let event = serde_json::to_string(&Event::Begins(path.into())).unwrap();
        let line = format!("left over{MARK}{event}\n");
        assert!(!event.contains('\n'));
        let (other, event) = split_event(line.as_bytes());
        assert_eq!(other, b"left over");
        assert_eq!(event, Some(Event::Begins(path.into())));
        assert_eq!(split_event(b"plain \xff\n"), (&b"plain \xff\n"[..], None));
    }
}
