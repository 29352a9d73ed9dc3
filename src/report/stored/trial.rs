//! A trial as it stands in a report.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Map;

use super::exchange::ExchangeForm;
use super::place::place;
use super::waiver::WaiverForm;
use super::{shape, word};
use crate::model::choice::Chosen;
use crate::model::event::{Attempt, CellResult, MatrixShape, Spent, TrialResult};
use crate::model::requirement::{Level, RequirementId};
use crate::model::shown::ShownExchange;
use crate::model::verdict::{Finding, Rule, Verdict};

/// What the outcome of a cell stands under, beside the axes.
const OUTCOME: &str = "sees";

#[derive(Deserialize)]
pub(super) struct TrialForm {
    id: String,
    suite: String,
    case: String,
    title: Option<String>,
    #[serde(deserialize_with = "word::level")]
    level: Level,
    requirements: Vec<String>,
    invariants: Vec<String>,
    #[serde(deserialize_with = "word::verdict")]
    verdict: Verdict,
    #[serde(default, deserialize_with = "word::maybe_verdict")]
    was: Option<Verdict>,
    #[serde(rename = "duration_ms", deserialize_with = "word::milliseconds")]
    duration: Duration,
    requests: usize,
    file: String,
    line: usize,
    column: usize,
    findings: Vec<FindingForm>,
    waiver: Option<WaiverForm>,
    #[serde(default)]
    more_waivers: Vec<WaiverForm>,
    notes: Vec<String>,
    cell: Option<Map<String, serde_json::Value>>,
    #[serde(default)]
    withholds: bool,
    curl: Option<String>,
    rerun: String,
    position: Option<usize>,
    exchanges: Vec<ExchangeForm>,
    #[serde(default)]
    attempts: Vec<AttemptForm>,
    #[serde(default)]
    choices: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct AttemptForm {
    attempt: usize,
    #[serde(deserialize_with = "word::verdict")]
    verdict: Verdict,
    #[serde(rename = "duration_ms", deserialize_with = "word::milliseconds")]
    duration: Duration,
    findings: Vec<FindingForm>,
    notes: Vec<String>,
    exchanges: Vec<ExchangeForm>,
}

impl AttemptForm {
    fn attempt(self) -> Result<Attempt, String> {
        Ok(Attempt {
            number: self.attempt,
            verdict: self.verdict,
            findings: self.findings.into_iter().map(FindingForm::finding).collect::<Result<_, _>>()?,
            notes: self.notes,
            duration: self.duration,
            exchanges: self.exchanges.into_iter().map(ExchangeForm::exchange).collect(),
        })
    }
}

#[derive(Deserialize)]
struct FindingForm {
    requirement: String,
    #[serde(deserialize_with = "word::rule")]
    rule: Rule,
    message: String,
    expected: String,
    observed: String,
    pointer: Option<String>,
    file: String,
    line: usize,
    column: usize,
    text: String,
    length: usize,
}

impl TrialForm {
    /// The trial, its cell with the axes in the order that they have in the matrix.
    pub(super) fn result(self, matrices: &[MatrixShape]) -> Result<TrialResult, String> {
        let ids = |ids: Vec<String>| ids.into_iter().map(|id| RequirementId(id.into())).collect::<Vec<_>>();
        let findings: Vec<Finding> = self.findings.into_iter().map(FindingForm::finding).collect::<Result<_, _>>()?;
        let requirements = ids(self.requirements);
        if requirements.is_empty() {
            return Err(format!("the trial {} judges no requirement", self.id));
        }
        if (self.verdict == Verdict::Violates) == findings.is_empty() {
            return Err(format!("the trial {} {} with {} findings", self.id, self.verdict, findings.len()));
        }
        if self.verdict != Verdict::Violates && self.waiver.is_some() {
            return Err(format!("the trial {} {} and is waived", self.id, self.verdict));
        }
        let exchanges: Vec<ShownExchange> = self.exchanges.into_iter().map(ExchangeForm::exchange).collect();
        if exchanges.iter().any(|exchange| exchange.findings.end > findings.len()) {
            return Err(format!("an exchange of the trial {} has findings that aren't there", self.id));
        }
        let shape = shape(matrices, &self.suite, &self.case);
        Ok(TrialResult {
            cell: self.cell.map(|cell| Arc::new(of_cell(&cell, self.withholds, shape))),
            id: self.id.into(),
            suite: self.suite.into(),
            case: self.case.into(),
            title: self.title.map(Arc::from),
            level: self.level,
            requirements: requirements.into(),
            invariants: ids(self.invariants),
            verdict: self.verdict,
            was: self.was,
            findings,
            waivers: self.waiver.into_iter().chain(self.more_waivers).map(|form| form.0).collect(),
            notes: self.notes,
            curl: self.curl,
            rerun: self.rerun,
            duration: self.duration,
            requests: self.requests,
            place: place(self.file, self.line, self.column, "", 0)?,
            position: self.position,
            spent: Spent::default(),
            evidence: Vec::new(),
            exchanges,
            attempts: self.attempts.into_iter().map(AttemptForm::attempt).collect::<Result<_, _>>()?,
            choices: chosen(&self.choices),
        })
    }
}

fn chosen(choices: &BTreeMap<String, Vec<String>>) -> Vec<Chosen> {
    let one = |choice: &str, branch: &str| Chosen { choice: choice.into(), branch: branch.into() };
    choices.iter().flat_map(|(choice, branches)| branches.iter().map(move |branch| one(choice, branch))).collect()
}

impl FindingForm {
    fn finding(self) -> Result<Finding, String> {
        Ok(Finding {
            requirement: RequirementId(self.requirement.into()),
            rule: self.rule,
            message: self.message,
            expected: self.expected,
            observed: self.observed,
            pointer: self.pointer,
            place: place(self.file, self.line, self.column, &self.text, self.length)?,
        })
    }
}

fn of_cell(cell: &Map<String, serde_json::Value>, denial: bool, shape: Option<&MatrixShape>) -> CellResult {
    let text = |name: &str| cell.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let axes: Vec<String> = match shape {
        Some(shape) => shape.axes.iter().map(|(name, _)| name.clone()).collect(),
        None => cell.keys().filter(|name| *name != OUTCOME).cloned().collect(),
    };
    CellResult { values: axes.iter().map(|name| text(name)).collect(), axes, outcome: text(OUTCOME), denial }
}
