//! Writes a [`Report`] as text, SARIF or JSON, and owns what all formats share: which strings may leave, and where a
//! place begins and ends when it is cut to one line.

use std::fmt;
use std::io::{self, Write as _};
use std::str::FromStr;

use crate::finding::Report;
use crate::source::{SourceFile, Span};

pub mod fingerprint;
pub mod json;
pub mod line_hash;
pub mod sarif;
mod summary;
pub mod text;

#[cfg(test)]
mod sample;

/// Where the project lives.
pub const PROJECT_URL: &str = "https://github.com/jotlint/jotlint";

/// Where the pages of the rules can be read.
pub const RULE_PAGES_URL: &str = "https://github.com/jotlint/jotlint/blob/main/rules/";

/// The name reports carry; code scanning keeps alerts apart by it, so it never changes.
const TOOL_NAME: &str = "jotlint";

/// A longer text is not ours but a hostile name quoted in it.
const LONGEST_TEXT: usize = 4_000;

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// jotlint's own format, see [`json`].
    Json,
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Text => "text",
            Self::Sarif => "sarif",
            Self::Json => "json",
        })
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "text" => Ok(Self::Text),
            "sarif" => Ok(Self::Sarif),
            "json" => Ok(Self::Json),
            other => Err(format!(
                "`{other}` is no format; there are text, sarif and json"
            )),
        }
    }
}

/// How text looks; the other formats ignore it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Colours and bold.
    pub color: bool,
    /// Rule ids are links (OSC 8).
    pub links: bool,
    /// Columns to write within, when there is a terminal.
    pub width: Option<usize>,
}

/// Writes a report. The same report gives the same bytes.
///
/// # Errors
/// What `out` answers; nothing else fails.
pub fn render(
    report: &Report,
    format: Format,
    style: Style,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    match format {
        Format::Text => text::render(report, style, &mut out),
        Format::Sarif => sarif::render(report, &mut out),
        Format::Json => json::render(report, &mut out),
    }?;
    out.flush()
}

/// The web page of a rule.
pub fn rule_url(id: &str) -> String {
    format!("{RULE_PAGES_URL}{id}.md")
}

/// A text about the linted code as it may be shown: no secret, no invisible or direction-changing character.
///
/// Paths do not go through here: a location that names another file is of no use, and a path is not content.
fn safe_text(report: &Report, text: &str) -> String {
    let shown = neutralise(&report.redactor.text(text));
    match shown.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

/// Replaces what a terminal or an editor would obey instead of show. Line feeds and tabs stay.
pub(crate) fn neutralise(text: &str) -> String {
    text.chars().map(visible).collect()
}

fn visible(letter: char) -> char {
    match letter {
        '\n' | '\t' => letter,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(letter)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
        _ => letter,
    }
}

/// The part of a span that lies on its first line, so that code scanning shows it on a changed line and a caret fits.
fn on_first_line(source: &SourceFile, span: Span) -> Span {
    let line = source.line_span(source.line_of(span.start));
    let start = span.start.clamp(line.start, line.end);
    Span {
        start,
        end: span.end.clamp(start, line.end),
        ..span
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_have_one_name() {
        for format in [Format::Text, Format::Sarif, Format::Json] {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        assert!("xml".parse::<Format>().is_err());
    }

    #[test]
    fn a_span_is_cut_at_the_end_of_its_first_line() {
        let source = SourceFile::new("a.js".into(), "a.js".into(), b"ab\r\ncd".to_vec());
        assert_eq!(on_first_line(&source, Span::new(1, 6)), Span::new(1, 2));
        assert_eq!(on_first_line(&source, Span::new(2, 6)), Span::new(2, 2));
        assert_eq!(on_first_line(&source, Span::new(90, 99)), Span::new(6, 6));
    }

    #[test]
    fn no_format_lets_a_secret_out() {
        let report = sample::report();
        for format in [Format::Text, Format::Sarif, Format::Json] {
            for color in [false, true] {
                let style = Style {
                    color,
                    links: color,
                    width: Some(100),
                };
                let shown = sample::rendered(&report, format, style);
                assert!(!shown.contains(sample::CANARY), "{format}: {shown}");
                assert!(!shown.contains("canary"), "{format}: {shown}");
            }
        }
    }

    #[test]
    fn nothing_a_terminal_obeys_comes_through() {
        let report = sample::hostile();
        for format in [Format::Text, Format::Sarif, Format::Json] {
            let shown = sample::rendered(&report, format, Style::default());
            for bad in ['\u{1b}', '\u{202e}', '\u{9b}', '\u{7}', '\r', '\u{2028}'] {
                assert!(!shown.contains(bad), "{format}: {bad:?}");
            }
            assert!(!shown.contains(sample::CANARY), "{format}");
        }
    }
}
