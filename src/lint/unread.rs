//! What of the files was not read or not evaluated, as notifications.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::budget::Cut;
use crate::finding::{Level, Notification};
use crate::project::Parsed;
use crate::services::{self, MissingVariables, TrustGraph};
use crate::settings::SettingsSource;
use crate::source::{SourceFile, Span};
use crate::syntax::ir::Unread;
use crate::walk;

/// What could not be read of settings files that deploy something, or give a key to something.
pub(super) fn settings_unread(
    trust: &TrustGraph<'_>,
    settings: &[SettingsSource<'_>],
    base: &Path,
) -> Vec<Notification> {
    let holdings = trust
        .identities
        .iter()
        .flat_map(|identity| &identity.holdings);
    let with_keys: BTreeSet<&str> = holdings
        .map(|holding| holding.place.path.as_str())
        .collect();
    let matters = |file: &&SettingsSource<'_>| {
        file.committed
            && !file.read.unread.is_empty()
            && (!file.read.workloads.is_empty()
                || with_keys.contains(file.source.path.as_str())
                || services::is_named_deployment(&file.source.path))
    };
    let files = settings.iter().filter(matters);
    let mut notifications: Vec<Notification> = files
        .flat_map(|file| unread_parts(file.source, &file.read.unread))
        .collect();
    let missing = services::missing_variables(trust, settings);
    notifications.extend(
        missing
            .iter()
            .filter_map(|missing| not_there(missing, base)),
    );
    notifications
}

/// A file of variables that someone forgot to add; one that git ignores stands where the service runs.
fn not_there(missing: &MissingVariables<'_>, base: &Path) -> Option<Notification> {
    let path = Path::new(&missing.path);
    if base.join(path).symlink_metadata().is_ok() || walk::is_ignored_by_git(base, path) {
        return None;
    }
    let source = missing.named_in.source;
    Some(Notification {
        path: Some(source.path.clone()),
        message: format!(
            "`{}` is not in the tree: the variables that it sets are not known",
            missing.path
        ),
        level: Level::Note,
        line: Some(source.line_of(missing.link.span.start)),
    })
}

pub(super) fn unread_files(notifications: &[Notification]) -> usize {
    let mut paths: Vec<&String> = notifications
        .iter()
        .filter(|notification| notification.level >= Level::Warning)
        .filter_map(|notification| notification.path.as_ref())
        .collect();
    paths.sort();
    paths.dedup();
    paths.len()
}

/// What of a file was not read or not evaluated.
pub(super) fn unread(parsed: &Parsed, poisoned: bool, cut: Cut) -> Vec<Notification> {
    let notify = |message: &str| Notification {
        path: Some(parsed.source.path.clone()),
        message: message.to_owned(),
        level: Level::Warning,
        line: None,
    };
    let mut notifications = unread_parts(&parsed.source, &parsed.module.unread);
    if poisoned {
        notifications.push(notify(
            "not read: the parser died on this file; report it, please",
        ));
    }
    for reason in cut.reasons() {
        notifications.push(Notification {
            level: Level::Note,
            ..notify(&format!("evaluated in part only: {reason}"))
        });
    }
    notifications
}

/// What of a file was not read: one notification for each reason, at the first place.
pub(super) fn unread_parts(source: &SourceFile, parts: &[Unread]) -> Vec<Notification> {
    let mut reasons: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    for unread in parts {
        reasons.entry(&unread.reason).or_default().push(unread.span);
    }
    let notification = |(reason, spans): (&str, Vec<Span>)| {
        let first = spans.iter().map(|span| span.start).min().unwrap_or(0);
        let more = match spans.len() {
            1 => String::new(),
            count => format!(" (and in {} more places)", count - 1),
        };
        Notification {
            path: Some(source.path.clone()),
            message: format!("not read here{more}: {reason}"),
            level: Level::Warning,
            line: Some(source.line_of(first)),
        }
    };
    reasons.into_iter().map(notification).collect()
}
