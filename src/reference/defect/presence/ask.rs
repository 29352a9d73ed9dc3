//! What a call to the presence service asks, and the same call asked otherwise.

use http::HeaderName;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::super::{
    super::{
        auth::identify,
        presence::{Requester, objects_in, requester},
        reply::Reply,
        world::{Credential, Privacy, User},
        xuid::{Xuid, within},
    },
    Turn,
    ask::call_with,
};

pub(super) use super::super::ask::caller;

/// The XUID in the address.
pub(super) fn target(turn: &Turn<'_>) -> Option<Xuid> {
    within("xuid", &turn.call.segment(1))?.parse().ok()
}

/// The user whom the call is about.
pub(super) fn subject<'a>(turn: &'a Turn<'_>) -> Option<&'a User> {
    turn.world.user(target(turn)?)
}

/// What the caller is to the subject.
pub(super) fn asker(turn: &Turn<'_>) -> Option<Requester> {
    let caller = identify(turn.world, &turn.call).ok()?;
    Some(requester(caller, subject(turn)?))
}

/// The cell of the privacy table in which the call is.
pub(super) fn cell(turn: &Turn<'_>) -> Option<(Requester, Privacy)> {
    Some((asker(turn)?, subject(turn)?.privacy))
}

/// Whether the call is of a user who is not its subject.
pub(super) fn is_of_another(turn: &Turn<'_>) -> bool {
    matches!(asker(turn), Some(Requester::Friend | Requester::NonFriend))
}

/// Whether the subject's record has this member.
pub(super) fn has(turn: &Turn<'_>, member: &str) -> bool {
    let record = subject(turn).and_then(|user| user.presence.as_ref());
    record.is_some_and(|record| record.contains_key(member))
}

/// Whether the call asks for this level; without a level, that is `title`.
pub(super) fn is_at(turn: &Turn<'_>, level: &str) -> bool {
    turn.call.parameter("level").is_ok_and(|given| given.as_deref().unwrap_or("title") == level)
}

/// Whether the call leaves the level to the server.
pub(super) fn is_without_level(turn: &Turn<'_>) -> bool {
    turn.call.uri.query().is_none()
}

/// Proceeds as if asked by somebody else.
pub(super) fn by(turn: &mut Turn<'_>, credential: Credential) -> Reply {
    call_with(turn, credential);
    turn.proceed()
}

/// Proceeds as if the subject were asking, who sees everything.
pub(super) fn by_owner(turn: &mut Turn<'_>) -> Reply {
    match subject(turn).map(|user| user.xuid) {
        Some(xuid) => by(turn, Credential::User(xuid)),
        None => turn.proceed(),
    }
}

/// The same, but for the state.
pub(super) fn by_owner_as_offline(turn: &mut Turn<'_>) -> Reply {
    let mut reply = by_owner(turn);
    reply.alter(|record| record["state"] = "Offline".into());
    reply
}

/// Proceeds as if a third party were asking, who sees nothing.
pub(super) fn by_third_party(turn: &mut Turn<'_>) -> Reply {
    by(turn, Credential::ThirdParty)
}

/// The call becomes one for this XUID and level.
pub(super) fn of(turn: &mut Turn<'_>, xuid: &str, level: &str) {
    if let Ok(uri) = format!("/users/xuid({xuid})?level={level}").parse() {
        turn.call.uri = uri;
    }
}

/// Proceeds as if asked at this level.
pub(super) fn at(turn: &mut Turn<'_>, level: &str) -> Reply {
    if let Some(xuid) = target(turn) {
        of(turn, &xuid.to_string(), level);
    }
    turn.proceed()
}

/// The list of devices of a record, where it has one.
pub(super) fn device_list(record: &mut Value) -> Option<&mut Vec<Value>> {
    record.get_mut("devices")?.as_array_mut()
}

/// The devices of a record.
pub(super) fn devices(record: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    record.as_object_mut().into_iter().flat_map(|record| objects_in(record, "devices"))
}

/// The titles on all devices of a record.
pub(super) fn titles(record: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    devices(record).flat_map(|device| objects_in(device, "titles"))
}

/// Puts texts of any script into a header.
pub(super) fn tell<'a>(reply: &mut Reply, name: &'static str, texts: impl Iterator<Item = &'a str>) {
    let texts: Vec<String> = texts.map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()).collect();
    reply.set(HeaderName::from_static(name), &texts.join(", "));
}
