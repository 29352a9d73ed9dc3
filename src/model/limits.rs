//! How much of an answer is taken in, and for how long; and how much is told of it.

use std::fmt::Display;
use std::time::Duration;

use super::quantity::{SIZES, TIMES, grouped, in_bytes, in_time, size, time};

/// What an answer may take before it counts as one that can't be judged, and what reports may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the beginning of the run to that of its last trial.
    pub run_time: Duration,
    /// While trials are under way that are slow and fail the run.
    pub slow_failures: Duration,
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
    pub report: usize,
}

impl Default for Limits {
    /// Such that a run stays below 256 MiB whatever a server sends.
    fn default() -> Self {
        Self {
            run_time: LONGEST,
            slow_failures: Duration::from_secs(10),
            head_time: None,
            idle: None,
            head: 256 << 10,
            headers: 100,
            body: 16 << 20,
            decoded: 16 << 20,
            ratio: 200,
            depth: DEEPEST,
            nodes: 200_000,
            findings: 100,
            report: 256 << 20,
        }
    }
}

/// A run that waits for a rate of requests may well take hours.
const LONGEST: Duration = Duration::from_hours(4);

/// The JSON parser goes no deeper.
const DEEPEST: usize = 127;

/// A body that is decoded may have this many bytes whatever the ratio, since a few bytes of nothing shrink to almost none.
pub const RATIO_FROM: usize = 64 << 10;

crate::diagnostic::explained! {
    /// A limit. Its slug is stable: it is what `--limit` and `limits:` take.
    Limit {
        RunTime "run-time"
            "the time from the beginning of the run after which no trial begins any more"
        SlowFailures "slow-failures"
            "the time in all that a run spends on trials that fail it and take 80 ms or more a request"
        HeadTime "head-time"
            "the time from the start of sending to the end of the answer's head"
        Idle "idle"
            "the time for which a body may pause; then it counts as cut short"
        Head "head"
            "the size of the head: the status line and all fields"
        Headers "headers"
            "the number of fields in the head"
        Body "body"
            "the size of the body as it was sent, without the transfer coding"
        Decoded "decoded"
            "the size of the body after its content coding was undone"
        Ratio "ratio"
            "how many times its size a body may grow when its content coding is undone, from 64 KiB on"
        Depth "depth"
            "how deep arrays and objects of JSON may stand in each other, at most 127"
        Nodes "nodes"
            "the number of values in a JSON body, members and items at every depth"
        Findings "findings"
            "the number of findings that are kept of a trial; the rest is counted"
        Report "report"
            "the size of a report beyond which trials are told without what was sent and received"
    }
}

/// What the value of a limit is.
enum Kind {
    Time,
    Size,
    Count,
}

impl Limit {
    fn kind(self) -> Kind {
        match self {
            Self::RunTime | Self::SlowFailures | Self::HeadTime | Self::Idle => Kind::Time,
            Self::Head | Self::Body | Self::Decoded | Self::Report => Kind::Size,
            Self::Headers | Self::Ratio | Self::Depth | Self::Nodes | Self::Findings => Kind::Count,
        }
    }

    /// The least and the most that can be written.
    fn range(self) -> (usize, usize) {
        match self {
            Self::Head => (64, 64 << 20),
            Self::Headers => (1, 1_000_000),
            Self::Depth => (1, DEEPEST),
            Self::Body | Self::Decoded | Self::Nodes => (1, 1 << 30),
            Self::Ratio | Self::Findings | Self::Report => (1, 1 << 40),
            // A time has no number.
            Self::RunTime | Self::SlowFailures | Self::HeadTime | Self::Idle => (0, 0),
        }
    }

    /// Why an answer can't be judged that reached this limit: what it was, and what lets it pass.
    ///
    /// `amount` is the limit with its unit.
    #[must_use]
    pub fn reached(self, amount: &dyn Display) -> String {
        let what = match self {
            Self::RunTime => format!("not begun: the run has taken more than {amount}"),
            Self::SlowFailures => {
                format!(
                    "not judged to the end: slow trials that fail the run, many of this service among them, took more than {amount}"
                )
            }
            Self::HeadTime => format!("no head of an answer within {amount}"),
            Self::Idle => format!("the body paused for more than {amount}"),
            Self::Head => format!("the head has more than {amount}"),
            Self::Headers => format!("the head has more than {amount} fields"),
            Self::Body => format!("the body has more than {amount}"),
            Self::Decoded => format!("the decoded body has more than {amount}"),
            Self::Ratio => format!("the body grows to more than {amount} times its size when it is decoded"),
            Self::Depth => format!("the JSON is nested deeper than {amount} levels"),
            Self::Nodes => format!("the JSON has more than {amount} values"),
            Self::Findings => format!("there are more than {amount} findings"),
            Self::Report => format!("the report has more than {amount}"),
        };
        let value = match self.kind() {
            Kind::Time => "TIME",
            Kind::Size => "SIZE",
            Kind::Count => "NUMBER",
        };
        format!("{what}; another limit: `--limit {}={value}`", self.slug())
    }
}

