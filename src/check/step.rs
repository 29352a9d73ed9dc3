//! The answer to one step of a trial, judged by everything that speaks of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Judgement, Subject, applies, judge, judge_invariants, select};
use crate::model::case::{Capture, CaptureSource};
use crate::model::exchange::Answer;
use crate::model::expectation::{Expectation, Selector};
use crate::model::mutant::Lawful;
use crate::model::path::JsonPath;
use crate::model::persona::Persona;
use crate::model::requirement::RequirementId;
use crate::model::secret::texts;
use crate::model::template::Scope;
use crate::plan::Trial;

/// What a trial knows when the answer to one of its steps comes.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    /// The trial.
    pub trial: &'a Trial,
    /// The personas with the target's own values.
    pub personas: &'a BTreeMap<String, Persona>,
    /// The contract's world.
    pub world: &'a Value,
    /// What templates can know of the target.
    pub target: &'a Value,
    /// What earlier steps captured.
    pub captures: &'a Map<String, Value>,
    /// The answers to earlier steps that have a name.
    pub earlier: &'a [(String, Answer)],
}

impl<'a> Moment<'a> {
    /// What templates can speak of.
    #[must_use]
    pub fn scope(&self) -> Scope<'a> {
        Scope {
            parameters: &self.trial.parameters,
            captures: self.captures,
            personas: self.personas,
            world: self.world,
            target: self.target,
        }
    }

    /// The answer to the step at `index` of the case, to be judged.
    #[must_use]
    pub fn subject(&self, index: usize, answer: &'a Answer) -> Subject<'a> {
        Subject::new(&self.trial.case.steps[index].request.method, answer, self.scope(), self.earlier)
    }

    /// Everything that is expected of the answer to the step at `index`: by the step, the cell, and the invariants that
    /// speak of it.
    #[must_use]
    pub fn expected(&self, index: usize, subject: &Subject<'_>) -> Vec<&'a Expectation> {
        let invariants = self.trial.invariants.iter().filter(|invariant| applies(&invariant.when, subject));
        let own = expectations(self.trial, index).into_iter().map(|(expect, _)| expect);
        own.chain(invariants.map(|invariant| &invariant.expect)).collect()
    }

    /// Judges the answer to the step at `index` of the case: by the step itself, by the cell of a matrix if it is the
    /// last step, and by the invariants.
    #[must_use]
    pub fn judge(&self, index: usize, subject: &Subject<'_>) -> Judgement {
        self.judge_further(index, subject, self.judge_invariants(subject))
    }

    /// The part of the judgement that the invariants make.
    #[must_use]
    pub fn judge_invariants(&self, subject: &Subject<'_>) -> Judgement {
        judge_invariants(subject, self.trial.invariants.iter())
    }

    /// The rest of the judgement, when the invariants have spoken.
    #[must_use]
    pub fn judge_further(&self, index: usize, subject: &Subject<'_>, judgement: Judgement) -> Judgement {
        judge(subject, &expectations(self.trial, index), judgement)
    }

    /// What the step at `index` keeps of its answer; what isn't there is missed where it is used.
    #[must_use]
    pub fn captured(&self, index: usize, subject: &Subject<'_>) -> Vec<(String, Value)> {
        captured(&self.trial.case.steps[index].captures, subject)
    }
}

/// What is expected of the answer to the step at `index`, each with the clause to blame.
#[must_use]
pub fn expectations(trial: &Trial, index: usize) -> Vec<(&Expectation, &RequirementId)> {
    let step = &trial.case.steps[index];
    let blame = step.requirement.as_ref().unwrap_or(&trial.requirements[0]);
    let last = index + 1 == trial.case.steps.len();
    let of_cell = trial.expected_of_cell().filter(|_| last);
    std::iter::once(&step.expect).chain(of_cell).map(|expect| (expect, blame)).collect()
}

/// What is expected of the answers to all steps of a trial.
pub fn all_expectations(trial: &Trial) -> impl Iterator<Item = &Expectation> {
    trial.case.steps.iter().map(|step| &step.expect).chain(trial.expected_of_cell())
}

/// What the contract says that the answer to the step at `index` may be otherwise.
#[must_use]
pub fn lawful<'t>(trial: &'t Trial, index: usize, subject: &Subject<'_>) -> Vec<&'t Lawful> {
    let last = index + 1 == trial.case.steps.len();
    let outcome = trial.cell.as_ref().filter(|_| last).map(|cell| &cell.outcome);
    let speaks = |lawful: &&Lawful| {
        let seen = lawful.sees.is_empty() || outcome.is_some_and(|outcome| lawful.sees.contains(outcome));
        seen && applies(&lawful.when, subject)
    };
    trial.lawful.iter().chain(&trial.case.lawful).filter(speaks).collect()
}

/// The shortest value of a cookie that is taken for a secret, in bytes.
const SHORTEST_COOKIE: usize = 8;

/// What an answer tells that must never be shown: captures that are marked so, and the values of cookies.
#[must_use]
pub fn told_in_secret(captures: &[Capture], subject: &Subject<'_>) -> Vec<String> {
    let marked: Vec<Capture> = captures.iter().filter(|capture| capture.secret).cloned().collect();
    let mut told: Vec<String> = captured(&marked, subject).iter().flat_map(|(_, value)| texts(value)).collect();
    for cookie in subject.answer.header("set-cookie") {
        let cookie = String::from_utf8_lossy(cookie);
        let pair = cookie.split(';').next().unwrap_or_default();
        // A short value is a setting, and would be found in innocent places.
        let value = pair.split_once('=').map(|(_, value)| value.trim()).filter(|value| value.len() >= SHORTEST_COOKIE);
        told.extend(value.map(str::to_owned));
    }
    told
}

/// The values of captures.
#[must_use]
pub fn captured(captures: &[Capture], subject: &Subject<'_>) -> Vec<(String, Value)> {
    captures
        .iter()
        .filter_map(|capture| {
            let value = match &capture.source {
                CaptureSource::Header(name) => subject
                    .answer
                    .header(name)
                    .next()
                    .map(|value| Value::String(String::from_utf8_lossy(value).into_owned())),
                CaptureSource::Body(selector) => {
                    let path = match selector {
                        Selector::Fixed(path) => path.clone(),
                        Selector::Templated(template) => JsonPath::parse(&template.text(&subject.scope).ok()?).ok()?,
                    };
                    select(&path, subject.json()?).first().map(|node| node.value.clone())
                }
            };
            Some((capture.name.clone(), value?))
        })
        .collect()
}
