//! `option-inert`: an option that looks like a check and that the library ignores.

use super::draft::Draft;
use crate::facts::FileFacts;
use crate::finding::Finding;
use crate::models::schema::Slot;

pub(super) const ID: &str = "option-inert";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in &facts.sites {
        for option in &site.inert {
            let check = match option.slot {
                Slot::Required => "required claims".to_owned(),
                Slot::Payload => "claims".to_owned(),
                slot => slot.to_string(),
            };
            Draft::new(ID, site, &option.place, "does nothing")
                .message(format!(
                    "This looks like a check of the {check} and is none: {}.",
                    option.because
                ))
                .remedy(Some(&option.fix), "")
                .related(&site.place, "the call")
                .report(findings);
        }
    }
}
