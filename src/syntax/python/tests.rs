//! Python in, S-expressions of the IR out; and hostile files.

use std::path::PathBuf;

use super::parse;
use crate::source::{SourceFile, Span};
use crate::syntax::bounds::{Limits, on_big_stack};
use crate::syntax::ir::*;

fn file(bytes: &[u8]) -> SourceFile {
    SourceFile::new("a.py".into(), PathBuf::from("a.py"), bytes.to_vec())
}

fn module(bytes: &[u8]) -> Module {
    let bytes = bytes.to_vec();
    on_big_stack(1, move || parse(&file(&bytes), &Limits::default())).unwrap()
}

fn show(code: &str) -> String {
    let module = module(code.as_bytes());
    assert_eq!(module.unread, [], "{code}");
    Printer(&module).block(&module.body)
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (code, expected) in cases {
        assert_eq!(show(code), *expected, "{code}");
    }
}

struct Printer<'a>(&'a Module);

impl Printer<'_> {
    fn block(&self, block: &Block) -> String {
        let mut parts: Vec<String> = block.statements.iter().map(|s| self.statement(s)).collect();
        parts.extend(block.tail.map(|tail| format!("=> {}", self.expr(tail))));
        parts.join("; ")
    }

    fn statement(&self, statement: &Statement) -> String {
        match &statement.kind {
            StatementKind::Import(imports) => {
                let shown: Vec<String> = imports.iter().map(import).collect();
                format!("(import {})", shown.join(" "))
            }
            StatementKind::Expr(value) => self.expr(*value),
            StatementKind::Assign(assignment) => self.assignment(assignment),
            StatementKind::Function(id) => self.function(*id),
            StatementKind::Class(id) => self.class(*id),
            StatementKind::Return(value) => format!("(return{})", self.optional(*value)),
            StatementKind::Throw(value) => format!("(throw{})", self.optional(*value)),
            StatementKind::Loop(turn) => {
                let target = turn
                    .target
                    .as_ref()
                    .map_or(String::new(), |t| self.target(t));
                let word = if turn.iterates { "for" } else { "while" };
                let over = self.optional(turn.over);
                format!("({word} {target}{over} {{{}}})", self.block(&turn.body))
            }
            StatementKind::Jump => "jump".into(),
            other => format!("{other:?}"),
        }
    }

    fn assignment(&self, assignment: &Assignment) -> String {
        let operator = match assignment.operator {
            AssignOperator::Set => "=",
            AssignOperator::Update => "+=",
            AssignOperator::Default => "?=",
        };
        assert!(!assignment.declares);
        let annotation = annotation(&assignment.annotation);
        let target = self.target(&assignment.target);
        let value = self.optional(assignment.value);
        format!("({operator} {target}{annotation}{value})")
    }

    fn target(&self, target: &Target) -> String {
        match target {
            Target::Name(name) => name.text.clone(),
            Target::Place(place) => self.expr(*place),
            Target::Nothing => "nothing".into(),
            Target::Elements(elements) => {
                let shown: Vec<String> = elements
                    .iter()
                    .map(|e| e.as_ref().map_or("_".into(), |e| self.target(e)))
                    .collect();
                format!("[{}]", shown.join(" "))
            }
            Target::Members { members, rest } => {
                let mut shown: Vec<String> = members
                    .iter()
                    .map(|m| format!("{}:{}", m.member.text, self.target(&m.target)))
                    .collect();
                shown.extend(rest.iter().map(|rest| format!("**{}", self.target(rest))));
                format!("{{{}}}", shown.join(" "))
            }
            Target::Wrapped { constructor, inner } => {
                let shown: Vec<String> = inner.iter().map(|i| self.target(i)).collect();
                format!("{constructor}({})", shown.join(" "))
            }
        }
    }

    fn optional(&self, value: Option<ExprId>) -> String {
        value.map_or(String::new(), |value| format!(" {}", self.expr(value)))
    }

    fn all(&self, values: &[ExprId]) -> String {
        values
            .iter()
            .map(|v| format!(" {}", self.expr(*v)))
            .collect()
    }

    fn expr(&self, id: ExprId) -> String {
        match &self.0.expr(id).kind {
            ExprKind::Name(name) => name.clone(),
            ExprKind::This => "this".into(),
            ExprKind::Super => "super".into(),
            ExprKind::Text(text) => format!("{:?}", text.reveal()),
            ExprKind::Template(parts) => format!("(template{})", self.all(parts)),
            ExprKind::Number(number) => number.to_string(),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Null => "null".into(),
            ExprKind::List(items) => {
                let shown: Vec<String> = items
                    .iter()
                    .map(|i| format!("{}{}", if i.spread { "*" } else { "" }, self.expr(i.value)))
                    .collect();
                format!("[{}]", shown.join(" "))
            }
            ExprKind::Map(entries) => {
                let shown: Vec<String> = entries
                    .iter()
                    .map(|entry| {
                        let value = self.expr(entry.value);
                        match &entry.key {
                            Key::Name(name) => format!("{}: {value}", name.text),
                            Key::Computed(key) => format!("[{}]: {value}", self.expr(*key)),
                            Key::Spread => format!("**{value}"),
                        }
                    })
                    .collect();
                format!("{{{}}}", shown.join(", "))
            }
            ExprKind::Member { object, name } => format!("{}.{}", self.expr(*object), name.text),
            ExprKind::Index { object, index } => {
                format!("{}[{}]", self.expr(*object), self.expr(*index))
            }
            ExprKind::Call(call) => {
                let mut shown = format!("(call {}", self.expr(call.callee));
                for argument in &call.arguments {
                    let value = self.expr(argument.value);
                    shown += &match &argument.kind {
                        ArgumentKind::Positional => format!(" {value}"),
                        ArgumentKind::Named(name) => format!(" {}={value}", name.text),
                        ArgumentKind::Spread => format!(" *{value}"),
                        ArgumentKind::NamedSpread => format!(" **{value}"),
                    };
                }
                shown + ")"
            }
            ExprKind::Function(id) => self.function(*id),
            ExprKind::Class(id) => self.class(*id),
            ExprKind::Assign(assignment) => self.assignment(assignment),
            ExprKind::Compare {
                operator,
                left,
                right,
            } => {
                let operator = match operator {
                    Comparison::Equal { negated: false } => "==",
                    Comparison::Equal { negated: true } => "!=",
                    Comparison::Order => "<>",
                    Comparison::In { negated: false } => "in",
                    Comparison::In { negated: true } => "not-in",
                    Comparison::Instance => "instance",
                };
                format!("({operator}{})", self.all(&[*left, *right]))
            }
            ExprKind::Add(left, right) => format!("(+{})", self.all(&[*left, *right])),
            ExprKind::Logical {
                operator,
                left,
                right,
            } => format!("({operator:?}{})", self.all(&[*left, *right])),
            ExprKind::Not(value) => format!("(not {})", self.expr(*value)),
            ExprKind::If(choice) => format!(
                "(if {} {{{}}} {{{}}})",
                self.expr(choice.condition),
                self.block(&choice.then),
                self.block(&choice.otherwise)
            ),
            ExprKind::Match(choice) => {
                let mut shown = format!("(match {}", self.expr(choice.subject));
                for arm in &choice.arms {
                    let pattern = arm.pattern.as_ref().map_or(String::new(), |pattern| {
                        format!(" as {}", self.target(pattern))
                    });
                    let guard = arm
                        .guard
                        .map_or(String::new(), |guard| format!(" if {}", self.expr(guard)));
                    shown += &format!(
                        " (case{}{pattern}{guard} {{{}}})",
                        self.all(&arm.cases),
                        self.block(&arm.body)
                    );
                }
                shown + ")"
            }
            ExprKind::Block(block) => format!("{{{}}}", self.block(block)),
            ExprKind::Try(attempt) => {
                let mut shown = format!("(try {{{}}}", self.block(&attempt.body));
                for handler in &attempt.handlers {
                    let binding = handler
                        .binding
                        .as_ref()
                        .map_or(String::new(), |binding| format!(" as {}", binding.text));
                    shown += &format!(
                        " (except{}{binding} {{{}}})",
                        self.all(&handler.types),
                        self.block(&handler.body)
                    );
                }
                format!("{shown} {{{}}})", self.block(&attempt.finally))
            }
            ExprKind::Await(value) => format!("(await {})", self.expr(*value)),
            ExprKind::Yield(value) => format!("(yield {})", self.expr(*value)),
            ExprKind::Unknown(values) => format!("(?{})", self.all(values)),
            other => format!("{other:?}"),
        }
    }

    fn function(&self, id: FunctionId) -> String {
        let function = self.0.function(id);
        let mut shown = String::new();
        for decorator in &function.decorators {
            shown += &format!("@{} ", self.expr(*decorator));
        }
        let name = function.name.as_ref().map_or("", |name| &name.text);
        let mut parts: Vec<String> = Vec::new();
        parts.extend(function.receiver.as_ref().map(|r| format!("<{}>", r.text)));
        for parameter in &function.parameters {
            let mark = match parameter.kind {
                ParameterKind::Plain => "",
                ParameterKind::Rest => "*",
                ParameterKind::NamedOnly => "&",
                ParameterKind::NamedRest => "**",
            };
            let target = self.target(&parameter.target);
            let default = parameter
                .default
                .map_or(String::new(), |value| format!("={}", self.expr(value)));
            let decorators = self.all(&parameter.decorators);
            parts.push(format!(
                "{mark}{target}{}{default}{decorators}",
                annotation(&parameter.annotation)
            ));
        }
        let returns = annotation(&function.returns);
        let body = self.block(&function.body);
        format!(
            "(def {shown}{name}({}){returns} {{{body}}})",
            parts.join(" ")
        )
    }

    fn class(&self, id: ClassId) -> String {
        let class = self.0.class(id);
        let mut shown = String::from("(class ");
        for decorator in &class.decorators {
            shown += &format!("@{} ", self.expr(*decorator));
        }
        shown += class.name.as_ref().map_or("", |name| &name.text);
        shown += &self.all(&class.bases);
        for member in &class.members {
            let word = if member.is_static { "static " } else { "" };
            let name = &member.name.text;
            let annotation = annotation(&member.annotation);
            let value = match &member.kind {
                MemberKind::Field(value) => self.optional(*value),
                MemberKind::Method(id) => format!(" {}", self.function(*id)),
                MemberKind::Getter(id) => format!(" get {}", self.function(*id)),
                MemberKind::Variant => " variant".into(),
            };
            shown += &format!(" [{word}{name}{annotation}{value}]");
        }
        shown + ")"
    }
}

