//! Every shape of the language against the IR it becomes.

use super::{Dialect, check, check_types, lower, print};

#[test]
fn imports() {
    check("import jwt from 'x'", "(import x:default=jwt)");
    check("import * as j from \"x\"", "(import x:=j)");
    check(
        "import {verify as v, sign} from 'x'",
        "(import x:verify=v x:sign=sign)",
    );
    check(
        "import d, {default as e} from './x'",
        "(import ./x:default=d ./x:default=e)",
    );
    check("import d, * as n from 'x'", "(import x:default=d x:=n)");
    check("import 'x'", "(import x:=-)");
    check("import {'a b' as c} from 'x'", "(import x:a b=c)");
    check_types("import x = require('y')", "(import y:=x)");
    check_types("import type {A, B as C} from 'y'", "(import y:A=A y:B=C)");
    check_types("import {type A} from 'y'", "(import y:A=A)");
    check_types("import x = a.b.C", "(let x a.b.C)");
    check("const x = require('y')", "(let x (call require \"y\"))");
    check("await import('y')", "(await (call import \"y\"))");
}

#[test]
fn exports() {
    check("export {a, b as c}", "(export a=a c=b)");
    check(
        "export {a, b as c, default} from 'x'",
        "(export a=x:a c=x:b default=x:default)",
    );
    check("export * from 'x'", "(export *=x:*)");
    check("export * as n from 'x'", "(export n=x:*)");
    check(
        "export const {a, b: [c]} = v",
        "(let {a:a b:[c]} v) (export a=a c=c)",
    );
    check("export let a = 1, b", "(let a 1) (let b) (export a=a b=b)");
    check("export function f() {}", "(fn f [] {}) (export f=f)");
    check(
        "export default function f() {}",
        "(fn f [] {}) (export default=f)",
    );
    check(
        "export default function () {}",
        "(export default=(fn [] {}))",
    );
    check("export default class {}", "(export default=(class))");
    check("export default {a}", "(export default={a:a})");
    check("@D() export class X {}", "(class @(call D) X) (export X=X)");
    check_types("export = x.y", "(export ==x.y)");
    check_types("export type {A} from 'x'", "(export A=x:A)");
    check_types("export interface I {}", "(class I) (export I=I)");
    check_types("export declare const a: A", "(let a:A) (export a=a)");
    check_types("export abstract class A {}", "(class A) (export A=A)");
    check_types(
        "export namespace N { export const a = 1 }",
        "(namespace N {(let a 1) (export a=a)}) (export N=N)",
    );
    check_types(
        "@D() export default class {}",
        "(export default=(class @(call D)))",
    );
}

#[test]
fn declarations_and_patterns() {
    check("const {a, b: c = 1, ...r} = v", "(let {a:a b:c=1 ...r} v)");
    check(
        "const {a = 1, 'x-y': z, b: {c}} = v",
        "(let {a:a=1 x-y:z b:{c:c}} v)",
    );
    check("const [a, , [b], ...r] = v", "(let [a _ [b] ...r] v)");
    check("const [a = f()] = v", "(call f) (let [a] v)");
    check("const {[k]: a} = v", "k (let {[k]:a} v)");
    check("var a = 1, b; let c", "(let a 1) (let b) (let c)");
    check("a = b = c", "(set a (set b c))");
    check("a.b = 1; a['c'] = 2", "(set a.b 1) (set a[\"c\"] 2)");
    check("({a, b: c.d} = v)", "(set {a:a b:c.d} v)");
    check("[a, b.c] = v", "(set [a b.c] v)");
    check(
        "a += 1; a ||= 2; a ??= 3; a &&= 4; a++",
        "(update a 1) (default a 2) (default a 3) (update a 4) (update a 1)",
    );
    check("f(a = 1)", "(call f (set a 1))");
    check_types(
        "const a: jwt.VerifyOptions = v",
        "(let a:jwt.VerifyOptions v)",
    );
    check_types("let a!: Map<string, A.B<C>>", "(let a:Map<string A.B<C>>)");
    check_types(
        "let a: A | B[]; let b: 'quoted'",
        "(let a:A | B[]) (let b:string)",
    );
    check_types(
        "a!.b = 1; (c as any).d = 2",
        "(set a.b 1) (set (as c any).d 2)",
    );
}

