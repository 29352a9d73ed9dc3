//! What a run came to: the one place that decides it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::waiving::Waiving;
use crate::model::contract::Contract;
use crate::model::event::{Counts, RequirementState, State, Summary, TrialResult};
use crate::model::requirement::{Level, RequirementId};
use crate::model::snapshot::SnapshotCounts;
use crate::model::verdict::{Conclusion, Finding, Rule, Verdict};
use crate::model::waiver::{Proposal, WaiverOutcome, WaiverState};
use crate::plan::Plan;
use crate::prove::coverage::Coverage;

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
    reasons: Vec<String>,
    stopped: bool,
    left_out: usize,
}

impl Tally {
    /// Counts from nothing; where it is `strict`, a should decides like a must.
    pub(super) fn new(contract: &Contract, left_out: usize, strict: bool) -> Self {
        let requirements: Vec<RequirementState> = contract
            .requirements
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
            reasons: Vec::new(),
            stopped: false,
            left_out,
        }
    }

    pub(super) fn add(&mut self, result: &TrialResult) {
        // A violation counts for the weightiest clause that it breaks, which may be that of an invariant.
        let broken = result.findings.iter().filter_map(|finding| self.index.get(&finding.requirement));
        let level = broken.map(|index| self.requirements[*index].level).min().unwrap_or(result.level);
        let waived = result.waived();
        self.counts.entry(level).or_default().add(result.verdict, waived);
        let decides = self.decides(level) && waived.is_none();
        match result.verdict {
            Verdict::Violates => {
                self.broken |= decides;
                self.shoulds += usize::from(level == Level::Should && waived.is_none());
            }
            Verdict::Inconclusive if decides => *self.unjudged.entry(level).or_default() += 1,
            Verdict::Inconclusive | Verdict::Conforms | Verdict::Skipped => {}
        }
        let id: Arc<str> = Arc::from(result.id.as_str());
        // An answer that isn't as accepted breaks no clause by that.
        let broken = result.findings.iter().filter(|finding| finding.rule != Rule::Snapshot);
        let unlike = result.findings.iter().any(|finding| finding.rule == Rule::Snapshot);
        if unlike {
            self.unlike += 1;
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

    /// Whether what is of this level decides the verdict.
    fn decides(&self, level: Level) -> bool {
        match level {
            Level::Must => true,
            Level::Should => self.strict,
            Level::May => false,
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

    pub(super) fn failed_setup(&mut self, reason: &str) {
        self.stopped = true;
        self.reasons.push(format!("the set-up of the target failed: {reason}"));
    }

    pub(super) fn interrupted(&mut self) {
        self.stopped = true;
        self.reasons.push("the run was interrupted".into());
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

    /// What it all came to. A clause that was judged and held counts as verified only if a trial of it was seen to be
    /// able to fail.
    pub(super) fn summary(mut self, coverage: &Coverage<'_>, snapshots: Option<SnapshotCounts>) -> Summary {
        let mut unproven = Vec::new();
        for requirement in &mut self.requirements {
            requirement.proven = coverage.killer(&requirement.id).cloned();
            if requirement.state == State::Verified && requirement.proven.is_none() {
                requirement.state = State::Unverified;
                unproven.push(requirement.id.clone());
            }
        }
        let mut total = Counts::default();
        self.counts.values().for_each(|counts| total += *counts);
        if total.conforms + total.violates == 0 {
            self.reasons.push("nothing was judged".into());
        }
        for (level, count) in &self.unjudged {
            self.reasons.push(format!("{} of a {level} could not be judged", trials(*count)));
        }
        if self.unlike > 0 {
            let plural = if self.unlike == 1 { "trial has an answer" } else { "trials have answers" };
            self.reasons.push(format!("{} {plural} other than accepted", self.unlike));
        }
        for unused in snapshots.iter().flat_map(|counts| &counts.unused) {
            self.reasons.push(format!("{unused} matched nothing to redact in any answer"));
            self.broken = true;
        }
        if self.shoulds > 0 {
            let breaks = if self.shoulds == 1 { "breaks" } else { "break" };
            let means = if self.strict { "which counts: the run is strict" } else { "which warns" };
            self.reasons.push(format!("{} {breaks} a should, {means}", trials(self.shoulds)));
        }
        let stale = self.reasons_of_waivers();
        let incomplete = self.stopped || total.conforms + total.violates == 0 || !self.unjudged.is_empty();
        let conclusion = if self.broken {
            Conclusion::Violates
        } else if incomplete {
            Conclusion::Incomplete
        } else if stale {
            Conclusion::StaleWaivers
        } else {
            Conclusion::Conforms
        };
        Summary {
            conclusion,
            complete: !self.stopped,
            counts: self.counts,
            requirements: self.requirements,
            unproven,
            snapshots,
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
