//! Readings that the documents leave open: a server may take either, and must take the same one everywhere.

use std::sync::Arc;

use super::requirement::{Level, RequirementId};

/// A choice that a contract leaves to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name.
    pub name: String,
    /// What is left open.
    pub title: String,
    /// The clause that is broken by a server that takes several branches.
    pub requirement: RequirementId,
    /// The level of that clause.
    pub level: Level,
    /// The names of the branches, in file order.
    pub branches: Vec<String>,
}

/// A branch that an answer took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The choice.
    pub choice: Arc<str>,
    /// The branch.
    pub branch: Arc<str>,
}

/// What a target chose in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceState {
    /// The choice.
    pub choice: String,
    /// What is left open.
    pub title: String,
    /// The clause that is broken by a server that takes several branches.
    pub requirement: RequirementId,
    /// The level of that clause.
    pub level: Level,
    /// The branches, in file order.
    pub branches: Vec<BranchState>,
}

/// How often a branch was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchState {
    /// Its name.
    pub branch: String,
    /// In how many trials it was taken.
    pub trials: usize,
    /// The first of them in the order of the plan.
    pub first: Option<Arc<str>>,
}

/// The states of choices of which none is taken yet.
#[must_use]
pub fn untaken(choices: &[Arc<Choice>]) -> Vec<ChoiceState> {
    choices.iter().map(|choice| ChoiceState::of(choice)).collect()
}

impl ChoiceState {
    /// Nothing chosen yet.
    #[must_use]
    pub fn of(choice: &Choice) -> Self {
        let branch = |name: &String| BranchState { branch: name.clone(), trials: 0, first: None };
        Self {
            choice: choice.name.clone(),
            title: choice.title.clone(),
            requirement: choice.requirement.clone(),
            level: choice.level,
            branches: choice.branches.iter().map(branch).collect(),
        }
    }

    /// The same choice, nothing chosen yet.
    #[must_use]
    pub fn untaken(&self) -> Self {
        let branch = |state: &BranchState| BranchState { trials: 0, first: None, ..state.clone() };
        Self { branches: self.branches.iter().map(branch).collect(), ..self.clone() }
    }

    /// Counts a branch that a trial took.
    pub fn add(&mut self, branch: &str, trial: &Arc<str>) {
        if let Some(state) = self.branches.iter_mut().find(|state| state.branch == branch) {
            state.trials += 1;
            state.first.get_or_insert_with(|| Arc::clone(trial));
        }
    }

    /// The branches that were taken.
    pub fn taken(&self) -> impl Iterator<Item = &BranchState> {
        self.branches.iter().filter(|state| state.trials > 0)
    }

    /// Whether several branches were taken.
    #[must_use]
    pub fn is_torn(&self) -> bool {
        self.taken().count() > 1
    }

    /// The branches that were taken, in words.
    #[must_use]
    pub fn told(&self) -> String {
        let told: Vec<String> = self
            .taken()
            .map(|state| {
                let plural = if state.trials == 1 { "trial" } else { "trials" };
                format!(
                    "{} in {} {plural} ({})",
                    state.branch,
                    state.trials,
                    state.first.as_deref().unwrap_or_default()
                )
            })
            .collect();
        told.join(", ")
    }
}
