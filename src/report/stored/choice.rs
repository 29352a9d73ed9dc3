//! Choices that were left to the target, as they stand in a report.

use std::sync::Arc;

use serde::Deserialize;

use super::word;
use crate::model::choice::{BranchState, ChoiceState};
use crate::model::requirement::{Level, RequirementId};

#[derive(Deserialize)]
pub(super) struct ChoiceForm {
    choice: String,
    title: String,
    requirement: String,
    #[serde(deserialize_with = "word::level")]
    level: Level,
    branches: Vec<BranchForm>,
}

#[derive(Deserialize)]
struct BranchForm {
    branch: String,
    trials: usize,
    first: Option<String>,
}

impl ChoiceForm {
    pub(super) fn state(&self) -> ChoiceState {
        let branch = |form: &BranchForm| BranchState {
            branch: form.branch.clone(),
            trials: form.trials,
            first: form.first.as_deref().map(Arc::from),
        };
        ChoiceState {
            choice: self.choice.clone(),
            title: self.title.clone(),
            requirement: RequirementId(self.requirement.as_str().into()),
            level: self.level,
            branches: self.branches.iter().map(branch).collect(),
        }
    }
}
