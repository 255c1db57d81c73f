//! A file, lowered: its arenas, statements and comments.

use super::class::Class;
use super::expression::{Expr, ExprKind};
use super::function::Function;
use super::id::{ClassId, ExprId, FunctionId};
use super::statement::{Block, StatementKind};
use crate::source::Span;

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
    /// Every comment, in order; suppressions are read from them. May be empty when no comment speaks to the linter
    /// (see [`Comment::may_matter_in`]).
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

impl Comment {
    /// What a comment spells, in any case, when it speaks to the linter; all others are prose.
    pub const ADDRESSEE: &str = "jotlint";

    /// Whether a text may hold a comment that speaks to the linter. Finding the comments of all others is wasted time.
    pub fn may_matter_in(text: &[u8]) -> bool {
        let letters = Self::ADDRESSEE.as_bytes();
        let (lower, upper) = (letters[0], letters[0].to_ascii_uppercase());
        memchr::memchr2_iter(lower, upper, text).any(|start| {
            let word = text.get(start..start + letters.len());
            word.is_some_and(|word| word.eq_ignore_ascii_case(letters))
        })
    }
}
