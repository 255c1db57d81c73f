//! The intermediate representation: one small tree for every language.
//!
//! A front end lowers its syntax to these shapes and nothing after it knows which language a file was written in.
//! What a language has beyond them becomes the nearest shape, or [`ExprKind::Unknown`] with its children kept, so
//! that nothing nested is lost. Expressions, functions and classes live in arenas and refer to each other by id:
//! dropping a module never recurses.

use std::fmt;
use std::sync::Arc;

use crate::source::Span;

/// Index of an expression in [`Module::exprs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExprId(pub u32);

/// Index of a function in [`Module::functions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(pub u32);

/// Index of a class in [`Module::classes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub u32);

/// The content of a string literal. It may be a secret, so it never prints itself: [`Debug`] shows the length only,
/// and the one way to the content is [`Literal::reveal`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Literal(Arc<str>);

impl Literal {
    /// Wraps the decoded content of a literal (escapes resolved).
    pub fn new(content: &str) -> Self {
        Self(Arc::from(content))
    }

    /// The content. What is done with it must never reach an output.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Literal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Literal({} bytes)", self.0.len())
    }
}

/// One file, lowered.
#[derive(Debug, Default)]
pub struct Module {
    /// Arena of expressions.
    pub exprs: Vec<Expr>,
    /// Arena of functions, methods and lambdas.
    pub functions: Vec<Function>,
    /// Arena of classes, structs, enums and interfaces.
    pub classes: Vec<Class>,
    /// Top-level statements in order.
    pub body: Block,
    /// Every comment, in order; suppressions are read from them.
    pub comments: Vec<Comment>,
    /// Code that only tests run (test modules, test functions, calls of a test runner).
    pub test_spans: Vec<Span>,
    /// Code that is left out of the build that users get.
    pub development_spans: Vec<Span>,
    /// The file is there for its tests: what stands beside them serves them.
    pub is_test: bool,
    /// An unbound name at the root of a path names a package without an import (`tokens::decode` in Rust).
    pub unbound_names_are_packages: bool,
    /// An assignment without a declaration binds a name of the function it stands in (Python), not an outer one.
    pub assignments_are_local: bool,
    /// Parts that could not be read; the rest was.
    pub unread: Vec<Unread>,
}

/// A part of a file that could not be read, or was cut by a bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// What was not read.
    pub span: Span,
    /// Why, as a sentence for the report.
    pub reason: String,
}

/// A comment with its delimiters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The whole comment.
    pub span: Span,
}

