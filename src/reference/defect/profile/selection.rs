//! Which users and which settings are in an answer.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Defect, Service, ask, asks_for, each_value_of, entries, settings_asked, users_asked};

/// More users than this make a large batch.
const MANY: usize = 15;

pub(in super::super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "profile-drops-the-second-of-two",
        says: "Of two users only the first one's profile is there.",
        breaks: "PROFILE-FR-POST",
        also: &["PROFILE-SEVERAL", "PROFILE-USERS-ASKED"],
        service: Service::Profile,
        bend: |turn| {
            let two = asks_for(turn, 2, 4);
            turn.alter(StatusCode::OK, |body| entries(body).truncate(if two { 1 } else { usize::MAX }))
        },
    },
    Defect {
        name: "profile-gives-no-more-than-two",
        says: "Of more than two users only the first two have a profile with several settings.",
        breaks: "PROFILE-USERS-ASKED",
        also: &["PROFILE-FR-RESPONSE", "PROFILE-SEVERAL"],
        service: Service::Profile,
        bend: |turn| {
            let several = settings_asked(&turn.call).len() > 2;
            turn.alter(StatusCode::OK, |body| entries(body).truncate(if several { 2 } else { usize::MAX }))
        },
    },
    Defect {
        name: "profile-gives-no-more-than-nine",
        says: "Of more than nine users only the first nine have the setting asked for.",
        breaks: "PROFILE-USERS-ASKED",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let one = settings_asked(&turn.call).len() == 1;
            turn.alter(StatusCode::OK, |body| entries(body).truncate(if one { 9 } else { usize::MAX }))
        },
    },
    Defect {
        name: "profile-misses-users-out-of-order",
        says: "In a large batch users are found only in the order in which they were created.",
        breaks: "PROFILE-USERS-ASKED",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let asked = users_asked(&turn.call);
            let created = |id: &String| turn.world.users.iter().position(|user| user.xuid.to_string() == *id);
            let places: Vec<Option<usize>> = asked.iter().map(created).collect();
            let ordered = |end: usize| places[..end].iter().all(|place| *place < places[end]);
            let found: Vec<&String> = (0..asked.len()).filter(|end| ordered(*end)).map(|end| &asked[end]).collect();
            turn.alter(StatusCode::OK, |body| {
                if asked.len() > MANY {
                    entries(body).retain(|entry| found.iter().any(|id| entry["id"] == **id));
                }
            })
        },
    },
    Defect {
        name: "profile-adds-the-caller",
        says: "The caller is among the users of an answer for several, asked for or not.",
        breaks: "PROFILE-USERS-ASKED",
        also: &["PROFILE-SETTINGS-ASKED"],
        service: Service::Profile,
        bend: |turn| {
            let own = ask::caller_id(turn).map(|id| json!({"id": id, "settings": []}));
            let several = users_asked(&turn.call).len() > 2 && settings_asked(&turn.call).len() == 1;
            turn.alter(StatusCode::OK, |body| {
                let missing = |own: &Value| !entries(&mut body.clone()).iter().any(|entry| entry["id"] == own["id"]);
                if let Some(own) = own.filter(|own| several && missing(own)) {
                    entries(body).push(own);
                }
            })
        },
    },
    Defect {
        name: "profile-answers-each-batch-once",
        says: "The same request for several users a second time gets none of them.",
        breaks: "PROFILE-SEVERAL",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let request = format!("{} asks {:?}", ask::token(&turn.call), turn.call.body);
            let again = users_asked(&turn.call).len() > 1 && !turn.memory.is_first(request);
            turn.alter(StatusCode::OK, |body| {
                if again {
                    entries(body).clear();
                }
            })
        },
    },
    Defect {
        name: "profile-calls-repetition-a-conflict",
        says: "The same request for several users a second time is a conflict.",
        breaks: "PROFILE-POST",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let request = format!("{} asks {:?}", ask::token(&turn.call), turn.call.body);
            if users_asked(&turn.call).len() > 1 && !turn.memory.is_first(request) {
                return ask::refuse(StatusCode::CONFLICT, "that was asked before");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-answers-batches-with-207",
        says: "The answer for more than two users has the status 207.",
        breaks: "PROFILE-SEVERAL",
        also: &["PROFILE-FR-RESPONSE"],
        service: Service::Profile,
        bend: |turn| {
            let mut reply = turn.proceed();
            if users_asked(&turn.call).len() > 2 && settings_asked(&turn.call).len() == 4 {
                reply.status = StatusCode::MULTI_STATUS;
            }
            reply
        },
    },
    Defect {
        name: "profile-swaps-two-users",
        says: "Each of two users has the other one's settings.",
        breaks: "PROFILE-SEVERAL",
        also: &["PROFILE-FR-POST"],
        service: Service::Profile,
        bend: |turn| {
            turn.alter(StatusCode::OK, |body| {
                if let [first, second] = &mut entries(body)[..] {
                    std::mem::swap(&mut first["settings"], &mut second["settings"]);
                }
            })
        },
    },
    Defect {
        name: "profile-swaps-scores-of-two",
        says: "Each of two users has the other one's score, and everything else right.",
        breaks: "PROFILE-SEVERAL",
        also: &["PROFILE-FR-POST"],
        service: Service::Profile,
        bend: |turn| {
            let two = asks_for(turn, 2, 4);
            turn.alter(StatusCode::OK, |body| {
                let mut scores = Vec::new();
                each_value_of(body, "Gamerscore", |score| {
                    scores.push(score.to_owned());
                    score.to_owned()
                });
                if two {
                    each_value_of(body, "Gamerscore", |_| scores.pop().unwrap_or_default());
                }
            })
        },
    },
    Defect {
        name: "profile-shifts-large-batches",
        says: "In a large batch each user has the settings of the next one.",
        breaks: "PROFILE-SEVERAL",
        also: &["PROFILE-GAMERSCORE"],
        service: Service::Profile,
        bend: |turn| {
            turn.alter(StatusCode::OK, |body| {
                let entries = entries(body);
                let mut settings: Vec<Value> = entries.iter().map(|entry| entry["settings"].clone()).collect();
                if entries.len() > MANY {
                    settings.rotate_left(1);
                }
                for (entry, settings) in entries.iter_mut().zip(settings) {
                    entry["settings"] = settings;
                }
            })
        },
    },
    Defect {
        name: "profile-reads-ids-of-batches-as-doubles",
        says: "In a large batch ids go through a double, so that neighbours are taken for each other.",
        breaks: "PROFILE-USERS-ASKED",
        also: &["PROFILE-SEVERAL"],
        service: Service::Profile,
        bend: |turn| {
            let mut question = ask::body(&turn.call);
            for id in ask::list(&mut question, "userIds").into_iter().flatten() {
                let rounded = id.as_str().and_then(|id| id.parse::<f64>().ok());
                *id = rounded.map_or(Value::Null, |rounded| json!(format!("{rounded:.0}")));
            }
            let reply = turn.proceed();
            if users_asked(&turn.call).len() <= MANY || reply.status != StatusCode::OK {
                return reply;
            }
            question["userIds"]
                .as_array_mut()
                .into_iter()
                .for_each(|ids| ids.retain(|id| *id != "18446744073709551616"));
            ask::put(&mut turn.call, &question);
            turn.proceed()
        },
    },
    Defect {
        name: "profile-drops-the-last-setting",
        says: "Of two or three settings the last is missing.",
        breaks: "PROFILE-SETTINGS-ASKED",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let few = (2..4).contains(&settings_asked(&turn.call).len());
            turn.alter(StatusCode::OK, |body| {
                for settings in entries(body).iter_mut().filter_map(|entry| entry["settings"].as_array_mut()) {
                    settings.truncate(settings.len() - usize::from(few && !settings.is_empty()));
                }
            })
        },
    },
    Defect {
        name: "profile-repeats-a-setting",
        says: "Asked for alone, a setting comes twice.",
        breaks: "PROFILE-SETTINGS-ASKED",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let alone = asks_for(turn, 1, 1);
            turn.alter(StatusCode::OK, |body| {
                for settings in entries(body).iter_mut().filter_map(|entry| entry["settings"].as_array_mut()) {
                    settings.extend(settings.first().cloned().filter(|_| alone));
                }
            })
        },
    },
    Defect {
        name: "profile-always-adds-gamertags",
        says: "Each of several users has a gamertag, asked for or not.",
        breaks: "PROFILE-SETTINGS-ASKED",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let mut question = ask::body(&turn.call);
            let several = users_asked(&turn.call).len() > 1;
            if let Some(settings) = ask::list(&mut question, "settings").filter(|_| several) {
                settings.push(json!("Gamertag"));
                ask::put(&mut turn.call, &question);
            }
            turn.proceed()
        },
    },
];
