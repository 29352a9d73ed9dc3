//! Who is in a list, and how many there are.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Defect, Service, Turn, ask, asked, people};

/// As many as the contract's world has; whoever asks for so many wants the whole collection.
const MANY: usize = 20;

pub(in super::super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "people-gives-only-favorites-of-few",
        says: "The first user, asking for four to ten people, gets only favorites.",
        breaks: "PEOPLE-LIST",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let few = (4..=10).contains(&asked(&turn.call).len()) && ask::is_first_user(turn);
            turn.alter(StatusCode::OK, |body| people(body).retain(|person| !few || person["isFavorite"] == true))
        },
    },
    Defect {
        name: "people-gives-no-more-than-nine",
        says: "Of ten people asked for only nine are returned.",
        breaks: "PEOPLE-LIST",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let ten = asked(&turn.call).len() == 10;
            turn.alter(StatusCode::OK, |body| people(body).truncate(if ten { 9 } else { usize::MAX }))
        },
    },
    Defect {
        name: "people-stops-at-the-first-stranger",
        says: "Of four to eight people those after the first stranger are not looked for.",
        breaks: "PEOPLE-LIST",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let asked = asked(&turn.call);
            let few = (4..9).contains(&asked.len());
            turn.alter(StatusCode::OK, |body| {
                let there = |id: &&String| people(&mut body.clone()).iter().any(|person| person["xuid"] == ***id);
                let found: Vec<&String> = asked.iter().take_while(there).collect();
                people(body).retain(|person| !few || found.iter().any(|id| person["xuid"] == ***id));
            })
        },
    },
    Defect {
        name: "people-loses-who-is-asked-for-twice",
        says: "Who is asked for twice is left out.",
        breaks: "PEOPLE-LIST",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let asked = asked(&turn.call);
            turn.alter(StatusCode::OK, |body| {
                people(body).retain(|person| asked.iter().filter(|id| person["xuid"] == ***id).count() < 2);
            })
        },
    },
    Defect {
        name: "people-returns-the-last-twice",
        says: "The first user, asking for four to ten people, gets the last of them twice.",
        breaks: "PEOPLE-LIST",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let several = (4..=10).contains(&asked(&turn.call).len()) && ask::is_first_user(turn);
            turn.alter(StatusCode::OK, |body| {
                let people = people(body);
                people.extend(people.last().cloned().filter(|_| several && people.len() > 1));
            })
        },
    },
    Defect {
        name: "people-takes-followers-for-friends",
        says: "Who has the caller among their people is returned when asked for alone.",
        breaks: "PEOPLE-ONLY-FRIENDS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let caller = ask::caller(turn).map(|caller| caller.xuid);
            let follower = match &asked(&turn.call)[..] {
                [only] => ask::user_of(turn.world, only),
                _ => None,
            };
            let follows = follower.filter(|user| caller.is_some_and(|caller| user.has_friend(caller)));
            let person = follows.map(|user| stranger(&user.xuid.to_string()));
            turn.alter(StatusCode::OK, |body| {
                if people(body).is_empty() {
                    people(body).extend(person);
                }
            })
        },
    },
    Defect {
        name: "people-returns-the-caller",
        says: "A caller who asks for themselves alone is returned.",
        breaks: "PEOPLE-ONLY-FRIENDS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let own = ask::caller_id(turn).filter(|id| asked(&turn.call) == [id.clone()]);
            turn.alter(StatusCode::OK, |body| people(body).extend(own.map(|id| stranger(&id))))
        },
    },
    Defect {
        name: "people-invents-people",
        says: "Who doesn't exist is returned when asked for alone.",
        breaks: "PEOPLE-ONLY-FRIENDS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let unknown = match &asked(&turn.call)[..] {
                [only] if ask::user_of(turn.world, only).is_none() => Some(stranger(only)),
                _ => None,
            };
            turn.alter(StatusCode::OK, |body| people(body).extend(unknown))
        },
    },
    Defect {
        name: "people-compares-ids-as-doubles",
        says: "Asked for alone, an id is compared as a double and finds its neighbours.",
        breaks: "PEOPLE-ONLY-FRIENDS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let rounded = match &asked(&turn.call)[..] {
                [only] => only.parse::<f64>().ok(),
                _ => None,
            };
            let friends = ask::caller(turn).map(|caller| &caller.friends[..]).unwrap_or_default();
            let alike = |id: &str| rounded.is_some() && id.parse::<f64>().ok() == rounded;
            let found = friends.iter().find(|friend| alike(&friend.xuid.to_string()));
            let found = found.map(|friend| friend.person.clone());
            turn.alter(StatusCode::OK, |body| {
                if people(body).is_empty() {
                    people(body).extend(found);
                }
            })
        },
    },
    Defect {
        name: "people-puts-somebody-in-an-empty-list",
        says: "Where nobody of several is in the collection, the first of them is returned.",
        breaks: "PEOPLE-ONLY-FRIENDS",
        also: &["PEOPLE-TOTAL"],
        service: Service::People,
        bend: |turn| {
            let asked = asked(&turn.call);
            turn.alter(StatusCode::OK, |body| {
                if people(body).is_empty() && asked.len() > 10 {
                    people(body).push(stranger(&asked[0]));
                }
            })
        },
    },
    Defect {
        name: "people-counts-one-less",
        says: "`totalCount` is one less than it should be, except where many are asked for.",
        breaks: "PEOPLE-TOTAL",
        also: &[],
        service: Service::People,
        bend: |turn| change_total(turn, |total, _| json!(total.saturating_sub(1))),
    },
    Defect {
        name: "people-counts-no-part",
        says: "`totalCount` is 1 where a part of the collection is returned.",
        breaks: "PEOPLE-TOTAL",
        also: &[],
        service: Service::People,
        bend: |turn| {
            change_total(turn, |total, returned| json!(if returned < total && returned > 1 { 1 } else { total }))
        },
    },
    Defect {
        name: "people-counts-nobody-as-null",
        says: "`totalCount` is null where somebody asked for alone isn't in the collection.",
        breaks: "PEOPLE-TOTAL",
        also: &[],
        service: Service::People,
        bend: |turn| change_total(turn, |total, returned| if returned == 0 { Value::Null } else { json!(total) }),
    },
    Defect {
        name: "people-leaves-out-the-count-of-many",
        says: "There is no `totalCount` where many people of `me` are asked for.",
        breaks: "PEOPLE-GET-BODY",
        also: &["PEOPLE-TOTAL"],
        service: Service::People,
        bend: |turn| {
            let many = asked(&turn.call).len() >= MANY && turn.call.segment(1) == "me";
            turn.alter(StatusCode::OK, |body| {
                if let Some(members) = body.as_object_mut().filter(|_| many) {
                    members.remove("totalCount");
                }
            })
        },
    },
    Defect {
        name: "people-writes-a-negative-count-of-many",
        says: "`totalCount` is -1 where many people are asked for.",
        breaks: "PEOPLE-GET-BODY",
        also: &["PEOPLE-TOTAL"],
        service: Service::People,
        bend: |turn| {
            let many = asked(&turn.call).len() >= MANY;
            turn.alter(StatusCode::OK, |body| {
                if many {
                    body["totalCount"] = json!(-1);
                }
            })
        },
    },
];

/// Somebody who is in nobody's collection, as a person of one.
fn stranger(id: &str) -> Value {
    json!({"xuid": id, "isFavorite": false, "isFollowingCaller": true, "socialNetworks": []})
}

/// Changes `totalCount`, given it and the number of people returned, where not many are asked for.
fn change_total(turn: &mut Turn<'_>, change: impl Fn(usize, usize) -> Value) -> super::Reply {
    let many = asked(&turn.call).len() >= MANY;
    turn.alter(StatusCode::OK, |body| {
        let returned = people(body).len();
        let total = body["totalCount"].as_u64().and_then(|total| usize::try_from(total).ok());
        if let Some(total) = total.filter(|_| !many) {
            body["totalCount"] = change(total, returned);
        }
    })
}
