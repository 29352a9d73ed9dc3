//! `GET` and `PUT /ext/user`: the users of the console. Nobody needs a token for it: the document
//! lists no header.
//!
//! What is put is a list of changes, not a new list. A body that is malformed is 400, a change that
//! is understood but can't be made is 422, and in both cases nothing has changed.

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    answer::{Answer, Refusal},
    call::Call,
    change::{self, Change, Impossible},
    place::{Misfit, Place},
    roster::ConsoleUser,
    world::World,
};

/// The console's codes are Windows results, as signed 32-bit numbers.
const INVALID_ARGUMENT: i32 = -2_147_024_809;
const NOT_FOUND: i32 = -2_147_023_728;
const LOGON_FAILURE: i32 = -2_147_023_570;
const TOO_MANY_SPONSORED: i32 = -2_136_866_553;

pub(super) fn get(world: &World) -> Answer {
    let listings: Vec<Value> = world.roster.users.iter().map(listing).collect();
    Answer::Json(json!({ "Users": listings }))
}

pub(super) fn put(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    // The document asks for no content-type, so whatever the body is called, it is read as JSON.
    let body = call.json().map_err(|problem| malformed(&problem))?;
    let changes = read_changes(&Place::root(&body)).map_err(|misfit| malformed(&misfit.to_string()))?;
    change::apply(&mut world.roster, &changes).map_err(impossible)?;
    Ok(Answer::NoContent)
}

fn listing(user: &ConsoleUser) -> Value {
    Value::Object(user.listing.clone())
}

fn malformed(problem: &str) -> Refusal {
    refusal(StatusCode::BAD_REQUEST, INVALID_ARGUMENT, problem)
}

fn impossible(reason: Impossible) -> Refusal {
    let code = match reason {
        Impossible::NobodyNamed
        | Impossible::DifferentUsers
        | Impossible::PasswordMissing
        | Impossible::NotSponsored => INVALID_ARGUMENT,
        Impossible::UnknownUser => NOT_FOUND,
        Impossible::WrongCredentials => LOGON_FAILURE,
        Impossible::TooManySponsored => TOO_MANY_SPONSORED,
    };
    refusal(StatusCode::UNPROCESSABLE_ENTITY, code, &reason.to_string())
}

fn refusal(status: StatusCode, code: i32, message: &str) -> Refusal {
    Refusal { status, body: json!({"ErrorCode": code, "ErrorMessage": message}) }
}

fn read_changes(body: &Place<'_>) -> Result<Vec<Change>, Misfit> {
    body.member("Users")?.items()?.iter().map(read_change).collect()
}

/// Members that the table doesn't have are ignored, so that what was got can be put back.
fn read_change(place: &Place<'_>) -> Result<Change, Misfit> {
    Ok(Change {
        email_address: read_text(place, "EmailAddress")?,
        user_id: place.optional("UserId")?.map(|id| id.user_id()).transpose()?,
        password: read_text(place, "Password")?,
        signed_in: read_flag(place, "SignedIn")?,
        auto_sign_in: read_flag(place, "AutoSignIn")?,
        sponsored_user: read_flag(place, "SponsoredUser")?.unwrap_or(false),
        delete: read_flag(place, "Delete")?.unwrap_or(false),
    })
}

fn read_text(change: &Place<'_>, name: &str) -> Result<Option<String>, Misfit> {
    let text = change.optional(name)?.map(|place| place.text()).transpose()?;
    Ok(text.map(str::to_owned))
}

fn read_flag(change: &Place<'_>, name: &str) -> Result<Option<bool>, Misfit> {
    change.optional(name)?.map(|place| place.boolean()).transpose()
}