impl Limits {
    /// Sets a limit to what was written.
    ///
    /// # Errors
    /// What can be written instead.
    pub fn set(&mut self, limit: Limit, written: &str) -> Result<(), String> {
        let (least, most) = limit.range();
        let counted = |found: Option<u64>| found.and_then(|number| usize::try_from(number).ok());
        let number = match limit.kind() {
            Kind::Time => {
                let time = time(written).ok_or_else(|| format!("write {TIMES}"))?;
                match limit {
                    Limit::RunTime => self.run_time = time,
                    Limit::SlowFailures => self.slow_failures = time,
                    Limit::HeadTime => self.head_time = Some(time),
                    _ => self.idle = Some(time),
                }
                return Ok(());
            }
            Kind::Size => counted(size(written))
                .filter(|number| (least..=most).contains(number))
                .ok_or_else(|| format!("write {SIZES}, from {} to {}", in_bytes(least), in_bytes(most)))?,
            Kind::Count => counted(written.parse().ok())
                .filter(|number| (least..=most).contains(number))
                .ok_or_else(|| format!("write a number from {least} to {}", grouped(most)))?,
        };
        match limit {
            Limit::RunTime | Limit::SlowFailures | Limit::HeadTime | Limit::Idle => {}
            Limit::Head => self.head = number,
            Limit::Headers => self.headers = number,
            Limit::Body => self.body = number,
            Limit::Decoded => self.decoded = number,
            Limit::Ratio => self.ratio = number,
            Limit::Depth => self.depth = number,
            Limit::Nodes => self.nodes = number,
            Limit::Findings => self.findings = number,
            Limit::Report => self.report = number,
        }
        Ok(())
    }

    /// A limit with its unit.
    #[must_use]
    pub fn value(&self, limit: Limit) -> String {
        let time = |time: Option<Duration>, else_: &str| time.map_or_else(|| else_.to_owned(), in_time);
        match limit {
            Limit::RunTime => in_time(self.run_time),
            Limit::SlowFailures => in_time(self.slow_failures),
            Limit::HeadTime => time(self.head_time, "the timeout"),
            Limit::Idle => time(self.idle, "a fifth of the timeout"),
            Limit::Head => in_bytes(self.head),
            Limit::Headers => grouped(self.headers),
            Limit::Body => in_bytes(self.body),
            Limit::Decoded => in_bytes(self.decoded),
            Limit::Ratio => grouped(self.ratio),
            Limit::Depth => grouped(self.depth),
            Limit::Nodes => grouped(self.nodes),
            Limit::Findings => grouped(self.findings),
            Limit::Report => in_bytes(self.report),
        }
    }

    /// Why an answer can't be judged that reached a limit.
    #[must_use]
    pub fn reached(&self, limit: Limit) -> String {
        limit.reached(&self.value(limit))
    }

    /// Why the body of an answer isn't whole of which nothing more came for long.
    #[must_use]
    pub fn paused(&self) -> String {
        match self.idle {
            Some(_) => self.reached(Limit::Idle),
            None => "nothing more came before the end of the body".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_is_set_to_what_was_written_and_says_so_when_it_is_reached() {
        for (limit, written, said) in [
            (Limit::RunTime, "1m", "not begun: the run has taken more than 1m; another limit: `--limit run-time=TIME`"),
            (
                Limit::SlowFailures,
                "1m",
                "many of this service among them, took more than 1m; another limit: `--limit slow-failures=TIME`",
            ),
            (Limit::HeadTime, "2s", "no head of an answer within 2s; another limit: `--limit head-time=TIME`"),
            (Limit::Idle, "500ms", "paused for more than 500ms;"),
            (Limit::Head, "64KiB", "the head has more than 64 KiB;"),
            (Limit::Headers, "99", "more than 99 fields;"),
            (Limit::Body, "1MiB", "the body has more than 1 MiB; another limit: `--limit body=SIZE`"),
            (Limit::Decoded, "1000", "the decoded body has more than 1000 bytes;"),
            (Limit::Ratio, "7", "more than 7 times its size"),
            (Limit::Depth, "127", "nested deeper than 127 levels;"),
            (Limit::Nodes, "1234567", "more than 1,234,567 values;"),
            (Limit::Findings, "1", "more than 1 findings; another limit: `--limit findings=NUMBER`"),
            (Limit::Report, "1GiB", "more than 1 GiB;"),
        ] {
            let mut limits = Limits::default();
            limits.set(limit, written).expect("a limit");
            assert!(limits.reached(limit).contains(said), "{}", limits.reached(limit));
            assert_eq!(
                Limit::ALL.iter().filter(|other| limits.reached(**other) != Limits::default().reached(**other)).count(),
                usize::from(limits != Limits::default())
            );
        }
    }

    #[test]
    fn what_can_be_written_instead_is_said() {
        for (limit, written, help) in [
            (Limit::HeadTime, "2", "`500ms`"),
            (Limit::Body, "1MB", "`16MiB`"),
            (Limit::Body, "0", "from 1 bytes to 1 GiB"),
            (Limit::Depth, "128", "from 1 to 127"),
            (Limit::Nodes, "1e6", "from 1 to 1,073,741,824"),
            (Limit::Findings, "0", "from 1 to"),
        ] {
            let mut limits = Limits::default();
            assert!(limits.set(limit, written).expect_err("nothing").contains(help));
            assert_eq!(limits, Limits::default());
        }
    }
}
