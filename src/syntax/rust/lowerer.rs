//! The state that all parts of the lowering share, with places, names and bounds.

use std::collections::BTreeMap;

use proc_macro2::Span as TokenSpan;
use syn::Expr;

use super::super::bounds::Limits;
use super::super::ir::{ExprId, ExprKind, Module, Name, Statement, Unread};
use super::extent::{self, Extent};
use crate::source::Span;

/// Lowers one file, or one rescued item of it.
pub(super) struct Lowerer {
    pub(super) module: Module,
    pub(super) limits: Limits,
    /// Where the text that is parsed begins in the file.
    pub(super) offset: usize,
    /// Where its lines begin, when every character is one byte.
    pub(super) line_starts: Option<Vec<usize>>,
    /// Patterns of `if let` and `while let`, until their block is lowered.
    pub(super) pending_patterns: Vec<Statement>,
    /// The class that `Self` stands for, inside an `impl`.
    pub(super) own_type: Option<String>,
    /// Packages by the other names that the file gives them.
    pub(super) renamed: BTreeMap<String, String>,
    /// Macros within macros.
    pub(super) macro_depth: usize,
    /// A macro was too deep, and noted.
    pub(super) macro_too_deep: bool,
    depth: usize,
    too_deep: bool,
}

impl Lowerer {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            module: Module::default(),
            limits,
            offset: 0,
            line_starts: None,
            pending_patterns: Vec::new(),
            own_type: None,
            renamed: BTreeMap::new(),
            macro_depth: 0,
            macro_too_deep: false,
            depth: 0,
            too_deep: false,
        }
    }

    /// A token's place in the file.
    pub(super) fn at(&self, span: TokenSpan) -> Span {
        if let Some(span) = self.at_columns(span) {
            return span;
        }
        let range = span.byte_range();
        Span::new(self.offset + range.start, self.offset + range.end)
    }

    /// A token's place by lines and columns, which are found faster than bytes, in a text where columns are bytes.
    fn at_columns(&self, span: TokenSpan) -> Option<Span> {
        let line_starts = self.line_starts.as_ref()?;
        let byte = |place: proc_macro2::LineColumn| {
            let line = line_starts.get(place.line.checked_sub(1)?)?;
            Some(self.offset + line + place.column)
        };
        Some(Span::new(byte(span.start())?, byte(span.end())?))
    }

    /// The place from the first token to the last.
    pub(super) fn extent(&self, (first, last): Extent) -> Span {
        self.at(first).join(self.at(last))
    }

    pub(super) fn span_of(&self, expr: &Expr) -> Span {
        self.extent(extent::of_expr(expr))
    }

    pub(super) fn name(&self, identifier: &proc_macro2::Ident) -> Name {
        Name {
            text: plain(identifier),
            span: self.at(identifier.span()),
        }
    }

    pub(super) fn unknown(&mut self, span: Span, children: Vec<ExprId>) -> ExprId {
        self.module.add_expr(span, ExprKind::Unknown(children))
    }

    /// Runs `work` one level deeper; beyond the bound notes so (once), and gives `None`.
    pub(super) fn deeper<T>(
        &mut self,
        place: TokenSpan,
        work: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        if self.depth >= self.limits.depth {
            if !self.too_deep {
                self.too_deep = true;
                self.unread(self.at(place), "nested too deeply");
            }
            return None;
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        Some(result)
    }

    pub(super) fn unread(&mut self, span: Span, reason: &str) {
        self.module.unread.push(Unread {
            span,
            reason: reason.to_owned(),
        });
    }
}

/// An identifier without the mark of a raw one.
pub(super) fn plain(identifier: &proc_macro2::Ident) -> String {
    let text = identifier.to_string();
    match text.strip_prefix("r#") {
        Some(raw) => raw.to_owned(),
        None => text,
    }
}
