//! Where two answers part: by status, header, and the structure of the body.

mod text;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::check::{pointer_below, shortened};
use crate::model::snapshot::{Change, ChangeKind};

/// How much of a value is shown, in characters.
const SHOWN: usize = 200;

/// The parts of an answer that are compared.
pub struct Parts<'t> {
    /// The status.
    pub status: &'t str,
    /// The values of each header, by its name.
    pub headers: BTreeMap<&'t str, Vec<&'t str>>,
    /// The body as text.
    pub body: &'t str,
    /// The body, if it is JSON.
    pub json: Option<Value>,
}

impl<'t> Parts<'t> {
    /// A snapshot's text, taken apart again.
    pub(super) fn of(contents: &'t str) -> Self {
        let (head, body) = contents.split_once("\n\n").unwrap_or((contents, ""));
        let mut lines = head.lines();
        let status = lines.next().unwrap_or_default();
        let mut headers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            headers.entry(name).or_default().push(value.trim_start());
        }
        Self { status, headers, body, json: serde_json::from_str(body).ok() }
    }
}

/// Every difference between the texts of the accepted answer and of another; there is one if they aren't the same.
pub(super) fn between(accepted: &str, contents: &str) -> Vec<Change> {
    let mut found = changes(&Parts::of(accepted), &Parts::of(contents));
    if found.is_empty() && accepted != contents {
        // Somebody wrote the accepted one by hand.
        let (before, after) = text::parting(accepted, contents);
        found.push(Change { kind: ChangeKind::Body, at: "the text".into(), before: Some(before), after: Some(after) });
    }
    found
}

/// Every difference between two answers, by status, header, and the structure of the body.
#[must_use]
pub fn changes(before: &Parts<'_>, after: &Parts<'_>) -> Vec<Change> {
    let mut found = Vec::new();
    if before.status != after.status {
        found.push(Change {
            kind: ChangeKind::Status,
            at: "the status".into(),
            before: Some(before.status.to_owned()),
            after: Some(after.status.to_owned()),
        });
    }
    let names: BTreeSet<&&str> = before.headers.keys().chain(after.headers.keys()).collect();
    for name in names {
        let of = |parts: &Parts<'_>| parts.headers.get(*name).map(|values| values.join(", "));
        let (before, after) = (of(before), of(after));
        if before != after {
            found.push(Change { kind: ChangeKind::Header, at: (*name).to_string(), before, after });
        }
    }
    match (&before.json, &after.json) {
        (Some(before), Some(after)) => compare(before, after, "", &mut found),
        _ if before.body != after.body => found.extend(text::bodies(before.body, after.body)),
        _ => {}
    }
    found
}

fn compare(before: &Value, after: &Value, pointer: &str, found: &mut Vec<Change>) {
    let change = |kind: ChangeKind, before: &Value, after: &Value| {
        let (before, after) = text::parting(&before.to_string(), &after.to_string());
        Change { kind, at: pointer.to_owned(), before: Some(before), after: Some(after) }
    };
    match (before, after) {
        (Value::Object(was), Value::Object(is)) => {
            let below = |name: &str| pointer_below(pointer, name);
            for (name, value) in was {
                match is.get(name) {
                    Some(other) => compare(value, other, &below(name), found),
                    None => found.push(removed(below(name), value)),
                }
            }
            for (name, value) in is.iter().filter(|(name, _)| !was.contains_key(*name)) {
                found.push(added(below(name), value));
            }
            let kept: Vec<&String> = was.keys().filter(|name| is.contains_key(*name)).collect();
            let order: Vec<&String> = is.keys().filter(|name| was.contains_key(*name)).collect();
            if kept != order {
                let names = |names: &[&String]| names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
                found.push(reordered(pointer, &names(&kept), &names(&order)));
            }
        }
        (Value::Array(was), Value::Array(is)) => items(was, is, pointer, found),
        _ if before == after => {}
        _ if std::mem::discriminant(before) == std::mem::discriminant(after) => {
            found.push(change(ChangeKind::Value, before, after));
        }
        _ => found.push(change(ChangeKind::Type, before, after)),
    }
}

fn added(at: String, value: &Value) -> Change {
    Change { kind: ChangeKind::Added, at, before: None, after: Some(short(&value.to_string())) }
}

fn removed(at: String, value: &Value) -> Change {
    Change { kind: ChangeKind::Removed, at, before: Some(short(&value.to_string())), after: None }
}