fn import(import: &Import) -> String {
    let binding = import.binding.as_ref().map_or("-", |name| &name.text);
    let glob = if import.glob { " *" } else { "" };
    format!(
        "<{}|{}|{binding}{glob}>",
        import.module,
        import.path.join(".")
    )
}

fn type_name(name: &TypeName) -> String {
    let arguments: Vec<String> = name.arguments.iter().map(type_name).collect();
    match arguments.is_empty() {
        true => name.path.clone(),
        false => format!("{}[{}]", name.path, arguments.join(", ")),
    }
}

fn annotation(name: &Option<TypeName>) -> String {
    name.as_ref()
        .map_or(String::new(), |name| format!(":{}", type_name(name)))
}

#[test]
fn imports() {
    check(&[
        ("import jwt", "(import <jwt||jwt>)"),
        ("import a.b", "(import <a||a>)"),
        ("import a . b as c", "(import <a.b||c>)"),
        ("import os, jwt", "(import <os||os> <jwt||jwt>)"),
        ("from jose import jwt as j", "(import <jose|jwt|j>)"),
        ("from .core import x", "(import <.core|x|x>)"),
        ("from . import x", "(import <.|x|x>)"),
        (
            "from .. a import (x, # why\n y)",
            "(import <..a|x|x> <..a|y|y>)",
        ),
        ("from x import *", "(import <x||- *>)"),
        ("from __future__ import a", "(import <__future__|a|a>)"),
        (
            "try:\n  import a\nexcept ImportError:\n  def f():\n    import b",
            "(try {(import <a||a>)} (except ImportError {(def f() {(import <b||b>)})}) {})",
        ),
    ]);
}

