//! Defects of the people service.

mod callers;
mod ids;
mod lists;
mod methods;
mod owners;
mod persons;
mod requests;
mod wire;

use http::StatusCode;
use serde_json::Value;

use super::{
    super::{call::Call, reply::Reply, route::Service},
    Defect, Turn, ask,
};

pub(super) const DEFECTS: &[&[Defect]] = &[
    callers::DEFECTS,
    owners::DEFECTS,
    requests::DEFECTS,
    ids::DEFECTS,
    methods::DEFECTS,
    lists::DEFECTS,
    persons::DEFECTS,
    wire::DEFECTS,
];

/// The XUIDs that are asked for.
fn asked(call: &Call) -> Vec<String> {
    ask::texts(call, "xuids")
}

fn method(call: &Call) -> Option<String> {
    call.parameter("method").ok().flatten()
}

/// Whether nothing is to be changed.
fn is_get(call: &Call) -> bool {
    method(call).is_none_or(|method| method == "get")
}

/// The people of an answer.
fn people(body: &mut Value) -> &mut Vec<Value> {
    if !body["people"].is_array() {
        body["people"] = Value::Array(Vec::new());
    }
    body["people"].as_array_mut().expect("an array")
}

/// Proceeds, and changes each person of an answer to a request for one.
fn change_only_person(turn: &mut Turn<'_>, change: impl Fn(&mut Value)) -> Reply {
    let one = asked(&turn.call).len() == 1;
    turn.alter(StatusCode::OK, |body| {
        if one {
            people(body).iter_mut().for_each(change);
        }
    })
}
