//! Users who are added and deleted.

use http::StatusCode;
use serde_json::json;

use super::{
    super::{super::route::Service, Defect},
    put::{can_be_made, changes, edited, forget, instead, is_newcomer, made, named, only_change, shown},
};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "console-names-newcomers-by-address",
        says: "An account with a large XUID is listed with its address for a gamertag.",
        breaks: "CONSOLE-PUT-ADD",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let newcomers: Vec<_> = turn
                .world
                .roster
                .users
                .iter()
                .filter(|user| is_newcomer(turn, user))
                .map(|user| json!(user.id))
                .collect();
            shown(turn, |user| {
                let xuid: u64 = user["XboxUserId"].as_str().and_then(|xuid| xuid.parse().ok()).unwrap_or_default();
                if newcomers.contains(&user["UserId"]) && xuid > 1 << 53 {
                    user["Gamertag"] = user["EmailAddress"].clone();
                }
            })
        },
    },
    Defect {
        name: "console-wants-signed-in-of-newcomers",
        says: "An account is added only where SignedIn is given.",
        breaks: "CONSOLE-PUT-ADD",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let change = only_change(turn);
            let mut reply = turn.proceed();
            if change.get("Password").is_some() && change.get("SignedIn").is_none() && reply.status == made().status {
                reply.status = StatusCode::BAD_REQUEST;
            }
            reply
        },
    },
    Defect {
        name: "console-adds-who-was-just-deleted-signed-out",
        says: "Who is added right after being deleted isn't signed in.",
        breaks: "CONSOLE-PUT-ADD",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let change = only_change(turn);
            let address = change["EmailAddress"].to_string();
            let was_deleted = turn.memory.last("deleted").is_some_and(|(last, _)| last == address);
            let deletes = change["Delete"] == json!(true) && named(turn, &change).is_some();
            if change.is_object() {
                turn.memory.note("deleted", if deletes { &address } else { "nobody" });
            }
            edited(turn, |_, change| {
                if was_deleted && change.get("Password").is_some() {
                    forget(change, "SignedIn");
                }
            })
        },
    },
    Defect {
        name: "console-gives-newcomers-the-same-id",
        says: "Two accounts that were added are listed with the same UserId.",
        breaks: "CONSOLE-USERID",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let newcomers: Vec<_> = turn
                .world
                .roster
                .users
                .iter()
                .filter(|user| is_newcomer(turn, user))
                .map(|user| json!(user.id))
                .collect();
            shown(turn, |user| {
                if newcomers.contains(&user["UserId"]) {
                    user["UserId"] = newcomers[0].clone();
                }
            })
        },
    },
    Defect {
        name: "console-signs-newcomers-in-anyway",
        says: "Who is added signed out, with a password that isn't ASCII, is signed in.",
        breaks: "CONSOLE-PUT-ADD",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            edited(turn, |_, change| {
                if change["SignedIn"] == json!(false)
                    && change["Password"].as_str().is_some_and(|password| !password.is_ascii())
                {
                    change["SignedIn"] = json!(true);
                }
            })
        },
    },
    Defect {
        name: "console-deletes-the-last-user",
        says: "Delete removes the last user of the list rather than the one who is named.",
        breaks: "CONSOLE-PUT-DELETE",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let last = turn.world.roster.users.last().filter(|user| is_newcomer(turn, user));
            match last.and_then(|user| user.listing.get("EmailAddress")).cloned() {
                Some(last) if only_change(turn)["Delete"] == json!(true) => {
                    instead(turn, &[json!({"EmailAddress": last, "Delete": true})])
                }
                _ => turn.proceed(),
            }
        },
    },
    Defect {
        name: "console-deletes-one-at-a-time",
        says: "Of two users who are deleted at once the second stays.",
        breaks: "CONSOLE-PUT-DELETE",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let changes = changes(turn);
            let deletes = changes.len() > 1 && changes.iter().all(|change| change["Delete"] == json!(true));
            if deletes && can_be_made(turn) { instead(turn, &changes[..1]) } else { turn.proceed() }
        },
    },
    Defect {
        name: "console-deletes-only-by-address",
        says: "Deleting who has an address by UserId does nothing.",
        breaks: "CONSOLE-PUT-DELETE",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let change = only_change(turn);
            let has_account = named(turn, &change).is_some_and(|user| !user.is_sponsored());
            let is_lost = has_account && change["EmailAddress"].is_null() && change["Delete"] == json!(true);
            if is_lost { made() } else { turn.proceed() }
        },
    },
    Defect {
        name: "console-deletes-where-delete-is-false",
        says: "Delete deletes, be it true or false.",
        breaks: "CONSOLE-PUT-DELETE",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            edited(turn, |_, change| {
                if change["Delete"] == json!(false) {
                    change["Delete"] = json!(true);
                }
            })
        },
    },
    Defect {
        name: "console-wants-a-password-to-sign-newcomers-out",
        says: "Who was added is signed out by address only with the password.",
        breaks: "CONSOLE-PUT-PASSWORD",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let change = only_change(turn);
            let is_added = named(turn, &change).is_some_and(|user| is_newcomer(turn, user));
            if is_added
                && change["UserId"].is_null()
                && change["SignedIn"] == json!(false)
                && change.get("Password").is_none()
            {
                return instead(turn, &[json!({})]);
            }
            turn.proceed()
        },
    },
    Defect {
        name: "console-adds-sponsored-users-signed-out",
        says: "A sponsored user who is added isn't signed in.",
        breaks: "CONSOLE-PUT-SPONSORED",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let adds = only_change(turn)["SponsoredUser"] == json!(true);
            let reply = turn.proceed();
            if let Some(user) = turn.world.roster.users.last_mut().filter(|_| adds && reply.status == made().status) {
                user.set("SignedIn", false);
            }
            reply
        },
    },
    Defect {
        name: "console-refuses-sponsored-users-without-an-address",
        says: "A sponsored user is signed in only with an address or an id.",
        breaks: "CONSOLE-PUT-SPONSORED",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let change = only_change(turn);
            let names = ["EmailAddress", "UserId"].iter().any(|name| change.get(name).is_some());
            let refuses = change["SponsoredUser"] == json!(true) && !names;
            if refuses { instead(turn, &[json!({})]) } else { turn.proceed() }
        },
    },
];