#[test]
fn assignments() {
    check(&[
        ("x = 1", "(= x 1)"),
        ("x: Optional[int] = 1", "(= x:Optional[int] 1)"),
        ("x: int", "(= x:int)"),
        ("a = b = f()", "(= b (call f)); (= a b)"),
        ("a = o.p = q = 1", "(= q 1); (= o.p q); (= a q)"),
        ("a = o.p = f()", "(= o.p (call f)); (= a (call f))"),
        ("x += 1", "(+= x 1)"),
        ("a, (b, *c) = v", "(= [a [b c]] v)"),
        ("[a, b] = 1, 2", "(= [a b] [1 2])"),
        ("o.a = 1; d['k'] = 2", "(= o.a 1); (= d[\"k\"] 2)"),
        ("f(n := 3)", "(call f (= n 3))"),
        ("del d['k'], x", "(= d[\"k\"] null); x"),
        ("x = yield 1", "(= x (yield 1))"),
        ("x = yield from a", "(= x (? a))"),
    ]);
    let shared = module(b"o.a = o.b = f()");
    assert_eq!(
        shared
            .exprs
            .iter()
            .filter(|e| matches!(e.kind, ExprKind::Call(_)))
            .count(),
        1
    );
}

#[test]
fn literals() {
    check(&[
        ("{'a': 1, k: 2, **r, 3: 4}", "{a: 1, [k]: 2, **r, [3]: 4}"),
        ("[1, *a], (1,), {1, 2}, ()", "[[1 *a] [1] [1 2] []]"),
        (
            "[f(x) for x in y if x > 1]",
            "(? (call f x) (? y) (? (<> x 1)))",
        ),
        ("f(a.b for a in c)", "(call f (? a.b (? c)))"),
        ("{a: b for a in c}", "(? (? a b) (? c))"),
        ("'a' \"b\" r'\\n' u'c'", "\"ab\\\\nc\""),
        ("('a' # why\n 'b')", "\"ab\""),
        (
            r"'\x41\101\u0042\U00000043\n\q\
d\N{DASH}'",
            "\"AABC\\n\\\\qd\\\\N{DASH}\"",
        ),
        (r"b'\xff\u0041'", "\"ÿ\\\\u0041\""),
        ("'''a\r\nb'''", "\"a\\nb\""),
        ("f'a{b}c{{}}' 'd'", "(template \"a\" b \"c{}d\")"),
        ("f'{a!r:>{w}}{b!s}'", "(template (? a w) b)"),
        ("f'plain'", "\"plain\""),
        ("rf'\\n{a}'", "(template \"\\\\n\" a)"),
        ("'%s' % x", "(? \"%s\" x)"),
        ("'a' + b", "(+ \"a\" b)"),
        (
            "0x1F, 1_000, 1.5e3, 0b11, 0o17, -2, 3j",
            "[31 1000 1500 3 15 -2 (?)]",
        ),
        ("True, False, None, ...", "[true false null (?)]"),
    ]);
}

