//! The front end's tests: sources against printed IR, and hostile input.

mod hostile;
mod lowering;
mod print;

use std::path::PathBuf;

use super::super::bounds::{Limits, on_big_stack};
use super::super::ir::Module;
use super::{Dialect, parse};
use crate::source::SourceFile;

fn source(bytes: &[u8]) -> SourceFile {
    SourceFile::new("a.ts".into(), PathBuf::from("a.ts"), bytes.to_vec())
}

fn lower(dialect: Dialect, code: &str) -> Module {
    let module = on_big_stack(1, || {
        parse(&source(code.as_bytes()), dialect, &Limits::default())
    })
    .expect("a thread");
    assert_eq!(module.unread, [], "{code}");
    module
}

fn print(dialect: Dialect, code: &str) -> String {
    print::module(&lower(dialect, code))
}

/// The code means `expected` in every dialect.
fn check(code: &str, expected: &str) {
    for dialect in [Dialect::JavaScript, Dialect::TypeScript, Dialect::Tsx] {
        assert_eq!(print(dialect, code), expected, "{dialect:?}: {code}");
    }
}

/// The code means `expected` in TypeScript.
fn check_types(code: &str, expected: &str) {
    assert_eq!(print(Dialect::TypeScript, code), expected, "{code}");
}
