//! Stub, replaced by the front end.
use super::bounds::Limits;
use super::ir::Module;
use crate::source::SourceFile;

/// Parses and lowers a file.
pub(super) fn parse(_source: &SourceFile, _limits: &Limits) -> Module {
    Module::default()
}
