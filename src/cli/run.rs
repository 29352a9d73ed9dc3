//! `probity run`: runs the trials and judges the answers.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::PathBuf;

use clap::Args;

use super::engine::EngineArgs;
use super::snapshots::Snapshots;
use super::{Exit, Failure, Output};
use crate::model::contract::Contract;
use crate::model::event::Event;
use crate::model::verdict::Conclusion;
use crate::report::Reporter;
use crate::report::json::Json;
use crate::report::progress::Progress;
use crate::report::terminal::Terminal;
use crate::run::Keep;

#[derive(Args, Debug)]
pub(super) struct RunArgs {
    #[command(flatten)]
    engine: EngineArgs,
    /// What is done with answers that aren't as accepted.
    #[arg(long, value_enum, value_name = "MODE")]
    snapshots: Option<Snapshots>,
    /// Write a report: json=PATH. Can be given several times.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = report)]
    report: Vec<ReportFile>,
    /// Write every block whole, also where one requirement fails many times.
    #[arg(long, short)]
    verbose: bool,
}

/// Where a report is written to.
#[derive(Clone, Debug)]
pub(super) struct ReportFile {
    pub(super) path: PathBuf,
}

impl ReportFile {
    pub(super) fn create(&self) -> Result<File, Failure> {
        let failure = |error| Failure::Wrong(format!("{} can't be written: {error}", self.path.display()));
        File::create(&self.path).map_err(failure)
    }
}

pub(super) fn report(text: &str) -> Result<ReportFile, String> {
    match text.split_once('=') {
        Some(("json", path)) if !path.is_empty() => Ok(ReportFile { path: path.into() }),
        Some((format, _)) if format != "json" => Err(format!("there is no format `{format}`; there is json")),
        _ => Err("write FORMAT=PATH, as in json=report.json".into()),
    }
}

pub(super) fn run(arguments: &RunArgs, output: &Output) -> Result<Exit, Failure> {
    let mut engine = arguments.engine.prepare(Keep::Small)?;
    engine.compare(arguments.snapshots)?;
    let mut reporters = Reporters::new(arguments, &engine.contract, output)?;
    let summary = engine.run(&mut |event| reporters.event(&event))?;
    reporters.result()?;
    Ok(exit(summary.conclusion))
}

/// The exit code of a run.
pub(super) fn exit(conclusion: Conclusion) -> Exit {
    match conclusion {
        Conclusion::Conforms => Exit::Conforms,
        Conclusion::Violates => Exit::Violates,
        Conclusion::Incomplete => Exit::Incomplete,
    }
}

/// All reporters of a run, and the first thing that went wrong with one of them.
struct Reporters {
    terminal: Option<Terminal<BufWriter<io::Stdout>>>,
    progress: Option<Progress>,
    files: Vec<(PathBuf, Json<BufWriter<File>>)>,
    failed: Option<Failure>,
}

impl Reporters {
    fn new(arguments: &RunArgs, contract: &Contract, output: &Output) -> Result<Self, Failure> {
        let mut files = Vec::new();
        for report in &arguments.report {
            files.push((report.path.clone(), Json::new(BufWriter::new(report.create()?))));
        }
        let stdout = BufWriter::new(io::stdout());
        Ok(Self {
            terminal: Some(Terminal::new(stdout, output.style(), &contract.requirements, arguments.verbose)),
            progress: Output::is_watched().then(Progress::new),
            files,
            failed: None,
        })
    }

    /// Hands the event to every reporter; false when nobody listens any more.
    fn event(&mut self, event: &Event) -> bool {
        if let Some(progress) = &mut self.progress {
            let _ = progress.event(event);
        }
        let terminal = &mut self.terminal;
        let mut write = || terminal.as_mut().map_or(Ok(()), |terminal| terminal.event(event));
        let written = match &self.progress {
            Some(progress) => progress.aside(write),
            None => write(),
        };
        if let Err(error) = written {
            // A closed pipe silences the terminal; the files are still written.
            self.terminal = None;
            if error.kind() != io::ErrorKind::BrokenPipe {
                self.failed.get_or_insert(Failure::Output(error));
            }
        }
        for (path, json) in &mut self.files {
            if let Err(error) = json.event(event) {
                let message = format!("{} can't be written: {error}", path.display());
                self.failed.get_or_insert(Failure::Wrong(message));
            }
        }
        self.terminal.is_some() || !self.files.is_empty()
    }

    fn result(self) -> Result<(), Failure> {
        self.failed.map_or(Ok(()), Err)
    }
}
