//! What could not be read, in the words of commands that print no report.

use serde::Serialize;

use crate::finding::Notification;

/// One thing that could not be read.
#[derive(Serialize)]
pub(super) struct Note {
    pub(super) path: Option<String>,
    pub(super) line: Option<u32>,
    pub(super) message: String,
}

/// The notifications, with paths and messages made safe to print.
pub(super) fn notes(
    notifications: &[Notification],
    path: impl Fn(&str) -> String,
    safe: impl Fn(&str) -> String,
) -> Vec<Note> {
    let note = |notification: &Notification| Note {
        path: notification.path.as_deref().map(&path),
        line: notification.line,
        message: safe(&notification.message),
    };
    notifications.iter().map(note).collect()
}
