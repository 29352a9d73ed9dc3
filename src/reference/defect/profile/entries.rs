//! What the entries of an answer look like, and what stands in them.

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    super::super::reply::Reply, Defect, Service, Turn, asks_for, each_value, each_value_of, entries, settings_asked,
};

pub(in super::super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "profile-answers-a-map-of-one",
        says: "A user asked for alone stands in an object by position instead of an array.",
        breaks: "PROFILE-RESPONSE-SHAPE",
        also: &["PROFILE-POST"],
        service: Service::Profile,
        bend: |turn| {
            let one = asks_for(turn, 1, 4);
            turn.alter(StatusCode::OK, |body| {
                if let Some(entry) = entries(body).first().cloned().filter(|_| one) {
                    body["profileUsers"] = json!({"0": entry});
                }
            })
        },
    },
    Defect {
        name: "profile-maps-settings-of-three",
        says: "In an answer for three users their settings are objects by position instead of arrays.",
        breaks: "PROFILE-FR-RESPONSE",
        also: &["PROFILE-SEVERAL", "PROFILE-RESPONSE-SHAPE"],
        service: Service::Profile,
        bend: |turn| {
            let three = asks_for(turn, 3, 4);
            turn.alter(StatusCode::OK, |body| {
                for entry in entries(body).iter_mut().filter(|_| three) {
                    let settings = entry["settings"].as_array().cloned().unwrap_or_default();
                    let placed = settings.into_iter().enumerate().map(|(place, one)| (place.to_string(), one));
                    entry["settings"] = Value::Object(placed.collect());
                }
            })
        },
    },
    Defect {
        name: "profile-writes-ids-as-numbers",
        says: "The id of a user asked for alone is a JSON number.",
        breaks: "PROFILE-ID",
        also: &["PROFILE-POST", "PROFILE-RESPONSE-SHAPE", "PROFILE-USERS-ASKED"],
        service: Service::Profile,
        bend: |turn| change_only_id(turn, |id| json!(id.parse::<u64>().unwrap_or_default())),
    },
    Defect {
        name: "profile-writes-ids-signed",
        says: "Ids of 2^63 and more are negative where one user is asked for.",
        breaks: "PROFILE-ID",
        also: &["PROFILE-POST", "PROFILE-RESPONSE-SHAPE", "PROFILE-USERS-ASKED"],
        service: Service::Profile,
        bend: |turn| change_only_id(turn, |id| json!(id.parse::<u64>().unwrap_or_default().cast_signed().to_string())),
    },
    Defect {
        name: "profile-writes-numbers-for-scores",
        says: "A score among several settings of one user is a JSON number.",
        breaks: "PROFILE-SETTING-ENTRY",
        also: &["PROFILE-GAMERSCORE", "PROFILE-POST", "PROFILE-RESPONSE-SHAPE"],
        service: Service::Profile,
        bend: |turn| {
            let one = asks_for(turn, 1, 4);
            turn.alter(StatusCode::OK, |body| {
                each_value(body, |name, value| {
                    if one && name == "Gamerscore" {
                        *value = json!(value.as_str().and_then(|score| score.parse::<u64>().ok()));
                    }
                });
            })
        },
    },
    Defect {
        name: "profile-reads-names-as-json",
        says: "A display name that happens to be JSON, such as `true`, becomes that where one user is asked for.",
        breaks: "PROFILE-SETTING-ENTRY",
        also: &["PROFILE-DISPLAY-NAME", "PROFILE-POST", "PROFILE-RESPONSE-SHAPE"],
        service: Service::Profile,
        bend: |turn| {
            let one = asks_for(turn, 1, 4);
            turn.alter(StatusCode::OK, |body| {
                each_value(body, |name, value| {
                    let read = value.as_str().and_then(|text| serde_json::from_str(text).ok());
                    if let (true, Some(read)) = (one && name == "GameDisplayName", read) {
                        *value = read;
                    }
                });
            })
        },
    },
    Defect {
        name: "profile-cuts-display-names",
        says: "A display name asked for alone is cut after 15 characters.",
        breaks: "PROFILE-DISPLAY-NAME",
        also: &[],
        service: Service::Profile,
        bend: |turn| change_alone(turn, "GameDisplayName", |name| name.chars().take(15).collect()),
    },
    Defect {
        name: "profile-escapes-display-names",
        says: "A display name asked for alone has its quotes and angle brackets written for HTML.",
        breaks: "PROFILE-DISPLAY-NAME",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let escape = |name: &str| name.replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
            change_alone(turn, "GameDisplayName", escape)
        },
    },
    Defect {
        name: "profile-garbles-display-names",
        says: "A display name asked for alone is read as Latin-1 once too often.",
        breaks: "PROFILE-DISPLAY-NAME",
        also: &[],
        service: Service::Profile,
        bend: |turn| change_alone(turn, "GameDisplayName", |name| name.bytes().map(char::from).collect()),
    },
    Defect {
        name: "profile-groups-digits-of-scores",
        says: "A score among two or three settings has commas between its thousands.",
        breaks: "PROFILE-GAMERSCORE",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let few = (2..4).contains(&settings_asked(&turn.call).len());
            turn.alter(StatusCode::OK, |body| {
                each_value_of(body, "Gamerscore", |score| if few { grouped(score) } else { score.to_owned() });
            })
        },
    },
    Defect {
        name: "profile-caps-scores",
        says: "A score asked for alone is at most 999999.",
        breaks: "PROFILE-GAMERSCORE",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            change_alone(turn, "Gamerscore", |score| {
                score.parse::<u64>().map_or_else(|_| score.to_owned(), |score| score.min(999_999).to_string())
            })
        },
    },
    Defect {
        name: "profile-loses-zero-scores",
        says: "A score of 0 asked for alone is empty.",
        breaks: "PROFILE-GAMERSCORE",
        also: &[],
        service: Service::Profile,
        bend: |turn| change_alone(turn, "Gamerscore", |score| if score == "0" { "" } else { score }.to_owned()),
    },
    Defect {
        name: "profile-lowers-gamertags",
        says: "A gamertag asked for alone is in lower case.",
        breaks: "PROFILE-GAMERTAG",
        also: &[],
        service: Service::Profile,
        bend: |turn| change_alone(turn, "Gamertag", str::to_lowercase),
    },
    Defect {
        name: "profile-joins-gamertags",
        says: "A gamertag asked for alone has lost its spaces.",
        breaks: "PROFILE-GAMERTAG",
        also: &[],
        service: Service::Profile,
        bend: |turn| change_alone(turn, "Gamertag", |gamertag| gamertag.replace(' ', "")),
    },
    Defect {
        name: "profile-cuts-queries-of-pictures",
        says: "The address of a picture asked for alone ends at its first `&`.",
        breaks: "PROFILE-PICTURE",
        also: &["PROFILE-FR-PICTURE"],
        service: Service::Profile,
        bend: |turn| {
            let cut = |address: &str| address.split('&').next().unwrap_or_default().to_owned();
            change_alone(turn, "GameDisplayPicRaw", cut)
        },
    },
    Defect {
        name: "profile-leaves-out-schemes-of-pictures",
        says: "The address of a picture asked for alone begins with `//`.",
        breaks: "PROFILE-PICTURE",
        also: &["PROFILE-FR-PICTURE"],
        service: Service::Profile,
        bend: |turn| {
            let bare = |address: &str| address.trim_start_matches("https:").trim_start_matches("http:").to_owned();
            change_alone(turn, "GameDisplayPicRaw", bare)
        },
    },
    Defect {
        name: "profile-downgrades-pictures",
        says: "The address of a picture asked for alone begins with http where it should be https.",
        breaks: "PROFILE-FR-PICTURE",
        also: &["PROFILE-PICTURE"],
        service: Service::Profile,
        bend: |turn| change_alone(turn, "GameDisplayPicRaw", |address| address.replacen("https:", "http:", 1)),
    },
];

/// Changes the value of a setting that is asked for alone, of one user.
fn change_alone(turn: &mut Turn<'_>, name: &str, change: impl FnMut(&str) -> String) -> Reply {
    let alone = asks_for(turn, 1, 1);
    turn.alter(StatusCode::OK, |body| {
        if alone {
            each_value_of(body, name, change);
        }
    })
}

/// Changes the id of a user who is asked for alone, with all settings.
fn change_only_id(turn: &mut Turn<'_>, change: impl Fn(&str) -> Value) -> Reply {
    let alone = asks_for(turn, 1, 4);
    turn.alter(StatusCode::OK, |body| {
        for entry in entries(body).iter_mut().filter(|_| alone) {
            entry["id"] = change(entry["id"].as_str().unwrap_or_default());
        }
    })
}

/// A number with a comma after every third digit from its end.
fn grouped(digits: &str) -> String {
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
