//! What the survivors have in common: where the suites don't look.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Proving;
use crate::check;
use crate::diagnostic::Place;
use crate::model::expectation::Expectation;
use crate::model::mutant::Operator;
use crate::model::proof::{Unnoticed, Weakness, WeaknessKind};
use crate::plan::Trial;

/// The weaknesses, the worst first.
pub(super) fn weaknesses(proving: &Proving<'_>, survivors: &[Unnoticed]) -> Vec<Weakness> {
    let trials: HashMap<&str, &Trial> = proving.plan.trials.iter().map(|trial| (&*trial.id, trial)).collect();
    let mut found: BTreeMap<(usize, String, String), Weakness> = BTreeMap::new();
    // A member that may be anything may of course have any value; that is said once.
    let is_open = |survivor: &Unnoticed| kind_of(survivor.operator) == WeaknessKind::OpenMember;
    let open: Vec<(&Arc<str>, &str)> =
        survivors.iter().filter(|one| is_open(one)).map(|one| (&one.suite, one.part.as_str())).collect();
    for survivor in survivors {
        let Some(trial) = trials.get(survivor.trial.as_str()) else { continue };
        let kind = match kind_of(survivor.operator) {
            WeaknessKind::BlindDenial => WeaknessKind::BlindDenial,
            _ if judges_only_the_status(trial) => WeaknessKind::StatusOnly,
            WeaknessKind::UnpinnedValue if open.contains(&(&survivor.suite, survivor.part.as_str())) => {
                WeaknessKind::OpenMember
            }
            kind => kind,
        };
        let case = format!("{}/{}", survivor.suite, survivor.case);
        let subject = subject(kind, survivor, &case);
        let weight = WeaknessKind::ALL.iter().position(|one| *one == kind).unwrap_or_default();
        let weakness = found.entry((weight, survivor.suite.to_string(), subject.clone())).or_insert_with(|| Weakness {
            kind,
            message: message(kind, survivor, trial, &case),
            survived: 0,
            cases: Vec::new(),
            place: place(kind, survivor, trial),
            remedy: survivor.remedy.clone(),
        });
        weakness.survived += survivor.count;
        if !weakness.cases.contains(&case) {
            weakness.cases.push(case);
        }
    }
    let mut weaknesses: Vec<(usize, Weakness)> =
        found.into_iter().map(|((weight, _, _), weakness)| (weight, weakness)).collect();
    weaknesses.sort_by_key(|(weight, weakness)| (*weight, std::cmp::Reverse(weakness.survived)));
    weaknesses.into_iter().map(|(_, weakness)| weakness).collect()
}

fn kind_of(operator: Operator) -> WeaknessKind {
    use Operator as Op;
    match operator {
        Op::InsertCanary => WeaknessKind::BlindDenial,
        Op::DropMember | Op::RenameMember | Op::RecaseMember | Op::NullValue | Op::RetypeValue => {
            WeaknessKind::OpenMember
        }
        Op::ChangeValue | Op::ChangeText => WeaknessKind::UnpinnedValue,
        Op::EmptyArray | Op::DropItem | Op::DoubleItem | Op::ReorderItems => WeaknessKind::LooseList,
        Op::OtherAnswer => WeaknessKind::OtherPersonsAnswer,
        Op::OtherClassStatus | Op::SameClassStatus => WeaknessKind::LooseStatus,
        Op::AddMember => WeaknessKind::OpenObject,
        Op::ForbiddenHeader | Op::Misframe => WeaknessKind::LooseHeader,
        operator if operator.alters_a_header() => WeaknessKind::LooseHeader,
        _ => WeaknessKind::SloppyBody,
    }
}

/// Whether no step of the case expects anything but a status.
fn judges_only_the_status(trial: &Trial) -> bool {
    check::all_expectations(trial).all(Expectation::speaks_of_the_status_alone)
}

/// What weaknesses of one kind and suite have in common.
fn subject(kind: WeaknessKind, survivor: &Unnoticed, case: &str) -> String {
    match kind {
        WeaknessKind::OpenMember
        | WeaknessKind::UnpinnedValue
        | WeaknessKind::OpenObject
        | WeaknessKind::LooseHeader => survivor.part.clone(),
        WeaknessKind::LooseList => survivor.part.trim_end_matches("/*").to_owned(),
        WeaknessKind::SloppyBody => survivor.operator.slug().to_owned(),
        _ => case.to_owned(),
    }
}

fn message(kind: WeaknessKind, survivor: &Unnoticed, trial: &Trial, case: &str) -> String {
    let part = &survivor.part;
    let outcome = trial.cell.as_ref().map(|cell| format!(" (outcome `{}`)", cell.outcome)).unwrap_or_default();
    let schema = schema(trial).map(|name| format!(" by the schema `{name}`")).unwrap_or_default();
    match kind {
        WeaknessKind::BlindDenial => {
            format!("{case}{outcome} doesn't look for what it must not show: {} passes", survivor.after)
        }
        WeaknessKind::StatusOnly => format!("{case} judges only the status"),
        WeaknessKind::OpenMember => format!("`{part}` is left open{schema}: it may be of any type, or missing"),
        WeaknessKind::UnpinnedValue => format!("`{part}` may have another value"),
        WeaknessKind::LooseList => {
            format!("the list `{}` may have other items, or another order", part.trim_end_matches("/*"))
        }
        WeaknessKind::OtherPersonsAnswer => format!("{case} takes the answer about somebody else"),
        WeaknessKind::LooseStatus => format!("{case} takes {} for {}", survivor.after, survivor.before),
        WeaknessKind::LooseHeader => format!("the header `{part}` may be missing, empty, doubled or different"),
        WeaknessKind::SloppyBody => {
            format!("nobody minds `{}`: {}", survivor.operator.slug(), meaning(survivor.operator))
        }
        WeaknessKind::OpenObject => format!("`{part}` may have further members, and nothing declares it open"),
    }
}

/// What an operator does, as a part of a sentence.
fn meaning(operator: Operator) -> String {
    let text = operator.explanation().trim_end_matches('.');
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// Where to mend it.
fn place(kind: WeaknessKind, survivor: &Unnoticed, trial: &Trial) -> Place {
    match kind {
        WeaknessKind::StatusOnly => trial.case.place.clone(),
        _ => survivor.place.clone(),
    }
}

fn schema(trial: &Trial) -> Option<String> {
    check::all_expectations(trial).find_map(|expect| expect.schema.as_ref().map(|(schema, _)| schema.name.clone()))
}
