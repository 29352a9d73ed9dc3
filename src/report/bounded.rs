//! A report within a limit: beyond it, trials are told without their details.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Reporter;
use crate::check::shortened;
use crate::model::event::{Event, TrialResult};
use crate::model::limits::Limit;
use crate::model::quantity::in_bytes;

/// How much of what was expected and observed is told beyond the limit, in characters.
const SHORT: usize = 80;

/// A number of bytes that several reports share.
pub type Bytes = Arc<AtomicUsize>;

/// A reporter that is given less once it has written much.
pub struct Bounded<'w> {
    inner: Box<dyn Reporter + Send + 'w>,
    written: Bytes,
    most: Bytes,
    /// How much it was given to tell: some write only when a suite has ended.
    given: usize,
}

/// Counts what is written.
pub struct Counted<W> {
    output: W,
    written: Bytes,
}

impl<W> Counted<W> {
    /// Counts what is written to `output`.
    pub fn new(output: W, written: &Bytes) -> Self {
        Self { output, written: Arc::clone(written) }
    }
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.output.write(bytes)?;
        self.written.fetch_add(count, Ordering::Relaxed);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

impl<'w> Bounded<'w> {
    /// The same reporter, which has written as much as `written` says and is to stop at `most`.
    #[must_use]
    pub fn new(inner: Box<dyn Reporter + Send + 'w>, written: Bytes, most: &Bytes) -> Self {
        Self { inner, written, most: Arc::clone(most), given: 0 }
    }
}

impl Reporter for Bounded<'_> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        let Event::Finished(result) = event else { return self.inner.event(event) };
        let most = self.most.load(Ordering::Relaxed);
        if self.written.load(Ordering::Relaxed).max(self.given) <= most {
            self.given += weight(result);
            return self.inner.event(event);
        }
        self.inner.event(&Event::Finished(Arc::new(without_details(result, most))))
    }
}

/// How much every report tells of a result at least, in bytes.
fn weight(result: &TrialResult) -> usize {
    let findings = result.findings.iter().map(|one| one.message.len() + one.expected.len() + one.observed.len());
    findings.sum()
}

/// A result without what was sent and received, and with the beginnings of what was expected and observed.
fn without_details(result: &TrialResult, most: usize) -> TrialResult {
    let mut told = result.clone();
    let mut left_out = !told.exchanges.is_empty();
    told.exchanges = Vec::new();
    told.evidence = Vec::new();
    let of_attempts = told.attempts.iter_mut().map(|attempt| {
        attempt.exchanges = Vec::new();
        &mut attempt.findings
    });
    for finding in of_attempts.chain([&mut told.findings]).flatten() {
        for text in [&mut finding.expected, &mut finding.observed] {
            let short = shortened(text, SHORT);
            left_out |= short != *text;
            *text = short;
        }
    }
    if left_out {
        told.notes.push(format!("told without details: {}", Limit::Report.reached(&in_bytes(most))));
    }
    told
}
