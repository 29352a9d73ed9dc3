//! What is done once before the first trial, and once after the last.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::AsyncWriteExt as _;

use crate::execute::Clients;
use crate::model::contract::Contract;
use crate::model::exchange::PreparedRequest;
use crate::model::target::{Readiness, SetupBody, SetupStep, Target};

/// What stands beside the services.
const NO_SERVICE: &str = "";

/// How long is waited before a server that isn't ready is asked again.
const PAUSE: Duration = Duration::from_millis(200);

/// Waits until the target is ready.
///
/// # Errors
/// It wasn't in time, in words.
pub(super) async fn ready(readiness: &Readiness, clients: &Clients) -> Result<(), String> {
    let Readiness { url, status, within } = readiness;
    let began = Instant::now();
    loop {
        let left = within.saturating_sub(began.elapsed());
        let asked = clients.send(NO_SERVICE, request("GET", url, Vec::new(), None));
        let came = match tokio::time::timeout(left, asked).await {
            Err(_) => "there was no answer".to_owned(),
            Ok(exchange) => match exchange.answer {
                Ok(answer) if status.map_or(answer.status / 100 == 2, |wanted| answer.status == wanted) => {
                    return Ok(());
                }
                Ok(answer) => format!("the last answer had status {}", answer.status),
                Err(error) => error.to_string(),
            },
        };
        if began.elapsed() + PAUSE > *within {
            return Err(format!("the target wasn't ready within {} s: GET {url}: {came}", within.as_secs_f64()));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Brings the target into the state that the contract's world describes.
///
/// # Errors
/// The first step that failed, in words.
pub(super) async fn prepare(contract: &Contract, target: &Target, clients: &Clients) -> Result<(), String> {
    for step in &target.setup {
        one(step, contract, clients).await?;
    }
    Ok(())
}

/// Undoes what is to be undone; what fails doesn't keep the rest from being done.
///
/// # Errors
/// Every step that failed, in words.
pub(super) async fn clean_up(contract: &Contract, target: &Target, clients: &Clients) -> Result<(), String> {
    let mut failures = Vec::new();
    for step in &target.cleanup {
        failures.extend(one(step, contract, clients).await.err());
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("; ")) }
}

async fn one(step: &SetupStep, contract: &Contract, clients: &Clients) -> Result<(), String> {
    let (method, url, headers, body) = match step {
        SetupStep::Command { words, folder } => return command(words, folder, &contract.world.to_string()).await,
        SetupStep::Request { method, url, headers, body } => (method, url, headers, body),
    };
    let mut headers = headers.clone();
    let body = match body {
        SetupBody::None => None,
        SetupBody::World => Some(contract.world.to_string()),
        SetupBody::Json(value) => Some(value.to_string()),
    };
    if body.is_some() && !headers.iter().any(|(name, _)| name == "content-type") {
        headers.push(("content-type".into(), "application/json".into()));
    }
    let sent =
        clients.send_patiently(NO_SERVICE, request(method, url, headers, body.map(Bytes::from)), |_| false).await;
    match (sent.gave_up, sent.exchange.answer) {
        (Some(reason), _) => Err(format!("{method} {url}: {reason}")),
        (None, Ok(answer)) if answer.status / 100 == 2 => Ok(()),
        (None, Ok(answer)) => Err(format!("{method} {url} was answered with status {}", answer.status)),
        (None, Err(error)) => Err(format!("{method} {url}: {error}")),
    }
}

fn request(method: &str, url: &str, headers: Vec<(String, String)>, body: Option<Bytes>) -> PreparedRequest {
    PreparedRequest { headers, body, ..PreparedRequest::by_nobody(method, url.to_owned()) }
}

async fn command(words: &[String], folder: &Path, world: &str) -> Result<(), String> {
    let shown = words.join(" ");
    let Some((program, arguments)) = words.split_first() else { return Err("an empty command".into()) };
    let mut command = tokio::process::Command::new(program);
    if !folder.as_os_str().is_empty() {
        command.current_dir(folder);
    }
    let mut child = command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("`{shown}` can't be started: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        // A command that doesn't want the world closes its input; that is no failure.
        let _ = input.write_all(world.as_bytes()).await;
    }
    let output = child.wait_with_output().await.map_err(|error| format!("`{shown}`: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.trim().lines().last().unwrap_or_default();
    Err(format!("`{shown}` ended with {}: {last}", output.status))
}
