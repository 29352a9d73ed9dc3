//! `probity run`: runs the trials and judges the answers.

use std::fs::File;
use std::io::{self, BufWriter};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;

use super::{ContractArg, Exit, Failure, Output, serve};
use crate::diagnostic::{Code, Diagnostic};
use crate::load::{target_from_file, target_from_url};
use crate::model::contract::Contract;
use crate::model::event::{Event, Summary};
use crate::model::target::Target;
use crate::model::verdict::Conclusion;
use crate::plan::{Pattern, Plan, Selection, plan};
use crate::reference::Server;
use crate::report::Reporter;
use crate::report::json::Json;
use crate::report::progress::Progress;
use crate::report::terminal::Terminal;
use crate::run::{Settings, run as run_plan};

#[derive(Args, Debug)]
pub(super) struct RunArgs {
    #[command(flatten)]
    contract: ContractArg,
    /// A URL, or a target file; the embedded reference server if left out.
    #[arg(long, value_name = "URL|FILE")]
    target: Option<String>,
    #[command(flatten)]
    selection: SelectionArgs,
    /// How many trials run at the same time.
    #[arg(long, default_value_t = 16, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    jobs: u16,
    /// How long one exchange may take, in seconds.
    #[arg(long, default_value_t = 10.0, value_name = "SECONDS", value_parser = seconds)]
    timeout: f64,
    /// Write a report: json=PATH. Can be given several times.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = report)]
    report: Vec<ReportFile>,
    /// Write every block whole, also where one requirement fails many times.
    #[arg(long, short)]
    verbose: bool,
}

/// Which trials.
#[derive(Args, Clone, Debug)]
pub(super) struct SelectionArgs {
    /// Only these trials: an id, a beginning of ids, or a requirement; `*` stands for one part, `**` for any.
    #[arg(long, value_name = "PATTERN")]
    only: Vec<String>,
    /// Without these trials.
    #[arg(long, value_name = "PATTERN")]
    skip: Vec<String>,
}

impl SelectionArgs {
    pub(super) fn selection(&self) -> Selection {
        let patterns = |texts: &[String]| texts.iter().map(|text| Pattern::new(text)).collect();
        Selection { only: patterns(&self.only), skip: patterns(&self.skip) }
    }
}

#[derive(Clone, Debug)]
struct ReportFile {
    path: PathBuf,
}

fn report(text: &str) -> Result<ReportFile, String> {
    match text.split_once('=') {
        Some(("json", path)) if !path.is_empty() => Ok(ReportFile { path: path.into() }),
        Some((format, _)) if format != "json" => Err(format!("there is no format `{format}`; there is json")),
        _ => Err("write FORMAT=PATH, as in json=report.json".into()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 3600.0 => Ok(seconds),
        _ => Err("a number of seconds above 0 and up to 3600".into()),
    }
}

pub(super) fn run(arguments: &RunArgs, output: &Output) -> Result<Exit, Failure> {
    let contract = arguments.contract.load()?;
    let mut embedded = None;
    let target = target(arguments, &contract, &mut embedded)?;
    let plan = plan(&contract, Some(&target), &arguments.selection.selection())?;
    let mut reporters = Reporters::new(arguments, &contract, output)?;
    let timeout = Duration::from_secs_f64(arguments.timeout);
    let settings = Settings { jobs: usize::from(arguments.jobs), timeout, ..Settings::default() };
    let summary = execute(&contract, &plan, &target, &settings, &mut reporters)?;
    reporters.result()?;
    Ok(match summary.conclusion {
        Conclusion::Conforms => Exit::Conforms,
        Conclusion::Violates => Exit::Violates,
        Conclusion::Incomplete => Exit::Incomplete,
    })
}

/// The target of the options; without any, the reference server, which lives as long as `embedded`.
fn target(arguments: &RunArgs, contract: &Contract, embedded: &mut Option<Server>) -> Result<Target, Failure> {
    let Some(named) = &arguments.target else {
        if contract.folder.is_some() {
            let help = "name the server: `--target http://HOST:PORT`";
            let message = "the reference server speaks the shipped contract only";
            return Err(vec![Diagnostic::bare(Code::InvalidTarget, message).help(help)].into());
        }
        let server = embedded.insert(serve::start(contract, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), &[])?);
        let target = target_from_url(&server.url(), contract)?;
        return Ok(Target { name: "the reference server".into(), argument: None, ..target });
    };
    let path = PathBuf::from(named);
    if path.is_file() { Ok(target_from_file(&path, contract)?) } else { Ok(target_from_url(named, contract)?) }
}

fn execute(
    contract: &Contract,
    plan: &Plan,
    target: &Target,
    settings: &Settings,
    reporters: &mut Reporters,
) -> Result<Summary, Failure> {
    let cancelled = AtomicBool::new(false);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let summary = runtime.block_on(async {
        let mut emit = |event: Event| {
            if !reporters.event(&event) {
                cancelled.store(true, Ordering::Relaxed);
            }
        };
        let work = run_plan(contract, plan, target, settings, &cancelled, &mut emit);
        let interrupt = async {
            if tokio::signal::ctrl_c().await.is_ok() {
                cancelled.store(true, Ordering::Relaxed);
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            summary = work => summary,
            () = interrupt => unreachable!("the interrupt is pending for ever"),
        }
    });
    summary.map_err(|error| Failure::Wrong(error.to_string()))
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
            let file = File::create(&report.path)
                .map_err(|error| Failure::Wrong(format!("{} can't be written: {error}", report.path.display())))?;
            files.push((report.path.clone(), Json::new(BufWriter::new(file))));
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
