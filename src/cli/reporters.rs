//! All reporters of a run: the terminal, the progress bar and the reports that were asked for.

use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::destination::{Destination, Wanted, distinct};
use super::queue::Queue;
use super::{Failure, Output};
use crate::model::event::Event;
use crate::model::limits::Limits;
use crate::model::requirement::Requirement;
use crate::report::bounded::{Bounded, Bytes, Counted};
use crate::report::harmless::Harmless;
use crate::report::markdown::{self, Markdown};
use crate::report::progress::Progress;
use crate::report::terminal::Terminal;
use crate::report::wire::Exchanges;
use crate::report::{Refused, Reporter};
use crate::run::bug::{Bug, caught, provoked};

/// Reports, and where each of them is written to.
pub(super) type Reports = Vec<(Destination, Box<dyn Reporter + Send>)>;

/// The variable that names the file of a job's summary on GitHub.
const JOB_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Opens every report.
pub(super) fn opened(wanted: &[Wanted], most: &Bytes) -> Result<Reports, Failure> {
    distinct(wanted.iter().map(|one| &one.destination))?;
    let mut reports: Reports = Vec::new();
    for Wanted { format, destination } in wanted {
        if *destination != Destination::Job {
            let written = Bytes::default();
            let report = format.reporter(Counted::new(destination.create()?, &written));
            reports.push((destination.clone(), Box::new(Bounded::new(report, written, most))));
            continue;
        }
        // GitHub reads what is printed to either stream.
        let log: Box<dyn Write + Send> =
            if has_stdout(wanted) { Box::new(io::stderr()) } else { Box::new(io::stdout()) };
        reports.push((Destination::Job, format.reporter(BufWriter::new(log))));
        if let Some(path) = std::env::var_os(JOB_SUMMARY).filter(|path| !path.is_empty()) {
            let summary = Destination::File(path.clone().into());
            let file = OpenOptions::new().append(true).create(true).open(path);
            let file = BufWriter::new(file.map_err(|error| summary.unwritten(&error))?);
            reports.push((summary, Box::new(Markdown::new(file, markdown::JOB_SUMMARY))));
        }
    }
    Ok(reports)
}

/// Whether a report has standard output for itself.
fn has_stdout(wanted: &[Wanted]) -> bool {
    wanted.iter().any(|one| one.destination == Destination::Stdout)
}

/// How much a report may write, unless anybody says it.
fn usual() -> Bytes {
    Bytes::new(AtomicUsize::new(Limits::default().report))
}

/// The reporters of a run, and the first thing that went wrong with one of them.
pub(super) struct Reporters {
    terminal: Option<Terminal<Box<dyn Write + Send>>>,
    progress: Option<Progress>,
    reports: Reports,
    /// How much a report may write before it is told less.
    most: Bytes,
    failed: Option<Failure>,
}

impl Reporters {
    /// Opens every report. What people read goes to standard error where a report has standard output.
    pub(super) fn new(
        wanted: &[Wanted],
        requirements: &[Requirement],
        verbosity: u8,
        output: &Output,
    ) -> Result<Self, Failure> {
        let most = usual();
        let reports = opened(wanted, &most)?;
        let (stream, style): (Box<dyn Write + Send>, _) = if has_stdout(wanted) {
            (Box::new(BufWriter::new(Harmless::new(io::stderr()))), output.error_style())
        } else {
            (Box::new(BufWriter::new(Harmless::new(io::stdout()))), output.style())
        };
        Ok(Self {
            terminal: Some(Terminal::new(stream, style, requirements, verbosity > 0).with(Exchanges::of(verbosity))),
            progress: Output::is_watched().then(Progress::new),
            reports,
            most,
            failed: None,
        })
    }

    /// The same for what was judged before: nothing is said of how long it took, and nobody waits for it.
    pub(super) fn of_the_past(self) -> Self {
        Self { terminal: self.terminal.map(Terminal::untimed), progress: None, ..self }
    }

    /// Opens every report, and shows nothing besides.
    pub(super) fn silent(wanted: &[Wanted]) -> Result<Self, Failure> {
        let most = usual();
        Ok(Self { terminal: None, progress: None, reports: opened(wanted, &most)?, most, failed: None })
    }

