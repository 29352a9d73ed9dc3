//! Status, headers, lengths and bytes.

use http::{HeaderName, StatusCode, header};
use serde_json::json;

use super::{Defect, Service, ask};

pub(in super::super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "profile-is-down",
        says: "Every request is answered with 500.",
        breaks: "PROFILE-POST",
        also: &[
            "PROFILE-ANY-CALLER",
            "PROFILE-AUTH",
            "PROFILE-CONTENT-TYPE",
            "PROFILE-CONTRACT-VERSION",
            "PROFILE-DISPLAY-NAME",
            "PROFILE-FR-AUTH",
            "PROFILE-FR-CONTENT-TYPE",
            "PROFILE-FR-CONTRACT-VERSION",
            "PROFILE-FR-ONLY-URL",
            "PROFILE-FR-PICTURE",
            "PROFILE-FR-POST",
            "PROFILE-FR-REQUEST",
            "PROFILE-FR-RESPONSE",
            "PROFILE-GAMERSCORE",
            "PROFILE-GAMERTAG",
            "PROFILE-LENGTH",
            "PROFILE-ONLY-URL",
            "PROFILE-PICTURE",
            "PROFILE-REQUEST-JSON",
            "PROFILE-REQUEST-SETTINGS",
            "PROFILE-REQUEST-USERIDS",
            "PROFILE-RESPONSE-SHAPE",
            "PROFILE-SETTINGS-ASKED",
            "PROFILE-SEVERAL",
            "PROFILE-USERS-ASKED",
        ],
        service: Service::Profile,
        bend: |_| ask::refuse(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong"),
    },
    Defect {
        name: "profile-calls-json-text",
        says: "An answer with a profile is called text/json.",
        breaks: "PROFILE-RESPONSE-TYPE",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status == StatusCode::OK {
                reply.set(header::CONTENT_TYPE, "text/json");
            }
            reply
        },
    },
    Defect {
        name: "profile-names-no-media-type",
        says: "An answer with a profile doesn't say what it is.",
        breaks: "PROFILE-RESPONSE-TYPE",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status == StatusCode::OK {
                reply.headers.remove(header::CONTENT_TYPE);
            }
            reply
        },
    },
    Defect {
        name: "profile-calls-utf-8-latin-1",
        says: "An answer with a profile says that its text is in ISO-8859-1.",
        breaks: "PROFILE-RESPONSE-TYPE",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status == StatusCode::OK {
                reply.set(header::CONTENT_TYPE, "application/json; charset=iso-8859-1");
            }
            reply
        },
    },
    Defect {
        name: "profile-begins-with-a-byte-order-mark",
        says: "A byte order mark stands before the body.",
        breaks: "PROFILE-JSON",
        also: &[],
        service: Service::Profile,
        bend: |turn| turn.proceed().with_body(|body| [b"\xEF\xBB\xBF", body].concat()),
    },
    Defect {
        name: "profile-writes-names-twice",
        says: "The entries have their `settings` twice.",
        breaks: "PROFILE-JSON",
        also: &[],
        service: Service::Profile,
        bend: |turn| turn.proceed().with_text(|text| text.replace("\"settings\":[", "\"settings\":[],\"settings\":[")),
    },
    Defect {
        name: "profile-writes-a-comma-too-many",
        says: "A comma follows the last user.",
        breaks: "PROFILE-JSON",
        also: &[],
        service: Service::Profile,
        bend: |turn| turn.proceed().with_text(|text| text.replace("}]}", "},]}")),
    },
    Defect {
        name: "profile-writes-nan-for-zero",
        says: "A score of 0 is written as NaN.",
        breaks: "PROFILE-JSON",
        also: &[],
        service: Service::Profile,
        bend: |turn| turn.proceed().with_text(|text| text.replace("\"value\":\"0\"", "\"value\":NaN")),
    },
    Defect {
        name: "profile-writes-latin-1",
        says: "A body that can be written in Latin-1 is.",
        breaks: "PROFILE-JSON",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            turn.proceed().with_body(|body| {
                let text = String::from_utf8_lossy(body);
                let bytes: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
                bytes.unwrap_or_else(|_| body.to_vec())
            })
        },
    },
    Defect {
        name: "profile-ends-with-more",
        says: "A comment follows the JSON text.",
        breaks: "PROFILE-JSON",
        also: &[],
        service: Service::Profile,
        bend: |turn| turn.proceed().with_body(|body| [body, b"<!-- 3 ms -->"].concat()),
    },
    Defect {
        name: "profile-declares-characters",
        says: "Content-Length counts characters instead of bytes, and the rest of the body is cut off.",
        breaks: "PROFILE-JSON",
        also: &[],
        service: Service::Profile,
        bend: |turn| turn.proceed().with_body(|body| body[..String::from_utf8_lossy(body).chars().count()].to_vec()),
    },
    Defect {
        name: "profile-calls-html-json",
        says: "An error is a page in HTML that is called application/json.",
        breaks: "PROFILE-JSON",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status.is_client_error() {
                reply.body = b"<html><title>No</title></html>".to_vec();
            }
            reply
        },
    },
    Defect {
        name: "profile-declares-too-much",
        says: "Where a body isn't plain ASCII, Content-Length is larger than its length.",
        breaks: "PROFILE-LENGTH",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let mut reply = turn.proceed();
            if !reply.body.is_ascii() {
                reply.declared_length = Some(reply.body.len() + 1);
            }
            reply
        },
    },
    Defect {
        name: "profile-declares-too-much-of-errors",
        says: "The Content-Length of an error is larger than its length.",
        breaks: "PROFILE-LENGTH",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status.is_client_error() {
                reply.declared_length = Some(reply.body.len() + 2);
            }
            reply
        },
    },
    Defect {
        name: "profile-shows-tokens-in-a-header",
        says: "An answer has the caller's token in a header.",
        breaks: "PROFILE-CREDENTIALS",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status == StatusCode::OK {
                reply.set(HeaderName::from_static("x-authorization"), &ask::token(&turn.call));
            }
            reply
        },
    },
    Defect {
        name: "profile-shows-refused-tokens",
        says: "The refusal of an unknown token repeats it.",
        breaks: "PROFILE-CREDENTIALS",
        also: &[],
        service: Service::Profile,
        bend: |turn| match turn.proceed() {
            reply if ask::is_made_up(turn) => ask::refuse_with(reply.status, &json!(ask::token(&turn.call))),
            reply => reply,
        },
    },
];
