//! What differs between answers to the same question, and which redactions would stand for it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{self, Parts};
use super::redact::stands_for;
use crate::check::select;
use crate::diagnostic::Place;
use crate::model::path::JsonPath;
use crate::model::persona::Persona;
use crate::model::snapshot::{Change, ChangeKind, Placeholder, SnapshotRule};

/// What differs in the answers of one rule.
#[derive(Debug)]
pub struct Wavering<'r> {
    /// The rule that they are kept by.
    pub rule: &'r SnapshotRule,
    /// The snapshots that differ, by their path.
    pub names: BTreeSet<String>,
    /// What would stand for the differences.
    pub proposals: Vec<Proposal>,
    /// The differences that no redaction can stand for, each with its snapshot.
    pub rest: Vec<(String, Change)>,
}

/// A redaction that would stand for a difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// A JSONPath, or the name of a header.
    pub at: At,
    /// What would stand there.
    pub placeholder: Placeholder,
    /// Whether some of the rule's answers don't have it.
    pub optional: bool,
    /// Two of the values.
    pub seen: (String, String),
}

/// What a proposed redaction speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// The nodes of a body.
    Path(String),
    /// The values of a header.
    Header(String),
}

/// The kinds in the order in which they are tried: the narrowest first.
const NARROWEST_FIRST: [Placeholder; 6] = [
    Placeholder::Timestamp,
    Placeholder::Uuid,
    Placeholder::Url,
    Placeholder::Persona,
    Placeholder::Number,
    Placeholder::Text,
];

/// What differs between the answers that were gathered under the same name, rule by rule in the order of the files.
pub(crate) fn wavering<'r>(
    rules: &BTreeMap<String, &'r SnapshotRule>,
    gathered: &BTreeMap<String, Vec<String>>,
    personas: &BTreeMap<String, Persona>,
) -> Vec<Wavering<'r>> {
    let mut groups: Vec<(&SnapshotRule, Vec<&String>)> = Vec::new();
    for (name, rule) in rules.iter().filter(|(name, _)| gathered.contains_key(*name)) {
        match groups.iter_mut().find(|(known, _)| same(&known.place, &rule.place)) {
            Some((_, names)) => names.push(name),
            None => groups.push((rule, vec![name])),
        }
    }
    let mut found: Vec<Wavering<'_>> = groups
        .into_iter()
        .map(|(rule, names)| {
            let answers: Vec<(&String, Vec<Parts<'_>>)> = names
                .into_iter()
                .map(|name| (name, gathered[name].iter().map(|contents| Parts::of(contents)).collect()))
                .collect();
            Group { answers, gathered, personas }.wavering(rule)
        })
        .filter(|one| !one.names.is_empty())
        .collect();
    found.sort_by_key(|one| (one.rule.place.file.path.clone(), one.rule.place.start()));
    found
}

fn same(a: &Place, b: &Place) -> bool {
    a.file.path == b.file.path && a.start() == b.start()
}

/// The answers that are kept by one rule.
struct Group<'g> {
    answers: Vec<(&'g String, Vec<Parts<'g>>)>,
    gathered: &'g BTreeMap<String, Vec<String>>,
    personas: &'g BTreeMap<String, Persona>,
}

impl Group<'_> {
    fn wavering<'r>(&self, rule: &'r SnapshotRule) -> Wavering<'r> {
        let mut found = Wavering { rule, names: BTreeSet::new(), proposals: Vec::new(), rest: Vec::new() };
        for (name, _) in &self.answers {
            let answers = &self.gathered[*name];
            let mut known: Vec<Change> = Vec::new();
            for change in answers[1..].iter().flat_map(|answer| change::between(&answers[0], answer)) {
                if known.iter().any(|one| one.kind == change.kind && one.at == change.at) {
                    continue;
                }
                found.names.insert((*name).clone());
                known.push(change.clone());
                match self.proposal(&change) {
                    Some(proposal) if found.proposals.iter().any(|one| one.at == proposal.at) => {}
                    Some(proposal) => found.proposals.push(proposal),
                    None => found.rest.push(((*name).clone(), change)),
                }
            }
        }
        found
    }

    /// The redaction for a difference: of all items of a list alike if they are of one kind, else of this one alone.
    fn proposal(&self, change: &Change) -> Option<Proposal> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let seen = (text(&change.before), text(&change.after));
        match change.kind {
            ChangeKind::Header => {
                let (placeholder, optional) = self.kind_of_header(&change.at)?;
                Some(Proposal { at: At::Header(change.at.clone()), placeholder, optional, seen })
            }
            ChangeKind::Value | ChangeKind::Type => [path(&change.at, true), path(&change.at, false)]
                .into_iter()
                .find_map(|path| self.kind_of_nodes(&path).map(|kind| (path, kind)))
                .map(|(path, (placeholder, optional))| Proposal { at: At::Path(path), placeholder, optional, seen }),
            _ => None,
        }
    }

    /// What all nodes are that a path selects, and whether some answers have none.
    fn kind_of_nodes(&self, path: &str) -> Option<(Placeholder, bool)> {
        let path = JsonPath::parse(path).ok()?;
        let bodies = self.answers.iter().flat_map(|(_, answers)| answers);
        let selected: Vec<Vec<&Value>> = bodies
            .map(|parts| parts.json.iter().flat_map(|json| select(&path, json)).map(|node| node.value).collect())
            .collect();
        let optional = selected.iter().any(Vec::is_empty);
        Some((self.kind(selected.into_iter().flatten().cloned())?, optional))
    }

    fn kind_of_header(&self, name: &str) -> Option<(Placeholder, bool)> {
        let answers = self.answers.iter().flat_map(|(_, answers)| answers);
        let values: Vec<Option<&Vec<&str>>> = answers.map(|parts| parts.headers.get(name)).collect();
        let optional = values.iter().any(Option::is_none);
        Some((self.kind(values.into_iter().flatten().flatten().map(|value| Value::from(*value)))?, optional))
    }

    /// The narrowest kind that all of the values are of.
    fn kind(&self, values: impl Iterator<Item = Value>) -> Option<Placeholder> {
        // What is redacted already stays so.
        let values: Vec<Value> = values.filter(|value| !value.as_str().is_some_and(is_placeholder)).collect();
        let fits = |placeholder: &Placeholder| {
            values.iter().all(|value| stands_for(*placeholder, value, self.personas).is_some())
        };
        NARROWEST_FIRST.into_iter().find(|placeholder| !values.is_empty() && fits(placeholder))
    }
}

