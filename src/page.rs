//! A rule's page: the Markdown file `rules/<id>.md` with its front matter, embedded in the binary.
//!
//! The page is the one place for a rule's title, level, severity and standards; `explain`, SARIF and the README
//! are made from it.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::level::Level;

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// Precision as code scanning orders it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// Hardly ever wrong.
    VeryHigh,
    /// Seldom wrong.
    High,
    /// Sometimes wrong.
    Medium,
    /// Often needs a look.
    Low,
}

impl Precision {
    /// The word SARIF uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VeryHigh => "very-high",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// A rule's page.
#[derive(Debug)]
pub struct Page {
    /// The rule's id.
    pub id: &'static str,
    /// What the front matter says.
    pub front: FrontMatter,
    /// The Markdown below the front matter.
    pub body: &'static str,
}

/// The front matter of a page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FrontMatter {
    /// One line, the title of an alert.
    pub title: String,
    /// One or two sentences: what the rule finds.
    pub summary: String,
    /// Level of its findings, before context and configuration.
    pub level: Level,
    /// Severity from 0.1 to 10.0 as code scanning shows it.
    pub security_severity: f64,
    /// How often it is right.
    pub precision: Precision,
    /// Weakness ids, the most fitting first.
    pub cwe: Vec<u32>,
    /// Sections of RFC 8725.
    #[serde(default)]
    pub rfc8725: Vec<String>,
    /// Other standards, as they are cited.
    #[serde(default)]
    pub standards: Vec<String>,
    /// Runs only with `--pedantic` or when selected.
    #[serde(default)]
    pub pedantic: bool,
}

/// Every page, by id in alphabetical order.
pub static PAGES: LazyLock<Vec<Page>> = LazyLock::new(|| {
    PAGE_FILES
        .iter()
        .filter_map(|(id, text)| parse(id, text).ok())
        .collect()
});

/// The page of a rule.
pub fn find(id: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.id == id)
}

/// Splits a page into front matter and body.
///
/// # Errors
/// A sentence that names the page and what is wrong with its front matter.
pub fn parse(id: &'static str, text: &'static str) -> Result<Page, String> {
    let rest = text
        .strip_prefix("+++\n")
        .ok_or(format!("rules/{id}.md does not begin with +++"))?;
    let (front, body) = rest
        .split_once("\n+++\n")
        .ok_or(format!("rules/{id}.md: the front matter does not end"))?;
    let front = toml::from_str(front).map_err(|error| format!("rules/{id}.md: {error}"))?;
    Ok(Page { id, front, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_valid_front_matter() {
        assert!(!PAGE_FILES.is_empty());
        for (id, text) in PAGE_FILES {
            let page = parse(id, text).unwrap();
            assert!(page.front.title.len() <= 120, "{id}: title too long");
            assert!(page.front.summary.len() <= 1_000, "{id}: summary too long");
            assert!(
                (0.1..=10.0).contains(&page.front.security_severity),
                "{id}: severity"
            );
        }
    }
}
