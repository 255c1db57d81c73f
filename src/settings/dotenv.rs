//! `.env` files and their variants: one variable a line, in the forms that shells, Compose and the loaders of the
//! languages agree on.

use super::interpolation::{Dialect, interpolate, reference, text};
use super::{Holder, Reference, Setting, SettingValue, SettingsFile};
use crate::source::{SourceFile, Span};
use crate::syntax::ir::Unread;

/// Reads a file of variables.
pub(super) fn read(source: &SourceFile) -> SettingsFile {
    let mut file = SettingsFile::default();
    let bytes = source.bytes();
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            file.unread.push(Unread {
                span: Span::new(error.valid_up_to(), bytes.len()),
                reason: "not UTF-8".to_owned(),
            });
            bytes
                .get(..error.valid_up_to())
                .and_then(|valid| std::str::from_utf8(valid).ok())
                .unwrap_or_default()
        }
    };
    let mut lines = Lines {
        text: valid,
        at: if valid.starts_with('\u{feff}') { 3 } else { 0 },
        unclosed: Vec::new(),
        key_end: 0,
    };
    while lines.at < valid.len() {
        file.settings.extend(lines.setting());
    }
    file
}

struct Lines<'text> {
    text: &'text str,
    at: usize,
    /// Quotes of which the rest of the file holds no closing one.
    unclosed: Vec<char>,
    /// Where the next key ends, when it was looked for.
    key_end: usize,
}

impl<'text> Lines<'text> {
    /// The end of the line that holds an offset, without its line end.
    fn line_end(&self, from: usize) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        from + rest.find(['\n', '\r']).unwrap_or(rest.len())
    }

    /// Reads the line at hand, and what follows it when its value goes on; leaves `at` behind it.
    fn setting(&mut self) -> Option<Setting> {
        let start = self.at;
        let end = self.line_end(start);
        self.at = end + 1;
        let line = self.text.get(start..end)?;
        let mut declaration = line.trim_start();
        if declaration.starts_with('#') {
            return None;
        }
        if let Some(exported) = declaration.strip_prefix("export ") {
            declaration = exported.trim_start();
        }
        let key_start = end - declaration.len();
        let separator = declaration
            .find(|letter: char| !is_name(letter))
            .unwrap_or(declaration.len());
        let (name, after) = declaration.split_at(separator);
        let key = Span::new(key_start, key_start + name.len());
        if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
            return None;
        }
        let after_space = after.trim_start();
        if after_space.is_empty() || after_space.starts_with('#') {
            // A name alone hands on the variable of whoever reads the file.
            return is_variable(name).then(|| Setting {
                name: name.to_owned(),
                key,
                value: reference(Reference::Variable(name.to_owned())),
                span: key,
                holder: Holder::File,
            });
        }
        let value = after_space
            .strip_prefix('=')
            .or_else(|| after.strip_prefix(": "))?;
        let value_start = end - value.trim_start().len();
        let (value, span) = self.value(value_start, end)?;
        Some(Setting {
            name: name.to_owned(),
            key,
            value,
            span,
            holder: Holder::File,
        })
    }

    fn value(&mut self, start: usize, end: usize) -> Option<(SettingValue, Span)> {
        let line = self.text.get(start..end)?;
        if let Some(quote @ ('"' | '\'' | '`')) = line.chars().next()
            && let Some(close) = self.closing(quote, start + 1, end)
        {
            let content = self.text.get(start + 1..close)?;
            let line_end = self.line_end(close);
            self.at = line_end + 1;
            let value = match quote {
                '"' => interpolate(&unescaped(content), Dialect::Dotenv),
                _ => text(&content.replace("\r\n", "\n")),
            };
            return Some((value, Span::new(start, close + 1)));
        }
        if line.starts_with("-----BEGIN ")
            && let Some(block) = self.key_block(start)
        {
            self.at = self.line_end(start + block.len()) + 1;
            return Some((
                text(&block.replace("\r\n", "\n")),
                Span::new(start, start + block.len()),
            ));
        }
        let content = without_comment(line);
        Some((
            interpolate(content, Dialect::Dotenv),
            Span::new(start, start + content.len()),
        ))
    }

    /// Offset of the quote that closes the one before `from`, when nothing but a comment follows it.
    fn closing(&mut self, quote: char, from: usize, line_end: usize) -> Option<usize> {
        let until = if self.unclosed.contains(&quote) {
            line_end
        } else {
            self.text.len()
        };
        let mut escaped = false;
        for (offset, letter) in self.text.get(from..until)?.char_indices() {
            if escaped {
                escaped = false;
            } else if letter == '\\' && quote == '"' {
                escaped = true;
            } else if letter == quote {
                let at = from + offset;
                let rest = self.text.get(at + 1..self.line_end(at))?.trim_start();
                return (rest.is_empty() || rest.starts_with('#')).then_some(at);
            }
        }
        if until > line_end {
            self.unclosed.push(quote);
        }
        None
    }

    /// A key written over several lines without quotes.
    fn key_block(&mut self, start: usize) -> Option<&'text str> {
        const LONGEST: usize = 32 * 1024;
        const END: &str = "-----END ";
        if self.key_end < start {
            let found = self.text.get(start..)?.find(END);
            self.key_end = found.map_or(usize::MAX, |end| start + end);
        }
        let last = self.key_end.checked_add(END.len())?;
        if last - start > LONGEST {
            return None;
        }
        let line = self.text.get(last..self.line_end(last))?;
        self.text.get(start..last + line.find("-----")? + 5)
    }
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-')
}

