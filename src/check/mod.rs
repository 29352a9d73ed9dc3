//! (expectation, answer) to findings. Plain functions: no I/O, no clock.

mod body;
mod canary;
mod decoding;
mod doubt;
mod framing;
mod header;
mod json;
mod recent;
mod relation;
mod repeated;
mod step;
mod subject;
mod value;
mod windows;

use crate::diagnostic::Place;
use crate::model::case::{Condition, Invariant};
use crate::model::choice::Chosen;
use crate::model::expectation::{Alternatives, BodyRules, Expectation, Selector};
use crate::model::path::JsonPath;
use crate::model::requirement::RequirementId;
use crate::model::template::Unresolved;
use crate::model::verdict::{Finding, Rule};

pub use self::canary::looked_for;
pub(crate) use self::decoding::of_body as readings;
pub use self::doubt::{Doubts, certain};
pub use self::header::is_http_date;
pub use self::recent::Recent;
pub use self::step::{Moment, all_expectations, captured, expectations, lawful, told_in_secret};
pub use self::subject::{Original, Reading, Subject};
pub use self::value::{excerpt, select, type_word};
pub(crate) use self::value::{pointer_below, shortened};

/// What a finding says. It is put into words only where somebody is going to read it.
#[derive(Default)]
struct Words {
    /// One line: a fragment in lower case.
    message: String,
    expected: String,
    observed: String,
    /// JSON Pointer into the body, where there is one.
    pointer: Option<String>,
}

/// What an answer came to.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// Every disagreement.
    pub findings: Vec<Finding>,
    /// The clauses of the invariants that spoke of this answer.
    pub invariants: Vec<RequirementId>,
    /// What can't be judged, and why: a capture that an expectation needs was never made.
    pub unjudged: Vec<String>,
    /// The branches of choices that the answer took.
    pub choices: Vec<Chosen>,
    /// Whether it was judged that the body is strict JSON.
    json_judged: bool,
}

/// Judges an answer by the invariants that speak of it.
#[must_use]
pub fn judge_invariants<'i>(subject: &Subject<'_>, invariants: impl Iterator<Item = &'i Invariant>) -> Judgement {
    let mut judgement = Judgement::default();
    let applicable: Vec<&Invariant> = invariants.filter(|invariant| applies(&invariant.when, subject)).collect();
    let strict = applicable
        .iter()
        .find_map(|invariant| Some((first(&invariant.requirements)?, invariant.expect.json.as_ref()?)));
    if let Some((blame, place)) = strict {
        judge_json(subject, blame, place, &mut judgement);
    }
    for invariant in applicable {
        if let Some(blame) = first(&invariant.requirements) {
            Check { subject, blame, judgement: &mut judgement, json_reported: true, alternative: false }
                .expectation(&invariant.expect);
            judgement.invariants.extend(invariant.requirements.iter().cloned());
        }
    }
    judgement
}

/// Judges an answer by expectations, each with the clause to blame; `judgement` is what the invariants said of it.
#[must_use]
pub fn judge(
    subject: &Subject<'_>,
    expectations: &[(&Expectation, &RequirementId)],
    mut judgement: Judgement,
) -> Judgement {
    let needed = expectations.iter().find(|(expect, _)| expect.needs_json() && status_holds(expect, subject));
    if let Some((expect, blame)) = needed.filter(|_| !judgement.json_judged) {
        judge_json(subject, blame, place_of_json(expect), &mut judgement);
    }
    let json_reported = judgement.json_judged;
    for (expect, blame) in expectations {
        Check { subject, blame, judgement: &mut judgement, json_reported, alternative: false }.expectation(expect);
    }
    judgement
}

fn judge_json(subject: &Subject<'_>, blame: &RequirementId, place: &Place, judgement: &mut Judgement) {
    judgement.json_judged = true;
    // Of a body that was cut short nothing can be said but that.
    if subject.answer.unknown_body().is_some() {
        return;
    }
    if let Some(reason) = subject.unread() {
        judgement.unjudged.push(reason.to_owned());
    } else {
        judgement.findings.extend(json::findings(subject, blame, place));
    }
}

fn first(requirements: &[RequirementId]) -> Option<&RequirementId> {
    requirements.first()
}

/// Whether a condition speaks of an answer.
#[must_use]
pub fn applies(condition: &Condition, subject: &Subject<'_>) -> bool {
    condition.status.as_ref().is_none_or(|rule| rule.accepts(subject.answer.status))
        && condition.method.as_ref().is_none_or(|method| method == subject.method)
        && condition.body.is_none_or(|present| present != subject.answer.body.is_empty())
}

fn status_holds(expect: &Expectation, subject: &Subject<'_>) -> bool {
    expect.status.as_ref().is_none_or(|rule| rule.accepts(subject.answer.status))
}

fn place_of_json(expect: &Expectation) -> &Place {
    let of_schema = expect.schema.as_ref().map(|(_, place)| place);
    let of_rule = match &expect.body {
        BodyRules::Rules(rules) => rules.first().map(|rule| &rule.place),
        _ => None,
    };
    expect.json.as_ref().or(of_schema).or(of_rule).unwrap_or(&expect.place)
}

/// One expectation being judged.
struct Check<'s, 'a, 'j> {
    subject: &'s Subject<'a>,
    blame: &'s RequirementId,
    judgement: &'j mut Judgement,
    /// Whether a body that can't be read as JSON was reported already.
    json_reported: bool,
    /// Whether this is one of several alternatives: the original of an altered answer may not have kept it.
    alternative: bool,
}

