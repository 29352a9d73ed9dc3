//! Runs the binary and measures it: how long it takes, and how much memory at the most.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::binary::{Outcome, finish_watched};

/// A run, and what it took.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) outcome: Outcome,
    pub(crate) took: Duration,
    /// The most memory that it had at once, in MiB; none where that can't be found out.
    pub(crate) peak: Option<u64>,
}

/// Runs it to its end.
#[track_caller]
pub(crate) fn measured(command: &mut Command) -> Measured {
    let began = Instant::now();
    let mut watch = None;
    let outcome = finish_watched(command, &mut |id| watch = Some(thread::spawn(move || peak_of(id))));
    let took = began.elapsed();
    let peak = watch.and_then(|watch| watch.join().expect("a measure")).map(|kib| kib >> 10);
    Measured { outcome, took, peak }
}

/// The peak of a process until it ends, in KiB: `proc_pid_status(5)`.
fn peak_of(id: u32) -> Option<u64> {
    let mut peak = None;
    while let Ok(status) = fs::read_to_string(format!("/proc/{id}/status")) {
        // A process that has ended and wasn't waited for has no memory any more.
        let Some(line) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) else { break };
        // Until it has its own name it still has the memory of the test that starts it.
        if !status.starts_with("Name:\tprobity\n") {
            continue;
        }
        peak = peak.max(line.trim().trim_end_matches(" kB").parse().ok());
        thread::sleep(Duration::from_millis(4));
    }
    peak
}
