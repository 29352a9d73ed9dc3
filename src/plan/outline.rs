//! What a selection wants of a contract whose cases aren't read, and what is counted of those that weren't.

use std::collections::BTreeSet;

use super::{Pattern, Selection};
use crate::model::outline::{Outline, OutlinedCase};
use crate::model::requirement::Level;

impl Selection {
    /// The cases that have wanted trials, of those whose ids `may` be wanted at all, each behind the name of its suite;
    /// none if one of the patterns matches nothing, which has to be told.
    pub fn cases<'t>(&self, outline: &Outline<'t>, may: impl Fn(&str) -> bool) -> Option<BTreeSet<(&'t str, &'t str)>> {
        let mut unmatched: Vec<&Pattern> = self.only.iter().chain(&self.skip).collect();
        let mut wanted = BTreeSet::new();
        for case in &outline.cases {
            unmatched.retain(|pattern| !has(case, pattern));
            let is_chosen = self.only.is_empty() || self.only.iter().any(|pattern| may_have(case, pattern));
            let wants = |id: &str| may(id) && self.wants(id, case.level, || case.requirements.iter());
            let named = (case.suite, case.case);
            if is_chosen && !wanted.contains(&named) && case.any_id(wants) {
                wanted.insert(named);
            }
        }
        unmatched.is_empty().then_some(wanted)
    }
}

/// Whether a pattern means one of the trials.
pub(super) fn has(case: &OutlinedCase<'_>, pattern: &Pattern) -> bool {
    may_have(case, pattern) && case.any_id(|id| pattern.selects(id, case.level, case.requirements.iter()))
}

/// Whether a pattern can mean one of the trials, by what is the same for all of them.
fn may_have(case: &OutlinedCase<'_>, pattern: &Pattern) -> bool {
    pattern.may_match_below(&case.beginning()) || pattern.means(case.level, case.requirements.iter())
}