/// A name as written, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The identifier.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// An expression.
#[derive(Debug)]
pub struct Expr {
    /// Its place.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The shapes of expressions. Purely syntactic wrappers (parentheses, references, dereferences, non-null marks) are
/// left out by the front ends: they lower to what they wrap.
#[derive(Debug)]
pub enum ExprKind {
    /// A plain name. Paths (`a::b`, `a.b`) are [`ExprKind::Member`] chains that start with one.
    Name(String),
    /// The receiver inside a method: `this`, `self`.
    This,
    /// The base class inside a method; calling it runs the base constructor.
    Super,
    /// A string literal, escapes resolved; byte strings too. Adjacent literals are joined.
    Text(Literal),
    /// A string with parts that are computed (template strings, f-strings, `format!`), in order; literal parts are
    /// [`ExprKind::Text`].
    Template(Vec<ExprId>),
    /// A regular expression literal.
    Pattern,
    /// A number.
    Number(f64),
    /// `true`, `false`.
    Bool(bool),
    /// `null`, `undefined`, `None`, `()`.
    Null,
    /// List, array, tuple, set.
    List(Vec<Item>),
    /// Object or dictionary literal.
    Map(Vec<Entry>),
    /// A struct literal: the struct's path and its fields; `..base` is a spread entry.
    Construct {
        /// Path of the struct.
        of: ExprId,
        /// Its fields.
        fields: Vec<Entry>,
    },
    /// `object.name`, `object::name`, `object?.name`.
    Member {
        /// What is asked.
        object: ExprId,
        /// The member's name.
        name: Name,
    },
    /// `object[index]`.
    Index {
        /// What is indexed.
        object: ExprId,
        /// By what.
        index: ExprId,
    },
    /// A call, constructor call (`new X(...)`) or macro call. A macro's name ends in `!` (`env!`).
    Call(Call),
    /// A function expression, arrow function, lambda or closure.
    Function(FunctionId),
    /// A class expression.
    Class(ClassId),
    /// An assignment used as an expression.
    Assign(Box<Assignment>),
    /// A comparison, membership or type test.
    Compare {
        /// Which.
        operator: Comparison,
        /// Left operand.
        left: ExprId,
        /// Right operand.
        right: ExprId,
    },
    /// `+` on anything (string concatenation is one).
    Add(ExprId, ExprId),
    /// `||`, `or`, `&&`, `and`, `??`.
    Logical {
        /// Which.
        operator: LogicalOperator,
        /// Left operand.
        left: ExprId,
        /// Right operand.
        right: ExprId,
    },
    /// `!x`, `not x`.
    Not(ExprId),
    /// `if`, ternary, `a if c else b`, `if let`, `unless`. As a statement or an expression.
    If(Box<If>),
    /// `match`, `switch`, `when`.
    Match(Box<Match>),
    /// A block with a value (Rust), an immediately run scope.
    Block(Block),
    /// `try`/`catch`/`finally`.
    Try(Box<Try>),
    /// `await x`.
    Await(ExprId),
    /// `x?` in Rust: the value, or leave the function with the error.
    Propagate(ExprId),
    /// A cast or type assertion: the value unchanged.
    Cast {
        /// What is cast.
        value: ExprId,
        /// To what.
        to: TypeName,
    },
    /// Anything else; the children are evaluated and forgotten.
    Unknown(Vec<ExprId>),
}

/// An element of a list.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// `...x`, `*x`: the elements of `x`.
    pub spread: bool,
    /// The element.
    pub value: ExprId,
}

/// An entry of an object, dictionary or struct literal.
#[derive(Debug)]
pub struct Entry {
    /// The whole entry.
    pub span: Span,
    /// Its key.
    pub key: Key,
    /// Its value; for shorthand (`{ issuer }`) the name again.
    pub value: ExprId,
}

/// The key of an [`Entry`].
#[derive(Debug)]
pub enum Key {
    /// An identifier or a literal string key.
    Name(Name),
    /// `[expression]:`, or a dictionary key that is not a literal string.
    Computed(ExprId),
    /// `...value`, `**value`, `..value`: all entries of the value.
    Spread,
}

/// A call.
#[derive(Debug)]
pub struct Call {
    /// What is called.
    pub callee: ExprId,
    /// Arguments in order; closures and blocks passed behind the parentheses are last.
    pub arguments: Vec<Argument>,
    /// `new X(...)`.
    pub constructs: bool,
    /// Type arguments: `decode::<Claims>(...)`, `verify<Payload>(...)`.
    pub type_arguments: Vec<TypeName>,
}

/// An argument of a call.
#[derive(Debug)]
pub struct Argument {
    /// How it is passed.
    pub kind: ArgumentKind,
    /// The value.
    pub value: ExprId,
}

/// How an argument is passed.
#[derive(Debug)]
pub enum ArgumentKind {
    /// By position.
    Positional,
    /// `name=value`.
    Named(Name),
    /// `...x`, `*x`.
    Spread,
    /// `**x`.
    NamedSpread,
}

/// Comparisons and tests. `a not in b`, `a !== b` and the like are marked by `negated`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`, `===`, `is`, `!=`, `!==`, `is not`.
    Equal {
        /// `!=`.
        negated: bool,
    },
    /// `<`, `>`, `<=`, `>=`.
    Order,
    /// `a in b`, `a not in b`.
    In {
        /// `not in`.
        negated: bool,
    },
    /// `instanceof`.
    Instance,
}

