//! What each construct becomes.

use super::{body, parse, printed};

#[test]
fn paths_and_calls() {
    for (text, expected) in [
        ("a::b::<T>(c)", "=> (a.b<T> c)"),
        ("Vec::<u8>::new()", "=> (Vec.new)"),
        ("Self::x(self)", "=> (Self.x this)"),
        ("crate::a()", "=> (crate.a)"),
        ("super::a::b", "=> super.a.b"),
        ("<T as Tr>::f(1)", "=> (T.f 1)"),
        ("<a::T<u8>>::f()", "=> (a.T.f)"),
        ("::a::b()", "=> (a.b)"),
        ("x.parse::<u64>(&mut y)", "=> (x.parse<u64> y)"),
        ("r#type.a().b.0", "=> (type.a).b.0"),
        ("x?.await", "=> (await (? x))"),
        ("*x as u8", "=> (as x u8)"),
        ("(!x, -1, -x)", "=> [(not x) -1 (unknown x)]"),
        ("v[0..n]", "=> v[(unknown 0 n)]"),
        ("None", "=> null"),
        (
            "a == b && c != d || e < f",
            "=> (or (and (== a b) (!= c d)) (<> e f))",
        ),
        ("a + &b", "=> (+ a b)"),
        ("a - b(c)", "=> (unknown a (b c))"),
    ] {
        assert_eq!(body(text), expected, "{text}");
    }
}

