//! What is made of a body that is wrong.

use http::StatusCode;
use serde_json::json;

use super::{
    super::{
        super::{reply::Reply, route::Service},
        Defect, Turn,
    },
    put::{edited, instead, is_get, made, only_change},
};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "console-takes-a-body-cut-short-for-no-changes",
        says: "A body that ends before its JSON does is no changes.",
        breaks: "CONSOLE-PUT-USERS",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let parsed = serde_json::from_slice::<serde_json::Value>(&turn.call.body);
            let is_cut = !is_get(turn) && parsed.is_err_and(|error| error.is_eof());
            if is_cut { made() } else { turn.proceed() }
        },
    },
    Defect {
        name: "console-fails-on-an-empty-body",
        says: "An empty body is answered with 500.",
        breaks: "CONSOLE-PUT-USERS",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let is_empty = !is_get(turn) && turn.call.body.is_empty();
            fail(turn, is_empty)
        },
    },
    Defect {
        name: "console-takes-missing-users-for-no-changes",
        says: "A body without Users is no changes.",
        breaks: "CONSOLE-PUT-USERS",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let body = turn.call.json().unwrap_or_default();
            if body.is_object() && body["Users"].is_null() { made() } else { turn.proceed() }
        },
    },
    Defect {
        name: "console-takes-a-user-for-users",
        says: "A single change is taken where the array belongs.",
        breaks: "CONSOLE-PUT-USERS",
        also: &["CONSOLE-REFUSED-WHOLE"],
        service: Service::Console,
        bend: |turn| {
            let body = turn.call.json().unwrap_or_default();
            if body["Users"].is_object() { instead(turn, &[body["Users"].clone()]) } else { turn.proceed() }
        },
    },
    Defect {
        name: "console-fails-on-no-changes",
        says: "An empty list of changes is answered with 500.",
        breaks: "CONSOLE-5XX",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let is_empty = turn.call.json().is_ok_and(|body| body["Users"] == json!([]));
            fail(turn, is_empty)
        },
    },
    Defect {
        name: "console-fails-on-long-addresses",
        says: "An address of more than a hundred letters is answered with 500.",
        breaks: "CONSOLE-5XX",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let is_long = only_change(turn)["EmailAddress"].as_str().is_some_and(|address| address.len() > 100);
            fail(turn, is_long)
        },
    },
    Defect {
        name: "console-takes-numbers-for-booleans",
        says: "SignedIn may be 1 for true.",
        breaks: "CONSOLE-PUT-SIGNEDIN",
        also: &["CONSOLE-REFUSED-WHOLE"],
        service: Service::Console,
        bend: |turn| {
            edited(turn, |_, change| {
                if change["SignedIn"] == json!(1) {
                    change["SignedIn"] = json!(true);
                }
            })
        },
    },
    Defect {
        name: "console-fails-on-automatic-sign-in-of-another-type",
        says: "AutoSignIn that is no boolean is answered with 500.",
        breaks: "CONSOLE-PUT-AUTOSIGNIN",
        also: &["CONSOLE-4XX"],
        service: Service::Console,
        bend: |turn| {
            let is_odd = only_change(turn).get("AutoSignIn").is_some_and(|flag| !flag.is_boolean());
            fail(turn, is_odd)
        },
    },
    Defect {
        name: "console-passes-over-addresses-that-are-no-text",
        says: "A change whose EmailAddress is no text is passed over.",
        breaks: "CONSOLE-PUT-EMAIL",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let is_odd = only_change(turn).get("EmailAddress").is_some_and(|address| !address.is_string());
            if is_odd { made() } else { turn.proceed() }
        },
    },
    Defect {
        name: "console-passes-over-passwords-that-are-no-text",
        says: "A change whose Password is no text is passed over.",
        breaks: "CONSOLE-PUT-PASSWORD",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let is_odd = only_change(turn).get("Password").is_some_and(|password| !password.is_string());
            if is_odd { made() } else { turn.proceed() }
        },
    },
    Defect {
        name: "console-passes-over-sponsored-of-another-type",
        says: "A change whose SponsoredUser is no boolean is passed over.",
        breaks: "CONSOLE-PUT-SPONSORED",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let is_odd = only_change(turn).get("SponsoredUser").is_some_and(|flag| !flag.is_boolean());
            if is_odd { made() } else { turn.proceed() }
        },
    },
    Defect {
        name: "console-takes-text-for-delete",
        says: "Delete may be a text.",
        breaks: "CONSOLE-PUT-DELETE",
        also: &["CONSOLE-REFUSED-WHOLE"],
        service: Service::Console,
        bend: |turn| {
            edited(turn, |_, change| {
                if change["Delete"] == json!("true") {
                    change["Delete"] = json!(true);
                }
            })
        },
    },
    Defect {
        name: "console-cuts-ids-to-32-bits",
        says: "A UserId past 32 bits wraps around.",
        breaks: "CONSOLE-PUT-USERID",
        also: &["CONSOLE-REFUSED-WHOLE"],
        service: Service::Console,
        bend: |turn| {
            edited(turn, |_, change| {
                if let Some(id) = change["UserId"].as_u64() {
                    change["UserId"] = json!(id % (1 << 32));
                }
            })
        },
    },
    Defect {
        name: "console-cuts-ids-to-16-bits",
        says: "A UserId past 16 bits wraps around.",
        breaks: "CONSOLE-PUT-USERID",
        also: &["CONSOLE-CHANGE-LIST"],
        service: Service::Console,
        bend: |turn| {
            edited(turn, |_, change| {
                if let Some(id) = change["UserId"].as_u64().filter(|id| *id == 1 << 16) {
                    change["UserId"] = json!(id % (1 << 16));
                }
            })
        },
    },
];

/// Proceeds, and answers with 500 where it holds.
fn fail(turn: &mut Turn<'_>, holds: bool) -> Reply {
    let mut reply = turn.proceed();
    if holds {
        reply.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
    reply
}
