//! One trial whose stored answers are judged again.

use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::stored::{changed, known};
use crate::check::{self, Doubts, Judgement, Moment, Subject};
use crate::execute::{Unprepared, asked_to_wait, curl, prepare};
use crate::model::case::{Invariant, Step};
use crate::model::choice::Chosen;
use crate::model::contract::Contract;
use crate::model::event::{Spent, TrialResult};
use crate::model::exchange::{Answer, Evidence, PreparedRequest};
use crate::model::expectation::Expectation;
use crate::model::requirement::RequirementId;
use crate::model::secret::Secrets;
use crate::model::shown::{Part, ShownExchange};
use crate::model::target::Target;
use crate::model::verdict::{Finding, Verdict};
use crate::model::waiver::Waiver;
use crate::plan::{Plan, Trial};
use crate::run::bug::provoked;
use crate::run::outcome::{Rerun, cut_short, masked, verdict, without_answer};
use crate::run::shown::Shown;

/// A trial judged again.
pub(super) struct Again<'a> {
    contract: &'a Contract,
    plan: &'a Plan,
    target: &'a Target,
    rerun: &'a Rerun,
    of_target: Value,
    secrets: &'a Secrets,
    trial: &'a Trial,
    stored: Option<&'a TrialResult>,
    captures: Map<String, Value>,
    answers: Vec<(String, Answer)>,
    /// The names of steps of whose answers not everything is known.
    doubtful: Vec<String>,
    evidence: Vec<Evidence>,
    exchanges: Vec<ShownExchange>,
    findings: Vec<Finding>,
    invariants: Vec<RequirementId>,
    choices: Vec<Chosen>,
    unjudged: Vec<String>,
    /// The first request that was answered wrongly.
    wrong: Option<PreparedRequest>,
}

impl<'a> Again<'a> {
    pub(super) fn new(
        contract: &'a Contract,
        plan: &'a Plan,
        target: &'a Target,
        rerun: &'a Rerun,
        secrets: &'a Secrets,
        trial: &'a Trial,
        stored: Option<&'a TrialResult>,
    ) -> Self {
        let mut exchanges = stored.map(|stored| stored.exchanges.clone()).unwrap_or_default();
        for exchange in &mut exchanges {
            exchange.findings = 0..0;
        }
        Self {
            contract,
            plan,
            target,
            rerun,
            of_target: target.for_templates(&trial.service),
            secrets,
            trial,
            stored,
            captures: Map::new(),
            answers: Vec::new(),
            doubtful: Vec::new(),
            evidence: Vec::new(),
            exchanges,
            findings: Vec::new(),
            invariants: Vec::new(),
            choices: Vec::new(),
            unjudged: Vec::new(),
            wrong: None,
        }
    }

    /// What is said of it.
    pub(super) fn judged(mut self) -> TrialResult {
        let Some(stored) = self.stored else {
            return self.result(Verdict::Inconclusive, &["no exchange of it is stored".into()]);
        };
        if stored.verdict == Verdict::Skipped && !self.trial.case.needs.is_empty() {
            return self.result(Verdict::Skipped, &stored.notes);
        }
        if let Some(reason) = self.unsent(stored) {
            return self.result(Verdict::Inconclusive, &[reason]);
        }
        let trial = self.trial;
        provoked(&trial.id, b"what a server sent");
        let mut stopped = self.prepare(Part::Setup, &trial.case.setup).err();
        if stopped.is_none() {
            stopped = self.steps().err();
        }
        let cleaned = self.prepare(Part::Cleanup, &trial.case.cleanup);
        let mut notes = mem::take(&mut self.unjudged);
        notes.extend(stopped);
        if notes.is_empty() {
            notes.extend(cleaned.err());
        }
        let verdict = verdict(&self.findings, &notes);
        self.result(verdict, &notes)
    }

    /// What is said of it where nothing could be judged.
    pub(super) fn unjudged(self, reason: &str) -> TrialResult {
        self.result(Verdict::Inconclusive, &[reason.to_owned()])
    }

    /// Why what was stored can't be that of this trial, as far as its numbers tell.
    fn unsent(&self, stored: &TrialResult) -> Option<String> {
        let case = &self.trial.case;
        if stored.exchanges.is_empty() {
            let why = stored.notes.first().map(|note| format!(": {note}")).unwrap_or_default();
            return Some(format!("no exchange of it is stored{why}"));
        }
        let steps: usize = case.steps.iter().map(|step| step.repeat).sum();
        let requests = case.setup.len() + steps + case.cleanup.len();
        (stored.verdict == Verdict::Conforms && requests > stored.requests)
            .then(|| format!("the requests changed: {requests} would be sent, and {} were", stored.requests))
    }

