//! What a GET changes, and what a refusal leaves behind.

use http::StatusCode;

use super::{
    super::{
        super::{
            presence::Requester::{Friend, Me},
            route::Service,
            world::Privacy::FriendsOnly,
        },
        Defect,
    },
    ask::{asker, caller, cell, devices, is_at, subject, titles},
};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "presence-forgets-who-asks-too-often",
        says: "Who is doing nothing in any title and asks for themselves an eighth time in a row has no titles.",
        breaks: "PRESENCE-SAFE",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let who = turn.call.header("authorization").unwrap_or_default();
            let times = turn.memory.note(&who, &turn.call.uri.to_string());
            let forgets = times == 8 && asker(turn) == Some(Me) && is_at(turn, "all");
            turn.alter(StatusCode::OK, |record| {
                let is_idle = titles(record).all(|title| !title.contains_key("activity"));
                devices(record).filter(|_| forgets && is_idle).for_each(|device| drop(device.shift_remove("titles")));
            })
        },
    },
    Defect {
        name: "presence-doubles-titles-when-a-friend-looks",
        says: "Once the first of their friends has looked at a user who shows it to friends only, that user has each title twice.",
        breaks: "PRESENCE-SAFE",
        also: &["PRESENCE-RECORD", "PRESENCE-TITLE-TIME"],
        service: Service::Presence,
        bend: |turn| {
            let (address, cell) = (turn.call.uri.to_string(), cell(turn));
            let was_seen = turn.memory.last(&address).is_some_and(|(last, _)| last == "friend");
            let first = subject(turn).and_then(|user| user.friends.first()).map(|friend| friend.xuid);
            let is_first = first.is_some() && caller(turn).map(|user| user.xuid) == first;
            turn.memory
                .note(&address, if is_first && cell == Some((Friend, FriendsOnly)) { "friend" } else { "another" });
            turn.alter(StatusCode::OK, |record| {
                for device in devices(record).filter(|_| was_seen && cell == Some((Me, FriendsOnly))) {
                    if let Some(titles) = device.get_mut("titles").and_then(|titles| titles.as_array_mut()) {
                        titles.extend_from_within(..);
                    }
                }
            })
        },
    },
    Defect {
        name: "presence-refuses-after-two-refusals",
        says: "Once an address was refused twice in a row for want of a token, the next caller is refused too.",
        breaks: "PRESENCE-AUTHORIZATION",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let address = turn.call.uri.to_string();
            let is_locked = turn.memory.last(&address).is_some_and(|(last, times)| last == "none" && times >= 2);
            let token = turn.call.header("authorization").unwrap_or_else(|| "none".to_owned());
            turn.memory.note(&address, &token);
            let mut reply = turn.proceed();
            if is_locked {
                reply.status = StatusCode::FORBIDDEN;
            }
            reply
        },
    },
];
