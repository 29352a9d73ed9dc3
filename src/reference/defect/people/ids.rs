//! What counts as a XUID.

use http::StatusCode;
use serde_json::{Value, json};

use super::{super::super::xuid::Xuid, Defect, Service, Turn, ask, asked, is_get};

pub(in super::super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "people-skips-malformed-ids",
        says: "Ids that are none are passed over.",
        breaks: "PEOPLE-400-IDS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            keep(turn, |_, id| is_id(id));
            turn.proceed()
        },
    },
    Defect {
        name: "people-checks-the-first-id-only",
        says: "Ids after the first are passed over where they are none.",
        breaks: "PEOPLE-400-IDS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            keep(turn, |place, id| place == 0 || is_id(id));
            turn.proceed()
        },
    },
    Defect {
        name: "people-checks-ids-of-the-first-user-only",
        says: "Callers other than the first user may ask for ids that are none.",
        breaks: "PEOPLE-400-IDS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            if !ask::is_first_user(turn) {
                keep(turn, |_, id| is_id(id));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-wraps-ids",
        says: "An id of more than 64 bits loses those above.",
        breaks: "PEOPLE-400-IDS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let wrap = |id: &str| id.parse::<u128>().ok().map(|id| (id & u128::from(u64::MAX)).to_string());
            rewrite(turn, wrap);
            turn.proceed()
        },
    },
    Defect {
        name: "people-reads-ids-up-to-a-letter",
        says: "Of an id that goes on with something else the digits are read.",
        breaks: "PEOPLE-400-IDS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let digits = |id: &str| id.split(|letter: char| !letter.is_ascii_digit()).next().map(str::to_owned);
            rewrite(turn, digits);
            turn.proceed()
        },
    },
    Defect {
        name: "people-says-404-to-malformed-ids",
        says: "An id that is none is answered with 404.",
        breaks: "PEOPLE-400-IDS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status == StatusCode::BAD_REQUEST && !asked(&turn.call).iter().all(|id| is_id(id)) {
                reply.status = StatusCode::NOT_FOUND;
            }
            reply
        },
    },
    Defect {
        name: "people-fails-on-negative-ids",
        says: "A negative id is answered with 500.",
        breaks: "PEOPLE-400-IDS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            if asked(&turn.call).iter().any(|id| id.starts_with('-')) {
                return ask::refuse(StatusCode::INTERNAL_SERVER_ERROR, "the id is out of range");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-refuses-the-largest-ids",
        says: "The first user is refused a request for one of the last four ids below 2^64.",
        breaks: "PEOPLE-400-IDS",
        also: &["PEOPLE-LIST", "PEOPLE-ONLY-FRIENDS", "PEOPLE-PERSON-NETWORKS"],
        service: Service::People,
        bend: |turn| {
            let large = |id: &String| id.parse::<u64>().is_ok_and(|id| id >= u64::MAX - 3);
            if ask::is_first_user(turn) && matches!(&asked(&turn.call)[..], [only] if large(only)) {
                return ask::refuse(StatusCode::BAD_REQUEST, "the id is out of range");
            }
            turn.proceed()
        },
    },
];

fn is_id(text: &str) -> bool {
    text.parse::<Xuid>().is_ok()
}

/// Keeps those of the ids in a get for which this holds, and whatever is no text.
fn keep(turn: &mut Turn<'_>, keeps: impl Fn(usize, &str) -> bool) {
    let ids = ask::body(&turn.call)["xuids"].as_array().cloned().unwrap_or_default();
    let kept = ids.iter().enumerate().filter(|(place, id)| id.as_str().is_none_or(|id| keeps(*place, id)));
    replace(turn, &kept.map(|(_, id)| id.clone()).collect());
}

/// Writes the ids in a get in another way, where there is one.
fn rewrite(turn: &mut Turn<'_>, write: impl Fn(&str) -> Option<String>) {
    let ids = ask::body(&turn.call)["xuids"].as_array().cloned().unwrap_or_default();
    let written = ids.into_iter().map(|id| id.as_str().and_then(&write).map_or(id.clone(), Value::from));
    replace(turn, &written.collect());
}

fn replace(turn: &mut Turn<'_>, ids: &Value) {
    let mut question = ask::body(&turn.call);
    if is_get(&turn.call) && question["xuids"].is_array() {
        question["xuids"] = json!(ids);
        ask::put(&mut turn.call, &question);
    }
}
