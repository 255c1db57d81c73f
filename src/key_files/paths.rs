//! From a path as code writes it to a file of the tree.

use crate::facts::FileRead;
use crate::syntax::tree::join;

/// Where an address may point into the tree.
const OWN_HOSTS: [&str; 4] = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]"];

/// The file that is read, seen from the folder of the code and from every folder above it.
pub(super) fn resolve(read: &FileRead, exists: impl Fn(&str) -> bool) -> Option<String> {
    let path = if read.is_url {
        own_path(&read.path)?
    } else {
        &read.path
    };
    resolve_path(&read.place.path, path, exists)
}

/// As [`resolve`], for a path.
pub(super) fn resolve_path(
    code: &str,
    path: &str,
    exists: impl Fn(&str) -> bool,
) -> Option<String> {
    let path = path.trim_start_matches("file://").replace('\\', "/");
    if path.is_empty() || path.starts_with('~') {
        return None;
    }
    let mut folder = parent(code);
    loop {
        if let Some(joined) = join(folder, path.trim_start_matches('/'))
            && exists(&joined)
        {
            return Some(joined);
        }
        if folder.is_empty() {
            return None;
        }
        folder = parent(folder);
    }
}

/// The only file whose path ends like this, in the folder of the code or the nearest above it that has any: what
/// stands in front of it may have been computed.
pub(super) fn by_ending<'a>(
    read: &FileRead,
    files: impl Iterator<Item = &'a String>,
) -> Option<String> {
    let path = read.path.trim_start_matches("./");
    let is_plain = !read.is_url && !path.starts_with(['/', '~', '.']) && path.contains('.');
    if !is_plain {
        return None;
    }
    let ending = format!("/{path}");
    let files: Vec<&String> = files.filter(|file| file.ends_with(&ending)).collect();
    let mut folder = parent(&read.place.path);
    loop {
        let is_below = |file: &str| {
            folder.is_empty()
                || file
                    .strip_prefix(folder)
                    .is_some_and(|rest| rest.starts_with('/'))
        };
        let mut below = files.iter().filter(|file| is_below(file));
        match (below.next(), below.next()) {
            (Some(file), None) => return Some((*file).clone()),
            (None, None) if !folder.is_empty() => folder = parent(folder),
            _ => return None,
        }
    }
}

/// The path of an address of this machine.
fn own_path(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let (host, path) = rest.split_once('/')?;
    let is_own = OWN_HOSTS.iter().any(|own| {
        host.strip_prefix(own)
            .is_some_and(|port| port.is_empty() || port.starts_with(':'))
    });
    let path = path.split(['?', '#']).next()?;
    is_own.then_some(path)
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Place;
    use crate::source::Span;

    fn read(code: &str, path: &str, is_url: bool) -> FileRead {
        FileRead {
            place: Place {
                path: code.to_owned(),
                span: Span::default(),
                message: String::new(),
            },
            path: path.to_owned(),
            is_url,
        }
    }

    #[test]
    fn from_the_folder_of_the_code_upwards() {
        let files = ["api/keys/a.pem", "b.pem"];
        let found = |code: &str, path: &str| {
            resolve(&read(code, path, false), |path| files.contains(&path))
        };
        assert_eq!(
            found("api/src/a.js", "../keys/a.pem").as_deref(),
            Some("api/keys/a.pem")
        );
        assert_eq!(
            found("api/src/a.js", "./keys/a.pem").as_deref(),
            Some("api/keys/a.pem")
        );
        assert_eq!(found("api/src/a.js", "b.pem").as_deref(), Some("b.pem"));
        assert_eq!(found("web/a.js", "keys/a.pem"), None);
        assert_eq!(found("a.js", "../../../b.pem"), None);
    }

    #[test]
    fn only_addresses_of_this_machine() {
        let found = |path: &str| resolve(&read("a.js", path, true), |path| path == "static/key");
        assert!(found("http://localhost:5002/static/key?x=1").is_some());
        assert!(found("https://localhost.example.com/static/key").is_none());
        assert!(found("http://localhost").is_none());
    }

    #[test]
    fn an_ending_must_be_the_only_one() {
        let files = ["x/a.pem", "y/a.pem", "y/b.pem"].map(str::to_owned);
        let found = |code: &str, path: &str| by_ending(&read(code, path, false), files.iter());
        assert_eq!(found("a.js", "b.pem").as_deref(), Some("y/b.pem"));
        assert_eq!(found("x/src/a.js", "a.pem").as_deref(), Some("x/a.pem"));
        assert_eq!(found("a.js", "a.pem"), None);
        assert_eq!(found("a.js", "/etc/b.pem"), None);
    }
}
