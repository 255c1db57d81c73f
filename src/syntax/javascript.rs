//! Stub, replaced by the front end.
use super::bounds::Limits;
use super::ir::Module;
use crate::source::SourceFile;

/// Which grammar reads the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    JavaScript,
    TypeScript,
    Tsx,
}

/// Parses and lowers a file.
pub(super) fn parse(_source: &SourceFile, _dialect: Dialect, _limits: &Limits) -> Module {
    Module::default()
}
