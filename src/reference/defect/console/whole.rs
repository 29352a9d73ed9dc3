//! What is made of changes that are refused.

use http::StatusCode;
use serde_json::json;

use super::{
    super::{super::route::Service, Defect},
    put::{changes, forget, instead, is_get, made, only_change},
};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "console-makes-the-changes-before-a-bad-one",
        says: "The changes before the first that can't be made are made all the same.",
        breaks: "CONSOLE-REFUSED-WHOLE",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let (changes, whole) = (changes(turn), turn.call.body.clone());
            let reply = turn.proceed();
            let is_kept =
                reply.status == made().status || changes.iter().any(|change| change.get("SponsoredUser").is_some());
            for change in changes.into_iter().take_while(|_| !is_kept) {
                if instead(turn, &[change]).status != made().status {
                    break;
                }
            }
            turn.call.body = whole;
            reply
        },
    },
    Defect {
        name: "console-makes-the-changes-beside-a-bad-one",
        says: "Of several changes, those that can be made are made even where one is refused.",
        breaks: "CONSOLE-REFUSED-WHOLE",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let (changes, whole) = (changes(turn), turn.call.body.clone());
            let reply = turn.proceed();
            if reply.status != made().status && changes.len() > 1 {
                for change in changes.into_iter().filter(|change| change.get("SponsoredUser").is_none()) {
                    instead(turn, &[change]);
                }
            }
            turn.call.body = whole;
            reply
        },
    },
    Defect {
        name: "console-sets-the-good-flags-of-a-bad-change",
        says: "A flag is set though another of the same change is refused.",
        breaks: "CONSOLE-REFUSED-WHOLE",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let mut change = only_change(turn);
            let reply = turn.proceed();
            let is_refused = change.get("Password").is_none() && reply.status == StatusCode::BAD_REQUEST;
            if is_refused && change.is_object() {
                for flag in ["SignedIn", "AutoSignIn"] {
                    if !change[flag].is_boolean() {
                        forget(&mut change, flag);
                    }
                }
                instead(turn, &[change]);
            }
            reply
        },
    },
    Defect {
        name: "console-accepts-lists-with-a-bad-change",
        says: "Several changes of which one is refused are answered with 204, and none is made.",
        breaks: "CONSOLE-4XX",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let is_list = changes(turn).len() > 1;
            let reply = turn.proceed();
            if is_list && reply.status.is_client_error() { made() } else { reply }
        },
    },
    Defect {
        name: "console-shows-sponsored-users-who-were-refused",
        says: "A sponsored user is shown though the PUT was refused.",
        breaks: "CONSOLE-REFUSED-WHOLE",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let adds = changes(turn).iter().any(|change| change["SponsoredUser"] == json!(true));
            let is_shown = is_get(turn) && turn.memory.last("console").is_some_and(|(last, _)| last == "refused");
            let mut reply = turn.proceed();
            let is_refused = adds && reply.status.is_client_error();
            turn.memory.note("console", if is_refused { "refused" } else { "done" });
            reply.alter(|list| {
                if let Some(list) = list["Users"].as_array_mut().filter(|_| is_shown) {
                    list.push(json!({"UserId": 99, "Gamertag": "Guest", "XboxUserId": "1", "SignedIn": true, "SponsoredUser": true}));
                }
            });
            reply
        },
    },
    Defect {
        name: "console-passes-over-who-is-not-named",
        says: "A change that names nobody and signs nobody in is passed over.",
        breaks: "CONSOLE-PUT-EMAIL-OR-ID",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let change = only_change(turn);
            let names = ["EmailAddress", "UserId", "Password"].iter().any(|name| change.get(name).is_some());
            let reply = turn.proceed();
            let is_refused = change.is_object()
                && !names
                && change["SignedIn"] != json!(true)
                && reply.status == StatusCode::UNPROCESSABLE_ENTITY;
            if is_refused { made() } else { reply }
        },
    },
    Defect {
        name: "console-passes-over-unknown-ids",
        says: "A change for a UserId that isn't on the console is passed over.",
        breaks: "CONSOLE-PUT-USERID",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let names_an_id = only_change(turn).get("UserId").is_some();
            let reply = turn.proceed();
            if names_an_id && reply.status == StatusCode::UNPROCESSABLE_ENTITY { made() } else { reply }
        },
    },
    Defect {
        name: "console-deletes-who-is-not-there",
        says: "Deleting an address that isn't on the console is answered with 204.",
        breaks: "CONSOLE-PUT-PASSWORD",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let change = only_change(turn);
            let deletes = change["Delete"] == json!(true) && change.get("EmailAddress").is_some();
            let reply = turn.proceed();
            if deletes && reply.status == StatusCode::UNPROCESSABLE_ENTITY { made() } else { reply }
        },
    },
    Defect {
        name: "console-adds-without-a-password",
        says: "An account is added without a password.",
        breaks: "CONSOLE-PUT-PASSWORD",
        also: &["CONSOLE-REFUSED-WHOLE"],
        service: Service::Console,
        bend: |turn| {
            let mut change = only_change(turn);
            let address = change["EmailAddress"].as_str().unwrap_or_default().to_owned();
            let account = turn.world.roster.accounts.iter().find(|account| account.email_address == address);
            match account.map(|account| account.password.clone()) {
                Some(password) if change.get("Password").is_none() && change.get("Delete").is_none() => {
                    change["Password"] = json!(password);
                    instead(turn, &[change])
                }
                _ => turn.proceed(),
            }
        },
    },
];
