//! Keeps files away from the grammar whose indentation its scanner cannot hold: it aborts the process when its
//! indent stack outgrows a fixed buffer.

/// CPython refuses deeper files too.
const LEVELS: usize = 100;

/// In error recovery the scanner may push an indent for any line and skip dedents. Its stack is still a strictly
/// increasing run of line indents, and fits its buffer up to 383 of them.
const RISING_LINES: usize = 350;

/// Whether the lines are indented too deeply to be parsed.
pub(super) fn is_too_deep(text: &[u8]) -> bool {
    let mut stack: Vec<u16> = Vec::new();
    // Patience sorting: its length is that of the longest strictly increasing subsequence so far.
    let mut rising: Vec<u16> = Vec::new();
    let mut offset = 0;
    while offset < text.len() {
        let indent = indent_at(text, &mut offset);
        if !matches!(text.get(offset), None | Some(b'\n' | b'#')) {
            stack.truncate(stack.partition_point(|known| *known < indent));
            stack.extend((indent > 0).then_some(indent));
        }
        if indent > 0 {
            let rank = rising.partition_point(|known| *known < indent);
            match rising.get_mut(rank) {
                Some(known) => *known = indent,
                None => rising.push(indent),
            }
        }
        if stack.len() > LEVELS || rising.len() > RISING_LINES {
            return true;
        }
        offset = text[offset..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(text.len(), |line_end| offset + line_end + 1);
    }
    false
}

/// The indent of the line at `offset` as the scanner counts it, which is moved behind it.
fn indent_at(text: &[u8], offset: &mut usize) -> u16 {
    let mut indent = 0_u16;
    while let Some(byte) = text.get(*offset) {
        match byte {
            b' ' => indent = indent.wrapping_add(1),
            b'\t' => indent = indent.wrapping_add(8),
            b'\r' | b'\x0c' => indent = 0,
            b'\\' => match &text[*offset + 1..] {
                [b'\n', ..] => *offset += 1,
                [b'\r', b'\n', ..] => *offset += 2,
                _ => break,
            },
            _ => break,
        }
        *offset += 1;
    }
    indent
}
