//! Notebooks: the code cells of a JSON document, read as one module. Cells are JSON strings with escapes, so every
//! span is led back to the byte of the document that it came from.

use jsonc_parser::ast::{Object, StringLit, Value};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::bounds::Limits;
use super::ir::{Module, Unread};
use super::python;
use crate::source::{SourceFile, Span};

/// Magics at the head of a cell whose rest is still the notebook's own language.
const TRANSPARENT_MAGICS: [&str; 5] = ["time", "timeit", "capture", "prun", "memit"];

/// Parses and lowers the code cells as one module.
pub(super) fn parse(source: &SourceFile, limits: &Limits) -> Module {
    let bytes = source.bytes();
    let start = if bytes.starts_with(b"\xEF\xBB\xBF") {
        3
    } else {
        0
    };
    let cells = match std::str::from_utf8(bytes.get(start..).unwrap_or_default()) {
        Ok(document) => read(document, start),
        Err(_) => Err("the notebook is not valid UTF-8".to_owned()),
    };
    match cells {
        Ok(cells) => {
            let code = SourceFile::new(source.path.clone(), source.disk_path.clone(), cells.text);
            let mut module = python::parse(&code, limits);
            let places = cells.places;
            module.change_spans(&|span| {
                *span = Span {
                    start: in_document(&places, span.start),
                    end: in_document(&places, span.end),
                    ..*span
                };
            });
            module
        }
        Err(reason) => Module {
            unread: vec![Unread {
                span: Span::new(0, bytes.len()),
                reason,
            }],
            ..Module::default()
        },
    }
}

/// The text of the cells, and where it came from.
#[derive(Default)]
struct Cells {
    text: Vec<u8>,
    /// Offsets in the text and in the document from which on both count alike.
    places: Vec<(u32, u32)>,
    /// The quote that ends the last string.
    end: usize,
}

/// Reads the code cells of a document that begins at an offset of its file.
fn read(document: &str, start: usize) -> Result<Cells, String> {
    let parsed = parse_to_ast(
        document,
        &CollectOptions::default(),
        &ParseOptions::default(),
    )
    .map_err(|error| format!("not a notebook: {}", error.kind()))?;
    let mut cells = Cells::default();
    let Some(Value::Object(notebook)) = &parsed.value else {
        return Ok(cells);
    };
    let language = language(notebook).to_ascii_lowercase();
    if !(language.is_empty() || language.contains("python")) {
        return Ok(cells);
    }
    let Some(list) = notebook.get_array("cells") else {
        return Ok(cells);
    };
    for cell in &list.elements {
        let Value::Object(cell) = cell else {
            continue;
        };
        if string(cell, "cell_type") != "code" {
            continue;
        }
        let begin = cells.text.len();
        match cell.get("source").map(|property| &property.value) {
            Some(Value::StringLit(whole)) => cells.add(document, start, whole),
            Some(Value::Array(lines)) => {
                for line in &lines.elements {
                    if let Value::StringLit(line) = line {
                        cells.add(document, start, line);
                    }
                }
            }
            _ => continue,
        }
        cells.blank_magics(begin);
        cells.push('\n', cells.end);
    }
    Ok(cells)
}

/// The language that a notebook says it is in.
fn language<'n>(notebook: &'n Object<'_>) -> &'n str {
    let Some(metadata) = notebook.get_object("metadata") else {
        return "";
    };
    let of = |part: &str, name: &str| {
        let part = metadata.get_object(part);
        part.map_or("", |part| string(part, name))
    };
    [
        of("kernelspec", "language"),
        of("language_info", "name"),
        of("kernelspec", "name"),
    ]
    .into_iter()
    .find(|name| !name.is_empty())
    .unwrap_or_default()
}

fn string<'o>(object: &'o Object<'_>, name: &str) -> &'o str {
    object
        .get_string(name)
        .map_or("", |value| value.value.as_ref())
}

impl Cells {
    /// Adds a character that stands at an offset of the file.
    fn push(&mut self, character: char, from: usize) {
        let place = Span::new(self.text.len(), from);
        let is_in_step = self.places.last().is_some_and(|(text, file)| {
            place.end.checked_sub(*file) == place.start.checked_sub(*text)
        });
        if !is_in_step {
            self.places.push((place.start, place.end));
        }
        let mut buffer = [0; 4];
        self.text
            .extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
    }

    /// Adds the content of a JSON string.
    fn add(&mut self, document: &str, start: usize, string: &StringLit<'_>) {
        let range = string.range;
        let Some(inside) = document.get(range.start + 1..range.end.saturating_sub(1)) else {
            return;
        };
        let begin = start + range.start + 1;
        self.end = begin + inside.len();
        let mut characters = inside.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            if character != '\\' {
                self.push(character, begin + at);
                continue;
            }
            let escaped = match characters.next() {
                Some((_, 'n')) => '\n',
                Some((_, 't')) => '\t',
                Some((_, 'r')) => '\r',
                Some((_, 'b')) => '\u{8}',
                Some((_, 'f')) => '\u{c}',
                Some((_, 'u')) => {
                    let (character, digits) = unicode(inside.get(at..).unwrap_or_default());
                    for _ in 0..digits {
                        characters.next();
                    }
                    character
                }
                Some((_, other)) => other,
                None => break,
            };
            self.push(escaped, begin + at);
        }
    }

    /// Puts spaces for the commands of the notebook itself in the cell that begins at an offset of the text.
    fn blank_magics(&mut self, begin: usize) {
        let Some(cell) = self.text.get_mut(begin..) else {
            return;
        };
        let mut is_first = true;
        let mut is_other_language = false;
        for line in cell.split_mut(|byte| *byte == b'\n') {
            let content = line.trim_ascii();
            if content.is_empty() {
                continue;
            }
            if is_first && let Some(magic) = content.strip_prefix(b"%%") {
                let is_transparent = TRANSPARENT_MAGICS.iter().any(|name| {
                    magic
                        .strip_prefix(name.as_bytes())
                        .is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric))
                });
                is_other_language = !is_transparent;
            }
            if is_other_language || is_magic(content) {
                line.fill(b' ');
            }
            is_first = false;
        }
    }
}

