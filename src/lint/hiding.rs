//! What of a file must not be quoted: private parts of keys, files that are one secret, settings that hold one.

use crate::keys;
use crate::redact::Redactor;
use crate::settings::{Setting, SettingValue, SettingsSource};
use crate::source::SourceFile;

/// Hides the private parts of the keys in a file.
pub(super) fn hide_keys(source: &SourceFile, redactor: &mut Redactor) {
    for span in keys::secret_spans(source.bytes()) {
        redactor.add_place(&source.path, span);
    }
}

/// A file with keys as it can be quoted: what is secret is masked, and so is a file that is one line of text, which may
/// be a secret. A binary file is empty.
pub(super) fn masked(source: SourceFile) -> SourceFile {
    let mut content = source.bytes().to_vec();
    if std::str::from_utf8(&content).is_err() {
        content.clear();
    } else if source.line_count() <= 2 {
        mask(&mut content);
    }
    without_keys(SourceFile::new(source.path, source.disk_path, content))
}

/// Lines stay where they are.
fn mask(secret: &mut [u8]) {
    let letters = secret
        .iter_mut()
        .filter(|byte| !matches!(byte, b'\n' | b'\r'));
    letters.for_each(|byte| *byte = b'*');
}

/// A file with the private parts of its keys masked.
pub(super) fn without_keys(source: SourceFile) -> SourceFile {
    let spans = keys::secret_spans(source.bytes());
    if spans.is_empty() {
        return source;
    }
    let mut content = source.bytes().to_vec();
    for span in spans {
        if let Some(secret) = content.get_mut(span.range()) {
            mask(secret);
        }
    }
    SourceFile::new(source.path, source.disk_path, content)
}

/// Hides what settings files hold under names that speak of secrets.
pub(super) fn hide_settings(settings: &[SettingsSource<'_>], redactor: &mut Redactor) {
    for file in settings.iter().filter(|file| file.committed) {
        for setting in file
            .read
            .settings
            .iter()
            .filter(|setting| holds_secret(setting))
        {
            redactor.add_place(&file.source.path, setting.span);
        }
    }
}

/// Whether a setting may hold a secret of any kind, by its name; what it is taken from elsewhere does not.
fn holds_secret(setting: &Setting) -> bool {
    const WORDS: [&str; 8] = [
        "secret",
        "key",
        "pass",
        "pwd",
        "token",
        "credential",
        "salt",
        "dsn",
    ];
    let name = setting.name.to_ascii_lowercase();
    let is_reference = matches!(
        setting.value,
        SettingValue::Reference { fallback: None, .. } | SettingValue::Generated
    );
    !is_reference && WORDS.iter().any(|word| name.contains(word))
}
