//! A mutant in words, and the line of YAML that would catch it.

use std::fmt::Write as _;

use serde_json::Value;

use super::alter;
use super::anatomy::Step;
use super::count::Mutant;
use crate::check;
use crate::diagnostic::Place;
use crate::model::mutant::Operator;
use crate::model::proof::Unnoticed;
use crate::model::requirement::RequirementId;
use crate::model::secret::Secrets;

/// How much of a value stands in a line, in characters.
const SHOWN: usize = 120;

/// A mutant that nobody noticed.
pub(super) fn survivor(mutant: &Mutant<'_, '_>, secrets: &Secrets) -> Unnoticed {
    let secrets = &with_told(mutant, secrets);
    let mask = |line: String| secrets.mask(&line).into_owned();
    let (remedy, allowance) = (remedy(mutant).map(mask), Some(mask(allowance(mutant))));
    Unnoticed { remedy, allowance, ..described(mutant, secrets) }
}

/// A mutant that should not have been noticed: described by the first trial that did.
pub(super) fn false_alarm(mutant: &Mutant<'_, '_>, secrets: &Secrets) -> Unnoticed {
    let secrets = &with_told(mutant, secrets);
    let described = described(mutant, secrets);
    let Some((scene, _)) = mutant.noticed().next() else { return described };
    let reaction = scene.explain(&alter::alter(mutant.anatomy, mutant.site).answer);
    let finding = reaction.findings.first();
    let said = finding.map(|finding| format!("{}: {}", finding.rule, finding.message));
    let said = said.or_else(|| reaction.unjudged.first().cloned()).unwrap_or_default();
    Unnoticed {
        said: Some((
            secrets.mask(&said).into_owned(),
            mutant.lawful.map(|allowance| secrets.mask(&allowance.to_string()).into_owned()).unwrap_or_default(),
        )),
        suite: scene.trial.suite.clone(),
        case: scene.trial.case.name.to_string(),
        trial: scene.trial.id.to_string(),
        place: finding.map_or_else(|| described.place.clone(), |finding| finding.place.clone()),
        ..described
    }
}

/// The secrets that are known, and those that the answers of the trial told.
fn with_told(mutant: &Mutant<'_, '_>, secrets: &Secrets) -> Secrets {
    let mut secrets = secrets.clone();
    secrets.learn(mutant.scene().told_in_secret());
    secrets
}

fn described(mutant: &Mutant<'_, '_>, secrets: &Secrets) -> Unnoticed {
    let scene = mutant.scene();
    let part = mutant.part();
    let request = &scene.evidence().request;
    let (before, after) = change(mutant);
    let mask = |text: &str| secrets.mask(text).into_owned();
    Unnoticed {
        operator: mutant.site.operator,
        part: mask(part.general.as_ref()),
        suite: scene.trial.suite.clone(),
        case: scene.trial.case.name.to_string(),
        requirements: cited(mutant),
        count: 1,
        trial: scene.trial.id.to_string(),
        request: mask(&format!("{} {} as {}", request.method, path(&request.url), request.persona)),
        at: mask(part.exact.as_ref()),
        before: mask(&before),
        after: mask(&after),
        said: None,
        remedy: None,
        allowance: None,
        place: place(mutant),
    }
}

/// The clauses that those cite who asked, each once.
fn cited(mutant: &Mutant<'_, '_>) -> Vec<RequirementId> {
    let mut cited: Vec<RequirementId> = Vec::new();
    for id in mutant.scenes.iter().flat_map(|scene| scene.trial.requirements.iter()) {
        if !cited.contains(id) {
            cited.push(id.clone());
        }
    }
    cited
}

/// The expectation that lets it pass: the cell's, or the step's.
fn place(mutant: &Mutant<'_, '_>) -> Place {
    let expectations = check::expectations(mutant.scene().trial, mutant.scene().evidence().step);
    expectations.last().map_or_else(|| mutant.scene().trial.place.clone(), |(expect, _)| expect.place.clone())
}

/// The URL without scheme and host, which say nothing of the mutant.
fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

