//! YAML to a [`Tree`].

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::tree::{Builder, Style, Tree};
use super::{SettingsFile, content, flow, template};
use crate::source::{SourceFile, Span};
use crate::syntax::ir::Unread;

/// How often reading starts again at the next document after one that is broken.
const MAX_BROKEN: usize = 200;
/// How many bytes are read again, in all, after lines of flow collections were joined.
const MAX_READ_AGAIN: usize = 4 << 20;

/// Reads a YAML file with the reader that its name and content tell.
pub(super) fn read(source: &SourceFile) -> SettingsFile {
    let masked = std::str::from_utf8(source.bytes())
        .ok()
        .and_then(template::mask);
    let (tree, unread) = match &masked {
        Some((masked, _)) => parse(masked.as_bytes()),
        None => parse(source.bytes()),
    };
    let mut file = SettingsFile {
        unread,
        ..SettingsFile::default()
    };
    content::read(source, &tree, &mut file);
    if let Some((_, templates)) = &masked {
        templates.resolve(&mut file);
    }
    file
}

/// Reads a YAML file as data that only code reads.
pub(super) fn read_plain(source: &SourceFile) -> SettingsFile {
    let (tree, unread) = parse(source.bytes());
    let mut file = SettingsFile {
        unread,
        ..SettingsFile::default()
    };
    for root in tree.roots() {
        content::plain(root, &mut file);
    }
    file
}

/// Reads YAML. What is broken is left out from where it breaks to the next document.
pub(super) fn parse(bytes: &[u8]) -> (Tree, Vec<Unread>) {
    let mut builder = Builder::default();
    let (valid, whole) = match std::str::from_utf8(bytes) {
        Ok(text) => (text, true),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            (std::str::from_utf8(valid).unwrap_or_default(), false)
        }
    };
    let offsets = Offsets::new(valid);
    let mut text = Cow::Borrowed(valid);
    let (mut base, mut characters) = (0, 0);
    let (mut broken_documents, mut read_again) = (0, 0);
    loop {
        let part = Part {
            text: &text,
            base,
            characters,
            offsets: &offsets,
        };
        let state = builder.state();
        let Some(broken) = part.parse(&mut builder) else {
            break;
        };
        if broken.in_flow
            && read_again < MAX_READ_AGAIN
            && let Some(joined) = flow::join_line(&text, broken.at)
        {
            read_again += text.len();
            builder.go_back(state);
            text = Cow::Owned(joined);
            continue;
        }
        let here = base + broken.at;
        builder.break_off(Span::new(0, here).end);
        builder.unread(Span::new(here, valid.len()), broken.reason);
        // It may have broken on finding the next document.
        let mut from = broken.at.saturating_sub("\n---".len());
        while !text.is_char_boundary(from) {
            from -= 1;
        }
        let Some(next) = text.get(from..).and_then(|rest| rest.find("\n---")) else {
            break;
        };
        broken_documents += 1;
        if broken_documents > MAX_BROKEN {
            break;
        }
        let (left, following) = text.split_at(from + next + 1);
        characters += left.chars().count();
        base += left.len();
        text = Cow::Owned(following.to_owned());
    }
    if !whole {
        let span = Span::new(valid.len(), bytes.len());
        builder.unread(span, "not UTF-8".to_owned());
    }
    builder.finish(Span::new(0, bytes.len()).end)
}

/// Where and why a text broke.
struct Broken {
    at: usize,
    /// Inside of brackets or braces.
    in_flow: bool,
    reason: String,
}

/// Documents from somewhere in a file to its end.
struct Part<'text> {
    text: &'text str,
    /// Its offset in the file, in bytes and in characters.
    base: usize,
    characters: usize,
    offsets: &'text Offsets<'text>,
}