#[test]
fn expressions() {
    check(&[
        ("f(a, n=1, *b, **c)", "(call f a n=1 *b **c)"),
        ("d['k'], d[1:x], d[a, b]", "[d[\"k\"] d[(? 1 x)] d[[a b]]]"),
        ("a.b.c()", "(call a.b.c)"),
        ("a or b and not c", "(Or a (And b (not c)))"),
        (
            "a == b, a != b, a is b, a is not b",
            "[(== a b) (!= a b) (== a b) (!= a b)]",
        ),
        (
            "a in b, a not in b, a < b",
            "[(in a b) (not-in a b) (<> a b)]",
        ),
        ("a < b <= c", "(? (<> a b) (<> b c))"),
        ("x = a if c else b", "(= x (if c {=> a} {=> b}))"),
        ("lambda a, *b, c=1: a", "(def (a *b &c=1) {=> a})"),
        ("await f()", "(await (call f))"),
        ("((a))", "a"),
        (
            "super().__init__(1); super(A, self).f()",
            "(call super 1); (call super.f)",
        ),
    ]);
}

#[test]
fn statements() {
    check(&[
        (
            "if a:\n  b\nelif c:\n  d\nelse:\n  e",
            "(if a {b} {(if c {d} {e})})",
        ),
        (
            "if __name__ == \"__main__\":\n  main()",
            "(if (== __name__ \"__main__\") {(call main)} {})",
        ),
        ("for a, b in c:\n  d\nelse:\n  e", "(for [a b] c {d}); e"),
        ("while a: break", "(while  a {jump})"),
        (
            "try:\n  a\nexcept (B, c.D) as e:\n  f\nexcept:\n  g\nelse:\n  h\nfinally:\n  i",
            "(try {a} (except B c.D as e {f}) (except {g}) {h; i})",
        ),
        ("with a() as b, c:\n  d", "(= b (call a)); c; {d}"),
        (
            "async def f():\n  async with (a as b):\n    c",
            "(def f() {(= b a); {c}})",
        ),
        ("raise A(b) from c", "c; (throw (call A b))"),
        ("raise", "(throw)"),
        (
            "def f():\n  global a\n  assert a, 'b'\n  pass\n  return a, 1",
            "(def f() {(? a \"b\"); (return [a 1])})",
        ),
        (
            "match x:\n  case 'a' | A.b | -1:\n    c\n  case [d, *e] if f:\n    g\n  case {'k': h, **i}:\n    j\n  case K(l, m=n) as o:\n    p\n  case q:\n    r\n  case _:\n    s",
            "(match x (case \"a\" A.b -1 {c}) (case as [d e] if f {g}) \
             (case as {k:h **i} {j}) (case as o {p}) (case as q {r}) (case {s}))",
        ),
        ("print 'a', b\nprint >>c, d", "(? \"a\" b); (? (? c) d)"),
        (
            "try:\n  a\nexcept B, e:\n  c",
            "(try {a} (except B as e {c}) {})",
        ),
    ]);
}

