//! Signed tokens that stand in settings files.

use crate::code_context;
use crate::eval::signed_token;
use crate::facts::TokenLiteral;
use crate::finding::{CodeContext, Place};
use crate::settings::{Purpose, Setting, SettingValue, SettingsSource};
use crate::syntax::ir::Literal;

/// Words of names that say that everybody may have the token.
const OPEN_WORDS: [&str; 3] = ["anon", "public", "publishable"];

/// Every setting of a file that is a signed token.
pub(super) fn literals(file: &SettingsSource<'_>) -> Vec<TokenLiteral> {
    let mut found: Vec<TokenLiteral> = Vec::new();
    for setting in &file.read.settings {
        let Some((token, algorithm, expires)) = text(setting).and_then(signed_token) else {
            continue;
        };
        let name = setting.name.to_ascii_lowercase();
        let is_open = OPEN_WORDS.iter().any(|word| name.contains(word));
        let is_known = found.iter().any(|known| known.place.span == setting.span);
        if is_open || is_known {
            continue;
        }
        found.push(TokenLiteral {
            place: Place {
                path: file.source.path.clone(),
                span: setting.span,
                message: String::new(),
            },
            algorithm,
            expires,
            context: match file.purpose {
                Purpose::Test => Some(CodeContext::Test),
                _ => code_context::of_path(&file.source.path),
            },
            text: Literal::new(token),
            opened: None,
        });
    }
    found
}

/// What a setting is set to, or comes to when nothing else is given.
fn text(setting: &Setting) -> Option<&str> {
    match &setting.value {
        SettingValue::Text(text) => Some(text.reveal()),
        SettingValue::Reference {
            fallback: Some(fallback),
            ..
        } => match fallback.as_ref() {
            SettingValue::Text(text) => Some(text.reveal()),
            _ => None,
        },
        _ => None,
    }
}
