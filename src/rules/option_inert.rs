//! `option-inert`: an option that looks like a check and that the library ignores.

use super::draft::Draft;
use crate::facts::FileFacts;
use crate::finding::Finding;

pub(super) const ID: &str = "option-inert";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for site in &facts.sites {
        for option in &site.inert {
            Draft::new(ID, site, &option.place, "does nothing")
                .message(format!(
                    "This looks like a check of the {} and is none: {}.",
                    option.slot, option.because
                ))
                .remedy(Some(&option.fix), "")
                .related(&site.place, "the call")
                .report(findings);
        }
    }
}
