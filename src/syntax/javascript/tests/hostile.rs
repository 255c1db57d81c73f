//! Input that is broken, cut off or nested without end: nothing panics, overflows or is lost in silence.

use super::super::super::bounds::{Limits, on_big_stack};
use super::super::super::ir::{ExprKind, Module, StatementKind};
use super::{Dialect, lower, parse, print, source};

const DIALECTS: [Dialect; 3] = [Dialect::JavaScript, Dialect::TypeScript, Dialect::Tsx];

fn survives(bytes: &[u8]) -> Vec<Module> {
    on_big_stack(1, || {
        DIALECTS
            .map(|dialect| parse(&source(bytes), dialect, &Limits::default()))
            .into()
    })
    .expect("a thread")
}

#[test]
fn endless_nesting_is_cut_and_reported_once() {
    for code in [
        "a+".repeat(50_000) + "a",
        "[".repeat(20_000) + &"]".repeat(20_000),
        "a".to_owned() + &".then(x => x)".repeat(5_000),
        "f(".repeat(5_000) + &")".repeat(5_000),
        "{".repeat(5_000) + &"}".repeat(5_000),
        "if (a) b; else ".repeat(5_000) + "c",
        "f(() => {".repeat(3_000) + &"})".repeat(3_000),
        "class A { m() {".repeat(3_000) + &"}}".repeat(3_000),
        "let ".to_owned() + &"[{a: ".repeat(3_000) + "b" + &"}]".repeat(3_000) + " = c",
        "f(`${".repeat(3_000) + "a" + &"}`)".repeat(3_000),
        "a = ".repeat(5_000) + "b",
        "a ? b : ".repeat(5_000) + "c",
        "!".repeat(5_000) + "a",
        "for (;;) try { ".repeat(3_000) + &"} finally {}".repeat(3_000),
    ] {
        for module in survives(code.as_bytes()) {
            let reasons: Vec<_> = module.unread.iter().map(|unread| &unread.reason).collect();
            assert_eq!(reasons, ["nested too deeply"], "{}", &code[..20]);
        }
    }
}

#[test]
fn endless_types_and_markup_are_cut() {
    let types = "let a: ".to_owned() + &"A<".repeat(3_000) + "A" + &"> ".repeat(3_000);
    let markup = "x(".to_owned() + &"<A b={".repeat(3_000) + "1" + &"}/>".repeat(3_000) + ")";
    for (dialect, code) in [(1, types), (2, markup)] {
        let module = &survives(code.as_bytes())[dialect];
        assert_eq!(module.unread.len(), 1);
        assert_eq!(module.unread[0].reason, "nested too deeply");
    }
    let dots = format!("namespace a{} {{}}", ".b".repeat(50_000));
    assert_eq!(survives(dots.as_bytes())[1].body.statements.len(), 1);
}

#[test]
fn endless_broken_nesting_is_reported() {
    for code in [
        "(".repeat(100_000),
        "a+".repeat(50_000),
        "[".repeat(20_000),
        "`${".repeat(10_000),
        "class A{m(){".repeat(5_000),
        "<a>".repeat(10_000),
    ] {
        for module in survives(code.as_bytes()) {
            assert!(!module.unread.is_empty());
            assert!(module.unread.len() <= 22, "{}", module.unread.len());
        }
    }
}

#[test]
fn random_bytes_are_survived() {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let alphabet = b"(){}[]<>`'\"/\\$:;,.=+-*@#!? \n\r\t\0\xff\xc3\xa9aclstnew01";
    for round in 0..60 {
        let bytes: Vec<u8> = (0..600)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let byte = (state >> 32) as u8;
                if round % 2 == 0 {
                    byte
                } else {
                    alphabet[byte as usize % alphabet.len()]
                }
            })
            .collect();
        survives(&bytes);
    }
}

#[test]
fn files_cut_anywhere_are_survived() {
    let code = "import a from 'b'; @D() export class X<T> extends y(Z) { #p = 1; static get [k]() { \
        return `a${b}\\u{61}` } constructor(private q?: R<S>) { super({ ...c, d: [e, ...f] }) } }\n\
        switch (g) { case 1: default: for (const { h, i: [j = 2] = [] } of k) try { l?.m!(n as o) } \
        catch ({ p }) { } finally { } } enum E { A = '\\x41' } /* \u{e9} */ const t = <T,>(x: T) => x;";
    for end in 0..code.len() {
        survives(&code.as_bytes()[..end]);
    }
}

#[test]
fn what_is_around_and_inside_an_error_is_kept() {
    let modules = survives(
        b"before(1); const x = { a: f(2) b }; g(3 4); class C { m() { h(5) } ~ } after(6);",
    );
    for module in modules {
        assert!(!module.unread.is_empty());
        assert!(
            module
                .unread
                .iter()
                .all(|unread| unread.reason == "syntax error")
        );
        let numbers = |wanted: f64| {
            module
                .exprs
                .iter()
                .any(|expr| matches!(expr.kind, ExprKind::Number(number) if number == wanted))
        };
        for wanted in 1..=6 {
            assert!(numbers(f64::from(wanted)), "{wanted}");
        }
    }
}

#[test]
fn errors_are_capped() {
    let module = &survives("let = = ;\nok(1);\n".repeat(200).as_bytes())[0];
    assert_eq!(module.unread.len(), 20);
}

#[test]
fn offsets_are_those_of_the_file() {
    for (code, start) in [
        ("\u{feff}a = 1", 3),
        ("#!/bin/x\r\na = 1", 10),
        ("\u{feff}#!x\na", 7),
    ] {
        let module = lower(Dialect::TypeScript, code);
        assert_eq!(module.body.statements[0].span.start, start, "{code:?}");
    }
}

#[test]
fn invalid_utf8_is_kept_apart() {
    for module in survives(b"const a = '\xff\xfe'; f(a)") {
        let StatementKind::Assign(assignment) = &module.body.statements[0].kind else {
            panic!("not a declaration");
        };
        let value = module.expr(assignment.value.expect("a value"));
        let ExprKind::Text(literal) = &value.kind else {
            panic!("not a string");
        };
        assert_eq!(literal.reveal(), "\u{fffd}\u{fffd}");
        assert_eq!(value.span.range(), 10..14);
    }
}

#[test]
fn an_empty_file_is_empty() {
    assert_eq!(print(Dialect::JavaScript, ""), "");
    assert_eq!(print(Dialect::Tsx, "\u{feff}"), "");
}

#[test]
fn a_timeout_covers_the_file() {
    let limits = Limits {
        parse_time: std::time::Duration::ZERO,
        ..Limits::default()
    };
    let code = "f(1);\n".repeat(10_000);
    let module = parse(&source(code.as_bytes()), Dialect::JavaScript, &limits);
    assert_eq!(module.unread.len(), 1);
    assert_eq!(module.unread[0].span.range(), 0..code.len());
    assert_eq!(module.unread[0].reason, "parsing took longer than 0 s");
}
