//! `jwks-plaintext`: keys come over a connection that anyone on the way can change.

use super::draft::Draft;
use crate::facts::{Address, Check, FileFacts, Site, SiteKind};
use crate::finding::{Finding, Level};
use crate::models::schema::Slot;

pub(super) const ID: &str = "jwks-plaintext";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in facts.sites.iter().filter(|site| gives_keys(site)) {
        if let Check::Disabled(place) = site.check(Slot::Transport) {
            Draft::new(ID, site, place, "the certificate is not checked")
                .message(
                    "The keys are fetched over a connection whose certificate is not checked: whoever is on the way can \
                     put in a key of his own.",
                )
                .remedy(
                    site.fix(Slot::Transport),
                    "Let the client check certificates; give it the CA when it is a private one.",
                )
                .related(&site.place, "the fetch")
                .report(findings);
        }
        let Some(address) = site.address.as_ref().filter(|address| address.plaintext) else {
            continue;
        };
        let local = is_local(&address.host);
        if local && address.alternative {
            // What development falls back to.
            continue;
        }
        let level = match address {
            _ if local => Level::Note,
            Address {
                alternative: true, ..
            } => Level::Warning,
            Address { host, .. } if host.is_empty() => Level::Warning,
            _ => Level::Error,
        };
        let first = if local {
            "The keys are fetched over `http:` from a name that only this machine or network knows. Where this runs \
             elsewhere, whoever is on the way can put in a key of his own."
        } else {
            "The keys are fetched over `http:`: whoever is on the way can put in a key of his own, and sign tokens with it."
        };
        Draft::new(ID, site, &address.place, "not encrypted")
            .message(first)
            .remedy(site.fix(Slot::Url), "Give an `https:` address.")
            .level(level)
            .related(&site.place, "fetched here")
            .report(findings);
    }
}

/// Whether keys for tokens are fetched there.
fn gives_keys(site: &Site) -> bool {
    match site.kind {
        SiteKind::Fetch => site.fetched.is_some(),
        SiteKind::Jwks | SiteKind::Verify | SiteKind::Register => true,
        _ => false,
    }
}

/// Loopback, a name that only a local network resolves, or an address of one.
fn is_local(host: &str) -> bool {
    const ENDS: &[&str] = &[".localhost", ".local", ".internal", ".lan", ".test", ".svc"];
    let Some(last) = host.rsplit('.').next().filter(|last| !last.is_empty()) else {
        return false;
    };
    let private = ["127.", "10.", "192.168.", "0.0.0.0"];
    host == last
        || ENDS.iter().any(|end| host.ends_with(end))
        || host.contains(".svc.")
        || last.bytes().all(|byte| byte.is_ascii_digit())
            && private.iter().any(|start| host.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn local_names() {
        for host in [
            "localhost",
            "keycloak",
            "::1",
            "127.0.0.1",
            "192.168.1.4",
            "auth.default.svc.cluster.local",
        ] {
            assert!(is_local(host), "{host}");
        }
        for host in [
            "",
            "login.example.com",
            "93.184.216.34",
            "internal.example.com",
        ] {
            assert!(!is_local(host), "{host}");
        }
    }
}
