//! Other addresses and other methods.

use http::{Method, StatusCode};
use serde_json::json;

use super::{Defect, Service, ask};

const BATCH: &str = "/users/batch/profile/settings";

pub(in super::super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "profile-answers-get-by-xuid",
        says: "A GET of /users/xuid(…)/profile/settings shows that user's gamertag.",
        breaks: "PROFILE-ONLY-URL",
        also: &["PROFILE-FR-ONLY-URL"],
        service: Service::Profile,
        bend: |turn| {
            let named = turn.call.segment(1);
            let named = named.strip_prefix("xuid(").and_then(|rest| rest.strip_suffix(')'));
            if let (Some(id), &Method::GET) = (named, &turn.call.method) {
                ask::put(&mut turn.call, &json!({"userIds": [id], "settings": ["Gamertag"]}));
                ask::post_to(&mut turn.call, BATCH);
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-answers-get-of-me",
        says: "A GET of /users/me/profile/settings shows the caller's gamertag.",
        breaks: "PROFILE-ONLY-URL",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            if let (true, Some(id)) = (turn.call.path() == "/users/me/profile/settings", ask::caller_id(turn)) {
                ask::put(&mut turn.call, &json!({"userIds": [id], "settings": ["Gamertag"]}));
                ask::post_to(&mut turn.call, BATCH);
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-answers-posts-elsewhere",
        says: "The batch is served under /users/batch/profile too.",
        breaks: "PROFILE-ONLY-URL",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            if turn.call.path() == "/users/batch/profile" && turn.call.method == Method::POST {
                ask::post_to(&mut turn.call, BATCH);
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-names-the-owner-of-a-blocked-address",
        says: "The refusal of a blocked address has the score of the user whom the address names.",
        breaks: "PROFILE-FR-ONLY-URL",
        also: &["PROFILE-ONLY-URL"],
        service: Service::Profile,
        bend: |turn| {
            let named = turn.call.segment(1);
            let id = named.trim_start_matches("xuid(").trim_end_matches(')');
            let settings = ask::user_of(turn.world, id).map(|user| user.settings.clone());
            match turn.proceed() {
                reply if reply.status == StatusCode::FORBIDDEN => ask::refuse_with(reply.status, &json!(settings)),
                reply => reply,
            }
        },
    },
    Defect {
        name: "profile-answers-get-of-the-batch",
        says: "The batch is also got with GET, from its query.",
        breaks: "PROFILE-ONLY-URL",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let asked = ["userIds", "settings"].map(|name| turn.call.parameter(name).ok().flatten());
            if let ([Some(user), Some(setting)], &Method::GET) = (asked, &turn.call.method) {
                ask::put(&mut turn.call, &json!({"userIds": [user], "settings": [setting]}));
                ask::post_to(&mut turn.call, BATCH);
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-takes-put-for-post",
        says: "PUT is answered like POST.",
        breaks: "PROFILE-ONLY-URL",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            if turn.call.method == Method::PUT {
                turn.call.method = Method::POST;
            }
            turn.proceed()
        },
    },
    Defect {
        name: "profile-takes-delete",
        says: "DELETE is answered with 204, as if there were something to delete.",
        breaks: "PROFILE-ONLY-URL",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            let mut reply = turn.proceed();
            if turn.call.method == Method::DELETE {
                reply.status = StatusCode::NO_CONTENT;
                reply.body.clear();
            }
            reply
        },
    },
    Defect {
        name: "profile-fails-on-patch",
        says: "PATCH is answered with 500.",
        breaks: "PROFILE-ONLY-URL",
        also: &[],
        service: Service::Profile,
        bend: |turn| {
            if turn.call.method == Method::PATCH {
                return ask::refuse(StatusCode::INTERNAL_SERVER_ERROR, "no handler");
            }
            turn.proceed()
        },
    },
];
