//! The parts of a report besides its trials.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::choice::{BranchState, ChoiceState};
use crate::model::event::{Counts, MatrixShape, RequirementState, RunStarted, Summary};
use crate::model::proof::Killer;
use crate::model::requirement::Requirement;
use crate::model::snapshot::RedactionUse;

#[derive(Serialize)]
pub(in crate::report) struct Tool {
    name: &'static str,
    version: &'static str,
}

impl Tool {
    pub(in crate::report) const THIS: Self = Self { name: "probity", version: env!("CARGO_PKG_VERSION") };
}

#[derive(Serialize)]
pub(in crate::report) struct ContractPart<'a> {
    name: &'a str,
    version: &'a str,
    digest: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<&'a str>,
}

impl<'a> ContractPart<'a> {
    pub(in crate::report) fn of(run: &'a RunStarted) -> Self {
        let folder = run.folder.as_deref();
        Self { name: &run.contract, version: &run.contract_version, digest: &run.digest, folder }
    }
}

#[derive(Serialize)]
pub(in crate::report) struct TargetPart<'a> {
    name: &'a str,
    version: Option<&'a str>,
    services: &'a BTreeMap<String, String>,
}

impl<'a> TargetPart<'a> {
    pub(in crate::report) fn of(run: &'a RunStarted) -> Self {
        Self { name: &run.target, version: run.target_version.as_deref(), services: &run.services }
    }
}

#[derive(Serialize)]
pub(in crate::report) struct PlanPart<'a> {
    trials: usize,
    left_out: usize,
    notes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<ShardPart<'a>>,
}

/// Which part of a whole a run is.
#[derive(Serialize)]
struct ShardPart<'a> {
    index: u32,
    count: u32,
    whole: usize,
    selection: &'a str,
    left_out_musts: usize,
}

impl<'a> PlanPart<'a> {
    pub(in crate::report) fn of(run: &'a RunStarted) -> Self {
        let shard = run.sharding.as_ref().map(|sharding| ShardPart {
            index: sharding.shard.index,
            count: sharding.shard.count,
            whole: sharding.whole,
            selection: &sharding.selection,
            left_out_musts: sharding.left_out_musts,
        });
        Self { trials: run.trials, left_out: run.left_out, notes: &run.notes, shard }
    }
}

#[derive(Serialize)]
pub(in crate::report) struct MatrixPart<'a> {
    suite: &'a str,
    case: &'a str,
    title: Option<&'a str>,
    axes: Vec<AxisPart<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<usize>,
}

#[derive(Serialize)]
struct AxisPart<'a> {
    axis: &'a str,
    values: &'a [String],
}

impl<'a> MatrixPart<'a> {
    pub(in crate::report) fn of(shape: &'a MatrixShape) -> Self {
        Self {
            suite: &shape.suite,
            case: &shape.case,
            title: shape.title.as_deref(),
            axes: shape.axes.iter().map(|(axis, values)| AxisPart { axis, values }).collect(),
            position: shape.position,
        }
    }
}

/// A choice that is left to the target.
#[derive(Serialize)]
pub(in crate::report) struct ChoicePart<'s> {
    choice: &'s str,
    title: &'s str,
    requirement: &'s str,
    level: &'s str,
    torn: bool,
    branches: Vec<BranchPart<'s>>,
}

#[derive(Serialize)]
struct BranchPart<'s> {
    branch: &'s str,
    trials: usize,
    first: Option<&'s str>,
}

impl<'s> ChoicePart<'s> {
    pub(in crate::report) fn of(state: &'s ChoiceState) -> Self {
        let branch =
            |one: &'s BranchState| BranchPart { branch: &one.branch, trials: one.trials, first: one.first.as_deref() };
        Self {
            choice: &state.choice,
            title: &state.title,
            requirement: &state.requirement.0,
            level: state.level.word(),
            torn: state.is_torn(),
            branches: state.branches.iter().map(branch).collect(),
        }
    }
}

#[derive(Serialize)]
pub(in crate::report) struct SummaryPart<'s> {
    trials: usize,
    conforms: usize,
    violates: usize,
    inconclusive: usize,
    skipped: usize,
    waived: usize,
    flaky: usize,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    partial: bool,
    disputed: usize,
    warnings: usize,
    strict: bool,
    left_out: usize,
    levels: BTreeMap<&'static str, CountsPart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshots: Option<SnapshotsPart<'s>>,
}

