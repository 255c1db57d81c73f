//! What names and values say: which settings hold the key of tokens, and which part of it.

use super::paths::{folder_of, name_of};
use crate::settings::{Format, NAMES_VARIABLES, words};

/// Words beside `jwt` that say that a setting is something other than the key.
const OTHER_WORDS: [&str; 50] = [
    "public",
    "pub",
    "expires",
    "expire",
    "expiry",
    "expiration",
    "expiresin",
    "exp",
    "ttl",
    "lifetime",
    "age",
    "maxage",
    "time",
    "timeout",
    "days",
    "hours",
    "minutes",
    "seconds",
    "alg",
    "algorithm",
    "algorithms",
    "algo",
    "issuer",
    "iss",
    "audience",
    "aud",
    "header",
    "cookie",
    "name",
    "prefix",
    "url",
    "uri",
    "jwks",
    "path",
    "file",
    "filename",
    "dir",
    "folder",
    "id",
    "kid",
    "arn",
    "version",
    "type",
    "length",
    "size",
    "enabled",
    "refresh_interval",
    "claim",
    "claims",
    "namespace",
];

/// Words that make a setting with `jwt` in its name the key.
const KEY_WORDS: [&str; 9] = [
    "secret",
    "secrets",
    "key",
    "keys",
    "secretkey",
    "signingkey",
    "passphrase",
    "hmac",
    "private",
];

/// Whether a setting's name says unmistakably that it holds the secret or private key of tokens.
pub(crate) fn names_token_key(name: &str) -> bool {
    let words = words(name);
    // In `spring.security.jwt.secret` the last two or three decide.
    let tail = words.len().saturating_sub(6);
    let Some(tail) = words.get(tail..) else {
        return false;
    };
    let says_jwt = |word: &String| word.contains("jwt");
    let Some(at) = tail.iter().position(says_jwt) else {
        return false;
    };
    let Some(rest) = tail.get(at..) else {
        return false;
    };
    let is_key = |word: &String| {
        KEY_WORDS.contains(&word.as_str())
            || word
                .strip_prefix("jwt")
                .is_some_and(|rest| KEY_WORDS.contains(&rest))
    };
    rest.iter().any(is_key) && !tail.iter().any(|word| OTHER_WORDS.contains(&word.as_str()))
}

/// Whether a name says that what it holds is public.
pub(crate) fn names_public(name: &str) -> bool {
    words(name)
        .iter()
        .any(|word| matches!(word.as_str(), "public" | "pub" | "publickey" | "pubkey"))
}

/// Whether a name says that what it holds is the private half of a pair.
pub(crate) fn names_private(name: &str) -> bool {
    words(name)
        .iter()
        .any(|word| matches!(word.as_str(), "private" | "priv" | "privatekey" | "pem"))
}

/// Whether a path is that of variables for whoever starts a program beside it.
pub(super) fn is_dotenv(path: &str) -> bool {
    Format::of_path(path) == Some(Format::Dotenv)
}

/// Whether a file says from which variables the settings of the other files beside it are taken.
pub(super) fn names_variables(path: &str) -> bool {
    name_of(path).split('.').next() == Some(NAMES_VARIABLES)
}

/// Whether a settings file is one that code reads as its configuration, by its name.
pub(super) fn is_configuration(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let name = name_of(&lower);
    let stem = name.split('.').next().unwrap_or(name);
    let format = Format::of_path(path);
    if !matches!(
        format,
        Some(Format::Yaml | Format::Json | Format::Toml | Format::Properties | Format::Ini)
    ) {
        return false;
    }
    let base = stem.split(['-', '_']).next().unwrap_or(stem);
    let is_named = matches!(
        base,
        "application"
            | "bootstrap"
            | "appsettings"
            | "config"
            | "configuration"
            | "settings"
            | "secrets"
            | "credentials"
            | "conf"
            | "app"
    );
    let in_folder = folder_of(&lower).split('/').any(|folder| {
        matches!(
            folder,
            "config" | "configs" | "conf" | "settings" | "resources"
        )
    });
    is_named || in_folder || format == Some(Format::Properties)
}

