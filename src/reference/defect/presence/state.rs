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
    ask::{asker, cell, devices, is_at},
};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "presence-forgets-who-asks-too-often",
        says: "Who asks for themselves a fifth time in a row is shown without titles.",
        breaks: "PRESENCE-SAFE",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let who = turn.call.header("authorization").unwrap_or_default();
            let times = turn.memory.note(&who, &turn.call.uri.to_string());
            let forgets = times == 5 && asker(turn) == Some(Me) && is_at(turn, "all");
            turn.alter(StatusCode::OK, |record| {
                devices(record).filter(|_| forgets).for_each(|device| drop(device.shift_remove("titles")));
            })
        },
    },
    Defect {
        name: "presence-doubles-titles-when-a-friend-looks",
        says: "Once a friend has looked at a user who shows it to friends only, that user finds their titles twice.",
        breaks: "PRESENCE-SAFE",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let (address, cell) = (turn.call.uri.to_string(), cell(turn));
            let was_seen = turn.memory.last(&address).is_some_and(|(last, _)| last == "friend");
            turn.memory.note(&address, if cell == Some((Friend, FriendsOnly)) { "friend" } else { "another" });
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
