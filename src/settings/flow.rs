//! Flow collections whose lines stand further left than the specification allows: `key: [` closed by a `]` in the
//! first column. Most tools take them, the parser does not, so a line that is too far left is joined to the one above.

/// Joins the line that starts at `at` (but for white space) to the one above it, without moving any other byte.
/// `None` when it does not start a line or does not go on with the one above, and when a comment between them cannot
/// be blanked with certainty.
pub(super) fn join_line(text: &str, at: usize) -> Option<String> {
    let before = text.get(..at)?;
    let mut end = before.trim_end_matches([' ', '\t']).len();
    if !before.get(..end)?.ends_with(['\n', '\r']) {
        return None;
    }
    // Upwards over blank lines and comments, to the line that holds something.
    let mut start = end;
    loop {
        end = before.get(..end)?.trim_end().len();
        let line_start = before.get(..end)?.rfind('\n').map_or(0, |line| line + 1);
        let line = before.get(line_start..end)?;
        let Some(comment) = comment(line)? else {
            start = start.min(end);
            break;
        };
        start = line_start + comment;
        end = start;
        if line_start == 0 && line.trim_start().starts_with('#') {
            return None;
        }
    }
    let above = text.get(..start)?.trim_end();
    let goes_on = text.get(at..)?.starts_with([']', '}']) || above.ends_with([',', '[', '{']);
    if !goes_on || text.get(at..)?.starts_with("---") {
        return None;
    }
    let mut joined = String::with_capacity(text.len());
    joined.push_str(text.get(..start)?);
    joined.extend(std::iter::repeat_n(' ', at - start));
    joined.push_str(text.get(at..)?);
    Some(joined)
}

/// Where the comment of a line starts; outer `None` when that is not certain.
fn comment(line: &str) -> Option<Option<usize>> {
    let at = line.match_indices('#').map(|(at, _)| at).find(|at| {
        line.get(..*at)
            .is_some_and(|before| before.is_empty() || before.ends_with([' ', '\t']))
    });
    match at {
        // A quote might hold the sign, and bytes of other characters would move what follows.
        Some(at) => {
            let comment = line.get(at..)?;
            (comment.is_ascii() && !comment.contains(['"', '\''])).then_some(Some(at))
        }
        None => Some(None),
    }
}

#[cfg(test)]
mod tests {
    use super::join_line;

    fn joined(text: &str) -> Option<String> {
        join_line(text, text.rfind(']').unwrap_or(0))
    }

    #[test]
    fn a_line_is_joined_to_the_one_above() {
        assert_eq!(joined("a: [\n 1\n]"), Some("a: [\n 1 ]".to_owned()));
        assert_eq!(
            joined("a: [\n 1 # c\n\n # d\n ]"),
            Some(format!("a: [\n 1{}]", " ".repeat(12)))
        );
        assert_eq!(joined("a: [1]"), None);
        assert_eq!(joined("a: ['# x'\n]").as_deref(), Some("a: ['# x' ]"));
        assert_eq!(joined("a: [' # x'\n]"), None);
        assert_eq!(joined("# c\n]"), None);
        assert_eq!(joined(""), None);
        assert_eq!(join_line("a: [1\nb: 2]", 6), None);
        assert_eq!(join_line("a: [1,\n---\n]", 7), None);
        assert_eq!(joined("\n\n]"), Some("  ]".to_owned()));
    }
}
