//! The text that is parsed instead of a file's bytes. Whatever must not be read is blanked in place, so that every
//! offset stays the file's own.

use super::super::ir::Unread;
use crate::source::Span;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The bytes as text: invalid ones become `?`, a byte order mark and a `#!` line become spaces.
pub(super) fn readable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let rest = match bytes.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => {
            text.push_str("   ");
            rest
        }
        None => bytes,
    };
    let shebang = shebang_length(rest);
    text.extend(std::iter::repeat_n(' ', shebang));
    for chunk in rest[shebang..].utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
    }
    text
}

/// Length of a `#!` line, which `#![attribute]` is not.
fn shebang_length(bytes: &[u8]) -> usize {
    let Some(rest) = bytes.strip_prefix(b"#!") else {
        return 0;
    };
    if rest.trim_ascii_start().starts_with(b"[") {
        return 0;
    }
    bytes
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(bytes.len())
}

/// Which part of a merge conflict a line is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Outside,
    Ours,
    Theirs,
}

/// The text with the first side of every merge conflict only, and what was blanked. `None` without conflicts.
pub(super) fn without_conflicts(text: &str) -> Option<(String, Vec<Unread>)> {
    let mut resolved = String::with_capacity(text.len());
    let mut blanked = Vec::new();
    let mut side = Side::Outside;
    let mut theirs_start = 0;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let next = match side {
            Side::Outside if line.starts_with("<<<<<<<") => Side::Ours,
            Side::Ours if line.starts_with("|||||||") || line.starts_with("=======") => {
                theirs_start = offset;
                Side::Theirs
            }
            Side::Ours | Side::Theirs if line.starts_with(">>>>>>>") => Side::Outside,
            same => same,
        };
        if side == Side::Theirs && next == Side::Outside {
            blanked.push(Unread {
                span: Span::new(theirs_start, offset + line.trim_end().len()),
                reason: "the second side of a merge conflict".to_owned(),
            });
        }
        if next != side || next == Side::Theirs {
            blank(line, &mut resolved);
        } else {
            resolved.push_str(line);
        }
        side = next;
        offset += line.len();
    }
    (!blanked.is_empty()).then_some((resolved, blanked))
}

/// Appends as many spaces as `line` has bytes, line ends kept.
fn blank(line: &str, to: &mut String) {
    for byte in line.bytes() {
        to.push(if matches!(byte, b'\r' | b'\n') {
            char::from(byte)
        } else {
            ' '
        });
    }
}
