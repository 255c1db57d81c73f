//! Keys that are public knowledge: a list of our own, and a larger one that the user may bring.

use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

/// The list of our own: key, tab, where it is published.
static PUBLISHED: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let text = include_str!("../../rules/secrets/published.txt");
    text.lines()
        .filter_map(|line| line.split('\t').next())
        .filter(|key| !key.is_empty() && !key.starts_with('#'))
        .collect()
});

/// The same in lower case.
static PUBLISHED_LOWER: LazyLock<HashSet<String>> = LazyLock::new(|| {
    PUBLISHED
        .iter()
        .map(|key| key.to_ascii_lowercase())
        .collect()
});

/// Keys that everybody can know.
#[derive(Clone, Default)]
pub struct KnownKeys {
    brought: HashSet<Box<[u8]>>,
}

impl fmt::Debug for KnownKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KnownKeys({} brought)", self.brought.len())
    }
}

impl KnownKeys {
    /// A user's list, one key a line; what follows a tab is a remark.
    pub fn from_list(content: &[u8]) -> Self {
        let lines = content.split(|byte| *byte == b'\n');
        let brought = lines
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
            .filter_map(|line| line.split(|byte| *byte == b'\t').next())
            .filter(|key| !key.is_empty())
            .map(Box::from)
            .collect();
        Self { brought }
    }

    /// Whether a key is public knowledge. The list of our own is compared without case.
    pub fn contain(&self, key: &str) -> bool {
        PUBLISHED_LOWER.contains(key.to_ascii_lowercase().as_str())
            || self.brought.contains(key.as_bytes())
    }

    /// Every one of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let published = PUBLISHED.iter().map(|key| key.as_bytes());
        published.chain(self.brought.iter().map(AsRef::as_ref))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_the_own_list_says_where_it_is_published() {
        let text = include_str!("../../rules/secrets/published.txt");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        assert!(lines.clone().all(|line| line.split('\t').count() == 2));
        assert_eq!(lines.count(), PUBLISHED_LOWER.len());
        assert!(KnownKeys::default().contain("Your-256-Bit-Secret"));
    }

    #[test]
    fn a_list_is_read_line_by_line() {
        let known = KnownKeys::from_list(b"first-key\r\n\nsecond key\tfrom a book\n");
        assert!(known.contain("first-key") && known.contain("second key"));
        assert!(known.contain("Secret") && !known.contain("First-Key"));
        assert_eq!(format!("{known:?}"), "KnownKeys(2 brought)");
    }
}
