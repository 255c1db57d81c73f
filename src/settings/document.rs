//! A settings file's text, and the settings that a reader adds one by one, within bounds.

use std::collections::HashSet;

use super::{Holder, Setting, SettingValue, SettingsFile};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::ir::Unread;

/// Settings of one file beyond which the rest is left unread.
const MAX_SETTINGS: usize = 50_000;
const TOO_MANY: &str = "the file holds more settings than are read; the rest was left out";

/// A file's text without its byte order mark, and where in the file it begins.
pub(super) fn utf8(source: &SourceFile) -> Result<(&str, usize), Unread> {
    let bytes = source.bytes();
    let start = if bytes.starts_with(b"\xEF\xBB\xBF") {
        3
    } else {
        0
    };
    std::str::from_utf8(bytes.get(start..).unwrap_or_default())
        .map(|text| (text, start))
        .map_err(|_| whole(source, "the file is not valid UTF-8"))
}

/// The whole file was not read.
pub(super) fn whole(source: &SourceFile, reason: impl Into<String>) -> Unread {
    Unread {
        span: Span::new(0, source.bytes().len()),
        reason: reason.into(),
    }
}

/// The last folder of a file's path; empty at the root.
pub(super) fn folder_name(path: &str) -> &str {
    path.rsplit('/').nth(1).unwrap_or_default()
}

/// The last segment of a file's path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// Adds `name` to the keys that lead to it.
pub(super) fn dotted(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}.{name}")
    }
}

impl SettingsFile {
    /// A file of which nothing could be read.
    pub(super) fn of_unread(unread: Unread) -> Self {
        Self {
            unread: vec![unread],
            ..Self::default()
        }
    }

    /// Adds a setting while there is room; tells once when there is none.
    pub(super) fn add(&mut self, setting: Setting) {
        if self.settings.len() < MAX_SETTINGS {
            self.settings.push(setting);
        } else if (self.unread.last()).is_none_or(|last| last.reason != TOO_MANY) {
            self.unread.push(Unread {
                span: setting.key,
                reason: TOO_MANY.to_owned(),
            });
        }
    }

    /// Adds a setting.
    pub(super) fn add_value(
        &mut self,
        (name, key): (String, Span),
        (value, span): (SettingValue, Span),
        holder: Holder,
    ) {
        self.add(Setting {
            name,
            key,
            value,
            span,
            holder,
        });
    }

    /// Leaves out what is declared for the tool where a workload or store is given it by the same words.
    pub(super) fn drop_repeated(&mut self) {
        let given: HashSet<Span> = self
            .settings
            .iter()
            .filter(|setting| setting.holder != Holder::Tool)
            .map(|setting| setting.span)
            .collect();
        self.settings
            .retain(|setting| setting.holder != Holder::Tool || !given.contains(&setting.span));
    }

    /// Says of every place in which file it is.
    pub(super) fn in_file(mut self, id: FileId) -> Self {
        let settings = self.settings.iter_mut();
        let settings = settings.flat_map(|setting| [&mut setting.key, &mut setting.span]);
        let workloads = self.workloads.iter_mut().flat_map(|workload| {
            let files = workload.env_files.iter_mut().map(|link| &mut link.span);
            let stores = workload.stores.iter_mut().map(|store| &mut store.span);
            files.chain(stores).chain([&mut workload.span])
        });
        let includes = self.includes.iter_mut().map(|link| &mut link.span);
        let feeds = self.feeds.iter_mut().map(|feed| &mut feed.file.span);
        let unread = self.unread.iter_mut().map(|unread| &mut unread.span);
        for span in settings
            .chain(workloads)
            .chain(&mut self.documents)
            .chain(includes)
            .chain(feeds)
            .chain(unread)
        {
            *span = span.in_file(id);
        }
        self
    }

    /// Something that went wrong at one place.
    pub(super) fn skip(&mut self, span: Span, reason: impl Into<String>) {
        self.unread.push(Unread {
            span,
            reason: reason.into(),
        });
    }
}
