//! What a PUT asks to change, the same PUT with other changes, and the list as it is shown.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::super::{
    super::{reply::Reply, roster::ConsoleUser},
    Turn,
};

pub(super) fn is_get(turn: &Turn<'_>) -> bool {
    turn.call.method == Method::GET
}

/// The changes that a PUT asks for, whatever they are; none where it isn't one.
pub(super) fn changes(turn: &Turn<'_>) -> Vec<Value> {
    let body = turn.call.json().ok().filter(|_| turn.call.method == Method::PUT);
    let list = body.and_then(|mut body| body.get_mut("Users").map(Value::take));
    list.and_then(|mut list| list.as_array_mut().map(std::mem::take)).unwrap_or_default()
}

/// The change that a PUT asks for, where it is a single one.
pub(super) fn only_change(turn: &Turn<'_>) -> Value {
    match changes(turn).as_mut_slice() {
        [only] => only.take(),
        _ => Value::Null,
    }
}

/// Proceeds as if the PUT had asked for these changes.
pub(super) fn instead(turn: &mut Turn<'_>, changes: &[Value]) -> Reply {
    turn.call.body = json!({ "Users": changes }).to_string().into();
    turn.proceed()
}

/// Proceeds as if each change of the PUT had been changed like this.
pub(super) fn edited(turn: &mut Turn<'_>, mut edit: impl FnMut(&Turn<'_>, &mut Value)) -> Reply {
    let mut changes = changes(turn);
    if changes.is_empty() {
        return turn.proceed();
    }
    changes.iter_mut().filter(|change| change.is_object()).for_each(|change| edit(turn, change));
    instead(turn, &changes)
}

/// Takes a member out of a change.
pub(super) fn forget(change: &mut Value, member: &str) {
    if let Some(change) = change.as_object_mut() {
        change.shift_remove(member);
    }
}

/// What is answered to a PUT that was made.
pub(super) fn made() -> Reply {
    Reply::new(StatusCode::NO_CONTENT, None)
}

/// Whether all changes of a PUT can be made; they aren't.
pub(super) fn can_be_made(turn: &mut Turn<'_>) -> bool {
    let before = turn.world.roster.clone();
    let status = turn.proceed().status;
    turn.world.roster = before;
    status == StatusCode::NO_CONTENT
}

/// The user of the console whom a change names.
pub(super) fn named<'a>(turn: &'a Turn<'_>, change: &Value) -> Option<&'a ConsoleUser> {
    let roster = &turn.world.roster;
    let by_id = change["UserId"].as_u64().and_then(|id| roster.with_id(u32::try_from(id).ok()?));
    let index = by_id.or_else(|| roster.with_email(change["EmailAddress"].as_str()?))?;
    roster.users.get(index)
}

/// Whether a user was added by a PUT, with an account.
pub(super) fn is_newcomer(turn: &Turn<'_>, user: &ConsoleUser) -> bool {
    turn.world.roster.accounts.iter().any(|account| user.has_email(&account.email_address))
}

/// The users of a list that was got.
pub(super) fn users(body: &mut Value) -> impl Iterator<Item = &mut Value> {
    body.get_mut("Users").and_then(Value::as_array_mut).into_iter().flatten()
}

/// Proceeds, and changes each user in the list that is got.
pub(super) fn shown(turn: &mut Turn<'_>, change: impl FnMut(&mut Value)) -> Reply {
    turn.alter(StatusCode::OK, |body| users(body).for_each(change))
}

/// Proceeds, and changes a list that is got again without a PUT in between.
pub(super) fn shown_again(turn: &mut Turn<'_>, change: impl FnOnce(&mut Value)) -> Reply {
    let times = turn.memory.note("console", turn.call.method.clone().as_str());
    let is_again = is_get(turn) && times > 1;
    turn.alter(StatusCode::OK, |body| {
        if is_again {
            change(body);
        }
    })
}
