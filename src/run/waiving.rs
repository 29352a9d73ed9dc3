//! Which violations are waived, and which waivers aren't, or aren't any more, as they say.

use std::sync::Arc;

use jiff::civil::Date;

use super::proposal::Proposals;
use crate::model::contract::Contract;
use crate::model::event::TrialResult;
use crate::model::verdict::{Finding, Verdict};
use crate::model::waiver::{Fault, MOST_COVERED, Proposal, Waiver, WaiverOutcome, WaiverState};
use crate::plan::{self, Pattern, Plan, Trial};

/// The waivers of a target, and what is known of them before anything is judged.
#[derive(Clone, Debug)]
pub struct Waivers {
    entries: Vec<Entry>,
    /// The day on which they are judged (UTC).
    today: Date,
    /// Whether those that waive nothing any more are to be taken out of their file.
    shrinks: bool,
}

#[derive(Clone, Debug)]
struct Entry {
    waiver: Arc<Waiver>,
    patterns: Vec<Pattern>,
    /// How many trials of the contract its patterns mean.
    covered: usize,
    /// The patterns that mean none: which they are, and what each was most likely meant to be.
    idle: Vec<(usize, Option<String>)>,
}

impl Waivers {
    /// The waivers, by a plan of which nothing is left out.
    #[must_use]
    pub fn new(waivers: &[Arc<Waiver>], whole: &Plan, today: Date, shrinks: bool) -> Self {
        let entry = |waiver: &Arc<Waiver>| {
            let patterns: Vec<Pattern> = waiver.trials.iter().map(|text| Pattern::new(text)).collect();
            let covered = whole.trials.iter().filter(|trial| means(&patterns, trial)).count();
            let idle = patterns
                .iter()
                .enumerate()
                .filter(|(_, pattern)| !whole.trials.iter().any(|trial| plan::matches(pattern, trial)));
            let near = |pattern| plan::nearest(pattern, &whole.trials).map(str::to_owned);
            let idle = idle.map(|(index, pattern)| (index, near(pattern))).collect();
            Entry { waiver: Arc::clone(waiver), patterns, covered, idle }
        };
        Self { entries: waivers.iter().map(entry).collect(), today, shrinks }
    }

    /// Whether any of them is about this trial.
    pub(super) fn cover(&self, trial: &Trial) -> bool {
        self.entries.iter().any(|entry| means(&entry.patterns, trial))
    }
}

fn means(patterns: &[Pattern], trial: &Trial) -> bool {
    patterns.iter().any(|pattern| plan::matches(pattern, trial))
}

/// What came of the trials that one waiver covers.
#[derive(Default)]
struct Fate {
    /// Trials with its finding.
    found: usize,
    waived: Vec<String>,
    conforming: Vec<String>,
    /// Trials that violate without its finding, each with the fingerprint of what it has instead.
    otherwise: Vec<(String, String)>,
    unjudged: Vec<(String, Verdict)>,
}

impl Fate {
    fn is_judged(&self) -> bool {
        self.found > 0 || !self.conforming.is_empty() || !self.otherwise.is_empty()
    }

    /// What is to be done about trials that conform, of which this is the first.
    fn conforming(&self, first: &str) -> String {
        let (conforming, others) = (self.conforming.len(), self.found + self.otherwise.len() + self.unjudged.len());
        match (conforming, others) {
            (1, 0) => format!("{first} conforms; remove the entry"),
            (_, 0) => format!("all {conforming} trials conform, such as {first}; remove the entry"),
            _ => format!("{first}{} conforms; let `trials` mean the others only", and_more(conforming - 1)),
        }
    }
}

/// Waives violations as results come in.
pub(super) struct Waiving<'a> {
    waivers: Option<&'a Waivers>,
    contract: &'a Contract,
    fates: Vec<Fate>,
    proposals: Proposals,
}

impl<'a> Waiving<'a> {
    pub(super) fn new(waivers: Option<&'a Waivers>, contract: &'a Contract) -> Self {
        let entries = waivers.map_or(0, |waivers| waivers.entries.len());
        let fates = (0..entries).map(|_| Fate::default()).collect();
        Self { waivers, contract, fates, proposals: Proposals::default() }
    }

