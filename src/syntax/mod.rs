//! Text to IR: which language a file is in, and one front end for each. Nothing here knows what a token is.

pub mod bounds;
mod component;
mod data;

pub mod ir;
mod javascript;
mod named;
mod notebook;
mod python;
pub mod resolve;
mod rust;
mod stamp;
pub mod tree;

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
    /// Scripts within the markup of a single-file component.
    Component,
    /// Python.
    Python,
    /// Cells of Python in a notebook.
    Notebook,
    /// Rust.
    Rust,
    /// JSON that code imports.
    Json,
}

impl Language {
    /// The language of a file by its name, `None` when it is not code that jotlint reads.
    pub fn of_path(path: &str) -> Option<Self> {
        let (_, extension) = path.rsplit_once('.')?;
        Some(match extension {
            "js" | "cjs" | "mjs" | "jsx" => Self::JavaScript,
            "ts" | "cts" | "mts" => Self::TypeScript,
            "tsx" => Self::Tsx,
            "vue" | "svelte" | "astro" => Self::Component,
            "py" | "pyi" | "pyw" => Self::Python,
            "ipynb" => Self::Notebook,
            "rs" => Self::Rust,
            _ => return None,
        })
    }

    /// The language of a file that is no code but that code may import as a value, by its name.
    pub fn of_data_path(path: &str) -> Option<Self> {
        path.ends_with(".json").then_some(Self::Json)
    }

    /// What a file of the language spells that makes an instance of a class without a constructor: by naming its
    /// fields, or by one of these functions of it. Nothing where every instance is made by a constructor.
    pub fn spelled_makers<'a>(
        self,
        class: &str,
        functions: impl Iterator<Item = &'a str>,
    ) -> Vec<String> {
        if self != Self::Rust {
            return Vec::new();
        }
        let calls = functions.map(|function| format!("{class}::{function}("));
        std::iter::once(format!("{class} {{"))
            .chain(calls)
            .collect()
    }

    /// Whether files of it hold a value and nothing that runs.
    pub fn is_data(self) -> bool {
        self == Self::Json
    }

    /// The folder of its library models under `rules/libraries/`: languages that share packages share one.
    pub fn model_folder(self) -> &'static str {
        match self {
            Self::JavaScript | Self::TypeScript | Self::Tsx | Self::Component | Self::Json => {
                "javascript"
            }
            Self::Python | Self::Notebook => "python",
            Self::Rust => "rust",
        }
    }
}

/// Parses and lowers a file. Never fails: what could not be read is in [`Module::unread`].
///
/// Must run on a thread made by [`bounds::on_big_stack`], since parsers recurse.
pub fn parse(source: &SourceFile, language: Language, limits: &bounds::Limits) -> Module {
    let mut module = match language {
        Language::JavaScript => javascript::parse(source, javascript::Dialect::JavaScript, limits),
        Language::TypeScript => javascript::parse(source, javascript::Dialect::TypeScript, limits),
        Language::Tsx => javascript::parse(source, javascript::Dialect::Tsx, limits),
        Language::Component => component::parse(source, limits),
        Language::Python => python::parse(source, limits),
        Language::Notebook => notebook::parse(source, limits),
        Language::Rust => rust::parse(source, limits),
        Language::Json => data::parse(source),
    };
    module.stamp(source.id);
    module
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn every_span_says_its_file() {
        let cases = [
            (
                Language::TypeScript,
                "import {a as b} from './x'; // c\nclass A extends B { @D() f: T<U> = 1; constructor(private x: Y) {} m({a, b: [c]} = {}) { for (const x of y) { try { z?.[1](`a${b}`, ...q) } catch (e) { throw e } } switch (x) { case 1: break } const {p: r = 2, ...s} = this; } }\nexport * from 'y'; export default () => a as T; test('x', () => {}); namespace N { const k = 1 }",
            ),
            (
                Language::Python,
                "from a import b as c\n@d\nclass A(B):\n    f: T = 1\n    def m(self, x: int = 2, *y, **z) -> R:\n        with q(k=v) as w:\n            for i, (j, l) in e: pass\n        try:\n            pass\n        except E as x: raise\n        match x:\n            case {'a': b}: pass\n",
            ),
            (
                Language::Component,
                "<script setup lang='ts'>\nconst a = ref<T>(b?.c)\n</script><template><p>x</p></template>",
            ),
            (
                Language::Notebook,
                r#"{"cells": [{"cell_type": "code", "source": ["import a\n", "b = a.c(\"d\")"]}]}"#,
            ),
            (Language::Json, r#"{"a": [true, {"b": 1.5}], "c": "d"}"#),
            (
                Language::Rust,
                "use a::b as c; #[derive(D)] struct S { f: Option<u64> } impl T for S { fn m(&self, Some(x): P) -> R { if let Ok(y) = z { S { f: 1, ..q } } else { json!({\"a\": 1}); loop {} } } } mod n { const K: &str = \"\"; } #[test] fn t() { match x { A(b) if c => d, _ => {} } }",
            ),
        ];
        for (language, text) in cases {
            let mut source = SourceFile::new("a".into(), "a".into(), text.as_bytes().to_vec());
            source.id = FileId(7);
            let limits = bounds::Limits::default();
            let module = bounds::on_big_stack(1, || parse(&source, language, &limits)).unwrap();
            let shown = format!("{module:?}");
            assert!(shown.contains("FileId(7)"));
            assert!(!shown.contains("FileId(0)"), "{language:?}");
        }
    }
}
