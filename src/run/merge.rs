//! The parts of a run, each judged on a machine of its own, as one run.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::iter::Peekable;
use std::ops::Range;
use std::sync::Arc;

use super::proposal::Proposals;
use super::tally::{Tally, UNCLEANED};
use crate::model::choice::ChoiceState;
use crate::model::event::{Event, MatrixShape, RunStarted, Summary, TrialResult};
use crate::model::proof::Killer;
use crate::model::requirement::{Requirement, RequirementId};
use crate::model::shard::Sharding;
use crate::model::snapshot::SnapshotCounts;
use crate::model::verdict::Verdict;
use crate::model::waiver::{Waiver, WaiverOutcome, WaiverState};
use crate::plan::Pattern;
use crate::snapshot;

/// The trials of a part, in plan order; an error is why the rest can't be read.
pub type Trials<'p> = Box<dyn Iterator<Item = Result<Arc<TrialResult>, String>> + 'p>;

/// What one machine found out.
pub struct Part<'p> {
    /// What it is called where it is spoken of.
    pub name: String,
    /// How the run of the part began.
    pub started: RunStarted,
    /// What it came to.
    pub summary: Summary,
    /// Its trials.
    pub trials: Trials<'p>,
}

/// So many trials that are in no part are named by their place.
const MOST_LOST: usize = 8;

/// Makes one run of its parts, given in whatever order, and gives the verdict of the whole. `unread` says which further
/// reports could not be read to their end.
///
/// What is missing, is there twice or was stopped early makes the whole incomplete.
///
/// # Errors
/// There is no part, or they aren't parts of the same whole: of the same contract, target and selection.
pub fn merge(mut parts: Vec<Part<'_>>, unread: Vec<String>, emit: &mut dyn FnMut(Event)) -> Result<Summary, String> {
    let shardings = alike(&parts)?;
    let order = |one: &Part<'_>| (one.started.sharding.as_ref().map(|sharding| sharding.shard), one.name.clone());
    parts.sort_by_key(order);
    let mut lacks = unread;
    lacks.extend(missing(&shardings, &parts));
    lacks.extend(doubled(&mut parts));
    for part in &parts {
        lacks.extend(stopped(part));
    }
    let started = started(&parts, shardings[0].whole);
    let choices = parts[0].summary.choices.iter().map(ChoiceState::untaken).collect();
    let left_out_musts = shardings[0].left_out_musts;
    let strict = parts[0].summary.strict;
    let mut tally = Tally::new(&started.requirements, choices, started.left_out, left_out_musts, strict);
    emit(Event::Started(started.clone()));
    let mut positions: HashMap<Arc<str>, usize> = HashMap::new();
    for state in parts.iter().flat_map(|part| &part.summary.requirements) {
        positions.extend(state.proven.as_ref().map(|killer| (Arc::from(killer.trial.as_str()), usize::MAX)));
    }
    let summaries: Vec<(Summary, RunStarted)> =
        parts.iter().map(|part| (part.summary.clone(), part.started.clone())).collect();
    let mut counted: Vec<usize> = vec![0; parts.len()];
    let mut queues: Vec<Peekable<Trials<'_>>> = parts.into_iter().map(|part| part.trials.peekable()).collect();
    let patterns = patterns(&summaries);
    let (mut ids, mut proposals) = (Vec::new(), Proposals::default());
    let mut expected = 0;
    let mut lost = Vec::new();
    while let Some((part, position)) = next(&mut queues)? {
        let Some(result) = queues[part].next().transpose()? else { break };
        counted[part] += 1;
        if position < expected {
            lacks.push(format!("the trial {} is in two parts", result.id));
            continue;
        }
        if position >= started.trials {
            return Err(format!("the trial {} stands beyond the end of the plan", result.id));
        }
        lost.push(expected..position);
        expected = position + 1;
        if let Some(known) = positions.get_mut(&*result.id) {
            *known = position;
        }
        if !result.waivers.is_empty() {
            positions.insert(Arc::clone(&result.id), position);
        }
        propose(&result, &patterns, &started.requirements, &mut proposals);
        ids.push(result.id.clone());
        let result = Arc::new(TrialResult { position: None, ..Arc::unwrap_or_clone(result) });
        tally.add(&result);
        emit(Event::Finished(result));
    }
    lost.push(expected.min(started.trials)..started.trials);
    for (count, (_, run)) in counted.iter().zip(&summaries).filter(|(_, (summary, _))| summary.complete) {
        if let Some(sharding) = run.sharding.as_ref().filter(|_| *count != run.trials) {
            lacks.push(format!("{} has {count} of its {} trials", sharding.shard, run.trials));
        }
    }
    lacks.extend(told(&lost, started.trials));
    let whole = lacks.is_empty();
    for reason in &lacks {
        tally.stopped(reason);
    }
    for (summary, run) in &summaries {
        let shard = run.sharding.as_ref().map(|sharding| sharding.shard.to_string()).unwrap_or_default();
        let uncleaned = summary.reasons.iter().filter(|reason| reason.starts_with(UNCLEANED));
        uncleaned.for_each(|reason| tally.weighs(format!("{shard}: {reason}")));
    }
    let parts: Vec<Summary> = summaries.into_iter().map(|(summary, _)| summary).collect();
    let all = (whole && started.left_out == 0).then(|| ids.iter().map(|id| &**id));
    tally.waived_in_parts(waivers(&parts, &positions), proposals.entries(all));
    let killer = |id: &RequirementId| earliest(&parts, &positions, id);
    let summary = tally.summary(&killer, snapshots(&parts, whole && started.left_out == 0));
    emit(Event::Ended(summary.clone()));
    Ok(summary)
}

