//! Status, headers, lengths and bytes.

use http::{StatusCode, header};
use serde_json::json;

use super::{super::super::xuid::within, Defect, Service, ask};

pub(in super::super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "people-is-down",
        says: "Every request is answered with 500.",
        breaks: "PEOPLE-POST",
        also: &[
            "PEOPLE-200",
            "PEOPLE-204",
            "PEOPLE-400-IDS",
            "PEOPLE-400-METHOD",
            "PEOPLE-403",
            "PEOPLE-ACCEPT",
            "PEOPLE-AUTHORIZATION",
            "PEOPLE-GET-BODY",
            "PEOPLE-LIST",
            "PEOPLE-MEMBER-XUIDS",
            "PEOPLE-NO-BODY",
            "PEOPLE-NO-CHANGE",
            "PEOPLE-NO-OPTIONAL",
            "PEOPLE-ONLY-FRIENDS",
            "PEOPLE-OWNER-FORM",
            "PEOPLE-OWNER-GAMERTAG",
            "PEOPLE-OWNER-MATCH",
            "PEOPLE-OWNER-ME",
            "PEOPLE-OWNER-XUID",
            "PEOPLE-PERSON-FAVORITE",
            "PEOPLE-PERSON-FOLLOWING",
            "PEOPLE-PERSON-NETWORKS",
            "PEOPLE-PERSON-XUID",
            "PEOPLE-PROHIBITED",
            "PEOPLE-REQUEST-LENGTH",
            "PEOPLE-REQUEST-TYPE",
            "PEOPLE-RESPONSE-LENGTH",
            "PEOPLE-SAMPLE-REQUEST",
            "PEOPLE-SERVICE-VERSION",
            "PEOPLE-TOTAL",
            "PEOPLE-XUID-REQUIRED",
        ],
        service: Service::People,
        bend: |_| ask::refuse(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong"),
    },
    Defect {
        name: "people-routes-version-1-elsewhere",
        says: "X-RequestedServiceVersion 1 leads to a service that knows nobody.",
        breaks: "PEOPLE-SERVICE-VERSION",
        also: &[],
        service: Service::People,
        bend: |turn| match turn.proceed() {
            reply if turn.call.header("x-requestedserviceversion").as_deref() == Some("1") => {
                ask::answer(reply.status, &json!({"totalCount": 0, "people": []}))
            }
            reply => reply,
        },
    },
    Defect {
        name: "people-needs-accept",
        says: "A request without Accept is answered with 406.",
        breaks: "PEOPLE-ACCEPT",
        also: &["PEOPLE-REQUEST-LENGTH", "PEOPLE-REQUEST-TYPE"],
        service: Service::People,
        bend: |turn| {
            if !turn.call.headers.contains_key(header::ACCEPT) {
                return ask::refuse(StatusCode::NOT_ACCEPTABLE, "say what is accepted");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-accepts-one-type",
        says: "An Accept with more than one media type is answered with 406.",
        breaks: "PEOPLE-ACCEPT",
        also: &[],
        service: Service::People,
        bend: |turn| {
            if turn.call.header("accept").is_some_and(|accept| accept.contains(',')) {
                return ask::refuse(StatusCode::NOT_ACCEPTABLE, "there is no such type");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-writes-errors-as-text",
        says: "A refusal is plain text.",
        breaks: "PEOPLE-ACCEPT",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status.is_client_error() {
                reply.set(header::CONTENT_TYPE, "text/plain");
                reply.body = b"no".to_vec();
            }
            reply
        },
    },
    Defect {
        name: "people-calls-json-text-for-gamertags",
        says: "The answer for an owner named by gamertag is called text/json.",
        breaks: "PEOPLE-RESPONSE-TYPE",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status == StatusCode::OK && within("gt", &turn.call.segment(1)).is_some() {
                reply.set(header::CONTENT_TYPE, "text/json");
            }
            reply
        },
    },
    Defect {
        name: "people-answers-in-chunks",
        says: "An answer comes in chunks, without a Content-Length.",
        breaks: "PEOPLE-RESPONSE-LENGTH",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status == StatusCode::OK {
                reply.set(header::TRANSFER_ENCODING, "chunked");
            }
            reply
        },
    },
    Defect {
        name: "people-declares-too-much",
        says: "The Content-Length of an answer is larger than its length.",
        breaks: "PEOPLE-RESPONSE-LENGTH",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status == StatusCode::OK {
                reply.declared_length = Some(reply.body.len() + 1);
            }
            reply
        },
    },
    Defect {
        name: "people-declares-too-much-of-errors",
        says: "The Content-Length of a refusal is larger than its length.",
        breaks: "PEOPLE-ERROR-LENGTH",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status.is_client_error() {
                reply.declared_length = Some(reply.body.len() + 1);
            }
            reply
        },
    },
    Defect {
        name: "people-writes-a-comma-too-many",
        says: "A comma follows the last person, as in the document's sample.",
        breaks: "PEOPLE-STRICT",
        also: &[],
        service: Service::People,
        bend: |turn| turn.proceed().with_text(|text| text.replace("}]", "},]")),
    },
    Defect {
        name: "people-begins-with-a-byte-order-mark",
        says: "A byte order mark stands before the body.",
        breaks: "PEOPLE-STRICT",
        also: &[],
        service: Service::People,
        bend: |turn| turn.proceed().with_body(|body| [b"\xEF\xBB\xBF", body].concat()),
    },
    Defect {
        name: "people-writes-totals-twice",
        says: "`totalCount` stands there twice.",
        breaks: "PEOPLE-STRICT",
        also: &[],
        service: Service::People,
        bend: |turn| turn.proceed().with_text(|text| text.replacen('{', "{\"totalCount\":0,", 1)),
    },
    Defect {
        name: "people-writes-words-of-another-language",
        says: "True and False are written with a capital.",
        breaks: "PEOPLE-STRICT",
        also: &[],
        service: Service::People,
        bend: |turn| turn.proceed().with_text(|text| text.replace(":true", ":True").replace(":false", ":False")),
    },
    Defect {
        name: "people-ends-with-a-zero-byte",
        says: "A zero byte follows the JSON text.",
        breaks: "PEOPLE-STRICT",
        also: &[],
        service: Service::People,
        bend: |turn| turn.proceed().with_body(|body| [body, b"\0"].concat()),
    },
];
