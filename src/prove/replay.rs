//! A trial judged again, with one of its answers altered. No request is sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::Exhibit;
use crate::check::{self, Judgement, Moment, Reading, Subject};
use crate::model::case::Invariant;
use crate::model::exchange::{Answer, Evidence};
use crate::model::expectation::Expectation;
use crate::model::persona::Persona;
use crate::model::requirement::RequirementId;
use crate::model::secret::texts;
use crate::model::verdict::{Finding, Rule};
use crate::plan::Trial;

/// One answer of a trial, and what the trial knew when it came.
pub(super) struct Scene<'e> {
    pub(super) trial: &'e Trial,
    /// Which case it is of.
    pub(super) case: usize,
    evidence: &'e [Evidence],
    /// The first of its answers that is altered, and the others.
    at: usize,
    again: Vec<usize>,
    personas: &'e BTreeMap<String, Persona>,
    world: &'e Value,
    target: &'e Value,
    earlier: Vec<(String, Answer)>,
    /// Whether later steps look back at this one.
    remembered: bool,
    /// Whether nothing but the status is expected.
    only_status: bool,
}

/// What a trial said of an altered answer.
pub(super) struct Reaction {
    pub(super) findings: Vec<Finding>,
    /// Why it could not be judged, if so.
    pub(super) unjudged: Vec<String>,
}

impl Reaction {
    /// Whether the trial would not conform.
    pub(super) fn noticed(&self) -> bool {
        !self.findings.is_empty() || !self.unjudged.is_empty()
    }
}

impl<'e> Scene<'e> {
    /// `at` says which answers of the trial are altered: the same answer, perhaps several times.
    pub(super) fn new(
        exhibit: &Exhibit<'e>,
        at: &[usize],
        personas: &'e BTreeMap<String, Persona>,
        world: &'e Value,
    ) -> Self {
        let evidence: &[Evidence] = &exhibit.result.evidence;
        let steps = &exhibit.trial.case.steps;
        let named = |evidence: &Evidence| Some((steps[evidence.step].name.clone()?, Answer::clone(&evidence.answer)));
        let again = at[1..].to_vec();
        let at = at[0];
        let step = &steps[evidence[at].step];
        let expectations = check::expectations(exhibit.trial, evidence[at].step);
        Self {
            trial: exhibit.trial,
            case: exhibit.case,
            evidence,
            at,
            personas,
            world,
            target: exhibit.target,
            earlier: evidence[..at].iter().filter_map(named).collect(),
            remembered: at + 1 < evidence.len()
                && (step.name.is_some() || !step.captures.is_empty() || !again.is_empty()),
            again,
            only_status: expectations.iter().all(|(expect, _)| expect.speaks_of_the_status_alone()),
        }
    }

