//! Who is calling.

use http::{HeaderName, StatusCode};
use serde_json::json;

use super::{super::super::world::Credential, Defect, Service, Turn, ask, is_get};

pub(in super::super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "people-answers-without-token",
        says: "Who sends no token gets the first user's people.",
        breaks: "PEOPLE-XUID-REQUIRED",
        also: &[],
        service: Service::People,
        bend: |turn| {
            if ask::has_no_token(turn) && is_get(&turn.call) {
                ask::call_as(turn, ask::first_user(turn));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-refuses-only-the-first-stranger",
        says: "Only the first request without a token is refused.",
        breaks: "PEOPLE-XUID-REQUIRED",
        also: &[],
        service: Service::People,
        bend: |turn| {
            if is_get(&turn.call) && ask::has_no_token(turn) && !turn.memory.is_first("a stranger of people".to_owned())
            {
                ask::call_as(turn, ask::first_user(turn));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-counts-for-strangers",
        says: "The refusal of a request without a token has the number of the first user's people.",
        breaks: "PEOPLE-XUID-REQUIRED",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let count = turn.world.users.first().map_or(0, |user| user.friends.len());
            match turn.proceed() {
                reply if ask::has_no_token(turn) => ask::refuse_with(reply.status, &json!({"totalCount": count})),
                reply => reply,
            }
        },
    },
    Defect {
        name: "people-changes-for-strangers",
        says: "Who adds or removes people needs no token, and changes nobody's.",
        breaks: "PEOPLE-XUID-REQUIRED",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let mut reply = turn.proceed();
            if !is_get(&turn.call) && ask::has_no_token(turn) {
                reply.status = StatusCode::NO_CONTENT;
                reply.body.clear();
            }
            reply
        },
    },
    Defect {
        name: "people-takes-tokens-without-xuid",
        says: "A token without an XUID is taken for the first user's.",
        breaks: "PEOPLE-403",
        also: &[],
        service: Service::People,
        bend: |turn| {
            if turn.world.credential(&ask::token(&turn.call)) == Some(Credential::NoXuid) {
                ask::call_as(turn, ask::first_user(turn));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-fails-on-other-schemes",
        says: "An Authorization header of another scheme is answered with 500.",
        breaks: "PEOPLE-403",
        also: &[],
        service: Service::People,
        bend: |turn| {
            if ask::is_made_up(turn) && !ask::token(&turn.call).contains("XBL3.0 ") {
                return ask::refuse(StatusCode::INTERNAL_SERVER_ERROR, "there is no user hash");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-takes-an-empty-token",
        says: "An Authorization header without a value is accepted.",
        breaks: "PEOPLE-403",
        also: &[],
        service: Service::People,
        bend: |turn| {
            if !ask::has_no_token(turn) && ask::token(&turn.call).is_empty() {
                ask::call_as(turn, ask::first_user(turn));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-compares-beginnings-of-tokens",
        says: "A token with something added to its end is still accepted.",
        breaks: "PEOPLE-AUTHORIZATION",
        also: &[],
        service: Service::People,
        bend: |turn| {
            ask::forgive_ends_of_tokens(turn);
            turn.proceed()
        },
    },
    Defect {
        name: "people-says-404-to-unknown-tokens",
        says: "A token of the right form that nobody was given is answered with 404.",
        breaks: "PEOPLE-AUTHORIZATION",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let mut reply = turn.proceed();
            if ask::is_made_up(turn) && ask::token(&turn.call).starts_with("XBL3.0 x=") && has_a_secret(turn) {
                reply.status = StatusCode::NOT_FOUND;
            }
            reply
        },
    },
    Defect {
        name: "people-shows-tokens-in-a-header",
        says: "An answer has the caller's token in a header.",
        breaks: "PEOPLE-CREDENTIALS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status == StatusCode::OK {
                reply.set(HeaderName::from_static("x-authorization"), &ask::token(&turn.call));
            }
            reply
        },
    },
    Defect {
        name: "people-shows-refused-tokens",
        says: "The refusal of a token that has no XUID repeats it.",
        breaks: "PEOPLE-CREDENTIALS",
        also: &[],
        service: Service::People,
        bend: |turn| match turn.proceed() {
            reply if reply.status == StatusCode::FORBIDDEN => {
                ask::refuse_with(reply.status, &json!(ask::token(&turn.call)))
            }
            reply => reply,
        },
    },
];

/// Whether something stands after the user hash.
fn has_a_secret(turn: &Turn<'_>) -> bool {
    ask::token(&turn.call).split_once(';').is_some_and(|(_, secret)| !secret.is_empty())
}
