//! One file's bytes: spans into them, and the line index that turns a byte offset into a line and a UTF-16 column.
//!
//! Offsets are always byte offsets into the file as it is on disk, byte order mark included. Nothing here is lossy;
//! only what is shown to a person is decoded.

use std::borrow::Cow;
use std::path::PathBuf;

/// A file of the run. Numbers follow the order of the paths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A half-open range of byte offsets in one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file; the first one as long as nothing says otherwise.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from `start` up to, not including, `end`.
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            file: FileId::default(),
            start: clamp(start),
            end: clamp(end),
        }
    }

    /// The same range in this file.
    pub fn in_file(self, file: FileId) -> Self {
        Self { file, ..self }
    }

    /// Whether `other` lies within this span.
    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that holds both; this one when the other lies in another file.
    pub fn join(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// As a range of `usize`, for slicing.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A place in a file as people and SARIF count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1. CR, LF and CRLF each end a line.
    pub line: u32,
    /// Column in UTF-16 code units, from 1. A byte order mark at the start of the file has no column.
    pub column: u32,
}

/// A file that was read, with its line index.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Its number in this run; spans of what is parsed from it carry it.
    pub id: FileId,
    /// Path relative to the root that is linted, with forward slashes.
    pub path: String,
    /// Where it was read from.
    pub disk_path: PathBuf,
    bytes: Vec<u8>,
    line_starts: Vec<u32>,
}

impl SourceFile {
    /// Indexes `bytes`, the content of the file at `path` (relative to the linted root, forward slashes).
    pub fn new(path: String, disk_path: PathBuf, bytes: Vec<u8>) -> Self {
        let mut line_starts = vec![0];
        let mut offset = 0;
        while offset < bytes.len() {
            let ends_line = match bytes[offset] {
                b'\n' => true,
                b'\r' => bytes.get(offset + 1) != Some(&b'\n'),
                _ => false,
            };
            offset += 1;
            if ends_line {
                line_starts.push(Span::new(offset, offset).start);
            }
        }
        Self {
            id: FileId::default(),
            path,
            disk_path,
            bytes,
            line_starts,
        }
    }

    /// The file's bytes as they are on disk.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes of a span; empty when it lies outside the file.
    pub fn slice(&self, span: Span) -> &[u8] {
        self.bytes.get(span.range()).unwrap_or_default()
    }

    /// The text of a span, with invalid UTF-8 replaced. For showing to a person only.
    pub fn text(&self, span: Span) -> Cow<'_, str> {
        String::from_utf8_lossy(self.slice(span))
    }

    /// Number of lines, at least 1.
    pub fn line_count(&self) -> u32 {
        self.line_starts.len() as u32
    }

    /// The line (from 1) that holds a byte offset.
    pub fn line_of(&self, offset: u32) -> u32 {
        self.line_starts.partition_point(|start| *start <= offset) as u32
    }

    /// The span of a line (from 1) without its line end; empty when there is no such line.
    pub fn line_span(&self, line: u32) -> Span {
        let Some(&start) = (line as usize)
            .checked_sub(1)
            .and_then(|index| self.line_starts.get(index))
        else {
            return Span::default().in_file(self.id);
        };
        let next = self
            .line_starts
            .get(line as usize)
            .map_or(self.bytes.len(), |end| *end as usize);
        let mut end = next;
        while end > start as usize && matches!(self.bytes[end - 1], b'\n' | b'\r') {
            end -= 1;
        }
        Span::new(start as usize, end).in_file(self.id)
    }

    /// Line and UTF-16 column of a byte offset. An invalid byte counts as one column.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line_of(offset);
        let start = self
            .line_starts
            .get(line as usize - 1)
            .copied()
            .unwrap_or(0);
        let mut before = &self.bytes
            [(start as usize).min(self.bytes.len())..(offset as usize).min(self.bytes.len())];
        if start == 0 {
            before = before.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(before);
        }
        let mut column = 1;
        for chunk in before.utf8_chunks() {
            column += chunk.valid().encode_utf16().count() + chunk.invalid().len();
        }
        Position {
            line,
            column: column as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> SourceFile {
        SourceFile::new("a.js".into(), PathBuf::from("a.js"), bytes.to_vec())
    }

    #[test]
    fn every_line_end_counts_once() {
        let source = file(b"a\nb\r\nc\rd");
        assert_eq!(source.line_count(), 4);
        assert_eq!(source.position(5), Position { line: 3, column: 1 });
        assert_eq!(source.text(source.line_span(2)), "b");
    }

    #[test]
    fn columns_are_utf16_and_skip_the_byte_order_mark() {
        let source = file("\u{feff}x\u{1F600}y".as_bytes());
        assert_eq!(source.position(3), Position { line: 1, column: 1 });
        assert_eq!(source.position(8), Position { line: 1, column: 4 });
    }

    #[test]
    fn an_invalid_byte_is_one_column() {
        let source = file(b"\xff\xffx");
        assert_eq!(source.position(2), Position { line: 1, column: 3 });
    }
}
