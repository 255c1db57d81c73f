//! nginx: every directive by the names of the blocks around it and its own, joined by dots
//! (`http.server.location.auth_jwt_key_file`), its arguments as one text.
//!
//! Read here and not by a crate: those there are give no places, or stop at directives of modules.

use super::interpolation::{reference, text};
use super::{Holder, Link, Reference, SettingValue, SettingsFile, document};
use crate::source::{SourceFile, Span};

/// Blocks deeper than this are read as if they were not nested.
const MAX_DEPTH: usize = 64;
/// Directives whose first argument is a name that the rest is given to.
const NAMING: [&str; 5] = [
    "set",
    "proxy_set_header",
    "grpc_set_header",
    "fastcgi_param",
    "uwsgi_param",
];
/// Directives that name a file with a key.
const FILES: [&str; 4] = [
    "auth_jwt_key_file",
    "ssl_certificate_key",
    "proxy_ssl_certificate_key",
    "ssl_client_certificate",
];

/// A piece of a configuration.
struct Token {
    what: What,
    span: Span,
}

enum What {
    Word(String),
    Open,
    Close,
    End,
}

/// Reads a configuration of nginx.
pub(super) fn read(source: &SourceFile) -> SettingsFile {
    let (content, start) = match document::utf8(source) {
        Ok(found) => found,
        Err(unread) => return SettingsFile::of_unread(unread),
    };
    let mut file = SettingsFile::default();
    let mut blocks: Vec<String> = Vec::new();
    let mut words: Vec<(String, Span)> = Vec::new();
    for Token { what, span } in tokens(content, start) {
        match what {
            What::Word(word) => words.push((word, span)),
            What::Open => {
                let name = words.first().map(|(name, _)| name.clone());
                blocks.push(name.unwrap_or_default());
                words.clear();
            }
            What::Close => {
                blocks.pop();
                words.clear();
            }
            What::End => {
                let within = blocks.get(..blocks.len().min(MAX_DEPTH));
                directive(&within.unwrap_or_default().join("."), &words, &mut file);
                words.clear();
            }
        }
    }
    file
}

fn directive(within: &str, words: &[(String, Span)], file: &mut SettingsFile) {
    let [(name, key), arguments @ ..] = words else {
        return;
    };
    let (name, key, arguments) = match arguments {
        [(given, place), rest @ ..] if NAMING.contains(&name.as_str()) => {
            (format!("{name}.{given}"), *place, rest)
        }
        _ => (name.clone(), *key, arguments),
    };
    let (Some((first, from)), Some((_, to))) = (arguments.first(), arguments.last()) else {
        return;
    };
    let span = from.join(*to);
    if name == "include" {
        file.includes.push(Link {
            path: first.clone(),
            span,
            optional: first.contains('*'),
        });
        return;
    }
    let value = if FILES.contains(&name.as_str()) {
        reference(Reference::File(first.clone()))
    } else {
        let words: Vec<&str> = arguments.iter().map(|(word, _)| word.as_str()).collect();
        let whole = words.join(" ");
        if whole.contains('$') {
            SettingValue::Unknown
        } else {
            text(&whole)
        }
    };
    let name = document::dotted(within, &name);
    file.add_value((name, key), (value, span), Holder::File);
}

fn tokens(content: &str, start: usize) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut characters = content.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let span = Span::new(start + at, start + at + character.len_utf8());
        let what = match character {
            ';' => What::End,
            '{' => What::Open,
            '}' => What::Close,
            '#' => {
                while characters.next_if(|(_, next)| *next != '\n').is_some() {}
                continue;
            }
            blank if blank.is_whitespace() => continue,
            '"' | '\'' => {
                let mut word = String::new();
                let mut end = content.len();
                while let Some((at, next)) = characters.next() {
                    end = at + next.len_utf8();
                    match next {
                        '\\' => word.extend(characters.next().map(|(_, escaped)| escaped)),
                        _ if next == character => break,
                        _ => word.push(next),
                    }
                }
                tokens.push(Token {
                    what: What::Word(word),
                    span: Span::new(start + at, start + end),
                });
                continue;
            }
            _ => {
                let mut word = String::from(character);
                let mut end = at + character.len_utf8();
                let mut before = character;
                while let Some((at, next)) = characters.next_if(|(_, next)| {
                    // `${name}` is part of a word.
                    let opens_name = *next == '{' && before == '$';
                    let closes_name = *next == '}' && word.contains("${");
                    opens_name
                        || closes_name
                        || !(next.is_whitespace() || matches!(next, ';' | '{' | '}'))
                }) {
                    word.push(next);
                    end = at + next.len_utf8();
                    before = next;
                }
                tokens.push(Token {
                    what: What::Word(word),
                    span: Span::new(start + at, start + end),
                });
                continue;
            }
        };
        tokens.push(Token { what, span });
    }
    tokens
}

#[cfg(test)]
mod tests {
    use crate::settings::sample::{placed, read};

    #[test]
    fn directives_by_their_blocks() {
        let text = "# proxy\nhttp {\n  include conf.d/*.conf;\n  server {\n    location ~ ^/api {\n      \
                    auth_jwt \"closed site\" token=$cookie_t;\n      auth_jwt_key_file /etc/keys.json;\n      \
                    set $secret 'not-a-real-secret';\n      proxy_pass http://${host}:80;\n      auth_jwt_type signed;\n    \
                    }\n  }\n}\n";
        assert_eq!(
            placed("nginx/nginx.conf", text),
            [
                "6:16 http.server.location.auth_jwt=unknown",
                "7:25 http.server.location.auth_jwt_key_file=file(/etc/keys.json)",
                "8:19 http.server.location.set.$secret='not-a-real-secret'",
                "9:18 http.server.location.proxy_pass=unknown",
                "10:21 http.server.location.auth_jwt_type='signed'",
            ]
        );
        assert_eq!(read("nginx/nginx.conf", text).includes.len(), 1);
    }

    #[test]
    fn hostile_files() {
        for text in ["}", "a {", "a '", "\"\\", ";;;", "a ${", "é é;"] {
            read("nginx.conf", text);
        }
        read("nginx.conf", &"a{".repeat(50_000));
        read("nginx.conf", &format!("{}a b;", "a{".repeat(1_000)));
    }
}
