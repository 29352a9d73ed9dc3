//! Changes of users who are on the console.

use http::StatusCode;
use serde_json::json;

use super::{
    super::{
        super::{roster::ConsoleUser, route::Service},
        Defect,
    },
    put::{can_be_made, changes, edited, forget, instead, is_get, named, shown},
};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "console-signs-out-only-whom-it-signed-in",
        says: "Who was signed in from the start can't be signed out by address.",
        breaks: "CONSOLE-PUT-SIGNEDIN",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            for change in changes(turn).iter().filter(|change| change["SignedIn"] == json!(true)) {
                turn.memory.note(&change["EmailAddress"].to_string(), "in");
            }
            let ours: Vec<_> = changes(turn)
                .into_iter()
                .filter(|change| turn.memory.last(&change["EmailAddress"].to_string()).is_some())
                .collect();
            edited(turn, |turn, change| {
                let is_in = named(turn, change).is_some_and(|user| user.is_signed_in() && !user.is_sponsored());
                if is_in && change["UserId"].is_null() && change["SignedIn"] == json!(false) && !ours.contains(change) {
                    forget(change, "SignedIn");
                }
            })
        },
    },
    Defect {
        name: "console-never-signs-in-user-65536",
        says: "The user whose UserId is 2^16 isn't signed in by address.",
        breaks: "CONSOLE-PUT-SIGNEDIN",
        also: &["CONSOLE-CHANGE-LIST"],
        service: Service::Console,
        bend: |turn| {
            edited(turn, |turn, change| {
                let is_past = named(turn, change).is_some_and(|user| user.id == 1 << 16);
                if is_past && change["UserId"].is_null() && change["SignedIn"] == json!(true) {
                    forget(change, "SignedIn");
                }
            })
        },
    },
    Defect {
        name: "console-signs-out-who-signs-in-twice",
        says: "Signing in who is signed in already, and not automatically, signs them out.",
        breaks: "CONSOLE-PUT-SIGNEDIN",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            edited(turn, |turn, change| {
                let is_in = named(turn, change)
                    .is_some_and(|user| user.is_signed_in() && user.listing.get("AutoSignIn") != Some(&json!(true)));
                if is_in && change["SignedIn"] == json!(true) {
                    change["SignedIn"] = json!(false);
                }
            })
        },
    },
    Defect {
        name: "console-ignores-sign-in-by-id",
        says: "SignedIn that is true does nothing to who is named by UserId.",
        breaks: "CONSOLE-PUT-USERID",
        also: &["CONSOLE-CHANGE-LIST"],
        service: Service::Console,
        bend: |turn| {
            edited(turn, |_, change| {
                if change.get("UserId").is_some() && change["SignedIn"] == json!(true) {
                    forget(change, "SignedIn");
                }
            })
        },
    },
    Defect {
        name: "console-ignores-sign-out-by-id",
        says: "SignedIn that is false does nothing to who has an address and is named by UserId.",
        breaks: "CONSOLE-PUT-USERID",
        also: &["CONSOLE-CHANGE-LIST"],
        service: Service::Console,
        bend: |turn| {
            edited(turn, |turn, change| {
                let has_account = named(turn, change).is_some_and(|user| !user.is_sponsored());
                if has_account && change.get("UserId").is_some() && change["SignedIn"] == json!(false) {
                    forget(change, "SignedIn");
                }
            })
        },
    },
    Defect {
        name: "console-never-signs-out-sponsored-users",
        says: "A sponsored user can't be signed out.",
        breaks: "CONSOLE-PUT-SIGNEDIN",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            edited(turn, |turn, change| {
                let is_sponsored = named(turn, change).is_some_and(ConsoleUser::is_sponsored);
                if is_sponsored && change["SignedIn"] == json!(false) {
                    forget(change, "SignedIn");
                }
            })
        },
    },
    Defect {
        name: "console-never-turns-on-automatic-sign-in-anew",
        says: "Automatic sign-in that was never set isn't turned on by address.",
        breaks: "CONSOLE-PUT-AUTOSIGNIN",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            edited(turn, |turn, change| {
                let was_set = named(turn, change).is_none_or(|user| user.listing.contains_key("AutoSignIn"));
                if !was_set && change["UserId"].is_null() && change["AutoSignIn"] == json!(true) {
                    forget(change, "AutoSignIn");
                }
            })
        },
    },
    Defect {
        name: "console-turns-off-only-what-it-turned-on",
        says: "Automatic sign-in that was on from the start isn't turned off by address.",
        breaks: "CONSOLE-PUT-AUTOSIGNIN",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            for change in changes(turn).iter().filter(|change| change["AutoSignIn"] == json!(true)) {
                turn.memory.note(&change["EmailAddress"].to_string(), "on");
            }
            let ours: Vec<_> = changes(turn)
                .into_iter()
                .filter(|change| turn.memory.last(&change["EmailAddress"].to_string()).is_some())
                .collect();
            edited(turn, |_, change| {
                if change["UserId"].is_null() && change["AutoSignIn"] == json!(false) && !ours.contains(change) {
                    forget(change, "AutoSignIn");
                }
            })
        },
    },
    Defect {
        name: "console-ignores-automatic-sign-in-on-by-id",
        says: "AutoSignIn that is true does nothing to who is named by UserId.",
        breaks: "CONSOLE-PUT-USERID",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            edited(turn, |_, change| {
                if change.get("UserId").is_some() && change["AutoSignIn"] == json!(true) {
                    forget(change, "AutoSignIn");
                }
            })
        },
    },
    Defect {
        name: "console-ignores-automatic-sign-in-off-by-id",
        says: "AutoSignIn that is false does nothing to who is named by UserId.",
        breaks: "CONSOLE-PUT-USERID",
        also: &["CONSOLE-CHANGE-LIST"],
        service: Service::Console,
        bend: |turn| {
            edited(turn, |_, change| {
                if change.get("UserId").is_some() && change["AutoSignIn"] == json!(false) {
                    forget(change, "AutoSignIn");
                }
            })
        },
    },
    Defect {
        name: "console-ignores-automatic-sign-in-beside-sign-in",
        says: "AutoSignIn does nothing in a change that signs in.",
        breaks: "CONSOLE-PUT-AUTOSIGNIN",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            edited(turn, |_, change| {
                if change["SignedIn"] == json!(true) && change["AutoSignIn"] == json!(true) {
                    forget(change, "AutoSignIn");
                }
            })
        },
    },
    Defect {
        name: "console-makes-only-the-first-change",
        says: "Of several changes only the first is made.",
        breaks: "CONSOLE-CHANGE-LIST",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let changes = changes(turn);
            let is_simple =
                changes.iter().all(|change| change.get("Password").is_none() && change.get("Delete").is_none());
            if changes.len() > 1 && is_simple && can_be_made(turn) {
                instead(turn, &changes[..1])
            } else {
                turn.proceed()
            }
        },
    },
    Defect {
        name: "console-makes-only-two-changes",
        says: "Of more than two changes two are made.",
        breaks: "CONSOLE-CHANGE-LIST",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let changes = changes(turn);
            if changes.len() > 2 && can_be_made(turn) { instead(turn, &changes[..2]) } else { turn.proceed() }
        },
    },
    Defect {
        name: "console-shows-only-who-was-changed",
        says: "After several changes by UserId the list has only those users.",
        breaks: "CONSOLE-CHANGE-LIST",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let ids: Vec<_> = changes(turn).iter().filter_map(|change| change["UserId"].as_u64()).collect();
            let mut reply = turn.proceed();
            if !is_get(turn) {
                let is_several = ids.len() > 1 && reply.status == StatusCode::NO_CONTENT;
                turn.memory.note("console", &json!(is_several.then_some(ids)).to_string());
            }
            let last = turn.memory.last("console").map(|(last, _)| last).unwrap_or_default();
            if let Ok(Some(ids)) = serde_json::from_str::<Option<Vec<u64>>>(last) {
                reply.alter(|list| {
                    if let Some(users) = list["Users"].as_array_mut() {
                        users.retain(|user| user["UserId"].as_u64().is_some_and(|id| ids.contains(&id)));
                    }
                });
            }
            reply
        },
    },
    Defect {
        name: "console-signs-somebody-out-for-a-guest",
        says: "While a sponsored user who was added is signed in, another user is shown signed out.",
        breaks: "CONSOLE-CHANGE-LIST",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let guests = turn.world.roster.users.iter().skip(8).any(|user| user.is_sponsored() && user.is_signed_in());
            shown(turn, |user| {
                if guests && user["UserId"] == json!(33) {
                    user["SignedIn"] = json!(false);
                }
            })
        },
    },
];
