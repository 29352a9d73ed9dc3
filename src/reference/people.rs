//! `POST /users/{ownerId}/people/xuids`: people of the caller's collection, picked by XUID.
//!
//! The `method` in the document's table of statuses is a query parameter: `get` reads and is the
//! default, `add` and `remove` change the collection and are answered without a body.

use std::collections::HashSet;

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    answer::{Answer, Refusal},
    auth::{Caller, Unidentified, identify},
    call::Call,
    place::{Misfit, Place},
    world::{Friend, User, World},
    xuid::{Xuid, within},
};

/// Whose collection the path names.
#[derive(Debug, PartialEq, Eq)]
enum Owner {
    Me,
    Xuid(Xuid),
    Gamertag(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Get,
    Add,
    Remove,
}

pub(super) fn post(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let caller = identify(world, call).map_err(unidentified)?;
    let owner = read_owner(&call.segment(1)).ok_or_else(|| Refusal::bad_request("the owner's id is malformed"))?;
    let owner = authorize(world, caller, &owner).ok_or_else(not_the_owner)?;
    let method = read_method(call)?;
    let body = call.declared_json()?;
    let xuids = read_xuid_list(&Place::root(&body)).map_err(|misfit| Refusal::bad_request(misfit.to_string()))?;
    match method {
        Method::Get => Ok(Answer::Json(pick(world, owner, &xuids))),
        Method::Add => {
            add(world, owner, &xuids);
            Ok(Answer::NoContent)
        }
        Method::Remove => {
            remove(world, owner, &xuids);
            Ok(Answer::NoContent)
        }
    }
}

/// The document has two answers for a missing XUID, 401 in one table and 403 in the other: 401 is
/// for a caller who showed nothing, 403 for one whose claim "could not be parsed from the
/// authorization header".
fn unidentified(reason: Unidentified) -> Refusal {
    let status = match reason {
        Unidentified::NoCredential => StatusCode::UNAUTHORIZED,
        Unidentified::UnknownToken | Unidentified::NoXuid => StatusCode::FORBIDDEN,
    };
    Refusal::not_authorized(status, reason.to_string())
}

fn not_the_owner() -> Refusal {
    Refusal::not_authorized(StatusCode::FORBIDDEN, "the owner is not the authenticated user")
}

fn read_owner(segment: &str) -> Option<Owner> {
    if segment == "me" {
        return Some(Owner::Me);
    }
    if let Some(xuid) = within("xuid", segment) {
        return xuid.parse().ok().map(Owner::Xuid);
    }
    let gamertag = within("gt", segment)?;
    (!gamertag.is_empty()).then(|| Owner::Gamertag(gamertag.to_owned()))
}

/// The caller, if it is theirs. Somebody else's collection is refused like that of nobody, so that
/// a caller can't try out who exists.
fn authorize(world: &World, caller: Caller, owner: &Owner) -> Option<Xuid> {
    let Caller::User(caller) = caller else {
        return None;
    };
    let user = world.user(caller)?;
    is_owner(user, owner).then_some(caller)
}

/// Gamertags name the same user in any case.
fn is_owner(user: &User, owner: &Owner) -> bool {
    match owner {
        Owner::Me => true,
        Owner::Xuid(xuid) => user.xuid == *xuid,
        Owner::Gamertag(gamertag) => user.gamertag.to_lowercase() == gamertag.to_lowercase(),
    }
}

fn read_method(call: &Call) -> Result<Method, Refusal> {
    match call.parameter("method")?.as_deref() {
        None | Some("get") => Ok(Method::Get),
        Some("add") => Ok(Method::Add),
        Some("remove") => Ok(Method::Remove),
        Some(_) => Err(Refusal::bad_request("`method` is none of get, add and remove")),
    }
}

/// `xuids` and nothing else: "all other members are prohibited". `XuidList`, in the document, is
/// the body's type.
fn read_xuid_list(body: &Place<'_>) -> Result<HashSet<Xuid>, Misfit> {
    for (name, place) in body.members()? {
        if name != "xuids" {
            return Err(place.misfit("only the member `xuids` is allowed"));
        }
    }
    body.member("xuids")?.items()?.iter().map(Place::xuid).collect()
}

/// Those of the owner's people who were asked for, in the collection's order. The total counts the
/// whole collection, as the document's text says.
fn pick(world: &World, owner: Xuid, xuids: &HashSet<Xuid>) -> Value {
    let friends = world.user(owner).map_or(&[][..], |owner| &owner.friends);
    let picked = friends.iter().filter(|friend| xuids.contains(&friend.xuid));
    let people: Vec<&Value> = picked.map(|friend| &friend.person).collect();
    json!({"totalCount": friends.len(), "people": people})
}

/// Whoever is there already stays as they are. The document has no status for somebody who doesn't
/// exist, and to tell would show who does: any XUID can be added.
fn add(world: &mut World, owner: Xuid, xuids: &HashSet<Xuid>) {
    let mut newcomers: Vec<Friend> = xuids.iter().map(|xuid| new_friend(world, owner, *xuid)).collect();
    newcomers.sort_unstable_by_key(|friend| friend.xuid);
    if let Some(owner) = world.user_mut(owner) {
        let known: HashSet<Xuid> = owner.friends.iter().map(|friend| friend.xuid).collect();
        newcomers.retain(|friend| !known.contains(&friend.xuid));
        owner.friends.append(&mut newcomers);
    }
}

fn remove(world: &mut World, owner: Xuid, xuids: &HashSet<Xuid>) {
    if let Some(owner) = world.user_mut(owner) {
        owner.friends.retain(|friend| !xuids.contains(&friend.xuid));
    }
}

fn new_friend(world: &World, owner: Xuid, xuid: Xuid) -> Friend {
    let follows_owner = world.user(xuid).is_some_and(|user| user.has_friend(owner));
    let person = json!({
        "xuid": xuid.to_string(),
        "isFavorite": false,
        "isFollowingCaller": follows_owner,
        "socialNetworks": [],
    });
    Friend { xuid, person }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_has_three_forms() {
        let cases = [
            ("me", Some(Owner::Me)),
            ("xuid(12)", Some(Owner::Xuid(Xuid::from(12)))),
            ("gt(Zoé (2))", Some(Owner::Gamertag("Zoé (2)".to_owned()))),
            ("Me", None),
            ("12", None),
            ("xuid()", None),
            ("xuid(-1)", None),
            ("xuid(18446744073709551616)", None),
            ("gt()", None),
            ("gt(a", None),
            ("", None),
        ];
        for (segment, owner) in cases {
            assert_eq!(read_owner(segment), owner, "{segment}");
        }
    }

    #[test]
    fn only_xuids_may_be_in_the_body() {
        let cases = [
            (json!({"xuids": []}), Ok(0)),
            (json!({"xuids": ["1", "2", "1"]}), Ok(2)),
            (json!({}), Err("at ``: expected a member `xuids`")),
            (json!(["1"]), Err("at ``: expected an object")),
            (json!({"xuids": "1"}), Err("at `/xuids`: expected an array")),
            (json!({"xuids": [1]}), Err("at `/xuids/0`: expected a string")),
            (json!({"XuidList": ["1"]}), Err("at `/XuidList`: only the member `xuids` is allowed")),
            (json!({"xuids": [], "method": "get"}), Err("at `/method`: only the member `xuids` is allowed")),
        ];
        for (body, expected) in cases {
            let read = read_xuid_list(&Place::root(&body)).map(|xuids| xuids.len());
            let expected = expected.map_err(str::to_owned);
            assert_eq!(read.map_err(|misfit| misfit.to_string()), expected, "{body}");
        }
    }
}
