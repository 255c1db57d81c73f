//! What a library does about slots that are not set.

use serde::{Deserialize, Serialize};

use super::slot::Slot;
use super::versions::Versions;

/// What unset slots mean, for some versions.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Unset {
    /// For these versions.
    #[serde(default)]
    pub versions: Versions,
    /// No allowlist.
    #[serde(default)]
    pub algorithms: Option<UnsetAlgorithms>,
    /// No expiry option.
    #[serde(default)]
    pub expiry: Option<UnsetClaim>,
    /// No not-before option.
    #[serde(default)]
    pub not_before: Option<UnsetClaim>,
    /// No audience.
    #[serde(default)]
    pub audience: Option<UnsetClaim>,
    /// No issuer.
    #[serde(default)]
    pub issuer: Option<UnsetClaim>,
    /// No option that keeps a key in the token's own header out.
    #[serde(default)]
    pub key_source: Option<UnsetClaim>,
    /// No option about the cache of a key set; `unchecked`: there is none.
    #[serde(default)]
    pub cache: Option<UnsetClaim>,
    /// No option that limits fetches for unknown key ids; `unchecked`: nothing does.
    #[serde(default)]
    pub rate_limit: Option<UnsetClaim>,
    /// No option that lets fetched keys grow old; `unchecked`: they never do.
    #[serde(default)]
    pub refresh: Option<UnsetClaim>,
    /// No lifetime when minting.
    #[serde(default)]
    pub lifetime: Option<UnsetLifetime>,
    /// Slots whose claim may be absent from the token although a value is expected.
    #[serde(default)]
    pub absent_accepted: Vec<Slot>,
    /// An HMAC algorithm is refused for an asymmetric key and the other way round, whatever the allowlist says.
    #[serde(default)]
    pub family_bound: Option<bool>,
    /// `none` never verifies, even in an allowlist.
    #[serde(default)]
    pub none_refused: Option<bool>,
    /// An empty HMAC key is used like any other.
    #[serde(default)]
    pub empty_key_accepted: Option<bool>,
    /// Where these facts come from.
    pub source: String,
}

/// What the library does without an allowlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnsetAlgorithms {
    /// It has one of its own.
    Pinned,
    /// The key's real type decides.
    ByKey,
    /// The text of the key decides, and a missing key means `none`.
    ByKeyText,
    /// The token's header decides among everything the library knows.
    Header,
    /// The call fails.
    Closed,
    /// Unsigned tokens are accepted, whatever the key.
    Unsigned,
    /// What the module or framework was given decides.
    Elsewhere,
}

/// What the library does about a claim without an option.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", try_from = "String", into = "String")]
pub enum UnsetClaim {
    /// A token without the claim is rejected.
    Required,
    /// Checked when the token has it.
    IfPresent,
    /// Never looked at.
    Unchecked,
    /// A token that has the claim is rejected.
    RejectedIfPresent,
    /// Not checked before this is called on the result.
    Until(String),
    /// What the module or framework was given decides.
    Elsewhere,
}

impl TryFrom<String> for UnsetClaim {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Ok(match text.as_str() {
            "required" => Self::Required,
            "if-present" => Self::IfPresent,
            "unchecked" => Self::Unchecked,
            "rejected-if-present" => Self::RejectedIfPresent,
            "elsewhere" => Self::Elsewhere,
            other => match other.strip_prefix("until ") {
                Some(call) => Self::Until(call.to_owned()),
                None => return Err(format!("`{other}` says nothing about a claim")),
            },
        })
    }
}

impl From<UnsetClaim> for String {
    fn from(unset: UnsetClaim) -> Self {
        match unset {
            UnsetClaim::Required => "required".to_owned(),
            UnsetClaim::IfPresent => "if-present".to_owned(),
            UnsetClaim::Unchecked => "unchecked".to_owned(),
            UnsetClaim::RejectedIfPresent => "rejected-if-present".to_owned(),
            UnsetClaim::Elsewhere => "elsewhere".to_owned(),
            UnsetClaim::Until(call) => format!("until {call}"),
        }
    }
}

/// What minting without a lifetime means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnsetLifetime {
    /// The token never expires.
    Endless,
    /// The library sets an expiry.
    Bounded,
    /// What the module or framework was given decides.
    Elsewhere,
}
