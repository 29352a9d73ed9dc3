//! Two runs of one contract: trial by trial where they part.

pub mod rounds;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::model::event::{Event, RunStarted, State, Summary, TrialResult};
use crate::model::exchange::Ending;
use crate::model::requirement::RequirementId;
use crate::model::shown::{Content, Part, ShownAnswer, ShownBody, ShownExchange};
use crate::model::snapshot::{Change, ChangeKind};
use crate::model::verdict::{Finding, Verdict};
use crate::snapshot::{Parts, changes};

/// Headers that speak of the connection, the moment or the program that answers, and never of what was asked for.
const UNCOMPARED: [&str; 11] = [
    "age",
    "connection",
    "content-length",
    "date",
    "keep-alive",
    "server",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-powered-by",
];

/// A run, gathered.
#[derive(Debug, Default)]
pub struct Side {
    started: Option<RunStarted>,
    trials: Vec<Arc<TrialResult>>,
    summary: Option<Summary>,
}

impl Side {
    /// Takes the next event of the run.
    pub fn add(&mut self, event: Event) {
        match event {
            Event::Started(run) => self.started = Some(run),
            Event::Finished(result) => self.trials.push(result),
            Event::Ended(summary) => self.summary = Some(summary),
        }
    }

    /// The run as a whole; none if it never began or never ended.
    #[must_use]
    pub fn whole(self) -> Option<Whole> {
        Some(Whole { started: self.started?, trials: self.trials, summary: self.summary? })
    }
}

/// A run from its beginning to its end.
#[derive(Debug)]
pub struct Whole {
    /// How it began.
    pub started: RunStarted,
    /// Its trials, in plan order.
    pub trials: Vec<Arc<TrialResult>>,
    /// What it came to.
    pub summary: Summary,
}

/// What of two answers is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Nothing: verdicts and findings alone.
    Verdicts,
    /// The status, which headers, members and items there are, and of which type.
    Structure,
    /// All of that and every value.
    Values,
}

/// Where two runs part.
#[derive(Debug)]
pub struct Comparison {
    /// The trials that aren't the same, in plan order; those that only the second run has come last.
    pub trials: Vec<Parting>,
    /// How many trials are the same.
    pub same: usize,
    /// The clauses of another state, in the contract's order.
    pub clauses: Vec<(RequirementId, Option<State>, Option<State>)>,
    /// Whether at least one of the runs judged nothing, or was stopped.
    pub unjudged: bool,
}

/// Where two runs of one trial part.
#[derive(Debug)]
pub struct Parting {
    /// The trial.
    pub id: String,
    /// What was said of it; none where it wasn't run.
    pub verdicts: [Option<Verdict>; 2],
    /// The findings that only one of the runs has.
    pub findings: [Vec<Finding>; 2],
    /// The answers that differ.
    pub answers: Vec<AnswerParting>,
}

/// Where the answers to one request part.
#[derive(Debug)]
pub struct AnswerParting {
    /// What the step is for.
    pub part: Part,
    /// Which step of its part it is, from 0.
    pub step: usize,
    /// The method and path of the request.
    pub request: String,
    /// Every difference; `before` is the first run's, `after` the second's.
    pub changes: Vec<Change>,
}

/// Compares two runs.
#[must_use]
pub fn compare(first: &Whole, second: &Whole, depth: Depth) -> Comparison {
    let others: HashMap<&str, &Arc<TrialResult>> = second.trials.iter().map(|one| (&*one.id, one)).collect();
    let known: HashSet<&str> = first.trials.iter().map(|one| &*one.id).collect();
    let mut trials = Vec::new();
    let mut same = 0;
    let pairs = first.trials.iter().map(|one| (Some(one), others.get(&*one.id).copied()));
    let added = second.trials.iter().filter(|one| !known.contains(&*one.id)).map(|one| (None, Some(one)));
    for (one, other) in pairs.chain(added) {
        match parting(one.map(Arc::as_ref), other.map(Arc::as_ref), depth) {
            Some(parting) => trials.push(parting),
            None => same += 1,
        }
    }
    let judged = |run: &Whole| run.summary.complete && run.summary.total().conforms + run.summary.total().violates > 0;
    Comparison {
        trials,
        same,
        clauses: clauses(&first.summary, &second.summary),
        unjudged: !judged(first) || !judged(second),
    }
}

fn clauses(first: &Summary, second: &Summary) -> Vec<(RequirementId, Option<State>, Option<State>)> {
    let of = |summary: &Summary, id: &RequirementId| {
        summary.requirements.iter().find(|one| one.id == *id).map(|one| one.state)
    };
    let ids = first.requirements.iter().map(|one| &one.id);
    let added = second.requirements.iter().map(|one| &one.id).filter(|id| of(first, id).is_none());
    let states = ids.chain(added).map(|id| (id.clone(), of(first, id), of(second, id)));
    states.filter(|(_, before, after)| before != after).collect()
}

