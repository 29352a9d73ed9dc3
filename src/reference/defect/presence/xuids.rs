//! What is taken for an XUID.

use http::StatusCode;

use super::{
    super::{
        super::{reply::Reply, route::Service, xuid::Xuid},
        Defect, Turn,
    },
    ask::{caller, of, target},
};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "presence-finds-the-neighbour-of-nobody",
        says: "An XUID that belongs to nobody finds the user with nearly the same one.",
        breaks: "PRESENCE-XUID-U64",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let near = target(turn).filter(|xuid| turn.world.user(*xuid).is_none()).and_then(|xuid| nearly(turn, xuid));
            match near {
                Some(near) => with(turn, &near.to_string()),
                None => turn.proceed(),
            }
        },
    },
    Defect {
        name: "presence-refuses-an-xuid-that-is-nobodys",
        says: "An XUID that belongs to nobody is refused as malformed.",
        breaks: "PRESENCE-XUID-U64",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let mut reply = turn.proceed();
            if target(turn).is_some_and(|xuid| turn.world.user(xuid).is_none()) && reply.status == StatusCode::OK {
                reply.status = StatusCode::BAD_REQUEST;
            }
            reply
        },
    },
    Defect {
        name: "presence-reads-the-digits-of-a-malformed-xuid",
        says: "Whatever isn't a digit is left out of an XUID.",
        breaks: "PRESENCE-XUID-MALFORMED",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let digits: String = written(turn).chars().filter(char::is_ascii_digit).collect();
            if is_within_brackets(turn) && target(turn).is_none() { with(turn, &digits) } else { turn.proceed() }
        },
    },
    Defect {
        name: "presence-wraps-xuids-past-64-bits",
        says: "An XUID past 64 bits wraps around.",
        breaks: "PRESENCE-XUID-MALFORMED",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let number = written(turn).parse::<u128>().ok().filter(|number| *number > u128::from(u64::MAX));
            match number {
                Some(number) => with(turn, &(number % (1 << 64)).to_string()),
                None => turn.proceed(),
            }
        },
    },
    Defect {
        name: "presence-takes-no-xuid-for-the-callers",
        says: "An empty XUID is the caller's.",
        breaks: "PRESENCE-XUID-MALFORMED",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let own = caller(turn).map(|user| user.xuid.to_string());
            match own.filter(|_| is_within_brackets(turn) && written(turn).is_empty()) {
                Some(own) => with(turn, &own),
                None => turn.proceed(),
            }
        },
    },
    Defect {
        name: "presence-fails-on-a-malformed-xuid",
        says: "What is no XUID is answered with 500.",
        breaks: "PRESENCE-XUID-MALFORMED",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let mut reply = turn.proceed();
            if is_within_brackets(turn) && target(turn).is_none() && reply.status == StatusCode::BAD_REQUEST {
                reply.status = StatusCode::INTERNAL_SERVER_ERROR;
            }
            reply
        },
    },
    Defect {
        name: "presence-takes-a-bare-xuid",
        says: "The XUID is taken without `xuid()` around it too.",
        breaks: "PRESENCE-XUID-MALFORMED",
        also: &[],
        service: Service::Presence,
        bend: |turn| {
            let bare = turn.call.segment(1);
            if bare.parse::<Xuid>().is_ok() { with(turn, &bare) } else { turn.proceed() }
        },
    },
];

/// What stands for the XUID, with or without a bracket around it.
fn written(turn: &Turn<'_>) -> String {
    turn.call.segment(1).trim_start_matches("xuid(").trim_end_matches(')').to_owned()
}

fn is_within_brackets(turn: &Turn<'_>) -> bool {
    let segment = turn.call.segment(1);
    segment.starts_with("xuid(") && segment.ends_with(')')
}

/// Proceeds with this XUID, at the level that was asked for.
fn with(turn: &mut Turn<'_>, xuid: &str) -> Reply {
    let level = turn.call.parameter("level").ok().flatten().unwrap_or_else(|| "title".to_owned());
    of(turn, xuid, &level);
    turn.proceed()
}

/// A user whose XUID is the same as a double.
fn nearly(turn: &Turn<'_>, xuid: Xuid) -> Option<Xuid> {
    let rounded = |xuid: Xuid| xuid.to_string().parse::<f64>().ok();
    turn.world.users.iter().map(|user| user.xuid).find(|known| rounded(*known) == rounded(xuid))
}
