//! Ways around the privacy table.

use serde_json::json;

use super::{
    super::{
        super::{
            presence::Requester::{Friend, Me, NonFriend, ThirdParty},
            route::Service,
            world::{
                Credential,
                Privacy::{Blocked, FriendsOnly},
            },
        },
        Defect,
    },
    ask::{asker, at, by, by_owner, by_owner_as_offline, cell, has, is_of_another, subject},
};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "presence-opens-at-an-unknown-level",
        says: "A level that is none of the four shows everything to everybody.",
        breaks: "PRESENCE-PRIVACY",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let level = turn.call.parameter("level").unwrap_or(Some(String::new()));
            if level.is_none_or(|level| ["user", "device", "title", "all"].contains(&level.as_str())) {
                return turn.proceed();
            }
            at(turn, "all");
            by_owner(turn)
        },
    },
    Defect {
        name: "presence-takes-the-caller-from-the-query",
        says: "Who names a user as `xuid` in the query is shown what that user may see.",
        breaks: "PRESENCE-PRIVACY",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let named = turn.call.parameter("xuid").ok().flatten().and_then(|xuid| xuid.parse().ok());
            match named {
                Some(xuid) => by(turn, Credential::User(xuid)),
                None => turn.proceed(),
            }
        },
    },
    Defect {
        name: "presence-opens-with-leading-zeros",
        says: "A subject whose XUID is written with leading zeros is shown to everybody.",
        breaks: "PRESENCE-PRIVACY",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let is_padded = turn.call.segment(1).starts_with("xuid(0");
            if is_padded && asker(turn).is_some() { by_owner(turn) } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-opens-to-version-vnext",
        says: "A request for the version vnext is not looked at for who may see what.",
        breaks: "PRESENCE-PRIVACY",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let is_next = turn.call.header("x-xbl-contract-version").is_some_and(|version| version == "vnext");
            if is_next && asker(turn).is_some() { by_owner(turn) } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-gives-in-to-the-third-asking",
        says: "Who asks three times in a row for a user is shown what is withheld from them.",
        breaks: "PRESENCE-PRIVACY",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let who = turn.call.header("authorization").unwrap_or_default();
            let times = turn.memory.note(&turn.call.uri.to_string(), &who);
            let may_ask = asker(turn).is_some_and(|asker| asker != Me);
            if times >= 3 && may_ask { by_owner_as_offline(turn) } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-keeps-the-owners-answer-for-the-next-caller",
        says: "What a user was shown of themselves is shown to whoever asks next at the same address.",
        breaks: "PRESENCE-PRIVACY",
        also: &["PRESENCE-PRIVACY-4", "PRESENCE-PRIVACY-6", "PRESENCE-PRIVACY-7"],
        service: Service::Presence,
        bend: |turn| {
            let (address, asker) = (turn.call.uri.to_string(), asker(turn));
            let is_kept = turn.memory.last(&address).is_some_and(|(last, _)| last == "owner");
            let is_withheld = matches!(cell(turn), Some((Friend, Blocked) | (NonFriend, FriendsOnly | Blocked)));
            turn.memory.note(&address, if asker == Some(Me) { "owner" } else { "another" });
            if is_kept && is_withheld { by_owner_as_offline(turn) } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-tells-the-state-of-who-is-withheld",
        says: "A record that is withheld still tells whether the user is online.",
        breaks: "PRESENCE-WITHHELD-STATE",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let mut reply = turn.proceed();
            let is_other = is_of_another(turn) || asker(turn) == Some(ThirdParty);
            let state =
                subject(turn).filter(|_| is_other).and_then(|user| user.presence.as_ref()?.get("state").cloned());
            if let Some(state) = state {
                reply.alter(|record| record["state"] = state);
            }
            reply
        },
    },
    Defect {
        name: "presence-tells-strangers-that-something-runs",
        says: "Who may not see a record is told the state Busy in place of Online.",
        breaks: "PRESENCE-WITHHELD-STATE",
        also: &["PRESENCE-RECORD-STATE"],
        service: Service::Presence,
        bend: |turn| {
            let is_stranger = asker(turn) == Some(NonFriend) && has(turn, "devices");
            let mut reply = turn.proceed();
            reply.alter(|record| {
                if is_stranger && record["state"] == "Offline" {
                    record["state"] = json!("Busy");
                }
            });
            reply
        },
    },
];
