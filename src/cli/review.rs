//! `probity review`: answers that aren't as accepted are accepted, rejected, or left for later.

mod interactive;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::snapshots::usual;
use super::{Exit, Failure, Output};
use crate::load::{self, Origin, target_from_file};
use crate::model::requirement::Requirement;
use crate::model::shell::word;
use crate::model::snapshot::ChangeClass;
use crate::plan::{Pattern, Selection, plan};
use crate::report::review::{block, overview};
use crate::report::review_html::page;
use crate::report::review_json::as_json;
use crate::snapshot::{self, review, review::Pending};

#[derive(Args, Debug)]
pub(super) struct ReviewArgs {
    /// Folder of the contract, or of the snapshots themselves; `./snapshots` if left out.
    folder: Option<PathBuf>,
    /// The target file that names the folder of the snapshots.
    #[arg(long, value_name = "FILE")]
    target: Option<PathBuf>,
    /// Show only the answers of these trials.
    #[arg(long, value_name = "PATTERN")]
    only: Vec<String>,
    /// Accept the answers of these trials.
    #[arg(long, value_name = "PATTERN")]
    accept: Vec<String>,
    /// Reject the answers of these trials.
    #[arg(long, value_name = "PATTERN")]
    reject: Vec<String>,
    /// Remove the snapshots that no case has.
    #[arg(long)]
    prune: bool,
    /// Print what awaits a review as JSON, and decide nothing.
    #[arg(long, conflicts_with_all = ["accept", "reject", "prune"])]
    json: bool,
    /// Write what awaits a review as a page, and decide nothing.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["accept", "reject", "prune", "json"])]
    html: Option<PathBuf>,
}

pub(super) fn review(arguments: &ReviewArgs, output: &Output) -> Result<Exit, Failure> {
    let folder = folder(arguments)?;
    if arguments.prune {
        return prune(arguments, &folder);
    }
    let all = review::pending(&folder)?;
    let matching = |patterns: &[String], one: &Pending| patterns.iter().any(|text| matches(text, one));
    for text in arguments.only.iter().chain(&arguments.accept).chain(&arguments.reject) {
        if !all.iter().any(|one| matches(text, one)) {
            let shown = folder.display();
            return Err(Failure::Wrong(format!("nothing that awaits a review in {shown} matches `{text}`")));
        }
    }
    let mut shown: Vec<&Pending> =
        all.iter().filter(|one| arguments.only.is_empty() || matching(&arguments.only, one)).collect();
    for text in arguments.accept.iter().chain(&arguments.reject) {
        if !shown.iter().any(|one| matches(text, one)) {
            return Err(Failure::Wrong(format!("`--only` leaves out all that `{text}` matches")));
        }
    }
    // What breaks the contract comes first.
    shown.sort_by_key(|one| one.class().unwrap_or(ChangeClass::Unpinned));
    let accepts_all = arguments.accept.iter().any(|text| all.len() > 1 && all.iter().all(|one| matches(text, one)));
    if accepts_all && !arguments.only.is_empty() {
        let message =
            "`--only` shows a part, and to accept everything would accept what isn't shown; name what to accept";
        return Err(Failure::Wrong(message.into()));
    }
    let torn = shown.iter().find(|one| matching(&arguments.accept, one) && matching(&arguments.reject, one));
    if let Some(one) = torn {
        return Err(Failure::Wrong(format!("{} would be both accepted and rejected", one.trial)));
    }
    let mut left = Vec::new();
    for one in shown {
        let (accept, reject) = (matching(&arguments.accept, one), matching(&arguments.reject, one));
        match (accept, reject) {
            (true, _) => settle(one, "accepted", Pending::accept)?,
            (false, true) => settle(one, "rejected", Pending::reject)?,
            (false, false) => left.push(one),
        }
    }
    if let Some(path) = &arguments.html {
        let mut text = Vec::new();
        page(&left, &requirements(arguments), &command(arguments), &mut text)?;
        let failure = |error| Failure::Wrong(format!("{} can't be written: {error}", path.display()));
        review::write(path, &text).map_err(failure)?;
        Output::print(&format!("{} has {} to review\n", path.display(), left.len()))?;
    } else if arguments.json {
        Output::print_json(&as_json(&left))?;
    } else if !arguments.accept.is_empty() || !arguments.reject.is_empty() {
        if !left.is_empty() {
            Output::print(&format!("{} left\n", left.len()))?;
        }
    } else if left.is_empty() {
        Output::print(&format!("nothing in {} awaits a review\n", folder.display()))?;
    } else if io::stdin().is_terminal() && io::stdout().is_terminal() {
        left = interactive::review(&left, &suites(arguments), &requirements(arguments), output)?;
        if !left.is_empty() {
            Output::print(&format!("{} left\n", left.len()))?;
        }
    } else {
        list(&left, arguments, output)?;
    }
    Ok(if left.is_empty() { Exit::Conforms } else { Exit::Violates })
}

