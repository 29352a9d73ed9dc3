//! Who is shown what, cell by cell of the privacy table.

use http::StatusCode;

use super::{
    super::{
        super::{
            presence::Requester::{Friend, Me, NonFriend, ThirdParty},
            route::Service,
            world::Privacy::{Blocked, Everyone, FriendsOnly},
            xuid::Xuid,
        },
        Defect, Turn,
    },
    ask::{at, by_owner, by_owner_as_offline, by_third_party, caller, cell, has, is_at, subject, tell, titles},
};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "presence-shows-blocked-to-friends",
        says: "A friend sees the record of a user who blocks everybody.",
        breaks: "PRESENCE-PRIVACY-4",
        also: &["PRESENCE-PRIVACY", "PRESENCE-WITHHELD-STATE"],
        service: Service::Presence,
        bend: |turn| if cell(turn) == Some((Friend, Blocked)) { by_owner(turn) } else { turn.proceed() },
    },
    Defect {
        name: "presence-shows-blocked-devices-to-friends",
        says: "A friend sees the devices of a user who blocks everybody, though no title and no state.",
        breaks: "PRESENCE-PRIVACY-4",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            if cell(turn) != Some((Friend, Blocked)) || is_at(turn, "user") {
                return turn.proceed();
            }
            at(turn, "device");
            by_owner_as_offline(turn)
        },
    },
    Defect {
        name: "presence-counts-followers-as-friends",
        says: "Who follows a user sees what that user shows to friends only.",
        breaks: "PRESENCE-PRIVACY-6",
        also: &["PRESENCE-PRIVACY", "PRESENCE-WITHHELD-STATE"],
        service: Service::Presence,
        bend: |turn| {
            let opens = cell(turn) == Some((NonFriend, FriendsOnly)) && follows(turn);
            if opens { by_owner(turn) } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-shows-blocked-to-followers",
        says: "Who follows a user who blocks everybody sees the record all the same.",
        breaks: "PRESENCE-PRIVACY-7",
        also: &["PRESENCE-WITHHELD-STATE"],
        service: Service::Presence,
        bend: |turn| {
            let opens = cell(turn) == Some((NonFriend, Blocked)) && follows(turn);
            if opens { by_owner(turn) } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-shows-devices-to-third-parties",
        says: "A third party sees at level=device the devices of users who show their presence to everyone.",
        breaks: "PRESENCE-PRIVACY-8",
        also: &["PRESENCE-WITHHELD-STATE"],
        service: Service::Presence,
        bend: |turn| {
            let opens = cell(turn) == Some((ThirdParty, Everyone)) && is_at(turn, "device");
            if opens { by_owner(turn) } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-answers-third-parties-with-204",
        says: "A third party who asks at level=title is answered with 204 where nothing is shown.",
        breaks: "PRESENCE-PRIVACY-8",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let mut reply = turn.proceed();
            if cell(turn) == Some((ThirdParty, Everyone)) && is_at(turn, "title") && has(turn, "xuid") {
                reply.status = StatusCode::NO_CONTENT;
                reply.body.clear();
            }
            reply
        },
    },
    Defect {
        name: "presence-names-titles-to-third-parties-in-a-header",
        says: "A third party is told in a header which titles a user runs who shows them to friends only.",
        breaks: "PRESENCE-PRIVACY-9",
        also: &["PRESENCE-PRIVACY"],
        service: Service::Presence,
        bend: |turn| {
            let mut reply = turn.proceed();
            if cell(turn) == Some((ThirdParty, FriendsOnly)) {
                let mut record = serde_json::from_slice(&by_owner(turn).body).unwrap_or_default();
                tell(&mut reply, "x-current-titles", titles(&mut record).filter_map(|title| title["name"].as_str()));
            }
            reply
        },
    },
    Defect {
        name: "presence-shows-blocked-to-third-parties-once",
        says: "The first third party who asks at a level for a user who blocks everybody sees the devices.",
        breaks: "PRESENCE-PRIVACY-10",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let address = turn.call.uri.to_string();
            if cell(turn) != Some((ThirdParty, Blocked)) || !turn.memory.is_first(address) {
                return turn.proceed();
            }
            by_owner_as_offline(turn)
        },
    },
    Defect {
        name: "presence-hides-last-seen-from-friends",
        says: "A friend isn't shown what was last seen of a user who shows it to friends only.",
        breaks: "PRESENCE-PRIVACY-3",
        also: &["PRESENCE-RECORD"],
        service: Service::Presence,
        bend: |turn| {
            let hides = cell(turn) == Some((Friend, FriendsOnly)) && has(turn, "lastSeen");
            if hides { by_third_party(turn) } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-hides-open-last-seen-from-friends",
        says: "A friend isn't shown what was last seen of a user who shows it to everyone.",
        breaks: "PRESENCE-PRIVACY-2",
        also: &["PRESENCE-RECORD"],
        service: Service::Presence,
        bend: |turn| {
            let hides = cell(turn) == Some((Friend, Everyone)) && has(turn, "lastSeen");
            if hides { by_third_party(turn) } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-hides-open-users-from-who-knows-nobody",
        says: "Who has nobody among their people isn't shown users who show their presence to everyone.",
        breaks: "PRESENCE-PRIVACY-5",
        also: &["PRESENCE-GET", "PRESENCE-RECORD", "PRESENCE-TITLE-TIME"],
        service: Service::Presence,
        bend: |turn| {
            let knows_nobody = caller(turn).is_some_and(|user| user.friends.is_empty());
            let hides = cell(turn) == Some((NonFriend, Everyone)) && knows_nobody;
            if hides { by_third_party(turn) } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-hides-last-seen-of-blockers-from-themselves",
        says: "A user who blocks everybody isn't shown what was last seen of themselves.",
        breaks: "PRESENCE-PRIVACY-1",
        also: &["PRESENCE-LAST-SEEN", "PRESENCE-RECORD"],
        service: Service::Presence,
        bend: |turn| {
            let hides = cell(turn) == Some((Me, Blocked)) && has(turn, "lastSeen");
            if hides { by_third_party(turn) } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-takes-the-largest-xuid-for-nobody",
        says: "The user with the largest XUID of all is no friend of anybody who has them.",
        breaks: "PRESENCE-PRIVACY-3",
        also: &["PRESENCE-RECORD", "PRESENCE-TITLE-TIME"],
        service: Service::Presence,
        bend: |turn| {
            let is_largest = caller(turn).is_some_and(|user| user.xuid == u64::MAX.into());
            let hides = cell(turn) == Some((Friend, FriendsOnly)) && is_largest;
            if hides { by_third_party(turn) } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-compares-friends-as-doubles",
        says: "Who has nearly the XUID of a friend passes for that friend.",
        breaks: "PRESENCE-PRIVACY-6",
        also: &["PRESENCE-WITHHELD-STATE"],
        service: Service::Presence,
        bend: |turn| {
            let opens = cell(turn) == Some((NonFriend, FriendsOnly)) && is_nearly_a_friend(turn);
            if opens { by_owner(turn) } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-shows-last-seen-of-blockers",
        says: "Who is no friend sees what was last seen of a user who blocks everybody.",
        breaks: "PRESENCE-PRIVACY-7",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let opens = cell(turn) == Some((NonFriend, Blocked)) && has(turn, "lastSeen");
            if opens { by_owner(turn) } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-shows-who-is-away",
        says: "Everybody sees the record of a user who is away, though that user blocks everybody.",
        breaks: "PRESENCE-PRIVACY-7",
        also: &["PRESENCE-PRIVACY", "PRESENCE-PRIVACY-4", "PRESENCE-PRIVACY-10", "PRESENCE-WITHHELD-STATE"],
        service: Service::Presence,
        bend: |turn| {
            let record = subject(turn).and_then(|user| user.presence.as_ref());
            let is_away = record.is_some_and(|record| record["state"] == "Away");
            if is_away && cell(turn).is_some_and(|(_, privacy)| privacy == Blocked) {
                by_owner(turn)
            } else {
                turn.proceed()
            }
        },
    },
    Defect {
        name: "presence-forbids-strangers-to-look-at-blockers",
        says: "Who is no friend gets 403 at level=user for a user who blocks everybody.",
        breaks: "PRESENCE-PRIVACY-7",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let mut reply = turn.proceed();
            if cell(turn) == Some((NonFriend, Blocked)) && is_at(turn, "user") {
                reply.status = StatusCode::FORBIDDEN;
            }
            reply
        },
    },
];

/// Whether the caller has the subject among their people.
fn follows(turn: &Turn<'_>) -> bool {
    caller(turn).zip(subject(turn)).is_some_and(|(caller, subject)| caller.has_friend(subject.xuid))
}

fn is_nearly_a_friend(turn: &Turn<'_>) -> bool {
    let rounded = |xuid: Xuid| xuid.to_string().parse::<f64>().ok();
    caller(turn).zip(subject(turn)).is_some_and(|(caller, subject)| {
        subject.friends.iter().any(|friend| rounded(friend.xuid) == rounded(caller.xuid))
    })
}