/// Whether a line is a command of the notebook, or takes a value from one.
fn is_magic(line: &[u8]) -> bool {
    let begins = |text: &[u8]| match text {
        [b'%', b'%', ..] => true,
        [b'%', next, ..] => next.is_ascii_alphabetic(),
        [b'!', next, ..] => *next != b'=',
        _ => false,
    };
    let assigned = || {
        let mut parts = line.splitn(2, |byte| *byte == b'=');
        let (Some(name), Some(value)) = (parts.next(), parts.next()) else {
            return false;
        };
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_, ".contains(byte);
        name.iter().all(is_name) && begins(value.trim_ascii_start())
    };
    begins(line)
        || line.starts_with(b"?")
        || (line.ends_with(b"?") && !line.contains(&b'#'))
        || assigned()
}

/// The character of `\uXXXX` at the beginning of a text, with its second half when there is one, and how many
/// characters follow the `u`.
fn unicode(text: &str) -> (char, usize) {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let Some(first) = unit(0) else {
        return (char::REPLACEMENT_CHARACTER, 0);
    };
    let units = [Some(first), unit(6)];
    let pair = char::decode_utf16(units.into_iter().flatten()).next();
    match pair {
        Some(Ok(character)) if character.len_utf16() == 2 => (character, 10),
        Some(Ok(character)) => (character, 4),
        _ => (char::REPLACEMENT_CHARACTER, 4),
    }
}

/// Where an offset of the text is in the document.
fn in_document(places: &[(u32, u32)], offset: u32) -> u32 {
    let behind = places.partition_point(|(text, _)| *text <= offset);
    let Some((text, file)) = behind.checked_sub(1).and_then(|at| places.get(at)) else {
        return places.first().map_or(0, |(_, file)| *file);
    };
    file.saturating_add(offset - text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::bounds::on_big_stack;
    use crate::syntax::ir::{ExprKind, StatementKind, Target};
    use std::path::PathBuf;

    fn text(cells: &str) -> String {
        let document = format!("{{\"cells\": [{cells}]}}");
        String::from_utf8(read(&document, 0).unwrap().text).unwrap()
    }

    fn module(document: &str) -> Module {
        let bytes = document.as_bytes().to_vec();
        let source = SourceFile::new("a.ipynb".into(), PathBuf::new(), bytes);
        on_big_stack(1, || parse(&source, &Limits::default())).unwrap()
    }

    #[test]
    fn spans_lead_back_through_escapes() {
        let document = r##"{"cells": [
  {"cell_type": "markdown", "source": ["import x"]},
  {"cell_type": "code", "source": [
    "a = \"\u00e9\ud83d\ude00\"\n",
    "b = a"
  ]},
  {"cell_type": "code", "source": "c = 'd' # jotlint"}
]}"##;
        let module = module(document);
        assert_eq!(module.unread, []);
        let at = |span: Span| &document[span.range()];
        let names: Vec<&str> = module
            .body
            .statements
            .iter()
            .map(|statement| match &statement.kind {
                StatementKind::Assign(assignment) => match &assignment.target {
                    Target::Name(name) => at(name.span),
                    _ => "",
                },
                _ => "",
            })
            .collect();
        assert_eq!(names, ["a", "b", "c"]);
        let literals: Vec<&str> = module
            .exprs
            .iter()
            .filter(|expr| matches!(expr.kind, ExprKind::Text(_)))
            .map(|expr| at(expr.span))
            .collect();
        assert_eq!(literals, [r#"\"\u00e9\ud83d\ude00\""#, "'d'"]);
        assert_eq!(at(module.comments[0].span), "# jotlint");
    }

    #[test]
    fn commands_of_the_notebook_are_blank() {
        let code = |lines: &str| text(&format!(r#"{{"cell_type": "code", "source": "{lines}"}}"#));
        assert_eq!(code(r"!pip install x\na = 1\n%env B=c").trim(), "a = 1");
        assert_eq!(code(r"%%bash\nimport jwt").trim(), "");
        assert_eq!(code(r"%%time\nimport jwt").trim(), "import jwt");
        assert_eq!(
            code(r"a = !ls\nhelp?\nb = (c\n % d)").trim(),
            "b = (c\n % d)"
        );
    }

    #[test]
    fn other_languages_are_not_read() {
        let document = r#"{"cells": [{"cell_type": "code", "source": "a = 1"}],
            "metadata": {"kernelspec": {"language": "julia"}}}"#;
        assert!(read(document, 0).unwrap().text.is_empty());
    }

    #[test]
    fn broken_documents_are_named_or_empty() {
        assert_eq!(module("{\"cells\": [").unread.len(), 1);
        assert_eq!(
            module(r#"{"cells": [{"cell_type": "code", "source": "'\ud83d'"}]}"#)
                .unread
                .len(),
            1
        );
        assert_eq!(module(&"[".repeat(100_000)).unread.len(), 1);
        for document in [
            "",
            "3",
            "{}",
            r#"{"cells": 1}"#,
            r#"{"cells": [1, {"cell_type": "code"}]}"#,
            r#"{"cells": [{"cell_type": "code", "source": [1, ""]}]}"#,
        ] {
            let module = module(document);
            assert!(module.body.statements.is_empty(), "{document}");
        }
    }
}