/// Logical operators with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogicalOperator {
    /// `&&`, `and`.
    And,
    /// `||`, `or`.
    Or,
    /// `??`.
    Coalesce,
}

/// `if`.
#[derive(Debug)]
pub struct If {
    /// The condition; for `if let P = x` the value `x` (the pattern binds in `then` as its first statement).
    pub condition: ExprId,
    /// When true.
    pub then: Block,
    /// When false.
    pub otherwise: Block,
}

/// `match`, `switch`.
#[derive(Debug)]
pub struct Match {
    /// What is matched.
    pub subject: ExprId,
    /// The arms in order.
    pub arms: Vec<Arm>,
}

/// An arm of a [`Match`]. A `default` arm has no cases.
#[derive(Debug)]
pub struct Arm {
    /// Values that select the arm, when they are expressions (literals, constants).
    pub cases: Vec<ExprId>,
    /// The pattern that binds names, when there is one; it binds to the subject.
    pub pattern: Option<Target>,
    /// `if` guard.
    pub guard: Option<ExprId>,
    /// What runs.
    pub body: Block,
}

/// `try`.
#[derive(Debug)]
pub struct Try {
    /// What is tried.
    pub body: Block,
    /// `catch`, `except`.
    pub handlers: Vec<Handler>,
    /// `finally` (and Python's `else`, which comes first).
    pub finally: Block,
}

/// A `catch` or `except`.
#[derive(Debug)]
pub struct Handler {
    /// Exception types it takes; empty: all.
    pub types: Vec<ExprId>,
    /// Name of the exception.
    pub binding: Option<Name>,
    /// What runs.
    pub body: Block,
}

/// Statements in order, and the value of the last expression where the language has it.
#[derive(Debug, Default)]
pub struct Block {
    /// Statements.
    pub statements: Vec<Statement>,
    /// Value of the block: Rust's tail expression, the body of an arrow function, a ternary's branch.
    pub tail: Option<ExprId>,
}

/// A statement.
#[derive(Debug)]
pub struct Statement {
    /// Its place.
    pub span: Span,
    /// What it is.
    pub kind: StatementKind,
}

/// The shapes of statements.
#[derive(Debug)]
pub enum StatementKind {
    /// Names from another module.
    Import(Vec<Import>),
    /// Names given to other modules by `export`.
    Export(Vec<Export>),
    /// An expression for its effect.
    Expr(ExprId),
    /// A declaration (`let x = ..`, `const`, `static`) or an assignment.
    Assign(Assignment),
    /// A named function; hoisted by the evaluator.
    Function(FunctionId),
    /// A named class, struct or enum.
    Class(ClassId),
    /// `impl X { .. }`, `impl T for X { .. }`: members for a class declared elsewhere.
    Extend {
        /// The class's name (last segment of its path).
        class: Name,
        /// The trait or interface, when there is one.
        interface: Option<TypeName>,
        /// The members.
        members: Vec<Member>,
    },
    /// `mod name { .. }`, `namespace`.
    Namespace {
        /// Its name.
        name: Name,
        /// Its content.
        body: Block,
    },
    /// `return x`.
    Return(Option<ExprId>),
    /// `throw x`, `raise x`, `panic!(..)`: leaves the function.
    Throw(Option<ExprId>),
    /// `for`, `while`, `loop`. The body runs once when evaluated.
    Loop(Box<Loop>),
    /// `break`, `continue`: leaves the block.
    Jump,
}

/// A loop.
#[derive(Debug)]
pub struct Loop {
    /// What is bound in each turn.
    pub target: Option<Target>,
    /// The collection, or the condition.
    pub over: Option<ExprId>,
    /// Whether `over` is a collection whose elements are bound to `target`.
    pub iterates: bool,
    /// What runs.
    pub body: Block,
}

