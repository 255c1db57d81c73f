//! Version numbers and ranges of every ecosystem, brought down to what the models compare: `semver::Version`.

use semver::{BuildMetadata, Prerelease, Version};

/// Reads a version as any ecosystem writes it. Missing numbers are 0, a leading `v`, an epoch, a fourth number and
/// build metadata are dropped, and whatever else follows the numbers becomes the prerelease.
pub(super) fn parse_version(text: &str) -> Option<Version> {
    parse_partial(text).map(|(version, _)| version)
}

/// A version and how many of its numbers were written out.
fn parse_partial(text: &str) -> Option<(Version, usize)> {
    let text = text.trim().trim_start_matches(['=', 'v', 'V']).trim_start();
    let text = text.split_once('!').map_or(text, |(_, rest)| rest);
    let text = text.split_once('+').map_or(text, |(number, _)| number);
    let mut numbers = Vec::new();
    let mut rest = text;
    loop {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits == 0 {
            break;
        }
        numbers.push(rest[..digits].parse::<u64>().ok()?);
        rest = &rest[digits..];
        match rest.strip_prefix('.') {
            Some(next) if next.starts_with(|c: char| c.is_ascii_digit()) => rest = next,
            _ => break,
        }
    }
    let number = |index: usize| numbers.get(index).copied().unwrap_or(0);
    let mut version = Version::new(*numbers.first()?, number(1), number(2));
    version.pre = prerelease(rest);
    version.build = BuildMetadata::EMPTY;
    Some((version, numbers.len().min(3)))
}

fn prerelease(rest: &str) -> Prerelease {
    let rest = rest
        .trim_start_matches(['-', '.', '_'])
        .to_ascii_lowercase();
    let is_wildcard = rest.starts_with(['*', 'x']);
    if is_wildcard || rest.starts_with("post") || rest.starts_with("rev") {
        return Prerelease::EMPTY;
    }
    let end = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-'))
        .unwrap_or(rest.len());
    let parts: Vec<&str> = rest[..end]
        .split('.')
        .filter(|part| !part.is_empty())
        .collect();
    Prerelease::new(&parts.join(".")).unwrap_or(Prerelease::EMPTY)
}

/// What a version without an operator means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bare {
    /// Exactly this version.
    Exact,
    /// This version and what is compatible with it.
    Compatible,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Exact,
    Caret,
    Tilde,
    /// PEP 440 `~=` and `~>`: the last number written may grow.
    LastGrows,
    Above,
    From,
    Below,
    UpTo,
    Not,
}

#[derive(Clone, Debug)]
struct Comparator {
    operator: Operator,
    version: Version,
    given: usize,
    wildcard: bool,
}

/// A version range: alternatives, each a list of comparators that must all hold.
#[derive(Clone, Debug)]
pub(super) struct Range {
    alternatives: Vec<Vec<Comparator>>,
}

impl Range {
    /// Reads a range; `None` when it names no version (`*`, `latest`, a path, a repository).
    pub(super) fn parse(text: &str, bare: Bare) -> Option<Self> {
        let text = text.trim().trim_start_matches('(').trim_end_matches(')');
        let text = match text.split_once(':') {
            Some(("workspace", rest)) => rest,
            Some(("npm", rest)) => match rest.rsplit_once('@') {
                Some((name, range)) if !name.is_empty() => range,
                _ => rest,
            },
            Some(_) => return None,
            None => text,
        };
        if text.contains('/') {
            return None;
        }
        let alternatives = text
            .split("||")
            .map(|alternative| parse_comparators(alternative, bare))
            .collect::<Option<Vec<_>>>()?;
        Some(Self { alternatives })
    }

    /// The lowest version allowed; `None` when an alternative has no lower bound.
    pub(super) fn lowest(&self) -> Option<Version> {
        let bounds = self.alternatives.iter().map(|comparators| {
            let lower = comparators.iter().filter(|comparator| {
                !matches!(
                    comparator.operator,
                    Operator::Below | Operator::UpTo | Operator::Not
                )
            });
            lower.map(|comparator| comparator.version.clone()).max()
        });
        bounds.collect::<Option<Vec<_>>>()?.into_iter().min()
    }

