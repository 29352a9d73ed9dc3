//! The report as Markdown: for a comment on a change, or the summary of a job.
//!
//! Everything that a server can send stands in code, where nothing is markup and nobody is mentioned.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::Reporter;
use super::attempts::told;
use super::failure::block;
use super::grid::Grid;
use super::markup::{code, fenced, prose};
use super::text::plural;
use super::waivers::{self, numbers, place};
use crate::diagnostic::Style;
use crate::model::event::{Event, RequirementState, RunStarted, State, Summary, TrialResult};
use crate::model::requirement::{Level, Requirement, RequirementId};
use crate::model::verdict::{Conclusion, Verdict};
use crate::model::waiver::WaiverKind;

/// The longest comment that GitHub takes, in characters, and a little less.
pub const COMMENT: usize = 65_000;
/// The largest summary of a step that GitHub takes is 1 MiB; what other commands of the step wrote counts too.
pub const JOB_SUMMARY: usize = 900 << 10;

/// So much of the room is left for what comes after the failures.
const RESERVED: usize = 4;
/// So many trials that could not be judged are named.
const MOST_UNJUDGED: usize = 12;

/// Writes the title when the run begins and all else when it is over, so that a report cut short has no verdict.
pub struct Markdown<W: Write> {
    output: W,
    /// How many bytes it may have.
    limit: usize,
    requirements: BTreeMap<RequirementId, Requirement>,
    grids: Vec<Grid>,
    failures: String,
    failed: usize,
    shown: usize,
    unjudged: Vec<(String, String)>,
    inconclusive: usize,
    /// What is said of trials that are flaky.
    wavering: String,
    flaky: usize,
}

impl<W: Write> Markdown<W> {
    /// A report of at most `limit` bytes into `output`.
    pub fn new(output: W, limit: usize) -> Self {
        Self {
            output,
            limit,
            requirements: BTreeMap::new(),
            grids: Vec::new(),
            failures: String::new(),
            failed: 0,
            shown: 0,
            unjudged: Vec::new(),
            inconclusive: 0,
            wavering: String::new(),
            flaky: 0,
        }
    }

    fn started(&mut self, run: &RunStarted) -> io::Result<()> {
        self.requirements = run.requirements.iter().map(|one| (one.id.clone(), one.clone())).collect();
        let contract = prose(&format!("{} {}", run.contract, run.contract_version));
        let version = run.target_version.as_deref().map(|version| format!(" {}", code(version))).unwrap_or_default();
        writeln!(self.output, "## {contract} against {}{version}\n", code(&run.target))?;
        self.output.flush()
    }

    fn trial(&mut self, result: &TrialResult) {
        if let Some(cell) = &result.cell {
            let name = format!("{}/{}", result.suite, result.case);
            if self.grids.last().is_none_or(|grid| grid.name != name) {
                self.grids.push(Grid::new(&name, &cell.axes));
            }
            self.grids.iter_mut().last().into_iter().for_each(|grid| grid.add(cell, result));
        }
        if result.is_flaky() {
            self.flaky += 1;
            if self.flaky <= MOST_UNJUDGED {
                let _ = writeln!(self.wavering, "* {}: {}", code(&result.id), code(&told(result).join("; ")));
            }
        }
        match result.verdict {
            Verdict::Conforms | Verdict::Skipped => {}
            Verdict::Violates if result.waived().is_some() => {}
            Verdict::Inconclusive => {
                self.inconclusive += 1;
                if self.unjudged.len() < MOST_UNJUDGED {
                    self.unjudged.push((result.id.to_string(), result.notes.join("; ")));
                }
            }
            Verdict::Violates => {
                self.failed += 1;
                let text = block(result, &self.requirements, Style::PLAIN, false);
                let blamed = result.findings.first().map(|finding| format!(", {}", finding.requirement));
                let title = format!("{}{}", code(&result.id), blamed.unwrap_or_default());
                let whole = format!("<details><summary>{title}</summary>\n\n{}\n</details>\n\n", fenced(&text));
                // GitHub shows no code span in a summary written as HTML, so the id stands there as it is.
                let whole = whole.replacen(&code(&result.id), &html(&result.id), 1);
                let room = self.limit - self.limit / RESERVED;
                if self.shown + 1 == self.failed && self.failures.len() + whole.len() <= room {
                    self.failures.push_str(&whole);
                    self.shown += 1;
                }
            }
        }
    }

