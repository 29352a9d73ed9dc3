//! The data of the page. It is read by the page's own script alone, and no promise to anybody else.

use std::collections::HashMap;

use serde::Serialize;

use crate::model::event::{RequirementState, RunStarted, Summary, TrialResult};
use crate::model::requirement::{Requirement, RequirementId};
use crate::model::waiver::WaiverKind;
use crate::report::json::part::{
    ChoicePart, ClausePart, ContractPart, KillerPart, MatrixPart, PlanPart, SummaryPart, TargetPart, Tool,
};
use crate::report::json::trial::milliseconds;
use crate::report::json::waiver::WaiverOutcomePart;

#[derive(Serialize)]
pub(super) struct RunPart<'a> {
    tool: Tool,
    contract: ContractPart<'a>,
    target: TargetPart<'a>,
    plan: PlanPart<'a>,
    matrices: Vec<MatrixPart<'a>>,
    clauses: Vec<Clause<'a>>,
}

impl<'a> RunPart<'a> {
    pub(super) fn of(run: &'a RunStarted) -> Self {
        Self {
            tool: Tool::THIS,
            contract: ContractPart::of(run),
            target: TargetPart::of(run),
            plan: PlanPart::of(run),
            matrices: run.matrices.iter().map(MatrixPart::of).collect(),
            clauses: run.requirements.iter().map(Clause::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct Clause<'a> {
    id: &'a str,
    level: &'a str,
    #[serde(flatten)]
    wording: ClausePart<'a>,
}

impl<'a> Clause<'a> {
    fn of(requirement: &'a Requirement) -> Self {
        Self { id: &requirement.id.0, level: requirement.level.word(), wording: ClausePart::of(requirement) }
    }
}

/// What lists and grids show of a trial. Clauses are numbers: where they stand in the list of clauses.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    id: &'a str,
    suite: &'a str,
    case: &'a str,
    level: &'a str,
    verdict: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    waived: Option<&'a str>,
    /// In milliseconds: the trial, then each of its exchanges.
    times: Vec<f64>,
    cites: Vec<usize>,
    /// What was judged besides.
    along: Vec<usize>,
    breaks: Vec<usize>,
    /// The first thing that is to be said of it.
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cell: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sees: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    withholds: bool,
}

impl<'a> Row<'a> {
    pub(super) fn of(result: &'a TrialResult, clauses: &HashMap<RequirementId, usize>) -> Self {
        let numbers = |ids: &mut dyn Iterator<Item = &RequirementId>| {
            let mut numbers: Vec<usize> = ids.filter_map(|id| clauses.get(id).copied()).collect();
            numbers.sort_unstable();
            numbers.dedup();
            numbers
        };
        let durations = std::iter::once(result.duration).chain(result.exchanges.iter().map(|one| one.duration));
        let first = result.findings.first().map(|finding| finding.message.as_str());
        Self {
            id: &result.id,
            suite: &result.suite,
            case: &result.case,
            level: result.level.word(),
            verdict: result.verdict.word(),
            waived: result.waived().map(WaiverKind::word),
            times: durations.map(milliseconds).collect(),
            cites: numbers(&mut result.requirements.iter()),
            along: numbers(&mut result.invariants.iter()),
            breaks: numbers(&mut result.findings.iter().map(|finding| &finding.requirement)),
            message: first.or_else(|| result.notes.first().map(String::as_str)),
            cell: result.cell.as_ref().map(|cell| cell.values.as_slice()),
            sees: result.cell.as_ref().map(|cell| cell.outcome.as_str()),
            withholds: result.cell.as_ref().is_some_and(|cell| cell.denial),
        }
    }
}

#[derive(Serialize)]
pub(super) struct EndPart<'a> {
    verdict: &'a str,
    complete: bool,
    reasons: &'a [String],
    summary: SummaryPart<'a>,
    unproven: Vec<&'a str>,
    choices: Vec<ChoicePart<'a>>,
    waivers: Vec<WaiverOutcomePart<'a>>,
    /// In the order of the list of clauses.
    clauses: Vec<ClauseState<'a>>,
}

#[derive(Serialize)]
struct ClauseState<'a> {
    state: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    waived: bool,
    proven_by: Option<KillerPart<'a>>,
}

impl<'a> EndPart<'a> {
    pub(super) fn of(summary: &'a Summary) -> Self {
        Self {
            verdict: summary.conclusion.word(),
            complete: summary.complete,
            reasons: &summary.reasons,
            summary: SummaryPart::of(summary),
            unproven: summary.unproven.iter().map(|id| &*id.0).collect(),
            choices: summary.choices.iter().map(ChoicePart::of).collect(),
            waivers: summary.waivers.iter().flatten().map(WaiverOutcomePart::of).collect(),
            clauses: summary.requirements.iter().map(ClauseState::of).collect(),
        }
    }
}

impl<'a> ClauseState<'a> {
    fn of(requirement: &'a RequirementState) -> Self {
        Self {
            state: requirement.state.word(),
            waived: requirement.waived,
            proven_by: requirement.proven.as_ref().map(KillerPart::of),
        }
    }
}
