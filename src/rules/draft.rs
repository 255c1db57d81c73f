//! A finding in the making: what every rule fills in the same way.

use crate::facts::{Confined, Key, LibraryFact, LibraryVersion, Site};
use crate::finding::{CodeContext, Confidence, Finding, Level, Place};
use crate::page;

/// A finding that a rule is about to report.
pub(super) struct Draft(Option<Finding>);

impl Draft {
    /// Starts a finding of `rule` about `site` at `place`; `label` says at the caret what is wrong.
    pub(super) fn new(rule: &'static str, site: &Site, place: &Place, label: &str) -> Self {
        Self::of_file(rule, place, site.context, label).by_library(&site.library, &site.scope)
    }

    /// Starts a finding that no library has a part in.
    pub(super) fn of_file(
        rule: &'static str,
        place: &Place,
        context: Option<CodeContext>,
        label: &str,
    ) -> Self {
        let Some(rule) = page::find(rule) else {
            return Self(None);
        };
        let level = rule.front.level;
        Self(Some(Finding {
            rule,
            level: if context.is_some() {
                level.lower()
            } else {
                level
            },
            confidence: Confidence::High,
            message: String::new(),
            primary: Place {
                message: label.to_owned(),
                ..place.clone()
            },
            related: Vec::new(),
            flow: Vec::new(),
            remedy: String::new(),
            library: None,
            also: Vec::new(),
            context,
            pedantic: false,
            together: None,
            scope: String::new(),
            fingerprint: String::new(),
        }))
    }

    /// The library that has a part in it.
    pub(super) fn by_library(self, library: &LibraryFact, scope: &str) -> Self {
        let draft = self.with(|finding| {
            finding.library = Some(library.describe());
            scope.clone_into(&mut finding.scope);
        });
        match library.version {
            LibraryVersion::Assumed(_) => draft.at_most(Confidence::Medium),
            _ => draft,
        }
    }

    /// Names of the functions and classes around it.
    pub(super) fn in_scope(self, scope: &str) -> Self {
        self.with(|finding| scope.clone_into(&mut finding.scope))
    }

    fn with(mut self, change: impl FnOnce(&mut Finding)) -> Self {
        if let Some(finding) = &mut self.0 {
            change(finding);
        }
        self
    }

    /// What is wrong; the first sentence stands alone.
    pub(super) fn message(self, message: impl Into<String>) -> Self {
        self.with(|finding| finding.message = message.into())
    }

    /// What to do: the library's own words, or else `otherwise`.
    pub(super) fn remedy(self, advice: Option<&str>, otherwise: &str) -> Self {
        self.with(|finding| finding.remedy = advice.unwrap_or(otherwise).to_owned())
    }

    /// The level instead of the rule's own; test and example code is still one lower.
    pub(super) fn level(self, level: Level) -> Self {
        self.with(|finding| {
            finding.level = if finding.context.is_some() {
                level.lower()
            } else {
                level
            }
        })
    }

    /// How sure, when that is less than what is known so far.
    pub(super) fn at_most(self, confidence: Confidence) -> Self {
        self.with(|finding| finding.confidence = finding.confidence.min(confidence))
    }

    /// Shown only when pedantic findings are asked for.
    pub(super) fn pedantic(self) -> Self {
        self.with(|finding| finding.pedantic = true)
    }

    /// It is the same thing as what other findings of this rule with the same number say.
    pub(super) fn together(self, number: usize) -> Self {
        self.with(|finding| finding.together = Some(number))
    }

    /// Another place that matters.
    pub(super) fn related(self, place: &Place, message: &str) -> Self {
        self.with(|finding| {
            if place.span != finding.primary.span || place.path != finding.primary.path {
                finding.related.push(Place {
                    message: message.to_owned(),
                    ..place.clone()
                });
            }
        })
    }

    /// The way a value took.
    pub(super) fn flow(self, flow: &[Place], end: &Place, what: &str) -> Self {
        self.with(|finding| {
            finding.flow = flow.to_vec();
            finding.flow.push(Place {
                message: what.to_owned(),
                ..end.clone()
            });
        })
    }

    /// What is wrong is written in such code, whatever code it reaches.
    pub(super) fn written_in(self, context: Option<CodeContext>) -> Self {
        self.with(|finding| {
            if context.is_some() && finding.context.is_none() {
                finding.context = context;
                finding.level = finding.level.lower();
            }
        })
    }

    /// What keeps the key out of production, and the check that its being there has killed.
    pub(super) fn guarded(self, key: &Key) -> Self {
        self.with(|finding| {
            if key.confined == Some(Confined::Development) && finding.context.is_none() {
                finding.level = finding.level.lower();
                finding
                    .message
                    .push_str(" It stands in code that runs in development and tests only.");
            }
            if let Some(guard) = &key.dead_guard {
                finding.message.push_str(
                    " The check for a missing key never fires, since the default is there by then.",
                );
                finding.related.push(Place {
                    message: "never true when nothing is set".to_owned(),
                    ..guard.clone()
                });
            }
        })
    }

    /// Another rule that the same cause breaks.
    pub(super) fn also(self, rule: Option<&'static str>) -> Self {
        self.with(|finding| finding.also.extend(rule))
    }

    /// Reports it.
    pub(super) fn report(self, findings: &mut Vec<Finding>) {
        findings.extend(self.0);
    }
}
