//! What is being done in a title, and who is told of it.

use http::StatusCode;
use serde_json::json;

use super::{
    super::{
        super::{presence::Requester::Friend, route::Service},
        Defect,
    },
    ask::{asker, at, is_at, is_of_another, is_without_level, tell, titles},
};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "presence-title-level-has-activity",
        says: "At level=title the activity is there too.",
        breaks: "PRESENCE-LEVEL-TITLE-NO-ACTIVITY",
        also: &[],
        service: Service::Presence,
        bend: |turn| if is_at(turn, "title") { at(turn, "all") } else { turn.proceed() },
    },
    Defect {
        name: "presence-default-level-of-others-is-all",
        says: "Without a level the activity of somebody else is there too.",
        breaks: "PRESENCE-LEVEL-TITLE-NO-ACTIVITY",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            if is_without_level(turn) && is_of_another(turn) { at(turn, "all") } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-title-level-tells-activity-in-a-header",
        says: "At level=title the activity is in a header.",
        breaks: "PRESENCE-LEVEL-TITLE-NO-ACTIVITY",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let mut reply = turn.proceed();
            if is_at(turn, "title") && asker(turn).is_some() && reply.status == StatusCode::OK {
                let mut record = serde_json::from_slice(&at(turn, "all").body).unwrap_or_default();
                tell(
                    &mut reply,
                    "x-activity",
                    titles(&mut record).filter_map(|title| title.get("activity")?["richPresence"].as_str()),
                );
            }
            reply
        },
    },
    Defect {
        name: "presence-all-level-without-activity",
        says: "At level=all the activity is missing.",
        breaks: "PRESENCE-LEVEL-ALL",
        also: &["PRESENCE-RECORD", "PRESENCE-ACTIVITY"],
        service: Service::Presence,
        bend: |turn| if is_at(turn, "all") { at(turn, "title") } else { turn.proceed() },
    },
    Defect {
        name: "presence-keeps-activity-from-friends",
        says: "Friends don't see the activity at level=all.",
        breaks: "PRESENCE-LEVEL-ALL",
        also: &["PRESENCE-RECORD"],
        service: Service::Presence,
        bend: |turn| {
            if is_at(turn, "all") && asker(turn) == Some(Friend) { at(turn, "title") } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-cuts-the-activity-short",
        says: "The activity is cut after sixteen characters.",
        breaks: "PRESENCE-ACTIVITY",
        also: &["PRESENCE-RECORD", "PRESENCE-LEVEL-ALL"],
        service: Service::Presence,
        bend: |turn| {
            turn.alter(StatusCode::OK, |record| {
                for title in titles(record) {
                    if let Some(text) = title.get("activity").and_then(|activity| activity["richPresence"].as_str()) {
                        let short: String = text.chars().take(16).collect();
                        title["activity"]["richPresence"] = json!(short);
                    }
                }
            })
        },
    },
    Defect {
        name: "presence-invents-activity",
        says: "At level=all a title without an activity has one.",
        breaks: "PRESENCE-ACTIVITY",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let invents = is_at(turn, "all");
            turn.alter(StatusCode::OK, |record| {
                for title in titles(record).filter(|title| invents && !title.contains_key("activity")) {
                    title.insert("activity".to_owned(), json!({"richPresence": "Idle"}));
                }
            })
        },
    },
    Defect {
        name: "presence-shifts-the-activities",
        says: "At level=all the first title has the activity of the last, and the last that of the first.",
        breaks: "PRESENCE-RECORD",
        also: &["PRESENCE-LEVEL-ALL"],
        service: Service::Presence,
        bend: |turn| {
            turn.alter(StatusCode::OK, |record| {
                let mut busy: Vec<_> = titles(record).filter(|title| title.contains_key("activity")).collect();
                if let [first, .., last] = busy.as_mut_slice() {
                    std::mem::swap(&mut first["activity"], &mut last["activity"]);
                }
            })
        },
    },
];
