//! SARIF 2.1.0 as code scanning wants it.
//!
//! Code scanning takes rule, path and line hash for the identity of an alert, so findings of one rule on one line are
//! merged into one result. It ignores suppressions, so what is suppressed is never written. The run counts as
//! successful although files could not be read: a failed run is refused as a whole, and the notifications say it.
//!
//! `{` and `}` in messages are not doubled as the standard has it: code scanning shows them as they are.

use std::collections::BTreeMap;
use std::io;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use serde_sarif::sarif::{
    ArtifactLocation, CodeFlow, Invocation, Location, Message, MultiformatMessageString,
    Notification as SarifNotification, PhysicalLocation, PropertyBag, Region,
    ReportingConfiguration, ReportingDescriptor, Result as SarifResult, ResultLevel, Run,
    RunAutomationDetails, Sarif, ThreadFlow, ThreadFlowLocation, Tool, ToolComponent,
};

use crate::finding::{Finding, Level, Notification, Place, Report};
use crate::page::Page;

use super::line_hash::LineHashes;
use super::{PROJECT_URL, TOOL_NAME, on_first_line, rule_url, safe_text};

const SCHEMA_URL: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// What may stand in a path segment as it is; a colon in the first segment would look like a scheme.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Code scanning keeps ten.
const MOST_TAGS: usize = 10;

/// Writes a report as SARIF.
///
/// # Errors
/// What `out` answers.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let sarif = Sarif::builder()
        .schema(SCHEMA_URL)
        .version(json!("2.1.0"))
        .runs(vec![run(report)])
        .build();
    serde_json::to_writer_pretty(&mut *out, &sarif)?;
    writeln!(out)
}

fn run(report: &Report) -> Run {
    let rules = rules(report);
    let mut hashes = Hashes::default();
    let results: Vec<SarifResult> = merged(report)
        .iter()
        .map(|findings| result(report, &rules, &mut hashes, findings))
        .collect();
    let notifications: Vec<SarifNotification> = report
        .notifications
        .iter()
        .map(|notification| sarif_notification(report, notification))
        .collect();
    Run::builder()
        .tool(
            Tool::builder()
                .driver(
                    ToolComponent::builder()
                        .name(TOOL_NAME)
                        .semantic_version(env!("CARGO_PKG_VERSION"))
                        .information_uri(PROJECT_URL)
                        .rules(rules.values().map(|page| rule(page)).collect::<Vec<_>>())
                        .build(),
                )
                .build(),
        )
        .automation_details(
            RunAutomationDetails::builder()
                .id(format!("{TOOL_NAME}/"))
                .build(),
        )
        .invocations(vec![
            Invocation::builder()
                .execution_successful(true)
                .tool_execution_notifications(notifications)
                .build(),
        ])
        .column_kind(json!("utf16CodeUnits"))
        .results(results)
        .build()
}

type Rules = BTreeMap<&'static str, &'static Page>;

/// The rules that ran and those that found something, by id.
fn rules(report: &Report) -> Rules {
    let found = report.findings.iter().map(|finding| finding.rule);
    report
        .rules
        .iter()
        .copied()
        .chain(found)
        .map(|page| (page.id, page))
        .collect()
}

fn rule(page: &Page) -> ReportingDescriptor {
    let front = &page.front;
    let url = rule_url(page.id);
    // An empty help counts as a missing one.
    let body = match page.body.trim() {
        "" => front.summary.as_str(),
        body => body,
    };
    let weaknesses = front
        .cwe
        .iter()
        .map(|cwe| format!("external/cwe/cwe-{cwe:03}"));
    let tags: Vec<String> = ["security".to_owned(), "jwt".to_owned()]
        .into_iter()
        .chain(weaknesses)
        .take(MOST_TAGS)
        .collect();
    let properties = BTreeMap::from([
        ("precision".to_owned(), json!(front.precision.as_str())),
        // A number in a string: anything else is refused.
        (
            "security-severity".to_owned(),
            json!(format!("{:.1}", front.security_severity)),
        ),
    ]);
    ReportingDescriptor::builder()
        .id(page.id)
        .name(pascal_case(page.id))
        .short_description(multiformat(&front.title))
        .full_description(multiformat(&front.summary))
        .help(
            MultiformatMessageString::builder()
                .text(body)
                .markdown(format!("{body}\n\n[More about {}]({url})", page.id))
                .build(),
        )
        .help_uri(url)
        .default_configuration(
            ReportingConfiguration::builder()
                .level(json!(front.level))
                .build(),
        )
        .properties(
            PropertyBag::builder()
                .tags(tags)
                .additional_properties(properties)
                .build(),
        )
        .build()
}

