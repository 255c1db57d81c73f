//! Dockerfiles: what `ENV` gives to the container and `ARG` to the build.
//!
//! A Dockerfile is one workload, named by the folder it lies in; what its file's name says beside `Dockerfile`
//! (`Dockerfile.alpine`, `orders.dockerfile`) is its container: a variant of the same service more often than another
//! one. The name is empty for a `Dockerfile` at the root, which only what deploys it can name. Variables of the last
//! stage, and of the stages that it is built from, reach the container; those of other stages, and every `ARG`, are
//! for the build alone.

use parse_dockerfile::{Instruction, UnescapedString, parse_iter};

use super::interpolation::{Dialect, interpolate, reference};
use super::words::{self, words};
use super::{Holder, Reference, SettingValue, SettingsFile, Workload, document};
use crate::source::{SourceFile, Span};
use crate::syntax::ir::Literal;

/// A variable as an instruction sets it.
struct Variable {
    name: String,
    key: Span,
    value: Option<SettingValue>,
    span: Span,
}

/// A stage: its name and the one it is built from.
struct Stage {
    name: String,
    parent: Option<usize>,
}

/// Reads a Dockerfile.
pub(super) fn read(source: &SourceFile) -> SettingsFile {
    let (text, start) = match document::utf8(source) {
        Ok(found) => found,
        Err(unread) => return SettingsFile::of_unread(unread),
    };
    let mut file = SettingsFile {
        workloads: vec![Workload {
            name: document::folder_name(&source.path).to_owned(),
            container: variant(&source.path).to_owned(),
            kind: "Dockerfile".to_owned(),
            build: Some(".".to_owned()),
            ..Workload::default()
        }],
        ..SettingsFile::default()
    };
    let escape = escape_character(text);
    let mut stages: Vec<Stage> = Vec::new();
    let mut read_to = 0;
    // Instructions are given one by one, so that what stands before a broken one counts.
    let Ok(instructions) = parse_iter(text) else {
        return SettingsFile::of_unread(document::whole(
            source,
            "the Dockerfile could not be parsed",
        ));
    };
    let mut of_stages: Vec<(usize, Variable)> = Vec::new();
    for instruction in instructions {
        let Ok(instruction) = instruction else {
            file.skip(
                Span::new(start + read_to, start + text.len()),
                "the Dockerfile could not be parsed from here on",
            );
            break;
        };
        match &instruction {
            Instruction::From(from) => {
                let image = from.image.value.to_lowercase();
                let name = from.as_.as_ref().map(|(_, name)| name.value.to_lowercase());
                let parent = stages.iter().position(|stage| stage.name == image);
                stages.push(Stage {
                    name: name.unwrap_or_default(),
                    parent,
                });
                read_to = from.image.span.end;
                if let Some(workload) = file.workloads.first_mut() {
                    workload.span = shifted(&from.image, start);
                }
            }
            Instruction::Env(env) => {
                read_to = env.arguments.span.end;
                let stage = stages.len().saturating_sub(1);
                let variables = variables(text, &env.arguments, start, escape, true);
                of_stages.extend(variables.into_iter().map(|variable| (stage, variable)));
            }
            Instruction::Arg(arg) => {
                read_to = arg.arguments.span.end;
                for variable in variables(text, &arg.arguments, start, escape, false) {
                    add(&mut file, variable, Holder::Tool);
                }
            }
            _ => {}
        }
    }
    let deployed = chain(&stages);
    for (stage, variable) in of_stages {
        let holder = if deployed.contains(&stage) {
            Holder::Workload(0)
        } else {
            Holder::Tool
        };
        add(&mut file, variable, holder);
    }
    file.settings.sort_by_key(|setting| setting.key);
    file
}

fn add(file: &mut SettingsFile, variable: Variable, holder: Holder) {
    let Variable {
        name,
        key,
        value,
        span,
    } = variable;
    // An `ARG` without a default is given from outside under its own name.
    let value = value.unwrap_or_else(|| reference(Reference::Variable(name.clone())));
    file.add_value((name, key), (value, span), holder);
}

/// The last stage and those it is built from. A stage is built from earlier ones only, so this ends.
fn chain(stages: &[Stage]) -> Vec<usize> {
    let mut chain = Vec::new();
    let mut next = stages.len().checked_sub(1);
    while let Some(stage) = next {
        chain.push(stage);
        next = stages
            .get(stage)
            .and_then(|stage| stage.parent)
            .filter(|parent| *parent < stage);
    }
    chain
}

/// What a file's name says beside `Dockerfile`.
fn variant(path: &str) -> &str {
    let name = document::file_name(path);
    let is_base =
        |text: &str| ["dockerfile", "containerfile"].contains(&text.to_ascii_lowercase().as_str());
    match name.rsplit_once('.') {
        Some((stem, extension)) if is_base(extension) => stem,
        Some((stem, extension)) if is_base(stem) => extension,
        _ => "",
    }
}

fn shifted(text: &UnescapedString<'_>, start: usize) -> Span {
    Span::new(start + text.span.start, start + text.span.end)
}

/// The character that joins lines: a backslash, unless the directive in front of everything names a backtick.
fn escape_character(text: &str) -> char {
    let backtick = text
        .lines()
        .map_while(|line| line.trim_start().strip_prefix('#'))
        .filter_map(|directive| directive.split_once('='))
        .any(|(name, value)| name.trim().eq_ignore_ascii_case("escape") && value.trim() == "`");
    if backtick { '`' } else { '\\' }
}

