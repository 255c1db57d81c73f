//! Tests of the front end, over the IR printed as S-expressions.

mod bounds;
mod lowering;
mod print;
mod rescue;
mod spans;

use std::path::PathBuf;

use super::super::bounds::{Limits, on_big_stack};
use super::super::ir::Module;
use crate::source::SourceFile;

fn parse(bytes: &[u8]) -> Module {
    let source = SourceFile::new("a.rs".into(), PathBuf::from("a.rs"), bytes.to_vec());
    on_big_stack(1, || super::parse(&source, &Limits::default())).unwrap()
}

/// The file's statements.
fn printed(text: &str) -> String {
    let module = parse(text.as_bytes());
    assert_eq!(module.unread, [], "{text}");
    print::block(&module, &module.body)
}

/// The statements of a function around `text`.
fn body(text: &str) -> String {
    let whole = printed(&format!("fn f() {{ {text} }}"));
    let inner = whole.strip_prefix("(fn f () ").unwrap();
    inner.strip_suffix(')').unwrap().to_owned()
}
