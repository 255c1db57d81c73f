//! Formats of plain lines: systemd units, Procfiles, and INI.
//!
//! Read here and not by a crate: those there are give no places.

use super::interpolation::{Dialect, interpolate};
use super::words::{Word, words};
use super::{Holder, Link, Reference, SettingValue, SettingsFile, Workload, document, scalar};
use crate::source::{SourceFile, Span};
use crate::syntax::ir::Literal;

/// Reads a unit of systemd: what `Environment=` and `EnvironmentFile=` give to the service.
pub(super) fn read_unit(source: &SourceFile) -> SettingsFile {
    let (text, start) = match document::utf8(source) {
        Ok(found) => found,
        Err(unread) => return SettingsFile::of_unread(unread),
    };
    let name = document::file_name(&source.path);
    let mut file = SettingsFile {
        workloads: vec![Workload {
            name: name.strip_suffix(".service").unwrap_or(name).to_owned(),
            kind: "systemd unit".to_owned(),
            ..Workload::default()
        }],
        ..SettingsFile::default()
    };
    for (at, line) in unit_lines(text) {
        let Some((key, _)) = line.split_once('=') else {
            continue;
        };
        let value_at = key.len() + 1;
        let value = &line[value_at..];
        let at = start + at + value_at;
        match key.trim() {
            "Environment" => {
                for word in words(value.char_indices(), '\\') {
                    add_unit_variable(&mut file, &word, at);
                }
            }
            "EnvironmentFile" => {
                let path = value.trim();
                let span = Span::new(at, at + value.len());
                if let (Some(workload), false) = (file.workloads.first_mut(), path.is_empty()) {
                    workload.env_files.push(Link {
                        path: path.trim_start_matches('-').to_owned(),
                        span,
                        optional: path.starts_with('-'),
                    });
                }
            }
            _ => {}
        }
    }
    file
}

fn add_unit_variable(file: &mut SettingsFile, word: &Word, at: usize) {
    let Some(variable) = word
        .variable(at)
        .filter(|variable| scalar::is_variable(variable.name))
    else {
        return;
    };
    let text = variable.value.replace("$$", "$");
    let value = if text.replace("%%", "").contains('%') {
        SettingValue::Unknown
    } else {
        SettingValue::Text(Literal::new(&text.replace("%%", "%")))
    };
    let name = (variable.name.to_owned(), variable.key);
    file.add_value(name, (value, variable.span), Holder::Workload(0));
}

/// Lines of a unit; a backslash at the end joins the next one, put as two spaces so that places stay.
fn unit_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut continues = false;
    let mut at = 0;
    for raw in text.split_inclusive('\n') {
        let line = raw.trim_end_matches(['\n', '\r']);
        let is_comment = line.trim_start().starts_with(['#', ';']);
        let ends_open = line.ends_with('\\') && !is_comment;
        let mut kept = line[..line.len() - usize::from(ends_open)].to_owned();
        if ends_open {
            kept.extend(std::iter::repeat_n(' ', raw.len() - kept.len()));
        }
        if is_comment && continues {
            // A comment inside a continued line counts for nothing but its length.
            kept = " ".repeat(raw.len());
        }
        match lines.last_mut().filter(|_| continues) {
            Some((_, joined)) => joined.push_str(&kept),
            None if is_comment => {}
            None => lines.push((at, kept)),
        }
        continues = ends_open || continues && is_comment;
        at += raw.len();
    }
    lines
}

/// Reads a Procfile: every process type is a workload, the variables in front of its command are given to it.
pub(super) fn read_procfile(source: &SourceFile) -> SettingsFile {
    let (text, start) = match document::utf8(source) {
        Ok(found) => found,
        Err(unread) => return SettingsFile::of_unread(unread),
    };
    let mut file = SettingsFile::default();
    let mut at = start;
    for raw in text.split_inclusive('\n') {
        let line_at = at;
        at += raw.len();
        let Some((name, command)) = raw.split_once(':') else {
            continue;
        };
        let is_name = |name: &str| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        };
        if !is_name(name) {
            continue;
        }
        let workload = file.workloads.len();
        file.workloads.push(Workload {
            name: name.to_owned(),
            kind: "Procfile process".to_owned(),
            span: Span::new(line_at, line_at + name.len()),
            build: Some(".".to_owned()),
            ..Workload::default()
        });
        let command_at = line_at + name.len() + 1;
        for word in words(command.char_indices(), '\\') {
            let Some(variable) = word
                .variable(command_at)
                .filter(|variable| scalar::is_variable(variable.name))
            else {
                // `env A=b command` gives variables as well.
                if word.text == "env" {
                    continue;
                }
                break;
            };
            let value = if word.expands {
                interpolate(variable.value, Dialect::Compose)
            } else {
                SettingValue::Text(Literal::new(variable.value))
            };
            let name = (variable.name.to_owned(), variable.key);
            file.add_value(name, (value, variable.span), Holder::Workload(workload));
        }
    }
    file
}