    pub(super) fn evidence(&self) -> &'e Evidence {
        &self.evidence[self.at]
    }

    /// What the answers of the trial told that must never be shown.
    pub(super) fn told_in_secret(&self) -> Vec<String> {
        let case = &self.trial.case;
        let of_setup = case.setup.iter().flat_map(|step| &step.captures).filter(|capture| capture.secret);
        let mut told: Vec<String> =
            of_setup.filter_map(|capture| self.evidence().captures.get(&capture.name)).flat_map(texts).collect();
        for one in self.evidence {
            let moment = self.moment_with(&one.captures, &self.earlier);
            let subject = moment.subject(one.step, &one.answer);
            told.extend(check::told_in_secret(&case.steps[one.step].captures, &subject));
        }
        told
    }

    /// Whether the answer is that to the last step.
    pub(super) fn is_last(&self) -> bool {
        self.evidence().step + 1 == self.trial.case.steps.len()
    }

    /// What the trial knew when the answer came.
    pub(super) fn moment(&self) -> Moment<'_> {
        self.moment_with(&self.evidence().captures, &self.earlier)
    }

    fn moment_with<'m>(&'m self, captures: &'m Map<String, Value>, earlier: &'m [(String, Answer)]) -> Moment<'m> {
        Moment { trial: self.trial, personas: self.personas, world: self.world, target: self.target, captures, earlier }
    }

    /// Whether the invariants say the same to both, whatever the answer.
    pub(super) fn shares_invariants(&self, other: &Self) -> bool {
        let invariants = &self.trial.invariants;
        Arc::ptr_eq(invariants, &other.trial.invariants)
            && std::ptr::eq(self.target, other.target)
            && invariants.iter().all(|invariant| self.takes_alike(other, &invariant.expect))
    }

    /// Whether an expectation means the same to both.
    fn takes_alike(&self, other: &Self, expect: &Expectation) -> bool {
        let known = |scene: &'_ Self, name: &str| {
            let parameter = scene.trial.parameters.get(name);
            parameter.or_else(|| scene.evidence().captures.get(name)).cloned()
        };
        let mut same = expect.relations.is_empty();
        expect.templates(&mut |template| {
            same &= template.references().all(|one| known(self, &one.name) == known(other, &one.name));
        });
        same
    }

    /// What the invariants say of the altered answer.
    pub(super) fn invariants(&self, altered: &Answer, reading: &Reading) -> Judgement {
        self.judged_by(self.trial.invariants.iter(), altered, reading)
    }

    /// What these invariants say of the altered answer.
    pub(super) fn judged_by<'i>(
        &self,
        invariants: impl Iterator<Item = &'i Invariant>,
        altered: &Answer,
        reading: &Reading,
    ) -> Judgement {
        let moment = self.moment();
        let subject = moment.subject(self.evidence().step, altered).with_reading(reading).wordless();
        check::judge_invariants(&subject, invariants)
    }

    /// Whether later steps look back at the answer.
    pub(super) fn is_remembered(&self) -> bool {
        self.remembered
    }

    /// Judges the altered answer, and the later ones that look back at it. The findings say nothing.
    ///
    /// `reading` is what was read of the altered answer already, and `invariants` what those said of it.
    pub(super) fn react(&self, altered: &Answer, reading: &Reading, invariants: Judgement) -> Reaction {
        let moment = self.moment();
        let subject = moment.subject(self.evidence().step, altered).with_reading(reading).wordless();
        self.further(altered, &subject, invariants)
    }

    /// The same in words.
    pub(super) fn explain(&self, altered: &Answer) -> Reaction {
        let moment = self.moment();
        let subject = moment.subject(self.evidence().step, altered);
        self.further(altered, &subject, moment.judge_invariants(&subject))
    }

    fn further(&self, altered: &Answer, subject: &Subject<'_>, invariants: Judgement) -> Reaction {
        let moment = self.moment();
        let Judgement { findings, unjudged, .. } = moment.judge_further(self.evidence().step, subject, invariants);
        let mut reaction = Reaction { findings, unjudged };
        if !self.remembered || reaction.noticed() {
            return reaction;
        }
        let mut captures = self.evidence().captures.clone();
        captures.extend(moment.captured(self.evidence().step, subject));
        let mut earlier = self.earlier.clone();
        let name = |step: usize| self.trial.case.steps[step].name.clone();
        earlier.extend(name(self.evidence().step).map(|name| (name, altered.clone())));
        for (at, later) in self.evidence.iter().enumerate().skip(self.at + 1) {
            let answer = if self.again.contains(&at) { altered } else { &later.answer };
            let captured = {
                let moment = self.moment_with(&captures, &earlier);
                let subject = moment.subject(later.step, answer);
                let judgement = moment.judge(later.step, &subject);
                reaction.findings.extend(judgement.findings);
                reaction.unjudged.extend(judgement.unjudged);
                moment.captured(later.step, &subject)
            };
            captures.extend(captured);
            earlier.extend(name(later.step).map(|name| (name, answer.clone())));
        }
        reaction
    }

    /// The clauses that findings show to be really judged: a wrong status tells nothing of a clause that is about
    /// more, and a denial is about what it withholds.
    pub(super) fn proven<'r>(&self, findings: &'r [Finding]) -> impl Iterator<Item = &'r RequirementId> {
        let denial = !self.trial.controls.is_empty() && self.is_last();
        let counts = move |finding: &&Finding| {
            let own = self.trial.requirements.contains(&finding.requirement);
            match finding.rule {
                Rule::Leak => true,
                Rule::Status => self.only_status,
                _ => !(denial && own),
            }
        };
        findings.iter().filter(counts).map(|finding| &finding.requirement)
    }
}
