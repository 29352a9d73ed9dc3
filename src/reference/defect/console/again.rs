//! A list that is got again without a PUT in between, and so from where it was kept.

use serde_json::json;

use super::{
    super::{super::route::Service, Defect},
    put::{shown_again, users},
};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "console-forgets-who-is-signed-in",
        says: "A list that is got again shows nobody signed in.",
        breaks: "CONSOLE-GET",
        also: &["CONSOLE-SIGNEDIN"],
        service: Service::Console,
        bend: |turn| shown_again(turn, |list| users(list).for_each(|user| user["SignedIn"] = json!(false))),
    },
    Defect {
        name: "console-keeps-signed-in-as-text",
        says: "A list that is got again has SignedIn as a text.",
        breaks: "CONSOLE-SIGNEDIN",
        also: &["CONSOLE-GET", "CONSOLE-USERS"],
        service: Service::Console,
        bend: |turn| {
            shown_again(turn, |list| {
                users(list).for_each(|user| user["SignedIn"] = json!(user["SignedIn"].to_string()));
            })
        },
    },
    Defect {
        name: "console-keeps-gamertags-without-quotes",
        says: "A list that is got again has lost the quotes in gamertags.",
        breaks: "CONSOLE-GAMERTAG",
        also: &["CONSOLE-GET"],
        service: Service::Console,
        bend: |turn| {
            shown_again(turn, |list| {
                for user in users(list) {
                    user["Gamertag"] = json!(user["Gamertag"].as_str().unwrap_or_default().replace('"', ""));
                }
            })
        },
    },
    Defect {
        name: "console-keeps-positions-for-ids",
        says: "A list that is got again has the users' places in it for their ids.",
        breaks: "CONSOLE-USERID",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            shown_again(turn, |list| {
                users(list).enumerate().for_each(|(place, user)| user["UserId"] = json!(place));
            })
        },
    },
    Defect {
        name: "console-keeps-xuids-without-their-low-bits",
        says: "A list that is got again has XUIDs that passed through a double.",
        breaks: "CONSOLE-XBOXUSERID",
        also: &[
            "CONSOLE-GET",
            "CONSOLE-USERS",
            "CONSOLE-EMAIL",
            "CONSOLE-GAMERTAG",
            "CONSOLE-SIGNEDIN",
            "CONSOLE-USERID",
            "CONSOLE-AUTOSIGNIN",
        ],
        service: Service::Console,
        bend: |turn| {
            shown_again(turn, |list| {
                for user in users(list) {
                    let xuid: u64 = user["XboxUserId"].as_str().and_then(|xuid| xuid.parse().ok()).unwrap_or_default();
                    if xuid > 1 << 53 {
                        user["XboxUserId"] = json!((xuid >> 11 << 11).to_string());
                    }
                }
            })
        },
    },
    Defect {
        name: "console-keeps-the-first-user-twice",
        says: "A list that is got again has its first user twice.",
        breaks: "CONSOLE-USERS",
        also: &[
            "CONSOLE-GET",
            "CONSOLE-USERID",
            "CONSOLE-XBOXUSERID",
            "CONSOLE-REQUEST-HEADERS",
            "CONSOLE-URI-PARAMETERS",
        ],
        service: Service::Console,
        bend: |turn| {
            shown_again(turn, |list| {
                if let Some(users) = list["Users"].as_array_mut() {
                    users.extend_from_within(..1);
                }
            })
        },
    },
];