fn multiformat(text: &str) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}

fn pascal_case(id: &str) -> String {
    id.split('-')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
        })
        .collect()
}

/// Findings that code scanning could not tell apart, together; in the order of the first of each.
fn merged(report: &Report) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    let mut known: BTreeMap<(&str, &str, u32), usize> = BTreeMap::new();
    for finding in &report.findings {
        let line = line_of(report, &finding.primary).unwrap_or_default();
        let identity = (finding.rule.id, finding.primary.path.as_str(), line);
        let index = *known.entry(identity).or_insert(groups.len());
        match groups.get_mut(index) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

fn line_of(report: &Report, place: &Place) -> Option<u32> {
    let source = report.sources.get(&place.path)?;
    Some(source.line_of(on_first_line(source, place.span).start))
}

fn result(
    report: &Report,
    rules: &Rules,
    hashes: &mut Hashes,
    findings: &[&Finding],
) -> SarifResult {
    let first = findings[0];
    let level = findings
        .iter()
        .map(|finding| finding.level)
        .max()
        .unwrap_or(first.level);
    let related = related_places(findings);
    let related_locations: Vec<Location> = related
        .iter()
        .zip(1_i64..)
        .map(|(place, id)| Location {
            id: Some(id),
            ..location(report, place)
        })
        .collect();
    let flows: Vec<CodeFlow> = findings
        .iter()
        .filter(|finding| !finding.flow.is_empty())
        .map(|finding| code_flow(report, finding))
        .collect();
    let rule_index = rules.keys().position(|id| *id == first.rule.id);

    let mut result = SarifResult::builder()
        .rule_id(first.rule.id)
        .level(match level {
            Level::Note => ResultLevel::Note,
            Level::Warning => ResultLevel::Warning,
            Level::Error => ResultLevel::Error,
        })
        .message(
            Message::builder()
                .text(message(report, first, related.first()))
                .build(),
        )
        .locations(vec![location(report, &first.primary)])
        .partial_fingerprints(partial_fingerprints(report, hashes, first))
        .properties(
            PropertyBag::builder()
                .additional_properties(properties(report, first))
                .build(),
        )
        .build();
    result.rule_index = rule_index.and_then(|index| i64::try_from(index).ok());
    result.related_locations = Some(related_locations).filter(|places| !places.is_empty());
    result.code_flows = Some(flows).filter(|flows| !flows.is_empty());
    result
}

/// What the first finding relates to, then the places of the findings merged into it, each once.
fn related_places(findings: &[&Finding]) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for (index, finding) in findings.iter().enumerate() {
        let own = (index > 0).then(|| Place {
            message: finding.message.clone(),
            ..finding.primary.clone()
        });
        for place in own.into_iter().chain(finding.related.iter().cloned()) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    places
}

/// Code scanning shows related places only when the message links to them.
fn message(report: &Report, finding: &Finding, linked: Option<&Place>) -> String {
    let mut text = without_links(safe_text(report, &finding.message));
    if !finding.remedy.is_empty() {
        text.push(' ');
        text.push_str(&without_links(safe_text(report, &finding.remedy)));
    }
    if let Some(place) = linked {
        let said = safe_text(report, &place.message);
        let link = if said.is_empty() {
            "related place"
        } else {
            &said
        };
        text.push_str(&format!(" See [{}](1).", escaped_link_text(link)));
    }
    text
}

/// Takes the meaning of a link from what only looks like one.
fn without_links(text: String) -> String {
    text.replace("](", "] (")
}

fn escaped_link_text(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('[', "\\[")
        .replace(']', "\\]")
}

fn properties(report: &Report, finding: &Finding) -> BTreeMap<String, Value> {
    let mut properties = BTreeMap::from([("confidence".to_owned(), json!(finding.confidence))]);
    if let Some(library) = &finding.library {
        properties.insert("library".to_owned(), json!(safe_text(report, library)));
    }
    if let Some(context) = finding.context {
        properties.insert("context".to_owned(), json!(context));
    }
    if !finding.also.is_empty() {
        properties.insert("also".to_owned(), json!(finding.also));
    }
    properties
}

/// Each file is hashed once.
#[derive(Default)]
struct Hashes {
    by_path: BTreeMap<String, LineHashes>,
}

impl Hashes {
    fn of_line(&mut self, report: &Report, place: &Place) -> Option<String> {
        let source = report.sources.get(&place.path)?;
        let line = line_of(report, place)?;
        self.by_path
            .entry(place.path.clone())
            .or_insert_with(|| LineHashes::of(source))
            .get(line)
    }
}

fn partial_fingerprints(
    report: &Report,
    hashes: &mut Hashes,
    finding: &Finding,
) -> BTreeMap<String, String> {
    let mut fingerprints = BTreeMap::from([("jotlint/v1".to_owned(), finding.fingerprint.clone())]);
    if let Some(hash) = hashes.of_line(report, &finding.primary) {
        fingerprints.insert("primaryLocationLineHash".to_owned(), hash);
    }
    fingerprints
}

/// The way of the value, ending at the place that is wrong unless that lies on the way.
fn code_flow(report: &Report, finding: &Finding) -> CodeFlow {
    let on_the_way = finding
        .flow
        .iter()
        .any(|step| step.path == finding.primary.path && step.span == finding.primary.span);
    let end = (!on_the_way).then_some(&finding.primary);
    let steps: Vec<ThreadFlowLocation> = finding
        .flow
        .iter()
        .chain(end)
        .map(|place| {
            ThreadFlowLocation::builder()
                .location(location(report, place))
                .build()
        })
        .collect();
    CodeFlow::builder()
        .thread_flows(vec![ThreadFlow::builder().locations(steps).build()])
        .build()
}

/// A place, cut to its first line: a change that does not touch all lines of an alert does not show it.
fn location(report: &Report, place: &Place) -> Location {
    let mut physical = PhysicalLocation::builder()
        .artifact_location(artifact(&place.path))
        .build();
    physical.region = report.sources.get(&place.path).map(|source| {
        let span = on_first_line(source, place.span);
        let start = source.position(span.start);
        let end = source.position(span.end);
        Region::builder()
            .start_line(start.line)
            .start_column(start.column)
            .end_line(end.line)
            .end_column(end.column)
            .build()
    });
    let mut location = Location::builder().physical_location(physical).build();
    if !place.message.is_empty() {
        let text = without_links(safe_text(report, &place.message));
        location.message = Some(Message::builder().text(text).build());
    }
    location
}

fn artifact(path: &str) -> ArtifactLocation {
    let segments: Vec<String> = path
        .split('/')
        .map(|segment| utf8_percent_encode(segment, SEGMENT).to_string())
        .collect();
    ArtifactLocation::builder().uri(segments.join("/")).build()
}

fn sarif_notification(report: &Report, notification: &Notification) -> SarifNotification {
    let mut sarif = SarifNotification::builder()
        .level(json!(notification.level))
        .message(
            Message::builder()
                .text(safe_text(report, &notification.message))
                .build(),
        )
        .build();
    sarif.locations = notification.path.as_deref().map(|path| {
        let mut physical = PhysicalLocation::builder()
            .artifact_location(artifact(path))
            .build();
        physical.region = notification
            .line
            .filter(|line| *line > 0)
            .map(|line| Region::builder().start_line(line).build());
        vec![Location::builder().physical_location(physical).build()]
    });
    sarif
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Format, Style, sample};
    use crate::source::Span;

    fn document(report: &Report) -> Value {
        let text = sample::rendered(report, Format::Sarif, Style::default());
        serde_json::from_str(&text).unwrap()
    }

    fn first_result(report: &Report) -> Value {
        document(report)["runs"][0]["results"][0].clone()
    }

    #[test]
    fn reports_keep_to_the_schema() {
        // The official schema has a stray bracket in two patterns, which strict regular expressions refuse.
        let schema = include_str!("../../tests/data/sarif-schema-2.1.0.json")
            .replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}?$");
        let schema: Value = serde_json::from_str(&schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for report in [sample::empty(), sample::report(), sample::hostile()] {
            let document = document(&report);
            let errors: Vec<String> = validator
                .iter_errors(&document)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{errors:#?}");
        }
    }

    #[test]
    fn results_are_there_even_when_there_are_none() {
        let document = document(&sample::empty());
        let run = &document["runs"][0];
        assert_eq!(run["results"], json!([]));
        assert_eq!(run["invocations"][0]["executionSuccessful"], true);
        assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "alg-none");
        assert_eq!(run["automationDetails"]["id"], "jotlint/");
    }

    #[test]
    fn a_rule_carries_what_code_scanning_uses() {
        let document = document(&sample::empty());
        let rule = &document["runs"][0]["tool"]["driver"]["rules"][0];
        assert_eq!(rule["name"], "AlgNone");
        assert_eq!(rule["properties"]["security-severity"], "9.3");
        assert_eq!(rule["properties"]["precision"], "very-high");
        assert_eq!(rule["properties"]["tags"][0], "security");
        assert_eq!(rule["properties"]["tags"][2], "external/cwe/cwe-347");
        let help = rule["help"]["markdown"].as_str().unwrap();
        assert!(help.ends_with("/rules/alg-none.md)"));
    }

    #[test]
    fn a_result_says_where_and_why() {
        let report = sample::report();
        let result = first_result(&report);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "src/my%20auth%231%25.js");
        assert_eq!(
            place["region"],
            json!({"startLine": 3, "startColumn": 28, "endLine": 3, "endColumn": 31})
        );
        let text = result["message"]["text"].as_str().unwrap();
        assert!(text.ends_with("See [called here](1)."), "{text}");
        assert_eq!(result["relatedLocations"][0]["id"], 1);
        let steps = &result["codeFlows"][0]["threadFlows"][0]["locations"];
        assert_eq!(steps.as_array().unwrap().len(), 2);
        let source = &report.sources["src/my auth#1%.js"];
        assert_eq!(
            result["partialFingerprints"]["primaryLocationLineHash"].as_str(),
            LineHashes::of(source).get(3).as_deref()
        );
        assert_eq!(
            result["partialFingerprints"]["jotlint/v1"],
            report.findings[0].fingerprint.as_str()
        );
        assert_eq!(result["properties"]["context"], "test");
    }

    #[test]
    fn findings_of_one_rule_on_one_line_are_one_result() {
        let mut report = sample::quoting(b"verify(a); verify(b)\nverify(c)", Span::new(0, 6));
        report.findings[0].level = Level::Note;
        for start in [11, 21] {
            let span = Span::new(start, start + 6);
            report
                .findings
                .push(sample::finding("a.js", span, "unsafe"));
        }
        let document = document(&report);
        let results = document["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), 2);
        assert_eq!(results[0]["level"], "error");
        let related = &results[0]["relatedLocations"][0]["physicalLocation"]["region"];
        assert_eq!(related["startColumn"], 12);
    }

    #[test]
    fn a_region_stays_on_one_line_and_counts_in_utf16() {
        let line = "é😀verify(\n  token)".as_bytes();
        let report = sample::quoting(line, Span::new(6, line.len()));
        let region = &first_result(&report)["locations"][0]["physicalLocation"]["region"];
        assert_eq!(
            *region,
            json!({"startLine": 1, "startColumn": 4, "endLine": 1, "endColumn": 11})
        );
    }

    #[test]
    fn only_our_own_links_are_links() {
        let mut report = sample::quoting(b"verify(token)", Span::new(0, 6));
        report.findings[0].message = "Read [this](http://evil.example).".into();
        report.findings[0]
            .related
            .push(sample::place("a.js", Span::new(7, 12), "a[0](x)"));
        let result = first_result(&report);
        let text = result["message"]["text"].as_str().unwrap();
        assert!(!text.contains("[this](http"), "{text}");
        assert!(text.ends_with("See [a\\[0\\](x)](1)."), "{text}");
    }

    #[test]
    fn what_could_not_be_read_is_a_notification() {
        let document = document(&sample::report());
        let notification = &document["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
        assert_eq!(notification["level"], "warning");
        assert_eq!(
            notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "big.js"
        );
    }
}
