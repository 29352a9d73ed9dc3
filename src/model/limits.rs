//! How much of an answer is taken in, and for how long.

use std::time::Duration;

/// What an answer may take before it counts as one that can't be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the start of sending to the end of the head; without one, the timeout of the whole exchange.
    pub head_time: Option<Duration>,
    /// Between two pieces of a body; without one, a part of the timeout of the whole exchange.
    pub idle: Option<Duration>,
    /// Bytes of the head: its first line and all fields.
    pub head: usize,
    /// Fields of the head.
    pub headers: usize,
    /// Bytes of the body, after removal of the transfer coding.
    pub body: usize,
    /// Bytes of the body, after removal of the content coding.
    pub decoded: usize,
    /// How many bytes a content coding may make of one.
    pub ratio: usize,
    /// How deep arrays and objects of JSON may stand in each other.
    pub depth: usize,
    /// Values of JSON in one body.
    pub nodes: usize,
    /// Findings of one trial.
    pub findings: usize,
    /// Bytes of one report.
    pub report: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_time: None,
            idle: None,
            head: 256 << 10,
            headers: 256,
            body: 32 << 20,
            decoded: 32 << 20,
            ratio: 200,
            depth: 128,
            nodes: 1_000_000,
            findings: 100,
            report: 1 << 30,
        }
    }
}
