//! The map as a drawing: keys on the left, the services that hold them on the right, a line for each holder.
//!
//! Drawn here: two columns of boxes need no layout of graphs, and the crates for that bring one and its fonts along.

use std::io::{self, Write};

use super::diagram::{Standing, is_fallen, label, shown};
use super::{Can, Map, NOTHING};

/// Height of a row, and of a box in it.
const ROW: usize = 64;
const BOX: usize = 40;
/// Space around the drawing, and between the columns.
const MARGIN: usize = 20;
const BETWEEN: usize = 360;
/// Width of a letter, as far as that is known without the font, and the widest box.
const LETTER: usize = 8;
const WIDEST: usize = 480;

/// Boxes below each other.
struct Column {
    left: usize,
    width: usize,
    rows: usize,
}

impl Column {
    fn of<'t>(left: usize, texts: impl Iterator<Item = &'t str>) -> Self {
        let (mut rows, mut longest) = (0, 0);
        for text in texts {
            rows += 1;
            longest = longest.max(text.chars().count());
        }
        Self {
            left,
            width: (longest * LETTER + 2 * MARGIN).clamp(120, WIDEST),
            rows,
        }
    }

    fn right(&self) -> usize {
        self.left + self.width
    }

    /// The upper edge of a box.
    fn top(row: usize) -> usize {
        MARGIN + row * ROW
    }

    fn middle(row: usize) -> usize {
        Self::top(row) + BOX / 2
    }
}

/// Writes an SVG image.
///
/// # Errors
/// What `out` answers.
pub(super) fn svg(map: &Map, out: &mut dyn Write) -> io::Result<()> {
    let services = shown(map);
    let keys: Vec<String> = map
        .keys
        .iter()
        .map(|key| format!("{} ({})", key.name, key.kind.describe()))
        .collect();
    let left = Column::of(MARGIN, keys.iter().map(String::as_str));
    let right = Column::of(
        left.right() + BETWEEN,
        services.iter().map(|(_, name)| *name),
    );
    let width = right.right() + MARGIN;
    let height = 2 * MARGIN + left.rows.max(right.rows).max(1) * ROW;
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"13\" role=\"img\">"
    )?;
    writeln!(out, "  <title>Who can mint and who can verify what</title>")?;
    writeln!(
        out,
        "  <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>"
    )?;
    if map.keys.is_empty() {
        writeln!(
            out,
            "  <text x=\"{MARGIN}\" y=\"{}\">{NOTHING}</text>",
            2 * MARGIN
        )?;
    }
    for (row, key) in map.keys.iter().enumerate() {
        for holder in &key.holders {
            let Some(to) = services.iter().position(|(at, _)| *at == holder.at) else {
                continue;
            };
            let style = match holder.can {
                Can::Mint => "stroke-width=\"3\"",
                Can::OnlyVerify => "stroke-width=\"1.5\" stroke-dasharray=\"6 4\"",
                Can::Unknown => "stroke-width=\"1.5\"",
            };
            let (from, end) = (Column::middle(row), Column::middle(to));
            let (start, stop) = (left.right(), right.left);
            writeln!(
                out,
                "  <line x1=\"{start}\" y1=\"{from}\" x2=\"{stop}\" y2=\"{end}\" stroke=\"#555555\" {style}/>"
            )?;
            // Where lines to one service still stand apart.
            let (x, y) = (start + BETWEEN / 2, (from + end) / 2);
            writeln!(
                out,
                "  <text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" fill=\"#333333\" font-size=\"11\" stroke=\"#ffffff\" \
                 stroke-width=\"3\" paint-order=\"stroke\">{}</text>",
                y.saturating_sub(4),
                escaped(&label(holder))
            )?;
        }
    }
    for (row, text) in keys.iter().enumerate() {
        let stroke = if is_fallen(map, row) {
            "stroke=\"#e5534b\" stroke-width=\"3\""
        } else {
            "stroke=\"#555555\""
        };
        boxed(&left, row, ("#ffffff", stroke, BOX / 2), text, out)?;
    }
    for (row, (at, name)) in services.iter().enumerate() {
        let fill = Standing::of(map, *at).color();
        boxed(&right, row, (fill, "stroke=\"#555555\"", 4), name, out)?;
    }
    writeln!(out, "</svg>")
}

fn boxed(
    column: &Column,
    row: usize,
    (fill, stroke, round): (&str, &str, usize),
    text: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (left, width, top) = (column.left, column.width, Column::top(row));
    writeln!(
        out,
        "  <rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{BOX}\" rx=\"{round}\" fill=\"{fill}\" {stroke}/>"
    )?;
    writeln!(
        out,
        "  <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
        left + width / 2,
        Column::middle(row) + 5,
        escaped(&fitting(text))
    )
}

/// A text that fits into the widest box.
fn fitting(text: &str) -> String {
    let most = (WIDEST - 2 * MARGIN) / LETTER;
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{kept}\u{2026}")
}

/// A text between tags of XML, which knows no control characters.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            letter if letter.is_control() => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_text() {
        assert_eq!(
            escaped("</text><script>&\"\u{1b}"),
            "&lt;/text&gt;&lt;script&gt;&amp;&quot;\u{fffd}"
        );
        assert!(fitting(&"x".repeat(500)).chars().count() < 60);
    }
}
