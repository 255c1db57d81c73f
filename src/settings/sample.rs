//! What tests of the readers share: reading a sample, and showing what came out.

use std::path::PathBuf;

use super::{Holder, Reference, SettingValue, SettingsFile};
use crate::source::SourceFile;

/// Reads `text` as the file at `path`.
pub(super) fn read(path: &str, text: &str) -> SettingsFile {
    let source = SourceFile::new(
        path.to_owned(),
        PathBuf::from(path),
        text.as_bytes().to_vec(),
    );
    let file = super::read(&source).expect("a settings file");
    for setting in &file.settings {
        assert!(setting.span.end as usize <= text.len(), "{}", setting.name);
        assert!(setting.key.start <= setting.key.end, "{}", setting.name);
        assert!(setting.span.start <= setting.span.end, "{}", setting.name);
    }
    file
}

/// Every setting as `holder: name=value`, in order.
pub(super) fn shown(file: &SettingsFile) -> Vec<String> {
    file.settings
        .iter()
        .map(|setting| {
            let holder = match &setting.holder {
                Holder::File => String::new(),
                Holder::Workload(index) => {
                    let workload = &file.workloads[*index];
                    match workload.container.as_str() {
                        "" => format!("{}: ", workload.name),
                        container => format!("{}/{container}: ", workload.name),
                    }
                }
                Holder::Store {
                    kind,
                    name,
                    namespace,
                } => format!("{kind:?} {namespace}/{name}: "),
                Holder::FileIn {
                    kind, name, key, ..
                } => format!("{kind:?} {name}/{key}: "),
                Holder::Tool => "tool: ".to_owned(),
            };
            format!("{holder}{}={}", setting.name, value(&setting.value))
        })
        .collect()
}

/// As [`shown`], with the line and column where each value stands.
pub(super) fn placed(path: &str, text: &str) -> Vec<String> {
    let bytes = text.as_bytes().to_vec();
    let source = SourceFile::new(path.to_owned(), PathBuf::from(path), bytes);
    let file = read(path, text);
    let places = file.settings.iter().map(|setting| {
        let at = source.position(setting.span.start);
        format!("{}:{}", at.line, at.column)
    });
    places
        .zip(shown(&file))
        .map(|(place, shown)| format!("{place} {shown}"))
        .collect()
}

fn value(value: &SettingValue) -> String {
    match value {
        SettingValue::Text(literal) => format!("'{}'", literal.reveal()),
        SettingValue::Reference { from, fallback } => {
            let from = match from {
                Reference::Variable(name) => name.clone(),
                Reference::Store { kind, store, key } => format!("{kind:?}({store}, {key})"),
                Reference::Resource(address) => format!("resource({address})"),
                Reference::Manager(path) => format!("manager({path})"),
                Reference::Ci(name) => format!("ci({name})"),
                Reference::File(path) => format!("file({path})"),
            };
            match fallback {
                Some(fallback) => format!("{from} or {}", self::value(fallback)),
                None => from,
            }
        }
        SettingValue::Joined(parts) => parts
            .iter()
            .map(self::value)
            .collect::<Vec<_>>()
            .join(" + "),
        SettingValue::Generated => "generated".to_owned(),
        SettingValue::Encrypted => "encrypted".to_owned(),
        SettingValue::Unknown => "unknown".to_owned(),
    }
}