    fn moment(&self) -> Moment<'_> {
        Moment {
            trial: self.trial,
            personas: &self.plan.personas,
            world: &self.contract.world,
            target: &self.of_target,
            captures: &self.captures,
            earlier: &self.answers,
        }
    }

    /// Where the exchange is that was stored of a step, the `nth` time that it was sent.
    ///
    /// An answer that asked to wait was never judged, unless its status is expected.
    fn exchange(&self, part: Part, step: usize, nth: usize, expected: &[&Expectation]) -> Option<usize> {
        let judged = |exchange: &ShownExchange| {
            let answer = exchange.answer.as_ref().ok().map(|answer| known(answer).0);
            answer.is_none_or(|answer| {
                asked_to_wait(&answer).is_none() || expected.iter().any(|expect| expect.names_status(answer.status))
            })
        };
        let stored = self.exchanges.iter().enumerate();
        let of_step = stored.filter(|(_, exchange)| exchange.part == part && exchange.step == step);
        of_step.filter(|(_, exchange)| judged(exchange)).nth(nth).map(|(index, _)| index)
    }

    /// Steps that are not judged. Where all was well, they are stored only if they captured something.
    fn prepare(&mut self, part: Part, steps: &[Step]) -> Result<(), String> {
        for (index, step) in steps.iter().enumerate() {
            let Some(at) = self.exchange(part, index, 0, &[&step.expect]) else { continue };
            self.preparation(at, step).map_err(|reason| format!("{} failed: {reason}", part.word()))?;
        }
        Ok(())
    }

    fn preparation(&mut self, at: usize, step: &Step) -> Result<(), String> {
        self.request(at, step)?;
        let (answer, doubts) = self.answer(at)?;
        let blame = &self.trial.requirements[0];
        let mut needed = Vec::new();
        let expect = check::certain(&step.expect, &doubts, &self.doubtful, &mut needed);
        let subject = Subject::new(&step.request.method, &answer, self.moment().scope(), &self.answers);
        let judgement = check::judge(&subject, &[(&expect, blame)], Judgement::default());
        if let Some(finding) = judgement.findings.first() {
            return Err(finding.message.clone());
        }
        if let Some(needed) = needed.first() {
            return Err(unknown(needed));
        }
        let captures: Vec<_> = step.captures.iter().filter(|capture| doubts.spare(capture)).cloned().collect();
        let captured = check::captured(&captures, &subject);
        self.captures.extend(captured);
        Ok(())
    }

    fn steps(&mut self) -> Result<(), String> {
        let trial = self.trial;
        for (index, step) in trial.case.steps.iter().enumerate() {
            let before = self.findings.len();
            for nth in 0..step.repeat {
                self.step(index, nth)?;
                if self.findings.len() > before {
                    break;
                }
            }
        }
        Ok(())
    }

    fn step(&mut self, index: usize, nth: usize) -> Result<(), String> {
        let trial = self.trial;
        let step = &trial.case.steps[index];
        let expected: Vec<&Expectation> =
            check::expectations(trial, index).into_iter().map(|(expect, _)| expect).collect();
        let at = self.exchange(Part::Step, index, nth, &expected).ok_or_else(|| match nth {
            0 => format!("the answer to {} isn't stored", named(step, index)),
            nth => format!("{} is sent {} times, and {nth} answers are stored", named(step, index), step.repeat),
        })?;
        let request = self.request(at, step)?;
        let (answer, doubts) = match self.answer(at) {
            Ok(answer) => answer,
            Err(reason) => {
                // Only a silence that isn't the network's was blamed on the server.
                let blamed = self.stored.is_some_and(|stored| !stored.exchanges[at].findings.is_empty());
                if blamed {
                    self.findings.push(without_answer(trial, index, &reason));
                    self.exchanges[at].findings = self.findings.len() - 1..self.findings.len();
                    self.wrong.get_or_insert(request);
                }
                return Err(reason);
            }
        };
        let moment = self.moment();
        let subject = moment.subject(index, &answer);
        let mut needed = Vec::new();
        let judgement = self.judge(index, &subject, &doubts, &mut needed);
        let captures: Vec<_> = step.captures.iter().filter(|capture| doubts.spare(capture)).cloned().collect();
        let captured = check::captured(&captures, &subject);
        if doubts.is_empty() {
            let (request, answer, captures) = (request.clone(), answer.clone(), self.captures.clone());
            self.evidence.push(Evidence {
                step: index,
                request: Arc::new(request),
                answer: Arc::new(answer),
                captures,
            });
        }
        let before = self.findings.len();
        if !judgement.findings.is_empty() {
            self.wrong.get_or_insert(request);
        }
        self.findings.extend(judgement.findings);
        self.exchanges[at].findings = before..self.findings.len();
        self.unjudged.extend(judgement.unjudged);
        needed.dedup();
        self.unjudged.extend(needed.first().map(|needed| unknown(needed)));
        for requirement in judgement.invariants {
            if !self.invariants.contains(&requirement) {
                self.invariants.push(requirement);
            }
        }
        for chosen in judgement.choices {
            if !self.choices.contains(&chosen) {
                self.choices.push(chosen);
            }
        }
        self.captures.extend(captured);
        let cut = cut_short(trial, step, &answer);
        if let Some(name) = &step.name {
            if !doubts.is_empty() {
                self.doubtful.push(name.clone());
            }
            self.answers.push((name.clone(), answer));
        }
        cut
    }

    /// Judges an answer by what needs no more of it than is known; the rest goes to `needed`.
    fn judge(&self, index: usize, subject: &Subject<'_>, doubts: &Doubts, needed: &mut Vec<String>) -> Judgement {
        let moment = self.moment();
        if doubts.is_empty() && self.doubtful.is_empty() {
            return moment.judge(index, subject);
        }
        let applicable = self.trial.invariants.iter().filter(|one| check::applies(&one.when, subject));
        let invariants: Vec<Invariant> = applicable
            .map(|one| Invariant { expect: check::certain(&one.expect, doubts, &self.doubtful, needed), ..one.clone() })
            .collect();
        let own: Vec<(Expectation, &RequirementId)> = check::expectations(self.trial, index)
            .into_iter()
            .map(|(expect, blame)| (check::certain(expect, doubts, &self.doubtful, needed), blame))
            .collect();
        let own: Vec<(&Expectation, &RequirementId)> = own.iter().map(|(expect, blame)| (expect, *blame)).collect();
        check::judge(subject, &own, check::judge_invariants(subject, invariants.iter()))
    }

    /// The request that the contract would send, if it is the one that was sent.
    fn request(&self, at: usize, step: &Step) -> Result<PreparedRequest, String> {
        let base = self.target.url(&self.trial.service);
        let moment = self.moment();
        let request = prepare(&step.request, base, &self.plan.personas, &moment.scope()).map_err(|unprepared| {
            let Unprepared::Uncaptured(name) = &unprepared else { return unprepared.to_string() };
            let of_setup = self.trial.case.setup.iter().flat_map(|step| &step.captures);
            if of_setup.map(|capture| &capture.name).any(|known| known == name) {
                format!("`{name}` comes from the set-up, whose answers aren't stored")
            } else {
                unprepared.to_string()
            }
        })?;
        let shown = Shown::new(self.secrets, Instant::now(), false).request(&request);
        match changed(&shown, &self.exchanges[at].request, &self.exchanges[at].persona, &request.persona) {
            None => Ok(request),
            Some(what) => Err(format!("the request changed: {what}")),
        }
    }

    /// The answer that was stored, or why there was none.
    fn answer(&self, at: usize) -> Result<(Answer, Doubts), String> {
        self.exchanges[at].answer.as_ref().map(known).map_err(Clone::clone)
    }

    fn result(self, verdict: Verdict, notes: &[String]) -> TrialResult {
        let trial = self.trial;
        let findings = self.findings.iter().map(|finding| masked(finding, self.secrets));
        let mut result = TrialResult {
            id: trial.id.clone(),
            suite: Arc::clone(&trial.suite),
            case: trial.case.name.clone(),
            title: trial.case.title.clone(),
            level: trial.level,
            requirements: trial.requirements.clone(),
            invariants: self.invariants,
            verdict,
            was: self.stored.map(|stored| stored.verdict),
            findings: findings.collect(),
            notes: notes.iter().map(|note| self.secrets.mask(note).into_owned()).collect(),
            curl: match &self.wrong {
                Some(request) => Some(curl(request, self.target.link(&trial.service), self.secrets)),
                None => self.stored.and_then(|stored| stored.curl.clone()).filter(|_| verdict != Verdict::Conforms),
            },
            rerun: self.rerun.of(trial),
            duration: self.stored.map_or(Duration::ZERO, |stored| stored.duration),
            requests: self.stored.map_or(0, |stored| stored.requests),
            place: trial.place.clone(),
            position: None,
            cell: trial.cell.clone(),
            spent: Spent::default(),
            evidence: Vec::new(),
            attempts: Vec::new(),
            waivers: Vec::new(),
            choices: self.choices,
            exchanges: self.exchanges,
        };
        result.waivers = still_waived(&result.findings, self.stored);
        if result.keeps_the_contract() {
            result.evidence = self.evidence;
        }
        result
    }
}

/// The stored waivers of a violation, if each of its findings is still one of those that were waived.
fn still_waived(findings: &[Finding], stored: Option<&TrialResult>) -> Vec<Arc<Waiver>> {
    let waivers = stored.map_or(&[][..], |stored| &stored.waivers);
    let by = |finding: &Finding| waivers.iter().find(|waiver| waiver.finding == finding.fingerprint());
    let waived: Option<Vec<&Arc<Waiver>>> = findings.iter().map(by).collect();
    let mut still: Vec<Arc<Waiver>> = Vec::new();
    for waiver in waived.into_iter().flatten() {
        if !still.iter().any(|known| Arc::ptr_eq(known, waiver)) {
            still.push(Arc::clone(waiver));
        }
    }
    still
}

fn named(step: &Step, index: usize) -> String {
    step.name.as_ref().map_or_else(|| format!("step {}", index + 1), |name| format!("step `{name}`"))
}

fn unknown(needed: &str) -> String {
    format!("the stored answer is masked or cut, and {needed} can't be judged without the rest")
}
