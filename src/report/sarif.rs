//! The report as SARIF 2.1.0, for pages that show the findings of code scanning.
//!
//! The rules are the clauses, the results the findings at their places in the suites.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Reporter;
use super::attempts::{further_lines, told};
use super::text::{folder_prefix, harmless};
use crate::model::event::{Event, RunStarted, Summary, TrialResult};
use crate::model::requirement::{Level, Requirement, RequirementId};
use crate::model::verdict::{Finding, Verdict};
use crate::model::waiver::{Waiver, WaiverKind};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// So many trials that could not be judged are named.
const MOST_UNJUDGED: usize = 100;
/// What may stand in a path as it is (RFC 3986, section 3.3).
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Writes each result when its trial has its verdict. A report that was cut short is no whole JSON.
pub struct Sarif<W: Write> {
    output: W,
    folder: String,
    rules: HashMap<RequirementId, (usize, Level)>,
    results: usize,
    unjudged: Vec<Value>,
    /// Trials that count as conforming, though one attempt violated.
    flaky: Vec<Value>,
    inconclusive: usize,
}

impl<W: Write> Sarif<W> {
    /// A report into `output`.
    pub fn new(output: W) -> Self {
        Self {
            output,
            folder: String::new(),
            rules: HashMap::new(),
            results: 0,
            unjudged: Vec::new(),
            flaky: Vec::new(),
            inconclusive: 0,
        }
    }

    fn started(&mut self, run: &RunStarted) -> io::Result<()> {
        self.folder = folder_prefix(run.folder.as_deref());
        let known = run.requirements.iter().enumerate();
        self.rules = known.map(|(index, one)| (one.id.clone(), (index, one.level))).collect();
        write!(self.output, "{{\n\"$schema\": \"{SCHEMA}\",\n\"version\": \"2.1.0\",\n\"runs\": [{{\n\"tool\": ")?;
        let rules: Vec<Value> = run.requirements.iter().map(rule).collect();
        let version = env!("CARGO_PKG_VERSION");
        let driver = json!({ "name": "probity", "semanticVersion": version, "rules": rules });
        self.value(&json!({ "driver": driver }))?;
        // Pages compare a run with the one before it that has the same name.
        let part = run.sharding.as_ref().map(|sharding| format!("{}/", sharding.shard)).unwrap_or_default();
        let id = format!("probity/{}/{}/{part}", run.contract, run.target);
        write!(self.output, ",\n\"automationDetails\": ")?;
        self.value(&json!({ "id": harmless(&id) }))?;
        write!(self.output, ",\n\"properties\": ")?;
        self.value(&json!({
            "contract": format!("{} {}", run.contract, run.contract_version),
            "digest": run.digest,
            "target": harmless(&run.target),
            "trials": run.trials,
            "leftOut": run.left_out,
        }))?;
        write!(self.output, ",\n\"columnKind\": \"unicodeCodePoints\",\n\"results\": [")
    }

    fn trial(&mut self, result: &TrialResult) -> io::Result<()> {
        if result.verdict == Verdict::Inconclusive {
            self.inconclusive += 1;
            if self.unjudged.len() < MOST_UNJUDGED {
                let text = format!("{} could not be judged: {}", result.id, result.notes.join("; "));
                let at = self.location(result, &result.place.file.path, result.place.line(), result.place.column());
                self.unjudged.push(json!({ "level": "warning", "message": message(&text), "locations": [at] }));
            }
        }
        if result.is_flaky() && result.findings.is_empty() && self.flaky.len() < MOST_UNJUDGED {
            let text = format!("{} is flaky: {}", result.id, told(result).join("; "));
            let at = self.location(result, &result.place.file.path, result.place.line(), result.place.column());
            self.flaky.push(json!({ "level": "warning", "message": message(&text), "locations": [at] }));
        }
        let mut seen: HashMap<String, usize> = HashMap::new();
        for finding in &result.findings {
            let print = fingerprint(result, finding);
            let occurrence = seen.entry(print.clone()).or_default();
            *occurrence += 1;
            let value = self.result(result, finding, &format!("{print}:{occurrence}"));
            write!(self.output, "{}", if self.results == 0 { "\n" } else { ",\n" })?;
            self.results += 1;
            self.value(&value)?;
        }
        Ok(())
    }

    fn result(&self, result: &TrialResult, finding: &Finding, print: &str) -> Value {
        let (index, level) = self.rules.get(&finding.requirement).copied().unwrap_or((0, result.level));
        let place = &finding.place;
        let at = finding.pointer.as_deref().filter(|pointer| !pointer.is_empty());
        let at = at.map(|pointer| format!("\nat {pointer}")).unwrap_or_default();
        let attempts = further_lines(result);
        let notes: String = result.notes.iter().flat_map(|note| ["\nnote: ", note]).collect();
        let text = format!(
            "{}\nexpected {}\nobserved {}{at}\nin {}{attempts}{notes}\nagain: {}",
            finding.message, finding.expected, finding.observed, result.id, result.rerun
        );
        json!({
            "ruleId": &*finding.requirement.0,
            "ruleIndex": index,
            "level": severity(level),
            "message": message(&text),
            "locations": [self.location(result, &place.file.path, place.line(), place.column())],
            "partialFingerprints": { "primaryLocationLineHash": print, "probityFinding/v1": print },
            "suppressions": suppressions(result, finding),
            "properties": { "trial": &*result.id, "rule": finding.rule.slug(), "finding": finding.fingerprint() },
        })
    }

