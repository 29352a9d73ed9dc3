//! The parameter `method`, and what changes.

use http::StatusCode;
use serde_json::json;

use super::{Defect, Service, ask, asked, is_get, method, people};

pub(in super::super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "people-refuses-method-get",
        says: "`method=get` is refused, since it is what no method means.",
        breaks: "PEOPLE-200",
        also: &[],
        service: Service::People,
        bend: |turn| {
            if method(&turn.call).as_deref() == Some("get") && ask::caller(turn).is_some() {
                return ask::refuse(StatusCode::BAD_REQUEST, "there is no such method");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-answers-nobody-with-204",
        says: "Where neither of two is in the collection, the status is 204.",
        breaks: "PEOPLE-200",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let two = asked(&turn.call).len() == 2;
            let mut reply = turn.proceed();
            let text = String::from_utf8_lossy(&reply.body);
            if two && reply.status == StatusCode::OK && text.contains("\"people\":[]") {
                reply.status = StatusCode::NO_CONTENT;
                reply.body.clear();
            }
            reply
        },
    },
    Defect {
        name: "people-takes-unknown-methods-for-get",
        says: "A method that is none of the three is taken for get.",
        breaks: "PEOPLE-400-METHOD",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let known = ["get", "add", "remove"];
            if method(&turn.call).is_some_and(|method| !known.contains(&&*method)) {
                let path = turn.call.path().to_owned();
                ask::post_to(&mut turn.call, &path);
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-takes-beginnings-of-methods",
        says: "The beginning of a method is enough, and does nothing.",
        breaks: "PEOPLE-400-METHOD",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let mut reply = turn.proceed();
            if method(&turn.call).is_some_and(|method| "add".starts_with(&method) && method != "add") {
                reply.status = StatusCode::NO_CONTENT;
                reply.body.clear();
            }
            reply
        },
    },
    Defect {
        name: "people-says-405-to-unknown-methods",
        says: "A method that is none of the three is answered with 405.",
        breaks: "PEOPLE-400-METHOD",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let known = ["get", "add", "remove"];
            let mut reply = turn.proceed();
            if method(&turn.call).is_some_and(|method| !known.contains(&&*method)) {
                reply.status = StatusCode::METHOD_NOT_ALLOWED;
            }
            reply
        },
    },
    Defect {
        name: "people-answers-add-with-the-list",
        says: "Add is answered with 200 and a list.",
        breaks: "PEOPLE-204",
        also: &["PEOPLE-NO-BODY"],
        service: Service::People,
        bend: |turn| {
            let added = asked(&turn.call);
            match turn.proceed() {
                reply if reply.status == StatusCode::NO_CONTENT && method(&turn.call).as_deref() == Some("add") => {
                    ask::answer(StatusCode::OK, &json!({"totalCount": added.len(), "people": []}))
                }
                reply => reply,
            }
        },
    },
    Defect {
        name: "people-answers-remove-with-a-body",
        says: "Remove is answered with 202 and a body.",
        breaks: "PEOPLE-NO-BODY",
        also: &["PEOPLE-204"],
        service: Service::People,
        bend: |turn| match turn.proceed() {
            reply if reply.status == StatusCode::NO_CONTENT && method(&turn.call).as_deref() == Some("remove") => {
                ask::answer(StatusCode::ACCEPTED, &json!({"removed": asked(&turn.call)}))
            }
            reply => reply,
        },
    },
    Defect {
        name: "people-misses-who-is-not-there",
        says: "To remove somebody who isn't there is answered with 404.",
        breaks: "PEOPLE-204",
        also: &["PEOPLE-NO-BODY"],
        service: Service::People,
        bend: |turn| {
            let there = |id: &String| {
                let person = ask::user_of(turn.world, id);
                person.is_some_and(|person| ask::caller(turn).is_some_and(|caller| caller.has_friend(person.xuid)))
            };
            let missing = !asked(&turn.call).iter().all(there);
            let mut reply = turn.proceed();
            if missing && reply.status == StatusCode::NO_CONTENT && method(&turn.call).as_deref() == Some("remove") {
                reply = ask::refuse(StatusCode::NOT_FOUND, "there is no such person");
            }
            reply
        },
    },
    Defect {
        name: "people-adds-friends-anew",
        says: "Who is added though they are there already is no favorite any more.",
        breaks: "PEOPLE-NO-CHANGE",
        also: &["PEOPLE-PERSON-FAVORITE"],
        service: Service::People,
        bend: |turn| {
            let added = asked(&turn.call);
            let caller = ask::caller(turn).map(|caller| caller.xuid);
            let reply = turn.proceed();
            if reply.status == StatusCode::NO_CONTENT && method(&turn.call).as_deref() == Some("add") {
                let user = caller.and_then(|caller| turn.world.user_mut(caller));
                for friend in user.into_iter().flat_map(|user| &mut user.friends) {
                    if added.contains(&friend.xuid.to_string()) {
                        friend.person["isFavorite"] = json!(false);
                    }
                }
            }
            reply
        },
    },
    Defect {
        name: "people-removes-favorites-too",
        says: "To remove somebody clears the caller's favorites.",
        breaks: "PEOPLE-NO-CHANGE",
        also: &["PEOPLE-PERSON-FAVORITE"],
        service: Service::People,
        bend: |turn| {
            let caller = ask::caller(turn).map(|caller| caller.xuid);
            let reply = turn.proceed();
            if reply.status == StatusCode::NO_CONTENT && method(&turn.call).as_deref() == Some("remove") {
                let user = caller.and_then(|caller| turn.world.user_mut(caller));
                for friend in user.into_iter().flat_map(|user| &mut user.friends) {
                    friend.person["isFavorite"] = json!(false);
                }
            }
            reply
        },
    },
    Defect {
        name: "people-forgets-somebody-the-second-time",
        says: "A caller who asks for many a second time as `me` gets one person less.",
        breaks: "PEOPLE-NO-CHANGE",
        also: &["PEOPLE-OWNER-ME"],
        service: Service::People,
        bend: |turn| {
            let plain = turn.call.uri.query().is_none() && !turn.call.headers.contains_key("x-requestedserviceversion");
            let many = plain && asked(&turn.call).len() == 20 && turn.call.segment(1) == "me" && is_get(&turn.call);
            let caller = format!("{} asks for many", ask::token(&turn.call));
            let again = many && !turn.memory.is_first(caller);
            turn.alter(StatusCode::OK, |body| {
                let people = people(body);
                let plain = |person: &serde_json::Value| {
                    let networks = person["socialNetworks"].as_array().is_some_and(|networks| !networks.is_empty());
                    person["isFavorite"] == false && person["isFollowingCaller"] == false && !networks
                };
                if let Some(place) = people.iter().position(plain).filter(|_| again) {
                    people.remove(place);
                }
            })
        },
    },
];
