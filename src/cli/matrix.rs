//! `probity matrix`: many servers and one contract on one page.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::destination::{Destination, distinct, split};
use super::report::stored;
use super::{Exit, Failure, Output};
use crate::diagnostic::nearest;
use crate::model::event::{RunStarted, Summary};
use crate::report::servers::{Servers, html, markdown};

#[derive(Args, Debug)]
pub(super) struct MatrixArgs {
    /// Stored JSON reports, one for each server.
    #[arg(required = true, value_name = "REPORT")]
    reports: Vec<PathBuf>,
    /// Write the page: html=PATH or markdown=PATH, with `-` for standard output. Markdown is printed if left out.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = page)]
    to: Vec<(Page, Destination)>,
}

#[derive(Clone, Copy, Debug)]
enum Page {
    Html,
    Markdown,
}

fn page(text: &str) -> Result<(Page, Destination), String> {
    let (name, destination) = split(text)?;
    match name {
        "html" => Ok((Page::Html, destination)),
        "markdown" => Ok((Page::Markdown, destination)),
        other => {
            let near = nearest(other, &["html", "markdown"]).map(|near| format!("; did you mean `{near}`?"));
            Err(format!("there is no format `{other}`{} [formats: html, markdown]", near.unwrap_or_default()))
        }
    }
}

pub(super) fn matrix(arguments: &MatrixArgs) -> Result<Exit, Failure> {
    distinct(arguments.to.iter().map(|(_, destination)| destination))?;
    let mut runs: Vec<(RunStarted, Summary)> = Vec::new();
    for file in &arguments.reports {
        let report = stored(file)?;
        runs.push((report.started(), report.summary()));
    }
    let servers = Servers::of(&runs).map_err(|(first, other)| {
        let described = |index: usize| {
            let run = &runs[index].0;
            let file = arguments.reports[index].display();
            format!("  {file}: {} {} {}", run.contract, run.contract_version, run.digest)
        };
        Failure::Wrong(format!(
            "these reports are of different contracts, which can't stand in one table:\n{}\n{}\n\
             judge every server by the same files",
            described(first),
            described(other)
        ))
    })?;
    if arguments.to.is_empty() {
        Output::print(&markdown(&servers))?;
    }
    for (page, destination) in &arguments.to {
        let text = match page {
            Page::Html => html(&servers),
            Page::Markdown => markdown(&servers),
        };
        let mut output = destination.create()?;
        let written = output.write_all(text.as_bytes()).and_then(|()| output.flush());
        destination.settled(written)?;
    }
    Ok(Exit::Conforms)
}
