//! What a person sees: a block for each failed trial, then what it all came to.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Instant;

use super::Reporter;
use super::attempts;
use super::failure::block;
use super::grid::Grid;
use super::text::{Tone, duration, harmless, paint, plural, wrapped};
use super::waivers::{clauses, numbers, proposed, told};
use super::wire::{Exchanges, exchanges};
use crate::diagnostic::Style;
use crate::model::event::{Event, RunStarted, State, Summary, TrialResult};
use crate::model::requirement::{Level, Requirement, RequirementId};
use crate::model::snapshot::SnapshotCounts;
use crate::model::verdict::{Conclusion, Verdict};

/// So many blocks of one requirement are written out whole; the rest is brief, unless everything is wanted.
const WHOLE_BLOCKS: usize = 3;

/// So many clauses that were not seen to be judged are named.
const MOST_UNPROVEN: usize = 8;

/// So many trials of another verdict than before are named.
const MOST_CHANGED: usize = 20;

/// How many files of snapshots are named.
const MOST_FILES: usize = 12;

/// The block of one failed trial, whole.
#[must_use]
pub fn failure_block(result: &TrialResult, requirements: &[Requirement], style: Style) -> String {
    let by_id = requirements.iter().map(|one| (one.id.clone(), one.clone())).collect();
    block(result, &by_id, style, false)
}

/// Writes blocks as trials finish and a summary at the end.
pub struct Terminal<W: Write> {
    output: W,
    style: Style,
    requirements: BTreeMap<RequirementId, Requirement>,
    verbose: bool,
    exchanges: Exchanges,
    /// Whether entries of waivers are wanted for everything that isn't waived.
    suggests: bool,
    /// When the run began; none where it is over long since.
    started: Option<Instant>,
    run: Option<RunStarted>,
    blocks: BTreeMap<RequirementId, usize>,
    inconclusive: Vec<(String, Vec<String>)>,
    skipped: Vec<(String, usize)>,
    grids: Vec<Grid>,
    /// Trials of another verdict than before, with both.
    changed: Vec<(String, Verdict, Verdict)>,
    requests: usize,
    finished: usize,
}

impl<W: Write> Terminal<W> {
    /// A reporter for people. `verbose` writes every block whole.
    pub fn new(output: W, style: Style, requirements: &[Requirement], verbose: bool) -> Self {
        Self {
            output,
            style,
            requirements: requirements.iter().map(|one| (one.id.clone(), one.clone())).collect(),
            verbose,
            exchanges: Exchanges::Hidden,
            suggests: false,
            started: Some(Instant::now()),
            run: None,
            blocks: BTreeMap::new(),
            inconclusive: Vec::new(),
            skipped: Vec::new(),
            grids: Vec::new(),
            changed: Vec::new(),
            requests: 0,
            finished: 0,
        }
    }

    /// Shows the exchanges of every trial.
    #[must_use]
    pub fn with(self, exchanges: Exchanges) -> Self {
        Self { exchanges, ..self }
    }

    /// Shows an entry of waivers for everything that isn't waived.
    #[must_use]
    pub fn suggesting(self, suggests: bool) -> Self {
        Self { suggests, ..self }
    }

    /// What was sent and received in a trial, below what is said of it.
    fn exchanged(&mut self, result: &TrialResult) -> io::Result<()> {
        if self.exchanges == Exchanges::Hidden || result.exchanges.is_empty() {
            return Ok(());
        }
        let colour = self.style.colour;
        let word = match result.verdict {
            Verdict::Conforms => paint("CONFORMS", Tone::Good, colour),
            Verdict::Violates => paint("EXCHANGES", Tone::Bad, colour),
            Verdict::Inconclusive => paint("INCONCLUSIVE", Tone::Doubtful, colour),
            Verdict::Skipped => return Ok(()),
        };
        writeln!(self.output, "{word} {}\n{}", result.id, exchanges(result, self.exchanges, colour))
    }

    /// Says nothing of how long the run took, since it was another time.
    #[must_use]
    pub fn untimed(self) -> Self {
        Self { started: None, ..self }
    }

    fn trial(&mut self, result: &TrialResult) -> io::Result<()> {
        self.requests += result.requests;
        self.finished += 1;
        if let Some(was) = result.was.filter(|was| *was != result.verdict) {
            self.changed.push((result.id.to_string(), result.verdict, was));
        }
        if let Some(cell) = &result.cell {
            let name = format!("{}/{}", result.suite, result.case);
            if self.grids.last().is_none_or(|grid| grid.name != name) {
                self.grids.push(Grid::new(&name, &cell.axes));
            }
            if let Some(grid) = self.grids.last_mut() {
                grid.add(cell, result);
            }
        }
        self.judged(result)?;
        self.exchanged(result)
    }