#[test]
fn literals() {
    check(
        r"x('\n\x41\u{1F600}\u0041\uD83D\uDE00\
b\'\0\101')",
        "(call x \"\\nA\u{1F600}A\u{1F600}b'\\0A\")",
    );
    check("x('', \"é\")", "(call x \"\" \"é\")");
    check("x(`a\\n`, ``)", "(call x \"a\\n\" \"\")");
    check(
        "x(`a${b}c${d + 1}`)",
        "(call x (template \"a\" b \"c\" (+ d 1)))",
    );
    check("x(`${b}\r\nc`)", "(call x (template b \"\\nc\"))");
    check(
        "x(`a${`b${c}`}`)",
        "(call x (template \"a\" (template \"b\" c)))",
    );
    check("sql`a${b}`", "(call sql (template \"a\" b))");
    check("sql`a`", "(call sql (template \"a\"))");
    check(
        "x(0xFF, 1_000, 10n, 0b11, 0o17, 017, 1.5e3, .5, -2)",
        "(call x 255 1000 10 3 15 15 1500 0.5 -2)",
    );
    check(
        "x(true, false, null, undefined, void 0, /a'b/g)",
        "(call x true false null null null regex)",
    );
    check(r"\u0061b = c.\u{64}", "(set ab c.d)");
    check("void f()", "{(call f) => null}");
    check("x(this, [a, ...b, , c])", "(call x this [a ...b c])");
}

#[test]
fn objects() {
    check(
        "x({a, 'b': 1, 2: c, [`d`]: 3, ['e']: 4, [f]: 5, ...g})",
        "(call x {a:a b:1 2:c d:3 e:4 [f]:5 ...g})",
    );
    check(
        "x({m() {}, get g() { return 1 }, async *h() {}, 'q'() {}})",
        "(call x {m:(fn m [] {}) g:(fn g [] {(return 1)}) h:(fn h [] {}) q:(fn q [] {})})",
    );
    check("x({async: 1, get: 2})", "(call x {async:1 get:2})");
}

#[test]
fn expressions() {
    check(
        "x((a), a.b?.c, a?.[i], a.b[0], a?.(b))",
        "(call x a a.b.c a[i] a.b[0] (call a b))",
    );
    check(
        "new X; new a.X(b); new (f())(c)",
        "(new X) (new a.X b) (new (call f) c)",
    );
    check("f(...a, b)", "(call f ...a b)");
    check(
        "x(a == b, a !== b, a < b, a in b, a instanceof b)",
        "(call x (== a b) (!= a b) (<> a b) (in a b) (instanceof a b))",
    );
    check(
        "x(a + b, a && b, a || b, a ?? b, a * b)",
        "(call x (+ a b) (&& a b) (|| a b) (?? a b) (? a b))",
    );
    check(
        "x(!a, typeof a, -a, delete a.b)",
        "(call x (! a) (? a) (? a) (set a.b null))",
    );
    check("x((a, b))", "(call x {a => b})");
    check("x(a ? b : c)", "(call x (if a {=> b} {=> c}))");
    check("x(import.meta.env.A)", "(call x import.meta.env.A)");
    check(
        "async () => { await a; for await (const b of c) {} }",
        "(fn [] {(await a) (each b c {})})",
    );
    check(
        "function* g() { yield a; yield* b }",
        "(fn g [] {(? a) (? b)})",
    );
    check("x(a /* c */, /* d */ b // e\n)", "(call x a b)");
    check_types(
        "x(a!, a as B, a as const, a satisfies jwt.C, <D>a)",
        "(call x a (as a B) (as a const) (as a jwt.C) (as a D))",
    );
    check_types(
        "f<A, b.C>(d); new X<A>(); f<A>",
        "(call f<A b.C> d) (new X<A>) f",
    );
}

#[test]
fn functions() {
    check(
        "function f(a, b = 1, {c, d: e = 2}, ...r) { return a }",
        "(fn f [a b=1 {c:c d:e=2} ...r] {(return a)})",
    );
    check(
        "x(function n() {}, a => b, (a, b) => ({a}), async () => { c })",
        "(call x (fn n [] {}) (fn [a] {=> b}) (fn [a b] {=> {a:a}}) (fn [] {c}))",
    );
    check_types(
        "function f(this: X, a: A, b?: B): Promise<C> {}",
        "(fn f [a:A b:B]:Promise<C> {})",
    );
    check_types(
        "function f(a: A): B; function f(a) {} declare function g(): void",
        "(fn f [a] {}) (fn g []:void {})",
    );
}

#[test]
fn classes() {
    check(
        "class A extends f(B) { #p = 1; static s = 2; q; constructor(a) { super(a); this.#p } get g() {} set g(v) {} static m() {} static { i() } 'k k'() {} }",
        "(class A <(call f B) (field #p 1) (static field s 2) (field q) (method constructor (fn constructor [a] {(call super a) this.#p})) (getter g (fn g [] {})) (method g (fn g [v] {})) (static method m (fn m [] {})) (static field static {(call i)}) (method k k (fn k k [] {})))",
    );
    check(
        "@a.B() @C class D { @E() f() {} @G h = 1 }",
        "(class @(call a.B) @C D (method @(call E) f (fn f [] {})) (field @G h 1))",
    );
    check("x(class extends B {})", "(call x (class <B))");
    check(
        "class A { [k()]() {} }",
        "(call k) (class A (method [k()] (fn [k()] [] {})))",
    );
    check_types(
        "class A<T> extends B<T> implements I { constructor(private readonly j: J, @Inject(K) public k, readonly l = 1, m) {} private static readonly n: N = 2; declare o: O }",
        "(class A <B (method constructor (fn constructor [field j:J @(call Inject K) field k field l=1 m] {})) (static field n:N 2) (field o:O))",
    );
    check_types(
        "abstract class A { abstract m(): B; m(a): C; m(a, b) {} }",
        "(class A (method m (fn m []:B {})) (method m (fn m [a b] {})))",
    );
}

