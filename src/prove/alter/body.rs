//! Bodies as bytes: left out, cut short, less than JSON.

use serde_json::Value;

use super::{Anatomy, Answer, Operator, Site, with_body};
use crate::model::exchange::Ending;

/// A name that no API has, replaced in the written text.
const STAND_IN: &str = "__probity stand-in__";

pub(super) fn sites(anatomy: &Anatomy<'_>, found: &mut dyn FnMut(Operator, usize, u16)) {
    if anatomy.answer.body.is_empty() {
        found(Operator::FillBody, 0, 0);
        return;
    }
    found(Operator::EmptyBody, 0, 0);
    let Some(json) = &anatomy.json else {
        found(Operator::ChangeText, 0, 0);
        found(Operator::TruncateBody, 0, 0);
        found(Operator::TrailingBytes, 0, 0);
        return;
    };
    // Half of a number may well be a number, and a letter more a text.
    if json.is_object() || json.is_array() {
        found(Operator::TruncateBody, 0, 0);
        found(Operator::BrokenJson, 0, 0);
    }
    found(Operator::TrailingBytes, 0, 0);
    found(Operator::TrailingBytes, 0, 1);
    found(Operator::ByteOrderMark, 0, 0);
    found(Operator::BrokenUtf8, 0, 0);
    for (index, value) in anatomy.values().into_iter().enumerate() {
        if value.as_object().is_some_and(|members| !members.is_empty()) {
            found(Operator::DuplicateName, index, 0);
        }
    }
}

pub(super) fn alter(anatomy: &Anatomy<'_>, site: Site) -> Answer {
    let answer = anatomy.answer;
    let old = &answer.body[..];
    let new: Vec<u8> = match site.operator {
        Operator::FillBody if !anatomy.may_have_a_body() => {
            return Answer { ending: Ending::Long { surplus: 2 }, ..answer.clone() };
        }
        Operator::FillBody => b"{}".to_vec(),
        Operator::TruncateBody => old[..old.len() / 2].to_vec(),
        Operator::TrailingBytes if site.variant == 0 => [old, b"{}"].concat(),
        Operator::TrailingBytes => [old, b"\0"].concat(),
        Operator::BrokenJson => {
            let end = old.iter().rposition(|byte| b"}]".contains(byte)).unwrap_or(old.len());
            [&old[..end], b",", &old[end..]].concat()
        }
        Operator::ByteOrderMark => [b"\xEF\xBB\xBF", old].concat(),
        Operator::BrokenUtf8 => {
            let at = old.iter().position(|byte| *byte == b'"').map_or(old.len(), |quote| quote + 1);
            [&old[..at], b"\xFF", &old[at..]].concat()
        }
        Operator::ChangeText => {
            let mut new = old.to_vec();
            if let Some(byte) = new.iter_mut().find(|byte| byte.is_ascii_alphanumeric()) {
                *byte ^= 1;
            }
            new
        }
        Operator::DuplicateName => duplicate(anatomy, site.index as usize).into_bytes(),
        _ => Vec::new(),
    };
    with_body(answer, new)
}

/// The body with the first name of an object twice.
fn duplicate(anatomy: &Anatomy<'_>, node: usize) -> String {
    let mut json = anatomy.json.clone().unwrap_or_default();
    let members = json.pointer_mut(&anatomy.nodes[node].pointer).and_then(Value::as_object_mut);
    let first = members.and_then(|members| {
        let (name, value) = members.iter().next().map(|(name, value)| (name.clone(), value.clone()))?;
        members.insert(STAND_IN.to_owned(), value);
        Some(name)
    });
    let name = Value::String(first.unwrap_or_default()).to_string();
    json.to_string().replace(&format!("\"{STAND_IN}\""), &name)
}