fn reordered(pointer: &str, before: &str, after: &str) -> Change {
    let (before, after) = text::parting(before, after);
    Change { kind: ChangeKind::Reordered, at: pointer.to_owned(), before: Some(before), after: Some(after) }
}

/// Items are told apart by a member that names them, if there is one, else by what they are; what stands between the same neighbours is the same item, changed.
fn items(was: &[Value], is: &[Value], pointer: &str, found: &mut Vec<Change>) {
    let texts = |items: &[Value]| items.iter().map(Value::to_string).collect::<Vec<String>>();
    let (before, after) = (texts(was), texts(is));
    if before == after {
        return;
    }
    let (mut in_order, mut other_order) = (before.clone(), after.clone());
    in_order.sort_unstable();
    other_order.sort_unstable();
    if in_order == other_order {
        let shown = |items: &[String]| format!("[{}]", items.join(","));
        found.push(reordered(pointer, &shown(&before), &shown(&after)));
        return;
    }
    if let Some(key) = identity(was, is) {
        return by_identity(was, is, key, pointer, found);
    }
    for operation in capture_diff_slices(Algorithm::Patience, &before, &after) {
        let (old, new) = match operation {
            DiffOp::Equal { .. } => continue,
            DiffOp::Delete { old_index, old_len, .. } => (old_index..old_index + old_len, 0..0),
            DiffOp::Insert { new_index, new_len, .. } => (0..0, new_index..new_index + new_len),
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                (old_index..old_index + old_len, new_index..new_index + new_len)
            }
        };
        let pairs = old.len().min(new.len());
        for (left, right) in old.clone().zip(new.clone()) {
            compare(&was[left], &is[right], &format!("{pointer}/{right}"), found);
        }
        for left in old.skip(pairs) {
            found.push(removed(format!("{pointer}/{left}"), &was[left]));
        }
        for right in new.skip(pairs) {
            found.push(added(format!("{pointer}/{right}"), &is[right]));
        }
    }
}

/// The member that tells the items of two lists apart: each item has it, no two of a list have the same value, and at
/// least half of the shorter list's values are in the other list too. Of several the one that most items share.
fn identity<'v>(was: &'v [Value], is: &'v [Value]) -> Option<&'v str> {
    let names = was.first()?.as_object()?.keys();
    let shared = |name: &&String| {
        let (old, new) = (named(was, name)?, named(is, name)?);
        let common = old.keys().filter(|value| new.contains_key(*value)).count();
        (common * 2 >= was.len().min(is.len()) && common > 0).then_some(common)
    };
    let candidates = names.filter_map(|name| Some((shared(&name)?, name)));
    // The first of those that are equally good.
    candidates
        .fold(None, |best: Option<(usize, &String)>, one| match best {
            Some(best) if best.0 >= one.0 => Some(best),
            _ => Some(one),
        })
        .map(|(_, name)| name.as_str())
}

/// The positions of items by the value of a member; none where it doesn't tell all of them apart.
fn named(items: &[Value], name: &str) -> Option<HashMap<String, usize>> {
    let mut found = HashMap::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let value = item.get(name).filter(|value| value.is_string() || value.is_number())?;
        if found.insert(value.to_string(), index).is_some() {
            return None;
        }
    }
    Some(found)
}

/// Compares the items of two lists that have the same name, wherever they stand.
fn by_identity(was: &[Value], is: &[Value], key: &str, pointer: &str, found: &mut Vec<Change>) {
    let (Some(old), Some(new)) = (named(was, key), named(is, key)) else { return };
    let name = |item: &Value| item.get(key).map(Value::to_string).unwrap_or_default();
    // What stands in the same place under another name is the same item, renamed.
    let renamed = |index: usize| {
        let gone = was.get(index).is_some_and(|item| !new.contains_key(&name(item)));
        gone && is.get(index).is_some_and(|item| !old.contains_key(&name(item)))
    };
    for (index, item) in is.iter().enumerate() {
        let at = format!("{pointer}/{index}");
        match old.get(&name(item)) {
            Some(before) => compare(&was[*before], item, &at, found),
            None if renamed(index) => compare(&was[index], item, &at, found),
            None => found.push(added(at, item)),
        }
    }
    let gone = was.iter().enumerate().filter(|(index, item)| !new.contains_key(&name(item)) && !renamed(*index));
    for (index, item) in gone {
        found.push(removed(format!("{pointer}/{index}"), item));
    }
    let kept: Vec<String> = was.iter().map(name).filter(|name| new.contains_key(name)).collect();
    let order: Vec<String> = is.iter().map(name).filter(|name| old.contains_key(name)).collect();
    if kept != order {
        let shown = |names: &[String]| format!("{key}: {}", names.join(", "));
        found.push(reordered(pointer, &shown(&kept), &shown(&order)));
    }
}

