//! What a text report says of the run as a whole, and which findings it tells as one.

use std::collections::BTreeMap;

use crate::finding::{Finding, Level, Report};

/// Findings that are one thing, at the place of the first; most stand alone.
pub(super) fn together(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    let mut known: BTreeMap<(&str, usize), usize> = BTreeMap::new();
    for finding in findings {
        let at = match finding.together {
            Some(number) => *known
                .entry((finding.rule.id, number))
                .or_insert(groups.len()),
            None => groups.len(),
        };
        match groups.get_mut(at) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

/// What is said at the end, the verdict first.
pub(super) fn summary(report: &Report) -> Vec<String> {
    let counts = &report.summary;
    let mut lines = vec![verdict(report)];
    lines.push(format!(
        "{} read, {} parsed, {}",
        counted(counts.files_read, "file"),
        counts.files_parsed,
        counted(counts.sites, "JWT site"),
    ));
    if counts.files_unread > 0 {
        lines.push(format!(
            "{} could not be read, or only in part",
            counted(counts.files_unread, "file")
        ));
    }
    lines.extend(counts.cut.in_words());
    let mut hidden = Vec::new();
    if counts.suppressed > 0 {
        hidden.push(format!("{} suppressed", counts.suppressed));
    }
    if counts.test_hidden > 0 {
        hidden.push(format!("{} in test code", counts.test_hidden));
    }
    if counts.pedantic_hidden > 0 {
        hidden.push(format!(
            "{} pedantic (run with --pedantic)",
            counts.pedantic_hidden
        ));
    }
    if !hidden.is_empty() {
        lines.push(format!("not shown: {}", hidden.join(", ")));
    }
    lines
}

fn verdict(report: &Report) -> String {
    if !report.findings.is_empty() {
        return format!(
            "{}: {}, {}, {}",
            counted(report.findings.len(), "finding"),
            counted(report.count(Level::Error), "error"),
            counted(report.count(Level::Warning), "warning"),
            counted(report.count(Level::Note), "note"),
        );
    }
    let counts = &report.summary;
    if counts.files_read == 0 {
        "nothing checked: no file was read".into()
    } else if counts.files_unread > 0 {
        "no findings in what could be read".into()
    } else {
        "no findings".into()
    }
}

fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
