//! Which key opens a token that is written in the code: one of public knowledge, or one that was found.

use hmac::{Hmac, KeyInit, Mac};
use rayon::prelude::*;
use sha2::{Sha256, Sha384, Sha512};

use crate::eval::decode_base64;
use crate::facts::{FileFacts, SiteKind, TokenKey, TokenLiteral};
use crate::finding::Place;
use crate::keys::KnownKeys;
use crate::settings::{SettingValue, SettingsSource};
use crate::source::SourceFile;

/// Tokens that keys are tried on.
const MOST_TOKENS: usize = 500;

/// Keys that are tried.
const MOST_KEYS: usize = 2_000;

/// A setting that is longer is no secret that opens a token.
const LONGEST_KEY: usize = 512;

/// Notes at each token the key that opens it.
pub fn open_tokens(
    files: &mut [FileFacts],
    key_sources: &[SourceFile],
    settings: &[SettingsSource<'_>],
    known: &KnownKeys,
) {
    if files.iter().all(|facts| facts.tokens.is_empty()) {
        return;
    }
    let mut found: Vec<(Vec<u8>, Place)> = Vec::new();
    for facts in files.iter() {
        let keys = facts
            .sites
            .iter()
            .filter(|site| site.kind != SiteKind::OtherSecret)
            .flat_map(|site| &site.keys);
        for (text, place, _) in keys.filter_map(|key| key.material.literal()) {
            found.push((text.reveal().as_bytes().to_vec(), place.clone()));
            found.extend(decode_base64(text.reveal()).map(|bytes| (bytes, place.clone())));
        }
    }
    for (source, (text, span)) in key_sources
        .iter()
        .filter_map(|source| Some((source, super::secret_text(source)?)))
    {
        let place = Place {
            path: source.path.clone(),
            span,
            message: String::new(),
        };
        found.push((text.reveal().as_bytes().to_vec(), place));
    }
    for file in settings.iter().filter(|file| file.committed) {
        for setting in &file.read.settings {
            if let SettingValue::Text(text) = &setting.value
                && is_called_key(&setting.name)
                && text.reveal().len() <= LONGEST_KEY
                && found.len() < MOST_KEYS
            {
                let place = Place {
                    path: file.source.path.clone(),
                    span: setting.span,
                    message: String::new(),
                };
                found.push((text.reveal().as_bytes().to_vec(), place));
            }
        }
    }
    found.sort();
    found.dedup();
    let tokens: Vec<&mut TokenLiteral> = files
        .iter_mut()
        .flat_map(|facts| facts.tokens.iter_mut())
        .take(MOST_TOKENS)
        .collect();
    tokens.into_par_iter().for_each(|token| {
        let Some(signed) = Signed::read(token.text.reveal()) else {
            return;
        };
        let found = found.iter().find(|(key, _)| signed.opens_with(key));
        token.opened = match found {
            Some((_, place)) => Some(TokenKey::Found(place.clone())),
            None => known
                .iter()
                .any(|key| signed.opens_with(key))
                .then_some(TokenKey::Published),
        };
    });
}

fn is_called_key(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    last.contains("secret") || last.contains("key")
}

/// A token with an HMAC signature.
struct Signed<'a> {
    hash: Hash,
    input: &'a [u8],
    signature: Vec<u8>,
}

#[derive(Clone, Copy)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl<'a> Signed<'a> {
    fn read(token: &'a str) -> Option<Self> {
        let (input, signature) = token.rsplit_once('.')?;
        let signature = decode_base64(signature)?;
        // The length of the signature says the hash; a signature of another family has another one.
        let hash = match signature.len() {
            32 => Hash::Sha256,
            48 => Hash::Sha384,
            64 => Hash::Sha512,
            _ => return None,
        };
        Some(Self {
            hash,
            input: input.as_bytes(),
            signature,
        })
    }

    fn opens_with(&self, key: &[u8]) -> bool {
        fn verifies<M: Mac + KeyInit>(key: &[u8], input: &[u8], signature: &[u8]) -> bool {
            <M as KeyInit>::new_from_slice(key)
                .is_ok_and(|mac| mac.chain_update(input).verify_slice(signature).is_ok())
        }
        match self.hash {
            Hash::Sha256 => verifies::<Hmac<Sha256>>(key, self.input, &self.signature),
            Hash::Sha384 => verifies::<Hmac<Sha384>>(key, self.input, &self.signature),
            Hash::Sha512 => verifies::<Hmac<Sha512>>(key, self.input, &self.signature),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_opens_its_own_tokens_only() {
        // Minted for this test with the key `secret`.
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJmaXh0dXJlIn0.1lJjdX1L1nf2Tc3XM67buq14dXAYXwMIcK364D719YY";
        let signed = Signed::read(token).unwrap();
        assert!(signed.opens_with(b"secret"));
        assert!(!signed.opens_with(b"Secret"));
    }
}