#[test]
fn functions() {
    check(&[
        (
            "@a.b(1)\n@c\ndef f(x, y: int = 2, *, z, **k: str) -> 'a.B': pass",
            "(def @(call a.b 1) @c f(x y:int=2 &z **k:str):a.B {})",
        ),
        ("def f(a, /, *b, c): 'doc'", "(def f(a *b &c) {\"doc\"})"),
        (
            "def f(a: X | None, b: Optional['Y'], c: dict[str, x.Z], d: A | B | None): pass",
            "(def f(a:Optional[X] b:Optional[Y] c:dict[str, x.Z] d:Optional[Union[A, B]]) {})",
        ),
        (
            "def f(a: Annotated[str, Depends(g)] = None): pass",
            "(def f(a:Annotated[str, Depends[g]]=null (call Depends g)) {})",
        ),
    ]);
}

#[test]
fn classes() {
    check(&[
        (
            "@dataclass\nclass A(B, c.D, metaclass=M):\n  x: int\n  y: str = 'a'\n  z = w = 1\n  pass",
            "(class @dataclass A B c.D [x:int] [static y:str \"a\"] [static w 1] [static z w])",
        ),
        (
            "class A:\n  def __init__(self, a): self.a = a\n  @property\n  def p(self): return 1\n  \
             @p.setter\n  def p(self, v): pass\n  @staticmethod\n  def s(a): pass\n  \
             @classmethod\n  def c(cls): pass",
            "(class A [constructor (def __init__(<self> a) {(= self.a a)})] \
             [p get (def @property p(<self>) {(return 1)})] \
             [p.setter (def @p.setter p(<self> v) {})] \
             [static s (def @staticmethod s(a) {})] \
             [static c (def @classmethod c(<cls>) {})])",
        ),
        (
            "class A:\n  class Config:\n    env = 'x'\n  if a:\n    b = 1",
            "(class A [static Config (class Config [static env \"x\"])] \
             [static <class body> (def <class body>() {(if a {(= b 1)} {})})])",
        ),
    ]);
}

