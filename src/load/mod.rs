//! Files to values: the only reader of contracts and targets. Strict, and every problem at once.

mod body_rule;
mod case;
mod choice;
mod compiled;
mod conceal;
mod digest;
mod document;
mod expect;
mod extent;
mod fields;
mod header_rule;
mod include;
mod lawful;
mod manifest;
mod matrix;
mod parallel;
mod persona;
mod requirement;
mod resolve;
mod schema;
mod snapshot;
mod source;
pub(crate) mod span;
mod state;
mod step;
mod suite;
mod target;
mod value;
mod waivers;
mod yaml;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use self::extent::{Extent, Part};
use self::fields::Problems;
use self::manifest::Manifest;
use self::requirement::Known;
use self::schema::SchemaFiles;
use self::source::{FileKind, Files};
use self::suite::Inherited;
use self::yaml::Node;
use crate::diagnostic::{Code, Diagnostic, Place, SourceFile};
use crate::model::case::Suite;
use crate::model::choice::Choice;
use crate::model::contract::Contract;
use crate::model::outline::Outline;
use crate::model::requirement::{Requirement, RequirementId};

pub use self::source::{Origin, includable, shipped_snapshots};
pub use self::target::{from_file as target_from_file, from_url as target_from_url};
pub use self::waivers::{NAME as WAIVERS, from_file as waivers_from_file, without as waivers_without};

/// Reads and checks a whole contract.
///
/// # Errors
/// Every problem in its files, in the order of the files.
pub fn contract(origin: &Origin) -> Result<Contract, Vec<Diagnostic>> {
    read(origin, Extent::Whole)
}

/// The shipped contract without the cases that `choose` doesn't name, each behind its suite; none if it has to be read as
/// a whole.
pub fn shipped_part(
    choose: impl FnOnce(&Outline<'static>) -> Option<BTreeSet<(&'static str, &'static str)>>,
) -> Option<Contract> {
    let part = Part::chosen(choose)?;
    let digest = part.digest;
    // What is wrong with it is told where it is read as a whole, as it is if it isn't what the outline is of.
    read(&Origin::Shipped, Extent::Part(part)).ok().filter(|contract| contract.digest == digest)
}

fn read(origin: &Origin, extent: Extent) -> Result<Contract, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let mut files = source::read(origin, &extent, &mut diagnostics);
    let problems = Problems::default();
    problems.extend(diagnostics);
    let file = only(&files, FileKind::Contract, &problems).cloned();
    let node = file.as_ref().and_then(|file| parse(file, &problems));
    let manifest = node.as_ref().map(|node| manifest::manifest(node, &extent, &problems));
    let read_something = problems.is_empty();
    if manifest.is_none()
        && files.of(FileKind::Contract).next().is_none()
        && (read_something || !files.files.is_empty())
    {
        problems.push(
            Diagnostic::bare(Code::MissingKey, "there is no contract.yaml")
                .help("it stands at the top of the folder or in `suites/` and names the contract and its services"),
        );
    }
    let manifest = manifest.unwrap_or_default();
    manifest.included.iter().for_each(|included| files.take_in(&included.files));
    let state = state::state(&files, &manifest, &problems);
    let cases = cases(&files, &manifest, &extent, &problems);
    let survivors = single(&files, FileKind::Survivors, &problems).map(|node| lawful::survivors(&node, &problems));
    let whole = extent.is_whole();
    let mut contract = Contract {
        secrets: state.secrets,
        short_secrets: state.short_secrets,
        name: manifest.name,
        version: manifest.version,
        title: manifest.title,
        digest: files.digest,
        folder: match origin {
            Origin::Shipped => None,
            Origin::Includable(name) => Some(name.clone()),
            Origin::Folder(folder) => Some(folder.display().to_string()),
        },
        services: manifest.services,
        resources: manifest.resources,
        capabilities: manifest.capabilities,
        profiles: cases.profiles,
        choices: cases.choices,
        documents: manifest.documents,
        requirements: cases.requirements,
        personas: Arc::new(state.personas),
        world: state.world,
        suites: cases.suites,
        unread: match extent {
            Extent::Whole => Vec::new(),
            Extent::Part(part) => part.unread,
        },
        survivors: survivors.unwrap_or_default(),
    };
    report_size(&contract.suites, &problems);
    // Names are looked up only in files that could be read whole, so that one mistake isn't reported twice.
    let readable = problems.is_empty();
    if readable {
        resolve::resolve(&mut contract, &problems);
        if whole {
            cases.schemas.report_unused(&problems);
        }
    }
    let mut diagnostics = problems.into_vec();
    if diagnostics.is_empty() {
        return Ok(contract);
    }
    diagnostics
        .sort_by_key(|diagnostic| diagnostic.place.as_ref().map(|place| (place.file.path.clone(), place.start())));
    Err(conceal::concealed(diagnostics, &[]))
}

