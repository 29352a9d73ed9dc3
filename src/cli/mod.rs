//! Commands, options and exit codes.

mod completions;
mod crash;
mod destination;
mod diff;
mod dry_run;
mod engine;
mod examples;
mod explain;
mod gate;
mod init;
mod judge;
mod limit;
mod lint;
mod list;
mod matrix;
mod memory;
mod merge;
mod output;
mod prove;
mod queue;
mod report;
mod reporters;
mod review;
mod run;
mod schema;
mod serve;
mod smoke;
mod snapshots;
mod stabilise;
mod stop;
mod verify;
mod watch;
mod world;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use self::output::Output;
use crate::diagnostic::{Code, Diagnostic, nearest, render_all};
use crate::load::{self, Origin};
use crate::model::contract::Contract;
use crate::plan::Selection;
use crate::run::bug::{Bug, caught, provoked};

/// What a command came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Exit {
    /// The target conforms; or a command without a verdict did what it should.
    Conforms = 0,
    /// The target violates a must.
    Violates = 1,
    /// The command line, the contract or the target file is wrong.
    Wrong = 2,
    /// Nothing was violated, but something that counts could not be judged, or Probity itself failed.
    Incomplete = 3,
    /// Nothing else is wrong, but waivers aren't as they say.
    StaleWaivers = 4,
}

/// Judges whether a server keeps its contract, and shows which clause it breaks and where that is written.
#[derive(Debug, Parser)]
#[command(name = "probity", version, about, max_term_width = 100, args_conflicts_with_subcommands = true)]
#[command(after_help = "Exit codes: 0 conforms, 1 violates, 2 wrong input, 3 incomplete, 4 stale waivers.\n\
                        Without a command: the shipped contract against the embedded reference server.")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: run::RunArgs,
    /// When to use colours.
    #[arg(long, value_enum, default_value_t = Colour::Auto, global = true, value_name = "WHEN")]
    color: Colour,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the folder of a new contract: one to start from, or one made of `OpenAPI`, a recording or a curl command.
    #[command(after_help = examples::INIT)]
    Init(init::InitArgs),
    /// Run the trials against a target and judge its answers.
    #[command(after_help = examples::RUN)]
    Run(Box<run::RunArgs>),
    /// Show which faults the cases would catch, and which they would miss: alters answers that conform.
    #[command(after_help = examples::PROVE)]
    Prove(Box<prove::ProveArgs>),
    /// Write a stored JSON report in any other format.
    #[command(after_help = examples::REPORT)]
    Report(report::ReportArgs),
    /// Make one run of the parts that several machines judged, and give the verdict of the whole.
    #[command(after_help = examples::MERGE)]
    Merge(merge::MergeArgs),
    /// Judge the answers of a stored JSON report again, by a newer contract and without a request.
    #[command(after_help = examples::JUDGE)]
    Judge(Box<judge::JudgeArgs>),
    /// Show which services of a target can be reached, and how they answer; nothing is judged.
    #[command(after_help = examples::SMOKE)]
    Smoke(smoke::SmokeArgs),
    /// Run several times, in orders of chance if wanted: which trials don't come to the same every time?
    #[command(after_help = examples::VERIFY)]
    Verify(Box<verify::VerifyArgs>),
    /// Show where two servers, or two stored reports, part.
    #[command(after_help = examples::DIFF)]
    Diff(Box<diff::DiffArgs>),
    /// Put the reports of many servers on one page: which server keeps which clause.
    #[command(after_help = examples::MATRIX)]
    Matrix(matrix::MatrixArgs),
    /// Look at answers that aren't as accepted, and accept or reject them.
    #[command(after_help = examples::REVIEW)]
    Review(review::ReviewArgs),
    /// Find what differs from run to run, and propose redactions for it.
    #[command(after_help = examples::SNAPSHOTS)]
    Snapshots(stabilise::SnapshotsArgs),
    /// Show the plan: every trial with its requirements, without a request; or the defects of the reference server.
    #[command(after_help = examples::LIST)]
    List(list::ListArgs),
    /// Check the files of a contract and show every problem.
    #[command(after_help = examples::LINT)]
    Lint(lint::LintArgs),
    /// Print the world as JSON, for seeding a server.
    #[command(after_help = examples::WORLD)]
    World(ContractArg),
    /// Serve the embedded reference server.
    #[command(after_help = examples::SERVE)]
    Serve(serve::ServeArgs),
    /// Explain whatever has a name: a requirement, a case, a rule, a format, a defect, a word, the code of a diagnostic.
    #[command(after_help = examples::EXPLAIN)]
    Explain(explain::ExplainArgs),
    /// Print the JSON Schema of one of our files, for editors and readers of reports.
    #[command(after_help = examples::SCHEMA)]
    Schema(schema::SchemaArgs),
    /// Print what a shell needs to complete the commands and options.
    #[command(after_help = examples::COMPLETIONS)]
    Completions(completions::CompletionsArgs),
    /// Print the manual page, or write the pages of all commands into a folder.
    #[command(after_help = examples::MAN)]
    Man(completions::ManArgs),
}

/// What a folder has that is a contract's.
const MANIFEST: &str = "contract.yaml";

/// Which contract.
#[derive(Args, Clone, Debug)]
struct ContractArg {
    /// Folder of the contract, or `http` for the framing of HTTP alone; the shipped one if left out.
    contract: Option<PathBuf>,
}

