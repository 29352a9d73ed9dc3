//! The ordered list of trials, fixed before the first request.

mod outline;
mod pattern;
mod secret;
mod shard;
mod table;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::case::{Case, Invariant, Rows, Suite};
use crate::model::contract::Contract;
use crate::model::event::CellResult;
use crate::model::expectation::Expectation;
use crate::model::mutant::Lawful;
use crate::model::outline::OutlinedCase;
use crate::model::parameters::Parameters;
use crate::model::persona::Persona;
use crate::model::requirement::{Level, RequirementId};
use crate::model::rows::resolve_parameters;
use crate::model::secret::Secrets;
use crate::model::shard::Sharding;
use crate::model::target::Target;
use crate::model::template::Scope;

pub use self::pattern::Pattern;

/// Which trials are wanted.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only trials that one of these matches; all, if empty.
    pub only: Vec<Pattern>,
    /// Without the trials that one of these matches.
    pub skip: Vec<Pattern>,
}

/// What a run will do.
#[derive(Debug, Default)]
pub struct Plan {
    /// The trials, suite by suite in the order of their files.
    pub trials: Vec<Trial>,
    /// How many trials the selection leaves out.
    pub left_out: usize,
    /// Which part of a whole it is, if it is one.
    pub sharding: Option<Sharding>,
    /// The trials of the other parts of that whole.
    pub elsewhere: Vec<Trial>,
    /// How many of these judge a must that the target claims to keep.
    pub left_out_musts: usize,
    /// The personas with the target's own values.
    pub personas: Arc<BTreeMap<String, Persona>>,
    /// What must never be shown, as far as it is known before the first request.
    pub secrets: Secrets,
}

/// A case with its parameters filled in.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The stable id: `suite/case/row`.
    pub id: Arc<str>,
    /// The suite's name.
    pub suite: Arc<str>,
    /// The service that it speaks to.
    pub service: Arc<str>,
    /// What holds for every answer.
    pub invariants: Arc<Vec<Invariant>>,
    /// What its answers may be otherwise, besides what the case says.
    pub lawful: Arc<Vec<Lawful>>,
    /// The case.
    pub case: Arc<Case>,
    /// The parameters of its row.
    pub parameters: Parameters,
    /// The clauses that it judges.
    pub requirements: Arc<[RequirementId]>,
    /// Their level.
    pub level: Level,
    /// What the cell of a matrix expects besides the step itself: an index into the outcomes.
    pub outcome: Option<usize>,
    /// Its entry in a matrix.
    pub cell: Option<Arc<CellResult>>,
    /// For a denial, the trials of which one must conform: indexes into the plan.
    pub controls: Vec<usize>,
    /// The capability that it needs and the target doesn't claim.
    pub unclaimed: Option<String>,
    /// Whether it runs only as the control of another, and isn't reported.
    pub auxiliary: bool,
    /// Where it stands among the trials of all parts, from 0, if the plan is a part.
    pub position: Option<usize>,
    /// Where the case, row or cell is written.
    pub place: Place,
}

impl Trial {
    fn requirements(&self) -> impl Iterator<Item = &str> {
        self.requirements.iter().map(|id| &*id.0)
    }

    /// The expectation of the matrix's cell, if it is one of a matrix.
    #[must_use]
    pub fn expected_of_cell(&self) -> Option<&Expectation> {
        match (&self.case.rows, self.outcome) {
            (Rows::Matrix(matrix), Some(outcome)) => Some(&matrix.outcomes[outcome].1),
            _ => None,
        }
    }
}

/// Fixes the order of trials.
///
/// # Errors
/// A pattern of the selection that matches nothing, or target values that a template can't be filled in with.
pub fn plan(contract: &Contract, target: Option<&Target>, selection: &Selection) -> Result<Plan, Vec<Diagnostic>> {
    let personas = personas(contract, target);
    let all = contract.suites.iter().flat_map(|suite| &suite.cases).map(|case| case.rows.len());
    let mut trials = Vec::with_capacity(all.sum());
    let mut problems = Vec::new();
    for suite in &contract.suites {
        let shared = Shared::of(suite);
        for case in &suite.cases {
            expand(contract, target, &personas, &shared, case, &mut trials, &mut problems);
        }
    }
    problems.extend(unmatched(selection, &trials, &contract.unread));
    if !problems.is_empty() {
        return Err(problems);
    }
    let secrets = secret::secrets(contract, &personas, target);
    let (left_out, left_out_musts) = outline::unread(&contract.unread, |name| claims(contract, target, name));
    let whole = Plan { trials, left_out, left_out_musts, personas, secrets, ..Plan::default() };
    Ok(whole.keep(|trial| selection.wants(&trial.id, trial.level, || trial.requirements())))
}

