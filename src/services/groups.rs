//! Things that turn out to be one: the first of each group stands for it.

/// Numbered things in groups.
pub(super) struct Groups {
    /// One before in the same group; itself for the first.
    before: Vec<usize>,
}

impl Groups {
    /// So many things, each alone.
    pub(super) fn of(count: usize) -> Self {
        Self {
            before: (0..count).collect(),
        }
    }

    /// The first of a thing's group.
    pub(super) fn first(&mut self, index: usize) -> usize {
        let mut at = index;
        while let Some(&before) = self.before.get(at)
            && before != at
        {
            at = before;
        }
        if let Some(slot) = self.before.get_mut(index) {
            *slot = at;
        }
        at
    }

    /// Makes two groups one. The firsts of both, in order; `None` when they are one already.
    pub(super) fn join(&mut self, one: usize, other: usize) -> Option<(usize, usize)> {
        let (one, other) = (self.first(one), self.first(other));
        let (low, high) = (one.min(other), one.max(other));
        if low == high {
            return None;
        }
        if let Some(before) = self.before.get_mut(high) {
            *before = low;
        }
        Some((low, high))
    }
}

#[cfg(test)]
mod tests {
    use super::Groups;

    #[test]
    fn the_first_stands_for_all() {
        let mut groups = Groups::of(4);
        assert_eq!(groups.join(3, 1), Some((1, 3)));
        assert_eq!(groups.join(1, 0), Some((0, 1)));
        assert_eq!(groups.join(3, 0), None);
        assert_eq!(groups.first(3), 0);
        assert_eq!(groups.first(2), 2);
    }
}
