//! From the world's JSON to a [`World`]. It reads what the services need and says where something
//! is missing; members that it doesn't know are left alone.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{
    place::{Misfit, Place},
    roster::{Account, ConsoleUser, Roster},
    world::{Credential, Friend, Privacy, User, World},
    xuid::Xuid,
};

/// A world that can't be served; it names the JSON pointer of the first thing wrong.
#[derive(Debug, thiserror::Error)]
#[error("the world is not one to serve: {0}")]
pub struct WorldError(#[from] Misfit);

impl World {
    /// Reads a world, as one JSON object with `users`, `credentials` and `console`.
    ///
    /// # Errors
    ///
    /// When a member is missing or of the wrong type, or two users share an id, a gamertag or a
    /// token.
    pub fn from_json(json: &Value) -> Result<World, WorldError> {
        let root = Place::root(json);
        let mut world =
            World { users: Vec::new(), credentials: HashMap::new(), roster: read_roster(&root.member("console")?)? };
        for place in root.member("users")?.items()? {
            let user = read_user(&place)?;
            require_new(&world, &user, &place)?;
            issue(&mut world, &place.member("authorization")?, Credential::User(user.xuid))?;
            world.users.push(user);
        }
        let credentials = root.member("credentials")?;
        for (name, credential) in [("third-party", Credential::ThirdParty), ("no-xuid", Credential::NoXuid)] {
            if let Some(authorization) = credentials.optional(name)? {
                issue(&mut world, &authorization, credential)?;
            }
        }
        Ok(world)
    }
}

fn require_new(world: &World, user: &User, place: &Place<'_>) -> Result<(), Misfit> {
    for other in &world.users {
        if other.xuid == user.xuid {
            return Err(place.member("xuid")?.misfit("another user has this XUID"));
        }
        if other.gamertag.to_lowercase() == user.gamertag.to_lowercase() {
            return Err(place.member("gamertag")?.misfit("another user has this gamertag"));
        }
    }
    Ok(())
}

fn issue(world: &mut World, authorization: &Place<'_>, credential: Credential) -> Result<(), Misfit> {
    let token = authorization.text()?;
    if token.trim().is_empty() {
        return Err(authorization.misfit("expected a token"));
    }
    match world.credentials.insert(token.to_owned(), credential) {
        Some(_) => Err(authorization.misfit("somebody else has this token")),
        None => Ok(()),
    }
}

fn read_user(place: &Place<'_>) -> Result<User, Misfit> {
    let xuid = place.member("xuid")?.xuid()?;
    Ok(User {
        xuid,
        gamertag: read_text(place, "gamertag")?,
        settings: read_settings(&place.member("settings")?)?,
        privacy: read_privacy(&place.member("privacy")?)?,
        friends: place.member("friends")?.items()?.iter().map(read_friend).collect::<Result<_, _>>()?,
        presence: read_presence(&place.member("presence")?, xuid)?,
    })
}

fn read_settings(place: &Place<'_>) -> Result<Vec<(String, String)>, Misfit> {
    let settings = place.members()?.into_iter();
    settings.map(|(name, value)| Ok((name.to_owned(), value.text()?.to_owned()))).collect()
}

fn read_privacy(place: &Place<'_>) -> Result<Privacy, Misfit> {
    match place.text()? {
        "everyone" => Ok(Privacy::Everyone),
        "friends-only" => Ok(Privacy::FriendsOnly),
        "blocked" => Ok(Privacy::Blocked),
        _ => Err(place.misfit("expected everyone, friends-only or blocked")),
    }
}

fn read_friend(place: &Place<'_>) -> Result<Friend, Misfit> {
    place.member("isFavorite")?.boolean()?;
    if let Some(following) = place.optional("isFollowingCaller")? {
        following.boolean()?;
    }
    if let Some(networks) = place.optional("socialNetworks")? {
        networks.items()?.iter().try_for_each(|network| network.text().map(drop))?;
    }
    Ok(Friend { xuid: place.member("xuid")?.xuid()?, person: Value::Object(place.object()?.clone()) })
}

fn read_presence(place: &Place<'_>, xuid: Xuid) -> Result<Option<Map<String, Value>>, Misfit> {
    if place.is_null() {
        return Ok(None);
    }
    let own = place.member("xuid")?;
    if own.xuid()? != xuid {
        return Err(own.misfit("expected the XUID of the user whose record it is"));
    }
    place.member("state")?.text()?;
    if let Some(devices) = place.optional("devices")? {
        devices.items()?.iter().try_for_each(check_device)?;
    }
    Ok(Some(place.object()?.clone()))
}

fn check_device(device: &Place<'_>) -> Result<(), Misfit> {
    device.member("type")?.text()?;
    match device.optional("titles")? {
        Some(titles) => titles.items()?.iter().try_for_each(|title| title.object().map(drop)),
        None => Ok(()),
    }
}

fn read_roster(place: &Place<'_>) -> Result<Roster, Misfit> {
    let mut users: Vec<ConsoleUser> = Vec::new();
    for place in place.member("users")?.items()? {
        let user = read_console_user(&place)?;
        if users.iter().any(|other| other.id == user.id) {
            return Err(place.member("UserId")?.misfit("another user of the console has this id"));
        }
        users.push(user);
    }
    let accounts = place.member("accounts")?.items()?;
    Ok(Roster { users, accounts: accounts.iter().map(read_account).collect::<Result<_, _>>()? })
}

fn read_console_user(place: &Place<'_>) -> Result<ConsoleUser, Misfit> {
    for flag in ["AutoSignIn", "SponsoredUser"] {
        if let Some(flag) = place.optional(flag)? {
            flag.boolean()?;
        }
    }
    if let Some(email) = place.optional("EmailAddress")? {
        email.text()?;
    }
    if let Some(password) = place.optional("Password")? {
        return Err(password.misfit("a user of the console is listed without a password"));
    }
    place.member("Gamertag")?.text()?;
    place.member("XboxUserId")?.xuid()?;
    place.member("SignedIn")?.boolean()?;
    Ok(ConsoleUser { id: place.member("UserId")?.user_id()?, listing: place.object()?.clone() })
}

fn read_account(place: &Place<'_>) -> Result<Account, Misfit> {
    Ok(Account {
        email_address: read_text(place, "EmailAddress")?,
        password: read_text(place, "Password")?,
        gamertag: read_text(place, "Gamertag")?,
        xbox_user_id: place.member("XboxUserId")?.xuid()?.to_string(),
    })
}

fn read_text(place: &Place<'_>, name: &str) -> Result<String, Misfit> {
    Ok(place.member(name)?.text()?.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        super::tests::sample::{self, ME, MY_TOKEN},
        *,
    };

    #[test]
    fn a_wrong_world_is_refused_with_the_place() {
        let cases = [
            ("/users", json!({}), "expected an array"),
            ("/users/0/xuid", json!(1), "expected a string"),
            ("/users/3/xuid", json!(ME), "another user has this XUID"),
            ("/users/3/gamertag", json!("zoé (2)"), "another user has this gamertag"),
            ("/users/0/authorization", json!(" "), "expected a token"),
            ("/users/0/settings/Gamerscore", json!(0), "expected a string"),
            ("/users/0/privacy", json!("friends"), "expected everyone, friends-only or blocked"),
            ("/users/0/friends/0", json!({}), "expected a member `isFavorite`"),
            ("/users/0/presence/xuid", json!("1"), "expected the XUID of the user"),
            ("/users/0/presence/devices/0/type", json!(null), "expected a string"),
            ("/credentials/third-party", json!(MY_TOKEN), "somebody else has this token"),
            ("/console/users/0/UserId", json!(-1), "expected an unsigned 32-bit number"),
            ("/console/users/1/UserId", json!("16"), "another user of the console has this id"),
            ("/console/accounts/0/Password", json!(null), "expected a string"),
            ("/console", json!({}), "expected a member `users`"),
        ];
        for (pointer, value, problem) in cases {
            let mut world = sample::world();
            *world.pointer_mut(pointer).unwrap() = value;
            let error = World::from_json(&world).err().unwrap().to_string();
            let expected = format!("the world is not one to serve: at `{pointer}`: {problem}");
            assert!(error.starts_with(&expected), "{error}");
        }
    }
}