#[derive(Serialize)]
struct CountsPart {
    conforms: usize,
    violates: usize,
    inconclusive: usize,
    skipped: usize,
    waived: usize,
    disputed: usize,
}

impl CountsPart {
    fn of(counts: &Counts) -> Self {
        Self {
            conforms: counts.conforms,
            violates: counts.violates,
            inconclusive: counts.inconclusive,
            skipped: counts.skipped,
            waived: counts.waived,
            disputed: counts.disputed,
        }
    }
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    redactions: Vec<RedactionPart<'s>>,
}

/// What a part of a run found of a redaction.
#[derive(Serialize)]
struct RedactionPart<'s> {
    file: &'s str,
    line: usize,
    column: usize,
    redacts: &'s str,
    state: &'static str,
}

impl<'s> RedactionPart<'s> {
    fn of(one: &'s RedactionUse) -> Self {
        let RedactionUse { file, line, column, part, state } = one;
        Self { file, line: *line, column: *column, redacts: part, state: state.word() }
    }
}

impl<'s> SummaryPart<'s> {
    pub(in crate::report) fn of(summary: &'s Summary) -> Self {
        let total = summary.total();
        Self {
            trials: total.total(),
            conforms: total.conforms,
            violates: total.violates,
            inconclusive: total.inconclusive,
            skipped: total.skipped,
            waived: total.waived,
            disputed: total.disputed,
            warnings: summary.warnings,
            strict: summary.strict,
            flaky: summary.flaky,
            partial: summary.partial,
            left_out: summary.left_out,
            levels: summary.counts.iter().map(|(level, counts)| (level.word(), CountsPart::of(counts))).collect(),
            snapshots: summary.snapshots.as_ref().map(|counts| SnapshotsPart {
                same: counts.same,
                changed: counts.changed,
                missing: counts.missing,
                pending: counts.pending,
                accepted: &counts.accepted,
                orphans: &counts.orphans,
                unused: &counts.unused,
                redactions: counts.redactions.iter().map(RedactionPart::of).collect(),
            }),
        }
    }
}

/// The altered answer that shows that a clause is really judged.
#[derive(Serialize)]
pub(in crate::report) struct KillerPart<'a> {
    trial: &'a str,
    operator: &'a str,
    at: &'a str,
}

impl<'a> KillerPart<'a> {
    pub(in crate::report) fn of(killer: &'a Killer) -> Self {
        Self { trial: &killer.trial, operator: killer.operator.slug(), at: &killer.part }
    }
}

/// Where a clause comes from.
#[derive(Serialize)]
pub(in crate::report) struct SourcePart<'a> {
    document: &'a str,
    section: &'a str,
}

/// What a clause is, whatever is found out about it.
#[derive(Serialize)]
pub(in crate::report) struct ClausePart<'a> {
    says: &'a str,
    source: SourcePart<'a>,
    reading: Option<&'a str>,
    not_tested: Option<&'a str>,
    file: &'a str,
    line: usize,
}

impl<'a> ClausePart<'a> {
    pub(in crate::report) fn of(requirement: &'a Requirement) -> Self {
        Self {
            says: &requirement.says,
            source: SourcePart { document: &requirement.document, section: &requirement.section },
            reading: requirement.reading.as_deref(),
            not_tested: requirement.not_tested.as_deref(),
            file: &requirement.place.file.path,
            line: requirement.place.line(),
        }
    }
}

#[derive(Serialize)]
pub(in crate::report) struct RequirementPart<'a> {
    id: &'a str,
    level: &'a str,
    state: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    waived: bool,
    trials: Vec<&'a str>,
    proven_by: Option<KillerPart<'a>>,
    #[serde(flatten)]
    clause: Option<ClausePart<'a>>,
}

impl<'a> RequirementPart<'a> {
    /// The state of a requirement, which is one of those given.
    pub(in crate::report) fn of(state: &'a RequirementState, requirements: &'a [Requirement]) -> Self {
        Self {
            id: &state.id.0,
            level: state.level.word(),
            state: state.state.word(),
            waived: state.waived,
            trials: state.trials.iter().map(AsRef::as_ref).collect(),
            proven_by: state.proven.as_ref().map(KillerPart::of),
            clause: requirements.iter().find(|one| one.id == state.id).map(ClausePart::of),
        }
    }
}