#[test]
fn files_of_tests_are_told() {
    let is_test = |code: &str| module(code.as_bytes()).is_test;
    assert!(is_test(
        "import pytest\ndef test_a(): pass\ndef b(): pass\n"
    ));
    assert!(is_test(
        "from unittest import TestCase\nclass A(TestCase): pass\n"
    ));
    assert!(!is_test("import pytest\ndef a(): pass\n"));
    assert!(!is_test("def test_a(): pass\n"));
    assert!(!is_test(
        "import unittest\ndef a(): pass\ndef b(): pass\nclass C(unittest.TestCase): pass\n"
    ));
}

#[test]
fn tests_and_comments() {
    let code = "# one for jotlint\ndef test_a():\n  pass\n# two\nclass TestB: pass\nclass C(unittest.TestCase): pass\n\
                @pytest.fixture()\ndef d(): pass\nclass E:\n  def test_e(self): pass\n\
                def f():\n  def test_g(): pass\n";
    let module = module(code.as_bytes());
    let text = |span: Span| &code[span.range()];
    let spans: Vec<&str> = module.test_spans.iter().map(|span| text(*span)).collect();
    assert_eq!(
        spans,
        [
            "def test_a():\n  pass",
            "class TestB: pass",
            "class C(unittest.TestCase): pass",
            "@pytest.fixture()\ndef d(): pass",
        ]
    );
    let comments: Vec<&str> = module.comments.iter().map(|c| text(c.span)).collect();
    assert_eq!(comments, ["# one for jotlint", "# two"]);
}

#[test]
fn spans_are_offsets_of_the_file() {
    let module = module(b"\xef\xbb\xbfx = {'k\xff': 1}\r\ny\rz\n");
    let ExprKind::Map(entries) = &module.exprs[1].kind else {
        panic!("no map");
    };
    let Key::Name(key) = &entries[0].key else {
        panic!("no name");
    };
    assert_eq!(
        (key.span, key.text.as_str()),
        (Span::new(9, 11), "k\u{fffd}")
    );
    let spans: Vec<Span> = module.body.statements.iter().map(|s| s.span).collect();
    assert_eq!(
        spans,
        [Span::new(3, 16), Span::new(18, 19), Span::new(20, 21)]
    );
    assert_eq!(module.unread, []);
}