fn matches(text: &str, one: &Pending) -> bool {
    let pattern = Pattern::new(text);
    pattern.matches(&one.trial) || one.requirements.iter().any(|id| pattern.names(id))
}

fn settle(one: &Pending, done: &str, how: impl Fn(&Pending) -> io::Result<()>) -> Result<(), Failure> {
    let shown = one.file.display();
    how(one).map_err(|error| Failure::Wrong(format!("{shown} can't be {done}: {error}")))?;
    Ok(Output::print(&format!("{done} {shown}\n"))?)
}

/// Where the snapshots are.
fn folder(arguments: &ReviewArgs) -> Result<PathBuf, Failure> {
    if let Some(file) = &arguments.target {
        let contract = load::contract(&origin(arguments.folder.as_deref()))?;
        let target = target_from_file(file, &contract)?;
        let missing = || Failure::Wrong(format!("{} names no folder of snapshots", file.display()));
        return target.snapshots.ok_or_else(missing);
    }
    let Some(folder) = &arguments.folder else { return Ok(usual(None)) };
    if !folder.is_dir() {
        return Err(Failure::Wrong(format!("there is no folder {}", folder.display())));
    }
    let beside = folder.join(usual(None));
    Ok(if beside.is_dir() || is_contract(folder) { beside } else { folder.clone() })
}

/// What the suites' paths are relative to.
fn suites(arguments: &ReviewArgs) -> PathBuf {
    let contract = arguments.folder.as_deref().filter(|folder| is_contract(folder));
    // Snapshots named by themselves mostly stand in the folder of their contract.
    let around = arguments.folder.as_deref().and_then(Path::parent).filter(|folder| is_contract(folder));
    contract.or(around).unwrap_or_else(|| Path::new(".")).to_owned()
}

/// The clauses of the contract; none where there is none or its files are wrong, which keeps nobody from a review.
fn requirements(arguments: &ReviewArgs) -> Vec<Requirement> {
    let folder = suites(arguments);
    let known = arguments.folder.is_none() || is_contract(&folder);
    let contract = known.then(|| load::contract(&origin(Some(&folder))).ok());
    contract.flatten().map(|contract| contract.requirements).unwrap_or_default()
}

fn is_contract(folder: &Path) -> bool {
    folder.join("contract.yaml").is_file() || folder.join("suites").is_dir()
}

fn origin(folder: Option<&Path>) -> Origin {
    folder.filter(|folder| is_contract(folder)).map_or(Origin::Shipped, |folder| Origin::Folder(folder.to_owned()))
}

/// The command that looks at the same answers.
fn command(arguments: &ReviewArgs) -> String {
    let mut command = String::from("probity review");
    if let Some(folder) = &arguments.folder {
        let _ = write!(command, " {}", word(&folder.display().to_string()));
    }
    if let Some(target) = &arguments.target {
        let _ = write!(command, " --target {}", word(&target.display().to_string()));
    }
    command
}

/// Without anybody to ask: everything, and the commands that decide.
fn list(left: &[&Pending], arguments: &ReviewArgs, output: &Output) -> Result<(), Failure> {
    let mut text = String::new();
    let clauses = requirements(arguments);
    for (index, one) in left.iter().enumerate() {
        text.push_str(&block(one, (index + 1, left.len()), &clauses, output.style()));
        text.push('\n');
    }
    text.push_str(&overview(left, output.style()));
    let (command, first) = (command(arguments), word(&left[0].trial));
    let _ = writeln!(text, "accept: {command} --accept {first}");
    let _ = writeln!(text, "reject: {command} --reject {first}");
    text.push_str("A pattern stands for many: `*` for one part of a name, `**` for any number of parts.\n");
    Ok(Output::print(&text)?)
}

fn prune(arguments: &ReviewArgs, folder: &Path) -> Result<Exit, Failure> {
    let contract = load::contract(&origin(arguments.folder.as_deref()))?;
    let plan = plan(&contract, None, &Selection::default())?;
    let owned: BTreeSet<String> = snapshot::all(&plan).into_keys().collect();
    for path in review::prune(folder, &owned)? {
        Output::print(&format!("removed {}\n", path.display()))?;
    }
    Ok(Exit::Conforms)
}
