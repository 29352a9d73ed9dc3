//! `GET /users/xuid({xuid})`: what somebody does at the moment, as far as the caller may know.
//!
//! "This method always returns 200 OK, but might not return content": a record that the caller may
//! not see, one that doesn't exist and one of a user who doesn't exist are answered alike, so that
//! the answer gives nothing away.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, ErrorCode, Refusal},
    auth::{Caller, Unidentified, identify},
    call::Call,
    world::{Privacy, User, World},
    xuid::{Xuid, within},
};

/// How deep into the record the caller asked to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    User,
    Device,
    Title,
    All,
}

/// What a caller is to the user they ask about: the first column of the document's privacy table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Requester {
    Me,
    Friend,
    NonFriend,
    ThirdParty,
}

/// The required headers besides the authorization are not insisted on: the document calls the
/// contract version a hint for routing, and the service answers clients that send neither `Accept`
/// nor `Accept-Language`.
pub(super) fn get(world: &World, call: &Call) -> Result<Answer, Refusal> {
    let caller = identify(world, call).map_err(unidentified)?;
    let target = read_target(&call.segment(1))?;
    let level = read_level(call)?;
    Ok(Answer::Json(record(world, caller, target, level)))
}

/// "403 Forbidden" is the document's one answer to a caller whose XUID is missing, for whatever
/// reason.
fn unidentified(reason: Unidentified) -> Refusal {
    Refusal::not_authorized(StatusCode::FORBIDDEN, reason.to_string())
}

fn read_target(segment: &str) -> Result<Xuid, Refusal> {
    let no_such_address = || Refusal::new(StatusCode::NOT_FOUND, ErrorCode::Unspecified, "there is nothing here");
    let xuid = within("xuid", segment).ok_or_else(no_such_address)?;
    xuid.parse().map_err(|error| Refusal::bad_request(format!("the XUID in the address: {error}")))
}

fn read_level(call: &Call) -> Result<Level, Refusal> {
    match call.parameter("level")?.as_deref() {
        Some("user") => Ok(Level::User),
        Some("device") => Ok(Level::Device),
        None | Some("title") => Ok(Level::Title),
        Some("all") => Ok(Level::All),
        Some(_) => Err(Refusal::bad_request("`level` is none of user, device, title and all")),
    }
}

fn record(world: &World, caller: Caller, target: Xuid, level: Level) -> Value {
    let user = world.user(target).filter(|user| may_see(requester(caller, user), user.privacy));
    match user.and_then(|user| user.presence.as_ref()) {
        Some(record) => at_level(record, level),
        None => nothing_to_see(target, level),
    }
}

/// Friendship is the target's to give: it is their list that counts, not the caller's.
pub(super) fn requester(caller: Caller, target: &User) -> Requester {
    match caller {
        Caller::ThirdParty => Requester::ThirdParty,
        Caller::User(xuid) if xuid == target.xuid => Requester::Me,
        Caller::User(xuid) if target.has_friend(xuid) => Requester::Friend,
        Caller::User(_) => Requester::NonFriend,
    }
}

/// The document's table says 200 in every row; which rows are filtered is taken from the sibling
/// page of groups.
fn may_see(requester: Requester, privacy: Privacy) -> bool {
    match (requester, privacy) {
        (Requester::Me, _)
        | (Requester::Friend, Privacy::Everyone | Privacy::FriendsOnly)
        | (Requester::NonFriend, Privacy::Everyone) => true,
        (Requester::Friend, Privacy::Blocked)
        | (Requester::NonFriend, Privacy::FriendsOnly | Privacy::Blocked)
        | (Requester::ThirdParty, _) => false,
    }
}

/// "If there is no existing record, a record with no devices is returned"; at the level of the user,
/// the devices are left out as in any record.
fn nothing_to_see(target: Xuid, level: Level) -> Value {
    let xuid = target.to_string();
    match level {
        Level::User => json!({"xuid": xuid, "state": "Offline"}),
        Level::Device | Level::Title | Level::All => {
            json!({"xuid": xuid, "state": "Offline", "devices": []})
        }
    }
}

fn at_level(record: &Map<String, Value>, level: Level) -> Value {
    let record = match level {
        Level::User => user_node(record),
        Level::Device => user_and_device_nodes(record),
        Level::Title => without_activity(record),
        Level::All => record.clone(),
    };
    Value::Object(record)
}

/// The user's own members. `lastSeen` is not among them: it tells of a device and a title.
fn user_node(record: &Map<String, Value>) -> Map<String, Value> {
    only(record, &["xuid", "state"])
}

fn user_and_device_nodes(record: &Map<String, Value>) -> Map<String, Value> {
    let mut record = only(record, &["xuid", "state", "devices"]);
    for device in objects_in(&mut record, "devices") {
        *device = only(device, &["type"]);
    }
    record
}

fn without_activity(record: &Map<String, Value>) -> Map<String, Value> {
    let mut record = record.clone();
    for device in objects_in(&mut record, "devices") {
        for title in objects_in(device, "titles") {
            title.shift_remove("activity");
        }
    }
    record
}

fn only(object: &Map<String, Value>, names: &[&str]) -> Map<String, Value> {
    let mut object = object.clone();
    object.retain(|name, _| names.contains(&name.as_str()));
    object
}

pub(super) fn objects_in<'a>(
    parent: &'a mut Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'a mut Map<String, Value>> {
    let items = parent.get_mut(name).and_then(Value::as_array_mut);
    items.into_iter().flatten().filter_map(Value::as_object_mut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_of_the_privacy_table() {
        use Privacy::{Blocked, Everyone, FriendsOnly};
        let rows = [
            (Requester::Me, [true, true, true]),
            (Requester::Friend, [true, true, false]),
            (Requester::NonFriend, [true, false, false]),
            (Requester::ThirdParty, [false, false, false]),
        ];
        for (requester, sees) in rows {
            let seen = [Everyone, FriendsOnly, Blocked].map(|privacy| may_see(requester, privacy));
            assert_eq!(seen, sees, "{requester:?}");
        }
    }

    #[test]
    fn every_level_of_a_record() {
        let online = json!({"xuid": "1", "state": "Online", "devices": [
            {"type": "XboxOne", "titles": [
                {"id": "7", "name": "A", "activity": {"richPresence": "in A"}},
            ]},
            {"type": "Win32", "titles": []},
        ]});
        let last_seen = json!({"deviceType": "iOS", "titleId": "7", "titleName": "A"});
        let offline = json!({"xuid": "2", "state": "Offline", "lastSeen": last_seen});
        let cases = [
            (&online, Level::User, json!({"xuid": "1", "state": "Online"})),
            (
                &online,
                Level::Device,
                json!({"xuid": "1", "state": "Online", "devices": [
                    {"type": "XboxOne"},
                    {"type": "Win32"},
                ]}),
            ),
            (
                &online,
                Level::Title,
                json!({"xuid": "1", "state": "Online", "devices": [
                    {"type": "XboxOne", "titles": [{"id": "7", "name": "A"}]},
                    {"type": "Win32", "titles": []},
                ]}),
            ),
            (&online, Level::All, online.clone()),
            (&offline, Level::User, json!({"xuid": "2", "state": "Offline"})),
            (&offline, Level::Device, json!({"xuid": "2", "state": "Offline"})),
            (&offline, Level::Title, offline.clone()),
            (&offline, Level::All, offline.clone()),
        ];
        for (record, level, expected) in cases {
            assert_eq!(at_level(record.as_object().unwrap(), level), expected, "{level:?}");
        }
    }
}
