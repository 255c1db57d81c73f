//! Which findings a team wants to see: the configuration file and comments in the code.

pub mod config;
pub mod suppress;

use crate::page;

/// Names less alike than this are no misspelling of each other; 1 is the same name.
const ALIKE: f64 = 0.75;

/// The rule whose id is nearest to a name that is no rule, when one is near.
pub fn nearest_rule(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase().replace(['_', ' '], "-");
    page::PAGES
        .iter()
        .map(|page| (strsim::jaro_winkler(&name, page.id), page.id))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, id)| id)
}

/// `there is no rule …` with the nearest one, for messages.
pub fn no_such_rule(name: &str) -> String {
    match nearest_rule(name) {
        Some(near) => format!("there is no rule `{name}`; did you mean `{near}`?"),
        None => format!("there is no rule `{name}`; `jotlint rules` lists them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_rule_has_a_nearest_one() {
        for (name, near) in [
            ("alg_none", Some("alg-none")),
            ("hardcoded-keys", Some("hardcoded-key")),
            ("aud-uncheked", Some("aud-unchecked")),
            ("Alg-None", Some("alg-none")),
            ("zzz", None),
            ("", None),
        ] {
            assert_eq!(nearest_rule(name), near, "{name}");
        }
    }
}
