//! The members of a person.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Defect, Service, ask, asked, change_only_person, people};

pub(in super::super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "people-writes-xuids-as-numbers",
        says: "The XUID of a person asked for alone is a JSON number.",
        breaks: "PEOPLE-PERSON-XUID",
        also: &["PEOPLE-LIST"],
        service: Service::People,
        bend: |turn| {
            if ask::is_first_user(turn) {
                return turn.proceed();
            }
            change_only_person(turn, |person| {
                person["xuid"] = json!(person["xuid"].as_str().and_then(|id| id.parse::<u64>().ok()));
            })
        },
    },
    Defect {
        name: "people-writes-xuids-signed",
        says: "A XUID of 2^63 or more is negative where a caller asks for one person.",
        breaks: "PEOPLE-PERSON-XUID",
        also: &["PEOPLE-LIST", "PEOPLE-PERSON-FAVORITE", "PEOPLE-PERSON-FOLLOWING", "PEOPLE-PERSON-NETWORKS"],
        service: Service::People,
        bend: |turn| {
            if ask::is_first_user(turn) {
                return turn.proceed();
            }
            change_only_person(turn, |person| {
                let number = person["xuid"].as_str().and_then(|id| id.parse::<u64>().ok()).unwrap_or_default();
                person["xuid"] = json!(number.cast_signed().to_string());
            })
        },
    },
    Defect {
        name: "people-makes-favorites-of-two",
        says: "Where exactly two people are returned, both are favorites.",
        breaks: "PEOPLE-PERSON-FAVORITE",
        also: &[],
        service: Service::People,
        bend: |turn| {
            turn.alter(StatusCode::OK, |body| {
                let people = people(body);
                let two = people.len() == 2;
                for person in people.iter_mut().filter(|_| two) {
                    person["isFavorite"] = json!(true);
                }
            })
        },
    },
    Defect {
        name: "people-writes-favorites-as-numbers",
        says: "Where exactly two people are returned, `isFavorite` is 1 or 0.",
        breaks: "PEOPLE-PERSON-FAVORITE",
        also: &["PEOPLE-GET-BODY"],
        service: Service::People,
        bend: |turn| {
            turn.alter(StatusCode::OK, |body| {
                let people = people(body);
                let two = people.len() == 2;
                for person in people.iter_mut().filter(|_| two) {
                    person["isFavorite"] = json!(u8::from(person["isFavorite"] == true));
                }
            })
        },
    },
    Defect {
        name: "people-leaves-out-false-favorites",
        says: "`isFavorite` is left out where it is false, of a person asked for alone.",
        breaks: "PEOPLE-PERSON-FAVORITE",
        also: &[],
        service: Service::People,
        bend: |turn| {
            change_only_person(turn, |person| {
                if let Some(members) = person.as_object_mut() {
                    members.retain(|name, value| name != "isFavorite" || *value == true);
                }
            })
        },
    },
    Defect {
        name: "people-follows-favorites",
        says: "`isFollowingCaller` repeats `isFavorite`.",
        breaks: "PEOPLE-PERSON-FOLLOWING",
        also: &[],
        service: Service::People,
        bend: |turn| {
            turn.alter(StatusCode::OK, |body| {
                for person in people(body) {
                    person["isFollowingCaller"] = person["isFavorite"].clone();
                }
            })
        },
    },
    Defect {
        name: "people-writes-following-as-text",
        says: "`isFollowingCaller` is a string where many are asked for.",
        breaks: "PEOPLE-PERSON-FOLLOWING",
        also: &["PEOPLE-GET-BODY"],
        service: Service::People,
        bend: |turn| {
            let many = asked(&turn.call).len() > 11;
            turn.alter(StatusCode::OK, |body| {
                for person in people(body).iter_mut().filter(|_| many) {
                    person["isFollowingCaller"] = json!(person["isFollowingCaller"].to_string());
                }
            })
        },
    },
    Defect {
        name: "people-puts-everybody-in-a-network",
        says: "Each person is in LegacyXboxLive.",
        breaks: "PEOPLE-PERSON-NETWORKS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            turn.alter(StatusCode::OK, |body| {
                for person in people(body) {
                    person["socialNetworks"] = json!(["LegacyXboxLive"]);
                }
            })
        },
    },
    Defect {
        name: "people-writes-an-empty-network",
        says: "A person in no network, asked for alone, is in the one without a name.",
        breaks: "PEOPLE-PERSON-NETWORKS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            change_only_person(turn, |person| {
                if person["socialNetworks"] == json!([]) || person["socialNetworks"] == Value::Null {
                    person["socialNetworks"] = json!([""]);
                }
            })
        },
    },
    Defect {
        name: "people-loses-networks-of-the-last",
        says: "Of many people the last is in no network.",
        breaks: "PEOPLE-PERSON-NETWORKS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            turn.alter(StatusCode::OK, |body| {
                if let Some(person) = people(body).last_mut() {
                    person["socialNetworks"] = json!([]);
                }
            })
        },
    },
];
