//! Text for people: what is wrong, the line with a caret, where the value came from, what to do, and a summary.
//!
//! Only redacted lines are handed to the renderer, so what it quotes cannot hold a known secret.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;

use annotate_snippets::renderer::Style as TextStyle;
use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level as Label, Message, Origin, Renderer, Snippet,
};

use crate::finding::{Confidence, Finding, Level, Notification, Place, Report};
use crate::source::{SourceFile, Span};

use super::summary::{summary, together};
use super::{Style, neutralise, on_first_line, rule_url, safe_text};

/// The renderer widens a frame until all its spans fit, so a span further right than this gets a frame of its own.
const LAST_SHARED_COLUMN: usize = 400;

/// More lines between two places than this, and they get a frame each.
const MOST_LINES_BETWEEN: u32 = 2_000;

/// A longer span is underlined up to here.
const LONGEST_UNDERLINE: usize = 100;

/// The renderer shows a gap of so many lines instead of folding it.
const LINES_NOT_FOLDED: u32 = 2;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Writes a report as text.
///
/// # Errors
/// What `out` answers.
pub fn render(report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let renderer = renderer(style);
    let mut lines = ShownLines::default();
    for told in together(&report.findings) {
        // The first of the worst.
        if let Some(finding) = told
            .iter()
            .copied()
            .rev()
            .max_by_key(|finding| finding.level)
        {
            let group = finding_group(report, &mut lines, finding, &told);
            writeln!(out, "{}\n", renderer.render(&[group]))?;
        }
    }
    for notification in &report.notifications {
        writeln!(
            out,
            "{}\n",
            renderer.render(&[notification_group(report, notification)])
        )?;
    }
    let mut summary = summary(report).into_iter();
    if let Some(verdict) = summary.next() {
        if style.color {
            let bold = TextStyle::new().bold();
            writeln!(out, "{bold}{verdict}{bold:#}")?;
        } else {
            writeln!(out, "{verdict}")?;
        }
    }
    for line in summary {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn renderer(style: Style) -> Renderer {
    let renderer = if style.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer.hyperlink(style.links);
    match style.width {
        Some(width) => renderer.term_width(width.max(40)),
        None => renderer,
    }
}

fn label(level: Level) -> Label<'static> {
    match level {
        Level::Note => Label::NOTE,
        Level::Warning => Label::WARNING,
        Level::Error => Label::ERROR,
    }
}

fn notification_group<'a>(report: &Report, notification: &Notification) -> Group<'a> {
    let title = label(notification.level).primary_title(safe_text(report, &notification.message));
    let group = Group::with_title(title);
    let Some(path) = &notification.path else {
        return group;
    };
    let origin = Origin::path(shown_path(path));
    group.element(match notification.line {
        Some(line) => origin.line(line as usize),
        None => origin,
    })
}

fn finding_group<'a, 'report>(
    report: &'report Report,
    lines: &mut ShownLines<'report>,
    finding: &'report Finding,
    told: &[&Finding],
) -> Group<'a> {
    let title = label(finding.level)
        .primary_title(safe_text(report, &finding.message))
        .id(finding.rule.id)
        .id_url(rule_url(finding.rule.id));
    let mut group = Group::with_title(title);
    let (frames, unquotable) = frames(report, finding);
    if unquotable.contains(&&finding.primary) {
        group = group.element(Origin::path(shown_path(&finding.primary.path)));
    }
    for frame in &frames {
        group = group.element(frame.snippet(report, lines));
    }
    for place in unquotable {
        let message = safe_text(report, &place.message);
        let text = format!("{}: {message}", shown_path(&place.path));
        group = group.element(Label::NOTE.message(text));
    }
    if !finding.remedy.is_empty() {
        group = group.element(Label::HELP.message(safe_text(report, &finding.remedy)));
    }
    if told.len() > 1 {
        let places = format!(
            "these are {} findings, one at each of its places",
            told.len()
        );
        group = group.element(Label::NOTE.message(places));
    }
    group.elements(notes(report, finding))
}

fn notes<'a>(report: &Report, finding: &Finding) -> Vec<Message<'a>> {
    let mut notes = Vec::new();
    let sureness = match finding.confidence {
        Confidence::High => "",
        Confidence::Medium => ", medium confidence",
        Confidence::Low => ", low confidence: a value that matters is not known",
    };
    let judge = finding
        .library
        .as_deref()
        .unwrap_or("what the code says alone");
    notes.push(format!("judged by {}{sureness}", safe_text(report, judge)));
    if let Some(context) = finding.context {
        let lowered = finding.level < finding.rule.front.level;
        let so = if lowered { ", so one level lower" } else { "" };
        notes.push(format!("this is {context}{so}"));
    }
    if !finding.also.is_empty() {
        notes.push(format!("also breaks: {}", finding.also.join(", ")));
    }
    notes
        .into_iter()
        .map(|note| Label::NOTE.message(note))
        .collect()
}

