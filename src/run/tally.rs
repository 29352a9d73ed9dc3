//! What a run came to: the one place that decides it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::waiving::Waiving;
use crate::model::choice::ChoiceState;
use crate::model::event::{Counts, RequirementState, State, Summary, TrialResult};
use crate::model::proof::Killer;
use crate::model::requirement::{Level, Requirement, RequirementId};
use crate::model::shard::Shard;
use crate::model::snapshot::SnapshotCounts;
use crate::model::verdict::{Conclusion, Finding, Rule, Verdict};
use crate::model::waiver::{Proposal, WaiverOutcome, WaiverState};
use crate::plan::Plan;

/// What the reason begins with that the target was left as it is.
pub(super) const UNCLEANED: &str = "the clean-up of the target failed";

/// So many lines of waivers are named among the reasons; reports have all of them.
const MOST_FAULTS: usize = 12;

/// Counts results as they come.
pub(super) struct Tally {
    counts: BTreeMap<Level, Counts>,
    requirements: Vec<RequirementState>,
    index: BTreeMap<RequirementId, usize>,
    strict: bool,
    /// Whether something that decides the verdict is broken.
    broken: bool,
    /// Trials that decide the verdict and could not be judged, by their level.
    unjudged: BTreeMap<Level, usize>,
    /// Trials that break a should and no must.
    shoulds: usize,
    waivers: Option<Vec<WaiverOutcome>>,
    proposals: Vec<Proposal>,
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
    /// `choices` are those that are left to the target, none of them taken yet; where it is `strict`, a should decides
    /// like a must.
    pub(super) fn new(
        requirements: &[Requirement],
        choices: Vec<ChoiceState>,
        left_out: usize,
        left_out_musts: usize,
        strict: bool,
    ) -> Self {
        let requirements: Vec<RequirementState> = requirements
            .iter()
            .map(|requirement| RequirementState {
                id: requirement.id.clone(),
                level: requirement.level,
                state: if requirement.not_tested.is_some() { State::NotTested } else { State::Unverified },
                trials: Vec::new(),
                proven: None,
                waived: false,
            })
            .collect();
        let index = requirements.iter().enumerate().map(|(index, state)| (state.id.clone(), index)).collect();
        Self {
            counts: BTreeMap::new(),
            requirements,
            index,
            strict,
            broken: false,
            unjudged: BTreeMap::new(),
            shoulds: 0,
            waivers: None,
            proposals: Vec::new(),
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
        let level = result.weightiest(|id| self.index.get(id).map(|index| self.requirements[*index].level));
        let waived = result.waived();
        self.counts.entry(level).or_default().add(result.verdict, waived);
        let decides = level.decides(self.strict) && waived.is_none();
        match result.verdict {
            Verdict::Violates => {
                self.broken |= decides;
                self.shoulds += usize::from(level == Level::Should && waived.is_none());
            }
            Verdict::Inconclusive if decides => *self.unjudged.entry(level).or_default() += 1,
            Verdict::Inconclusive | Verdict::Conforms | Verdict::Skipped => {}
        }
        self.flaky += usize::from(result.is_flaky());
        let id = Arc::clone(&result.id);
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
        }
        let held = result.keeps_the_contract();
        for requirement in result.requirements.iter() {
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
            self.broken |= state.level.decides(self.strict);
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
            state.waived = result.waived().is_some() && (state.waived || state.state != State::Violated);
            state.state = State::Violated;
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

    /// Takes note of what became of the waivers, which is known when everything that runs was judged.
    pub(super) fn waived(&mut self, waiving: Waiving<'_>, plan: &Plan) {
        // What could not be judged may be what a waiver is for.
        let complete = !self.stopped && self.unjudged.is_empty();
        if waiving.shrinks() && !complete {
            self.reasons.push("the file of waivers is left as it is: the run is incomplete".into());
        }
        (self.waivers, self.proposals) = waiving.outcome(plan, complete);
    }

    /// Takes over what the parts of a run found out about the waivers.
    pub(super) fn waived_in_parts(&mut self, waivers: Option<Vec<WaiverOutcome>>, proposals: Vec<Proposal>) {
        self.waivers = waivers;
        self.proposals = proposals;
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
        for (level, count) in &self.unjudged {
            self.reasons.push(format!("{} of a {level} could not be judged", trials(*count)));
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
            self.broken = true;
        }
        if self.left_out_musts > 0 {
            let plural = if self.left_out_musts == 1 { "trial of a must was" } else { "trials of a must were" };
            self.reasons.push(format!("{} {plural} left out", self.left_out_musts));
        }
        if self.shoulds > 0 {
            let breaks = if self.shoulds == 1 { "breaks" } else { "break" };
            let means = if self.strict { "which counts: the run is strict" } else { "which warns" };
            self.reasons.push(format!("{} {breaks} a should, {means}", trials(self.shoulds)));
        }
        let stale = self.reasons_of_waivers();
        let unjudged = self.stopped || nothing || !self.unjudged.is_empty();
        let partial = !self.broken && !unjudged && self.left_out_musts > 0;
        let incomplete = unjudged || partial;
        let conclusion = if self.broken {
            Conclusion::Violates
        } else if incomplete {
            Conclusion::Incomplete
        } else if stale {
            Conclusion::StaleWaivers
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
            partial,
            reasons: self.reasons,
            left_out: self.left_out,
            strict: self.strict,
            warnings: if self.strict { 0 } else { self.shoulds },
            waivers: self.waivers,
            proposals: self.proposals,
        }
    }

    /// Says which lines of the waivers are to be mended, and whether there are any.
    fn reasons_of_waivers(&mut self) -> bool {
        let outcomes = self.waivers.iter().flatten();
        let stale: Vec<&WaiverOutcome> = outcomes.filter(|outcome| outcome.state == WaiverState::Stale).collect();
        let faults = stale.iter().flat_map(|outcome| {
            let file = &outcome.waiver.place.file.path;
            outcome.faults.iter().map(move |fault| format!("{file}:{}: {}", fault.line, fault.text))
        });
        let faults: Vec<String> = faults.collect();
        if !stale.is_empty() {
            let count = if stale.len() == 1 { "1 waiver is".into() } else { format!("{} waivers are", stale.len()) };
            self.reasons.push(format!("{count} stale"));
        }
        let more = faults.len().saturating_sub(MOST_FAULTS);
        self.reasons.extend(faults.into_iter().take(MOST_FAULTS));
        if more > 0 {
            self.reasons.push(format!("and {more} more lines of waivers to mend"));
        }
        !stale.is_empty()
    }
}

fn trials(count: usize) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} trial{plural}")
}
