//! Who may read a profile, and with which version of the contract.

use http::{StatusCode, header};
use serde_json::json;

use super::{super::super::world::Privacy, Defect, Service, ask, asks_for, settings_asked, users_asked};

pub(in super::super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "profile-answers-without-token",
        says: "Who sends no token gets profiles like anybody else.",
        breaks: "PROFILE-AUTH",
        also: &["PROFILE-FR-AUTH"],
        service: Service::Profile,
        bend: |turn| {
            if ask::has_no_token(turn) {
                ask::call_as(turn, ask::first_user(turn));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-refuses-only-the-first-stranger",
        says: "Only the first request without a token is refused.",
        breaks: "PROFILE-AUTH",
        also: &["PROFILE-FR-AUTH"],
        service: Service::Profile,
        bend: |turn| {
            if ask::has_no_token(turn) && !turn.memory.is_first("a stranger of profile".to_owned()) {
                ask::call_as(turn, ask::first_user(turn));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-takes-any-token",
        says: "A token that nobody was given is as good as any.",
        breaks: "PROFILE-AUTH",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            if ask::is_made_up(turn) {
                ask::call_as(turn, ask::first_user(turn));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-takes-an-empty-token",
        says: "An Authorization header without a value is accepted.",
        breaks: "PROFILE-AUTH",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            if !ask::has_no_token(turn) && ask::token(&turn.call).is_empty() {
                ask::call_as(turn, ask::first_user(turn));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-compares-beginnings-of-tokens",
        says: "A token with something added to its end is still accepted.",
        breaks: "PROFILE-AUTH",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            ask::forgive_ends_of_tokens(turn);
            turn.proceed()
        },
    },
    Defect {
        name: "profile-redirects-other-schemes",
        says: "A token of another scheme is sent to a page where one can sign in.",
        breaks: "PROFILE-AUTH",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let mut reply = turn.proceed();
            if ["Bearer ", "Basic "].iter().any(|scheme| ask::token(&turn.call).starts_with(scheme)) {
                reply.status = StatusCode::FOUND;
                reply.set(header::LOCATION, "/sign-in");
            }
            reply
        },
    },
    Defect {
        name: "profile-fails-without-token",
        says: "A request without a token is answered with 500.",
        breaks: "PROFILE-AUTH",
        also: &["PROFILE-FR-AUTH"],
        service: Service::Profile,
        bend: |turn| {
            if ask::has_no_token(turn) {
                return ask::refuse(StatusCode::INTERNAL_SERVER_ERROR, "the token is null");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-names-users-to-strangers",
        says: "The refusal of a request without a token has the gamertags of the users asked for.",
        breaks: "PROFILE-FR-AUTH",
        also: &["PROFILE-AUTH"],
        service: Service::Profile,
        bend: |turn| {
            let named = users_asked(&turn.call);
            let named = named.iter().filter_map(|id| ask::user_of(turn.world, id)).map(|user| user.gamertag.clone());
            let named: Vec<String> = named.collect();
            match turn.proceed() {
                reply if reply.status == StatusCode::UNAUTHORIZED && ask::has_no_token(turn) => {
                    ask::refuse_with(reply.status, &json!(named))
                }
                reply => reply,
            }
        },
    },
    Defect {
        name: "profile-refuses-callers-who-block",
        says: "A caller whose own presence is blocked is shown nobody's gamertag.",
        breaks: "PROFILE-ANY-CALLER",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let blocks = ask::caller(turn).is_some_and(|user| user.privacy == Privacy::Blocked);
            if blocks && settings_asked(&turn.call).iter().any(|name| name == "Gamertag") {
                return ask::refuse(StatusCode::FORBIDDEN, "those who hide may not look");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-refuses-own-profile",
        says: "A caller other than the first user is refused their own profile with several settings.",
        breaks: "PROFILE-ANY-CALLER",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let own = ask::caller_id(turn).is_some_and(|id| users_asked(&turn.call) == [id]);
            if own && asks_for(turn, 1, 4) && !ask::is_first_user(turn) {
                return ask::refuse(StatusCode::FORBIDDEN, "use another address for your own profile");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-gives-callers-their-own-profile",
        says: "Callers other than the first user get their own profile, whoever's they ask for.",
        breaks: "PROFILE-POST",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let own = ask::caller_id(turn).filter(|_| asks_for(turn, 1, 4) && !ask::is_first_user(turn));
            if let Some(own) = own {
                let settings = settings_asked(&turn.call);
                ask::put(&mut turn.call, &json!({"userIds": [own], "settings": settings}));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-refuses-version-2-of-some-callers",
        says: "A caller with an XUID of 2^63 or more who asks for one setting has to send version 3.",
        breaks: "PROFILE-CONTRACT-VERSION",
        also: &["PROFILE-FR-CONTRACT-VERSION"],
        service: Service::Profile,
        bend: |turn| {
            if ask::caller(turn).is_some_and(ask::has_large_xuid) && asks_for(turn, 1, 1) {
                return ask::refuse(StatusCode::BAD_REQUEST, "that version is no longer served");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-answers-version-2-like-the-xbox-360",
        says: "A caller with an XUID of 2^63 or more who asks for one setting gets another API's answer.",
        breaks: "PROFILE-FR-CONTRACT-VERSION",
        also: &["PROFILE-CONTRACT-VERSION", "PROFILE-RESPONSE-SHAPE"],
        service: Service::Profile,
        bend: |turn| {
            let old = ask::caller(turn).is_some_and(ask::has_large_xuid) && asks_for(turn, 1, 1);
            turn.alter(StatusCode::OK, |body| {
                if old {
                    *body = json!({"users": [{"gamertag": body["profileUsers"][0]["settings"][0]["value"]}]});
                }
            })
        },
    },
];
