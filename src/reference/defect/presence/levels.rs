//! How much of a record each level has.

use http::StatusCode;
use serde_json::json;

use super::{
    super::{
        super::{reply::Reply, route::Service},
        Defect, Turn,
    },
    ask::{at, device_list, devices, has, is_at, is_of_another, is_without_level, subject, titles},
};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "presence-fails-at-an-unknown-level",
        says: "A level that is none of the four is answered with 500.",
        breaks: "PRESENCE-ALWAYS-200",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status == StatusCode::BAD_REQUEST
                && turn.call.uri.query().is_some_and(|query| query.starts_with("level="))
                && subject(turn).is_some()
            {
                reply.status = StatusCode::INTERNAL_SERVER_ERROR;
            }
            reply
        },
    },
    Defect {
        name: "presence-user-level-has-devices",
        says: "At level=user the devices are there too.",
        breaks: "PRESENCE-LEVEL-USER",
        also: &[],
        service: Service::Presence,
        bend: |turn| if is_at(turn, "user") { at(turn, "device") } else { turn.proceed() },
    },
    Defect {
        name: "presence-user-level-of-others-is-title",
        says: "Who asks for somebody else at level=user gets the titles too.",
        breaks: "PRESENCE-LEVEL-USER",
        also: &[],
        service: Service::Presence,
        bend: |turn| if is_at(turn, "user") && is_of_another(turn) { at(turn, "title") } else { turn.proceed() },
    },
    Defect {
        name: "presence-user-level-has-the-last-device",
        says: "At level=user the device on which a user was last seen is among the devices.",
        breaks: "PRESENCE-LEVEL-USER",
        also: &[],
        service: Service::Presence,
        bend: |turn| if is_at(turn, "user") { with_last_device(turn) } else { turn.proceed() },
    },
    Defect {
        name: "presence-device-level-has-titles",
        says: "At level=device the titles are there too.",
        breaks: "PRESENCE-LEVEL-DEVICE",
        also: &[],
        service: Service::Presence,
        bend: |turn| if is_at(turn, "device") { at(turn, "title") } else { turn.proceed() },
    },
    Defect {
        name: "presence-device-level-of-others-is-title",
        says: "Who asks for somebody else at level=device gets the titles too.",
        breaks: "PRESENCE-LEVEL-DEVICE",
        also: &[],
        service: Service::Presence,
        bend: |turn| if is_at(turn, "device") && is_of_another(turn) { at(turn, "title") } else { turn.proceed() },
    },
    Defect {
        name: "presence-device-level-misses-idle-devices",
        says: "At level=device a device on which nothing runs is missing.",
        breaks: "PRESENCE-LEVEL-DEVICE",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            if !is_at(turn, "device") {
                return turn.proceed();
            }
            let mut reply = at(turn, "title");
            reply.alter(|record| {
                if let Some(devices) = device_list(record) {
                    devices.retain(|device| device["titles"] != json!([]));
                }
                devices(record).for_each(|device| device.retain(|name, _| name == "type"));
            });
            reply
        },
    },
    Defect {
        name: "presence-device-level-has-the-last-device",
        says: "At level=device the device on which a user was last seen is among the devices.",
        breaks: "PRESENCE-LEVEL-DEVICE",
        also: &[],
        service: Service::Presence,
        bend: |turn| if is_at(turn, "device") { with_last_device(turn) } else { turn.proceed() },
    },
    Defect {
        name: "presence-device-level-is-offline",
        says: "At level=device every user is offline.",
        breaks: "PRESENCE-FILTERED",
        also: &["PRESENCE-RECORD-STATE"],
        service: Service::Presence,
        bend: |turn| {
            let is_device = is_at(turn, "device");
            turn.alter(StatusCode::OK, |record| {
                if is_device {
                    record["state"] = json!("Offline");
                }
            })
        },
    },
    Defect {
        name: "presence-title-level-without-state",
        says: "At level=title the titles have no state.",
        breaks: "PRESENCE-LEVEL-TITLE",
        also: &["PRESENCE-RECORD", "PRESENCE-TITLE-STATE"],
        service: Service::Presence,
        bend: |turn| {
            let drops = is_at(turn, "title") && !is_without_level(turn);
            without(turn, drops, "state")
        },
    },
    Defect {
        name: "presence-title-level-of-others-without-placement",
        says: "At level=title the titles of somebody else have no placement.",
        breaks: "PRESENCE-LEVEL-TITLE",
        also: &["PRESENCE-RECORD", "PRESENCE-TITLE-PLACEMENT"],
        service: Service::Presence,
        bend: |turn| {
            let drops = is_at(turn, "title") && !is_without_level(turn) && is_of_another(turn);
            without(turn, drops, "placement")
        },
    },
    Defect {
        name: "presence-default-level-without-state",
        says: "Without a level the titles have no state.",
        breaks: "PRESENCE-LEVEL-DEFAULT",
        also: &["PRESENCE-RECORD", "PRESENCE-TITLE-STATE"],
        service: Service::Presence,
        bend: |turn| {
            let drops = is_without_level(turn);
            without(turn, drops, "state")
        },
    },
    Defect {
        name: "presence-default-level-of-others-without-names",
        says: "Without a level the titles of somebody else have no name.",
        breaks: "PRESENCE-LEVEL-DEFAULT",
        also: &["PRESENCE-RECORD", "PRESENCE-TITLE-NAME"],
        service: Service::Presence,
        bend: |turn| {
            let drops = is_without_level(turn) && is_of_another(turn);
            without(turn, drops, "name")
        },
    },
];

/// Proceeds, and leaves a member of every title out.
fn without(turn: &mut Turn<'_>, drops: bool, member: &str) -> Reply {
    turn.alter(StatusCode::OK, |record| {
        if drops {
            titles(record).for_each(|title| drop(title.shift_remove(member)));
        }
    })
}

/// Proceeds, and makes a device of what was last seen where that is shown.
fn with_last_device(turn: &mut Turn<'_>) -> Reply {
    let kind = subject(turn).and_then(|user| user.presence.as_ref()?.get("lastSeen")?.get("deviceType").cloned());
    let is_shown = has(turn, "lastSeen") && cell_is_open(turn);
    turn.alter(StatusCode::OK, |record| {
        if let Some(kind) = kind.filter(|_| is_shown) {
            record["devices"] = json!([{ "type": kind }]);
        }
    })
}

fn cell_is_open(turn: &mut Turn<'_>) -> bool {
    let uri = turn.call.uri.clone();
    let shown = serde_json::from_slice::<serde_json::Value>(&at(turn, "all").body).unwrap_or_default();
    turn.call.uri = uri;
    shown.get("lastSeen").is_some()
}