impl Check<'_, '_, '_> {
    fn expectation(&mut self, expect: &Expectation) {
        if let Some(canaries) = &expect.lacks {
            self.lacks(canaries);
        }
        if let Some(rule) = expect.status.as_ref().filter(|rule| !rule.accepts(self.subject.answer.status)) {
            let answer = self.subject.answer;
            self.finding(Rule::Status, &rule.place, || {
                let observed = format!("{} {}", answer.status, answer.reason).trim().to_owned();
                let body =
                    if answer.body.is_empty() { String::new() } else { format!(", body {}", excerpt(&answer.body)) };
                Words {
                    message: format!("the status is {}, expected {rule}", answer.status),
                    expected: rule.to_string(),
                    observed: observed + &body,
                    pointer: None,
                }
            });
            return;
        }
        for rule in &expect.headers {
            self.header(rule);
        }
        if let Some(rule) = &expect.framing {
            self.framing(rule);
        }
        if self.subject.answer.unknown_body().is_some() {
            return;
        }
        self.body(expect);
        if let Some(canaries) = &expect.contains {
            self.contains(canaries);
        }
        for relation in &expect.relations {
            self.relation(relation);
        }
        if let Some(alternatives) = &expect.any_of {
            self.any_of(alternatives);
        }
    }

    /// Judges alternatives; when none holds, the findings of the one that came closest count.
    fn any_of(&mut self, alternatives: &Alternatives) {
        let Alternatives { branches, choice, place } = alternatives;
        let mut closest: Option<Vec<Finding>> = None;
        let mut held = Vec::new();
        for (index, branch) in branches.iter().enumerate() {
            let mut judgement = Judgement::default();
            // What can't be read as JSON was reported already, unless to be JSON is what this branch asks for.
            let json_reported = self.json_reported && branch.json.is_none();
            Check {
                subject: self.subject,
                blame: self.blame,
                judgement: &mut judgement,
                json_reported,
                alternative: true,
            }
            .expectation(branch);
            self.judgement.unjudged.append(&mut judgement.unjudged);
            if judgement.findings.is_empty() {
                held.push(index);
                // Which branch of a choice was taken is known only when the others are judged too.
                if choice.is_none() {
                    return;
                }
                continue;
            }
            // A wrong status is further away than any number of wrong members.
            let distance = |findings: &[Finding]| {
                (findings.iter().any(|finding| matches!(finding.rule, Rule::Status | Rule::EmptyBody)), findings.len())
            };
            if closest.as_ref().is_none_or(|best| distance(&judgement.findings) < distance(best)) {
                closest = Some(judgement.findings);
            }
        }
        if !held.is_empty() {
            // An answer that is of several branches says nothing of the choice.
            if let ([branch], Some(choice)) = (held.as_slice(), choice) {
                let (choice, branch) = (choice.name.as_str().into(), choice.branches[*branch].as_str().into());
                self.judgement.choices.push(Chosen { choice, branch });
            }
            return;
        }
        let Some(closest) = closest else {
            self.finding(Rule::Alternatives, place, || Words {
                message: "there is no alternative that could hold".into(),
                expected: "an alternative".into(),
                observed: "none".into(),
                pointer: None,
            });
            return;
        };
        if self.subject.wordless {
            self.judgement.findings.extend(closest);
            return;
        }
        self.judgement.findings.extend(closest.into_iter().map(|finding| Finding {
            message: format!("{}, in the closest of {} alternatives", finding.message, branches.len()),
            ..finding
        }));
    }

    /// Says once why something can't be judged.
    fn unjudged(&mut self, reason: &str) {
        if !self.judgement.unjudged.iter().any(|known| known == reason) {
            self.judgement.unjudged.push(reason.to_owned());
        }
    }

    fn finding(&mut self, rule: Rule, place: &Place, words: impl FnOnce() -> Words) {
        self.judgement.findings.push(self.subject.finding(rule, self.blame, place, words));
    }

    /// Runs `check` with another clause to blame, if a rule names one.
    fn blaming(&mut self, requirement: Option<&RequirementId>, check: impl FnOnce(&mut Check<'_, '_, '_>)) {
        let blame = requirement.unwrap_or(self.blame);
        check(&mut Check {
            subject: self.subject,
            blame,
            judgement: &mut *self.judgement,
            json_reported: self.json_reported,
            alternative: self.alternative,
        });
    }

    /// The value of a template; what no step captured makes the trial inconclusive.
    fn filled<T>(&mut self, value: Result<T, Unresolved>) -> Option<T> {
        value
            .map_err(|unresolved| {
                self.judgement.unjudged.push(format!("`{}` was never captured", unresolved.reference));
            })
            .ok()
    }

    /// The compiled path of a selector.
    fn path(&mut self, selector: &Selector) -> Option<JsonPath> {
        match selector {
            Selector::Fixed(path) => Some(path.clone()),
            Selector::Templated(template) => {
                let text = self.filled(template.text(&self.subject.scope))?;
                match self.subject.path(&text) {
                    Ok(path) => Some(path),
                    Err(error) => {
                        self.judgement.unjudged.push(format!("`{text}` is no JSONPath: {}", error.message));
                        None
                    }
                }
            }
        }
    }
}