    /// Notes in the result by what its violation is waived, if each of its findings is.
    pub(super) fn consider(&mut self, trial: &Trial, result: &mut TrialResult) {
        let prints: Vec<String> = result.findings.iter().map(Finding::fingerprint).collect();
        let entries = self.waivers.map_or(&[][..], |waivers| &waivers.entries);
        let covering: Vec<usize> = (0..entries.len()).filter(|index| means(&entries[*index].patterns, trial)).collect();
        for index in &covering {
            let (fate, wanted) = (&mut self.fates[*index], &entries[*index].waiver.finding);
            let id = result.id.to_string();
            match result.verdict {
                Verdict::Conforms => fate.conforming.push(id),
                Verdict::Inconclusive | Verdict::Skipped => fate.unjudged.push((id, result.verdict)),
                Verdict::Violates if prints.contains(wanted) => fate.found += 1,
                Verdict::Violates => fate.otherwise.push((id, prints[0].clone())),
            }
        }
        if result.verdict != Verdict::Violates {
            return;
        }
        let mut by: Vec<usize> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        for (finding, print) in prints.iter().enumerate() {
            match covering.iter().find(|index| entries[**index].waiver.finding == *print) {
                Some(index) if !by.contains(index) => by.push(*index),
                Some(_) => {}
                None => open.push(finding),
            }
        }
        if open.is_empty() {
            for index in &by {
                self.fates[*index].waived.push(result.id.to_string());
            }
            result.waivers = by.into_iter().map(|index| Arc::clone(&entries[index].waiver)).collect();
        }
        for index in open {
            let finding = &result.findings[index];
            let level = self.contract.requirement(&finding.requirement).map_or(result.level, |clause| clause.level);
            self.proposals.add(&result.id, finding, level, &prints[index]);
        }
    }

    /// Whether waivers are to be taken out of their file.
    pub(super) fn shrinks(&self) -> bool {
        self.waivers.is_some_and(|waivers| waivers.shrinks)
    }

    /// What became of each waiver, none without a file of them; and what would waive the rest. `complete` says whether
    /// every trial that counts was judged.
    pub(super) fn outcome(self, plan: &Plan, complete: bool) -> (Option<Vec<WaiverOutcome>>, Vec<Proposal>) {
        let whole = plan.left_out == 0;
        let shrinks = self.shrinks() && whole && complete;
        let outcomes = self.waivers.map(|waivers| {
            let judged = waivers.entries.iter().zip(self.fates);
            judged.map(|(entry, fate)| entry.outcome(fate, waivers.today, whole, shrinks)).collect()
        });
        // A pattern that means the right trials of a part may mean others of the whole.
        let all = whole.then(|| plan.trials.iter().map(|trial| &*trial.id));
        let proposals = if plan.sharding.is_some() { Vec::new() } else { self.proposals.entries(all) };
        (outcomes, proposals)
    }
}

impl Entry {
    fn outcome(&self, fate: Fate, today: Date, whole: bool, shrinks: bool) -> WaiverOutcome {
        let mut faults = Vec::new();
        let members = &self.waiver.members;
        let mut fault = |line: usize, text: String| faults.push(Fault { line, text });
        for (index, near) in self.idle.iter().filter(|_| whole) {
            let near = near.as_ref().map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
            let what = if self.patterns.len() == 1 { "the entry" } else { "it" };
            let text = format!("`{}` matches no trial{near}; mend it, or remove {what}", self.patterns[*index].text());
            fault(self.line(*index), text);
        }
        if let Some(first) = fate.conforming.first() {
            let index = self.patterns.iter().position(|pattern| pattern.matches(first));
            fault(self.line(index.unwrap_or(0)), fate.conforming(first));
        }
        if let Some((first, print)) = fate.otherwise.first() {
            let more = and_more(fate.otherwise.len() - 1);
            let text = format!("{first}{more} violates in another way, {print}: mend the server, or look at it anew");
            fault(members.finding.line(), text);
        }
        if fate.is_judged() {
            if self.waiver.expires < today {
                let text = format!("expired after {}; mend the server, or put the day off", self.waiver.expires);
                fault(members.expires.line(), text);
            }
            self.miscounted().into_iter().for_each(|text| fault(members.covers.line(), text));
        }
        let removable = shrinks && fate.found == 0 && fate.unjudged.is_empty();
        let state = match (faults.is_empty(), fate.is_judged()) {
            (false, _) if removable => WaiverState::Removed,
            (false, _) => WaiverState::Stale,
            (true, true) => WaiverState::Holds,
            (true, false) => WaiverState::Unjudged,
        };
        let notes = fate.unjudged.first().map(|(first, verdict)| {
            format!("{first}{} is {verdict}, which says nothing of the waiver", and_more(fate.unjudged.len() - 1))
        });
        let notes = notes.into_iter().collect();
        WaiverOutcome { waiver: Arc::clone(&self.waiver), state, waived: fate.waived, faults, notes }
    }

    /// The line of a pattern.
    fn line(&self, index: usize) -> usize {
        self.waiver.members.trials.get(index).unwrap_or(&self.waiver.place).line()
    }

    /// What is wrong with the number of trials that it covers.
    fn miscounted(&self) -> Option<String> {
        let covered = self.covered;
        let wrong = match self.waiver.covers {
            Some(said) if said != covered => format!("not {said}"),
            None if covered > MOST_COVERED => format!("more than {MOST_COVERED}"),
            Some(_) | None => return None,
        };
        let what = match &self.waiver.trials[..] {
            [one] => format!("`{one}`"),
            _ => "the entry".into(),
        };
        Some(format!("{what} covers {covered} trials, {wrong}; look at them, and write `covers: {covered}`"))
    }
}

fn and_more(count: usize) -> String {
    if count == 0 { String::new() } else { format!(" (and {count} more)") }
}