/// A JSON or YAML document that is none of ours, as a JSON value. `path` is what it is called in diagnostics.
///
/// # Errors
/// It is neither, a key stands in it twice, or it is nested too deep.
pub fn document(path: &str, text: String) -> Result<Value, Vec<Diagnostic>> {
    let file = Arc::new(SourceFile::new(path.to_owned(), text));
    if file.text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).starts_with('{')
        && let Ok(value) = serde_json::from_str(file.text.trim_start_matches('\u{feff}'))
    {
        return Ok(value);
    }
    let mut diagnostics = Vec::new();
    let node = yaml::parse(&file, &mut diagnostics);
    // Bounds of numbers are often larger than an integer of 64 bits.
    diagnostics.retain(|diagnostic| diagnostic.code != Code::UnquotedInteger);
    match node {
        Some(node) if diagnostics.is_empty() => Ok(value::json(&node)),
        _ => Err(diagnostics),
    }
}

/// Whether a JSON Schema refuses nothing, so that no contract may have it.
#[must_use]
pub fn accepts_everything(schema: &Value) -> bool {
    schema::accepts_everything(schema)
}

/// Whether JSON Schema has a format of this name.
#[must_use]
pub fn is_standard_format(name: &str) -> bool {
    schema::STANDARD_FORMATS.contains(&name)
}

/// Whether a target can stand at this URL.
#[must_use]
pub fn is_base_url(url: &str) -> bool {
    target::base_url(url).is_ok()
}

/// What is judged, and by which clauses.
struct Cases {
    requirements: Vec<Requirement>,
    schemas: SchemaFiles,
    profiles: BTreeMap<String, Vec<String>>,
    choices: Vec<Arc<Choice>>,
    suites: Vec<Suite>,
}

fn cases(files: &Files, manifest: &Manifest<'_>, extent: &Extent, problems: &Problems) -> Cases {
    let requirements = requirements(files, manifest, problems);
    let schemas = SchemaFiles::read(files.of(FileKind::Schema), extent, problems);
    let by_id: BTreeMap<RequirementId, Requirement> =
        requirements.iter().map(|requirement| (requirement.id.clone(), requirement.clone())).collect();
    let mut known = Known {
        problems,
        requirements: &by_id,
        cited: RefCell::default(),
        services: manifest.services.iter().map(|service| service.name.clone()).collect(),
        resources: manifest.resources.clone(),
        capabilities: manifest.capabilities.iter().map(|capability| capability.name.clone()).collect(),
        choices: BTreeMap::new(),
        chosen: RefCell::default(),
        schemas: &schemas,
        extent,
    };
    if let Some(node) = manifest.choices {
        known.choices = choice::choices(node, &known);
    }
    let profiles =
        manifest.profiles.map(|node| manifest::profiles(node, &manifest.capabilities, problems)).unwrap_or_default();
    let inherited = inherited(manifest, extent, &known);
    let mut suites = suites(files, &inherited, &known);
    suites.extend(manifest.included.iter().flat_map(|included| included.suites(extent, &known)));
    // A suite that can't be read at all may hold the cases that seem to be missing.
    if extent.is_whole() && !problems.speak_of(&[Code::InvalidYaml, Code::TooLarge, Code::UnreadableFile]) {
        report_untested(&requirements, &known.cited.borrow(), problems);
        if let Some(node) = manifest.choices {
            choice::report_unused(node, &known);
        }
    }
    let choices = known.choices.values().map(|(choice, _)| Arc::clone(choice)).collect();
    Cases { requirements, schemas, profiles, choices, suites }
}

/// What each service says of every answer, and what the contract says for all of them.
fn inherited(manifest: &Manifest, extent: &Extent, known: &Known<'_>) -> Vec<Inherited> {
    let of_service = |name: &str| {
        let spoken = manifest.spoken.iter().find(|spoken| spoken.service == name);
        let invariants = spoken.and_then(|spoken| spoken.invariants);
        let lawful = spoken.map(|spoken| spoken.lawful.clone()).unwrap_or_default();
        Inherited {
            service: name.to_owned(),
            invariants: invariants.map(|node| suite::invariants(node, known)).unwrap_or_default(),
            lawful: manifest.lawful.iter().cloned().chain(lawful).collect(),
        }
    };
    let names = manifest.services.iter().map(|service| service.name.as_str());
    names.filter(|name| extent.has_service(name)).map(of_service).collect()
}

