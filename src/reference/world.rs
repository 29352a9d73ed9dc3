//! The state of the server: who there is, whom they know, what they show. It holds no rule of any
//! service.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{roster::Roster, xuid::Xuid};

/// Everything that the server knows: users, credentials and the users of the console.
///
/// Made by [`World::from_json`]; changed only by requests. It is not printable, since it holds
/// tokens and passwords.
pub struct World {
    pub(super) users: Vec<User>,
    pub(super) credentials: HashMap<String, Credential>,
    pub(super) roster: Roster,
}

/// A user of the services.
pub(super) struct User {
    pub(super) xuid: Xuid,
    pub(super) gamertag: String,
    /// The profile: names and values in the order in which they were seeded.
    pub(super) settings: Vec<(String, String)>,
    pub(super) privacy: Privacy,
    pub(super) friends: Vec<Friend>,
    /// The record with everything in it; a user who was never seen has none.
    pub(super) presence: Option<Map<String, Value>>,
}

/// Somebody on a user's list of people.
pub(super) struct Friend {
    pub(super) xuid: Xuid,
    /// The entry as the people service returns it.
    pub(super) person: Value,
}

/// Whom a user lets see their presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Privacy {
    Everyone,
    FriendsOnly,
    Blocked,
}

/// What the server knows of a token that it has issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Credential {
    User(Xuid),
    ThirdParty,
    /// A valid token that says nothing of whose it is.
    NoXuid,
}

impl World {
    pub(super) fn credential(&self, authorization: &str) -> Option<Credential> {
        self.credentials.get(authorization).copied()
    }

    pub(super) fn user(&self, xuid: Xuid) -> Option<&User> {
        self.users.iter().find(|user| user.xuid == xuid)
    }

    pub(super) fn user_mut(&mut self, xuid: Xuid) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.xuid == xuid)
    }
}

impl User {
    /// Whether this user's own list has that person, whatever that person's list says.
    pub(super) fn has_friend(&self, person: Xuid) -> bool {
        self.friends.iter().any(|friend| friend.xuid == person)
    }
}
