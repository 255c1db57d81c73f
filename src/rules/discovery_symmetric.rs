//! `discovery-symmetric`: a discovery document offers ID tokens that anybody, or any client, can sign.

use super::algorithm::{is_asymmetric, is_hmac};
use super::draft::Draft;
use crate::facts::{Algorithms, FileFacts, SiteKind};
use crate::finding::{Finding, Level};

pub(super) const ID: &str = "discovery-symmetric";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    let sites = facts
        .sites
        .iter()
        .filter(|site| site.kind == SiteKind::Discovery);
    for site in sites {
        let Algorithms::Known { names, .. } = &site.algorithms else {
            continue;
        };
        let unsigned = names.iter().any(|name| name.eq_ignore_ascii_case("none"));
        let symmetric = names.iter().any(|name| is_hmac(name));
        let signed = names.iter().any(|name| is_asymmetric(name));
        let (level, what) = match (unsigned, symmetric, signed) {
            (true, ..) => (
                Level::Warning,
                "ID tokens without a signature: a client that follows it accepts what anybody writes",
            ),
            (_, true, false) => (
                Level::Warning,
                "only ID tokens that are signed with the client's own secret: each client can make them, and a client without a secret cannot check them",
            ),
            (_, true, true) => (
                Level::Note,
                "ID tokens that are signed with the client's own secret beside those with a key pair: each client can make them",
            ),
            _ => continue,
        };
        Draft::new(ID, site, &site.place, "offers more than key pairs")
            .message(format!("This discovery document offers {what}."))
            .remedy(
                None,
                "Offer signatures with a key pair only, such as `RS256` or `ES256`.",
            )
            .level(level)
            .report(findings);
    }
}
