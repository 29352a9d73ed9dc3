//! Requests that are wrong in one thing, and good ones that look unusual.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Defect, Service, Turn, ask, entries, settings_asked, users_asked};

pub(in super::super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "profile-reads-the-first-json-text",
        says: "What follows the first JSON text of a request is ignored.",
        breaks: "PROFILE-REQUEST-JSON",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            if let Some(Ok(first)) = serde_json::Deserializer::from_slice(&turn.call.body).into_iter::<Value>().next() {
                ask::put(&mut turn.call, &first);
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-reads-an-array-of-one-question",
        says: "The question may stand in an array.",
        breaks: "PROFILE-REQUEST-JSON",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            if let [only @ Value::Object(_)] = ask::body(&turn.call).as_array().map_or(&[][..], Vec::as_slice) {
                ask::put(&mut turn.call, only);
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-fails-on-an-empty-body",
        says: "A request without a body is answered with 500.",
        breaks: "PROFILE-REQUEST-JSON",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let empty = turn.call.body.is_empty() && ask::caller(turn).is_some();
            let reply = turn.proceed();
            if empty && reply.status == StatusCode::BAD_REQUEST {
                return ask::refuse(StatusCode::INTERNAL_SERVER_ERROR, "the body is null");
            }
            reply
        },
    },
    Defect {
        name: "profile-takes-an-empty-question",
        says: "A question with neither users nor settings gets an empty answer.",
        breaks: "PROFILE-REQUEST-JSON",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let question = ask::body(&turn.call);
            if question.is_object() && question["userIds"].is_null() && question["settings"].is_null() {
                ask::put(&mut turn.call, &json!({"userIds": [], "settings": []}));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-takes-a-single-user-id",
        says: "`userIds` may be one string instead of an array.",
        breaks: "PROFILE-REQUEST-USERIDS",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            wrap_string(turn, "userIds");
            turn.proceed()
        },
    },
    Defect {
        name: "profile-skips-ids-that-are-no-strings",
        says: "What is no string in `userIds` is passed over.",
        breaks: "PROFILE-REQUEST-USERIDS",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let mut question = ask::body(&turn.call);
            if let Some(ids) = ask::list(&mut question, "userIds") {
                ids.retain(Value::is_string);
                ask::put(&mut turn.call, &question);
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-takes-no-user-ids-for-the-caller",
        says: "A request without `userIds` gets the caller's own profile.",
        breaks: "PROFILE-FR-REQUEST",
        also: &["PROFILE-REQUEST-USERIDS"],
        service: Service::Profile,
        bend: |turn| {
            let mut question = ask::body(&turn.call);
            if question.get("userIds").is_none() && question["settings"].is_array() {
                question["userIds"] = json!([ask::caller_id(turn)]);
                ask::put(&mut turn.call, &question);
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-takes-no-settings-for-all",
        says: "A request without `settings` gets the whole profile.",
        breaks: "PROFILE-REQUEST-SETTINGS",
        also: &["PROFILE-FR-REQUEST"],
        service: Service::Profile,
        bend: |turn| {
            let mut question = ask::body(&turn.call);
            if question.get("settings").is_none() && question["userIds"].is_array() {
                question["settings"] = all_settings(turn);
                ask::put(&mut turn.call, &question);
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-takes-a-single-setting",
        says: "`settings` may be one string instead of an array.",
        breaks: "PROFILE-REQUEST-SETTINGS",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            wrap_string(turn, "settings");
            turn.proceed()
        },
    },
    Defect {
        name: "profile-fails-on-odd-settings",
        says: "What is no string in `settings` is answered with 500.",
        breaks: "PROFILE-REQUEST-SETTINGS",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let settings = ask::body(&turn.call)["settings"].as_array().cloned().unwrap_or_default();
            if !settings.iter().all(Value::is_string) {
                return ask::refuse(StatusCode::INTERNAL_SERVER_ERROR, "a setting is no string");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-takes-no-name-for-all-settings",
        says: "An empty list of settings gets the whole profile.",
        breaks: "PROFILE-REQUEST-SETTINGS",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let mut question = ask::body(&turn.call);
            if question["settings"] == json!([]) {
                question["settings"] = all_settings(turn);
                ask::put(&mut turn.call, &question);
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-takes-an-unknown-name-for-all-settings",
        says: "The name of a setting that doesn't exist brings the whole profile.",
        breaks: "PROFILE-REQUEST-SETTINGS",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let mut question = ask::body(&turn.call);
            let all = all_settings(turn);
            let known = |name: &String| all.as_array().is_some_and(|all| all.contains(&json!(name)));
            if !settings_asked(&turn.call).iter().all(known) {
                question["settings"] = all;
                ask::put(&mut turn.call, &question);
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-invents-unknown-users",
        says: "Who doesn't exist has a gamertag all the same.",
        breaks: "PROFILE-USERS-ASKED",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let known = |id: &String| ask::user_of(turn.world, id).is_some();
            let mut unknown: Vec<String> = users_asked(&turn.call).into_iter().filter(|id| !known(id)).collect();
            unknown.retain(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()));
            turn.alter(StatusCode::OK, |body| {
                for id in unknown {
                    let settings = json!([{"id": "Gamertag", "value": "Player"}]);
                    entries(body).push(json!({"id": id, "settings": settings}));
                }
            })
        },
    },
    Defect {
        name: "profile-finds-users-by-gamertag",
        says: "A gamertag among the ids finds its user.",
        breaks: "PROFILE-USERS-ASKED",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let mut question = ask::body(&turn.call);
            for id in ask::list(&mut question, "userIds").into_iter().flatten() {
                if let Some(user) = turn.world.users.iter().find(|user| *id == *user.gamertag) {
                    *id = json!(user.xuid.to_string());
                }
            }
            if question.is_object() {
                ask::put(&mut turn.call, &question);
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-loses-who-is-asked-for-twice",
        says: "Who is asked for twice is left out.",
        breaks: "PROFILE-USERS-ASKED",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let asked = users_asked(&turn.call);
            turn.alter(StatusCode::OK, |body| {
                entries(body).retain(|entry| asked.iter().filter(|id| entry["id"] == **id).count() < 2);
            })
        },
    },
    Defect {
        name: "profile-takes-no-user-for-everybody",
        says: "An empty list of users gets everybody.",
        breaks: "PROFILE-USERS-ASKED",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let mut question = ask::body(&turn.call);
            if question["userIds"] == json!([]) {
                question["userIds"] = turn.world.users.iter().map(|user| json!(user.xuid.to_string())).collect();
                ask::put(&mut turn.call, &question);
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-refuses-escapes",
        says: "JSON with characters written as escapes is refused.",
        breaks: "PROFILE-CONTENT-TYPE",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            if turn.call.body.windows(2).any(|two| two == b"\\u") {
                return ask::refuse(StatusCode::BAD_REQUEST, "there is a character that is not allowed");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-refuses-json-in-several-lines",
        says: "JSON that is written in several lines is refused.",
        breaks: "PROFILE-FR-CONTENT-TYPE",
        also: &["PROFILE-CONTENT-TYPE"],
        service: Service::Profile,
        bend: |turn| {
            if turn.call.body.contains(&b'\n') {
                return ask::refuse(StatusCode::BAD_REQUEST, "the line ends too early");
            }
            turn.proceed()
        },
    },
];

/// Makes a string in the place of an array an array of one string.
fn wrap_string(turn: &mut Turn<'_>, member: &str) {
    let mut question = ask::body(&turn.call);
    if question[member].is_string() {
        question[member] = json!([question[member]]);
        ask::put(&mut turn.call, &question);
    }
}

/// The names of all settings that somebody has.
fn all_settings(turn: &Turn<'_>) -> Value {
    let first = turn.world.users.first();
    first.into_iter().flat_map(|user| &user.settings).map(|(name, _)| json!(name)).collect()
}