/// What is waived by the waivers of any part: which trials, and the fingerprint of their finding.
fn patterns(parts: &[(Summary, RunStarted)]) -> Vec<(Pattern, String)> {
    let waivers = parts.iter().flat_map(|(summary, _)| summary.waivers.iter().flatten()).map(|outcome| &outcome.waiver);
    let each = |waiver: &Arc<Waiver>| {
        let finding = waiver.finding.clone();
        waiver.trials.iter().map(move |trials| (Pattern::new(trials), finding.clone())).collect::<Vec<_>>()
    };
    waivers.flat_map(each).collect()
}

/// Takes note of the findings that nothing waives.
fn propose(
    result: &TrialResult,
    patterns: &[(Pattern, String)],
    requirements: &[Requirement],
    proposals: &mut Proposals,
) {
    let means = |pattern: &Pattern| {
        pattern.matches(&result.id)
            || result.level.word() == pattern.text()
            || result.requirements.iter().any(|id| pattern.names(&id.0))
    };
    for finding in result.findings.iter().filter(|_| result.verdict == Verdict::Violates) {
        let print = finding.fingerprint();
        if !patterns.iter().any(|(pattern, waived)| *waived == print && means(pattern)) {
            let clause = requirements.iter().find(|requirement| requirement.id == finding.requirement);
            proposals.add(&result.id, finding, clause.map_or(result.level, |clause| clause.level), &print);
        }
    }
}