/// An imported name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The module as written: `tokens`, `./config`, `app.settings`, `..core`, `crate::config` (with dots:
    /// `crate.config`).
    pub module: String,
    /// Path inside it, empty for the module itself: `import { verify as v }` has `["verify"]`, a default import
    /// `["default"]`; `from jose import jwt` has `["jwt"]`; `use tokens::errors::Error` has `["errors", "Error"]`.
    pub path: Vec<String>,
    /// The name it is bound to here; `None` for a glob import (`from x import *`, `use x::*`) or a bare import.
    pub binding: Option<Name>,
    /// Everything the module has is bound (`from x import *`, `use x::*`).
    pub glob: bool,
    /// Place of the import.
    pub span: Span,
}

/// An exported name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Name it has outside: `default` for a default export, `*` for `export * from`, `=` when the value takes the
    /// place of the whole module (`export = x`, `module.exports = x`).
    pub name: String,
    /// The value, for `export default x` and local names.
    pub value: Option<ExprId>,
    /// For a re-export: the other module and the name there.
    pub from: Option<(String, String)>,
}

/// An assignment or declaration.
#[derive(Debug)]
pub struct Assignment {
    /// What is bound or written.
    pub target: Target,
    /// How.
    pub operator: AssignOperator,
    /// The value; `None` for a declaration without one.
    pub value: Option<ExprId>,
    /// Declares new names (`let`, `const`, a Rust `let`); Python's first assignment does not.
    pub declares: bool,
    /// The annotated type.
    pub annotation: Option<TypeName>,
}

/// How an assignment writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignOperator {
    /// `=`.
    Set,
    /// `+=` and other arithmetic.
    Update,
    /// `||=`, `??=`: writes when nothing is there.
    Default,
}

/// What an assignment, parameter or pattern binds.
#[derive(Debug)]
pub enum Target {
    /// A new or known name.
    Name(Name),
    /// A member or element: the expression is a [`ExprKind::Member`] or [`ExprKind::Index`].
    Place(ExprId),
    /// `{ a, b: c = 1, ...rest }`, `S { a, b: c, .. }`: members by name.
    Members {
        /// The members.
        members: Vec<MemberTarget>,
        /// Target of the rest.
        rest: Option<Box<Target>>,
    },
    /// `[a, b]`, `(a, b)`, `a, b`: elements by position; `None` is a hole.
    Elements(Vec<Option<Target>>),
    /// `Ok(x)`, `Some(x)`: a constructor pattern around targets.
    Wrapped {
        /// Path of the constructor (`Ok`, `Some`, `Claims::User`).
        constructor: String,
        /// What is inside, by position.
        inner: Vec<Target>,
    },
    /// Nothing (`_`).
    Nothing,
}

/// One member of [`Target::Members`].
#[derive(Debug)]
pub struct MemberTarget {
    /// Name of the member.
    pub member: Name,
    /// What it is bound to.
    pub target: Target,
    /// Value when the member is missing.
    pub default: Option<ExprId>,
}

/// A function, method, lambda or closure.
#[derive(Debug)]
pub struct Function {
    /// Its name, when it has one.
    pub name: Option<Name>,
    /// The whole function.
    pub span: Span,
    /// Parameters, without the receiver.
    pub parameters: Vec<Parameter>,
    /// Name that the receiver has inside (`self` in Python: the first parameter of a method). Languages with a
    /// keyword for it use [`ExprKind::This`] and leave this empty.
    pub receiver: Option<Name>,
    /// What runs; an arrow function's expression is the tail.
    pub body: Block,
    /// Decorators and attributes, as expressions where they parse as such.
    pub decorators: Vec<ExprId>,
    /// Declared return type.
    pub returns: Option<TypeName>,
}

