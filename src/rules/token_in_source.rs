//! `token-in-source`: a signed token is written in the code.

use super::draft::Draft;
use crate::facts::{FileFacts, TokenKey};
use crate::finding::{Finding, Level};

pub(super) const ID: &str = "token-in-source";

pub(super) fn check(facts: &FileFacts, findings: &mut Vec<Finding>) {
    for token in &facts.tokens {
        let expired = token.expires.is_some_and(|expires| expires < facts.now);
        let (state, level) = match token.expires {
            Some(_) if expired => ("has expired", Level::Note),
            Some(_) => ("is still valid", Level::Warning),
            None => ("never expires", Level::Warning),
        };
        let mut message = format!(
            "A signed token ({}) is written here and {state}: whoever can read the repository can use it.",
            token.algorithm
        );
        let mut draft = Draft::of_file(ID, &token.place, token.context, "a signed token");
        match &token.opened {
            Some(TokenKey::Published) => {
                message.push_str(
                    " It is signed with a published key, so that anybody can mint others like it.",
                );
            }
            Some(TokenKey::Found(place)) => {
                message.push_str(" The key that signed it is in this tree, too.");
                draft = draft.related(place, "the key that signed it");
            }
            None => {}
        }
        draft
            .message(message)
            .remedy(
                None,
                "Remove it, revoke what it opens, and fetch or mint a token at run time.",
            )
            .level(level)
            .report(findings);
    }
}
