//! What the code does with the claims that a verify or decode returned.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Evaluator;
use super::value::{Kind, Value};
use crate::facts::Ignoring;

/// Members that only wrap the claims.
const WRAPPERS: &[&str] = &[
    "claims", "payload", "Claims", "body", "custom", "decoded", "value",
];

/// Members of a decoded token that are not claims.
const NOT_CLAIMS: &[&str] = &["header", "signature", "protectedHeader", "protected_header"];

/// What happened to the claims of one site.
#[derive(Clone, Debug, Default)]
pub(super) struct ClaimsUse {
    /// Claims that were read by name.
    pub(super) read: BTreeSet<String>,
    /// Claims that were compared, tested or matched.
    pub(super) compared: BTreeSet<String>,
    /// Claims (or all of them, as an empty name) that were handed on: to a call, a field, the caller.
    pub(super) handed_on: BTreeSet<String>,
    /// A function returned them.
    pub(super) returned: bool,
    /// They were awaited.
    pub(super) awaited: bool,
    /// An error in their place leaves the function.
    pub(super) propagated: bool,
    /// Claims that were held against a value, not only tested for being there.
    pub(super) decided: BTreeSet<String>,
    /// When that first happened.
    pub(super) first_decided: Option<usize>,
    /// Methods that were called on the result.
    pub(super) called: BTreeSet<String>,
    /// Members of objects from elsewhere that all of them were put into.
    pub(super) stored_as: BTreeSet<String>,
    /// They were decoded since the token had expired, and the code goes on with them.
    pub(super) went_on: bool,
}

impl ClaimsUse {
    /// Whether nobody did anything with them.
    pub(super) fn is_untouched(&self) -> bool {
        self.read.is_empty()
            && self.compared.is_empty()
            && self.handed_on.is_empty()
            && self.called.is_empty()
            && !self.returned
    }

    /// Whether nobody did anything with them but look whether they are there.
    pub(super) fn is_only_tested(&self) -> bool {
        let tested = Self {
            compared: BTreeSet::new(),
            ..self.clone()
        };
        tested.is_untouched()
    }

    /// Whether nobody did anything with them but return them.
    pub(super) fn is_only_returned(&self) -> bool {
        let returned = Self {
            returned: false,
            ..self.clone()
        };
        returned.is_untouched()
    }
}

/// How claims are used at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Read by name.
    Read,
    /// Compared with nothing, or tested for being there.
    Compared,
    /// Held against a value.
    Decided,
    /// Handed on.
    HandedOn,
    /// Kept in an object that comes from elsewhere.
    Stored,
    /// Returned by a function, perhaps to a caller in this file.
    Returned,
    /// Awaited.
    Awaited,
    /// An error in their place leaves the function.
    Propagated,
}

/// Whether a path below what a call returned leads to all of the claims.
pub(super) fn is_all_claims(path: &[String]) -> bool {
    path.iter().all(|name| WRAPPERS.contains(&name.as_str()))
}

impl Evaluator<'_> {
    /// Notes a use when the value is, or holds, claims.
    pub(super) fn note_use(&mut self, value: &Value, how: Use) {
        let may_hold_claims = matches!(
            value.kind,
            Kind::Claims(..) | Kind::OneOf(_) | Kind::Joined(_) | Kind::Map(_) | Kind::List(_)
        );
        if !may_hold_claims {
            return;
        }
        let mut waiting = vec![value.clone()];
        let mut looked_at = 0;
        while let Some(value) = waiting.pop() {
            looked_at += 1;
            if looked_at > 64 {
                return;
            }
            match &value.kind {
                Kind::Claims(site, path) => self.note_claims(*site, path, how),
                Kind::OneOf(values) | Kind::Joined(values) => {
                    waiting.extend(values.iter().cloned())
                }
                Kind::Map(map) => {
                    waiting.extend(
                        map.borrow()
                            .entries
                            .values()
                            .map(|entry| entry.value.clone()),
                    );
                }
                Kind::List(list) => waiting.extend(list.borrow().items.iter().cloned()),
                _ => {}
            }
        }
    }

    /// Claims are put into a member of an object that comes from elsewhere: `request.user`.
    pub(super) fn note_stored(&mut self, value: &Value, name: &str) {
        self.note_use(value, Use::Stored);
        for value in value.alternatives() {
            if let Kind::Claims(site, path) = &value.kind
                && is_all_claims(path)
                && let Some(record) = self.sites.get_mut(*site)
            {
                record.uses.stored_as.insert(name.to_owned());
            }
        }
    }

    /// Whether code of the tree spells how a claim is read from where all of them were put: a later step looks at it.
    pub(super) fn is_read_from_store(&self, uses: &ClaimsUse, claim: &str) -> bool {
        uses.stored_as.iter().any(|name| {
            let words = [
                format!("{name}.{claim}"),
                format!("{name}?.{claim}"),
                format!("{name}!.{claim}"),
                format!("{name}[\"{claim}\"]"),
                format!("{name}['{claim}']"),
                format!("{name}.get(\"{claim}\""),
                format!("{name}.get('{claim}'"),
            ];
            let here = self.input.file.source.id;
            !self.input.project.spelling(here, &words).is_empty()
        })
    }

    fn note_claims(&mut self, site: usize, path: &Rc<[String]>, how: Use) {
        let now = self.steps;
        let goes_on = match how {
            Use::Read | Use::Decided | Use::HandedOn => self.around.expired.is_empty(),
            Use::Stored => true,
            Use::Compared | Use::Returned | Use::Awaited | Use::Propagated => false,
        };
        let Some(record) = self.sites.get_mut(site) else {
            return;
        };
        let after_expiry = record.after_expiry.is_some();
        if record.promised && how == Use::Compared && path.is_empty() && !record.uses.awaited {
            record.ignored = Some((Ignoring::Unawaited, record.call.name));
        }
        let uses = &mut record.uses;
        let names: Vec<&String> = path
            .iter()
            .skip_while(|name| WRAPPERS.contains(&name.as_str()))
            .collect();
        let claim = names
            .first()
            .map(|name| name.to_string())
            .unwrap_or_default();
        if NOT_CLAIMS.contains(&claim.as_str()) {
            return;
        }
        uses.went_on |= goes_on && after_expiry;
        match how {
            Use::Read if claim.is_empty() => {}
            Use::Read => {
                uses.read.insert(claim);
            }
            Use::Compared => {
                uses.compared.insert(claim);
            }
            Use::Decided => {
                uses.first_decided = uses.first_decided.or(Some(now));
                uses.compared.insert(claim.clone());
                uses.decided.insert(claim);
            }
            Use::HandedOn | Use::Stored => {
                uses.handed_on.insert(claim);
            }
            Use::Returned => uses.returned = true,
            Use::Awaited => uses.awaited = true,
            Use::Propagated => uses.propagated = true,
        }
    }
}
