//! The run up to the services and their keys, without the rules.

use super::error::LintError;
use super::models::modelled_packages;
use super::options::Options;
use super::run::Run;
use super::unread::settings_unread;
use crate::facts::FileFacts;
use crate::finding::{Notification, Place};
use crate::key_files;
use crate::project::{Progress, Project};
use crate::redact::Redactor;
use crate::services::TrustGraph;
use crate::syntax::bounds;
use crate::walk;

/// Who holds which key, with what is needed to show it.
pub struct TrustReading<'a> {
    /// The services and keys.
    pub graph: TrustGraph<'a>,
    /// What could not be read.
    pub notifications: Vec<Notification>,
    /// Takes secrets out of what is shown.
    pub redactor: Redactor,
    line_of: &'a dyn Fn(&Place) -> Option<u32>,
}

impl TrustReading<'_> {
    /// Line (from 1) at which a place begins.
    pub fn line(&self, place: &Place) -> Option<u32> {
        (self.line_of)(place)
    }
}

/// Reads the roots and shows who holds which key, without asking the rules.
///
/// # Errors
/// As [`lint`].
pub fn with_trust<T>(
    options: &Options,
    progress: &dyn Progress,
    read: impl FnOnce(&TrustReading<'_>) -> T,
) -> Result<T, LintError> {
    let run = Run::new(options)?;
    let project = Project::new(&run.files, modelled_packages()?, progress);
    let mut evaluated = run.evaluate(&project, options, progress)?;
    let mut redactor = Redactor::default();
    for facts in &mut evaluated.files {
        redactor.extend(std::mem::take(&mut facts.redactor));
    }
    let settings = bounds::on_big_stack(options.threads, || run.read_settings())?;
    evaluated.add_settings(&settings, options);
    let facts: Vec<&FileFacts> = evaluated.files.iter().collect();
    let mut keys = run.keys.clone();
    keys.extend(key_files::read_of_no_kind(&facts, &run.of_no_kind));
    key_files::tell_kinds(&mut evaluated.files, &keys);
    let key_files = key_files::gather(&evaluated.files, &keys, &run.settings);
    let graph = run.trust(&project, &evaluated.files, &key_files, &settings, options)?;
    let holdings = graph
        .identities
        .iter()
        .flat_map(|identity| &identity.holdings);
    for value in holdings.filter_map(|holding| holding.value.as_ref()) {
        redactor.add(&value.text, None);
    }
    redactor.seal();
    let mut notifications = std::mem::take(&mut evaluated.notifications);
    let base = walk::base_folder(&options.roots);
    notifications.extend(settings_unread(&graph, &settings, &base));
    notifications.sort();
    notifications.dedup();
    let line_of = |place: &Place| {
        let start = place.span.start;
        let code = project.files().id(&place.path);
        if let Some(parsed) = code.and_then(|id| project.parsed(id)) {
            return Some(parsed.source.line_of(start));
        }
        let file = settings.iter().find(|file| file.source.path == place.path);
        file.map(|file| file.source.line_of(start))
    };
    Ok(read(&TrustReading {
        graph,
        notifications,
        redactor,
        line_of: &line_of,
    }))
}