    /// The only version allowed, when there is just one.
    pub(super) fn exact(&self) -> Option<&Version> {
        match self.alternatives.as_slice() {
            [comparators] => match comparators.as_slice() {
                [only] if only.operator == Operator::Exact && !only.wildcard => Some(&only.version),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a version lies in the range. A prerelease counts as its release.
    pub(super) fn allows(&self, version: &Version) -> bool {
        self.alternatives.iter().any(|comparators| {
            comparators
                .iter()
                .all(|comparator| comparator.allows(version))
        })
    }
}

impl Comparator {
    fn allows(&self, version: &Version) -> bool {
        let numbers = |version: &Version| [version.major, version.minor, version.patch];
        let (bound, actual) = (numbers(&self.version), numbers(version));
        // Everything from the bound on, with the number at `last` and those before it unchanged.
        let keeps = |last: usize| actual >= bound && actual[..=last] == bound[..=last];
        let last_given = self.given.saturating_sub(1).min(2);
        match self.operator {
            Operator::Exact if self.wildcard => keeps(last_given),
            Operator::Exact => bound == actual,
            Operator::Not if self.wildcard => !keeps(last_given),
            Operator::Not => bound != actual,
            Operator::Caret => {
                let first_set = bound.iter().position(|number| *number > 0).unwrap_or(2);
                keeps(first_set.min(last_given))
            }
            Operator::Tilde => keeps(last_given.min(1)),
            Operator::LastGrows => match last_given {
                0 => actual >= bound,
                last => keeps(last - 1),
            },
            Operator::Above => actual > bound,
            Operator::From => actual >= bound,
            Operator::Below => actual < bound,
            Operator::UpTo => actual <= bound,
        }
    }
}

fn parse_comparators(text: &str, bare: Bare) -> Option<Vec<Comparator>> {
    if let Some((low, high)) = text.split_once(" - ") {
        let ends = [(Operator::From, low), (Operator::UpTo, high)];
        return ends
            .into_iter()
            .map(|(operator, version)| comparator(operator, version, false))
            .collect();
    }
    let mut comparators = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let version_start = rest
            .find(|c: char| !matches!(c, '<' | '>' | '=' | '~' | '^' | '!'))
            .unwrap_or(rest.len());
        let (operator, after) = rest.split_at(version_start);
        let after = after.trim_start();
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, ',' | '<' | '>' | '=' | '~' | '^'))
            .unwrap_or(after.len());
        let (version, after) = after.split_at(end);
        // npm and Cargo read `9`, `=9` and `9.1` as any version that begins so; Python's `==` does not.
        let is_prefix = matches!(operator, "" | "=");
        let operator = match operator {
            "" if bare == Bare::Compatible && !version.contains('*') => Operator::Caret,
            "" | "=" | "==" | "===" => Operator::Exact,
            "^" => Operator::Caret,
            "~" => Operator::Tilde,
            "~=" | "~>" => Operator::LastGrows,
            ">" => Operator::Above,
            ">=" | "=>" => Operator::From,
            "<" => Operator::Below,
            "<=" | "=<" => Operator::UpTo,
            "!=" => Operator::Not,
            _ => return None,
        };
        comparators.push(comparator(operator, version, is_prefix)?);
        rest = after.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    }
    (!comparators.is_empty()).then_some(comparators)
}

