//! What a file is read for, by its name: code of a language, settings that feed code, or keys.

use super::paths::file_name;
use crate::settings::Format;
use crate::syntax::Language;

/// What a file is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Source code.
    Code(Language),
    /// Settings that feed code: `.env`, compose files, manifests of workloads, framework settings.
    Settings,
    /// Key material: PEM, DER, JWK, keystores, and documents that by their name may hold some.
    Key,
}

impl FileKind {
    /// The kind of a file by its relative path (forward slashes), `None` when jotlint does not read it.
    pub fn of_path(path: &str) -> Option<Self> {
        if is_key_path(path) {
            return Some(Self::Key);
        }
        if Format::of_path(path).is_some() {
            return Some(Self::Settings);
        }
        Language::of_path(path).map(Self::Code)
    }
}

fn is_key_path(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
    let says = |words: &[&str]| words.iter().any(|word| stem.contains(word));
    match extension {
        "pem" | "key" | "der" | "crt" | "cer" | "pub" | "p8" | "p12" | "pfx" | "jks"
        | "keystore" | "jwk" | "jwks" => true,
        "json" => says(&["jwk", "key", "private", "openid-configuration"]),
        "" => {
            ["id_rsa", "id_ecdsa", "id_ed25519"]
                .iter()
                .any(|known| name.starts_with(known))
                || ["jwks", "openid-configuration"].contains(&name.as_str())
        }
        _ => false,
    }
}

/// Whether a file of no kind may hold a key that code reads by its path.
pub(super) fn may_be_read_as_key(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    match name.rsplit_once('.') {
        None => true,
        Some((_, extension)) => matches!(
            extension,
            "txt" | "json" | "asc" | "b64" | "secret" | "dat" | "bin" | "conf"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_by_their_names() {
        for path in [
            "a/private.pem",
            "jwtRS256.key",
            "id_rsa",
            "x/.well-known/jwks.json",
            "A.P12",
        ] {
            assert_eq!(FileKind::of_path(path), Some(FileKind::Key), "{path}");
        }
        for path in ["package.json", "a.txt", "Makefile"] {
            assert_eq!(FileKind::of_path(path), None, "{path}");
        }
        assert_eq!(FileKind::of_path("k8s/jwt.yaml"), Some(FileKind::Settings));
        assert!(may_be_read_as_key("static/key") && !may_be_read_as_key("logo.png"));
    }
}
