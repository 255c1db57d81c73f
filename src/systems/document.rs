//! Documents of settings files, each setting with the parts of its name.

use std::borrow::Cow;

use super::pattern::{Condition, parts};
use crate::settings::{Setting, SettingValue, SettingsSource};
use crate::source::Span;
use crate::syntax::ir::Literal;

/// A longer value is not read as a document, in bytes.
const LONGEST_DOCUMENT: usize = 20_000;

/// A setting with the parts of its name.
#[derive(Clone)]
pub(super) struct Named<'f> {
    pub(super) name: Vec<String>,
    pub(super) value: Cow<'f, SettingValue>,
    /// Where its name stands.
    pub(super) key: Span,
    /// Where it stands.
    pub(super) span: Span,
}

impl<'f> Named<'f> {
    fn of(setting: &'f Setting) -> Self {
        Self {
            name: parts(&setting.name),
            value: Cow::Borrowed(&setting.value),
            key: setting.key,
            span: setting.span,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        text_of(&self.value)
    }

    pub(super) fn fits(&self, condition: &Condition) -> bool {
        condition.holds(&self.name, self.text())
    }
}

/// A value that is written out.
pub(super) fn text_of(value: &SettingValue) -> Option<&str> {
    match value {
        SettingValue::Text(text) => Some(text.reveal()),
        _ => None,
    }
}

/// The settings of each document of a file.
pub(super) fn documents<'f>(file: &'f SettingsSource<'_>) -> Vec<Vec<Named<'f>>> {
    let settings = || file.read.settings.iter();
    if file.read.documents.len() < 2 {
        return vec![settings().map(Named::of).collect()];
    }
    let documents = file.read.documents.iter().map(|document| {
        settings()
            .filter(|setting| document.contains(setting.key))
            .map(Named::of)
            .collect()
    });
    documents.collect()
}

/// The members of the JSON object that a setting holds.
pub(super) fn inside(holder: &Named<'_>) -> Option<Vec<Named<'static>>> {
    let text = holder.text()?.trim();
    if !text.starts_with('{') || text.len() > LONGEST_DOCUMENT {
        return None;
    }
    let json: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    let named = |(name, value): (&String, &serde_json::Value)| {
        let text = match value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Null => return None,
            other => other.to_string(),
        };
        Some(Named {
            name: parts(name),
            value: Cow::Owned(SettingValue::Text(Literal::new(&text))),
            key: holder.key,
            span: holder.span,
        })
    };
    Some(json.iter().filter_map(named).collect())
}
