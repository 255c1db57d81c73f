//! Files that hold a key, seen from a service: which file a path means to it, through what is mounted there.

use std::collections::BTreeMap;

use super::content::{Content, FileContent};
use super::environment::{Given, Tree};
use super::identity::Evidence;
use super::paths::join;
use super::resolution::{HeldValue, Resolved};
use super::roles::KeyUse;
use crate::settings::Purpose;
use crate::settings::{Reference, SettingValue};

impl<'a> Tree<'a> {
    /// A file of the tree as the place that a key comes from.
    pub(super) fn file(&self, path: String) -> Resolved {
        let known = self.key_files.get(&path);
        let text = known.and_then(|file| file.text.as_ref());
        let value = text.map(|(text, place)| HeldValue {
            text: text.clone(),
            place: place.clone(),
            name: path.clone(),
            committed: true,
            is_default: false,
            purpose: Purpose::of_path(&path),
        });
        let mut evidence = vec![Evidence::File(path.clone())];
        evidence.extend(text.map(|(text, _)| Evidence::Value(self.hasher.hash(text))));
        Resolved {
            evidence,
            content: known.and_then(|file| file.content),
            origin: format!("the file {path}"),
            value,
        }
    }

    /// What stands at a path as a service sees it: what is mounted there, or a file of the folder of its code.
    pub(super) fn file_at(
        &self,
        path: &str,
        folder: Option<&str>,
        environment: &BTreeMap<&str, &Given<'a>>,
    ) -> Option<Resolved> {
        if path.len() > 500 || !path.contains(['/', '.']) || path.contains(char::is_whitespace) {
            return None;
        }
        if path.starts_with('/') {
            if let Some(mount) = environment.get(path) {
                return Some(self.resolve(mount, environment));
            }
            let mut at = path;
            while let Some((above, _)) = at.rsplit_once('/').filter(|(above, _)| !above.is_empty())
            {
                if let Some(mount) = environment.get(above) {
                    let rest = path.get(above.len() + 1..)?;
                    return self.below_mount(mount, rest, environment);
                }
                at = above;
            }
        }
        let relative = path.trim_start_matches('/');
        let found = join(folder?, relative).filter(|path| self.key_files.contains_key(path))?;
        Some(self.file(found))
    }

    /// A file inside of a folder that is mounted.
    fn below_mount(
        &self,
        mount: &Given<'a>,
        rest: &str,
        environment: &BTreeMap<&str, &Given<'a>>,
    ) -> Option<Resolved> {
        let SettingValue::Reference { from, .. } = &mount.setting.value else {
            return None;
        };
        let inside = match from {
            Reference::Store { kind, store, key } if key.is_empty() => Reference::Store {
                kind: *kind,
                store: store.clone(),
                key: rest.to_owned(),
            },
            Reference::File(folder) => {
                Reference::File(format!("{}/{rest}", folder.trim_end_matches('/')))
            }
            _ => return None,
        };
        Some(self.resolve_reference(mount, &inside, environment))
    }

    /// The file that code uses as a key, and what it says.
    pub(super) fn file_of(&self, used: &KeyUse<'_>) -> Option<(&str, Option<Content>)> {
        let is_used = |file: &FileContent| {
            used.sites
                .iter()
                .any(|site| file.used_at.contains(&site.place))
        };
        let mut named = self.key_files.iter().filter(|(path, file)| {
            let name = used.name.rsplit('/').next().unwrap_or_default();
            is_used(file) && path.ends_with(name) && !name.is_empty()
        });
        let (path, file) = named.next()?;
        Some((path, file.content))
    }
}
