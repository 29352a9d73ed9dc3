//! What was sent and received, as it was stored: what of it is known, and whether it would be sent again.

use bytes::Bytes;

use crate::check::Doubts;
use crate::model::exchange::{Answer, Wire};
use crate::model::secret::MASK;
use crate::model::shown::{Content, ShownAnswer, ShownBody, ShownRequest};
use crate::run::shown::LARGEST_TEXT;

/// In what two requests differ, if they do. The server may have stood elsewhere.
pub(super) fn changed(now: &ShownRequest, then: &ShownRequest, as_then: &str, as_now: &str) -> Option<String> {
    let (path, was) = (path_and_query(&now.url), path_and_query(&then.url));
    if now.method != then.method || path != was {
        return Some(format!("{} {path} would be sent, and {} {was} was", now.method, then.method));
    }
    if as_now != as_then {
        return Some(format!("it would be sent as {as_now}, and was sent as {as_then}"));
    }
    if now.headers != then.headers {
        let differs = |header: &&(String, String)| !then.headers.contains(header);
        let lacks = |header: &&(String, String)| !now.headers.contains(header);
        let first = now.headers.iter().find(differs).or_else(|| then.headers.iter().find(lacks));
        return Some(match first {
            Some((name, _)) => format!("the header `{name}` is another"),
            None => "the order of its headers is another".into(),
        });
    }
    let same = match (&now.body, &then.body) {
        (None, None) => true,
        (Some(now), Some(then)) => same_body(now, then),
        _ => false,
    };
    (!same).then(|| "its body is another".into())
}

/// Whether two bodies are the same as far as they may be shown. How much was shown depended on the rest of the trial.
fn same_body(now: &ShownBody, then: &ShownBody) -> bool {
    let contents = match (&now.content, &then.content) {
        (Content::Whole(now) | Content::Beginning(now), Content::Beginning(then)) => now.starts_with(then.as_str()),
        (now, then) => now == then,
    };
    now.length == then.length && contents
}

fn path_and_query(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find(['/', '?']).map_or("", |at| &rest[at..])
}

/// A stored answer, and what isn't known of it.
pub(super) fn known(shown: &ShownAnswer) -> (Answer, Doubts) {
    // What was cut is as long as what is shown at most, but for a character.
    let doubtful =
        |text: &str| text.contains(MASK) || text.contains(char::REPLACEMENT_CHARACTER) || text.len() + 4 > LARGEST_TEXT;
    let values = shown.headers.iter().filter(|(_, value)| doubtful(value));
    let (body, whole) = match &shown.body.content {
        Content::Whole(text) => (Bytes::copy_from_slice(text.as_bytes()), !text.contains(MASK)),
        Content::Beginning(text) => (Bytes::copy_from_slice(text.as_bytes()), false),
        Content::Binary | Content::Withheld => (Bytes::new(), shown.body.length == 0),
    };
    let doubts = Doubts {
        reason: doubtful(&shown.reason),
        headers: values.map(|(name, _)| name.to_ascii_lowercase()).collect(),
        names: shown.headers.iter().any(|(name, _)| doubtful(name)),
        body: !whole,
    };
    // Whether there is a body is known in any case.
    let body = if body.is_empty() && shown.body.length > 0 { Bytes::from_static(b"?") } else { body };
    let header = |(name, value): &(String, String)| (name.clone(), Bytes::copy_from_slice(value.as_bytes()));
    let answer = Answer {
        wire: Wire::default(),
        status: shown.status,
        reason: shown.reason.clone(),
        headers: shown.headers.iter().map(header).collect(),
        body,
        ending: shown.ending,
    };
    (answer, doubts)
}
