//! What of the files was not read or not evaluated, as notifications.

use std::collections::{BTreeMap, BTreeSet};

use crate::budget::Cut;
use crate::finding::{Level, Notification};
use crate::project::Parsed;
use crate::services::{self, TrustGraph};
use crate::settings::SettingsSource;
use crate::source::{SourceFile, Span};
use crate::syntax::ir::Unread;

/// What could not be read of settings files that deploy something, or give a key to something.
pub(super) fn settings_unread(
    trust: &TrustGraph<'_>,
    settings: &[SettingsSource<'_>],
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
    files
        .flat_map(|file| unread_parts(file.source, &file.read.unread))
        .collect()
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
