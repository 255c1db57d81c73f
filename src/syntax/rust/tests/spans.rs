//! Every place is a byte offset of the file as it is on disk.

use super::super::super::ir::{ExprKind, Module, StatementKind};
use super::parse;

fn comments<'a>(module: &Module, bytes: &'a [u8]) -> Vec<&'a str> {
    (module.comments.iter())
        .map(|comment| std::str::from_utf8(&bytes[comment.span.range()]).unwrap())
        .collect()
}

fn calls<'a>(module: &Module, bytes: &'a [u8]) -> Vec<&'a [u8]> {
    (module.exprs.iter())
        .filter(|expr| matches!(expr.kind, ExprKind::Call(_)))
        .map(|expr| &bytes[expr.span.range()])
        .collect()
}

#[test]
fn offsets_count_bytes() {
    let text = "\u{feff}#!/usr/bin/env x\r\n// \u{1F600}\r\nfn f() {\r\n  let \u{e9}t\u{e9} = \"\u{1F600}\"; g(\u{e9}t\u{e9}).h();\r\n}\r\n";
    let module = parse(text.as_bytes());
    assert_eq!(module.unread, []);
    assert_eq!(
        calls(&module, text.as_bytes()),
        [
            "g(\u{e9}t\u{e9})".as_bytes(),
            "g(\u{e9}t\u{e9}).h()".as_bytes()
        ]
    );
    assert_eq!(comments(&module, text.as_bytes()), ["// \u{1F600}"]);
    let statement = &module.body.statements[0];
    assert!(matches!(statement.kind, StatementKind::Function(_)));
    assert!(text[statement.span.range()].starts_with("fn f()"));
    assert!(text[statement.span.range()].ends_with('}'));
}

#[test]
fn invalid_bytes_keep_offsets() {
    let bytes = b"// \xff\xfe\xe9\nfn f() { g(\"\xff\"); h() }";
    let module = parse(bytes);
    assert_eq!(module.unread, []);
    assert_eq!(calls(&module, bytes), [b"g(\"\xff\")".as_slice(), b"h()"]);
}

#[test]
fn comments_are_exact() {
    let text = "#![allow(x)]\n//! a\n/* b /* c */ d */ fn f<'a>(x: &'a str) -> char { // e\n\
                let y = r#\"// no \" /* no */\"#; let z = \"\\\"// no\"; '/' /* g */; '\"'; '\\''; b'\"'; /* h */\n\
                r\"\\\"; /** i */ fn r#loop() {} br##\"// \"# no\"##; c\"// no\"; 'x' } /// j\nfn k() {} // l";
    let module = parse(text.as_bytes());
    assert_eq!(module.unread, []);
    assert_eq!(
        comments(&module, text.as_bytes()),
        [
            "//! a",
            "/* b /* c */ d */",
            "// e",
            "/* g */",
            "/* h */",
            "/** i */",
            "/// j",
            "// l"
        ]
    );
}
