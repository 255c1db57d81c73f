//! From what each file told to what is known of each file: sites that were reached from several files stand together.

use std::collections::{BTreeMap, BTreeSet};

use super::rounds::{Evaluated, is_test};
use crate::facts::{FileFacts, Site, SiteKind};
use crate::project::Project;
use crate::source::{FileId, Span};

/// How often one call is kept, when it is not the same on every way that leads to it.
const MOST_WAYS: usize = 64;

/// What tells one call from another.
type CallKey = (Span, SiteKind, String);

/// The facts of every file, in order.
pub(super) fn gather(project: &Project<'_>, evaluated: Vec<Evaluated>) -> Vec<FileFacts> {
    let mut files: BTreeMap<FileId, FileFacts> = BTreeMap::new();
    let mut elsewhere = Vec::new();
    for Evaluated {
        file, evaluation, ..
    } in evaluated
    {
        let mut facts = evaluation.facts;
        facts.reached.clone_from(&evaluation.elsewhere);
        files.insert(file, facts);
        elsewhere.extend(evaluation.elsewhere);
    }
    let paths = project.files();
    for site in elsewhere {
        let file = site.place.span.file;
        // What a test hands to the code says nothing of the product.
        if is_test(project, site.root) && !is_test(project, file) {
            continue;
        }
        let facts = files.entry(file).or_insert_with(|| FileFacts {
            path: paths.path(file).to_owned(),
            ..FileFacts::default()
        });
        facts.sites.push(site);
    }
    let settings: BTreeSet<String> = files
        .values()
        .flat_map(|facts| facts.settings.iter().cloned())
        .collect();
    let loaded: BTreeSet<String> = files
        .values()
        .flat_map(|facts| facts.libraries.iter().cloned())
        .collect();
    for (file, facts) in &mut files {
        for site in &mut facts.sites {
            let is_set = |name: &String| settings.contains(name);
            // A setting that frameworks have too is one of the library when something loads the library.
            let is_loaded = loaded.contains(&site.library.name);
            site.keys.retain(|key| {
                key.instead_of.is_empty() || is_loaded && !key.instead_of.iter().any(is_set)
            });
        }
        settle(*file, facts);
    }
    files.into_values().collect()
}

/// Callers that are known say more than callers that are not.
fn settle(file: FileId, facts: &mut FileFacts) {
    let called: BTreeSet<CallKey> = facts
        .sites
        .iter()
        .filter(|site| site.root != file)
        .map(key)
        .collect();
    facts
        .sites
        .retain(|site| !(site.generic && site.root == file && called.contains(&key(site))));
    facts
        .sites
        .sort_by_key(|site| (site.place.span, site.kind, site.root));
    let mut ways: BTreeMap<CallKey, BTreeSet<String>> = BTreeMap::new();
    facts.sites.retain(|site| {
        let ways = ways.entry(key(site)).or_default();
        ways.len() < MOST_WAYS && ways.insert(what_is_known(site))
    });
}

/// What a rule could tell two ways to one call apart by.
fn what_is_known(site: &Site) -> String {
    let Site {
        keys,
        algorithms,
        checks,
        inert,
        uses,
        mint,
        header,
        address,
        fetched,
        fetched_from,
        token,
        ..
    } = site;
    let materials: Vec<_> = keys.iter().map(|key| (key.kind, &key.material)).collect();
    let ignored = (&site.result_ignored, site.uses.went_on, &site.handed_over);
    let later = site.verified_later.as_ref().map(|later| &later.place);
    let decided = (&uses.decided, &uses.compared, &uses.called, uses.returned);
    format!(
        "{materials:?} {algorithms:?} {checks:?} {inert:?} {decided:?} {mint:?} {ignored:?} {later:?} {header:?} {address:?} {fetched:?} {fetched_from:?} {token}"
    )
}

fn key(site: &Site) -> CallKey {
    (site.place.span, site.kind, site.library.name.clone())
}