    fn location(&self, result: &TrialResult, path: &str, line: usize, column: usize) -> Value {
        let path = format!("{}{path}", self.folder);
        let uri = utf8_percent_encode(&path, PATH).to_string();
        json!({
            "physicalLocation": {
                "artifactLocation": { "uri": uri },
                "region": { "startLine": line, "startColumn": column },
            },
            "logicalLocations": [{ "fullyQualifiedName": &*result.id, "kind": "member" }],
        })
    }

    fn ended(&mut self, summary: &Summary) -> io::Result<()> {
        let mut notifications = std::mem::take(&mut self.unjudged);
        let more = self.inconclusive - notifications.len();
        if more > 0 {
            let text = format!("{more} more trials could not be judged");
            notifications.push(json!({ "level": "warning", "message": message(&text) }));
        }
        notifications.append(&mut self.flaky);
        for reason in &summary.reasons {
            notifications.push(json!({ "level": "warning", "message": message(reason) }));
        }
        write!(self.output, "\n],\n\"invocations\": [")?;
        self.value(&json!({
            "executionSuccessful": summary.complete,
            "toolExecutionNotifications": notifications,
            "properties": { "verdict": summary.conclusion.word() },
        }))?;
        writeln!(self.output, "]\n}}]\n}}")?;
        self.output.flush()
    }

    fn value(&mut self, value: &Value) -> io::Result<()> {
        serde_json::to_writer(&mut self.output, value).map_err(io::Error::from)
    }
}

/// Why a result is suppressed, if it is (section 3.27.23: all results have the list, or none has it).
fn suppressions(result: &TrialResult, finding: &Finding) -> Value {
    let print = finding.fingerprint();
    let of_finding = result.waivers.iter().filter(|waiver| waiver.finding == print);
    let suppression = |waiver: &Arc<Waiver>| {
        let status = match waiver.kind {
            WaiverKind::Waived => "accepted",
            WaiverKind::Disputed => "underReview",
        };
        let justification = format!("{} (until {} by {})", waiver.reason, waiver.expires, waiver.owner);
        json!({ "kind": "external", "status": status, "justification": harmless(&justification) })
    };
    of_finding.map(suppression).collect()
}

fn rule(requirement: &Requirement) -> Value {
    let source = format!("{}, {}", requirement.document, requirement.section);
    let reading = requirement.reading.as_ref().map(|reading| format!("\nReading: {reading}")).unwrap_or_default();
    json!({
        "id": &*requirement.id.0,
        "shortDescription": message(&requirement.says),
        "fullDescription": message(&format!("{} ({source})", requirement.says)),
        "help": message(&format!("{}\nSource: {source}{reading}", requirement.says)),
        "defaultConfiguration": { "level": severity(requirement.level) },
        "properties": { "tags": ["conformance", requirement.level.word()] },
    })
}

/// A message, in which brackets would be read as links and a number in braces as the place of an argument (sections
/// 3.11.5 and 3.11.6). Other braces stay single: pages show them as they are.
fn message(text: &str) -> Value {
    let text = harmless(text);
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(character) = rest.chars().next() {
        let argument = rest.strip_prefix('{').and_then(|after| after.split_once('}'));
        let argument = argument.filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
        match (character, argument) {
            (_, Some((number, after))) if !number.is_empty() => {
                let _ = write!(escaped, "{{{{{number}}}}}");
                rest = after;
                continue;
            }
            ('[' | ']', _) => escaped.extend(['\\', character]),
            ('\\', _) if rest.trim_start_matches('\\').starts_with(['[', ']']) => escaped.push_str(r"\\"),
            _ => escaped.push(character),
        }
        rest = &rest[character.len_utf8()..];
    }
    json!({ "text": escaped })
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Must => "error",
        Level::Should => "warning",
        Level::May => "note",
    }
}

/// What is the same of a finding from run to run, wherever in the suite it is written, and however the answer reads.
fn fingerprint(result: &TrialResult, finding: &Finding) -> String {
    let pointer = finding.pointer.as_deref().unwrap_or_default();
    let parts = [&*finding.requirement.0, &result.id, finding.rule.slug(), pointer];
    let digest = Sha256::digest(parts.join("\n"));
    digest.iter().take(16).fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

impl<W: Write> Reporter for Sarif<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Started(run) => self.started(run),
            Event::Finished(result) => self.trial(result),
            Event::Ended(summary) => self.ended(summary),
        }
    }
}