impl Part<'_> {
    /// Reads the documents, up to where one breaks.
    fn parse(&self, builder: &mut Builder) -> Option<Broken> {
        let (text, base) = (self.text, self.base);
        let byte = |index: usize| {
            self.offsets
                .byte(self.characters + index)
                .saturating_sub(base)
        };
        let is_flow = |start: usize| {
            let first = text.as_bytes().get(start);
            matches!(first, Some(b'[' | b'{'))
        };
        let mut block_end = (0, 0);
        // Complete nodes by the number of their anchor, and the anchors of what is open.
        let mut anchors: Vec<Option<usize>> = Vec::new();
        let mut open: Vec<(usize, bool)> = Vec::new();
        for event in Parser::new_from_str(text) {
            let (event, place) = match event {
                Ok(event) => event,
                Err(error) => {
                    return Some(Broken {
                        at: byte(error.marker().index()),
                        in_flow: open.last().is_some_and(|(_, is_flow)| *is_flow),
                        reason: format!("not YAML: {}", error.info()),
                    });
                }
            };
            let (start, end) = (byte(place.start.index()), byte(place.end.index()));
            let span = |start: usize| Span::new(base + start, base + end);
            match event {
                Event::Scalar(content, style, anchor, tag) => {
                    let style = match style {
                        ScalarStyle::Plain => Style::Plain,
                        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
                        ScalarStyle::Literal => Style::Block,
                        ScalarStyle::Folded => Style::Folded,
                    };
                    let start = if anchor > 0 || tag.is_some() {
                        after_properties(text, start, end)
                    } else {
                        start
                    };
                    let tag = tag.map(|tag| tag_text(&tag));
                    let node = builder.scalar(&content, style, span(start), tag.as_deref());
                    remember(&mut anchors, anchor, node);
                }
                Event::Alias(anchor) => {
                    let target = anchors.get(anchor).copied().flatten();
                    builder.alias(target, span(start));
                }
                Event::MappingStart(anchor, tag) => {
                    let tag = tag.map(|tag| tag_text(&tag));
                    builder.begin_map(span(start), tag.as_deref());
                    open.push((anchor, is_flow(start)));
                }
                Event::SequenceStart(anchor, tag) => {
                    let tag = tag.map(|tag| tag_text(&tag));
                    builder.begin_list(span(start), tag.as_deref());
                    open.push((anchor, is_flow(start)));
                }
                Event::MappingEnd | Event::SequenceEnd => {
                    let (anchor, _) = open.pop().unwrap_or_default();
                    // A block ends where the next thing begins: go back to its last line with content.
                    if block_end.0 != end {
                        let before = text.get(..end).unwrap_or_default();
                        block_end = (end, before.trim_end().len());
                    }
                    let node = builder.end(Span::new(0, base + block_end.1).end);
                    remember(&mut anchors, anchor, node);
                }
                _ => {}
            }
        }
        None
    }
}

fn remember(anchors: &mut Vec<Option<usize>>, anchor: usize, node: Option<usize>) {
    if anchor > 0 {
        if anchors.len() <= anchor {
            anchors.resize(anchor + 1, None);
        }
        if let Some(slot) = anchors.get_mut(anchor) {
            *slot = node;
        }
    }
}

/// The tag as it is used: `!Ref`, `!!binary`.
fn tag_text(tag: &saphyr_parser::Tag) -> String {
    if tag.is_yaml_core_schema() {
        format!("!!{}", tag.suffix)
    } else {
        format!("!{}", tag.suffix.trim_start_matches('!'))
    }
}

/// Where a scalar itself starts behind its anchor and tag.
fn after_properties(text: &str, start: usize, end: usize) -> usize {
    let mut at = start;
    while let Some(rest) = text.get(at..end)
        && rest.starts_with(['&', '!'])
    {
        let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let after = rest.get(word..).unwrap_or_default();
        at += word + (after.len() - after.trim_start().len());
    }
    at.min(end)
}

/// Offsets of characters in bytes.
struct Offsets<'text> {
    text: &'text str,
    /// Byte offset of every 64th character; empty when every character is one byte.
    marks: Vec<usize>,
}

const STEP: usize = 64;