    fn ended(&mut self, summary: &Summary) -> io::Result<()> {
        let head = head(summary);
        let mut rest = String::new();
        for section in [
            self.violated(summary),
            waived(summary),
            self.matrices(),
            self.unjudged(),
            self.flaky(),
            choices(summary),
            clauses(summary),
        ] {
            let room = self.limit.saturating_sub(head.len() + self.failures.len() + 512);
            if rest.len() + section.len() <= room {
                rest.push_str(&section);
            } else if !section.is_empty() {
                rest.push_str("_A section is left out: the report would be too long._\n\n");
            }
        }
        let mut failures = String::new();
        if self.failed > 0 {
            let _ = writeln!(failures, "### Trials that violate\n\n{}", self.failures);
        }
        if self.failed > self.shown {
            let more = plural(self.failed - self.shown, "trial");
            let _ = writeln!(failures, "… and {more} more that violate: the report would be too long.\n");
        }
        let text = format!("{head}{rest}{failures}");
        self.output.write_all(text.trim_end().as_bytes())?;
        self.output.write_all(b"\n")?;
        self.output.flush()
    }

    fn violated(&self, summary: &Summary) -> String {
        let violated: Vec<_> =
            summary.requirements.iter().filter(|one| one.state == State::Violated && !one.waived).collect();
        if violated.is_empty() {
            return String::new();
        }
        let mut table =
            String::from("### Clauses that are violated\n\n| clause | level | says |\n| --- | --- | --- |\n");
        for one in violated {
            let says = self.requirements.get(&one.id).map_or("", |requirement| requirement.says.as_str());
            let _ = writeln!(table, "| {} | {} | {} |", one.id, one.level, prose(says));
        }
        table + "\n"
    }

    fn matrices(&self) -> String {
        let tables: Vec<String> = self.grids.iter().filter(|grid| grid.is_judged()).map(Grid::markdown).collect();
        if tables.is_empty() { String::new() } else { format!("### Matrices\n\n{}\n", tables.join("\n")) }
    }

    fn flaky(&self) -> String {
        let more = match self.flaky.saturating_sub(MOST_UNJUDGED) {
            0 => String::new(),
            more => format!("* … and {} more\n", plural(more, "trial")),
        };
        if self.flaky == 0 { String::new() } else { format!("### Flaky trials\n\n{}{more}\n", self.wavering) }
    }

    fn unjudged(&self) -> String {
        if self.inconclusive == 0 {
            return String::new();
        }
        let mut list = String::from("### Trials that could not be judged\n\n");
        for (id, reason) in &self.unjudged {
            let _ = writeln!(list, "* {}: {}", code(id), code(reason));
        }
        let more = self.inconclusive - self.unjudged.len();
        if more > 0 {
            let _ = writeln!(list, "* … and {} more", plural(more, "trial"));
        }
        list + "\n"
    }
}

/// What was left to the target, and what it chose.
fn choices(summary: &Summary) -> String {
    if summary.choices.iter().all(|state| state.taken().next().is_none()) {
        return String::new();
    }
    let mut table =
        String::from("### Choices of the target\n\n| choice | what is left open | taken |\n| --- | --- | --- |\n");
    for state in summary.choices.iter().filter(|state| state.taken().next().is_some()) {
        let _ = writeln!(table, "| {} | {} | {} |", prose(&state.choice), prose(&state.title), prose(&state.told()));
    }
    table + "\n"
}

