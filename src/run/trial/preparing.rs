//! Set-up and clean-up: steps that are not judged.

use super::super::shown::Of;
use super::Course;
use crate::check::{self, Judgement, Subject};
use crate::model::case::Step;
use crate::model::shown::Part;

impl Course<'_> {
    /// Steps that are not judged; the first that fails ends them.
    pub(super) async fn prepare(&mut self, part: Part, steps: &[Step]) -> Result<(), String> {
        let mut failed = Ok(());
        for (index, step) in steps.iter().enumerate() {
            if part == Part::Setup {
                self.unless_too_slow().await?;
            }
            let of = Of { part, step: index, name: step.name.as_deref() };
            let outcome = self.preparation(of, step).await;
            let outcome = outcome.map_err(|reason| format!("{} failed: {reason}", part.word()));
            // Clean-up goes on after a failure: the rest may still undo something.
            if outcome.is_err() && part == Part::Setup {
                return outcome;
            }
            if failed.is_ok() {
                failed = outcome;
            }
        }
        failed
    }

    async fn preparation(&mut self, of: Of<'_>, step: &Step) -> Result<(), String> {
        let (exchange, _) = self.send(of, step).await?;
        self.exchanges.add(of, &exchange);
        let line = format!("{} {}", step.request.method, self.masked(&exchange.request.url));
        let answer = exchange.answer.map_err(|error| format!("{line}: {error}"))?;
        let blame = &self.trial.requirements[0];
        let subject =
            Subject::new(&step.request.method, &answer, self.moment().scope(), &self.answers).within(self.limits());
        let judgement = check::judge(&subject, &[(&step.expect, blame)], Judgement::default());
        let captured = check::captured(&step.captures, &subject);
        let told = check::told_in_secret(&step.captures, &subject);
        self.learn(&step.captures, told);
        if let Some(finding) = judgement.findings.first() {
            return Err(format!("{line}: {}", self.masked(&finding.message)));
        }
        self.captures.extend(captured);
        Ok(())
    }
}