    /// The same with reports up to this size, beyond which trials are told without details.
    pub(super) fn within(self, most: usize) -> Self {
        self.most.store(most, Ordering::Relaxed);
        self
    }

    /// Has the terminal show an entry of waivers for everything that isn't waived.
    pub(super) fn suggest(&mut self, suggests: bool) {
        self.terminal = self.terminal.take().map(|terminal| terminal.suggesting(suggests));
    }

    /// Hands the event to every reporter; false when nobody listens any more.
    pub(super) fn event(&mut self, event: &Event) -> bool {
        if let Some(progress) = &mut self.progress {
            let _ = progress.event(event);
        }
        let terminal = &mut self.terminal;
        let mut write = || terminal.as_mut().map_or(Ok(()), |terminal| handed(terminal, event, &"terminal"));
        let written = match &self.progress {
            Some(progress) => progress.aside(write),
            None => write(),
        };
        if let Err(error) = written {
            // A closed pipe silences the terminal; the reports are still written.
            self.terminal = None;
            if error.kind() != io::ErrorKind::BrokenPipe {
                self.failed.get_or_insert(error.into());
            }
        }
        let failed = &mut self.failed;
        self.reports.retain_mut(|(destination, report)| match handed(&mut **report, event, destination) {
            Ok(()) => true,
            // Whoever reads standard output has read enough.
            Err(error) if *destination == Destination::Stdout && error.kind() == io::ErrorKind::BrokenPipe => false,
            Err(error) if Refused::is(&error) => {
                let _ = Output::error(&format!("note: there is no {destination}: {error}\n"));
                destination.remove();
                false
            }
            Err(error) if Bug::is_behind(&error) => {
                failed.get_or_insert(error.into());
                false
            }
            Err(error) => {
                failed.get_or_insert(destination.unwritten(&error));
                false
            }
        });
        self.terminal.is_some() || !self.reports.is_empty()
    }

    /// Hands over the events of so many trials while `work` goes on, which gives them one by one and is told whether
    /// anybody still listens. Gives back what came of the work, and how long the reports took.
    pub(super) fn during<T>(
        &mut self,
        trials: usize,
        work: impl FnOnce(&mut dyn FnMut(Event) -> bool) -> T,
    ) -> (T, Duration) {
        // To begin a thread and to wake it takes longer than to write what there is to say of a single trial.
        if trials > 1 {
            return self.beside(work);
        }
        let mut taken = Duration::ZERO;
        let done = work(&mut |event| {
            let began = Instant::now();
            let listens = self.event(&event);
            taken += began.elapsed();
            listens
        });
        (done, taken)
    }

    /// Hands over events on a thread of its own.
    fn beside<T>(&mut self, work: impl FnOnce(&mut dyn FnMut(Event) -> bool) -> T) -> (T, Duration) {
        let (listening, queue) = (AtomicBool::new(true), Queue::new());
        thread::scope(|scope| {
            let (giver, taker) = (queue.end(), queue.end());
            let listening = &listening;
            let writing = scope.spawn(move || {
                let (mut taken, mut events) = (Duration::ZERO, Vec::new());
                while taker.take(&mut events) {
                    let began = Instant::now();
                    for event in &events {
                        if !self.event(event) {
                            listening.store(false, Ordering::Relaxed);
                        }
                    }
                    taken += began.elapsed();
                }
                taken
            });
            let done = work(&mut |event| giver.give(event) && listening.load(Ordering::Relaxed));
            drop(giver);
            let taken = writing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (done, taken)
        })
    }

    /// Whether every report is where it was to be.
    pub(super) fn result(self) -> Result<(), Failure> {
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        match self.reports.iter().find(|(destination, _)| destination.is_gone()) {
            Some((destination, _)) => Err(destination.unwritten(&io::Error::other("it was removed meanwhile"))),
            None => Ok(()),
        }
    }
}

/// Hands an event to a reporter. One that fails by a fault of our own stays without its end; the others go on.
fn handed(report: &mut dyn Reporter, event: &Event, name: &dyn Display) -> io::Result<()> {
    let written = caught(|| {
        provoked(name, b"what a server sent");
        report.event(event)
    });
    written.unwrap_or_else(|bug| Err(io::Error::other(bug)))
}
