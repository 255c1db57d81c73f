//! What is known of each place where tokens or keys are handled, in plain words. Values of keys are described, never
//! shown.

use serde::Serialize;

use super::notes::{Note, notes};
use super::output::TypedPaths;
use crate::facts::{
    Algorithms, Check, FileFacts, InertOption, Key, Lifetime, Material, MintFact, Site, SiteKind,
};
use crate::finding::Place;
use crate::lint::Inventory;
use crate::models::schema::{Encoding, KeyKind, Slot, UnsetAlgorithms};
use crate::report::neutralise;
use crate::source::Position;

/// A site, described.
#[derive(Serialize)]
pub(super) struct Described {
    pub(super) path: String,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) kind: String,
    pub(super) library: String,
    pub(super) scope: String,
    pub(super) context: Option<String>,
    /// What is known, by what it is about.
    pub(super) known: Vec<Known>,
}

#[derive(Serialize)]
pub(super) struct Known {
    pub(super) about: String,
    pub(super) is: String,
}

/// Puts facts into words.
pub(super) struct Describer<'a> {
    pub(super) inventory: &'a Inventory,
    paths: &'a TypedPaths,
}

impl<'a> Describer<'a> {
    pub(super) fn new(inventory: &'a Inventory, paths: &'a TypedPaths) -> Self {
        Self { inventory, paths }
    }

    pub(super) fn entries(&self, file: &FileFacts) -> Vec<Described> {
        file.sites.iter().map(|site| self.entry(site)).collect()
    }

    pub(super) fn notes(&self) -> Vec<Note> {
        notes(
            &self.inventory.notifications,
            |path| self.path(path),
            |text| self.safe(text),
        )
    }

    fn entry(&self, site: &Site) -> Described {
        let position = self.position(&site.place);
        Described {
            path: self.path(&site.place.path),
            line: position.line,
            column: position.column,
            kind: site.kind.to_string(),
            library: self.safe(&site.library.describe()),
            scope: self.safe(&site.scope),
            context: site.context.map(|context| context.to_string()),
            known: self.known(site),
        }
    }

    fn known(&self, site: &Site) -> Vec<Known> {
        let mut known = Vec::new();
        let mut add = |about: &str, is: String| {
            known.push(Known {
                about: about.to_owned(),
                is: self.safe(&is),
            });
        };
        let handles_tokens = matches!(
            site.kind,
            SiteKind::Mint | SiteKind::Verify | SiteKind::Register
        );
        if !site.token.is_empty() {
            add("token", format!("`{}`", site.token));
        }
        if site.keys.is_empty() && handles_tokens {
            add("key", not_known("none was seen to reach this call"));
        }
        for key in &site.keys {
            add("key", self.key(key));
        }
        if handles_tokens {
            add("algorithms", self.algorithms(&site.algorithms));
            if site.none_refused {
                add("none", "this library never accepts `none`".to_owned());
            }
            if site.family_bound {
                add(
                    "key type",
                    "this library refuses an algorithm that does not fit the type of the key"
                        .to_owned(),
                );
            }
        }
        if matches!(site.kind, SiteKind::Verify | SiteKind::Register) {
            // In the order in which people ask.
            for slot in [
                Slot::Signature,
                Slot::Expiry,
                Slot::NotBefore,
                Slot::Audience,
                Slot::Issuer,
            ] {
                let is = match (slot, site.check(slot)) {
                    (Slot::Signature, Check::Enforced) => "checked".to_owned(),
                    (_, check) => self.check(check),
                };
                add(&slot.to_string(), is);
            }
        }
        if site.kind == SiteKind::Decode {
            add(
                "signature",
                "not checked: this only reads the token".to_owned(),
            );
        }
        if let Some(mint) = &site.mint {
            add("lifetime", lifetime(mint).to_owned());
            add("claims set", listed(mint.claims.iter()));
        }
        for option in &site.inert {
            add("inert option", self.inert(option));
        }
        if matches!(
            site.kind,
            SiteKind::Verify | SiteKind::Decode | SiteKind::Header
        ) {
            for (about, names) in [
                ("claims read", &site.uses.read),
                ("claims compared", &site.uses.compared),
                ("claims handed on", &site.uses.handed_on),
                ("called on result", &site.uses.called),
            ] {
                if !names.is_empty() {
                    add(about, listed(names.iter()));
                }
            }
            if site.uses.returned {
                add("claims returned", "yes, by the function around".to_owned());
            }
        }
        known
    }

    fn key(&self, key: &Key) -> String {
        let kind = match key.kind {
            Some(KeyKind::Secret) => "shared secret",
            Some(KeyKind::Private) => "private key",
            Some(KeyKind::Public) => "public key",
            Some(KeyKind::Jwks) => "key set",
            None => "kind not known",
        };
        let encoding = match key.encoding {
            Encoding::Text => "",
            Encoding::Base64 => ", base64",
            Encoding::Hex => ", hexadecimal",
            Encoding::Pem => ", PEM",
        };
        let callback = if key.from_callback {
            ", from a key callback"
        } else {
            ""
        };
        format!(
            "{kind}: {}{encoding}{callback}",
            self.material(&key.material)
        )
    }

