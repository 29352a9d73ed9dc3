//! What stands around the trials of a report.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, SeqAccess, Visitor};

use super::choice::ChoiceForm;
use super::place::place;
use super::waiver::{ProposalForm, WaiverOutcomeForm};
use super::word;
use crate::model::event::{Counts, MatrixShape, RequirementState, RunStarted, State, Summary};
use crate::model::mutant::Operator;
use crate::model::proof::Killer;
use crate::model::requirement::{Level, Requirement, RequirementId};
use crate::model::shard::{Shard, Sharding};
use crate::model::snapshot::{RedactionUse, SnapshotCounts, UseState};
use crate::model::verdict::Conclusion;

#[derive(Deserialize)]
pub(super) struct Frame {
    pub(super) format: String,
    contract: ContractForm,
    target: TargetForm,
    plan: PlanForm,
    matrices: Vec<MatrixForm>,
    // They are read in their own time; they have to be there.
    #[serde(rename = "trials")]
    present: Counted,
    #[serde(deserialize_with = "word::conclusion")]
    verdict: Conclusion,
    reasons: Vec<String>,
    summary: SummaryForm,
    unproven: Vec<String>,
    #[serde(default)]
    choices: Vec<ChoiceForm>,
    waivers: Option<Vec<WaiverOutcomeForm>>,
    #[serde(default)]
    proposals: Vec<ProposalForm>,
    requirements: Vec<RequirementForm>,
    complete: bool,
}

#[derive(Deserialize)]
struct ContractForm {
    name: String,
    version: String,
    digest: String,
    #[serde(default)]
    folder: Option<String>,
}

#[derive(Deserialize)]
struct TargetForm {
    name: String,
    version: Option<String>,
    services: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct PlanForm {
    trials: usize,
    left_out: usize,
    notes: Vec<String>,
    #[serde(rename = "shard")]
    sharding: Option<ShardForm>,
}

#[derive(Deserialize)]
#[serde(try_from = "ShardMembers")]
struct ShardForm(Sharding);

#[derive(Deserialize)]
struct ShardMembers {
    index: u32,
    count: u32,
    whole: usize,
    selection: String,
    left_out_musts: usize,
}

#[derive(Deserialize)]
struct MatrixForm {
    suite: String,
    case: String,
    title: Option<String>,
    axes: Vec<AxisForm>,
    position: Option<usize>,
}

#[derive(Deserialize)]
struct AxisForm {
    axis: String,
    values: Vec<String>,
}

#[derive(Deserialize)]
struct SummaryForm {
    /// Reports of earlier versions don't say it; nothing was tried again then.
    #[serde(default)]
    flaky: usize,
    #[serde(default)]
    partial: bool,
    left_out: usize,
    #[serde(default)]
    warnings: usize,
    #[serde(default)]
    strict: bool,
    levels: LevelsForm,
    snapshots: Option<SnapshotsForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelsForm {
    must: Option<CountsForm>,
    should: Option<CountsForm>,
    may: Option<CountsForm>,
}

#[derive(Clone, Copy, Deserialize)]
struct CountsForm {
    conforms: usize,
    violates: usize,
    inconclusive: usize,
    skipped: usize,
    #[serde(default)]
    waived: usize,
    #[serde(default)]
    disputed: usize,
}

#[derive(Deserialize)]
struct SnapshotsForm {
    same: usize,
    changed: usize,
    missing: usize,
    pending: usize,
    accepted: Vec<String>,
    orphans: Vec<String>,
    unused: Vec<String>,
    #[serde(default)]
    redactions: Vec<RedactionForm>,
}

#[derive(Deserialize)]
struct RedactionForm {
    file: String,
    line: usize,
    column: usize,
    redacts: String,
    #[serde(deserialize_with = "word::use_state")]
    state: UseState,
}

/// A requirement with its state.
#[derive(Deserialize)]
#[serde(try_from = "RequirementMembers")]
struct RequirementForm {
    requirement: Requirement,
    state: State,
    waived: bool,
    trials: Vec<Arc<str>>,
    proven: Option<Killer>,
}

#[derive(Deserialize)]
struct RequirementMembers {
    id: String,
    #[serde(deserialize_with = "word::level")]
    level: Level,
    #[serde(deserialize_with = "word::state")]
    state: State,
    #[serde(default)]
    waived: bool,
    trials: Vec<String>,
    proven_by: Option<KillerForm>,
    says: String,
    source: SourceForm,
    reading: Option<String>,
    not_tested: Option<String>,
    file: String,
    line: usize,
}

#[derive(Deserialize)]
struct SourceForm {
    document: String,
    section: String,
}

#[derive(Deserialize)]
struct KillerForm {
    trial: String,
    #[serde(deserialize_with = "word::operator")]
    operator: Operator,
    at: String,
}

impl TryFrom<RequirementMembers> for RequirementForm {
    type Error = serde_json::Error;

