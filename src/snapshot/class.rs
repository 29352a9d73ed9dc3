//! What a difference from the accepted answer means for the contract.

use serde_json::Value;
use serde_json_path::JsonPath;

use super::change::Parts;
use crate::model::mutant::{Lawful, Operator};
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
    // What the checks found is told of the change that it is about; if there is none like that, of all of them.
    let stray: Option<&Finding> =
        findings.iter().find(|finding| !changes.iter().any(|change| is_about(finding, change)));
    changes
        .into_iter()
        .map(|change| {
            let broken = findings.iter().find(|finding| is_about(finding, &change)).or(stray);
            if let Some(finding) = broken {
                let because = Some(format!("{}: {}", finding.requirement, finding.message));
                return ClassedChange { change, class: ChangeClass::Breaks, because };
            }
            match allowed(&change, before, after, lawful) {
                Some(because) => ClassedChange { change, class: ChangeClass::Lawful, because: Some(because) },
                None => ClassedChange { change, class: ChangeClass::Unpinned, because: None },
            }
        })
        .collect()
}

/// What is known of an answer that has nothing to be compared with: that the checks fail on it, if so.
pub(super) fn of_a_new_answer(findings: &[Finding]) -> Option<ClassedChange> {
    let finding = findings.first()?;
    let change = Change { kind: ChangeKind::Added, at: "the answer".into(), before: None, after: None };
    let because = Some(format!("{}: {}", finding.requirement, finding.message));
    Some(ClassedChange { change, class: ChangeClass::Breaks, because })
}

fn is_about(finding: &Finding, change: &Change) -> bool {
    match (change.kind, finding.rule) {
        (ChangeKind::Status, rule) => rule == Rule::Status,
        (ChangeKind::Header, Rule::Header | Rule::BodyLength) => finding.message.contains(&format!("`{}`", change.at)),
        (ChangeKind::Header, Rule::Leak) => finding.message.contains(&format!("the header `{}`", change.at)),
        (ChangeKind::Header, _) | (_, Rule::Status | Rule::Header | Rule::BodyLength) => false,
        (ChangeKind::Body, _) => true,
        _ => finding.pointer.as_deref().is_some_and(|pointer| {
            // A member that is missing or too many is found out at what holds it, and so is the order of items.
            let parent = change.at.rsplit_once('/').map_or("", |(parent, _)| parent);
            let of_parent = matches!(change.kind, ChangeKind::Added | ChangeKind::Removed) && pointer == parent;
            let below =
                pointer.strip_prefix(change.at.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            below || of_parent
        }),
    }
}

/// Why a change is allowed, if it is.
fn allowed(change: &Change, before: &Parts<'_>, after: &Parts<'_>, lawful: &[&Lawful]) -> Option<String> {
    let operators = operators(change, before);
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
fn operators(change: &Change, before: &Parts<'_>) -> Vec<Operator> {
    use Operator as Op;
    let class = |status: &Option<String>| status.as_ref().and_then(|status| status.chars().next());
    let parent = change.at.rsplit_once('/').map_or("", |(parent, _)| parent);
    let in_list = before.json.as_ref().and_then(|json| json.pointer(parent)).is_some_and(Value::is_array);
    let is_list = before.json.as_ref().and_then(|json| json.pointer(&change.at)).is_some_and(Value::is_array);
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

/// Whether a path of a declaration selects what changed; for a new member, what holds it.
fn selects(path: &JsonPath, change: &Change, before: &Parts<'_>, after: &Parts<'_>) -> bool {
    let parent = change.at.rsplit_once('/').map_or("", |(parent, _)| parent);
    let json = if change.before.is_none() { &after.json } else { &before.json };
    let wanted = if change.kind == ChangeKind::Added { [change.at.as_str(), parent] } else { [change.at.as_str(); 2] };
    let Some(json) = json else { return false };
    path.query_located(json).iter().any(|node| wanted.contains(&node.location().to_json_pointer().as_str()))
}
