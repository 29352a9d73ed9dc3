//! What a record has in it.

use http::StatusCode;
use serde_json::json;

use super::{
    super::{
        super::{route::Service, world::Privacy},
        Defect,
    },
    ask::{asker, caller, device_list, devices, has, is_at, is_of_another, of, subject, titles},
};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "presence-finds-nobody-for-who-has-no-record",
        says: "A caller who has no record of their own finds nobody, not even who is open to everyone.",
        breaks: "PRESENCE-GET",
        also: &["PRESENCE-PRIVACY-2", "PRESENCE-PRIVACY-5", "PRESENCE-RECORD"],
        service: Service::Presence,
        bend: |turn| {
            let is_open = subject(turn).is_some_and(|user| user.privacy == Privacy::Everyone);
            let is_new = caller(turn).is_some_and(|user| user.presence.is_none());
            let mut reply = turn.proceed();
            if is_new && is_open && is_of_another(turn) {
                reply.status = StatusCode::NOT_FOUND;
            }
            reply
        },
    },
    Defect {
        name: "presence-answers-404-for-who-has-no-record",
        says: "A user without a record is answered with 404 to others.",
        breaks: "PRESENCE-NO-RECORD",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let has_none = subject(turn).is_some_and(|user| user.presence.is_none());
            let mut reply = turn.proceed();
            if has_none && is_of_another(turn) {
                reply.status = StatusCode::NOT_FOUND;
            }
            reply
        },
    },
    Defect {
        name: "presence-shows-who-has-no-record-online",
        says: "A user without a record is online.",
        breaks: "PRESENCE-NO-RECORD",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let has_none = subject(turn).is_some_and(|user| user.presence.is_none()) && asker(turn).is_some();
            turn.alter(StatusCode::OK, |record| {
                if has_none {
                    record["state"] = json!("Online");
                }
            })
        },
    },
    Defect {
        name: "presence-gives-callers-their-own-record-for-none",
        says: "Who asks for a user without a record is given their own.",
        breaks: "PRESENCE-NO-RECORD",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let has_none = subject(turn).is_some_and(|user| user.presence.is_none());
            let own = caller(turn).map(|user| user.xuid.to_string());
            match own.filter(|_| has_none && is_of_another(turn)) {
                Some(own) => {
                    of(turn, &own, "title");
                    turn.proceed()
                }
                None => turn.proceed(),
            }
        },
    },
    Defect {
        name: "presence-invents-last-seen",
        says: "A user who was never seen was last seen somewhere.",
        breaks: "PRESENCE-RECORD",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let was_never_seen =
                asker(turn).is_some() && has(turn, "state") && !has(turn, "lastSeen") && !has(turn, "devices");
            turn.alter(StatusCode::OK, |record| {
                if was_never_seen {
                    record["lastSeen"] = json!({"deviceType": "Web", "titleId": "1", "titleName": "Home"});
                }
            })
        },
    },
    Defect {
        name: "presence-swaps-the-titles-of-two-devices",
        says: "At level=all what runs on the first device is shown on the last, and the other way round.",
        breaks: "PRESENCE-RECORD",
        also: &["PRESENCE-LEVEL-ALL"],
        service: Service::Presence,
        bend: |turn| {
            let is_all = is_at(turn, "all");
            turn.alter(StatusCode::OK, |record| {
                let mut busy: Vec<_> =
                    devices(record).filter(|device| is_all && device["titles"] != json!([])).collect();
                if let [first, .., last] = busy.as_mut_slice() {
                    std::mem::swap(&mut first["titles"], &mut last["titles"]);
                }
            })
        },
    },
    Defect {
        name: "presence-misses-idle-devices",
        says: "At level=all a device on which nothing runs is missing.",
        breaks: "PRESENCE-DEVICE-TYPE",
        also: &["PRESENCE-RECORD"],
        service: Service::Presence,
        bend: |turn| {
            let is_all = is_at(turn, "all");
            turn.alter(StatusCode::OK, |record| {
                if let Some(devices) = device_list(record).filter(|_| is_all) {
                    devices.retain(|device| device["titles"] != json!([]));
                }
            })
        },
    },
    Defect {
        name: "presence-idle-devices-have-null-titles",
        says: "The titles of a device on which nothing runs are null.",
        breaks: "PRESENCE-DEVICE-TYPE",
        also: &["PRESENCE-RECORD"],
        service: Service::Presence,
        bend: |turn| {
            turn.alter(StatusCode::OK, |record| {
                for device in devices(record).filter(|device| device.get("titles") == Some(&json!([]))) {
                    device["titles"] = json!(null);
                }
            })
        },
    },
    Defect {
        name: "presence-lists-titles-on-idle-devices",
        says: "What runs on a device is shown on the one on which nothing runs.",
        breaks: "PRESENCE-TITLE-ID",
        also: &["PRESENCE-RECORD"],
        service: Service::Presence,
        bend: |turn| {
            turn.alter(StatusCode::OK, |record| {
                if devices(record).any(|device| device.get("titles") == Some(&json!([]))) {
                    let running: Vec<_> = titles(record).map(|title| json!(title)).collect();
                    for device in devices(record) {
                        let is_idle = device["titles"] == json!([]);
                        device["titles"] = json!(if is_idle { running.as_slice() } else { &[] });
                    }
                }
            })
        },
    },
    Defect {
        name: "presence-cuts-the-xuid-of-who-is-offline",
        says: "At level=title the XUID of a user who is offline has lost its low bits.",
        breaks: "PRESENCE-RECORD-XUID",
        also: &["PRESENCE-XUID-U64"],
        service: Service::Presence,
        bend: |turn| {
            let is_title = is_at(turn, "title");
            turn.alter(StatusCode::OK, |record| {
                let xuid = record["xuid"].as_str().and_then(|xuid| xuid.parse::<u64>().ok());
                if let Some(xuid) = xuid.filter(|_| is_title && record.get("lastSeen").is_some()) {
                    record["xuid"] = json!((xuid >> 11 << 11).to_string());
                }
            })
        },
    },
    Defect {
        name: "presence-shows-who-is-offline-as-away",
        says: "At level=title a user who was last seen somewhere is away rather than offline.",
        breaks: "PRESENCE-RECORD-STATE",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let is_title = is_at(turn, "title");
            turn.alter(StatusCode::OK, |record| {
                if is_title && record.get("lastSeen").is_some() {
                    record["state"] = json!("Away");
                }
            })
        },
    },
    Defect {
        name: "presence-last-seen-stands-beside-devices",
        says: "A user who is online was last seen on their first device.",
        breaks: "PRESENCE-LAST-SEEN",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            turn.alter(StatusCode::OK, |record| {
                let kind = devices(record)
                    .next()
                    .filter(|device| device.contains_key("titles"))
                    .map(|device| device["type"].clone());
                if let Some(kind) = kind {
                    record["lastSeen"] = json!({ "deviceType": kind });
                }
            })
        },
    },
    Defect {
        name: "presence-null-for-an-empty-title-name",
        says: "Where what was last seen has an empty name, the name is null.",
        breaks: "PRESENCE-LAST-SEEN",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            turn.alter(StatusCode::OK, |record| {
                if record.pointer("/lastSeen/titleName") == Some(&json!("")) {
                    record["lastSeen"]["titleName"] = json!(null);
                }
            })
        },
    },
];
