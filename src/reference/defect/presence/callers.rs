//! Who is let in.

use http::{StatusCode, header};
use serde_json::json;

use super::{
    super::{
        super::{
            auth::{Unidentified, identify},
            route::Service,
            world::Credential,
        },
        Defect, Turn,
    },
    ask::{by, by_owner, subject},
};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "presence-answers-401-without-an-xuid",
        says: "A token that carries no XUID gets 401.",
        breaks: "PRESENCE-AUTH-XUID",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let mut reply = turn.proceed();
            if refusal(turn) == Some(Unidentified::NoXuid) {
                reply.status = StatusCode::UNAUTHORIZED;
            }
            reply
        },
    },
    Defect {
        name: "presence-tells-who-has-no-record-without-an-xuid",
        says: "A token that carries no XUID gets 404 for a user without a record.",
        breaks: "PRESENCE-AUTH-XUID",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let has_none = subject(turn).is_some_and(|user| user.presence.is_none());
            let mut reply = turn.proceed();
            if has_none && refusal(turn) == Some(Unidentified::NoXuid) {
                reply.status = StatusCode::NOT_FOUND;
            }
            reply
        },
    },
    Defect {
        name: "presence-serves-a-token-without-an-xuid",
        says: "A token that carries no XUID is served as that of a third party.",
        breaks: "PRESENCE-AUTH-XUID",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            if refusal(turn) == Some(Unidentified::NoXuid) { by(turn, Credential::ThirdParty) } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-shows-the-record-in-a-refusal",
        says: "The refusal of a token that carries no XUID has the record in it.",
        breaks: "PRESENCE-AUTH-XUID",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let mut reply = turn.proceed();
            if refusal(turn) == Some(Unidentified::NoXuid) {
                let record = serde_json::from_slice::<serde_json::Value>(&by_owner(turn).body).unwrap_or_default();
                reply.alter(|body| body["details"] = record);
            }
            reply
        },
    },
    Defect {
        name: "presence-serves-without-a-token",
        says: "Who sends no token is served as a third party.",
        breaks: "PRESENCE-AUTH-XUID",
        also: &["PRESENCE-AUTHORIZATION"],
        service: Service::Presence,
        bend: |turn| {
            let is_bare = !turn.call.headers.contains_key(header::AUTHORIZATION);
            if is_bare { by(turn, Credential::ThirdParty) } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-fails-without-a-token",
        says: "Who sends no token is answered with 500.",
        breaks: "PRESENCE-AUTH-XUID",
        also: &["PRESENCE-AUTHORIZATION"],
        service: Service::Presence,
        bend: |turn| {
            let mut reply = turn.proceed();
            if !turn.call.headers.contains_key(header::AUTHORIZATION) {
                reply.status = StatusCode::INTERNAL_SERVER_ERROR;
            }
            reply
        },
    },
    Defect {
        name: "presence-takes-any-token",
        says: "A token that nobody was given is taken for that of the user asked for.",
        breaks: "PRESENCE-AUTHORIZATION",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            if refusal(turn) == Some(Unidentified::UnknownToken) { by_owner(turn) } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-takes-a-token-with-more-after-it",
        says: "A token is compared only as far as it goes.",
        breaks: "PRESENCE-AUTHORIZATION",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let given = turn.call.header("authorization").unwrap_or_default();
            let known = turn.world.credentials.iter().find(|(token, _)| given.starts_with(token.as_str()));
            match known.map(|(_, credential)| *credential) {
                Some(credential) => by(turn, credential),
                None => turn.proceed(),
            }
        },
    },
    Defect {
        name: "presence-repeats-the-token-in-a-header",
        says: "The token of the caller is repeated in a header.",
        breaks: "PRESENCE-CREDENTIALS",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let token = turn.call.headers.get(header::AUTHORIZATION).cloned();
            let mut reply = turn.proceed();
            reply.headers.extend(token.map(|token| (header::HeaderName::from_static("x-caller"), token)));
            reply
        },
    },
    Defect {
        name: "presence-repeats-the-token-in-an-error",
        says: "An error repeats the token of the caller.",
        breaks: "PRESENCE-CREDENTIALS",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let token = turn.call.header("authorization");
            turn.alter(StatusCode::BAD_REQUEST, |body| body["caller"] = json!(token))
        },
    },
];

/// Why it can't be told who is calling.
fn refusal(turn: &Turn<'_>) -> Option<Unidentified> {
    identify(turn.world, &turn.call).err()
}
