//! The report as a page: `html/*.js` shows what is written here as data.
//!
//! The data comes in the order of events: an element `run`, elements `trials` with two lines for each trial (what lists
//! and grids show of it, then all of it, which is read only when somebody opens it), and an element `end`. A page
//! without its end says that the run didn't get there.

mod part;

use std::collections::HashMap;
use std::io::{self, Write};

use self::part::{EndPart, Row, RunPart};
use super::json::trial::TrialPart;
use super::page::{Page, close_data, data, escaped, open_data};
use super::{Reporter, text};
use crate::model::event::{Event, RunStarted, Summary, TrialResult};
use crate::model::requirement::RequirementId;

const PAGE: Page = Page {
    style: concat!(
        include_str!("page/banner.css"),
        include_str!("page/difference.css"),
        include_str!("page/filters.css"),
        include_str!("page/grid.css"),
        include_str!("page/dialog.css"),
        include_str!("page/snippet.css"),
        include_str!("html/report.css"),
    ),
    script: concat!(
        include_str!("page/address.js"),
        include_str!("page/words.js"),
        include_str!("page/sections.js"),
        include_str!("page/filters.js"),
        include_str!("page/grid.js"),
        include_str!("page/difference.js"),
        include_str!("page/snippet.js"),
        include_str!("html/data.js"),
        include_str!("html/body.js"),
        include_str!("html/trial.js"),
        include_str!("html/verdict.js"),
        include_str!("html/waivers.js"),
        include_str!("html/failures.js"),
        include_str!("html/clauses.js"),
        include_str!("html/matrices.js"),
        include_str!("html/list.js"),
        include_str!("html/times.js"),
        include_str!("html/report.js"),
    ),
    body: include_str!("html/report.html"),
};

/// How many trials stand in one element, so that no text gets too long for a browser.
const TRIALS_TOGETHER: usize = 500;

/// Writes the page as the run goes on.
pub struct Html<W: Write> {
    output: W,
    /// Where in the list of clauses each stands.
    clauses: HashMap<RequirementId, usize>,
    trials: usize,
}

impl<W: Write> Html<W> {
    /// A page into `output`.
    pub fn new(output: W) -> Self {
        Self { output, clauses: HashMap::new(), trials: 0 }
    }

    fn started(&mut self, run: &RunStarted) -> io::Result<()> {
        self.clauses = run.requirements.iter().map(|one| one.id.clone()).zip(0..).collect();
        PAGE.open(&mut self.output, &format!("{} · {} {}", run.target, run.contract, run.contract_version))?;
        open_data(&mut self.output, "run")?;
        data(&mut self.output, &RunPart::of(run))?;
        close_data(&mut self.output)?;
        open_data(&mut self.output, "trials")?;
        // Whatever becomes of the run: from here on the page can say so.
        self.output.flush()
    }

    fn trial(&mut self, result: &TrialResult) -> io::Result<()> {
        if self.trials > 0 && self.trials.is_multiple_of(TRIALS_TOGETHER) {
            close_data(&mut self.output)?;
            open_data(&mut self.output, "trials")?;
            self.output.flush()?;
        }
        self.trials += 1;
        data(&mut self.output, &Row::of(result, &self.clauses))?;
        data(&mut self.output, &TrialPart::of(result))
    }

    fn ended(&mut self, summary: &Summary) -> io::Result<()> {
        close_data(&mut self.output)?;
        open_data(&mut self.output, "end")?;
        data(&mut self.output, &EndPart::of(summary))?;
        close_data(&mut self.output)?;
        let total = summary.total();
        writeln!(
            self.output,
            "<noscript><p class=\"noscript\">{}: of {}, {} conform and {} violate.</p></noscript>\n</body>\n</html>",
            escaped(&summary.conclusion.word().to_uppercase()),
            text::plural(total.total(), "trial"),
            total.conforms,
            total.violates
        )?;
        self.output.flush()
    }
}

impl<W: Write> Reporter for Html<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Started(run) => self.started(run),
            Event::Finished(result) => self.trial(result),
            Event::Ended(summary) => self.ended(summary),
        }
    }
}
