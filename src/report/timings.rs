//! Where the time of a run went: by stage, by service and by trial.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use crate::model::event::{Event, Spent, TrialResult};

/// How many trials are named that took longest.
const MOST_TRIALS: usize = 10;

/// Adds up what the trials of a run took.
pub struct Timings {
    /// The service of each suite.
    services: BTreeMap<String, String>,
    by_service: BTreeMap<String, (usize, Spent)>,
    slowest: Vec<(Duration, String, Spent)>,
}

/// The stages of a run that trials know nothing of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stages {
    /// Reading the contract and the target, and fixing the plan.
    pub load: Duration,
    /// From the first request to the last answer, everything in between included.
    pub run: Duration,
    /// Writing what people and machines read.
    pub report: Duration,
}

impl Timings {
    /// Nothing yet; `services` tells the service of each suite.
    pub fn new(services: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { services: services.into_iter().collect(), by_service: BTreeMap::new(), slowest: Vec::new() }
    }

    /// Takes note of what happens.
    pub fn event(&mut self, event: &Event) {
        if let Event::Finished(result) = event {
            self.add(result);
        }
    }

    fn add(&mut self, result: &TrialResult) {
        let service = self.services.get(&*result.suite).map_or(&*result.suite, String::as_str);
        if !self.by_service.contains_key(service) {
            self.by_service.insert(service.to_owned(), Default::default());
        }
        if let Some((requests, spent)) = self.by_service.get_mut(service) {
            *requests += result.requests;
            spent.connect += result.spent.connect;
            spent.wait += result.spent.wait;
            spent.check += result.spent.check;
        }
        if result.requests == 0 {
            return;
        }
        let at = self.slowest.partition_point(|(duration, ..)| *duration >= result.duration);
        if at < MOST_TRIALS {
            self.slowest.insert(at, (result.duration, result.id.to_string(), result.spent));
            self.slowest.truncate(MOST_TRIALS);
        }
    }

    /// What it all came to, in lines for people.
    #[must_use]
    pub fn told(&self, stages: Stages) -> String {
        let mut text = String::from("timings\n");
        let mut all = Spent::default();
        for (_, spent) in self.by_service.values() {
            all.connect += spent.connect;
            all.wait += spent.wait;
            all.check += spent.check;
        }
        for (stage, time, what) in [
            ("load", stages.load, "read the contract and fix the plan"),
            ("run", stages.run, "from the first request to the last answer"),
            ("connect", all.connect, "of all exchanges, many of them at the same time"),
            ("wait", all.wait, "likewise: from the request to the end of the answer"),
            ("check", all.check, "judge the answers"),
            ("report", stages.report, "write the reports"),
        ] {
            let _ = writeln!(text, "  {stage:<8} {:>10}  {what}", shown(time));
        }
        let width = self.by_service.keys().map(|name| name.chars().count()).max().unwrap_or(0).max("service".len());
        let _ = writeln!(
            text,
            "\n  {:<width$} {:>9} {:>10} {:>10} {:>10}",
            "service", "requests", "connect", "wait", "check"
        );
        for (service, (requests, spent)) in &self.by_service {
            let [connect, wait, check] = [spent.connect, spent.wait, spent.check].map(shown);
            let _ = writeln!(text, "  {service:<width$} {requests:>9} {connect:>10} {wait:>10} {check:>10}");
        }
        if !self.slowest.is_empty() {
            let _ =
                writeln!(text, "\n  {:>10} {:>10} {:>10} {:>10}  slowest trials", "whole", "connect", "wait", "check");
        }
        for (whole, id, spent) in &self.slowest {
            let [whole, connect, wait, check] = [*whole, spent.connect, spent.wait, spent.check].map(shown);
            let _ = writeln!(text, "  {whole:>10} {connect:>10} {wait:>10} {check:>10}  {id}");
        }
        text
    }
}

/// A time with three digits or so.
fn shown(time: Duration) -> String {
    let micros = time.as_micros();
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{:.1} ms", time.as_secs_f64() * 1e3),
        _ => format!("{:.2} s", time.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short_to_read() {
        for (micros, text) in
            [(0, "0 µs"), (999, "999 µs"), (1_250, "1.2 ms"), (999_949, "999.9 ms"), (61_500_000, "61.50 s")]
        {
            assert_eq!(shown(Duration::from_micros(micros)), text);
        }
    }
}
