//! Files inside files: a key of a ConfigMap or Secret whose value is itself a settings file.

use std::path::PathBuf;

use super::tree::{Node, Style};
use super::{Format, Holder, Setting, format, yaml};
use crate::source::{SourceFile, Span};

/// Settings of the file that a scalar holds, `None` when its name is that of no settings file. Their holder is
/// `holder`, and their places those in the outer file; where those cannot be told, the whole scalar.
pub(super) fn read(
    name: &str,
    node: Node<'_>,
    outer: &SourceFile,
    holder: &Holder,
) -> Option<Vec<Setting>> {
    let content = node.text()?;
    if !content.contains(['\n', '=', ':']) {
        return None;
    }
    read_text(name, content, &Places::of(node, content, outer), holder)
}

/// As [`read`], of a text that was decoded from the value at `span`.
pub(super) fn read_decoded(
    name: &str,
    content: &str,
    span: Span,
    holder: &Holder,
) -> Option<Vec<Setting>> {
    read_text(
        name,
        content,
        &Places {
            lines: Vec::new(),
            whole: span,
        },
        holder,
    )
}

fn read_text(name: &str, content: &str, places: &Places, holder: &Holder) -> Option<Vec<Setting>> {
    let path = match name {
        // As one line of an environment, not a file of it.
        "env" => return None,
        _ => name,
    };
    let format = Format::of_path(path)?;
    let source = SourceFile::new(path.to_owned(), PathBuf::new(), content.as_bytes().to_vec());
    let file = match format {
        // No deeper: a manifest inside a manifest is only data.
        Format::Yaml => yaml::read_plain(&source),
        _ => format::read(&source)?,
    };
    let mut settings = file.settings;
    settings.retain(|setting| setting.holder == Holder::File);
    for setting in &mut settings {
        setting.key = places.outer(setting.key);
        setting.span = places.outer(setting.span);
        setting.holder = holder.clone();
    }
    Some(settings)
}

/// Where the lines of a decoded scalar stand in its file.
struct Places {
    /// Offset of each line in the decoded text and in the file.
    lines: Vec<(usize, usize)>,
    whole: Span,
}

impl Places {
    fn of(node: Node<'_>, content: &str, outer: &SourceFile) -> Self {
        let whole = node.span();
        let raw = outer.slice(whole);
        let mut places = Self {
            lines: Vec::new(),
            whole,
        };
        if node.style() != Some(Style::Block) {
            let quote = usize::from(node.style() == Some(Style::Quoted));
            if raw.get(quote..quote + content.len()) == Some(content.as_bytes()) {
                places.lines.push((0, whole.start as usize + quote));
            }
            return places;
        }
        let bytes = outer.bytes();
        let start = whole.start as usize;
        let indent = bytes
            .get(..start)
            .unwrap_or_default()
            .iter()
            .rev()
            .take_while(|byte| **byte == b' ')
            .count();
        let (mut inner, mut at) = (0, start);
        for line in content.split_inclusive('\n') {
            let plain = line.trim_end_matches('\n').as_bytes();
            // The text of an expression is marked in one and not in the other: only lengths are held together.
            let there = bytes.get(at..at + plain.len());
            let fits = there.is_some_and(|there| !there.contains(&b'\n'));
            if !fits {
                places.lines.clear();
                return places;
            }
            places.lines.push((inner, at));
            inner += line.len();
            let rest = bytes.get(at..).unwrap_or_default();
            let Some(line_end) = rest.iter().position(|byte| *byte == b'\n') else {
                break;
            };
            at += line_end + 1;
            let blanks = bytes
                .get(at..)
                .unwrap_or_default()
                .iter()
                .take(indent)
                .take_while(|byte| **byte == b' ')
                .count();
            at += blanks;
        }
        places
    }

    fn outer(&self, span: Span) -> Span {
        match (
            self.offset(span.start as usize),
            self.offset(span.end as usize),
        ) {
            (Some(start), Some(end)) if start <= end && end <= self.whole.end as usize => {
                Span::new(start, end)
            }
            _ => self.whole,
        }
    }

    fn offset(&self, inner: usize) -> Option<usize> {
        let index = self.lines.partition_point(|(line, _)| *line <= inner);
        let (line, at) = self.lines.get(index.checked_sub(1)?)?;
        Some(at + (inner - line))
    }
}