    fn try_from(members: RequirementMembers) -> Result<Self, Self::Error> {
        let place = place(members.file, members.line, 1, "", 0).map_err(Self::Error::custom)?;
        let SourceForm { document, section } = members.source;
        let killer = |KillerForm { trial, operator, at }| Killer { trial, operator, part: at };
        Ok(Self {
            requirement: Requirement {
                id: RequirementId(members.id.into()),
                level: members.level,
                document,
                section,
                says: members.says,
                reading: members.reading,
                not_tested: members.not_tested,
                place,
            },
            state: members.state,
            waived: members.waived && members.state == State::Violated,
            trials: members.trials.into_iter().map(Arc::from).collect(),
            proven: members.proven_by.map(killer),
        })
    }
}

/// How many items a list has, whatever they are.
struct Counted(usize);

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items;

        impl<'de> Visitor<'de> for Items {
            type Value = Counted;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list of trials")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Counted, A::Error> {
                let mut count = 0;
                while items.next_element::<IgnoredAny>()?.is_some() {
                    count += 1;
                }
                Ok(Counted(count))
            }
        }

        deserializer.deserialize_seq(Items)
    }
}

impl Frame {
    /// How many trials the report has, and how many it should have, if these aren't the same.
    pub(super) fn lost(&self) -> Option<(usize, usize)> {
        let (present, planned) = (self.present.0, self.plan.trials);
        (self.complete && present != planned).then_some((present, planned))
    }

    pub(super) fn started(&self) -> RunStarted {
        let shape = |one: &MatrixForm| MatrixShape {
            suite: one.suite.clone(),
            case: one.case.clone(),
            title: one.title.clone(),
            axes: one.axes.iter().map(|axis| (axis.axis.clone(), axis.values.clone())).collect(),
            position: one.position,
        };
        RunStarted {
            contract: self.contract.name.clone(),
            contract_version: self.contract.version.clone(),
            digest: self.contract.digest.clone(),
            folder: self.contract.folder.clone(),
            target: self.target.name.clone(),
            target_version: self.target.version.clone(),
            services: self.target.services.clone(),
            trials: self.plan.trials,
            left_out: self.plan.left_out,
            sharding: self.plan.sharding.as_ref().map(|form| form.0.clone()),
            notes: self.plan.notes.clone(),
            requirements: Arc::new(self.requirements.iter().map(|one| one.requirement.clone()).collect()),
            matrices: Arc::new(self.matrices.iter().map(shape).collect()),
        }
    }

    pub(super) fn summary(&self) -> Summary {
        let levels = &self.summary.levels;
        let counts = [(Level::Must, levels.must), (Level::Should, levels.should), (Level::May, levels.may)];
        let snapshots = self.summary.snapshots.as_ref().map(|counts| SnapshotCounts {
            same: counts.same,
            changed: counts.changed,
            missing: counts.missing,
            pending: counts.pending,
            accepted: counts.accepted.clone(),
            orphans: counts.orphans.clone(),
            unused: counts.unused.clone(),
            redactions: counts.redactions.iter().map(RedactionForm::found).collect(),
        });
        Summary {
            conclusion: self.verdict,
            complete: self.complete,
            counts: counts.into_iter().filter_map(|(level, counts)| Some((level, counts?.counts()))).collect(),
            requirements: self.requirements.iter().map(RequirementForm::state).collect(),
            unproven: self.unproven.iter().map(|id| RequirementId(id.as_str().into())).collect(),
            snapshots,
            choices: self.choices.iter().map(ChoiceForm::state).collect(),
            flaky: self.summary.flaky,
            partial: self.summary.partial,
            reasons: self.reasons.clone(),
            left_out: self.summary.left_out,
            strict: self.summary.strict,
            warnings: self.summary.warnings,
            waivers: self.waivers.as_ref().map(|all| all.iter().map(WaiverOutcomeForm::outcome).collect()),
            proposals: self.proposals.iter().map(ProposalForm::proposal).collect(),
        }
    }
}

impl TryFrom<ShardMembers> for ShardForm {
    type Error = String;

    fn try_from(members: ShardMembers) -> Result<Self, String> {
        let ShardMembers { index, count, whole, selection, left_out_musts } = members;
        Ok(Self(Sharding { shard: Shard::new(index, count)?, whole, selection, left_out_musts }))
    }
}

impl RedactionForm {
    fn found(&self) -> RedactionUse {
        RedactionUse {
            file: self.file.clone(),
            line: self.line,
            column: self.column,
            part: self.redacts.clone(),
            state: self.state,
        }
    }
}

impl CountsForm {
    fn counts(self) -> Counts {
        let Self { conforms, violates, inconclusive, skipped, waived, disputed } = self;
        // Readers subtract one from the other.
        let waived = waived.min(violates);
        Counts { conforms, violates, inconclusive, skipped, waived, disputed: disputed.min(waived) }
    }
}

impl RequirementForm {
    fn state(&self) -> RequirementState {
        RequirementState {
            id: self.requirement.id.clone(),
            level: self.requirement.level,
            state: self.state,
            trials: self.trials.clone(),
            proven: self.proven.clone(),
            waived: self.waived,
        }
    }
}
