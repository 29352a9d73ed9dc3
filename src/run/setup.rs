//! What is done once before the first trial.

use std::process::Stdio;

use bytes::Bytes;
use tokio::io::AsyncWriteExt as _;

use crate::execute::Client;
use crate::model::contract::Contract;
use crate::model::exchange::PreparedRequest;
use crate::model::persona::NOBODY;
use crate::model::target::{SetupBody, SetupStep, Target};

/// Brings the target into the state that the contract's world describes.
///
/// # Errors
/// The first step that failed, in words.
pub(super) async fn prepare(contract: &Contract, target: &Target, client: &Client) -> Result<(), String> {
    for step in &target.setup {
        match step {
            SetupStep::Request { method, url, headers, body } => {
                let mut headers = headers.clone();
                let body = match body {
                    SetupBody::None => None,
                    SetupBody::World => Some(contract.world.to_string()),
                    SetupBody::Json(value) => Some(value.to_string()),
                };
                if body.is_some() && !headers.iter().any(|(name, _)| name == "content-type") {
                    headers.push(("content-type".into(), "application/json".into()));
                }
                let request = PreparedRequest {
                    method: method.clone(),
                    url: url.clone(),
                    headers,
                    body: body.map(Bytes::from),
                    persona: NOBODY.into(),
                    raw: false,
                };
                let exchange = client.send(request).await;
                match exchange.answer {
                    Ok(answer) if answer.status / 100 == 2 => {}
                    Ok(answer) => return Err(format!("{method} {url} was answered with status {}", answer.status)),
                    Err(error) => return Err(format!("{method} {url}: {error}")),
                }
            }
            SetupStep::Command { words, folder } => command(words, folder, &contract.world.to_string()).await?,
        }
    }
    Ok(())
}

async fn command(words: &[String], folder: &std::path::Path, world: &str) -> Result<(), String> {
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
