//! `probity merge`: the parts of a run, judged on several machines, as one run.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use clap::{ArgAction, Args};

use super::destination::{self, Destination, Wanted, distinct, wanted};
use super::report::{Open, named, opened, unreadable};
use super::reporters::Reporters;
use super::run::{exit, whole, with_job};
use super::{Exit, Failure, Output};
use crate::model::event::{Event, TrialResult};
use crate::report::stored::Stored;
use crate::run::merge::{Part, Trials, merge as join};

/// So many trials of each part are read ahead.
const AHEAD: usize = 16;

#[derive(Args, Debug)]
pub(super) struct MergeArgs {
    /// The JSON reports of all parts, in any order.
    #[arg(required = true, value_name = "REPORT")]
    reports: Vec<PathBuf>,
    #[arg(long, value_name = "FORMAT=PATH", value_parser = wanted, help = destination::HELP, long_help = destination::help())]
    report: Vec<Wanted>,
    /// Write every block whole, and a line for every exchange; twice: all that was sent and received.
    #[arg(long, short, action = ArgAction::Count)]
    verbose: u8,
}

type Result<T> = std::result::Result<T, Failure>;
type Told = std::result::Result<Arc<TrialResult>, String>;

pub(super) fn merge(arguments: &MergeArgs, output: &Output) -> Result<Exit> {
    let (mut parts, mut unread): (Vec<(String, Stored<Open>)>, Vec<String>) = Default::default();
    for file in &arguments.reports {
        match opened(file)? {
            Ok(stored) => parts.push((named(file), stored)),
            Err(error) if error.cut_short => unread.push(format!("{} {error}", named(file))),
            Err(error) => return Err(unreadable(file, &error)),
        }
    }
    unread.sort();
    let Some((_, first)) = parts.first() else {
        Output::error(&format!("incomplete: {}\n", unread.join("\n            ")))?;
        return Ok(Exit::Incomplete);
    };
    let wanted = with_job(&arguments.report);
    apart(&arguments.reports, &wanted)?;
    let started = first.started();
    whole(&wanted, started.left_out)?;
    let mut reporters = None;
    let summary = thread::scope(|scope| {
        let read = |(name, stored): &'_ (String, Stored<Open>)| -> (SyncSender<Told>, Part<'static>) {
            let (sender, receiver) = sync_channel(AHEAD);
            let trials: Trials<'static> = Box::new(receiver.into_iter());
            (sender, Part { name: name.clone(), started: stored.started(), summary: stored.summary(), trials })
        };
        let mut joined = Vec::new();
        for part in &parts {
            let (sender, read) = read(part);
            scope.spawn(move || replay(part, &sender));
            joined.push(read);
        }
        join(joined, unread, &mut |event| {
            let opened = reporters.get_or_insert_with(|| {
                Reporters::new(&wanted, &started.requirements, arguments.verbose, output).map(Reporters::of_the_past)
            });
            if let Ok(reporters) = opened {
                reporters.event(&event);
            }
        })
    });
    let summary = summary.map_err(Failure::Wrong)?;
    reporters.transpose()?.map_or(Ok(()), Reporters::result)?;
    Ok(exit(summary.conclusion))
}

/// Refuses to write over a part, which is read while the whole is written.
fn apart(parts: &[PathBuf], wanted: &[Wanted]) -> Result<()> {
    for part in parts {
        let part = Destination::File(part.clone());
        let same = |one: &&Wanted| distinct([&part, &one.destination].into_iter()).is_err();
        if let Some(one) = wanted.iter().find(same) {
            return Err(Failure::Wrong(format!(
                "{} is a part: write the {} report elsewhere",
                one.destination,
                one.format.slug()
            )));
        }
    }
    Ok(())
}

/// Hands on the trials of a stored part.
fn replay((name, stored): &(String, Stored<Open>), sender: &SyncSender<Told>) {
    let replayed = stored.replay(&mut |event| match event {
        Event::Finished(result) => sender.send(Ok(result)).is_ok(),
        Event::Started(_) | Event::Ended(_) => true,
    });
    if let Err(error) = replayed {
        let _ = sender.send(Err(format!("{name} {error}")));
    }
}