impl Plan {
    /// The trials that are reported: all but those that run only as the controls of others.
    pub fn reported(&self) -> impl Iterator<Item = &Trial> {
        self.trials.iter().filter(|trial| !trial.auxiliary)
    }

    /// The plan with the wanted trials only, and the controls that they need.
    #[must_use]
    pub fn keep(self, wants: impl Fn(&Trial) -> bool) -> Self {
        let all = self.reported().count();
        let wanted: Vec<bool> = self.trials.iter().map(|trial| !trial.auxiliary && wants(trial)).collect();
        let judges_a_must = |trial: &Trial| trial.level == Level::Must && trial.unclaimed.is_none() && !trial.auxiliary;
        let musts = self.trials.iter().zip(&wanted).filter(|(trial, wanted)| !**wanted && judges_a_must(trial)).count();
        let left_out = self.left_out + all - wanted.iter().filter(|wanted| **wanted).count();
        let left_out_musts = self.left_out_musts + musts;
        Self { trials: keep(self.trials, &wanted), left_out, left_out_musts, ..self }
    }
}

impl Selection {
    fn wants<'r, R: Iterator<Item = &'r str>>(&self, id: &str, level: Level, requirements: impl Fn() -> R) -> bool {
        let selects = |pattern: &Pattern| pattern.selects(id, level, requirements());
        (self.only.is_empty() || self.only.iter().any(selects)) && !self.skip.iter().any(selects)
    }
}

/// Whether a pattern means a trial.
#[must_use]
pub fn matches(pattern: &Pattern, trial: &Trial) -> bool {
    pattern.selects(&trial.id, trial.level, trial.requirements())
}

fn unmatched(selection: &Selection, trials: &[Trial], unread: &[OutlinedCase<'_>]) -> Vec<Diagnostic> {
    let is_matched = |pattern: &Pattern| {
        trials.iter().any(|trial| matches(pattern, trial)) || unread.iter().any(|case| outline::has(case, pattern))
    };
    let lists = [("--only", &selection.only), ("--skip", &selection.skip)];
    let mut problems = Vec::new();
    for (option, patterns) in lists {
        for pattern in patterns.iter().filter(|pattern| !is_matched(pattern)) {
            let diagnostic =
                Diagnostic::bare(Code::UnmatchedFilter, format!("`{option} {}` matches no trial", pattern.text()));
            problems.push(match nearest(pattern, trials) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help("`probity list` shows all trials"),
            });
        }
    }
    problems
}

/// What a pattern that matches no trial was most likely meant to be.
#[must_use]
pub fn nearest<'t>(pattern: &Pattern, trials: &'t [Trial]) -> Option<&'t str> {
    let mut names: Vec<&str> = trials.iter().flat_map(|trial| ancestors(&trial.id)).collect();
    names.extend(trials.iter().flat_map(|trial| trial.requirements.iter()).map(|id| &*id.0));
    names.extend(Level::ALL.iter().map(|level| level.word()));
    names.sort_unstable();
    names.dedup();
    crate::diagnostic::nearest(pattern.text(), &names)
}

/// `a`, `a/b` and `a/b/c` for `a/b/c`.
fn ancestors(id: &str) -> impl Iterator<Item = &str> {
    id.match_indices('/').map(|(at, _)| &id[..at]).chain([id])
}

/// The wanted trials, and before them in place the unwanted ones that serve as controls.
fn keep(mut trials: Vec<Trial>, wanted: &[bool]) -> Vec<Trial> {
    if !wanted.contains(&false) {
        for trial in &mut trials {
            trial.auxiliary = false;
        }
        return trials;
    }
    let mut needed = wanted.to_vec();
    for (trial, _) in trials.iter().zip(wanted).filter(|(_, wanted)| **wanted) {
        trial.controls.iter().for_each(|control| needed[*control] = true);
    }
    let mut moved: HashMap<usize, usize> = HashMap::new();
    let mut kept = Vec::new();
    for (index, mut trial) in trials.into_iter().enumerate().filter(|(index, _)| needed[*index]) {
        moved.insert(index, kept.len());
        trial.auxiliary = !wanted[index];
        kept.push(trial);
    }
    for trial in &mut kept {
        trial.controls = trial.controls.iter().filter_map(|control| moved.get(control).copied()).collect();
    }
    kept
}

