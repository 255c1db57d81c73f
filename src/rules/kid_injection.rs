//! `kid-injection`: the key id of an unverified header becomes a part of a path, a query, a command or an address.

use super::draft::Draft;
use crate::facts::{FileFacts, SiteKind};
use crate::finding::{Finding, Level};

pub(super) const ID: &str = "kid-injection";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in &facts.sites {
        let (what, so) = match site.kind {
            SiteKind::File => (
                "path of a file",
                "with `../` it reaches any file whose content the sender knows, and that content becomes the key",
            ),
            SiteKind::Query => (
                "text of a query",
                "with a quote the sender writes the rest of it, and lets it answer with a key of its own",
            ),
            SiteKind::Command => ("command line", "the sender can run commands with it"),
            SiteKind::Fetch => (
                "address that is fetched",
                "with `../` it points to whatever else is served there",
            ),
            _ => continue,
        };
        let Some(header) = site.header.iter().find(|used| used.parameter == "kid") else {
            continue;
        };
        let remedy = match site.kind {
            SiteKind::Query => {
                "Give `kid` to the query as a parameter (`?`, `$1`, `%s` with values), never inside its text."
            }
            _ => {
                "Look `kid` up in a fixed list or map of keys, and refuse the token when it is not there."
            }
        };
        let level = match (site.kind, &site.address) {
            // A host of its own that may well serve nothing but keys.
            (SiteKind::Fetch, Some(address)) if !address.plaintext && !address.host.is_empty() => {
                Level::Note
            }
            (SiteKind::Fetch, _) => Level::Warning,
            _ => Level::Error,
        };
        Draft::new(ID, site, &site.place, "the token's own `kid` ends up here")
            .message(format!(
                "The `kid` of a token that is not verified yet becomes a part of the {what}: {so}."
            ))
            .remedy(None, remedy)
            .level(level)
            .flow(&header.flow, &site.place, "used here")
            .report(findings);
    }
}