fn is_placeholder(text: &str) -> bool {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    inner.is_some_and(|inner| Placeholder::ALL.iter().any(|one| one.slug() == inner) || inner.contains('.'))
}

/// The JSONPath of a JSON Pointer. `alike` stands for every item of a list in place of one.
fn path(pointer: &str, alike: bool) -> String {
    let mut path = String::from("$");
    for token in pointer.split('/').skip(1) {
        let name = token.replace("~1", "/").replace("~0", "~");
        let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if name.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty() {
            path = path + "[" + if alike { "*" } else { &name } + "]";
        } else if plain {
            path = path + "." + &name;
        } else {
            path = path + "[" + &Value::from(name).to_string() + "]";
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::diagnostic::SourceFile;

    fn told(answers: &[&[&str]]) -> Vec<String> {
        let file = Arc::new(SourceFile::new("a.yaml", "true"));
        let place = Place::new(&file, 0, 4);
        let rule = SnapshotRule { redactions: Vec::new(), own: 0, headers: Vec::new(), sorted: None, place };
        let names = |index: usize| format!("s/{index}.snap");
        let rules = (0..answers.len()).map(|index| (names(index), &rule)).collect();
        let gathered = answers
            .iter()
            .enumerate()
            .map(|(index, answers)| (names(index), answers.iter().map(|one| (*one).to_owned()).collect()))
            .collect();
        let found = wavering(&rules, &gathered, &BTreeMap::new());
        let proposals = found.iter().flat_map(|one| &one.proposals).map(|one| {
            let at = match &one.at {
                At::Path(path) => path.clone(),
                At::Header(name) => format!("header {name}"),
            };
            format!("{at} as {}{}", one.placeholder.slug(), if one.optional { ", optional" } else { "" })
        });
        let rest = found.iter().flat_map(|one| &one.rest).map(|(name, change)| format!("{name}: {}", change.at));
        proposals.chain(rest).collect()
    }

    #[test]
    fn what_differs_is_of_the_narrowest_kind() {
        let json = |text: &str| format!("200\n\n{text}");
        for (first, second, expected) in [
            (json("{\"a\": 1}"), json("{\"a\": 1}"), &[][..]),
            (json("{\"a\": 1}"), json("{\"a\": 2}"), &["$.a as number"]),
            (json("{\"a\": \"x\"}"), json("{\"a\": \"y\"}"), &["$.a as text"]),
            (json("{\"a\": \"x\"}"), json("{\"a\": \"\"}"), &["s/0.snap: /a"]),
            (json("{\"a\": true}"), json("{\"a\": false}"), &["s/0.snap: /a"]),
            (json("{\"a\": \"1\"}"), json("{\"a\": 2}"), &["$.a as number"]),
            (
                json("{\"a b\": \"2018-03-28T00:26:51Z\"}"),
                json("{\"a b\": \"2018-03-28T00:26:52Z\"}"),
                &["$[\"a b\"] as timestamp"],
            ),
            // All items alike, unless they are of several kinds.
            (json("[{\"a\": 1}, {\"a\": 2}]"), json("[{\"a\": 1}, {\"a\": 3}]"), &["$[*].a as number"]),
            (json("[{\"a\": true}, {\"a\": 2}]"), json("[{\"a\": true}, {\"a\": 3}]"), &["$[1].a as number"]),
            (json("[1, 2]"), json("[2, 1]"), &["s/0.snap: "]),
            ("200\netag: 1".into(), "200\netag: 2".into(), &["header etag as number"]),
            ("200\netag: 1".into(), "200".into(), &["header etag as number, optional"]),
            ("200".into(), "404".into(), &["s/0.snap: the status"]),
            ("200\n\na\n\\ end".into(), "200\n\nb\n\\ end".into(), &["s/0.snap: line 1 of the body"]),
        ] {
            assert_eq!(told(&[&[&first, &second]]), expected, "{first} {second}");
        }
        // What another answer of the same rule doesn't have may be missing.
        let (first, second, other) = (json("{\"a\": 1}"), json("{\"a\": 2}"), json("{\"b\": 1}"));
        assert_eq!(told(&[&[&first, &second], &[&other, &other]]), ["$.a as number, optional"]);
    }
}
