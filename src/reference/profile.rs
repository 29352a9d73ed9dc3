//! `POST /users/batch/profile/settings`: the settings that were asked for, of the users that were
//! asked for.

use std::{collections::HashSet, hash::Hash};

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    answer::{Answer, Refusal},
    auth::{Unidentified, identify},
    call::Call,
    place::{Misfit, Place},
    world::{User, World},
    xuid::Xuid,
};

/// The one address of the service.
pub(super) const BATCH: &str = "/users/batch/profile/settings";

/// The lowest contract version that is not the API of the Xbox 360. The document says "2"; later
/// versions are accepted because the service does so too, and its clients send 3.
const LOWEST_CONTRACT_VERSION: u32 = 2;

/// The names of `json-profile`, then those which the service is known to return besides.
const SETTINGS: [&str; 21] = [
    "AppDisplayName",
    "GameDisplayName",
    "Gamertag",
    "AppDisplayPicRaw",
    "GameDisplayPicRaw",
    "AccountTier",
    "TenureLevel",
    "Gamerscore",
    "XboxOneRep",
    "PreferredColor",
    "Location",
    "Bio",
    "Watermarks",
    "RealName",
    "RealNameOverride",
    "PublicGamerpic",
    "ShowUserAsAvatar",
    "ModernGamertag",
    "ModernGamertagSuffix",
    "UniqueModernGamertag",
    "IsQuarantined",
];

/// What the body asks for, each once, in the body's order. Further members are nowhere prohibited,
/// and ignored.
#[derive(Debug)]
struct Question {
    users: Vec<Xuid>,
    settings: Vec<String>,
}

pub(super) fn post(world: &World, call: &Call) -> Result<Answer, Refusal> {
    identify(world, call).map_err(unidentified)?;
    require_contract_version(call)?;
    let body = call.declared_json()?;
    let question = read_question(&Place::root(&body)).map_err(|misfit| Refusal::bad_request(misfit.to_string()))?;
    if !question.settings.iter().all(|name| is_setting(world, name)) {
        return Err(Refusal::bad_request("`settings` names a setting that does not exist"));
    }
    // A user who doesn't exist is left out, as a setting is that a user doesn't have.
    let users = question.users.iter().filter_map(|xuid| world.user(*xuid));
    let profiles: Vec<Value> = users.map(|user| profile(user, &question.settings)).collect();
    Ok(Answer::Json(json!({ "profileUsers": profiles })))
}

/// "All other Profile APIs from clients are blocked", whoever asks.
pub(super) fn blocked() -> Refusal {
    Refusal::not_authorized(StatusCode::FORBIDDEN, "this profile address is blocked for clients")
}

/// The document gives no status. The services' common table has 401 for whoever can't be
/// authenticated, and a token without the "normal claims" authenticates nobody here.
fn unidentified(reason: Unidentified) -> Refusal {
    Refusal::not_authorized(StatusCode::UNAUTHORIZED, reason.to_string())
}

fn require_contract_version(call: &Call) -> Result<(), Refusal> {
    let header = call.header("x-xbl-contract-version");
    let header = header.ok_or_else(|| Refusal::bad_request("there is no x-xbl-contract-version"))?;
    match contract_version(&header) {
        Some(version) if version >= LOWEST_CONTRACT_VERSION => Ok(()),
        Some(_) => Err(Refusal::bad_request("that x-xbl-contract-version is of another service")),
        None => Err(Refusal::bad_request("the x-xbl-contract-version is not an unsigned 32-bit number")),
    }
}

fn contract_version(header: &str) -> Option<u32> {
    // `u32::from_str` would accept a sign.
    let is_decimal = header.bytes().all(|byte| byte.is_ascii_digit());
    is_decimal.then(|| header.parse().ok())?
}

fn read_question(body: &Place<'_>) -> Result<Question, Misfit> {
    // Ids are decimal strings in the document; the service takes JSON numbers as well.
    let users = body.member("userIds")?.items()?;
    let settings = body.member("settings")?.items()?;
    Ok(Question {
        users: once(users.iter().map(Place::xuid_or_number).collect::<Result<_, _>>()?),
        settings: once(settings.iter().map(read_setting).collect::<Result<_, _>>()?),
    })
}

fn read_setting(place: &Place<'_>) -> Result<String, Misfit> {
    Ok(place.text()?.to_owned())
}

fn once<T: Clone + Eq + Hash>(all: Vec<T>) -> Vec<T> {
    let mut seen = HashSet::new();
    all.into_iter().filter(|one| seen.insert(one.clone())).collect()
}

fn is_setting(world: &World, name: &str) -> bool {
    SETTINGS.contains(&name) || world.users.iter().any(|user| setting(user, name).is_some())
}

/// `hostId` and `isSponsoredUser` are not in the document, but the service always sends them and
/// clients need them.
fn profile(user: &User, names: &[String]) -> Value {
    let xuid = user.xuid.to_string();
    let settings = names.iter().filter_map(|name| setting(user, name));
    let settings: Vec<Value> = settings.map(|(name, value)| json!({"id": name, "value": value})).collect();
    json!({"id": xuid, "hostId": xuid, "settings": settings, "isSponsoredUser": false})
}

fn setting<'a>(user: &'a User, name: &str) -> Option<&'a (String, String)> {
    user.settings.iter().find(|(given, _)| given == name)
}
