//! Who asks for what: what defects look at in a request, and what they change in it.

use http::{HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};

use super::{
    super::{
        answer::{ErrorCode, Refusal},
        auth::{Caller, identify},
        call::Call,
        reply::Reply,
        world::{Credential, User, World},
        xuid::Xuid,
    },
    Turn,
};

/// From here on a signed 64-bit number is negative.
pub(super) const UPPER_HALF: u64 = 1 << 63;

pub(super) fn caller<'a>(turn: &'a Turn<'_>) -> Option<&'a User> {
    match identify(turn.world, &turn.call) {
        Ok(Caller::User(xuid)) => turn.world.user(xuid),
        _ => None,
    }
}

/// The caller's XUID as it is written.
pub(super) fn caller_id(turn: &Turn<'_>) -> Option<String> {
    caller(turn).map(|user| user.xuid.to_string())
}

pub(super) fn is_first_user(turn: &Turn<'_>) -> bool {
    caller_id(turn) == first_user(turn).map(|xuid| xuid.to_string())
}

pub(super) fn first_user(turn: &Turn<'_>) -> Option<Xuid> {
    turn.world.users.first().map(|user| user.xuid)
}

pub(super) fn has_large_xuid(user: &User) -> bool {
    number(user.xuid) >= UPPER_HALF
}

pub(super) fn number(xuid: Xuid) -> u64 {
    xuid.to_string().parse().unwrap_or_default()
}

pub(super) fn user_of<'a>(world: &'a World, id: &str) -> Option<&'a User> {
    world.user(id.parse().ok()?)
}

pub(super) fn token(call: &Call) -> String {
    call.header(header::AUTHORIZATION.as_str()).unwrap_or_default()
}

/// A token that isn't empty and that nobody was given.
pub(super) fn is_made_up(turn: &Turn<'_>) -> bool {
    let token = token(&turn.call);
    !token.trim().is_empty() && turn.world.credential(&token).is_none()
}

pub(super) fn has_no_token(turn: &Turn<'_>) -> bool {
    !turn.call.headers.contains_key(header::AUTHORIZATION)
}

/// From now on it is that user who calls.
pub(super) fn call_as(turn: &mut Turn<'_>, xuid: Option<Xuid>) {
    if let Some(xuid) = xuid {
        call_with(turn, Credential::User(xuid));
    }
}

/// From now on the call has a token for this.
pub(super) fn call_with(turn: &mut Turn<'_>, credential: Credential) {
    let token = turn.world.credentials.iter().find(|(_, known)| **known == credential);
    if let Some(value) = token.and_then(|(token, _)| HeaderValue::from_str(token).ok()) {
        turn.call.headers.insert(header::AUTHORIZATION, value);
    }
}

/// Takes a token that only begins like one that somebody was given for that one.
pub(super) fn forgive_ends_of_tokens(turn: &mut Turn<'_>) {
    let token = token(&turn.call);
    let known = turn.world.credentials.iter().find(|(known, _)| token.starts_with(*known));
    if let Some((_, Credential::User(xuid))) = known {
        call_as(turn, Some(*xuid));
    }
}

/// The body as JSON; null where it isn't.
pub(super) fn body(call: &Call) -> Value {
    serde_json::from_slice(&call.body).unwrap_or_default()
}

/// The texts in an array of the body.
pub(super) fn texts(call: &Call, member: &str) -> Vec<String> {
    let texts = body(call)[member].as_array().cloned().unwrap_or_default();
    texts.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// An array in a body that is going to be changed.
pub(super) fn list<'a>(body: &'a mut Value, member: &str) -> Option<&'a mut Vec<Value>> {
    body.get_mut(member)?.as_array_mut()
}

pub(super) fn put(call: &mut Call, body: &Value) {
    call.body = body.to_string().into();
    call.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
}

pub(super) fn post_to(call: &mut Call, path: &str) {
    call.method = Method::POST;
    if let Ok(uri) = path.parse() {
        call.uri = uri;
    }
}

pub(super) fn refuse(status: StatusCode, why: &str) -> Reply {
    Refusal::new(status, ErrorCode::Unspecified, why).into()
}

pub(super) fn answer(status: StatusCode, body: &Value) -> Reply {
    Reply::new(status, Some(body))
}

/// A refusal that shows somebody to whom it refuses.
pub(super) fn refuse_with(status: StatusCode, shown: &Value) -> Reply {
    answer(status, &json!({"code": 4500, "source": "reference", "description": "no", "details": shown}))
}

impl Reply {
    /// The answer with other bytes, if it is a good one; the length that is declared is theirs.
    pub(super) fn with_body(mut self, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Reply {
        if self.status == StatusCode::OK {
            self.body = change(&self.body);
        }
        self
    }

    /// The same for a change of the text.
    pub(super) fn with_text(self, change: impl FnOnce(&str) -> String) -> Reply {
        self.with_body(|body| change(&String::from_utf8_lossy(body)).into_bytes())
    }
}
