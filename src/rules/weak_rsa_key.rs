//! `weak-rsa-key`: an RSA key that can be factored, or soon can.

use super::draft::Draft;
use super::key_file::Link;
use crate::facts::{FileFacts, SiteKind};
use crate::finding::{Confidence, Finding, Level, Place};
use crate::key_files::{KeyFile, StoredKey};
use crate::keys::{self, Container};
use crate::project_facts::ProjectFacts;

pub(super) const ID: &str = "weak-rsa-key";

/// Less is refused by RFC 7518 3.3.
const LEAST_BITS: u32 = 2048;

/// Less has no margin: 128 bits of strength need as many.
const LASTING_BITS: u32 = 3072;

const REMEDY: &str = "Make a new key of 3072 bits or more, or an EC key (ES256), and replace every copy of this one.";

/// Keys in literals, and keys that are made.
pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    let sites = facts.sites.iter();
    for site in sites.filter(|site| site.kind != SiteKind::OtherSecret) {
        for key in &site.keys {
            let Some((text, place, _)) = key.material.literal() else {
                continue;
            };
            let found = keys::read(text.reveal().as_bytes());
            let Some(bits) = found.iter().filter_map(|key| key.rsa_bits).min() else {
                continue;
            };
            let draft = Draft::new(ID, site, place, "this RSA key");
            if let Some(draft) = judge_bits(bits, draft, "This RSA key for tokens") {
                draft
                    .remedy(None, REMEDY)
                    .related(&site.place, "used here")
                    .flow(&key.flow, &site.place, "used as the key")
                    .written_in(key.context)
                    .report(findings);
            }
        }
    }
    for made in &facts.generated {
        if !made.for_tokens && !facts.handles_tokens() {
            continue;
        }
        let draft = Draft::of_file(ID, &made.place, made.context, "the size of the key")
            .by_library(&made.library, &made.scope);
        if let Some(draft) = judge_bits(made.bits, draft, "The RSA key that is made here") {
            let sure = if made.for_tokens {
                Confidence::High
            } else {
                Confidence::Medium
            };
            draft.remedy(None, REMEDY).at_most(sure).report(findings);
        }
    }
}

/// Keys in files: at the file, and at the code that reads it.
pub(super) fn check_files(project: &ProjectFacts<'_>, findings: &mut Vec<Finding>) {
    for file in &project.key_files {
        for key in &file.keys {
            if let Some(bits) = key.material.rsa_bits.filter(|bits| *bits < LASTING_BITS) {
                report_file(project, file, key, bits, findings);
            }
        }
    }
}

fn report_file(
    project: &ProjectFacts<'_>,
    file: &KeyFile<'_>,
    key: &StoredKey,
    bits: u32,
    findings: &mut Vec<Finding>,
) {
    let Some(link) = Link::find(project, file, key) else {
        return;
    };
    // A certificate that merely lies beside code for tokens is one of a connection.
    let is_certificate = key.material.container == Container::Certificate;
    if is_certificate && !matches!(link, Link::Call(_) | Link::Setting(_) | Link::Name(_)) {
        return;
    }
    let here = Place {
        path: file.path.clone(),
        span: key.material.span,
        message: String::new(),
    };
    let subject = format!("An RSA key that {}", link.describe());
    let draft = Draft::of_file(ID, &here, file.context, "this RSA key");
    if let Some(mut draft) = judge_bits(bits, draft, &subject) {
        if let Link::Call(by) | Link::Read(by) = &link {
            draft = draft.related(&by.place, "read here");
        }
        let draft = draft.remedy(None, REMEDY).at_most(link.confidence());
        draft.report(findings);
    }
    let (Link::Call(by) | Link::Read(by)) = &link else {
        return;
    };
    let site = by.sites.first();
    let draft = match site {
        Some(site) => Draft::new(ID, site, &by.place, "the key is read here"),
        None => Draft::of_file(ID, &by.place, file.context, "the key is read here"),
    };
    if let Some(mut draft) = judge_bits(bits, draft, "The RSA key that is read here") {
        if let Some(site) = site {
            draft = draft.related(&site.place, "used here");
        }
        draft
            .remedy(None, REMEDY)
            .related(&here, "the key")
            .at_most(link.confidence())
            .report(findings);
    }
}

/// Says of a size what is wrong with it; `None` when nothing is.
fn judge_bits(bits: u32, draft: Draft, subject: &str) -> Option<Draft> {
    if bits < LEAST_BITS {
        Some(draft.message(format!(
            "{subject} has only {bits} bits, where {LEAST_BITS} are the least: who finds its factors can mint tokens."
        )))
    } else if bits < LASTING_BITS {
        Some(
            draft
                .message(format!(
                    "{subject} has {bits} bits: enough today, but less than the {LASTING_BITS} that 128 bits of strength need."
                ))
                .level(Level::Note)
                .pedantic(),
        )
    } else {
        None
    }
}
