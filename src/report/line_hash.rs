//! The line hash by which code scanning tells alerts apart (`primaryLocationLineHash`), equal to the one its uploader
//! would compute: a rolling hash over the hundred UTF-16 units from a line's first unit that is no blank.
//!
//! It is given because the uploader warns about every result whose hash differs, and because an upload that goes
//! straight to the interface gets none at all.

use std::collections::HashMap;

use crate::source::SourceFile;

const WINDOW: usize = 100;
const FACTOR: u64 = 37;
const END_OF_FILE: u16 = u16::MAX;
const LINE_FEED: u16 = 0x0a;
const CARRIAGE_RETURN: u16 = 0x0d;
const SPACE: u16 = 0x20;
const TAB: u16 = 0x09;

/// The hashes of one file's lines.
#[derive(Debug, Default)]
pub struct LineHashes {
    /// By line: the hash, and how often it had been seen by then.
    lines: Vec<(u64, u32)>,
}

impl LineHashes {
    /// Hashes every line of a file.
    pub fn of(source: &SourceFile) -> Self {
        let mut roller = Roller::new();
        for unit in String::from_utf8_lossy(source.bytes()).encode_utf16() {
            roller.read(unit);
        }
        roller.finish()
    }

    /// The hash of a line (from 1) with its running count, as it stands in a report.
    pub fn get(&self, line: u32) -> Option<String> {
        let (hash, count) = self.lines.get((line as usize).checked_sub(1)?)?;
        Some(format!("{hash:x}:{count}"))
    }
}

/// The window and the sum over it. A line's hash is ready when the window has come round to where the line began.
struct Roller {
    window: [u16; WINDOW],
    begins_line: [bool; WINDOW],
    at: usize,
    hash: u64,
    leaving_factor: u64,
    at_line_start: bool,
    after_carriage_return: bool,
    counts: HashMap<u64, u32>,
    done: LineHashes,
}

impl Roller {
    fn new() -> Self {
        Self {
            window: [0; WINDOW],
            begins_line: [false; WINDOW],
            at: 0,
            hash: 0,
            leaving_factor: FACTOR.wrapping_pow(WINDOW as u32),
            at_line_start: true,
            after_carriage_return: false,
            counts: HashMap::new(),
            done: LineHashes::default(),
        }
    }

    fn read(&mut self, unit: u16) {
        let after_carriage_return = std::mem::take(&mut self.after_carriage_return);
        if unit == SPACE || unit == TAB || (after_carriage_return && unit == LINE_FEED) {
            return;
        }
        let unit = if unit == CARRIAGE_RETURN {
            self.after_carriage_return = true;
            LINE_FEED
        } else {
            unit
        };
        self.complete_line();
        self.begins_line[self.at] = std::mem::replace(&mut self.at_line_start, unit == LINE_FEED);
        self.push(unit);
    }

    fn complete_line(&mut self) {
        if std::mem::take(&mut self.begins_line[self.at]) {
            let count = self.counts.entry(self.hash).or_default();
            *count += 1;
            self.done.lines.push((self.hash, *count));
        }
    }

    fn push(&mut self, unit: u16) {
        let leaving = std::mem::replace(&mut self.window[self.at], unit);
        self.hash = self
            .hash
            .wrapping_mul(FACTOR)
            .wrapping_add(u64::from(unit))
            .wrapping_sub(self.leaving_factor.wrapping_mul(u64::from(leaving)));
        self.at = (self.at + 1) % WINDOW;
    }

    fn finish(mut self) -> LineHashes {
        self.read(END_OF_FILE);
        for _ in 0..WINDOW {
            self.complete_line();
            self.push(0);
        }
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(text: &str) -> Vec<String> {
        let source = SourceFile::new("a.js".into(), "a.js".into(), text.into());
        let hashes = LineHashes::of(&source);
        assert_eq!(hashes.lines.len() as u32, source.line_count());
        (1..=source.line_count())
            .map(|line| hashes.get(line).unwrap())
            .collect()
    }

    #[test]
    fn the_uploader_computes_the_same() {
        assert_eq!(hashes(""), ["c129715d7a2bc9a3:1"]);
        assert_eq!(
            hashes(" a\nb\n  \t\tc\n d"),
            [
                "271789c17abda88f:1",
                "54703d4cd895b18:1",
                "180aee12dab6264:1",
                "a23a3dc5e078b07b:1"
            ]
        );
        assert_eq!(
            hashes(" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n"),
            [
                "e9496ae3ebfced30:1",
                "fb7c023a8b9ccb3f:1",
                "ce8ba1a563dcdaca:1",
                "e20e36e16fcb0cc8:1",
                "b3edc88f2938467e:1",
                "c8e28b0b4002a3a0:1",
                "c129715d7a2bc9a3:1"
            ]
        );
    }

    #[test]
    fn line_ends_and_blanks_do_not_count() {
        let plain = hashes("sign(a)\nverify(b)\n");
        assert_eq!(hashes("sign(a)\r\nverify(b)\r\n"), plain);
        assert_eq!(hashes("sign(a)\rverify(b)\r"), plain);
        assert_eq!(hashes("\tsign( a )\n  verify(b)  \n"), plain);
    }

    #[test]
    fn equal_lines_are_counted() {
        let line = format!("{}\n", "x".repeat(WINDOW));
        let found = hashes(&line.repeat(3));
        let counts: Vec<&str> = found
            .iter()
            .filter_map(|hash| hash.split(':').nth(1))
            .collect();
        assert_eq!(counts, ["1", "2", "3", "1"]);
    }
}