/// What stood there, and what stood there then.
fn change(mutant: &Mutant<'_, '_>) -> (String, String) {
    use Operator as Op;
    let (anatomy, site) = (mutant.anatomy, mutant.site);
    let answer = anatomy.answer;
    let altered = alter::alter(anatomy, site);
    let index = site.index as usize;
    let headers = |name: &str| {
        let values: Vec<String> =
            altered.answer.header(name).map(|value| format!("{name}: {}", String::from_utf8_lossy(value))).collect();
        if values.is_empty() { "nothing".to_owned() } else { values.join(", ") }
    };
    match site.operator {
        Op::OtherClassStatus | Op::SameClassStatus => (status(answer), status(&altered.answer)),
        operator if operator.alters_a_header() => {
            let (name, value) = &answer.headers[index];
            (format!("{name}: {}", String::from_utf8_lossy(value)), headers(name))
        }
        Op::AddHeader | Op::RecaseHeader | Op::ReorderHeaders => {
            let names = |answer: &crate::model::exchange::Answer| {
                answer.headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
            };
            (names(answer), names(&altered.answer))
        }
        Op::DropMember | Op::DropItem => (value(anatomy.value(index)), "nothing".into()),
        Op::DoubleItem => (value(anatomy.value(index)), "the same twice".into()),
        Op::RenameMember | Op::RecaseMember => {
            let new = if site.operator == Op::RenameMember { "another name" } else { "a name in another case" };
            (member(&anatomy.nodes[index].step), new.into())
        }
        Op::InsertCanary => {
            ("nothing of it".into(), format!("`{}` in {}", anatomy.canaries[index], mutant.part().exact))
        }
        operator if operator.alters_a_value() => {
            let json = altered.json.as_ref().and_then(|json| json.pointer(&anatomy.nodes[index].pointer));
            (value(anatomy.value(index)), value(json))
        }
        _ => (check::excerpt(&answer.body), check::excerpt(&altered.answer.body)),
    }
}

fn status(answer: &crate::model::exchange::Answer) -> String {
    format!("{} {}", answer.status, answer.reason).trim().to_owned()
}

fn member(step: &Step) -> String {
    match step {
        Step::Name(name) => format!("the member `{name}`"),
        _ => "an item".into(),
    }
}

fn value(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".into(), |value| short(&value.to_string()))
}

fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The line that would catch it, to be put under `expect:`.
fn remedy(mutant: &Mutant<'_, '_>) -> Option<String> {
    use Operator as Op;
    let (anatomy, site) = (mutant.anatomy, mutant.site);
    let index = site.index as usize;
    let rule = |at: &str, what: String| Some(format!("body: [{{at: {}, {what}}}]", quoted(at)));
    match site.operator {
        Op::OtherClassStatus | Op::SameClassStatus => Some(format!("status: {}", anatomy.answer.status)),
        Op::MediaType | Op::Charset => {
            let value = String::from_utf8_lossy(&anatomy.answer.headers[index].1).into_owned();
            let name = value.split(';').next().unwrap_or_default().trim();
            let charset = if site.operator == Op::Charset { ", charset: utf-8" } else { "" };
            Some(format!("headers: {{content-type: {{media-type: {name}{charset}}}}}"))
        }
        operator if operator.alters_a_header() => {
            let (name, value) = &anatomy.answer.headers[index];
            let value = Value::from(String::from_utf8_lossy(value).into_owned());
            let rule = match name.as_str() {
                "content-length" => "{equals-body-length: true}".to_owned(),
                "content-type" => "present".to_owned(),
                _ => short(&value.to_string()),
            };
            Some(format!("headers: {{{name}: {rule}}}"))
        }
        Op::FillBody => Some("body: empty".into()),
        Op::EmptyBody if anatomy.json.is_none() => Some("body: present".into()),
        Op::EmptyBody | Op::TruncateBody | Op::TrailingBytes | Op::BrokenJson if anatomy.json.is_some() => {
            Some("json: strict".into())
        }
        Op::DuplicateName | Op::ByteOrderMark | Op::BrokenUtf8 => Some("json: strict".into()),
        Op::TruncateBody | Op::TrailingBytes | Op::ChangeText => {
            let text = Value::from(String::from_utf8_lossy(&anatomy.answer.body).into_owned()).to_string();
            Some(format!("body: [{{of: text, equals: {}}}]", short(&text)))
        }
        Op::InsertCanary => Some(format!("lacks: [{}]", Value::from(anatomy.canaries[index].as_str()))),
        Op::OtherAnswer => {
            let other: Value = serde_json::from_slice(&anatomy.others[index].body).ok()?;
            let telling = anatomy.nodes.iter().enumerate().find_map(|(at, node)| {
                let here = anatomy.value(at).filter(|value| !value.is_object() && !value.is_array())?;
                (other.pointer(&node.pointer) != Some(here)).then_some((node, here))
            });
            let (node, here) = telling?;
            rule(&json_path(&node.pointer), format!("equals: {}", short(&here.to_string())))
        }
        operator if operator.alters_a_value() => of_value(mutant).and_then(|(at, what)| rule(&at, what)),
        _ => None,
    }
}

