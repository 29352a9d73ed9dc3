//! `probity report`: any format from a stored JSON report.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{ArgAction, Args};

use super::destination::{self, Wanted, of_proofs, wanted};
use super::prove::ProofReports;
use super::reporters::Reporters;
use super::run::{entire, whole};
use super::{Exit, Failure, Output};
use crate::report::Reporter as _;
use crate::report::harmless::Harmless;
use crate::report::proof::text;
use crate::report::proof_json::{self, Proved};
use crate::report::stored::{Stored, Unreadable, format};
use crate::report::terminal::Terminal;
use crate::report::wire::Exchanges;

/// The path that means standard input.
const STDIN: &str = "-";

#[derive(Args, Debug)]
pub(super) struct ReportArgs {
    /// A report that `run` or `prove` wrote by `--report json=FILE`; `-` for standard input.
    file: PathBuf,
    #[arg(long, value_name = "FORMAT=PATH", value_parser = wanted)]
    #[arg(help = destination::HELP, long_help = destination::help())]
    to: Vec<Wanted>,
    /// Without --to: show an entry of waivers, to be filled in, for every violation that isn't waived.
    #[arg(long)]
    suggest_waivers: bool,
    /// Without --to: write every block whole, and a line for every exchange; twice: all that was sent and received.
    #[arg(long, short, action = ArgAction::Count)]
    verbose: u8,
}

pub(super) fn report(arguments: &ReportArgs, output: &Output) -> Result<Exit, Failure> {
    let open = opens(&arguments.file)?;
    if format(&open).as_deref() == Some(proof_json::FORMAT) {
        return proof(&open, arguments, output);
    }
    let stored = with_all_trials(Stored::read(open), &arguments.file)?;
    let failure = |error: Unreadable| unreadable(&arguments.file, &error);
    let started = stored.started();
    whole(&arguments.to, started.left_out)?;
    if started.sharding.is_some() {
        entire(&arguments.to)?;
    }
    if arguments.to.is_empty() {
        let stdout = BufWriter::new(Harmless::new(io::stdout()));
        let mut terminal = Terminal::new(stdout, output.style(), &started.requirements, arguments.verbose > 0)
            .with(Exchanges::of(arguments.verbose))
            .suggesting(arguments.suggest_waivers)
            .untimed();
        let mut written = Ok(());
        stored
            .replay(&mut |event| {
                written = terminal.event(&event);
                written.is_ok()
            })
            .map_err(failure)?;
        written?;
        return Ok(Exit::Conforms);
    }
    let mut reporters = Reporters::silent(&arguments.to)?;
    stored.replay(&mut |event| reporters.event(&event)).map_err(failure)?;
    reporters.result()?;
    Ok(Exit::Conforms)
}

/// A proof has its own formats.
fn proof(open: &Open, arguments: &ReportArgs, output: &Output) -> Result<Exit, Failure> {
    for one in &arguments.to {
        of_proofs(one.format.slug())
            .map_err(|reason| Failure::Wrong(format!("{} is a proof: {reason}", named(&arguments.file))))?;
    }
    let input = open().map_err(|error| unread(&arguments.file, &error))?;
    let proof = Proved::read(input).map_err(|error| unreadable(&arguments.file, &error))?;
    if arguments.to.is_empty() {
        Output::print(&text(&proof, None, output.style(), arguments.verbose > 0))?;
    }
    ProofReports::open(&arguments.to)?.write(&proof)?;
    Ok(Exit::Conforms)
}

/// Opens the whole file anew, from its beginning.
pub(super) type Open = Box<dyn Fn() -> io::Result<Box<dyn Read>> + Send + Sync>;

/// Opens a stored report that has all of its trials.
pub(super) fn stored(file: &Path) -> Result<Stored<Open>, Failure> {
    with_all_trials(opened(file)?, file)
}

fn with_all_trials(read: Result<Stored<Open>, Unreadable>, file: &Path) -> Result<Stored<Open>, Failure> {
    let stored = read.map_err(|error| unreadable(file, &error))?;
    match stored.lost() {
        None => Ok(stored),
        Some((present, planned)) => {
            Err(Failure::Wrong(format!("{} isn't whole: it has {present} of its {planned} trials", named(file))))
        }
    }
}

/// Opens a stored report, whatever became of it. The inner error says why it is none.
pub(super) fn opened(file: &Path) -> Result<Result<Stored<Open>, Unreadable>, Failure> {
    Ok(Stored::read(opens(file)?))
}

fn opens(file: &Path) -> Result<Open, Failure> {
    let failure = |error: io::Error| unread(file, &error);
    let stdin = file == Path::new(STDIN);
    // A report is read more than once, and what comes out of a pipe is gone then.
    Ok(if stdin || fs::metadata(file).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        let mut bytes = Vec::new();
        let read = if stdin {
            io::stdin().read_to_end(&mut bytes)
        } else {
            File::open(file).and_then(|mut file| file.read_to_end(&mut bytes))
        };
        read.map_err(failure)?;
        let bytes: Arc<[u8]> = bytes.into();
        Box::new(move || Ok(Box::new(Cursor::new(Arc::clone(&bytes)))))
    } else {
        let path = file.to_owned();
        Box::new(move || Ok(Box::new(BufReader::with_capacity(1 << 16, File::open(&path)?))))
    })
}

fn unread(file: &Path, error: &io::Error) -> Failure {
    Failure::Wrong(format!("{} can't be read: {error}", named(file)))
}

pub(super) fn unreadable(file: &Path, error: &Unreadable) -> Failure {
    Failure::Wrong(format!("{} {error}", named(file)))
}

pub(super) fn named(file: &Path) -> String {
    if file == Path::new(STDIN) { "standard input".into() } else { file.display().to_string() }
}
