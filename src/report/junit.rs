//! The report in the XML of `JUnit`, as Jenkins, GitLab and most others read it.
//!
//! Each case is a test suite and each trial a test, named by its id. A trial that violates is a failure, one that could
//! not be judged an error. A waived one is skipped, and stale waivers are an error of their own: what is known mustn't
//! fail a build, and what isn't so any more must. The schema knows properties of suites only, so clauses and levels stand there.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Reporter;
use super::failure::block;
use super::text::{folder_prefix, harmless, microseconds, single_line};
use super::waivers::because;
use super::xml;
use crate::diagnostic::Style;
use crate::model::event::{Attempt, Event, RunStarted, Summary, TrialResult};
use crate::model::requirement::{Level, Requirement, RequirementId};
use crate::model::verdict::{Conclusion, Verdict};
use crate::model::waiver::WaiverState;

/// Writes each test suite when its last trial has its verdict: the numbers of a suite stand in front of it. A report
/// that was cut short lacks the end of its root element.
pub struct Junit<W: Write> {
    output: W,
    /// What stands before the paths of suites.
    folder: String,
    requirements: BTreeMap<RequirementId, Requirement>,
    suite: Option<Suite>,
    /// The properties that are the same for every suite, written.
    of_all: String,
    /// Room for what is written at once.
    text: String,
    /// Of all suites that were written.
    failures: usize,
}

/// The test suite of one case, gathered.
struct Suite {
    case: String,
    /// The same as a class: readers take what stands before the last dot for a package.
    class: String,
    /// Which one it is of those that a case with very many trials has, from 1.
    part: usize,
    file: String,
    levels: Vec<Level>,
    requirements: Vec<RequirementId>,
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    microseconds: u64,
    /// Its tests, written.
    cases: String,
}

/// A suite has so many tests at most, so that the largest case needn't fit into the memory.
const MOST_TESTS: usize = 1000;

/// What is made room for where a suite has one test that passes, in bytes.
const USUAL_LENGTH: usize = 256;

impl<W: Write> Junit<W> {
    /// A report into `output`.
    pub fn new(output: W) -> Self {
        Self {
            output,
            folder: String::new(),
            requirements: BTreeMap::new(),
            suite: None,
            of_all: String::new(),
            text: String::new(),
            failures: 0,
        }
    }

    fn started(&mut self, run: &RunStarted) -> io::Result<()> {
        self.requirements = run.requirements.iter().map(|one| (one.id.clone(), one.clone())).collect();
        self.folder = folder_prefix(run.folder.as_deref());
        let target = [("contract-digest", run.digest.clone()), ("target", run.target.clone())].into_iter();
        let shard = run.sharding.iter().map(|sharding| ("shard", sharding.shard.to_string()));
        for (name, value) in target.chain(shard) {
            property(&mut self.of_all, name, &value);
        }
        let name = format!("{} {} against {}", run.contract, run.contract_version, run.target);
        let mut text = xml::DECLARATION.to_owned();
        xml::begin(&mut text, 0, "testsuites").with("name", &single_line(&name)).open();
        self.output.write_all(text.as_bytes())
    }

    fn trial(&mut self, result: &TrialResult) -> io::Result<()> {
        let part = match &self.suite {
            Some(suite) if suite.is_of(result) && suite.tests < MOST_TESTS => None,
            Some(suite) if suite.is_of(result) => Some(suite.part + 1),
            _ => Some(1),
        };
        if let Some(part) = part {
            self.end_suite()?;
            let file = [&*self.folder, &*result.place.file.path].concat();
            self.suite = Some(Suite::new((&result.suite, &result.case), part, file));
        }
        if let Some(suite) = &mut self.suite {
            suite.add(result, &self.requirements);
        }
        Ok(())
    }

    fn end_suite(&mut self) -> io::Result<()> {
        let Some(suite) = self.suite.take() else { return Ok(()) };
        self.failures += suite.failures;
        let name = if suite.part == 1 { suite.case } else { format!("{}#{}", suite.case, suite.part) };
        let text = &mut self.text;
        text.clear();
        xml::begin(text, 1, "testsuite")
            .with("name", &name)
            .with("file", &suite.file)
            .with_number("tests", suite.tests)
            .with_number("failures", suite.failures)
            .with_number("errors", suite.errors)
            .with_number("skipped", suite.skipped)
            .with_seconds("time", suite.microseconds)
            .open();
        xml::begin(text, 2, "properties").open();
        text.push_str(&self.of_all);
        suite.levels.iter().for_each(|level| property(text, "level", level.word()));
        suite.requirements.iter().for_each(|id| property(text, "requirement", &id.0));
        xml::end(text, 2, "properties");
        text.push_str(&suite.cases);
        xml::end(text, 1, "testsuite");
        self.output.write_all(text.as_bytes())
    }

    /// What could not be judged must not look like a pass, also where no single trial tells of it.
    fn ended(&mut self, summary: &Summary) -> io::Result<()> {
        self.end_suite()?;
        let incomplete = summary.conclusion == Conclusion::Incomplete || !summary.complete;
        let stale = summary.waivers.iter().flatten().any(|outcome| outcome.state == WaiverState::Stale);
        // Such as a target that takes one branch of a choice here and another there.
        let unseen = summary.conclusion == Conclusion::Violates && self.failures == 0;
        let faults = [
            (unseen, "failure", "violates", "the target conforms"),
            (incomplete, "error", "incomplete", "the run is complete"),
            (stale, "error", "stale-waivers", "the waivers hold"),
        ];
        if unseen || incomplete || stale {
            let mut suite = Suite::new(("probity", "run"), 1, String::new());
            let (message, text) = (single_line(&summary.reasons.join("; ")), summary.reasons.join("\n"));
            for (_, element, kind, name) in faults.into_iter().filter(|(there, ..)| *there) {
                suite.tests += 1;
                suite.failures += usize::from(element == "failure");
                suite.errors += usize::from(element == "error");
                let (message, text) = (message.clone(), text.clone());
                suite.case(name, 0, &[Outcome { element, kind, message, text }]);
            }
            self.suite = Some(suite);
            self.end_suite()?;
        }
        self.output.write_all(b"\n</testsuites>\n")?;
        self.output.flush()
    }
}

