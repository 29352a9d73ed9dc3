//! The JSON report, version 1. Its members are promises; `probity schema report` describes them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::Reporter;
use crate::model::event::{Event, RequirementState, RunStarted, Summary, TrialResult};
use crate::model::proof::Killer;
use crate::model::verdict::Finding;

/// Writes the report as the run goes on; `complete` comes last, so that a report cut short isn't taken for a whole one.
pub struct Json<W: Write> {
    output: W,
    trials: usize,
}

impl<W: Write> Json<W> {
    /// A report into `output`.
    pub fn new(output: W) -> Self {
        Self { output, trials: 0 }
    }

    fn started(&mut self, run: &RunStarted) -> io::Result<()> {
        write!(self.output, "{{\n  \"format\": \"probity-report/1\",\n  \"tool\": ")?;
        self.value(&Tool { name: "probity", version: env!("CARGO_PKG_VERSION") })?;
        write!(self.output, ",\n  \"contract\": ")?;
        self.value(&ContractPart { name: &run.contract, version: &run.contract_version, digest: &run.digest })?;
        write!(self.output, ",\n  \"target\": ")?;
        let version = run.target_version.as_deref();
        self.value(&TargetPart { name: &run.target, version, services: &run.services })?;
        write!(self.output, ",\n  \"trials\": [")
    }

    fn trial(&mut self, result: &TrialResult) -> io::Result<()> {
        let joint = if self.trials == 0 { "\n    " } else { ",\n    " };
        self.trials += 1;
        write!(self.output, "{joint}")?;
        self.value(&TrialPart::of(result))
    }

    fn ended(&mut self, summary: &Summary) -> io::Result<()> {
        write!(self.output, "\n  ],\n  \"verdict\": ")?;
        self.value(&summary.conclusion.word())?;
        write!(self.output, ",\n  \"reasons\": ")?;
        self.value(&summary.reasons)?;
        write!(self.output, ",\n  \"summary\": ")?;
        self.value(&SummaryPart::of(summary))?;
        write!(self.output, ",\n  \"requirements\": [")?;
        for (index, requirement) in summary.requirements.iter().enumerate() {
            write!(self.output, "{}", if index == 0 { "\n    " } else { ",\n    " })?;
            self.value(&RequirementPart::of(requirement))?;
        }
        writeln!(self.output, "\n  ],\n  \"complete\": {}\n}}", summary.complete)?;
        self.output.flush()
    }

    fn value(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.output, value).map_err(io::Error::from)
    }
}

impl<W: Write> Reporter for Json<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Started(run) => self.started(run),
            Event::Finished(result) => self.trial(result),
            Event::Ended(summary) => self.ended(summary),
        }
    }
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
struct ContractPart<'a> {
    name: &'a str,
    version: &'a str,
    digest: &'a str,
}

#[derive(Serialize)]
struct TargetPart<'a> {
    name: &'a str,
    version: Option<&'a str>,
    services: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
struct SummaryPart<'s> {
    trials: usize,
    conforms: usize,
    violates: usize,
    inconclusive: usize,
    skipped: usize,
    waived: usize,
    left_out: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshots: Option<SnapshotsPart<'s>>,
}

#[derive(Serialize)]
struct SnapshotsPart<'s> {
    same: usize,
    changed: usize,
    missing: usize,
    pending: usize,
    accepted: &'s [String],
    orphans: &'s [String],
    unused: &'s [String],
}

impl<'s> SummaryPart<'s> {
    fn of(summary: &'s Summary) -> Self {
        let total = summary.total();
        Self {
            trials: total.total(),
            conforms: total.conforms,
            violates: total.violates,
            inconclusive: total.inconclusive,
            skipped: total.skipped,
            waived: 0,
            left_out: summary.left_out,
            snapshots: summary.snapshots.as_ref().map(|counts| SnapshotsPart {
                same: counts.same,
                changed: counts.changed,
                missing: counts.missing,
                pending: counts.pending,
                accepted: &counts.accepted,
                orphans: &counts.orphans,
                unused: &counts.unused,
            }),
        }
    }
}

#[derive(Serialize)]
struct TrialPart<'a> {
    id: &'a str,
    suite: &'a str,
    case: &'a str,
    title: Option<&'a str>,
    level: &'a str,
    requirements: Vec<&'a str>,
    verdict: &'a str,
    duration_ms: f64,
    file: &'a str,
    line: usize,
    findings: Vec<FindingPart<'a>>,
    notes: &'a [String],
    cell: Option<BTreeMap<&'a str, &'a str>>,
    curl: Option<&'a str>,
    rerun: &'a str,
}

impl<'a> TrialPart<'a> {
    fn of(result: &'a TrialResult) -> Self {
        Self {
            id: &result.id,
            suite: &result.suite,
            case: &result.case,
            title: result.title.as_deref(),
            level: result.level.word(),
            requirements: result.requirements.iter().map(|id| &*id.0).collect(),
            verdict: result.verdict.word(),
            // Whole microseconds: more digits would only be noise.
            duration_ms: f64::from(u32::try_from(result.duration.as_micros()).unwrap_or(u32::MAX)) / 1000.0,
            file: &result.place.file.path,
            line: result.place.line(),
            findings: result.findings.iter().map(FindingPart::of).collect(),
            notes: &result.notes,
            cell: result.cell.as_ref().map(|cell| {
                let values = cell.axes.iter().map(String::as_str).zip(cell.values.iter().map(String::as_str));
                values.chain([("sees", cell.outcome.as_str())]).collect()
            }),
            curl: result.curl.as_deref(),
            rerun: &result.rerun,
        }
    }
}

#[derive(Serialize)]
struct FindingPart<'a> {
    requirement: &'a str,
    rule: &'a str,
    message: &'a str,
    expected: &'a str,
    observed: &'a str,
    pointer: Option<&'a str>,
    file: &'a str,
    line: usize,
    column: usize,
}

impl<'a> FindingPart<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self {
            requirement: &finding.requirement.0,
            rule: finding.rule.slug(),
            message: &finding.message,
            expected: &finding.expected,
            observed: &finding.observed,
            pointer: finding.pointer.as_deref(),
            file: &finding.place.file.path,
            line: finding.place.line(),
            column: finding.place.column(),
        }
    }
}

/// The altered answer that shows that a clause is really judged.
#[derive(Serialize)]
pub(super) struct KillerPart<'a> {
    trial: &'a str,
    operator: &'a str,
    at: &'a str,
}

impl<'a> KillerPart<'a> {
    pub(super) fn of(killer: &'a Killer) -> Self {
        Self { trial: &killer.trial, operator: killer.operator.slug(), at: &killer.part }
    }
}

#[derive(Serialize)]
struct RequirementPart<'a> {
    id: &'a str,
    level: &'a str,
    state: &'a str,
    trials: Vec<&'a str>,
    proven_by: Option<KillerPart<'a>>,
}

impl<'a> RequirementPart<'a> {
    fn of(requirement: &'a RequirementState) -> Self {
        Self {
            id: &requirement.id.0,
            level: requirement.level.word(),
            state: requirement.state.word(),
            trials: requirement.trials.iter().map(AsRef::as_ref).collect(),
            proven_by: requirement.proven.as_ref().map(KillerPart::of),
        }
    }
}
