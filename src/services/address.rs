//! Addresses: what of one may be shown, and which service of the tree answers there.

use std::collections::{BTreeMap, BTreeSet};

use super::boundary::Boundaries;
use super::folders::stem;
use super::holdings::AllGiven;
use super::paths::in_common;
use crate::settings::{SettingValue, SettingsSource};

/// Names of the machine itself.
const OWN_HOSTS: [&str; 5] = [
    "localhost",
    "127.0.0.1",
    "0.0.0.0",
    "::1",
    "host.docker.internal",
];

/// Where something is fetched from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Location {
    host: String,
    port: Option<u16>,
    path: String,
}

impl Location {
    /// The parts of an `http` address that name no person and hold no secret; `None` for what is no such address.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.trim().split_once("://")?;
        if !["http", "https"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
        {
            return None;
        }
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let authority = authority.rsplit('@').next().unwrap_or(authority);
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => {
                let (host, after) = rest.split_once(']')?;
                (host, after.strip_prefix(':'))
            }
            None => match authority.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, None),
            },
        };
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-_.:".contains(letter);
        if host.is_empty() || !host.chars().all(is_name) {
            return None;
        }
        Some(Self {
            host: host.to_ascii_lowercase(),
            port: port.and_then(|port| port.parse().ok()),
            path: path.trim_end_matches('/').to_owned(),
        })
    }

    /// Its host.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// For people, and to tell whether two are one.
    pub(super) fn shown(&self) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}{}", self.host, self.path)
    }
}

/// Which service answers at which host and port.
pub(super) struct Directory {
    by_name: BTreeMap<String, BTreeSet<usize>>,
    by_port: BTreeMap<u16, BTreeSet<usize>>,
    /// Paths of the settings files that deploy each service, or its folder.
    homes: Vec<Vec<String>>,
}

impl Directory {
    pub(super) fn new(
        settings: &[SettingsSource<'_>],
        boundaries: &Boundaries,
        given: &[AllGiven<'_>],
    ) -> Self {
        let mut directory = Self {
            by_name: BTreeMap::new(),
            by_port: BTreeMap::new(),
            homes: Vec::new(),
        };
        for (index, service) in boundaries.services.iter().enumerate() {
            let mut homes: Vec<String> = service
                .folder
                .iter()
                .map(|folder| format!("{folder}/x"))
                .collect();
            if !service.is_rest {
                directory.name(&service.name, index);
            }
            for at in &service.workloads {
                let Some(source) = settings.get(at.file) else {
                    continue;
                };
                homes.push(source.source.path.clone());
                let Some(workload) = source.read.workloads.get(at.workload) else {
                    continue;
                };
                directory.name(&workload.name, index);
                for host in &workload.hosts {
                    directory.name(host, index);
                }
                for port in &workload.ports {
                    directory.by_port.entry(*port).or_default().insert(index);
                }
            }
            let ports = given.get(index).map_or(&[][..], |given| &given.list);
            for given in ports.iter().filter(|given| is_port(&given.name)) {
                if let SettingValue::Text(text) = &given.setting.value
                    && let Ok(port) = text.reveal().trim().parse()
                {
                    directory.by_port.entry(port).or_default().insert(index);
                }
            }
            directory.homes.push(homes);
        }
        for route in settings.iter().flat_map(|source| &source.read.routes) {
            let named = directory.by_name.get(&stem(&route.service)).cloned();
            if let Some(services) = named {
                let known = directory.by_name.entry(route.host.to_ascii_lowercase());
                known.or_default().extend(services);
            }
        }
        directory
    }

    fn name(&mut self, name: &str, service: usize) {
        if !name.is_empty() {
            self.by_name.entry(stem(name)).or_default().insert(service);
            let whole = name.to_ascii_lowercase();
            self.by_name.entry(whole).or_default().insert(service);
        }
    }

    /// The service that answers at a place, seen from another; `None` when it is not in the tree, or could be several.
    pub(super) fn service_at(&self, location: &Location, from: usize) -> Option<usize> {
        if OWN_HOSTS.contains(&location.host.as_str()) {
            return self.nearest(self.by_port.get(&location.port?)?, from);
        }
        if let Some(known) = self.by_name.get(&location.host) {
            return self.nearest(known, from);
        }
        let (first, rest) = match location.host.split_once('.') {
            Some((first, rest)) => (first, rest),
            None => (location.host.as_str(), ""),
        };
        // `auth.shop.svc.cluster.local`, `auth.shop`: a name inside of a cluster has no public ending.
        let is_inside = rest.is_empty()
            || rest.split('.').any(|part| part == "svc")
            || ["local", "internal", "localhost", "lan"]
                .iter()
                .any(|end| rest.rsplit('.').next() == Some(end));
        let known = is_inside.then(|| self.by_name.get(&stem(first)))??;
        self.nearest(known, from)
    }

    fn nearest(&self, known: &BTreeSet<usize>, from: usize) -> Option<usize> {
        let own = self.homes.get(from)?;
        let closeness = |service: &usize| {
            let homes = self.homes.get(*service).into_iter().flatten();
            let pairs = homes.flat_map(|home| own.iter().map(move |own| (home, own)));
            pairs
                .map(|(home, own)| (home == own, in_common(home, own)))
                .max()
                .unwrap_or_default()
        };
        let best = known.iter().map(closeness).max()?;
        let mut nearest = known.iter().filter(|service| closeness(service) == best);
        match (nearest.next(), nearest.next()) {
            (Some(only), None) => Some(*only),
            _ => None,
        }
    }
}

fn is_port(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    matches!(
        lower.as_str(),
        "port" | "http_port" | "server_port" | "app_port" | "server.port"
    )
}

#[cfg(test)]
mod tests {
    use super::Location;

    #[test]
    fn only_what_may_be_shown_is_kept() {
        let shown = |text| Location::parse(text).map(|location| location.shown());
        assert_eq!(
            shown("https://user:not-a-real-secret@Login.Example/keys/?token=x#y").as_deref(),
            Some("login.example/keys")
        );
        assert_eq!(shown("http://[::1]:80/a").as_deref(), Some("::1:80/a"));
        assert_eq!(shown("http://auth:3000").as_deref(), Some("auth:3000"));
        for text in [
            "",
            "auth:3000",
            "ftp://a/b",
            "http://",
            "http://${HOST}/x",
            "https://a b/",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
