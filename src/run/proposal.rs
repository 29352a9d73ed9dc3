//! Entries of waivers for the violations that nothing waives, as few as cover exactly these.

use std::collections::{HashMap, HashSet};

use crate::model::requirement::{Level, RequirementId};
use crate::model::verdict::Finding;
use crate::model::waiver::Proposal;

/// So many patterns are made at most: nobody reads more, and the first of them say what is wrong.
const MOST_PATTERNS: usize = 400;

/// Ids with more parts than this are generalised in their last ones only.
const MOST_PARTS: usize = 6;

/// A pattern with more stars is hard to read.
const MOST_STARS: u32 = 3;

/// Violations by their finding, in plan order.
#[derive(Default)]
pub(super) struct Proposals {
    groups: Vec<Group>,
    /// Where the group of a fingerprint stands.
    known: HashMap<String, usize>,
}

struct Group {
    finding: String,
    requirement: RequirementId,
    level: Level,
    message: String,
    trials: Vec<String>,
}

impl Proposals {
    /// Takes note of a finding that isn't waived.
    pub(super) fn add(&mut self, trial: &str, finding: &Finding, level: Level, print: &str) {
        let index = *self.known.entry(print.to_owned()).or_insert_with(|| {
            self.groups.push(Group {
                finding: print.to_owned(),
                requirement: finding.requirement.clone(),
                level,
                message: finding.message.clone(),
                trials: Vec::new(),
            });
            self.groups.len() - 1
        });
        let trials = &mut self.groups[index].trials;
        if trials.last().is_none_or(|last| last != trial) {
            trials.push(trial.to_owned());
        }
    }

    /// The entries, those of the weightiest clauses first: patterns where `all` has the ids of every trial there is, so
    /// that they can't mean what wasn't seen; else single trials.
    pub(super) fn entries<'i>(mut self, all: Option<impl Iterator<Item = &'i str>>) -> Vec<Proposal> {
        self.groups.sort_by_key(|group| group.level);
        let ids: Vec<Vec<&str>> = all.into_iter().flatten().map(|id| id.split('/').collect()).collect();
        let mut entries = Vec::new();
        let mut patterns = 0;
        for group in self.groups {
            let mut left: HashSet<Vec<&str>> = group.trials.iter().map(|id| id.split('/').collect()).collect();
            let (mut trials, mut covers) = (Vec::new(), 0);
            for id in &group.trials {
                let parts: Vec<&str> = id.split('/').collect();
                if patterns + trials.len() >= MOST_PATTERNS || !left.contains(&parts) {
                    continue;
                }
                let (pattern, covered) = widest(&parts, &left, &ids);
                left.retain(|id| !covered.contains(id));
                covers += covered.len();
                trials.push(pattern.join("/"));
            }
            patterns += trials.len();
            // Half an entry would be stale at once.
            if left.is_empty() {
                let Group { finding, requirement, level, message, .. } = group;
                entries.push(Proposal { trials, covers, finding, requirement, level, message });
            }
        }
        entries
    }
}

/// The pattern for a trial that means most of those `wanted`, and no other of all `ids`; and which it means.
fn widest<'i>(
    trial: &[&'i str],
    wanted: &HashSet<Vec<&'i str>>,
    ids: &[Vec<&'i str>],
) -> (Vec<&'i str>, Vec<Vec<&'i str>>) {
    let mut best = (trial.to_vec(), vec![trial.to_vec()]);
    let free = trial.len().min(MOST_PARTS);
    let fixed = trial.len() - free;
    // A single trial is named in full, and a pattern of stars alone means too much to be read.
    for mask in (1..(1_u32 << free) - 1).filter(|mask| mask.count_ones() <= MOST_STARS) {
        let pattern: Vec<&str> = (0..trial.len())
            .map(|part| if part >= fixed && mask >> (part - fixed) & 1 == 1 { "*" } else { trial[part] })
            .collect();
        // A pattern means what stands below it too.
        let means = |id: &[&str]| {
            id.len() >= pattern.len()
                && pattern.iter().zip(id).all(|(pattern, part)| *pattern == "*" || pattern == part)
        };
        let mut covered = Vec::new();
        let mut others = false;
        for id in ids.iter().filter(|id| means(id)) {
            others |= !wanted.contains(id);
            covered.push(id.clone());
        }
        if !others && covered.len() > best.1.len() {
            best = (pattern, covered);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_what_is_wanted_and_nothing_else() {
        let all = ["a/m/x/1", "a/m/x/2", "a/m/y/1", "a/m/y/2", "a/n", "a/o/1", "b/n"];
        let split = |ids: &[&'static str]| ids.iter().map(|id| id.split('/').collect::<Vec<_>>()).collect::<Vec<_>>();
        for (wanted, expected) in [
            (&["a/m/x/1", "a/m/x/2"][..], "a/m/x/*"),
            (&["a/m/x/1", "a/m/y/1"], "a/m/*/1"),
            (&["a/m/x/1", "a/m/x/2", "a/m/y/1", "a/m/y/2"], "a/m/*/*"),
            (&["a/m/x/1", "a/m/y/2"], "a/m/x/1"),
            (&["a/n"], "a/n"),
            // Both would be meant by `*/n`, which is `a/n` and all below it.
            (&["a/n", "b/n"], "*/n"),
        ] {
            let (pattern, covered) = widest(&split(wanted)[0], &split(wanted).into_iter().collect(), &split(&all));
            assert_eq!(pattern.join("/"), expected, "{wanted:?}");
            assert!(covered.iter().all(|id| split(wanted).contains(id)), "{covered:?}");
        }
    }
}
