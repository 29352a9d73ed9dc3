//! Progress bars on a terminal's standard error.

use std::{fmt, io};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::Reporter;
use crate::model::event::Event;
use crate::model::verdict::Verdict;

/// Shows how far the run is, how fast, and how many trials were violated.
pub struct Progress {
    bar: ProgressBar,
    violated: usize,
}

impl Progress {
    /// A bar that isn't drawn before the run begins.
    #[must_use]
    pub fn new() -> Self {
        let bar = bar("{bar:30} {pos}/{len} {rate} {msg}");
        Self { bar, violated: 0 }
    }

    /// Runs `write` with the bar out of the way.
    pub fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Reporter for Progress {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Started(run) => self.bar.set_length(run.trials as u64),
            Event::Finished(result) => {
                self.bar.inc(1);
                if result.verdict == Verdict::Violates {
                    self.violated += 1;
                    self.bar.set_message(format!("{} violated", self.violated));
                }
            }
            Event::Ended(_) => self.bar.finish_and_clear(),
        }
        Ok(())
    }
}

/// Shows how many mutants were judged, and how fast.
pub struct Judging {
    bar: ProgressBar,
}

impl Judging {
    /// A bar that isn't drawn before the first mutants are judged.
    #[must_use]
    pub fn new() -> Self {
        Self { bar: bar("{bar:30} {pos}/{len} mutants {rate}") }
    }

    /// Shows how far it is.
    pub fn show(&self, done: usize, all: usize) {
        self.bar.set_length(all as u64);
        self.bar.set_position(done as u64);
    }
}

impl Default for Judging {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Judging {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A bar on standard error, not drawn yet.
fn bar(template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style.with_key("rate", |state: &ProgressState, text: &mut dyn fmt::Write| {
        // A style can't fail; what can't be written isn't shown.
        let _ = write!(text, "{:.0}/s", state.per_sec());
    }));
    bar
}
