//! Text to IR: which language a file is in, and one front end for each. Nothing here knows what a token is.

pub mod bounds;
pub mod ir;
mod javascript;
mod python;
pub mod resolve;
mod rust;

use crate::source::SourceFile;
use ir::Module;

/// The folders of library models: one for each group of languages that share packages.
pub const MODEL_FOLDERS: [&str; 3] = ["javascript", "python", "rust"];

/// A language that jotlint reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// JavaScript, with JSX.
    JavaScript,
    /// TypeScript without JSX.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
    /// Python.
    Python,
    /// Rust.
    Rust,
}

impl Language {
    /// The language of a file by its name, `None` when it is not code that jotlint reads.
    pub fn of_path(path: &str) -> Option<Self> {
        let (_, extension) = path.rsplit_once('.')?;
        Some(match extension {
            "js" | "cjs" | "mjs" | "jsx" => Self::JavaScript,
            "ts" | "cts" | "mts" => Self::TypeScript,
            "tsx" => Self::Tsx,
            "py" | "pyi" | "pyw" => Self::Python,
            "rs" => Self::Rust,
            _ => return None,
        })
    }

    /// The folder of its library models under `rules/libraries/`: languages that share packages share one.
    pub fn model_folder(self) -> &'static str {
        match self {
            Self::JavaScript | Self::TypeScript | Self::Tsx => "javascript",
            Self::Python => "python",
            Self::Rust => "rust",
        }
    }
}

/// Parses and lowers a file. Never fails: what could not be read is in [`Module::unread`].
///
/// Must run on a thread made by [`bounds::on_big_stack`], since parsers recurse.
pub fn parse(source: &SourceFile, language: Language, limits: &bounds::Limits) -> Module {
    match language {
        Language::JavaScript => javascript::parse(source, javascript::Dialect::JavaScript, limits),
        Language::TypeScript => javascript::parse(source, javascript::Dialect::TypeScript, limits),
        Language::Tsx => javascript::parse(source, javascript::Dialect::Tsx, limits),
        Language::Python => python::parse(source, limits),
        Language::Rust => rust::parse(source, limits),
    }
}