/// Reads INI and its kin: `[section]`, `name = value`, names joined by dots (`section.name`).
pub(super) fn read_ini(source: &SourceFile) -> SettingsFile {
    let (text, start) = match document::utf8(source) {
        Ok(found) => found,
        Err(unread) => return SettingsFile::of_unread(unread),
    };
    let mut file = SettingsFile::default();
    let mut section = "";
    let mut at = start;
    for raw in text.split_inclusive('\n') {
        let line_at = at;
        at += raw.len();
        let line = raw.trim();
        if line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            section = name.trim();
            continue;
        }
        let Some((key, value)) = raw.split_once('=') else {
            continue;
        };
        let value_at = line_at + key.len() + 1;
        let (key, key_at) = (key.trim(), line_at + key.len() - key.trim_start().len());
        if key.is_empty() || key.contains(char::is_whitespace) {
            continue;
        }
        let (value, offset) = ini_value(value);
        let span = Span::new(value_at + offset, value_at + offset + value.len());
        // PostgREST takes a value from a file that stands behind an `@`.
        let value = match value.strip_prefix('@') {
            Some(path) if path.contains(['/', '.']) && !path.contains(char::is_whitespace) => {
                super::interpolation::reference(Reference::File(path.to_owned()))
            }
            _ if value.contains("%(") => SettingValue::Unknown,
            _ => scalar::with_placeholders(value),
        };
        let name = document::dotted(section, key);
        let key_span = Span::new(key_at, key_at + key.len());
        file.add_value((name, key_span), (value, span), Holder::File);
    }
    file
}

/// A value without its quotes or the comment behind it, and where it begins.
fn ini_value(raw: &str) -> (&str, usize) {
    let trimmed = raw.trim();
    let offset = if trimmed.is_empty() {
        0
    } else {
        raw.len() - raw.trim_start().len()
    };
    for quote in ['"', '\''] {
        if let Some(inside) = trimmed.strip_prefix(quote)
            && let Some(end) = inside.find(quote)
        {
            return (&inside[..end], offset + 1);
        }
    }
    let end = [" ;", " #", "\t;", "\t#"]
        .iter()
        .filter_map(|mark| trimmed.find(mark))
        .min()
        .unwrap_or(trimmed.len());
    (trimmed[..end].trim_end(), offset)
}

#[cfg(test)]
mod tests {
    use crate::settings::sample::{placed, read};

    #[test]
    fn a_unit_gives_variables_and_files() {
        let (path, text) = (
            "deploy/orders.service",
            "[Unit]\nDescription=Orders\n\n[Service]\n\
             EnvironmentFile=-/etc/default/orders\n\
             EnvironmentFile=/etc/orders.env\n\
             Environment=\"JWT_SECRET=not a real one\" PORT=80\n\
             # Environment=OLD=1\n\
             Environment=A=b \\\n  C=100%% \\\n# gone\n  D=%i\n\
             ExecStart=/usr/bin/orders --x=1\n",
        );
        assert_eq!(
            placed(path, text),
            [
                "7:25 orders: JWT_SECRET='not a real one'",
                "7:46 orders: PORT='80'",
                "9:15 orders: A='b'",
                "10:5 orders: C='100%'",
                "12:5 orders: D=unknown",
            ]
        );
        let file = read(path, text);
        let files = &file.workloads[0].env_files;
        assert_eq!(files[0].path, "/etc/default/orders");
        assert!(files[0].optional && !files[1].optional);
    }

    #[test]
    fn a_procfile_names_processes() {
        let (path, text) = (
            "Procfile",
            "web: JWT_SECRET='not a real one' KEY=$OTHER node server.js A=b\nworker: env X=1 node w.js\n# no: x\nbroken line\n",
        );
        assert_eq!(
            placed(path, text),
            [
                "1:17 web: JWT_SECRET='not a real one'",
                "1:38 web: KEY=OTHER",
                "2:15 worker: X='1'",
            ]
        );
    }

    #[test]
    fn ini_has_sections_quotes_and_comments() {
        let (path, text) = (
            "postgrest.conf",
            "db-uri = \"postgres://h/d\"\njwt-secret = \"@/run/secrets/jwt\" # file\n\
             jwt-aud=api ; who\n[app:main]\nsecret = abc;d\nhome = %(here)s/x\n[broken\n= x\nno value\n",
        );
        assert_eq!(
            placed(path, text),
            [
                "1:11 db-uri='postgres://h/d'",
                "2:15 jwt-secret=file(/run/secrets/jwt)",
                "3:9 jwt-aud='api'",
                "5:10 app:main.secret='abc;d'",
                "6:8 app:main.home=unknown",
            ]
        );
    }

    #[test]
    fn hostile_lines() {
        for text in [
            "=\\\n\\\n",
            "Environment=\"open\\",
            "web:'",
            "é:é=é\\",
            "a = \"",
        ] {
            for path in ["a.service", "Procfile", "a.ini"] {
                read(path, text);
            }
        }
    }
}