/// What must be the same in all parts, in words.
type Told = fn(&Part<'_>) -> String;

/// What the parts say of the whole, if all of them say the same.
fn alike(parts: &[Part<'_>]) -> Result<Vec<Sharding>, String> {
    let mut shardings = Vec::new();
    for part in parts {
        let sharding = part.started.sharding.clone();
        shardings.push(sharding.ok_or_else(|| format!("{} is the report of a whole run, not of a part", part.name))?);
    }
    let Some((first, others)) = parts.split_first() else { return Err("there is no part".into()) };
    let contract: Told = |part| {
        let run = &part.started;
        format!("{} {} {}", run.contract, run.contract_version, run.digest)
    };
    let target: Told = |part| {
        let run = &part.started;
        run.target_version.as_ref().map_or_else(|| run.target.clone(), |version| format!("{} {version}", run.target))
    };
    let count: Told = |part| part.started.sharding.as_ref().map(|one| one.shard.count.to_string()).unwrap_or_default();
    let selection: Told = |part| {
        let whole = part.started.sharding.as_ref();
        whole.map(|one| format!("{} trials, {}", one.whole, one.selection)).unwrap_or_default()
    };
    let snapshots: Told = |part| match part.summary.snapshots {
        Some(_) => "answers were compared with accepted ones".into(),
        None => "no answer was compared with an accepted one".into(),
    };
    let gate: Told = |part| {
        let strict = if part.summary.strict { "a should counts" } else { "a should warns" };
        let waivers = part.summary.waivers.as_ref().map(|all| {
            let entry =
                |outcome: &WaiverOutcome| format!("{} {}", outcome.waiver.trials.join(" "), outcome.waiver.finding);
            all.iter().map(entry).collect::<Vec<_>>().join(", ")
        });
        format!("{strict}, {}", waivers.map_or_else(|| "no waivers".into(), |all| format!("waivers: {all}")))
    };
    for (told, what, help) in [
        (contract, "are of different contracts", "judge every part by the same files"),
        (
            target,
            "are of different targets",
            "give the server a name in a target file: then its URL may be another on each machine",
        ),
        (count, "split the plan into different numbers of parts", "run every part with the same N of --shard I/N"),
        (selection, "have different selections", "run every part with the same --only, --skip and capabilities"),
        (gate, "are judged by different gates", "run every part with the same waivers, and all or none with --strict"),
        (snapshots, "treat accepted answers differently", "run every part with the same --snapshots and target file"),
    ] {
        if let Some(other) = others.iter().find(|other| told(other) != told(first)) {
            return Err(format!(
                "these parts {what}:\n  {}: {}\n  {}: {}\n{help}",
                first.name,
                told(first),
                other.name,
                told(other)
            ));
        }
    }
    Ok(shardings)
}

fn missing(shardings: &[Sharding], parts: &[Part<'_>]) -> Option<String> {
    let count = shardings[0].shard.count;
    let has = |index: u32| {
        let present = parts.iter().filter_map(|part| part.started.sharding.as_ref());
        present.map(|sharding| sharding.shard.index).any(|present| present == index)
    };
    let missing: Vec<u32> = (1..=count).filter(|index| !has(*index)).collect();
    let shown: Vec<String> = missing.iter().take(MOST_LOST).map(u32::to_string).collect();
    let more = if missing.len() > MOST_LOST { ", …" } else { "" };
    match missing.len() {
        0 => None,
        1 => Some(format!("part {} of {count} is missing", shown[0])),
        _ => Some(format!("{} of {count} parts are missing: {}{more}", missing.len(), shown.join(", "))),
    }
}

/// Takes away what is there again; nobody knows which of the two counts.
fn doubled(parts: &mut Vec<Part<'_>>) -> Vec<String> {
    let mut names: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for part in parts.iter() {
        let shard = part.started.sharding.as_ref().map(|sharding| sharding.shard);
        names.entry(shard).or_default().push(part.name.clone());
    }
    parts.dedup_by_key(|part| part.started.sharding.as_ref().map(|sharding| sharding.shard));
    let twice = names.into_iter().filter(|(_, names)| names.len() > 1);
    twice
        .filter_map(|(shard, names)| Some(format!("{} is there more than once: {}", shard?, names.join(", "))))
        .collect()
}

fn stopped(part: &Part<'_>) -> Option<String> {
    let shard = part.started.sharding.as_ref()?.shard;
    let why = part.summary.reasons.first().map(|reason| format!(": {reason}")).unwrap_or_default();
    (!part.summary.complete).then(|| format!("{shard} isn't complete{why}"))
}

/// How the whole began: as its first part, with what the others add.
fn started(parts: &[Part<'_>], whole: usize) -> RunStarted {
    let first = &parts[0].started;
    let mut notes: Vec<String> = Vec::new();
    let mut matrices: Vec<MatrixShape> = Vec::new();
    for part in parts {
        let run = &part.started;
        let elsewhere = (run.services != first.services).then(|| {
            let urls = run.services.iter().fold(String::new(), |mut text, (service, url)| {
                let joint = if text.is_empty() { "" } else { ", " };
                let _ = write!(text, "{joint}{service} at {url}");
                text
            });
            let shard = run.sharding.as_ref().map(|sharding| sharding.shard.to_string()).unwrap_or_default();
            format!("{shard} was run elsewhere: {urls}")
        });
        for note in run.notes.iter().cloned().chain(elsewhere) {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        for shape in run.matrices.iter() {
            if !matrices.iter().any(|known| known.suite == shape.suite && known.case == shape.case) {
                matrices.push(shape.clone());
            }
        }
    }
    matrices.sort_by_key(|shape| shape.position);
    for shape in &mut matrices {
        shape.position = None;
    }
    RunStarted { trials: whole, sharding: None, notes, matrices: Arc::new(matrices), ..first.clone() }
}

/// The part whose turn it is, and where its trial stands in the whole.
fn next(queues: &mut [Peekable<Trials<'_>>]) -> Result<Option<(usize, usize)>, String> {
    let mut first: Option<(usize, usize)> = None;
    for (part, queue) in queues.iter_mut().enumerate() {
        let position = match queue.peek() {
            None => continue,
            Some(Err(reason)) => return Err(reason.clone()),
            Some(Ok(result)) => result.position.ok_or_else(|| {
                format!("the trial {} doesn't say where it stands in the plan of the whole", result.id)
            })?,
        };
        if first.is_none_or(|(_, known)| position < known) {
            first = Some((part, position));
        }
    }
    Ok(first)
}

/// Which trials are in no part.
fn told(lost: &[Range<usize>], all: usize) -> Option<String> {
    let positions = lost.iter().flat_map(Clone::clone);
    let shown: Vec<String> = positions.take(MOST_LOST).map(|position| (position + 1).to_string()).collect();
    let count = lost.iter().map(Range::len).sum();
    let more = if count > MOST_LOST { ", …" } else { "" };
    match count {
        0 => None,
        1 => Some(format!("1 of {all} trials was judged by no part: trial {} of the plan", shown[0])),
        count => Some(format!(
            "{count} of {all} trials were judged by no part: trials {}{more} of the plan",
            shown.join(", ")
        )),
    }
}

/// The altered answer that proves a clause, of the earliest trial in the plan.
fn earliest(parts: &[Summary], positions: &HashMap<Arc<str>, usize>, id: &RequirementId) -> Option<Killer> {
    let states = parts.iter().flat_map(|summary| &summary.requirements).filter(|state| state.id == *id);
    let position = |killer: &&Killer| positions.get(killer.trial.as_str()).copied();
    states.filter_map(|state| state.proven.as_ref()).min_by_key(position).cloned()
}

/// What became of the waivers, which are the same in all parts; what is wrong with one in a part is wrong in the whole.
fn waivers(parts: &[Summary], positions: &HashMap<Arc<str>, usize>) -> Option<Vec<WaiverOutcome>> {
    let mut joined = parts.first()?.waivers.clone()?;
    for outcomes in parts.iter().skip(1).filter_map(|summary| summary.waivers.as_ref()) {
        for (known, outcome) in joined.iter_mut().zip(outcomes) {
            known.waived.extend(outcome.waived.iter().cloned());
            let new = outcome.faults.iter().filter(|fault| !known.faults.contains(fault)).cloned().collect::<Vec<_>>();
            known.faults.extend(new);
            known.notes.extend(outcome.notes.iter().cloned());
            known.state = match (known.state, outcome.state) {
                (WaiverState::Unjudged, other) | (other, WaiverState::Unjudged) => other,
                (WaiverState::Holds, WaiverState::Holds) => WaiverState::Holds,
                _ => WaiverState::Stale,
            };
        }
    }
    for outcome in &mut joined {
        outcome.waived.sort_by_key(|id| positions.get(id.as_str()).copied());
    }
    Some(joined)
}

/// What became of the answers that are compared with accepted ones. `whole` says whether all answers are known.
fn snapshots(parts: &[Summary], whole: bool) -> Option<SnapshotCounts> {
    let mut joined = SnapshotCounts::default();
    let mut redactions = Vec::new();
    let mut compared = false;
    for counts in parts.iter().filter_map(|summary| summary.snapshots.as_ref()) {
        compared = true;
        joined.same += counts.same;
        joined.changed += counts.changed;
        joined.missing += counts.missing;
        joined.pending += counts.pending;
        joined.accepted.extend(counts.accepted.iter().cloned());
        joined.orphans.extend(counts.orphans.iter().cloned());
        redactions.extend(counts.redactions.iter().cloned());
    }
    joined.accepted.sort();
    joined.orphans.sort();
    joined.orphans.dedup();
    if whole {
        joined.unused = snapshot::unused(&redactions);
    }
    compared.then_some(joined)
}
