//! Parts of settings files that say how a system verifies, as places where tokens are verified.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;

use super::demand::Demands;
use super::document::{Named, documents, inside, text_of};
use super::pattern::Condition;
use super::{Does, Policy, System};
use crate::code_context;
use crate::facts::{
    Address, AddressPart, Algorithms, Check, ClaimsUse, Key, LibraryFact, LibraryVersion, Material,
    Site, SiteKind,
};
use crate::finding::{CodeContext, Place};
use crate::keys;
use crate::models::schema::{Encoding, KeyKind, Slot, UnsetAlgorithms, UnsetClaim};
use crate::settings::{Purpose, Reference, SettingValue, SettingsSource};
use crate::source::Span;

/// Parts of one file that are read.
const MOST_PARTS: usize = 500;

/// The slots that are checks.
const CHECKS: [Slot; 8] = [
    Slot::Token,
    Slot::Signature,
    Slot::Audience,
    Slot::Issuer,
    Slot::Expiry,
    Slot::NotBefore,
    Slot::Cache,
    Slot::Transport,
];

/// The sites of a settings file.
pub(super) fn sites(
    file: &SettingsSource<'_>,
    systems: &[System],
    demands: &Demands<'_>,
) -> Vec<Site> {
    let bytes = file.source.bytes();
    let mut sites = Vec::new();
    for system in systems {
        for policy in &system.policies {
            let stands = |word: &String| memmem::find(bytes, word.as_bytes()).is_some();
            if !policy.words.iter().any(stands) {
                continue;
            }
            for document in documents(file) {
                if policy.unless_demanded && demands.may_ask(system, &document) {
                    continue;
                }
                read(file, system, policy, &document, &mut sites);
            }
        }
    }
    sites.truncate(MOST_PARTS);
    sites.sort_by_key(|site| site.place.span);
    sites
}

fn read(
    file: &SettingsSource<'_>,
    system: &System,
    policy: &Policy,
    document: &[Named<'_>],
    sites: &mut Vec<Site>,
) {
    let is_there = |condition: &Condition| document.iter().any(|setting| setting.fits(condition));
    if !policy.document.iter().all(is_there) {
        return;
    }
    let part = |settings: &[Named<'_>]| {
        Part {
            file,
            system,
            policy,
            settings,
        }
        .site()
    };
    if let Some(holder) = &policy.inside {
        let holders = document.iter().filter(|setting| setting.fits(holder));
        sites.extend(holders.filter_map(|holder| part(&inside(holder)?)));
        return;
    }
    let mut found: BTreeMap<&[String], Vec<Named<'_>>> = BTreeMap::new();
    for setting in document {
        let Some((way, inside)) = policy
            .at
            .prefix(&setting.name)
            .and_then(|length| setting.name.split_at_checked(length))
        else {
            continue;
        };
        found.entry(way).or_default().push(Named {
            name: inside.to_vec(),
            ..setting.clone()
        });
    }
    sites.extend(found.values().filter_map(|settings| part(settings)));
}

/// One part that says how a system verifies.
struct Part<'p, 'f> {
    file: &'p SettingsSource<'f>,
    system: &'p System,
    policy: &'p Policy,
    settings: &'p [Named<'p>],
}

impl Part<'_, '_> {
    fn site(&self) -> Option<Site> {
        let has = |condition: &Condition| self.settings.iter().any(|one| one.fits(condition));
        if self.policy.unless.iter().any(has) {
            return None;
        }
        let says_so = |one: &&Named<'_>| self.policy.has.iter().any(|has| one.fits(has));
        let first = self.settings.iter().filter(says_so).map(|one| one.key);
        let first = first.min()?;
        let library = LibraryFact {
            name: self.system.name.clone(),
            version: LibraryVersion::None,
            fix: self.system.fix.clone(),
        };
        let kind = match self.policy.does {
            Does::Verify => SiteKind::Verify,
            Does::Fetch => SiteKind::Jwks,
            Does::Register => SiteKind::Register,
        };
        let url = self.filled(Slot::Url).next();
        let mut site = Site {
            context: self.context(),
            algorithms: self.algorithms(),
            checks: CHECKS
                .iter()
                .filter_map(|slot| Some((*slot, self.check(*slot)?)))
                .collect(),
            uses: ClaimsUse {
                handed_on: BTreeSet::from([String::new()]),
                ..ClaimsUse::default()
            },
            declared: true,
            address: url.and_then(|url| self.address(url)),
            fetched_from: url.map(|url| address_parts(&url.value)).unwrap_or_default(),
            issuer: (self.filled(Slot::Issuer).next())
                .map(|issuer| address_parts(&issuer.value))
                .unwrap_or_default(),
            ..Site::new(kind, self.place(first), library, first.file)
        };
        site.keys = self
            .filled(Slot::Key)
            .filter_map(|key| self.key(key))
            .collect();
        if site.keys.is_empty() && url.is_some() {
            site.keys.push(key_of(
                Material::Unknown(String::new()),
                Some(KeyKind::Jwks),
            ));
        }
        Some(site)
    }

    /// Not the product: what is for tests.
    fn context(&self) -> Option<CodeContext> {
        match self.file.purpose {
            Purpose::Test => Some(CodeContext::Test),
            _ => code_context::of_path(&self.file.source.path),
        }
    }

    fn place(&self, span: Span) -> Place {
        Place {
            path: self.file.source.path.clone(),
            span,
            message: String::new(),
        }
    }

