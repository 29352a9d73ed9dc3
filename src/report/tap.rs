//! The report as TAP, version 14 (<https://testanything.org/tap-version-14-specification.html>).

use std::io::{self, Write};

use super::Reporter;
use super::attempts::told;
use super::text::{harmless, microseconds, plural, single_line};
use super::waivers::because;
use crate::model::event::{Event, RunStarted, Summary, TrialResult};
use crate::model::verdict::{Conclusion, Finding, Verdict};

/// Writes a test point for each trial. The plan comes first, so that a report cut short lacks tests; a run that was
/// stopped, or that could not judge what counts, bails out.
pub struct Tap<W: Write> {
    output: W,
    number: usize,
}

impl<W: Write> Tap<W> {
    /// A report into `output`.
    pub fn new(output: W) -> Self {
        Self { output, number: 0 }
    }

    fn started(&mut self, run: &RunStarted) -> io::Result<()> {
        writeln!(self.output, "TAP version 14")?;
        let head = format!("{} {} against {}", run.contract, run.contract_version, run.target);
        writeln!(self.output, "# {}", single_line(&head))?;
        writeln!(self.output, "# contract digest {}", run.digest)?;
        writeln!(self.output, "1..{}", run.trials)
    }

    fn trial(&mut self, result: &TrialResult) -> io::Result<()> {
        self.number += 1;
        let (number, id) = (self.number, escaped(&result.id));
        match result.verdict {
            Verdict::Conforms if result.attempts.is_empty() => writeln!(self.output, "ok {number} - {id}"),
            Verdict::Conforms => {
                writeln!(self.output, "ok {number} - {id}")?;
                self.diagnostics(result)
            }
            Verdict::Skipped => writeln!(self.output, "ok {number} - {id} # SKIP {}", reason(result)),
            Verdict::Violates | Verdict::Inconclusive => {
                let todo = because(result).map(|because| format!(" # TODO {}", escaped(&because))).unwrap_or_default();
                writeln!(self.output, "not ok {number} - {id}{todo}")?;
                self.diagnostics(result)
            }
        }
    }

    /// A block of YAML, written so that every JSON reader agrees with every YAML reader on its values.
    fn diagnostics(&mut self, result: &TrialResult) -> io::Result<()> {
        writeln!(self.output, "  ---")?;
        writeln!(self.output, "  verdict: {}", result.verdict)?;
        writeln!(self.output, "  level: {}", result.level)?;
        writeln!(self.output, "  at: {}", quoted(&format!("{}:{}", result.place.file.path, result.place.line())))?;
        writeln!(self.output, "  duration_ms: {}", millis(microseconds(result.duration)))?;
        for (name, texts) in [("notes", result.notes.iter().collect::<Vec<_>>())] {
            if !texts.is_empty() {
                writeln!(self.output, "  {name}:")?;
            }
            for text in texts {
                writeln!(self.output, "    - {}", quoted(text))?;
            }
        }
        let attempts = told(result);
        if !attempts.is_empty() {
            writeln!(self.output, "  attempts:")?;
        }
        for attempt in attempts {
            writeln!(self.output, "    - {}", quoted(&attempt))?;
        }
        if !result.findings.is_empty() {
            writeln!(self.output, "  findings:")?;
        }
        for finding in &result.findings {
            self.finding(finding)?;
        }
        if let Some(curl) = &result.curl {
            writeln!(self.output, "  send: {}", quoted(curl))?;
        }
        writeln!(self.output, "  again: {}", quoted(&result.rerun))?;
        writeln!(self.output, "  ...")
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let place = finding.place.to_string();
        let members = [
            ("requirement", Some(&*finding.requirement.0)),
            ("rule", Some(finding.rule.slug())),
            ("message", Some(&finding.message)),
            ("expected", Some(&finding.expected)),
            ("observed", Some(&finding.observed)),
            ("pointer", finding.pointer.as_deref()),
            ("at", Some(&place)),
        ];
        let given = members.iter().filter_map(|(name, text)| Some((name, (*text)?)));
        for (index, (name, text)) in given.enumerate() {
            let mark = if index == 0 { "-" } else { " " };
            writeln!(self.output, "    {mark} {name}: {}", quoted(text))?;
        }
        Ok(())
    }

    fn ended(&mut self, summary: &Summary) -> io::Result<()> {
        let total = summary.total();
        writeln!(self.output, "# verdict: {}", summary.conclusion.word())?;
        if summary.left_out > 0 {
            writeln!(self.output, "# partial: {} left out", plural(summary.left_out, "trial"))?;
        }
        for reason in &summary.reasons {
            writeln!(self.output, "# {}", single_line(reason))?;
        }
        let nothing_fails = total.violates - total.waived + total.inconclusive == 0;
        let unseen = summary.conclusion == Conclusion::Incomplete && nothing_fails;
        if unseen || summary.conclusion == Conclusion::StaleWaivers || !summary.complete {
            writeln!(self.output, "Bail out! {}", escaped(&summary.reasons.join("; ")))?;
        }
        Ok(())
    }
}

fn reason(result: &TrialResult) -> String {
    escaped(&result.notes.join("; "))
}

/// A text in a description or directive, in which `#` would begin a directive.
fn escaped(text: &str) -> String {
    single_line(text).replace('\\', r"\\").replace('#', r"\#")
}

/// A text as a JSON string, which is one of YAML too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(harmless(text)).to_string()
}

fn millis(microseconds: u64) -> String {
    format!("{}.{:03}", microseconds / 1000, microseconds % 1000)
}

impl<W: Write> Reporter for Tap<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Started(run) => self.started(run)?,
            Event::Finished(result) => self.trial(result)?,
            Event::Ended(summary) => self.ended(summary)?,
        }
        // Whoever reads along sees each trial as it ends.
        self.output.flush()
    }
}
