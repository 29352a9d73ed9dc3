//! Whose people they are.

use http::{HeaderName, StatusCode, Uri};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    super::super::{world::User, xuid::within},
    Defect, Service, Turn, ask, is_get, people,
};

pub(in super::super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "people-me-is-the-first-user",
        says: "`me` names the first user, whoever calls.",
        breaks: "PEOPLE-OWNER-ME",
        also: &[
            "PEOPLE-LIST",
            "PEOPLE-NO-CHANGE",
            "PEOPLE-ONLY-FRIENDS",
            "PEOPLE-PERSON-FAVORITE",
            "PEOPLE-PERSON-FOLLOWING",
            "PEOPLE-PERSON-NETWORKS",
            "PEOPLE-PERSON-XUID",
            "PEOPLE-POST",
            "PEOPLE-SERVICE-VERSION",
            "PEOPLE-TOTAL",
        ],
        service: Service::People,
        bend: |turn| {
            if turn.call.segment(1) == "me" && is_get(&turn.call) && ask::caller(turn).is_some() {
                ask::call_as(turn, ask::first_user(turn));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-shows-anybodys-by-xuid",
        says: "Whoever is named by XUID has their people shown to any caller.",
        breaks: "PEOPLE-OWNER-MATCH",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let segment = turn.call.segment(1);
            let owner = within("xuid", &segment).and_then(|id| ask::user_of(turn.world, id)).map(|user| user.xuid);
            if owner.is_some() && is_get(&turn.call) && ask::caller(turn).is_some() {
                ask::call_as(turn, owner);
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-shows-friends-theirs-by-gamertag",
        says: "Whoever is named by gamertag has their people shown to those among them.",
        breaks: "PEOPLE-OWNER-MATCH",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let segment = turn.call.segment(1);
            let named = |user: &&User| within("gt", &segment) == Some(&*user.gamertag);
            let owner = turn.world.users.iter().find(named);
            let friend = owner.filter(|owner| ask::caller(turn).is_some_and(|caller| owner.has_friend(caller.xuid)));
            if let Some(owner) = friend.map(|owner| owner.xuid) {
                ask::call_as(turn, Some(owner));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-compares-owners-as-doubles",
        says: "An owner's XUID is compared with the caller's as a double.",
        breaks: "PEOPLE-OWNER-MATCH",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let segment = turn.call.segment(1);
            let owner = within("xuid", &segment).and_then(|id| id.parse::<f64>().ok());
            let own = ask::caller_id(turn).and_then(|id| id.parse::<f64>().ok());
            let known = within("xuid", &segment).is_some_and(|id| ask::user_of(turn.world, id).is_some());
            if known && owner == own {
                name_owner(turn, "me");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-takes-nobody-for-the-caller",
        says: "An owner's XUID that belongs to nobody names the caller.",
        breaks: "PEOPLE-OWNER-MATCH",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let segment = turn.call.segment(1);
            let xuid = within("xuid", &segment).and_then(|id| id.parse().ok());
            if xuid.is_some_and(|xuid| turn.world.user(xuid).is_none()) {
                name_owner(turn, "me");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-counts-others-in-a-header",
        says: "The refusal of another owner's people has their number in a header.",
        breaks: "PEOPLE-OWNER-MATCH",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let mut reply = turn.proceed();
            let segment = turn.call.segment(1);
            let owner = within("xuid", &segment).and_then(|id| ask::user_of(turn.world, id));
            let owner = owner.filter(|_| ask::caller(turn).is_some());
            if let (StatusCode::FORBIDDEN, Some(owner)) = (reply.status, owner) {
                let count = format!("totalCount={}", owner.friends.len());
                reply.set(HeaderName::from_static("x-collection"), &count);
            }
            reply
        },
    },
    Defect {
        name: "people-changes-others",
        says: "Another owner's people are refused to a get, and changed by add and remove.",
        breaks: "PEOPLE-OWNER-MATCH",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let mut reply = turn.proceed();
            if reply.status == StatusCode::FORBIDDEN && !is_get(&turn.call) && ask::caller(turn).is_some() {
                reply.status = StatusCode::NO_CONTENT;
                reply.body.clear();
            }
            reply
        },
    },
    Defect {
        name: "people-takes-bare-xuids-for-owners",
        says: "A number alone names the owner.",
        breaks: "PEOPLE-OWNER-FORM",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let segment = turn.call.segment(1);
            if segment.bytes().all(|byte| byte.is_ascii_digit()) {
                name_owner(turn, &format!("xuid({segment})"));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-wraps-xuids-of-owners",
        says: "An owner's XUID of more than 64 bits loses those above.",
        breaks: "PEOPLE-OWNER-FORM",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let segment = turn.call.segment(1);
            if let Some(number) = within("xuid", &segment).and_then(|id| id.parse::<u128>().ok()) {
                name_owner(turn, &format!("xuid({})", number & u128::from(u64::MAX)));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-fails-on-malformed-owners",
        says: "An owner in none of the three forms is answered with 500.",
        breaks: "PEOPLE-OWNER-FORM",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let segment = turn.call.segment(1);
            if segment != "me" && !["xuid", "gt"].iter().any(|form| within(form, &segment).is_some()) {
                return ask::refuse(StatusCode::INTERNAL_SERVER_ERROR, "there is no such form");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-refuses-large-xuids-of-owners",
        says: "An owner's XUID of 2^63 or more is refused.",
        breaks: "PEOPLE-OWNER-XUID",
        also: &["PEOPLE-200"],
        service: Service::People,
        bend: |turn| {
            let segment = turn.call.segment(1);
            let owner = within("xuid", &segment).and_then(|id| ask::user_of(turn.world, id));
            if owner.is_some_and(ask::has_large_xuid) && ask::caller(turn).is_some() {
                return ask::refuse(StatusCode::BAD_REQUEST, "the owner is negative");
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-gives-owners-by-xuid-favorites-only",
        says: "An owner named by XUID gets only their favorites.",
        breaks: "PEOPLE-OWNER-XUID",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let by_xuid = within("xuid", &turn.call.segment(1)).is_some();
            turn.alter(StatusCode::OK, |body| people(body).retain(|person| !by_xuid || person["isFavorite"] == true))
        },
    },
    Defect {
        name: "people-compares-gamertags-undecoded",
        says: "An owner's gamertag is compared as it stands in the path, percent signs and all.",
        breaks: "PEOPLE-OWNER-GAMERTAG",
        also: &["PEOPLE-200"],
        service: Service::People,
        bend: |turn| {
            let path = turn.call.path().to_owned();
            if turn.call.segment(1).starts_with("gt(") && path.contains('%') {
                name_owner(turn, &format!("gt({})", path.replace('%', "%25")));
            }
            turn.proceed()
        },
    },
    Defect {
        name: "people-reads-plus-in-gamertags-as-space",
        says: "A plus in an owner's gamertag becomes a space.",
        breaks: "PEOPLE-OWNER-GAMERTAG",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let segment = turn.call.segment(1);
            name_owner(turn, &segment.replace('+', " "));
            turn.proceed()
        },
    },
    Defect {
        name: "people-lends-a-collection-to-who-has-none",
        says: "Who has no people is answered with the first user's.",
        breaks: "PEOPLE-ONLY-FRIENDS",
        also: &[],
        service: Service::People,
        bend: |turn| {
            let reply = turn.proceed();
            if reply.status == StatusCode::OK && ask::caller(turn).is_some_and(|caller| caller.friends.is_empty()) {
                ask::call_as(turn, ask::first_user(turn));
                name_owner(turn, "me");
                return turn.proceed();
            }
            reply
        },
    },
    Defect {
        name: "people-remembers-answers-by-question",
        says: "Who asks for the same few people as another caller gets that caller's answer.",
        breaks: "PEOPLE-POST",
        also: &["PEOPLE-PERSON-FAVORITE", "PEOPLE-PERSON-FOLLOWING"],
        service: Service::People,
        bend: |turn| {
            let few = (2..5).contains(&super::asked(&turn.call).len());
            let question = format!("people {:?}", turn.call.body);
            let reply = turn.proceed();
            if !few || reply.status != StatusCode::OK {
                return reply;
            }
            turn.memory.first_reply(question, reply)
        },
    },
];

/// Names another owner in the path.
fn name_owner(turn: &mut Turn<'_>, owner: &str) {
    let query = turn.call.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let owner = utf8_percent_encode(owner, NON_ALPHANUMERIC);
    if let Ok(uri) = format!("/users/{owner}/people/xuids{query}").parse::<Uri>() {
        turn.call.uri = uri;
    }
}