/// A parameter.
#[derive(Debug)]
pub struct Parameter {
    /// What it binds.
    pub target: Target,
    /// Default value.
    pub default: Option<ExprId>,
    /// Declared type.
    pub annotation: Option<TypeName>,
    /// How arguments reach it.
    pub kind: ParameterKind,
    /// The parameter is stored as a field of the same name (`constructor(private jwt: JwtService)`).
    pub is_field: bool,
    /// Decorators (`@Inject(X)`).
    pub decorators: Vec<ExprId>,
}

/// How arguments reach a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// By position or name.
    Plain,
    /// `...rest`, `*args`.
    Rest,
    /// By name only.
    NamedOnly,
    /// `**kwargs`.
    NamedRest,
}

/// A class, struct, enum, trait or interface.
#[derive(Debug)]
pub struct Class {
    /// Its name, when it has one.
    pub name: Option<Name>,
    /// The whole class.
    pub span: Span,
    /// Base classes and calls that make one (`PassportStrategy(Strategy)`).
    pub bases: Vec<ExprId>,
    /// Decorators and attributes.
    pub decorators: Vec<ExprId>,
    /// Fields, methods, variants.
    pub members: Vec<Member>,
}

/// A member of a class.
#[derive(Debug)]
pub struct Member {
    /// Its name; the constructor is always called `constructor`.
    pub name: Name,
    /// What it is.
    pub kind: MemberKind,
    /// Belongs to the class, not to its instances (`static`, an associated function or const, a Python class
    /// attribute).
    pub is_static: bool,
    /// Declared type of a field.
    pub annotation: Option<TypeName>,
    /// Decorators and attributes.
    pub decorators: Vec<ExprId>,
}

/// What a [`Member`] is.
#[derive(Debug)]
pub enum MemberKind {
    /// A field with its initial value.
    Field(Option<ExprId>),
    /// A method.
    Method(FunctionId),
    /// A property that is computed when read.
    Getter(FunctionId),
    /// A variant of an enum.
    Variant,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// The path with dots, without references and type arguments: `jwt.VerifyOptions`, `Option`, `tokens.Validation`.
    pub path: String,
    /// Type arguments: `Option<u64>` has one.
    pub arguments: Vec<TypeName>,
    /// Its place.
    pub span: Span,
}

impl Module {
    /// Modules of which every name is bound at the top or given on (`export * from`, `from x import *`, `use x::*`),
    /// with the path inside them.
    pub fn handed_on(&self) -> impl Iterator<Item = (&str, &[String])> {
        let nothing: &[String] = &[];
        self.body.statements.iter().flat_map(move |statement| {
            let mut modules: Vec<(&str, &[String])> = Vec::new();
            match &statement.kind {
                StatementKind::Export(exports) => {
                    let all = exports.iter().filter(|export| export.name == "*");
                    let from = all.filter_map(|export| export.from.as_ref());
                    modules.extend(from.map(|(module, _)| (module.as_str(), nothing)));
                }
                StatementKind::Import(imports) => {
                    let all = imports.iter().filter(|import| import.glob);
                    modules.extend(all.map(|it| (it.module.as_str(), it.path.as_slice())));
                }
                _ => {}
            }
            modules
        })
    }

    /// The expression behind an id.
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }

    /// The function behind an id.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.0 as usize]
    }

    /// The class behind an id.
    pub fn class(&self, id: ClassId) -> &Class {
        &self.classes[id.0 as usize]
    }

    /// Adds an expression to the arena.
    pub fn add_expr(&mut self, span: Span, kind: ExprKind) -> ExprId {
        self.exprs.push(Expr { span, kind });
        ExprId(self.exprs.len() as u32 - 1)
    }

    /// Adds a function to the arena.
    pub fn add_function(&mut self, function: Function) -> FunctionId {
        self.functions.push(function);
        FunctionId(self.functions.len() as u32 - 1)
    }

    /// Adds a class to the arena.
    pub fn add_class(&mut self, class: Class) -> ClassId {
        self.classes.push(class);
        ClassId(self.classes.len() as u32 - 1)
    }
}
