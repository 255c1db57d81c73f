//! Which secret a value of Terraform names.

use super::hcl::Value;
use super::platforms::manager_path;
use super::{Reference, SettingValue, document};
use crate::source::SourceFile;

/// Attributes that name a secret rather than hold it.
const NAMES_OF_SECRETS: [&str; 6] = [
    "arn",
    "id",
    "name",
    "secret_id",
    "version",
    "versionless_id",
];

/// The secret that a value names: by its path in a manager, or the resource that declares it.
pub(super) fn secret(named: &Value, source: &SourceFile) -> Option<Reference> {
    match named.scalar()? {
        SettingValue::Text(path) => {
            Some(Reference::Manager(manager_path(path.reveal()).to_owned()))
        }
        SettingValue::Reference {
            from: Reference::Resource(address),
            ..
        } => Some(Reference::Resource(secret_of(address))),
        SettingValue::Reference { from, .. } => Some(from.clone()),
        SettingValue::Joined(parts) => {
            // An address with a key behind it: `arn:KEY::`.
            if let [
                SettingValue::Reference {
                    from: Reference::Resource(address),
                    ..
                },
                SettingValue::Text(key),
            ] = parts.as_slice()
                && let Some(key) = key.reveal().strip_prefix(':')
            {
                let key = key.split(':').next().unwrap_or_default();
                return Some(Reference::Resource(document::dotted(
                    &secret_of(address),
                    key,
                )));
            }
            let written = source.text(named.span);
            Some(Reference::Manager(written.trim_matches('"').to_owned()))
        }
        _ => None,
    }
}

/// The address of a secret, of one of its attributes: `aws_secretsmanager_secret.jwt` of its `arn`,
/// `aws_ssm_parameter.jwt.value` of the parameter's.
pub(super) fn secret_of(address: &str) -> String {
    let Some((resource, attribute)) = address.rsplit_once('.') else {
        return address.to_owned();
    };
    if !NAMES_OF_SECRETS.contains(&attribute) {
        return address.to_owned();
    }
    let kind = resource.strip_prefix("data.").unwrap_or(resource);
    let holds_value =
        kind.starts_with("aws_ssm_parameter.") || kind.starts_with("azurerm_key_vault_secret.");
    if holds_value {
        format!("{resource}.value")
    } else {
        resource.to_owned()
    }
}
