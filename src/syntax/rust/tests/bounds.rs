//! Hostile input ends in a note, never in an abort.

use super::super::token_path::scan;
use super::parse;

const REPETITIONS: usize = 100_000;

fn nested(before: &str, repeated: &str, after: &str) -> String {
    format!("{before}{}{after}", repeated.repeat(REPETITIONS))
}

#[test]
fn nesting_is_refused() {
    let types = [
        "Vec<",
        "&",
        "fn()->",
        "for<'a,'b> fn(&'a u8)->",
        "Box<dyn Fn()->",
        "<T as A<",
        "A<{},",
    ];
    let exprs = [
        "!",
        "&",
        "(",
        "[",
        "{",
        "||",
        "|a,b|",
        "|a||a,b|",
        "0||a,b|",
        "#[a]|x,y|",
        "g(",
        "if a {",
        "S{a:",
        "-",
        "return ",
        "x=",
        "|S{},b|",
        "a..",
        "match x {_=>",
        "for S{} in ",
        "m!(",
        "x.y(|a|",
        "move |a,b|",
        "b\"a\"+",
        "{} |a,b|",
        "if x{} else ",
    ];
    let uses = ["a::", "a::{", "{"];
    let items = [
        "mod a{",
        "fn f(){",
        "impl A {fn f() {",
        "trait A {fn a() {",
        "struct A { a: [u8; {",
    ];
    let texts = (types.iter().map(|it| nested("type A = ", it, ";")))
        .chain(exprs.iter().map(|it| nested("fn f() { ", it, "}")))
        .chain(uses.iter().map(|it| nested("use ", it, ";")))
        .chain(items.iter().map(|it| nested("", it, "")));
    for text in texts {
        let found = scan(text.as_bytes());
        let head = &text[..40];
        assert!(found.refusal().is_some(), "{head}: {}", found.longest_path);
        let module = parse(text.as_bytes());
        assert_eq!(module.unread[0].reason, "nested too deeply", "{head}");
    }
}

#[test]
fn what_is_just_within_the_bound_is_read() {
    for repeated in [
        "(",
        "{",
        "!",
        "Some(",
        "||",
        "vec![",
        "json!([",
        "if a {",
        "match x { _ => ",
        "S{a:",
        "async {",
    ] {
        let close: String = (repeated.chars().rev())
            .filter_map(|it| match it {
                '(' => Some(')'),
                '[' => Some(']'),
                '{' => Some('}'),
                _ => None,
            })
            .collect();
        for count in [300, 600, 990, 1_900] {
            let text = format!(
                "fn f() {{ {}x{} }}",
                repeated.repeat(count),
                close.repeat(count)
            );
            parse(text.as_bytes());
        }
    }
    for repeated in ["Vec<", "fn()->", "&", "Box<dyn Fn()->"] {
        for count in [300, 600, 900, 1_900] {
            let close = ">".repeat(repeated.matches('<').count() * count);
            let text = format!("fn f() -> {}u8{close} {{}}", repeated.repeat(count));
            parse(text.as_bytes());
        }
    }
}

#[test]
fn ordinary_code_is_far_below() {
    let arms = "A | B if x < 5 => f(a, |b, c| d),\n".repeat(1_000);
    let text = format!(
        "enum E {{ {} }} const T: [u8; 9] = [{}]; fn f() {{ match x {{ {arms} }} }} {}",
        "A = 1 << 2, ".repeat(1_000),
        "A | B, a < b, (1, 2), ".repeat(10),
        "fn g<T: A<B>>(x: Vec<u8>) -> Result<A, B> { if a < b { return c || d; } e() }\n"
            .repeat(1_000),
    );
    let found = scan(text.as_bytes());
    assert!(found.longest_path < 200, "{}", found.longest_path);
}

#[test]
fn macros_within_macros_are_bounded() {
    let text = format!("fn f() {{ {}{} }}", "m!(a, ".repeat(40), ")".repeat(40));
    let module = parse(text.as_bytes());
    assert_eq!(module.unread.len(), 1);
    assert_eq!(module.unread[0].reason, "macros nested too deeply");
}

#[test]
fn a_long_number_is_refused() {
    let module = parse(format!("const A: u8 = 0x{};", "f".repeat(REPETITIONS)).as_bytes());
    assert_eq!(module.unread[0].reason, "a number is too long");
}

