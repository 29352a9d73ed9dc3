//! What a run came to: the one place that decides it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::choice::ChoiceState;
use crate::model::event::{Counts, RequirementState, State, Summary, TrialResult};
use crate::model::proof::Killer;
use crate::model::requirement::{Level, Requirement, RequirementId};
use crate::model::shard::Shard;
use crate::model::snapshot::SnapshotCounts;
use crate::model::verdict::{Conclusion, Finding, Rule, Verdict};

/// What the reason begins with that the target was left as it is.
pub(super) const UNCLEANED: &str = "the clean-up of the target failed";

/// Counts results as they come.
pub(super) struct Tally {
    counts: BTreeMap<Level, Counts>,
    requirements: Vec<RequirementState>,
    index: BTreeMap<RequirementId, usize>,
    broken_must: bool,
    unjudged_musts: usize,
    /// Trials with an answer that isn't as accepted.
    unlike: usize,
    /// Trials that conformed after they had violated.
    flaky: usize,
    choices: Vec<ChoiceState>,
    reasons: Vec<String>,
    stopped: bool,
    left_out: usize,
    left_out_musts: usize,
    /// Which part of a whole it counts, and how many trials that was to have.
    part: Option<(Shard, usize)>,
}

impl Tally {
    /// `choices` are those that are left to the target, none of them taken yet.
    pub(super) fn new(
        requirements: &[Requirement],
        choices: Vec<ChoiceState>,
        left_out: usize,
        left_out_musts: usize,
    ) -> Self {
        let requirements: Vec<RequirementState> = requirements
            .iter()
            .map(|requirement| RequirementState {
                id: requirement.id.clone(),
                level: requirement.level,
                state: if requirement.not_tested.is_some() { State::NotTested } else { State::Unverified },
                trials: Vec::new(),
                proven: None,
            })
            .collect();
        let index = requirements.iter().enumerate().map(|(index, state)| (state.id.clone(), index)).collect();
        Self {
            counts: BTreeMap::new(),
            requirements,
            index,
            broken_must: false,
            unjudged_musts: 0,
            unlike: 0,
            flaky: 0,
            choices,
            reasons: Vec::new(),
            stopped: false,
            left_out,
            left_out_musts,
            part: None,
        }
    }

    /// It is one part of several, with so many trials: the verdict is none of the whole.
    pub(super) fn is_part(&mut self, shard: Shard, planned: usize) {
        self.part = Some((shard, planned));
    }

    pub(super) fn add(&mut self, result: &TrialResult) {
        // A violation counts for the weightiest clause that it breaks, which may be that of an invariant.
        let broken = result.findings.iter().filter_map(|finding| self.index.get(&finding.requirement));
        let level = broken.map(|index| self.requirements[*index].level).min().unwrap_or(result.level);
        self.counts.entry(level).or_default().add(result.verdict);
        if result.verdict == Verdict::Inconclusive && result.level == Level::Must {
            self.unjudged_musts += 1;
        }
        self.flaky += usize::from(result.is_flaky());
        let id: Arc<str> = Arc::from(result.id.as_str());
        for chosen in &result.choices {
            if let Some(state) = self.choices.iter_mut().find(|state| state.choice == *chosen.choice) {
                state.add(&chosen.branch, &id);
            }
        }
        // An answer that isn't as accepted breaks no clause by that.
        let broken = result.findings.iter().filter(|finding| finding.rule != Rule::Snapshot);
        let unlike = result.findings.iter().any(|finding| finding.rule == Rule::Snapshot);
        if unlike {
            self.unlike += 1;
            self.broken_must |= result.level == Level::Must;
        }
        let held = result.keeps_the_contract();
        for requirement in &result.requirements {
            self.judged(requirement, &id, result, held);
        }
        for requirement in &result.invariants {
            self.judged(requirement, &id, result, true);
        }
        for finding in broken {
            self.judged(&finding.requirement, &id, result, false);
        }
    }