#[test]
fn declared_shapes() {
    check_types(
        "interface I extends J, k.L<M> { a: A; b?(): B; (c): C; [d: string]: D }",
        "(class I <J <k.L (field a:A) (field b))",
    );
    check_types(
        "type T = { a: A; readonly b?: B }",
        "(class T (field a:A) (field b:B))",
    );
    check_types("type T = A | B", "");
    check_types(
        "enum E { A, B = 'b', 'C' = 1 }",
        "(class E (static variant A) (static field B \"b\") (static field C 1))",
    );
    check_types("declare const enum E { A }", "(class E (static variant A))");
    check_types(
        "namespace A.B { f() }",
        "(namespace A {(namespace B {(call f)})})",
    );
    check_types(
        "declare module 'x' { const a: A }",
        "(namespace x {(let a:A)})",
    );
    check_types(
        "declare global { var a: A }",
        "(namespace global {(let a:A)})",
    );
}

#[test]
fn control_flow() {
    check(
        "if (a) b; else if (c) { d } else e",
        "(if a {b} {(if c {d} {e})})",
    );
    check(
        "for (let i = 0; i < 1; i++) f(i)",
        "{(let i 0) (loop (<> i 1) {(call f i) (update i 1)})}",
    );
    check("for (;;) { break }", "(loop {(jump)})");
    check(
        "for (const k in o) f(k); for (const [a, b] of c) {}",
        "(loop k o {(call f k)}) (each [a b] c {})",
    );
    check(
        "while (a) { continue } do b; while (c)",
        "(loop a {(jump)}) (loop c {b})",
    );
    check("l: { a }", "{a}");
    check(
        "try { a } catch (e) { b } finally { c }",
        "(try {a} catch e{b} {c})",
    );
    check("try { a } catch { b }", "(try {a} catch {b} {})");
    check(
        "try { a } catch ({m}) { b }",
        "(try {a} catch {(let {m:m}) b} {})",
    );
    check(
        "function f() { if (a) return; throw new E('b') }",
        "(fn f [] {(if a {(return)} {}) (throw (new E \"b\"))})",
    );
    check(
        "switch (a) { case 1: case 'b': f(); break; case c: { g() } default: h() }",
        "(match a [1 \"b\"]{(call f) (jump)} [c]{{(call g)}} []{(call h)})",
    );
    check(
        "switch (a) { case 1: default: f(); case 2: }",
        "1 (match a []{(call f)} [2]{})",
    );
}

#[test]
fn markup() {
    let code =
        "x(<A.B k={f(a)} s=\"t\" {...r} n=<i/>>{c} text {...d}<Z>{/* none */}</Z><></></A.B>)";
    let expected = "(call x (? A.B (call f a) \"t\" (? r) (?) c (? d) (? Z) (?)))";
    for dialect in [Dialect::JavaScript, Dialect::Tsx] {
        let printed = print(dialect, code);
        assert_eq!(printed, expected, "{dialect:?}");
    }
}

#[test]
fn comments_are_noted_where_one_speaks_to_the_linter() {
    let module = lower(
        Dialect::Tsx,
        "// a\nf(/* b */ 1) /** c */\nclass X { // Jotlint\n}",
    );
    assert_eq!(module.comments.len(), 4);
    assert_eq!(module.comments[1].span.range(), 7..14);
    let module = lower(Dialect::Tsx, "// a\nf(/* jot */ 1)");
    assert_eq!(module.comments, []);
}

fn test_code(code: &str) -> Vec<String> {
    let module = lower(Dialect::JavaScript, code);
    module
        .test_spans
        .iter()
        .map(|span| code[span.range()].to_owned())
        .collect()
}

#[test]
fn test_runner_calls_are_noted() {
    assert_eq!(
        test_code("f(); describe('a', () => { it('b', () => {}) });"),
        ["describe('a', () => { it('b', () => {}) });"]
    );
    assert_eq!(
        test_code("test.only('a', f); it.each([1])('b', f)"),
        ["test.only('a', f);", "it.each([1])('b', f)"]
    );
    assert_eq!(
        test_code("beforeEach(async () => {})"),
        ["beforeEach(async () => {})"]
    );
    assert_eq!(
        test_code("before(() => {}); it('a')"),
        ["before(() => {});", "it('a')"]
    );
    assert_eq!(test_code("before(() => {}); context('a', f)"), [""; 0]);
    assert_eq!(
        test_code("test(a); x.it('a'); const y = test('a')"),
        [""; 0]
    );
}