#[test]
fn literals() {
    for (text, expected) in [
        (r#""a\n""#, r#"=> "a\n""#),
        (r##"r#"a"b"#"##, r#"=> "a\"b""#),
        (r#"b"ab""#, r#"=> "ab""#),
        (r#"c"ab""#, r#"=> "ab""#),
        ("'x'", r#"=> "x""#),
        ("0xff_u64", "=> 255"),
        ("1.5e3f64", "=> 1500"),
        ("true", "=> true"),
        ("()", "=> null"),
        ("[a, (b, 1)]", "=> [a [b 1]]"),
        ("[0; 32]", "=> (unknown 0 32)"),
        (
            "S { a, b: 1, ..Default::default() }",
            "=> (new S a:a b:1 ..:(Default.default))",
        ),
        ("m::S { 0: x }", "=> (new m.S 0:x)"),
    ] {
        assert_eq!(body(text), expected, "{text}");
    }
}

#[test]
fn control_flow() {
    for (text, expected) in [
        (
            "if a { b } else if c { d } else { e }",
            "=> (if a [=> b] [=> (if c [=> d] [=> e])])",
        ),
        (
            "if let Some(x) = y { x; }",
            "=> (if y [(let Some(x) y) x] [])",
        ),
        (
            "if a && let Ok(x) = y { x }",
            "=> (if (and a y) [(let Ok(x) y) => x] [])",
        ),
        (
            "let Some(x) = y else { return; };",
            "(let Some(x) y) (if (unknown ) [(return )] [])",
        ),
        (
            "while let Some(x) = y.next() { continue }",
            "(loop  (y.next) [(let Some(x) (y.next)) (jump)])",
        ),
        ("for (a, b) in &c { break; }", "(loop [a b] c [(jump)])"),
        ("loop { x() }", "(loop   [=> (x)])"),
        ("return Err(x);", "(return (Err x))"),
        (
            "x.unwrap_or_else(|| return)",
            "=> (x.unwrap_or_else (fn  () (return )))",
        ),
        (
            "let x: Option<u64> = unsafe { f() };",
            "(let x:Option<u64> (block => (f)))",
        ),
        ("async move { x.await }", "=> (block => (await x))"),
        (
            "x = 1; *x.y += 2; v[0] = 3; *f() = 4;",
            "(set x 1) (update x.y 2) (set v[0] 3) (unknown (f) 4)",
        ),
        ("(a, _) = b;", "(set [a _] b)"),
        (
            "match x { Ok(a) if a > 1 => a, A::B | \"s\" => 2, NONE => panic!(\"no\"), _ => return }",
            "=> (match x (|Ok(a) if (<> a 1) [=> a]) (A.B \"s\"| [=> 2]) \
             (NONE| [(throw (panic! \"no\"))]) (| [(return )]))",
        ),
        (
            "|a: u8, (b, c)| -> u8 { a }",
            "=> (fn  (a:u8 [b c]) ->u8 => a)",
        ),
        ("let S { a, b: ref c, .. } = d;", "(let {a:a b:c} d)"),
        ("let [a, .., z] = d;", "(let [a ..(z)] d)"),
        ("let (x | x, y @ 1) = d;", "(let [x y] d)"),
    ] {
        assert_eq!(body(text), expected, "{text}");
    }
}

#[test]
fn imports() {
    for (text, expected) in [
        (
            "use a::{self, b::C as D, e::*};",
            "(use a a) (use a.b.C D) (use a.e *)",
        ),
        ("use a as b; use c;", "(use a b) (use c c)"),
        (
            "use b::c; use a as b; fn f() { use b::d; }",
            "(use a.c c) (use a b) (fn f () (use a.d d))",
        ),
        (
            "use crate::a::b; use super::super::c; use self::d;",
            "(use crate.a.b b) (use super.super.c c) (use self.d d)",
        ),
        (
            "use {a, b::c}; use ::d::e as _;",
            "(use a a) (use b.c c) (use d.e _)",
        ),
        (
            "extern crate a as b; extern crate c;",
            "(use a b) (use c c)",
        ),
        ("mod a;", "(use self.a a)"),
        ("fn f() { use a::b; }", "(fn f () (use a.b b))"),
    ] {
        assert_eq!(printed(text), expected, "{text}");
    }
}

#[test]
fn items() {
    for (text, expected) in [
        (
            "#[derive(Debug)] struct S { #[serde(default = \"d\")] a: Option<u64>, b: &'static str }",
            "(class #(derive Debug) S {#(serde default=\"d\") field a :Option<u64>} {field b :str})",
        ),
        (
            "struct S(a::B, [u8; 2]);",
            "(class S {field 0 :a.B} {field 1 :[u8 ; 2]})",
        ),
        (
            "enum E { A, #[x] B(u8) }",
            "(class E {static variant A} {#x static variant B})",
        ),
        (
            "trait T { const C: u8 = 1; fn a(&self); fn b() { c() } }",
            "(class T {static field C 1:u8} {static (fn b () => (c))})",
        ),
        (
            "impl<T> a::Tr<T> for b::S<T> { const C: u8 = 1; fn new(x: u8) -> Self { x } fn m(&self, y: T) {} }",
            "(impl S:a.Tr<T> {static field C 1:u8} {static (fn new (x:u8) ->Self => x)} {(fn m (y:T) )})",
        ),
        (
            "const A: &str = \"k\"; static mut B: u8 = 1;",
            "(let A:str \"k\") (let B:u8 1)",
        ),
        ("const _: () = f();", "(let _:() (f))"),
        ("mod m { fn f() {} }", "(mod m (fn f () ))"),
        ("type A = b::C<u8>; type D = (u8, u8);", "(let A b.C)"),
        (
            "fn f(x: impl Fn(u8) -> u8, y: Box<dyn A>) {}",
            "(fn f (x:impl Fn (u8) -> u8 y:Box<dyn A>) )",
        ),
        (
            "#[get(\"/a\", data = \"<x>\", y(z = 1))] #[a::b] async fn f() {}",
            "(#(get \"/a\" data=\"<x>\" (y z=1)) #a.b fn f () )",
        ),
        (
            "#[serde(crate = \"x\", a)] /// doc\nfn f() {}",
            "(#(serde crate=\"x\" a) fn f () )",
        ),
        ("#[path = \"x\"] fn f() {}", "(#(path \"x\") fn f () )"),
    ] {
        assert_eq!(printed(text), expected, "{text}");
    }
}

#[test]
fn macros() {
    for (text, expected) in [
        ("env!(\"X\")", "=> (env! \"X\")"),
        ("std::env!(\"X\", a)", "=> (std.env! \"X\" a)"),
        ("vec![a, b]", "=> [a b]"),
        ("vec![a; 2]", "=> (unknown a 2)"),
        (
            "format!(\"{{a}} {} {x} {1:?} {y}z\", p, q, y = w)",
            "=> (template \"{a} \" p \" \" x \" \" q \" \" w \"z\")",
        ),
        ("println!(\"{}\", a);", "(println! \"{}\" a)"),
        (
            "log::info!(\"t {token} {}\", a);",
            "(log.info! (template \"t \" token \" \") a)",
        ),
        (
            "info!(user = %u.name, ?x, \"m\");",
            "(info! user=u.name x \"m\")",
        ),
        ("panic!(\"x\");", "(throw (panic! \"x\"))"),
        ("anyhow::bail!(x)", "(throw (anyhow.bail! x))"),
        (
            "serde_json::json!({\"a\": [1, null, b.c()], k: {\"d\": x}})",
            "=> {a:[1 null (b.c)] [k]:{d:x}}",
        ),
        ("json!([true])", "=> [true]"),
        ("matches!(x, A::B | A::C)", "=> (or (== x A.B) (== x A.C))"),
        ("matches!(x, Some(_) if y)", "=> (unknown x y)"),
        (
            "lazy_static! { static ref A: u8 = f(); pub static ref B: C = g; }",
            "(let A:u8 (f)) (let B:C g)",
        ),
        ("thread_local!(static A: u8 = 1);", "(let A:u8 1)"),
        (
            "cfg_if! { if #[cfg(unix)] { use a::b; } else { c(); } }",
            "(use a.b b) (c)",
        ),
        ("select! { x = a() => { b(x); } }", "(b x)"),
        ("m! { fn g() {} }", "(fn g () )"),
        ("m! { let a = 1; a }", "(let a 1) => a"),
        ("m!(a => b)", "=> (m!)"),
        ("x(m!(a, b = 1))", "=> (x (m! a b=1))"),
    ] {
        assert_eq!(body(text), expected, "{text}");
    }
    assert_eq!(printed("macro_rules! m { (a) => { f() } }"), "");
    assert_eq!(
        printed("lazy_static! { static ref A: u8 = f(); }"),
        "(let A:u8 (f))"
    );
}

#[test]
fn tests_are_marked() {
    let text = "#[cfg(test)] mod a {}\n#[tokio::test] async fn b() {}\n#[cfg(all(unix, test))] fn c() {}\n\
                #[cfg(not(test))] fn d() {}\n#[cfg(feature = \"test\")] fn e() {}\nimpl S { #[test] fn g() {} }";
    let module = parse(text.as_bytes());
    let marked: Vec<_> = (module.test_spans.iter())
        .map(|span| &text[span.range()])
        .collect();
    assert_eq!(
        marked,
        [
            "#[cfg(test)] mod a {}",
            "#[tokio::test] async fn b() {}",
            "#[cfg(all(unix, test))] fn c() {}",
            "#[test] fn g() {}",
        ]
    );
    assert!(module.unbound_names_are_packages);
    assert_eq!(parse(b"#![cfg(test)] fn f() {}").test_spans.len(), 1);
    let development = |text: &[u8]| parse(text).development_spans.len();
    assert_eq!(development(b"#[cfg(debug_assertions)] const A: u8 = 1;"), 1);
    assert_eq!(
        development(b"#[cfg(not(debug_assertions))] const A: u8 = 1;"),
        0
    );
    assert_eq!(
        development(b"#[cfg(any(x, debug_assertions))] const A: u8 = 1;"),
        0
    );
}
