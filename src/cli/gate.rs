//! What a gate asks of a run: how strict it is, which waivers count, on which day, and what is taken out of their file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::engine::Engine;
use super::{Failure, Output};
use crate::load::{waivers_from_file, waivers_without};
use crate::model::event::Summary;
use crate::model::verdict::Conclusion;
use crate::model::waiver::{Waiver, WaiverState};
use crate::run::Waivers;

/// The variable that says which day it is, for those who try what expires.
const TODAY: &str = "PROBITY_TODAY";

#[derive(Args, Debug)]
pub(super) struct GateArgs {
    /// Let a should count like a must: broken it violates, unjudged it leaves the run incomplete.
    #[arg(long)]
    strict: bool,
    /// The file of waivers; without it, the one that the target file names, or waivers.yaml beside it.
    #[arg(long, value_name = "FILE")]
    waivers: Option<PathBuf>,
    /// Show an entry of waivers, to be filled in, for every violation that isn't waived.
    #[arg(long)]
    pub(super) suggest_waivers: bool,
    /// Take the entries out of the file of waivers that waive nothing any more. Adds none and puts no day off.
    #[arg(long, conflicts_with_all = ["watch", "dry_run"])]
    update_waivers: bool,
}

/// The waivers of one run.
pub(super) struct Applied {
    path: PathBuf,
    updates: bool,
    waivers: Vec<Arc<Waiver>>,
}

impl GateArgs {
    /// The file of waivers that counts, besides those of a target file.
    pub(super) fn file(&self) -> Option<&Path> {
        self.waivers.as_deref()
    }

    /// Has the run judged so, and violations waived if there is a file of waivers.
    pub(super) fn apply(&self, engine: &mut Engine) -> Result<Option<Applied>, Failure> {
        if self.strict {
            engine.be_strict();
        }
        let path = self.waivers.clone().or_else(|| engine.target.waivers.clone());
        let Some(path) = path else {
            if self.update_waivers {
                let message = "there are no waivers to update";
                let help = "name their file, `--waivers FILE`, or a target file that waivers.yaml stands beside";
                return Err(Failure::Wrong(format!("{message}\nhelp: {help}")));
            }
            return Ok(None);
        };
        if self.update_waivers && (engine.plan.left_out > 0 || engine.plan.sharding.is_some()) {
            let message = "--update-waivers needs a whole run: a trial that doesn't run can't tell of its waiver";
            let help = "leave out --only, --skip, --last-failed and --shard";
            return Err(Failure::Wrong(format!("{message}\nhelp: {help}")));
        }
        let waivers = waivers_from_file(&path)?;
        let whole = engine.whole_plan()?;
        let named = self.waivers.is_some().then_some(path.as_path());
        engine.waive(Waivers::new(&waivers, &whole, today()?, self.update_waivers), named);
        Ok(Some(Applied { path, updates: self.update_waivers, waivers }))
    }
}

impl Applied {
    /// Takes out of the file what the run found to waive nothing any more.
    pub(super) fn shrink(&self, summary: &Summary) -> Result<(), Failure> {
        let outcomes = summary.waivers.iter().flatten();
        let removed: Vec<&Arc<Waiver>> =
            outcomes.filter(|one| one.state == WaiverState::Removed).map(|one| &one.waiver).collect();
        let shown = self.path.display();
        let Some(first) = removed.first() else {
            if self.updates && summary.complete && summary.conclusion != Conclusion::Incomplete {
                Output::error(&format!("{shown}: nothing to remove\n"))?;
            }
            return Ok(());
        };
        let is_removed = |waiver: &Waiver| removed.iter().any(|one| std::ptr::eq(one.as_ref(), waiver));
        let lines: Vec<String> = removed.iter().map(|waiver| waiver.place.line().to_string()).collect();
        let Some(text) = waivers_without(&self.waivers, is_removed) else {
            let lines = lines.join(", ");
            return Err(Failure::Wrong(format!(
                "{shown} can't be shrunk without touching what else stands in it\n\
                 help: take the entries out by hand, line {lines}"
            )));
        };
        if fs::read_to_string(&self.path).ok().as_deref() != Some(&*first.place.file.text) {
            return Err(Failure::Wrong(format!("{shown} was changed while the run went on, and is left as it is")));
        }
        replace(&self.path, &text).map_err(|error| Failure::Wrong(format!("{shown} can't be written: {error}")))?;
        let plural = if removed.len() == 1 { "entry" } else { "entries" };
        Output::error(&format!("{shown}: {} {plural} removed\n", removed.len()))?;
        Ok(())
    }
}

/// The day on which waivers are judged (UTC).
fn today() -> Result<Date, Failure> {
    let Some(text) = std::env::var_os(TODAY).filter(|text| !text.is_empty()) else {
        return Ok(Timestamp::now().to_zoned(TimeZone::UTC).date());
    };
    let date = text.to_str().and_then(|text| text.parse::<Date>().ok().filter(|date| date.to_string() == text));
    let Some(date) = date else {
        let shown = text.to_string_lossy();
        return Err(Failure::Wrong(format!("`{shown}` in {TODAY} is no date, such as 2027-01-31")));
    };
    // Nobody shall wonder why a waiver doesn't expire.
    Output::error(&format!("note: waivers are judged as on {date}, which {TODAY} says\n"))?;
    Ok(date)
}

/// Puts a text in the stead of a file, such that it is whole at every moment. A link stays a link.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = path.canonicalize()?;
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    let unfinished = path.with_file_name(name);
    let written = fs::write(&unfinished, text)
        .and_then(|()| fs::set_permissions(&unfinished, fs::metadata(&path)?.permissions()))
        .and_then(|()| fs::File::open(&unfinished)?.sync_all());
    written.and_then(|()| fs::rename(&unfinished, &path)).inspect_err(|_| drop(fs::remove_file(&unfinished)))
}
