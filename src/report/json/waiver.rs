//! Waivers, what became of them, and entries for what isn't waived.

use serde::Serialize;

use crate::model::waiver::{Fault, Proposal, Waiver, WaiverOutcome};

#[derive(Serialize)]
pub(in crate::report) struct WaiverPart<'a> {
    kind: &'a str,
    reason: &'a str,
    owner: &'a str,
    expires: String,
    link: Option<&'a str>,
    trials: &'a [String],
    finding: &'a str,
    covers: Option<usize>,
    file: &'a str,
    line: usize,
}

impl<'a> WaiverPart<'a> {
    pub(in crate::report) fn of(waiver: &'a Waiver) -> Self {
        Self {
            kind: waiver.kind.word(),
            reason: &waiver.reason,
            owner: &waiver.owner,
            expires: waiver.expires.to_string(),
            link: waiver.link.as_deref(),
            trials: &waiver.trials,
            finding: &waiver.finding,
            covers: waiver.covers,
            file: &waiver.place.file.path,
            line: waiver.place.line(),
        }
    }
}

/// A waiver and what became of it.
#[derive(Serialize)]
pub(in crate::report) struct WaiverOutcomePart<'a> {
    #[serde(flatten)]
    waiver: WaiverPart<'a>,
    state: &'a str,
    waived: &'a [String],
    faults: Vec<FaultPart<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct FaultPart<'a> {
    line: usize,
    text: &'a str,
}

impl<'a> WaiverOutcomePart<'a> {
    pub(in crate::report) fn of(outcome: &'a WaiverOutcome) -> Self {
        let fault = |Fault { line, text }: &'a Fault| FaultPart { line: *line, text };
        Self {
            waiver: WaiverPart::of(&outcome.waiver),
            state: outcome.state.word(),
            waived: &outcome.waived,
            faults: outcome.faults.iter().map(fault).collect(),
            notes: &outcome.notes,
        }
    }
}

#[derive(Serialize)]
pub(in crate::report) struct ProposalPart<'a> {
    trials: &'a [String],
    finding: &'a str,
    covers: usize,
    requirement: &'a str,
    level: &'a str,
    message: &'a str,
}

impl<'a> ProposalPart<'a> {
    pub(in crate::report) fn of(proposal: &'a Proposal) -> Self {
        Self {
            trials: &proposal.trials,
            finding: &proposal.finding,
            covers: proposal.covers,
            requirement: &proposal.requirement.0,
            level: proposal.level.word(),
            message: &proposal.message,
        }
    }
}