#[test]
fn what_stands_in_an_error_is_kept() {
    let module = module(b"import a\nx = = f(1)\ndef g(:\n  h(2)\nimport b\n");
    let shown = Printer(&module).block(&module.body);
    for part in ["<a||a>", "(call f 1)", "(call h 2)", "<b||b>"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    assert!(!module.unread.is_empty());
    assert!(module.unread.iter().all(|u| u.reason == "syntax error"));
}

#[test]
fn too_many_levels_are_refused() {
    let nested = |levels: usize| {
        let lines = (0..levels).map(|level| format!("{}if x:\n", " ".repeat(level)));
        lines.collect::<String>() + &" ".repeat(levels) + "f(f'{x}')\n"
    };
    assert_eq!(module(nested(100).as_bytes()).unread, []);
    for levels in [101, 600] {
        let code = nested(levels);
        let module = module(code.as_bytes());
        assert_eq!(module.unread.len(), 1);
        assert_eq!(
            module.unread[0].reason,
            "indented more than 100 levels deep"
        );
        assert_eq!(module.unread[0].span, Span::new(0, code.len()));
    }
}

#[test]
fn lines_that_only_rise_are_refused() {
    let rising = |lines: usize| {
        let lines = (1..=lines).map(|line| {
            let dedent = if line % 50 == 0 { "x\n" } else { "" };
            format!("{dedent}{}f\"\"\"{{\n", " ".repeat(line))
        });
        lines.collect::<String>()
    };
    assert_eq!(
        module(rising(350).as_bytes()).unread[0].reason,
        "syntax error"
    );
    assert_eq!(
        module(rising(351).as_bytes()).unread[0].reason,
        "indented more than 100 levels deep"
    );
}

#[test]
fn nesting_is_cut_once() {
    let code = format!("a = {}1{}\nb = 2\n", "[".repeat(5_000), "]".repeat(5_000));
    let module = module(code.as_bytes());
    let reasons: Vec<&str> = module.unread.iter().map(|u| u.reason.as_str()).collect();
    assert_eq!(reasons, ["nested too deeply"]);
    assert_eq!(module.body.statements.len(), 2);
}

#[test]
fn hostile_files_end() {
    let repeated = |text: &str, count: usize| text.repeat(count).into_bytes();
    let mut files = vec![
        repeated("(", 100_000),
        repeated("a+", 50_000),
        repeated("a = ", 20_000),
        repeated("f'{", 2_000),
        repeated("x[", 20_000),
        repeated("not ", 20_000),
        repeated("lambda: ", 20_000),
        repeated("elif a: b\n", 5_000),
        repeated("class A: ", 5_000),
        repeated(".a", 50_000),
        repeated("'a' ", 20_000),
        [b"if a: b\n".to_vec(), repeated("elif a: b\n", 5_000)].concat(),
        [b"def f(a: ".to_vec(), repeated("X[", 20_000)].concat(),
        [
            b"def f(a: '".to_vec(),
            repeated("[(", 20_000),
            b"'): 1".to_vec(),
        ]
        .concat(),
        [repeated("[", 3_000), repeated("]", 3_000)].concat(),
        repeated("\0", 1_000),
        repeated("\u{feff}", 1_000),
        vec![0xff; 1_000],
        Vec::new(),
    ];
    // A small xorshift generator: the same bytes in every run.
    let mut state = 0x9e37_79b9_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    };
    let tokens = [
        "def ",
        "class ",
        "if ",
        "f'",
        "'''",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ":",
        "\n",
        "\n    ",
        "\n        ",
        "\t",
        "\\",
        "\\\n",
        "lambda ",
        "match x:\n  case ",
        "=",
        ",",
        "*",
        "**",
        "a",
        "b.c",
        "1",
        "0x",
        "@",
        "import ",
        "from ",
        "for ",
        "in ",
        "except ",
        "try:",
        "#",
        "\r",
        "\0",
        "\u{1F600}",
        "print ",
        "with ",
        "as ",
        ";",
        "else:",
        "-",
        "!r",
        ".",
    ];
    for _ in 0..60 {
        files.push((0..400).map(|_| next() as u8).collect());
        let words = (0..200).map(|_| tokens[next() as usize % tokens.len()]);
        files.push(words.collect::<String>().into_bytes());
    }
    let whole = include_bytes!("tests.rs");
    files.push(whole.to_vec());
    let code = "@d(1)\nclass A(B):\n  x: int = f'a{b!r:>{c}}'\n  async def m(self, *a, k=1) -> 'T':\n    \
                match x:\n      case {'a': [1, *r]} if y: return {**z, 'k': [i for i in j]}\n";
    files.extend((0..code.len()).map(|end| code.as_bytes()[..end].to_vec()));
    for bytes in files {
        module(&bytes);
    }
}
