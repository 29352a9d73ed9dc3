//! Answers that await a review, as JSON.

use serde::Serialize;
use serde_json::{Value, json};

use crate::model::snapshot::{ChangeClass, ClassedChange};
use crate::snapshot::review::Pending;

#[derive(Serialize)]
pub(super) struct PendingPart<'p> {
    trial: &'p str,
    requirements: &'p [String],
    source: &'p str,
    file: String,
    new: bool,
    class: Option<&'static str>,
    changes: Vec<Value>,
}

impl<'p> PendingPart<'p> {
    pub(super) fn of(pending: &'p Pending) -> Self {
        Self {
            trial: &pending.trial,
            requirements: &pending.requirements,
            source: &pending.source,
            file: pending.file.display().to_string(),
            new: pending.accepted.is_none(),
            class: pending.class().map(ChangeClass::slug),
            changes: pending
                .changes
                .iter()
                .map(|ClassedChange { change, class, because }| {
                    json!({
                        "at": change.at, "kind": change.kind.slug(), "before": change.before, "after": change.after,
                        "class": class.slug(), "because": because,
                    })
                })
                .collect(),
        }
    }
}

/// Everything that awaits a review: an array.
#[must_use]
pub fn as_json(pending: &[&Pending]) -> String {
    let parts: Vec<PendingPart<'_>> = pending.iter().map(|one| PendingPart::of(one)).collect();
    serde_json::to_string_pretty(&parts).unwrap_or_default() + "\n"
}
