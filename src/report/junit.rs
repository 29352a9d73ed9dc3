//! The report in the XML of `JUnit`, as Jenkins, GitLab and most others read it.
//!
//! Each case is a test suite and each trial a test, named by its id. A trial that violates is a failure, one that could
//! not be judged an error. A waived one is skipped, and stale waivers are an error of their own: what is known mustn't
//! fail a build, and what isn't so any more must. The schema knows properties of suites only, so clauses and levels stand there.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event as Xml};

use super::Reporter;
use super::failure::block;
use super::text::{folder_prefix, harmless, microseconds, single_line};
use super::waivers::because;
use crate::diagnostic::Style;
use crate::model::event::{Attempt, Event, RunStarted, Summary, TrialResult};
use crate::model::requirement::{Level, Requirement, RequirementId};
use crate::model::verdict::{Conclusion, Verdict};
use crate::model::waiver::WaiverState;

/// Writes each test suite when its last trial has its verdict: the numbers of a suite stand in front of it. A report
/// that was cut short lacks the end of its root element.
pub struct Junit<W: Write> {
    output: Writer<W>,
    /// What stands before the paths of suites.
    folder: String,
    requirements: BTreeMap<RequirementId, Requirement>,
    suite: Option<Suite>,
    /// The properties that are the same for every suite, written.
    of_all: Vec<u8>,
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
    cases: Writer<Vec<u8>>,
}

const INDENT: usize = 2;
/// A suite has so many tests at most, so that the largest case needn't fit into the memory.
const MOST_TESTS: usize = 1000;

impl<W: Write> Junit<W> {
    /// A report into `output`.
    pub fn new(output: W) -> Self {
        let output = Writer::new_with_indent(output, b' ', INDENT);
        Self {
            output,
            folder: String::new(),
            requirements: BTreeMap::new(),
            suite: None,
            of_all: Vec::new(),
            failures: 0,
        }
    }

    fn started(&mut self, run: &RunStarted) -> io::Result<()> {
        self.requirements = run.requirements.iter().map(|one| (one.id.clone(), one.clone())).collect();
        self.folder = folder_prefix(run.folder.as_deref());
        let target = [("contract-digest", run.digest.clone()), ("target", run.target.clone())].into_iter();
        let shard = run.sharding.iter().map(|sharding| ("shard", sharding.shard.to_string()));
        let mut of_all = below(&["testsuites", "testsuite", "properties"]);
        for (name, value) in target.chain(shard) {
            property(&mut of_all, name, &value)?;
        }
        self.of_all = of_all.into_inner();
        self.output.write_event(Xml::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let name = format!("{} {} against {}", run.contract, run.contract_version, run.target);
        let name = single_line(&name);
        self.output.write_event(Xml::Start(BytesStart::new("testsuites").with_attributes([("name", name.as_str())])))
    }

    fn trial(&mut self, result: &TrialResult) -> io::Result<()> {
        let part = match &self.suite {
            Some(suite) if suite.is_of(result) && suite.tests < MOST_TESTS => None,
            Some(suite) if suite.is_of(result) => Some(suite.part + 1),
            _ => Some(1),
        };
        if let Some(part) = part {
            self.end_suite()?;
            let file = format!("{}{}", self.folder, result.place.file.path);
            self.suite = Some(Suite::new((&result.suite, &result.case), part, file));
        }
        match &mut self.suite {
            Some(suite) => suite.add(result, &self.requirements),
            None => Ok(()),
        }
    }

    fn end_suite(&mut self) -> io::Result<()> {
        let Some(suite) = self.suite.take() else { return Ok(()) };
        self.failures += suite.failures;
        let numbers = [suite.tests, suite.failures, suite.errors, suite.skipped].map(|number| number.to_string());
        let time = seconds(suite.microseconds);
        let [tests, failures, errors, skipped] = numbers.each_ref().map(String::as_str);
        let name = if suite.part == 1 { suite.case } else { format!("{}#{}", suite.case, suite.part) };
        let attributes = [
            ("name", name.as_str()),
            ("file", &suite.file),
            ("tests", tests),
            ("failures", failures),
            ("errors", errors),
            ("skipped", skipped),
            ("time", &time),
        ];
        self.output.write_event(Xml::Start(BytesStart::new("testsuite").with_attributes(attributes)))?;
        self.output.write_event(Xml::Start(BytesStart::new("properties")))?;
        self.output.get_mut().write_all(&self.of_all)?;
        let levels = suite.levels.iter().map(|level| ("level", level.to_string()));
        let requirements = suite.requirements.iter().map(|id| ("requirement", id.to_string()));
        for (name, value) in levels.chain(requirements) {
            property(&mut self.output, name, &value)?;
        }
        self.output.write_event(Xml::End(BytesEnd::new("properties")))?;
        self.output.get_mut().write_all(suite.cases.into_inner().as_slice())?;
        self.output.write_event(Xml::End(BytesEnd::new("testsuite")))
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
                suite.case(name, 0, &[Outcome { element, kind, message, text }])?;
            }
            self.suite = Some(suite);
            self.end_suite()?;
        }
        self.output.write_event(Xml::End(BytesEnd::new("testsuites")))?;
        self.output.get_mut().write_all(b"\n")?;
        self.output.get_mut().flush()
    }
}

