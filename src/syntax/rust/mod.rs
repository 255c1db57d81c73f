//! Rust to IR: `syn` reads whole files, tree-sitter finds the whole items of a file that `syn` rejects.

mod attributes;
mod expressions;
mod extent;
mod format;
mod imports;
mod items;
mod lowerer;
mod macros;
mod patterns;
mod rescue;
pub(super) mod resolve;
mod statements;
mod text;
mod token_path;
mod types;

#[cfg(test)]
mod tests;

use super::bounds::Limits;
use super::ir::{Module, Unread};
use crate::source::{SourceFile, Span};
use lowerer::Lowerer;

/// Parses and lowers a file.
pub(super) fn parse(source: &SourceFile, limits: &Limits) -> Module {
    let mut text = text::readable(source.bytes());
    let mut lowerer = Lowerer::new(*limits);
    let parsed = read(&text, &mut lowerer).or_else(|| {
        let (resolved, unread) = text::without_conflicts(&text)?;
        text = resolved;
        lowerer.module.unread = unread;
        lowerer.module.comments.clear();
        read(&text, &mut lowerer)
    });
    match parsed {
        Some(Parsed::File(file)) => {
            let ends = text.match_indices('\n').map(|(end, _)| end + 1);
            let line_starts = || std::iter::once(0).chain(ends).collect();
            lowerer.line_starts = text.is_ascii().then(line_starts);
            lowerer.file(&file, Span::new(0, text.len()));
        }
        Some(Parsed::Refused) => {}
        None => rescue::rescue(&text, &mut lowerer),
    }
    // Its table of source texts grows with every file otherwise, and lookups slow down with it.
    proc_macro2::extra::invalidate_current_thread_spans();
    lowerer.module.unbound_names_are_packages = true;
    lowerer.module
}

/// What came of a text that needs no rescue.
enum Parsed {
    File(Box<syn::File>),
    /// Out of bounds, and noted as unread.
    Refused,
}

/// Parses the whole text; `None` when it is not valid Rust.
fn read(text: &str, lowerer: &mut Lowerer) -> Option<Parsed> {
    let scan = token_path::scan(text.as_bytes());
    let refusal = scan.refusal();
    lowerer.module.comments = scan.comments;
    if let Some(reason) = refusal {
        lowerer.module.unread.push(Unread {
            span: Span::new(0, text.len()),
            reason: reason.to_owned(),
        });
        return Some(Parsed::Refused);
    }
    let file = syn::parse_str(text).ok()?;
    Some(Parsed::File(Box::new(file)))
}
