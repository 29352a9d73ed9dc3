//! What a difference from the accepted answer means for the contract.

use serde_json::Value;

use super::change::Parts;
use crate::model::mutant::{Lawful, Operator};
use crate::model::path::JsonPath;
use crate::model::snapshot::{Change, ChangeClass, ChangeKind, ClassedChange};
use crate::model::verdict::{Finding, Rule};

/// Classes the differences of one answer.
///
/// `findings` are what the checks found in it, and `lawful` the declarations that speak of it.
pub(super) fn classed(
    changes: Vec<Change>,
    before: &Parts<'_>,
    after: &Parts<'_>,
    findings: &[Finding],
    lawful: &[&Lawful],
) -> Vec<ClassedChange> {
    let allowed: Vec<Option<String>> = changes.iter().map(|change| allowed(change, before, after, lawful)).collect();
    let mut broken: Vec<Option<&Finding>> = vec![None; changes.len()];
    for finding in findings {
        for index in blamed(finding, &changes, &allowed) {
            broken[index].get_or_insert(finding);
        }
    }
    changes
        .into_iter()
        .zip(broken.into_iter().zip(allowed))
        .map(|(change, (broken, allowed))| {
            let (class, because) = match (broken, allowed) {
                (Some(finding), _) => {
                    (ChangeClass::Breaks, Some(format!("{}: {}", finding.requirement, finding.message)))
                }
                (None, Some(because)) => (ChangeClass::Lawful, Some(because)),
                (None, None) => (ChangeClass::Unpinned, None),
            };
            ClassedChange { change, class, because }
        })
        .collect()
}

/// The changes that a finding is about: those that stand nearest to it, and all where none is near. What the contract
/// allows is to blame only if nothing else is.
fn blamed(finding: &Finding, changes: &[Change], allowed: &[Option<String>]) -> Vec<usize> {
    let nearest = |some: Vec<usize>| {
        let distances: Vec<Option<usize>> = some.iter().map(|index| distance(finding, &changes[*index])).collect();
        let least = distances.iter().flatten().min().copied();
        let near = |(index, distance): (usize, Option<usize>)| (distance == least).then_some(index);
        (least.is_some(), some.into_iter().zip(distances).filter_map(near).collect::<Vec<usize>>())
    };
    let (lawful, other): (Vec<usize>, Vec<usize>) = (0..changes.len()).partition(|index| allowed[*index].is_some());
    // The order of a whole list or object is near everything in it.
    let precise = lawful.iter().copied().filter(|index| changes[*index].kind != ChangeKind::Reordered).collect();
    match (nearest(other), nearest(precise)) {
        ((true, near), _) | ((false, _), (true, near)) => near,
        ((_, others), _) if !others.is_empty() => others,
        _ => lawful,
    }
}

/// What is known of an answer that has nothing to be compared with: that the checks fail on it, if so.
pub(super) fn of_a_new_answer(findings: &[Finding]) -> Option<ClassedChange> {
    let finding = findings.first()?;
    let change = Change { kind: ChangeKind::Added, at: "the answer".into(), before: None, after: None };
    let because = Some(format!("{}: {}", finding.requirement, finding.message));
    Some(ClassedChange { change, class: ChangeClass::Breaks, because })
}

/// How far a change is from what a finding is about; none if they have nothing to do with each other.
fn distance(finding: &Finding, change: &Change) -> Option<usize> {
    // What is found out at something that holds the change is less near than what is found out in the change.
    const ABOVE: usize = 1 << 16;
    let near = |is: bool| is.then_some(0);
    let depth = |pointer: &str| pointer.matches('/').count();
    let holds = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    match (change.kind, finding.rule) {
        (ChangeKind::Status, rule) => near(rule == Rule::Status),
        (ChangeKind::Header, Rule::Header | Rule::BodyLength) => {
            near(finding.message.contains(&format!("`{}`", change.at)))
        }
        (ChangeKind::Header, Rule::Leak) => near(finding.message.contains(&format!("the header `{}`", change.at))),
        (ChangeKind::Header, _) | (_, Rule::Status | Rule::Header | Rule::BodyLength) => None,
        (ChangeKind::Body, _) => near(true),
        _ => {
            let pointer = finding.pointer.as_deref()?;
            // A member that is missing or too many is found out at what holds it.
            let parent = change.at.rsplit_once('/').map_or("", |(parent, _)| parent);
            if matches!(change.kind, ChangeKind::Added | ChangeKind::Removed) && pointer == parent {
                Some(0)
            } else if holds(&change.at, pointer) {
                Some(depth(pointer) - depth(&change.at))
            } else if holds(pointer, &change.at) {
                Some(ABOVE + depth(&change.at) - depth(pointer))
            } else {
                None
            }
        }
    }
}

/// Why a change is allowed, if it is.
fn allowed(change: &Change, before: &Parts<'_>, after: &Parts<'_>, lawful: &[&Lawful]) -> Option<String> {
    let operators = operators(change, before, after);
    if let Some(meaningless) = operators.iter().find(|operator| operator.means_nothing()) {
        return Some(meaningless.explanation().to_owned());
    }
    let speaks = |one: &&&Lawful| {
        one.changes.iter().any(|allowed| operators.contains(allowed))
            && match change.kind {
                ChangeKind::Status => {
                    let status = change.after.as_deref().and_then(|status| status.parse().ok());
                    one.status.as_ref().is_none_or(|rule| status.is_some_and(|status| rule.accepts(status)))
                }
                ChangeKind::Header => one.headers.as_ref().is_none_or(|names| names.include(&change.at)),
                ChangeKind::Body => true,
                _ => one.at.is_empty() || one.at.iter().any(|path| selects(path, change, before, after)),
            }
    };
    lawful.iter().find(speaks).map(|one| format!("{} ({})", one.because, one.place))
}

