//! What is the same in many trials, to be told once.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{change, finding};
use crate::compare::{Comparison, Parting};
use crate::diagnostic::Style;
use crate::model::snapshot::{Change, ChangeKind};
use crate::model::verdict::{Finding, Rule};
use crate::report::text::{Tone, for_any_index, harmless, paint, plural};

/// In so many trials at least.
const MANY: usize = 3;
/// So many of them are named.
const MOST_NAMED: usize = 3;

/// What makes differences the same: what is said of them, and where, for all items of a list alike.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    Finding { side: usize, requirement: String, rule: Rule, at: Option<String>, place: String },
    Change { kind: ChangeKind, at: String },
}

impl Difference {
    fn of_finding(side: usize, finding: &Finding) -> Self {
        Self::Finding {
            side,
            requirement: finding.requirement.0.to_string(),
            rule: finding.rule,
            at: finding.pointer.as_deref().map(for_any_index),
            place: finding.place.to_string(),
        }
    }

    fn of_change(change: &Change) -> Self {
        Self::Change { kind: change.kind, at: for_any_index(&change.at) }
    }
}

/// One of those that are the same, to be shown.
#[derive(Clone, Copy)]
enum Example<'c> {
    Finding(&'c Finding),
    Change(&'c Change),
}

struct Group<'c> {
    example: Example<'c>,
    /// Whether the others have the same values.
    alike: bool,
    trials: Vec<&'c str>,
}

/// The differences that many trials have.
pub(super) struct Repeated<'c> {
    groups: BTreeMap<Difference, Group<'c>>,
}

impl<'c> Repeated<'c> {
    pub(super) fn none() -> Self {
        Self { groups: BTreeMap::new() }
    }

    pub(super) fn of(comparison: &'c Comparison) -> Self {
        let mut groups: BTreeMap<Difference, Group<'c>> = BTreeMap::new();
        for parting in &comparison.trials {
            let findings = parting.findings.iter().enumerate().flat_map(|(side, all)| {
                all.iter().map(move |one| (Difference::of_finding(side, one), Example::Finding(one)))
            });
            let changes = parting.answers.iter().flat_map(|answer| &answer.changes);
            let changes = changes.map(|one| (Difference::of_change(one), Example::Change(one)));
            for (difference, example) in findings.chain(changes) {
                let group = groups.entry(difference).or_insert(Group { example, alike: true, trials: Vec::new() });
                group.alike &= match (&group.example, &example) {
                    (Example::Change(first), Example::Change(one)) => {
                        (&first.at, &first.before, &first.after) == (&one.at, &one.before, &one.after)
                    }
                    _ => true,
                };
                if group.trials.last() != Some(&parting.id.as_str()) {
                    group.trials.push(&parting.id);
                }
            }
        }
        groups.retain(|_, group| group.trials.len() >= MANY);
        Self { groups }
    }

    pub(super) fn has_finding(&self, side: usize, finding: &Finding) -> bool {
        self.groups.contains_key(&Difference::of_finding(side, finding))
    }

    pub(super) fn has_change(&self, change: &Change) -> bool {
        self.groups.contains_key(&Difference::of_change(change))
    }

    /// Whether there is nothing else to be said of a trial.
    pub(super) fn covers(&self, parting: &Parting) -> bool {
        let mut findings =
            parting.findings.iter().enumerate().flat_map(|(side, all)| all.iter().map(move |one| (side, one)));
        let mut changes = parting.answers.iter().flat_map(|answer| &answer.changes);
        let told = parting.findings.iter().any(|all| !all.is_empty()) || !parting.answers.is_empty();
        told && findings.all(|(side, one)| self.has_finding(side, one)) && changes.all(|one| self.has_change(one))
    }

    /// Each with the number of trials that have it, those that most have first.
    pub(super) fn text(&self, style: Style) -> String {
        let mut groups: Vec<(&Difference, &Group<'_>)> = self.groups.iter().collect();
        groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.trials.len()));
        let mut text = String::new();
        for (difference, group) in groups {
            let head = format!("in {}", plural(group.trials.len(), "trial"));
            let _ = writeln!(text, "{}", paint(&head, Tone::Strong, style.colour));
            match (difference, &group.example) {
                (Difference::Finding { side, .. }, Example::Finding(one)) => {
                    finding(&mut text, super::SIDES[*side], one, style);
                }
                (Difference::Change { at, .. }, Example::Change(one)) => {
                    let at = if group.alike { one.at.clone() } else { at.clone() };
                    change(&mut text, &Change { at, ..(*one).clone() }, style);
                    if !group.alike {
                        text.push_str("      in the first of them; others have other values\n");
                    }
                }
                _ => {}
            }
            let named: Vec<String> = group.trials.iter().take(MOST_NAMED).map(|id| harmless(id)).collect();
            let more = match group.trials.len() - named.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let _ = writeln!(text, "  {}{more}\n", named.join(", "));
        }
        text
    }
}