fn property(text: &mut String, name: &str, value: &str) {
    xml::begin(text, 3, "property").with("name", name).with("value", &single_line(value)).empty();
}

impl Suite {
    fn new((suite, case): (&str, &str), part: usize, file: String) -> Self {
        Self {
            case: [suite, "/", case].concat(),
            class: [suite, ".", case].concat(),
            part,
            file,
            levels: Vec::new(),
            requirements: Vec::new(),
            tests: 0,
            failures: 0,
            errors: 0,
            skipped: 0,
            microseconds: 0,
            cases: String::with_capacity(USUAL_LENGTH),
        }
    }

    /// Whether a trial is of the suite's case.
    fn is_of(&self, result: &TrialResult) -> bool {
        let named = self.case.strip_prefix(&*result.suite).and_then(|rest| rest.strip_prefix('/'));
        named == Some(&*result.case)
    }

    fn add(&mut self, result: &TrialResult, requirements: &BTreeMap<RequirementId, Requirement>) {
        if !self.levels.contains(&result.level) {
            self.levels.push(result.level);
        }
        for id in result.requirements.iter() {
            if !self.requirements.contains(id) {
                self.requirements.push(id.clone());
            }
        }
        let microseconds = microseconds(result.duration);
        self.tests += 1;
        self.microseconds += microseconds;
        let notes = || result.notes.join("\n");
        let (element, kind, message, text) = match result.verdict {
            Verdict::Conforms => return self.case(&result.id, microseconds, &others(result)),
            Verdict::Violates if let Some(kind) = result.waived() => {
                self.skipped += 1;
                let text = block(result, requirements, Style::PLAIN, false);
                ("skipped", kind.word(), because(result).unwrap_or_default(), text)
            }
            Verdict::Violates => {
                self.failures += 1;
                let first = result.findings.first();
                let kind = first.map_or("", |finding| finding.rule.slug());
                let blamed = first.map(|finding| format!("{}: {}", finding.requirement, finding.message));
                let text = block(result, requirements, Style::PLAIN, false);
                ("failure", kind, single_line(&blamed.unwrap_or_default()), text)
            }
            Verdict::Inconclusive => {
                self.errors += 1;
                let curl = result.curl.as_ref().map(|curl| format!("\nsend:  {curl}")).unwrap_or_default();
                let text = format!("{}{curl}\nagain: {}", notes(), result.rerun);
                ("error", "inconclusive", single_line(&notes()), text)
            }
            Verdict::Skipped => {
                self.skipped += 1;
                ("skipped", "skipped", single_line(&notes()), notes())
            }
        };
        let mut outcomes = vec![Outcome { element, kind, message, text }];
        outcomes.extend(others(result));
        self.case(&result.id, microseconds, &outcomes);
    }

    /// One test, and what isn't well with it.
    fn case(&mut self, name: &str, microseconds: u64, outcomes: &[Outcome]) {
        let cases = &mut self.cases;
        let test = xml::begin(cases, 2, "testcase").with("classname", &self.class).with("name", name);
        let test = test.with_seconds("time", microseconds);
        if outcomes.is_empty() {
            return test.empty();
        }
        test.open();
        for Outcome { element, kind, message, text } in outcomes {
            let outcome = xml::begin(cases, 3, element).with("type", kind).with("message", message);
            outcome.around(&harmless(text.trim_end()), element);
        }
        xml::end(cases, 2, "testcase");
    }
}

/// What isn't well with a test, or with an attempt at it.
struct Outcome {
    element: &'static str,
    kind: &'static str,
    message: String,
    text: String,
}

/// The other attempts, as Surefire writes them; one that conforms is told of in the text of the failure.
fn others(result: &TrialResult) -> Vec<Outcome> {
    let flaky = result.verdict == Verdict::Conforms;
    let of = |attempt: &Attempt| {
        let first = attempt.findings.first();
        let (element, kind) = match attempt.verdict {
            Verdict::Violates => {
                let kind = first.map_or("", |finding| finding.rule.slug());
                (if flaky { "flakyFailure" } else { "rerunFailure" }, kind)
            }
            Verdict::Inconclusive => (if flaky { "flakyError" } else { "rerunError" }, "inconclusive"),
            Verdict::Conforms | Verdict::Skipped => return None,
        };
        let blamed = attempt.findings.iter().map(|finding| format!("{}: {}", finding.requirement, finding.message));
        let lines: Vec<String> = blamed.chain(attempt.notes.iter().cloned()).collect();
        let message = single_line(lines.first().map_or("", String::as_str));
        Some(Outcome { element, kind, message, text: format!("attempt {}\n{}", attempt.number, lines.join("\n")) })
    };
    result.attempts.iter().filter_map(of).collect()
}

impl<W: Write> Reporter for Junit<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Started(run) => self.started(run),
            Event::Finished(result) => self.trial(result),
            Event::Ended(summary) => self.ended(summary),
        }
    }
}
