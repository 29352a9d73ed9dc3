//! Answers compared with those that somebody accepted: what is kept of an answer, where it parts from the accepted
//! one, and what that means for the contract.
//! `waver` and `proposal` find what differs from run to run and write the redactions for it.
//!
//! Read it in this order: `redact` puts placeholders in the stead of what is another each time, `render` makes a text
//! of the rest, `change` finds where two of them part, `class` says what that means, `file` and `store` keep them.

mod change;
mod class;
mod file;
mod inside;
pub mod proposal;
mod redact;
mod render;
pub mod review;
mod store;
pub mod waver;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use self::redact::{Fault, Replaced};
use self::render::{Body, KeptHeader, Shown};
use self::store::{Settled, Standing};
use self::waver::Wavering;
use crate::check::{self, Moment, Subject};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::exchange::Answer;
use crate::model::expectation::{Expectation, HeaderTest};
use crate::model::requirement::RequirementId;
use crate::model::secret::Secrets;
use crate::model::snapshot::{
    ChangeKind, ClassedChange, Matches, Recorded, RedactedPart, Redaction, RedactionUse, SnapshotCounts, SnapshotRule,
    UseState,
};
use crate::model::verdict::{Finding, Rule};
use crate::plan::{Plan, Trial};

pub use self::change::{Parts, changes};
pub use self::store::{Mode, Store};

/// How many changes are told one by one; the rest is counted.
const MOST_CHANGES: usize = 12;

/// A body beyond this is read as JSON only where something in it is redacted, in bytes: what was read of it takes more
/// memory than itself.
const LARGEST_READ: usize = 8 << 20;

/// Headers that follow from the rest of the answer, or from the moment: they are kept only where a suite names them.
const NOT_KEPT: [&str; 2] = ["content-length", "date"];

/// The answer to a step, to be compared.
pub(crate) struct Taken<'a> {
    /// What the trial knew when the answer came.
    pub(crate) moment: Moment<'a>,
    /// Which step of the case was answered.
    pub(crate) step: usize,
    /// The answer.
    pub(crate) subject: &'a Subject<'a>,
    /// What the checks found in it.
    pub(crate) findings: &'a [Finding],
    /// What must never be kept.
    pub(crate) secrets: &'a Secrets,
}

/// Compares an answer with the accepted one, and does with it what the store's mode says.
///
/// An error is why that could not be done.
pub(crate) fn compare(store: &Store, taken: &Taken<'_>) -> Result<Vec<Finding>, String> {
    let trial = taken.moment.trial;
    let Some((rule, blame)) = rule(trial, taken.step) else { return Ok(Vec::new()) };
    let name = name(trial, taken.step);
    if let Some(reason) = unread(rule, taken) {
        return Err(reason.to_owned());
    }
    let Kept { contents, faults, needed } = kept(rule, taken);
    if store.gather(&name, &contents) {
        return Ok(Vec::new());
    }
    store.note(&name, &needed);
    let finding = |message: String, expected: String, observed: String, pointer: Option<String>| Finding {
        requirement: blame.clone(),
        rule: Rule::Snapshot,
        message,
        expected,
        observed,
        pointer,
        place: rule.place.clone(),
    };
    // Where the checks found something, an answer that has nothing to redact says nothing new.
    if !faults.is_empty() && taken.findings.is_empty() {
        let found = faults.into_iter();
        return Ok(found
            .map(|(place, Fault { message, expected, observed, pointer })| Finding {
                place,
                ..finding(message, expected, observed, pointer)
            })
            .collect());
    }
    let recorded = Recorded {
        trial: trial.id.to_string(),
        requirements: trial.requirements.to_vec(),
        source: format!("{}:{}", trial.case.place.file.path, trial.case.place.line()),
        contents,
    };
    let standing = store.standing(&name, &recorded.contents).map_err(|problem| problem.message)?;
    let changes = match &standing {
        Standing::Other(accepted) => {
            let (before, after) = (Parts::of(accepted), Parts::of(&recorded.contents));
            let changes = change::between(accepted, &recorded.contents);
            class::classed(changes, &before, &after, taken.findings, &check::lawful(trial, taken.step, taken.subject))
        }
        Standing::Same => Vec::new(),
        Standing::Missing => class::of_a_new_answer(taken.findings).into_iter().collect(),
    };
    let settled = store.settle(&name, &recorded, &standing, &changes);
    let settled = settled.map_err(|error| format!("the snapshot {} can't be written: {error}", store.shown(&name)))?;
    let hint = match settled {
        Settled::Same | Settled::Accepted => return Ok(Vec::new()),
        Settled::Reported => String::new(),
        Settled::Pending => "; `probity review` shows it".into(),
    };
    if matches!(standing, Standing::Missing) {
        let message = format!("no answer was ever accepted here ({}){hint}", store.shown(&name));
        let observed = format!("status {}, {} bytes", taken.subject.answer.status, taken.subject.answer.body.len());
        return Ok(vec![finding(message, "an accepted answer".into(), observed, None)]);
    }
    let more = changes.len().saturating_sub(MOST_CHANGES);
    let mut findings: Vec<Finding> = changes
        .iter()
        .take(MOST_CHANGES)
        .map(|one| {
            let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".into());
            let pointer = one.change.at.starts_with('/').then(|| one.change.at.clone());
            finding(told(one), shown(&one.change.before), shown(&one.change.after), pointer)
        })
        .collect();
    if more > 0 {
        findings.push(finding(format!("{more} more changes"), "none".into(), more.to_string(), None));
    }
    if let Some(first) = findings.first_mut() {
        first.message = format!("{} ({}{hint})", first.message, store.shown(&name));
    }
    Ok(findings)
}

