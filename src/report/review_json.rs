//! Answers that await a review, as JSON.

use serde::Serialize;
use serde_json::{Value, json};

use crate::model::snapshot::{ChangeClass, ClassedChange};
use crate::snapshot::review::Pending;

#[derive(Serialize)]
struct PendingPart<'p> {
    trial: &'p str,
    requirements: &'p [String],
    source: &'p str,
    file: String,
    new: bool,
    class: Option<&'static str>,
    changes: Vec<Value>,
}

/// Everything that awaits a review: an array.
#[must_use]
pub fn as_json(pending: &[&Pending]) -> String {
    let parts: Vec<PendingPart<'_>> = pending
        .iter()
        .map(|one| PendingPart {
            trial: &one.trial,
            requirements: &one.requirements,
            source: &one.source,
            file: one.file.display().to_string(),
            new: one.new,
            class: one.class().map(ChangeClass::slug),
            changes: one
                .changes
                .iter()
                .map(|ClassedChange { change, class, because }| {
                    json!({
                        "at": change.at, "kind": change.kind.slug(), "before": change.before, "after": change.after,
                        "class": class.slug(), "because": because,
                    })
                })
                .collect(),
        })
        .collect();
    serde_json::to_string_pretty(&parts).unwrap_or_default() + "\n"
}
