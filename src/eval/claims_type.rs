//! The type that claims are read into, by what the call says, the name that they are bound to, or the function that
//! returns them: it may check the claims, and its methods run on them.

use std::rc::Rc;

use super::Evaluator;
use super::uses::is_all_claims;
use super::value::{CallRecord, ClassValue, Closure, Kind, Value};
use crate::models::schema::Slot;
use crate::syntax::ir::{MemberKind, TypeName};

/// Types inside each other that are looked at.
const DEEPEST_TYPE: usize = 4;

impl Evaluator<'_> {
    /// The type that a call names.
    pub(super) fn note_type_argument(&mut self, record: &CallRecord, claims: &Value) {
        for (_, argument) in &record.type_arguments {
            self.note_claims_class(argument.clone(), claims);
        }
    }

    /// The type that the place names where claims go.
    pub(super) fn note_claims_type(&mut self, value: &Value, declared: &TypeName, scope: usize) {
        let all = value.alternatives();
        let mut all = all.iter().filter(|value| self.is_untyped(value)).peekable();
        if all.peek().is_none() {
            return;
        }
        for claims in all.cloned().collect::<Vec<_>>() {
            self.note_declared(&claims, declared, scope, 0);
        }
    }

    fn note_declared(&mut self, claims: &Value, declared: &TypeName, scope: usize, depth: usize) {
        if depth > DEEPEST_TYPE {
            return;
        }
        let mut names = declared.path.split('.');
        let first = names.next().unwrap_or_default();
        if let Some(known) = self.look_up(first, scope)
            && names.next().is_none()
        {
            self.note_claims_class(known, claims);
        }
        for inner in &declared.arguments {
            self.note_declared(claims, inner, scope, depth + 1);
        }
    }

    /// Whether a value is the claims of a call that reads them into a type, and nobody said into which.
    fn is_untyped(&self, value: &Value) -> bool {
        let Kind::Claims(site, path) = &value.kind else {
            return false;
        };
        let reads_into_type = |site| {
            let record = self.sites.get(site);
            record.is_some_and(|record: &super::SiteRecord<'_>| {
                record.api.item.slots.contains_key(&Slot::Payload)
            })
        };
        is_all_claims(path) && !self.claims_types.contains_key(site) && reads_into_type(*site)
    }

    fn note_claims_class(&mut self, class: Value, claims: &Value) {
        let Kind::Claims(site, _) = &claims.kind else {
            return;
        };
        let class = self.arrive(class);
        if let Kind::Class(class) = self.force(class).kind {
            self.check_by_type(&class, claims);
            self.claims_types.entry(*site).or_insert(class);
        }
    }

    /// A method of the type that claims were read into.
    pub(super) fn method_of_claims(&mut self, claims: &Value, name: &str) -> Option<Rc<Closure>> {
        let Kind::Claims(site, path) = &claims.kind else {
            return None;
        };
        if !is_all_claims(path) {
            return None;
        }
        let class: Rc<ClassValue> = Rc::clone(self.claims_types.get(site)?);
        let members = self.members_of(&class).into_iter();
        let function = members
            .filter(|(_, member)| member.name.text == name && !member.is_static)
            .find_map(|(file, member)| match member.kind {
                MemberKind::Method(function) => Some((file, function)),
                _ => None,
            })?;
        match self.method_closure(&class, function, Some(claims)).kind {
            Kind::Function(closure) => Some(closure),
            _ => None,
        }
    }
}