/// A change in a line.
fn told(one: &ClassedChange) -> String {
    let at = match one.change.at.as_str() {
        "" => "the body".to_owned(),
        at if at.starts_with('/') => format!("`{at}`"),
        at if one.change.kind == ChangeKind::Header => format!("the header `{at}`"),
        at => at.to_owned(),
    };
    let what = match one.change.kind {
        ChangeKind::Added => "is new",
        ChangeKind::Removed => "is gone",
        ChangeKind::Type => "has another type",
        ChangeKind::Reordered => "has another order",
        _ => "is another one",
    };
    format!("{at} {what}: {}", one.class.slug())
}

/// The snapshots that the trials of a plan have, by their path in the folder.
pub(crate) fn all(plan: &Plan) -> BTreeMap<String, &SnapshotRule> {
    snapshots(&plan.trials)
}

fn snapshots(trials: &[Trial]) -> BTreeMap<String, &SnapshotRule> {
    let reported = trials.iter().filter(|trial| !trial.auxiliary);
    let steps = reported.flat_map(|trial| (0..trial.case.steps.len()).map(move |step| (trial, step)));
    steps.filter_map(|(trial, step)| Some((name(trial, step), rule(trial, step)?.0))).collect()
}

/// What differs between the answers that a store gathered.
pub(crate) fn wavering<'p>(plan: &'p Plan, gathered: &BTreeMap<String, Vec<String>>) -> Vec<Wavering<'p>> {
    waver::wavering(&all(plan), gathered, &plan.personas)
}

/// What became of the answers of a run. `whole` says whether all of the plan was run, and nothing was left out of it.
///
/// What only all parts of a plan can tell together is not told of one.
pub(crate) fn counts(store: &Store, plan: &Plan, whole: bool) -> SnapshotCounts {
    let mut counts = store.counts();
    if !whole {
        return counts;
    }
    let all = all(plan);
    let redactions = store.redactions(&all);
    if plan.sharding.is_some() {
        counts.redactions = redactions;
    } else {
        counts.unused = unused(&redactions);
    }
    let mut owned = all;
    owned.extend(snapshots(&plan.elsewhere));
    counts.orphans = store.strays(&owned);
    counts
}

/// The redactions that matched in none of the answers that they are meant for, if all of these came: of one run, or of
/// all parts of one, in whatever order.
pub(crate) fn unused(redactions: &[RedactionUse]) -> Vec<String> {
    let mut least: BTreeMap<(&str, usize, usize, &str), UseState> = BTreeMap::new();
    for one in redactions {
        let state = least.entry((&one.file, one.line, one.column, &one.part)).or_insert(one.state);
        *state = one.state.min(*state);
    }
    let unmatched = redactions.iter().filter(|one| {
        let state = least.get(&(one.file.as_str(), one.line, one.column, one.part.as_str()));
        state == Some(&UseState::Unmatched)
    });
    unmatched.collect::<BTreeSet<_>>().into_iter().map(RedactionUse::told).collect()
}

/// The trials whose answers would be kept in the same file.
pub(crate) fn clashes(plan: &Plan) -> Vec<Diagnostic> {
    let mut known: HashMap<String, &Trial> = HashMap::new();
    let mut found = Vec::new();
    for trial in &plan.trials {
        for step in (0..trial.case.steps.len()).filter(|step| rule(trial, *step).is_some()) {
            let name = name(trial, step);
            if let Some(first) = known.insert(name.clone(), trial) {
                let message = format!("two answers would be kept in the file {name}");
                let clash = Diagnostic::at(Code::DuplicateId, &trial.place, message);
                found.push(clash.related(&first.place, "the other one").help("give one of them another name"));
            }
        }
    }
    found
}