/// How many trials of suites that weren't read are left out, and how many of these judge a must that is claimed.
pub(super) fn unread(cases: &[OutlinedCase<'_>], claims: impl Fn(&str) -> bool) -> (usize, usize) {
    let judges_a_must = |case: &&OutlinedCase<'_>| case.level == Level::Must && case.needs.iter().all(&claims);
    let musts = cases.iter().filter(judges_a_must).map(OutlinedCase::trials);
    (cases.iter().map(OutlinedCase::trials).sum(), musts.sum())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use super::*;
    use crate::load::{self, Origin};
    use crate::model::case::{Case, Suite};
    use crate::model::contract::Contract;
    use crate::plan::{Plan, Trial, plan};

    /// Where the shipped contract's outline stands. With `PROBITY_OUTLINE=write` it is written anew.
    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/load/outline.txt");

    fn selection(only: &[&str], skip: &[&str]) -> Selection {
        let patterns = |texts: &[&str]| texts.iter().map(|text| Pattern::new(text)).collect();
        Selection { only: patterns(only), skip: patterns(skip) }
    }

    /// The outline of a contract by its whole plan.
    fn outlined(contract: &Contract, plan: &Plan) -> String {
        // Rows of one case may judge different clauses.
        let mut entries: Vec<(&Trial, String, Vec<&str>)> = Vec::new();
        for trial in &plan.trials {
            let requirements = trial.requirements().collect::<Vec<_>>().join(" ");
            let row = trial.id.strip_prefix(&*trial.suite).and_then(|rest| rest[1..].strip_prefix(&*trial.case.name));
            let row = row.and_then(|row| row.strip_prefix('/'));
            let same = |(first, cited, _): &&mut (&Trial, String, Vec<&str>)| {
                Arc::ptr_eq(&first.case, &trial.case) && *cited == requirements
            };
            match entries.iter_mut().rev().find(same) {
                Some((_, _, rows)) => rows.extend(row),
                None => entries.push((trial, requirements, row.into_iter().collect())),
            }
        }
        entries.iter().fold(format!("{}\n", contract.digest), |text, (first, requirements, rows)| {
            let (file, needs, rows) = (&first.case.place.file.path, first.case.needs.join(" "), rows.join(" "));
            let names = [&first.suite, &first.service, file.as_str(), &first.case.name, first.level.word()];
            text + &[&names[..], &[&needs, requirements, &rows]].concat().join("\t") + "\n"
        })
    }

    #[test]
    fn the_outline_is_of_the_shipped_contract() {
        let contract = load::contract(&Origin::Shipped).expect("the contract");
        let plan = plan(&contract, None, &Selection::default()).expect("a plan");
        let text = outlined(&contract, &plan);
        let outline = Outline::read(&text).expect("an outline");
        assert_eq!(outline.cases.iter().map(OutlinedCase::trials).sum::<usize>(), plan.trials.len());
        let ids: BTreeSet<&str> = plan.trials.iter().map(|trial| &*trial.id).collect();
        assert!(outline.cases.iter().all(|case| !case.any_id(|id| !ids.contains(id))));
        if std::env::var_os("PROBITY_OUTLINE").is_some_and(|value| value == "write") {
            fs::write(FILE, &text).expect("written");
        }
        assert!(
            fs::read_to_string(FILE).expect("the file") == text,
            "{FILE} isn't of this contract; write it anew: PROBITY_OUTLINE=write cargo test --lib outline"
        );
    }

    /// What is planned of a part is what is planned of the whole, and what is known besides is the same.
    #[test]
    fn a_part_is_planned_like_the_whole() {
        let whole = load::contract(&Origin::Shipped).expect("the contract");
        for (only, skip) in [
            (&["people/mismatch/by-xuid/me/me"][..], &[][..]),
            (&["people"], &["people/total"]),
            (&["presence/privacy"], &[]),
            (&["CONSOLE-USERID", "profile/users"], &[]),
            (&["PEOPLE-*"], &["**/me"]),
            (&["should"], &[]),
            (&["console/*/*/*"], &[]),
            (&[], &["people", "presence", "profile"]),
        ] {
            let selection = selection(only, skip);
            let part = load::shipped_part(|outline| selection.cases(outline, |_| true))
                .unwrap_or_else(|| panic!("{only:?} {skip:?}"));
            let cases = |contract: &Contract| contract.suites.iter().map(|suite| suite.cases.len()).sum::<usize>();
            assert!(cases(&part) < cases(&whole), "{only:?}");
            let plans = [&whole, &part].map(|contract| plan(contract, None, &selection).expect("a plan"));
            assert!(plans[0].left_out > 0 && !plans[0].trials.is_empty(), "{only:?}");
            assert!(format!("{:?}", plans[0]) == format!("{:?}", plans[1]), "{only:?}");
            let besides = |contract: &Contract| {
                let known = |suite: &Suite| part.suites.iter().find(|one| one.name == suite.name);
                let suites: Vec<_> = contract
                    .suites
                    .iter()
                    .filter_map(|suite| {
                        let known = known(suite)?;
                        let read = |case: &&Arc<Case>| known.cases.iter().any(|one| one.name == case.name);
                        Some(Suite { cases: suite.cases.iter().filter(read).cloned().collect(), ..suite.clone() })
                    })
                    .collect();
                format!(
                    "{:?}",
                    (
                        (&contract.name, &contract.version, &contract.title, &contract.digest, &contract.folder),
                        (&contract.services, &contract.resources, &contract.capabilities, &contract.profiles),
                        (&contract.choices, &contract.documents, &contract.requirements, &contract.personas),
                        (&contract.world, &contract.secrets, &contract.short_secrets, &contract.survivors, suites),
                    )
                )
            };
            assert!(besides(&whole) == besides(&part), "{only:?}");
        }
    }

    #[test]
    fn what_needs_the_whole_is_said() {
        for (only, skip) in [
            // Nothing is left out.
            (&[][..], &[][..]),
            (&["**"], &[]),
            (&["must", "should"], &[]),
            // Nothing is left.
            (&["people"], &["people"]),
            // What was meant has to be told.
            (&["peopel"], &[]),
            (&["people", "people/totl"], &[]),
            (&["people"], &["people/totl"]),
        ] {
            let selection = selection(only, skip);
            assert!(load::shipped_part(|outline| selection.cases(outline, |_| true)).is_none(), "{only:?} {skip:?}");
        }
    }
}
