//! The JSON report, version 1. Its members are promises; `probity schema report` describes them.

mod exchange;
pub(super) mod part;
pub(crate) mod trial;
pub(super) mod waiver;

use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use self::part::{ChoicePart, ContractPart, MatrixPart, PlanPart, RequirementPart, SummaryPart, TargetPart, Tool};
use self::trial::TrialPart;
use self::waiver::{ProposalPart, WaiverOutcomePart};
use super::Reporter;
use crate::model::event::{Event, RunStarted, Summary, TrialResult};
use crate::model::requirement::Requirement;

/// Writes the report as the run goes on; `complete` comes last, so that a report cut short isn't taken for a whole one.
pub struct Json<W: Write> {
    output: W,
    /// A value before it is written: many small writes cost more than one.
    buffer: Vec<u8>,
    requirements: Arc<Vec<Requirement>>,
    trials: usize,
}

impl<W: Write> Json<W> {
    /// A report into `output`.
    pub fn new(output: W) -> Self {
        Self { output, buffer: Vec::new(), requirements: Arc::default(), trials: 0 }
    }

    fn started(&mut self, run: &RunStarted) -> io::Result<()> {
        self.requirements = Arc::clone(&run.requirements);
        write!(self.output, "{{\n  \"format\": \"probity-report/1\",\n  \"tool\": ")?;
        self.value(&Tool::THIS)?;
        write!(self.output, ",\n  \"contract\": ")?;
        self.value(&ContractPart::of(run))?;
        write!(self.output, ",\n  \"target\": ")?;
        self.value(&TargetPart::of(run))?;
        write!(self.output, ",\n  \"plan\": ")?;
        self.value(&PlanPart::of(run))?;
        write!(self.output, ",\n  \"matrices\": [")?;
        self.lines(run.matrices.iter().map(MatrixPart::of))?;
        write!(self.output, "],\n  \"trials\": [")
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
        write!(self.output, ",\n  \"unproven\": ")?;
        self.value(&summary.unproven.iter().map(|id| &*id.0).collect::<Vec<_>>())?;
        if !summary.choices.is_empty() {
            write!(self.output, ",\n  \"choices\": [")?;
            self.lines(summary.choices.iter().map(ChoicePart::of))?;
            write!(self.output, "]")?;
        }
        if let Some(waivers) = &summary.waivers {
            write!(self.output, ",\n  \"waivers\": [")?;
            self.lines(waivers.iter().map(WaiverOutcomePart::of))?;
            write!(self.output, "]")?;
        }
        if !summary.proposals.is_empty() {
            write!(self.output, ",\n  \"proposals\": [")?;
            self.lines(summary.proposals.iter().map(ProposalPart::of))?;
            write!(self.output, "]")?;
        }
        write!(self.output, ",\n  \"requirements\": [")?;
        let requirements = Arc::clone(&self.requirements);
        self.lines(summary.requirements.iter().map(|state| RequirementPart::of(state, &requirements)))?;
        writeln!(self.output, "],\n  \"complete\": {}\n}}", summary.complete)?;
        self.output.flush()
    }

    /// The items of a list, each on a line of its own.
    fn lines(&mut self, items: impl Iterator<Item = impl Serialize>) -> io::Result<()> {
        for (index, item) in items.enumerate() {
            write!(self.output, "{}", if index == 0 { "\n    " } else { ",\n    " })?;
            self.value(&item)?;
        }
        write!(self.output, "\n  ")
    }

    fn value(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.buffer.clear();
        serde_json::to_writer(&mut self.buffer, value).map_err(io::Error::from)?;
        self.output.write_all(&self.buffer)
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
