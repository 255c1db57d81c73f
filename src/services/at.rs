//! Which workload is meant, among those of all settings files.

/// A workload: index of its settings file, its index there, and which of its instances it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct At {
    pub(super) file: usize,
    pub(super) workload: usize,
    pub(super) instance: usize,
}