fn personas(contract: &Contract, target: Option<&Target>) -> Arc<BTreeMap<String, Persona>> {
    let mut personas = Arc::clone(&contract.personas);
    for (name, values) in target.iter().flat_map(|target| &target.personas) {
        let members = Arc::make_mut(&mut personas).get_mut(name).and_then(|persona| persona.values.as_object_mut());
        if let Some(members) = members {
            members.extend(values.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
    }
    personas
}

/// What all trials of a suite share.
struct Shared {
    suite: Arc<str>,
    service: Arc<str>,
    invariants: Arc<Vec<Invariant>>,
    lawful: Arc<Vec<Lawful>>,
}

impl Shared {
    fn of(suite: &Suite) -> Self {
        Self {
            suite: Arc::from(suite.name.as_str()),
            service: Arc::from(suite.service.as_str()),
            invariants: Arc::new(suite.invariants.clone()),
            lawful: Arc::new(suite.lawful.clone()),
        }
    }
}

fn expand(
    contract: &Contract,
    target: Option<&Target>,
    personas: &BTreeMap<String, Persona>,
    shared: &Shared,
    case: &Arc<Case>,
    trials: &mut Vec<Trial>,
    problems: &mut Vec<Diagnostic>,
) {
    let first = trials.len();
    let (parameters, captures) = (Parameters::default(), Map::new());
    let world = &contract.world;
    let scope = Scope { parameters: &parameters, captures: &captures, personas, world, target: &Value::Null };
    let of_case: Arc<[RequirementId]> = Arc::from(case.requirements.as_slice());
    let mut id = format!("{}/{}", shared.suite, case.name);
    let of_case_alone = id.len();
    let unclaimed = case.needs.iter().find(|name| !claims(contract, target, name)).cloned();
    for index in 0..case.rows.len() {
        let filled = case.rows.filled(index);
        let parameters = match resolve_parameters(filled.parameters, &scope) {
            Ok(parameters) => parameters,
            Err(unresolved) => {
                let message = format!("`{}` can't be filled in with the target's values", unresolved.reference);
                problems.push(Diagnostic::at(Code::UnknownName, &case.place, message));
                continue;
            }
        };
        id.truncate(of_case_alone);
        for name in &filled.names {
            id.push('/');
            id.push_str(name);
        }
        let place = match (&case.rows, filled.cell) {
            (_, Some(cell)) => cell.place.clone(),
            (Rows::Each(rows), None) => rows[index].place.clone(),
            _ => case.place.clone(),
        };
        let cell = match (&case.rows, filled.cell) {
            (Rows::Matrix(matrix), Some(cell)) => Some(Arc::new(CellResult {
                axes: matrix.axes.iter().map(|axis| axis.name.clone()).collect(),
                values: filled.names.iter().map(|name| (*name).to_owned()).collect(),
                outcome: matrix.outcomes[cell.outcome].0.clone(),
                denial: !cell.controls.is_empty(),
            })),
            _ => None,
        };
        trials.push(Trial {
            id: Arc::from(id.as_str()),
            suite: Arc::clone(&shared.suite),
            service: Arc::clone(&shared.service),
            invariants: Arc::clone(&shared.invariants),
            lawful: Arc::clone(&shared.lawful),
            case: Arc::clone(case),
            parameters,
            requirements: filled
                .cell
                .and_then(|cell| cell.requirements.as_deref().map(Arc::from))
                .unwrap_or_else(|| Arc::clone(&of_case)),
            level: case.level,
            outcome: filled.cell.map(|cell| cell.outcome),
            cell,
            controls: filled
                .cell
                .map(|cell| cell.controls.iter().map(|index| first + index).collect())
                .unwrap_or_default(),
            unclaimed: unclaimed.clone(),
            auxiliary: false,
            position: None,
            place,
        });
    }
}

fn claims(contract: &Contract, target: Option<&Target>, name: &str) -> bool {
    let declared = target.and_then(|target| target.capabilities.get(name)).copied();
    declared.unwrap_or_else(|| {
        // The embedded reference server and `list` have no target file; there everything is claimed.
        target.is_none() || contract.capabilities.iter().any(|capability| capability.name == name && capability.assumed)
    })
}
