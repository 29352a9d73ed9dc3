//! Annotations for GitHub Actions: workflow commands that show a finding at the line of the suite.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::Reporter;
use super::attempts::{further_lines, told};
use super::text::{folder_prefix, harmless, plural};
use crate::diagnostic::Place;
use crate::model::event::{Event, RunStarted, Summary, TrialResult};
use crate::model::requirement::{Level, RequirementId};
use crate::model::verdict::{Conclusion, Verdict};
use crate::model::waiver::{Fault, WaiverState};

/// GitHub shows so many annotations of each kind in a step.
const SHOWN: usize = 10;

/// How many of these speak of flaky trials; all of them are in the summary of the job.
const FLAKY_SHOWN: usize = 3;

/// Gathers findings, one annotation for each clause and line, and writes them when the run is over, the weightiest
/// first.
pub struct Github<W: Write> {
    output: W,
    folder: Option<String>,
    levels: BTreeMap<RequirementId, Level>,
    annotations: Vec<Annotation>,
    /// Where the annotation of a clause at a line stands.
    known: BTreeMap<(RequirementId, String, usize), usize>,
    unjudged: Vec<String>,
    /// What is said of trials that are flaky.
    flaky: Vec<String>,
}

struct Annotation {
    level: Level,
    requirement: RequirementId,
    place: Place,
    text: String,
    trials: usize,
    last: String,
}

impl<W: Write> Github<W> {
    /// Annotations into `output`, which GitHub has to read: standard output or error of a step.
    pub fn new(output: W) -> Self {
        Self {
            output,
            folder: None,
            levels: BTreeMap::new(),
            annotations: Vec::new(),
            known: BTreeMap::new(),
            unjudged: Vec::new(),
            flaky: Vec::new(),
        }
    }

    fn started(&mut self, run: &RunStarted) {
        self.folder.clone_from(&run.folder);
        self.levels = run.requirements.iter().map(|one| (one.id.clone(), one.level)).collect();
    }

    fn trial(&mut self, result: &TrialResult) {
        if result.verdict == Verdict::Inconclusive {
            self.unjudged.push(result.id.to_string());
        }
        if result.is_flaky() {
            self.flaky.push(format!("{} is flaky\n{}", result.id, told(result).join("\n")));
        }
        // What is waived is told waiver by waiver.
        if result.waived().is_some() {
            return;
        }
        for finding in &result.findings {
            let key = (finding.requirement.clone(), finding.place.file.path.clone(), finding.place.line());
            let Some(index) = self.known.get(&key) else {
                let attempts = further_lines(result);
                let text = format!(
                    "{}\nexpected {}\nobserved {}{attempts}\nagain: {}",
                    finding.message, finding.expected, finding.observed, result.rerun
                );
                self.known.insert(key, self.annotations.len());
                self.annotations.push(Annotation {
                    level: self.levels.get(&finding.requirement).copied().unwrap_or(result.level),
                    requirement: finding.requirement.clone(),
                    place: finding.place.clone(),
                    text,
                    trials: 1,
                    last: result.id.to_string(),
                });
                continue;
            };
            let annotation = &mut self.annotations[*index];
            if *annotation.last != *result.id {
                annotation.last = result.id.to_string();
                annotation.trials += 1;
            }
        }
    }

    fn ended(&mut self, summary: &Summary) -> io::Result<()> {
        for (level, command) in [(Level::Must, "error"), (Level::Should, "warning"), (Level::May, "notice")] {
            let found: Vec<&Annotation> = self.annotations.iter().filter(|one| one.level == level).collect();
            let incomplete = level == Level::Must && summary.conclusion == Conclusion::Incomplete;
            let flaky = if level == Level::Should { &self.flaky[..self.flaky.len().min(FLAKY_SHOWN)] } else { &[] };
            for text in flaky {
                writeln!(self.output, "::{command} title=Probity::{}", data(text))?;
            }
            let room = SHOWN - usize::from(incomplete) - flaky.len();
            // The last of them says how many more there are.
            let shown = if found.len() > room { room - 1 } else { found.len() };
            for annotation in &found[..shown] {
                let properties = self.properties(annotation);
                let text = match annotation.trials {
                    1 => annotation.text.clone(),
                    trials => format!("{}\nin {}", annotation.text, plural(trials, "trial")),
                };
                writeln!(self.output, "::{command} {properties}::{}", data(&text))?;
            }
            if found.len() > shown {
                let more = plural(found.len() - shown, "finding");
                let text = format!("{more} more of a {level}: see the summary of this job, or the log");
                writeln!(self.output, "::{command} title=Probity::{}", data(&text))?;
            }
            if incomplete {
                let mut text = format!("the run is incomplete: {}", summary.reasons.join("; "));
                if let Some(first) = self.unjudged.first() {
                    let _ = write!(text, "\nthe first is {first}");
                }
                writeln!(self.output, "::{command} title=Probity::{}", data(&text))?;
            }
        }
        self.stale(summary)?;
        self.waived(summary)?;
        self.output.flush()
    }

    /// The lines of waivers that are to be mended.
    fn stale(&mut self, summary: &Summary) -> io::Result<()> {
        let stale = summary.waivers.iter().flatten().filter(|outcome| outcome.state == WaiverState::Stale);
        let faults = stale.flat_map(|outcome| outcome.faults.iter().map(move |fault| (&outcome.waiver, fault)));
        for (waiver, Fault { line, text }) in faults.take(SHOWN) {
            let file = property(waiver.place.file.path.trim_start_matches("./"));
            writeln!(self.output, "::error file={file},line={line},title=Probity%3A stale waiver::{}", data(text))?;
        }
        Ok(())
    }

    /// What is known, which is no error.
    fn waived(&mut self, summary: &Summary) -> io::Result<()> {
        let holding = summary.waivers.iter().flatten().filter(|outcome| !outcome.waived.is_empty());
        for outcome in holding.take(SHOWN) {
            let waiver = &outcome.waiver;
            let file = property(waiver.place.file.path.trim_start_matches("./"));
            let title = property(&format!("Probity: {}", waiver.kind.word()));
            let trials = match &outcome.waived[..] {
                [one] => one.clone(),
                several => plural(several.len(), "trial"),
            };
            let text = format!("{trials}, until {} by {}: {}", waiver.expires, waiver.owner, waiver.reason);
            let line = waiver.place.line();
            writeln!(self.output, "::notice file={file},line={line},title={title}::{}", data(&text))?;
        }
        Ok(())
    }

    /// The files of the shipped contract aren't in the repository, so their places stand in the title alone.
    fn properties(&self, annotation: &Annotation) -> String {
        let title = format!("{} ({})", annotation.requirement, annotation.level);
        let place = &annotation.place;
        match &self.folder {
            Some(folder) => {
                let path = property(&format!("{}{}", folder_prefix(Some(folder)), place.file.path));
                let (line, column) = (place.line(), place.column());
                format!("file={path},line={line},col={column},title={}", property(&title))
            }
            None => format!("title={}", property(&format!("{title} at {place}"))),
        }
    }
}

/// A text as the message of a command.
fn data(text: &str) -> String {
    harmless(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text as the value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

impl<W: Write> Reporter for Github<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Started(run) => self.started(run),
            Event::Finished(result) => self.trial(result),
            Event::Ended(summary) => return self.ended(summary),
        }
        Ok(())
    }
}
