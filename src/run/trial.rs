//! One trial: set-up, steps, clean-up.

mod preparing;
mod sending;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use self::sending::is_anothers;
use super::Shared;
use super::attempts::{may_be_retried, the_one_that_counts, wants_another};
use super::bug::{caught_in, provoked};
use super::outcome::{Dropped, cut_short, keep, masked, verdict, without_answer};
use super::shown::{Of, Shown};
use crate::check::{self, Judgement, Moment};
use crate::execute::curl;
use crate::model::case::Step;
use crate::model::choice::Chosen;
use crate::model::event::{Spent, TrialResult};
use crate::model::exchange::{Answer, Ending, Evidence, Exchange, PreparedRequest, TransportFailure};
use crate::model::limits::Limits;
use crate::model::requirement::RequirementId;
use crate::model::secret::Secrets;
use crate::model::shown::Part;
use crate::model::verdict::{Finding, Rule, Verdict};
use crate::plan::Trial;
use crate::snapshot::{self, Taken};

/// Runs a trial and judges it. A failure of our own leaves it unjudged, and the others as they are.
pub(super) async fn run(shared: &Shared<'_>, trial: &Trial) -> TrialResult {
    caught_in(judged(shared, trial))
        .await
        .unwrap_or_else(|bug| Course::new(shared, trial).result(Verdict::Inconclusive, &[bug.to_string()]))
}

async fn judged(shared: &Shared<'_>, trial: &Trial) -> TrialResult {
    if let Some(capability) = &trial.unclaimed {
        return Course::new(shared, trial)
            .result(Verdict::Skipped, &[format!("the target doesn't claim `{capability}`")]);
    }
    if let Some(cause) = shared.why_not(&trial.service) {
        return Course::new(shared, trial).result(Verdict::Inconclusive, &[cause]);
    }
    let _under_way = shared.slow_failures.begun(&trial.service);
    let mut attempts: Vec<TrialResult> = Vec::with_capacity(1);
    while attempts.last().is_none_or(wants_another) && (attempts.is_empty() || may_be_retried(trial)) {
        attempts.push(attempt(shared, trial).await);
        if attempts.len() > shared.retries {
            break;
        }
    }
    the_one_that_counts(attempts, shared.flaky)
}

/// Runs a trial once.
async fn attempt(shared: &Shared<'_>, trial: &Trial) -> TrialResult {
    let mut course = Course::new(shared, trial);
    let work = async {
        course.prepare(Part::Setup, &trial.case.setup).await?;
        course.steps().await
    };
    let stopped = caught_in(work).await.unwrap_or_else(|bug| Err(bug.to_string())).err();
    let cleaned = caught_in(course.prepare(Part::Cleanup, &trial.case.cleanup)).await;
    let cleaned = cleaned.unwrap_or_else(|bug| Err(bug.to_string()));
    let mut notes = std::mem::take(&mut course.unjudged);
    notes.extend(stopped);
    // What stopped the trial mostly stops its clean-up too; it is said once.
    if notes.is_empty() {
        notes.extend(cleaned.err());
    }
    notes.extend(course.claims());
    course.findings.extend(std::mem::take(&mut course.dropped).told());
    let verdict = verdict(&course.findings, &notes);
    course.result(verdict, &notes)
}

/// How long a connection is listened to whose answer is doubtful.
const LATE: Duration = Duration::from_millis(100);

/// What is said of one answer.
struct Judged {
    judgement: Judgement,
    captured: Vec<(String, Value)>,
    unlike: Result<Vec<Finding>, String>,
}

/// A trial under way.
struct Course<'a> {
    shared: &'a Shared<'a>,
    trial: &'a Trial,
    target: &'a Value,
    captures: Map<String, Value>,
    answers: Vec<(String, Answer)>,
    evidence: Vec<Evidence>,
    /// Those that are known, and those that this trial was told.
    secrets: Secrets,
    exchanges: Shown,
    findings: Vec<Finding>,
    dropped: Dropped,
    invariants: Vec<RequirementId>,
    choices: Vec<Chosen>,
    unjudged: Vec<String>,
    /// What put requests off.
    waits: Vec<String>,
    spent: Spent,
    /// The request to show: the first that was answered wrongly, else the last.
    shown: Option<Arc<PreparedRequest>>,
    requests: usize,
    started: Instant,
}