fn short(text: &str) -> String {
    shortened(text, SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &str, after: &str) -> Vec<String> {
        let show = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
        between(before, after)
            .iter()
            .map(|one| format!("{} {}: {} > {}", one.kind.slug(), one.at, show(&one.before), show(&one.after)))
            .collect()
    }

    #[test]
    fn every_kind_of_difference_has_its_place() {
        for (before, after, expected) in [
            ("200", "200", &[][..]),
            ("200\na: 1", "404\na: 1\nb: 2", &["status the status: 200 > 404", "header b: - > 2"]),
            ("200\na: 1\na: 2", "200\na: 1", &["header a: 1, 2 > 1"]),
            ("200\n\n{\"a\": 1}", "200\n\n{\"a\": 2}", &["value /a: 1 > 2"]),
            ("200\n\n{\"a\": 1}", "200\n\n{\"a\": \"1\"}", &["type /a: 1 > \"1\""]),
            ("200\n\n{\"a\": 1}", "200\n\n{\"a/b\": 1}", &["removed /a: 1 > -", "added /a~1b: - > 1"]),
            ("200\n\n{\"a\": 1, \"b\": 2}", "200\n\n{\"b\": 2, \"a\": 1}", &["reordered : a, b > b, a"]),
            ("200\n\n[1, 2]", "200\n\n[2, 1]", &["reordered : [1,2] > [2,1]"]),
            ("200\n\n[1, 2, 3]", "200\n\n[1, 3]", &["removed /1: 2 > -"]),
            ("200\n\n[1, 3]", "200\n\n[1, 2, 3]", &["added /1: - > 2"]),
            (
                "200\n\n[{\"id\": 1, \"n\": \"a\"}, {\"id\": 2, \"n\": \"b\"}]",
                "200\n\n[{\"id\": 1, \"n\": \"a\"}, {\"id\": 2, \"n\": \"c\"}]",
                &["value /1/n: \"b\" > \"c\""],
            ),
            // Items with a name are the same wherever they stand.
            (
                "200\n\n[{\"on\": true, \"id\": 1, \"n\": \"a\"}, {\"on\": true, \"id\": 2, \"n\": \"b\"}, {\"on\": true, \"id\": 3, \"n\": \"b\"}]",
                "200\n\n[{\"on\": true, \"id\": 2, \"n\": \"c\"}, {\"on\": true, \"id\": 1, \"n\": \"a\"}, {\"on\": true, \"id\": 4, \"n\": \"b\"}]",
                &["value /0/n: \"b\" > \"c\"", "value /2/id: 3 > 4", "reordered : id: 1, 2 > id: 2, 1"],
            ),
            ("200\n\na\n\\ end", "200\n\nb\n\\ end", &["body line 1 of the body: a > b"]),
            ("200\n\na\nb\nc", "200\n\na\nd\ne\nf\nc", &["body lines 2 to 4 of the body: b > d\ne\nf"]),
            ("200\n\na\nb\nc", "200\n\nb", &["body line 1 of the body: a > -", "body line 3 of the body: c > -"]),
            ("200\n\n{}", "200", &["body the body: {} > -"]),
            ("200\n\n{ }", "200\n\n{}", &["body the text: 200\n\n{ } > 200\n\n{}"]),
        ] {
            assert_eq!(told(before, after), expected, "{before} > {after}");
        }
    }

    #[test]
    fn what_differs_far_behind_is_shown() {
        let (long, same) = ("x".repeat(5000), "y".repeat(5000));
        for wrap in [|text: &str| format!("200\n\n{text}"), |text: &str| format!("200\n\n{{\"a\": \"{text}\"}}")] {
            let changes = between(&wrap(&format!("{long}1{same}")), &wrap(&format!("{long}2{same}")));
            let shown = |text: &Option<String>| text.clone().unwrap_or_default();
            assert_eq!(changes.len(), 1);
            let (before, after) = (shown(&changes[0].before), shown(&changes[0].after));
            assert!(before.contains("xx1yy") && after.contains("xx2yy"), "{before} > {after}");
            assert!(before.chars().count() < 300 && before.starts_with('…'), "{before}");
        }
    }
}