/// The variables of an `ENV` or `ARG`. `ENV name value` without an equals sign is one variable up to the line's end.
fn variables(
    text: &str,
    arguments: &UnescapedString<'_>,
    start: usize,
    escape: char,
    is_env: bool,
) -> Vec<Variable> {
    let raw = text.get(arguments.span.clone()).unwrap_or_default();
    let characters = one_line(raw, escape);
    let start = start + arguments.span.start;
    let first_ends = characters
        .iter()
        .position(|(_, character)| character.is_whitespace() || *character == '=')
        .unwrap_or(characters.len());
    let is_old_form = is_env
        && characters
            .get(first_ends)
            .is_some_and(|(_, character)| *character != '=');
    if is_old_form {
        let (name, value) = characters.split_at(first_ends);
        let blanks = value
            .iter()
            .take_while(|(_, character)| character.is_whitespace())
            .count();
        let value = value.get(blanks..).unwrap_or_default();
        let value_at = value.first().map_or(raw.len(), |(at, _)| *at);
        let name: String = name.iter().map(|(_, character)| character).collect();
        let text: String = value.iter().map(|(_, character)| character).collect();
        return vec![Variable {
            key: Span::new(start, start + name.len()),
            name,
            value: Some(interpolate(text.trim_end(), Dialect::Compose)),
            span: Span::new(start + value_at, start + raw.trim_end().len()),
        }];
    }
    words(characters.iter().copied(), escape)
        .into_iter()
        .map(|word| match word.variable(start) {
            Some(words::Variable {
                name,
                key,
                value,
                span,
            }) => {
                let value = if word.expands {
                    interpolate(value, Dialect::Compose)
                } else {
                    SettingValue::Text(Literal::new(value))
                };
                Variable {
                    name: name.to_owned(),
                    key,
                    value: Some(value),
                    span,
                }
            }
            None => Variable {
                name: word.text.clone(),
                key: word.span(start),
                value: None,
                span: word.span(start),
            },
        })
        .filter(|variable| !variable.name.is_empty())
        .collect()
}

/// The characters of an instruction with their places, without the ends of its lines and the comments between them.
fn one_line(raw: &str, escape: char) -> Vec<(usize, char)> {
    let mut characters = Vec::new();
    let mut at = 0;
    let mut continues = false;
    for line in raw.split_inclusive('\n') {
        let content = line.trim_end();
        let is_skipped = continues && (content.is_empty() || content.trim_start().starts_with('#'));
        if !is_skipped {
            continues = content.ends_with(escape) && line.len() > content.len();
            let kept = &content[..content.len() - if continues { escape.len_utf8() } else { 0 }];
            characters.extend(kept.char_indices().map(|(offset, it)| (at + offset, it)));
        }
        at += line.len();
    }
    characters
}

#[cfg(test)]
mod tests {
    use super::variant;
    use crate::settings::SettingsFile;
    use crate::settings::sample::{placed, read};

    fn read_text(path: &str, content: &str) -> (Vec<String>, SettingsFile) {
        (placed(path, content), read(path, content))
    }

    #[test]
    fn stages_that_reach_the_container() {
        let (lines, read) = read_text(
            "services/orders/Dockerfile",
            "# syntax=docker/dockerfile:1\n\
             ARG NODE=22\n\
             FROM node:${NODE} AS base\n\
             ENV PORT=80 JWT_ISSUER=\"https://a.example\"\n\
             FROM base AS build\n\
             ARG JWT_SECRET=not-a-real-secret\n\
             ENV BUILD_ONLY=1\n\
             RUN <<EOF\nENV NOT=an-instruction\nEOF\n\
             FROM base\n\
             ENV JWT_SECRET ${JWT_SECRET:-changeme}  \n\
             ENV A='$B' \\\n    # note\n\n    C=\\$D E=f\\ g\n\
             CMD [\"node\"]\n",
        );
        assert_eq!(
            lines,
            [
                "2:10 tool: NODE='22'",
                "4:10 orders: PORT='80'",
                "4:24 orders: JWT_ISSUER='https://a.example'",
                "6:16 tool: JWT_SECRET='not-a-real-secret'",
                "7:16 tool: BUILD_ONLY='1'",
                "12:16 orders: JWT_SECRET=JWT_SECRET or 'changeme'",
                "13:7 orders: A='$B'",
                "16:7 orders: C='$D'",
                "16:13 orders: E='f g'",
            ]
        );
        assert!(read.unread.is_empty());
    }

    #[test]
    fn what_stands_before_a_broken_instruction_counts() {
        let (lines, read) = read_text(
            "api/Dockerfile",
            "FROM scratch\nARG TOKEN\nENV A=b\n<%= template %>\nENV C=d\n",
        );
        assert_eq!(lines, ["2:5 tool: TOKEN=TOKEN", "3:7 api: A='b'"]);
        assert_eq!(read.unread.len(), 1);
    }

    #[test]
    fn names_of_variants() {
        assert_eq!(variant("a/b/Dockerfile"), "");
        assert_eq!(variant("a/api.Dockerfile"), "api");
        assert_eq!(variant("Dockerfile.alpine"), "alpine");
    }

    #[test]
    fn hostile_files() {
        for text in [
            "",
            "FROM",
            "FROM a AS a\nFROM a AS a\nENV",
            "\u{feff}FROM a\nENV é=é \\",
            "FROM a\nENV \\\n\\\n\\\n",
            "FROM a\nENV a='",
            "FROM a\nRUN <<A <<B\nA\n",
            "# escape=`\nFROM a\nENV a=b` c\n",
            "FROM a\nENV a \\\r\n b\n",
        ] {
            read_text("Dockerfile", text);
        }
    }
}