/// The path and the test that pin a value down.
fn of_value(mutant: &Mutant<'_, '_>) -> Option<(String, String)> {
    use Operator as Op;
    let (anatomy, site) = (mutant.anatomy, mutant.site);
    let index = site.index as usize;
    let node = &anatomy.nodes[index];
    let value = anatomy.value(index)?;
    let general = json_path(&node.general);
    let many = node.general.contains("/*");
    let alike = anatomy.nodes.iter().filter(|other| other.general == node.general).count();
    Some(match site.operator {
        Op::AddMember => {
            let named = value.as_object()?.len();
            (format!("{general}.*"), format!("count: {}", if many { alike * named } else { named }))
        }
        Op::EmptyArray | Op::DropItem | Op::DoubleItem => {
            let list = if site.operator == Op::EmptyArray { format!("{general}[*]") } else { general };
            let count = if site.operator == Op::EmptyArray { value.as_array()?.len() } else { alike };
            (list, format!("count: {count}"))
        }
        Op::DropMember | Op::RenameMember | Op::RecaseMember if many => (general, format!("count: {alike}")),
        Op::NullValue | Op::RetypeValue | Op::DropMember | Op::RenameMember | Op::RecaseMember => {
            (general, format!("type: {}", check::type_word(value)))
        }
        _ if many => {
            let values: Vec<&Value> = anatomy
                .nodes
                .iter()
                .enumerate()
                .filter(|(_, other)| other.general == node.general)
                .filter_map(|(at, _)| anatomy.value(at))
                .collect();
            (general, format!("same-set-as: {}", short(&serde_json::to_string(&values).unwrap_or_default())))
        }
        _ => (general, format!("equals: {}", short(&value.to_string()))),
    })
}

/// The declaration that the alteration is lawful.
fn allowance(mutant: &Mutant<'_, '_>) -> String {
    let site = mutant.site;
    let operator = site.operator;
    let mut line = format!("lawful: [{{change: {}", operator.slug());
    if operator.alters_a_value() || operator == Operator::DuplicateName {
        let general = &mutant.anatomy.nodes[site.index as usize].general;
        let _ = write!(line, ", at: {}", quoted(&json_path(general)));
    } else if operator.alters_a_header() {
        let _ = write!(line, ", header: {}", mutant.part().general);
    } else if matches!(operator, Operator::OtherClassStatus | Operator::SameClassStatus) {
        let _ = write!(line, ", status: {}", site.variant);
    }
    line + ", because: …}]"
}

/// A JSON Pointer, perhaps with `*` for indexes, as a JSONPath.
fn json_path(pointer: &str) -> String {
    let mut path = String::from("$");
    for token in pointer.split('/').skip(1) {
        let name = token.replace("~1", "/").replace("~0", "~");
        let simple = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if name == "*" || name.chars().all(|c| c.is_ascii_digit()) && !name.is_empty() {
            let _ = write!(path, "[{name}]");
        } else if simple && !name.is_empty() {
            path.push('.');
            path.push_str(&name);
        } else {
            let _ = write!(path, "['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"));
        }
    }
    path
}

/// A path as it can stand in YAML's flow style.
fn quoted(path: &str) -> String {
    if path.contains(['[', ']', '{', '}', ',', '\'', '*', '#', ':']) {
        Value::from(path).to_string()
    } else {
        path.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_become_paths() {
        for (pointer, path) in
            [("", "$"), ("/people/*/xuid", "$.people[*].xuid"), ("/a~1b/0", "$['a/b'][0]"), ("/it's", "$['it\\'s']")]
        {
            assert_eq!(json_path(pointer), path);
        }
    }
}