/// Fragments that leave something open; any of them may follow any other.
const FRAGMENTS: &[&str] = &[
    "(",
    "[",
    "{",
    "|a,b|",
    "||",
    "|",
    "!",
    "&",
    "*",
    "-",
    "a",
    "a::",
    "A<",
    "<A as ",
    "<",
    ">",
    ",",
    ";",
    "=",
    "=>",
    "->",
    "fn()->",
    "dyn ",
    "impl ",
    "for<'a,'b> ",
    "Fn(A,B)->",
    "if ",
    "if let S{} = ",
    "match ",
    "match x {",
    "_ =>",
    "{}",
    "S{}",
    "S{a:",
    "for ",
    "in ",
    "while ",
    "loop ",
    "return ",
    "break 'a ",
    "move ",
    "async ",
    "unsafe ",
    "else ",
    "as ",
    ".",
    ".a",
    "?",
    "..",
    "+",
    "&&",
    "==",
    "<<",
    ">>",
    "#[a]",
    "#[a(",
    "m!(",
    "m!{",
    "vec![",
    "let a = ",
    "let x: ",
    "use a::{",
    "mod a {",
    "fn f() {",
    "fn f(a: ",
    "impl A for B {",
    "trait T {",
    "struct S {",
    "1",
    "\"a\"",
    "'a",
    "'a: ",
    "const ",
    "static ",
    "where A: ",
    ")",
    "]",
    "}",
    "0|",
    "a,",
    "box ",
    "mut ",
    "ref ",
    "yield ",
    "a[0]|",
    "@",
    "&raw const ",
    "&mut ",
    "&'a ",
    "pub(crate) ",
    "x: ",
    "[u8; ",
    "type A = ",
    "enum E { A(",
];

/// Repeated random nestings of grammar: when the bound misses one, this test overflows its stack.
#[test]
fn random_nesting_never_overflows() {
    const ROUNDS: usize = 60;
    let mut random = generator(1);
    let openings = [
        "",
        "fn f() { ",
        "type A = ",
        "fn f() -> ",
        "const A: u8 = ",
        "use ",
        "fn f() { let ",
        "fn f() { match x { ",
    ];
    for _ in 0..ROUNDS {
        let unit: String = (0..1 + random() % 6)
            .map(|_| FRAGMENTS[random() % FRAGMENTS.len()])
            .collect();
        let opening = openings[random() % openings.len()];
        let text = format!("{opening}{}", unit.repeat(20_000));
        if scan(text.as_bytes()).refusal().is_none() {
            // Only balanced text gets past the lexer.
            parse(balanced(&text).as_bytes());
        }
    }
}

/// The text with every bracket closed that is open at its end.
fn balanced(text: &str) -> String {
    let mut closers = Vec::new();
    let mut result = String::with_capacity(text.len() * 2);
    for character in text.chars() {
        match character {
            '(' => closers.push(')'),
            '[' => closers.push(']'),
            '{' => closers.push('}'),
            ')' | ']' | '}' if closers.last() != Some(&character) => continue,
            ')' | ']' | '}' => {
                closers.pop();
            }
            _ => {}
        }
        result.push(character);
    }
    result.extend(closers.iter().rev());
    result
}

fn generator(seed: u64) -> impl FnMut() -> usize {
    let mut state = 0x2545_f491_4f6c_dd1d_u64 ^ seed;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as usize
    }
}

#[test]
fn any_bytes_end_in_a_module() {
    let mut random = generator(0);
    let words = [
        "fn ",
        "f",
        "(",
        ")",
        "{",
        "}",
        "<",
        ">",
        ",",
        ";",
        "impl ",
        "S",
        "\"",
        "'",
        "r#\"",
        "//",
        "/*",
        "\n",
        "\u{e9}",
        "!",
        "|",
        "=",
        "[",
        "]",
        "#",
        "mod ",
        "a",
        "<<<<<<< a\n",
        "=======\n",
        ">>>>>>> b\n",
        "json!",
        "match ",
        "=>",
        "1",
        "use ",
        "::",
        "let ",
        "format!(\"{",
        "\u{feff}",
    ];
    for round in 0..400 {
        let bytes: Vec<u8> = if round % 2 == 0 {
            (0..random() % 400).map(|_| random() as u8).collect()
        } else {
            let text: String = (0..random() % 200)
                .map(|_| words[random() % words.len()])
                .collect();
            text.into_bytes()
        };
        parse(&bytes);
    }
    for bytes in [
        b"".as_slice(),
        b"\xEF\xBB\xBF",
        b"#!",
        b"'",
        b"\"\\",
        b"r#",
        b"b'",
        b"/*",
        b"'\\",
        b"1.",
        b"\0",
    ] {
        parse(bytes);
    }
}
