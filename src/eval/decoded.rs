//! Tokens that are decoded first and verified then: `verify(decode(token), key)`.

use super::Evaluator;
use super::filled::Filled;
use super::uses::ClaimsUse;
use super::value::{Kind, Value};
use crate::models::schema::{ResultKind, Role, Slot};

impl Evaluator<'_> {
    /// What was decoded and is then handed to a verify call is verified: what the code does with it counts there.
    pub(super) fn join_decoded(&mut self) {
        let pairs: Vec<(usize, usize)> = self
            .sites
            .iter()
            .enumerate()
            .filter(|(_, record)| record.api.item.role == Role::Verify)
            .filter_map(
                |(verified, record)| match record.resolved.slots.get(&Slot::Token)? {
                    Filled::Yes(
                        Value {
                            kind: Kind::Claims(decoded, path),
                            ..
                        },
                        _,
                    ) if path.is_empty() => Some((*decoded, verified)),
                    _ => None,
                },
            )
            .collect();
        for (decoded, verified) in &pairs {
            let uses = self.decoded_uses(*decoded).map(|uses| uses.clone());
            // A call that gives claims of its own is judged by what happens to those.
            if let (Some(uses), Some(record)) = (uses, self.sites.get_mut(*verified))
                && record.api.item.result == ResultKind::Throws
                && record.uses.is_untouched()
            {
                record.uses = uses;
            }
        }
        for (decoded, _) in &pairs {
            if let Some(uses) = self.decoded_uses(*decoded) {
                *uses = ClaimsUse::default();
            }
        }
    }

    fn decoded_uses(&mut self, site: usize) -> Option<&mut ClaimsUse> {
        let record = self.sites.get_mut(site)?;
        (record.api.item.role == Role::Decode).then_some(&mut record.uses)
    }
}
