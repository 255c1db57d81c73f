//! Single-file components: markup with scripts in it, and the fenced script that may stand before it. What is around
//! the scripts becomes spaces, so that every offset, line and column stays that of the file.

use std::ops::Range;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};

use super::bounds::Limits;
use super::ir::Module;
use super::javascript::{self, Dialect};
use crate::source::SourceFile;

/// Scripts of one file that are read; components have two or three.
const MOST_SCRIPTS: usize = 64;
/// A line that begins so opens and closes the script before the markup.
const FENCE: &[u8] = b"---";

/// Parses and lowers the scripts of a file as one module.
pub(super) fn parse(source: &SourceFile, limits: &Limits) -> Module {
    let scripts = Scripts::of(source.bytes());
    let code = SourceFile::new(
        source.path.clone(),
        source.disk_path.clone(),
        scripts.without_markup(source.bytes()),
    );
    javascript::parse(&code, scripts.dialect, limits)
}

/// Where the scripts of a file are.
struct Scripts {
    parts: Vec<Range<usize>>,
    dialect: Dialect,
}

impl Scripts {
    fn of(bytes: &[u8]) -> Self {
        let mut scripts = Self {
            parts: Vec::new(),
            // Reads what JavaScript is without elements, which stand in the markup.
            dialect: Dialect::TypeScript,
        };
        let fenced = fenced(bytes);
        let markup = fenced.as_ref().map_or(0, |script| script.end);
        scripts.parts.extend(fenced);
        scripts.read_markup(bytes.get(markup..).unwrap_or_default(), markup);
        scripts
    }

    /// Finds the script elements of markup that begins at an offset of the file.
    fn read_markup(&mut self, markup: &[u8], offset: usize) {
        let mut emitter = DefaultEmitter::<usize>::new_with_span();
        emitter.naively_switch_states(true);
        let mut open: Option<usize> = None;
        for token in Tokenizer::new_with_emitter(markup, emitter) {
            let Ok(token) = token;
            match token {
                Token::StartTag(tag) if &**tag.name == b"script" && !tag.self_closing => {
                    open = is_code(&tag).then_some(tag.span.end);
                    if open.is_some() && is_with_elements(&tag) {
                        self.dialect = Dialect::Tsx;
                    }
                }
                Token::EndTag(tag) if &**tag.name == b"script" => {
                    if let Some(start) = open.take()
                        && self.parts.len() < MOST_SCRIPTS
                    {
                        self.parts.push(offset + start..offset + tag.span.start);
                    }
                }
                _ => {}
            }
        }
        // Half typed: what follows is script to its end.
        if let Some(start) = open {
            self.parts.push(offset + start..offset + markup.len());
        }
    }

    /// The file with spaces for all that is not script. Line ends stay, and a semicolon ends each script.
    fn without_markup(&self, bytes: &[u8]) -> Vec<u8> {
        let mut code: Vec<u8> = bytes
            .iter()
            .map(|byte| match byte {
                b'\n' | b'\r' => *byte,
                _ => b' ',
            })
            .collect();
        for part in &self.parts {
            if let (Some(to), Some(from)) = (code.get_mut(part.clone()), bytes.get(part.clone())) {
                to.copy_from_slice(from);
            }
            if let Some(behind) = code.get_mut(part.end).filter(|byte| **byte == b' ') {
                *behind = b';';
            }
        }
        code
    }
}

/// The script between two lines of dashes at the beginning of a file.
fn fenced(bytes: &[u8]) -> Option<Range<usize>> {
    let bytes_before = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let rest = bytes_before.trim_ascii_start().strip_prefix(FENCE)?;
    let start = bytes.len() - rest.len();
    let mut offset = start;
    for line in rest.split_inclusive(|byte| *byte == b'\n') {
        if offset > start && line.trim_ascii_start().starts_with(FENCE) {
            return Some(start..offset);
        }
        offset += line.len();
    }
    // Half typed: there is no markup yet.
    Some(start..bytes.len())
}

/// Whether an element holds code, and not data or a template.
fn is_code(tag: &StartTag<usize>) -> bool {
    let kind = attribute(tag, b"type");
    matches!(
        kind.trim_ascii(),
        b"" | b"module"
            | b"ts"
            | b"text/javascript"
            | b"application/javascript"
            | b"text/babel"
            | b"text/typescript"
            | b"application/typescript"
    )
}

/// Whether the code of an element may hold elements itself.
fn is_with_elements(tag: &StartTag<usize>) -> bool {
    matches!(attribute(tag, b"lang"), b"jsx" | b"tsx")
}

fn attribute<'t>(tag: &'t StartTag<usize>, name: &[u8]) -> &'t [u8] {
    tag.attributes
        .get(name)
        .map_or(&[], |value| value.value.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::bounds::on_big_stack;
    use std::path::PathBuf;

    fn code(text: &str) -> String {
        let bytes = text.as_bytes();
        let code = Scripts::of(bytes).without_markup(bytes);
        assert_eq!(code.len(), bytes.len());
        String::from_utf8(code).unwrap()
    }

    fn module(text: &str) -> Module {
        let source = SourceFile::new("a.vue".into(), PathBuf::new(), text.as_bytes().to_vec());
        on_big_stack(1, || parse(&source, &Limits::default())).unwrap()
    }

    #[test]
    fn only_scripts_stay_and_stay_where_they_are() {
        assert_eq!(
            code("<p>é</p>\r\n<script setup lang=\"ts\">\r\na(1)\r\n</script>\n<style>b</style>"),
            "         \r\n                        \r\na(1)\r\n;        \n                "
        );
    }

    #[test]
    fn line_ends_of_two_bytes_are_counted() {
        let text = format!("{}<script>a</script>", "<p\r\nb='\r\n'>\r\n".repeat(50));
        assert_eq!(code(&text).trim(), "a;");
        assert_eq!(code(&text).find('a'), text.find("a<"));
    }

    #[test]
    fn two_scripts_are_one_module() {
        let text = "<script>const a = 1</script><script setup>const b = a</script>";
        let module = module(text);
        assert_eq!(module.unread, []);
        assert_eq!(module.body.statements.len(), 2);
        let start = module.body.statements[1].span.start as usize;
        assert_eq!(start, text.find("const b").unwrap());
    }

    #[test]
    fn what_is_no_code_is_left_out() {
        for text in [
            "<!-- <script>a</script> -->",
            "<script type=\"application/ld+json\">{}</script>",
            "<textarea><script>a</script></textarea>",
            "<script src=\"a.js\" />",
            "",
        ] {
            assert_eq!(code(text).trim(), "", "{text}");
        }
    }

    #[test]
    fn a_fence_opens_the_file() {
        assert_eq!(
            code("---\nconst a = '<script>';\n---\n<p/><script>b()</script>")
                .split_whitespace()
                .collect::<Vec<_>>(),
            ["const", "a", "=", "'<script>';", ";", "b();"]
        );
        assert_eq!(code("<p>---\na\n---</p>").trim(), "");
    }

    #[test]
    fn types_and_elements_are_read() {
        assert_eq!(
            module("<script lang=ts>const a: B<C> = <D>e</script>").unread,
            []
        );
        assert_eq!(
            module("<script lang=\"tsx\">const a = () => <b/></script>").unread,
            []
        );
    }

    #[test]
    fn hostile_markup_ends() {
        for text in [
            "<script".repeat(20_000),
            "<script>".repeat(20_000),
            "<!--".repeat(20_000),
            "---\n".repeat(20_000),
            "<a b='".repeat(20_000),
        ] {
            module(&text);
        }
    }
}