impl<'a> Course<'a> {
    fn new(shared: &'a Shared<'a>, trial: &'a Trial) -> Self {
        let started = Instant::now();
        let secrets = shared.secrets.borrow().clone();
        Self {
            shared,
            trial,
            target: shared.of_services.get(&*trial.service).unwrap_or(&Value::Null),
            captures: Map::new(),
            answers: Vec::new(),
            evidence: Vec::new(),
            exchanges: Shown::new(&secrets, started, shared.exchanges),
            secrets,
            findings: Vec::new(),
            dropped: Dropped::default(),
            invariants: Vec::new(),
            choices: Vec::new(),
            unjudged: Vec::new(),
            waits: Vec::new(),
            spent: Spent::default(),
            shown: None,
            requests: 0,
            started,
        }
    }

    fn limits(&self) -> Limits {
        self.shared.target.link(&self.trial.service).limits
    }

    fn moment(&self) -> Moment<'_> {
        Moment {
            trial: self.trial,
            personas: &self.shared.plan.personas,
            world: &self.shared.contract.world,
            target: self.target,
            captures: &self.captures,
            earlier: &self.answers,
        }
    }

    /// The steps that are judged. An error is why the trial could not go on.
    async fn steps(&mut self) -> Result<(), String> {
        for (index, step) in self.trial.case.steps.iter().enumerate() {
            let before = self.findings.len();
            for _ in 0..step.repeat {
                self.unless_too_slow().await?;
                self.step(index).await?;
                // What was found once needn't be found again.
                if self.findings.len() > before {
                    break;
                }
            }
        }
        Ok(())
    }

    /// A trial that has begun goes on where its service wasn't given up for being slow.
    async fn unless_too_slow(&self) -> Result<(), String> {
        if self.requests == 0 {
            return Ok(());
        }
        self.shared.hear_others(&self.trial.service).await;
        self.shared.too_slow(&self.trial.service).map_or(Ok(()), Err)
    }

    async fn step(&mut self, index: usize) -> Result<(), String> {
        let trial = self.trial;
        let step = &trial.case.steps[index];
        let of = Of { part: Part::Step, step: index, name: step.name.as_deref() };
        let (mut exchange, line) = self.send(of, step).await?;
        // A server may close an idle connection at any time (RFC 9112, section 9.3.1), so one that ends without an
        // answer means something only if a fresh one does too. So does what can't be read, where it may have been meant
        // for an earlier request.
        let unanswered =
            |exchange: &Exchange| exchange.answer.as_ref().is_err_and(|error| error.kind == TransportFailure::Closed);
        let unreadable =
            |exchange: &Exchange| exchange.answer.as_ref().is_err_and(|error| error.kind == TransportFailure::Protocol);
        let kept = exchange.connected.is_none() && !exchange.request.raw && exchange.request.is_safe();
        if unanswered(&exchange) || kept && unreadable(&exchange) {
            let fresh = self.send_afresh(exchange.request.clone()).await;
            // What the first says of an answer that nobody can read is more than what the second says.
            let says_less = unanswered(&fresh) || unreadable(&fresh) && unreadable(&exchange);
            if !says_less {
                exchange = fresh;
            }
        }
        let no_answer = unanswered(&exchange) && self.shared.speaks_http(&self.trial.service).await;
        let mut outcome = exchange.answer.as_ref().ok().map(|answer| self.judged(index, answer));
        if let (Some(Judged { judgement, .. }), Some(line)) = (&outcome, line)
            && !judgement.findings.is_empty()
            && (line.is_kept() && exchange.answer.as_ref().is_ok_and(is_anothers) || line.is_out_of_step(LATE).await)
        {
            let strange = "the answer was to an earlier request: more than one came over a connection that was kept";
            if !exchange.request.is_safe() {
                self.exchanges.add(of, &exchange);
                return Err(strange.into());
            }
            exchange = self.send_afresh(exchange.request).await;
            self.waits.push(format!("{strange}; it was sent again over another one"));
            outcome = exchange.answer.as_ref().ok().map(|answer| self.judged(index, answer));
        }
        self.exchanges.add(of, &exchange);
        let Exchange { request, answer, .. } = exchange;
        let request = Arc::new(request);
        let (answer, Judged { judgement, captured, unlike }) = match (answer, outcome) {
            (Ok(answer), Some(outcome)) => (Arc::new(answer), outcome),
            (Err(error), _) if no_answer => {
                let finding = without_answer(trial, index, &error.to_string());
                self.shown.get_or_insert(request);
                self.findings.push(finding);
                self.exchanges.found(self.findings.len() - 1..self.findings.len());
                return Err(error.to_string());
            }
            (answer, _) => {
                if self.findings.is_empty() {
                    self.shown = Some(request);
                }
                return Err(answer.err().map(|error| error.to_string()).unwrap_or_default());
            }
        };
        let limits = self.limits();
        let cut_short = cut_short(trial, step, &answer);
        if self.shared.evidence.keeps(answer.body.len()) {
            let (request, answer, captures) = (Arc::clone(&request), answer.detached(), self.captures.clone());
            self.evidence.push(Evidence { step: index, request, answer, captures });
        }
        if self.findings.is_empty() {
            self.shown = Some(request);
        }
        let before = self.findings.len();
        for chosen in judgement.choices {
            if !self.choices.contains(&chosen) {
                self.choices.push(chosen);
            }
        }
        keep(&mut self.findings, judgement.findings, &limits, &mut self.dropped);
        self.unjudged.extend(judgement.unjudged);
        match unlike {
            Ok(findings) => keep(&mut self.findings, findings, &limits, &mut self.dropped),
            Err(reason) => self.unjudged.push(reason),
        }
        self.exchanges.found(before..self.findings.len());
        for requirement in judgement.invariants {
            if !self.invariants.contains(&requirement) {
                self.invariants.push(requirement);
            }
        }
        self.captures.extend(captured);
        if let Some(name) = &step.name {
            self.answers.push((name.clone(), answer.kept()));
        }
        cut_short
    }

    /// What is said of an answer to a step.
    fn judged(&mut self, index: usize, answer: &Answer) -> Judged {
        provoked(&self.trial.id, &answer.body);
        let captures = &self.trial.case.steps[index].captures;
        if !captures.is_empty() {
            let told = check::told_in_secret(captures, &self.moment().subject(index, answer));
            self.learn(captures, told);
        }
        let began = Instant::now();
        let moment = self.moment();
        let limits = self.limits();
        let subject = self.shared.recent.read(moment.subject(index, answer).within(limits));
        let judgement = moment.judge(index, &subject);
        self.shared.recent.keep(&subject);
        let captured = moment.captured(index, &subject);
        let unlike = match self.shared.snapshots {
            // A control that isn't reported is compared where it is.
            Some(store)
                if answer.ending == Ending::Complete && answer.unknown_body().is_none() && !self.trial.auxiliary =>
            {
                let (findings, secrets) = (&judgement.findings, &self.secrets);
                snapshot::compare(store, &Taken { moment, step: index, subject: &subject, findings, secrets })
            }
            _ => Ok(Vec::new()),
        };
        let taken = began.elapsed();
        self.spent.check += taken;
        self.shared.clients.held_up(taken);
        Judged { judgement, captured, unlike }
    }

    /// What is to be said of a capability that is claimed, where an answer says that there is no such thing.
    fn claims(&self) -> Option<String> {
        let capability = self.trial.case.needs.first()?;
        let missing = |finding: &Finding| {
            finding.rule == Rule::Status && ["404", "405", "501"].iter().any(|code| finding.observed.starts_with(code))
        };
        self.findings
            .iter()
            .any(missing)
            .then(|| format!("the target claims `{capability}`, and answers as if it had no such thing"))
    }

    fn masked(&self, text: &str) -> String {
        self.secrets.mask(text).into_owned()
    }

    fn result(self, verdict: Verdict, notes: &[String]) -> TrialResult {
        let secrets = &self.secrets;
        let trial = self.trial;
        let findings = self.findings.iter().map(|finding| masked(finding, secrets)).collect();
        let notes = notes.iter().chain(&self.waits).map(|note| self.masked(note)).collect();
        let duration = if self.requests == 0 { Duration::ZERO } else { self.started.elapsed() };
        let mut result = TrialResult {
            id: trial.id.clone(),
            suite: Arc::clone(&trial.suite),
            case: trial.case.name.clone(),
            title: trial.case.title.clone(),
            level: trial.level,
            requirements: Arc::clone(&trial.requirements),
            // A trial that conforms has nothing to show, and most do.
            curl: self.shown.as_ref().filter(|_| verdict != Verdict::Conforms).map(|request| {
                let link = self.shared.target.link(&trial.service);
                curl(request, link, secrets)
            }),
            rerun: self.shared.rerun.of(trial),
            invariants: self.invariants,
            verdict,
            was: None,
            findings,
            waivers: Vec::new(),
            notes,
            duration,
            requests: self.requests,
            spent: self.spent,
            place: trial.place.clone(),
            position: trial.position,
            cell: trial.cell.clone(),
            evidence: Vec::new(),
            attempts: Vec::new(),
            choices: self.choices,
            exchanges: self.exchanges.exchanges(verdict == Verdict::Conforms && !captures(&trial.case.setup)),
        };
        if result.keeps_the_contract() {
            result.evidence = self.evidence;
        }
        result
    }
}

/// Whether later requests may need what these steps were answered.
fn captures(steps: &[Step]) -> bool {
    steps.iter().any(|step| !step.captures.is_empty())
}
