//! `jotlint rules` and `jotlint explain`: the rules' pages on the terminal.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::arguments::TableFormat;
use crate::page::{PAGES, Page};
use crate::report::rule_url;

/// Writes the list of rules.
///
/// # Errors
/// What `out` answers.
pub(super) fn list(format: TableFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        TableFormat::Text => list_text(out),
        TableFormat::Json => {
            let rules: Vec<Value> = PAGES.iter().map(entry).collect();
            let document = json!({"format": "jotlint-rules", "version": 1, "rules": rules});
            serde_json::to_writer_pretty(&mut *out, &document)?;
            writeln!(out)
        }
        TableFormat::Markdown => list_markdown(out),
    }
}

fn list_markdown(out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "| rule | level | severity | title |\n|---|---|---|---|"
    )?;
    for page in PAGES.iter() {
        let (id, front) = (page.id, &page.front);
        let pedantic = if front.pedantic { ", pedantic" } else { "" };
        writeln!(
            out,
            "| [`{id}`](rules/{id}.md) | {}{pedantic} | {:.1} | {} |",
            front.level, front.security_severity, front.title,
        )?;
    }
    Ok(())
}

fn list_text(out: &mut dyn Write) -> io::Result<()> {
    let widest = PAGES.iter().map(|page| page.id.len()).max().unwrap_or(0);
    writeln!(out, "{:widest$}  level    severity  title", "rule")?;
    for page in PAGES.iter() {
        let front = &page.front;
        let pedantic = if front.pedantic { " (pedantic)" } else { "" };
        writeln!(
            out,
            "{:widest$}  {:7}  {:>8.1}  {}{pedantic}",
            page.id,
            front.level.to_string(),
            front.security_severity,
            front.title,
        )?;
    }
    Ok(())
}

fn entry(page: &Page) -> Value {
    let front = &page.front;
    json!({
        "id": page.id,
        "title": front.title,
        "summary": front.summary,
        "level": front.level,
        "security_severity": front.security_severity,
        "precision": front.precision.as_str(),
        "pedantic": front.pedantic,
        "cwe": front.cwe,
        "rfc8725": front.rfc8725,
        "standards": front.standards,
        "help_uri": rule_url(page.id),
    })
}

/// Writes a rule's page.
///
/// # Errors
/// What `out` answers.
pub(super) fn explain(page: &Page, out: &mut dyn Write) -> io::Result<()> {
    let front = &page.front;
    writeln!(out, "{}: {}\n", page.id, front.title)?;
    writeln!(out, "{}\n", front.summary)?;
    let pedantic = if front.pedantic {
        "; pedantic: runs with --pedantic or when selected"
    } else {
        ""
    };
    writeln!(
        out,
        "level {}, severity {:.1} of 10, precision {}{pedantic}",
        front.level,
        front.security_severity,
        front.precision.as_str(),
    )?;
    let weaknesses = front.cwe.iter().map(|cwe| format!("CWE-{cwe}"));
    let sections = front
        .rfc8725
        .iter()
        .map(|section| format!("RFC 8725 {section}"));
    let standards: Vec<String> = weaknesses
        .chain(sections)
        .chain(front.standards.iter().cloned())
        .collect();
    if !standards.is_empty() {
        writeln!(out, "{}", standards.join(", "))?;
    }
    writeln!(out, "{}\n", rule_url(page.id))?;
    writeln!(out, "{}", page.body.trim())
}