impl<'text> Offsets<'text> {
    fn new(text: &'text str) -> Self {
        let marks = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices()
                .step_by(STEP)
                .map(|(offset, _)| offset)
                .collect()
        };
        Self { text, marks }
    }

    fn byte(&self, index: usize) -> usize {
        if self.marks.is_empty() {
            return index.min(self.text.len());
        }
        let Some(&mark) = self.marks.get(index / STEP) else {
            return self.text.len();
        };
        self.text
            .get(mark..)
            .and_then(|rest| rest.char_indices().nth(index % STEP))
            .map_or(self.text.len(), |(offset, _)| mark + offset)
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::sample::{read, shown};

    const PATH: &str = "config/app.yml";

    #[test]
    fn names_are_dotted_and_places_are_bytes() {
        let text =
            "é: ü\njwt:\n  secret: &s !x \"a b\"\n  list: [1, {k: v}]\n  none:\n  again: *s\n";
        let file = read(PATH, text);
        assert_eq!(
            shown(&file),
            [
                "é='ü'",
                "jwt.secret='a b'",
                "jwt.list.0='1'",
                "jwt.list.1.k='v'",
                "jwt.again='a b'"
            ]
        );
        let places: Vec<&str> = file
            .settings
            .iter()
            .map(|setting| &text[setting.span.range()])
            .collect();
        assert_eq!(places, ["ü", "\"a b\"", "1", "v", "\"a b\""]);
        assert_eq!(&text[file.settings[1].key.range()], "secret");
    }

    #[test]
    fn placeholders_have_defaults() {
        assert_eq!(
            shown(&read(
                PATH,
                "jwt:\n  secret: ${JWT_SECRET:change-me}\n  key: '{cipher}00ff'\n"
            )),
            ["jwt.secret=JWT_SECRET or 'change-me'", "jwt.key=encrypted"]
        );
    }

    #[test]
    fn merge_keys_give_what_is_not_there() {
        let text = "base: &b {a: 1, b: 2}\nmore: &m {b: 3, c: 4}\nall:\n  <<: [*b, *m]\n  a: 0\n";
        assert_eq!(
            shown(&read(PATH, text)),
            [
                "base.a='1'",
                "base.b='2'",
                "all.b='2'",
                "more.b='3'",
                "more.c='4'",
                "all.c='4'",
                "all.a='0'"
            ]
        );
    }

    #[test]
    fn of_a_key_that_stands_twice_the_last_counts() {
        assert_eq!(shown(&read(PATH, "a: 1\nb: 2\na: 3\n")), ["b='2'", "a='3'"]);
    }

    #[test]
    fn every_document_is_read_but_the_broken_part_of_one() {
        let text =
            "a: 1\n---\nb: 2\nc: {{ .Values.x }}\n}\nd: 3\n---\ne: é\n---\nf: [1, 2\n---\ng: 4\n";
        let file = read(PATH, text);
        assert_eq!(
            shown(&file),
            [
                "a='1'",
                "b='2'",
                "c=Values.x",
                "e='é'",
                "f.0='1'",
                "f.1='2'",
                "g='4'"
            ]
        );
        assert_eq!(file.unread.len(), 2);
        assert_eq!(&text[file.settings[3].span.range()], "é");
        assert_eq!(&text[file.settings[6].span.range()], "4");
    }

    #[test]
    fn flow_collections_may_be_closed_further_left() {
        let text = "a:\n  b:\n    c: [\n      'é', # one\n      'y'\n  ]\n    d: {\n  k: v,\n}\n    e: 1\nf: 2\n";
        let file = read(PATH, text);
        assert!(file.unread.is_empty(), "{:?}", file.unread);
        assert_eq!(
            shown(&file),
            [
                "a.b.c.0='é'",
                "a.b.c.1='y'",
                "a.b.d.k='v'",
                "a.b.e='1'",
                "f='2'"
            ]
        );
        let last = file
            .settings
            .last()
            .map(|setting| &text[setting.span.range()]);
        assert_eq!(last, Some("2"));
        assert!(!read(PATH, "a:\n    b: 1\n  c: 2\n").unread.is_empty());
        read(PATH, &"a:\n  b: [\n 'x'\n]\n".repeat(5_000));
    }

    #[test]
    fn aliases_that_repeat_without_bound_are_cut() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..40 {
            let below = level - 1;
            let line = format!("*a{below}, ").repeat(9);
            text.push_str(&format!("a{level}: &a{level} [{line}]\n"));
        }
        let file = read(PATH, &text);
        assert_eq!(file.unread.len(), 1);
        assert!(file.settings.len() < 300_000);
        // A node that names itself, and a chain that gets deeper with every link.
        read(PATH, "a: &a [*a, {b: *a}]\n");
        let chain: String = (1..5_000)
            .map(|level| format!("k{level}: &k{level} [*k{}]\n", level - 1))
            .collect();
        read(PATH, &format!("k0: &k0 [x]\n{chain}"));
    }

    #[test]
    fn depth_is_bounded() {
        let file = read(PATH, &format!("a: 1\nb: {}\nc: 2\n", "- ".repeat(100_000)));
        assert!(!file.unread.is_empty());
        let flow = read(
            PATH,
            &format!("a: {}{}\nc: 2\n", "[".repeat(200), "]".repeat(200)),
        );
        assert_eq!(shown(&flow).last().map(String::as_str), Some("c='2'"));
        read(PATH, &"- ".repeat(200_000));
        read(PATH, &"{a: ".repeat(200_000));
        read(PATH, &"? ".repeat(100_000));
    }

    #[test]
    fn hostile_text_is_read_as_far_as_it_goes() {
        for text in [
            "",
            "\u{feff}",
            "\t",
            "---\n...\n---",
            "a: *nope",
            "%YAML 9",
            "\0",
            "&a",
            "!",
            "- - -",
            "? a",
            ": b",
        ] {
            read(PATH, text);
        }
        read(PATH, &"--- \"\n".repeat(100_000));
        read(PATH, &"é: [\n---\n".repeat(100_000));
    }
}