/// The one file of a kind of which there is at most one.
fn only<'f>(files: &'f Files, kind: FileKind, problems: &Problems) -> Option<&'f Arc<SourceFile>> {
    let mut found = files.of(kind);
    let file = found.next()?;
    if let Some(second) = found.next() {
        problems.push(Diagnostic::at(
            Code::DuplicateId,
            &Place::new(second, 0, 1),
            format!("{} stands beside {}", second.path, file.path),
        ));
    }
    Some(file)
}

/// The tree of the one file of a kind.
fn single<'f>(files: &'f Files, kind: FileKind, problems: &Problems) -> Option<Node<'f>> {
    parse(only(files, kind, problems)?, problems)
}

fn parse<'f>(file: &'f Arc<SourceFile>, problems: &Problems) -> Option<Node<'f>> {
    let mut diagnostics = Vec::new();
    let node = yaml::parse(file, &mut diagnostics);
    problems.extend(diagnostics);
    node
}

fn requirements(files: &Files, manifest: &Manifest, problems: &Problems) -> Vec<Requirement> {
    let documents = &manifest.documents;
    let mut all: Vec<Requirement> =
        manifest.included.iter().flat_map(|included| included.requirements(problems)).collect();
    for file in files.of(FileKind::Requirements) {
        let Some(node) = parse(file, problems) else { continue };
        for (requirement, cited) in requirement::requirements(&node, problems) {
            document::report_undeclared(&requirement.document, &cited, documents, problems);
            if let Some(first) = all.iter().find(|other| other.id == requirement.id) {
                problems.push(
                    Diagnostic::at(
                        Code::DuplicateId,
                        &requirement.place,
                        format!("two requirements have the id `{}`", requirement.id),
                    )
                    .label("again")
                    .related(&first.place, "first here"),
                );
            } else {
                all.push(requirement);
            }
        }
    }
    all
}

fn suites(files: &Files, inherited: &[Inherited], known: &Known<'_>) -> Vec<Suite> {
    let mut suites: Vec<Suite> = Vec::new();
    let files: Vec<&Arc<SourceFile>> = files.of(FileKind::Suite).collect();
    parallel::parsed(&files, |(node, diagnostics)| {
        known.problems.extend(diagnostics);
        let Some(suite) = node.and_then(|node| suite::suite(&node, None, inherited, known)) else { return };
        if let Some(first) = suites.iter().find(|other| other.name == suite.name) {
            known.problems.push(
                Diagnostic::at(Code::DuplicateId, &suite.place, format!("two suites have the name `{}`", suite.name))
                    .label("again")
                    .related(&first.place, "first here"),
            );
        }
        suites.push(suite);
    });
    if files.is_empty() && known.problems.is_empty() {
        known.problems.push(
            Diagnostic::bare(Code::NoSuite, "there is no suite")
                .help("a contract has at least one file `suites/*.yaml` with `suite:` and `cases:`"),
        );
    }
    suites
}

/// The most trials that a contract can have.
const MOST_TRIALS: usize = 1_000_000;

/// Reports the case with which the contract becomes too large, if one does: a few lines can cross to any number.
fn report_size(suites: &[Suite], problems: &Problems) {
    let mut trials = 0_usize;
    for case in suites.iter().flat_map(|suite| &suite.cases) {
        trials = trials.saturating_add(case.rows.len());
        if trials > MOST_TRIALS {
            let message = format!("with `{}` the contract has more than {MOST_TRIALS} trials", case.name);
            let help = "cross fewer values, or make several contracts of it";
            problems.push(Diagnostic::at(Code::TooLarge, &case.place, message).help(help));
            return;
        }
    }
}

fn report_untested(requirements: &[Requirement], cited: &BTreeSet<RequirementId>, problems: &Problems) {
    for requirement in requirements {
        if requirement.not_tested.is_none() && !cited.contains(&requirement.id) {
            problems.push(
                Diagnostic::at(
                    Code::RequirementWithoutCase,
                    &requirement.place,
                    format!("no case judges `{}`", requirement.id),
                )
                .label("neither tested nor `not-tested`")
                .help("write a case, or add `not-tested:` with the reason"),
            );
        }
    }
}
