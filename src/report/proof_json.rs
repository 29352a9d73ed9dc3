//! A proof as JSON, version 1. Its members are promises; `probity schema proof` describes them.

use std::io::{self, Write};

use serde::Serialize;

use super::json::part::KillerPart;
use super::proof::Proven;
use crate::model::proof::{Score, Unnoticed, Weakness};

/// Writes a proof.
///
/// # Errors
/// The bytes can't be written.
pub fn write(proven: &Proven<'_>, mut output: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut output, &ProofPart::of(proven))?;
    writeln!(output)
}

#[derive(Serialize)]
struct ProofPart<'a> {
    format: &'a str,
    tool: Named<'a>,
    contract: Named<'a>,
    digest: &'a str,
    target: &'a str,
    run: &'a str,
    seed: u64,
    answers: usize,
    possible: usize,
    summary: SummaryPart,
    reasons: &'a [String],
    operators: Vec<Row<'a>>,
    cases: Vec<Row<'a>>,
    requirements: Vec<RequirementPart<'a>>,
    parts: Vec<PartPart<'a>>,
    weaknesses: Vec<WeaknessPart<'a>>,
    survivors: Vec<UnnoticedPart<'a>>,
    false_alarms: Vec<UnnoticedPart<'a>>,
    stale: Vec<StalePart<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
struct SummaryPart {
    mutants: usize,
    #[serde(flatten)]
    score: ScorePart,
    /// Percent of the unlawful mutants that were killed.
    score_percent: Option<f64>,
}

#[derive(Serialize)]
struct ScorePart {
    killed: usize,
    survived: usize,
    accepted: usize,
    tolerated: usize,
    false_alarms: usize,
}

impl ScorePart {
    fn of(score: Score) -> Self {
        let Score { killed, survived, accepted, tolerated, false_alarms } = score;
        Self { killed, survived, accepted, tolerated, false_alarms }
    }
}

#[derive(Serialize)]
struct Row<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'a str>,
    #[serde(flatten)]
    score: ScorePart,
    #[serde(skip_serializing_if = "Option::is_none")]
    noticed_elsewhere: Option<usize>,
}

#[derive(Serialize)]
struct RequirementPart<'a> {
    id: &'a str,
    level: &'a str,
    tested: bool,
    #[serde(flatten)]
    score: ScorePart,
    proven_by: Option<KillerPart<'a>>,
}

#[derive(Serialize)]
struct PartPart<'a> {
    service: &'a str,
    part: &'a str,
    #[serde(flatten)]
    score: ScorePart,
}

#[derive(Serialize)]
struct WeaknessPart<'a> {
    kind: &'a str,
    message: &'a str,
    survived: usize,
    cases: &'a [String],
    file: &'a str,
    line: usize,
    remedy: Option<&'a str>,
}

impl<'a> WeaknessPart<'a> {
    fn of(weakness: &'a Weakness) -> Self {
        Self {
            kind: weakness.kind.slug(),
            message: &weakness.message,
            survived: weakness.survived,
            cases: &weakness.cases,
            file: &weakness.place.file.path,
            line: weakness.place.line(),
            remedy: weakness.remedy.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct UnnoticedPart<'a> {
    operator: &'a str,
    part: &'a str,
    suite: &'a str,
    case: &'a str,
    count: usize,
    trial: &'a str,
    request: &'a str,
    at: &'a str,
    before: &'a str,
    after: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    said: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lawful: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowance: Option<&'a str>,
    file: &'a str,
    line: usize,
}

impl<'a> UnnoticedPart<'a> {
    fn of(one: &'a Unnoticed) -> Self {
        Self {
            operator: one.operator.slug(),
            part: &one.part,
            suite: &one.suite,
            case: &one.case,
            count: one.count,
            trial: &one.trial,
            request: &one.request,
            at: &one.at,
            before: &one.before,
            after: &one.after,
            said: one.said.as_ref().map(|(said, _)| said.as_str()),
            lawful: one.said.as_ref().map(|(_, lawful)| lawful.as_str()),
            remedy: one.remedy.as_deref(),
            allowance: one.allowance.as_deref(),
            file: &one.place.file.path,
            line: one.place.line(),
        }
    }
}

#[derive(Serialize)]
struct StalePart<'a> {
    message: &'a str,
    file: &'a str,
    line: usize,
}

impl<'a> ProofPart<'a> {
    fn of(proven: &'a Proven<'_>) -> Self {
        let (run, proof) = (proven.run, proven.proof);
        Self {
            format: "probity-proof/1",
            tool: Named { name: "probity", version: env!("CARGO_PKG_VERSION") },
            contract: Named { name: &run.contract, version: &run.contract_version },
            digest: &run.digest,
            target: &run.target,
            run: proven.summary.conclusion.word(),
            seed: proof.seed,
            answers: proof.answers,
            possible: proof.possible,
            summary: SummaryPart {
                mutants: proof.total.total(),
                score: ScorePart::of(proof.total),
                score_percent: proof
                    .total
                    .per_mille()
                    .and_then(|score| u32::try_from(score).ok())
                    .map(|score| f64::from(score) / 10.0),
            },
            reasons: &proof.reasons,
            operators: proof
                .operators
                .iter()
                .map(|(operator, score)| Row {
                    id: operator.slug().into(),
                    level: None,
                    score: ScorePart::of(*score),
                    noticed_elsewhere: None,
                })
                .collect(),
            cases: proof
                .cases
                .iter()
                .map(|one| Row {
                    id: format!("{}/{}", one.suite, one.case),
                    level: Some(one.level.word()),
                    score: ScorePart::of(one.score),
                    noticed_elsewhere: Some(one.elsewhere),
                })
                .collect(),
            requirements: proof
                .requirements
                .iter()
                .map(|one| RequirementPart {
                    id: &one.id.0,
                    level: one.level.word(),
                    tested: one.tested,
                    score: ScorePart::of(one.score),
                    proven_by: one.proven.as_ref().map(KillerPart::of),
                })
                .collect(),
            parts: proof
                .parts
                .iter()
                .map(|(service, part, score)| PartPart { service, part, score: ScorePart::of(*score) })
                .collect(),
            weaknesses: proof.weaknesses.iter().map(WeaknessPart::of).collect(),
            survivors: proof.survivors.iter().map(UnnoticedPart::of).collect(),
            false_alarms: proof.false_alarms.iter().map(UnnoticedPart::of).collect(),
            stale: proof
                .stale
                .iter()
                .map(|one| StalePart { message: &one.message, file: &one.place.file.path, line: one.place.line() })
                .collect(),
        }
    }
}