    fn material(&self, material: &Material) -> String {
        match material {
            Material::Literal { text, place } => {
                let bytes = text.reveal().len();
                let plural = if bytes == 1 { "" } else { "s" };
                format!("literal ({bytes} byte{plural}, {})", self.place(place))
            }
            Material::Environment { name, fallback } => {
                self.or_fallback(format!("env {name}"), fallback.as_deref())
            }
            Material::Setting { path, fallback } if path.is_empty() => {
                self.or_fallback(not_known("a value"), fallback.as_deref())
            }
            Material::Setting { path, fallback } => {
                self.or_fallback(format!("setting {path}"), fallback.as_deref())
            }
            Material::File(path) if path.is_empty() => "file".to_owned(),
            Material::File(path) => format!("file {path}"),
            Material::Generated => "generated when the program runs".to_owned(),
            Material::Guessable(_) => {
                "made when the program runs by a generator that is not made for secrets".to_owned()
            }
            Material::Token => "taken from the token itself".to_owned(),
            Material::Nothing => "nothing: no key at all".to_owned(),
            Material::Unknown(name) if name.is_empty() => not_known("comes from elsewhere"),
            Material::Unknown(name) => not_known(&format!("`{name}` comes from elsewhere")),
        }
    }

    fn or_fallback(&self, what: String, fallback: Option<&Material>) -> String {
        match fallback {
            Some(fallback) => format!("{what}, or as a fallback {}", self.material(fallback)),
            None => what,
        }
    }

    fn algorithms(&self, algorithms: &Algorithms) -> String {
        match algorithms {
            Algorithms::Known {
                names, place, open, ..
            } => {
                let place = match place {
                    Some(place) => format!(" ({})", self.place(place)),
                    None => " (the library's own)".to_owned(),
                };
                let open = if *open { ", and perhaps others" } else { "" };
                format!("{}{open}{place}", listed(names.iter()))
            }
            Algorithms::FromHeader(place) => {
                format!("the token's own header decides ({})", self.place(place))
            }
            Algorithms::Unset(unset) => format!("not set: {}", unset_algorithms(*unset)),
            Algorithms::Unknown => not_known("options come from elsewhere"),
        }
    }

    fn check(&self, check: &Check) -> String {
        match check {
            Check::Enforced => {
                "enforced: a token without it, or with a wrong one, is rejected".into()
            }
            Check::IfPresent => {
                "checked when the token has it; a token without it is accepted".into()
            }
            Check::RejectedIfPresent => "a token that has it is rejected".into(),
            Check::Disabled(place) => format!("switched off ({})", self.place(place)),
            Check::Unchecked => "not checked: this library checks it only when asked".into(),
            Check::Until(call) => format!("not checked: `{call}` is not called on the result"),
            Check::ByHand => "checked by hand after the call".into(),
            Check::Unknown => not_known("options come from elsewhere"),
        }
    }

    fn inert(&self, option: &InertOption) -> String {
        format!(
            "{} looks like a check of {} and is none: {}; {}",
            self.place(&option.place),
            option.slot,
            option.because,
            option.fix
        )
    }

    pub(super) fn position(&self, place: &Place) -> Position {
        match self.inventory.sources.get(&place.path) {
            Some(source) => source.position(place.span.start),
            None => Position { line: 1, column: 1 },
        }
    }

    fn place(&self, place: &Place) -> String {
        let line = self.position(place).line;
        format!("{}:{line}", self.path(&place.path))
    }

    pub(super) fn path(&self, path: &str) -> String {
        neutralise(&self.paths.show(path)).replace('\n', "\u{240a}")
    }

    pub(super) fn safe(&self, text: &str) -> String {
        neutralise(&self.inventory.redactor.text(text)).replace('\n', " ")
    }
}

fn not_known(why: &str) -> String {
    format!("not known: {why}")
}

fn unset_algorithms(unset: UnsetAlgorithms) -> &'static str {
    match unset {
        UnsetAlgorithms::Pinned => "the library has one of its own",
        UnsetAlgorithms::ByKey => "the type of the key decides",
        UnsetAlgorithms::ByKeyText => "the text of the key decides, and a missing key means `none`",
        UnsetAlgorithms::Header => "the token's header decides among all that the library knows",
        UnsetAlgorithms::Closed => "the call fails",
        UnsetAlgorithms::Unsigned => "unsigned tokens are accepted, whatever the key",
        UnsetAlgorithms::Elsewhere => "what the module or framework was given elsewhere decides",
    }
}

fn lifetime(mint: &MintFact) -> &'static str {
    match mint.lifetime {
        Lifetime::Bounded => "an expiry is set",
        Lifetime::Endless => "no expiry is set, so the token is good for ever",
        Lifetime::Unknown => "not known: claims or options come from elsewhere",
    }
}

/// Names with commas between them; an empty name stands for all.
fn listed<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<&str> = names
        .map(|name| {
            if name.is_empty() {
                "all"
            } else {
                name.as_str()
            }
        })
        .collect();
    if names.is_empty() {
        "none that is known".to_owned()
    } else {
        names.join(", ")
    }
}
