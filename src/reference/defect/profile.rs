//! Defects of the profile service.

mod callers;
mod entries;
mod requests;
mod selection;
mod urls;
mod wire;

use serde_json::Value;

use super::{
    super::{call::Call, route::Service},
    Defect, Turn, ask,
};

pub(super) const DEFECTS: &[&[Defect]] =
    &[callers::DEFECTS, urls::DEFECTS, requests::DEFECTS, selection::DEFECTS, entries::DEFECTS, wire::DEFECTS];

fn users_asked(call: &Call) -> Vec<String> {
    ask::texts(call, "userIds")
}

fn settings_asked(call: &Call) -> Vec<String> {
    ask::texts(call, "settings")
}

fn asks_for(turn: &Turn<'_>, users: usize, settings: usize) -> bool {
    users_asked(&turn.call).len() == users && settings_asked(&turn.call).len() == settings
}

/// The entries of an answer.
fn entries(body: &mut Value) -> &mut Vec<Value> {
    if !body["profileUsers"].is_array() {
        body["profileUsers"] = Value::Array(Vec::new());
    }
    body["profileUsers"].as_array_mut().expect("an array")
}

/// Calls `change` with each setting of an answer, and its value.
fn each_value(body: &mut Value, mut change: impl FnMut(&str, &mut Value)) {
    for entry in entries(body) {
        for setting in entry["settings"].as_array_mut().into_iter().flatten() {
            let name = setting["id"].as_str().unwrap_or_default().to_owned();
            change(&name, &mut setting["value"]);
        }
    }
}

/// Calls `change` with each value of the setting of that name.
fn each_value_of(body: &mut Value, name: &str, mut change: impl FnMut(&str) -> String) {
    each_value(body, |given, value| {
        if given == name {
            *value = change(value.as_str().unwrap_or_default()).into();
        }
    });
}
