//! Statuses, headers, lengths and JSON.

use http::{StatusCode, header};
use serde_json::json;

use super::{
    super::{
        super::{reply::Reply, route::Service},
        Defect, Turn,
    },
    put::{changes, is_get, made, named},
};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "console-answers-a-get-with-203",
        says: "A GET is answered with 203.",
        breaks: "CONSOLE-200",
        also: &[
            "CONSOLE-AUTOSIGNIN",
            "CONSOLE-CHANGE-LIST",
            "CONSOLE-EMAIL",
            "CONSOLE-GAMERTAG",
            "CONSOLE-GET",
            "CONSOLE-LENGTH",
            "CONSOLE-NO-PASSWORD",
            "CONSOLE-PUT-ADD",
            "CONSOLE-PUT-AUTOSIGNIN",
            "CONSOLE-PUT-DELETE",
            "CONSOLE-PUT-PASSWORD",
            "CONSOLE-PUT-SIGNEDIN",
            "CONSOLE-PUT-SPONSORED",
            "CONSOLE-PUT-USERID",
            "CONSOLE-REFUSED-WHOLE",
            "CONSOLE-REQUEST-HEADERS",
            "CONSOLE-RESPONSE-TYPE",
            "CONSOLE-SIGNEDIN",
            "CONSOLE-SPONSORED",
            "CONSOLE-URI-PARAMETERS",
            "CONSOLE-USERID",
            "CONSOLE-USERS",
            "CONSOLE-XBOXUSERID",
        ],
        service: Service::Console,
        bend: |turn| {
            let mut reply = turn.proceed();
            if is_get(turn) {
                reply.status = StatusCode::NON_AUTHORITATIVE_INFORMATION;
            }
            reply
        },
    },
    Defect {
        name: "console-answers-200-where-automatic-sign-in-stays",
        says: "A PUT that leaves automatic sign-in as it is is answered with 200.",
        breaks: "CONSOLE-204",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let stays = changes(turn).iter().any(|change| {
                let now = named(turn, change).and_then(|user| user.listing.get("AutoSignIn"));
                change.get("SignedIn").is_none() && now.is_some() && now == change.get("AutoSignIn")
            });
            made_with(turn, stays, StatusCode::OK)
        },
    },
    Defect {
        name: "console-answers-201-when-adding",
        says: "A PUT that adds a user is answered with 201.",
        breaks: "CONSOLE-204",
        also: &["CONSOLE-PUT-ADD"],
        service: Service::Console,
        bend: |turn| {
            let adds = changes(turn).iter().any(|change| change.get("Password").is_some());
            made_with(turn, adds, StatusCode::CREATED)
        },
    },
    Defect {
        name: "console-answers-with-a-body-when-the-connection-closes",
        says: "A PUT after which the connection is to be closed is answered with a body.",
        breaks: "CONSOLE-204",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let mut reply = turn.proceed();
            let closes = turn.call.header("connection").is_some_and(|value| value == "close");
            if closes && reply.status == made().status {
                reply = Reply::new(StatusCode::OK, Some(&json!({})));
            }
            reply
        },
    },
    Defect {
        name: "console-says-text-html",
        says: "The list says that it is text/html.",
        breaks: "CONSOLE-RESPONSE-TYPE",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let mut reply = turn.proceed();
            if is_get(turn) {
                reply.set(header::CONTENT_TYPE, "text/html");
            }
            reply
        },
    },
    Defect {
        name: "console-begins-with-a-byte-order-mark",
        says: "The list begins with a byte order mark.",
        breaks: "CONSOLE-JSON",
        also: &[],
        service: Service::Console,
        bend: |turn| rewrite(turn, |text| format!("\u{feff}{text}")),
    },
    Defect {
        name: "console-has-each-gamertag-twice",
        says: "Each user in the list has a gamertag twice.",
        breaks: "CONSOLE-JSON",
        also: &[],
        service: Service::Console,
        bend: |turn| rewrite(turn, |text| text.replace("\"Gamertag\":", "\"Gamertag\":\"\",\"Gamertag\":")),
    },
    Defect {
        name: "console-has-not-a-number",
        says: "The list has NaN for an id that isn't known.",
        breaks: "CONSOLE-JSON",
        also: &[],
        service: Service::Console,
        bend: |turn| rewrite(turn, |text| text.replacen('{', "{\"SessionId\":NaN,", 1)),
    },
    Defect {
        name: "console-is-latin-1",
        says: "The list is encoded in Latin-1.",
        breaks: "CONSOLE-JSON",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let mut reply = turn.proceed();
            if is_get(turn) && turn.call.uri.query().is_none() {
                reply.body.splice(1..1, b"\"Console\":\"Ren\xe9\",".iter().copied());
            }
            reply
        },
    },
    Defect {
        name: "console-errors-are-no-json",
        says: "An error says that it is JSON and isn't.",
        breaks: "CONSOLE-JSON",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status.is_client_error() {
                reply.body = b"E_INVALIDARG".to_vec();
            }
            reply
        },
    },
    Defect {
        name: "console-length-is-long",
        says: "Who accepts JSON alone is told a length that is more than the list has.",
        breaks: "CONSOLE-LENGTH",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let mut reply = turn.proceed();
            let is_plain = turn.call.header("accept-language").is_none();
            if is_plain && turn.call.header("accept").is_some_and(|accept| accept == "application/json") {
                reply.declared_length = Some(reply.body.len() + 3);
            }
            reply
        },
    },
    Defect {
        name: "console-length-of-errors-is-long",
        says: "The length that the refusal of a body that isn't JSON declares is more than it has.",
        breaks: "CONSOLE-LENGTH",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let is_broken = !is_get(turn) && turn.call.json().is_err();
            let mut reply = turn.proceed();
            if is_broken {
                reply.declared_length = Some(reply.body.len() + 1);
            }
            reply
        },
    },
    Defect {
        name: "console-wants-accept",
        says: "A GET without Accept is refused.",
        breaks: "CONSOLE-REQUEST-HEADERS",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let mut reply = turn.proceed();
            if is_get(turn) && turn.call.header("accept").is_none() {
                reply.status = StatusCode::NOT_ACCEPTABLE;
            }
            reply
        },
    },
    Defect {
        name: "console-refuses-a-language",
        says: "A GET that names a language is refused.",
        breaks: "CONSOLE-REQUEST-HEADERS",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let mut reply = turn.proceed();
            if is_get(turn) && turn.call.header("accept-language").is_some() {
                reply.status = StatusCode::NOT_ACCEPTABLE;
            }
            reply
        },
    },
    Defect {
        name: "console-filters-by-the-query",
        says: "A parameter of a GET selects the users who have that id.",
        breaks: "CONSOLE-URI-PARAMETERS",
        also: &["CONSOLE-GET"],
        service: Service::Console,
        bend: |turn| {
            let wanted = turn.call.parameter("UserId").ok().flatten();
            turn.alter(StatusCode::OK, |list| {
                if let Some((wanted, users)) = wanted.zip(list["Users"].as_array_mut()) {
                    users.retain(|user| user["UserId"].as_u64() == wanted.parse().ok());
                }
            })
        },
    },
    Defect {
        name: "console-repeats-the-body-in-errors",
        says: "An error repeats what was put, password and all.",
        breaks: "CONSOLE-NO-PASSWORD",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let put = String::from_utf8_lossy(&turn.call.body).into_owned();
            let mut reply = turn.proceed();
            if reply.status.is_client_error() {
                reply.alter(|error| error["Request"] = json!(put));
            }
            reply
        },
    },
    Defect {
        name: "console-repeats-the-password-in-a-header",
        says: "A PUT that adds a user is answered with the password in a header.",
        breaks: "CONSOLE-NO-PASSWORD",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            let password = changes(turn).first().and_then(|change| change["Password"].as_str().map(str::to_owned));
            let mut reply = turn.proceed();
            if let Some(password) = password.filter(|password| password.is_ascii()) {
                reply.set(header::HeaderName::from_static("x-debug"), &password);
            }
            reply
        },
    },
];

/// Proceeds, and answers a PUT that was made with this status where it holds.
fn made_with(turn: &mut Turn<'_>, holds: bool, status: StatusCode) -> Reply {
    let mut reply = turn.proceed();
    if holds && reply.status == made().status {
        reply = Reply::new(status, Some(&json!({})));
    }
    reply
}

/// Proceeds, and rewrites the list.
fn rewrite(turn: &mut Turn<'_>, change: impl FnOnce(&str) -> String) -> Reply {
    let mut reply = turn.proceed();
    if is_get(turn) && turn.call.uri.query().is_none() {
        reply.body = change(&String::from_utf8_lossy(&reply.body)).into_bytes();
    }
    reply
}
