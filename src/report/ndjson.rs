//! The run as JSON lines, one for each event. Their members are promises; `probity schema events` describes them.

use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use super::Reporter;
use super::json::part::{
    ChoicePart, ClausePart, ContractPart, MatrixPart, PlanPart, RequirementPart, SummaryPart, TargetPart, Tool,
};
use super::json::trial::TrialPart;
use super::json::waiver::{ProposalPart, WaiverOutcomePart};
use crate::model::event::{Event, RunStarted, Summary};
use crate::model::requirement::Requirement;

/// The name and version of the format.
const FORMAT: &str = "probity-events/1";

/// Writes each line as its event comes; a stream that was cut short lacks the line of the end.
pub struct Ndjson<W: Write> {
    output: W,
    /// A line before it is written.
    buffer: Vec<u8>,
    requirements: Arc<Vec<Requirement>>,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Line<'e> {
    Started(StartedLine<'e>),
    Trial(Box<TrialPart<'e>>),
    Ended(EndedLine<'e>),
}

#[derive(Serialize)]
struct StartedLine<'e> {
    format: &'static str,
    tool: Tool,
    contract: ContractPart<'e>,
    target: TargetPart<'e>,
    plan: PlanPart<'e>,
    matrices: Vec<MatrixPart<'e>>,
    requirements: Vec<ClauseLine<'e>>,
}

#[derive(Serialize)]
struct ClauseLine<'e> {
    id: &'e str,
    level: &'e str,
    #[serde(flatten)]
    clause: ClausePart<'e>,
}

#[derive(Serialize)]
struct EndedLine<'e> {
    verdict: &'e str,
    reasons: &'e [String],
    summary: SummaryPart<'e>,
    unproven: Vec<&'e str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<ChoicePart<'e>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waivers: Option<Vec<WaiverOutcomePart<'e>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    proposals: Vec<ProposalPart<'e>>,
    requirements: Vec<RequirementPart<'e>>,
    complete: bool,
}

impl<'e> StartedLine<'e> {
    fn of(run: &'e RunStarted) -> Self {
        let clause =
            |one: &'e Requirement| ClauseLine { id: &one.id.0, level: one.level.word(), clause: ClausePart::of(one) };
        Self {
            format: FORMAT,
            tool: Tool::THIS,
            contract: ContractPart::of(run),
            target: TargetPart::of(run),
            plan: PlanPart::of(run),
            matrices: run.matrices.iter().map(MatrixPart::of).collect(),
            requirements: run.requirements.iter().map(clause).collect(),
        }
    }
}

impl<'e> EndedLine<'e> {
    fn of(summary: &'e Summary, requirements: &'e [Requirement]) -> Self {
        Self {
            verdict: summary.conclusion.word(),
            reasons: &summary.reasons,
            summary: SummaryPart::of(summary),
            unproven: summary.unproven.iter().map(|id| &*id.0).collect(),
            choices: summary.choices.iter().map(ChoicePart::of).collect(),
            waivers: summary.waivers.as_ref().map(|all| all.iter().map(WaiverOutcomePart::of).collect()),
            proposals: summary.proposals.iter().map(ProposalPart::of).collect(),
            requirements: summary.requirements.iter().map(|one| RequirementPart::of(one, requirements)).collect(),
            complete: summary.complete,
        }
    }
}

impl<W: Write> Ndjson<W> {
    /// A stream of events into `output`.
    pub fn new(output: W) -> Self {
        Self { output, buffer: Vec::new(), requirements: Arc::default() }
    }
}

impl<W: Write> Reporter for Ndjson<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        let requirements = match event {
            Event::Started(run) => Arc::clone(&run.requirements),
            Event::Finished(_) | Event::Ended(_) => Arc::clone(&self.requirements),
        };
        let line = match event {
            Event::Started(run) => Line::Started(StartedLine::of(run)),
            Event::Finished(result) => Line::Trial(Box::new(TrialPart::of(result))),
            Event::Ended(summary) => Line::Ended(EndedLine::of(summary, &requirements)),
        };
        self.buffer.clear();
        serde_json::to_writer(&mut self.buffer, &line)?;
        self.buffer.push(b'\n');
        self.output.write_all(&self.buffer)?;
        self.requirements = Arc::clone(&requirements);
        // Whoever reads along sees each event as it happens.
        self.output.flush()
    }
}
