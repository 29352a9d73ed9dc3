//! The members of a title.

use http::StatusCode;
use serde_json::json;

use super::{
    super::{super::route::Service, Defect},
    ask::{is_at, titles},
};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "presence-misreads-the-names-of-titles",
        says: "At level=all the bytes of titles' names are taken for Latin-1.",
        breaks: "PRESENCE-TITLE-NAME",
        also: &["PRESENCE-RECORD", "PRESENCE-LEVEL-ALL"],
        service: Service::Presence,
        bend: |turn| {
            let is_all = is_at(turn, "all");
            turn.alter(StatusCode::OK, |record| {
                for title in titles(record).filter(|_| is_all) {
                    let name: String = title["name"].as_str().unwrap_or_default().bytes().map(char::from).collect();
                    title["name"] = json!(name);
                }
            })
        },
    },
    Defect {
        name: "presence-title-state-is-a-boolean",
        says: "At level=all the state of a title that is inactive is false.",
        breaks: "PRESENCE-TITLE-STATE",
        also: &["PRESENCE-RECORD", "PRESENCE-LEVEL-ALL"],
        service: Service::Presence,
        bend: |turn| {
            let is_all = is_at(turn, "all");
            turn.alter(StatusCode::OK, |record| {
                for title in titles(record).filter(|title| is_all && title["state"] == "Inactive") {
                    title["state"] = json!(false);
                }
            })
        },
    },
    Defect {
        name: "presence-placement-is-windowed",
        says: "At level=all a snapped title is windowed.",
        breaks: "PRESENCE-TITLE-PLACEMENT",
        also: &["PRESENCE-RECORD", "PRESENCE-LEVEL-ALL"],
        service: Service::Presence,
        bend: |turn| {
            let is_all = is_at(turn, "all");
            turn.alter(StatusCode::OK, |record| {
                for title in titles(record).filter(|title| is_all && title["placement"] == "Snapped") {
                    title["placement"] = json!("Windowed");
                }
            })
        },
    },
    Defect {
        name: "presence-times-are-two-hours-off",
        says: "The time of a title is two hours late.",
        breaks: "PRESENCE-TITLE-TIME",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            turn.alter(StatusCode::OK, |record| {
                for title in titles(record) {
                    let mut time = title["lastModified"].as_str().unwrap_or_default().to_owned();
                    if let Some(hour) = time.get(11..13).and_then(|hour| hour.parse::<u8>().ok()) {
                        time.replace_range(11..13, &format!("{:02}", (hour + 2) % 24));
                    }
                    title["lastModified"] = json!(time);
                }
            })
        },
    },
    Defect {
        name: "presence-times-know-no-leap-day",
        says: "A time on the 29th of February is one on the 1st of March.",
        breaks: "PRESENCE-TITLE-TIME",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            turn.alter(StatusCode::OK, |record| {
                for title in titles(record) {
                    let time = title["lastModified"].as_str().unwrap_or_default().replace("-02-29T", "-03-01T");
                    title["lastModified"] = json!(time);
                }
            })
        },
    },
    Defect {
        name: "presence-titles-have-no-time",
        says: "A title has no time.",
        breaks: "PRESENCE-TITLE-TIME",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            turn.alter(StatusCode::OK, |record| {
                titles(record).for_each(|title| drop(title.shift_remove("lastModified")));
            })
        },
    },
    Defect {
        name: "presence-times-are-of-the-next-title",
        says: "At level=title two titles on a device have each other's time.",
        breaks: "PRESENCE-TITLE-TIME",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let is_title = is_at(turn, "title");
            turn.alter(StatusCode::OK, |record| {
                let mut all: Vec<_> = titles(record).filter(|_| is_title).collect();
                if let [first, second, ..] = all.as_mut_slice() {
                    std::mem::swap(&mut first["lastModified"], &mut second["lastModified"]);
                }
            })
        },
    },
];