/// That the answer to a step is compared, and whom to blame.
fn rule(trial: &Trial, step: usize) -> Option<(&SnapshotRule, &RequirementId)> {
    let expectations = check::expectations(trial, step);
    expectations.into_iter().find_map(|(expect, blame)| Some((expect.snapshot.as_deref()?, blame)))
}

/// The path of a snapshot in the folder: one folder for each suite, and the rest of the trial's id.
fn name(trial: &Trial, step: usize) -> String {
    let rest = trial.id.strip_prefix(&*trial.suite).unwrap_or(&trial.id).trim_start_matches('/');
    let file: String = rest.replace('/', "__");
    let steps = &trial.case.steps;
    let which = match &steps[step].name {
        _ if steps.len() == 1 => String::new(),
        Some(name) => format!("__{name}"),
        None => format!("__step-{}", step + 1),
    };
    let folder: Vec<String> = trial.suite.split('/').map(inside::fit).collect();
    format!("{}/{}.{}", folder.join("/"), inside::fit(&format!("{file}{which}")), file::ACCEPTED)
}

/// What is kept of an answer.
struct Kept<'r> {
    contents: String,
    /// The redactions that can't be made.
    faults: Vec<(Place, Fault)>,
    /// The redactions that must match somewhere, and whether they did here.
    needed: Vec<(&'r Redaction, bool)>,
}

/// Why an answer can't be compared, where its JSON would have to be read: a limit was reached.
fn unread<'t>(rule: &SnapshotRule, taken: &'t Taken<'_>) -> Option<&'t str> {
    reads_json(rule, taken.subject.answer).then(|| taken.subject.unread()).flatten()
}

fn reads_json(rule: &SnapshotRule, answer: &Answer) -> bool {
    let in_body = rule.redactions.iter().any(|redaction| matches!(redaction.part, RedactedPart::Body(_)));
    in_body || answer.body.len() <= LARGEST_READ
}

fn kept<'r>(rule: &'r SnapshotRule, taken: &Taken<'_>) -> Kept<'r> {
    let answer = taken.subject.answer;
    let names = headers(rule, taken);
    let mut headers: Vec<KeptHeader> = answer
        .headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value).trim().replace(['\n', '\r'], " ");
            KeptHeader { name: name.to_ascii_lowercase(), value, redacted: false }
        })
        .filter(|header| names.contains(header.name.as_str()))
        .collect();
    // Only the order of fields with the same name means something (RFC 9110, section 5.3).
    headers.sort_by(|a, b| a.name.cmp(&b.name));
    let json = reads_json(rule, answer).then(|| taken.subject.strict_json()).flatten();
    let (mut replaced, mut faults, mut needed) = (Replaced::new(), Vec::new(), Vec::new());
    for redaction in &rule.redactions {
        let done = redact::redact(redaction, json, &mut replaced, &mut headers, taken.moment.personas);
        if redaction.matches == Matches::Once {
            needed.push((redaction, done.matched));
        }
        faults.extend(done.faults.into_iter().map(|fault| (redaction.place.clone(), fault)));
    }
    let sorted = rule.sorted == Some(true);
    let json = json.map(|value| Shown { value, replaced: &replaced, sorted });
    let contents = render::contents(answer.status, &headers, &Body::of(answer, json));
    Kept { contents: taken.secrets.mask(&contents).into_owned(), faults, needed }
}

/// The headers that are kept: those that the contract speaks of, and those that the suite names.
fn headers<'r>(rule: &'r SnapshotRule, taken: &'r Taken<'_>) -> BTreeSet<&'r str> {
    let all = taken.moment.expected(taken.step, taken.subject).into_iter();
    let mut names: BTreeSet<&str> = all.flat_map(spoken_of).filter(|name| !NOT_KEPT.contains(name)).collect();
    names.extend(rule.headers.iter().map(String::as_str));
    names
}

fn spoken_of(expect: &Expectation) -> Vec<&str> {
    let absent = |tests: &[HeaderTest]| tests.iter().any(|test| matches!(test, HeaderTest::Absent));
    let own = expect.headers.iter().filter(|rule| !absent(&rule.tests)).map(|rule| rule.name.as_str());
    let branches = expect.branches();
    own.chain(branches.flat_map(spoken_of)).collect()
}