/// A place on its line: byte offsets within the line.
struct Mark<'a> {
    place: &'a Place,
    kind: AnnotationKind,
    line: u32,
    columns: Range<usize>,
}

impl<'a> Mark<'a> {
    fn new(source: &SourceFile, place: &'a Place, kind: AnnotationKind) -> Self {
        let span = on_first_line(source, place.span);
        let line = source.line_of(span.start);
        let line_start = source.line_span(line).start;
        let start = (span.start - line_start) as usize;
        let end = (span.end - line_start) as usize;
        Self {
            place,
            kind,
            line,
            columns: start..end.min(start + LONGEST_UNDERLINE),
        }
    }

    fn shares_a_frame(&self) -> bool {
        self.columns.end <= LAST_SHARED_COLUMN
    }
}

/// Marks in one file that are shown together.
struct Frame<'a> {
    source: &'a SourceFile,
    marks: Vec<Mark<'a>>,
}

impl<'a> Frame<'a> {
    fn takes(&self, source: &SourceFile, mark: &Mark<'_>) -> bool {
        self.source.path == source.path
            && mark.shares_a_frame()
            && self.marks.iter().all(Mark::shares_a_frame)
            && self
                .marks
                .iter()
                .all(|other| other.line.abs_diff(mark.line) <= MOST_LINES_BETWEEN)
    }

    fn snippet<'out>(
        &self,
        report: &Report,
        quoted: &mut ShownLines<'a>,
    ) -> Snippet<'out, Annotation<'out>> {
        let lines = || self.marks.iter().map(|mark| mark.line);
        let first = lines().min().unwrap_or(1);
        let last = lines().max().unwrap_or(first);
        let mut shown = String::new();
        let mut annotations = Vec::new();
        for line in first..=last {
            // What is folded away anyway is not worth redacting.
            if lines().any(|marked| marked.abs_diff(line) <= LINES_NOT_FOLDED) {
                let redacted = quoted.get(report, self.source, line);
                for mark in self.marks.iter().filter(|mark| mark.line == line) {
                    let columns = redacted.columns(&mark.columns);
                    let span = shown.len() + columns.start..shown.len() + columns.end;
                    let said = safe_text(report, &mark.place.message).replace('\n', " ");
                    let said = Some(said).filter(|said| !said.is_empty());
                    annotations.push(mark.kind.span(span).label(said));
                }
                shown.push_str(&redacted.text);
            }
            // At the end too: the renderer does not see an empty last line.
            shown.push('\n');
        }
        Snippet::source(shown)
            .path(shown_path(&self.source.path))
            .line_start(first as usize)
            .annotations(annotations)
    }
}

/// Lines that were redacted already: a file of one huge line may have many findings.
#[derive(Default)]
struct ShownLines<'a> {
    by_place: BTreeMap<(&'a str, u32), ShownLine>,
}

impl<'a> ShownLines<'a> {
    fn get(&mut self, report: &Report, source: &'a SourceFile, line: u32) -> &ShownLine {
        self.by_place
            .entry((&source.path, line))
            .or_insert_with(|| ShownLine::new(report, source, line))
    }
}

/// A redacted line as it is shown, with its bytes to find a column again.
struct ShownLine {
    bytes: Vec<u8>,
    text: String,
    /// Bytes at the start that are not shown.
    skipped: usize,
}

impl ShownLine {
    fn new(report: &Report, source: &SourceFile, line: u32) -> Self {
        let mut bytes = report.redactor.line(source, line);
        let has_mark = line == 1 && bytes.starts_with(BYTE_ORDER_MARK);
        let skipped = if has_mark { BYTE_ORDER_MARK.len() } else { 0 };
        bytes.drain(..skipped);
        Self {
            text: shown_bytes(&bytes),
            bytes,
            skipped,
        }
    }

    fn columns(&self, columns: &Range<usize>) -> Range<usize> {
        self.column(columns.start)..self.column(columns.end)
    }

    fn column(&self, offset: usize) -> usize {
        let mut offset = offset.saturating_sub(self.skipped).min(self.bytes.len());
        // Cut inside a character, what precedes it would be shown longer than it is in the line.
        while offset > 0
            && self
                .bytes
                .get(offset)
                .is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000)
        {
            offset -= 1;
        }
        shown_bytes(&self.bytes[..offset]).len()
    }
}

