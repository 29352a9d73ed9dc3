//! A proof as JSON, version 1: written and read. Its members are promises; `probity schema proof` describes them.

mod form;

use std::io::{self, Read, Write};

pub use self::form::Proved;
use self::form::{CellForm, Named, OfSuite, Requirement, Row, ScoreForm, Stale, SummaryForm};
pub(crate) use self::form::{Unnoticed, Weakness};
use super::json::trial::line_of;
use super::proof::Proven;
use super::stored::{Unreadable, unreadable};
use crate::model::mutant::Operator;
use crate::model::proof::{self, RequirementProof, Score};

/// The format that is written and read.
pub(crate) const FORMAT: &str = "probity-proof/1";

impl Proved {
    /// The proof as it is written.
    pub(crate) fn of(proven: &Proven<'_>) -> Self {
        let (run, proof) = (proven.run, proven.proof);
        let total = proven.summary.total();
        let percent = proof.total.per_mille().and_then(|score| u32::try_from(score).ok());
        Self {
            format: FORMAT.into(),
            tool: Named { name: "probity".into(), version: env!("CARGO_PKG_VERSION").into() },
            contract: Named { name: run.contract.clone(), version: run.contract_version.clone() },
            digest: run.digest.clone(),
            target: run.target.clone(),
            run: proven.summary.conclusion.word().into(),
            trials: total.total(),
            not_conforming: total.total() - total.conforms,
            seed: proof.seed,
            answers: proof.answers,
            possible: proof.possible,
            summary: SummaryForm {
                mutants: proof.total.total(),
                score: ScoreForm::of(proof.total),
                score_percent: percent.map(|score| f64::from(score) / 10.0),
            },
            reasons: proof.reasons.clone(),
            operators: proof.operators.iter().map(|(operator, score)| Row::of(operator.slug(), *score)).collect(),
            cases: proof
                .cases
                .iter()
                .map(|one| Row {
                    level: Some(one.level.word().into()),
                    noticed_elsewhere: Some(one.elsewhere),
                    ..Row::of(&format!("{}/{}", one.suite, one.case), one.score)
                })
                .collect(),
            requirements: proof
                .requirements
                .iter()
                .map(|one| {
                    let clause = run.requirements.iter().find(|clause| clause.id == one.id);
                    let (says, document, section) = clause
                        .map(|clause| (clause.says.clone(), clause.document.clone(), clause.section.clone()))
                        .unwrap_or_default();
                    requirement(one, says, form::Source { document, section })
                })
                .collect(),
            parts: proof
                .parts
                .iter()
                .map(|(service, part, score)| form::Altered {
                    service: service.clone(),
                    part: part.clone(),
                    score: ScoreForm::of(*score),
                })
                .collect(),
            weaknesses: proof.weaknesses.iter().map(weakness).collect(),
            survivors: proof.survivors.iter().map(unnoticed).collect(),
            false_alarms: proof.false_alarms.iter().map(unnoticed).collect(),
            stale: proof
                .stale
                .iter()
                .map(|one| Stale { message: one.message.clone(), place: form::Place::of(&one.place) })
                .collect(),
        }
    }

    /// Reads a proof that was written.
    ///
    /// # Errors
    /// It can't be read, or is damaged or cut short.
    pub fn read(input: impl Read) -> Result<Self, Unreadable> {
        serde_json::from_reader(input).map_err(|error| unreadable(&error))
    }

    /// Writes the proof.
    ///
    /// # Errors
    /// The bytes can't be written.
    pub fn write(&self, mut output: impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut output, self)?;
        writeln!(output)?;
        output.flush()
    }
}

fn requirement(one: &RequirementProof, says: String, source: form::Source) -> Requirement {
    let cells = |scores: &[(Operator, Score)]| {
        scores
            .iter()
            .map(|(operator, score)| CellForm { operator: operator.slug().into(), score: ScoreForm::of(*score).into() })
            .collect()
    };
    Requirement {
        id: one.id.0.to_string(),
        level: one.level.word().into(),
        tested: one.tested,
        says,
        source,
        score: ScoreForm::of(one.score),
        proven_by: one.proven.as_ref().map(|killer| form::Killer {
            trial: killer.trial.clone(),
            operator: killer.operator.slug().into(),
            at: killer.part.clone(),
        }),
        operators: cells(&one.operators),
        suites: one
            .suites
            .iter()
            .map(|(suite, scores)| OfSuite { suite: suite.to_string(), operators: cells(scores) })
            .collect(),
    }
}

fn weakness(one: &proof::Weakness) -> Weakness {
    Weakness {
        kind: one.kind.slug().into(),
        message: one.message.clone(),
        survived: one.survived,
        cases: one.cases.clone(),
        place: form::Place::of(&one.place),
        remedy: one.remedy.clone(),
    }
}

fn unnoticed(one: &proof::Unnoticed) -> Unnoticed {
    let (text, length) = line_of(&one.place);
    let (said, lawful) = one.said.clone().unzip();
    Unnoticed {
        operator: one.operator.slug().into(),
        part: one.part.clone(),
        suite: one.suite.to_string(),
        case: one.case.clone(),
        requirements: one.requirements.iter().map(|id| id.0.to_string()).collect(),
        count: one.count,
        trial: one.trial.clone(),
        request: one.request.clone(),
        at: one.at.clone(),
        before: one.before.clone(),
        after: one.after.clone(),
        said,
        lawful,
        remedy: one.remedy.clone(),
        allowance: one.allowance.clone(),
        place: form::Place::of(&one.place),
        text: text.to_owned(),
        length,
    }
}
