//! What a module takes from others and gives to them.

use super::id::ExprId;
use super::name::Name;
use crate::source::Span;

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