    fn judged(&mut self, result: &TrialResult) -> io::Result<()> {
        match result.verdict {
            Verdict::Conforms if result.is_flaky() => {
                writeln!(self.output, "{} {}", paint("FLAKY", Tone::Doubtful, self.style.colour), result.id)?;
                for attempt in attempts::told(result) {
                    writeln!(self.output, "  {attempt}")?;
                }
                writeln!(self.output, "  {} {}\n", paint("again:", Tone::Quiet, self.style.colour), result.rerun)
            }
            Verdict::Conforms => Ok(()),
            Verdict::Violates if result.waived().is_some() && !self.verbose => Ok(()),
            Verdict::Violates => {
                let first = result.findings.first().map(|finding| finding.requirement.clone());
                let count = self.blocks.entry(first.unwrap_or_else(|| result.requirements[0].clone())).or_default();
                *count += 1;
                let brief = *count > WHOLE_BLOCKS && !self.verbose;
                let block = block(result, &self.requirements, self.style, brief);
                writeln!(self.output, "{block}")
            }
            Verdict::Inconclusive => {
                let reason = result.notes.join("; ");
                match self.inconclusive.iter_mut().find(|(known, _)| *known == reason) {
                    Some((_, trials)) => trials.push(result.id.to_string()),
                    None => self.inconclusive.push((reason, vec![result.id.to_string()])),
                }
                Ok(())
            }
            Verdict::Skipped => {
                let reason = result.notes.join("; ");
                match self.skipped.iter_mut().find(|(known, _)| *known == reason) {
                    Some((_, count)) => *count += 1,
                    None => self.skipped.push((reason, 1)),
                }
                Ok(())
            }
        }
    }

    fn summary(&mut self, summary: &Summary) -> io::Result<()> {
        let colour = self.style.colour;
        for (reason, trials) in &self.inconclusive {
            let head = paint("INCONCLUSIVE", Tone::Doubtful, colour);
            let what = if trials.len() == 1 { trials[0].clone() } else { plural(trials.len(), "trial") };
            writeln!(self.output, "{head} {what}: {}", harmless(reason))?;
            if trials.len() > 1 {
                let shown: Vec<&str> = trials.iter().take(4).map(String::as_str).collect();
                let more = if trials.len() > 4 { ", …" } else { "" };
                writeln!(self.output, "  {}{more}", shown.join(", "))?;
            }
            writeln!(self.output)?;
        }
        for (reason, count) in &self.skipped {
            writeln!(self.output, "{} {}: {reason}", paint("SKIPPED", Tone::Quiet, colour), plural(*count, "trial"))?;
        }
        for grid in self.grids.iter().filter(|grid| grid.is_judged()) {
            writeln!(self.output, "{}", grid.render(colour, self.style.width))?;
        }
        self.changed()?;
        if let Some(outcomes) = &summary.waivers {
            let told = told(outcomes, colour);
            let (before, after) = (if self.skipped.is_empty() { "" } else { "\n" }, "\n");
            if !told.is_empty() {
                write!(self.output, "{before}{told}{after}")?;
            }
        }
        self.violated(summary)?;
        self.unproven(summary)?;
        write!(self.output, "{}", proposed(summary, self.suggests, self.style))?;
        self.counts(summary)?;
        self.choices(summary)?;
        if let Some(counts) = &summary.snapshots {
            self.snapshots(counts)?;
        }
        self.conclusion(summary)
    }

    /// The verdicts that aren't what they were when the answers were judged first.
    fn changed(&mut self) -> io::Result<()> {
        let shown = if self.verbose { usize::MAX } else { MOST_CHANGED };
        for (id, verdict, was) in self.changed.iter().take(shown) {
            let id = paint(id, Tone::Strong, self.style.colour);
            writeln!(self.output, "changed   {id}  {verdict} (was {was})")?;
        }
        let more = self.changed.len().saturating_sub(shown);
        if more > 0 {
            writeln!(self.output, "          … and {}; --verbose shows all", plural(more, "more trial"))?;
        }
        if !self.changed.is_empty() {
            writeln!(self.output)?;
        }
        Ok(())
    }

    fn violated(&mut self, summary: &Summary) -> io::Result<()> {
        let width = summary.requirements.iter().map(|one| one.id.0.len()).max().unwrap_or(0);
        let violated: Vec<_> = summary.requirements.iter().filter(|one| one.state == State::Violated).collect();
        for one in &violated {
            let says = self.requirements.get(&one.id).map_or("", |requirement| requirement.says.as_str());
            let (word, tone) = if one.waived { ("waived", Tone::Doubtful) } else { ("violated", Tone::Bad) };
            let id = paint(&format!("{:width$}", one.id.0), tone, self.style.colour);
            let room = self.style.width.saturating_sub(width + 20).max(20);
            let lines = wrapped(says, room);
            let more = if lines.len() > 1 { " …" } else { "" };
            writeln!(self.output, "{word:8}  {id}  {:6}  {}{more}", one.level.word(), lines[0])?;
        }
        if !violated.is_empty() {
            writeln!(self.output)?;
        }
        Ok(())
    }