    /// A server that takes one branch here and another there breaks the clause of the choice.
    fn torn(&mut self) {
        for state in self.choices.iter().filter(|state| state.is_torn()) {
            let (clause, choice) = (&state.requirement, &state.choice);
            self.reasons.push(format!(
                "{clause}: the target takes several branches of the choice `{choice}`: {}",
                state.told()
            ));
            self.broken_must |= state.level == Level::Must;
            if let Some(index) = self.index.get(clause) {
                self.requirements[*index].state = State::Violated;
            }
        }
    }

    fn judged(&mut self, requirement: &RequirementId, id: &Arc<str>, result: &TrialResult, held: bool) {
        let Some(index) = self.index.get(requirement) else { return };
        let state = &mut self.requirements[*index];
        if state.trials.last().is_none_or(|last| *last != *id) {
            state.trials.push(Arc::clone(id));
        }
        let breaks = |finding: &Finding| finding.requirement == *requirement && finding.rule != Rule::Snapshot;
        if result.findings.iter().any(breaks) {
            state.state = State::Violated;
            self.broken_must |= state.level == Level::Must;
        } else if held && state.state == State::Unverified {
            state.state = State::Verified;
        }
    }

    /// Why not every trial was run.
    pub(super) fn stopped(&mut self, reason: &str) {
        self.stopped = true;
        self.reasons.push(reason.to_owned());
    }

    /// What else is worth knowing.
    pub(super) fn weighs(&mut self, reason: String) {
        self.reasons.push(reason);
    }

    /// What it all came to. A clause that was judged and held counts as verified only if a trial of it was seen to be
    /// able to fail.
    pub(super) fn summary(
        mut self,
        killer: &dyn Fn(&RequirementId) -> Option<Killer>,
        snapshots: Option<SnapshotCounts>,
    ) -> Summary {
        self.torn();
        let mut unproven = Vec::new();
        for requirement in &mut self.requirements {
            requirement.proven = killer(&requirement.id);
            if requirement.state == State::Verified && requirement.proven.is_none() {
                requirement.state = State::Unverified;
                unproven.push(requirement.id.clone());
            }
        }
        let mut total = Counts::default();
        self.counts.values().for_each(|counts| total += *counts);
        // The part of a small plan may have no trial at all; the others have the more.
        let empty = self.part.is_some_and(|(_, planned)| planned == 0);
        let nothing = total.conforms + total.violates == 0 && !empty;
        if nothing {
            self.reasons.push("nothing was judged".into());
        }
        if self.unjudged_musts > 0 {
            let plural = if self.unjudged_musts == 1 { "trial" } else { "trials" };
            self.reasons.push(format!("{} {plural} of a must could not be judged", self.unjudged_musts));
        }
        if self.unlike > 0 {
            let plural = if self.unlike == 1 { "trial has an answer" } else { "trials have answers" };
            self.reasons.push(format!("{} {plural} other than accepted", self.unlike));
        }
        if self.flaky > 0 {
            let plural = if self.flaky == 1 { "trial is flaky: it" } else { "trials are flaky: they" };
            self.reasons.push(format!("{} {plural} conformed only after having violated", self.flaky));
        }
        for unused in snapshots.iter().flat_map(|counts| &counts.unused) {
            self.reasons.push(format!("{unused} matched nothing to redact in any answer"));
            self.broken_must = true;
        }
        if self.left_out_musts > 0 {
            let plural = if self.left_out_musts == 1 { "trial of a must was" } else { "trials of a must were" };
            self.reasons.push(format!("partial: {} {plural} left out", self.left_out_musts));
        }
        let unjudged = self.unjudged_musts + self.left_out_musts;
        let incomplete = self.stopped || nothing || unjudged > 0;
        let conclusion = if self.broken_must {
            Conclusion::Violates
        } else if incomplete {
            Conclusion::Incomplete
        } else {
            Conclusion::Conforms
        };
        if let Some((shard, _)) = self.part {
            let word = if empty { "has no trial" } else { conclusion.word() };
            self.reasons.push(format!("{shard} {word}; `probity merge` gives the verdict of the whole"));
        }
        Summary {
            conclusion,
            complete: !self.stopped,
            counts: self.counts,
            requirements: self.requirements,
            unproven,
            snapshots,
            choices: self.choices,
            flaky: self.flaky,
            reasons: self.reasons,
            left_out: self.left_out,
        }
    }
}