/// The alterations that would have made this change.
fn operators(change: &Change, before: &Parts<'_>, after: &Parts<'_>) -> Vec<Operator> {
    use Operator as Op;
    let class = |status: &Option<String>| status.as_ref().and_then(|status| status.chars().next());
    let parent = change.at.rsplit_once('/').map_or("", |(parent, _)| parent);
    let json = json(change, before, after);
    let is_list_at = |pointer: &str| json.and_then(|json| json.pointer(pointer)).is_some_and(Value::is_array);
    let (in_list, is_list) = (is_list_at(parent), is_list_at(&change.at));
    match change.kind {
        ChangeKind::Status if class(&change.before) == class(&change.after) => vec![Op::SameClassStatus],
        ChangeKind::Status => vec![Op::OtherClassStatus],
        ChangeKind::Header => match (&change.before, &change.after) {
            (None, _) => vec![Op::AddHeader],
            (_, None) => vec![Op::DropHeader],
            (_, Some(after)) if after.is_empty() => vec![Op::EmptyHeader],
            _ => vec![Op::ChangeHeader],
        },
        ChangeKind::Added if in_list => vec![Op::DoubleItem],
        ChangeKind::Added => vec![Op::AddMember],
        ChangeKind::Removed if in_list => vec![Op::DropItem],
        ChangeKind::Removed => vec![Op::DropMember],
        ChangeKind::Type if change.after.as_deref() == Some("null") => vec![Op::NullValue],
        ChangeKind::Type => vec![Op::RetypeValue],
        ChangeKind::Value => vec![Op::ChangeValue],
        ChangeKind::Reordered if is_list => vec![Op::ReorderItems],
        ChangeKind::Reordered => vec![Op::ReorderMembers],
        ChangeKind::Body => match (&change.before, &change.after) {
            (None, _) => vec![Op::FillBody],
            (_, None) => vec![Op::EmptyBody],
            _ => vec![Op::ChangeText],
        },
    }
}

/// The body in which a change is where it says: what is gone was in the accepted one.
fn json<'p>(change: &Change, before: &'p Parts<'_>, after: &'p Parts<'_>) -> Option<&'p Value> {
    let parts = if change.kind == ChangeKind::Removed { before } else { after };
    parts.json.as_ref()
}

/// Whether a path of a declaration selects what changed; for a new member, what holds it.
fn selects(path: &JsonPath, change: &Change, before: &Parts<'_>, after: &Parts<'_>) -> bool {
    let parent = change.at.rsplit_once('/').map_or("", |(parent, _)| parent);
    let wanted = if change.kind == ChangeKind::Added { [change.at.as_str(), parent] } else { [change.at.as_str(); 2] };
    let Some(json) = json(change, before, after) else { return false };
    path.located(json).any(|(pointer, _)| wanted.contains(&pointer.as_str()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::diagnostic::{Place, SourceFile};
    use crate::model::requirement::RequirementId;
    use crate::snapshot::change::between;

    fn finding(pointer: Option<&str>) -> Finding {
        let file = Arc::new(SourceFile::new("a.yaml", "a"));
        Finding {
            requirement: RequirementId("X-1".into()),
            rule: Rule::Body,
            message: "no".into(),
            expected: String::new(),
            observed: String::new(),
            pointer: pointer.map(str::to_owned),
            place: Place::new(&file, 0, 1),
        }
    }

    #[test]
    fn a_finding_is_told_of_the_change_that_is_to_blame() {
        // A member of `a` is new, one of another type, one gone; the order of members means nothing.
        let (before, after) = (
            "200\n\n{\"a\": {\"x\": 1, \"y\": 1}, \"b\": 1, \"c\": 1}",
            "200\n\n{\"c\": 1, \"a\": {\"x\": \"1\", \"z\": 1}, \"b\": 2}",
        );
        for (pointers, expected) in [
            (&[][..], &[][..]),
            (&[Some("/b")], &["/b"]),
            (&[Some("/a/x")], &["/a/x"]),
            (&[Some("/a")], &["/a/y", "/a/z"]),
            (&[Some("/c")], &["/a/x", "/a/y", "/a/z", "/b"]),
            (&[None], &["/a/x", "/a/y", "/a/z", "/b"]),
            (&[Some("/b"), Some("/a/x")], &["/a/x", "/b"]),
        ] {
            let findings: Vec<Finding> = pointers.iter().map(|pointer| finding(*pointer)).collect();
            let (was, is) = (Parts::of(before), Parts::of(after));
            let classed = classed(between(before, after), &was, &is, &findings, &[]);
            let broken =
                classed.iter().filter(|one| one.class == ChangeClass::Breaks).map(|one| one.change.at.as_str());
            let mut broken: Vec<&str> = broken.collect();
            broken.sort_unstable();
            assert_eq!(broken, expected, "{pointers:?}");
            let reordered = classed.iter().find(|one| one.change.kind == ChangeKind::Reordered);
            assert_eq!(reordered.map(|one| one.class), Some(ChangeClass::Lawful), "{pointers:?}");
        }
        // Where nothing else changed, what is lawful is to blame: the check is wrong, or the declaration.
        let only = between("200\n\n{\"a\": 1, \"b\": 1}", "200\n\n{\"b\": 1, \"a\": 1}");
        let (was, is) = (Parts::of("200\n\n{\"a\": 1, \"b\": 1}"), Parts::of("200\n\n{\"b\": 1, \"a\": 1}"));
        assert_eq!(classed(only, &was, &is, &[finding(None)], &[])[0].class, ChangeClass::Breaks);
    }
}