/// The verdict, the numbers, and why.
fn head(summary: &Summary) -> String {
    let (mark, word) = match summary.conclusion {
        Conclusion::Conforms => ("✅", "Conforms"),
        Conclusion::Violates => ("❌", "Violates"),
        Conclusion::Incomplete => ("⚠️", "Incomplete"),
        Conclusion::StaleWaivers => ("⚠️", "Stale waivers"),
    };
    let total = summary.total();
    let mut head = format!("{mark} **{word}**: {}{}", plural(total.total(), "trial"), numbers(summary));
    for level in Level::ALL {
        let Some(counts) = summary.counts.get(&level) else { continue };
        let numbers = [
            (counts.conforms, "conform"),
            (counts.violates - counts.waived, "violate"),
            (counts.waived - counts.disputed, "waived"),
            (counts.disputed, "disputed"),
            (counts.inconclusive, "inconclusive"),
            (counts.skipped, "skipped"),
        ];
        let parts: Vec<String> = numbers
            .iter()
            .filter(|(count, word)| *count > 0 || *word == "conform")
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        let _ = write!(head, "; {level}: {}", parts.join(" · "));
    }
    head.push_str("\n\n");
    if summary.left_out > 0 {
        let left_out = plural(summary.left_out, "trial");
        let _ = writeln!(head, "Partial: {left_out} left out.\n");
    }
    for reason in &summary.reasons {
        let _ = writeln!(head, "* {}", code(reason));
    }
    if !summary.reasons.is_empty() {
        head.push('\n');
    }
    head
}

/// What is waived, and what is disputed.
fn waived(summary: &Summary) -> String {
    let mut text = String::new();
    let outcomes = || summary.waivers.iter().flatten().filter(|outcome| !outcome.waived.is_empty());
    for (kind, title) in [(WaiverKind::Waived, "Waived"), (WaiverKind::Disputed, "Disputed")] {
        let mut of_kind = outcomes().filter(|outcome| outcome.waiver.kind == kind).peekable();
        if of_kind.peek().is_none() {
            continue;
        }
        let _ = writeln!(
            text,
            "### {title}\n\n| trials | until | owner | reason | entry |\n| --- | --- | --- | --- | --- |"
        );
        for outcome in of_kind {
            let waiver = &outcome.waiver;
            let trials = match &outcome.waived[..] {
                [one] => code(one),
                several => format!("{}: {}", several.len(), code(&waiver.trials.join(", "))),
            };
            let link = waiver.link.as_ref().map(|link| format!(" {}", code(link))).unwrap_or_default();
            let (expires, owner, reason) = (waiver.expires, prose(&waiver.owner), prose(&waiver.reason));
            let _ = writeln!(text, "| {trials} | {expires} | {owner} | {reason}{link} | {} |", code(&place(waiver)));
        }
        text.push('\n');
    }
    text
}

/// Every clause with its state.
fn clauses(summary: &Summary) -> String {
    let counts: Vec<String> =
        waivers::clauses(summary).into_iter().map(|(count, word)| format!("{count} {word}")).collect();
    let mut table = format!("<details><summary>Clauses: {}</summary>\n\n", counts.join(" · "));
    table.push_str("| clause | level | state | trials |\n| --- | --- | --- | ---: |\n");
    for one in &summary.requirements {
        let _ = writeln!(table, "| {} | {} | {} | {} |", one.id, one.level, state(one), one.trials.len());
    }
    table + "\n</details>\n\n"
}

fn state(one: &RequirementState) -> String {
    let waived = if one.waived { ", waived" } else { "" };
    format!("{}{waived}", one.state.word())
}

/// The text of an id in HTML.
fn html(text: &str) -> String {
    format!("<code>{}</code>", text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

impl<W: Write> Reporter for Markdown<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Started(run) => self.started(run),
            Event::Finished(result) => {
                self.trial(result);
                Ok(())
            }
            Event::Ended(summary) => self.ended(summary),
        }
    }
}
