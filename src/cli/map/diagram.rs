//! The map as a diagram: services, keys, and what ties them. A thick line can mint, a dashed one can only verify.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Can, Holder, Map, NOTHING};

/// How a service stands in a diagram.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is said to be compromised.
    Taken,
    /// It would accept forged tokens.
    Deceived,
    /// It holds a key that can mint.
    Forges,
    /// It holds public keys only.
    Verifies,
    /// Not known.
    Unknown,
}

impl Standing {
    const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Taken, "taken", "#e5534b"),
        (Self::Deceived, "deceived", "#f0b37e"),
        (Self::Forges, "forges", "#ffe0b3"),
        (Self::Verifies, "verifies", "#d3f0d3"),
        (Self::Unknown, "unknown", "#eeeeee"),
    ];

    pub(super) fn of(map: &Map, service: usize) -> Self {
        if let Some(loss) = &map.what_if {
            if loss.services.contains(&service) {
                return Self::Taken;
            }
            if loss.reaches(service) {
                return Self::Deceived;
            }
        }
        let mut standing = Self::Verifies;
        for holder in holders(map).filter(|holder| holder.at == service) {
            match holder.can {
                Can::Mint => return Self::Forges,
                Can::Unknown => standing = Self::Unknown,
                Can::OnlyVerify => {}
            }
        }
        standing
    }

    fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(standing, ..)| *standing == self)
            .map_or("", |(_, name, _)| name)
    }

    pub(super) fn color(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(standing, ..)| *standing == self)
            .map_or("", |(.., color)| color)
    }
}

fn holders(map: &Map) -> impl Iterator<Item = &Holder> {
    map.keys.iter().flat_map(|key| &key.holders)
}

/// The services that hold a key or are compromised, by index, each with its name.
pub(super) fn shown(map: &Map) -> Vec<(usize, &str)> {
    let mut shown: BTreeSet<usize> = holders(map).map(|holder| holder.at).collect();
    shown.extend(map.what_if.iter().flat_map(|loss| &loss.services));
    shown
        .into_iter()
        .filter_map(|at| Some((at, map.services.get(at)?.name.as_str())))
        .collect()
}

/// What a line says: what the service does, and what it could do besides.
pub(super) fn label(holder: &Holder) -> String {
    let does = holder.does.describe();
    match holder.can {
        Can::Mint if !holder.does.mints => format!("{does}, can mint"),
        Can::OnlyVerify if !holder.does.verifies => format!("{does}, can only verify"),
        _ => does.to_owned(),
    }
}

/// Writes a Mermaid flowchart.
///
/// # Errors
/// What `out` answers.
pub(super) fn mermaid(map: &Map, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "flowchart LR")?;
    if map.keys.is_empty() {
        writeln!(out, "    %% {NOTHING}")?;
    }
    for (_, name, color) in Standing::ALL {
        writeln!(out, "    classDef {name} fill:{color},color:#000000")?;
    }
    writeln!(out, "    classDef fallen stroke:#e5534b,stroke-width:3px")?;
    for (at, name) in shown(map) {
        let class = Standing::of(map, at).name();
        writeln!(out, "    s{at}[\"{}\"]:::{class}", mermaid_text(name))?;
    }
    for (at, key) in map.keys.iter().enumerate() {
        let class = if is_fallen(map, at) { ":::fallen" } else { "" };
        let (name, kind) = (mermaid_text(&key.name), key.kind.describe());
        writeln!(out, "    k{at}([\"{name}<br/>{kind}\"]){class}")?;
        for holder in &key.holders {
            let line = match holder.can {
                Can::Mint => "==>",
                Can::OnlyVerify => "-.->",
                Can::Unknown => "-->",
            };
            writeln!(
                out,
                "    k{at} {line}|\"{}\"| s{}",
                label(holder),
                holder.at
            )?;
        }
    }
    Ok(())
}

/// Writes a graph for Graphviz.
///
/// # Errors
/// What `out` answers.
pub(super) fn dot(map: &Map, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "digraph trust {{")?;
    if map.keys.is_empty() {
        writeln!(out, "    // {NOTHING}")?;
    }
    writeln!(out, "    rankdir=LR;")?;
    writeln!(out, "    node [fontname=\"sans-serif\"];")?;
    for (at, name) in shown(map) {
        let color = Standing::of(map, at).color();
        let name = dot_text(name);
        writeln!(
            out,
            "    s{at} [label=\"{name}\", shape=box, style=filled, fillcolor=\"{color}\"];"
        )?;
    }
    for (at, key) in map.keys.iter().enumerate() {
        let (name, kind) = (dot_text(&key.name), key.kind.describe());
        let fallen = if is_fallen(map, at) {
            ", color=\"#e5534b\", penwidth=3"
        } else {
            ""
        };
        writeln!(
            out,
            "    k{at} [label=\"{name}\\n{kind}\", shape=ellipse{fallen}];"
        )?;
        for holder in &key.holders {
            let style = match holder.can {
                Can::Mint => "bold",
                Can::OnlyVerify => "dashed",
                Can::Unknown => "solid",
            };
            let label = label(holder);
            writeln!(
                out,
                "    k{at} -> s{} [label=\"{label}\", style={style}];",
                holder.at
            )?;
        }
    }
    writeln!(out, "}}")
}

pub(super) fn is_fallen(map: &Map, key: usize) -> bool {
    map.what_if.as_ref().is_some_and(|loss| loss.takes(key))
}

/// A name inside quotes of Mermaid: what its grammar, its Markdown or HTML would read becomes a character code.
fn mermaid_text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_alphanumeric() || matches!(letter, ' ' | '_' | '/' | '.' | '-') {
            safe.push(letter);
        } else {
            // Writing to a string does not fail.
            let _ = write!(safe, "#{};", u32::from(letter));
        }
    }
    safe
}

/// A name inside quotes of Graphviz, which reads escapes and character entities there.
fn dot_text(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_leave_their_quotes() {
        let name = "a\"];x[\"<img onerror=1>`*#59;\\";
        assert_eq!(
            mermaid_text(name),
            "a#34;#93;#59;x#91;#34;#60;img onerror#61;1#62;#96;#42;#35;59#59;#92;"
        );
        assert_eq!(dot_text("a\"]\\N<b>&lt;"), "a\\\"]\\\\N&lt;b&gt;&amp;lt;");
    }
}
