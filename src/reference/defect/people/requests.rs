//! Bodies that are wrong in one thing, and good ones that look unusual.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Defect, Service, Turn, ask, asked, is_get};

pub(in super::super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "people-ignores-other-members",
        says: "Members beside `xuids` are ignored.",
        breaks: "PEOPLE-PROHIBITED",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let question = ask::body(&turn.call);
            if is_get(&turn.call) && question["xuids"].is_array() {
                ask::put(&mut turn.call, &json!({"xuids": question["xuids"]}));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-ignores-null-members",
        says: "Members beside `xuids` are ignored where they are null.",
        breaks: "PEOPLE-PROHIBITED",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let mut question = ask::body(&turn.call);
            if let Some(members) = question.as_object_mut() {
                members.retain(|name, value| name == "xuids" || !value.is_null());
                ask::put(&mut turn.call, &question);
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-fails-on-other-members",
        says: "A member beside `xuids` is answered with 500.",
        breaks: "PEOPLE-PROHIBITED",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let question = ask::body(&turn.call);
            let reply = turn.proceed();
            if reply.status == StatusCode::BAD_REQUEST && question.as_object().is_some_and(|all| all.len() > 1) {
                return ask::refuse(StatusCode::INTERNAL_SERVER_ERROR, "there is no such property");
            }
            reply
        },
    },
    Defect {
        name: "people-takes-xuid-list-for-xuids",
        says: "`XuidList` may stand in the place of `xuids`.",
        breaks: "PEOPLE-MEMBER-XUIDS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let question = ask::body(&turn.call);
            if question["xuids"].is_null() && question["XuidList"].is_array() {
                ask::put(&mut turn.call, &json!({"xuids": question["XuidList"]}));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-takes-a-single-xuid",
        says: "`xuids` may be one string instead of an array.",
        breaks: "PEOPLE-MEMBER-XUIDS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let question = ask::body(&turn.call);
            if question["xuids"].is_string() {
                ask::put(&mut turn.call, &json!({"xuids": [question["xuids"]]}));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-takes-null-for-nobody",
        says: "`xuids` may be null, and gets nobody.",
        breaks: "PEOPLE-MEMBER-XUIDS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            if ask::body(&turn.call) == json!({"xuids": null}) {
                ask::put(&mut turn.call, &json!({"xuids": []}));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-fails-without-xuids",
        says: "A request without `xuids` is answered with 500.",
        breaks: "PEOPLE-MEMBER-XUIDS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            if ask::body(&turn.call) == json!({}) {
                return ask::refuse(StatusCode::INTERNAL_SERVER_ERROR, "xuids is undefined");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-fails-on-arrays",
        says: "A body that is a JSON array is answered with 500.",
        breaks: "PEOPLE-SAMPLE-REQUEST",
        also: &[],
        service: Service::People,
        bend: |turn| {
            if ask::body(&turn.call).is_array() {
                return ask::refuse(StatusCode::INTERNAL_SERVER_ERROR, "an array has no properties");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-takes-a-comma-too-many",
        says: "A comma may follow the last XUID.",
        breaks: "PEOPLE-SAMPLE-REQUEST",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let text = String::from_utf8_lossy(&turn.call.body).replace(",]", "]");
            turn.call.body = text.into();
            turn.proceed()
        },
    },
    Defect {
        name: "people-reads-the-first-json-text",
        says: "What follows the first JSON text of a request is ignored.",
        breaks: "PEOPLE-SAMPLE-REQUEST",
        also: &[],
        service: Service::People,
        bend: |turn| {
            if let Some(Ok(first)) = serde_json::Deserializer::from_slice(&turn.call.body).into_iter::<Value>().next() {
                ask::put(&mut turn.call, &first);
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-takes-an-empty-body-for-nobody",
        says: "A request without a body gets nobody.",
        breaks: "PEOPLE-SAMPLE-REQUEST",
        also: &[],
        service: Service::People,
        bend: |turn| {
            if turn.call.body.is_empty() {
                ask::put(&mut turn.call, &json!({"xuids": []}));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-refuses-escapes",
        says: "JSON with characters written as escapes is refused.",
        breaks: "PEOPLE-REQUEST-TYPE",
        also: &[],
        service: Service::People,
        bend: |turn| {
            if turn.call.body.windows(2).any(|two| two == b"\\u") {
                return ask::refuse(StatusCode::BAD_REQUEST, "there is a character that is not allowed");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-refuses-blanks-at-the-end",
        says: "A request with blanks after its JSON text is refused.",
        breaks: "PEOPLE-REQUEST-LENGTH",
        also: &[],
        service: Service::People,
        bend: |turn| {
            if turn.call.body.ends_with(b" ") {
                return ask::refuse(StatusCode::BAD_REQUEST, "the body is longer than its text");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-wants-a-member-for-many",
        says: "A request for more than thirty people needs a member `maxItems`.",
        breaks: "PEOPLE-NO-OPTIONAL",
        also: &[],
        service: Service::People,
        bend: |turn| {
            if asked(&turn.call).len() > 30 && ask::body(&turn.call)["maxItems"].is_null() {
                return ask::refuse(StatusCode::BAD_REQUEST, "say how many you can take");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-takes-no-xuid-for-all",
        says: "An empty array gets the whole collection.",
        breaks: "PEOPLE-LIST",
        also: &[],
        service: Service::People,
        bend: |turn| {
            if is_get(&turn.call) && ask::body(&turn.call) == json!({"xuids": []}) {
                let all = everybody(turn);
                ask::put(&mut turn.call, &json!({"xuids": all}));
            }
            turn.proceed()
        },
    },
];

fn everybody(turn: &Turn<'_>) -> Value {
    turn.world.users.iter().map(|user| json!(user.xuid.to_string())).collect()
}
