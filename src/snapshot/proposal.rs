//! Redactions written into the suites that lack them, as a patch.

use std::collections::BTreeMap;
use std::sync::Arc;

use similar::TextDiff;

use super::waver::{At, Proposal, Wavering};
use crate::diagnostic::SourceFile;
use crate::model::snapshot::SnapshotRule;

/// A text that is put into a file, in the stead of some bytes or of none.
struct Edit {
    start: usize,
    end: usize,
    text: String,
}

/// A unified diff of all suites that the proposals change, as `patch -p1` takes it in the folder of the contract.
#[must_use]
pub fn patch(wavering: &[Wavering<'_>]) -> String {
    let mut files: BTreeMap<&str, (&Arc<SourceFile>, Vec<Edit>)> = BTreeMap::new();
    for one in wavering.iter().filter(|one| !one.proposals.is_empty()) {
        let file = &one.rule.place.file;
        let (_, edits) = files.entry(&file.path).or_insert_with(|| (file, Vec::new()));
        edits.push(edit(one.rule, &one.proposals));
    }
    let mut patch = String::new();
    for (path, (file, mut edits)) in files {
        // From the end, so that the places of the others stay right.
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.start));
        let mut text = file.text.clone();
        for edit in edits {
            text.replace_range(edit.start..edit.end, &edit.text);
        }
        let diff = TextDiff::from_lines(&file.text, &text);
        patch += &diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string();
    }
    patch
}

fn edit(rule: &SnapshotRule, proposals: &[Proposal]) -> Edit {
    let (start, text) = (rule.place.start, rule.place.text());
    let end = start + text.trim_end().len();
    let file = &rule.place.file.text;
    let items: Vec<String> = proposals.iter().map(item).collect();
    let flow = items.join(", ");
    // Of the rule's redactions the last that is its own: those of the suite stand elsewhere.
    let within = |at: usize| (start..end).contains(&at);
    let own = rule.redactions.iter().filter(|one| one.place.file.path == rule.place.file.path);
    let last = own.filter(|one| within(one.place.start)).max_by_key(|one| one.place.start);
    let insert = |at: usize, text: String| Edit { start: at, end: at, text };
    match last {
        None if text.starts_with('{') && is_empty(text) => Edit { start, end, text: format!("{{redact: [{flow}]}}") },
        None if text.starts_with('{') => insert(end - 1, format!(", redact: [{flow}]")),
        None if text.trim() == "true" => Edit { start, end, text: format!("{{redact: [{flow}]}}") },
        None => insert(line_end(file, end), format!("\n{}redact: [{flow}]", indentation(file, start))),
        Some(last) => {
            let last_end = last.place.start + last.place.text().trim_end().len();
            let line = &file[line_start(file, last.place.start)..last.place.start];
            match line.trim_start().strip_prefix("- ") {
                Some(rest) if rest.trim().is_empty() => {
                    let dash = &line[..line.len() - line.trim_start().len()];
                    let lines: String = items.iter().map(|item| format!("\n{dash}- {item}")).collect();
                    insert(line_end(file, last_end), lines)
                }
                _ => insert(last_end, format!(", {flow}")),
            }
        }
    }
}

fn is_empty(flow: &str) -> bool {
    flow.trim_matches(['{', '}', ' ']).is_empty()
}

/// A redaction as YAML in one line.
fn item(proposal: &Proposal) -> String {
    let (key, value) = match &proposal.at {
        At::Path(path) => ("at", path),
        At::Header(name) => ("header", name),
    };
    let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || "$._-".contains(c));
    let value = if plain { value.clone() } else { format!("'{}'", value.replace('\'', "''")) };
    let optional = if proposal.optional { ", optional: true" } else { "" };
    format!("{{{key}: {value}, as: {}{optional}}}", proposal.placeholder.slug())
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline)
}

/// The blanks before what begins at `at` in its line.
fn indentation(text: &str, at: usize) -> String {
    let column = text[line_start(text, at)..at].chars().count();
    " ".repeat(column)
}