impl ContractArg {
    /// Tells whoever stands in the folder of a contract, and names none, that it isn't that one.
    fn tell_if_shipped(&self) -> std::io::Result<()> {
        if self.contract.is_some() || !Path::new(MANIFEST).is_file() {
            return Ok(());
        }
        Output::error("note: this is the shipped contract; for the one of this folder, name it: `.`\n")
    }

    /// What of it has trials that a selection wants and whose ids `may` be wanted, if more can be done without;
    /// otherwise, all of it.
    fn load_for(&self, selection: &Selection, may: impl Fn(&str) -> bool) -> Result<Contract, Vec<Diagnostic>> {
        let part = || load::shipped_part(|outline| selection.cases(outline, may));
        self.contract.is_none().then(part).flatten().map_or_else(|| self.load(), Ok)
    }

    fn load(&self) -> Result<Contract, Vec<Diagnostic>> {
        let missing = self.contract.as_deref().filter(|folder| !folder.exists()).and_then(Path::to_str);
        if let Some(name) = missing.filter(|name| load::includable().any(|known| known == *name)) {
            return load::contract(&Origin::Includable(name.to_owned()));
        }
        if let Some(command) = self.contract.as_deref().filter(|folder| !folder.exists()).and_then(mistyped_command) {
            let folder = self.contract.as_deref().map(|folder| folder.display().to_string()).unwrap_or_default();
            let message = format!("there is neither a command nor a folder `{folder}`");
            return Err(vec![
                Diagnostic::bare(Code::UnreadableFile, message).help(format!("did you mean `probity {command}`?")),
            ]);
        }
        load::contract(&match &self.contract {
            Some(folder) => Origin::Folder(folder.clone()),
            None => Origin::Shipped,
        })
    }
}

/// The command that a missing folder was most likely meant to be.
fn mistyped_command(folder: &Path) -> Option<String> {
    let command = Cli::command();
    let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    nearest(folder.to_str()?, &names).map(str::to_owned)
}

/// Runs the command line and gives back the exit code. Prints to standard output and standard error.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    crash::hook();
    caught(|| command(arguments)).unwrap_or_else(|bug| {
        crash::tell(bug);
        ExitCode::from(Exit::Incomplete as u8)
    })
}

fn command(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no mistakes.
            let code = if error.use_stderr() { Exit::Wrong } else { Exit::Conforms };
            let _ = error.print();
            return ExitCode::from(code as u8);
        }
    };
    let output = Output::new(cli.color);
    provoked(&"command", b"what a server sent");
    let command = cli.command.unwrap_or_else(|| Command::Run(Box::new(cli.run)));
    let outcome = match command {
        Command::Init(arguments) => init::init(&arguments),
        Command::Run(arguments) => run::run(&arguments, &output),
        Command::Prove(arguments) => prove::prove(&arguments, &output),
        Command::Report(arguments) => report::report(&arguments, &output),
        Command::Merge(arguments) => merge::merge(&arguments, &output),
        Command::Judge(arguments) => judge::judge(&arguments, &output),
        Command::Smoke(arguments) => smoke::smoke(&arguments, &output),
        Command::Verify(arguments) => verify::verify(&arguments, &output),
        Command::Diff(arguments) => diff::diff(&arguments, &output),
        Command::Matrix(arguments) => matrix::matrix(&arguments),
        Command::Review(arguments) => review::review(&arguments, &output),
        Command::Snapshots(arguments) => stabilise::snapshots(&arguments, &output),
        Command::List(arguments) => list::list(&arguments),
        Command::Lint(contract) => lint::lint(&contract),
        Command::World(contract) => world::world(&contract),
        Command::Serve(arguments) => serve::serve(&arguments),
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::Schema(arguments) => schema::schema(&arguments),
        Command::Completions(arguments) => completions::completions(&arguments),
        Command::Man(arguments) => completions::man(&arguments),
    };
    let exit = match outcome {
        Ok(exit) => exit,
        Err(Failure::Diagnostics(diagnostics)) => {
            let text = render_all(&diagnostics, output.error_style());
            let _ = Output::error(&text);
            Exit::Wrong
        }
        Err(Failure::Interrupted) => {
            let _ = Output::error("interrupted twice: the run was left as it was, its reports without their end\n");
            Exit::Incomplete
        }
        Err(Failure::Bug(bug)) => {
            crash::tell(bug);
            Exit::Incomplete
        }
        Err(Failure::Wrong(message)) => {
            let _ = Output::error(&format!("error: {message}\n"));
            Exit::Wrong
        }
        // Whoever reads has read enough. What has a verdict minds that by itself.
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Conforms,
        Err(Failure::Output(error)) => {
            let _ = Output::error(&format!("error: the output can't be written: {error}\n"));
            Exit::Wrong
        }
    };
    ExitCode::from(exit as u8)
}

/// Why a command ended without a verdict.
enum Failure {
    /// Input files or options are wrong.
    Diagnostics(Vec<Diagnostic>),
    /// Something else in the input is wrong.
    Wrong(String),
    /// Somebody asked twice to stop.
    Interrupted,
    /// The fault is our own.
    Bug(Bug),
    /// The output can't be written.
    Output(std::io::Error),
}

impl From<Vec<Diagnostic>> for Failure {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self::Diagnostics(diagnostics)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if Bug::is_behind(&error) {
            return error.downcast().map_or_else(Self::Output, Self::Bug);
        }
        Self::Output(error)
    }
}
