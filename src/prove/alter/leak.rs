//! Texts that must not be shown, put where they could leak to.

use base64::Engine as _;
use bytes::Bytes;
use percent_encoding::utf8_percent_encode;
use serde_json::Value;

use super::{Altered, Anatomy, Operator, plain, with_body, with_json};
use crate::model::template::RESERVED;

const PLACES: [&str; 7] = [
    "the reason phrase",
    "a header",
    "a header, in base64",
    "a member of the body",
    "a text of the body",
    "a member of the body, escaped",
    "the body",
];

/// Where a variant puts the canary.
pub(in crate::prove) fn place(variant: u16) -> &'static str {
    PLACES[usize::from(variant)]
}

pub(super) fn sites(anatomy: &Anatomy<'_>, method: &str, found: &mut dyn FnMut(Operator, usize, u16)) {
    let has_root = anatomy.json.as_ref().is_some_and(|json| json.is_object() || json.is_array());
    let has_text = anatomy.values().into_iter().any(Value::is_string);
    let may_have_a_body = anatomy.may_have_a_body() && method != "HEAD";
    for index in 0..anatomy.canaries.len() {
        for variant in 0..3 {
            found(Operator::InsertCanary, index, variant);
        }
        if has_root && method != "HEAD" {
            found(Operator::InsertCanary, index, 3);
            found(Operator::InsertCanary, index, 5);
        } else if may_have_a_body {
            found(Operator::InsertCanary, index, 6);
        }
        if has_text && method != "HEAD" {
            found(Operator::InsertCanary, index, 4);
        }
    }
}

pub(super) fn alter(anatomy: &Anatomy<'_>, canary: &str, variant: u16) -> Altered {
    let mut answer = anatomy.answer.clone();
    match variant {
        0 => answer.reason = format!("{} {canary}", answer.reason),
        1 => answer.headers.push(("x-debug".into(), Bytes::from(in_a_header(canary)))),
        2 => {
            let coded = base64::engine::general_purpose::STANDARD.encode(canary);
            answer.headers.push(("x-debug".into(), Bytes::from(coded)));
        }
        6 => return plain(with_body(&answer, [&answer.body[..], canary.as_bytes()].concat())),
        _ => return in_json(anatomy, canary, variant),
    }
    plain(answer)
}

/// As it would be put into a header: percent-encoded where it isn't plain ASCII.
fn in_a_header(canary: &str) -> String {
    if canary.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        canary.to_owned()
    } else {
        utf8_percent_encode(canary, RESERVED).to_string()
    }
}

fn in_json(anatomy: &Anatomy<'_>, canary: &str, variant: u16) -> Altered {
    let mut json = anatomy.json.clone().unwrap_or_default();
    if variant == 4 {
        let texts = anatomy.nodes.iter().rev();
        let place = texts.map(|node| &node.pointer).find(|pointer| json.pointer(pointer).is_some_and(Value::is_string));
        if let Some(Value::String(text)) = place.and_then(|pointer| json.pointer_mut(pointer)) {
            text.push(' ');
            text.push_str(canary);
        }
        return with_json(anatomy.answer, json, canary.to_owned());
    }
    match &mut json {
        Value::Object(members) => drop(members.insert("debug".into(), Value::String(canary.to_owned()))),
        Value::Array(items) => items.push(Value::String(canary.to_owned())),
        _ => {}
    }
    if variant == 3 {
        return with_json(anatomy.answer, json, canary.to_owned());
    }
    let written = Value::String(canary.to_owned()).to_string();
    let units = canary.encode_utf16().fold(String::new(), |units, unit| units + &format!("\\u{unit:04x}"));
    let text = serde_json::to_string(&json).unwrap_or_default();
    // The canary was put in last.
    let coded = text
        .rfind(&written)
        .map_or(text.clone(), |at| format!("{}\"{units}\"{}", &text[..at], &text[at + written.len()..]));
    plain(with_body(anatomy.answer, coded))
}
