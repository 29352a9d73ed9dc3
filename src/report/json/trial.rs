//! A trial and its findings.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::exchange::ExchangePart;
use super::waiver::WaiverPart;
use crate::diagnostic::Place;
use crate::model::choice::Chosen;
use crate::model::event::{Attempt, TrialResult};
use crate::model::requirement::{Level, RequirementId};
use crate::model::verdict::{Finding, Verdict};

/// What a trial is, whether it ran or not.
#[derive(Serialize)]
pub(crate) struct NamedPart<'a> {
    id: &'a str,
    suite: &'a str,
    case: &'a str,
    title: Option<&'a str>,
    level: &'a str,
    requirements: Vec<&'a str>,
}

impl<'a> NamedPart<'a> {
    /// The trial of this id.
    pub(crate) fn of(
        id: &'a str,
        (suite, case, title): (&'a str, &'a str, Option<&'a str>),
        level: Level,
        requirements: &'a [RequirementId],
    ) -> Self {
        Self { id, suite, case, title, level: level.word(), requirements: ids(requirements) }
    }
}

fn ids(requirements: &[RequirementId]) -> Vec<&str> {
    requirements.iter().map(|id| &*id.0).collect()
}

/// Where a trial is written.
#[derive(Serialize)]
pub(crate) struct WrittenPart<'a> {
    file: &'a str,
    line: usize,
}

impl<'a> WrittenPart<'a> {
    /// The part that speaks of this place.
    pub(crate) fn of(place: &'a Place) -> Self {
        Self { file: &place.file.path, line: place.line() }
    }
}

#[derive(Serialize)]
pub(in crate::report) struct TrialPart<'a> {
    #[serde(flatten)]
    named: NamedPart<'a>,
    invariants: Vec<&'a str>,
    verdict: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<&'static str>,
    duration_ms: f64,
    requests: usize,
    #[serde(flatten)]
    written: WrittenPart<'a>,
    column: usize,
    findings: Vec<FindingPart<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiver: Option<WaiverPart<'a>>,
    /// Where one waiver doesn't cover all findings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    more_waivers: Vec<WaiverPart<'a>>,
    notes: &'a [String],
    cell: Option<BTreeMap<&'a str, &'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withholds: Option<bool>,
    curl: Option<&'a str>,
    rerun: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<usize>,
    exchanges: Vec<ExchangePart<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    flaky: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attempts: Vec<AttemptPart<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    choices: BTreeMap<&'a str, Vec<&'a str>>,
}

#[derive(Serialize)]
struct AttemptPart<'a> {
    attempt: usize,
    verdict: &'a str,
    duration_ms: f64,
    findings: Vec<FindingPart<'a>>,
    notes: &'a [String],
    exchanges: Vec<ExchangePart<'a>>,
}

impl<'a> AttemptPart<'a> {
    fn of(attempt: &'a Attempt) -> Self {
        Self {
            attempt: attempt.number,
            verdict: attempt.verdict.word(),
            duration_ms: milliseconds(attempt.duration),
            findings: attempt.findings.iter().map(FindingPart::of).collect(),
            notes: &attempt.notes,
            exchanges: attempt.exchanges.iter().map(ExchangePart::of).collect(),
        }
    }
}

impl<'a> TrialPart<'a> {
    pub(in crate::report) fn of(result: &'a TrialResult) -> Self {
        Self {
            named: NamedPart::of(
                &result.id,
                (&result.suite, &result.case, result.title.as_deref()),
                result.level,
                &result.requirements,
            ),
            invariants: ids(&result.invariants),
            verdict: result.verdict.word(),
            was: result.was.map(Verdict::word),
            duration_ms: milliseconds(result.duration),
            requests: result.requests,
            written: WrittenPart::of(&result.place),
            column: result.place.column(),
            findings: result.findings.iter().map(FindingPart::of).collect(),
            waiver: result.waivers.first().map(|waiver| WaiverPart::of(waiver)),
            more_waivers: result.waivers.iter().skip(1).map(|waiver| WaiverPart::of(waiver)).collect(),
            notes: &result.notes,
            cell: result.cell.as_ref().map(|cell| {
                let values = cell.axes.iter().map(String::as_str).zip(cell.values.iter().map(String::as_str));
                values.chain([("sees", cell.outcome.as_str())]).collect()
            }),
            withholds: result.cell.as_ref().map(|cell| cell.denial),
            curl: result.curl.as_deref(),
            rerun: &result.rerun,
            position: result.position,
            exchanges: result.exchanges.iter().map(ExchangePart::of).collect(),
            flaky: result.is_flaky(),
            attempts: result.attempts.iter().map(AttemptPart::of).collect(),
            choices: choices(&result.choices),
        }
    }
}

/// The branches that were taken of each choice: one, unless steps of a trial differ.
fn choices(chosen: &[Chosen]) -> BTreeMap<&str, Vec<&str>> {
    let mut choices: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for Chosen { choice, branch } in chosen {
        choices.entry(choice).or_default().push(branch);
    }
    choices
}

/// In milliseconds, to whole microseconds: more digits would only be noise.
pub(in crate::report) fn milliseconds(duration: Duration) -> f64 {
    f64::from(u32::try_from(duration.as_micros()).unwrap_or(u32::MAX)) / 1000.0
}

#[derive(Serialize)]
struct FindingPart<'a> {
    requirement: &'a str,
    rule: &'a str,
    fingerprint: String,
    message: &'a str,
    expected: &'a str,
    observed: &'a str,
    pointer: Option<&'a str>,
    file: &'a str,
    line: usize,
    column: usize,
    /// The line itself, and how many characters of it are meant.
    text: &'a str,
    length: usize,
}

impl<'a> FindingPart<'a> {
    fn of(finding: &'a Finding) -> Self {
        let (text, length) = line_of(&finding.place);
        Self {
            requirement: &finding.requirement.0,
            rule: finding.rule.slug(),
            fingerprint: finding.fingerprint(),
            message: &finding.message,
            expected: &finding.expected,
            observed: &finding.observed,
            pointer: finding.pointer.as_deref(),
            file: &finding.place.file.path,
            line: finding.place.line(),
            column: finding.place.column(),
            text,
            length,
        }
    }
}

/// The first line of a place, and how many characters of it belong to the place.
pub(in crate::report) fn line_of(place: &Place) -> (&str, usize) {
    let (before, after) = place.file.text.split_at(place.start());
    let begin = before.rfind('\n').map_or(0, |newline| newline + 1);
    let end = place.start() + after.find('\n').unwrap_or(after.len());
    let marked = &place.file.text[place.start()..place.end().min(end)];
    (place.file.text[begin..end].trim_end_matches('\r'), marked.chars().count())
}