fn comparator(operator: Operator, text: &str, is_prefix: bool) -> Option<Comparator> {
    let (version, given) = parse_partial(text)?;
    let ends_open = text.ends_with(['*', 'x', 'X']);
    Some(Comparator {
        operator,
        version,
        given,
        wildcard: ends_open || (is_prefix && given < 3),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> String {
        parse_version(text).map_or_else(|| "none".into(), |version| version.to_string())
    }

    fn lowest(text: &str) -> String {
        Range::parse(text, Bare::Exact)
            .and_then(|range| range.lowest())
            .map_or_else(|| "unknown".into(), |version| version.to_string())
    }

    #[test]
    fn versions_of_every_ecosystem_are_read() {
        for (text, expected) in [
            ("9", "9.0.0"),
            ("v1.2", "1.2.0"),
            ("1!2.3.4", "2.3.4"),
            ("1.2.3.4", "1.2.3"),
            ("1.0rc1", "1.0.0-rc1"),
            ("1.0.dev3", "1.0.0-dev3"),
            ("2.0.0-beta.1+build.7", "2.0.0-beta.1"),
            ("1.4.post2", "1.4.0"),
            ("1.0-01", "1.0.0"),
            ("99999999999999999999", "none"),
            ("latest", "none"),
            ("", "none"),
        ] {
            assert_eq!(version(text), expected, "{text}");
        }
    }

    #[test]
    fn the_lowest_version_of_a_range_is_its_lower_bound() {
        for (text, expected) in [
            ("^9.0.0", "9.0.0"),
            ("~=2.4", "2.4.0"),
            (">=1.0,<2", "1.0.0"),
            (">= 1.0 < 2", "1.0.0"),
            ("(>=1.5)", "1.5.0"),
            ("9", "9.0.0"),
            ("9.x", "9.0.0"),
            ("1.2 - 2.3", "1.2.0"),
            ("^9 || ^8.5.1", "8.5.1"),
            ("<2 || ^3", "unknown"),
            ("npm:other@^1", "1.0.0"),
            ("npm:@scope/other@^1.1", "1.1.0"),
            ("workspace:*", "unknown"),
            ("workspace:^1.2.3", "1.2.3"),
            ("*", "unknown"),
            ("x", "unknown"),
            ("latest", "unknown"),
            ("<2", "unknown"),
            ("!=1.0", "unknown"),
            ("file:../x", "unknown"),
            ("user/repository#v1", "unknown"),
            ("git+https://host/x.git#v1", "unknown"),
            ("", "unknown"),
        ] {
            assert_eq!(lowest(text), expected, "{text}");
        }
    }

    #[test]
    fn ranges_allow_what_their_ecosystem_allows() {
        let allows = |text: &str, bare, version: &str| {
            let range = Range::parse(text, bare).unwrap();
            range.allows(&parse_version(version).unwrap())
        };
        for (text, inside, outside) in [
            ("^9.0.0", "9.3.1", "10.0.0"),
            ("^0.2.1", "0.2.9", "0.3.0"),
            ("^0.0.3", "0.0.3", "0.0.4"),
            ("~1.2.3", "1.2.9", "1.3.0"),
            ("~=2.4", "2.9.0", "3.0.0"),
            ("~=2.4.1", "2.4.9", "2.5.0"),
            ("9", "9.9.9", "10.0.0"),
            ("1.2.3", "1.2.3", "1.2.4"),
            ("==2.*", "2.9.0", "3.0.0"),
            ("<2", "1.9.9", "2.0.0"),
            (">1.0,!=1.5", "1.4.0", "1.5.0"),
            ("^8 || ^9", "8.1.0", "10.0.0"),
        ] {
            assert!(allows(text, Bare::Exact, inside), "{text} {inside}");
            assert!(!allows(text, Bare::Exact, outside), "{text} {outside}");
        }
        assert!(allows("9.1", Bare::Compatible, "9.3.0"));
        assert!(!allows("0.9", Bare::Compatible, "0.10.0"));
    }

    #[test]
    fn an_exact_range_has_one_version() {
        let exact = |text, bare| {
            Range::parse(text, bare)
                .unwrap()
                .exact()
                .map(Version::to_string)
        };
        assert_eq!(exact("9.0.0", Bare::Exact).as_deref(), Some("9.0.0"));
        assert_eq!(exact("=9.0.0", Bare::Compatible).as_deref(), Some("9.0.0"));
        assert_eq!(exact("9.0.0", Bare::Compatible), None);
        assert_eq!(exact("==2.4", Bare::Exact).as_deref(), Some("2.4.0"));
        assert_eq!(exact("9", Bare::Exact), None);
        assert_eq!(exact("==2.*", Bare::Exact), None);
    }
}
