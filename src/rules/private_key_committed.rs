//! `private-key-committed`: the key that signs tokens is in the repository.

use super::draft::Draft;
use super::jwks_private_material::is_published_private;
use super::key_file::Link;
use crate::finding::{Finding, Level, Place};
use crate::key_files::{KeyFile, StoredKey};
use crate::keys::{Container, KeyType};
use crate::project_facts::ProjectFacts;

pub(super) const ID: &str = "private-key-committed";

pub(super) fn check(project: &ProjectFacts<'_>, findings: &mut Vec<Finding>) {
    for file in &project.key_files {
        for key in &file.keys {
            if key.material.private && !is_published_private(file, key) {
                report(project, file, key, findings);
            }
        }
    }
}

fn report(
    project: &ProjectFacts<'_>,
    file: &KeyFile<'_>,
    key: &StoredKey,
    findings: &mut Vec<Finding>,
) {
    let is_store = matches!(key.material.container, Container::Pkcs12 | Container::Jks);
    let link = Link::find(project, file, key);
    // What cannot be read without a passphrase has not leaked; a store's password usually stands beside it.
    let is_locked =
        key.material.encrypted && !(is_store && matches!(link, Some(Link::Call(_) | Link::Path)));
    if is_locked {
        return;
    }
    let place = Place {
        path: file.path.clone(),
        span: key.material.span,
        message: String::new(),
    };
    let what = match (is_store, key.material.key_type) {
        (true, _) => "A keystore with a private key".to_owned(),
        (_, KeyType::Symmetric) => "A shared secret".to_owned(),
        (_, KeyType::Unknown) => "A private key".to_owned(),
        (_, key_type) => format!("A private {key_type} key"),
    };
    let draft = Draft::of_file(ID, &place, file.context, "this key is in the repository");
    let Some(link) = link else {
        draft
            .message(format!(
                "{what} is in the repository. Nothing that was seen uses it for tokens."
            ))
            .remedy(
                None,
                "Keep it out of the repository if it protects anything, and replace it then.",
            )
            .level(Level::Note)
            .pedantic()
            .report(findings);
        return;
    };
    let mut draft = draft
        .message(format!(
            "{what} in the repository {}: whoever can read the repository can mint tokens that are accepted.",
            link.describe()
        ))
        .remedy(
            None,
            "Replace the key, keep the new one in a secret manager or a mounted secret, and ignore the file. It stays in the history.",
        )
        .at_most(link.confidence());
    if is_store {
        draft = draft.level(Level::Warning);
    }
    match &link {
        Link::Call(by) | Link::Read(by) => {
            draft = draft.related(&by.place, "read here");
            for site in by.sites.iter().take(3) {
                draft = draft.related(&site.place, "used here");
            }
        }
        Link::Setting(setting) => draft = draft.related(&setting.place, "named here"),
        Link::Name(_) | Link::Path => {}
    }
    draft.report(findings);
}
