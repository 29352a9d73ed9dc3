//! Headers, lengths and JSON.

use http::{StatusCode, header};

use super::{
    super::{
        super::{presence::Requester, reply::Reply, route::Service},
        Defect, Turn,
    },
    ask::{asker, is_at, subject},
};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "presence-says-text-plain",
        says: "A record says that it is text/plain.",
        breaks: "PRESENCE-ACCEPT",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let mut reply = turn.proceed();
            reply.set(header::CONTENT_TYPE, "text/plain; charset=utf-8");
            reply
        },
    },
    Defect {
        name: "presence-says-no-type-where-withheld",
        says: "An answer without devices doesn't say what type it is.",
        breaks: "PRESENCE-ACCEPT",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.body.ends_with(b"\"devices\":[]}") {
                reply.headers.remove(header::CONTENT_TYPE);
            }
            reply
        },
    },
    Defect {
        name: "presence-says-latin-1",
        says: "A record says that its charset is Latin-1.",
        breaks: "PRESENCE-ACCEPT",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let mut reply = turn.proceed();
            reply.set(header::CONTENT_TYPE, "application/json; charset=iso-8859-1");
            reply
        },
    },
    Defect {
        name: "presence-repeats-the-state",
        says: "A record has its state twice.",
        breaks: "PRESENCE-STRICT",
        also: &[],
        service: Service::Presence,
        bend: |turn| rewrite(turn, |text| text.replacen('{', "{\"state\":\"Offline\",", 1)),
    },
    Defect {
        name: "presence-begins-with-a-byte-order-mark",
        says: "A record begins with a byte order mark.",
        breaks: "PRESENCE-STRICT",
        also: &[],
        service: Service::Presence,
        bend: |turn| rewrite(turn, |text| format!("\u{feff}{text}")),
    },
    Defect {
        name: "presence-has-a-comma-too-many",
        says: "At level=all a comma follows the last member of an activity, as in the documents' sample.",
        breaks: "PRESENCE-STRICT",
        also: &[],
        service: Service::Presence,
        bend: |turn| rewrite(turn, |text| text.replace("}},", "},},").replace("\"}}]", "\",}}]")),
    },
    Defect {
        name: "presence-goes-on-after-the-record",
        says: "Something follows the record.",
        breaks: "PRESENCE-STRICT",
        also: &[],
        service: Service::Presence,
        bend: |turn| rewrite(turn, |text| format!("{text}\n<!-- {} bytes -->", text.len())),
    },
    Defect {
        name: "presence-errors-are-no-json",
        says: "An error says that it is JSON and isn't.",
        breaks: "PRESENCE-STRICT",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status.is_client_error() {
                reply.body = b"{error: bad request}".to_vec();
            }
            reply
        },
    },
    Defect {
        name: "presence-errors-are-cut-short",
        says: "The length that an error declares is one byte short, and what is past it isn't sent.",
        breaks: "PRESENCE-STRICT",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status == StatusCode::BAD_REQUEST {
                reply.declared_length = Some(reply.body.len() - 1);
            }
            reply
        },
    },
    Defect {
        name: "presence-length-of-errors-is-long",
        says: "The length that an error declares is more than it has.",
        breaks: "PRESENCE-LENGTH",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status == StatusCode::FORBIDDEN && !turn.call.headers.contains_key(header::AUTHORIZATION) {
                reply.declared_length = Some(reply.body.len() + 3);
            }
            reply
        },
    },
    Defect {
        name: "presence-length-of-no-record-is-long",
        says: "Who has no record is told a length at level=user that is more than the answer has.",
        breaks: "PRESENCE-LENGTH",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let mut reply = turn.proceed();
            if is_at(turn, "user")
                && asker(turn) == Some(Requester::Me)
                && subject(turn).is_some_and(|user| user.presence.is_none())
            {
                reply.declared_length = Some(reply.body.len() + 1);
            }
            reply
        },
    },
    Defect {
        name: "presence-refuses-version-vnext",
        says: "The version vnext is refused.",
        breaks: "PRESENCE-CONTRACT-VERSION",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let is_next = turn.call.header("x-xbl-contract-version").is_some_and(|version| version == "vnext");
            refuse(turn, is_next, StatusCode::BAD_REQUEST)
        },
    },
    Defect {
        name: "presence-refuses-other-languages",
        says: "A language other than English is refused.",
        breaks: "PRESENCE-ACCEPT-LANGUAGE",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let language = turn.call.header("accept-language");
            refuse(turn, language.is_some_and(|language| !language.starts_with("en")), StatusCode::NOT_ACCEPTABLE)
        },
    },
    Defect {
        name: "presence-hides-titles-in-other-languages",
        says: "In a language that the titles aren't translated to they are missing.",
        breaks: "PRESENCE-ACCEPT-LANGUAGE",
        also: &["PRESENCE-RECORD"],
        service: Service::Presence,
        bend: |turn| {
            let is_german = turn.call.header("accept-language").is_some_and(|language| language.starts_with("de"));
            turn.alter(StatusCode::OK, |record| {
                super::ask::devices(record)
                    .filter(|_| is_german)
                    .for_each(|device| drop(device.shift_remove("titles")));
            })
        },
    },
    Defect {
        name: "presence-refuses-a-service-version",
        says: "A request that names the service's version is refused.",
        breaks: "PRESENCE-SERVICE-VERSION",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let names_it = turn.call.header("x-requestedserviceversion").is_some();
            refuse(turn, names_it, StatusCode::NOT_IMPLEMENTED)
        },
    },
    Defect {
        name: "presence-wants-a-body",
        says: "A request that says that it has no body is refused.",
        breaks: "PRESENCE-NO-REQUEST-BODY",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let has_none = turn.call.header("content-length").is_some_and(|length| length == "0");
            refuse(turn, has_none, StatusCode::LENGTH_REQUIRED)
        },
    },
];

/// Proceeds, and rewrites a record.
fn rewrite(turn: &mut Turn<'_>, change: impl FnOnce(&str) -> String) -> Reply {
    let mut reply = turn.proceed();
    if reply.status == StatusCode::OK {
        reply.body = change(&String::from_utf8_lossy(&reply.body)).into_bytes();
    }
    reply
}

/// Proceeds, and answers with this status where it holds.
fn refuse(turn: &mut Turn<'_>, holds: bool, status: StatusCode) -> Reply {
    let mut reply = turn.proceed();
    if holds {
        reply.status = status;
    }
    reply
}
