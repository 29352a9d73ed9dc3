//! `probity diff`: two servers, or two stored reports, trial by trial where they part.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use clap::{Args, ValueEnum};

use super::engine::CourseArgs;
use super::report::{stored, unreadable};
use super::{ContractArg, Exit, Failure, Output};
use crate::compare::{Depth, Side, Whole, compare};
use crate::report::Reporter as _;
use crate::report::comparison::{Compared, json, text};
use crate::report::progress::Progress;
use crate::run::Keep;

#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 the same, 1 different, 2 wrong input, 3 nothing was judged or a run was stopped."
)]
pub(super) struct DiffArgs {
    /// A stored JSON report, or a server that is run now: its URL or target file.
    a: String,
    /// What it is compared with: the same again.
    b: String,
    #[command(flatten)]
    contract: ContractArg,
    #[command(flatten)]
    course: CourseArgs,
    /// What of the answers is compared.
    #[arg(long, value_enum, default_value_t = Answers::Values, value_name = "DEPTH")]
    answers: Answers,
    /// Compare trials with the same id although the contracts differ.
    #[arg(long)]
    across_contracts: bool,
    /// Print the comparison as JSON.
    #[arg(long)]
    json: bool,
    /// Show every trial, finding and difference.
    #[arg(long, short)]
    verbose: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Answers {
    /// Nothing: verdicts and findings alone.
    Off,
    /// Statuses, and which headers, members and items there are, and of which type.
    Structure,
    /// All of that and every value.
    Values,
}

pub(super) fn diff(arguments: &DiffArgs, output: &Output) -> Result<Exit, Failure> {
    let sources = [Source::of(&arguments.a)?, Source::of(&arguments.b)?];
    let digests = [sources[0].digest(arguments)?, sources[1].digest(arguments)?];
    if digests[0].1 != digests[1].1 && !arguments.across_contracts {
        return Err(Failure::Wrong(format!(
            "{} and {} were judged by different contracts:\n  {} {}\n  {} {}\n\
             judge both by the same files, or compare trials of the same id with --across-contracts",
            arguments.a, arguments.b, digests[0].0, digests[0].1, digests[1].0, digests[1].1
        )));
    }
    let [first, second] = sources;
    let runs = [first.run(arguments)?, second.run(arguments)?];
    let depth = match arguments.answers {
        Answers::Off => Depth::Verdicts,
        Answers::Structure => Depth::Structure,
        Answers::Values => Depth::Values,
    };
    let comparison = compare(&runs[0], &runs[1], depth);
    let compared = Compared { runs: [&runs[0], &runs[1]], comparison: &comparison };
    if arguments.json {
        Output::print_json(&format!("{:#}\n", json(&compared)))?;
    } else {
        Output::print(&text(&compared, output.style(), arguments.verbose))?;
    }
    Ok(if !comparison.trials.is_empty() {
        Exit::Violates
    } else if comparison.unjudged {
        Exit::Incomplete
    } else {
        Exit::Conforms
    })
}

/// Where one side of a comparison comes from.
enum Source<'a> {
    Report(&'a Path),
    Target(&'a str),
}

impl<'a> Source<'a> {
    fn of(named: &'a str) -> Result<Self, Failure> {
        let path = Path::new(named);
        if !path.is_file() {
            if !named.contains("://") {
                return Err(Failure::Wrong(format!("there is no file {named}, and it is no URL")));
            }
            return Ok(Self::Target(named));
        }
        let mut beginning = Vec::new();
        let read = File::open(path).and_then(|file| file.take(64).read_to_end(&mut beginning));
        read.map_err(|error| Failure::Wrong(format!("{named} can't be read: {error}")))?;
        // A target file is a mapping in YAML, and nobody writes one in braces.
        let first = beginning.iter().find(|byte| !byte.is_ascii_whitespace());
        Ok(if first.is_some_and(|byte| b"{[\xef".contains(byte)) { Self::Report(path) } else { Self::Target(named) })
    }

    /// The name, version and digest of the contract, before anything is sent.
    fn digest(&self, arguments: &DiffArgs) -> Result<(String, String), Failure> {
        Ok(match self {
            Self::Report(path) => {
                let started = stored(path)?.started();
                (format!("{} {}", started.contract, started.contract_version), started.digest)
            }
            Self::Target(_) => {
                let contract = arguments.contract.load()?;
                (format!("{} {}", contract.name, contract.version), contract.digest)
            }
        })
    }

    fn run(self, arguments: &DiffArgs) -> Result<Whole, Failure> {
        let mut side = Side::default();
        match self {
            Self::Report(path) => {
                let replayed = stored(path)?.replay(&mut |event| {
                    side.add(event);
                    true
                });
                replayed.map_err(|error| unreadable(path, &error))?;
            }
            Self::Target(named) => {
                let mut engine = arguments.course.prepare(arguments.contract.load()?, Some(named), Keep::Small)?;
                engine.show_exchanges();
                let mut progress = Output::is_watched().then(Progress::new);
                engine.run(&mut |event| {
                    if let Some(progress) = &mut progress {
                        let _ = progress.event(&event);
                    }
                    side.add(event);
                    true
                })?;
            }
        }
        side.whole().ok_or_else(|| Failure::Wrong("the run never began".into()))
    }
}
