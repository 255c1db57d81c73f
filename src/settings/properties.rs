//! Java `.properties`: `key=value`, `key: value`, `key value`, values over several lines, escapes, and placeholders
//! `${NAME:default}` as Spring, Quarkus and Micronaut read them.
//!
//! Read here and not by a crate: those there are give no places.

use super::{Holder, SettingsFile, scalar};
use crate::source::{SourceFile, Span};

/// Reads a file of properties.
pub(super) fn read(source: &SourceFile) -> SettingsFile {
    let mut file = SettingsFile::default();
    let bytes = source.bytes();
    let mut at = if bytes.starts_with(b"\xEF\xBB\xBF") {
        3
    } else {
        0
    };
    while at < bytes.len() {
        let (line, next) = logical_line(bytes, at);
        at = next;
        if matches!(line.first(), None | Some((b'#' | b'!', _))) {
            continue;
        }
        let end = key_end(&line);
        let (key, rest) = line.split_at(end);
        let is_blank = |(byte, _): &(u8, usize)| matches!(byte, b' ' | b'\t' | b'\x0c');
        let mut value = &rest[rest.iter().take_while(|it| is_blank(it)).count()..];
        if let [(b'=' | b':', _), behind @ ..] = value {
            value = &behind[behind.iter().take_while(|it| is_blank(it)).count()..];
        }
        let Some(key_span) = span_of(key) else {
            continue;
        };
        let span = span_of(value).unwrap_or(key_span);
        let value = scalar::with_placeholders(unescaped(value).trim_end());
        file.add_value((unescaped(key), key_span), (value, span), Holder::File);
    }
    file
}

/// The bytes of a line with their places, continued lines joined, and where the next one begins.
fn logical_line(bytes: &[u8], start: usize) -> (Vec<(u8, usize)>, usize) {
    let mut line = Vec::new();
    let mut at = start;
    let mut blank_so_far = true;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\x0c' if blank_so_far => at += 1,
            b'\n' | b'\r' => {
                at += line_end(bytes, at);
                break;
            }
            b'\\' => {
                let is_comment = matches!(line.first(), Some((b'#' | b'!', _)));
                match bytes.get(at + 1) {
                    Some(b'\n' | b'\r') if !is_comment => {
                        at += 1;
                        at += line_end(bytes, at);
                        blank_so_far = true;
                    }
                    Some(&escaped) if !matches!(escaped, b'\n' | b'\r') => {
                        line.extend([(byte, at), (escaped, at + 1)]);
                        at += 2;
                        blank_so_far = false;
                    }
                    _ => at += 1,
                }
            }
            _ => {
                line.push((byte, at));
                at += 1;
                blank_so_far = false;
            }
        }
    }
    (line, at)
}

/// Length of the line end at `at`.
fn line_end(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n') {
        2
    } else {
        1
    }
}

fn key_end(line: &[(u8, usize)]) -> usize {
    let mut escaped = false;
    for (index, (byte, _)) in line.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'=' | b':' | b' ' | b'\t' | b'\x0c' => return index,
            _ => {}
        }
    }
    line.len()
}

fn span_of(bytes: &[(u8, usize)]) -> Option<Span> {
    let (_, start) = bytes.first()?;
    let (_, end) = bytes.last()?;
    Some(Span::new(*start, end + 1))
}

/// Resolves escapes. What is no UTF-8 is Latin-1, as Java reads it.
fn unescaped(bytes: &[(u8, usize)]) -> String {
    let mut raw = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().map(|(byte, _)| *byte);
    let mut encoded = [0; 4];
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            raw.push(byte);
            continue;
        }
        match rest.next() {
            Some(b't') => raw.push(b'\t'),
            Some(b'n') => raw.push(b'\n'),
            Some(b'r') => raw.push(b'\r'),
            Some(b'f') => raw.push(b'\x0c'),
            Some(b'u') => {
                let digits: String = rest.by_ref().take(4).map(char::from).collect();
                let character = u32::from_str_radix(&digits, 16)
                    .ok()
                    .and_then(char::from_u32)
                    .unwrap_or(char::REPLACEMENT_CHARACTER);
                raw.extend_from_slice(character.encode_utf8(&mut encoded).as_bytes());
            }
            Some(other) => raw.push(other),
            None => {}
        }
    }
    String::from_utf8(raw).unwrap_or_else(|error| {
        let bytes = error.into_bytes();
        bytes.into_iter().map(char::from).collect()
    })
}

#[cfg(test)]
mod tests {
    use crate::settings::sample::{placed, shown};
    use crate::source::SourceFile;

    fn read_text(content: &str) -> Vec<String> {
        placed("src/main/resources/application.properties", content)
    }

    #[test]
    fn a_spring_application() {
        let lines = read_text(
            "# security\n\
             spring.application.name = orders\n\
             jwt.secret=${JWT_SECRET:not-a-real-secret}\r\n\
             jwt.expiration: 3600000\n\
             \n\
             spring.security.oauth2.resourceserver.jwt.issuer-uri http://idp.example/realms/a\n\
             db.password=ENC(abcdef)\n\
             empty=\n\
             ! old = 1\n",
        );
        assert_eq!(
            lines,
            [
                "2:27 spring.application.name='orders'",
                "3:12 jwt.secret=JWT_SECRET or 'not-a-real-secret'",
                "4:17 jwt.expiration='3600000'",
                "6:54 spring.security.oauth2.resourceserver.jwt.issuer-uri='http://idp.example/realms/a'",
                "7:13 db.password=encrypted",
                "8:1 empty=''",
            ]
        );
    }

    #[test]
    fn continued_lines_and_escapes() {
        let lines = read_text(
            "list = a,\\\n    b,\\\r\n\tc\nwith\\ space\\:x = \\u0041\\tb\n# comment \\\nnext=1\nlast=x\\",
        );
        assert_eq!(
            lines,
            [
                "1:8 list='a,b,c'",
                "4:18 with space:x='A\tb'",
                "6:6 next='1'",
                "7:6 last='x'",
            ]
        );
    }

    #[test]
    fn bytes_that_are_no_text() {
        let source = SourceFile::new(
            "a.properties".into(),
            "a.properties".into(),
            b"\xef\xbb\xbfname=M\xfcller\n=no key\n\\\n\\\n\\u12\n\x00=\x00".to_vec(),
        );
        let lines = shown(&super::read(&source));
        assert_eq!(lines.first().map(String::as_str), Some("name='Müller'"));
    }
}