    /// The settings that fill a slot.
    fn filled(&self, slot: Slot) -> impl Iterator<Item = &Named<'_>> {
        let conditions = self.policy.slots.get(&slot).map_or(&[][..], Vec::as_slice);
        let is_filled =
            |condition: &&Condition| self.settings.iter().any(|one| fills(one, condition));
        let first = conditions.iter().find(is_filled);
        self.settings
            .iter()
            .filter(move |one| first.is_some_and(|first| fills(one, first)))
    }

    fn check(&self, slot: Slot) -> Option<Check> {
        let off = self.policy.off.get(&slot).into_iter().flatten();
        for condition in off {
            if let Some(one) = self.settings.iter().find(|one| one.fits(condition)) {
                return Some(Check::Disabled(self.place(one.key)));
            }
        }
        if self.filled(slot).next().is_some() {
            return Some(Check::Enforced);
        }
        match self.policy.unset.get(&slot)? {
            UnsetClaim::Required => Some(Check::Enforced),
            UnsetClaim::IfPresent => Some(Check::IfPresent),
            UnsetClaim::Unchecked => Some(Check::Unchecked),
            UnsetClaim::RejectedIfPresent => Some(Check::RejectedIfPresent),
            UnsetClaim::Until(_) | UnsetClaim::Elsewhere => Some(Check::Unknown),
        }
    }

    fn algorithms(&self) -> Algorithms {
        let mut filled = self.filled(Slot::Algorithms).peekable();
        let Some(first) = filled.peek().map(|first| first.span) else {
            return match self.policy.algorithms {
                Some(UnsetAlgorithms::Elsewhere) | None => Algorithms::Unknown,
                Some(unset) => Algorithms::Unset(unset),
            };
        };
        let texts: Option<Vec<String>> = filled
            .map(|one| one.text().map(|text| text.trim().to_owned()))
            .collect();
        match texts {
            Some(names) => Algorithms::Known {
                names,
                place: Some(self.place(first)),
                open: false,
                apart: false,
            },
            None => Algorithms::Unknown,
        }
    }

    fn key(&self, key: &Named<'_>) -> Option<Key> {
        let text = match &*key.value {
            SettingValue::Text(text) => text,
            SettingValue::Reference {
                from: Reference::Variable(name),
                ..
            } => {
                let material = Material::Environment {
                    name: name.clone(),
                    fallback: None,
                };
                return Some(key_of(material, None));
            }
            _ => return Some(key_of(Material::Unknown(String::new()), None)),
        };
        let known = keys::read(text.reveal().as_bytes());
        let kind = match known.iter().map(|key| key.private).max() {
            Some(_) if text.reveal().trim_start().starts_with('{') => KeyKind::Jwks,
            Some(true) => KeyKind::Private,
            Some(false) => KeyKind::Public,
            None => KeyKind::Secret,
        };
        let material = Material::Literal {
            text: text.clone(),
            place: self.place(key.span),
        };
        Some(key_of(material, Some(kind)))
    }

    fn address(&self, setting: &Named<'_>) -> Option<Address> {
        let (text, alternative) = match &*setting.value {
            SettingValue::Text(text) => (text.reveal(), false),
            SettingValue::Reference {
                fallback: Some(fallback),
                ..
            } => (text_of(fallback)?, true),
            SettingValue::Joined(parts) => (text_of(parts.first()?)?, false),
            _ => return None,
        };
        let (scheme, rest) = text.trim().split_once("://")?;
        let plaintext = scheme.eq_ignore_ascii_case("http");
        if !plaintext && !scheme.eq_ignore_ascii_case("https") {
            return None;
        }
        let is_whole = matches!(*setting.value, SettingValue::Text(_)) || rest.contains('/');
        let authority = rest.split(['/', '?', '#']).next().filter(|_| is_whole);
        let authority = authority.unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or(authority);
        Some(Address {
            place: self.place(setting.span),
            plaintext,
            host: host.split(':').next().unwrap_or(host).to_ascii_lowercase(),
            alternative,
        })
    }
}

/// Whether a setting fills what a condition names; an empty one does not.
fn fills(one: &Named<'_>, condition: &Condition) -> bool {
    one.fits(condition) && one.text().is_none_or(|text| !text.trim().is_empty())
}

fn key_of(material: Material, kind: Option<KeyKind>) -> Key {
    Key {
        kind,
        material,
        encoding: Encoding::Text,
        flow: Vec::new(),
        from_callback: false,
        context: None,
        instead_of: Vec::new(),
        confined: None,
        dead_guard: None,
        public_as_secret: false,
    }
}

fn address_parts(value: &SettingValue) -> Vec<AddressPart> {
    match value {
        SettingValue::Text(text) => vec![AddressPart::Text(text.clone())],
        SettingValue::Reference {
            from: Reference::Variable(name),
            fallback,
        } => vec![AddressPart::Variable {
            name: name.clone(),
            fallback: match fallback.as_deref() {
                Some(SettingValue::Text(text)) => Some(text.clone()),
                _ => None,
            },
        }],
        SettingValue::Joined(parts) => parts
            .iter()
            .flat_map(|part| match part {
                SettingValue::Joined(_) => vec![AddressPart::Unknown],
                part => address_parts(part),
            })
            .collect(),
        _ => vec![AddressPart::Unknown],
    }
}