/// A file's name must not begin a line of the report.
fn shown_path(path: &str) -> String {
    neutralise(path).replace('\n', "\u{240a}")
}

fn shown_bytes(bytes: &[u8]) -> String {
    neutralise(&String::from_utf8_lossy(bytes))
}

/// The frames of a finding, the primary place first, and the places whose file is not at hand.
fn frames<'a>(report: &'a Report, finding: &'a Finding) -> (Vec<Frame<'a>>, Vec<&'a Place>) {
    let mut frames: Vec<Frame<'a>> = Vec::new();
    let mut unquotable = Vec::new();
    let mut seen: Vec<(&str, Span)> = Vec::new();
    let others = finding.flow.iter().chain(&finding.related);
    let places = std::iter::once((&finding.primary, AnnotationKind::Primary))
        .chain(others.map(|place| (place, AnnotationKind::Context)));
    for (place, kind) in places {
        let here = (place.path.as_str(), place.span);
        if seen.contains(&here) {
            continue;
        }
        seen.push(here);
        let Some(source) = report.sources.get(&place.path) else {
            unquotable.push(place);
            continue;
        };
        let mark = Mark::new(source, place, kind);
        match frames.iter_mut().find(|frame| frame.takes(source, &mark)) {
            Some(frame) => frame.marks.push(mark),
            None => frames.push(Frame {
                source,
                marks: vec![mark],
            }),
        }
    }
    (frames, unquotable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Summary;
    use crate::report::{Format, sample};

    fn plain(report: &Report) -> String {
        sample::rendered(report, Format::Text, Style::default())
    }

    /// The column of the caret and of a text in the quoted line, in characters.
    fn caret_and(shown: &str, word: &str) -> (usize, usize) {
        let lines: Vec<&str> = shown.lines().collect();
        let at = lines.iter().position(|line| line.contains('^')).unwrap();
        let columns = |line: &str, part: &str| {
            let at = line.find(part).unwrap();
            line[..at].chars().count()
        };
        (columns(lines[at], "^"), columns(lines[at - 1], word))
    }

    #[test]
    fn a_finding_reads_from_top_to_bottom() {
        insta::assert_snapshot!(plain(&sample::report()));
    }

    #[test]
    fn one_thing_at_several_places_is_told_once() {
        let mut report = sample::quoting(b"one two three", Span::new(0, 3));
        let first = report.findings[0].clone();
        for (number, level) in [
            (Some(1), Level::Note),
            (Some(1), Level::Error),
            (Some(2), Level::Note),
        ] {
            report.findings.push(Finding {
                together: number,
                level,
                ..first.clone()
            });
        }
        let shown = plain(&report);
        assert_eq!(shown.matches("[alg-none]").count(), 3, "{shown}");
        assert_eq!(shown.matches("these are 2 findings").count(), 1, "{shown}");
        assert!(shown.contains("4 findings: 2 errors"), "{shown}");
    }

    #[test]
    fn a_clean_run_says_so() {
        let mut report = sample::empty();
        report.summary = Summary {
            files_read: 1,
            ..Summary::default()
        };
        assert_eq!(
            plain(&report),
            "no findings\n1 file read, 0 parsed, 0 JWT sites\n"
        );
        report.summary = Summary::default();
        assert!(plain(&report).starts_with("nothing checked"));
        report.summary.files_read = 3;
        report.summary.files_unread = 1;
        report.summary.pedantic_hidden = 2;
        assert_eq!(
            plain(&report),
            "no findings in what could be read\n3 files read, 0 parsed, 0 JWT sites\n\
             1 file could not be read, or only in part\nnot shown: 2 pedantic (run with --pedantic)\n"
        );
    }

    #[test]
    fn links_and_colours_only_when_asked_for() {
        let report = sample::report();
        assert!(!plain(&report).contains('\u{1b}'));
        let linked = Style {
            links: true,
            ..Style::default()
        };
        let shown = sample::rendered(&report, Format::Text, linked);
        assert!(
            shown.contains(
                "\u{1b}]8;;https://github.com/jotlint/jotlint/blob/main/rules/alg-none.md"
            )
        );
        assert!(!shown.contains("\u{1b}[1m"));
        let coloured = Style {
            color: true,
            ..Style::default()
        };
        let shown = sample::rendered(&report, Format::Text, coloured);
        assert!(shown.contains("\u{1b}[1m") && !shown.contains("\u{1b}]8"));
    }

    #[test]
    fn the_caret_stands_under_the_token() {
        for before in ["", "é😀", "\t\t", "\u{202e}", "\u{feff}", "'\r\n"] {
            let line = format!("{before}verify(token)");
            let start = line.find("verify").unwrap();
            let report = sample::quoting(line.as_bytes(), Span::new(start, start + 6));
            let (caret, word) = caret_and(&plain(&report), "verify");
            let wide = usize::from(before.contains('😀'));
            assert_eq!(caret, word + wide, "{before:?}");
        }
    }

    #[test]
    fn invalid_bytes_do_not_shift_the_caret() {
        let report = sample::quoting(b"\xff\xfe\xf0\x9f verify(token)", Span::new(5, 11));
        let (caret, word) = caret_and(&plain(&report), "verify");
        assert_eq!(caret, word);
    }

    #[test]
    fn spans_off_the_mark_are_survived() {
        let line = "é verify(token)\nnext".as_bytes();
        for (start, end) in [
            (0, 1),
            (1, 2),
            (1, 900),
            (15, 18),
            (16, 16),
            (21, 21),
            (90, 99),
        ] {
            let report = sample::quoting(line, Span::new(start, end));
            assert!(plain(&report).contains('^'), "{start}..{end}");
        }
        let report = sample::quoting(b"", Span::new(0, 0));
        assert!(plain(&report).contains("a.js:1:1"));
    }

    #[test]
    fn no_pair_of_spans_is_too_much_for_the_renderer() {
        let text = "é\tx\r\n\n😀\u{e9}y\u{301}\n".as_bytes();
        let spans =
            || (0..=text.len()).flat_map(|start| (start..=text.len()).map(move |end| (start, end)));
        for (start, end) in spans() {
            let mut report = sample::quoting(text, Span::new(start, end));
            for (start, end) in spans().step_by(3) {
                let place = sample::place("a.js", Span::new(start, end), "other");
                report.findings[0].related = vec![place];
                assert!(plain(&report).contains("a.js:"));
            }
        }
    }

    #[test]
    fn every_width_fits_every_place_in_a_long_line() {
        let text = "\té😀\u{1b}x, ".repeat(200);
        let spans = [0, 3, 120, 390, 600, text.len() - 2, text.len()]
            .into_iter()
            .flat_map(|start| [0, 90, 5_000].map(|length| Span::new(start, start + length)));
        for primary in spans.clone() {
            let mut report = sample::quoting(text.as_bytes(), primary);
            report.findings[0].related = spans
                .clone()
                .map(|span| sample::place("a.js", span, "a label that takes some room"))
                .collect();
            for width in [0, 80, 200] {
                let style = Style {
                    width: Some(width),
                    ..Style::default()
                };
                let shown = sample::rendered(&report, Format::Text, style);
                let widest = shown.lines().map(|line| line.chars().count()).max();
                assert!(widest < Some(1_000), "{widest:?}");
            }
        }
    }

    #[test]
    fn a_path_cannot_write_a_line_of_its_own() {
        let mut report = sample::empty();
        report
            .findings
            .push(sample::finding("a\nno findings", Span::new(0, 1), "unsafe"));
        let shown = plain(&report);
        assert!(shown.lines().all(|line| line != "no findings"), "{shown}");
    }

    #[test]
    fn a_mark_on_an_empty_line_stays_there() {
        let mut report = sample::quoting(b"verify(token)\n\n", Span::new(14, 14));
        assert!(plain(&report).contains("a.js:2:1"));
        report.findings[0]
            .flow
            .push(sample::place("a.js", Span::new(0, 6), "here"));
        assert!(plain(&report).contains("a.js:2:1"));
    }

    #[test]
    fn a_huge_line_is_trimmed() {
        let mut line = vec![b'x'; 1_000_000];
        line[500_000..500_006].copy_from_slice(b"verify");
        let mut report = sample::quoting(&line, Span::new(500_000, 900_000));
        for start in [0, 300, 250_000, 999_990] {
            report.findings[0].related.push(sample::place(
                "a.js",
                Span::new(start, start + 5),
                "here",
            ));
        }
        let shown = plain(&report);
        assert!(shown.contains("verify"));
        assert!(shown.contains("a.js:1:500001"));
        assert!(shown.len() < 10_000, "{} bytes", shown.len());
    }

    #[test]
    fn a_place_whose_file_is_not_at_hand_is_named() {
        let mut report = sample::quoting(b"verify(token)", Span::new(0, 6));
        report.findings[0]
            .related
            .push(sample::place("gone.js", Span::new(0, 1), "called here"));
        assert!(plain(&report).contains("gone.js: called here"));
        report.sources.clear();
        assert!(plain(&report).contains("--> a.js"));
    }
}