fn parting(one: Option<&TrialResult>, other: Option<&TrialResult>, depth: Depth) -> Option<Parting> {
    let id = one.or(other)?.id.to_string();
    let verdicts = [one, other].map(|trial| trial.map(|trial| trial.verdict));
    let (mut findings, mut answers) = ([Vec::new(), Vec::new()], Vec::new());
    if let (Some(one), Some(other)) = (one, other) {
        findings = [only_in(&one.findings, &other.findings), only_in(&other.findings, &one.findings)];
        if depth != Depth::Verdicts {
            answers = answers_of(&one.exchanges, &other.exchanges, depth);
        }
    }
    let same = verdicts[0] == verdicts[1] && findings.iter().all(Vec::is_empty) && answers.is_empty();
    (!same).then_some(Parting { id, verdicts, findings, answers })
}

/// The findings that the others don't have: of the same clause and rule, at the same place of suite and answer.
fn only_in(findings: &[Finding], others: &[Finding]) -> Vec<Finding> {
    let key = |finding: &Finding| {
        (finding.requirement.clone(), finding.rule, finding.pointer.clone(), finding.place.to_string())
    };
    let known: Vec<_> = others.iter().map(key).collect();
    findings.iter().filter(|finding| !known.contains(&key(finding))).cloned().collect()
}

/// Answers to the same step are compared, those of a repeated step in the order in which they came.
fn answers_of(one: &[ShownExchange], other: &[ShownExchange], depth: Depth) -> Vec<AnswerParting> {
    let mut counts: [HashMap<(&'static str, usize), usize>; 2] = Default::default();
    let mut by_step: BTreeMap<(usize, usize, usize), [Option<&ShownExchange>; 2]> = BTreeMap::new();
    for (side, exchanges) in [one, other].into_iter().enumerate() {
        for exchange in exchanges {
            let count = counts[side].entry((exchange.part.word(), exchange.step)).or_default();
            let part = Part::ALL.iter().position(|part| *part == exchange.part).unwrap_or_default();
            by_step.entry((part, exchange.step, *count)).or_default()[side] = Some(exchange);
            *count += 1;
        }
    }
    // Of a step that one of them didn't come to, the verdict tells.
    let pairs = by_step.into_values().filter_map(|[one, other]| Some((one?, other?)));
    pairs.filter_map(|(one, other)| answer(one, other, depth)).collect()
}

fn answer(one: &ShownExchange, other: &ShownExchange, depth: Depth) -> Option<AnswerParting> {
    let mut changes = match (&one.answer, &other.answer) {
        (Ok(one), Ok(other)) => between(one, other),
        (Err(_), Err(_)) => Vec::new(),
        (one, other) => {
            let said = |answer: &Result<ShownAnswer, String>| match answer {
                Ok(answer) => Some(answer.status.to_string()),
                Err(failure) => Some(failure.clone()),
            };
            vec![Change { kind: ChangeKind::Status, at: "the status".into(), before: said(one), after: said(other) }]
        }
    };
    if depth == Depth::Structure {
        changes.retain(is_structure);
    }
    let path = path_of(&one.request.url);
    let request = format!("{} {path}", one.request.method);
    (!changes.is_empty()).then_some(AnswerParting { part: one.part, step: one.step, request, changes })
}

/// The path and query of a URL: hosts differ where servers do.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |slash| &rest[slash..])
}

fn is_structure(change: &Change) -> bool {
    match change.kind {
        ChangeKind::Value => false,
        ChangeKind::Header => change.before.is_none() || change.after.is_none(),
        _ => true,
    }
}

fn between(one: &ShownAnswer, other: &ShownAnswer) -> Vec<Change> {
    let statuses = [one, other].map(|answer| answer.status.to_string());
    let names = [one, other].map(names);
    let mut found = changes(&parts(one, &statuses[0], &names[0]), &parts(other, &statuses[1], &names[1]));
    let told = found.iter().any(|change| !matches!(change.kind, ChangeKind::Status | ChangeKind::Header));
    let ends = [one, other].map(|answer| (answer.ending == Ending::Complete, kept(&answer.body)));
    if !told && ends[0] != ends[1] {
        let said = |answer: &ShownAnswer| Some(format!("{} bytes{}", answer.body.length, ending(answer.ending)));
        found.push(Change { kind: ChangeKind::Body, at: "the body".into(), before: said(one), after: said(other) });
    }
    found
}

/// What of a body can't be seen in its text: how long it is where it isn't shown whole.
fn kept(body: &ShownBody) -> Option<usize> {
    (!matches!(body.content, Content::Whole(_))).then_some(body.length)
}

fn ending(ending: Ending) -> &'static str {
    match ending {
        Ending::Complete => "",
        Ending::Short => ", cut short",
        Ending::Long { .. } => ", followed by more",
    }
}

/// The names of an answer's headers: they compare without case.
fn names(answer: &ShownAnswer) -> Vec<String> {
    answer.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect()
}

fn parts<'a>(answer: &'a ShownAnswer, status: &'a str, names: &'a [String]) -> Parts<'a> {
    let mut headers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, (_, value)) in names.iter().zip(&answer.headers) {
        if !UNCOMPARED.contains(&name.as_str()) {
            headers.entry(name).or_default().push(value);
        }
    }
    let body = match &answer.body.content {
        Content::Whole(text) | Content::Beginning(text) => text.as_str(),
        Content::Binary | Content::Withheld => "",
    };
    let whole = matches!(answer.body.content, Content::Whole(_));
    let json = whole.then(|| serde_json::from_str(body).ok()).flatten();
    Parts { status, headers, body, json }
}