/// Whether a name that stands alone may be a variable and not some other text.
fn is_variable(name: &str) -> bool {
    name.len() > 1
        && name
            .bytes()
            .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == b'_')
}

/// A value without quotes, up to a comment.
fn without_comment(line: &str) -> &str {
    let end = line
        .match_indices('#')
        .find(|(at, _)| {
            line.get(..*at)
                .is_none_or(|before| before.is_empty() || before.ends_with([' ', '\t']))
        })
        .map_or(line.len(), |(at, _)| at);
    line.get(..end).unwrap_or_default().trim_end()
}

/// Resolves the escapes of double quotes; `\$` is left for the interpolation.
fn unescaped(content: &str) -> String {
    let mut out = String::with_capacity(content.len());
    let mut letters = content.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('r')) => out.push('\r'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some(&escaped @ ('"' | '\\'))) => out.push(escaped),
            ('\r', Some('\n')) => out.push('\n'),
            _ => {
                out.push(letter);
                continue;
            }
        }
        letters.next();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::sample;

    fn shown(text: &str) -> Vec<String> {
        sample::shown(&sample::read(".env", text))
    }

    #[test]
    fn every_way_of_quoting() {
        let read = shown(
            "A=plain value # comment\nB='single $NO # kept'\nC=\"double \\n\\\"q\\\" # kept\" # comment\n\
             D=`back \"tick\"`\nE=\nF=\"\"\nG = spaced\nexport H=exported\nI: colon\nJ=a#b\n# K=no\n  L=indented\n",
        );
        assert_eq!(
            read,
            [
                "A='plain value'",
                "B='single $NO # kept'",
                "C='double \n\"q\" # kept'",
                "D='back \"tick\"'",
                "E=''",
                "F=''",
                "G='spaced'",
                "H='exported'",
                "I='colon'",
                "J='a#b'",
                "L='indented'",
            ]
        );
    }

    #[test]
    fn values_over_several_lines() {
        let read = shown(
            "KEY=\"-----BEGIN X-----\nAB==\n-----END X-----\"\nBARE=-----BEGIN X-----\nCD==\n-----END X-----\nAFTER=1\n",
        );
        assert_eq!(
            read,
            [
                "KEY='-----BEGIN X-----\nAB==\n-----END X-----'",
                "BARE='-----BEGIN X-----\nCD==\n-----END X-----'",
                "AFTER='1'",
            ]
        );
    }

    #[test]
    fn variables_and_defaults() {
        let read = shown("A=${B:-x}\nC=${D-y}\nE=$FULL\nF=http://${HOST}/\nG='${B}'\nHANDED_ON\n");
        assert_eq!(
            read,
            [
                "A=B or 'x'",
                "C=D or 'y'",
                "E=FULL",
                "F='http://' + HOST + '/'",
                "G='${B}'",
                "HANDED_ON=HANDED_ON",
            ]
        );
    }

    #[test]
    fn line_ends_and_the_byte_order_mark() {
        let file = sample::read(".env", "\u{feff}A=1\r\nB=\"x\r\ny\"\r\n");
        assert_eq!(sample::shown(&file), ["A='1'", "B='x\ny'"]);
        assert_eq!(file.settings[0].key, Span::new(3, 4));
        assert_eq!(file.settings[0].span, Span::new(5, 6));
    }

    #[test]
    fn what_is_no_variable_is_left_out() {
        assert_eq!(
            shown("just words\n=x\n1A=2\n<<<<<<<\nA='open\nB=2\n"),
            ["A=''open'", "B='2'"]
        );
        assert!(shown("\u{0}\u{1}\n").is_empty());
        shown(&"A=\"\n".repeat(200_000));
    }
}
