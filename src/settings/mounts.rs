//! Files that a workload is given: a setting whose name is the path at which the workload finds it.

use super::interpolation::reference;
use super::{Holder, Reference, Setting, StoreKind};
use crate::source::Span;

/// A file or folder beside the settings file, at the path `to` of a workload.
pub(super) fn file(to: &str, from: &str, span: Span, holder: Holder) -> Setting {
    Setting {
        name: to.to_owned(),
        key: span,
        value: reference(Reference::File(from.to_owned())),
        span,
        holder,
    }
}

/// A key of a store (all of it, when `key` is empty), at the path `to` of a workload.
pub(super) fn store(
    to: &str,
    (kind, store, key): (StoreKind, &str, &str),
    (to_span, span): (Span, Span),
    holder: Holder,
) -> Setting {
    Setting {
        name: to.to_owned(),
        key: to_span,
        value: reference(Reference::Store {
            kind,
            store: store.to_owned(),
            key: key.to_owned(),
        }),
        span,
        holder,
    }
}