/// Whether a text is a mark for somebody to fill in, and cannot be anything else.
pub(super) fn is_blank_to_fill(text: &str) -> bool {
    let text = text.trim();
    let wrapped = [("<", ">"), ("[", "]"), ("{", "}"), ("%", "%"), ("@", "@")]
        .iter()
        .any(|(start, end)| text.len() > 2 && text.starts_with(start) && text.ends_with(end));
    wrapped
        || text.is_empty()
        || text
            .chars()
            .all(|letter| matches!(letter, '*' | 'x' | 'X' | '.' | '-' | '_' | '?'))
}

/// Whether a text says where a key is, and is none itself: an address, a path, a name in a secret manager.
pub(super) fn is_pointer(text: &str) -> bool {
    const SCHEMES: [&str; 15] = [
        "http://",
        "https://",
        "file:",
        "vault:",
        "ref+",
        "op://",
        "arn:",
        "urn:",
        "projects/",
        "secret://",
        "ssm:",
        "awssm:",
        "gcp-sm:",
        "keyvault:",
        "sm://",
    ];
    let text = text.trim();
    let is_path = (text.starts_with("./") || text.starts_with("../") || text.starts_with('/'))
        && !text.contains(' ')
        && (text.ends_with(".pem")
            || text.ends_with(".key")
            || text.ends_with(".txt")
            || text.matches('/').count() >= 2)
        && !text.ends_with('=');
    let is_file = !text.contains([' ', '=', '+'])
        && [
            ".pem", ".key", ".jwk", ".json", ".pub", ".crt", ".jks", ".p12",
        ]
        .iter()
        .any(|ending| text.ends_with(ending));
    SCHEMES.iter().any(|scheme| text.starts_with(scheme))
        || is_path
        || is_file
        || text.starts_with("@/")
}

/// Whether a text can be a key at all: numbers, switches and durations are settings of something else.
pub(super) fn can_be_key(text: &str) -> bool {
    let text = text.trim();
    let is_switch = [
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "null",
        "none",
        "undefined",
    ]
    .iter()
    .any(|word| text.eq_ignore_ascii_case(word));
    let is_algorithm = text.len() == 5
        && ["HS", "RS", "ES", "PS"]
            .iter()
            .any(|family| text.starts_with(family))
        && text[2..].bytes().all(|byte| byte.is_ascii_digit());
    !text.is_empty() && !is_switch && !is_algorithm
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unmistakable_names_count() {
        for name in [
            "JWT_SECRET",
            "jwt.secret",
            "JWT_SIGNING_KEY",
            "JwtSettings:SecretKey",
            "app.jwtSecret",
            "JWTSECRET",
            "JWT_ACCESSTOKEN_SECRET",
            "jwt_key",
            "PGRST_JWT_SECRET",
            "jwt.private-key",
            "security.jwt.token.secret-key",
        ] {
            assert!(names_token_key(name), "{name}");
        }
        for name in [
            "SECRET_KEY",
            "SECRET_KEY_BASE",
            "ACCESS_TOKEN_SECRET",
            "JWT_PUBLIC_KEY",
            "JWT_EXPIRES_IN",
            "JWT_SECRET_FILE",
            "JWT_ALGORITHM",
            "jwt.key-id",
            "JWT_COOKIE_NAME",
            "jwt.header",
            "API_KEY",
            "JWKS_URI",
            "jwt.jwks.key",
        ] {
            assert!(!names_token_key(name), "{name}");
        }
    }

    #[test]
    fn blanks_and_pointers_are_no_keys() {
        for text in ["", "<your-jwt-secret>", "********", "[secret]"] {
            assert!(is_blank_to_fill(text), "{text}");
        }
        for text in [
            "https://a.example/jwks",
            "./keys/private.pem",
            "vault:secret/data/jwt#key",
            "/run/secrets/jwt",
        ] {
            assert!(is_pointer(text), "{text}");
        }
        for text in [
            "access",
            "tPQz6vb7nJDilma85OQExilvgZX+QyEf1CL95DmfBLA=",
            "/9j4AAQSkZJRgABAQAAAQABAAD=",
        ] {
            assert!(!is_blank_to_fill(text) && !is_pointer(text), "{text}");
        }
        assert!(!can_be_key("true") && !can_be_key("HS256") && can_be_key("secret"));
    }
}
