//! Runs the real binary, in a bare environment and never for longer than [`PATIENCE`]. Nothing that it writes may show a
//! secret.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

#[path = "canary.rs"]
pub(crate) mod canary;

use canary::{UNASKED, Watch};

/// A run that takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a run of the binary came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The binary with these arguments in this folder, with nothing of the environment but the search path.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env(UNASKED.0, UNASKED.1);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it to its end.
#[track_caller]
pub(crate) fn finish(command: &mut Command) -> Outcome {
    finish_watched(command, &mut |_| ())
}

/// The same; `watch` is told the id of the process when it has begun.
#[track_caller]
pub(crate) fn finish_watched(command: &mut Command, watch: &mut dyn FnMut(u32)) -> Outcome {
    let canaries = Watch::over(command);
    let mut child = command.spawn().expect("the binary starts");
    watch(child.id());
    let stdout = gather(child.stdout.take());
    let stderr = gather(child.stderr.take());
    let status = wait(&mut child);
    let [stdout, stderr] = [stdout, stderr].map(|text| text.join().expect("the output is read"));
    let provoked = command.get_envs().any(|(name, _)| name == "PROBITY_PANICS_AT");
    let failed =
        [&stdout, &stderr].iter().any(|text| text.contains("a bug in Probity") || text.contains("' panicked at "));
    assert!(provoked || !failed, "{stdout}{stderr}");
    assert!(status.is_some(), "no end within {PATIENCE:?}\n{stdout}\n{stderr}");
    canaries.nothing_was_shown(&stdout, &stderr);
    Outcome { code: status.and_then(|status| status.code()), stdout, stderr }
}

/// Runs the binary with these arguments in this folder.
#[track_caller]
pub(crate) fn probity(folder: &Path, arguments: &[&str]) -> Outcome {
    finish(&mut command(folder, arguments))
}

fn gather(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.expect("a pipe").read_to_end(&mut bytes);
        String::from_utf8(bytes).expect("the output is UTF-8")
    })
}

fn wait(child: &mut Child) -> Option<ExitStatus> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().expect("the binary can be waited for") {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(2));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}
