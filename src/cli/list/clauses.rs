//! `probity list --requirements`: the clauses, how each is judged, and what was seen to break it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::{ListArgs, array};
use crate::cli::Failure;
use crate::model::contract::Contract;
use crate::plan::{Plan, Selection, plan};
use crate::reference::defects;

#[derive(Serialize)]
struct ListedClause<'a> {
    id: &'a str,
    level: &'a str,
    says: &'a str,
    not_tested: Option<&'a str>,
    trials: usize,
    invariants: Vec<&'a str>,
    /// Defects of the reference server that break it; only the shipped contract has some.
    defects: Vec<&'a str>,
    /// The altered answer that was seen to break it, by the proof that was given.
    proven_by: Option<Value>,
}

pub(super) fn list(arguments: &ListArgs) -> Result<String, Failure> {
    let contract = arguments.contract.load()?;
    let plan = plan(&contract, None, &Selection::default())?;
    let proof = arguments.proof.as_deref().map(|path| proven(path, &contract)).transpose()?;
    let clauses = clauses(&contract, &plan, proof.as_ref());
    if arguments.json {
        return array(clauses.into_iter());
    }
    let mut text = String::new();
    for clause in clauses {
        let _ = writeln!(text, "{}  {}  {}", clause.id, clause.level, judged(&clause, proof.is_some()));
    }
    Ok(text)
}

fn clauses<'a>(contract: &'a Contract, plan: &Plan, proof: Option<&BTreeMap<String, Value>>) -> Vec<ListedClause<'a>> {
    let mut trials: BTreeMap<&str, usize> = BTreeMap::new();
    for id in plan.trials.iter().flat_map(|trial| trial.requirements.iter()) {
        *trials.entry(&*id.0).or_default() += 1;
    }
    let clause = |requirement: &'a crate::model::requirement::Requirement| {
        let id = &*requirement.id.0;
        let invariants = contract.suites.iter().flat_map(|suite| &suite.invariants);
        let judging = invariants.filter(|invariant| invariant.requirements.contains(&requirement.id));
        let invariants: BTreeSet<&str> = judging.map(|invariant| invariant.name.as_str()).collect();
        let breaking = defects().filter(|defect| contract.folder.is_none() && defect.breaks == id);
        ListedClause {
            id,
            level: requirement.level.word(),
            says: &requirement.says,
            not_tested: requirement.not_tested.as_deref(),
            trials: trials.get(id).copied().unwrap_or_default(),
            invariants: invariants.into_iter().collect(),
            defects: breaking.map(|defect| defect.name).collect(),
            proven_by: proof.and_then(|proof| proof.get(id).cloned()),
        }
    };
    contract.requirements.iter().map(clause).collect()
}

/// In one line: by what it is judged, and what was seen to break it.
fn judged(clause: &ListedClause<'_>, proof: bool) -> String {
    if let Some(reason) = clause.not_tested {
        return format!("not tested: {reason}");
    }
    let mut parts = vec![format!("{} trials", clause.trials)];
    if !clause.invariants.is_empty() {
        parts.push(format!("invariant {}", clause.invariants.join(", ")));
    }
    match clause.defects.as_slice() {
        [] => {}
        [one] => parts.push(format!("broken by {one}")),
        [first, more @ ..] => parts.push(format!("broken by {first} and {} more", more.len())),
    }
    let word = |killer: &Value, key: &str| killer[key].as_str().unwrap_or_default().to_owned();
    match &clause.proven_by {
        Some(killer) => parts.push(format!("proven by {} in {}", word(killer, "operator"), word(killer, "trial"))),
        None if proof => parts.push("NOT PROVEN".into()),
        None => {}
    }
    parts.join(" · ")
}

/// Of each clause that was proven, the altered answer that shows it.
fn proven(path: &Path, contract: &Contract) -> Result<BTreeMap<String, Value>, Failure> {
    let wrong = |what: String| Failure::Wrong(format!("{}: {what}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| wrong(format!("can't be read: {error}")))?;
    let proof: Value = serde_json::from_str(&text).map_err(|error| wrong(format!("is no JSON: {error}")))?;
    if proof["format"] != "probity-proof/1" {
        return Err(wrong("is no report of `probity prove`".into()));
    }
    if proof["digest"] != contract.digest.as_str() {
        return Err(wrong("is of another contract, or of another state of this one; run `probity prove` again".into()));
    }
    let requirements = proof["requirements"].as_array().into_iter().flatten();
    let proven = requirements.filter(|one| !one["proven_by"].is_null());
    Ok(proven.filter_map(|one| Some((one["id"].as_str()?.to_owned(), one["proven_by"].clone()))).collect())
}
