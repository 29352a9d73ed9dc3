//! What is kept of accepted answers, and what of them is another each time.

use super::fields::{Fields, Problems, boolean, some_list, text, texts, word};
use super::value::path;
use super::yaml::{Kind, Node};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::expectation::Expectation;
use crate::model::snapshot::{Matches, Placeholder, RedactedPart, Redaction, SnapshotDefaults, SnapshotRule};

/// `snapshots:` of a suite.
pub(super) fn snapshot_defaults(node: &Node, problems: &Problems) -> SnapshotDefaults {
    let Some(fields) = Fields::of(node, "what the snapshots of a suite keep", problems) else {
        return SnapshotDefaults::default();
    };
    let (sorted, headers, mut redactions) = kept(&fields, problems);
    fields.finish();
    // Not every answer of a suite has what one of them has.
    for redaction in redactions.iter_mut().filter(|redaction| redaction.matches == Matches::EachTime) {
        redaction.matches = Matches::Once;
    }
    SnapshotDefaults { redactions, headers, sorted: sorted == Some(true) }
}

/// `snapshot:` of an expectation: `true`, or what is particular about it.
pub(super) fn snapshot(node: &Node, problems: &Problems) -> Option<SnapshotRule> {
    let place = node.place();
    if let Kind::Map(_) = node.kind {
        let fields = Fields::of(node, "a snapshot", problems)?;
        let (sorted, headers, redactions) = kept(&fields, problems);
        fields.finish();
        let own = redactions.len();
        return Some(SnapshotRule { redactions, own, headers, sorted, place });
    }
    if !boolean(node, problems)? {
        problems.push(
            Diagnostic::at(Code::InvalidValue, &place, "an answer without a snapshot needs no `snapshot:`")
                .help("leave it out"),
        );
        return None;
    }
    Some(SnapshotRule { redactions: Vec::new(), own: 0, headers: Vec::new(), sorted: None, place })
}

/// Reports a snapshot where no answer could be kept.
pub(super) fn no_snapshot(expect: &Expectation, here: &str, problems: &Problems) {
    if let Some(rule) = &expect.snapshot {
        problems.push(
            Diagnostic::at(Code::Contradiction, &rule.place, format!("{here} can't have a snapshot"))
                .help("put it beside the `status` of a step, or of an outcome under `sees`"),
        );
    }
}

fn kept(fields: &Fields<'_>, problems: &Problems) -> (Option<bool>, Vec<String>, Vec<Redaction>) {
    let sorted =
        fields.optional("members").and_then(|node| word(node, &[(true, "sorted"), (false, "as-sent")], problems));
    let headers = fields.optional("headers").map(|node| texts(node, problems)).unwrap_or_default();
    let headers = headers.into_iter().map(|(_, name)| name.to_ascii_lowercase()).collect();
    let redactions = fields.optional("redact").map(|node| {
        let items = some_list(node, "redactions", problems);
        items.iter().filter_map(|item| redaction(item, problems)).collect()
    });
    (sorted, headers, redactions.unwrap_or_default())
}

fn redaction(node: &Node, problems: &Problems) -> Option<Redaction> {
    let fields = Fields::of(node, "a redaction", problems)?;
    let at = fields.optional("at");
    let header = fields.optional("header");
    let words: Vec<(Placeholder, &str)> = Placeholder::ALL.iter().map(|one| (*one, one.slug())).collect();
    let placeholder = fields.required("as").and_then(|node| word(node, &words, problems));
    let optional = fields.optional("optional").is_some_and(|node| boolean(node, problems) == Some(true));
    let matches = if optional { Matches::Perhaps } else { Matches::EachTime };
    fields.finish();
    let part = match (at, header) {
        (Some(node), None) => RedactedPart::Body(path(node, problems)?),
        (None, Some(node)) => RedactedPart::Header(text(node, problems)?.to_ascii_lowercase()),
        _ => {
            let message = "a redaction is either of the nodes `at` a path or of a `header`";
            problems.push(Diagnostic::at(Code::InvalidValue, &node.place(), message));
            return None;
        }
    };
    Some(Redaction { part, placeholder: placeholder?, matches, place: node.place() })
}
