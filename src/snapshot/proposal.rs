//! Redactions written into the suites that lack them, as a patch.

use std::collections::BTreeMap;
use std::sync::Arc;

use similar::TextDiff;

use super::waver::{At, Proposal, Wavering};
use crate::diagnostic::SourceFile;
use crate::load::span::{flow_end, line_end, line_start};
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
        let mut text = file.text.clone().into_owned();
        for edit in edits {
            text.replace_range(edit.start..edit.end, &edit.text);
        }
        let diff = TextDiff::from_lines(&*file.text, text.as_str());
        patch += &diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string();
    }
    patch
}

fn edit(rule: &SnapshotRule, proposals: &[Proposal]) -> Edit {
    let start = rule.place.start();
    let text = &*rule.place.file.text;
    let items: Vec<String> = proposals.iter().map(item).collect();
    let flow = items.join(", ");
    let insert = |at: usize, text: String| Edit { start: at, end: at, text };
    let own = &rule.redactions[..rule.own];
    if let (Some(first), Some(last)) = (own.first(), own.last()) {
        let before = &text[line_start(text, first.place.start())..first.place.start()];
        if let Some(blanks) = before.strip_suffix("- ").filter(|blanks| blanks.trim().is_empty()) {
            let lines = items.iter().fold(String::new(), |lines, item| lines + blanks + "- " + item + "\n");
            return insert(block_end(text, last.place.start(), blanks.len()), lines);
        }
        let list = text[..first.place.start()].rfind('[').unwrap_or(first.place.start());
        return insert(flow_end(text, list), format!(", {flow}"));
    }
    if text[start..].starts_with('{') {
        let end = flow_end(text, start);
        let joint = if text[start + 1..end].trim().is_empty() { "" } else { ", " };
        return insert(end, format!("{joint}redact: [{flow}]"));
    }
    if rule.place.text() == "true" {
        return Edit { start, end: start + rule.place.text().len(), text: format!("{{redact: [{flow}]}}") };
    }
    let column = text[line_start(text, start)..start].chars().count();
    insert(start, format!("redact: [{flow}]\n{}", " ".repeat(column)))
}

/// Where the line begins after an item of a block list whose dash stands behind so many blanks.
fn block_end(text: &str, item: usize, blanks: usize) -> usize {
    let mut end = line_end(text, item);
    for line in text[end..].split_inclusive('\n') {
        let indentation = line.len() - line.trim_start_matches(' ').len();
        if line.trim().is_empty() || indentation <= blanks {
            break;
        }
        end += line.len();
    }
    end
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