/// Writes what stands below these elements, without them.
fn below(elements: &[&str]) -> Writer<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', INDENT);
    for element in elements {
        let _ = writer.write_event(Xml::Start(BytesStart::new(*element)));
    }
    writer.get_mut().clear();
    writer
}

fn property<W: Write>(output: &mut Writer<W>, name: &str, value: &str) -> io::Result<()> {
    let value = single_line(value);
    let attributes = [("name", name), ("value", value.as_str())];
    output.write_event(Xml::Empty(BytesStart::new("property").with_attributes(attributes)))
}

impl Suite {
    fn new((suite, case): (&str, &str), part: usize, file: String) -> Self {
        let cases = below(&["testsuites", "testsuite"]);
        Self {
            case: format!("{suite}/{case}"),
            class: format!("{suite}.{case}"),
            part,
            file,
            levels: Vec::new(),
            requirements: Vec::new(),
            tests: 0,
            failures: 0,
            errors: 0,
            skipped: 0,
            microseconds: 0,
            cases,
        }
    }

    /// Whether a trial is of the suite's case.
    fn is_of(&self, result: &TrialResult) -> bool {
        let named = self.case.strip_prefix(&*result.suite).and_then(|rest| rest.strip_prefix('/'));
        named == Some(&*result.case)
    }

    fn add(&mut self, result: &TrialResult, requirements: &BTreeMap<RequirementId, Requirement>) -> io::Result<()> {
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
        self.case(&result.id, microseconds, &outcomes)
    }

    /// One test, and what isn't well with it.
    fn case(&mut self, name: &str, microseconds: u64, outcomes: &[Outcome]) -> io::Result<()> {
        let time = seconds(microseconds);
        let attributes = [("classname", self.class.as_str()), ("name", name), ("time", time.as_str())];
        let start = BytesStart::new("testcase").with_attributes(attributes);
        if outcomes.is_empty() {
            return self.cases.write_event(Xml::Empty(start));
        }
        self.cases.write_event(Xml::Start(start))?;
        for Outcome { element, kind, message, text } in outcomes {
            let attributes = [("type", *kind), ("message", message.as_str())];
            self.cases.write_event(Xml::Start(BytesStart::new(*element).with_attributes(attributes)))?;
            self.cases.write_event(Xml::Text(BytesText::new(&harmless(text.trim_end()))))?;
            self.cases.write_event(Xml::End(BytesEnd::new(*element)))?;
        }
        self.cases.write_event(Xml::End(BytesEnd::new("testcase")))
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

fn seconds(microseconds: u64) -> String {
    format!("{}.{:06}", microseconds / 1_000_000, microseconds % 1_000_000)
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
