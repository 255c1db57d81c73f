//! Patterns over the dotted names of settings, and conditions on what they are set to.

use serde::Deserialize;

/// Names of a pattern that match names of a setting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Pattern(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Name(String),
    /// `*`
    One,
    /// `**`
    Any,
}

/// A setting, and a value when it must have that one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Condition {
    name: Pattern,
    value: Option<String>,
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let segments: Vec<Segment> = text
            .split('.')
            .filter(|part| !part.is_empty())
            .map(|part| match part {
                "*" => Segment::One,
                "**" => Segment::Any,
                name => Segment::Name(spelling(name)),
            })
            .collect();
        let branching = segments.iter().filter(|part| **part == Segment::Any);
        if branching.count() > 3 {
            return Err(format!("`{text}` has too many `**`"));
        }
        Ok(Self(segments))
    }
}

impl TryFrom<String> for Condition {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (name, value) = match text.split_once(" = ") {
            Some((name, value)) => (name, Some(value.trim().to_ascii_lowercase())),
            None => (text.as_str(), None),
        };
        Ok(Self {
            name: Pattern::try_from(name.trim().to_owned())?,
            value,
        })
    }
}

/// One spelling for `jwksUri`, `jwks_uri` and `jwks-uri`.
pub(super) fn spelling(name: &str) -> String {
    name.chars()
        .filter(|letter| !matches!(letter, '-' | '_'))
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

/// The parts of a setting's name, each in its one spelling.
pub(super) fn parts(name: &str) -> Vec<String> {
    name.split('.').map(spelling).collect()
}

impl Pattern {
    /// How many parts of a name, from its first on, the pattern stands for; the fewest when there is a choice.
    pub(super) fn prefix(&self, name: &[String]) -> Option<usize> {
        prefix(&self.0, name)
    }
}

fn prefix(pattern: &[Segment], name: &[String]) -> Option<usize> {
    let Some((first, rest)) = pattern.split_first() else {
        return Some(0);
    };
    match first {
        Segment::Any => (0..=name.len()).find_map(|skipped| {
            let after = prefix(rest, name.get(skipped..)?)?;
            Some(skipped + after)
        }),
        Segment::One => name
            .split_first()
            .and_then(|(_, name)| Some(1 + prefix(rest, name)?)),
        Segment::Name(wanted) => name
            .split_first()
            .filter(|(part, _)| *part == wanted)
            .and_then(|(_, name)| Some(1 + prefix(rest, name)?)),
    }
}

impl Condition {
    /// Whether a setting of this name and value is what is meant, or stands inside of it.
    pub(super) fn holds(&self, name: &[String], value: Option<&str>) -> bool {
        self.name.prefix(name).is_some()
            && match (&self.value, value) {
                (None, _) => true,
                (Some(wanted), Some(value)) => is_like(wanted, &value.trim().to_ascii_lowercase()),
                (Some(_), None) => false,
            }
    }
}

/// Whether a text fits one in which `*` stands for anything.
pub(super) fn is_like(wanted: &str, text: &str) -> bool {
    let mut parts = wanted.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = rest.get(at + part.len()..).unwrap_or_default();
        last = Some(part);
    }
    match last {
        // The end is anchored unless the pattern ends with a star.
        Some(part) => part.is_empty() || text.ends_with(part),
        None => rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix_of(pattern: &str, name: &str) -> Option<usize> {
        Pattern::try_from(pattern.to_owned())
            .unwrap()
            .prefix(&parts(name))
    }

    #[test]
    fn names_match_in_any_spelling() {
        assert_eq!(
            prefix_of("spec.jwtRules.*", "spec.jwt_rules.0.issuer"),
            Some(3)
        );
        assert_eq!(
            prefix_of("**.providers.*", "a.b.providers.p.issuer"),
            Some(4)
        );
        assert_eq!(prefix_of("**", "a.b"), Some(0));
        assert_eq!(prefix_of("a.b", "a"), None);
        assert_eq!(prefix_of("**.x", "a.b.c"), None);
    }

    #[test]
    fn values_match_in_any_case() {
        let holds = |condition: &str, value: &str| {
            Condition::try_from(condition.to_owned())
                .unwrap()
                .holds(&parts("a.type"), Some(value))
        };
        assert!(holds(
            "a.type = *jwt_authn*",
            "type.example/envoy.JWT_AUTHN.v3"
        ));
        assert!(holds("a.type = jwt", "JWT") && !holds("a.type = jwt", "jwts"));
        assert!(holds("**.type", "anything") && !holds("b", "x"));
        assert!(!holds("a.type = x*y", "xyz") && holds("a.type = x*y", "xzy"));
    }
}
