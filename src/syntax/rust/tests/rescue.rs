//! Broken files keep what is whole in them.

use super::super::super::ir::Module;
use super::{parse, print};

fn rescued(text: &str) -> (String, Vec<String>, Module) {
    let module = parse(text.as_bytes());
    let unread = (module.unread.iter())
        .map(|unread| text[unread.span.range()].to_owned())
        .collect();
    (print::block(&module, &module.body), unread, module)
}

#[test]
fn a_missing_brace() {
    let (read, unread, _) = rescued("use a::b;\nfn f() { if x { g(); }\nfn h() { i() }\n");
    assert!(read.contains("(use a.b b)"), "{read}");
    assert!(read.contains("(fn h () => (i))"), "{read}");
    assert!(!unread.is_empty());
}

#[test]
fn half_a_call() {
    let text = "struct S;\nimpl T for S {\n  fn a(&self) { b() }\n  fn c() { d(x, \n  }\n  #[test] fn e(self) { g() }\n}\nfn z() { y() }";
    let (read, unread, module) = rescued(text);
    assert!(read.contains("(impl S:T {(fn a () => (b))})"), "{read}");
    assert!(read.contains("(fn z () => (y))"), "{read}");
    assert!(
        read.contains("(impl S:T {(#test fn e () => (g))})"),
        "{read}"
    );
    assert_eq!(module.test_spans.len(), 1);
    assert!(
        unread.iter().any(|region| region.contains("d(x")),
        "{unread:?}"
    );
    assert!(
        !unread.iter().any(|region| region.contains("fn z")),
        "{unread:?}"
    );
}

#[test]
fn a_truncated_file() {
    let text =
        "#[cfg(test)]\nmod m {\n  use a::b;\n  impl S {\n    fn c(&self) { d() }\n    fn e() { f(";
    let (read, unread, module) = rescued(text);
    assert!(read.contains("(mod m (use a.b b))"), "{read}");
    assert!(
        read.contains("(mod m (impl S: {(fn c () => (d))}))"),
        "{read}"
    );
    assert_eq!(module.test_spans.len(), 2);
    assert!(
        unread.iter().any(|region| region.contains("fn e")),
        "{unread:?}"
    );
}

#[test]
fn merge_conflicts_keep_the_first_side() {
    let text = "fn f() {\n<<<<<<< HEAD\n  a();\n||||||| base\n  b();\n=======\n  c();\n>>>>>>> other\n}\n// \u{e9}\nfn g() { h() }";
    let (read, unread, module) = rescued(text);
    assert_eq!(read, "(fn f () (a)) (fn g () => (h))");
    assert_eq!(
        unread,
        ["||||||| base\n  b();\n=======\n  c();\n>>>>>>> other"]
    );
    let call = module
        .exprs
        .iter()
        .rfind(|expr| &text[expr.span.range()] == "h()");
    assert!(call.is_some());
}

#[test]
fn places_of_rescued_items() {
    let text = "fn broken( {\n// \u{1F600}\nimpl S { fn a() { b(\"\u{e9}\", c) } }\n";
    let (_, _, module) = rescued(text);
    assert!(
        (module.exprs.iter()).any(|expr| &text[expr.span.range()] == "b(\"\u{e9}\", c)"),
        "{:?}",
        module.exprs
    );
}
