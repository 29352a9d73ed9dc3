//! Waivers as they stand in a report.

use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::place::place;
use super::word;
use crate::model::requirement::{Level, RequirementId};
use crate::model::waiver::{Fault, Members, Proposal, Waiver, WaiverKind, WaiverOutcome, WaiverState};

/// A waiver, made of its members.
#[derive(Clone, Deserialize)]
#[serde(try_from = "WaiverMembers")]
pub(super) struct WaiverForm(pub(super) Arc<Waiver>);

#[derive(Deserialize)]
struct WaiverMembers {
    #[serde(deserialize_with = "word::waiver_kind")]
    kind: WaiverKind,
    reason: String,
    owner: String,
    #[serde(deserialize_with = "date")]
    expires: Date,
    link: Option<String>,
    trials: Vec<String>,
    finding: String,
    covers: Option<usize>,
    file: String,
    line: usize,
}

fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| D::Error::custom("the day on which a waiver expires is no date"))
}

impl TryFrom<WaiverMembers> for WaiverForm {
    type Error = String;

    fn try_from(members: WaiverMembers) -> Result<Self, String> {
        let WaiverMembers { kind, reason, owner, expires, link, trials, finding, covers, file, line } = members;
        let place = place(file, line, 1, "", 0)?;
        let members = Members::at(&place);
        Ok(Self(Arc::new(Waiver { trials, finding, kind, reason, link, owner, expires, covers, place, members })))
    }
}

#[derive(Deserialize)]
pub(super) struct WaiverOutcomeForm {
    #[serde(flatten)]
    waiver: WaiverForm,
    #[serde(deserialize_with = "word::waiver_state")]
    state: WaiverState,
    waived: Vec<String>,
    faults: Vec<FaultForm>,
    notes: Vec<String>,
}

#[derive(Deserialize)]
struct FaultForm {
    line: usize,
    text: String,
}

impl WaiverOutcomeForm {
    pub(super) fn outcome(&self) -> WaiverOutcome {
        let fault = |FaultForm { line, text }: &FaultForm| Fault { line: *line, text: text.clone() };
        WaiverOutcome {
            waiver: Arc::clone(&self.waiver.0),
            state: self.state,
            waived: self.waived.clone(),
            faults: self.faults.iter().map(fault).collect(),
            notes: self.notes.clone(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct ProposalForm {
    trials: Vec<String>,
    finding: String,
    covers: usize,
    requirement: String,
    #[serde(deserialize_with = "word::level")]
    level: Level,
    message: String,
}

impl ProposalForm {
    pub(super) fn proposal(&self) -> Proposal {
        Proposal {
            trials: self.trials.clone(),
            covers: self.covers,
            finding: self.finding.clone(),
            requirement: RequirementId(self.requirement.as_str().into()),
            level: self.level,
            message: self.message.clone(),
        }
    }
}