    fn unproven(&mut self, summary: &Summary) -> io::Result<()> {
        for id in summary.unproven.iter().take(MOST_UNPROVEN) {
            let id = paint(&id.0, Tone::Doubtful, self.style.colour);
            writeln!(self.output, "unproven  {id}  no altered answer made its trials fail; `probity prove` says more")?;
        }
        if !summary.unproven.is_empty() {
            writeln!(self.output)?;
        }
        Ok(())
    }

    fn counts(&mut self, summary: &Summary) -> io::Result<()> {
        for level in Level::ALL {
            let Some(counts) = summary.counts.get(&level) else { continue };
            let numbers = [
                (counts.conforms, "conform", Tone::Good),
                (counts.violates - counts.waived, "violate", Tone::Bad),
                (counts.waived - counts.disputed, "waived", Tone::Doubtful),
                (counts.disputed, "disputed", Tone::Doubtful),
                (counts.inconclusive, "inconclusive", Tone::Doubtful),
                (counts.skipped, "skipped", Tone::Quiet),
            ];
            let parts: Vec<String> = numbers
                .iter()
                .filter(|(count, word, _)| *count > 0 || *word == "conform")
                .map(|(count, word, tone)| paint(&format!("{count} {word}"), *tone, self.style.colour))
                .collect();
            writeln!(self.output, "{:8}  {}", level.word(), parts.join(" · "))?;
        }
        let parts: Vec<String> = clauses(summary).into_iter().map(|(count, word)| format!("{count} {word}")).collect();
        writeln!(self.output, "clauses   {}", parts.join(" · "))
    }

    /// What the target chose; one that took several branches is told of where it weighs.
    fn choices(&mut self, summary: &Summary) -> io::Result<()> {
        let chosen = summary.choices.iter().filter(|state| !state.is_torn());
        let named: Vec<String> =
            chosen.filter_map(|state| Some(format!("{}: {}", state.choice, state.taken().next()?.branch))).collect();
        if named.is_empty() { Ok(()) } else { writeln!(self.output, "choices   {}", named.join(" · ")) }
    }

    fn snapshots(&mut self, counts: &SnapshotCounts) -> io::Result<()> {
        let numbers = [
            (counts.same, "as accepted", Tone::Good),
            (counts.changed, "changed", Tone::Bad),
            (counts.missing, "never accepted", Tone::Bad),
            (counts.accepted.len(), "accepted now", Tone::Doubtful),
        ];
        let parts: Vec<String> = numbers
            .iter()
            .filter(|(count, _, _)| *count > 0)
            .map(|(count, word, tone)| paint(&format!("{count} {word}"), *tone, self.style.colour))
            .collect();
        if !parts.is_empty() {
            let review = if counts.pending > 0 { "; see `probity review`" } else { "" };
            writeln!(self.output, "answers   {}{review}", parts.join(" · "))?;
        }
        for file in counts.accepted.iter().take(MOST_FILES) {
            writeln!(self.output, "          accepted {}", harmless(file))?;
        }
        for file in counts.orphans.iter().take(MOST_FILES) {
            writeln!(self.output, "          no case has {}; `probity review --prune` removes it", harmless(file))?;
        }
        let more = counts.accepted.len().saturating_sub(MOST_FILES) + counts.orphans.len().saturating_sub(MOST_FILES);
        if more > 0 {
            writeln!(self.output, "          … and {more} more files")?;
        }
        Ok(())
    }

    fn conclusion(&mut self, summary: &Summary) -> io::Result<()> {
        let tone = match summary.conclusion {
            Conclusion::Conforms => Tone::Good,
            Conclusion::Violates => Tone::Bad,
            Conclusion::Incomplete | Conclusion::StaleWaivers => Tone::Doubtful,
        };
        // What is judged is well; that it is only a part is no fault of the target.
        let word = if summary.partial { "PARTIAL" } else { &summary.conclusion.word().to_uppercase() };
        let word = paint(word, tone, self.style.colour);
        let target = self.run.as_ref().map_or("", |run| run.target.as_str());
        writeln!(
            self.output,
            "{word}  {target}: {}, {}{}{}",
            plural(self.finished, "trial"),
            plural(self.requests, "request"),
            self.started.map(|started| format!(" in {}", duration(started.elapsed()))).unwrap_or_default(),
            numbers(summary)
        )?;
        if summary.left_out > 0 {
            let left_out = plural(summary.left_out, "trial");
            writeln!(self.output, "          partial: {left_out} left out")?;
        }
        for reason in &summary.reasons {
            writeln!(self.output, "          {}", harmless(reason))?;
        }
        Ok(())
    }
}

impl<W: Write> Reporter for Terminal<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Started(run) => {
                writeln!(
                    self.output,
                    "{} {} against {}, {}\n",
                    run.contract,
                    run.contract_version,
                    run.target,
                    plural(run.trials, "trial")
                )?;
                for note in &run.notes {
                    writeln!(self.output, "note: {note}\n")?;
                }
                self.run = Some(run.clone());
            }
            Event::Finished(result) => self.trial(result)?,
            Event::Ended(summary) => self.summary(summary)?,
        }
        self.output.flush()
    }
}
